//! Reads bounces that have no part for machines, and what the text adds to those that have.
//!
//! in:  the header and the text for people      out: entries with their reasons
//! law: a message is a bounce only if several signs say so; an address of the report itself is never a recipient

use alloc::string::String;
use alloc::vec::Vec;

use mailwright_message::{Kind as PartKind, Part, Reader};

use super::entry::{Diagnostic, Entry, Fault, Told, mailbox, reply_code};
use super::lines::{Found, Scan, scan};
use super::named::Rank;
use super::words::{Look, action};
use super::{Kind, ReadLimits, Report, Returned, header};

pub(super) fn read(
    reader: &Reader<'_>,
    machine: Option<Part<'_, '_>>,
    limits: &ReadLimits,
    report: &mut Report,
) {
    let wanting = |entry: &Entry| entry.diagnostic.is_none() || entry.address().is_none();
    if machine.is_some() && !report.entries.is_empty() && !report.entries.iter().any(wanting) {
        return;
    }
    let text = text(reader, machine, limits);
    let failed = failed_recipients(reader, limits);
    let mut ours: Vec<String> = report.came_to.iter().map(|address| address.to_ascii_lowercase()).collect();
    ours.extend(
        header(reader)
            .find(|field| field.is_named("From"))
            .and_then(|field| super::original::first(&field))
            .map(|a| a.to_ascii_lowercase()),
    );
    ours.retain(|address| !failed.iter().any(|failed| failed.eq_ignore_ascii_case(address)));
    let scan = scan(&text, &ours, limits.entries);
    if report.returned.is_none()
        && let Some(rest) = scan.original.and_then(|at| text.get(at..))
    {
        report.returned = Returned::of_text(rest, limits);
    }
    if report.entries.is_empty() {
        let code = scan.reply.is_some() || scan.found.iter().any(|found| reply_code(&found.reason).is_some());
        let plain = scan.found.iter().any(|found| found.rank == Rank::Colon);
        let look = Look::of(reader, &text);
        let bounce = machine.is_some() || !failed.is_empty() || look.is_bounce(code) || look.daemon && plain;
        if bounce {
            draw(reader, &text, &failed, &scan, report);
        }
    } else {
        enrich(&scan, &failed, report);
    }
}

/// Makes the entries out of the text.
fn draw(reader: &Reader<'_>, text: &str, failed: &[String], scan: &Scan, report: &mut Report) {
    let named = |address: &str| scan.found.iter().find(|found| found.address.eq_ignore_ascii_case(address));
    let mut recipients: Vec<(&str, Option<&Found>)> = if failed.is_empty() {
        scan.found.iter().map(|found| (found.address.as_str(), Some(found))).collect()
    } else {
        failed.iter().map(|address| (address.as_str(), named(address))).collect()
    };
    let mut guessed = None;
    if recipients.is_empty() && scan.reply.is_some() && report.kind != Kind::Delivery {
        let mut to = report.returned.to();
        guessed = to.next().filter(|_| to.next().is_none()).map(String::from);
        recipients.extend(guessed.as_deref().map(|address| (address, None)));
    }
    if recipients.is_empty() && report.kind != Kind::Delivery {
        return;
    }
    let what = action(reader, text);
    let alone = recipients.len() == 1;
    let entries = recipients.into_iter().map(|(address, found)| {
        let reason = found.map(|found| found.reason.as_str()).filter(|reason| !reason.is_empty());
        let with_code = reason.filter(|reason| reply_code(reason).is_some());
        // The one reply in the text is about the one recipient; of several, each has its own reason.
        let reply = scan.reply.as_deref().filter(|_| alone || reason.is_none());
        let said = with_code.or(reply).or(reason).or(scan.details.as_deref());
        let diagnostic = said.and_then(|said| Diagnostic::of("text", said));
        let faults = if guessed.is_some() {
            alloc::vec![Fault::NoStatusPart, Fault::RecipientGuessed]
        } else {
            alloc::vec![Fault::NoStatusPart]
        };
        Entry {
            original: found.and_then(|found| found.expanded_from.as_deref()).map(Told::of),
            last: Some(Told::of(address)),
            action: Some(what),
            status: diagnostic.as_ref().and_then(Diagnostic::enhanced),
            diagnostic,
            faults,
            ..Entry::default()
        }
    });
    let entries: Vec<Entry> = entries.collect();
    report.foreign = !entries.is_empty();
    report.entries = entries;
    report.kind = Kind::Delivery;
}

/// Adds what only the text says: the reason, and the recipient where the group for machines names none.
fn enrich(scan: &Scan, failed: &[String], report: &mut Report) {
    let alone = report.entries.len() == 1;
    let mut to = report.returned.to();
    let to = to.next().filter(|_| to.next().is_none()).map(String::from);
    for entry in &mut report.entries {
        if entry.address().is_none() && alone {
            let [only] = failed else {
                let found = scan.found.first().map(|found| found.address.as_str()).or(to.as_deref());
                if let Some(address) = found {
                    entry.original = Some(Told::of(address));
                    entry.faults.push(Fault::RecipientGuessed);
                }
                continue;
            };
            entry.original = Some(Told::of(only));
        }
        if entry.diagnostic.is_some() {
            continue;
        }
        let mine = |found: &&Found| {
            let told = [&entry.original, &entry.last].into_iter().flatten();
            told.into_iter().any(|told| told.address().eq_ignore_ascii_case(&found.address))
        };
        let reason = scan.found.iter().find(mine).map(|found| found.reason.as_str());
        let reason = reason.filter(|reason| !reason.is_empty());
        let only = scan.reply.as_deref().or(scan.details.as_deref()).filter(|_| alone);
        let reason = reason.or(only);
        entry.diagnostic = reason.and_then(|reason| Diagnostic::of("text", reason));
    }
}

/// The text in front of the part for machines, or all that belongs to the message itself.
fn text(reader: &Reader<'_>, machine: Option<Part<'_, '_>>, limits: &ReadLimits) -> String {
    let end = machine.map_or(usize::MAX, |part| part.header_span().start);
    let inside = |part: &Part<'_, '_>| {
        let mut at = part.parent();
        while let Some(parent) = at {
            if parent.kind() == PartKind::Message && machine.is_none() {
                return true;
            }
            at = parent.parent();
        }
        false
    };
    let mut plain = String::new();
    let mut html = String::new();
    for part in reader.parts().filter(|part| part.kind() == PartKind::Leaf && part.header_span().start < end)
    {
        if plain.len() >= limits.text || inside(&part) {
            break;
        }
        let kind = part.content_type();
        let is_html = kind.is("text", "html");
        let bare = kind.kind().is_empty() || kind.is_kind("multipart");
        if (kind.is_kind("text") || bare) && part.file_name().is_none() {
            let octets = part.body_octets();
            let text = if bare { None } else { part.body_text() };
            let text = text.unwrap_or_else(|| String::from_utf8_lossy(&octets).into_owned());
            let place = if is_html { &mut html } else { &mut plain };
            place.extend(text.chars().take(limits.text));
            place.push('\n');
        }
    }
    if plain.trim().is_empty() { without_tags(&html) } else { plain }
}

/// The text of HTML, roughly: tags become blanks, those that end a line line ends.
fn without_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((text, tag)) = rest.split_once('<') {
        out.push_str(text);
        let Some((tag, behind)) = tag.split_once('>') else { return out };
        // An address in brackets is no tag.
        if tag.contains('@') && !tag.contains(' ') {
            out.push('<');
            out.push_str(tag);
            out.push('>');
        } else {
            let lower: String = tag.chars().take(4).map(|c| c.to_ascii_lowercase()).collect();
            let breaks = ["br", "p", "/p", "div", "/div", "tr", "/tr", "li", "h"]
                .iter()
                .any(|name| lower.starts_with(name));
            out.push(if breaks { '\n' } else { ' ' });
        }
        rest = behind;
    }
    out.push_str(rest);
    out.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", " ")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// The addresses of `X-Failed-Recipients`.
fn failed_recipients(reader: &Reader<'_>, limits: &ReadLimits) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for field in header(reader).filter(|field| field.is_named("X-Failed-Recipients")).take(20) {
        let value = super::field::text(&field, limits.value);
        for address in value.split(',').map(|word| word.trim().trim_matches(['<', '>'])) {
            let new = !found.iter().any(|known| known.eq_ignore_ascii_case(address));
            if new && mailbox(address).is_some() && found.len() < limits.entries.min(100) {
                found.push(address.into());
            }
        }
    }
    found
}
