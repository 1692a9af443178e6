//! Checks one addr-spec of a list.
//!
//! in:  a mailbox of a list      out: notes on its local part and its domain, with their octets
//! law: what an addr-spec is good for, the `address` room says; its faults are told by the rules of this room
//!      (RFC 5322 §3.4.1, RFC 6761)

use crate::checks::addresses::List;
use crate::checks::script;
use crate::grammar::lexer::{ALNUM, ATEXT, CONTROL, has_word_start, is};
use crate::grammar::mailbox::{Mailbox, is_dot_atom};
use crate::grammar::marks;
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
        match Plain::of(raw, mailbox.local.len()) {
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
        if entry.holds(look::HIGH) && !raw.is_ascii() {
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
    /// `sign`: where the `@` stands.
    fn of(raw: &[u8], sign: usize) -> Option<Self> {
        raw.get(sign).filter(|sign| **sign == b'@')?;
        let bits = marks::whole(raw, |lanes| [lanes.atext(), lanes.alnum(), lanes.is(b'.'), lanes.is(b'-')]);
        let single = bits.map_or_else(|| Self::walked(raw, sign), |bits| Self::told(bits, raw, sign))?;
        Some(if single { Self::Single } else { Self::Several })
    }

    /// Is the domain one label? Octet by octet.
    fn walked(raw: &[u8], sign: usize) -> Option<bool> {
        let (local, [_, domain @ ..]) = raw.split_at_checked(sign)? else { return None };
        let good = raw.len() <= MAILBOX && local.len() <= LOCAL && is_ascii_dot_atom(local);
        labels(domain).filter(|_| good).map(|labels| labels == 1)
    }

    /// The same, by one bit for each octet: whether it may stand in an atom, is a letter or digit, a dot, a hyphen. Of so
    /// few octets no part is too long.
    #[expect(clippy::cast_possible_truncation, reason = "so many octets as bits are told")]
    fn told([atext, alnum, dots, hyphens]: [u64; 4], raw: &[u8], sign: usize) -> Option<bool> {
        let sign = 1_u64.wrapping_shl(sign as u32);
        let local = sign.wrapping_sub(1);
        let last = 1_u64.wrapping_shl((raw.len() as u32).wrapping_sub(1));
        let domain = last.wrapping_shl(1).wrapping_sub(1) & !local & !sign;
        // Dots stand one by one, and so do the hyphens of a domain; neither is first or last.
        let marks = dots | hyphens & domain | sign;
        let apart = marks & (marks.wrapping_shl(1) | 1 | last) == 0;
        let known = (atext | dots) & local == local && (alnum | marks) & domain == domain;
        let top = raw.get(64_usize.wrapping_sub((marks & !hyphens).leading_zeros() as usize));
        let good = apart && known && top.is_some_and(u8::is_ascii_alphabetic);
        good.then_some(dots & domain == 0)
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
    match domain {
        // No label of two letters is reserved, and of those of three letters, which most are, only one is.
        [.., b'.', _, _] => None,
        [above @ .., b'.', a, b, c] => match [a, b, c].map(u8::to_ascii_lowercase) {
            [b'c', b'o', b'm'] | [b'n', b'e', b't'] | [b'o', b'r', b'g'] => {
                is_under(above, b"example").then_some(SpecialUse::Examples)
            }
            [b'l', b'a', b'n'] => Some(SpecialUse::Other),
            _ => None,
        },
        _ => long_label(domain),
    }
}

/// The same of a domain whose last label is longer, or the only one.
fn long_label(domain: &[u8]) -> Option<SpecialUse> {
    let dot = domain.iter().rposition(|b| *b == b'.');
    let last = domain.get(dot.map_or(0, |dot| dot.saturating_add(1))..).unwrap_or_default();
    let above = dot.and_then(|dot| domain.get(..dot)).unwrap_or_default();
    let mut lower = [0_u8; 11];
    let lower = lower.get_mut(..last.len())?;
    lower.copy_from_slice(last);
    lower.make_ascii_lowercase();
    match &*lower {
        b"arpa" => is_under(above, b"home").then_some(SpecialUse::Other),
        b"localhost" | b"local" | b"invalid" | b"test" | b"example" | b"lan" | b"internal"
        | b"localdomain" | b"onion" | b"home" => Some(SpecialUse::Other),
        _ => None,
    }
}

/// Does a domain end with that label?
fn is_under(domain: &[u8], label: &[u8]) -> bool {
    domain
        .split_at_checked(domain.len().wrapping_sub(label.len()))
        .is_some_and(|(head, tail)| tail.eq_ignore_ascii_case(label) && matches!(head, [] | [.., b'.']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn a_plain_address_is_told_by_its_bits_as_by_its_octets() {
        let pieces = [&b"a"[..], b"bcdefghij", b".", b"@", b"-", b"\xC3\xA9", b"x-y_z0123456789", b"7"];
        for number in 0..8_usize.pow(5) {
            let raw: Vec<u8> = (0..5).flat_map(|at| pieces[number / 8_usize.pow(at) % 8]).copied().collect();
            let Some(sign) = raw.iter().position(|b| *b == b'@') else { continue };
            let told = Plain::of(&raw, sign).map(|plain| matches!(plain, Plain::Single));
            assert_eq!(told, Plain::walked(&raw, sign), "{raw:?}");
        }
    }

    #[test]
    fn reserved_names_are_known_in_any_case() {
        let told = |domain: &str| special_use(domain.as_bytes());
        for domain in ["example.com", "a.EXAMPLE.Org", "example.net"] {
            assert_eq!(told(domain), Some(SpecialUse::Examples), "{domain}");
        }
        for domain in ["localhost", "a.LAN", "lan", "home.arpa", "b.home.arpa", "x.test", "a.localdomain"] {
            assert_eq!(told(domain), Some(SpecialUse::Other), "{domain}");
        }
        for domain in
            ["", "com", ".com", "myexample.com", "a.de", "a..", ".a", "arpa", "nothome.arpa", "lan."]
        {
            assert_eq!(told(domain), None, "{domain}");
        }
    }
}
