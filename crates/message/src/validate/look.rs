//! Classes of octets that let a check pass over most values.
//!
//! in:  the value of a field      out: the classes that any of its octets is in
//! law: each octet is looked up once

/// Anything but blanks and the line ends of folds.
pub(crate) const FILLED: u8 = 1;
/// Octets above 127.
pub(crate) const HIGH: u8 = 2;
/// Controls, but not tab, CR or LF.
pub(crate) const CONTROL: u8 = 4;
/// The line end of a fold.
pub(crate) const FOLD: u8 = 8;
/// Parentheses.
pub(crate) const PAREN: u8 = 16;
/// The double quote.
pub(crate) const QUOTE: u8 = 32;
/// The question mark of encoded-words.
pub(crate) const QUESTION: u8 = 64;
/// The colon of groups.
pub(crate) const COLON: u8 = 128;

static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [FILLED; 256];
    let mut at = 0_usize;
    while at < 256 {
        #[expect(
            clippy::indexing_slicing,
            clippy::arithmetic_side_effects,
            clippy::cast_possible_truncation,
            reason = "the loop stops below 256"
        )]
        {
            table[at] |= match at as u8 {
                128.. => HIGH,
                b'(' | b')' => PAREN,
                b'"' => QUOTE,
                b'?' => QUESTION,
                b':' => COLON,
                b'\n' => FOLD,
                b'\t' | b'\r' | b' ' => 0,
                0..32 | 127 => CONTROL,
                _ => 0,
            };
            if matches!(at as u8, b'\t' | b'\r' | b'\n' | b' ') {
                table[at] &= FOLD;
            }
            at += 1;
        }
    }
    table
}

/// Octets that are looked at at once.
const WIDTH: usize = 16;

/// The classes of all octets of a value; `plain`: it holds nothing but plain text, tabs and line ends.
pub(crate) fn all(value: &[u8], plain: bool) -> u8 {
    if plain { over(value, add_plain) } else { over(value, add) }
}

/// The last octets are looked at twice, rather than one by one.
#[inline]
fn over(value: &[u8], add: impl Fn(&mut [u8; WIDTH], &[u8; WIDTH])) -> u8 {
    let Some(last) = value.last_chunk::<WIDTH>() else {
        return few(value);
    };
    let mut seen = [0_u8; WIDTH];
    let (chunks, _) = value.as_chunks::<WIDTH>();
    for chunk in chunks {
        add(&mut seen, chunk);
    }
    add(&mut seen, last);
    seen.iter().fold(0, |all, seen| all | seen)
}

/// The same for fewer than [`WIDTH`] octets.
fn few(value: &[u8]) -> u8 {
    let all = |octets: &[u8]| {
        octets.iter().fold(0, |seen, b| seen | CLASS.get(usize::from(*b)).copied().unwrap_or(0))
    };
    match (
        value.first_chunk::<8>(),
        value.last_chunk::<8>(),
        value.first_chunk::<4>(),
        value.last_chunk::<4>(),
    ) {
        (Some(head), Some(tail), ..) => all(head) | all(tail),
        (.., Some(head), Some(tail)) => all(head) | all(tail),
        _ => all(value),
    }
}

/// Adds the classes of each octet, without a branch; what [`CLASS`] says of them.
#[inline]
fn add(seen: &mut [u8; WIDTH], octets: &[u8; WIDTH]) {
    let is = |yes: bool, class: u8| if yes { class } else { 0 };
    for (seen, &b) in seen.iter_mut().zip(octets) {
        let blank = is(matches!(b, b' ' | b'\t' | b'\r' | b'\n'), u8::MAX);
        let control = is(b < 32, CONTROL) & !blank | is(b == 127, CONTROL);
        let marks = is(b & 0xFE == b'(', PAREN) | is(b == b'"', QUOTE) | is(b == b'?', QUESTION);
        *seen |= FILLED & !blank
            | is(b >= 128, HIGH)
            | control
            | is(b == b'\n', FOLD)
            | marks
            | is(b == b':', COLON);
    }
}

/// The same for octets among which there are no controls and none above 127.
#[inline]
fn add_plain(seen: &mut [u8; WIDTH], octets: &[u8; WIDTH]) {
    let is = |yes: bool, class: u8| if yes { class } else { 0 };
    for (seen, &b) in seen.iter_mut().zip(octets) {
        let marks = is(b & 0xFE == b'(', PAREN) | is(b == b'"', QUOTE) | is(b == b'?', QUESTION);
        *seen |= is(b > b' ', FILLED) | is(b == b'\n', FOLD) | marks | is(b == b':', COLON);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_have_the_classes_of_the_table() {
        for octet in 0..=255_u8 {
            let mut value = [b' '; 40];
            for at in [0, 15, 16, 30, 39] {
                value[at] = octet;
                assert_eq!(all(&value, false), CLASS[usize::from(octet)], "{octet}");
                if matches!(octet, b'\t' | b'\r' | b'\n' | b' '..=b'~') {
                    assert_eq!(all(&value, true), CLASS[usize::from(octet)], "{octet}");
                }
                value[at] = b' ';
            }
            for length in 1..WIDTH {
                for at in 0..length {
                    value[at] = octet;
                    assert_eq!(all(&value[..length], false), CLASS[usize::from(octet)], "{octet}");
                    value[at] = b' ';
                }
            }
        }
    }
}
