//! Checks address lists.
//!
//! in:  the header section of a message      out: notes on each list, mailbox and display name, with their octets
//! law: the list is walked once; what an addr-spec is good for, the `address` room says (RFC 5322 §3.4, RFC 7103 §7.1)

mod name;
mod spec;

use crate::checks::Facts;
use crate::checks::addresses::spec::grammar;
pub(crate) use crate::checks::addresses::spec::{SpecialUse, special_use};
use crate::checks::html::same_organisation;
use crate::fix::mends_list;
use crate::grammar::addresses::{Address, Addresses, Fault};
use crate::grammar::lexer::{BLANK, is, trim};
use crate::grammar::mailbox::Mailbox;
use crate::grammar::names::Shape;
use crate::grammar::pairing::{pairing, quotes_pair};
use crate::grammar::row;
use crate::profile::Context;
use crate::rules::Id;
use crate::validate::kinds::Kind;
use crate::validate::look;
use crate::validate::section::{Entry, Section};
use crate::validate::sink::Sink;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;
use mailwright_address::{AddressError, Reading};

/// Free-mail domains that publish a strict DMARC policy or are written to by everybody; 2025-08.
static FREE_MAIL: [&str; 14] = [
    "aol.com",
    "gmail.com",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mail.ru",
    "outlook.com",
    "proton.me",
    "web.de",
    "yahoo.com",
];

#[expect(clippy::wildcard_enum_match_arm, reason = "no other shape holds an address")]
pub(crate) fn check(section: &Section<'_>, context: &Context, facts: &mut Facts, sink: &mut Sink) {
    let mut recipients: Vec<Kept> = Vec::new();
    let mut from_seen = false;
    let mut senders: Option<Vec<Kept>> = None;
    let mut total = 0_u64;
    for entry in section.of(Kind::Addressed) {
        let Some(row) = entry.row else { continue };
        match row.shape {
            Shape::Addresses => {
                let filled = entry.holds(look::FILLED);
                let most = match row.number {
                    row::TO | row::CC | row::FROM | row::SENDER => KEPT,
                    _ => 0,
                };
                let listed =
                    if filled { list(section, entry, most, context, sink) } else { Listed::default() };
                match row.number {
                    row::TO | row::CC => {
                        let first = section.find(row::TO).is_some_and(|to| core::ptr::eq(to, entry));
                        if first && listed.grouped && listed.count == 0 {
                            sink.put(section.field(Id::RecipientsUndisclosed, entry));
                        }
                        total = total.saturating_add(listed.count);
                        repeated(section, entry, listed.kept, &mut recipients, sink);
                    }
                    row::FROM => {
                        if filled && facts.authors.is_empty() {
                            from(section, entry, &listed, context, facts, sink);
                            facts.authors = listed.kept;
                            facts.authors_first = !from_seen;
                        }
                        from_seen = true;
                    }
                    row::SENDER => {
                        senders.get_or_insert(listed.kept);
                    }
                    _ => {}
                }
            }
            Shape::Path => path(section, entry, sink),
            _ => {}
        }
    }
    let authors = if facts.authors_first { facts.authors.as_slice() } else { &[] };
    sender(section, authors, senders.as_deref(), sink);
    let limit = sink.profile.thresholds.recipients;
    if let Some(entry) = section.find(row::TO).or_else(|| section.find(row::CC)).filter(|_| total > limit) {
        sink.put(section.field(Id::RecipientsTooMany, entry).length(total, limit));
    }
    if let Some(entry) = section.find(row::TO) {
        let span = entry.field.span().start;
        let at = section.base.saturating_add(span as u64);
        facts.recipients_at = (at..at.saturating_add(entry.field.octets().len() as u64), section.line);
    }
    if !context.recipients.is_empty() {
        facts.recipients = recipients.into_iter().map(|kept| kept.address).collect();
    }
    reply_to(section, facts, sink);
}

/// What one list holds, as far as it is kept.
#[derive(Default)]
struct Listed {
    count: u64,
    kept: Vec<Kept>,
    named: bool,
    /// It begins with a group.
    grouped: bool,
}

/// One mailbox, as it is compared: in lower case.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    address: String,
    /// Where the domain begins.
    domain: usize,
}

impl Kept {
    fn new(mailbox: &Mailbox<'_>) -> Self {
        let (mut address, domain) = mailbox.address_and_domain();
        address.make_ascii_lowercase();
        Self { address, domain }
    }

    pub(crate) fn local(&self) -> &str {
        self.address.get(..self.domain.saturating_sub(1)).unwrap_or_default()
    }

    pub(crate) fn domain(&self) -> &str {
        self.address.get(self.domain..).unwrap_or_default()
    }
}

/// What is longer is no address that could be compared, octets.
const LONGEST: usize = 1000;
/// Mailboxes of one list that are kept for comparing.
const KEPT: usize = 128;

/// The walk over one list.
struct List<'w, 'a> {
    section: &'w Section<'a>,
    entry: &'w Entry<'a>,
    context: &'w Context,
    sink: &'w mut Sink,
    /// What its findings have in common.
    key: u64,
    /// Rules whose finding keeps no more places, and how often they were to be told since.
    counted: [(Option<Id>, u32); 4],
    /// A list that is used again.
    faults: Vec<AddressError>,
    /// A quote is never closed.
    open_quote: bool,
    /// Commas and nothing else: without them the field would be empty.
    bare: bool,
}

/// Tells the faults of a list; `most`: how many of its mailboxes are kept.
fn list(section: &Section<'_>, entry: &Entry<'_>, most: usize, context: &Context, sink: &mut Sink) -> Listed {
    let value = entry.value();
    let key = section.key(entry);
    let mut list = List {
        section,
        entry,
        context,
        sink,
        key,
        counted: [(None, 0); 4],
        faults: Vec::new(),
        open_quote: false,
        bare: value.iter().all(|b| *b == b',' || is(*b, BLANK)),
    };
    let mut listed = Listed::default();
    let odd = look::HIGH | look::CONTROL | look::FOLD | look::PAREN | look::COLON;
    if let Some(mailbox) = if entry.holds(odd) { None } else { Mailbox::only(value) } {
        list.mailbox(&mailbox, most, &mut listed);
        list.end();
        return listed;
    }
    let mut addresses = Addresses::new(value);
    let pairs = !entry.holds(look::QUOTE) || !entry.holds(look::PAREN) && quotes_pair(value);
    list.open_quote = !pairs && pairing(value).quote.is_some();
    while let Some(next) = addresses.next_telling(&mut |fault, span| list.fault(fault, span)) {
        let cost = if next.is_ascii() { 1 } else { 4 };
        let Some(left) = list.sink.addresses.checked_sub(cost) else {
            list.passed_over(addresses.rest());
            // There may be mailboxes.
            listed.grouped = false;
            break;
        };
        list.sink.addresses = left;
        match &next {
            Address::GroupStart(_) => {
                listed.grouped |= listed.count == 0;
                if entry.is(row::FROM) || entry.is(row::SENDER) {
                    list.sink.put(section.field(Id::GroupInFrom, entry));
                }
            }
            Address::GroupEnd => {}
            Address::Mailbox(mailbox) => list.mailbox(mailbox, most, &mut listed),
        }
    }
    list.end();
    listed
}

impl List<'_, '_> {
    /// One more mailbox, and what is odd in it.
    #[inline]
    fn mailbox(&mut self, mailbox: &Mailbox<'_>, most: usize, listed: &mut Listed) {
        listed.count = listed.count.wrapping_add(1);
        self.spec(mailbox);
        if !mailbox.raw_name().is_empty() {
            listed.named = true;
            self.name(mailbox);
        }
        if listed.kept.len() < most && mailbox.span.len() <= LONGEST {
            listed.kept.push(Kept::new(mailbox));
        }
    }

    /// The rest of the list is not judged.
    #[cold]
    #[inline(never)]
    fn passed_over(&mut self, octets: usize) {
        self.sink.addresses = 0;
        self.sink.limit("octets of address lists", octets as u64);
    }

    /// A fault of the list itself.
    fn fault(&mut self, fault: Fault, span: Range<usize>) {
        if fault == Fault::Invalid {
            // What an open quote swallowed is told by its own rule.
            if !self.open_quote {
                self.tell(Id::AddressInvalid, span);
            }
            return;
        }
        let id = rule_of(fault);
        if self.bare && fault == Fault::NullElement {
            self.section.tell(id, self.entry, span, self.sink, |note| note.mended(false));
        } else if mends_list(fault, self.entry.value(), &span) {
            self.tell(id, span);
        } else {
            self.sink.put(self.section.value(id, self.entry, span).mended(false));
        }
    }

    /// A note on a place in the value. Of the hundredth of its rule only the number is kept.
    #[inline]
    fn tell(&mut self, id: Id, span: Range<usize>) {
        for (counted, count) in &mut self.counted {
            if *counted == Some(id) {
                *count = count.saturating_add(1);
                return;
            }
        }
        self.put(id, span);
    }

    #[cold]
    #[inline(never)]
    fn put(&mut self, id: Id, span: Range<usize>) {
        if !self.sink.again(id, self.key) {
            self.sink.put(self.section.value(id, self.entry, span));
        } else if let Some(slot) = self.counted.iter_mut().find(|(counted, _)| counted.is_none()) {
            *slot = (Some(id), 0);
        }
    }

    fn end(self) {
        for (id, count) in self.counted {
            if let Some(id) = id {
                self.sink.more(id, self.key, count);
            }
        }
    }
}

const fn rule_of(fault: Fault) -> Id {
    match fault {
        Fault::Invalid => Id::AddressInvalid,
        Fault::AngleUnclosed => Id::AddressAngleUnclosed,
        Fault::AngleRepeated => Id::AddressAngleRepeated,
        Fault::SeparatorMissing => Id::AddressSeparatorMissing,
        Fault::CommaInsideAngle => Id::AddressCommaInsideAngle,
        Fault::NullElement => Id::AddressListNullElement,
        Fault::NameUnquoted => Id::DisplayNameUnquoted,
        Fault::NameDot => Id::DisplayNameUnquotedDot,
        Fault::GroupUnterminated => Id::GroupUnterminated,
        Fault::GroupNameEmpty => Id::GroupNameEmpty,
        Fault::Route => Id::AddressRoute,
        Fault::DomainMissing => Id::AddressDomainMissing,
    }
}

/// Return-Path holds one path.
fn path(section: &Section<'_>, entry: &Entry<'_>, sink: &mut Sink) {
    let value = trim(entry.value());
    let inner = value.strip_prefix(b"<").and_then(|v| v.strip_suffix(b">"));
    match inner {
        Some(b"") => {}
        Some(inner) if !Reading::of(inner, grammar()).class().is_header() => {
            sink.put(section.field(Id::AddressInvalid, entry));
        }
        Some(_) => {}
        None if value.is_empty() => {}
        None => sink.put(section.field(Id::AddressInvalid, entry).expected("one path in angle brackets")),
    }
}

fn repeated(section: &Section<'_>, entry: &Entry<'_>, kept: Vec<Kept>, all: &mut Vec<Kept>, sink: &mut Sink) {
    if all.is_empty() && kept.len() == 1 {
        *all = kept;
        return;
    }
    for mailbox in kept {
        if all.contains(&mailbox) {
            sink.put(section.field(Id::RecipientRepeated, entry).found(mailbox.address.as_bytes()));
        } else if all.len() < KEPT {
            all.push(mailbox);
        }
    }
}

/// Who wrote and who sent: several authors need one sender.
fn sender(section: &Section<'_>, authors: &[Kept], senders: Option<&[Kept]>, sink: &mut Sink) {
    let least = |kept: &[Kept]| kept.len().min(100);
    if let (Some(from), None) = (section.find(row::FROM), senders)
        && authors.len() > 1
    {
        sink.put(section.field(Id::SenderMissing, from));
    }
    if let (Some(entry), Some(senders)) = (section.find(row::SENDER), senders) {
        if senders.len() > 1 {
            sink.put(section.field(Id::SenderSeveral, entry).length(least(senders) as u64, 1));
        } else if senders.len() == 1 && senders == authors {
            // Of several only the first is judged.
            sink.put(section.field(Id::SenderRedundant, entry).mended(entry.is_last()));
        }
    }
}

fn from(
    section: &Section<'_>,
    entry: &Entry<'_>,
    listed: &Listed,
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
    let Some(kept) = listed.kept.first() else { return };
    let domain = kept.domain();
    let free = FREE_MAIL.contains(&domain);
    if free
        && !context.own_domains.is_empty()
        && !context.own_domains.iter().any(|own| own.eq_ignore_ascii_case(domain))
    {
        sink.put(section.field(Id::FromDomainFreeMail, entry).found(domain.as_bytes()));
    }
    let silent = ["noreply", "no-reply", "no_reply", "donotreply", "do-not-reply"].contains(&kept.local());
    if silent && section.find(row::REPLY_TO).is_none() {
        sink.put(section.field(Id::NoReplyWithoutReplyTo, entry));
    }
}

/// `alice@example.com (Alice)`, the old way to give a name.
fn has_comment_name(value: &[u8]) -> bool {
    memchr::memchr(b'(', value).is_some()
}

fn reply_to(section: &Section<'_>, facts: &Facts, sink: &mut Sink) {
    let (Some(entry), Some(from)) = (section.find(row::REPLY_TO), facts.authors.first()) else { return };
    let from = from.domain();
    for item in Addresses::new(entry.value()).take(KEPT) {
        let Address::Mailbox(mailbox) = item else { continue };
        let domain = String::from_utf8_lossy(&mailbox.domain()).to_ascii_lowercase();
        if domain.is_empty() {
            continue;
        }
        if FREE_MAIL.contains(&domain.as_str()) && !FREE_MAIL.contains(&from) {
            sink.put(section.field(Id::ReplyToFreeMail, entry).found(domain.as_bytes()));
        } else if !same_organisation(domain.as_bytes(), from.as_bytes()) {
            sink.put(section.field(Id::ReplyToDomainDiffers, entry).found(domain.as_bytes()));
        }
    }
}
