//! One line of a reply: code, separator, enhanced code, text.
//!
//! in:  a whole line, with or without its line end      out: what it says, borrowed
//! law: first digit 2 to 5, second 0 to 5; `250` alone is complete, `250-` alone is a line (RFC 5321 §4.2)

use crate::error::Wanted;
use crate::{EnhancedStatusCode, ReplyCode, ReplyParseError};

/// A leniency of the reply parser; each is off until it is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Lenient {
    /// A line may end in LF without CR: old and home-made servers send it.
    BareLf,
    /// The text may hold NUL, a lone CR and other controls, as broken banners do; they are kept, and escaped when shown or written.
    Controls,
    /// The second digit may be 6 to 9, as in `571`: used in the wild, unknown to RFC 5321.
    SecondDigitAny,
    /// Text may follow the code at once or behind a tab, as in `250OK`; a fourth digit is still refused.
    MissingSpace,
    /// Empty lines before the first line of a reply are passed over; some proxies send one.
    BlankLineBefore,
}

/// The set of leniencies that are on.
///
/// # Examples
///
/// ```
/// use mailwright_reply::{Lenient, Leniency};
///
/// let leniency = Leniency::STRICT.with(Lenient::BareLf);
/// assert!(leniency.allows(Lenient::BareLf));
/// assert!(!leniency.allows(Lenient::Controls));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Leniency(u8);

impl Leniency {
    /// None: the grammar of RFC 5321 §4.2, with octets above 127 let through as text.
    pub const STRICT: Self = Self(0);
    /// All of them: reads what any peer in the wild was seen to send, short of guessing.
    pub const ALL: Self = Self(0x1f);

    /// With one more.
    #[must_use]
    pub const fn with(self, switch: Lenient) -> Self {
        Self(self.0 | bit(switch))
    }

    /// Whether it is on.
    pub const fn allows(self, switch: Lenient) -> bool {
        self.0 & bit(switch) != 0
    }
}

const fn bit(switch: Lenient) -> u8 {
    match switch {
        Lenient::BareLf => 1,
        Lenient::Controls => 2,
        Lenient::SecondDigitAny => 4,
        Lenient::MissingSpace => 8,
        Lenient::BlankLineBefore => 16,
    }
}

/// One line of a reply, borrowed from the caller's buffer.
///
/// The fast path for whoever has whole lines, from a log or a buffer of its own; nothing is allocated.
///
/// # Examples
///
/// ```
/// use mailwright_reply::{Leniency, ReplyCode, ReplyLine};
///
/// let line = ReplyLine::parse(b"550 5.1.1 User unknown\r\n", Leniency::STRICT)?;
/// assert_eq!(line.code(), ReplyCode::MAILBOX_UNAVAILABLE);
/// assert_eq!(line.text(), b"User unknown");
/// assert!(line.is_last());
/// # Ok::<(), mailwright_reply::ReplyParseError>(())
/// ```
///
/// # RFC
///
/// RFC 5321 §4.2 `Reply-line`; RFC 2034 §4 for the enhanced code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReplyLine<'a> {
    code: ReplyCode,
    last: bool,
    enhanced: Option<EnhancedStatusCode>,
    stated: &'a [u8],
    text: &'a [u8],
}

impl<'a> ReplyLine<'a> {
    /// Reads one line, with or without its line end.
    ///
    /// # Errors
    ///
    /// [`ReplyParseError`] with the octet where the line leaves the grammar.
    pub fn parse(line: &'a [u8], leniency: Leniency) -> Result<Self, ReplyParseError> {
        match line {
            [inner @ .., b'\n'] => Self::parse_ended(inner, leniency),
            _ => Self::parse_inner(line, leniency),
        }
    }

    /// Reads what stands before a LF.
    #[inline]
    pub(crate) fn parse_ended(before_lf: &'a [u8], leniency: Leniency) -> Result<Self, ReplyParseError> {
        match before_lf {
            [inner @ .., b'\r'] => Self::parse_inner(inner, leniency),
            _ if leniency.allows(Lenient::BareLf) => Self::parse_inner(before_lf, leniency),
            _ => match Self::parse_inner(before_lf, leniency) {
                Ok(_) => Err(ReplyParseError::new(before_lf.len(), Wanted::CrBeforeLf)),
                Err(earlier) => Err(earlier),
            },
        }
    }

    /// Reads a line without its end.
    #[inline]
    fn parse_inner(line: &'a [u8], leniency: Leniency) -> Result<Self, ReplyParseError> {
        let (code, rest) = match line {
            [a @ b'2'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..] => ([*a, *b, *c], rest),
            _ => return Err(bad_code(line)),
        };
        if matches!(code, [_, b'6'..=b'9', _]) && !leniency.allows(Lenient::SecondDigitAny) {
            return Err(ReplyParseError::new(1, Wanted::SecondDigit));
        }
        let (last, stated) = match rest {
            [b' ', text @ ..] => (true, text),
            [b'-', text @ ..] => (false, text),
            [] => (true, rest),
            [b'\t', text @ ..] if leniency.allows(Lenient::MissingSpace) => (true, text),
            [b'0'..=b'9', ..] => return Err(ReplyParseError::new(3, Wanted::Separator)),
            _ if leniency.allows(Lenient::MissingSpace) => (true, rest),
            _ => return Err(ReplyParseError::new(3, Wanted::Separator)),
        };
        if has_control(stated) && !leniency.allows(Lenient::Controls) {
            let before = stated.iter().take_while(|octet| !is_control(**octet)).count();
            let at = line.len().saturating_sub(stated.len()).saturating_add(before);
            return Err(ReplyParseError::new(at, Wanted::Text));
        }
        let code = ReplyCode::from_digits(code);
        Ok(match EnhancedStatusCode::split_agreeing(code, stated) {
            Some((enhanced, text)) => Self { code, last, enhanced: Some(enhanced), stated, text },
            None => Self { code, last, enhanced: None, stated, text: stated },
        })
    }

    /// The code.
    pub const fn code(&self) -> ReplyCode {
        self.code
    }

    /// Whether the reply ends with this line.
    pub const fn is_last(&self) -> bool {
        self.last
    }

    /// The enhanced code that opens the text, where its class is that of the code; any other stays in the text.
    pub const fn enhanced(&self) -> Option<EnhancedStatusCode> {
        self.enhanced
    }

    /// The text behind the reply code, an enhanced code included.
    pub const fn stated(&self) -> &'a [u8] {
        self.stated
    }

    /// The text behind the codes, octets as received.
    pub const fn text(&self) -> &'a [u8] {
        self.text
    }
}

/// Where the three digits go wrong.
#[cold]
fn bad_code(line: &[u8]) -> ReplyParseError {
    match line {
        [b'2'..=b'5', b'0'..=b'9', ..] => ReplyParseError::new(2, Wanted::ThirdDigit),
        [b'2'..=b'5', ..] => ReplyParseError::new(1, Wanted::SecondDigit),
        _ => ReplyParseError::new(0, Wanted::FirstDigit),
    }
}

/// NUL, CR, LF, DEL and the other controls, a tab apart.
pub(crate) const fn is_control(octet: u8) -> bool {
    (octet < 0x20 && octet != b'\t') || octet == 0x7f
}

/// Whether any octet is a control, a tab apart.
#[inline]
pub(crate) fn has_control(text: &[u8]) -> bool {
    first_control(text).is_some_and(|at| text.iter().skip(at).any(|octet| is_control(*octet)))
}

/// Where the first octet below 32, a tab too, or 127 stands; eight octets a step.
#[inline]
pub(crate) fn first_control(octets: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (words, tail) = octets.as_chunks::<8>();
    let mut at = 0_usize;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let del = word ^ ONES.wrapping_mul(0x7f);
        // Borrows can mark only octets behind a true one, so the lowest mark is exact.
        let below = word.wrapping_sub(ONES.wrapping_mul(0x20)) & !word;
        let marks = (below | (del.wrapping_sub(ONES) & !del)) & HIGH;
        if marks != 0 {
            return Some(at.saturating_add(usize::try_from(marks.trailing_zeros() >> 3).unwrap_or_default()));
        }
        at = at.saturating_add(8);
    }
    let behind = tail.iter().position(|octet| *octet < 0x20 || *octet == 0x7f)?;
    Some(at.saturating_add(behind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn the_scan_finds_the_first_control_at_every_place() {
        for length in 0..40 {
            for control in [0, 9, 10, 13, 31, 127] {
                for at in 0..length {
                    for filler in [b' ', b'~', 0x80, 0xff, 0x20, 0x7e] {
                        let mut octets: Vec<u8> = alloc::vec![filler; length];
                        octets[at] = control;
                        octets[length - 1] = if at + 1 == length { control } else { 0x1f };
                        assert_eq!(first_control(&octets), Some(at));
                    }
                }
            }
            assert_eq!(first_control(&alloc::vec![0x81; length]), None);
        }
    }
}
