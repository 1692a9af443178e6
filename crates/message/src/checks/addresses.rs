//! Checks address lists.
//!
//! in:  the header section of a message      out: notes on each list, mailbox and display name, with their octets
//! law: the list is walked once; what an addr-spec is good for, the `address` room says (RFC 5322 §3.4, RFC 7103 §7.1)

use crate::checks::html::same_organisation;
use crate::checks::{Facts, script};
use crate::grammar::addresses::{Address, Addresses, Fault};
use crate::grammar::lexer::{CONTROL, has_word_start, is, pairing, trim};
use crate::grammar::mailbox::{Mailbox, is_dot_atom};
use crate::grammar::names::Shape;
use crate::grammar::row;
use crate::profile::Context;
use crate::rules::{Id, Severity};
use crate::validate::look;
use crate::validate::section::{Entry, Section};
use crate::validate::sink::Sink;
use alloc::string::String;
use alloc::vec::Vec;
use mailwright_address::{Fault as SpecFault, Grammar, Reading, Utf8};

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
    let mut authors: Option<Vec<Kept>> = None;
    let mut senders: Option<Vec<Kept>> = None;
    let mut total = 0_u64;
    for entry in &section.entries {
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
                        total = total.saturating_add(listed.count);
                        repeated(section, entry, listed.kept, &mut recipients, sink);
                    }
                    row::FROM => {
                        if filled && facts.from_domains.is_empty() {
                            from(section, entry, &listed, context, facts, sink);
                        }
                        authors.get_or_insert(listed.kept);
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
    let authors = authors.unwrap_or_default();
    sender(section, &authors, senders.as_deref(), sink);
    facts.author = authors.into_iter().next();
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

/// Strict, but for characters outside of US-ASCII, which have a rule of their own.
const fn grammar() -> Grammar {
    Grammar::strict().with_utf8(Utf8::Allowed)
}

/// What one list holds, as far as it is kept.
#[derive(Default)]
struct Listed {
    count: u64,
    kept: Vec<Kept>,
    named: bool,
}

impl Listed {
    /// One more mailbox, and what is odd in it.
    fn add(
        &mut self,
        section: &Section<'_>,
        entry: &Entry<'_>,
        mailbox: &Mailbox<'_>,
        most: usize,
        context: &Context,
        sink: &mut Sink,
    ) {
        self.count = self.count.saturating_add(1);
        self.named |= !mailbox.raw_name().is_empty();
        spec(section, entry, mailbox, context, sink);
        name(section, entry, mailbox, sink);
        if self.kept.len() < most && mailbox.span().len() <= LONGEST {
            self.kept.push(Kept::new(mailbox));
        }
    }
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

    fn domain(&self) -> &str {
        self.address.get(self.domain..).unwrap_or_default()
    }
}

/// What is longer is no address that could be compared, octets.
const LONGEST: usize = 1000;
/// The longest local part, octets (RFC 5321 §4.5.3.1.1).
const LOCAL: usize = 64;
/// Mailboxes of one list that are kept for comparing.
const KEPT: usize = 128;

/// Tells the faults of a list; `most`: how many of its mailboxes are kept.
fn list(section: &Section<'_>, entry: &Entry<'_>, most: usize, context: &Context, sink: &mut Sink) -> Listed {
    let value = entry.value();
    let mut listed = Listed::default();
    let odd = look::HIGH | look::CONTROL | look::FOLD | look::PAREN | look::COLON;
    if let Some(mailbox) = if entry.holds(odd) { None } else { Mailbox::only(value) } {
        listed.add(section, entry, &mailbox, most, context, sink);
        return listed;
    }
    let mut addresses = Addresses::new(value);
    let open_quote = entry.holds(look::QUOTE) && pairing(value).quote.is_some();
    loop {
        let next = addresses.next_telling(&mut |fault, span| {
            // What an open quote swallowed is told by its own rule.
            if !open_quote || fault != Fault::Invalid {
                if crate::fix::mends_list(fault, value, &span) {
                    section.tell(rule_of(fault), entry, span, sink, |note| note);
                } else {
                    sink.put(section.value(rule_of(fault), entry, span).mended(false));
                }
            }
        });
        match next {
            None => return listed,
            Some(Address::GroupStart(_)) => {
                if entry.is(row::FROM) || entry.is(row::SENDER) {
                    sink.put(section.field(Id::GroupInFrom, entry));
                }
            }
            Some(Address::GroupEnd) => {}
            Some(Address::Mailbox(mailbox)) => {
                listed.add(section, entry, &mailbox, most, context, sink);
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

/// What is odd in one addr-spec.
fn spec(section: &Section<'_>, entry: &Entry<'_>, mailbox: &Mailbox<'_>, context: &Context, sink: &mut Sink) {
    let value = entry.value();
    let span = mailbox.address_span();
    let raw = value.get(span.clone()).unwrap_or_default();
    if mailbox.domain.is_empty() && mailbox.local.is_empty() {
        section.tell(Id::AddressInvalid, entry, mailbox.span(), sink, |note| note);
        return;
    }
    let coded = entry.holds(look::QUESTION) && has_word_start(raw);
    if coded && memchr::memmem::find(raw, b"?=").is_some() {
        sink.put(section.value(Id::AddressEncodedWord, entry, span));
        return;
    }
    // One word: all that can be said of it.
    if mailbox.domain.is_empty() && raw.len() <= LOCAL && raw.is_ascii() && is_dot_atom(raw) {
        let place = span.end..span.end.saturating_add(1).min(value.len().max(span.end));
        section.tell(Id::AddressDomainMissing, entry, place, sink, |note| note);
        return;
    }
    let reading = Reading::of(raw, grammar());
    if reading.worst().is_some() {
        let at = memchr::memrchr(b'@', raw).unwrap_or(raw.len());
        for found in reading.faults() {
            let id = spec_rule(found.fault(), found.at() > at, raw, found.at(), mailbox);
            let Some(id) = id else { continue };
            let start = span.start.saturating_add(found.at()).min(span.end);
            let whole = matches!(
                id,
                Id::LocalPartTooLong
                    | Id::LocalPartQuoted
                    | Id::LocalPartQuotedNeedlessly
                    | Id::AddressTooLong
                    | Id::DomainTooLong
            );
            let place =
                if whole { span.clone() } else { start..start.saturating_add(1).min(value.len().max(start)) };
            section.tell(id, entry, place, sink, |note| note);
        }
    }
    if !raw.is_ascii() {
        let severity = if context.smtputf8 == Some(false) { Severity::Error } else { Severity::Hint };
        sink.put(section.value(Id::AddressNonAscii, entry, span).severity(severity));
    }
    domain(section, entry, mailbox, sink);
}

/// The rule for what the `address` room found; `right`: behind the `@`.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is left has no finer rule")]
fn spec_rule(fault: SpecFault, right: bool, raw: &[u8], at: usize, mailbox: &Mailbox<'_>) -> Option<Id> {
    let id = match fault {
        SpecFault::QuotedLocalPart => {
            let local = mailbox.local();
            let inner = local.strip_prefix(b"\"").and_then(|l| l.strip_suffix(b"\"")).unwrap_or_default();
            if is_dot_atom(inner) { Id::LocalPartQuotedNeedlessly } else { Id::LocalPartQuoted }
        }
        SpecFault::AddressLiteral | SpecFault::GeneralLiteral | SpecFault::OneGroupElided => {
            Id::AddressLiteral
        }
        SpecFault::SingleLabel => Id::DomainSingleLabel,
        SpecFault::NumericTopLabel => Id::DomainSpecialUse,
        SpecFault::NonAsciiControl
        | SpecFault::ControlInQuotes
        | SpecFault::ControlInComment
        | SpecFault::ControlInLiteral
        | SpecFault::ControlEscaped
        | SpecFault::BareCr
        | SpecFault::UnexpectedInQuotes
        | SpecFault::UnexpectedInComment => Id::AddressControlOctet,
        SpecFault::Comment | SpecFault::Folding | SpecFault::BesideAt | SpecFault::BetweenWords => {
            Id::AddressCommentInside
        }
        SpecFault::DomainCharacter | SpecFault::LeadingHyphen | SpecFault::TrailingHyphen => Id::DomainSyntax,
        SpecFault::FakeALabel | SpecFault::NotULabel => Id::DomainIdnInvalid,
        SpecFault::LiteralNoAddress
        | SpecFault::LiteralTagMissing
        | SpecFault::Ipv6GroupCount
        | SpecFault::Ipv6GroupsBesideGap
        | SpecFault::Ipv6TwoGaps
        | SpecFault::Ipv6ColonStart
        | SpecFault::Ipv6ColonEnd
        | SpecFault::Ipv6BadGroup
        | SpecFault::UnclosedLiteral
        | SpecFault::UnexpectedInLiteral => Id::AddressLiteralInvalid,
        SpecFault::ObsoleteLocalPart | SpecFault::EscapeInLiteral | SpecFault::NonAsciiEscaped => {
            Id::ObsoleteSyntax
        }
        SpecFault::LocalPartTooLong => Id::LocalPartTooLong,
        SpecFault::LabelTooLong | SpecFault::DomainTooLong => Id::DomainTooLong,
        SpecFault::PathTooLong => Id::AddressTooLong,
        SpecFault::NoDomain => Id::AddressDomainMissing,
        SpecFault::TrailingDot if right => Id::DomainTrailingDot,
        SpecFault::LeadingDot | SpecFault::DoubleDot if right => Id::DomainSyntax,
        SpecFault::LeadingDot | SpecFault::DoubleDot | SpecFault::TrailingDot => Id::LocalPartDots,
        SpecFault::NotUtf8 => Id::AddressEightBitInvalid,
        SpecFault::Unexpected if raw.get(at).is_some_and(|b| is(*b, CONTROL)) => Id::AddressControlOctet,
        // Folds, comments and quotes that don't end have rules of their own.
        SpecFault::ObsoleteFolding | SpecFault::UnclosedComment | SpecFault::UnclosedQuotes => return None,
        _ => Id::AddressInvalid,
    };
    Some(id)
}

fn domain(section: &Section<'_>, entry: &Entry<'_>, mailbox: &Mailbox<'_>, sink: &mut Sink) {
    let raw = entry.value().get(mailbox.domain.clone()).unwrap_or_default();
    if raw.is_empty() || raw.first() == Some(&b'[') {
        return;
    }
    if let Some(severity) = special_use(raw) {
        sink.put(
            section.value(Id::DomainSpecialUse, entry, mailbox.domain.clone()).severity(severity).found(raw),
        );
    }
    if !raw.is_ascii() {
        let mixed = core::str::from_utf8(raw).is_ok_and(|text| text.split('.').any(script::mixes_scripts));
        if mixed {
            sink.put(section.value(Id::DomainMixedScript, entry, mailbox.domain.clone()).found(raw));
        }
    }
}

/// Names that no mail can be sent to from the Internet; those of examples are harmless.
fn special_use(domain: &[u8]) -> Option<Severity> {
    let last = domain.last()?.to_ascii_lowercase();
    let ends = |name: &[u8]| {
        if name.last() != Some(&last) {
            return None;
        }
        let (head, tail) = domain.split_at_checked(domain.len().saturating_sub(name.len()))?;
        (tail.eq_ignore_ascii_case(name) && (head.is_empty() || head.ends_with(b"."))).then_some(())
    };
    if [&b"example.com"[..], b"example.net", b"example.org"].iter().any(|name| ends(name).is_some()) {
        return Some(Severity::Hint);
    }
    let reserved: [&[u8]; 11] = [
        b"localhost",
        b"local",
        b"invalid",
        b"test",
        b"example",
        b"lan",
        b"internal",
        b"home.arpa",
        b"localdomain",
        b"onion",
        b"home",
    ];
    reserved.iter().any(|name| ends(name).is_some()).then_some(Severity::Warning)
}

fn name(section: &Section<'_>, entry: &Entry<'_>, mailbox: &Mailbox<'_>, sink: &mut Sink) {
    let raw = mailbox.raw_name();
    if raw.is_empty() {
        return;
    }
    let span = mailbox.name.start..mailbox.name.start.saturating_add(raw.len());
    let coded = entry.holds(look::QUESTION) && has_word_start(raw);
    let plain = !coded && raw.is_ascii() && memchr::memchr3(b'@', b'(', b'[', raw).is_none();
    if plain {
        return;
    }
    let shown = mailbox.name();
    // An address spelt with encoded-words in quotes is still read by people.
    if memchr::memchr(b'@', shown.as_bytes()).is_some() {
        let own = mailbox.address();
        let written = shown.trim().trim_matches(['\'', '"', '<', '>']);
        if written.eq_ignore_ascii_case(&own) {
            sink.put(section.value(Id::DisplayNameEqualsAddress, entry, span.clone()));
        } else if written.split_whitespace().any(|word| looks_like_address(word, &own)) {
            sink.put(section.value(Id::DisplayNameHasAddress, entry, span.clone()).found(written.as_bytes()));
        }
    }
    if shown.split_whitespace().any(script::mixes_scripts) {
        sink.put(section.value(Id::DisplayNameMixedScript, entry, span.clone()).found(shown.as_bytes()));
    }
    let counter =
        shown.trim_end().strip_suffix(')').and_then(|s| s.rsplit('(').next()).is_some_and(|inside| {
            !inside.is_empty() && inside.len() <= 3 && inside.bytes().all(|b| b.is_ascii_digit())
        });
    let symbol = shown.chars().any(|c| matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f300}'..='\u{1faff}'));
    if (counter || symbol) && entry.is(row::FROM) {
        sink.put(section.value(Id::DisplayNameTitleOrNumber, entry, span).found(shown.as_bytes()));
    }
}

fn looks_like_address(word: &str, own: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    match word.split_once('@') {
        Some((local, domain)) => !local.is_empty() && domain.contains('.') && !word.eq_ignore_ascii_case(own),
        None => false,
    }
}

fn repeated(section: &Section<'_>, entry: &Entry<'_>, kept: Vec<Kept>, all: &mut Vec<Kept>, sink: &mut Sink) {
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
            sink.put(section.field(Id::SenderRedundant, entry));
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
    facts.from_domains = listed.kept.iter().map(|kept| kept.domain().into()).collect();
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
    let (Some(entry), Some(from)) = (section.find(row::REPLY_TO), facts.from_domains.first()) else { return };
    for item in Addresses::new(entry.value()) {
        let Address::Mailbox(mailbox) = item else { continue };
        let domain = String::from_utf8_lossy(&mailbox.domain()).to_ascii_lowercase();
        if domain.is_empty() {
            continue;
        }
        if FREE_MAIL.contains(&domain.as_str()) && !FREE_MAIL.contains(&from.as_str()) {
            sink.put(section.field(Id::ReplyToFreeMail, entry).found(domain.as_bytes()));
        } else if !same_organisation(domain.as_bytes(), from.as_bytes()) {
            sink.put(section.field(Id::ReplyToDomainDiffers, entry).found(domain.as_bytes()));
        }
    }
}
