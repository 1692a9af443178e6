//! Checks address lists.
//!
//! in:  the header section of a message      out: notes on each list, mailbox and display name, with their octets
//! law: the list is walked once; what an addr-spec is good for, the `address` room says (RFC 5322 §3.4, RFC 7103 §7.1)

mod name;
mod parties;
mod spec;

use crate::checks::Facts;
pub(crate) use crate::checks::addresses::parties::Kept;
use crate::checks::addresses::parties::{Seen, from, repeated, reply_to, sender};
use crate::checks::addresses::spec::grammar;
pub(crate) use crate::checks::addresses::spec::{SpecialUse, special_use};
use crate::fix::mends_list;
use crate::grammar::addresses::{Address, Addresses, Fault};
use crate::grammar::lexer::{BLANK, is, trim};
use crate::grammar::mailbox::Mailbox;
use crate::grammar::names::Shape;
use crate::grammar::pairing::pairing;
use crate::grammar::row;
use crate::profile::Context;
use crate::rules::Id;
use crate::validate::kinds::Kind;
use crate::validate::look;
use crate::validate::section::{Entry, Section};
use crate::validate::sink::Sink;
use alloc::vec::Vec;
use core::cell::OnceCell;
use core::ops::Range;
use mailwright_address::{AddressError, Reading};

#[expect(clippy::wildcard_enum_match_arm, reason = "no other shape holds an address")]
pub(crate) fn check(section: &Section<'_>, context: &Context, facts: &mut Facts, sink: &mut Sink) {
    let mut recipients: Vec<Seen<'_>> = Vec::new();
    let mut from_seen = false;
    let mut senders: Option<Vec<Seen<'_>>> = None;
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
                            facts.authors = listed.kept.iter().map(Kept::new).collect();
                            from(section, entry, &listed, context, facts, sink);
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
        facts.recipients = recipients.iter().map(Seen::lower).collect();
    }
    reply_to(section, facts, sink);
}

/// What one list holds, as far as it is kept.
#[derive(Default)]
struct Listed<'a> {
    count: u64,
    kept: Vec<Seen<'a>>,
    named: bool,
    /// It begins with a group.
    grouped: bool,
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
    /// A quote is never closed; asked for by faults alone.
    open_quote: OnceCell<bool>,
    /// Commas and nothing else: without them the field would be empty.
    bare: OnceCell<bool>,
}

/// Tells the faults of a list; `most`: how many of its mailboxes are kept.
fn list<'a>(
    section: &Section<'a>,
    entry: &Entry<'a>,
    most: usize,
    context: &Context,
    sink: &mut Sink,
) -> Listed<'a> {
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
        open_quote: OnceCell::new(),
        bare: OnceCell::new(),
    };
    let mut listed = Listed::default();
    let odd = look::HIGH | look::CONTROL | look::FOLD | look::PAREN | look::COLON;
    if let Some(mailbox) = if entry.holds(odd) { None } else { Mailbox::only(value) } {
        list.mailbox(&mailbox, most, &mut listed);
        list.end();
        return listed;
    }
    let mut addresses = Addresses::new(value);
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

impl<'a> List<'_, 'a> {
    /// One more mailbox, and what is odd in it.
    #[inline]
    fn mailbox(&mut self, mailbox: &Mailbox<'a>, most: usize, listed: &mut Listed<'a>) {
        listed.count = listed.count.wrapping_add(1);
        self.spec(mailbox);
        if !mailbox.raw_name().is_empty() {
            listed.named = true;
            self.name(mailbox);
        }
        if listed.kept.len() < most && mailbox.span.len() <= LONGEST {
            listed.kept.push(Seen::new(mailbox));
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
        let value = self.entry.value();
        if fault == Fault::Invalid {
            // What an open quote swallowed is told by its own rule.
            if !*self.open_quote.get_or_init(|| pairing(value).quote.is_some()) {
                self.tell(Id::AddressInvalid, span);
            }
            return;
        }
        let id = rule_of(fault);
        let bare = || value.iter().all(|b| *b == b',' || is(*b, BLANK));
        if fault == Fault::NullElement && *self.bare.get_or_init(bare) {
            self.section.tell(id, self.entry, span, self.sink, |note| note.mended(false));
        } else if mends_list(fault, value, &span) {
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
