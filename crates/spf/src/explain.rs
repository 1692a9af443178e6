//! Says in plain sentences what a record means.
//!
//! in:  a parsed record      out: one sentence per term, and one for what is left
//! law: every term has its sentence, in the order in which receivers look at them

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use crate::record::{DomainSpec, Mechanism, Prefix, Qualifier, Record, TermKind};

/// What one term means.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sentence {
    /// The octets of the term; empty, at the end, for what no term says.
    pub range: Range<usize>,
    /// What it means.
    pub text: String,
}

/// Explains a record to a person who never saw one.
///
/// # Examples
///
/// ```
/// use mailwright_spf::{Record, explain};
///
/// let record = Record::parse(b"v=spf1 mx ip4:192.0.2.0/24 -all")?;
/// let sentences: Vec<String> = explain(&record).into_iter().map(|sentence| sentence.text).collect();
/// assert_eq!(sentences[1], "Hosts with an address in 192.0.2.0/24 may send.");
/// assert_eq!(sentences[2], "All other hosts may not send: their mail should be refused.");
/// # Ok::<(), mailwright_spf::ParseError>(())
/// ```
pub fn explain(record: &Record<'_>) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut ended = false;
    for term in record.terms() {
        let text = match term.kind {
            TermKind::Directive(..) if ended => {
                "This is never looked at, since `all` stands before it.".to_string()
            }
            TermKind::Directive(qualifier, mechanism) => {
                ended |= matches!(mechanism, Mechanism::All);
                directive(record, qualifier, mechanism)
            }
            TermKind::Redirect(_) if has_all(record) => {
                "This is never looked at, since there is an `all`.".to_string()
            }
            TermKind::Redirect(spec) => {
                ended = true;
                format!("For all other hosts the record of {} decides.", name(record, Some(spec)))
            }
            TermKind::Explanation(spec) => {
                format!("The text at {} explains a refusal to the sender.", name(record, Some(spec)))
            }
            TermKind::Unknown => "Receivers ignore this.".to_string(),
        };
        sentences.push(Sentence { range: term.range(), text });
    }
    if !ended {
        let end = record.text().len();
        let text = "Of all other hosts the domain says nothing (neutral).".to_string();
        sentences.push(Sentence { range: end..end, text });
    }
    sentences
}

fn has_all(record: &Record<'_>) -> bool {
    record.directives().any(|(_, mechanism)| matches!(mechanism, Mechanism::All))
}

fn directive(record: &Record<'_>, qualifier: Qualifier, mechanism: Mechanism) -> String {
    let who = match mechanism {
        Mechanism::All => "All other hosts".to_string(),
        Mechanism::Include(spec) => {
            format!("Hosts that the record of {} lets pass", name(record, Some(spec)))
        }
        Mechanism::A { target, prefix } => {
            format!("Hosts with an address of {}{}", name(record, target), near(prefix))
        }
        Mechanism::Mx { target, prefix } => {
            format!("Hosts with an address of a mail host of {}{}", name(record, target), near(prefix))
        }
        Mechanism::Ptr { target } => {
            format!("Hosts whose own host name is {} or lies below it", name(record, target))
        }
        Mechanism::Ip4 { network, prefix: 32 } => format!("The host {network}"),
        Mechanism::Ip4 { network, prefix } => format!("Hosts with an address in {network}/{prefix}"),
        Mechanism::Ip6 { network, prefix: 128 } => format!("The host {network}"),
        Mechanism::Ip6 { network, prefix } => format!("Hosts with an address in {network}/{prefix}"),
        Mechanism::Exists(spec) => {
            format!("Hosts for which the name {} has an IPv4 address", name(record, Some(spec)))
        }
    };
    let what = match qualifier {
        Qualifier::Pass => "may send.",
        Qualifier::Fail => "may not send: their mail should be refused.",
        Qualifier::SoftFail => "probably may not send: their mail should be looked at closely.",
        Qualifier::Neutral => "are not judged (neutral).",
    };
    format!("{who} {what}")
}

fn near(prefix: Prefix) -> String {
    match prefix {
        Prefix { v4: 32, v6: 128 } => String::new(),
        Prefix { v4, v6: 128 } => format!(", or near one (first {v4} bits of IPv4)"),
        Prefix { v4: 32, v6 } => format!(", or near one (first {v6} bits of IPv6)"),
        Prefix { v4, v6 } => format!(", or near one (first {v4} bits of IPv4, {v6} of IPv6)"),
    }
}

/// The name, with what its macros stand for.
fn name(record: &Record<'_>, spec: Option<DomainSpec>) -> String {
    let Some(spec) = spec else { return "the domain itself".to_string() };
    let text: String = record.spec_of(&spec).iter().map(|octet| char::from(*octet)).collect();
    let letters: Vec<&str> = [
        ('s', "s the sender"),
        ('l', "l the sender's local part"),
        ('o', "o the sender's domain"),
        ('d', "d the domain"),
        ('i', "i the host's address"),
        ('p', "p the host's name"),
        ('v', "v the kind of address"),
        ('h', "h the HELO name"),
    ]
    .into_iter()
    .filter(|(letter, _)| spec.letters.contains(*letter))
    .map(|(_, text)| text)
    .collect();
    if letters.is_empty() { text } else { format!("{text} ({})", letters.join(", ")) }
}
