//! Checks what servers write on top of a message.
//!
//! in:  the header section of a message      out: notes on hops, loops, and fields that claim to be ours
//! law: each hop is read once; at most 100 are compared (RFC 5321 §4.4, §6.3)

use crate::finding::Detail;
use crate::grammar::lexer::{Cursor, trim};
use crate::grammar::received::Received;
use crate::grammar::row;
use crate::profile::Context;
use crate::rules::{Id, Severity};
use crate::validate::section::{Entry, Section};
use crate::validate::sink::Sink;
use crate::{Date, DateError};
use alloc::vec::Vec;
use core::ops::Range;

/// Hops that are compared with each other.
const HOPS: usize = 100;

/// The hops of a message, each read once.
#[derive(Debug, Default)]
pub(crate) struct Hops<'a> {
    /// The uppermost of them.
    first: Vec<Hop<'a>>,
    /// When the lowest one was written.
    pub(crate) oldest: Option<i64>,
}

/// Reads the Received fields of a section.
pub(crate) fn read<'a>(section: &Section<'a>) -> Hops<'a> {
    let mut hops = Hops::default();
    for entry in section.all(row::RECEIVED) {
        if hops.first.capacity() == 0 {
            hops.first.reserve_exact(8);
        }
        if hops.first.len() < HOPS {
            let hop = Hop::read(entry);
            hops.oldest = hop.time();
            hops.first.push(hop);
        } else if entry.is_last() {
            hops.oldest = Hop::read(entry).time();
        }
    }
    hops
}

pub(crate) fn check(section: &Section<'_>, hops: &Hops<'_>, context: &Context, sink: &mut Sink) {
    let mut count = 0_u64;
    for hop in &hops.first {
        count = count.saturating_add(1);
        received(section, hop, sink);
    }
    for entry in section.all(row::RECEIVED).skip(HOPS) {
        count = count.saturating_add(1);
        received(section, &Hop::read(entry), sink);
    }
    let hops = hops.first.as_slice();
    let limits = sink.profile.thresholds;
    if count > limits.received {
        let severity = if count > limits.received_error { Severity::Error } else { Severity::Warning };
        sink.put(section.whole(Id::ReceivedTooMany).length(count, limits.received).severity(severity));
    }
    if count == 0 && !section.entries.is_empty() {
        sink.put(section.whole(Id::ReceivedMissing));
    }
    order(section, hops, context, sink);
    repeats(section, hops, sink);
    below(section, sink);
    claims(section, context, sink);
    arc(section, sink);
}

#[derive(Debug)]
struct Hop<'a> {
    entry: Entry<'a>,
    found: Received,
    date: Option<Result<Date, DateError>>,
}

impl<'a> Hop<'a> {
    fn read(entry: &Entry<'a>) -> Self {
        let found = Received::parse(entry.value());
        let date = found.date.clone().map(|span| Date::parse(entry.value().get(span).unwrap_or_default()));
        Self { entry: *entry, found, date }
    }

    fn time(&self) -> Option<i64> {
        self.date?.ok().map(Date::unix)
    }

    fn slice(&self, range: Option<&Range<usize>>) -> &'a [u8] {
        range.and_then(|range| self.entry.value().get(range.clone())).unwrap_or_default()
    }

    fn by(&self) -> &'a [u8] {
        self.slice(self.found.by.as_ref())
    }

    fn id(&self) -> &'a [u8] {
        self.slice(self.found.id.as_ref())
    }
}

fn received<'a>(section: &Section<'a>, hop: &Hop<'a>, sink: &mut Sink) {
    let Hop { entry, found, date } = hop;
    if let Some((span, expected)) = &found.fault {
        sink.put(section.value(Id::ReceivedInvalid, entry, span.clone()).expected(expected));
    } else if found.date.is_none() {
        sink.put(section.field(Id::ReceivedInvalid, entry).expected("`;` and a date"));
    } else if found.by.is_none() && found.from.is_none() {
        sink.put(section.field(Id::ReceivedInvalid, entry).expected("`from` or `by`"));
    }
    if let (Some(Err(error)), Some(span)) = (date, &found.date) {
        sink.put(section.value(Id::ReceivedDateInvalid, entry, span.clone()).expected(error.expected));
    }
    if let Some(span) = private(entry.value()) {
        sink.put(section.value(Id::ReceivedPrivateLeak, entry, span));
    }
}

/// How addresses and names of private networks begin and end.
static PRIVATE: [&[u8]; 8] =
    [b"[10.", b"[192.168.", b"[172.16.", b"[127.", b".local", b".lan", b".internal", b".corp"];

/// An address or name of a private network: the first of its kind, and of several kinds the first in the list.
fn private(value: &[u8]) -> Option<Range<usize>> {
    if !may_be_private(value) {
        return None;
    }
    let mut first: [Option<usize>; 8] = [None; 8];
    for at in memchr::memchr2_iter(b'[', b'.', value) {
        let rest = value.get(at..).unwrap_or_default();
        // What the marks of the list begin with.
        let near = matches!(
            rest,
            [b'[', b'1', ..]
                | [b'.', b'l', b'o' | b'a', ..]
                | [b'.', b'i', b'n', b't', ..]
                | [b'.', b'c', b'o', b'r', ..]
        );
        if !near {
            continue;
        }
        if let Some(kind) = PRIVATE.iter().position(|mark| rest.starts_with(mark))
            && let Some(slot) = first.get_mut(kind)
        {
            *slot = slot.or(Some(at));
        }
    }
    first.into_iter().zip(PRIVATE).find_map(|(at, mark)| {
        let at = at?;
        let end = at.saturating_add(mark.len());
        let name = mark.first() == Some(&b'.');
        let whole = value.get(end).is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'-' && *b != b'.');
        (!name || whole).then_some(at..end)
    })
}

/// May one of the marks of the list stand in the value? What they begin with is looked for without a branch; of a short
/// value nothing is known.
fn may_be_private(value: &[u8]) -> bool {
    let Some(last) = value.len().checked_sub(WIDTH.saturating_add(3)) else { return true };
    let mut any = [0_u8; WIDTH];
    for at in (0..last).step_by(WIDTH) {
        add_private(&mut any, value, at);
    }
    // The last octets are looked at twice, rather than one by one.
    add_private(&mut any, value, last);
    any.iter().any(|any| *any != 0)
}

/// Octets that are looked at at once.
const WIDTH: usize = 16;

/// Notes for each of the octets from `at` on whether it begins a mark of the list, by it and the three behind it.
#[inline]
fn add_private(any: &mut [u8; WIDTH], value: &[u8], at: usize) {
    let from = |behind: usize| value.get(at.wrapping_add(behind)..).and_then(<[u8]>::first_chunk::<WIDTH>);
    let (Some(a), Some(b), Some(c), Some(d)) = (from(0), from(1), from(2), from(3)) else { return };
    let is = |octet: &u8, wanted: u8| u8::from(*octet == wanted);
    for ((((any, a), b), c), d) in any.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        let ten = is(c, b'0') & is(d, b'.') | is(c, b'9') & is(d, b'2');
        let network = ten | is(c, b'7') & is(d, b'2') | is(c, b'2') & is(d, b'7');
        let name = is(b, b'l') & (is(c, b'o') | is(c, b'a'));
        let name = name | is(b, b'i') & is(c, b'n') | is(c, b'o') & is(d, b'r');
        *any |= is(a, b'[') & is(b, b'1') & network | is(a, b'.') & name;
    }
}

fn order(section: &Section<'_>, hops: &[Hop<'_>], context: &Context, sink: &mut Sink) {
    for pair in hops.windows(2) {
        let [later, earlier] = pair else { continue };
        if let (Some(later_time), Some(earlier_time)) = (later.time(), earlier.time())
            && earlier_time.saturating_sub(later_time) > 300
        {
            sink.put(section.field(Id::ReceivedOrder, &later.entry));
        }
    }
    let Some(now) = context.now.and_then(|now| i64::try_from(now).ok()) else { return };
    for hop in hops {
        if hop.time().is_some_and(|time| time.saturating_sub(now) > 86_400) {
            sink.put(section.field(Id::ReceivedFuture, &hop.entry));
        }
    }
}

/// The same host with the same id twice, or three times in all.
fn repeats(section: &Section<'_>, hops: &[Hop<'_>], sink: &mut Sink) {
    if hops.len() < 2 {
        return;
    }
    let mut seen: Vec<(&[u8], &[u8], u32)> = Vec::with_capacity(hops.len());
    for hop in hops {
        let (own, own_id) = (hop.by(), hop.id());
        if own.is_empty() {
            continue;
        }
        let mut times = 1_u32;
        let mut same = false;
        for (by, id, count) in &mut seen {
            if by.eq_ignore_ascii_case(own) {
                *count = count.saturating_add(1);
                times = times.max(*count);
                same |= !own_id.is_empty() && *id == own_id;
            }
        }
        seen.push((own, own_id, times));
        let local = own.eq_ignore_ascii_case(b"localhost") || own.starts_with(b"127.");
        if same || times >= 3 && !local {
            sink.put(section.field(Id::ReceivedRepeatsHost, &hop.entry).found(own));
        }
    }
}

fn below(section: &Section<'_>, sink: &mut Sink) {
    if !section.is_under(&[row::RECEIVED, row::RETURN_PATH], &[row::FROM, row::SUBJECT, row::TO]) {
        return;
    }
    let mut content = false;
    for entry in &section.entries {
        let trace = entry.is(row::RECEIVED) || entry.is(row::RETURN_PATH);
        content |= [row::FROM, row::SUBJECT, row::TO].iter().any(|row| entry.is(*row));
        if trace && content {
            sink.put(section.field(Id::TraceBelowContent, entry).key(section.base));
        }
    }
}

fn claims(section: &Section<'_>, context: &Context, sink: &mut Sink) {
    for entry in section.all(row::DELIVERED_TO) {
        let value = trim(entry.value());
        if context.recipients.iter().any(|to| to.as_bytes().eq_ignore_ascii_case(value)) {
            sink.put(section.field(Id::DeliveredToLoop, entry));
        }
    }
    if let Some(own) = &context.authserv_id {
        for entry in section.all(row::AUTHENTICATION_RESULTS) {
            let mut cursor = Cursor::new(entry.value());
            cursor.skip();
            if cursor.token().eq_ignore_ascii_case(own.as_bytes()) {
                sink.put(section.field(Id::AuthenticationResultsOwn, entry));
            }
        }
    }
}

/// ARC sets must be whole and numbered 1 to n, at most 50 (RFC 8617 §4.2).
fn arc(section: &Section<'_>, sink: &mut Sink) {
    let mut sets = [0_u8; 51];
    let mut first: Option<&Entry<'_>> = None;
    let mut highest = 0_usize;
    let mut bad = None;
    for (bit, row) in
        [(1_u8, row::ARC_SEAL), (2, row::ARC_MESSAGE_SIGNATURE), (4, row::ARC_AUTHENTICATION_RESULTS)]
    {
        for entry in section.all(row) {
            first = first.or(Some(entry));
            let number = instance(entry.value());
            match number.and_then(|n| sets.get_mut(n).map(|slot| (n, slot))) {
                Some((n, slot)) if n > 0 && *slot & bit == 0 => {
                    *slot |= bit;
                    highest = highest.max(n);
                }
                _ => bad = bad.or(Some("one `i=` from 1 to 50, once per kind")),
            }
        }
    }
    let Some(first) = first else { return };
    let whole = sets.iter().skip(1).take(highest).all(|bits| *bits == 7);
    if !whole {
        bad = bad.or(Some("whole sets numbered from 1"));
    }
    if let Some(expected) = bad {
        sink.put(section.field(Id::ArcChainBroken, first).detail(Detail::Expected(expected)));
    }
}

fn instance(value: &[u8]) -> Option<usize> {
    value.split(|b| *b == b';').find_map(|tag| {
        let digits = trim(trim(tag).strip_prefix(b"i")?);
        let digits = trim(digits.strip_prefix(b"=")?);
        core::str::from_utf8(digits).ok()?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn no_mark_is_passed_over() {
        for mark in PRIVATE {
            for (length, at) in (0..90_usize).flat_map(|length| (0..length).map(move |at| (length, at))) {
                let mut value = vec![b'x'; length];
                let end = at.saturating_add(mark.len());
                if let Some(place) = value.get_mut(at..end) {
                    place.copy_from_slice(mark);
                    assert!(may_be_private(&value), "{length} {at}");
                }
            }
        }
        assert!(!may_be_private(b" from mail.example.com ([198.51.100.7]) by mx.example.net"));
    }
}
