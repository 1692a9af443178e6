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
use crate::text::{self, owned_traits, read_from_text, shown_as_text, view_traits};

/// A domain, borrowed from the octets that it was read from.
///
/// # RFC
///
/// RFC 5321 §4.1.2, RFC 6531 §3.3
#[derive(Clone, Copy)]
pub struct DomainRef<'a> {
    /// Known to be UTF-8, as in the host.
    octets: &'a [u8],
}

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
    ///
    /// A `str` is made of the octets each time; where octets will do, [`as_bytes`](Self::as_bytes) is free.
    pub const fn as_str(&self) -> &'a str {
        text::known(self.octets)
    }

    /// The domain as it was written, in octets.
    #[inline]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.octets
    }

    /// Whether every label is ASCII, so that the domain fits a path without SMTPUTF8.
    pub const fn is_ascii(self) -> bool {
        self.octets.is_ascii()
    }

    /// The labels from left to right, as written.
    pub fn labels(self) -> impl DoubleEndedIterator<Item = &'a str> + Clone {
        self.as_str().split('.')
    }

    /// The domain with every U-label as A-label: what goes to the DNS and to a peer without SMTPUTF8.
    pub fn to_ascii(self) -> Cow<'a, str> {
        to_ascii(self.as_str())
    }

    /// The domain with every A-label as U-label: what is shown to people.
    pub fn to_unicode(self) -> Cow<'a, str> {
        if self.is_ascii() && !self.labels().any(|label| label::is_ace(label.as_bytes())) {
            Cow::Borrowed(self.as_str())
        } else {
            label::to_unicode(self.as_str()).map_or(Cow::Borrowed(self.as_str()), Cow::Owned)
        }
    }

    /// A copy that owns its octets.
    pub fn to_domain(self) -> Domain {
        Domain(self.as_str().into())
    }

    /// `octets`: read as a domain, and UTF-8.
    #[inline]
    pub(crate) const fn of(octets: &'a [u8]) -> Self {
        Self { octets }
    }

    /// The octets with every U-label as A-label.
    fn ascii(&self) -> Cow<'a, [u8]> {
        if self.is_ascii() {
            return Cow::Borrowed(self.octets);
        }
        label::to_ascii(self.as_str()).map_or(Cow::Borrowed(self.octets), |text| Cow::Owned(text.into()))
    }

    fn meaning_cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self.ascii(), other.ascii());
        let lower = u8::to_ascii_lowercase;
        a.iter().map(lower).cmp(b.iter().map(lower))
    }

    fn meaning_hash<H: Hasher>(&self, state: &mut H) {
        for octet in self.ascii().iter() {
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
        to_ascii(&self.0)
    }

    /// The domain with every A-label as U-label: what is shown to people.
    pub fn to_unicode(&self) -> Cow<'_, str> {
        self.view().to_unicode()
    }

    /// The same, borrowed.
    pub const fn view(&self) -> DomainRef<'_> {
        DomainRef::of(self.0.as_bytes())
    }
}

fn to_ascii(text: &str) -> Cow<'_, str> {
    let converted = if text.is_ascii() { None } else { label::to_ascii(text) };
    converted.map_or(Cow::Borrowed(text), Cow::Owned)
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
