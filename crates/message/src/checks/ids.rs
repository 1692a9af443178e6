//! Checks message identifiers.
//!
//! in:  the header section of a message      out: notes on form, length and kinship of identifiers
//! law: one walk per field (RFC 5322 §3.6.4)

use crate::grammar::identifier::{Form, Identifier, Identifiers};
use crate::grammar::lexer::{BLANK, is, trim};
use crate::grammar::row;
use crate::profile::Context;
use crate::rules::{Id, Severity};
use crate::validate::look;
use crate::validate::section::{Entry, Section};
use crate::validate::sink::Sink;
use alloc::vec::Vec;

pub(crate) fn check(section: &Section<'_>, context: &Context, sink: &mut Sink) {
    for entry in section.all(row::MESSAGE_ID).chain(section.all(row::RESENT_MESSAGE_ID)) {
        if !trim(entry.value()).is_empty() {
            message_id(section, entry, context, sink);
        }
    }
    if let Some(entry) = section.find(row::IN_REPLY_TO) {
        list(section, entry, Id::InReplyToInvalid, sink);
    }
    if let Some(entry) = section.find(row::REFERENCES) {
        let count = list(section, entry, Id::ReferencesInvalid, sink);
        let length = entry.value().len() as u64;
        if count > 100 {
            sink.put(section.field(Id::ReferencesTooMany, entry).length(count, 100));
        } else if length > 998 {
            sink.put(section.field(Id::ReferencesTooMany, entry).length(length, 998));
        }
        parent(section, entry, sink);
    }
}

fn message_id(section: &Section<'_>, entry: &Entry<'_>, context: &Context, sink: &mut Sink) {
    let value = entry.value();
    let mut ids = Identifiers::new(value);
    let Some(found) = ids.next_form() else { return };
    let whole = {
        let inside = trim(value);
        let start = crate::grammar::lexer::offset_in(value, inside);
        start..start.saturating_add(inside.len())
    };
    match found.form {
        Form::Good => {}
        Form::Obsolete => sink.put(section.value(Id::MessageIdObsolete, entry, found.span.clone())),
        Form::Repeated => {
            let note = section.value(Id::MessageIdBracketsRepeated, entry, found.span.clone());
            sink.put(note.mended(is_mended(value)));
        }
        Form::Broken(why) => {
            sink.put(section.value(Id::MessageIdInvalid, entry, found.span.clone()).expected(instead(why)));
        }
        Form::Bare => {
            sink.put(section.value(Id::MessageIdBracketsMissing, entry, whole).mended(is_mended(value)));
        }
        Form::Words => {
            sink.put(section.value(Id::MessageIdInvalid, entry, whole).expected("`<left@right>`"));
            return;
        }
    }
    if let Some(second) = ids.next_form() {
        let form =
            if matches!(second.form, Form::Words) { Id::MessageIdInvalid } else { Id::MessageIdSeveral };
        sink.put(section.value(form, entry, second.span));
    }
    let limit = sink.profile.thresholds.message_id;
    let length = found.content.len() as u64;
    if length > limit {
        let severity = sink.profile.over(Id::MessageIdTooLong, length);
        let note = section.value(Id::MessageIdTooLong, entry, found.span.clone());
        sink.put(note.severity(severity).length(length, limit));
    }
    if entry.holds(look::HIGH) && !found.content.is_ascii() {
        let severity = if context.smtputf8 == Some(true) { Severity::Warning } else { Severity::Error };
        sink.put(section.value(Id::MessageIdEightBit, entry, found.span.clone()).severity(severity));
    }
    right_side(section, entry, &found, sink);
    let known = context.known_ids.iter().flatten().any(|known| known.as_bytes() == found.content);
    if known && entry.is(row::MESSAGE_ID) {
        sink.put(section.value(Id::MessageIdReused, entry, found.span));
    }
}

fn is_mended(value: &[u8]) -> bool {
    crate::fix::bracketed(trim(value)).is_some()
}

/// What is wrong, turned into what should stand there.
const fn instead(why: &'static str) -> &'static str {
    match why.as_bytes() {
        b"`@` is missing" => "one `@` between left and right side",
        b"a blank stands inside" => "no blank inside",
        b"nothing stands left of the `@`" => "something left of the `@`",
        b"nothing stands right of the `@`" => "something right of the `@`",
        b"`>` is missing" => "`>` at the end",
        b"the right side is no domain" => "a domain right of the `@`",
        _ => "letters, digits and single dots left of the `@`",
    }
}

/// Is the right side a name that nobody else uses?
fn right_side(section: &Section<'_>, entry: &Entry<'_>, id: &Identifier<'_>, sink: &mut Sink) {
    if !matches!(id.form, Form::Good | Form::Obsolete | Form::Repeated | Form::Bare) {
        return;
    }
    let Some(right) = id.right() else { return };
    let (number, dotted) = right.iter().fold((true, false), |(number, dotted), b| {
        let dot = *b == b'.';
        (number & (b.is_ascii_digit() | dot), dotted | dot)
    });
    let ends = |end: &&[u8]| {
        let from = right.len().checked_sub(end.len());
        from.and_then(|from| right.get(from..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    // Few names end with the last letter of one of these.
    let local = matches!(right, [.., b'l' | b'L' | b'n' | b'N' | b'e' | b'E' | b'd' | b'D'])
        && [&b".local"[..], b".localdomain", b".lan", b".internal", b".home", b".invalid"].iter().any(ends);
    let literal = right.first() == Some(&b'[');
    if !dotted || number || local || literal {
        sink.put(section.value(Id::MessageIdRightSide, entry, id.span.clone()).found(right));
    }
}

/// In-Reply-To or References: only identifiers. Gives how many there are.
fn list(section: &Section<'_>, entry: &Entry<'_>, id: Id, sink: &mut Sink) -> u64 {
    let mut count = 0_u64;
    let mut ids = Identifiers::new(entry.value());
    while let Some(found) = ids.next_form() {
        match found.form {
            Form::Good | Form::Obsolete => count = count.saturating_add(1),
            Form::Words | Form::Bare | Form::Broken(_) | Form::Repeated => {
                section.tell(id, entry, found.span, sink, |note| note.found(found.content));
            }
        }
    }
    count
}

fn parent(section: &Section<'_>, references: &Entry<'_>, sink: &mut Sink) {
    let Some(reply) = section.find(row::IN_REPLY_TO) else { return };
    let plain = |id: &[u8]| id.iter().copied().filter(|b| !is(*b, BLANK)).collect::<Vec<u8>>();
    let Some(parent) = Identifiers::new(reply.value()).next().map(plain) else { return };
    let mut any = false;
    let known = Identifiers::new(references.value()).any(|id| {
        any = true;
        plain(id) == parent
    });
    if any && !known {
        sink.put(section.field(Id::ReferencesWithoutParent, reply));
    }
}
