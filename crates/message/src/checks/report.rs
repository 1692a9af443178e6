//! Checks the fields inside delivery reports and receipts.
//!
//! in:  the body of a message/delivery-status or message/disposition-notification part      out: notes on missing and broken fields
//! law: groups of fields are parted by empty lines; at most the limit of text is read (RFC 3464 §2, RFC 8098 §3)

use crate::field::{Field, Fields};
use crate::grammar::lexer::trim;
use crate::rules::Id;
use crate::validate::leaf::Report;
use crate::validate::sink::{Note, Sink};
use alloc::vec::Vec;

pub(crate) fn check(fields: &[u8], report: Report, body: u64, line: u64, end: u64, sink: &mut Sink) {
    let groups: Vec<Vec<Field<'_>>> = groups(fields);
    let id = match report {
        Report::Delivery => Id::DsnFieldInvalid,
        Report::Disposition => Id::MdnFieldInvalid,
    };
    let put = |sink: &mut Sink, expected: &'static str, field: Option<&Field<'_>>| {
        let (span, lines) = match field {
            Some(field) => {
                let span = field.span();
                let lines = memchr::memchr_iter(b'\n', fields.get(..span.start).unwrap_or_default()).count();
                let at = |offset: usize| body.saturating_add(offset as u64).min(end);
                (at(span.start)..at(span.end), lines as u64)
            }
            None => (body..end, 0),
        };
        sink.put(Note::new(id, span, line.saturating_add(lines)).expected(expected));
    };
    match report {
        Report::Delivery => delivery(&groups, &put, sink),
        Report::Disposition => disposition(&groups, &put, sink),
    }
}

type Put<'p> = dyn Fn(&mut Sink, &'static str, Option<&Field<'_>>) + 'p;

fn groups(fields: &[u8]) -> Vec<Vec<Field<'_>>> {
    let mut groups = Vec::new();
    let mut group = Vec::new();
    for field in Fields::new(fields, 0) {
        if trim(field.octets()).is_empty() {
            if !group.is_empty() {
                groups.push(core::mem::take(&mut group));
            }
        } else {
            group.push(field);
        }
    }
    if !group.is_empty() {
        groups.push(group);
    }
    groups
}

fn find<'g, 'a>(group: &'g [Field<'a>], name: &str) -> Option<&'g Field<'a>> {
    group.iter().find(|field| field.is_named(name))
}

fn typed(field: &Field<'_>) -> bool {
    let value = field.raw_value();
    memchr::memchr(b';', value).is_some_and(|at| !trim(value.get(..at).unwrap_or_default()).is_empty())
}

fn delivery(groups: &[Vec<Field<'_>>], put: &Put<'_>, sink: &mut Sink) {
    let Some((message, recipients)) = groups.split_first() else {
        put(sink, "Reporting-MTA and at least one recipient", None);
        return;
    };
    match find(message, "Reporting-MTA") {
        None => put(sink, "Reporting-MTA in the first group", message.first()),
        Some(field) if !typed(field) => {
            put(sink, "a kind and `;`, such as `dns; mx.example.net`", Some(field));
        }
        Some(_) => {}
    }
    if recipients.is_empty() {
        put(sink, "at least one group about a recipient", None);
    }
    for group in recipients.iter().take(100) {
        match find(group, "Final-Recipient") {
            None => put(sink, "Final-Recipient", group.first()),
            Some(field) if !typed(field) => {
                put(sink, "a kind and `;`, such as `rfc822; bob@example.net`", Some(field));
            }
            Some(_) => {}
        }
        match find(group, "Action") {
            None => put(sink, "Action", group.first()),
            Some(field) => {
                let value = field.value();
                let word = value.split(|b| matches!(b, b' ' | b'(' | b'\t')).next().unwrap_or_default();
                let known = ["failed", "delayed", "delivered", "relayed", "expanded"];
                if !known.iter().any(|k| word.eq_ignore_ascii_case(k.as_bytes())) {
                    put(sink, "failed, delayed, delivered, relayed or expanded", Some(field));
                }
            }
        }
        match find(group, "Status") {
            None => put(sink, "Status", group.first()),
            Some(field) if !status(&field.value()) => put(sink, "a status such as `5.1.1`", Some(field)),
            Some(_) => {}
        }
    }
}

/// `2.x.x`, `4.x.x` or `5.x.x`, each number of at most three digits.
fn status(value: &[u8]) -> bool {
    let word = value.split(|b| matches!(b, b' ' | b'(' | b'\t')).next().unwrap_or_default();
    let mut pieces = word.split(|b| *b == b'.');
    let class = pieces.next().unwrap_or_default();
    let number = |piece: Option<&[u8]>| {
        piece.is_some_and(|p| matches!(p.len(), 1..=3) && p.iter().all(u8::is_ascii_digit))
    };
    matches!(class, b"2" | b"4" | b"5")
        && number(pieces.next())
        && number(pieces.next())
        && pieces.next().is_none()
}

fn disposition(groups: &[Vec<Field<'_>>], put: &Put<'_>, sink: &mut Sink) {
    let all: Vec<Field<'_>> = groups.iter().flatten().copied().collect();
    match find(&all, "Final-Recipient") {
        None => put(sink, "Final-Recipient", None),
        Some(field) if !typed(field) => {
            put(sink, "a kind and `;`, such as `rfc822; bob@example.net`", Some(field));
        }
        Some(_) => {}
    }
    match find(&all, "Disposition") {
        None => put(sink, "Disposition", None),
        Some(field) => {
            let value = field.value();
            let mut pieces = value.splitn(2, |b| *b == b';');
            let mode = pieces.next().map(trim).unwrap_or_default();
            let kind = pieces.next().map(trim).unwrap_or_default();
            let kind = kind.split(|b| *b == b'/').next().map(trim).unwrap_or_default();
            let known = ["displayed", "deleted", "dispatched", "processed", "denied", "failed"];
            if !mode.contains(&b'/') || !known.iter().any(|k| kind.eq_ignore_ascii_case(k.as_bytes())) {
                put(sink, "such as `manual-action/MDN-sent-manually; displayed`", Some(field));
            }
        }
    }
}
