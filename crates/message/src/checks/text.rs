//! Reads the visible text of a message as a filter would.
//!
//! in:  up to 16 KiB of decoded text of one part      out: notes on wording, disguise, marks left over
//! law: one walk over the words, which are looked at again only where their octets call for it; heuristic, so hints
//!      and warnings only

pub(crate) mod likeness;
pub(super) mod words;

use crate::checks::text::words::{DISGUISE, LETTER, MARK, OTHER};
use crate::checks::{script, wording};
use crate::rules::Id;
use crate::validate::sink::{Note, Sink};
use core::ops::Range;

/// Where in the message the text came from.
#[derive(Clone, Debug)]
pub(crate) struct Place<'t> {
    pub(crate) span: Range<u64>,
    pub(crate) line: u64,
    /// The text as it was decoded.
    pub(crate) text: &'t [u8],
    pub(crate) marks: &'t [Mark],
    pub(crate) html: bool,
}

/// Where a piece of the text came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    /// Where in the text it begins.
    pub(crate) text: usize,
    /// Its place in the message, and the number of its line.
    pub(crate) at: u64,
    pub(crate) line: u64,
    /// Its octets are those of the message.
    pub(crate) exact: bool,
}

impl Mark {
    /// Is `next` the next octet of the same text?
    pub(crate) fn goes_on(&self, next: &Self) -> bool {
        let length = next.text.saturating_sub(self.text) as u64;
        self.exact && next.exact && self.at.saturating_add(length) == next.at
    }
}

impl Place<'_> {
    pub(crate) fn note(&self, id: Id, at: usize, length: usize) -> Note<'static> {
        let next = self.marks.partition_point(|mark| mark.text <= at);
        let Some(mark) = next.checked_sub(1).and_then(|n| self.marks.get(n)) else {
            return Note::new(id, self.span.clone(), self.line);
        };
        let start = mark.at.saturating_add(at.saturating_sub(mark.text) as u64).min(self.span.end);
        let before = self.text.get(mark.text..at.min(self.text.len())).filter(|_| mark.exact);
        let lines = memchr::memchr_iter(b'\n', before.unwrap_or_default()).count() as u64;
        let line = mark.line.saturating_add(lines);
        let end = start.saturating_add(length as u64).min(self.span.end);
        Note::new(id, start..end, line).key(self.span.start)
    }

    /// The same, told at once with what was found: where it stands for the hundredth time only the number is kept.
    pub(crate) fn tell(&self, id: Id, at: usize, length: usize, found: &[u8], sink: &mut Sink) {
        if !sink.again(id, self.span.start) {
            sink.put(self.note(id, at, length).found(found));
        }
    }
}

/// The walk over the words of one text.
#[derive(Debug, Default)]
struct Walk {
    /// What the octets of all words are, but for the case of letters.
    seen: u8,
    /// Marks of templates, one bit for each.
    marks: u8,
    visible: usize,
    /// Where the last word ended that is more than blanks.
    end: usize,
    /// Single capitals in a row, and where the first stood.
    gaps: u32,
    gap_at: usize,
    mixed: (u32, Option<(usize, usize)>),
    invisible: (u32, Option<(usize, usize)>),
    phrases: bool,
}

/// Checks the text of one part. Gives how many octets are no blanks.
pub(crate) fn check(text: &str, place: &Place<'_>, sink: &mut Sink) -> usize {
    let mut walk = Walk { phrases: sink.is_on(Id::SpamPhrase), ..Walk::default() };
    let octets = text.as_bytes();
    let mut at = 0_usize;
    while let Some(rest) = octets.get(at..).filter(|rest| !rest.is_empty()) {
        let block = words::Block::new(rest);
        walk.seen |= block.seen();
        walk.marks |= block.templates(rest);
        let mut passed = block.passed();
        if passed == 0 {
            // One word, which is longer than the block.
            passed = words::length(rest);
            walk.visible = walk.visible.wrapping_add(passed);
            walk.word(text, at..at.wrapping_add(passed), true, place, sink);
        } else {
            walk.block(text, at, block, place, sink);
        }
        at = at.wrapping_add(passed);
    }
    walk.finish(text, place, sink);
    walk.visible
}

impl Walk {
    /// The words that end in a block of the text, which begins at `at`.
    #[inline]
    fn block(&mut self, text: &str, at: usize, mut block: words::Block, place: &Place<'_>, sink: &mut Sink) {
        let mut unusual = block.unusual(text.as_bytes().get(at..).unwrap_or_default());
        let first = at.wrapping_add(block.first().trailing_zeros() as usize);
        if self.gaps != 0 || first.wrapping_sub(self.end) >= 40 {
            unusual |= block.first();
        }
        self.visible = self.visible.wrapping_add(block.visible());
        while unusual != 0 {
            let start = unusual.trailing_zeros();
            unusual &= unusual.wrapping_sub(1);
            let word = block.word(start);
            self.ended(at, block.end_before(start));
            let special = block.is_special(&word);
            let end = at.wrapping_add(word.end);
            self.word(text, at.wrapping_add(word.start)..end, special, place, sink);
            // Blanks of Unicode are no word.
            let none = self.end != end;
            if none {
                block.forget(&word);
            }
            if none || self.gaps != 0 {
                unusual |= block.behind(start);
            }
        }
        self.ended(at, block.end_before(64));
    }

    /// The last word ended there in a block that begins at `at`.
    #[inline]
    const fn ended(&mut self, at: usize, end: Option<usize>) {
        if let Some(end) = end {
            self.end = at.wrapping_add(end);
        }
    }

    /// A word that is looked at again; `odd` where some of its octets are of a class other than letters.
    #[inline(never)]
    fn word(&mut self, text: &str, span: Range<usize>, odd: bool, place: &Place<'_>, sink: &mut Sink) {
        let word = text.as_bytes().get(span.clone()).unwrap_or_default();
        let seen = match odd {
            true if word.len() < words::WIDTH => words::seen(word),
            true => {
                self.marks |= words::templates(word);
                words::seen_long(word)
            }
            false => LETTER,
        };
        self.seen |= seen;
        if self.phrases {
            phrase(text.as_bytes(), &span, place, sink);
        }
        if seen & OTHER != 0 {
            self.foreign(text, &span, place, sink);
            return;
        }
        if span.start.saturating_sub(self.end) >= 40 && !place.html {
            self.blank_lines(text.as_bytes(), span.start, place, sink);
        }
        self.end = span.end;
        if span.len() == 5 && !place.html {
            uuencode(text.as_bytes(), span.start, place, sink);
        }
        self.piece(text.get(span.clone()).unwrap_or_default(), span.start, seen, place, sink);
    }

    /// One word of Unicode.
    fn piece(&mut self, word: &str, at: usize, seen: u8, place: &Place<'_>, sink: &mut Sink) {
        if matches!(word.as_bytes(), [b'A'..=b'Z']) {
            if self.gaps == 0 {
                self.gap_at = at;
            }
            self.gaps = self.gaps.saturating_add(1);
        } else {
            self.spread(at, place, sink);
        }
        if seen & OTHER == 0 {
            if seen & (DISGUISE | LETTER) == DISGUISE | LETTER && wording::is_disguised(word) {
                place.tell(Id::SpamObfuscation, at, word.len(), word.as_bytes(), sink);
            }
            return;
        }
        let hit = |(count, first): &mut (u32, Option<(usize, usize)>)| {
            *count = count.saturating_add(1);
            *first = first.or(Some((at, word.len())));
        };
        if script::has_invisible(word) {
            hit(&mut self.invisible);
        }
        if script::mixes_scripts(word) {
            hit(&mut self.mixed);
        }
    }

    /// Single capitals in a row end before the word at `at`.
    #[inline]
    fn spread(&mut self, at: usize, place: &Place<'_>, sink: &mut Sink) {
        if self.gaps >= 4 {
            sink.put(place.note(Id::SpamObfuscation, self.gap_at, at.saturating_sub(self.gap_at)));
        }
        self.gaps = 0;
    }

    /// A word with octets above 127, between which there may be blanks of Unicode.
    fn foreign(&mut self, text: &str, span: &Range<usize>, place: &Place<'_>, sink: &mut Sink) {
        let words = text.get(span.clone()).unwrap_or_default();
        let base = words.as_ptr() as usize;
        let mut any = false;
        for word in words.split_whitespace() {
            if !any && span.start.saturating_sub(self.end) >= 40 && !place.html {
                self.blank_lines(text.as_bytes(), span.start, place, sink);
            }
            any = true;
            let at = span.start.saturating_add((word.as_ptr() as usize).saturating_sub(base));
            let seen = if word.is_ascii() { DISGUISE | LETTER } else { OTHER };
            self.piece(word, at, seen, place, sink);
        }
        if any {
            self.end = span.end;
        }
    }

    /// Forty lines or more with nothing on them, before the word at `at`.
    #[cold]
    fn blank_lines(&self, octets: &[u8], at: usize, place: &Place<'_>, sink: &mut Sink) {
        let gap = octets.get(self.end..at).unwrap_or_default();
        let ends = memchr::memchr_iter(b'\n', gap).count();
        let run = if self.end == 0 { ends } else { ends.saturating_sub(1) };
        if run >= 40 {
            let (start, length) = line_around(octets, at);
            sink.put(place.note(Id::TextManyBlankLines, start, length).length(run as u64, 40));
        }
    }

    fn finish(&self, text: &str, place: &Place<'_>, sink: &mut Sink) {
        for (id, (count, first)) in
            [(Id::TextMixedScriptWords, self.mixed), (Id::TextInvisibleCharacters, self.invisible)]
        {
            if let Some((at, length)) = first.filter(|_| count >= 2) {
                sink.put(place.note(id, at, length).count(count));
            }
        }
        if self.marks != 0 {
            wording::templates(text, self.marks, place, sink);
        }
        if self.seen & (MARK | DISGUISE) == MARK | DISGUISE
            && let Some(at) = wording::test_string(text.as_bytes())
        {
            sink.put(place.note(Id::TestString, at, 68));
        }
        if self.seen & MARK != 0 && !place.html {
            markup(text.as_bytes(), place, sink);
        }
        capitals(text, place, sink);
        if self.seen & OTHER != 0 {
            script::mojibake(text, place, sink);
        }
    }
}

/// All in capitals: sixty of them, and hardly any small letter.
fn capitals(text: &str, place: &Place<'_>, sink: &mut Sink) {
    let (mut most, mut least, mut left) = (0_usize, 0_usize, text.len());
    for chunk in text.as_bytes().chunks(255) {
        let count = |is: fn(u8) -> bool| usize::from(chunk.iter().map(|b| u8::from(is(*b))).sum::<u8>());
        left = left.saturating_sub(chunk.len());
        most = most.saturating_add(count(|b| b >= 128 || b.is_ascii_uppercase()));
        least = least.saturating_add(count(|b| b.is_ascii_lowercase()));
        // Whatever follows, it is too little. So it is with the first octets of nearly all texts.
        let most = most.saturating_add(left);
        if most < 60 || most / 9 <= least {
            return;
        }
    }
    let (mut upper, mut lower) = (0_u32, 0_u32);
    for c in text.chars() {
        if c.is_uppercase() {
            upper = upper.saturating_add(1);
        } else if c.is_lowercase() {
            lower = lower.saturating_add(1);
        }
    }
    if upper >= 60 && upper / 9 > lower {
        sink.put(place.note(Id::TextAllCaps, 0, text.len()));
    }
}

/// Does the word begin with a phrase of the list?
#[inline]
fn phrase(octets: &[u8], span: &Range<usize>, place: &Place<'_>, sink: &mut Sink) {
    let word = octets.get(span.clone()).unwrap_or_default();
    let lead = match word {
        [first, ..] if first.is_ascii_alphanumeric() => 0,
        _ => word.iter().position(u8::is_ascii_alphanumeric).unwrap_or(word.len()),
    };
    let at = span.start.saturating_add(lead);
    if at.saturating_add(1) >= span.end {
        return;
    }
    if let Some(phrase) = octets.get(at..).and_then(wording::phrase) {
        let id = if wording::is_left_over(phrase) { Id::TemplateUnresolved } else { Id::SpamPhrase };
        sink.put(place.note(id, at, phrase.len()).found(phrase.as_bytes()));
    }
}

/// Where the line around `at` starts, and its length without its end.
fn line_around(octets: &[u8], at: usize) -> (usize, usize) {
    let (before, behind) = octets.split_at(at.min(octets.len()));
    let start = memchr::memrchr(b'\n', before).map_or(0, |lf| lf.saturating_add(1));
    let end = memchr::memchr(b'\n', behind).map_or(octets.len(), |lf| at.saturating_add(lf));
    let line = octets.get(start..end).unwrap_or_default();
    (start, line.strip_suffix(b"\r").unwrap_or(line).len())
}

/// Tags of HTML where plain text should stand.
fn markup(octets: &[u8], place: &Place<'_>, sink: &mut Sink) {
    let Some(first) = memchr::memchr(b'<', octets) else { return };
    let tag = memchr::memchr_iter(b'<', octets).any(|at| {
        let rest = octets.get(at..).unwrap_or_default();
        [&b"<html"[..], b"</p>", b"<br>", b"</div>"]
            .iter()
            .any(|tag| rest.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag)))
    });
    if tag {
        sink.put(place.note(Id::HtmlInPlain, first, 5));
    }
}

/// `begin 644 name` on a line of its own, before a file in the oldest coding of all.
fn uuencode(octets: &[u8], at: usize, place: &Place<'_>, sink: &mut Sink) {
    let (before, behind) = octets.split_at(at.min(octets.len()));
    if !behind.starts_with(b"begin ") || !(before.is_empty() || before.ends_with(b"\n")) {
        return;
    }
    let (start, length) = line_around(octets, at);
    let line = octets.get(start..start.saturating_add(length)).unwrap_or_default();
    let mut words = line.split(|b| *b == b' ').skip(1);
    let mode =
        words.next().is_some_and(|mode| mode.len() == 3 && mode.iter().all(|b| matches!(b, b'0'..=b'7')));
    if mode && words.next().is_some() {
        sink.put(place.note(Id::UuencodeInText, start, length));
    }
}

/// Does the text name a way to leave the list?
pub(crate) fn has_unsubscribe(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["unsubscribe", "opt out", "abmelden", "désabonner", "disiscri", "darse de baja"]
        .iter()
        .any(|word| memchr::memmem::find(lower.as_bytes(), word.as_bytes()).is_some())
}
