//! Names a mailbox: a local part at a host.
//!
//! in:  octets      out: the mailbox, borrowed without an allocation or owned
//! law: one reading: the same local part and host through envelope, header and constructor

use alloc::borrow::Cow;
use alloc::format;
use core::cmp::Ordering;
use core::hash::{Hash, Hasher};

mod local;

pub use local::{LocalPart, LocalPartRef};

use crate::fault::{AddressError, Class, Fault};
use crate::grammar::{Grammar, Utf8};
use crate::host::{Host, HostRef};
use crate::octets::Octets;
use crate::scan::{self, Spans};
use crate::text::{self, owned_traits, read_from_text, shown_as_text, view_traits};

/// A mailbox, borrowed from the octets that it was read from. Reading one allocates nothing.
///
/// # Examples
///
/// ```
/// use mailwright_address::{Class, Grammar, MailboxRef};
///
/// let mailbox = MailboxRef::parse(b"\"a@b\"@c.example", Grammar::strict()).unwrap();
/// assert_eq!(mailbox.local_part().meaning(), "a@b");
/// assert_eq!(mailbox.host().as_str(), "c.example");
/// assert_eq!(mailbox.class(), Class::EnvelopeUnusual);
/// ```
///
/// # RFC
///
/// RFC 5321 §4.1.2, RFC 6531 §3.3
#[derive(Clone, Copy)]
pub struct MailboxRef<'a> {
    /// Known to be UTF-8: the grammar lets nothing else pass. Made a `str` only when one is asked for.
    octets: &'a [u8],
    at: usize,
}

impl<'a> MailboxRef<'a> {
    /// Reads the whole of the octets in the envelope's reading.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar.
    #[inline]
    pub fn parse(octets: &'a [u8], grammar: Grammar) -> Result<Self, AddressError> {
        let (mailbox, next) = Self::parse_prefix(octets, 0, grammar)?;
        match octets.get(next) {
            None => Ok(mailbox),
            Some(octet) => Err(AddressError::new(scan::unexpected(*octet, grammar), next)),
        }
    }

    /// The mailbox as it was written, without a trailing dot.
    ///
    /// A `str` is made of the octets each time; where octets will do, [`as_bytes`](Self::as_bytes) is free.
    pub const fn as_str(&self) -> &'a str {
        text::known(self.octets)
    }

    /// The mailbox as it was written, in octets.
    #[inline]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.octets
    }

    /// What stands in front of the `@`.
    #[inline]
    pub fn local_part(self) -> LocalPartRef<'a> {
        LocalPartRef::of(self.octets.get(..self.at).unwrap_or_default())
    }

    /// What stands behind the `@`.
    #[inline]
    pub fn host(self) -> HostRef<'a> {
        HostRef::of(self.octets.get(self.at.saturating_add(1)..).unwrap_or_default())
    }

    /// What the mailbox is good for: [`Class::Envelope`] or [`Class::EnvelopeUnusual`], or worse where a leniency
    /// let it pass.
    pub fn class(self) -> Class {
        crate::Reading::of(self.as_bytes(), Grammar::strict().with_utf8(Utf8::Allowed)).class()
    }

    /// Whether all of it is ASCII.
    pub const fn is_ascii(self) -> bool {
        self.octets.is_ascii()
    }

    /// Whether the mailbox can't be written without SMTPUTF8. A domain can, as A-labels; a local part can't.
    pub fn needs_utf8(self) -> bool {
        !self.octets.get(..self.at).unwrap_or_default().is_ascii()
    }

    /// The mailbox with its domain as A-labels, for a peer without SMTPUTF8.
    pub fn to_ascii(self) -> Cow<'a, str> {
        match self.host() {
            HostRef::Domain(domain) if !domain.is_ascii() => {
                Cow::Owned(format!("{}@{}", self.local_part(), domain.to_ascii()))
            }
            HostRef::Domain(_) | HostRef::Literal(_) => Cow::Borrowed(self.as_str()),
        }
    }

    /// A copy that owns its octets.
    pub fn to_mailbox(self) -> Mailbox {
        Mailbox { octets: Octets::new(self.octets), at: self.at }
    }

    /// Reads a mailbox from `from` on; also says where it ended.
    #[inline]
    pub(crate) fn parse_prefix(
        octets: &'a [u8],
        from: usize,
        grammar: Grammar,
    ) -> Result<(Self, usize), AddressError> {
        let spans = scan::addr_spec(octets, from, &mut scan::Envelope(grammar))?;
        Ok((Self::of(octets, spans)?, spans.next))
    }

    /// The mailbox that a parser has found.
    #[inline]
    pub(crate) fn of(octets: &'a [u8], spans: Spans) -> Result<Self, AddressError> {
        let octets = octets.get(spans.start..spans.end).unwrap_or_default();
        if !text::is_utf8(octets) {
            return Err(AddressError::new(Fault::NotUtf8, spans.start));
        }
        Ok(Self { octets, at: spans.at.saturating_sub(spans.start) })
    }

    /// The ordinary mailbox at the start of the octets, up to the `>`: an atom at labels of letters and digits. Nothing can
    /// be said against one in any grammar; every other one is read with care.
    #[inline(never)]
    pub(crate) fn plain_prefix(octets: &'a [u8]) -> Option<Self> {
        let (at, end) = scan::plain(octets)?;
        Some(Self { octets: octets.get(..end)?, at })
    }

    fn meaning_cmp(&self, other: &Self) -> Ordering {
        self.host().cmp(&other.host()).then_with(|| self.local_part().cmp(&other.local_part()))
    }

    fn meaning_hash<H: Hasher>(&self, state: &mut H) {
        self.host().hash(state);
        self.local_part().hash(state);
    }
}

/// A mailbox: `user@example.org`.
///
/// Kept as it was written; compared by what it means: local parts with regard to case and without regard to
/// quoting, domains without regard to case and to the spelling of their labels.
///
/// # Examples
///
/// ```
/// use mailwright_address::Mailbox;
///
/// let mailbox: Mailbox = "\"user\"@EXAMPLE.org".parse().unwrap();
/// assert_eq!(mailbox, "user@example.org".parse().unwrap());
/// assert_eq!(mailbox.to_string(), "\"user\"@EXAMPLE.org");
/// assert_eq!(mailbox.to_canonical().to_string(), "user@example.org");
/// ```
///
/// # RFC
///
/// RFC 5321 §4.1.2
#[derive(Clone)]
pub struct Mailbox {
    /// UTF-8, as in its view.
    octets: Octets,
    at: usize,
}

impl Mailbox {
    /// A local part at a host.
    ///
    /// # Errors
    ///
    /// [`Fault::PathTooLong`] where both together have more than 254 octets.
    pub fn new(local_part: &LocalPart, host: &Host) -> Result<Self, AddressError> {
        let text = format!("{local_part}@{host}");
        Self::parse(text.as_bytes(), Grammar::lenient().without_long_path())
    }

    /// Reads the whole of the octets in the envelope's reading.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar.
    pub fn parse(octets: &[u8], grammar: Grammar) -> Result<Self, AddressError> {
        MailboxRef::parse(octets, grammar).map(MailboxRef::to_mailbox)
    }

    /// The mailbox as it was written.
    ///
    /// A `str` is made of the octets each time; where octets will do, [`as_bytes`](Self::as_bytes) is free.
    pub const fn as_str(&self) -> &str {
        text::known(self.as_bytes())
    }

    /// The mailbox as it was written, in octets.
    pub const fn as_bytes(&self) -> &[u8] {
        self.octets.as_bytes()
    }

    /// What stands in front of the `@`.
    pub fn local_part(&self) -> LocalPartRef<'_> {
        self.view().local_part()
    }

    /// What stands behind the `@`.
    pub fn host(&self) -> HostRef<'_> {
        self.view().host()
    }

    /// Whether all of it is ASCII.
    pub const fn is_ascii(&self) -> bool {
        self.as_bytes().is_ascii()
    }

    /// Whether the mailbox can't be written without SMTPUTF8. A domain can, as A-labels; a local part can't.
    pub fn needs_utf8(&self) -> bool {
        self.view().needs_utf8()
    }

    /// The one spelling of this mailbox: least quoting, domain in lower case and as A-labels, for keys and logs.
    #[must_use]
    pub fn to_canonical(&self) -> Self {
        let local_part = self.local_part().canonical();
        let host = match self.host() {
            HostRef::Domain(domain) => domain.to_ascii().to_ascii_lowercase(),
            HostRef::Literal(literal) => literal.to_literal().as_str().into(),
        };
        let text = format!("{local_part}@{host}");
        Self { octets: Octets::new(text.as_bytes()), at: local_part.len() }
    }

    /// The same, borrowed.
    pub const fn view(&self) -> MailboxRef<'_> {
        MailboxRef { octets: self.as_bytes(), at: self.at }
    }
}

impl AsRef<str> for Mailbox {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

view_traits!(MailboxRef);
owned_traits!(Mailbox);
shown_as_text!(MailboxRef<'_> Mailbox);
read_from_text!(Mailbox);
