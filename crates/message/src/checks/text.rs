//! Reads the visible text of a message as a filter would.
//!
//! in:  up to 16 KiB of decoded text of one part      out: notes on wording, disguise, marks left over
//! law: heuristic, so hints and warnings only; each list is short, dated and can be switched off

use crate::rules::Id;
use crate::validate::sink::{Note, Sink};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;
use icu_properties::CodePointMapData;
use icu_properties::props::Script;

/// Wording that spam is full of, 2025-08; our own selection.
static PHRASES: &[&str] = &[
    "100% risk free",
    "act now!",
    "all natural weight loss",
    "as seen on tv",
    "become a millionaire",
    "buy now and save",
    "cash bonus inside",
    "cheap viagra",
    "claim your prize",
    "click here to claim",
    "congratulations you have won",
    "dear beneficiary",
    "double your income",
    "earn extra cash",
    "eliminate bad credit",
    "financial freedom today",
    "free access now",
    "get paid to work from home",
    "guaranteed winner",
    "increase your sales overnight",
    "limited time offer act",
    "lose weight fast",
    "lowest price on meds",
    "million united states dollars",
    "miracle cure",
    "next of kin of the deceased",
    "no credit check",
    "no prescription needed",
    "once in a lifetime offer",
    "online pharmacy",
    "risk free trial now",
    "this is not spam",
    "urgent business proposal",
    "verify your account immediately",
    "wire transfer of the sum",
    "work from home and earn",
    "you are a winner",
    "you have been selected to receive",
    "your account will be suspended within",
];

/// Words that are disguised so often that a disguise is told by its letters alone.
static DISGUISED: &[&str] =
    &["viagra", "cialis", "casino", "lottery", "mortgage", "replica", "bitcoin", "free"];

/// Like `str::find`, with the search of `memchr`.
fn find(text: &str, wanted: &str) -> Option<usize> {
    memchr::memmem::find(text.as_bytes(), wanted.as_bytes())
}

/// Where in the message the text came from.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) span: Range<u64>,
    pub(crate) line: u64,
    /// For lines of the text: where in the text each begins, its place and its number.
    pub(crate) marks: Vec<(usize, u64, u64)>,
    pub(crate) html: bool,
}

impl Place {
    fn note(&self, id: Id, at: usize, length: usize) -> Note<'static> {
        let next = self.marks.partition_point(|(text, _, _)| *text <= at);
        let Some((text, start, line)) = next.checked_sub(1).and_then(|n| self.marks.get(n)).copied() else {
            return Note::new(id, self.span.clone(), self.line);
        };
        let start = start.saturating_add(at.saturating_sub(text) as u64).min(self.span.end);
        let end = start.saturating_add(length as u64).min(self.span.end);
        Note::new(id, start..end, line).key(self.span.start)
    }
}

/// Checks the text of one part.
pub(crate) fn check(text: &str, place: &Place, sink: &mut Sink) {
    let lower = text.to_ascii_lowercase();
    if let Some(at) = find(text, "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE") {
        sink.put(place.note(Id::TestString, at, 68));
    }
    phrases(&lower, place, sink);
    templates(text, place, sink);
    words(text, place, sink);
    capitals(text, place, sink);
    if !place.html {
        let tags = ["<html", "</p>", "<br>", "</div>"];
        if find(&lower, "<").is_some() && tags.iter().any(|tag| find(&lower, tag).is_some()) {
            let at = lower.find('<').unwrap_or(0);
            sink.put(place.note(Id::HtmlInPlain, at, 5));
        }
        uuencode(text, place, sink);
        blank_lines(text, place, sink);
    }
    mojibake(text, place, sink);
}

fn phrases(lower: &str, place: &Place, sink: &mut Sink) {
    if !sink.is_on(Id::SpamPhrase) {
        return;
    }
    let base = lower.as_ptr() as usize;
    for word in lower.split_ascii_whitespace() {
        let word = word.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        let at = (word.as_ptr() as usize).saturating_sub(base);
        let (Some(rest), Some(start)) = (lower.get(at..), word.as_bytes().get(..2)) else { continue };
        let from = PHRASES.partition_point(|phrase| phrase.as_bytes().get(..2).unwrap_or_default() < start);
        let near = PHRASES.iter().skip(from).take_while(|phrase| phrase.as_bytes().starts_with(start));
        if let Some(phrase) = near.copied().find(|phrase| begins(rest, phrase)) {
            sink.put(place.note(Id::SpamPhrase, at, phrase.len()).found(phrase.as_bytes()));
        }
    }
}

/// Does `text` begin with `phrase`, whatever blanks stand for each of its blanks?
fn begins(text: &str, phrase: &str) -> bool {
    let mut have = text.bytes().peekable();
    for want in phrase.bytes() {
        match have.next() {
            Some(b) if b == want => {}
            Some(b) if want == b' ' && b.is_ascii_whitespace() => {}
            _ => return false,
        }
        if want == b' ' {
            while have.next_if(u8::is_ascii_whitespace).is_some() {}
        }
    }
    true
}

fn templates(text: &str, place: &Place, sink: &mut Sink) {
    for (open, close) in [("{{", "}}"), ("${", "}"), ("%%", "%%"), ("[[", "]]"), ("*|", "|*"), ("<%", "%>")] {
        let mut from = 0_usize;
        while let Some(at) =
            text.get(from..).and_then(|rest| find(rest, open)).map(|at| at.saturating_add(from))
        {
            let inside = at.saturating_add(open.len());
            let rest = text.get(inside..).unwrap_or_default();
            let window = rest.char_indices().nth(40).map_or(rest.len(), |(end, _)| end);
            let end = rest.get(..window).and_then(|near| near.find(close));
            if let Some(length) = end {
                let name = rest.get(..length).unwrap_or_default().trim();
                let plain = name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | ' ' | ':' | '='));
                if plain && name.chars().any(|c| c.is_ascii_alphabetic()) {
                    sink.put(
                        place
                            .note(Id::TemplateUnresolved, at, length.saturating_add(4))
                            .found(name.as_bytes()),
                    );
                }
            }
            from = inside;
        }
    }
}

fn words(text: &str, place: &Place, sink: &mut Sink) {
    let mut mixed = 0_u32;
    let mut invisible = 0_u32;
    let mut first_mixed = None;
    let mut first_invisible = None;
    let base = text.as_ptr() as usize;
    let mut gaps = 0_u32;
    let mut gap_at = 0_usize;
    for word in text.split_whitespace() {
        let at = (word.as_ptr() as usize).saturating_sub(base);
        if word.len() == 1 && word.bytes().all(|b| b.is_ascii_uppercase()) {
            if gaps == 0 {
                gap_at = at;
            }
            gaps = gaps.saturating_add(1);
        } else {
            if gaps >= 4 {
                sink.put(place.note(Id::SpamObfuscation, gap_at, at.saturating_sub(gap_at)));
            }
            gaps = 0;
        }
        if word.is_ascii() {
            if disguised(word) {
                sink.put(place.note(Id::SpamObfuscation, at, word.len()).found(word.as_bytes()));
            }
            continue;
        }
        if has_invisible(word) {
            invisible = invisible.saturating_add(1);
            first_invisible = first_invisible.or(Some((at, word.len())));
        }
        if mixes_scripts(word) {
            mixed = mixed.saturating_add(1);
            first_mixed = first_mixed.or(Some((at, word.len())));
        }
    }
    if let Some((at, length)) = first_mixed.filter(|_| mixed >= 2) {
        sink.put(place.note(Id::TextMixedScriptWords, at, length).count(mixed));
    }
    if let Some((at, length)) = first_invisible.filter(|_| invisible >= 2) {
        sink.put(place.note(Id::TextInvisibleCharacters, at, length).count(invisible));
    }
}

/// `V1agra`, `c@sino`: one of the listed words with digits or marks in place of letters.
fn disguised(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    if word.len() < 4
        || word.len() > 12
        || !word.bytes().any(|b| b.is_ascii_digit() || matches!(b, b'@' | b'$' | b'!' | b'|'))
    {
        return false;
    }
    let plain: String = word
        .chars()
        .map(|c| match c {
            '1' | '!' | '|' => 'i',
            '0' => 'o',
            '3' => 'e',
            '@' | '4' => 'a',
            '$' | '5' => 's',
            _ => c.to_ascii_lowercase(),
        })
        .collect();
    DISGUISED.contains(&plain.as_str()) && plain != word.to_ascii_lowercase()
}

/// Zero-width characters inside a word; joiners are letters of some scripts and are let through there.
pub(crate) fn has_invisible(word: &str) -> bool {
    let latin = word.chars().any(|c| c.is_ascii_alphabetic());
    word.trim_start_matches('\u{feff}').chars().any(|c| {
        matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{180e}' | '\u{115f}' | '\u{3164}')
            || latin && matches!(c, '\u{200c}' | '\u{200d}' | '\u{ad}')
    })
}

/// Do letters of Latin, Cyrillic, Greek, Armenian or Cherokee stand beside each other in one word?
pub(crate) fn mixes_scripts(word: &str) -> bool {
    let map = CodePointMapData::<Script>::new();
    let mut first = None;
    for c in word.chars().filter(|c| c.is_alphabetic()) {
        let script = if c.is_ascii() { Script::Latin } else { map.get(c) };
        let confusable = [Script::Latin, Script::Cyrillic, Script::Greek, Script::Armenian, Script::Cherokee]
            .contains(&script);
        // Signs such as µ and Ω stand beside Latin letters everywhere.
        if !confusable || matches!(c, 'µ' | 'μ' | 'Ω' | 'π' | 'Δ') {
            continue;
        }
        match first {
            None => first = Some(script),
            Some(seen) if seen != script => return true,
            Some(_) => {}
        }
    }
    false
}

fn capitals(text: &str, place: &Place, sink: &mut Sink) {
    // Without sixty capitals there is nothing to count.
    if text.bytes().filter(|b| b.is_ascii_uppercase() || !b.is_ascii()).take(60).count() < 60 {
        return;
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

fn uuencode(text: &str, place: &Place, sink: &mut Sink) {
    let base = text.as_ptr() as usize;
    for line in text.lines() {
        let mut words = line.split(' ');
        if words.next() == Some("begin")
            && words
                .next()
                .is_some_and(|mode| mode.len() == 3 && mode.bytes().all(|b| matches!(b, b'0'..=b'7')))
            && words.next().is_some()
        {
            let at = (line.as_ptr() as usize).saturating_sub(base);
            sink.put(place.note(Id::UuencodeInText, at, line.len()));
        }
    }
}

fn blank_lines(text: &str, place: &Place, sink: &mut Sink) {
    let base = text.as_ptr() as usize;
    let mut run = 0_u32;
    for line in text.lines() {
        if line.trim().is_empty() {
            run = run.saturating_add(1);
        } else {
            if run >= 40 {
                let at = (line.as_ptr() as usize).saturating_sub(base);
                sink.put(place.note(Id::TextManyBlankLines, at, line.len()).length(u64::from(run), 40));
            }
            run = 0;
        }
    }
}

/// `Ã¼` and its kin: a lead octet of UTF-8 read as windows-1252, and what follows it.
fn mojibake(text: &str, place: &Place, sink: &mut Sink) {
    if text.is_ascii() {
        return;
    }
    let mut count = 0_u32;
    let mut first = None;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let tail = matches!(
            c,
            '\u{80}'
                ..='\u{bf}'
                    | '€'
                    | '‚'
                    | 'ƒ'
                    | '„'
                    | '…'
                    | '†'
                    | '‡'
                    | 'ˆ'
                    | '‰'
                    | 'Š'
                    | '‹'
                    | 'Œ'
                    | 'Ž'
                    | '‘'
                    | '’'
                    | '“'
                    | '”'
                    | '•'
                    | '–'
                    | '—'
                    | '˜'
                    | '™'
                    | 'š'
                    | '›'
                    | 'œ'
                    | 'ž'
                    | 'Ÿ'
        );
        if tail && matches!(before, 'Ã' | 'Â' | 'Ä' | 'Å' | 'Ð' | 'Ñ') {
            count = count.saturating_add(1);
            first = first.or_else(|| Some(at.saturating_sub(before.len_utf8())));
        }
        before = c;
    }
    if let Some(at) = first.filter(|_| count >= 2) {
        sink.put(place.note(Id::Mojibake, at, 4).count(count));
    }
}

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
    [
        "view this message in",
        "view this email in",
        "view in browser",
        "in your browser",
        "html version",
        "html mail",
        "html-capable",
        "does not support html",
        "requires html",
    ]
    .iter()
    .any(|phrase| text.contains(phrase))
}

/// Hashes of the words of a text, sorted: enough to say whether two texts are about the same.
pub(crate) fn fingerprint(text: &str) -> Vec<u32> {
    let mut hashes: Vec<u32> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= 4)
        .take(400)
        .map(|word| {
            word.chars()
                .flat_map(char::to_lowercase)
                .fold(0x811c_9dc5_u32, |hash, c| (hash ^ u32::from(c)).wrapping_mul(0x0100_0193))
        })
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// Do two texts with enough words share hardly any of them?
pub(crate) fn differ(one: &[u32], two: &[u32]) -> bool {
    let least = one.len().min(two.len());
    let shared = one.iter().filter(|hash| two.binary_search(hash).is_ok()).count();
    least >= 5 && shared.saturating_mul(5) < least
}

/// The script that most letters outside of Latin are in, where they are the most.
pub(crate) fn main_script(text: &str) -> Option<&'static str> {
    let map = CodePointMapData::<Script>::new();
    let rows = [
        (Script::Latin, "Latin"),
        (Script::Cyrillic, "Cyrillic"),
        (Script::Greek, "Greek"),
        (Script::Han, "Han"),
        (Script::Hangul, "Hangul"),
        (Script::Arabic, "Arabic"),
        (Script::Hebrew, "Hebrew"),
        (Script::Thai, "Thai"),
        (Script::Hiragana, "Han"),
    ];
    let mut counts = [0_u32; 9];
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        let script = map.get(c);
        if let Some(slot) = rows.iter().position(|(s, _)| *s == script).and_then(|at| counts.get_mut(at)) {
            *slot = slot.saturating_add(1);
        }
    }
    let total: u32 = counts.iter().sum();
    let (at, most) = counts.iter().enumerate().max_by_key(|(_, count)| **count)?;
    (total >= 15 && most.saturating_mul(2) > total).then(|| rows.get(at).map(|(_, name)| *name))?
}
