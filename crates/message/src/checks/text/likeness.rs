//! Says whether two texts of a message are about the same.
//!
//! in:  the visible text of a part      out: whether it only points elsewhere; hashes of its words, and how two of them differ
//! law: so many words of each text count, whatever its length

use crate::grammar::marks::{WIDTH, bits, padded};
use alloc::string::String;
use alloc::vec::Vec;

/// Does the text only say to look elsewhere?
pub(crate) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    if text.is_empty() {
        return true;
    }
    if text.len() >= 200 {
        return false;
    }
    let text = text.to_ascii_lowercase();
    // One of these is in each of the phrases.
    if !["html", "view", "brow", "read"].iter().any(|word| text.contains(word)) {
        return false;
    }
    [
        "view this message in",
        "view this email in",
        "view in browser",
        "in your browser",
        "html version",
        "html viewer",
        "html email",
        "html e-mail",
        "view it online",
        "view online",
        "read online",
        "html mail",
        "html-capable",
        "does not support html",
        "requires html",
        "requires an html",
    ]
    .iter()
    .any(|phrase| text.contains(phrase))
}

/// Words of a text that count for its likeness to another.
const WORDS: usize = 400;

/// Hashes of the words of a text, each once: enough to say whether two texts are about the same.
pub(crate) fn fingerprint(text: &str) -> Vec<u32> {
    let mut words = Words::new();
    let mut left = WORDS;
    let mut lower = String::new();
    let ascii = text.is_ascii();
    alphanumeric(text.as_bytes(), |run| {
        if ascii || run.is_ascii() {
            if run.len() >= 4 {
                words.add(hash(run));
                left = left.saturating_sub(1);
            }
            return left > 0;
        }
        // Among the octets above 127 there may be marks.
        let run = core::str::from_utf8(run).unwrap_or_default();
        let long = run.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().nth(3).is_some());
        for word in long.take(left) {
            lower.clear();
            if word.is_ascii() {
                lower.push_str(word);
            } else {
                lower.extend(word.chars().flat_map(char::to_lowercase));
            }
            words.add(hash(lower.as_bytes()));
            left = left.saturating_sub(1);
        }
        left > 0
    });
    words.hashes
}

/// The hashes of words, each once.
struct Words {
    hashes: Vec<u32>,
    /// The number of each, from 1, in the slot that its low bits name or in the next that was free.
    slots: [u16; SLOTS],
}

/// More than twice as many as there are words.
const SLOTS: usize = 1024;

impl Words {
    fn new() -> Self {
        Self { hashes: Vec::with_capacity(64), slots: [0; SLOTS] }
    }

    fn add(&mut self, hash: u32) {
        let (slot, known) = self.slot(hash);
        if !known && let Some(number) = self.slots.get_mut(slot) {
            self.hashes.push(hash);
            *number = u16::try_from(self.hashes.len()).unwrap_or_default();
        }
    }

    fn has(&self, hash: u32) -> bool {
        self.slot(hash).1
    }

    /// The slot of a hash, and whether it is there; else that slot is free.
    fn slot(&self, hash: u32) -> (usize, bool) {
        let mut slot = hash as usize % SLOTS;
        loop {
            let number = self.slots.get(slot).copied().unwrap_or_default();
            let Some(at) = usize::from(number).checked_sub(1) else { return (slot, false) };
            if self.hashes.get(at) == Some(&hash) {
                return (slot, true);
            }
            slot = slot.wrapping_add(1) % SLOTS;
        }
    }
}

/// A hash of four octets or more, eight at a time: letters and digits in whatever case, others those of small letters.
fn hash(word: &[u8]) -> u32 {
    const CASE: u64 = 0x2020_2020_2020_2020;
    let mix =
        |hash: u64, eight: u64| (hash ^ eight ^ hash.wrapping_shr(29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let (eights, _) = word.as_chunks::<8>();
    let whole =
        eights.iter().fold(word.len() as u64, |hash, eight| mix(hash, u64::from_le_bytes(*eight) | CASE));
    // The ends are looked at twice, rather than octet by octet.
    let four = |octets: Option<&[u8; 4]>| u64::from(octets.copied().map_or(0, u32::from_le_bytes));
    let last = match word.last_chunk() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => four(word.first_chunk()).wrapping_shl(32) | four(word.last_chunk()),
    };
    u32::try_from(mix(whole, last | CASE).wrapping_shr(32)).unwrap_or(0)
}

/// Do two texts with enough words share hardly any of them?
pub(crate) fn differ(one: &[u32], two: &[u32]) -> bool {
    let least = one.len().min(two.len());
    if least < 5 {
        return false;
    }
    let mut words = Words::new();
    for hash in two {
        words.add(*hash);
    }
    let shared = one.iter().filter(|hash| words.has(**hash)).count();
    shared.saturating_mul(5) < least
}

/// Tells the runs of letters and digits of US-ASCII and of octets above 127, until `each` has enough.
#[inline]
fn alphanumeric(octets: &[u8], mut each: impl FnMut(&[u8]) -> bool) {
    let mut at = 0_usize;
    while let Some(rest) = octets.get(at..).filter(|rest| !rest.is_empty()) {
        let marks = rest.first_chunk().map_or_else(|| marks(&padded(rest)), marks);
        let mut starts = !marks & !(!marks).wrapping_shl(1);
        let mut passed = WIDTH;
        while starts != 0 {
            let start = starts.trailing_zeros();
            starts &= starts.wrapping_sub(1);
            let (_, near) = rest.split_at((start as usize).min(rest.len()));
            let length = match marks.wrapping_shr(start) {
                0 if start > 0 => {
                    passed = start as usize;
                    break;
                }
                0 => {
                    passed = near
                        .iter()
                        .position(|b| !b.is_ascii_alphanumeric() && b.is_ascii())
                        .unwrap_or(near.len());
                    passed
                }
                behind => behind.trailing_zeros() as usize,
            };
            if !near.get(..length).is_some_and(&mut each) {
                return;
            }
        }
        at = at.wrapping_add(passed);
    }
}

/// One bit for each octet of US-ASCII that is no letter or digit.
#[inline]
fn marks(octets: &[u8; WIDTH]) -> u64 {
    let [known] = bits(octets, |lanes| {
        [lanes.high() | lanes.within(b'a', b'z') | lanes.within(b'A', b'Z') | lanes.within(b'0', b'9')]
    });
    !known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_letters_and_digits_are_those_between_marks() {
        let long = "x9".repeat(90);
        for text in [
            "",
            "a",
            "one two-3 ,,four",
            " \u{7f}Zz9@[`{",
            &long,
            &[&long, "-y ", &long, "!"].concat(),
            "gr\u{fc}n, \u{201c}a\u{201d}",
        ] {
            let mut told = Vec::new();
            alphanumeric(text.as_bytes(), |word| {
                told.push(word.to_vec());
                true
            });
            let split = text.as_bytes().split(|b| !b.is_ascii_alphanumeric() && b.is_ascii());
            assert_eq!(told, split.filter(|word| !word.is_empty()).collect::<Vec<_>>());
        }
    }
}
