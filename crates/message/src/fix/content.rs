//! Says what the content of a field becomes when it is mended as a whole.
//!
//! in:  one field      out: its words in US-ASCII, its needless words as text, its identifier in brackets
//! law: what readers show stays; what can't be said so is left (RFC 2047 §5, RFC 5322 §3.6.4)

use crate::Field;
use crate::checks::words::{Run, is_plain};
use crate::downgrade::Change;
use crate::grammar::addresses::{Address, Addresses, Fault};
use crate::grammar::identifier::{Form, judge};
use crate::grammar::lexer::{has_word_start, offset_in, trim};
use crate::grammar::{names, word};
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

/// Octets of a value over which it is left to the writer: no field that people write is as long.
pub(super) const LONGEST: usize = 8 * 1024;

/// What must change in the value of a field for it to be US-ASCII, or nothing where it has no such form.
pub(crate) fn coded(field: &Field<'_>) -> Option<Vec<Change>> {
    let Some(text) = prose(field) else { return list(field) };
    // Words that are coded already are read first: one that is needless would be in the way.
    let read = if has_word_start(text.as_bytes()) { field.text() } else { text.to_string() };
    let plain: String = read.chars().filter(|c| !c.is_control()).collect();
    let with = crate::downgrade::words(plain.trim(), field.name().len().saturating_add(2));
    let start = offset_in(field.raw_value(), text.as_bytes());
    Some(vec![(start..start.saturating_add(text.len()), with.into_bytes())])
}

/// Has the value of a field a form in US-ASCII, as [`coded`] gives it? Any text has.
pub(crate) fn has_coded_form(field: &Field<'_>) -> bool {
    prose(field).is_some() || list(field).is_some()
}

/// The content of a field that is text and not too long.
fn prose<'a>(field: &Field<'a>) -> Option<&'a str> {
    let text = names::known(field.name()).is_none_or(|row| row.shape == names::Shape::Text);
    let value = Some(field.raw_value()).filter(|value| text && value.len() <= LONGEST)?;
    core::str::from_utf8(trim(value)).ok()
}

/// What must change in a field that holds addresses and is not too long.
fn list(field: &Field<'_>) -> Option<Vec<Change>> {
    let row = names::known(field.name())?;
    let good = row.shape == names::Shape::Addresses && field.raw_value().len() <= LONGEST;
    if good { crate::downgrade::addresses(field).ok() } else { None }
}

/// The needless encoded-words of a field, as plain text: all of them, or none, since half of them would only be found
/// again.
pub(crate) fn plain_words(field: &Field<'_>) -> Vec<(Range<usize>, Vec<u8>)> {
    let value = field.raw_value();
    if value.len() > LONGEST {
        return Vec::new();
    }
    let prose = names::known(field.name()).is_none_or(|row| row.shape == names::Shape::Text);
    let mut run = Run::default();
    let mut text = Vec::new();
    let mut all = Some(Vec::new());
    let mut done = |run: &Run, text: &[u8]| {
        if run.words == 0 || !run.plain {
            return;
        }
        let good = |b: &u8| match b {
            b'(' | b')' => true,
            b',' | b'<' | b':' | b';' => !prose,
            b => b.is_ascii_whitespace(),
        };
        let beside = |at: Option<usize>| at.and_then(|at| value.get(at)).is_none_or(good);
        let apart = beside(run.span.start.checked_sub(1)) && beside(Some(run.span.end));
        let edged = text.first() == Some(&b' ') || text.last() == Some(&b' ');
        // A long piece without a blank can't be folded but where it is coded.
        let whole = text.split(|b| *b == b' ').any(|piece| piece.len() > LONG);
        let safe = prose || text.len() <= LONG && needs_no_quotes(text);
        let fits = safe && !whole && !has_word_start(text);
        match &mut all {
            Some(edits) if apart && !edged && fits => {
                edits.push((
                    run.span.clone(),
                    crate::downgrade::fold(&String::from_utf8_lossy(text)).into_bytes(),
                ));
            }
            _ => all = None,
        }
    };
    let mut octets = Vec::new();
    for word in word::Attempts::new(value).filter_map(|attempt| attempt.word) {
        octets.clear();
        let broken = word.decode_octets(&mut octets);
        let charset = crate::Charset::find(word.label());
        let plain = !broken && charset.is_some_and(|charset| is_plain(&octets, charset));
        if let Some(before) = run.add(value, word.span.clone(), plain) {
            done(&before, &text);
            text.clear();
        }
        text.extend_from_slice(&octets);
    }
    done(&run, &text);
    let list = names::known(field.name()).is_some_and(|row| row.shape == names::Shape::Addresses);
    all.filter(|edits| !list || same_list(value, edits)).unwrap_or_default()
}

/// Whether an address list holds the same mailboxes after some edits, and no other faults.
fn same_list(value: &[u8], edits: &[Change]) -> bool {
    let (mut after, mut at) = (Vec::with_capacity(value.len()), 0);
    for (span, with) in edits {
        after.extend_from_slice(value.get(at..span.start).unwrap_or_default());
        after.extend_from_slice(with);
        at = span.end;
    }
    after.extend_from_slice(value.get(at..).unwrap_or_default());
    addresses(value) == addresses(&after)
}

/// The addresses of a list, and its faults.
fn addresses(value: &[u8]) -> (Vec<String>, Vec<Fault>) {
    let (mut list, mut specs, mut faults) = (Addresses::new(value), Vec::new(), Vec::new());
    while let Some(item) = list.next_telling(&mut |fault, _| faults.push(fault)) {
        if let Address::Mailbox(mailbox) = item {
            specs.push(mailbox.address());
        }
    }
    (specs, faults)
}

/// Octets that are not worth a fold.
const LONG: usize = 60;

fn needs_no_quotes(text: &[u8]) -> bool {
    text.iter().all(|b| {
        b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-' | b'!' | b'?' | b'\'' | b'*' | b'+' | b'/')
    })
}

/// An identifier in one pair of brackets, or nothing where more than brackets is wrong.
pub(crate) fn bracketed(content: &[u8]) -> Option<Vec<u8>> {
    let mut bare = trim(content);
    while let [b'<' | b'>', rest @ ..] | [rest @ .., b'<' | b'>'] = bare {
        bare = trim(rest);
    }
    let simple = !bare.iter().any(|b| matches!(b, b'(' | b')' | b'<' | b'>' | b',' | b'"'));
    (simple && judge(bare) == Form::Good).then(|| [b"<", bare, b">"].concat())
}
