//! The values of parameters that are addresses and names, and travel in xtext.
//!
//! in:  a value as it was written, or as it is meant      out: the other of the two
//! law: judged without an allocation and decoded only for whoever wants it (RFC 3461 §4, RFC 4954 §5)

use bytes::{BufMut, BytesMut};
use mailwright_address::{Envid, Grammar, Mailbox, MailboxRef, Orcpt, ReversePath, Utf8, xtext};

use super::value::write_text;

/// The value of ENVID, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct EnvidRef<'a>(Source<'a, Envid>);

/// The value of ORCPT, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct OrcptRef<'a>(Source<'a, Orcpt>, Utf8);

/// The value of AUTH: who handed the message in, as far as the peer knows.
///
/// # RFC
///
/// RFC 4954 §5
#[derive(Clone, Copy, Debug)]
pub struct AuthIdentity<'a>(Source<'a, ReversePath>);

/// A value as it was written, or as it is meant.
#[derive(Debug)]
enum Source<'a, T> {
    Wire(&'a [u8]),
    Value(&'a T),
}

impl<T> Clone for Source<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Source<'_, T> {}

impl<'a> EnvidRef<'a> {
    /// The same, borrowed.
    pub const fn new(envid: &'a Envid) -> Self {
        Self(Source::Value(envid))
    }

    pub(super) fn parse(value: &'a [u8]) -> Option<Self> {
        ((1..=ENVID).contains(&value.len()) && is_printable_xtext(value)).then_some(Self(Source::Wire(value)))
    }

    /// A copy that owns its octets.
    pub fn to_envid(self) -> Option<Envid> {
        match self.0 {
            Source::Wire(octets) => Envid::parse(octets).ok(),
            Source::Value(envid) => Some(envid.clone()),
        }
    }

    pub(super) fn write(self, out: &mut BytesMut) {
        match self.0 {
            Source::Wire(octets) => out.put_slice(octets),
            Source::Value(envid) => write_text(envid, out),
        }
    }
}

impl PartialEq for EnvidRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.to_envid() == other.to_envid()
    }
}

impl<'a> OrcptRef<'a> {
    /// The same, borrowed.
    pub const fn new(orcpt: &'a Orcpt) -> Self {
        Self(Source::Value(orcpt), Utf8::Allowed)
    }

    /// Takes a value that [`Orcpt::parse`] takes.
    pub(super) fn parse(value: &'a [u8], utf8: Utf8) -> Option<Self> {
        let at = memchr::memchr(b';', value)?;
        let (kind, address) = value.split_at_checked(at)?;
        let address = address.get(1..)?;
        // The common kind is judged without an allocation.
        let plain = kind.eq_ignore_ascii_case(b"rfc822")
            && value.len() <= ORCPT
            && !address.is_empty()
            && is_printable_xtext(address);
        (plain || Orcpt::parse(value, utf8).is_ok()).then_some(Self(Source::Wire(value), utf8))
    }

    /// A copy that owns its octets.
    pub fn to_orcpt(self) -> Option<Orcpt> {
        match self.0 {
            Source::Wire(octets) => Orcpt::parse(octets, self.1).ok(),
            Source::Value(orcpt) => Some(orcpt.clone()),
        }
    }

    pub(super) fn write(self, utf8: Utf8, out: &mut BytesMut) {
        match self.0 {
            Source::Wire(octets) if self.1 == utf8 || octets.is_ascii() => out.put_slice(octets),
            Source::Wire(_) => {
                if let Some(orcpt) = self.to_orcpt() {
                    out.put_slice(orcpt.encoded(utf8).as_bytes());
                }
            }
            Source::Value(orcpt) => out.put_slice(orcpt.encoded(utf8).as_bytes()),
        }
    }
}

impl PartialEq for OrcptRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.to_orcpt() == other.to_orcpt()
    }
}

impl<'a> AuthIdentity<'a> {
    /// The same, borrowed: a mailbox, or the null path where the identity is not known.
    pub const fn new(identity: &'a ReversePath) -> Self {
        Self(Source::Value(identity))
    }

    /// Takes a value that [`is_valid`](Self::is_valid) is yet to judge, since SMTPUTF8 may stand behind it.
    pub(super) const fn read(value: &'a [u8]) -> Self {
        Self(Source::Wire(value))
    }

    pub(super) fn is_valid(self, utf8: Utf8) -> bool {
        match self.0 {
            Source::Wire(b"<>") | Source::Value(_) => true,
            // xtext that needs no decoding is judged without an allocation.
            Source::Wire(octets) if is_plain(octets) && memchr::memchr(b'\\', octets).is_none() => {
                MailboxRef::parse(octets, Grammar::lenient()).is_ok()
            }
            Source::Wire(octets) => decode(octets, utf8).is_some(),
        }
    }

    /// Whether the identity is not known, or not to be told: `<>`.
    pub fn is_null(self) -> bool {
        match self.0 {
            Source::Wire(octets) => octets == b"<>",
            Source::Value(path) => path.is_null(),
        }
    }

    /// The identity, decoded; the null path where it is not known.
    pub fn to_path(self) -> Option<ReversePath> {
        match self.0 {
            Source::Wire(b"<>") => Some(ReversePath::Null),
            Source::Wire(octets) => decode(octets, Utf8::Allowed),
            Source::Value(path) => Some(path.clone()),
        }
    }

    pub(super) fn write(self, utf8: Utf8, out: &mut BytesMut) {
        match self.0 {
            Source::Wire(octets) if utf8 == Utf8::Allowed || octets.is_ascii() => out.put_slice(octets),
            Source::Wire(_) | Source::Value(_) => match self.to_path() {
                None | Some(ReversePath::Null) => out.put_slice(b"<>"),
                Some(ReversePath::Mailbox(mailbox)) if mailbox.is_ascii() => {
                    out.put_slice(xtext::encode(mailbox.as_bytes()).as_bytes());
                }
                Some(ReversePath::Mailbox(mailbox)) => {
                    out.put_slice(xtext::encode_unitext(mailbox.as_str(), utf8).as_bytes());
                }
            },
        }
    }
}

impl PartialEq for AuthIdentity<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.to_path() == other.to_path()
    }
}

/// A mailbox in xtext, or in the form for addresses outside ASCII (RFC 6533 §3).
fn decode(octets: &[u8], utf8: Utf8) -> Option<ReversePath> {
    let mailbox = |text: &str| Mailbox::parse(text.as_bytes(), Grammar::lenient()).ok();
    let plain = xtext::decode_text(octets).ok().and_then(|text| mailbox(&text));
    let found = plain.or_else(|| xtext::decode_unitext(octets, utf8).ok().and_then(|text| mailbox(&text)));
    found.map(ReversePath::Mailbox)
}

/// xtext of which each octet is printable ASCII once decoded (RFC 3461 §4.2, §4.4).
fn is_printable_xtext(octets: &[u8]) -> bool {
    if is_plain(octets) {
        return true;
    }
    let mut rest = octets;
    loop {
        rest = match rest {
            [] => return true,
            [b'+', b'2'..=b'6', b'0'..=b'9' | b'A'..=b'F', behind @ ..]
            | [b'+', b'7', b'0'..=b'9' | b'A'..=b'E', behind @ ..] => behind,
            [octet, behind @ ..] if is_xchar(*octet) => behind,
            _ => return false,
        };
    }
}

/// Whether xtext needs no decoding. The loop has no branch, so that the compiler makes it wide.
#[inline]
fn is_plain(octets: &[u8]) -> bool {
    octets.iter().fold(0_u8, |odd, octet| odd | u8::from(!is_xchar(*octet))) == 0
}

/// Any visible ASCII but `+` and `=`.
const fn is_xchar(octet: u8) -> bool {
    matches!(octet, b'!'..=b'~') && !matches!(octet, b'+' | b'=')
}

/// The longest value of ENVID in octets (RFC 3461 §4.4).
const ENVID: usize = 100;
/// The longest value of ORCPT in octets (RFC 3461 §4.2).
const ORCPT: usize = 500;
