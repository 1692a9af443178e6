//! Checks how fields are written.
//!
//! in:  one header section      out: notes on names, colons, folds, octets, parentheses and quotes
//! law: each octet is looked at a fixed number of times (RFC 5322 §2.2, §3.2; RFC 6532 §3)

use crate::field::{is_name, strip_line_end};
use crate::grammar::lexer::{BLANK, is, trim_end};
use crate::grammar::marks;
use crate::grammar::names::{self, Shape};
use crate::grammar::pairing::{comments_pair, pairing, quotes_pair};
use crate::profile::Context;
use crate::rules::{Id, Severity};
use crate::validate::kinds::Kind;
use crate::validate::look;
use crate::validate::section::{Entry, Section};
use crate::validate::sink::Sink;
use core::cell::LazyCell;
use core::ops::Range;
use icu_normalizer::ComposingNormalizerBorrowed;

pub(crate) fn check(section: &Section<'_>, line_follows: bool, context: &Context, sink: &mut Sink) {
    let last = section.entries.len().saturating_sub(1);
    let fields = LazyCell::new(|| section.entries.iter().any(is_field));
    for entry in section.of(Kind::Unusual) {
        if entry.field.has_colon() {
            name(section, entry, sink);
            value(section, entry, context, sink);
        } else {
            no_field(section, entry, *fields, sink);
        }
    }
    if let Some(entry) = section.entries.last().filter(|_| section.root && (last > 0 || line_follows)) {
        // No name of the table holds a blank.
        let spaced = entry.row.is_none() && memchr::memchr(b' ', entry.field.name()).is_some();
        let prose = !entry.field.has_colon() || spaced;
        if prose && !(last == 0 && is_mbox(entry)) {
            sink.put(section.field(Id::SeparatorMissing, entry));
        }
    }
    if section.root && section.octets.is_empty() && line_follows && section.base > 0 {
        sink.put(section.whole(Id::HeaderSectionEmpty));
    }
    if section.root && !section.entries.is_empty() && !*fields {
        sink.put(section.whole(Id::HeaderSectionEmpty));
    }
}

/// Is it a field, good or bad, and no line of a mailbox file?
pub(crate) fn is_field(entry: &Entry<'_>) -> bool {
    entry.field.has_colon() && !is_mbox(entry)
}

fn is_mbox(entry: &Entry<'_>) -> bool {
    let octets = entry.field.octets();
    octets.starts_with(b"From ") || octets.starts_with(b">From ")
}

/// Is it the first field, but for the line of a mailbox file?
fn is_first(section: &Section<'_>, entry: &Entry<'_>) -> bool {
    section
        .entries
        .iter()
        .take(2)
        .find(|first| !is_mbox(first))
        .is_some_and(|first| first.field.at() == entry.field.at())
}

/// A line that is no field; `fields`: there are some beside it, so that it can be taken out.
fn no_field(section: &Section<'_>, entry: &Entry<'_>, fields: bool, sink: &mut Sink) {
    let octets = entry.field.octets();
    if entry.field.at() == 0 && is_mbox(entry) {
        sink.put(section.field(Id::MboxFromLine, entry));
    } else if matches!(octets, [b' ' | b'\t', ..]) {
        sink.put(section.field(Id::FieldLeadingContinuation, entry).mended(fields));
        broken_part(section, entry, sink);
    } else {
        sink.put(section.field(Id::FieldNoColon, entry).found(octets).mended(fields));
        broken_part(section, entry, sink);
    }
}

fn broken_part(section: &Section<'_>, entry: &Entry<'_>, sink: &mut Sink) {
    if !section.root {
        sink.put(section.field(Id::PartHeaderBroken, entry).key(section.base));
    }
}

fn name(section: &Section<'_>, entry: &Entry<'_>, sink: &mut Sink) {
    let field = &entry.field;
    let name = field.name();
    let start = field.span().start;
    let colon = field.value_span().start.saturating_sub(1);
    let end = start.saturating_add(name.len());
    if end < colon {
        sink.put(section.in_name(Id::FieldSpaceBeforeColon, entry, end..colon).key(section.key(entry)));
    }
    if let Some(row) = entry.row {
        if !entry.is_exact() && !usual_case(row.text, name) {
            sink.put(section.in_name(Id::FieldCaseUnusual, entry, start..end).found(name));
        }
        return;
    }
    // `From alice@... 10:00:00` has colons, but is the line of a mailbox file.
    if start == 0 && is_mbox(entry) {
        sink.put(section.field(Id::MboxFromLine, entry));
        return;
    }
    if matches!(name, [0xEF, 0xBB, 0xBF, ..]) && is_first(section, entry) {
        // That of the message itself was told by its first octets.
        if section.base > 0 || start > 0 {
            sink.put(section.in_name(Id::ByteOrderMark, entry, start..start.saturating_add(3)));
        }
        return;
    }
    // Sixteen octets of the field are looked at at once; none behind the colon counts.
    let good = marks::until(field.octets(), 0, |lanes| !lanes.within(b'!', b'~') | lanes.is(b':'));
    if name.is_empty() || good < name.len() {
        bad_name(section, entry, start..end.max(colon), sink);
        return;
    }
    if name.len() > 76 {
        let length = name.len() as u64;
        let severity = sink.profile.over(Id::FieldNameTooLong, length);
        sink.put(
            section.in_name(Id::FieldNameTooLong, entry, start..end).severity(severity).length(length, 76),
        );
    }
    let own = matches!(name, [b'X' | b'x', b'-', ..]);
    if own {
        return;
    }
    if !names::is_registered(name) {
        match names::lookalike(name).filter(|_| name.len() < 30) {
            Some(text) => sink.put(section.in_name(Id::FieldLookalike, entry, start..end).expected(text)),
            None => sink.put(section.in_name(Id::FieldUnregistered, entry, start..end).found(name)),
        }
    }
}

/// A name with octets that none may have; `span`: where it lies, and what stands before the colon.
fn bad_name(section: &Section<'_>, entry: &Entry<'_>, span: Range<usize>, sink: &mut Sink) {
    let name = entry.field.name();
    let whole = span.start..span.start.saturating_add(name.len());
    if !name.is_ascii() {
        sink.put(section.in_name(Id::FieldNameNonAscii, entry, whole).found(name));
        return;
    }
    sink.put(section.in_name(Id::FieldNameInvalid, entry, span).found(name));
    broken_part(section, entry, sink);
    if let Some(text) = names::lookalike(name).filter(|_| name.len() < 30) {
        sink.put(section.in_name(Id::FieldLookalike, entry, whole).expected(text));
    }
}

/// Spellings that well-kept programs use besides the standard's.
fn usual_case(text: &str, name: &[u8]) -> bool {
    matches!(
        (text, name),
        ("Message-ID", b"Message-Id")
            | ("Cc", b"CC")
            | ("Content-ID", b"Content-Id")
            | ("List-Id", b"List-ID")
    )
}

fn value(section: &Section<'_>, entry: &Entry<'_>, context: &Context, sink: &mut Sink) {
    let value = entry.value();
    let shape = entry.row.map_or(Shape::Text, |row| row.shape);
    let filled = entry.holds(look::FILLED);
    match value.first() {
        Some(b'\t') if filled => sink.put(section.value(Id::FieldTabAfterColon, entry, 0..1)),
        // Prose holds colons too.
        Some(b) if !is(*b, BLANK) && is_name(entry.field.name()) => {
            sink.put(section.value(Id::FieldNoSpaceAfterColon, entry, 0..1));
        }
        _ => {}
    }
    if !filled {
        if !matches!(shape, Shape::Text | Shape::Other) {
            sink.put(section.field(Id::FieldEmpty, entry));
        }
        return;
    }
    if matches!(value.last(), Some(b' ' | b'\t')) {
        let kept = trim_end(value).len();
        sink.put(section.value(Id::FieldTrailingBlank, entry, kept..value.len()));
    }
    if entry.holds(look::FOLD) {
        folds(section, entry, shape, sink);
    }
    if entry.holds(look::HIGH) {
        high(section, entry, context, sink);
    }
    if entry.holds(look::PAREN | look::QUOTE) && !matches!(shape, Shape::Text) && entry.row.is_some() {
        pairs(section, entry, shape, sink);
    }
}

fn folds(section: &Section<'_>, entry: &Entry<'_>, shape: Shape, sink: &mut Sink) {
    let value = entry.value();
    let bracketed = matches!(shape, Shape::MessageId | Shape::Ids | Shape::ContentId | Shape::Addresses);
    // `Subject:` and the text on the next line is a fold like any other, so the first line may be blank.
    let mut inside = false;
    for at in section.folds(entry) {
        let (before, behind) = value.split_at(at.min(value.len()));
        inside |= bracketed && !ends_outside(before);
        if let [_, second, ..] = behind
            && !is(*second, BLANK)
        {
            continue;
        }
        let lead = behind.iter().position(|b| !is(*b, BLANK) || *b == b'\n').unwrap_or(behind.len());
        let blank = behind.get(lead).is_none_or(|b| *b == b'\n');
        if blank && !behind.is_empty() {
            let end = at.saturating_add(lead).saturating_add(1).min(value.len());
            sink.put(section.value(Id::FoldBlankLine, entry, at..end));
        }
    }
    if !inside {
        return;
    }
    let mut opened = None;
    let mut quoted = false;
    for (at, b) in value.iter().enumerate() {
        match b {
            b'"' => quoted = !quoted,
            b'<' if !quoted => opened = Some(at),
            b'>' => opened = None,
            b'\n' => {
                if let Some(from) = opened {
                    sink.put(section.value(Id::FoldInsideToken, entry, from..at.saturating_add(1)));
                    opened = None;
                }
            }
            _ => {}
        }
    }
}

/// Does the first line of a fold end behind an identifier or address, so that no bracket is open?
fn ends_outside(lines: &[u8]) -> bool {
    let text = strip_line_end(lines);
    text.strip_suffix(b",").unwrap_or(text).ends_with(b">")
}

fn high(section: &Section<'_>, entry: &Entry<'_>, context: &Context, sink: &mut Sink) {
    let value = entry.value();
    let first = value.iter().position(|b| !b.is_ascii()).unwrap_or(0);
    let text = match core::str::from_utf8(value) {
        Ok(text) => text,
        Err(error) => {
            let at = error.valid_up_to();
            sink.put(section.value(Id::FieldUtf8Invalid, entry, at..at.saturating_add(1)));
            return;
        }
    };
    if context.smtputf8 != Some(true) {
        let length = text.get(first..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        let mended = || crate::fix::has_coded_form(&entry.field);
        let note = section.value(Id::FieldEightBit, entry, first..first.saturating_add(length));
        sink.put(note.mended(!sink.is_on(Id::FieldEightBit) || mended()));
    }
    if let Some((at, _)) = text.char_indices().find(|(_, c)| matches!(c, '\u{80}'..='\u{9f}')) {
        sink.put(section.value(Id::FieldC1Control, entry, at..at.saturating_add(2)));
    }
    if sink.is_on(Id::FieldUtf8NotNfc) {
        let normal = ComposingNormalizerBorrowed::new_nfc();
        if !normal.is_normalized(crate::field::head(text)) {
            sink.put(section.value(Id::FieldUtf8NotNfc, entry, first..value.len()));
        }
    }
}

fn pairs(section: &Section<'_>, entry: &Entry<'_>, shape: Shape, sink: &mut Sink) {
    let value = entry.value();
    // Tokens such as List-Id and DKIM tags hold quotes and parentheses as text.
    if matches!(shape, Shape::Uris | Shape::Other) {
        return;
    }
    if !entry.holds(look::PAREN | look::CONTROL) && quotes_pair(value) {
        return;
    }
    let limit = sink.profile.thresholds.comments;
    if limit > 0 && !entry.holds(look::CONTROL) && comments_pair(value) {
        return;
    }
    let found = pairing(value);
    if let Some(at) = found.comment {
        sink.put(section.value(Id::CommentUnbalanced, entry, at..at.saturating_add(1)));
    }
    if let Some(at) = found.quote {
        sink.put(section.value(Id::QuoteUnbalanced, entry, at..value.len()));
    }
    if found.depth as u64 > limit {
        let severity = if found.depth > 100 { Severity::Error } else { Severity::Warning };
        let span = found.deepest..found.deepest.saturating_add(1);
        let note = section.value(Id::CommentNestingDeep, entry, span);
        sink.put(note.length(found.depth as u64, limit).severity(severity));
    }
    if entry.holds(look::CONTROL) && entry.holds(look::QUOTE) {
        sink.put(
            section
                .value(Id::ObsoleteSyntax, entry, 0..value.len())
                .expected("no control characters in quotes"),
        );
    }
}
