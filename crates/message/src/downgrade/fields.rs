//! Writes fields in US-ASCII, on short lines.
//!
//! in:  a field with UTF-8, or with a line that no way carries      out: encoded-words, A-labels, folds
//! law: the text that readers show stays; an address that has no ASCII form is told (RFC 2047 §2, §5)

use super::{Change, DowngradeError};
use crate::Field;
use crate::Mailbox;
use crate::field::strip_line_end;
use crate::grammar::addresses::{Address, Addresses};
use crate::grammar::names::{Shape, known};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

#[expect(clippy::wildcard_enum_match_arm, reason = "fields of every other shape hold no text")]
pub(crate) fn field_change(field: &Field<'_>) -> Result<Change, DowngradeError> {
    let at = field.span().start;
    let value = field.raw_value();
    let Ok(text) = core::str::from_utf8(value) else { return Err(DowngradeError::Field { at }) };
    if !field.has_colon() || !field.name().is_ascii() {
        return Err(DowngradeError::Field { at });
    }
    let shape = known(field.name()).map_or(Shape::Text, |row| row.shape);
    let with = match shape {
        Shape::Text => words(text, field.name().len().saturating_add(1)),
        Shape::Addresses => applied(&addresses(field)?, text),
        _ => return Err(DowngradeError::Field { at }),
    };
    Ok((field.value_span(), with.into_bytes()))
}

/// A field in US-ASCII with a line that no way carries, folded at its blanks (RFC 5322 §2.1.1, §2.2.3).
pub(crate) fn folded(field: &Field<'_>) -> Option<Change> {
    let long = |line: &[u8]| strip_line_end(line).len() > 998;
    if !field.has_colon() || !field.octets().split_inclusive(|b| *b == b'\n').any(long) {
        return None;
    }
    let text = core::str::from_utf8(field.raw_value()).ok()?;
    let line = |line: &str| match line.strip_suffix('\r').unwrap_or(line) {
        text if text.len() > 998 => {
            let words = text.trim_start_matches(' ');
            let blanks = text.len().saturating_sub(words.len());
            let (before, end) = (line.get(..blanks), line.get(text.len()..));
            [before.unwrap_or_default(), &fold(words), end.unwrap_or_default()].concat()
        }
        _ => String::from(line),
    };
    Some((field.value_span(), text.split('\n').map(line).collect::<Vec<_>>().join("\n").into_bytes()))
}

/// The text of a value with changes done.
fn applied(changes: &[Change], text: &str) -> String {
    let mut out = String::new();
    let mut at = 0_usize;
    for (span, with) in changes {
        out.push_str(text.get(at..span.start).unwrap_or_default());
        out.push_str(core::str::from_utf8(with).unwrap_or_default());
        at = span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Unstructured text with each run of words outside of US-ASCII as encoded-words; `column`: where it begins in its line.
pub(crate) fn words(text: &str, column: usize) -> String {
    let plain: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    let mut out = String::new();
    let pieces: Vec<&str> = plain.split(' ').collect();
    let first = pieces.iter().position(|piece| !piece.is_ascii()).unwrap_or(pieces.len());
    let last = pieces.iter().rposition(|piece| !piece.is_ascii()).unwrap_or(0);
    let join = |range: &[&str]| range.join(" ");
    let head = fold(&join(pieces.get(..first).unwrap_or_default()));
    out.push_str(&head);
    let coded = join(pieces.get(first..=last).unwrap_or_default());
    // Where nothing stands in front, a long name of the field leaves the first word less room.
    let room = if first > 0 { WORD } else { WORD.min(64_usize.saturating_sub(column)).max(12) };
    let coded = encode_in(&coded, room);
    if first > 0 {
        out.push_str(if fits(behind(column, &out), coded.lines().next().map_or(0, str::len)) {
            " "
        } else {
            "\r\n "
        });
    }
    out.push_str(&coded);
    let tail = pieces.get(last.saturating_add(1)..).unwrap_or_default();
    if !tail.is_empty() {
        out.push(' ');
        out.push_str(&fold(&join(tail)));
    }
    out
}

/// Whether `more` octets behind a blank at `column` have room in its line; one with an encoded-word has at most 76
/// characters (RFC 2047 §2).
const fn fits(column: usize, more: usize) -> bool {
    column.saturating_add(1).saturating_add(more) <= 76
}

/// Long text on lines of about 70, each fold at a blank with a word behind it.
pub(crate) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // The name of the field, or an encoded-word, stands in front.
    let mut column = 40_usize;
    for (number, word) in text.split(' ').enumerate() {
        if number > 0 {
            if column.saturating_add(word.len()) > 70 && !word.is_empty() {
                out.push_str("\r\n");
                column = 0;
            }
            out.push(' ');
        }
        out.push_str(word);
        column = column.saturating_add(word.len()).saturating_add(1);
    }
    out
}

/// Octets of text in one encoded-word.
const WORD: usize = 52;

/// Encoded-words of at most 75 characters, a fold between them.
pub(crate) fn encode(text: &str) -> String {
    encode_in(text, WORD)
}

/// The same; `room`: octets of text in the first of them.
fn encode_in(text: &str, room: usize) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars() {
        let mut buffer = [0; 4];
        let mut coded = String::new();
        for &b in c.encode_utf8(&mut buffer).as_bytes() {
            if b.is_ascii_alphanumeric() {
                coded.push(char::from(b));
            } else if b == b' ' {
                coded.push('_');
            } else {
                let digit =
                    |n: u8| char::from(b"0123456789ABCDEF".get(usize::from(n)).copied().unwrap_or(b'0'));
                coded.extend(['=', digit(b.wrapping_shr(4)), digit(b & 15)]);
            }
        }
        let room = if out.is_empty() { room } else { WORD };
        if !word.is_empty() && word.len().saturating_add(coded.len()) > room {
            push_word(&mut out, &word);
            word.clear();
        }
        word.push_str(&coded);
    }
    push_word(&mut out, &word);
    out
}

fn push_word(out: &mut String, word: &str) {
    if !out.is_empty() {
        out.push_str("\r\n ");
    }
    out.push_str("=?utf-8?q?");
    out.push_str(word);
    out.push_str("?=");
}

/// The mailboxes of a list that hold octets above 127, in US-ASCII: octets of the field's value.
pub(crate) fn addresses(field: &Field<'_>) -> Result<Vec<Change>, DowngradeError> {
    let bad = DowngradeError::Field { at: field.span().start };
    let value = field.raw_value();
    let mut changes = Vec::new();
    let mut last = 0_usize;
    let mut column = field.name().len().saturating_add(1);
    let text =
        |range: Range<usize>| core::str::from_utf8(value.get(range).unwrap_or_default()).unwrap_or_default();
    for item in Addresses::new(value) {
        let Address::Mailbox(mailbox) = item else { continue };
        let span = mailbox.span();
        let before = text(last..span.start);
        column = behind(column, before);
        last = span.end;
        if !before.is_ascii() {
            return Err(bad);
        }
        if text(span.clone()).is_ascii() {
            column = behind(column, text(span));
            continue;
        }
        let (shown, spec) = in_ascii(field, &mailbox)?;
        // A fold may stand where a blank does.
        let folds = before.ends_with(' ') && !before.ends_with("\n ");
        let first = shown.lines().next().unwrap_or(&spec).len();
        let (start, mut with) = if folds && !fits(column.saturating_sub(1), first) {
            column = 1;
            (span.start.saturating_sub(1), String::from("\r\n "))
        } else {
            (span.start, String::new())
        };
        column = behind(column, &shown);
        with.push_str(&shown);
        if !shown.is_empty() {
            let gap = if fits(column, spec.len()) { " " } else { "\r\n " };
            column = behind(column, gap);
            with.push_str(gap);
        }
        column = behind(column, &spec);
        with.push_str(&spec);
        changes.push((start..span.end, with.into_bytes()));
    }
    if text(last..value.len()).is_ascii() { Ok(changes) } else { Err(bad) }
}

/// A mailbox in US-ASCII: its name, and its address, in brackets where there is a name.
fn in_ascii(field: &Field<'_>, mailbox: &Mailbox<'_>) -> Result<(String, String), DowngradeError> {
    let bad = DowngradeError::Field { at: field.span().start };
    let local = mailbox.local();
    if !local.is_ascii() {
        let at = field.value_span().start.saturating_add(mailbox.span().start);
        return Err(DowngradeError::Address { at });
    }
    let domain = mailbox.domain();
    if local.is_empty() || domain.is_empty() {
        return Err(bad);
    }
    let grammar = mailwright_address::Grammar::lenient();
    let ascii = match mailwright_address::Domain::parse(&domain, grammar) {
        Ok(found) => found.to_ascii().into_owned(),
        Err(_) => String::from_utf8_lossy(&domain).into_owned(),
    };
    let spec = [&String::from_utf8_lossy(&local), "@", ascii.as_str()].concat();
    let name = mailbox.name();
    let raw = mailbox.raw_name();
    let (shown, spec) = match core::str::from_utf8(raw) {
        Ok(raw) if raw.is_ascii() && !raw.trim().is_empty() => {
            (raw.trim().into(), ["<", &spec, ">"].concat())
        }
        _ if name.is_empty() => (String::new(), spec),
        _ => (encode(&name), ["<", &spec, ">"].concat()),
    };
    if shown.is_ascii() && spec.is_ascii() { Ok((shown, spec)) } else { Err(bad) }
}

/// The column behind a text that begins at `column`.
fn behind(column: usize, text: &str) -> usize {
    text.rsplit_once('\n').map_or_else(|| column.saturating_add(text.len()), |(_, line)| line.len())
}
