//! The common case: a well-formed reply lies whole in the caller's buffer.
//!
//! in:  octets that begin with a reply      out: the reply, or none for whatever the careful path must judge
//! law: gives nothing that the careful path would not give; one pass finds line ends and proves the text clean

use crate::line::has_control;
use crate::{EnhancedStatusCode, Limits, Reply, ReplyCode};

/// More lines than this are left to the careful path.
const LINES: usize = 16;

/// The reply that `input` begins with, and its length; none where it is unfinished, long, or in any way unusual.
#[inline]
pub(super) fn whole(input: &[u8], limits: Limits) -> Option<(usize, Reply)> {
    let (line, rest) = first_line(input, limits)?;
    let [a @ b'2'..=b'5', b @ b'0'..=b'5', c @ b'0'..=b'9', tail @ ..] = line else { return None };
    let digits = [*a, *b, *c];
    let code = ReplyCode::from_digits(digits);
    let (last, stated) = separate(tail)?;
    let (enhanced, text) = match EnhancedStatusCode::split_agreeing(code, stated) {
        Some((enhanced, text)) => (Some(enhanced), text),
        None => (None, stated),
    };
    if !last {
        return several(input, rest, limits, digits, enhanced, text);
    }
    let used = input.len().saturating_sub(rest.len());
    (used <= limits.total && limits.lines > 0).then(|| (used, Reply::from_octets(code, enhanced, text)))
}

/// The other lines of a reply whose first is read.
fn several(
    input: &[u8],
    mut rest: &[u8],
    limits: Limits,
    digits: [u8; 3],
    mut enhanced: Option<EnhancedStatusCode>,
    first: &[u8],
) -> Option<(usize, Reply)> {
    let code = ReplyCode::from_digits(digits);
    let mut texts: [&[u8]; LINES] = [&[]; LINES];
    *texts.first_mut()? = first;
    let mut length = first.len();
    let mut count = 1_usize;
    loop {
        let (line, next) = first_line(rest, limits)?;
        let [a, b, c, tail @ ..] = line else { return None };
        if [*a, *b, *c] != digits {
            return None;
        }
        let (last, stated) = separate(tail)?;
        let text = match EnhancedStatusCode::split_agreeing(code, stated) {
            Some((found, text)) if *enhanced.get_or_insert(found) == found => text,
            Some(_) | None => stated,
        };
        *texts.get_mut(count)? = text;
        count = count.saturating_add(1);
        length = length.saturating_add(text.len()).saturating_add(1);
        rest = next;
        if last {
            break;
        }
    }
    let used = input.len().saturating_sub(rest.len());
    let fits = used <= limits.total && count <= limits.lines;
    fits.then(|| (used, Reply::from_texts(code, enhanced, texts.get(..count).unwrap_or_default(), length)))
}

/// The octets before the first CR LF and those behind it, where no control stands before.
#[inline]
fn first_line(input: &[u8], limits: Limits) -> Option<(&[u8], &[u8])> {
    let (line, rest) = input.split_at_checked(first_control(input)?)?;
    let [b'\r', b'\n', rest @ ..] = rest else { return None };
    debug_assert!(!has_control(line), "the scan stops at the first control");
    (line.len().saturating_add(2) <= limits.line).then_some((line, rest))
}

#[inline]
const fn separate(tail: &[u8]) -> Option<(bool, &[u8])> {
    match tail {
        [b' ', text @ ..] => Some((true, text)),
        [b'-', text @ ..] => Some((false, text)),
        [] => Some((true, tail)),
        _ => None,
    }
}

/// Where the first octet below 32, or 127, stands; eight octets a step.
#[inline]
fn first_control(octets: &[u8]) -> Option<usize> {
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
