//! The values of parameters that are numbers, words and times.
//!
//! in:  a value as it was written, or as it is meant      out: the other of the two
//! law: a value out of its range is none

use core::fmt::{self, Write};

use bytes::BytesMut;

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

/// Appends what is shown by `Display`.
pub(super) fn write_text(text: impl fmt::Display, out: &mut BytesMut) {
    // Only a failing `Display` fails, and ours don't.
    let _written = write!(out, "{text}");
}
