//! Makes the edits of each mend, from the octets that a finding is about.
//!
//! in:  one finding and the message      out: edits inside its field or line
//! law: an edit is made only where the octets are what the finding says they are

use super::Edit;
use crate::checks::words::{Run, is_plain};
use crate::finding::{Detail, Finding};
use crate::grammar::addresses::{Addresses, Fault};
use crate::grammar::lexer::{offset_in, trim};
use crate::grammar::{date, names, word};
use crate::rules::Id;
use crate::{Field, Fields};
use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

#[expect(clippy::wildcard_enum_match_arm, reason = "what is no edit of lines is one inside a field")]
#[expect(clippy::match_same_arms, reason = "the arms stand in the order of the catalogue")]
pub(super) fn edits(finding: &Finding, octets: &[u8], all: &mut Vec<Edit>) {
    let Some(span) = place(&finding.span, octets) else { return };
    let mut push = |span: Range<usize>, with: Cow<'static, [u8]>| {
        all.push(Edit { span, with, rule: finding.rule.id() });
    };
    let id = finding.rule.key();
    match id {
        Id::LineBareLf => {
            for at in memchr::memchr_iter(b'\n', octets) {
                if at.checked_sub(1).and_then(|before| octets.get(before)) != Some(&b'\r') {
                    push(at..at, Cow::Borrowed(b"\r"));
                }
            }
        }
        Id::LineBareCr => bare_cr(octets, &mut push),
        Id::LastLineUnterminated => push(octets.len()..octets.len(), Cow::Borrowed(b"\r\n")),
        Id::MboxFromLine => push(span.start..mailbox_lines(octets).max(span.end), Cow::Borrowed(b"")),
        Id::FieldNoColon | Id::FieldLeadingContinuation => {
            push(line(octets, span.start), Cow::Borrowed(b""));
        }
        Id::ByteOrderMark => {
            let marks = octets.chunks(3).take_while(|three| *three == b"\xEF\xBB\xBF").count();
            push(span.start..marks.saturating_mul(3).max(span.end), Cow::Borrowed(b""));
        }
        Id::FieldSpaceBeforeColon => push(span, Cow::Borrowed(b"")),
        Id::FoldBlankLine => {
            for span in spans(finding, octets) {
                push(line(octets, span.start), Cow::Borrowed(b""));
            }
        }
        Id::FieldNoSpaceAfterColon => push(span.start..span.start, Cow::Borrowed(b" ")),
        Id::FieldTabAfterColon => push(span.start..span.start.saturating_add(1), Cow::Borrowed(b" ")),
        Id::FieldTrailingBlank | Id::ContentTypeTrailingSemicolon => push(span, Cow::Borrowed(b"")),
        Id::MimeVersionMissing => push_field(b"MIME-Version: 1.0\r\n", octets, span, &mut push),
        Id::BoundaryUnclosed => boundary(finding, octets, &span, &mut push),
        Id::QpLowerCaseHex | Id::QpTrailingBlank => quoted(id, finding, octets, &mut push),
        Id::ListUnsubscribePostMissing => {
            if let Some(field) = field_at(octets, span.start) {
                let line = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
                push_field(line, octets, field.span(), &mut push);
            }
        }
        _ => in_field(id, finding, octets, span, &mut push),
    }
}

type Push<'p> = dyn FnMut(Range<usize>, Cow<'static, [u8]>) + 'p;

fn place(span: &Range<u64>, octets: &[u8]) -> Option<Range<usize>> {
    let span = usize::try_from(span.start).ok()?..usize::try_from(span.end).ok()?;
    (span.end <= octets.len()).then_some(span)
}

/// The first place and the further ones.
fn spans(finding: &Finding, octets: &[u8]) -> Vec<Range<usize>> {
    core::iter::once(&finding.span).chain(&finding.also).filter_map(|span| place(span, octets)).collect()
}

/// Where the lines of mailbox files end that stand before the fields, their continuations included.
fn mailbox_lines(octets: &[u8]) -> usize {
    let (section, _) = crate::edit::header(octets);
    Fields::new(section, 0).take_while(crate::edit::is_mailbox_line).last().map_or(0, |line| line.span().end)
}

/// A new field behind the last of a section, or before it where that has no line end.
fn push_field(line: &'static [u8], octets: &[u8], section: Range<usize>, push: &mut Push<'_>) {
    let raw = octets.get(section.clone()).unwrap_or_default();
    let last = Fields::new(raw, section.start).last().map_or(section.start, |field| field.span().start);
    let at = if raw.ends_with(b"\n") { section.end } else { last };
    push(at..at, Cow::Borrowed(line));
}

/// The whole line around a place.
fn line(octets: &[u8], at: usize) -> Range<usize> {
    let start =
        octets.get(..at).and_then(|head| memchr::memrchr(b'\n', head)).map_or(0, |lf| lf.saturating_add(1));
    let rest = octets.get(at..).unwrap_or_default();
    let end = memchr::memchr(b'\n', rest).map_or(octets.len(), |lf| at.saturating_add(lf).saturating_add(1));
    start..end
}

/// The field around a place of the message's own header section.
fn field_at(octets: &[u8], at: usize) -> Option<Field<'_>> {
    let (section, _) = crate::edit::header(octets);
    Fields::new(section, 0).find(|field| field.span().contains(&at))
}

fn bare_cr(octets: &[u8], push: &mut Push<'_>) {
    let (section, _) = crate::edit::header(octets);
    for at in memchr::memchr_iter(b'\r', octets) {
        if octets.get(at.saturating_add(1)) != Some(&b'\n') {
            let with: &'static [u8] = if at < section.len() { b" " } else { b"\r\n" };
            push(at..at.saturating_add(1), Cow::Borrowed(with));
        }
    }
}

fn boundary(finding: &Finding, octets: &[u8], span: &Range<usize>, push: &mut Push<'_>) {
    if span.end != octets.len() || !finding.part.is_root() {
        return;
    }
    let reader = crate::Reader::new(octets);
    let Some(name) = crate::walk::boundary(&reader.root().content_type()) else { return };
    let end: &[u8] = if octets.ends_with(b"\n") { b"" } else { b"\r\n" };
    push(octets.len()..octets.len(), Cow::Owned([end, b"--", &name, b"--\r\n"].concat()));
}

fn quoted(id: Id, finding: &Finding, octets: &[u8], push: &mut Push<'_>) {
    // The finding names the first place; all of its part are mended.
    let reader = crate::Reader::new(octets);
    let Some(part) = reader.parts().find(|part| part.path() == finding.part) else { return };
    let body = part.body_span();
    let mut at = body.start;
    for line in part.raw_body().split_inclusive(|b| *b == b'\n') {
        let text = crate::field::strip_line_end(line);
        if id == Id::QpTrailingBlank {
            if let Some(b @ (b' ' | b'\t')) = text.last() {
                let last = at.saturating_add(text.len()).saturating_sub(1);
                let with: &'static [u8] = if *b == b' ' { b"=20" } else { b"=09" };
                if !crate::grammar::lexer::trim_end(text).ends_with(b"=") {
                    push(last..last.saturating_add(1), Cow::Borrowed(with));
                }
            }
        } else {
            for place in memchr::memchr_iter(b'=', text) {
                let pair = text.get(place.saturating_add(1)..place.saturating_add(3)).unwrap_or_default();
                if pair.len() == 2
                    && pair.iter().all(u8::is_ascii_hexdigit)
                    && pair.iter().any(u8::is_ascii_lowercase)
                {
                    let start = at.saturating_add(place).saturating_add(1);
                    push(start..start.saturating_add(2), Cow::Owned(pair.to_ascii_uppercase()));
                }
            }
        }
        at = at.saturating_add(line.len());
    }
}

/// A fault of an address list, wherever it stands in the field: all places are mended, or none.
fn list(wanted: Fault, field: &Field<'_>, push: &mut Push<'_>) {
    let value = field.raw_value();
    let mut walk = Addresses::new(value);
    let mut places = Vec::new();
    let mut tell = |fault: Fault, span: Range<usize>| {
        if fault == wanted {
            places.push(span);
        }
    };
    while walk.next_telling(&mut tell).is_some() {}
    let base = field.value_span().start;
    let mends: Option<Vec<_>> = places
        .into_iter()
        .map(|span| {
            let (span, with) = list_mend(wanted, value, span)?;
            Some((base.saturating_add(span.start)..base.saturating_add(span.end), with))
        })
        .collect();
    for (span, with) in mends.unwrap_or_default() {
        push(span, Cow::Owned(with));
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the other faults have no mend that keeps the meaning")]
fn list_mend(fault: Fault, value: &[u8], span: Range<usize>) -> Option<(Range<usize>, Vec<u8>)> {
    let raw = value.get(span.clone())?;
    match fault {
        Fault::NullElement | Fault::Route => Some((span, Vec::new())),
        Fault::AngleRepeated => {
            let mut inner = raw.strip_suffix(b">")?;
            while let [b'<', rest @ ..] | [rest @ .., b'>'] = inner {
                inner = rest;
            }
            Some((span, [b"<", inner, b">"].concat()))
        }
        Fault::NameDot => {
            let name = trim(raw);
            let simple = name.is_ascii()
                && memchr::memchr3(b'"', b'(', b'\\', name).is_none()
                && memchr::memchr3(b'\r', b'\n', 0, name).is_none()
                && memchr::memmem::find(name, b"=?").is_none();
            let start = span.start.saturating_add(offset_in(raw, name));
            simple.then(|| (start..start.saturating_add(name.len()), [b"\"", name, b"\""].concat()))
        }
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "each mend inside a field is named")]
fn in_field(id: Id, finding: &Finding, octets: &[u8], span: Range<usize>, push: &mut Push<'_>) {
    let Some(field) = field_at(octets, span.start) else { return };
    let whole = field.span();
    let value = field.raw_value();
    let content = trim(value);
    let start = field.value_span().start.saturating_add(offset_in(value, content));
    let inner = start..start.saturating_add(content.len());
    match id {
        Id::FieldCaseUnusual => {
            if let Some(row) = names::known(field.name()) {
                push(span, Cow::Borrowed(row.text.as_bytes()));
            }
        }
        Id::FieldDuplicate
        | Id::MimeFieldDuplicate
        | Id::ReturnPathDuplicate
        | Id::BccPresent
        | Id::ReturnPathPresent
        | Id::DeliveryFieldLeaked
        | Id::ContentLengthPresent
        | Id::SenderRedundant => push(whole, Cow::Borrowed(b"")),
        Id::MimeVersionInvalid => push(inner, Cow::Borrowed(b"1.0")),
        Id::GroupUnterminated => push(inner.end..inner.end, Cow::Borrowed(b";")),
        Id::AddressAngleUnclosed => push(span.end..span.end, Cow::Borrowed(b">")),
        Id::DateIso8601 | Id::DateWeekdayWrong | Id::DateZoneObsolete | Id::DateYearShort => {
            let mut notes = date::Notes::default();
            if let Ok(read) = date::parse_noting(value, &mut notes)
                && notes.out_of_range.is_none()
                && !matches!(notes.zone, date::ZoneNote::Minutes | date::ZoneNote::Nonsense)
            {
                push(inner, Cow::Owned(read.to_string().into_bytes()));
            }
        }
        Id::MessageIdBracketsMissing | Id::MessageIdBracketsRepeated => {
            let bare = content.trim_ascii();
            let mut bare = bare;
            while let [b'<' | b'>', rest @ ..] | [rest @ .., b'<' | b'>'] = bare {
                bare = rest;
            }
            push(inner, Cow::Owned([b"<", trim(bare), b">"].concat()));
        }
        Id::DisplayNameUnquotedDot => list(Fault::NameDot, &field, push),
        Id::AddressAngleRepeated => list(Fault::AngleRepeated, &field, push),
        Id::AddressListNullElement => list(Fault::NullElement, &field, push),
        Id::AddressRoute => list(Fault::Route, &field, push),
        Id::EncodedWordNeedless => needless(&field, push),
        Id::FieldEightBit => {
            let row = names::known(field.name());
            let text = row.is_none_or(|row| row.shape == names::Shape::Text);
            if let (true, Ok(value)) = (text, core::str::from_utf8(content)) {
                let plain: String = value.chars().filter(|c| !c.is_control()).collect();
                push(inner, Cow::Owned(crate::downgrade::words(plain.trim()).into_bytes()));
            }
        }
        Id::ParameterInvalid => parameter(finding, octets, &span, push),
        _ => {}
    }
}

/// Encoded-words that say what plain text would say; a run of them is joined as readers join it.
fn needless(field: &Field<'_>, push: &mut Push<'_>) {
    let value = field.raw_value();
    let base = field.value_span().start;
    let mut run = Run::default();
    let mut text = Vec::new();
    let mut all = Some(Vec::new());
    let mut done = |run: &Run, text: &[u8]| {
        if run.words == 0 || !run.plain {
            return;
        }
        let beside = |at: Option<usize>| at.and_then(|at| value.get(at)).is_none_or(u8::is_ascii_whitespace);
        let apart = beside(run.span.start.checked_sub(1)) && beside(Some(run.span.end));
        let at = |offset: usize| base.saturating_add(offset);
        match &mut all {
            Some(edits) if apart && text.len() <= 60 && needs_no_quotes(text) => {
                edits.push((at(run.span.start)..at(run.span.end), text.to_vec()));
            }
            // All words of a field, or none: half of them would only be found again.
            _ => all = None,
        }
    };
    for word in word::Attempts::new(value).filter_map(|attempt| attempt.word) {
        let mut octets = Vec::new();
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
    for (span, text) in all.unwrap_or_default() {
        push(span, Cow::Owned(text));
    }
}

fn needs_no_quotes(text: &[u8]) -> bool {
    text.iter().all(|b| {
        b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-' | b'!' | b'?' | b'\'' | b'*' | b'+' | b'/')
    }) && text.first() != Some(&b' ')
        && text.last() != Some(&b' ')
}

/// The value of a parameter, in quotes.
fn parameter(finding: &Finding, octets: &[u8], span: &Range<usize>, push: &mut Push<'_>) {
    if finding.detail != Detail::None {
        return;
    }
    let head = octets.get(..span.end).unwrap_or_default();
    let Some(equals) = memchr::memrchr(b'=', head).filter(|at| *at < span.start) else { return };
    let start = equals.saturating_add(1);
    let value = octets.get(start..span.end).unwrap_or_default();
    let simple =
        value.iter().all(|b| !matches!(b, b'"' | b'\\' | b'\r' | b'\n' | b';')) && !trim(value).is_empty();
    if simple {
        push(start..span.end, Cow::Owned([b"\"", trim(value), b"\""].concat()));
    }
}
