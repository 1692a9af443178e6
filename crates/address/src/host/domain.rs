//! Names a domain.
//!
//! in:  octets      out: a domain, as written and in both its spellings
//! law: `Bücher.example`, `bücher.EXAMPLE` and `xn--bcher-kva.example` are one domain (RFC 5890 §2.3.2.4)

use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::cmp::Ordering;
use core::hash::{Hash, Hasher};

use super::HostRef;
use crate::fault::{AddressError, Fault};
use crate::grammar::Grammar;
use crate::label;
use crate::text::{owned_traits, read_from_text, shown_as_text, view_traits};

/// A domain, borrowed from the octets that it was read from.
///
/// # RFC
///
/// RFC 5321 §4.1.2, RFC 6531 §3.3
#[derive(Clone, Copy)]
pub struct DomainRef<'a>(&'a str);

impl<'a> DomainRef<'a> {
    /// Reads the whole of the octets.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar; a literal is [`Fault::Unexpected`].
    pub fn parse(octets: &'a [u8], grammar: Grammar) -> Result<Self, AddressError> {
        match HostRef::parse(octets, grammar)? {
            HostRef::Domain(domain) => Ok(domain),
            HostRef::Literal(_) => Err(AddressError::new(Fault::Unexpected, 0)),
        }
    }

    /// The domain as it was written, without a trailing dot.
    pub const fn as_str(&self) -> &'a str {
        self.0
    }

    /// Whether every label is ASCII, so that the domain fits a path without SMTPUTF8.
    pub const fn is_ascii(self) -> bool {
        self.0.is_ascii()
    }

    /// The labels from left to right, as written.
    pub fn labels(self) -> impl DoubleEndedIterator<Item = &'a str> + Clone {
        self.0.split('.')
    }

    /// The domain with every U-label as A-label: what goes to the DNS and to a peer without SMTPUTF8.
    pub fn to_ascii(self) -> Cow<'a, str> {
        if self.is_ascii() {
            Cow::Borrowed(self.0)
        } else {
            label::to_ascii(self.0).map_or(Cow::Borrowed(self.0), Cow::Owned)
        }
    }

    /// The domain with every A-label as U-label: what is shown to people.
    pub fn to_unicode(self) -> Cow<'a, str> {
        if self.is_ascii() && !self.labels().any(|label| label::is_ace(label.as_bytes())) {
            Cow::Borrowed(self.0)
        } else {
            label::to_unicode(self.0).map_or(Cow::Borrowed(self.0), Cow::Owned)
        }
    }

    /// A copy that owns its octets.
    pub fn to_domain(self) -> Domain {
        Domain(self.0.into())
    }

    pub(crate) const fn of(text: &'a str) -> Self {
        Self(text)
    }

    fn meaning_cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self.to_ascii(), other.to_ascii());
        let lower = |octet: u8| octet.to_ascii_lowercase();
        a.bytes().map(lower).cmp(b.bytes().map(lower))
    }

    fn meaning_hash<H: Hasher>(&self, state: &mut H) {
        for octet in self.to_ascii().bytes() {
            octet.to_ascii_lowercase().hash(state);
        }
        0xFF_u8.hash(state);
    }
}

/// A domain: `example.org`, `bücher.example`.
///
/// Kept as it was written; compared without regard to case and to the spelling of its labels.
///
/// # Examples
///
/// ```
/// use mailwright_address::Domain;
///
/// let domain: Domain = "bücher.example".parse().unwrap();
/// assert_eq!(domain.to_ascii(), "xn--bcher-kva.example");
/// assert_eq!(domain, "XN--bcher-kva.Example".parse().unwrap());
/// ```
///
/// # RFC
///
/// RFC 5321 §2.3.5, §4.1.2; RFC 5890 §2.3.2
#[derive(Clone)]
pub struct Domain(Box<str>);

impl Domain {
    /// Reads the whole of the octets.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar; a literal is [`Fault::Unexpected`].
    pub fn parse(octets: &[u8], grammar: Grammar) -> Result<Self, AddressError> {
        DomainRef::parse(octets, grammar).map(DomainRef::to_domain)
    }

    /// The domain as it was written, without a trailing dot.
    pub const fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether every label is ASCII, so that the domain fits a path without SMTPUTF8.
    pub const fn is_ascii(&self) -> bool {
        self.0.is_ascii()
    }

    /// The domain with every U-label as A-label: what goes to the DNS and to a peer without SMTPUTF8.
    pub fn to_ascii(&self) -> Cow<'_, str> {
        self.view().to_ascii()
    }

    /// The domain with every A-label as U-label: what is shown to people.
    pub fn to_unicode(&self) -> Cow<'_, str> {
        self.view().to_unicode()
    }

    /// The same, borrowed.
    pub const fn view(&self) -> DomainRef<'_> {
        DomainRef(&self.0)
    }
}

impl AsRef<str> for Domain {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

view_traits!(DomainRef);
owned_traits!(Domain);
shown_as_text!(DomainRef<'_> Domain);
read_from_text!(Domain);
