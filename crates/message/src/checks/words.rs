//! Checks encoded-words, and text that could mislead the eye.
//!
//! in:  a header section      out: notes on each word: form, length, payload, character set, place
//! law: linear in the section, whatever is opened and never closed (RFC 2047)

use crate::Charset;
use crate::checks::script;
use crate::grammar::lexer::{BLANK, has_word_start, is};
use crate::grammar::names::Shape;
use crate::grammar::row;
use crate::grammar::word::{Attempts, EncodedWord, Malformed};
use crate::rules::Id;
use crate::validate::kinds::Kind;
use crate::validate::look;
use crate::validate::section::{Entry, Section};
use crate::validate::sink::Sink;
use alloc::vec::Vec;
use core::ops::Range;

pub(crate) fn check(section: &Section<'_>, sink: &mut Sink) {
    for entry in section.of(Kind::Coded).filter(|entry| entry.field.has_colon()) {
        let coded = entry.is_coded();
        if coded {
            words(section, entry, sink);
        }
        let shape = entry.row.map(|row| row.shape);
        if (coded || entry.holds(look::HIGH)) && matches!(shape, Some(Shape::Text | Shape::Addresses)) {
            deceptive(section, entry, sink);
        }
    }
}

fn words(section: &Section<'_>, entry: &Entry<'_>, sink: &mut Sink) {
    let value = entry.value();
    let shape = entry.row.map_or(Shape::Text, |row| row.shape);
    let mut before: Option<Before<'_>> = None;
    let mut any = false;
    let mut run = Run::default();
    let mut mended = None;
    let mut marks = Quotes { value, at: 0, open: false };
    for attempt in Attempts::new(value) {
        let span = attempt.span.clone();
        if matches!(shape, Shape::ContentType | Shape::Disposition) {
            if attempt.word.is_some() {
                section.tell(Id::EncodedWordInParameter, entry, span, sink, |note| {
                    let form = || crate::fix::has_form(&entry.field);
                    note.mended(*mended.get_or_insert_with(form))
                });
            }
            continue;
        }
        if let Some(fault) = attempt.fault {
            if shape == Shape::Received
                || matches!(shape, Shape::Ids | Shape::MessageId | Shape::Other | Shape::Uris)
            {
                continue;
            }
            let expected = match fault {
                Malformed::Encoding => "`b` or `q` as the encoding",
                Malformed::Unclosed => "`?=` at the end",
                Malformed::Blank => "no blank inside",
                Malformed::Question => "no `?` inside",
            };
            let folded = value.get(span.clone()).is_some_and(|word| word.contains(&b'\n'));
            section.tell(Id::EncodedWordMalformed, entry, span.clone(), sink, |note| note.expected(expected));
            if folded {
                sink.put(section.value(Id::FoldInsideToken, entry, span));
            }
            before = None;
            continue;
        }
        let Some(word) = attempt.word else { continue };
        let Some(left) = sink.words.checked_sub(1) else {
            sink.limit("octets with encoded-words", value.len().saturating_sub(span.start) as u64);
            break;
        };
        sink.words = left;
        any = true;
        let quoted = shape == Shape::Addresses && marks.inside(span.start);
        place(section, entry, shape, &word, quoted, sink);
        if quoted || !matches!(shape, Shape::Text | Shape::Addresses) {
            before = None;
            continue;
        }
        let apart = separated(section, entry, shape, &word, sink);
        let (this, plain) = payload(section, entry, &word, before.take(), sink);
        before = Some(this);
        if let Some(done) = run.add(value, span, plain && apart) {
            run_done(section, entry, &done, &mut mended, sink);
        }
    }
    run_done(section, entry, &run, &mut mended, sink);
    if any {
        long_lines(section, entry, sink);
    }
}

/// Encoded-words with only blanks between them, which readers join.
#[derive(Debug, Default)]
pub(crate) struct Run {
    pub(crate) span: Range<usize>,
    pub(crate) words: u32,
    /// Each of its words holds only US-ASCII. Of a longer text in another script some words may.
    pub(crate) plain: bool,
}

impl Run {
    /// One more word; gives the run before it, where that has ended.
    pub(crate) fn add(&mut self, value: &[u8], span: Range<usize>, plain: bool) -> Option<Self> {
        let joined = self.words > 0
            && value.get(self.span.end..span.start).is_some_and(|gap| gap.iter().all(|b| is(*b, BLANK)));
        if joined {
            self.span.end = span.end;
            self.words = self.words.saturating_add(1);
            self.plain &= plain;
            return None;
        }
        Some(core::mem::replace(self, Self { span, words: 1, plain }))
    }
}

fn run_done(section: &Section<'_>, entry: &Entry<'_>, run: &Run, mended: &mut Option<bool>, sink: &mut Sink) {
    if run.words > 0 && run.plain && sink.is_on(Id::EncodedWordNeedless) {
        let mended = *mended.get_or_insert_with(|| !crate::fix::plain_words(&entry.field).is_empty());
        sink.put(section.value(Id::EncodedWordNeedless, entry, run.span.clone()).mended(mended));
    }
}

/// Would the word say the same without being coded?
pub(crate) fn is_plain(octets: &[u8], charset: Charset) -> bool {
    octets.iter().all(|b| b.is_ascii_graphic() || *b == b' ')
        && !octets.is_empty()
        && charset.is_ascii_compatible()
        && !has_word_start(octets)
}

/// Whether a place lies inside quotes, asked in rising order.
struct Quotes<'v> {
    value: &'v [u8],
    at: usize,
    open: bool,
}

impl Quotes<'_> {
    fn inside(&mut self, place: usize) -> bool {
        while self.at < place {
            match self.value.get(self.at) {
                Some(b'\\') if self.open => self.at = self.at.saturating_add(1),
                Some(b'"') => self.open = !self.open,
                _ => {}
            }
            self.at = self.at.saturating_add(1);
        }
        self.open
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no other shape may hold a word")]
fn place(
    section: &Section<'_>,
    entry: &Entry<'_>,
    shape: Shape,
    word: &EncodedWord<'_>,
    quoted: bool,
    sink: &mut Sink,
) {
    let span = word.span.clone();
    if span.len() > 75 {
        sink.put(section.value(Id::EncodedWordTooLong, entry, span.clone()).length(span.len() as u64, 75));
    }
    match shape {
        Shape::Received => sink.put(section.value(Id::ReceivedEncodedWord, entry, span)),
        Shape::Text => {}
        Shape::Addresses if !quoted => {}
        Shape::Other | Shape::Uris
            if entry
                .row
                .is_none_or(|row| !matches!(row.number, row::LIST_ID | row::AUTHENTICATION_RESULTS)) => {}
        _ => sink.put(section.value(Id::EncodedWordMisplaced, entry, span)),
    }
}

/// A blank, or a parenthesis of a comment, must stand on both sides.
fn separated(
    section: &Section<'_>,
    entry: &Entry<'_>,
    shape: Shape,
    word: &EncodedWord<'_>,
    sink: &mut Sink,
) -> bool {
    let value = entry.value();
    let good = |b: Option<&u8>| match b {
        None => true,
        Some(b) => {
            is(*b, BLANK)
                || matches!(b, b'(' | b')')
                || shape == Shape::Addresses && matches!(b, b',' | b'<' | b':' | b';')
        }
    };
    let left = word.span.start.checked_sub(1).and_then(|at| value.get(at));
    let right = value.get(word.span.end);
    let apart = good(left) && good(right);
    if !apart {
        section.tell(Id::EncodedWordNotSeparated, entry, word.span.clone(), sink, |note| note);
    }
    apart
}

/// The word before: where it ended, its character set and what of a character it left open.
struct Before<'v> {
    end: usize,
    label: Vec<u8>,
    open: Vec<u8>,
    value: &'v [u8],
}

fn payload<'v>(
    section: &Section<'v>,
    entry: &Entry<'v>,
    word: &EncodedWord<'v>,
    before: Option<Before<'v>>,
    sink: &mut Sink,
) -> (Before<'v>, bool) {
    let value = entry.value();
    let mut plain = false;
    let decoded = word.decoded();
    let span = word.span.clone();
    if decoded.broken {
        let id = if word.encoding == b'b' { Id::EncodedWordBase64Invalid } else { Id::EncodedWordQInvalid };
        sink.put(section.value(id, entry, span.clone()));
    }
    if decoded.octets.iter().any(|b| *b < 32 && *b != b'\t' || *b == 127)
        && !word.charset.to_ascii_lowercase().starts_with(b"iso-2022")
    {
        sink.put(section.value(Id::EncodedWordControl, entry, span.clone()));
    }
    let label = word.label().to_ascii_lowercase();
    let mut open = Vec::new();
    match Charset::find(&label) {
        None => {
            sink.put(section.value(Id::EncodedWordCharsetUnknown, entry, span.clone()).found(word.label()));
        }
        Some(charset) => {
            let adjacent = before.filter(|b| {
                b.label == label
                    && b.value.get(b.end..span.start).is_some_and(|gap| gap.iter().all(|b| is(*b, BLANK)))
            });
            let bad = !charset.holds(&decoded.octets);
            if bad && !decoded.broken {
                open = tail(&decoded.octets);
                let joined = adjacent.is_some_and(|b| {
                    let mut both = b.open;
                    !both.is_empty() && {
                        both.extend_from_slice(&decoded.octets);
                        let good = both.get(..both.len().saturating_sub(open.len())).unwrap_or_default();
                        charset.holds(good)
                    }
                });
                let follows =
                    value.get(span.end..).is_some_and(|rest| rest.trim_ascii_start().starts_with(b"=?"));
                let cut = !open.is_empty() && follows && head_is_good(charset, &decoded.octets, &open);
                let id =
                    if joined || cut { Id::EncodedWordSplitsCharacter } else { Id::EncodedWordUndecodable };
                sink.put(section.value(id, entry, span.clone()));
            }
            plain = !bad && !decoded.broken && is_plain(&decoded.octets, charset);
        }
    }
    (Before { end: span.end, label, open, value }, plain)
}

/// The octets of a character that was begun at the end.
fn tail(octets: &[u8]) -> Vec<u8> {
    let from = octets.len().saturating_sub(4);
    let near = octets.get(from..).unwrap_or_default();
    let lead = near.iter().rposition(|b| *b >= 0xC0 || !b.is_ascii() && near.len() == 1);
    lead.and_then(|at| near.get(at..)).unwrap_or_default().to_vec()
}

fn head_is_good(charset: Charset, octets: &[u8], open: &[u8]) -> bool {
    let head = octets.get(..octets.len().saturating_sub(open.len())).unwrap_or_default();
    charset.holds(head)
}

fn long_lines(section: &Section<'_>, entry: &Entry<'_>, sink: &mut Sink) {
    let octets = entry.field.octets();
    let mut at = entry.field.span().start;
    for line in octets.split_inclusive(|b| *b == b'\n') {
        let length = crate::field::strip_line_end(line).len();
        if length > 76 && has_word_start(line) {
            let note = section.place(Id::EncodedWordLineTooLong, at..at.saturating_add(length));
            let key = section.base.saturating_add(entry.field.span().start as u64);
            sink.put(note.length(length as u64, 76).key(key));
        }
        at = at.saturating_add(line.len());
    }
}

/// Characters in Subject and display names that turn or hide text.
fn deceptive(section: &Section<'_>, entry: &Entry<'_>, sink: &mut Sink) {
    if !(entry.is(row::SUBJECT) || entry.row.is_some_and(|row| row.shape == Shape::Addresses)) {
        return;
    }
    let own;
    let shown =
        if let Some((_, subject)) = section.subject().filter(|(first, _)| core::ptr::eq(*first, entry)) {
            subject
        } else {
            own = entry.field.shown();
            &own
        };
    if !may_deceive(shown) {
        return;
    }
    if bidi_open(shown) {
        sink.put(section.field(Id::FieldBidiControl, entry));
    }
    if shown.split_whitespace().any(script::has_invisible) {
        sink.put(section.field(Id::FieldInvisibleCharacters, entry));
    }
}

/// May a character stand in the text that turns or hides text? Dashes and quotes begin with the same octets, so three of
/// UTF-8 are looked at, without a branch.
fn may_deceive(text: &str) -> bool {
    let any = text.as_bytes().windows(3).fold(0_u8, |any, three| {
        let &[a, b, c] = three else { return any };
        let is = |octet: u8, wanted: u8| u8::from(octet == wanted);
        let within = |octet: u8, first: u8, last: u8| u8::from((first..=last).contains(&octet));
        let general = is(b, 0x80) & (within(c, 0x8B, 0x8D) | within(c, 0xAA, 0xAE))
            | is(b, 0x81) & within(c, 0xA0, 0xA9);
        let others = is(a, 0xE1) & (is(b, 0xA0) & is(c, 0x8E) | is(b, 0x85) & is(c, 0x9F))
            | is(a, 0xE3) & is(b, 0x85) & is(c, 0xA4)
            | is(a, 0xEF) & is(b, 0xBB) & is(c, 0xBF)
            | is(a, 0xC2) & is(b, 0xAD);
        any | is(a, 0xE2) & general | others
    });
    any != 0 || text.ends_with('\u{ad}')
}

/// Does a control that turns the direction of text stay open, or override it?
pub(crate) fn bidi_open(text: &str) -> bool {
    let mut open = 0_i32;
    for c in text.chars() {
        match c {
            '\u{202d}' | '\u{202e}' => return true,
            '\u{202a}' | '\u{202b}' | '\u{2066}'..='\u{2068}' => open = open.saturating_add(1),
            '\u{202c}' | '\u{2069}' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    open > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn no_character_that_deceives_is_passed_over() {
        for c in '\0'..=char::MAX {
            let text = format!("a{c}");
            let deceives =
                script::has_invisible(&text) || bidi_open(&text) || matches!(c, '\u{202c}' | '\u{2069}');
            assert!(!deceives || may_deceive(&text) && may_deceive(&format!("{text}b")), "{c:?}");
        }
        assert!(!may_deceive("plain – “quoted” \u{200e}") && !may_deceive("日本語 Ünï") && !may_deceive(""));
    }
}
