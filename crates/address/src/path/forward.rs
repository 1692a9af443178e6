//! Names where mail goes to, as RCPT writes it.
//!
//! in:  `<...>` at the start of the octets      out: the path and where it ended, so that parameters can follow
//! law: the bare postmaster is a case of its own, the null path is no recipient (RFC 5321 §4.1.1.3)

use alloc::borrow::Cow;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use super::{bare, path, plain, whole};
use crate::fault::{AddressError, Fault};
use crate::grammar::{self, Grammar};
use crate::mailbox::{Mailbox, MailboxRef};
use crate::text::{owned_traits, read_from_text, view_traits};

/// The path of RCPT, borrowed from the octets that it was read from.
///
/// # RFC
///
/// RFC 5321 §4.1.1.3, §4.1.2
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 §4.1.1.3")]
pub enum ForwardPathRef<'a> {
    /// `<Postmaster>` in any case: whoever runs this host.
    Postmaster,
    /// `<user@example.org>`
    Mailbox(MailboxRef<'a>),
}

impl<'a> ForwardPathRef<'a> {
    /// Reads a path at the start of the octets; also says where it ended, in octets.
    ///
    /// What stands behind the closing bracket is the caller's to judge: only a space and parameters may.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar; `<>` is [`Fault::NullRecipient`].
    ///
    /// # Examples
    ///
    /// ```
    /// use mailwright_address::{ForwardPathRef, Grammar};
    ///
    /// let (path, read) = ForwardPathRef::parse_prefix(b"<postMASTER>", Grammar::strict()).unwrap();
    /// assert_eq!((path, read), (ForwardPathRef::Postmaster, 12));
    /// assert!(ForwardPathRef::parse_prefix(b"<>", Grammar::strict()).is_err());
    /// ```
    #[inline]
    pub fn parse_prefix(octets: &'a [u8], grammar: Grammar) -> Result<(Self, usize), AddressError> {
        // Neither of the two cases of their own is one.
        if let Some((mailbox, read)) = plain(octets) {
            return Ok((Self::Mailbox(mailbox), read));
        }
        Self::parse_carefully(octets, grammar)
    }

    fn parse_carefully(octets: &'a [u8], grammar: Grammar) -> Result<(Self, usize), AddressError> {
        if octets.starts_with(b"<>") {
            return Err(AddressError::new(Fault::NullRecipient, 0));
        }
        if octets.first_chunk::<12>().is_some_and(|start| start.eq_ignore_ascii_case(b"<postmaster>")) {
            return Ok((Self::Postmaster, 12));
        }
        if grammar.allows(grammar::BARE_PATH) {
            let word = octets.get(..bare(octets)).unwrap_or_default();
            if word.eq_ignore_ascii_case(b"postmaster") {
                return Ok((Self::Postmaster, word.len()));
            }
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

    /// The path without angle brackets.
    pub const fn as_str(&self) -> &'a str {
        match self {
            Self::Postmaster => "Postmaster",
            Self::Mailbox(mailbox) => mailbox.as_str(),
        }
    }

    /// The path without angle brackets, in octets.
    pub const fn as_bytes(&self) -> &'a [u8] {
        match self {
            Self::Postmaster => b"Postmaster",
            Self::Mailbox(mailbox) => mailbox.as_bytes(),
        }
    }

    /// The mailbox, but for the bare postmaster.
    pub const fn mailbox(self) -> Option<MailboxRef<'a>> {
        match self {
            Self::Postmaster => None,
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
    pub fn to_forward_path(self) -> ForwardPath {
        self.mailbox().map_or(ForwardPath::Postmaster, |mailbox| ForwardPath::Mailbox(mailbox.to_mailbox()))
    }

    fn meaning_cmp(&self, other: &Self) -> Ordering {
        self.mailbox().cmp(&other.mailbox())
    }

    fn meaning_hash<H: Hasher>(&self, state: &mut H) {
        self.mailbox().hash(state);
    }
}

/// With angle brackets, as RCPT writes it.
impl fmt::Display for ForwardPathRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.as_str())
    }
}

/// The path of RCPT: a recipient.
///
/// # RFC
///
/// RFC 5321 §4.1.1.3, §4.1.2
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 §4.1.1.3")]
pub enum ForwardPath {
    /// `<Postmaster>`: whoever runs this host.
    Postmaster,
    /// `<user@example.org>`
    Mailbox(Mailbox),
}

impl ForwardPath {
    /// Reads the whole of the octets, with or without angle brackets.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar.
    pub fn parse(octets: &[u8], grammar: Grammar) -> Result<Self, AddressError> {
        ForwardPathRef::parse(octets, grammar).map(ForwardPathRef::to_forward_path)
    }

    /// The path without angle brackets.
    pub const fn as_str(&self) -> &str {
        self.view().as_str()
    }

    /// The path without angle brackets, in octets.
    pub const fn as_bytes(&self) -> &[u8] {
        self.view().as_bytes()
    }

    /// The mailbox, but for the bare postmaster.
    pub const fn mailbox(&self) -> Option<&Mailbox> {
        match self {
            Self::Postmaster => None,
            Self::Mailbox(mailbox) => Some(mailbox),
        }
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
    pub const fn view(&self) -> ForwardPathRef<'_> {
        match self {
            Self::Postmaster => ForwardPathRef::Postmaster,
            Self::Mailbox(mailbox) => ForwardPathRef::Mailbox(mailbox.view()),
        }
    }
}

/// With angle brackets, as RCPT writes it.
impl fmt::Display for ForwardPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

impl From<Mailbox> for ForwardPath {
    fn from(mailbox: Mailbox) -> Self {
        Self::Mailbox(mailbox)
    }
}

view_traits!(ForwardPathRef);
owned_traits!(ForwardPath);
read_from_text!(ForwardPath);
