//! The bounds of every walk over a message.
//!
//! in:  numbers of the caller      out: numbers that each loop and buffer obeys

/// Bounds for reading and checking one message.
///
/// Past a bound nothing fails: the rest is walked for its framing only, and the report names what was cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    pub(crate) header: usize,
    pub(crate) fields: usize,
    pub(crate) depth: usize,
    pub(crate) parts: usize,
    pub(crate) findings: usize,
    pub(crate) text: usize,
    pub(crate) addresses: usize,
    pub(crate) words: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header: 128 * 1024,
            fields: 448,
            depth: 20,
            parts: 1000,
            findings: 200,
            text: 16 * 1024,
            addresses: 1000,
            words: 1000,
        }
    }
}

impl Limits {
    /// The bounds that suit a mail server: under 256 KiB for a message of any size.
    pub fn new() -> Self {
        Self::default()
    }

    /// Octets of one header section that are looked at; 128 KiB.
    #[must_use]
    pub const fn with_header(mut self, octets: usize) -> Self {
        self.header = octets;
        self
    }

    /// Fields of one header section that are looked at; 448.
    #[must_use]
    pub const fn with_fields(mut self, fields: usize) -> Self {
        self.fields = fields;
        self
    }

    /// Parts that may be open inside each other; 20.
    #[must_use]
    pub const fn with_depth(mut self, parts: usize) -> Self {
        self.depth = parts;
        self
    }

    /// Parts of one message; 1000.
    #[must_use]
    pub const fn with_parts(mut self, parts: usize) -> Self {
        self.parts = parts;
        self
    }

    /// Findings that are kept; 200. A fourth of them is left for rules that have none yet, an eighth for errors.
    #[must_use]
    pub const fn with_findings(mut self, findings: usize) -> Self {
        self.findings = findings;
        self
    }

    /// Octets of text of one part that the rules on wording look at; 16 KiB.
    #[must_use]
    pub const fn with_text(mut self, octets: usize) -> Self {
        self.text = octets;
        self
    }

    /// Addresses of one message that are judged, those that are not all US-ASCII counted fourfold; 1000.
    #[must_use]
    pub const fn with_addresses(mut self, addresses: usize) -> Self {
        self.addresses = addresses;
        self
    }

    /// Encoded-words in the fields of one message that are judged; 1000.
    #[must_use]
    pub const fn with_words(mut self, words: usize) -> Self {
        self.words = words;
        self
    }
}
