//! Checks the fields of mailing lists: how to leave them, and how they are written.
//!
//! in:  the List- fields of a section, its signatures      out: notes
//! law: what bulk mail must have is asked only where the caller says that it is bulk (RFC 2369, RFC 2919, RFC 8058)

use super::dkim::Signature;
use crate::checks::Facts;
use crate::grammar::lexer::{BLANK, is, trim};
use crate::grammar::names::{Family, Shape};
use crate::grammar::row;
use crate::profile::Context;
use crate::rules::Id;
use crate::validate::section::Section;
use crate::validate::sink::Sink;
use alloc::vec::Vec;
use core::ops::Range;

/// The URIs of a List- field, or where it stops making sense.
fn uris(value: &[u8]) -> (Vec<Range<usize>>, Option<usize>) {
    let mut found = Vec::new();
    let mut cursor = crate::grammar::lexer::Cursor::new(value);
    loop {
        cursor.skip();
        let at = cursor.at;
        match cursor.peek() {
            None => return (found, None),
            Some(b',') => cursor.bump(),
            Some(b'<') => {
                cursor.bump();
                let start = cursor.at;
                let rest = cursor.rest();
                let Some(length) = memchr::memchr(b'>', rest) else { return (found, Some(at)) };
                let inside = rest.get(..length).unwrap_or_default();
                // A fold inside is taken out (RFC 2369 §2); a blank is an error.
                let blank = inside.iter().any(|b| matches!(b, b' ' | b'\t')) && !inside.contains(&b'\n');
                let scheme = memchr::memchr(b':', inside).is_some_and(|colon| colon > 0);
                if blank || !scheme {
                    return (found, Some(start));
                }
                cursor.at = start.saturating_add(length).saturating_add(1);
                if found.len() < 64 {
                    found.push(start..start.saturating_add(length));
                }
            }
            Some(_) => return (found, Some(at)),
        }
    }
}

pub(super) fn unsubscribe(
    section: &Section<'_>,
    context: &Context,
    signatures: &[Signature<'_>],
    facts: &mut Facts,
    sink: &mut Sink,
) {
    let post = section.find(row::LIST_UNSUBSCRIBE_POST);
    if let Some(entry) = post {
        let plain: Vec<u8> = entry.value().iter().copied().filter(|b| !is(*b, BLANK)).collect();
        if !plain.eq_ignore_ascii_case(b"List-Unsubscribe=One-Click") {
            sink.put(section.field(Id::ListUnsubscribePostValue, entry).found(entry.value()));
        }
    }
    let Some(entry) = section.find(row::LIST_UNSUBSCRIBE) else {
        if context.bulk == Some(true) {
            sink.put(section.whole(Id::ListUnsubscribeMissing));
        }
        return;
    };
    facts.list_unsubscribe = true;
    let value = entry.value();
    let (list, bad) = uris(value);
    if bad.is_some() || list.is_empty() {
        let at = bad.unwrap_or(0);
        sink.put(
            section
                .value(Id::ListUnsubscribeSyntax, entry, at..value.len())
                .expected("URIs in angle brackets"),
        );
        return;
    }
    let count = |scheme: &[u8]| {
        let starts = |span: &Range<usize>| {
            value
                .get(span.clone())
                .and_then(|uri| uri.get(..scheme.len()))
                .is_some_and(|s| s.eq_ignore_ascii_case(scheme))
        };
        list.iter().filter(|span| starts(span)).count()
    };
    let (https, mailto) = (count(b"https:"), count(b"mailto:"));
    if https > 1 {
        sink.put(section.field(Id::ListUnsubscribeSeveralHttps, entry).length(https as u64, 1));
    }
    if mailto == 0 {
        sink.put(section.field(Id::ListUnsubscribeNoMailto, entry));
    }
    if https == 0 && (post.is_some() || context.bulk == Some(true)) {
        sink.put(section.field(Id::ListUnsubscribeNoHttps, entry));
    }
    if https > 0 && post.is_none() {
        sink.put(section.field(Id::ListUnsubscribePostMissing, entry));
    }
    let signed = signatures.iter().any(|s| s.covers("list-unsubscribe") && s.covers("list-unsubscribe-post"));
    // Of mail that is not known to be bulk its having no signature at all is enough.
    let told = context.bulk == Some(true) || !signatures.is_empty();
    if post.is_some() && told && !signed {
        sink.put(section.field(Id::ListUnsubscribeUnsigned, entry));
    }
}

pub(super) fn fields(section: &Section<'_>, sink: &mut Sink) {
    if !section.has(Family::List) {
        return;
    }
    let mut list = None;
    for entry in &section.entries {
        let Some(row) = entry.row.filter(|row| row.family == Family::List) else { continue };
        if matches!(row.number, row::LIST_UNSUBSCRIBE | row::LIST_UNSUBSCRIBE_POST)
            || trim(entry.value()).is_empty()
        {
            continue;
        }
        if matches!(row.number, row::LIST_POST | row::LIST_SUBSCRIBE | row::LIST_ARCHIVE) {
            list = list.or(Some(entry));
        }
        let good = match (row.number, row.shape) {
            (row::LIST_POST, _)
                if trim(entry.value()).get(..2).is_some_and(|v| v.eq_ignore_ascii_case(b"NO")) =>
            {
                true
            }
            (row::LIST_ID, _) => {
                let value = trim(entry.value());
                let open = memchr::memrchr(b'<', value);
                open.is_some_and(|open| {
                    value.get(open..).is_some_and(|rest| rest.ends_with(b">") && rest.len() > 2)
                })
            }
            (_, Shape::Uris) => uris(entry.value()).1.is_none(),
            _ => true,
        };
        if !good {
            sink.put(section.field(Id::ListHeaderSyntax, entry).found(entry.value()));
        }
    }
    if let Some(entry) = list.filter(|_| section.find(row::LIST_ID).is_none()) {
        sink.put(section.field(Id::ListIdMissing, entry));
    }
}
