//! Says how strictly addresses are read.
//!
//! in:  named switches      out: one `Copy` value that every parser of this room takes
//! law: strict by default; each leniency says what real senders it is for

/// Whether characters outside ASCII are read (RFC 6531).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed: the two states of RFC 6531 §3.1")]
pub enum Utf8 {
    /// The path is ASCII only; anything else is [`Fault::NonAscii`](crate::Fault::NonAscii).
    #[default]
    Refused,
    /// The SMTPUTF8 extension is in force for this address.
    Allowed,
}

/// How strictly addresses are read.
///
/// Every parser of this room takes one. [`Grammar::strict`] is the grammar of RFC 5321; each `with_` adds one
/// leniency, by name, for senders that exist.
///
/// # Examples
///
/// ```
/// use mailwright_address::{Fault, Grammar, MailboxRef};
///
/// let strict = Grammar::strict();
/// assert_eq!(MailboxRef::parse(b"a@b.example.", strict).unwrap_err().fault(), Fault::TrailingDot);
/// let loose = strict.with_trailing_dot();
/// assert_eq!(MailboxRef::parse(b"a@b.example.", loose).unwrap().as_str(), "a@b.example");
/// ```
///
/// # RFC
///
/// RFC 5321 §4.1.2, RFC 6531 §3.3
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Grammar {
    utf8: Utf8,
    lenient: u8,
}

impl Grammar {
    /// RFC 5321 as it is written, ASCII only.
    pub const fn strict() -> Self {
        Self { utf8: Utf8::Refused, lenient: 0 }
    }

    /// Every leniency at once, and UTF-8: reads back whatever any other grammar of this room has read.
    pub const fn lenient() -> Self {
        Self { utf8: Utf8::Allowed, lenient: u8::MAX }
    }

    /// Characters outside ASCII, for transactions with SMTPUTF8.
    #[must_use]
    pub const fn with_utf8(mut self, utf8: Utf8) -> Self {
        self.utf8 = utf8;
        self
    }

    /// A dot behind the domain (`a@b.example.`), which is then dropped. For senders that write DNS names.
    #[must_use]
    pub const fn with_trailing_dot(self) -> Self {
        self.with(TRAILING_DOT)
    }

    /// Dots at the edges of an unquoted local part, or two in a row (`.a..b.@c.example`). For mailboxes that some
    /// Japanese mobile carriers gave out.
    #[must_use]
    pub const fn with_loose_dots(self) -> Self {
        self.with(LOOSE_DOTS)
    }

    /// A local part over 64 octets. For VERP and SRS return paths, which wrap one address into another; the path
    /// as a whole stays within its limit.
    #[must_use]
    pub const fn with_long_local_part(self) -> Self {
        self.with(LONG_LOCAL_PART)
    }

    /// `_` in labels of a domain. For EHLO names and hosts of Windows networks.
    #[must_use]
    pub const fn with_underscore(self) -> Self {
        self.with(UNDERSCORE)
    }

    /// A path without its angle brackets (`MAIL FROM:a@b.example`), up to the next space. For old printers and
    /// scripts.
    #[must_use]
    pub const fn with_bare_path(self) -> Self {
        self.with(BARE_PATH)
    }

    /// A path over 256 octets. For chains of forwarders that each wrap the return path.
    #[must_use]
    pub const fn with_long_path(self) -> Self {
        self.with(LONG_PATH)
    }

    /// Whether characters outside ASCII are read.
    pub const fn utf8(self) -> Utf8 {
        self.utf8
    }

    /// The same without the leniency for long paths.
    pub(crate) const fn without_long_path(mut self) -> Self {
        self.lenient &= !LONG_PATH;
        self
    }

    pub(crate) const fn allows_utf8(self) -> bool {
        matches!(self.utf8, Utf8::Allowed)
    }

    pub(crate) const fn allows(self, switch: u8) -> bool {
        self.lenient & switch != 0
    }

    const fn with(mut self, switch: u8) -> Self {
        self.lenient |= switch;
        self
    }
}

pub(crate) const TRAILING_DOT: u8 = 1;
pub(crate) const LOOSE_DOTS: u8 = 2;
pub(crate) const LONG_LOCAL_PART: u8 = 4;
pub(crate) const UNDERSCORE: u8 = 8;
pub(crate) const BARE_PATH: u8 = 16;
pub(crate) const LONG_PATH: u8 = 32;
