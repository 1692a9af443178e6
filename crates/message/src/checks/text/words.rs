//! Cuts text into words, and says which of them are to be looked at again, sixty-four octets at a time.
//!
//! in:  text, from a place where no word goes on      out: the words, with what any of their octets are
//! law: octets are looked at without a branch; a word that does not end in time begins the next block

use crate::checks::wording;
use crate::grammar::marks::{bits, padded, places};
use core::ops::Range;

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

/// Which marks of templates begin in a long word, one bit for each.
pub(super) fn templates(word: &[u8]) -> u8 {
    let marks = places(word, 0, |lanes| lanes.any(*b"${%[*<"));
    marks.fold(0, |all, at| all | wording::mark(word.get(at..).unwrap_or_default()))
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

/// Up to [`WIDTH`] octets, one bit for each, and the words that end among them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    blanks: u64,
    /// The octets of the classes [`OTHER`], [`MARK`] and [`DISGUISE`].
    others: u64,
    marks: u64,
    disguises: u64,
    /// Letters and digits.
    known: u64,
    capitals: u64,
    /// The octets of the words.
    words: u64,
    /// Where they begin.
    starts: u64,
}

impl Block {
    /// Looks at the start of `rest`; behind the end of it stand blanks.
    #[inline]
    pub(super) fn new(rest: &[u8]) -> Self {
        let [blanks, others, marks, disguises, known, capitals] =
            rest.first_chunk().map_or_else(|| short(rest), classify);
        // The last word may go on behind the block.
        let words = !blanks & u64::MAX.checked_shr(blanks.leading_zeros()).unwrap_or(0);
        let starts = words & !words.wrapping_shl(1);
        Self { blanks, others, marks, disguises, known, capitals, words, starts }
    }

    /// How many octets stand before the word that does not end in the block: all, where there is none, and none where
    /// that is longer than the block.
    pub(super) const fn passed(&self) -> usize {
        WIDTH.wrapping_sub(self.blanks.leading_zeros() as usize)
    }

    /// What any of its octets are, of the classes [`MARK`] and [`DISGUISE`].
    pub(super) const fn seen(&self) -> u8 {
        let marks = if self.marks != 0 { MARK } else { 0 };
        marks | if self.disguises != 0 { DISGUISE } else { 0 }
    }

    /// Which marks of templates begin in it, one bit for each; `rest` begins where the block does.
    pub(super) fn templates(&self, rest: &[u8]) -> u8 {
        ones(self.marks).fold(0, |all, at| all | wording::mark(rest.get(at as usize..).unwrap_or_default()))
    }

    /// How many octets its words have.
    pub(super) const fn visible(&self) -> usize {
        self.words.count_ones() as usize
    }

    /// The start of the first word.
    pub(super) const fn first(&self) -> u64 {
        self.starts & self.starts.wrapping_neg()
    }

    /// The start of the word behind the one that begins at `start`.
    pub(super) const fn behind(&self, start: u32) -> u64 {
        let behind = self.starts & !up_to(start);
        behind & behind.wrapping_neg()
    }

    /// Where the word lies that begins at `start`.
    pub(super) const fn word(&self, start: u32) -> Range<usize> {
        let length = self.blanks.wrapping_shr(start).trailing_zeros();
        start as usize..start.wrapping_add(length) as usize
    }

    /// Are some of the octets of a word of a class other than letters?
    pub(super) fn is_special(&self, word: &Range<usize>) -> bool {
        (self.others | self.marks | self.disguises) & bits_of(word) != 0
    }

    /// Where the last word ends that begins before `start`.
    pub(super) fn end_before(&self, start: u32) -> Option<usize> {
        let before = self.words & 1_u64.checked_shl(start).map_or(u64::MAX, |bit| bit.wrapping_sub(1));
        64_usize.checked_sub(before.leading_zeros() as usize).filter(|end| *end > 0)
    }

    /// This word was none.
    pub(super) fn forget(&mut self, word: &Range<usize>) {
        self.words &= !bits_of(word);
    }

    /// The starts of the words to be looked at again; `rest` begins where the block does.
    ///
    /// What passes is a word of US-ASCII that is no single capital, not behind a gap, in no disguise, and with which no phrase
    /// begins. Nearly all are so.
    #[inline]
    pub(super) fn unusual(&self, rest: &[u8]) -> u64 {
        let from = |at: u32| rest.get(at as usize..).unwrap_or_default();
        let leads = self.first_in_words(self.known);
        let mut calling = self.others;
        for lead in ones(leads) {
            // No phrase is so short that it ends with the text.
            let Some([first, second, third, _]) = from(lead).first_chunk() else { continue };
            if wording::begins_so(*first, *second, *third) && wording::begins(from(lead)) {
                calling |= bit(lead);
            }
        }
        // Numbers are no words in disguise.
        for disguise in ones(self.first_in_words(self.disguises) & !leads) {
            let behind = leads & !self.start_of(disguise).wrapping_sub(1);
            let lead = from(behind.trailing_zeros()).first();
            if lead.is_some_and(|lead| wording::may_be_disguised(*lead)) {
                calling |= bit(disguise);
            }
        }
        let alone = self.starts & self.capitals & self.blanks.wrapping_shr(1);
        let unusual = ones(self.first_in_words(calling)).fold(alone, |all, at| all | self.start_of(at));
        unusual | if self.has_gap() { self.starts } else { 0 }
    }

    /// Of the octets in `special` the first one of each word.
    const fn first_in_words(&self, special: u64) -> u64 {
        // Added to the start of a word, a bit is carried over all octets up to that one.
        (self.words & !special).wrapping_add(self.starts) & special & self.words
    }

    /// The start of the word that the octet `at` belongs to.
    const fn start_of(&self, at: u32) -> u64 {
        let before = self.starts & up_to(at);
        bit(63_u32.wrapping_sub(before.leading_zeros()))
    }

    /// Do forty blanks or more stand in a row?
    fn has_gap(&self) -> bool {
        let longer = |runs: u64, by: u32| runs & runs.wrapping_shr(by);
        [1, 2, 4, 8, 16, 8].into_iter().fold(self.blanks, longer) != 0
    }
}

/// The places of the bits.
#[inline]
fn ones(mut bits: u64) -> impl Iterator<Item = u32> {
    core::iter::from_fn(move || {
        let at = bits.trailing_zeros();
        let more = bits != 0;
        bits &= bits.wrapping_sub(1);
        more.then_some(at)
    })
}

const fn bit(at: u32) -> u64 {
    1_u64.wrapping_shl(at)
}

/// One bit for each octet from the start of a block to `at`, that one too.
const fn up_to(at: u32) -> u64 {
    u64::MAX.wrapping_shr(63_u32.wrapping_sub(at))
}

/// One bit for each octet of a word of a block.
#[expect(clippy::cast_possible_truncation, reason = "a block has 64 octets")]
const fn bits_of(word: &Range<usize>) -> u64 {
    let length = word.end.wrapping_sub(word.start) as u32;
    1_u64.wrapping_shl(length).wrapping_sub(1).wrapping_shl(word.start as u32)
}

/// The same where there are not enough octets.
#[cold]
fn short(rest: &[u8]) -> [u64; 6] {
    classify(&padded(rest))
}

/// One bit for each blank, for each octet of the classes [`OTHER`], [`MARK`] and [`DISGUISE`], for each letter or digit, and
/// for each capital.
#[inline]
fn classify(octets: &[u8; WIDTH]) -> [u64; 6] {
    bits(octets, |lanes| {
        let blank = lanes.any(*b"\t\n\x0C\r ");
        let other = lanes.high() | lanes.is(0x0B);
        let dollar = lanes.is(b'$');
        let mark = dollar | lanes.any(*b"{%[*<");
        let digit = lanes.within(b'0', b'9');
        let disguise = dollar | digit | lanes.any(*b"@!|");
        let capital = lanes.within(b'A', b'Z');
        [blank, other, mark, disguise, digit | lanes.within(b'a', b'z') | capital, capital]
    })
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
                let when = |yes: bool| if yes { bit } else { 0 };
                let [blanks, others, marks, disguises, known, capitals] = classify(&octets);
                assert_eq!(blanks, blank, "{octet} at {at}");
                assert_eq!(others, when(class & OTHER != 0), "{octet} at {at}");
                assert_eq!(marks, when(class & MARK != 0), "{octet} at {at}");
                assert_eq!(disguises, when(class & DISGUISE != 0), "{octet} at {at}");
                assert_eq!(known, !bit | when(octet.is_ascii_alphanumeric()), "{octet} at {at}");
                assert_eq!(capitals, when(octet.is_ascii_uppercase()), "{octet} at {at}");
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
    fn words_that_pass_are_none_that_could_say_something() {
        let text = b"  one 3rd c2 Q -- (act now! <a$ \xFFb this ... [x ends-behind-the-block-as-it-ends";
        let block = Block::new(text);
        let mut unusual = block.unusual(text);
        let mut told = Vec::new();
        while unusual != 0 {
            told.push(block.word(unusual.trailing_zeros()));
            unusual &= unusual - 1;
        }
        let told: Vec<_> = told.into_iter().map(|word| &text[word]).collect();
        assert_eq!(told, [&b"c2"[..], b"Q", b"(act", b"\xFFb"]);
        assert_eq!((block.seen(), block.templates(text)), (MARK | DISGUISE, wording::mark(b"[x")));
        assert_eq!((block.passed(), block.visible()), (47, 33));
        assert_eq!(
            (block.end_before(0), block.end_before(6), block.end_before(64)),
            (None, Some(5), Some(46))
        );
        let gap = [&b"a"[..], &[b' '; 40], b"b c and more"].concat();
        assert_eq!(Block::new(&gap).unusual(&gap), 1 | 1 << 41 | 1 << 43 | 1 << 45 | 1 << 49);
        assert_eq!(Block::new(&[b'x'; 2 * WIDTH]).passed(), 0);
        assert_eq!(Block::new(b"").unusual(b""), 0);
    }
}
