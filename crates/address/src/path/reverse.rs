//! Names where mail comes from, as MAIL writes it.
//!
//! in:  `<...>` at the start of the octets      out: the path and where it ended, so that parameters can follow
//! law: the null sender is a case of its own and always read (RFC 5321 §4.5.5)

use alloc::borrow::Cow;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use super::{path, plain, whole};
use crate::fault::AddressError;
use crate::grammar::Grammar;
use crate::mailbox::{Mailbox, MailboxRef};
use crate::text::{owned_traits, read_from_text, view_traits};

/// The path of MAIL, borrowed from the octets that it was read from.
///
/// # RFC
///
/// RFC 5321 §4.1.2, §4.5.5
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 §4.1.2")]
pub enum ReversePathRef<'a> {
    /// `<>`: the sender of bounces, to whom none goes.
    Null,
    /// `<user@example.org>`
    Mailbox(MailboxRef<'a>),
}

impl<'a> ReversePathRef<'a> {
    /// Reads a path at the start of the octets; also says where it ended, in octets.
    ///
    /// What stands behind the closing bracket is the caller's to judge: only a space and parameters may.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar.
    ///
    /// # Examples
    ///
    /// ```
    /// use mailwright_address::{Grammar, ReversePathRef};
    ///
    /// let (path, read) = ReversePathRef::parse_prefix(b"<@hop.example:a@b.example> SIZE=9", Grammar::strict()).unwrap();
    /// assert_eq!(path.as_str(), "a@b.example");
    /// assert_eq!(read, 26);
    /// ```
    #[inline]
    pub fn parse_prefix(octets: &'a [u8], grammar: Grammar) -> Result<(Self, usize), AddressError> {
        if let Some((mailbox, read)) = plain(octets) {
            return Ok((Self::Mailbox(mailbox), read));
        }
        Self::parse_carefully(octets, grammar)
    }

    fn parse_carefully(octets: &'a [u8], grammar: Grammar) -> Result<(Self, usize), AddressError> {
        if octets.starts_with(b"<>") {
            return Ok((Self::Null, 2));
        }
        let (mailbox, read) = path(octets, grammar)?;
        Ok((Self::Mailbox(mailbox), read))
    }

    /// Reads the whole of the octets, with or without angle brackets.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar.
    pub fn parse(octets: &'a [u8], grammar: Grammar) -> Result<Self, AddressError> {
        whole(octets, grammar, Self::parse_prefix)
    }

    /// The path without angle brackets; empty for the null sender.
    pub const fn as_str(&self) -> &'a str {
        match self {
            Self::Null => "",
            Self::Mailbox(mailbox) => mailbox.as_str(),
        }
    }

    /// The path without angle brackets, in octets.
    pub const fn as_bytes(&self) -> &'a [u8] {
        match self {
            Self::Null => b"",
            Self::Mailbox(mailbox) => mailbox.as_bytes(),
        }
    }

    /// The mailbox, but for the null sender.
    pub const fn mailbox(self) -> Option<MailboxRef<'a>> {
        match self {
            Self::Null => None,
            Self::Mailbox(mailbox) => Some(mailbox),
        }
    }

    /// Whether it can't be written without SMTPUTF8.
    pub fn needs_utf8(self) -> bool {
        self.mailbox().is_some_and(MailboxRef::needs_utf8)
    }

    /// Whether all of it is ASCII.
    pub const fn is_ascii(self) -> bool {
        self.as_bytes().is_ascii()
    }

    /// The path without angle brackets, its domain as A-labels: for a peer without SMTPUTF8.
    pub fn to_ascii(self) -> Cow<'a, str> {
        self.mailbox().map_or(Cow::Borrowed(self.as_str()), MailboxRef::to_ascii)
    }

    /// A copy that owns its octets.
    pub fn to_reverse_path(self) -> ReversePath {
        self.mailbox().map_or(ReversePath::Null, |mailbox| ReversePath::Mailbox(mailbox.to_mailbox()))
    }

    fn meaning_cmp(&self, other: &Self) -> Ordering {
        self.mailbox().cmp(&other.mailbox())
    }

    fn meaning_hash<H: Hasher>(&self, state: &mut H) {
        self.mailbox().hash(state);
    }
}

/// With angle brackets, as MAIL writes it.
impl fmt::Display for ReversePathRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.as_str())
    }
}

/// The path of MAIL: where bounces go, or nowhere.
///
/// # Examples
///
/// ```
/// use mailwright_address::ReversePath;
///
/// let path: ReversePath = "<>".parse().unwrap();
/// assert_eq!(path, ReversePath::Null);
/// assert_eq!(path.to_string(), "<>");
/// ```
///
/// # RFC
///
/// RFC 5321 §4.1.2, §4.5.5
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 §4.1.2")]
pub enum ReversePath {
    /// `<>`: the sender of bounces, to whom none goes.
    Null,
    /// `<user@example.org>`
    Mailbox(Mailbox),
}

impl ReversePath {
    /// Reads the whole of the octets, with or without angle brackets.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar.
    pub fn parse(octets: &[u8], grammar: Grammar) -> Result<Self, AddressError> {
        ReversePathRef::parse(octets, grammar).map(ReversePathRef::to_reverse_path)
    }

    /// The path without angle brackets; empty for the null sender.
    pub const fn as_str(&self) -> &str {
        self.view().as_str()
    }

    /// The path without angle brackets, in octets.
    pub const fn as_bytes(&self) -> &[u8] {
        self.view().as_bytes()
    }

    /// The mailbox, but for the null sender.
    pub const fn mailbox(&self) -> Option<&Mailbox> {
        match self {
            Self::Null => None,
            Self::Mailbox(mailbox) => Some(mailbox),
        }
    }

    /// Whether it is the null sender, to whom no bounce may go.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The path without angle brackets, its domain as A-labels: for a peer without SMTPUTF8.
    pub fn to_ascii(&self) -> Cow<'_, str> {
        self.view().to_ascii()
    }

    /// Whether it can't be written without SMTPUTF8.
    pub fn needs_utf8(&self) -> bool {
        self.view().needs_utf8()
    }

    /// The same, borrowed.
    pub const fn view(&self) -> ReversePathRef<'_> {
        match self {
            Self::Null => ReversePathRef::Null,
            Self::Mailbox(mailbox) => ReversePathRef::Mailbox(mailbox.view()),
        }
    }
}

/// With angle brackets, as MAIL writes it.
impl fmt::Display for ReversePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

impl From<Mailbox> for ReversePath {
    fn from(mailbox: Mailbox) -> Self {
        Self::Mailbox(mailbox)
    }
}

view_traits!(ReversePathRef);
owned_traits!(ReversePath);
read_from_text!(ReversePath);
