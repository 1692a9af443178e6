//! Checks what receivers ask of bulk mail, and whether signatures fit the author.
//!
//! in:  the header section of a message, the sums at its end      out: notes on List- fields, DKIM, envelope and marks
//! law: signatures are read, never verified (RFC 8058, RFC 6376 §3.5, RFC 7489 §3.1)

mod dkim;
mod lists;

use crate::checks::Facts;
use crate::checks::addresses::Kept;
use crate::checks::html::same_organisation;
use crate::grammar::addresses::{Address, Addresses};
use crate::grammar::lexer::trim;
use crate::grammar::row;
use crate::profile::Context;
use crate::rules::{Id, Severity};
use crate::validate::open::Totals;
use crate::validate::section::{Entry, Section};
use crate::validate::sink::{Note, Sink};
use alloc::string::String;

pub(crate) fn check(section: &Section<'_>, context: &Context, facts: &mut Facts, sink: &mut Sink) {
    let signatures = dkim::check(section, facts, sink);
    lists::unsubscribe(section, context, &signatures, facts, sink);
    lists::fields(section, sink);
    envelope(section, context, facts, signatures.is_empty(), sink);
    marks(section, context, facts, sink);
}

pub(crate) fn finish(facts: &Facts, totals: &Totals, context: &Context, sink: &mut Sink) {
    if context.bulk == Some(true) && !totals.unsubscribe && (totals.plain > 0 || totals.html > 0) {
        sink.put(Note::new(
            Id::UnsubscribeLinkMissing,
            facts.section.0.end..facts.section.0.end,
            facts.section.1,
        ));
    }
}

fn envelope(section: &Section<'_>, context: &Context, facts: &Facts, unsigned: bool, sink: &mut Sink) {
    if let (Some(sender), Some(from)) = (&context.mail_from, section.find(row::FROM)) {
        let domain = sender.rsplit('@').next().unwrap_or_default();
        let same = |author: &Kept| same_organisation(author.domain(), domain.as_bytes());
        let related = sender.is_empty() || facts.authors.iter().any(same);
        if !related && !facts.authors.is_empty() {
            let severity = if unsigned { Severity::Warning } else { Severity::Hint };
            sink.put(
                section.field(Id::EnvelopeFromNotAligned, from).severity(severity).found(domain.as_bytes()),
            );
        }
    }
    let to = section.find(row::TO).or_else(|| section.find(row::CC));
    if let Some(entry) = to.filter(|_| !context.recipients.is_empty()) {
        let absent = context
            .recipients
            .iter()
            .find(|to| !facts.recipients.iter().any(|listed| listed.eq_ignore_ascii_case(to.as_bytes())));
        if let Some(absent) = absent {
            sink.put(section.field(Id::EnvelopeRecipientNotInHeader, entry).found(absent.as_bytes()));
        }
    }
}

fn marks(section: &Section<'_>, context: &Context, facts: &Facts, sink: &mut Sink) {
    if let Some(entry) = section.find(row::PRECEDENCE) {
        sink.put(section.field(Id::PrecedenceUsed, entry));
    }
    let robot = facts.authors.first().filter(|_| facts.authors_first).is_some_and(|author| {
        let robots: [&[u8]; 5] =
            [b"mailer-daemon", b"postmaster-daemon", b"autoreply", b"auto-reply", b"vacation"];
        robots.contains(&author.local())
    });
    let report = robot
        && section
            .find(row::CONTENT_TYPE)
            .is_some_and(|entry| crate::ContentType::parse(entry.value()).is("multipart", "report"));
    if let Some(entry) =
        section.find(row::FROM).filter(|_| robot && !report && section.find(row::AUTO_SUBMITTED).is_none())
    {
        sink.put(section.field(Id::AutoSubmittedMissing, entry));
    }
    if context.bulk == Some(true) {
        if section.find(row::FEEDBACK_ID).is_none() {
            sink.put(section.whole(Id::FeedbackIdMissing));
        }
        let urgent = |entry: &&Entry<'_>| {
            let value = trim(entry.value()).to_ascii_lowercase();
            value.starts_with(b"1") || value.starts_with(b"2") || value == b"high" || value == b"urgent"
        };
        let all = section
            .all(row::X_PRIORITY)
            .chain(section.all(row::IMPORTANCE))
            .chain(section.all(row::PRIORITY));
        for entry in all.filter(urgent) {
            sink.put(section.field(Id::PriorityAbused, entry));
        }
    }
    receipt(section, sink);
}

/// Addresses for receipts that are compared.
const RECEIPTS: usize = 16;

fn receipt(section: &Section<'_>, sink: &mut Sink) {
    let (Some(entry), Some(path)) =
        (section.find(row::DISPOSITION_NOTIFICATION_TO), section.find(row::RETURN_PATH))
    else {
        return;
    };
    let path = String::from_utf8_lossy(trim(path.value()).trim_ascii())
        .trim_matches(['<', '>'])
        .to_ascii_lowercase();
    for item in Addresses::new(entry.value()).take(RECEIPTS) {
        if let Address::Mailbox(mailbox) = item
            && mailbox.address().to_ascii_lowercase() != path
        {
            sink.put(section.field(Id::ReceiptRequestElsewhere, entry));
        }
    }
}
