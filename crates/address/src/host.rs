//! Names the host behind the `@`, or the one that says EHLO.
//!
//! in:  octets      out: a domain or an address literal
//! law: compared by meaning: case, U-label and A-label, the spellings of an IP address

use alloc::borrow::Cow;
use core::cmp::Ordering;
use core::hash::{Hash, Hasher};
use core::net::IpAddr;

mod domain;
mod literal;

pub use domain::{Domain, DomainRef};
pub use literal::{AddressLiteral, AddressLiteralRef};

use crate::fault::{AddressError, Fault};
use crate::grammar::Grammar;
use crate::scan::{self, Cursor};
use crate::text::{self, owned_traits, read_from_text, view_traits};

/// A domain or an address literal, borrowed from the octets that it was read from.
///
/// # RFC
///
/// RFC 5321 §4.1.2, §4.1.3
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 §4.1.2")]
pub enum HostRef<'a> {
    /// `example.org`
    Domain(DomainRef<'a>),
    /// `[192.0.2.1]`
    Literal(AddressLiteralRef<'a>),
}

impl<'a> HostRef<'a> {
    /// Reads the whole of the octets, as EHLO needs it.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar.
    pub fn parse(octets: &'a [u8], grammar: Grammar) -> Result<Self, AddressError> {
        let mut judge = scan::Envelope(grammar);
        let mut cursor = Cursor::new(octets, 0);
        let host = scan::host(&mut cursor, &mut judge)?;
        if let Some(octet) = cursor.peek() {
            return Err(AddressError::new(scan::unexpected(octet, grammar), cursor.at()));
        }
        let octets = octets.get(..host.end).unwrap_or_default();
        if text::is_utf8(octets) { Ok(Self::of(octets)) } else { Err(AddressError::new(Fault::NotUtf8, 0)) }
    }

    /// The host as it was written.
    pub const fn as_str(&self) -> &'a str {
        match self {
            Self::Domain(domain) => domain.as_str(),
            Self::Literal(literal) => literal.as_str(),
        }
    }

    /// The host as it was written, in octets.
    #[inline]
    pub const fn as_bytes(&self) -> &'a [u8] {
        match self {
            Self::Domain(domain) => domain.as_bytes(),
            Self::Literal(literal) => literal.as_str().as_bytes(),
        }
    }

    /// The host with every U-label as A-label: what EHLO says, whatever the peer offers (RFC 6531 §3.7.1).
    pub fn to_ascii(self) -> Cow<'a, str> {
        match self {
            Self::Domain(domain) => domain.to_ascii(),
            Self::Literal(literal) => Cow::Borrowed(literal.as_str()),
        }
    }

    /// The domain, where it is one.
    pub const fn domain(self) -> Option<DomainRef<'a>> {
        match self {
            Self::Domain(domain) => Some(domain),
            Self::Literal(_) => None,
        }
    }

    /// The IP address, where the host is one.
    pub fn ip(self) -> Option<IpAddr> {
        match self {
            Self::Domain(_) => None,
            Self::Literal(literal) => literal.ip(),
        }
    }

    /// A copy that owns its octets.
    pub fn to_host(self) -> Host {
        match self {
            Self::Domain(domain) => Host::Domain(domain.to_domain()),
            Self::Literal(literal) => Host::Literal(literal.to_literal()),
        }
    }

    /// `octets`: read as a host, and UTF-8.
    #[inline]
    pub(crate) fn of(octets: &'a [u8]) -> Self {
        if octets.starts_with(b"[") {
            Self::Literal(AddressLiteralRef::of(text::known(octets)))
        } else {
            Self::Domain(DomainRef::of(octets))
        }
    }

    fn meaning_cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Domain(a), Self::Domain(b)) => a.cmp(b),
            (Self::Literal(a), Self::Literal(b)) => a.cmp(b),
            (Self::Domain(_), Self::Literal(_)) => Ordering::Less,
            (Self::Literal(_), Self::Domain(_)) => Ordering::Greater,
        }
    }

    fn meaning_hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Domain(domain) => domain.hash(state),
            Self::Literal(literal) => literal.hash(state),
        }
    }
}

impl core::fmt::Display for HostRef<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A domain or an address literal: the host of a mailbox, the argument of EHLO.
///
/// # Examples
///
/// ```
/// use mailwright_address::Host;
///
/// let host: Host = "[IPv6:2001:db8:0:0::7]".parse().unwrap();
/// assert_eq!(host.to_string(), "[IPv6:2001:db8::7]");
/// assert_eq!("MX.example.org".parse::<Host>(), "mx.example.org".parse());
/// ```
///
/// # RFC
///
/// RFC 5321 §4.1.1.1, §4.1.2
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 §4.1.2")]
pub enum Host {
    /// `example.org`
    Domain(Domain),
    /// `[192.0.2.1]`
    Literal(AddressLiteral),
}

impl Host {
    /// Reads the whole of the octets, as EHLO needs it.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar.
    pub fn parse(octets: &[u8], grammar: Grammar) -> Result<Self, AddressError> {
        HostRef::parse(octets, grammar).map(HostRef::to_host)
    }

    /// The host as it was written; a literal in its canonical form.
    pub fn as_str(&self) -> &str {
        self.view().as_str()
    }

    /// The host with every U-label as A-label: what EHLO says, whatever the peer offers (RFC 6531 §3.7.1).
    pub fn to_ascii(&self) -> Cow<'_, str> {
        self.view().to_ascii()
    }

    /// The domain, where it is one.
    pub const fn domain(&self) -> Option<&Domain> {
        match self {
            Self::Domain(domain) => Some(domain),
            Self::Literal(_) => None,
        }
    }

    /// The IP address, where the host is one.
    pub fn ip(&self) -> Option<IpAddr> {
        self.view().ip()
    }

    /// The same, borrowed.
    pub fn view(&self) -> HostRef<'_> {
        match self {
            Self::Domain(domain) => HostRef::Domain(domain.view()),
            Self::Literal(literal) => HostRef::Literal(literal.view()),
        }
    }
}

impl core::fmt::Display for Host {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.as_str())
    }
}

impl From<Domain> for Host {
    fn from(domain: Domain) -> Self {
        Self::Domain(domain)
    }
}

impl From<AddressLiteral> for Host {
    fn from(literal: AddressLiteral) -> Self {
        Self::Literal(literal)
    }
}

impl From<IpAddr> for Host {
    fn from(ip: IpAddr) -> Self {
        Self::Literal(ip.into())
    }
}

view_traits!(HostRef);
owned_traits!(Host);
read_from_text!(Host);
