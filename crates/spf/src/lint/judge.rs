//! Valid, and still not what anybody wants.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{Ipv4Addr, Ipv6Addr};
use core::ops::Range;

use mailwright_dns::{Name, Text};

use super::{Report, Rule, diagnose};
use crate::grammar;
use crate::record::{Mechanism, Qualifier, Term, TermKind};

/// Looks at the terms one by one.
pub(super) fn terms(text: &[u8], terms: &[Term], report: &mut Report) {
    let mut seen: BTreeSet<Vec<u8>> = BTreeSet::new();
    let mut all: Option<Range<usize>> = None;
    // Each of these may stand once: a second one is no mend.
    let mut taken = [
        ("redirect", terms.iter().any(|term| matches!(term.kind, TermKind::Redirect(_)))),
        ("exp", terms.iter().any(|term| matches!(term.kind, TermKind::Explanation(_)))),
    ];
    for term in terms {
        let octets = text.get(term.range()).unwrap_or_default();
        if all.is_some() {
            let message = "terms behind `all` are never looked at".to_string();
            match term.kind {
                TermKind::Directive(..) => {
                    report.add(Rule::BehindAll, term.range(), message, Some(String::new()));
                }
                TermKind::Redirect(_) | TermKind::Explanation(_) | TermKind::Unknown => {}
            }
        }
        match term.kind {
            TermKind::Directive(qualifier, mechanism) => {
                if matches!(mechanism, Mechanism::All) && all.is_none() {
                    all = Some(term.range());
                    end(qualifier, term, report);
                }
                directive(mechanism, term, octets, report);
            }
            TermKind::Unknown => unknown(term, octets, &mut taken, report),
            TermKind::Redirect(_) | TermKind::Explanation(_) => {}
        }
        name(text, term, report);
        macros(term, report);
        if !matches!(term.kind, TermKind::Unknown) && !seen.insert(octets.to_ascii_lowercase()) {
            let message = "the same term stands earlier; a look-up is spent twice".to_string();
            report.add(Rule::TermTwice, term.range(), message, Some(String::new()));
        }
    }
    let redirect = terms.iter().find(|term| matches!(term.kind, TermKind::Redirect(_)));
    match (all, redirect) {
        (Some(_), Some(redirect)) => {
            let message = "`redirect=` beside `all` is never looked at".to_string();
            report.add(Rule::RedirectBesideAll, redirect.range(), message, Some(String::new()));
        }
        (None, None) if !report.has_errors() => {
            let message =
                "the record has no end: what is not listed is neutral; end it with `~all` or `-all`";
            report.add(Rule::NoEnd, text.len()..text.len(), message.to_string(), None);
        }
        _ => {}
    }
}

fn end(qualifier: Qualifier, term: &Term, report: &mut Report) {
    match qualifier {
        Qualifier::Pass => {
            let message =
                "`+all` lets the whole Internet send for this domain; end with `~all` or `-all`".to_string();
            report.add(Rule::PassAll, term.range(), message, Some("~all".to_string()));
        }
        Qualifier::Neutral => {
            let message = "`?all` says nothing about senders that are not listed; end with `~all` or `-all`"
                .to_string();
            report.add(Rule::NeutralAll, term.range(), message, None);
        }
        Qualifier::Fail | Qualifier::SoftFail => {}
    }
}

fn directive(mechanism: Mechanism, term: &Term, octets: &[u8], report: &mut Report) {
    match mechanism {
        Mechanism::Ptr { .. } => {
            let message =
                "`ptr` must not be used: it is slow and unreliable; list the addresses instead".to_string();
            report.add(Rule::Ptr, term.range(), message, None);
        }
        Mechanism::Ip4 { network, prefix } => {
            if prefix <= 16 {
                // In thousandths of a percent.
                let share = 100_000_u32.checked_shr(u32::from(prefix)).unwrap_or(0);
                let share = format!("{}.{:03} % of all IPv4 addresses", share / 1000, share % 1000);
                wide(term, octets, &share, report);
            }
            if is_private_v4(network) {
                private(term, octets, report);
            }
            let masked = Ipv4Addr::from_bits(
                network.to_bits() & !u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0),
            );
            if masked != network {
                host_bits(term, octets, &network.to_string(), &masked.to_string(), report);
            }
        }
        Mechanism::Ip6 { network, prefix } => {
            if prefix <= 32 {
                wide(term, octets, "a provider's whole allocation or more", report);
            }
            if is_private_v6(network) {
                private(term, octets, report);
            }
            let masked = Ipv6Addr::from_bits(
                network.to_bits() & !u128::MAX.checked_shr(u32::from(prefix)).unwrap_or(0),
            );
            if masked != network {
                let written = octets.iter().map(|octet| char::from(*octet)).collect::<String>();
                let written = written.split_once(':').map_or("", |(_, value)| value);
                let written = written.split('/').next().unwrap_or_default();
                host_bits(term, octets, written, &masked.to_string(), report);
            }
        }
        Mechanism::All
        | Mechanism::Include(_)
        | Mechanism::A { .. }
        | Mechanism::Mx { .. }
        | Mechanism::Exists(_) => {}
    }
}

fn wide(term: &Term, octets: &[u8], share: &str, report: &mut Report) {
    let message =
        format!("`{}` lets {share} send for this domain: list only your senders", octets.escape_ascii());
    report.add(Rule::WideRange, term.range(), message, None);
}

fn private(term: &Term, octets: &[u8], report: &mut Report) {
    let message = format!("`{}` is a private network: nobody comes from there", octets.escape_ascii());
    report.add(Rule::PrivateRange, term.range(), message, Some(String::new()));
}

fn host_bits(term: &Term, octets: &[u8], written: &str, masked: &str, report: &mut Report) {
    let text: String = octets.iter().map(|octet| char::from(*octet)).collect();
    let message = "bits below the prefix length are set; they don't count".to_string();
    report.add(Rule::HostBits, term.range(), message, Some(text.replacen(written, masked, 1)));
}

const fn is_private_v4(network: Ipv4Addr) -> bool {
    network.is_private() || network.is_loopback() || network.is_link_local() || network.is_multicast()
}

fn is_private_v6(network: Ipv6Addr) -> bool {
    let unique_local = network.segments().first().is_some_and(|first| first & 0xfe00 == 0xfc00);
    network.is_loopback() || unique_local || network.is_unicast_link_local() || network.is_multicast()
}

/// Modifiers that nobody knows: ignored by receivers, and often meant as something else.
fn unknown(term: &Term, octets: &[u8], taken: &mut [(&str, bool); 2], report: &mut Report) {
    let text: String = octets.iter().map(|octet| char::from(*octet)).collect();
    let Some((name, value)) = text.split_once('=') else { return };
    let name = name.to_ascii_lowercase();
    let range = term.range();
    match &*name {
        "v" => {
            let message = "a second version: receivers ignore it".to_string();
            report.add(Rule::SecondVersion, range, message, Some(String::new()));
        }
        "include" | "a" | "mx" | "ip4" | "ip6" | "exists" | "ptr" | "all" => {
            let mended = format!("{name}:{value}");
            let mended = Some(mended).filter(|word| grammar::only_term(word.as_bytes()).is_ok());
            let message = format!("`{name}=` is ignored by receivers: a mechanism is written `{name}:`");
            report.add(Rule::MechanismAsModifier, range, message, mended);
        }
        "ra" | "rp" | "rr" => {
            let message = "reporting modifiers are valid, though some checkers complain".to_string();
            report.add(Rule::ReportModifier, range, message, None);
        }
        _ => {
            let meant = diagnose::nearest(&name).filter(|meant| matches!(*meant, "redirect" | "exp"));
            if let Some(meant) = meant {
                let message = format!("`{name}=` is ignored by receivers; `{meant}=` was meant");
                let mended = Some(format!("{meant}={value}"));
                let mended = mended.filter(|word| grammar::only_term(word.as_bytes()).is_ok());
                let slot = taken.iter_mut().find(|(name, _)| *name == meant);
                let free =
                    slot.is_some_and(|(_, taken)| !core::mem::replace(taken, mended.is_some() || *taken));
                let mended = mended.filter(|_| free);
                return report.add(Rule::NearlyKnownModifier, range, message, mended);
            }
            report.add(Rule::UnknownModifier, range, "receivers ignore this modifier".to_string(), None);
        }
    }
}

/// Names without macros that can't be asked for, though the grammar lets them pass.
fn name(text: &[u8], term: &Term, report: &mut Report) {
    let Some(spec) = term.kind.spec().filter(|spec| spec.letters.is_empty()) else { return };
    // A term that was guessed from a faulty word has its ranges elsewhere.
    if grammar::only_term(text.get(term.range()).unwrap_or_default()).is_err() {
        return;
    }
    let octets = text.get(spec.range()).unwrap_or_default();
    let Err(error) = Name::from_dotted(octets) else { return };
    let then = match term.kind {
        TermKind::Redirect(_) | TermKind::Directive(_, Mechanism::Include(_)) => {
            "the whole record is an error there"
        }
        TermKind::Explanation(_) => "no explanation is ever found",
        TermKind::Directive(..) | TermKind::Unknown => "this term never matches",
    };
    let message = format!("nobody can ask for this name, which wants {}: {then}", error.expected);
    let labels: Vec<&[u8]> = octets.split(|octet| *octet == b'.').filter(|label| !label.is_empty()).collect();
    let whole = |range: Range<usize>| text.get(range).unwrap_or_default();
    let mended = [
        whole(term.range().start..spec.range().start),
        &labels.join(&b'.'),
        whole(spec.range().end..term.range().end),
    ];
    let mended = String::from_utf8(mended.concat()).ok();
    let fine = Name::from_dotted(&labels.join(&b'.')).is_ok();
    let mended = mended.filter(|word| fine && grammar::only_term(word.as_bytes()).is_ok());
    report.add(Rule::UnaskableName, term.range(), message, mended);
}

fn macros(term: &Term, report: &mut Report) {
    let Some(spec) = term.kind.spec() else { return };
    if spec.letters.contains('p') {
        let message = "`%{p}` must not be used: up to eleven questions, and an unreliable answer".to_string();
        report.add(Rule::MacroP, term.range(), message, None);
    }
    if spec.letters.depends_on_sender() && !matches!(term.kind, TermKind::Explanation(_)) {
        let message =
            "the name is made of the sender: results can't be kept, and senders show in foreign logs";
        report.add(Rule::SenderMacro, term.range(), message.to_string(), None);
    }
}

/// Looks at the record as a whole.
pub(super) fn record(text: &[u8], terms: &[Term], report: &mut Report) {
    let mut lookups = terms.iter().filter(|term| term.kind.is_lookup());
    if let Some(eleventh) = lookups.nth(10) {
        let message = format!(
            "{} terms of this record alone ask the DNS, 10 are allowed: receivers give up here",
            lookups.count().saturating_add(11)
        );
        report.add(Rule::TooManyLookups, eleventh.range(), message, None);
    }
    if text.len() > 450 {
        let message = format!("{} octets: above 450 the answer may not fit into one packet", text.len());
        report.add(Rule::Long, 450..text.len(), message, None);
    }
}

/// Looks at all TXT records of the name together.
pub(super) fn set(texts: &[Text], record: &Text, records: &[&Text], report: &mut Report) {
    let whole = 0..record.joined().len();
    if records.len() > 1 {
        let message =
            format!("there are {} SPF records at this name, one is allowed: merge them", records.len());
        report.add(Rule::TwoRecords, whole.clone(), message, merge(records));
    }
    for text in texts {
        let joined = text.joined();
        if joined.get(..7).is_some_and(|start| start.eq_ignore_ascii_case(b"spf2.0/")) {
            let message = "a Sender ID record stands beside: remove it, nobody reads it".to_string();
            report.add(Rule::SenderId, 0..0, message, None);
        } else if diagnose::is_meant(joined) && !grammar::version(joined) && text != record {
            let message = format!("another text looks like SPF but is none: `{}`", shown(joined));
            report.add(Rule::Lookalike, 0..0, message, None);
        }
    }
    let total: usize = texts.iter().map(|text| text.wire_len().saturating_add(12)).sum();
    for (limit, why) in [(1232, "the answer needs TCP"), (512, "old resolvers need TCP for the answer")] {
        if total > limit {
            let message =
                format!("the {} TXT records of this name take {total} octets together: {why}", texts.len());
            report.add(Rule::Long, whole, message, None);
            break;
        }
    }
    for cut in record.cuts() {
        let inside =
            |at: Option<usize>| at.and_then(|at| record.joined().get(at)).is_some_and(|octet| *octet != b' ');
        if inside(cut.checked_sub(1)) && inside(Some(cut)) {
            let message =
                "one string of the record ends inside this term; strings are joined without a blank"
                    .to_string();
            report.add(Rule::CutInsideTerm, term_at(record.joined(), cut), message, None);
        }
    }
}

/// The word around an octet.
fn term_at(text: &[u8], at: usize) -> Range<usize> {
    let (before, after) = text.split_at_checked(at).unwrap_or_default();
    let start = before.iter().rposition(|octet| *octet == b' ').map_or(0, |blank| blank.saturating_add(1));
    let end = after.iter().position(|octet| *octet == b' ').unwrap_or(after.len());
    start..at.saturating_add(end)
}

/// One record out of several: all terms of each but `all` and the modifiers, then the strictest `all`.
fn merge(records: &[&Text]) -> Option<String> {
    let mut merged = String::from("v=spf1");
    let mut end: Option<Qualifier> = None;
    let mut seen = BTreeSet::new();
    let mut modifiers = Vec::new();
    for record in records {
        let record = crate::record::Record::parse(record.joined()).ok()?;
        for term in record.terms() {
            let text: String = record.text_of(term).iter().map(|octet| char::from(*octet)).collect();
            match term.kind {
                // The softer end is kept: merging must not refuse more than either record did.
                TermKind::Directive(qualifier, Mechanism::All) => {
                    let rank = |q: Qualifier| {
                        [Qualifier::Fail, Qualifier::SoftFail, Qualifier::Neutral, Qualifier::Pass]
                            .iter()
                            .position(|other| *other == q)
                    };
                    end =
                        Some(end.map_or(qualifier, |end| {
                            if rank(qualifier) > rank(end) { qualifier } else { end }
                        }));
                }
                TermKind::Directive(..) => {
                    if seen.insert(text.to_ascii_lowercase()) {
                        merged.push(' ');
                        merged.push_str(&text);
                    }
                }
                TermKind::Redirect(_) => return None,
                TermKind::Explanation(_) => modifiers.push(text),
                TermKind::Unknown => {}
            }
        }
    }
    if let Some(end) = end {
        merged.push(' ');
        merged.push(end.sign());
        merged.push_str("all");
    }
    if let Some(exp) = modifiers.first() {
        merged.push(' ');
        merged.push_str(exp);
    }
    Some(merged)
}

/// The start of a text.
fn shown(text: &[u8]) -> String {
    text.get(..40).unwrap_or(text).escape_ascii().to_string()
}
