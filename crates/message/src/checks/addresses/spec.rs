//! Checks one addr-spec of a list.
//!
//! in:  a mailbox of a list      out: notes on its local part and its domain, with their octets
//! law: what an addr-spec is good for, the `address` room says; its faults are told by the rules of this room
//!      (RFC 5322 §3.4.1, RFC 6761)

use crate::checks::addresses::List;
use crate::checks::script;
use crate::grammar::lexer::{ALNUM, ATEXT, CONTROL, has_word_start, is};
use crate::grammar::mailbox::{Mailbox, is_dot_atom};
use crate::rules::{Id, Severity};
use crate::validate::look;
use core::ops::Range;
use mailwright_address::{Fault as SpecFault, Grammar, Reading, Utf8};

/// Strict, but for characters outside of US-ASCII, which have a rule of their own.
pub(super) const fn grammar() -> Grammar {
    Grammar::strict().with_utf8(Utf8::Allowed)
}

/// The longest local part, octets (RFC 5321 §4.5.3.1.1).
const LOCAL: usize = 64;
/// The longest label of a domain, octets (RFC 1035 §2.3.4).
const LABEL: usize = 63;
/// The longest mailbox: a path of 256 octets without its brackets (RFC 5321 §4.5.3.1.3).
const MAILBOX: usize = 254;

impl List<'_, '_> {
    /// What is odd in one addr-spec.
    pub(super) fn spec(&mut self, mailbox: &Mailbox<'_>) {
        let entry = self.entry;
        let span = mailbox.address_span();
        let raw = entry.value().get(span.clone()).unwrap_or_default();
        if mailbox.domain.is_empty() && mailbox.local.is_empty() {
            self.tell(Id::AddressInvalid, mailbox.span());
            return;
        }
        let coded = entry.holds(look::QUESTION) && has_word_start(raw);
        if coded && memchr::memmem::find(raw, b"?=").is_some() {
            self.sink.put(self.section.value(Id::AddressEncodedWord, entry, span));
            return;
        }
        // One word: all that can be said of it.
        if mailbox.domain.is_empty() && raw.len() <= LOCAL && is_ascii_dot_atom(raw) {
            self.tell(Id::AddressDomainMissing, self.octet(span.end));
            return;
        }
        match Plain::of(raw, mailbox) {
            Some(Plain::Several) => {}
            Some(Plain::Single) => self.tell(Id::DomainSingleLabel, self.octet(mailbox.domain.start)),
            None => self.faults(mailbox, raw),
        }
        self.domain(mailbox);
    }

    /// One octet of the value, or its end.
    fn octet(&self, at: usize) -> Range<usize> {
        at..if at < self.entry.value().len() { at.wrapping_add(1) } else { at }
    }

    /// Tells what the `address` room finds in an addr-spec.
    fn faults(&mut self, mailbox: &Mailbox<'_>, raw: &[u8]) {
        let span = mailbox.address_span();
        let mut faults = core::mem::take(&mut self.faults);
        Reading::faults_into(raw, grammar(), &mut faults);
        let at = if faults.is_empty() { None } else { raw.iter().rposition(|b| *b == b'@') };
        let at = at.unwrap_or(raw.len());
        let mut quoted = None;
        for found in &faults {
            let fault = found.fault();
            let id = if fault == SpecFault::QuotedLocalPart {
                Some(*quoted.get_or_insert_with(|| quoted_rule(mailbox)))
            } else {
                spec_rule(fault, found.at() > at, raw, found.at())
            };
            let Some(id) = id else { continue };
            let whole = matches!(
                id,
                Id::LocalPartTooLong
                    | Id::LocalPartQuoted
                    | Id::LocalPartQuotedNeedlessly
                    | Id::AddressTooLong
                    | Id::DomainTooLong
            );
            let place = span.start.saturating_add(found.at()).min(span.end);
            self.tell(id, if whole { span.clone() } else { self.octet(place) });
        }
        self.faults = faults;
        if !raw.is_ascii() && !self.sink.again(Id::AddressNonAscii, self.key) {
            let known = self.context.smtputf8 == Some(false);
            let severity = if known { Severity::Error } else { Severity::Hint };
            self.sink.put(self.section.value(Id::AddressNonAscii, self.entry, span).severity(severity));
        }
    }

    fn domain(&mut self, mailbox: &Mailbox<'_>) {
        let Self { section, entry, .. } = *self;
        let raw = entry.value().get(mailbox.domain.clone()).unwrap_or_default();
        if raw.is_empty() || raw.first() == Some(&b'[') {
            return;
        }
        let about = |id| section.value(id, entry, mailbox.domain.clone()).found(raw);
        match special_use(raw) {
            Some(SpecialUse::Examples) => {
                self.sink.put(about(Id::DomainSpecialUse).severity(Severity::Hint));
            }
            Some(SpecialUse::Other) => self.sink.put(about(Id::DomainSpecialUse)),
            None => {}
        }
        if !raw.is_ascii() {
            let mixed =
                core::str::from_utf8(raw).is_ok_and(|text| text.split('.').any(script::mixes_scripts));
            if mixed {
                self.sink.put(about(Id::DomainMixedScript));
            }
        }
    }
}

/// An addr-spec of US-ASCII against which nothing can be said but perhaps that its domain is one label.
#[derive(Clone, Copy, Debug)]
enum Plain {
    Several,
    Single,
}

impl Plain {
    fn of(raw: &[u8], mailbox: &Mailbox<'_>) -> Option<Self> {
        let (local, [b'@', domain @ ..]) = raw.split_at_checked(mailbox.local.len())? else { return None };
        let good = raw.len() <= MAILBOX && local.len() <= LOCAL && is_ascii_dot_atom(local);
        let labels = labels(domain).filter(|_| good)?;
        Some(if labels == 1 { Self::Single } else { Self::Several })
    }
}

/// How many labels a domain has, where all are letters, digits and single hyphens inside, and the last begins with a
/// letter.
fn labels(domain: &[u8]) -> Option<usize> {
    let (mut count, mut length, mut before) = (1_usize, 0_usize, b'.');
    let mut first = b'.';
    for &b in domain {
        if is(b, ALNUM) {
            if length == 0 {
                first = b;
            }
            length = length.wrapping_add(1);
        } else if !is(before, ALNUM) || length > LABEL {
            return None;
        } else if b == b'.' {
            count = count.wrapping_add(1);
            length = 0;
        } else if b == b'-' {
            length = length.wrapping_add(1);
        } else {
            return None;
        }
        before = b;
    }
    (is(before, ALNUM) && length <= LABEL && first.is_ascii_alphabetic()).then_some(count)
}

/// Is it a dot-atom of US-ASCII?
fn is_ascii_dot_atom(word: &[u8]) -> bool {
    let mut before = b'.';
    for &b in word {
        let good = if b == b'.' { before != b'.' } else { is(b, ATEXT) && b < 128 };
        if !good {
            return false;
        }
        before = b;
    }
    before != b'.'
}

/// Quotes around the local part, which may need them or not.
fn quoted_rule(mailbox: &Mailbox<'_>) -> Id {
    let local = mailbox.local();
    let inner = local.strip_prefix(b"\"").and_then(|l| l.strip_suffix(b"\"")).unwrap_or_default();
    if is_dot_atom(inner) { Id::LocalPartQuotedNeedlessly } else { Id::LocalPartQuoted }
}

/// The rule for what the `address` room found; `right`: behind the `@`.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is left has no finer rule")]
fn spec_rule(fault: SpecFault, right: bool, raw: &[u8], at: usize) -> Option<Id> {
    let id = match fault {
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

/// For what a domain is reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpecialUse {
    /// example.com and its kin, which are harmless.
    Examples,
    Other,
}

/// Names that no mail can be sent to from the Internet.
pub(crate) fn special_use(domain: &[u8]) -> Option<SpecialUse> {
    let dot = domain.iter().rposition(|b| *b == b'.');
    let last = domain.get(dot.map_or(0, |dot| dot.saturating_add(1))..).unwrap_or_default();
    let above = dot.and_then(|dot| domain.get(..dot)).unwrap_or_default();
    let under = |name: &[u8]| {
        let (head, tail) = above.split_at_checked(above.len().saturating_sub(name.len()))?;
        (tail.eq_ignore_ascii_case(name) && (head.is_empty() || head.ends_with(b"."))).then_some(())
    };
    let mut lower = [0_u8; 11];
    let lower = lower.get_mut(..last.len())?;
    lower.copy_from_slice(last);
    lower.make_ascii_lowercase();
    match &*lower {
        b"com" | b"net" | b"org" => under(b"example").map(|()| SpecialUse::Examples),
        b"arpa" => under(b"home").map(|()| SpecialUse::Other),
        b"localhost" | b"local" | b"invalid" | b"test" | b"example" | b"lan" | b"internal"
        | b"localdomain" | b"onion" | b"home" => Some(SpecialUse::Other),
        _ => None,
    }
}
