//! The values of parameters.
//!
//! in:  a value as it was written, or as it is meant      out: the other of the two
//! law: a value out of its range is none

use core::fmt::{self, Write};

use bytes::{BufMut, BytesMut};
use mailwright_address::{Envid, Grammar, Mailbox, MailboxRef, Orcpt, ReversePath, Utf8, xtext};

pub use super::moment::Moment;
use crate::{command::number, extension::NINE_DIGITS};

/// The kind of body that MAIL declares.
///
/// # RFC
///
/// RFC 6152 §3, RFC 3030 §3
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 3030 §3")]
pub enum BodyType {
    /// `7BIT`
    SevenBit,
    /// `8BITMIME`
    EightBitMime,
    /// `BINARYMIME`: goes by BDAT only.
    BinaryMime,
}

/// A message priority, -9 to 9.
///
/// # RFC
///
/// RFC 6710 §4
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Priority(i8);

/// What happens at the time that BY sets.
///
/// # RFC
///
/// RFC 2852 §4
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 2852 §4")]
pub enum ByMode {
    /// `N`: the sender is told that it is late, and delivery goes on.
    Notify,
    /// `R`: the message goes back to the sender.
    Return,
}

/// By when a message is to be delivered.
///
/// # RFC
///
/// RFC 2852 §4
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeliverBy {
    seconds: i32,
    mode: ByMode,
    trace: bool,
}

/// How long a message is to be held.
///
/// # RFC
///
/// RFC 4865 §4
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hold {
    /// `HOLDFOR`: seconds, 1 to 999 999 999.
    For(u32),
    /// `HOLDUNTIL`
    Until(Moment),
}

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

impl BodyType {
    /// The value as it goes on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SevenBit => "7BIT",
            Self::EightBitMime => "8BITMIME",
            Self::BinaryMime => "BINARYMIME",
        }
    }

    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        [Self::SevenBit, Self::EightBitMime, Self::BinaryMime]
            .into_iter()
            .find(|body| body.as_str().as_bytes().eq_ignore_ascii_case(value))
    }
}

impl Priority {
    /// A priority in range.
    pub const fn new(priority: i8) -> Option<Self> {
        if priority >= -9 && priority <= 9 { Some(Self(priority)) } else { None }
    }

    /// The number.
    pub const fn get(self) -> i8 {
        self.0
    }

    /// priority-value = an optional `-` and a digit but 0, or `0`
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        let digit = |digit: u8| i8::try_from(digit.wrapping_sub(b'0')).ok();
        match value {
            [b'0'] => Some(Self(0)),
            [one @ b'1'..=b'9'] => digit(*one).map(Self),
            [b'-', one @ b'1'..=b'9'] => digit(*one).and_then(i8::checked_neg).map(Self),
            _ => None,
        }
    }

    pub(super) fn write(self, out: &mut BytesMut) {
        write_text(self.0, out);
    }
}

impl DeliverBy {
    /// A time in seconds, -999 999 999 to 999 999 999 and for [`ByMode::Return`] above 0. `trace`: every host on the path
    /// reports.
    pub const fn new(seconds: i32, mode: ByMode, trace: bool) -> Option<Self> {
        let late = matches!(mode, ByMode::Return) && seconds <= 0;
        if late || seconds.unsigned_abs() > NINE_DIGITS { None } else { Some(Self { seconds, mode, trace }) }
    }

    /// Seconds that are left; below 0 the message is already late.
    pub const fn seconds(self) -> i32 {
        self.seconds
    }

    /// What happens then.
    pub const fn mode(self) -> ByMode {
        self.mode
    }

    /// Whether every host on the path reports.
    pub const fn trace(self) -> bool {
        self.trace
    }

    /// by-value = by-time ";" by-mode [by-trace]
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        let at = memchr::memchr(b';', value)?;
        let (time, behind) = value.split_at_checked(at)?;
        let (negative, digits) = match time {
            [b'-', digits @ ..] => (true, digits),
            [b'+', digits @ ..] | digits => (false, digits),
        };
        let seconds = number::exact(digits).filter(|_| digits.len() <= 9)?;
        let seconds = i32::try_from(seconds).ok()?;
        let (mode, trace) = match behind {
            [b';', b'N' | b'n'] => (ByMode::Notify, false),
            [b';', b'R' | b'r'] => (ByMode::Return, false),
            [b';', b'N' | b'n', b'T' | b't'] => (ByMode::Notify, true),
            [b';', b'R' | b'r', b'T' | b't'] => (ByMode::Return, true),
            _ => return None,
        };
        Self::new(if negative { seconds.checked_neg()? } else { seconds }, mode, trace)
    }

    pub(super) fn write(self, out: &mut BytesMut) {
        let mode = match self.mode {
            ByMode::Notify => 'N',
            ByMode::Return => 'R',
        };
        write_text(format_args!("{};{mode}{}", self.seconds, if self.trace { "T" } else { "" }), out);
    }
}

impl Hold {
    pub(super) fn parse_for(value: &[u8]) -> Option<Self> {
        let seconds = number::exact(value).filter(|seconds| value.len() <= 9 && *seconds > 0)?;
        u32::try_from(seconds).ok().map(Self::For)
    }

    pub(super) fn parse_until(value: &[u8]) -> Option<Self> {
        Moment::parse(value).map(Self::Until)
    }

    pub(super) fn write(self, out: &mut BytesMut) {
        match self {
            Self::For(seconds) => write_text(format_args!(" HOLDFOR={}", seconds.clamp(1, NINE_DIGITS)), out),
            Self::Until(moment) => write_text(format_args!(" HOLDUNTIL={moment}"), out),
        }
    }
}

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

/// Appends what is shown by `Display`.
pub(super) fn write_text(text: impl fmt::Display, out: &mut BytesMut) {
    // Only a failing `Display` fails, and ours don't.
    let _written = write!(out, "{text}");
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
