//! Checks Date and Resent-Date.
//!
//! in:  the header section of a message      out: notes on form, range and age
//! law: a date is read once; what time it is, is a fact of the caller (RFC 5322 §3.3)

use crate::Date;
use crate::finding::Detail;
use crate::grammar::date::{Notes, ZoneNote, parse_noting};
use crate::grammar::lexer::trim;
use crate::grammar::row;
use crate::profile::Context;
use crate::rules::{Id, Severity};
use crate::validate::kinds::Kind;
use crate::validate::section::{Entry, Section};
use crate::validate::sink::Sink;
use alloc::borrow::Cow;
use alloc::string::ToString;
use core::ops::Range;

/// `oldest`: when the first host wrote that it took the message.
pub(crate) fn check(section: &Section<'_>, oldest: Option<i64>, context: &Context, sink: &mut Sink) {
    for entry in section.of(Kind::Dated) {
        let value = entry.value();
        if trim(value).is_empty() {
            continue;
        }
        let mut notes = Notes::default();
        match parse_noting(value, &mut notes) {
            Ok(date) => {
                form(section, entry, date, &notes, sink);
                if entry.is(row::DATE) && notes.out_of_range.is_none() {
                    age(section, entry, date, (oldest, context), sink);
                }
            }
            Err(error) => {
                let end = value.len().max(error.at);
                let at = error.at.min(value.len());
                sink.put(section.value(Id::DateInvalid, entry, at..end).expected(error.expected));
            }
        }
    }
}

fn form(section: &Section<'_>, entry: &Entry<'_>, date: Date, notes: &Notes, sink: &mut Sink) {
    let value = entry.value();
    let mended = notes.is_read_whole();
    let put = |sink: &mut Sink, id: Id, span: &Range<usize>| {
        sink.put(section.value(id, entry, span.clone()).mended(mended));
    };
    if let Some((span, expected)) = &notes.out_of_range {
        sink.put(section.value(Id::DateOutOfRange, entry, span.clone()).expected(expected));
    }
    if notes.iso {
        let lead = value.len().saturating_sub(value.trim_ascii_start().len());
        let expected = Cow::Owned(date.to_string());
        let detail = Detail::Instead { found: crate::finding::shown(value), expected };
        sink.put(section.value(Id::DateIso8601, entry, lead..value.len()).detail(detail).mended(mended));
        return;
    }
    if let Some((span, says)) = &notes.weekday
        && notes.out_of_range.is_none()
        && *says != date.weekday()
    {
        let detail =
            Detail::Weekday { says: Date::weekday_name(*says), is: Date::weekday_name(date.weekday()) };
        sink.put(section.value(Id::DateWeekdayWrong, entry, span.clone()).detail(detail).mended(mended));
    }
    let zone = match notes.zone {
        ZoneNote::Numeric => None,
        ZoneNote::Missing => Some((Id::DateZoneMissing, None)),
        ZoneNote::Unknown => Some((Id::DateZoneUnknown, None)),
        ZoneNote::Obsolete => Some((Id::DateZoneObsolete, None)),
        ZoneNote::Nonsense | ZoneNote::Minutes => Some((Id::DateZoneInvalid, Some(Severity::Error))),
        ZoneNote::Far => Some((Id::DateZoneInvalid, Some(Severity::Warning))),
    };
    if let Some((id, severity)) = zone {
        let span = if notes.zone_span.is_empty() { 0..value.len() } else { notes.zone_span.clone() };
        let mut note = section.value(id, entry, span).mended(mended);
        if let Some(severity) = severity {
            note = note.severity(severity);
        }
        sink.put(note);
    }
    if let Some(span) = &notes.year_short {
        put(sink, Id::DateYearShort, span);
    }
    if let Some(span) = &notes.comment {
        put(sink, Id::DateComment, span);
    }
    if let Some(at) = notes.blanks_odd {
        let note = section.value(Id::ObsoleteSyntax, entry, at..at.saturating_add(1));
        sink.put(note.expected("single blanks, only between the words of the date"));
    }
    if date.is_leap_second() {
        put(sink, Id::DateSeconds60, &(0..value.len()));
    }
}

fn age(
    section: &Section<'_>,
    entry: &Entry<'_>,
    date: Date,
    (oldest, context): (Option<i64>, &Context),
    sink: &mut Sink,
) {
    let limits = sink.profile.thresholds;
    let value = entry.value();
    if let Some(now) = context.now.and_then(|now| i64::try_from(now).ok()) {
        let ahead = date.unix().saturating_sub(now);
        if ahead > limits.future {
            let severity =
                if ahead > limits.future.saturating_mul(2) { Severity::Error } else { Severity::Warning };
            sink.put(section.value(Id::DateFuture, entry, 0..value.len()).severity(severity));
        } else if ahead.saturating_neg() > limits.past {
            sink.put(section.value(Id::DatePast, entry, 0..value.len()));
        }
    }
    if oldest.is_some_and(|oldest| date.unix().saturating_sub(oldest) > 3600) {
        sink.put(section.value(Id::DateAfterReceived, entry, 0..value.len()));
    }
}
