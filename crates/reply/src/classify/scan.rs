//! Reads a text once and notes which phrases stand in it.
//!
//! in:  any octets, at most 4 KiB of their head and 1 KiB of their tail
//! out: the phrases seen, each with where it stood first
//! law: letters without case and accents, any run of blanks and marks as one blank, no mail address and no path of a link has a say

use memchr::memchr;

use super::phrases::{Phrases, STEP};
use super::seen::{Seen, Spot};
use crate::{EnhancedStatusCode, ReplyCode};

/// Octets read from the head of a text, and from its tail where it is longer.
pub(super) const HEAD: usize = 4096;
pub(super) const TAIL: usize = 1024;

/// The longest phrase, with its blanks.
pub(super) const LONGEST: usize = 120;
/// How much folded text is searched at once.
const WINDOW: usize = 512;
/// Folded text, each octet with its place in the text that it comes from.
struct Window {
    /// With zeros behind the text.
    octets: [u8; WINDOW + STEP],
    places: [u32; WINDOW],
    length: usize,
}

impl Window {
    const EMPTY: Self = Self { octets: [0; WINDOW + STEP], places: [0; WINDOW], length: 0 };

    #[inline]
    fn add(&mut self, octet: u8, place: u32) {
        let length = self.length;
        if let (Some(to), Some(at)) = (self.octets.get_mut(length), self.places.get_mut(length)) {
            *to = octet;
            *at = place;
            self.length = length.saturating_add(1);
        }
    }

    /// Notes the phrases that begin before `upto`.
    fn search(&self, upto: usize, phrases: &Phrases, seen: &mut Seen) {
        phrases.find(&self.octets, upto, &mut |phrase, start, end| {
            let (word, bit) = Seen::place(phrase);
            if !seen.any(word, bit) {
                seen.note(Spot { phrase, range: self.range(start, end) });
            }
        });
    }

    /// The octets of the text that folded octets come from, without the blanks at both ends.
    fn range(&self, start: usize, end: usize) -> (u32, u32) {
        let at = |index: usize| self.places.get(index).copied().unwrap_or_default();
        let blank = |index: usize| usize::from(self.octets.get(index) == Some(&b' '));
        let last = end.saturating_sub(1);
        let last = last.saturating_sub(blank(last));
        (at(start.saturating_add(blank(start))), at(last).saturating_add(1))
    }

    /// Where a phrase stands first.
    fn range_of(&self, phrase: &[u8]) -> Option<(u32, u32)> {
        let start = memchr::memmem::find(self.octets.get(..self.length)?, phrase)?;
        Some(self.range(start, start.saturating_add(phrase.len())))
    }

    /// Keeps what a phrase may still begin in.
    fn shift(&mut self) {
        let upto = self.length.saturating_sub(LONGEST);
        self.octets.copy_within(upto.., 0);
        self.places.copy_within(upto.., 0);
        self.length = LONGEST;
        self.octets.iter_mut().skip(LONGEST).for_each(|octet| *octet = 0);
    }
}

/// Which phrases stand in the text; `code` at the start of a line is no text.
pub(super) fn scan(text: &[u8], code: Option<ReplyCode>, phrases: &Phrases, seen: &mut Seen) {
    let mut window = Window::EMPTY;
    normal(text, code, &mut |octet, place| {
        if window.length >= WINDOW {
            window.search(WINDOW.saturating_sub(LONGEST), phrases, seen);
            window.shift();
        }
        window.add(octet, place);
    });
    window.search(window.length, phrases, seen);
}

/// Where a phrase stands first in the text.
#[cold]
pub(super) fn range_of(phrase: &[u8], text: &[u8], code: Option<ReplyCode>) -> Option<(u32, u32)> {
    let mut window = Window::EMPTY;
    let mut found = None;
    normal(text, code, &mut |octet, place| {
        if window.length >= WINDOW {
            found = found.or_else(|| window.range_of(phrase));
            window.shift();
        }
        window.add(octet, place);
    });
    found.or_else(|| window.range_of(phrase))
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
                at = at.saturating_add(letters(
                    text.get(at..).unwrap_or_default(),
                    base.saturating_add(at),
                    feed,
                ));
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
            if class > 1 {
                self.blank = false;
                continue;
            }
            at = at.saturating_add(self.octet(text, at, base, feed));
        }
    }

    /// Feeds what stands at `at`; gives how many octets that took.
    #[inline]
    fn octet(&mut self, text: &[u8], at: usize, base: usize, feed: &mut impl FnMut(u8, u32)) -> usize {
        let octet = text.get(at).copied().unwrap_or_default();
        let place = u32::try_from(base.saturating_add(at)).unwrap_or(u32::MAX);
        let next = text.get(at.saturating_add(1)).copied();
        match (octet, next) {
            (b'.', Some(next)) if !self.blank && next.is_ascii_alphanumeric() => feed(b'.', place),
            (0xc3, Some(next @ 0x80..=0xbf)) => {
                self.blank = false;
                feed(latin(next & 0x3f), place);
                return 2;
            }
            (0xc4 | 0xc5, Some(next @ 0x80..=0xbf)) => {
                self.blank = false;
                feed(latin_extended(octet, next & 0x3f), place);
                return 2;
            }
            (0xd0, Some(next @ 0x80..=0x8f)) => {
                self.blank = false;
                feed(0xd1, place);
                feed(next | 0x10, place);
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

/// Feeds the letters that open the text, and gives how many there are: most octets stand inside of a word.
#[inline]
fn letters(text: &[u8], base: usize, feed: &mut impl FnMut(u8, u32)) -> usize {
    let mut place = u32::try_from(base).unwrap_or(u32::MAX);
    for (length, octet) in text.iter().enumerate() {
        let class = CLASSES.get(usize::from(*octet)).copied().unwrap_or_default();
        if class < 2 {
            return length;
        }
        feed(class, place);
        place = place.saturating_add(1);
    }
    text.len()
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

/// The base letter of a letter of Latin Extended-A, given by its first octet in UTF-8 and its place behind that.
#[cold]
fn latin_extended(first: u8, place: u8) -> u8 {
    const LOWER: &[u8; 64] = b"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll";
    const UPPER: &[u8; 64] = b"lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
    let base = if first == 0xc4 { LOWER } else { UPPER };
    base.get(usize::from(place)).copied().unwrap_or(b' ')
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
        assert_eq!(shown("СКРИНЬКИ НЕ ІСНУЄ".as_bytes()), " скриньки не існує ");
        assert_eq!(
            shown("UŻYTKOWNIK Łódź, příjemce, alıcı İş".as_bytes()),
            " uzytkownik lodz prijemce alici is "
        );
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
