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

/// For each length below [`WIDTH`]: which of so many octets are the last ones.
#[expect(clippy::indexing_slicing, reason = "worked out when it is compiled: the loop stops at the end")]
static LAST: [[u8; WIDTH]; WIDTH] = {
    let mut table = [[0_u8; WIDTH]; WIDTH];
    let mut at = 0;
    while at < WIDTH * WIDTH {
        if at / WIDTH + at % WIDTH >= WIDTH {
            table[at / WIDTH][at % WIDTH] = u8::MAX;
        }
        at += 1;
    }
    table
};

/// The classes of the last octets, `length` of them; `plain`: they hold nothing but plain text, tabs and line ends.
pub(crate) fn all(octets: &[u8], length: usize, plain: bool) -> u8 {
    if plain { over(octets, length, add_plain) } else { over(octets, length, add) }
}

/// The last octets are looked at twice, rather than one by one; of a short value those before it as well, and left out.
#[inline]
fn over(octets: &[u8], length: usize, add: impl Fn(&mut [u8; WIDTH], &[u8; WIDTH])) -> u8 {
    let (_, value) = octets.split_at(octets.len().saturating_sub(length));
    let mut seen = [0_u8; WIDTH];
    match (octets.last_chunk(), value.len() < WIDTH) {
        (Some(last), true) => {
            add(&mut seen, last);
            let kept = LAST.get(length).unwrap_or(&[u8::MAX; WIDTH]);
            seen.iter_mut().zip(kept).for_each(|(seen, kept)| *seen &= kept);
        }
        (Some(last), false) => {
            let (chunks, _) = value.as_chunks::<WIDTH>();
            for chunk in chunks {
                add(&mut seen, chunk);
            }
            add(&mut seen, last);
        }
        (None, _) => return few(value),
    }
    seen.iter().fold(0, |all, seen| all | seen)
}

/// The same where there are fewer than [`WIDTH`] octets, one by one.
#[cold]
fn few(value: &[u8]) -> u8 {
    value.iter().fold(0, |seen, b| seen | CLASS.get(usize::from(*b)).copied().unwrap_or(0))
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
    use alloc::vec;

    #[test]
    fn the_classes_of_all_octets_of_a_value_are_those_of_the_table() {
        for octet in 0..=255_u8 {
            let class = CLASS[usize::from(octet)];
            let plain = matches!(octet, b'\t' | b'\r' | b'\n' | b' '..=b'~');
            for length in (1..40).chain([63, 64, 65, 90]) {
                for lead in [0, 3, 20] {
                    let mut octets = vec![b' '; lead + length];
                    octets[..lead].fill(0xFF);
                    for at in [0, 1, length / 2, length - 1] {
                        octets[lead + at.min(length - 1)] = octet;
                        assert_eq!(all(&octets, length, false), class, "{octet} of {length}");
                        assert!(!plain || all(&octets, length, true) == class, "{octet} of {length}");
                        octets[lead + at.min(length - 1)] = b' ';
                    }
                }
            }
            assert_eq!(all(&[octet], 0, false), 0);
        }
    }
}
