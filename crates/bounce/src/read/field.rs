//! Pieces that the fields of all reports share.
//!
//! law: a value is one line of text without control characters; a type stands in front of `;` (RFC 3464 §2.1.2)

use alloc::string::String;
use alloc::vec::Vec;

use mailwright_message::{Date, Field, Fields};
use mailwright_reply::EnhancedStatusCode;

/// The value of a field as text of at most `most` octets: unfolded, decoded, without control characters.
pub(super) fn text(field: &Field<'_>, most: usize) -> String {
    truncated(field.text(), most)
}

/// The same with its encoded-words as they are: in an address they mean nothing (RFC 2047 §5).
pub(super) fn plain(field: &Field<'_>, most: usize) -> String {
    let value = field.value();
    truncated(String::from_utf8_lossy(&value).chars().filter(|c| !c.is_control()).collect(), most)
}

fn truncated(mut text: String, most: usize) -> String {
    if text.len() > most {
        let at = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(at);
    }
    text
}

/// The name of a field.
pub(super) fn name(field: &Field<'_>) -> String {
    let name: String =
        String::from_utf8_lossy(field.name()).chars().filter(|c| !c.is_control()).take(100).collect();
    name
}

/// `type; value`, both trimmed; without a `;` the type is empty.
pub(super) fn typed(value: &str) -> (&str, &str) {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    match value.split_once(';') {
        Some((kind, rest)) if kind.trim().chars().all(word) => (kind.trim(), rest.trim()),
        Some(_) | None => ("", value.trim()),
    }
}

/// A date in Unix seconds: comments, wrong weekdays, short years and odd zones are let through.
pub(super) fn date(value: &str) -> Option<i64> {
    let plain = value.split('(').next().unwrap_or(value);
    let date = Date::parse(value.as_bytes()).or_else(|_| Date::parse(plain.trim().as_bytes()));
    date.ok().map(Date::unix)
}

/// The first `class.subject.detail` in the text, with nothing of a number or a name around it.
pub(super) fn enhanced(text: &str) -> Option<EnhancedStatusCode> {
    let part = |c: char| c.is_ascii_digit() || c == '.';
    let mut at = 0_usize;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let skip = rest.find(part).unwrap_or(rest.len());
        let run = rest.get(skip..).unwrap_or_default();
        let length = run.find(|c| !part(c)).unwrap_or(run.len());
        let word = run.get(..length).unwrap_or_default().trim_end_matches('.');
        let begin = at.saturating_add(skip);
        let before = text.get(..begin).and_then(|head| head.chars().next_back());
        let after = run.get(length..).and_then(|tail| tail.chars().next());
        let alone = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '@'));
        if alone(before)
            && alone(after)
            && let Ok(code) = word.parse()
        {
            return Some(code);
        }
        at = begin.saturating_add(length.max(1));
    }
    None
}

/// The fields of a part for machines, as long as they are fields; an empty line is given as `None`.
pub(super) fn lines(section: &[u8]) -> impl Iterator<Item = Option<Field<'_>>> {
    Fields::new(section, 0)
        .filter(|field| field.has_colon() || field.octets().trim_ascii().is_empty())
        .map(|field| field.has_colon().then_some(field))
}

/// Keeps a field that has no name here.
pub(super) fn keep(
    fields: &mut Vec<(String, String)>,
    field: &Field<'_>,
    most: usize,
    octets: usize,
) -> bool {
    let room = fields.len() < most;
    if room {
        fields.push((name(field), text(field, octets)));
    }
    room
}
