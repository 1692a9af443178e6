//! Names a host by its address.
//!
//! in:  `[192.0.2.1]`, `[IPv6:2001:db8::1]`, `[tag:content]`      out: the IP address, where it is one
//! law: written in one canonical form, whatever spelling was read (RFC 5952 §4)

use alloc::boxed::Box;
use alloc::format;
use core::cmp::Ordering;
use core::hash::{Hash, Hasher};
use core::net::IpAddr;

use super::HostRef;
use crate::fault::{AddressError, Fault};
use crate::grammar::Grammar;
use crate::scan::{self, Literal};
use crate::text::{owned_traits, read_from_text, shown_as_text, view_traits};

/// An address literal, brackets included, borrowed from the octets that it was read from.
///
/// # RFC
///
/// RFC 5321 §4.1.3
#[derive(Clone, Copy)]
pub struct AddressLiteralRef<'a>(&'a str);

impl<'a> AddressLiteralRef<'a> {
    /// Reads the whole of the octets.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar; a domain is [`Fault::LiteralNoAddress`].
    pub fn parse(octets: &'a [u8], grammar: Grammar) -> Result<Self, AddressError> {
        match HostRef::parse(octets, grammar)? {
            HostRef::Literal(literal) => Ok(literal),
            HostRef::Domain(_) => Err(AddressError::new(Fault::LiteralNoAddress, 0)),
        }
    }

    /// The literal as it was written, with its brackets.
    pub const fn as_str(&self) -> &'a str {
        self.0
    }

    /// The IP address, where it is one; none for `[tag:content]`.
    pub fn ip(self) -> Option<IpAddr> {
        match self.read() {
            Some(Literal::Ip(ip, _)) => Some(ip),
            Some(Literal::General(_)) | None => None,
        }
    }

    /// Tag and content of a literal that is no IP address.
    pub fn general(self) -> Option<(&'a str, &'a str)> {
        match self.read() {
            Some(Literal::General(colon)) => {
                let (tag, content) = self.content().split_at_checked(colon)?;
                Some((tag, content.strip_prefix(':')?))
            }
            Some(Literal::Ip(..)) | None => None,
        }
    }

    /// A copy that owns its octets.
    pub fn to_literal(self) -> AddressLiteral {
        self.ip().map_or_else(|| AddressLiteral(self.0.into(), None), AddressLiteral::from)
    }

    pub(crate) const fn of(text: &'a str) -> Self {
        Self(text)
    }

    fn read(self) -> Option<Literal> {
        scan::judge_literal(self.content().as_bytes()).ok()
    }

    fn content(self) -> &'a str {
        self.0.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or_default()
    }

    fn meaning_cmp(&self, other: &Self) -> Ordering {
        let lower = |octet: u8| octet.to_ascii_lowercase();
        self.ip().cmp(&other.ip()).then_with(|| match self.ip() {
            Some(_) => Ordering::Equal,
            None => self.0.bytes().map(lower).cmp(other.0.bytes().map(lower)),
        })
    }

    fn meaning_hash<H: Hasher>(&self, state: &mut H) {
        let ip = self.ip();
        ip.hash(state);
        if ip.is_none() {
            self.0.bytes().for_each(|octet| octet.to_ascii_lowercase().hash(state));
        }
    }
}

/// An address literal: `[192.0.2.1]`.
///
/// # Examples
///
/// ```
/// use mailwright_address::AddressLiteral;
///
/// let literal = AddressLiteral::from(core::net::IpAddr::from([192, 0, 2, 1]));
/// assert_eq!(literal.to_string(), "[192.0.2.1]");
/// ```
///
/// # RFC
///
/// RFC 5321 §4.1.3
#[derive(Clone)]
pub struct AddressLiteral(Box<str>, Option<IpAddr>);

impl AddressLiteral {
    /// Reads the whole of the octets.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar; a domain is [`Fault::LiteralNoAddress`].
    pub fn parse(octets: &[u8], grammar: Grammar) -> Result<Self, AddressError> {
        AddressLiteralRef::parse(octets, grammar).map(AddressLiteralRef::to_literal)
    }

    /// The literal in its canonical form, with its brackets.
    pub const fn as_str(&self) -> &str {
        &self.0
    }

    /// The IP address, where it is one; none for `[tag:content]`.
    pub const fn ip(&self) -> Option<IpAddr> {
        self.1
    }

    /// The same, borrowed.
    pub const fn view(&self) -> AddressLiteralRef<'_> {
        AddressLiteralRef(&self.0)
    }
}

impl From<IpAddr> for AddressLiteral {
    fn from(ip: IpAddr) -> Self {
        let text = match ip {
            IpAddr::V4(ip) => format!("[{ip}]"),
            IpAddr::V6(ip) => format!("[IPv6:{ip}]"),
        };
        Self(text.into(), Some(ip))
    }
}

view_traits!(AddressLiteralRef);
owned_traits!(AddressLiteral);
shown_as_text!(AddressLiteralRef<'_> AddressLiteral);
read_from_text!(AddressLiteral);
