//! Enhanced status codes: `5.1.1`, class, subject and detail.
//!
//! in:  three numbers, or the octets that open a reply text      out: a code, and what stands behind it
//! law: one to three digits a field, no leading zero (RFC 3463 §2), so that what is read is written back octet for octet

use core::fmt;
use core::str::FromStr;

use bytes::{BufMut, BytesMut};

use crate::{ReplyClass, ReplyCode, ReplyError};

mod registry;

/// The first field of an enhanced status code (RFC 3463 §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 3463 §3")]
pub enum EnhancedClass {
    /// 2: success.
    Success,
    /// 4: the message is well, but something about it failed for now.
    PersistentTransientFailure,
    /// 5: it can't be delivered as it is.
    PermanentFailure,
}

impl EnhancedClass {
    const fn digit(self) -> u8 {
        match self {
            Self::Success => b'2',
            Self::PersistentTransientFailure => b'4',
            Self::PermanentFailure => b'5',
        }
    }

    const fn from_digit(digit: u8) -> Option<Self> {
        match digit {
            b'2' => Some(Self::Success),
            b'4' => Some(Self::PersistentTransientFailure),
            b'5' => Some(Self::PermanentFailure),
            _ => None,
        }
    }

    /// The class of reply codes that this class may stand beside.
    pub const fn reply_class(self) -> ReplyClass {
        match self {
            Self::Success => ReplyClass::PositiveCompletion,
            Self::PersistentTransientFailure => ReplyClass::TransientNegative,
            Self::PermanentFailure => ReplyClass::PermanentNegative,
        }
    }
}

/// An enhanced status code: class, subject and detail (RFC 3463).
///
/// # Examples
///
/// ```
/// use mailwright_reply::EnhancedStatusCode;
///
/// let code: EnhancedStatusCode = "5.1.1".parse()?;
/// assert_eq!(code.name(), Some("Bad destination mailbox address"));
/// assert_eq!(EnhancedStatusCode::new(5, 1, 1), Some(code));
/// assert!("5.01.1".parse::<EnhancedStatusCode>().is_err());
/// # Ok::<(), mailwright_reply::ReplyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnhancedStatusCode {
    class: EnhancedClass,
    subject: u16,
    detail: u16,
}

impl EnhancedStatusCode {
    /// The code of these numbers: class 2, 4 or 5, subject and detail 0 to 999.
    pub const fn new(class: u8, subject: u16, detail: u16) -> Option<Self> {
        match EnhancedClass::from_digit(class | 0x30) {
            Some(known) if class < 10 && subject < 1000 && detail < 1000 => {
                Some(Self { class: known, subject, detail })
            }
            Some(_) | None => None,
        }
    }

    /// A code whose numbers are known to be in range.
    pub(crate) const fn known(class: EnhancedClass, subject: u16, detail: u16) -> Self {
        Self { class, subject, detail }
    }

    /// The code that opens `text`, and what stands behind it and one space.
    ///
    /// A code counts only where a space or the end follows it: `5.1.1.2` and `5.1.1x` hold none.
    pub fn split_from(text: &[u8]) -> Option<(Self, &[u8])> {
        let [class, b'.', rest @ ..] = text else { return None };
        let class = EnhancedClass::from_digit(*class)?;
        let (subject, rest) = field(rest)?;
        let [b'.', rest @ ..] = rest else { return None };
        let (detail, rest) = field(rest)?;
        match rest {
            [] => Some((Self { class, subject, detail }, rest)),
            [b' ', rest @ ..] => Some((Self { class, subject, detail }, rest)),
            _ => None,
        }
    }

    /// The code that opens `text`, where its class is that of the reply code; none beside 3yz (RFC 2034 §4).
    pub(crate) fn split_agreeing(code: ReplyCode, text: &[u8]) -> Option<(Self, &[u8])> {
        if !matches!(text, [b'2' | b'4' | b'5', b'.', ..]) {
            return None;
        }
        Self::split_from(text).filter(|(found, _)| found.agrees_with(code))
    }

    /// The class.
    pub const fn class(self) -> EnhancedClass {
        self.class
    }

    /// The subject, 0 to 999: 1 addresses, 2 mailboxes, 3 the system, 4 network and routing, 5 protocol, 6 content, 7 policy.
    pub const fn subject(self) -> u16 {
        self.subject
    }

    /// The detail, 0 to 999.
    pub const fn detail(self) -> u16 {
        self.detail
    }

    /// Whether this code may stand beside that reply code: same class (RFC 2034 §4).
    pub fn agrees_with(self, code: ReplyCode) -> bool {
        self.class.reply_class() == code.class()
    }

    /// The name of subject and detail in IANA's registry of enumerated status codes.
    pub const fn name(self) -> Option<&'static str> {
        registry::name(self.subject, self.detail)
    }

    /// The name of the subject in IANA's registry.
    pub const fn subject_name(self) -> Option<&'static str> {
        registry::subject(self.subject)
    }

    /// How many octets it takes when written.
    pub(crate) const fn len(self) -> usize {
        let fields = width(self.subject).saturating_add(width(self.detail));
        fields.saturating_add(3)
    }

    /// The code and a space.
    #[inline]
    pub(crate) fn write(self, out: &mut BytesMut) {
        let class = self.class.digit();
        if let (0..=9, 0..=9) = (self.subject, self.detail) {
            let [subject, detail] = [self.subject, self.detail].map(last_digit);
            out.put_slice(&[class, b'.', subject, b'.', detail, b' ']);
        } else {
            out.put_slice(&[class, b'.']);
            write_field(self.subject, b'.', out);
            write_field(self.detail, b' ', out);
        }
    }
}

/// `1*3digit`, no leading zero.
fn field(octets: &[u8]) -> Option<(u16, &[u8])> {
    let (number, rest) = match octets {
        [b'0', rest @ ..] => (0, rest),
        [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..] => (number(*a, *b, *c), rest),
        [b @ b'1'..=b'9', c @ b'0'..=b'9', rest @ ..] => (number(b'0', *b, *c), rest),
        [c @ b'1'..=b'9', rest @ ..] => (number(b'0', b'0', *c), rest),
        _ => return None,
    };
    (!matches!(rest, [b'0'..=b'9', ..])).then_some((number, rest))
}

fn number(a: u8, b: u8, c: u8) -> u16 {
    let [a, b, c] = [a, b, c].map(|digit| u16::from(digit & 0x0f));
    a.wrapping_mul(100).wrapping_add(b.wrapping_mul(10)).wrapping_add(c)
}

const fn width(field: u16) -> usize {
    match field {
        0..=9 => 1,
        10..=99 => 2,
        _ => 3,
    }
}

const fn last_digit(field: u16) -> u8 {
    let [low, _] = (field % 10).to_le_bytes();
    low | 0x30
}

fn write_field(field: u16, mark: u8, out: &mut BytesMut) {
    let [hundreds, tens, ones] = [field / 100, field / 10, field].map(last_digit);
    match width(field) {
        1 => out.put_slice(&[ones, mark]),
        2 => out.put_slice(&[tens, ones, mark]),
        _ => out.put_slice(&[hundreds, tens, ones, mark]),
    }
}

impl FromStr for EnhancedStatusCode {
    type Err = ReplyError;

    /// # Errors
    ///
    /// [`ReplyError`] where the text is anything but `class.subject.detail`.
    fn from_str(text: &str) -> Result<Self, ReplyError> {
        match Self::split_from(text.as_bytes()) {
            Some((code, [])) if !text.ends_with(' ') => Ok(code),
            Some(_) | None => Err(ReplyError::ENHANCED_FORM),
        }
    }
}

impl fmt::Display for EnhancedStatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", char::from(self.class.digit()), self.subject, self.detail)
    }
}

impl fmt::Debug for EnhancedStatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;

    #[track_caller]
    fn check(text: &[u8], expected: Option<(&str, &[u8])>) {
        let found = EnhancedStatusCode::split_from(text);
        assert_eq!(
            found.map(|(code, rest)| (code.to_string(), rest)),
            expected.map(|(c, r)| (c.to_string(), r))
        );
    }

    #[test]
    fn a_code_ends_at_a_space_or_at_the_end() {
        check(b"5.1.1 User unknown", Some(("5.1.1", b"User unknown")));
        check(b"4.7.999", Some(("4.7.999", b"")));
        check(b"2.0.0  two blanks", Some(("2.0.0", b" two blanks")));
        check(b"5.1.1.2 x", None);
        check(b"5.1.1:", None);
        check(b"5.1.1smtp", None);
    }

    #[test]
    fn smtp_b77_fields_are_one_to_three_digits_and_never_wrap() {
        check(b"5.0.509 x", Some(("5.0.509", b"x")));
        check(b"5.1.1000 x", None);
        check(b"5.1.999999999999 x", None);
        check(b"5.01.1 x", None);
        check(b"5..1 x", None);
        check(b"5.x.0 x", None);
        check(b"3.1.1 x", None);
        check(b"", None);
    }

    #[test]
    fn the_registry_names_what_it_knows() {
        let name = |c: &str| c.parse::<EnhancedStatusCode>().unwrap().name();
        assert_eq!(name("4.2.2"), Some("Mailbox full"));
        assert_eq!(name("5.7.27"), Some("Sender address has null MX"));
        assert_eq!(name("5.7.515"), None);
    }

    #[test]
    fn every_code_is_written_as_it_is_read() {
        for class in [2, 4, 5] {
            for (subject, detail) in [(0, 0), (1, 10), (10, 100), (999, 999), (7, 26)] {
                let code = EnhancedStatusCode::new(class, subject, detail).unwrap();
                let mut out = BytesMut::new();
                code.write(&mut out);
                assert_eq!(out.as_ref(), format!("{code} ").as_bytes());
                assert_eq!(out.len(), code.len() + 1);
                assert_eq!(code.to_string().parse(), Ok(code));
            }
        }
        assert_eq!(EnhancedStatusCode::new(3, 0, 0), None);
        assert_eq!(EnhancedStatusCode::new(0x35, 0, 0), None);
        assert_eq!(EnhancedStatusCode::new(5, 1000, 0), None);
    }
}
