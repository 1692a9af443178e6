//! How a check runs: what the RFC leaves open, each choice with a name.
//!
//! law: none of these changes what a valid record says; how much is asked ahead never changes the verdict

use mailwright_address::Octets;

/// The settings of a check.
///
/// # Examples
///
/// ```
/// use mailwright_spf::{Ahead, Settings};
///
/// let settings = Settings::new(b"mx.receiver.example").with_unix_time(1_800_000_000).with_ahead(Ahead::Nested);
/// # let _ = settings;
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    pub(crate) receiver: Octets,
    pub(crate) unix_time: u64,
    pub(crate) voids: u8,
    pub(crate) void_count: VoidCount,
    pub(crate) bad_name: BadName,
    pub(crate) ahead: Ahead,
    pub(crate) ahead_most: u16,
    pub(crate) private: Private,
    pub(crate) explain: Explain,
    pub(crate) lenient: u8,
}

/// What counts against the limit of void look-ups (RFC 7208 §4.6.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the two readings of RFC 7208 §4.6.4")]
pub enum VoidCount {
    /// A term whose own question finds nothing: what the text says. Missing addresses of MX hosts don't count, so an
    /// IPv6 client isn't refused since the mail hosts have IPv4 addresses only.
    #[default]
    Terms,
    /// Every question that finds nothing, those for the addresses of MX hosts included.
    Questions,
}

/// What a target name is that can't be asked for: an empty label, one over 63 octets, an octet that isn't visible.
/// RFC 7208 §4.8 leaves it open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the two choices of RFC 7208 §4.8")]
pub enum BadName {
    /// The mechanism does not match.
    #[default]
    NoMatch,
    /// The record is in error.
    PermError,
}

/// How many questions are asked before they are needed, to save round trips.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "nothing, one level, all levels")]
pub enum Ahead {
    /// None: one question after the other.
    None,
    /// What the record being walked will ask, up to the first term that surely matches.
    #[default]
    Record,
    /// The same for records that were themselves fetched ahead.
    Nested,
}

/// What happens with questions that tell a stranger's name server about the sender: names with the macros `s l o h`,
/// and `exists`, whose questions are often logged (RFC 7208 §11.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "late, early or never")]
pub enum Private {
    /// Asked when the walk comes to them, never ahead.
    #[default]
    WhenNeeded,
    /// May be asked ahead like all others.
    Ahead,
    /// Names with `s l o h` are never asked for: such a term does not match.
    Never,
}

/// Whether the domain's explanation of a fail is fetched (`exp=`, RFC 7208 §6.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "fetched or not")]
pub enum Explain {
    /// It is: one more question after a fail.
    #[default]
    Fetch,
    /// It is not.
    Skip,
}

impl Settings {
    /// The defaults of RFC 7208, for a receiver of this name (the macro `%{r}`); empty becomes `unknown`.
    pub fn new(receiver: &[u8]) -> Self {
        Self {
            receiver: Octets::new(if receiver.is_empty() { b"unknown" } else { receiver }),
            unix_time: 0,
            voids: 2,
            void_count: VoidCount::default(),
            bad_name: BadName::default(),
            ahead: Ahead::default(),
            ahead_most: 64,
            private: Private::default(),
            explain: Explain::default(),
            lenient: 0,
        }
    }

    /// The time of the check for the macro `%{t}`, in seconds since 1970.
    #[must_use]
    pub fn with_unix_time(self, unix_time: u64) -> Self {
        Self { unix_time, ..self }
    }

    /// How many void look-ups are allowed; 2 unless said otherwise.
    #[must_use]
    pub fn with_void_limit(self, voids: u8) -> Self {
        Self { voids, ..self }
    }

    /// What counts as a void look-up.
    #[must_use]
    pub fn with_void_count(self, void_count: VoidCount) -> Self {
        Self { void_count, ..self }
    }

    /// What a name means that can't be asked for.
    #[must_use]
    pub fn with_bad_name(self, bad_name: BadName) -> Self {
        Self { bad_name, ..self }
    }

    /// How much is asked ahead.
    #[must_use]
    pub fn with_ahead(self, ahead: Ahead) -> Self {
        Self { ahead, ..self }
    }

    /// At most this many questions ahead in one check; 64 unless said otherwise.
    #[must_use]
    pub fn with_ahead_limit(self, ahead_most: u16) -> Self {
        Self { ahead_most, ..self }
    }

    /// What happens with questions that tell about the sender.
    #[must_use]
    pub fn with_private(self, private: Private) -> Self {
        Self { private, ..self }
    }

    /// Whether explanations are fetched.
    #[must_use]
    pub fn with_explain(self, explain: Explain) -> Self {
        Self { explain, ..self }
    }

    /// Asks for a second opinion where the verdict is permerror: what it would be if the faulty terms were left out,
    /// void look-ups not counted, and `max_terms` look-up terms allowed, at most 20. It never changes the verdict.
    #[must_use]
    pub fn with_lenient(self, max_terms: u8) -> Self {
        Self { lenient: max_terms.min(20), ..self }
    }
}
