//! Reads a text once and notes which phrases stand in it.
//!
//! in:  any octets, at most 4 KiB of their head and 1 KiB of their tail
//! out: the phrases seen, each with where it stood first
//! law: letters without case and accents, any run of blanks and marks as one blank, no mail address and no path of a link has a say

use aho_corasick::Anchored;
use aho_corasick::automaton::Automaton as _;
use aho_corasick::nfa::contiguous::NFA;
use memchr::memchr;

use crate::{EnhancedStatusCode, ReplyCode};

/// Octets read from the head of a text, and from its tail where it is longer.
pub(super) const HEAD: usize = 4096;
pub(super) const TAIL: usize = 1024;

/// The most phrases that all rules together may have.
pub(super) const PHRASES: usize = 4096;
/// The longest phrase, with its blanks.
pub(super) const LONGEST: usize = 120;
const RING: usize = 128;
/// Phrases whose place is kept: evidence is not shown for more.
const SPOTS: usize = 64;

/// Where a phrase stood first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub(super) phrase: u16,
    pub(super) range: (u32, u32),
}

/// Which phrases stood in a text.
pub(super) struct Seen {
    set: [u64; PHRASES / 64],
    spots: [Spot; SPOTS],
    count: usize,
}

impl Seen {
    pub(super) const fn new() -> Self {
        let none = Spot { phrase: 0, range: (0, 0) };
        Self { set: [0; PHRASES / 64], spots: [none; SPOTS], count: 0 }
    }

    /// The word and the bit of a phrase.
    pub(super) fn place(phrase: u16) -> (u8, u64) {
        (u8::try_from(phrase / 64).unwrap_or(u8::MAX), 1 << (phrase % 64))
    }

    /// Whether any of the bits of a word stands.
    pub(super) fn any(&self, word: u8, mask: u64) -> bool {
        self.set.get(usize::from(word)).is_some_and(|bits| bits & mask != 0)
    }

    /// The phrases that were seen.
    pub(super) fn phrases(&self) -> impl Iterator<Item = u16> {
        (0_u16..).zip(&self.set).filter(|(_, bits)| **bits != 0).flat_map(|(word, bits)| {
            let mut rest = *bits;
            core::iter::from_fn(move || {
                let bit = u16::try_from(rest.trailing_zeros()).ok().filter(|bit| *bit < 64)?;
                rest &= rest.wrapping_sub(1);
                Some(word.saturating_mul(64).saturating_add(bit))
            })
        })
    }

    /// Where the phrase stood first, if that was kept.
    pub(super) fn range(&self, phrase: u16) -> Option<(u32, u32)> {
        let kept = self.spots.get(..self.count).unwrap_or_default();
        kept.iter().find(|spot| spot.phrase == phrase).map(|spot| spot.range)
    }

    fn note(&mut self, spot: Spot) {
        let Some(word) = self.set.get_mut(usize::from(spot.phrase / 64)) else { return };
        *word |= 1_u64 << (spot.phrase % 64);
        if let Some(place) = self.spots.get_mut(self.count) {
            *place = spot;
            self.count = self.count.saturating_add(1);
        }
    }
}

/// Which phrases stand in the text; `code` at the start of a line is no text.
pub(super) fn scan(text: &[u8], code: Option<ReplyCode>, automaton: &NFA, seen: &mut Seen) {
    let Ok(mut state) = automaton.start_state(Anchored::No) else { return };
    // Where each of the last octets stood, and where the next one that is no blank stands.
    let mut places = [(0_u32, false); RING];
    let mut fed = 0_usize;
    let mut end = 0_u32;
    normal(text, code, &mut |octet, place| {
        let blank = octet == b' ';
        if let Some(slot) = places.get_mut(fed % RING) {
            *slot = (place, blank);
        }
        if !blank {
            end = place.saturating_add(1);
        }
        fed = fed.wrapping_add(1);
        state = automaton.next_state(Anchored::No, state, octet);
        if automaton.is_special(state) && automaton.is_match(state) {
            for index in 0..automaton.match_len(state) {
                let pattern = automaton.match_pattern(state, index);
                let phrase = u16::try_from(pattern.as_usize()).unwrap_or(u16::MAX);
                let (word, bit) = Seen::place(phrase);
                if seen.any(word, bit) {
                    continue;
                }
                let first = fed.wrapping_sub(automaton.pattern_len(pattern));
                let at = |index: usize| places.get(index % RING).copied().unwrap_or_default();
                let start = if at(first).1 { at(first.wrapping_add(1)) } else { at(first) };
                seen.note(Spot { phrase, range: (start.0, end) });
            }
        }
    });
}

/// Feeds the text in the form in which phrases are compared, each octet with its place.
pub(super) fn normal(text: &[u8], code: Option<ReplyCode>, feed: &mut impl FnMut(u8, u32)) {
    let mut walk = Walk { blank: true };
    feed(b' ', 0);
    match (text.get(HEAD..), text.len().checked_sub(TAIL)) {
        (Some(behind), Some(tail)) if !behind.is_empty() => {
            let tail = tail.max(HEAD);
            walk.part(text.get(..HEAD).unwrap_or_default(), 0, code, feed);
            walk.space(tail, feed);
            walk.part(text.get(tail..).unwrap_or_default(), tail, code, feed);
        }
        _ => walk.part(text, 0, code, feed),
    }
    walk.space(text.len(), feed);
}

struct Walk {
    /// Whether the last octet fed was a blank.
    blank: bool,
}

impl Walk {
    fn space(&mut self, place: usize, feed: &mut impl FnMut(u8, u32)) {
        if !self.blank {
            self.blank = true;
            feed(b' ', u32::try_from(place).unwrap_or(u32::MAX));
        }
    }

    fn part(&mut self, text: &[u8], base: usize, code: Option<ReplyCode>, feed: &mut impl FnMut(u8, u32)) {
        let mut at = codes(text, code);
        let mut sign = memchr(b'@', text);
        while let Some(&octet) = text.get(at) {
            let class = CLASSES.get(usize::from(octet)).copied().unwrap_or_default();
            if class > 1 && !self.blank {
                // Most octets stand inside of a word.
                feed(class, u32::try_from(base.saturating_add(at)).unwrap_or(u32::MAX));
                at = at.saturating_add(1);
                continue;
            }
            if octet == b'\n' {
                self.space(base.saturating_add(at), feed);
                at = at.saturating_add(1);
                at = at.saturating_add(codes(text.get(at..).unwrap_or_default(), code));
                continue;
            }
            if octet == b'@' {
                // What is left of an address that begins with marks.
                self.space(base.saturating_add(at), feed);
                at = at.saturating_add(word(text.get(at..).unwrap_or_default()));
                continue;
            }
            if self.blank && class != 0 {
                let rest = text.get(at..).unwrap_or_default();
                if sign.is_some_and(|sign| sign < at) {
                    sign = memchr(b'@', rest).map(|more| at.saturating_add(more));
                }
                if sign.is_some() {
                    let end = at.saturating_add(word(rest));
                    if sign.is_some_and(|sign| sign < end) {
                        at = end;
                        continue;
                    }
                }
                if let Some((host, length)) = link(rest) {
                    for (index, octet) in host.iter().enumerate() {
                        let place = at.saturating_add(length.0).saturating_add(index).saturating_add(base);
                        feed(octet.to_ascii_lowercase(), u32::try_from(place).unwrap_or(u32::MAX));
                        self.blank = false;
                    }
                    at = at.saturating_add(length.1);
                    self.space(base.saturating_add(at), feed);
                    continue;
                }
            }
            at = at.saturating_add(self.octet(text, at, base, feed));
        }
    }

    /// Feeds what stands at `at`; gives how many octets that took.
    #[inline]
    fn octet(&mut self, text: &[u8], at: usize, base: usize, feed: &mut impl FnMut(u8, u32)) -> usize {
        let octet = text.get(at).copied().unwrap_or_default();
        let place = u32::try_from(base.saturating_add(at)).unwrap_or(u32::MAX);
        let class = CLASSES.get(usize::from(octet)).copied().unwrap_or_default();
        if class > 1 {
            self.blank = false;
            feed(class, place);
            return 1;
        }
        let next = text.get(at.saturating_add(1)).copied();
        match (octet, next) {
            (b'.', Some(next)) if !self.blank && next.is_ascii_alphanumeric() => feed(b'.', place),
            (0xc3, Some(next @ 0x80..=0xbf)) => {
                self.blank = false;
                feed(latin(next & 0x3f), place);
                return 2;
            }
            (0xd0, Some(next @ 0x90..=0x9f)) => {
                self.blank = false;
                feed(0xd0, place);
                feed(next | 0x20, place);
                return 2;
            }
            (0xd0, Some(next @ 0xa0..=0xaf)) => {
                self.blank = false;
                feed(0xd1, place);
                feed(next & 0xdf, place);
                return 2;
            }
            (0xc2, Some(0xa0)) => {
                self.space(base.saturating_add(at), feed);
                return 2;
            }
            (0xc0..=0xff, next) if !matches!(next, Some(0x80..=0xbf)) => {
                self.blank = false;
                feed(latin(octet & 0x3f), place);
            }
            (0xc0..=0xff, Some(next)) => {
                self.blank = false;
                feed(octet, place);
                feed(next, place);
                return 2;
            }
            (0x80..=0xbf, _) => {
                self.blank = false;
                feed(octet, place);
            }
            _ => self.space(base.saturating_add(at), feed),
        }
        1
    }
}

/// How many octets of codes open a line: the reply code, its mark, and an enhanced code.
pub(super) fn codes(line: &[u8], code: Option<ReplyCode>) -> usize {
    let Some(code) = code else { return 0 };
    let Some(rest) = line.strip_prefix(&code.digits()[..]) else { return 0 };
    let Some((b' ' | b'-' | b'\r' | b'\n', behind)) = rest.split_first() else { return 0 };
    let end = memchr(b'\n', behind).unwrap_or(behind.len());
    let line_rest = behind.get(..end).unwrap_or_default();
    let text = EnhancedStatusCode::split_from(line_rest).map_or(line_rest, |(_, text)| text);
    let skipped = line_rest.len().saturating_sub(text.len());
    skipped.saturating_add(4).min(line.len())
}

/// How long the word is that opens the text: up to a blank, a bracket or a quote.
fn word(text: &[u8]) -> usize {
    let ends = |octet: &u8| {
        matches!(octet, 0..=b' ' | b'<' | b'>' | b'(' | b')' | b'"' | b',' | b';' | b'[' | b']' | 0x7f)
    };
    text.iter().take(320).position(ends).unwrap_or_else(|| text.len().min(320))
}

/// The host of a link that opens the text, where it begins, and the length of the link.
fn link(text: &[u8]) -> Option<(&[u8], (usize, usize))> {
    if !matches!(text, [b'h' | b'H', b't' | b'T', ..]) {
        return None;
    }
    let length = word(text);
    let link = text.get(..length)?;
    let scheme = [&b"http://"[..], b"https://"]
        .into_iter()
        .find(|scheme| link.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))?;
    let host = link.get(scheme.len()..)?;
    let end = host.iter().position(|octet| !octet.is_ascii_alphanumeric() && !matches!(octet, b'.' | b'-'));
    let host = host.get(..end.unwrap_or(host.len()))?;
    let host = host.strip_suffix(b".").unwrap_or(host);
    Some((host, (scheme.len(), length)))
}

/// The base letter of a Latin-1 letter, given by its place behind 0xC0.
fn latin(place: u8) -> u8 {
    const BASE: &[u8; 64] = b"aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty";
    BASE.get(usize::from(place)).copied().unwrap_or(b' ')
}

/// 0: a blank or mark; 1: looked at more closely; else the octet that is fed.
const CLASSES: [u8; 256] = {
    let mut classes = [0_u8; 256];
    let mut octet = 0_u8;
    loop {
        let class = match octet {
            b'a'..=b'z' | b'0'..=b'9' => octet,
            b'A'..=b'Z' => octet | 0x20,
            0x80..=0xff => 1,
            _ => 0,
        };
        #[expect(clippy::indexing_slicing, reason = "an octet is below 256; evaluated when compiled")]
        {
            classes[octet as usize] = class;
        }
        if octet == 0xff {
            break;
        }
        octet = octet.wrapping_add(1);
    }
    classes
};

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec::Vec;

    fn shown(text: &[u8]) -> String {
        let mut out = Vec::new();
        normal(text, ReplyCode::new(550), &mut |octet, _| out.push(octet));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn blanks_marks_case_and_accents_do_not_count() {
        assert_eq!(shown(b"  Mailbox-full,\r\n sorry. "), " mailbox full sorry ");
        assert_eq!(shown("Zugriff verweigert: überfüllt".as_bytes()), " zugriff verweigert uberfullt ");
        assert_eq!(shown(b"refus\xe9 (Latin-1)"), " refuse latin 1 ");
        assert_eq!(shown("ПОЛЬЗОВАТЕЛЬ не найден".as_bytes()), " пользователь не найден ");
        assert_eq!(shown("宛先が不明です".as_bytes()), " 宛先が不明です ");
    }

    #[test]
    fn outcome_e039_addresses_have_no_say() {
        assert_eq!(shown(b"<quota-full@example.com>: spam@x.example, user unknown"), " user unknown ");
        assert_eq!(shown(b"a@b"), " ");
        assert_eq!(shown(b"-@spam.example ..@spam @spam"), " ");
        assert_eq!(shown(b"mail from quota.full@example (x@y)"), " mail from ");
    }

    #[test]
    fn outcome_e037_paths_of_links_have_no_say() {
        assert_eq!(shown(b"see https://www.spamhaus.org/virus?spam=1 now"), " see www.spamhaus.org now ");
        assert_eq!(shown(b"(http://x.example/quota)"), " x.example ");
    }

    #[test]
    fn repeated_codes_have_no_say() {
        assert_eq!(shown(b"550-5.1.1 one\n550 5.1.1 two"), " one two ");
        assert_eq!(shown(b"550-5.1.1 one\r\n550-\r\n550 two"), " one two ");
        assert_eq!(shown(b"451 one"), " 451 one ");
    }
}
