//! Finds the well-known field that somebody meant who wrote another name.
//!
//! in:  the name of a field      out: a name of the table that is one slip away, if there is one
//! law: only letters and digits count, without case; a slip is one letter more, less, other, or two that changed places

use super::{KNOWN, ROWS};

/// Longest name of the table, octets.
const LONGEST: usize = 31;

/// The letters and digits of each name in lower case, and how many there are.
static BARE: [([u8; LONGEST], usize); ROWS] = bare();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "worked out when it is compiled: both loops stop at the end, and no name is longer than LONGEST"
)]
const fn bare() -> [([u8; LONGEST], usize); ROWS] {
    let mut all = [([0_u8; LONGEST], 0); ROWS];
    let mut row = 0;
    while row < ROWS {
        let text = KNOWN[row].text.as_bytes();
        let mut at = 0;
        while at < text.len() {
            if text[at].is_ascii_alphanumeric() {
                all[row].0[all[row].1] = text[at].to_ascii_lowercase();
                all[row].1 += 1;
            }
            at += 1;
        }
        row += 1;
    }
    all
}

/// A well-known name that is one letter away from this one.
pub(crate) fn lookalike(field: &[u8]) -> Option<&'static str> {
    let mut plain = [0_u8; 32];
    let letters = field.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase);
    let length = plain.iter_mut().zip(letters).map(|(slot, b)| *slot = b).count();
    let plain = plain.get(..length).filter(|plain| plain.len() >= 3)?;
    let (first, last) = (plain.first()?, plain.last()?);
    KNOWN.iter().zip(&BARE).find_map(|(row, (letters, length))| {
        let letters = letters.get(..*length)?;
        // One slip leaves the first letter or the last; few names get further, which is seen without a branch.
        let end = (letters.first() == Some(first)) | (letters.last() == Some(last));
        let long = (row.text.len() > 3)
            & (row.text.len().abs_diff(field.len()) <= 2)
            & (length.abs_diff(plain.len()) <= 1);
        (end & long && one_edit(plain, letters)).then_some(row.text)
    })
}

/// Is one made from the other by at most one letter more, less, other, or two that changed places?
fn one_edit(one: &[u8], two: &[u8]) -> bool {
    let same = one.iter().zip(two).take_while(|(a, b)| a == b).count();
    let (one, two) = (one.get(same..).unwrap_or_default(), two.get(same..).unwrap_or_default());
    match (one, two) {
        ([], []) => true,
        ([_, rest @ ..], other) | (other, [_, rest @ ..]) if rest == other => true,
        ([a, one_tail @ ..], [b, two_tail @ ..]) => {
            one_tail == two_tail
                || two_tail == one
                || match (one_tail, two_tail) {
                    ([c, one_rest @ ..], [d, two_rest @ ..]) => a == d && b == c && one_rest == two_rest,
                    _ => false,
                }
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised() {
        assert_eq!(lookalike(b"Subjet"), Some("Subject"));
        assert_eq!(lookalike(b"MessageID"), Some("Message-ID"));
        assert_eq!(lookalike(b"Reply To"), Some("Reply-To"));
        assert_eq!(lookalike(b"Form"), Some("From"));
        assert_eq!(lookalike(b"Organization"), None);
    }
}
