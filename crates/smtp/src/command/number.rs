//! Reads and writes the decimal numbers of commands and keywords.
//!
//! in:  digits      out: a number, or none where a digit is missing, foreign or the number too large
//! law: no sign, no blank, no digit outside ASCII; never a wrapped number (RFC 1870 §3, RFC 3030 §2)

use bytes::{BufMut, BytesMut};

/// `1*20DIGIT`, `u64::MAX` where it is larger than that.
pub(crate) fn saturating(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.wrapping_sub(b'0');
        (digit < 10).then(|| number.saturating_mul(10).saturating_add(u64::from(digit)))
    })
}

/// `1*DIGIT`, none where it is larger than `u64` holds.
pub(crate) fn exact(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// Appends the digits of a number.
pub(crate) fn write(number: u64, out: &mut BytesMut) {
    let mut digits = [0_u8; 20];
    let mut rest = number;
    let mut length = 0_usize;
    for slot in digits.iter_mut().rev() {
        *slot = u8::try_from(rest % 10).unwrap_or(0).saturating_add(b'0');
        rest /= 10;
        length = length.saturating_add(1);
        if rest == 0 {
            break;
        }
    }
    out.put_slice(digits.get(digits.len().saturating_sub(length)..).unwrap_or_default());
}
