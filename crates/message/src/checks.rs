//! Runs the checks of each rule over header sections, and over the sums of the whole message.
//!
//! in:  a header section, or the end of the message      out: notes; what the part is
//! law: each check is linear in the section it sees

pub(crate) mod addresses;
pub(crate) mod bulk;
pub(crate) mod dates;
pub(crate) mod header;
pub(crate) mod html;
pub(crate) mod ids;
pub(crate) mod mailer;
pub(crate) mod mime;
pub(crate) mod presence;
pub(crate) mod report;
pub(crate) mod script;
pub(crate) mod style;
pub(crate) mod subject;
pub(crate) mod text;
pub(crate) mod trace;
pub(crate) mod tree;
pub(crate) mod wording;
pub(crate) mod words;

use crate::grammar::row;
use crate::profile::Context;
use crate::rules::Id;
use crate::validate::leaf::Declared;
use crate::validate::lines::Lines;
use crate::validate::open::{Entity, Totals};
use crate::validate::section::Section;
use crate::validate::sink::{Note, Sink};
use crate::walk::Content;
use alloc::vec::Vec;
use core::ops::Range;

/// What a header section said about its part.
#[derive(Debug)]
pub(crate) struct Described {
    pub(crate) content: Content,
    pub(crate) entity: Entity,
    pub(crate) leaf: Option<Declared>,
}

/// What the header section of the message said that matters at its end.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Where it lies, and the line behind it.
    pub(crate) section: (Range<u64>, u64),
    pub(crate) seen: bool,
    /// The mailboxes of From; of several, of the first that has any.
    pub(crate) authors: Vec<addresses::Kept>,
    /// They stand in the first From.
    pub(crate) authors_first: bool,
    pub(crate) from_at: (Range<u64>, u64),
    /// The addresses of To and Cc, where anybody asks for them.
    pub(crate) recipients: Vec<Vec<u8>>,
    pub(crate) recipients_at: (Range<u64>, u64),
    pub(crate) list_unsubscribe: bool,
}

/// Checks one header section.
pub(crate) fn section(
    section: &Section<'_>,
    digest: bool,
    line_follows: bool,
    context: &Context,
    facts: &mut Facts,
    sink: &mut Sink,
) -> Described {
    header::check(section, line_follows, context, sink);
    words::check(section, sink);
    if section.root {
        // Only what is asked of bulk mail is told behind it.
        let bulk = if context.bulk == Some(true) { section.octets } else { &[] };
        let lines = memchr::memchr_iter(b'\n', bulk).count() as u64;
        facts.section = (section.span(), section.line.saturating_add(lines));
        facts.seen = true;
        presence::check(section, context, sink);
        addresses::check(section, context, facts, sink);
        let hops = trace::read(section);
        dates::check(section, hops.oldest, context, sink);
        ids::check(section, context, sink);
        subject::check(section, sink);
        trace::check(section, &hops, context, sink);
        bulk::check(section, context, facts, sink);
        mailer::check(section, sink);
    } else if section.message {
        presence::embedded(section, sink);
    }
    mime::check(section, digest, sink)
}

/// The size of a header section and of its fields.
pub(crate) fn sizes(section: &Section<'_>, octets: u64, fields: u64, sink: &mut Sink) {
    let limits = sink.profile.thresholds;
    if octets > limits.header_octets {
        let severity = sink.profile.over(Id::HeaderSectionTooLarge, octets);
        let note = section.whole(Id::HeaderSectionTooLarge).severity(severity);
        sink.put(note.length(octets, limits.header_octets));
    }
    if fields > limits.header_fields {
        let severity = sink.profile.over(Id::HeaderCountExcessive, fields);
        let note = section.whole(Id::HeaderCountExcessive).severity(severity);
        sink.put(note.length(fields, limits.header_fields));
    }
    let least = limits.value_octets.min(998);
    if section.octets.len() as u64 <= least {
        return;
    }
    for entry in section.entries.iter().filter(|entry| entry.value().len() as u64 > least) {
        let length = entry.value().len() as u64;
        let limit = match entry.row.map(|row| row.number) {
            Some(row::TO | row::CC | row::REFERENCES | row::DKIM_SIGNATURE) => continue,
            Some(row::SUBJECT) => 998,
            _ => limits.value_octets,
        };
        if length > limit {
            sink.put(section.field(Id::HeaderValueTooLarge, entry).length(length, limit));
        }
    }
}

/// What the first line says about the message as a whole.
pub(crate) fn first_octets(octets: &[u8], sink: &mut Sink) {
    let wide = matches!(octets, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, 0, _, ..] | [_, 0, _, 0, ..]);
    if wide {
        sink.put(Note::new(Id::MessageUtf16, 0..2, 1));
    } else if octets.starts_with(b"\xEF\xBB\xBF") {
        sink.put(Note::new(Id::ByteOrderMark, 0..3, 1));
    }
    if crate::field::is_empty_line(octets) {
        sink.put(Note::new(Id::HeaderSectionEmpty, 0..octets.len() as u64, 1));
    }
}

/// The message ended.
pub(crate) fn finish(
    facts: &Facts,
    totals: &Totals,
    lines: &Lines,
    context: &Context,
    octets: u64,
    sink: &mut Sink,
) {
    way(totals, lines, context, octets, sink);
    if facts.seen {
        tree::message(totals, octets, sink);
        bulk::finish(facts, totals, context, sink);
    }
}

/// What the way ahead can carry.
fn way(totals: &Totals, lines: &Lines, context: &Context, octets: u64, sink: &mut Sink) {
    if let (Some(false), Some((at, line))) = (context.eight_bit_mime, lines.first_high()) {
        sink.put(Note::new(Id::EightBitWithout8bitmime, at..at.saturating_add(1), line));
    }
    if let (Some(false), Some((at, line))) = (context.binary_mime, totals.binary) {
        // The part may be empty, and the message end there.
        sink.put(Note::new(Id::BinaryWithoutBinarymime, at..at.saturating_add(1).min(octets.max(at)), line));
    }
    if let (Some(false), Some((at, line))) = (context.smtputf8, lines.high_in_header()) {
        sink.put(Note::new(Id::Utf8HeaderWithoutSmtputf8, at..at.saturating_add(1), line));
    }
    if let Some(limit) = context.size_limit.filter(|limit| octets > *limit) {
        sink.put(Note::new(Id::MessageTooLarge, 0..octets, 1).length(octets, limit));
    }
}

/// Rules that need a fact nobody gave.
pub(crate) fn skipped(context: &Context, sink: &mut Sink) {
    let facts: [(bool, &'static str, &[Id]); 12] = [
        (context.eight_bit_mime.is_none(), "the way ahead (8BITMIME)", &[Id::EightBitWithout8bitmime]),
        (context.binary_mime.is_none(), "the way ahead (BINARYMIME)", &[Id::BinaryWithoutBinarymime]),
        (context.smtputf8.is_none(), "the way ahead (SMTPUTF8)", &[Id::Utf8HeaderWithoutSmtputf8]),
        (context.size_limit.is_none(), "the way ahead (SIZE)", &[Id::MessageTooLarge]),
        (context.now.is_none(), "the time", &[Id::DateFuture, Id::DatePast, Id::ReceivedFuture]),
        (context.known_ids.is_none(), "the identifiers already seen", &[Id::MessageIdReused]),
        (context.own_domains.is_empty(), "one's own domains", &[Id::FromDomainFreeMail]),
        (context.from_null_mx.is_none(), "the MX of From", &[Id::FromNullMx]),
        (context.mail_from.is_none(), "the envelope", &[Id::EnvelopeFromNotAligned]),
        (
            context.recipients.is_empty(),
            "the envelope",
            &[Id::EnvelopeRecipientNotInHeader, Id::DeliveredToLoop],
        ),
        (context.authserv_id.is_none(), "one's own authserv-id", &[Id::AuthenticationResultsOwn]),
        (context.bulk.is_none(), "whether it is bulk mail", BULK),
    ];
    for (_, fact, rules) in facts.iter().filter(|(missing, ..)| *missing) {
        for id in *rules {
            sink.skip(*id, fact);
        }
    }
}

/// What is asked of bulk mail alone.
const BULK: &[Id] =
    &[Id::ListUnsubscribeMissing, Id::UnsubscribeLinkMissing, Id::FeedbackIdMissing, Id::PriorityAbused];
