//! Looks at letters outside of US-ASCII: which script they are in, what can't be seen, what was decoded twice.
//!
//! in:  words or a text, decoded      out: yes or no, and where
//! law: octets rule out what they can, so that the tables of Unicode are asked about few words only

use crate::checks::text::Place;
use crate::rules::Id;
use crate::validate::sink::Sink;
use icu_properties::CodePointMapData;
use icu_properties::props::Script;

/// Zero-width characters inside a word; joiners are letters of some scripts and are let through there.
pub(crate) fn has_invisible(word: &str) -> bool {
    if !word.bytes().any(|b| matches!(b, 0xC2 | 0xE1..=0xE3 | 0xEF)) {
        return false;
    }
    let latin = word.bytes().any(|b| b.is_ascii_alphabetic());
    word.trim_start_matches('\u{feff}').chars().any(|c| {
        matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{180e}' | '\u{115f}' | '\u{3164}')
            || latin && matches!(c, '\u{200c}' | '\u{200d}' | '\u{ad}')
    })
}

/// Do letters of Latin, Cyrillic, Greek, Armenian or Cherokee stand beside each other in one word?
pub(crate) fn mixes_scripts(word: &str) -> bool {
    if !word.bytes().zip(word.bytes().skip(1)).any(|(lead, next)| is_beside_latin(lead, next)) {
        return false;
    }
    // From U+0400 to U+04FF all are Cyrillic.
    if word.bytes().all(|b| matches!(b, 0xD0..=0xD3 | 0x80..=0xBF) || b < 0x80 && !b.is_ascii_alphabetic()) {
        return false;
    }
    let map = CodePointMapData::<Script>::new();
    let mut first = None;
    // None of the scripts is among the signs and syllables of East Asia, the dashes and quotes, and the currencies.
    let near = |c: &char| {
        !matches!(c, '\u{2e80}'..='\u{a63f}' | '\u{ac00}'..='\u{d7ff}')
            && !matches!(c, '\u{2010}'..='\u{2070}' | '\u{20a0}'..='\u{20ff}')
    };
    for c in word.chars().filter(|c| near(c) && c.is_alphabetic()) {
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

/// May a letter of Greek, Cyrillic, Armenian or Cherokee begin with these octets of UTF-8? Else only Latin ones count.
const fn is_beside_latin(lead: u8, next: u8) -> bool {
    matches!(lead, 0xCD..=0xD6 | 0xE1 | 0xE2 | 0xEA | 0xF0..) || lead == 0xEF && next == 0xAC
}

/// `Ã¼` and its kin: a lead octet of UTF-8 read as windows-1252, and what follows it.
pub(crate) fn mojibake(text: &str, place: &Place<'_>, sink: &mut Sink) {
    let mut count = 0_u32;
    let mut first = None;
    // U+00C2 to U+00D1 begin with C3 in UTF-8.
    for at in memchr::memchr_iter(0xC3, text.as_bytes()) {
        let mut chars = text.get(at..).unwrap_or_default().chars();
        let lead = matches!(chars.next(), Some('Ã' | 'Â' | 'Ä' | 'Å' | 'Ð' | 'Ñ'));
        if lead && chars.next().is_some_and(is_tail) {
            count = count.saturating_add(1);
            first = first.or(Some(at));
        }
    }
    if let Some(at) = first.filter(|_| count >= 2) {
        sink.put(place.note(Id::Mojibake, at, 4).count(count));
    }
}

/// What windows-1252 shows for the octets 80 to BF.
const fn is_tail(c: char) -> bool {
    matches!(
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
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_beside_latin_begin_with_their_octets() {
        let map = CodePointMapData::<Script>::new();
        for c in ('\u{80}'..=char::MAX).filter(|c| c.is_alphabetic()) {
            let mut octets = [0; 4];
            let beside = match c.encode_utf8(&mut octets).as_bytes() {
                [lead, next, ..] => is_beside_latin(*lead, *next),
                _ => false,
            };
            let script = map.get(c);
            let other =
                [Script::Cyrillic, Script::Greek, Script::Armenian, Script::Cherokee].contains(&script);
            assert!(beside || !other, "{c}");
        }
    }
}
