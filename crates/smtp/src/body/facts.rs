//! What a message needs from its path: its length, its octets, its longest line.
//!
//! in:  the octets of a message, cut anywhere      out: the facts that decide 8BITMIME, SMTPUTF8, BINARYMIME and SIZE
//! law: any cut gives the same facts; nothing is kept but counters

/// What is known of a body before it is sent.
///
/// A client decides by it before MAIL whether the path can carry the message at all. [`BodyMeter`] finds it in the octets.
///
/// # RFC
///
/// RFC 1870 §5 (`octets`), RFC 6152 §3 (`eight_bit`), RFC 6531 §3.2 (`utf8_headers`), RFC 3030 §3 (`binary`),
/// RFC 5321 §4.5.3.1.6 (`longest_line`)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct BodyFacts {
    /// Length of the message in octets, lines ended by CR LF, without stuffed dots and without the final dot.
    pub octets: u64,
    /// An octet above 127 stands behind the header section.
    pub eight_bit: bool,
    /// An octet above 127 stands in the header section.
    pub utf8_headers: bool,
    /// A zero octet, or a CR or LF that stands alone: only BINARYMIME carries it unchanged.
    pub binary: bool,
    /// Octets of the longest line, its CR LF included.
    pub longest_line: u64,
}

/// Measures a message as it passes.
///
/// # Examples
///
/// ```
/// use mailwright_smtp::BodyMeter;
///
/// let mut meter = BodyMeter::new();
/// meter.add(b"Subject: hello\r\n\r");
/// meter.add(b"\ncaf\xc3\xa9\r\n");
/// let facts = meter.facts();
/// assert!(facts.eight_bit && !facts.utf8_headers && !facts.binary);
/// assert_eq!((facts.octets, facts.longest_line), (25, 16));
/// ```
#[derive(Clone, Debug)]
pub struct BodyMeter {
    facts: BodyFacts,
    line: u64,
    last: u8,
    in_header: bool,
}

impl BodyFacts {
    /// The facts of a message that is at hand as a whole.
    pub fn of(message: &[u8]) -> Self {
        let mut meter = BodyMeter::new();
        meter.add(message);
        meter.facts()
    }
}

impl Default for BodyMeter {
    fn default() -> Self {
        Self::new()
    }
}

impl BodyMeter {
    /// A meter at the start of a message.
    pub const fn new() -> Self {
        let facts =
            BodyFacts { octets: 0, eight_bit: false, utf8_headers: false, binary: false, longest_line: 0 };
        // Before the first octet stands, in effect, an ended line.
        Self { facts, line: 0, last: b'\n', in_header: true }
    }

    /// Takes the next octets.
    pub fn add(&mut self, octets: &[u8]) {
        let mut rest = octets;
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at.saturating_add(1));
            let (line, more) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            self.line(line);
            rest = more;
        }
    }

    /// The facts of all that was added so far. A lone CR at the very end counts as one.
    pub fn facts(&self) -> BodyFacts {
        let mut facts = self.facts;
        facts.longest_line = facts.longest_line.max(self.line);
        facts.binary |= self.last == b'\r';
        facts
    }

    /// Takes a piece without a line feed but perhaps at its end.
    fn line(&mut self, piece: &[u8]) {
        let ends = piece.ends_with(b"\n");
        let blank =
            self.line == 0 && piece == b"\r\n" || self.line == 1 && self.last == b'\r' && piece == b"\n";
        let text = piece.strip_suffix(b"\n").unwrap_or(piece);
        let returns = text.strip_suffix(b"\r").unwrap_or(text);
        let before = if text.is_empty() { self.last } else { *text.last().unwrap_or(&0) };
        self.facts.binary |= (ends && before != b'\r')
            || (self.last == b'\r' && !text.is_empty())
            || memchr::memchr2(b'\r', 0, returns).is_some();
        if !text.is_ascii() {
            if self.in_header {
                self.facts.utf8_headers = true;
            } else {
                self.facts.eight_bit = true;
            }
        }
        self.facts.octets = self.facts.octets.saturating_add(piece.len() as u64);
        self.line = self.line.saturating_add(piece.len() as u64);
        self.last = piece.last().copied().unwrap_or(self.last);
        if ends {
            self.facts.longest_line = self.facts.longest_line.max(self.line);
            self.line = 0;
        }
        self.in_header &= !blank;
    }
}
