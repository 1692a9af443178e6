//! Makes the edits of each mend, from the octets that a finding is about.
//!
//! in:  one finding and the message      out: edits inside its field or line
//! law: an edit is made only where the octets are what the finding says they are

use super::Edit;
use crate::finding::{Detail, Finding};
use crate::grammar::addresses::{Addresses, Fault};
use crate::grammar::lexer::{has_word_start, offset_in, trim, trim_end};
use crate::grammar::pairing::pairing;
use crate::grammar::{date, names};
use crate::rules::Id;
use crate::{Field, Fields, PartPath, Reader};
use alloc::borrow::Cow;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::ops::Range;

/// The message that is mended; its parts are read when they are first asked for.
pub(super) struct Message<'a> {
    octets: &'a [u8],
    reader: Option<Reader<'a>>,
    /// Rules whose mend goes over the whole message, and was made.
    whole: Vec<Id>,
}

impl<'a> Message<'a> {
    pub(super) const fn new(octets: &'a [u8]) -> Self {
        Self { octets, reader: None, whole: Vec::new() }
    }

    /// Adds the edits that mend what `finding` is about.
    pub(super) fn edits(&mut self, finding: &Finding, all: &mut Vec<Edit>) {
        let id = finding.id;
        if matches!(id, Id::LineBareLf | Id::LineBareCr) {
            if self.whole.contains(&id) {
                return;
            }
            self.whole.push(id);
        }
        edits(finding, self, all);
    }

    fn reader(&mut self) -> &Reader<'a> {
        self.reader.get_or_insert_with(|| Reader::new(self.octets))
    }

    /// The field around a place of a part's header section.
    fn field_at(&mut self, part: PartPath, at: usize) -> Option<Field<'a>> {
        let holds = |field: &Field<'_>| field.span().contains(&at);
        if part.is_root() {
            let (section, _) = crate::edit::header(self.octets);
            return Fields::new(section, 0).find(holds);
        }
        let around = |part: &crate::Part<'_, '_>| part.header_span().contains(&at);
        self.reader().parts().filter(around).find_map(|part| part.fields().find(holds))
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "what is no edit of lines is one inside a field")]
#[expect(clippy::match_same_arms, reason = "the arms stand in the order of the catalogue")]
fn edits(finding: &Finding, message: &mut Message<'_>, all: &mut Vec<Edit>) {
    let octets = message.octets;
    let Some(span) = place(&finding.span, octets) else { return };
    let id = finding.id;
    let field = matches!(id, Id::MimeVersionMissing | Id::ListUnsubscribePostMissing);
    let mut push = |span: Range<usize>, with: Cow<'static, [u8]>| {
        all.push(Edit { span, with, rule: finding.rule().id(), field });
    };
    match id {
        Id::LineBareLf => {
            for at in memchr::memchr_iter(b'\n', octets) {
                if at.checked_sub(1).and_then(|before| octets.get(before)) != Some(&b'\r') {
                    push(at..at.saturating_add(1), Cow::Borrowed(b"\r\n"));
                }
            }
        }
        Id::LineBareCr => bare_cr(octets, &mut push),
        Id::LastLineUnterminated => push(octets.len()..octets.len(), Cow::Borrowed(b"\r\n")),
        Id::MboxFromLine if !finding.part().is_root() => push(line(octets, span.start), Cow::Borrowed(b"")),
        Id::MboxFromLine => push(span.start..mailbox_lines(octets).max(span.end), Cow::Borrowed(b"")),
        Id::FieldNoColon | Id::FieldLeadingContinuation => {
            push(line(octets, span.start), Cow::Borrowed(b""));
        }
        Id::ByteOrderMark => {
            let behind = octets.get(span.start..).unwrap_or_default();
            let marks = behind.chunks(3).take_while(|three| *three == b"\xEF\xBB\xBF").count();
            let end = span.start.saturating_add(marks.saturating_mul(3));
            push(span.start..end.max(span.end), Cow::Borrowed(b""));
        }
        Id::FieldSpaceBeforeColon => push(span, Cow::Borrowed(b"")),
        Id::FoldBlankLine => {
            for span in spans(finding, octets) {
                push(line(octets, span.start), Cow::Borrowed(b""));
            }
        }
        Id::FieldNoSpaceAfterColon => push(span.start..span.start, Cow::Borrowed(b" ")),
        Id::FieldTabAfterColon => push(span.start..span.start.saturating_add(1), Cow::Borrowed(b" ")),
        Id::FieldTrailingBlank => push(span, Cow::Borrowed(b"")),
        Id::ContentTypeTrailingSemicolon => {
            // The blanks before it would be left at the end.
            let head = trim_end(octets.get(..span.start).unwrap_or_default()).len();
            push(head..span.end, Cow::Borrowed(b""));
        }
        Id::MimeVersionMissing => push_field(b"MIME-Version: 1.0\r\n", octets, span, &mut push),
        Id::BoundaryUnclosed => boundary(finding, octets, &span, &mut push),
        Id::QpLowerCaseHex | Id::QpTrailingBlank => quoted(id, finding, message.reader(), &mut push),
        Id::ListUnsubscribePostMissing => {
            if let Some(field) = message.field_at(finding.part(), span.start) {
                let line = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
                push_field(line, octets, field.span(), &mut push);
            }
        }
        _ => in_field(id, finding, message, span, &mut push),
    }
}

type Push<'p> = dyn FnMut(Range<usize>, Cow<'static, [u8]>) + 'p;

fn place(span: &Range<u64>, octets: &[u8]) -> Option<Range<usize>> {
    let span = usize::try_from(span.start).ok()?..usize::try_from(span.end).ok()?;
    (span.end <= octets.len()).then_some(span)
}

/// The first place and the further ones.
fn spans(finding: &Finding, octets: &[u8]) -> Vec<Range<usize>> {
    core::iter::once(&finding.span)
        .chain(finding.also.iter())
        .filter_map(|span| place(span, octets))
        .collect()
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

fn bare_cr(octets: &[u8], push: &mut Push<'_>) {
    let (section, _) = crate::edit::header(octets);
    let mut at = 0_usize;
    for line in section.split_inclusive(|b| *b == b'\n') {
        let text = crate::field::strip_line_end(line);
        let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\r');
        let filled = text.iter().rposition(|b| !blank(b)).map_or(0, |last| last.saturating_add(1));
        let (filled, behind) = text.split_at(filled.min(text.len()));
        let behind_at = at.saturating_add(filled.len());
        // Before a line end it would be a blank at the end of the field; but a line that holds no more stays one.
        let whole = !filled.is_empty() && memchr::memchr(b'\r', behind).is_some();
        if whole {
            push(behind_at..behind_at.saturating_add(behind.len()), Cow::Borrowed(b""));
        }
        for cr in memchr::memchr_iter(b'\r', if whole { filled } else { text }) {
            let cr = at.saturating_add(cr);
            push(cr..cr.saturating_add(1), Cow::Borrowed(b" "));
        }
        at = at.saturating_add(line.len());
    }
    let body = octets.get(section.len()..).unwrap_or_default();
    for cr in memchr::memchr_iter(b'\r', body) {
        if body.get(cr.saturating_add(1)) != Some(&b'\n') {
            let cr = section.len().saturating_add(cr);
            push(cr..cr.saturating_add(1), Cow::Borrowed(b"\r\n"));
        }
    }
}

fn boundary(finding: &Finding, octets: &[u8], span: &Range<usize>, push: &mut Push<'_>) {
    if span.end != octets.len() || !finding.part().is_root() {
        return;
    }
    let reader = Reader::new(octets);
    let Some(name) = crate::walk::boundary(&reader.root().content_type()) else { return };
    let end: &[u8] = if octets.ends_with(b"\n") { b"" } else { b"\r\n" };
    push(octets.len()..octets.len(), Cow::Owned([end, b"--", &name, b"--\r\n"].concat()));
}

fn quoted(id: Id, finding: &Finding, reader: &Reader<'_>, push: &mut Push<'_>) {
    // The finding names the first place; all of its part are mended.
    let Some(part) = reader.parts().find(|part| part.path() == finding.part()) else { return };
    let body = part.body_span();
    let mut at = body.start;
    for line in part.raw_body().split_inclusive(|b| *b == b'\n') {
        let text = crate::field::strip_line_end(line);
        if id == Id::QpTrailingBlank {
            if let Some(b @ (b' ' | b'\t')) = text.last() {
                let last = at.saturating_add(text.len()).saturating_sub(1);
                let with: &'static [u8] = if *b == b' ' { b"=20" } else { b"=09" };
                if !trim_end(text).ends_with(b"=") {
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

/// Whether an edit mends this fault of an address list there.
#[inline]
pub(crate) fn mends_list(fault: Fault, value: &[u8], span: &Range<usize>) -> bool {
    match fault {
        Fault::NameDot => value.get(span.clone()).is_some_and(|raw| is_quotable(trim(raw))),
        Fault::AngleRepeated => value.get(span.clone()).is_some_and(|raw| raw.ends_with(b">")),
        // What is open swallows the end of the group.
        Fault::GroupUnterminated => {
            let open = pairing(value);
            open.quote.is_none() && open.comment.is_none()
        }
        Fault::Invalid
        | Fault::AngleUnclosed
        | Fault::SeparatorMissing
        | Fault::CommaInsideAngle
        | Fault::NullElement
        | Fault::NameUnquoted
        | Fault::GroupNameEmpty
        | Fault::Route
        | Fault::DomainMissing => true,
    }
}

/// Whether a name stays what it is in quotes: no comment, no escape, no fold, no encoded-word.
fn is_quotable(name: &[u8]) -> bool {
    !name.iter().any(|b| matches!(b, b'(' | b'\\' | b'\r' | b'\n' | 0)) && !has_word_start(name)
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
            // A route in it would only be found again.
            if inner.first() == Some(&b'@')
                && let Some(colon) = memchr::memchr(b':', inner)
            {
                inner = inner.get(colon.saturating_add(1)..).unwrap_or_default();
            }
            Some((span, [b"<", inner, b">"].concat()))
        }
        Fault::NameDot => {
            let name = trim(raw);
            let start = span.start.saturating_add(offset_in(raw, name));
            let plain: Vec<u8> = name.iter().copied().filter(|b| *b != b'"').collect();
            is_quotable(name)
                .then(|| (start..start.saturating_add(name.len()), [b"\"", &plain[..], b"\""].concat()))
        }
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "each mend inside a field is named")]
fn in_field(id: Id, finding: &Finding, message: &mut Message<'_>, span: Range<usize>, push: &mut Push<'_>) {
    let octets = message.octets;
    let Some(field) = message.field_at(finding.part(), span.start) else { return };
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
                && notes.is_read_whole()
            {
                push(inner, Cow::Owned(read.to_string().into_bytes()));
            }
        }
        Id::MessageIdBracketsMissing | Id::MessageIdBracketsRepeated => {
            if let Some(with) = super::bracketed(content) {
                push(inner, Cow::Owned(with));
            }
        }
        Id::DisplayNameUnquotedDot => list(Fault::NameDot, &field, push),
        Id::AddressAngleRepeated => list(Fault::AngleRepeated, &field, push),
        Id::AddressListNullElement => list(Fault::NullElement, &field, push),
        Id::AddressRoute => list(Fault::Route, &field, push),
        Id::EncodedWordNeedless => needless(&field, push),
        Id::FieldEightBit => {
            let base = field.value_span().start;
            for (span, with) in super::coded(&field).unwrap_or_default() {
                push(base.saturating_add(span.start)..base.saturating_add(span.end), Cow::Owned(with));
            }
        }
        Id::EncodedWordInParameter => {
            let base = field.value_span().start;
            for (span, with) in super::in_form(&field).unwrap_or_default() {
                push(base.saturating_add(span.start)..base.saturating_add(span.end), Cow::Owned(with));
            }
        }
        Id::ParameterInvalid => parameter(finding, octets, &span, push),
        _ => {}
    }
}

/// Encoded-words that say what plain text would say; a run of them is joined as readers join it.
fn needless(field: &Field<'_>, push: &mut Push<'_>) {
    let base = field.value_span().start;
    for (span, text) in super::plain_words(field) {
        push(base.saturating_add(span.start)..base.saturating_add(span.end), Cow::Owned(text));
    }
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
