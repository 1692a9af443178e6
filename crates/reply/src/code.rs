//! The three digits that open every line of a reply.
//!
//! in:  a number or three octets      out: a code whose digits are in the ranges of RFC 5321 §4.2.1
//! law: the first digit alone decides the class; nothing else may

use core::fmt;

/// What the first digit of a reply code says (RFC 5321 §4.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 §4.2.1")]
pub enum ReplyClass {
    /// 2yz: done.
    PositiveCompletion,
    /// 3yz: go on, more is needed.
    PositiveIntermediate,
    /// 4yz: not now; the same may be tried again.
    TransientNegative,
    /// 5yz: not this way.
    PermanentNegative,
}

/// What the second digit of a reply code speaks of (RFC 5321 §4.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 §4.2.1")]
pub enum ReplyCategory {
    /// x0z: the syntax of a command, or a command that is not known.
    Syntax,
    /// x1z: information that was asked for.
    Information,
    /// x2z: the connection itself.
    Connections,
    /// x3z and x4z: left open by the RFC; AUTH uses them (RFC 4954).
    Unspecified,
    /// x5z: the mail system that was asked to act.
    MailSystem,
    /// x6z to x9z: outside of the RFC, seen in the wild.
    Unknown,
}

/// A reply code, 200 to 559: first digit 2 to 5, second digit 0 to 5.
///
/// Servers in the wild also say `571` and the like; [`ReplyCode::observed`] admits those, and a parser does so only
/// where [`Lenient::SecondDigitAny`](crate::Lenient::SecondDigitAny) is on.
///
/// # Examples
///
/// ```
/// use mailwright_reply::{ReplyClass, ReplyCode};
///
/// let code = ReplyCode::new(550).ok_or("out of range")?;
/// assert_eq!(code.class(), ReplyClass::PermanentNegative);
/// assert_eq!(code.to_string(), "550");
/// assert_eq!(ReplyCode::new(571), None);
/// assert!(ReplyCode::observed(571).is_some());
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplyCode([u8; 3]);

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $digits:literal;)*) => {
        impl ReplyCode { $($(#[$doc])* pub const $name: Self = Self(*$digits);)* }
    };
}

codes! {
    /// 211, status or help about the system.
    SYSTEM_STATUS = b"211";
    /// 214, help for a person.
    HELP = b"214";
    /// 220, ready: the greeting, and the answer to STARTTLS.
    READY = b"220";
    /// 221, closing the connection: the answer to QUIT.
    CLOSING = b"221";
    /// 235, logged in (RFC 4954 §4).
    AUTHENTICATED = b"235";
    /// 250, done.
    OK = b"250";
    /// 251, not local, will be forwarded.
    FORWARDED = b"251";
    /// 252, can't verify, but will try to deliver.
    CANNOT_VERIFY = b"252";
    /// 334, a challenge of AUTH (RFC 4954 §4).
    CHALLENGE = b"334";
    /// 354, send the message.
    START_INPUT = b"354";
    /// 421, the service ends the connection.
    UNAVAILABLE = b"421";
    /// 432, a password must be changed first (RFC 4954 §4.7.12).
    PASSWORD_TRANSITION = b"432";
    /// 450, the mailbox can't be used at the moment.
    MAILBOX_BUSY = b"450";
    /// 451, the system failed while it worked on it.
    LOCAL_ERROR = b"451";
    /// 452, no room at the moment, or enough recipients for now.
    NO_ROOM = b"452";
    /// 454, TLS or AUTH not available at the moment.
    TEMPORARY_AUTH_FAILURE = b"454";
    /// 455, the parameters can't be served at the moment.
    PARAMETERS_NOT_NOW = b"455";
    /// 500, not a command.
    UNRECOGNIZED = b"500";
    /// 501, wrong arguments.
    BAD_ARGUMENTS = b"501";
    /// 502, a command that is not offered.
    NOT_IMPLEMENTED = b"502";
    /// 503, a command out of turn.
    BAD_SEQUENCE = b"503";
    /// 504, a parameter that is not offered.
    PARAMETER_NOT_IMPLEMENTED = b"504";
    /// 521, this host takes no mail at all (RFC 7504).
    NO_MAIL_HERE = b"521";
    /// 530, AUTH or TLS is needed first.
    AUTH_REQUIRED = b"530";
    /// 534, the mechanism is too weak (RFC 4954 §6).
    MECHANISM_TOO_WEAK = b"534";
    /// 535, wrong credentials.
    BAD_CREDENTIALS = b"535";
    /// 538, the mechanism needs TLS.
    ENCRYPTION_REQUIRED = b"538";
    /// 550, the mailbox can't be used, or policy refuses.
    MAILBOX_UNAVAILABLE = b"550";
    /// 551, not local, try another path.
    NOT_LOCAL = b"551";
    /// 552, too much.
    EXCEEDED = b"552";
    /// 553, the name of the mailbox is not allowed.
    BAD_MAILBOX_NAME = b"553";
    /// 554, failed.
    FAILED = b"554";
    /// 555, parameters of MAIL or RCPT that are not known.
    BAD_PARAMETERS = b"555";
    /// 556, the domain takes no mail (RFC 7504).
    DOMAIN_TAKES_NO_MAIL = b"556";
}

impl ReplyCode {
    /// The code of this number, 200..=559 with a second digit of 0 to 5.
    pub const fn new(number: u16) -> Option<Self> {
        match Self::observed(number) {
            Some(code @ Self([_, b'0'..=b'5', _])) => Some(code),
            Some(_) | None => None,
        }
    }

    /// The code of this number, 200..=599: also the second digits 6 to 9 that the RFC doesn't know.
    pub const fn observed(number: u16) -> Option<Self> {
        if number < 200 || number > 599 {
            return None;
        }
        Some(Self([digit(number / 100), digit(number / 10), digit(number)]))
    }

    /// Three digits as they stand on the wire, ranges already checked by the line parser.
    pub(crate) const fn from_digits(digits: [u8; 3]) -> Self {
        Self(digits)
    }

    /// The code as a number.
    pub fn number(self) -> u16 {
        let [a, b, c] = self.0.map(|digit| u16::from(digit & 0x0f));
        a.wrapping_mul(100).wrapping_add(b.wrapping_mul(10)).wrapping_add(c)
    }

    /// The three digits as they are written.
    pub const fn digits(self) -> [u8; 3] {
        self.0
    }

    /// What the first digit says.
    pub const fn class(self) -> ReplyClass {
        match self.0 {
            [b'2', ..] => ReplyClass::PositiveCompletion,
            [b'3', ..] => ReplyClass::PositiveIntermediate,
            [b'4', ..] => ReplyClass::TransientNegative,
            _ => ReplyClass::PermanentNegative,
        }
    }

    /// What the second digit speaks of.
    pub const fn category(self) -> ReplyCategory {
        match self.0 {
            [_, b'0', _] => ReplyCategory::Syntax,
            [_, b'1', _] => ReplyCategory::Information,
            [_, b'2', _] => ReplyCategory::Connections,
            [_, b'3' | b'4', _] => ReplyCategory::Unspecified,
            [_, b'5', _] => ReplyCategory::MailSystem,
            _ => ReplyCategory::Unknown,
        }
    }

    /// 2yz.
    pub const fn is_completion(self) -> bool {
        matches!(self.class(), ReplyClass::PositiveCompletion)
    }

    /// 3yz.
    pub const fn is_intermediate(self) -> bool {
        matches!(self.class(), ReplyClass::PositiveIntermediate)
    }

    /// 4yz.
    pub const fn is_transient(self) -> bool {
        matches!(self.class(), ReplyClass::TransientNegative)
    }

    /// 5yz.
    pub const fn is_permanent(self) -> bool {
        matches!(self.class(), ReplyClass::PermanentNegative)
    }
}

/// The last decimal digit, as an octet.
const fn digit(number: u16) -> u8 {
    let [low, _] = (number % 10).to_le_bytes();
    low | 0x30
}

impl TryFrom<u16> for ReplyCode {
    type Error = crate::ReplyError;

    /// As [`ReplyCode::new`].
    fn try_from(number: u16) -> Result<Self, Self::Error> {
        Self::new(number).ok_or(crate::ReplyError::CODE)
    }
}

impl From<ReplyCode> for u16 {
    fn from(code: ReplyCode) -> Self {
        code.number()
    }
}

impl fmt::Display for ReplyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(core::str::from_utf8(&self.0).unwrap_or_default())
    }
}

impl fmt::Debug for ReplyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_two_octets_is_judged_by_its_digits() {
        for number in 0..=u16::MAX {
            let expected = (200..=559).contains(&number) && number / 10 % 10 <= 5;
            assert_eq!(ReplyCode::new(number).is_some(), expected, "{number}");
            assert_eq!(ReplyCode::observed(number).is_some(), (200..=599).contains(&number), "{number}");
            if let Some(code) = ReplyCode::observed(number) {
                assert_eq!(code.number(), number);
                assert_eq!(code.to_string(), number.to_string());
            }
        }
    }

    #[test]
    fn the_first_digit_is_the_class_and_the_second_the_category() {
        assert_eq!(ReplyCode::START_INPUT.class(), ReplyClass::PositiveIntermediate);
        assert_eq!(ReplyCode::START_INPUT.category(), ReplyCategory::MailSystem);
        assert_eq!(ReplyCode::UNAVAILABLE.class(), ReplyClass::TransientNegative);
        assert_eq!(ReplyCode::UNAVAILABLE.category(), ReplyCategory::Connections);
        assert_eq!(ReplyCode::observed(571).map(ReplyCode::category), Some(ReplyCategory::Unknown));
    }
}
