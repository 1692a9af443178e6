//! Puts a report together.
//!
//! in:  a checked notice and who gets it      out: the octets of a multipart/report
//! law: the boundary stands in no part; nothing is generated that was not given (RFC 6522 §3)

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date as BuilderDate;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::mime::{BodyPart, MimePart};
use mailwright_address::{Mailbox, ReversePath, Utf8};
use mailwright_message::{Date, Fields};

use super::fields::status_part;
use super::returned::{Returned, header_section, returned};
use super::words::{Place, Words};
use super::{Fate, Notice, escape, template};
use crate::Action;
use crate::action::ALL;
use crate::guard::LOOP_MARK;

pub(super) fn compose(notice: &Notice<'_>, to: &Mailbox) -> Vec<u8> {
    let utf8 = if to.needs_utf8() { Utf8::Allowed } else { Utf8::Refused };
    let (status_kind, report_type) = match utf8 {
        Utf8::Allowed => ("message/global-delivery-status", "global-delivery-status"),
        Utf8::Refused => ("message/delivery-status", "delivery-status"),
    };
    let text = text(notice);
    let status = status_part(notice, utf8);
    let original = returned(notice, utf8);
    let boundary = boundary(notice, &[text.as_bytes(), &status, &original.octets]);
    let status_encoding = if status.is_ascii() { "7bit" } else { "8bit" };
    let eight_bit = original.encoding == "8bit" || !status.is_ascii();
    let kind = ContentType::new("multipart/report")
        .attribute("report-type", report_type)
        .attribute("boundary", boundary);
    let parts = vec![
        MimePart::new(
            ContentType::new("text/plain").attribute("charset", "utf-8"),
            BodyPart::Text(text.into()),
        )
        .language(notice.reporter.words().language()),
        MimePart::new(ContentType::new(status_kind), BodyPart::Binary(status.into()))
            .transfer_encoding(status_encoding),
        original_part(original),
    ];
    let mut body = MimePart::new(kind, BodyPart::Multipart(parts));
    if eight_bit {
        body = body.transfer_encoding("8bit");
    }
    let mut out = Vec::new();
    header(notice, to).body(body).serialize(&mut out);
    out
}

fn header<'x>(notice: &'x Notice<'_>, to: &'x Mailbox) -> MessageBuilder<'x> {
    let reporter = notice.reporter;
    let seconds = i64::try_from(notice.now.min(LAST_SECOND)).unwrap_or_default();
    let subject = leading(notice)
        .and_then(|action| {
            let host = reporter.host().to_ascii();
            let value = |_: &str| Some(host.to_string());
            template::filled(reporter.words().text(action, Place::Subject), &value)
        })
        .unwrap_or_default();
    let mut builder = MessageBuilder::new()
        .header("Date", BuilderDate::new(seconds))
        .header("From", Address::new_address(Some(reporter.name()), in_header(reporter.from())))
        .header("To", HeaderType::Raw(Raw::new(format!("<{}>", in_header(to)))))
        .header("Subject", Text::new(escape::line(subject.as_bytes(), 200)))
        .header("Message-ID", MessageId::new(notice.id));
    if let Some(id) = original_id(notice.original.octets) {
        builder = builder
            .header("In-Reply-To", MessageId::new(id.clone()))
            .header("References", MessageId::new(id));
    }
    builder
        .header("MIME-Version", Raw::new("1.0"))
        .header("Auto-Submitted", Raw::new("auto-replied"))
        .header(LOOP_MARK, Raw::new(reporter.host().to_ascii()))
}

/// How a mailbox stands in a header field: its domain as A-labels, unless the local part needs UTF-8 anyway.
///
/// What could be taken for an encoded-word inside a local part is broken by a quoted pair (RFC 2047 §5).
fn in_header(mailbox: &Mailbox) -> String {
    let local = mailbox.local_part();
    let host =
        if mailbox.needs_utf8() { mailbox.host().to_string() } else { mailbox.host().to_ascii().into() };
    let meaning = local.meaning();
    if !meaning.contains("=?") && !meaning.contains("?=") {
        return format!("{local}@{host}");
    }
    let mut quoted = String::from("\"");
    let mut before = None;
    for c in meaning.chars() {
        let joins = c == '?' && before == Some('=') || c == '=' && before == Some('?');
        if joins || matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
        before = Some(c);
    }
    format!("{quoted}\"@{host}")
}

fn original_part(original: Returned<'_>) -> MimePart<'_> {
    let kind = ContentType::new(original.kind);
    let kind = match original.charset {
        Some(charset) => kind.attribute("charset", charset),
        None => kind,
    };
    MimePart::new(kind, BodyPart::Binary(original.octets)).transfer_encoding(original.encoding)
}

/// The Message-ID of the original, where it can be written again as it is.
fn original_id(octets: &[u8]) -> Option<String> {
    let field = Fields::new(header_section(octets), 0).find(|field| field.is_named("Message-ID"))?;
    let value = field.value();
    let inner = value.strip_prefix(b"<")?.strip_suffix(b">")?;
    let text = core::str::from_utf8(inner).ok()?;
    super::is_id(text).then(|| String::from(text))
}

/// The action that gives the subject.
fn leading(notice: &Notice<'_>) -> Option<Action> {
    notice.fates.iter().map(|fate| fate.action).min()
}

/// What a person reads: a section for each action, an entry for each recipient.
fn text(notice: &Notice<'_>) -> String {
    let words = notice.reporter.words();
    let mut out = String::new();
    if let Some(action) = leading(notice) {
        template::fill(words.text(action, Place::Greeting), |name| fact(notice, name), &mut out);
    }
    let mut first = true;
    for action in ALL {
        let fates: Vec<&Fate<'_>> = notice.fates.iter().filter(|fate| fate.action == action).collect();
        if fates.is_empty() {
            continue;
        }
        if !core::mem::take(&mut first) {
            out.push_str("\r\n");
        }
        template::fill(words.text(action, Place::Opening), |name| fact(notice, name), &mut out);
        for fate in fates.iter().take(ENTRIES) {
            let value = |name: &str| fate_fact(notice, words, fate, name);
            template::fill(words.text(action, Place::Entry), value, &mut out);
        }
        if fates.len() > ENTRIES {
            out.push_str("    ...\r\n\r\n");
        }
        template::fill(words.text(action, Place::Closing), |name| fact(notice, name), &mut out);
    }
    out
}

fn fact(notice: &Notice<'_>, name: &str) -> Option<String> {
    let original = notice.original;
    match name {
        "reporter" => Some(notice.reporter.host().to_string()),
        "sender" => match original.envelope.reverse_path() {
            ReversePath::Null => None,
            ReversePath::Mailbox(mailbox) => Some(mailbox.to_string()),
        },
        "subject" => {
            let field =
                Fields::new(header_section(original.octets), 0).find(|field| field.is_named("Subject"))?;
            Some(escape::line(field.text().as_bytes(), 200))
        }
        "arrival" => original.arrival.map(date),
        _ => None,
    }
}

fn fate_fact(notice: &Notice<'_>, words: &Words, fate: &Fate<'_>, name: &str) -> Option<String> {
    let reply = fate.attempt.and_then(|attempt| attempt.ending().reply());
    match name {
        "recipient" => Some(escape::line(fate.recipient.path().as_bytes(), 400)),
        "host" => Some(match fate.remote {
            Some(remote) => escape::line(remote.as_bytes(), 255),
            None => escape::line(domain(fate).as_bytes(), 255),
        }),
        "reply" => reply.map(|reply| {
            let enhanced = reply.enhanced().map(|code| format!("{code} ")).unwrap_or_default();
            let text: Vec<u8> = reply.text().iter().map(|b| if *b == b'\n' { b' ' } else { *b }).collect();
            format!("{} {enhanced}{}", reply.code(), escape::line(&text, SAID))
        }),
        "fault" => match (fate.attempt, reply) {
            (Some(attempt), None) => Some(escape::line(attempt.ending().to_string().as_bytes(), SAID)),
            (Some(_) | None, _) => None,
        },
        "status" => Some(fate.status().to_string()),
        "meaning" => Some(escape::line(words.meaning(fate.status()).as_bytes(), SAID)),
        "tried" => fate.tried.map(date),
        "next" => fate.next.map(date),
        "until" => fate.until.map(date),
        _ => fact(notice, name),
    }
}

fn domain<'f>(fate: &'f Fate<'_>) -> &'f str {
    let path = fate.recipient.path().as_str();
    path.rsplit_once('@').map_or(path, |(_, domain)| domain)
}

fn date(unix: u64) -> String {
    Date::from_unix(unix).to_string()
}

/// A delimiter that stands in no part. The same input gives the same one.
fn boundary(notice: &Notice<'_>, parts: &[&[u8]]) -> String {
    let mut hash = fnv(0xcbf2_9ce4_8422_2325, notice.id.as_bytes());
    hash = fnv(hash, &notice.now.to_be_bytes());
    for part in parts {
        hash = fnv(hash, part);
    }
    loop {
        let boundary = format!("=_{hash:016x}");
        let finder = memchr::memmem::Finder::new(boundary.as_bytes());
        if parts.iter().all(|part| finder.find(part).is_none()) {
            return boundary;
        }
        hash = fnv(hash, b"again");
    }
}

fn fnv(hash: u64, octets: &[u8]) -> u64 {
    octets.iter().fold(hash, |hash, octet| (hash ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3))
}

/// The last second that a date can name: year 9999.
const LAST_SECOND: u64 = 253_402_300_799;
/// The most recipients that the text names for an action; the part for machines names all.
const ENTRIES: usize = 100;
/// The most characters of a reply in the text.
const SAID: usize = 600;
