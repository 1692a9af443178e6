//! Compares who wrote a message, who sends it and who gets it.
//!
//! in:  the mailboxes of From, Sender, Reply-To, To and Cc      out: notes on authors, senders and repeated recipients
//! law: at most 128 mailboxes of a list are compared (RFC 5322 §3.6.2)

use super::{KEPT, Listed};
use crate::checks::Facts;
use crate::checks::html::same_organisation;
use crate::grammar::addresses::{Address, Addresses};
use crate::grammar::mailbox::Mailbox;
use crate::grammar::row;
use crate::profile::Context;
use crate::rules::Id;
use crate::validate::section::{Entry, Section};
use crate::validate::sink::Sink;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// Free-mail domains that publish a strict DMARC policy or are written to by everybody; 2025-08.
static FREE_MAIL: [&[u8]; 14] = [
    b"aol.com",
    b"gmail.com",
    b"gmx.com",
    b"gmx.de",
    b"gmx.net",
    b"googlemail.com",
    b"hotmail.com",
    b"icloud.com",
    b"live.com",
    b"mail.ru",
    b"outlook.com",
    b"proton.me",
    b"web.de",
    b"yahoo.com",
];

/// One mailbox of a list, as far as mailboxes are compared.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    /// `local@domain` in UTF-8, in whatever case.
    address: Cow<'a, [u8]>,
    /// Where the domain begins.
    domain: usize,
}

impl<'a> Seen<'a> {
    pub(super) fn new(mailbox: &Mailbox<'a>) -> Self {
        let (address, domain) = mailbox.spec();
        Self { address, domain }
    }

    /// The address in lower case.
    pub(super) fn lower(&self) -> Vec<u8> {
        self.address.to_ascii_lowercase()
    }

    fn is(&self, address: &[u8]) -> bool {
        self.address.eq_ignore_ascii_case(address)
    }
}

/// One author in lower case, as octets of UTF-8.
#[derive(Debug)]
pub(crate) struct Kept {
    address: Vec<u8>,
    /// Where the domain begins.
    domain: usize,
}

impl Kept {
    pub(super) fn new(seen: &Seen<'_>) -> Self {
        Self { address: seen.lower(), domain: seen.domain }
    }

    pub(crate) fn local(&self) -> &[u8] {
        self.address.get(..self.domain.saturating_sub(1)).unwrap_or_default()
    }

    pub(crate) fn domain(&self) -> &[u8] {
        self.address.get(self.domain..).unwrap_or_default()
    }
}

/// Adds the mailboxes of To or Cc to those before them, and tells which stand there already.
pub(super) fn repeated<'a>(
    section: &Section<'_>,
    entry: &Entry<'_>,
    kept: Vec<Seen<'a>>,
    all: &mut Vec<Seen<'a>>,
    sink: &mut Sink,
) {
    if all.is_empty() && kept.len() == 1 {
        *all = kept;
        return;
    }
    for mailbox in kept {
        if all.iter().any(|seen| seen.is(&mailbox.address)) {
            sink.put(section.field(Id::RecipientRepeated, entry).found(&mailbox.lower()));
        } else if all.len() < KEPT {
            all.push(mailbox);
        }
    }
}

/// Who wrote and who sent: several authors need one sender.
pub(super) fn sender(section: &Section<'_>, authors: &[Kept], senders: Option<&[Seen<'_>]>, sink: &mut Sink) {
    if let (Some(from), None) = (section.find(row::FROM), senders)
        && authors.len() > 1
    {
        sink.put(section.field(Id::SenderMissing, from));
    }
    if let (Some(entry), Some(senders)) = (section.find(row::SENDER), senders) {
        if senders.len() > 1 {
            sink.put(section.field(Id::SenderSeveral, entry).length(senders.len().min(100) as u64, 1));
        } else if let ([sender], [author]) = (senders, authors)
            && sender.is(&author.address)
        {
            // Of several only the first is judged.
            sink.put(section.field(Id::SenderRedundant, entry).mended(entry.is_last()));
        }
    }
}

pub(super) fn from(
    section: &Section<'_>,
    entry: &Entry<'_>,
    listed: &Listed<'_>,
    context: &Context,
    facts: &mut Facts,
    sink: &mut Sink,
) {
    let start = section.base.saturating_add(entry.field.span().start as u64);
    facts.from_at = (start..start.saturating_add(entry.field.octets().len() as u64), section.line);
    if listed.count > 1 {
        sink.put(section.field(Id::FromSeveral, entry).length(listed.count, 1));
    }
    if listed.count == 1 && !listed.named && !has_comment_name(entry.value()) {
        sink.put(section.field(Id::DisplayNameMissing, entry));
    }
    let Some(kept) = facts.authors.first() else { return };
    let domain = kept.domain();
    if !context.own_domains.is_empty()
        && FREE_MAIL.contains(&domain)
        && !context.own_domains.iter().any(|own| own.as_bytes().eq_ignore_ascii_case(domain))
    {
        sink.put(section.field(Id::FromDomainFreeMail, entry).found(domain));
    }
    let silent: [&[u8]; 5] = [b"noreply", b"no-reply", b"no_reply", b"donotreply", b"do-not-reply"];
    if section.find(row::REPLY_TO).is_none() && silent.contains(&kept.local()) {
        sink.put(section.field(Id::NoReplyWithoutReplyTo, entry));
    }
}

/// `alice@example.com (Alice)`, the old way to give a name.
fn has_comment_name(value: &[u8]) -> bool {
    memchr::memchr(b'(', value).is_some()
}

pub(super) fn reply_to(section: &Section<'_>, facts: &Facts, sink: &mut Sink) {
    let (Some(entry), Some(from)) = (section.find(row::REPLY_TO), facts.authors.first()) else { return };
    let from = from.domain();
    for item in Addresses::new(entry.value()).take(KEPT) {
        let Address::Mailbox(mailbox) = item else { continue };
        let domain = String::from_utf8_lossy(&mailbox.domain()).to_ascii_lowercase();
        if domain.is_empty() {
            continue;
        }
        if FREE_MAIL.contains(&domain.as_bytes()) && !FREE_MAIL.contains(&from) {
            sink.put(section.field(Id::ReplyToFreeMail, entry).found(domain.as_bytes()));
        } else if !same_organisation(domain.as_bytes(), from) {
            sink.put(section.field(Id::ReplyToDomainDiffers, entry).found(domain.as_bytes()));
        }
    }
}
