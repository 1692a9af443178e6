//! Checks which fields there are, and how often.
//!
//! in:  the header section of a message      out: notes on what is missing, repeated, or should not be there
//! law: one walk over the fields with a counter per name (RFC 5322 §3.6)

use crate::checks::header::is_field;
use crate::grammar::lexer::{Cursor, TOKEN, is, trim};
use crate::grammar::names::{Family, Name};
use crate::grammar::row;
use crate::profile::Context;
use crate::rules::Id;
use crate::validate::kinds::Kind;
use crate::validate::look;
use crate::validate::section::{Entry, Section};
use crate::validate::sink::Sink;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::cell::LazyCell;

pub(crate) fn check(section: &Section<'_>, context: &Context, sink: &mut Sink) {
    if section.entries.is_empty() {
        return;
    }
    missing(section, sink);
    repeated(section, sink);
    mime_version(section, sink);
    resent(section, sink);
    local(section, sink);
    if context.from_null_mx == Some(true)
        && let Some(entry) = section.find(row::FROM)
    {
        sink.put(section.field(Id::FromNullMx, entry));
    }
}

fn missing(section: &Section<'_>, sink: &mut Sink) {
    for (row, id) in [
        (row::DATE, Id::DateMissing),
        (row::FROM, Id::FromMissing),
        (row::MESSAGE_ID, Id::MessageIdMissing),
        (row::SUBJECT, Id::SubjectMissing),
    ] {
        if section.find(row).is_none() {
            sink.put(section.whole(id));
        }
    }
    if let Some(entry) = section.find(row::SUBJECT)
        && (!entry.holds(look::FILLED) || is_decoded_away(section, entry))
    {
        sink.put(section.field(Id::SubjectEmpty, entry));
    }
    if [row::TO, row::CC, row::BCC].iter().all(|row| section.find(*row).is_none()) {
        sink.put(section.whole(Id::RecipientFieldMissing));
    }
}

/// Is there nothing left once encoded-words are decoded and controls are taken out?
fn is_decoded_away(section: &Section<'_>, entry: &Entry<'_>) -> bool {
    let odd = entry.holds(look::CONTROL | look::HIGH) || entry.is_coded();
    odd && section.subject().is_some_and(|(_, subject)| subject.trim().is_empty())
}

fn repeated(section: &Section<'_>, sink: &mut Sink) {
    if !section.has_repeats() {
        return;
    }
    for entry in &section.entries {
        let Some((row, earlier)) = entry.row.and_then(|row| Some((row, section.find(row.number)?))) else {
            continue;
        };
        if core::ptr::eq(earlier, entry) {
            continue;
        }
        let list = row.family == Family::List;
        let mime = row.family == Family::Content || row.number == row::MIME_VERSION;
        let id = match row.number {
            row::RETURN_PATH => Id::ReturnPathDuplicate,
            _ if list => Id::ListFieldDuplicate,
            _ if mime => Id::MimeFieldDuplicate,
            _ if row.once => Id::FieldDuplicate,
            _ => continue,
        };
        again(section, id, earlier, entry, sink);
        let differs = trim(earlier.value()) != trim(entry.value());
        if differs && (row.once || mime) && !list {
            again(section, Id::FieldDuplicateConflict, earlier, entry, sink);
        }
    }
}

/// The later copy, with the earlier one as its companion; one finding per name.
fn again(section: &Section<'_>, id: Id, earlier: &Entry<'_>, entry: &Entry<'_>, sink: &mut Sink) {
    let place = |at: usize| section.base.saturating_add(at as u64);
    let span = earlier.field.span();
    let note = section.field(id, entry).also(place(span.start)..place(span.end));
    sink.put(note.key(place(span.start)));
}

/// The rules on copies for a part's header section.
pub(crate) fn part(section: &Section<'_>, sink: &mut Sink) {
    if !section.has_repeats() {
        return;
    }
    for (at, entry) in section.entries.iter().enumerate() {
        let content = |row: &&Name| row.text.starts_with("Content-");
        let earlier = entry.row.filter(content).and_then(|row| section.find(row.number));
        if let Some(earlier) = earlier.filter(|earlier| !core::ptr::eq(*earlier, entry)) {
            again(section, Id::MimeFieldDuplicate, earlier, entry, sink);
        }
        if at > 64 {
            return;
        }
    }
}

fn mime_version(section: &Section<'_>, sink: &mut Sink) {
    match section.find(row::MIME_VERSION) {
        None => {
            if section.has(Family::Content) {
                sink.put(section.whole(Id::MimeVersionMissing));
            }
        }
        Some(entry) => {
            if trim(entry.value()) == b"1.0" {
                return;
            }
            let mut cursor = Cursor::new(entry.value());
            cursor.skip();
            let major = cursor.token();
            let mut version: Vec<u8> = major.to_vec();
            cursor.skip();
            // `1 . 0` and `1.(comment)0` are versions too.
            while let Some(b) = cursor.peek().filter(|b| is(*b, TOKEN)) {
                version.push(b);
                cursor.bump();
                cursor.skip();
            }
            if (version != b"1.0" || !cursor.done()) && !trim(entry.value()).is_empty() {
                sink.put(section.field(Id::MimeVersionInvalid, entry).found(entry.value()));
            }
        }
    }
}

/// Blocks of Resent- fields: whole, and each in one piece (RFC 5322 §3.6.6).
fn resent(section: &Section<'_>, sink: &mut Sink) {
    if !section.has(Family::Resent) {
        return;
    }
    let mut names: BTreeSet<u8> = BTreeSet::new();
    let mut block: Option<&Entry<'_>> = None;
    let mut blocks = 0_u32;
    let close = |names: &mut BTreeSet<u8>, block: &mut Option<&Entry<'_>>, sink: &mut Sink| {
        let Some(first) = block.take() else { return };
        if !names.contains(&row::RESENT_FROM) || !names.contains(&row::RESENT_DATE) {
            sink.put(
                section
                    .field(Id::ResentIncomplete, first)
                    .expected("Resent-From and Resent-Date in each block"),
            );
        }
        names.clear();
    };
    let mut below_content = false;
    for entry in &section.entries {
        let Some(name) = entry.row.filter(|row| row.family == Family::Resent).map(|row| row.number) else {
            let trace = entry.is(row::RECEIVED) || entry.is(row::RETURN_PATH);
            below_content |= block.is_some() && !trace;
            close(&mut names, &mut block, sink);
            continue;
        };
        if block.is_none() {
            blocks = blocks.saturating_add(1);
            if below_content && blocks > 1 {
                sink.put(section.field(Id::ResentScattered, entry).key(section.base));
            }
        } else if names.contains(&name) {
            // A second block may follow the first directly, with its own From or Date on top.
            if matches!(
                name,
                row::RESENT_FROM | row::RESENT_DATE | row::RESENT_SENDER | row::RESENT_MESSAGE_ID
            ) {
                close(&mut names, &mut block, sink);
            } else {
                sink.put(section.field(Id::ResentScattered, entry).key(section.base));
            }
        }
        block = block.or(Some(entry));
        names.insert(name);
    }
    close(&mut names, &mut block, sink);
}

/// Fields of a mailbox, a mail program or a filter, that have no place in a message on its way.
fn local(section: &Section<'_>, sink: &mut Sink) {
    // All of them can't be taken out where nothing else stands in the section.
    let stays = |entry: &Entry<'_>| is_field(entry) && local_rule(entry).is_none_or(|id| id == Id::X400Field);
    let mended = LazyCell::new(|| section.entries.iter().any(stays));
    for entry in section.of(Kind::Local) {
        if let Some(id) = local_rule(entry) {
            sink.put(section.field(id, entry).mended(id == Id::X400Field || *mended));
        }
    }
}

/// The rule against a field that has no place in a message on its way.
fn local_rule(entry: &Entry<'_>) -> Option<Id> {
    let name = entry.field.name();
    match entry.row.map(|row| row.number) {
        Some(row::RETURN_PATH) => Some(Id::ReturnPathPresent),
        Some(row::BCC) if !trim(entry.value()).is_empty() => Some(Id::BccPresent),
        Some(row::CONTENT_LENGTH | row::LINES) => Some(Id::ContentLengthPresent),
        Some(row::DELIVERED_TO | row::STATUS) => Some(Id::DeliveryFieldLeaked),
        None if starts(name, b"X400-") => Some(Id::X400Field),
        None if is_local(name) => Some(Id::DeliveryFieldLeaked),
        Some(_) | None => None,
    }
}

fn starts(name: &[u8], start: &[u8]) -> bool {
    name.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

fn is_local(name: &[u8]) -> bool {
    // What the names of the lists begin with, and what follows `X-`.
    let near = match name {
        [b'X' | b'x', b'-', third, ..] => {
            matches!(third.to_ascii_lowercase(), b'd' | b'e' | b'g' | b'k' | b'm' | b'o' | b'r' | b's' | b'u')
        }
        [first, ..] => first.eq_ignore_ascii_case(&b'e'),
        [] => false,
    };
    if !near {
        return false;
    }
    [
        &b"X-Original-To"[..],
        b"X-Delivered-To",
        b"X-Envelope-To",
        b"Envelope-To",
        b"X-Status",
        b"X-UID",
        b"X-Keywords",
    ]
    .iter()
    .any(|local| name.eq_ignore_ascii_case(local))
        || [&b"X-Mozilla-"[..], b"X-Evolution-Source", b"X-Spam-", b"X-Rspamd-", b"X-Gmail-Labels"]
            .iter()
            .any(|local| starts(name, local))
}

/// A message inside the message: one of its main fields must be there (RFC 2046 §5.2.1).
pub(crate) fn embedded(section: &Section<'_>, sink: &mut Sink) {
    if [row::FROM, row::DATE, row::SUBJECT].iter().all(|row| section.find(*row).is_none()) {
        sink.put(section.whole(Id::EmbeddedMessageFields));
    }
}
