//! Cuts text into words, and says which of them are to be looked at again, sixty-four octets at a time.
//!
//! in:  text, from a place where no word goes on      out: the words, with what any of their octets are
//! law: octets are looked at without a branch; a word that does not end in time begins the next block

use crate::grammar::marks::{bits, padded};

/// Octets that are looked at at once.
pub(super) use crate::grammar::marks::WIDTH;

/// Blanks as `u8::is_ascii_whitespace` has them.
pub(super) const SPACE: u8 = 1;
pub(super) const LETTER: u8 = 4;
/// Digits, and marks that stand for letters.
pub(super) const DISGUISE: u8 = 8;
/// With what marks of templates begin.
pub(super) const MARK: u8 = 16;
/// Octets above 127, and the vertical tab, which is a blank to Unicode only.
pub(super) const OTHER: u8 = 32;

static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0_u8; 256];
    let mut at = 0_usize;
    while at < 256 {
        #[expect(
            clippy::indexing_slicing,
            clippy::arithmetic_side_effects,
            clippy::cast_possible_truncation,
            reason = "the loop stops below 256"
        )]
        {
            table[at] = match at as u8 {
                b'\t' | b'\n' | 0x0C | b'\r' | b' ' => SPACE,
                b'A'..=b'Z' | b'a'..=b'z' => LETTER,
                b'0'..=b'9' | b'@' | b'!' | b'|' => DISGUISE,
                b'$' => DISGUISE | MARK,
                b'{' | b'%' | b'[' | b'*' | b'<' => MARK,
                0x0B | 128.. => OTHER,
                _ => 0,
            };
            at += 1;
        }
    }
    table
}

/// May a mark of a template begin with this octet?
pub(in crate::checks) fn is_mark(octet: u8) -> bool {
    CLASS.get(usize::from(octet)).is_some_and(|class| class & MARK != 0)
}

/// What any of the octets of a word are.
pub(super) fn seen(word: &[u8]) -> u8 {
    // The ends of most are looked at twice, rather than octet by octet.
    let class = |b: &u8| CLASS.get(usize::from(*b)).copied().unwrap_or(0);
    let all = |octets: &[u8; 4]| octets.iter().fold(0, |seen, b| seen | class(b));
    if let (4..=8, Some(head), Some(tail)) = (word.len(), word.first_chunk(), word.last_chunk()) {
        return all(head) | all(tail);
    }
    word.iter().fold(0, |seen, b| seen | CLASS.get(usize::from(*b)).copied().unwrap_or(0))
}

/// The same for a long word, many octets at a time.
pub(super) fn seen_long(word: &[u8]) -> u8 {
    let (chunks, tail) = word.as_chunks::<16>();
    let mut all = [0_u8; 16];
    let is = |yes: bool, class: u8| if yes { class } else { 0 };
    for chunk in chunks {
        for (seen, &b) in all.iter_mut().zip(chunk) {
            let digit = is(b.wrapping_sub(b'0') < 10, DISGUISE);
            let letter = is((b | 32).wrapping_sub(b'a') < 26, LETTER);
            let disguise = is(matches!(b, b'@' | b'!' | b'|' | b'$'), DISGUISE);
            let mark = is(matches!(b, b'$' | b'{' | b'%' | b'[' | b'*' | b'<'), MARK);
            *seen |= digit | letter | disguise | mark | is(b >= 128, OTHER) | is(b == 0x0B, OTHER);
        }
    }
    all.iter().fold(seen(tail), |all, seen| all | seen)
}

/// How long the word at the start of `rest` is, which is longer than a block.
pub(super) fn length(rest: &[u8]) -> usize {
    let mut passed = 0_usize;
    while let Some(behind) = rest.get(passed..).filter(|behind| !behind.is_empty()) {
        let blanks = Block::new(behind).blanks;
        if blanks != 0 {
            return passed.wrapping_add(blanks.trailing_zeros() as usize);
        }
        passed = passed.wrapping_add(WIDTH);
    }
    rest.len()
}

/// Up to [`WIDTH`] octets, one bit for each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    /// Where words begin that are still to be told.
    starts: u64,
    blanks: u64,
    /// What is neither a blank, a letter, a digit, nor a mark that means nothing.
    odd: u64,
    digits: u64,
}

/// One word of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    /// Octets from the start of the block.
    pub(super) at: usize,
    pub(super) length: usize,
    /// Some of its octets are of a class other than letters, or digits.
    pub(super) odd: bool,
    pub(super) digits: bool,
}

impl Block {
    /// Looks at the start of `rest`; behind the end of it stand blanks.
    #[inline]
    pub(super) fn new(rest: &[u8]) -> Self {
        let (blanks, odd, digits) = rest.first_chunk().map_or_else(|| short(rest), classify);
        Self { starts: !blanks & !(!blanks).wrapping_shl(1), blanks, odd, digits }
    }

    /// Are there digits in it?
    pub(super) const fn has_digits(&self) -> bool {
        self.digits != 0
    }

    /// The next word. One that does not end in the block is told with the length 0, as the last.
    #[inline]
    pub(super) fn next(&mut self) -> Option<Word> {
        if self.starts == 0 {
            return None;
        }
        let start = self.starts.trailing_zeros();
        self.starts &= self.starts.wrapping_sub(1);
        let behind = self.blanks.wrapping_shr(start);
        let length = if behind == 0 { 0 } else { behind.trailing_zeros() };
        let inside = 1_u64.wrapping_shl(length).wrapping_sub(1).wrapping_shl(start);
        let (odd, digits) = (self.odd & inside != 0, self.digits & inside != 0);
        Some(Word { at: start as usize, length: length as usize, odd, digits })
    }
}

/// Tells the runs of letters and digits of US-ASCII, until `each` has enough.
pub(super) fn alphanumeric(octets: &[u8], each: &mut dyn FnMut(&[u8]) -> bool) {
    let mut at = 0_usize;
    while let Some(rest) = octets.get(at..).filter(|rest| !rest.is_empty()) {
        let marks = rest.first_chunk().map_or_else(|| marks(&padded(rest)), marks);
        let mut block =
            Block { starts: !marks & !(!marks).wrapping_shl(1), blanks: marks, odd: 0, digits: 0 };
        let mut passed = WIDTH;
        while let Some(word) = block.next() {
            let (_, near) = rest.split_at(word.at.min(rest.len()));
            let length = match word.length {
                0 if word.at > 0 => {
                    passed = word.at;
                    break;
                }
                0 => {
                    passed = near.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(near.len());
                    passed
                }
                length => length,
            };
            if !near.get(..length).is_some_and(&mut *each) {
                return;
            }
        }
        at = at.wrapping_add(passed);
    }
}

/// One bit for each octet that is no letter or digit.
#[inline]
fn marks(octets: &[u8; WIDTH]) -> u64 {
    let [known] = bits(octets, |lanes| {
        [lanes.within(b'a', b'z') | lanes.within(b'A', b'Z') | lanes.within(b'0', b'9')]
    });
    !known
}

/// The same where there are not enough octets.
#[cold]
fn short(rest: &[u8]) -> (u64, u64, u64) {
    classify(&padded(rest))
}

/// One bit for each blank, one for each octet of the classes [`DISGUISE`], [`MARK`] and [`OTHER`] but digits, and one for
/// each digit.
#[inline]
fn classify(octets: &[u8; WIDTH]) -> (u64, u64, u64) {
    let [blanks, odd, digits] = bits(octets, |lanes| {
        let blank = lanes.any(*b"\t\n\x0C\r ");
        let odd = lanes.high() | lanes.any(*b"\x0B@!|${%[*<");
        [blank, odd, lanes.within(b'0', b'9')]
    });
    (blanks, odd, digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn each_octet_has_the_bits_of_its_class() {
        for octet in 0..=255_u8 {
            let class = CLASS[usize::from(octet)];
            for at in [0, 17, 63] {
                let mut octets = [b'x'; WIDTH];
                octets[at] = octet;
                let bit = 1_u64 << at;
                let blank = if class & SPACE != 0 { bit } else { 0 };
                let digit = if octet.is_ascii_digit() { bit } else { 0 };
                let odd = if class & (DISGUISE | MARK | OTHER) != 0 { bit & !digit } else { 0 };
                assert_eq!(classify(&octets), (blank, odd, digit), "{octet} at {at}");
            }
            assert_eq!(octet.is_ascii_whitespace(), class & SPACE != 0, "{octet}");
        }
    }

    #[test]
    fn a_long_word_is_cut_and_classed_as_a_short_one() {
        for octet in 0..=255_u8 {
            let mut word = [b'x'; 100];
            word[70] = octet;
            assert_eq!(seen_long(&word), seen(&word) & !SPACE, "{octet}");
            assert_eq!(seen_long(&[octet; 32]), seen(&[octet]) & !SPACE, "{octet}");
        }
        for end in [64, 65, 127, 128, 200] {
            let mut text = [b'x'; 200].to_vec();
            text.extend_from_slice(b"\ny");
            text[end] = b' ';
            assert_eq!(length(&text), end);
            assert_eq!(length(&text[..end]), end);
        }
    }

    #[test]
    fn runs_of_letters_and_digits_are_those_between_marks() {
        let long = "x9".repeat(90);
        for text in
            ["", "a", "one two-3 ,,four", " \u{7f}Zz9@[`{", &long, &[&long, "-y ", &long, "!"].concat()]
        {
            let mut told = Vec::new();
            alphanumeric(text.as_bytes(), &mut |word| {
                told.push(word.to_vec());
                true
            });
            let split = text.as_bytes().split(|b| !b.is_ascii_alphanumeric());
            assert_eq!(told, split.filter(|word| !word.is_empty()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn words_are_told_with_their_length() {
        let mut block = Block::new(b"  one tw2 three");
        let told: Vec<_> =
            core::iter::from_fn(|| block.next()).map(|word| (word.at, word.length, word.digits)).collect();
        assert_eq!(told, [(2, 3, false), (6, 3, true), (10, 5, false)]);
        assert_eq!(Block::new(b"a$ b").next().map(|word| (word.odd, word.digits)), Some((true, false)));
        let long = [b'x'; 2 * WIDTH];
        assert_eq!(Block::new(&long).next().map(|word| word.length), Some(0));
    }
}
