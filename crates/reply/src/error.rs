//! What can be wrong with a reply: one that we write, and one that we read.
//!
//! law: no error carries the peer's octets; each names the octet and what was expected there

use thiserror::Error;

/// A reply that can't be made: the caller's fault, nothing was written.
///
/// `at()` counts octets of the text that was given, 0-based; `expected()` says what would have been right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[error("octet {at}: expected {expected}")]
pub struct ReplyError {
    at: usize,
    expected: &'static str,
}

impl ReplyError {
    pub(crate) const CODE: Self = Self::new(0, "a reply code from 200 to 559, second digit 0 to 5");
    pub(crate) const ENHANCED_CLASS: Self =
        Self::new(0, "an enhanced code of the class of the reply code, and none beside 3yz");
    pub(crate) const ENHANCED_FORM: Self = Self::new(0, "class.subject.detail, one to three digits each");
    pub(crate) const ID: Self = Self::new(0, "an id of visible ASCII without blanks, 1 to 128 octets");

    pub(crate) const fn new(at: usize, expected: &'static str) -> Self {
        Self { at, expected }
    }

    /// The octet of the text that was given, 0-based.
    pub const fn at(self) -> usize {
        self.at
    }

    /// What would have been right there.
    pub const fn expected(self) -> &'static str {
        self.expected
    }
}

/// A reply that can't be understood: the peer's fault. The conversation has lost its step and can't go on.
///
/// `at()` counts octets from the first of the reply, 0-based; `expected()` says what should have stood there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[error("octet {at} of the reply: expected {}", .wanted.text())]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ReplyParseError {
    at: usize,
    wanted: Wanted,
}

impl ReplyParseError {
    pub(crate) const fn new(at: usize, wanted: Wanted) -> Self {
        Self { at, wanted }
    }

    /// The octet counted from the first of the reply, 0-based.
    pub const fn at(self) -> usize {
        self.at
    }

    /// What should have stood there.
    pub const fn expected(self) -> &'static str {
        self.wanted.text()
    }

    /// Whether the reply is too long for the [`Limits`](crate::Limits), and not malformed.
    pub const fn is_limit(self) -> bool {
        matches!(self.wanted, Wanted::ShorterLine | Wanted::ShorterReply | Wanted::FewerLines)
    }

    /// The same error of a line that begins `offset` octets behind the first of the reply.
    pub(crate) const fn behind(self, offset: usize) -> Self {
        Self { at: self.at.saturating_add(offset), wanted: self.wanted }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub(crate) enum Wanted {
    FirstDigit,
    SecondDigit,
    ThirdDigit,
    Separator,
    Text,
    CrBeforeLf,
    SameCode,
    LastLine,
    ShorterLine,
    ShorterReply,
    FewerLines,
}

impl Wanted {
    const fn text(self) -> &'static str {
        match self {
            Self::FirstDigit => "a first digit from 2 to 5",
            Self::SecondDigit => "a second digit from 0 to 5",
            Self::ThirdDigit => "a third digit",
            Self::Separator => "a space, a hyphen or the end of the line",
            Self::Text => "text without control characters",
            Self::CrBeforeLf => "CR before LF",
            Self::SameCode => "the code of the first line",
            Self::LastLine => "the last line of the reply",
            Self::ShorterLine => "a line end within the limit of a line",
            Self::ShorterReply => "the end of the reply within its limit",
            Self::FewerLines => "the end of the reply within its limit of lines",
        }
    }
}
