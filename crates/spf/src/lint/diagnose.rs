//! What is wrong with a word that is no term, and what was meant.
//!
//! law: exactly one error per faulty word; a mend is offered only where every word of it parses

use alloc::format;
use alloc::string::{String, ToString};
use core::net::{Ipv4Addr, Ipv6Addr};
use core::ops::Range;

use super::{Report, Rule, says};
use crate::grammar::{self, VISIBLE};
use crate::record::{ParseError, TermKind};

/// The first lookalike of a version, so that a person can be told what was meant.
pub(super) fn is_meant(text: &[u8]) -> bool {
    let plain = clean(text);
    let start: String = plain.trim_start().chars().take(12).collect::<String>().to_ascii_lowercase();
    start.starts_with("v=spf1")
        || start.starts_with("v = spf")
        || start.starts_with("v=spf ")
        || start.starts_with("spf1")
}

/// A text that does not start as a record does.
pub(super) fn version(text: &[u8], report: &mut Report) {
    let plain = clean(text);
    let rest = plain.trim().trim_matches('"');
    let lower = rest.to_ascii_lowercase();
    let behind = ["v=spf1", "v = spf1", "v= spf1", "v =spf1", "spf1", "v=spf"]
        .iter()
        .find_map(|start| lower.strip_prefix(start).map(str::len));
    let mended = behind.and_then(|length| rest.get(rest.len().saturating_sub(length)..)).and_then(|behind| {
        let behind = behind.trim_start_matches([';', ',', ':', '\t']).replace([';', '\t'], " ");
        let mended = format!("v=spf1 {}", behind.trim());
        Some(mended.trim_end().to_string()).filter(|mended| {
            let digits = behind.starts_with(|c: char| c.is_ascii_digit());
            !digits && grammar::record(mended.as_bytes(), grammar::Faults::End, &mut |_| {}).is_ok()
        })
    });
    let message = "receivers see no SPF record here: it must start with `v=spf1`, then a blank or the end";
    report.add(Rule::NotSpf, 0..text.len(), message.into(), mended);
}

/// Reports the fault of one word. Where the next word belongs to it, gives where that ends, and what both are.
pub(super) fn word(
    text: &[u8],
    range: Range<usize>,
    error: ParseError,
    report: &mut Report,
) -> Option<(usize, TermKind)> {
    let octets = text.get(range.clone()).unwrap_or_default();
    let follows = text.get(range.end..).unwrap_or_default();
    let (rule, message) = classify(octets, error, range.start);
    // Two words that belong together: `- all`, `include: example.org`.
    if let Some(next) = joined(octets, follows) {
        let whole = range.start..range.end.saturating_add(next);
        let glued = text.get(whole.clone()).unwrap_or_default();
        let glued: String = glued.iter().map(|octet| char::from(*octet)).filter(|c| *c != ' ').collect();
        if let Ok(term) = grammar::only_term(glued.as_bytes()) {
            let end = whole.end;
            report.add(Rule::StraySpace, whole, "a blank stands inside this term".into(), Some(glued));
            return Some((end, term.kind));
        }
    }
    let (rule, message, mended) = match split(octets) {
        Some(mended) if rule != Rule::NotAscii => {
            (Rule::LostSpace, "a blank is missing between two terms".to_string(), Some(mended))
        }
        _ => (
            rule,
            message,
            mend(octets).filter(|mended| mended.split(' ').all(|word| word.is_empty() || parses(word))),
        ),
    };
    report.add(rule, range, message, mended);
    None
}

/// Whether a word is a term.
fn parses(word: &str) -> bool {
    grammar::only_term(word.as_bytes()).is_ok()
}

/// Which rule a fault of the grammar belongs to.
fn classify(octets: &[u8], error: ParseError, start: usize) -> (Rule, String) {
    let expected = error.expected;
    let shown = octets.escape_ascii();
    if expected == VISIBLE {
        let message = format!("octet {} is no visible ASCII character; retype the term", error.at);
        return (Rule::NotAscii, message);
    }
    if expected == grammar::MECHANISM {
        let mut message =
            format!("`{shown}` is none of the mechanisms {expected}: the whole record is an error");
        if !octets.contains(&b':') && octets.contains(&b'.') {
            message.push_str("; a host is written `a:NAME`, another domain's record `include:NAME`");
        }
        return (Rule::UnknownMechanism, message);
    }
    let rule = match expected {
        _ if expected.contains("qualifier") => Rule::QualifiedModifier,
        _ if expected.contains("address") && !expected.contains("top label") => Rule::BadAddress,
        _ if expected.contains("number up to 255") || expected.contains("leading zeros") => Rule::BadAddress,
        _ if expected.contains("prefix length") => Rule::BadPrefix,
        _ if expected.contains("domain") || expected.contains("top label") => Rule::BadDomain,
        _ if expected.contains("macro") || expected.contains('%') || expected.contains('}') => Rule::BadMacro,
        _ if expected.contains("above zero") => Rule::BadMacro,
        _ => Rule::Syntax,
    };
    let column = error.at.saturating_sub(start);
    (rule, format!("in `{shown}`, column {column}: {}", says(error)))
}

/// Whether a word and the next one belong together; gives how far the next one reaches.
fn joined(octets: &[u8], follows: &[u8]) -> Option<usize> {
    let opens = matches!(octets, [b'+' | b'-' | b'~' | b'?'] | [.., b':' | b'=']);
    let blanks = follows.iter().take_while(|octet| **octet == b' ').count();
    let next = follows.get(blanks..)?;
    let length = next.iter().position(|octet| *octet == b' ').unwrap_or(next.len());
    if opens && length > 0 { blanks.checked_add(length) } else { None }
}

/// Terms that run into each other: `ip4:192.0.2.1-all`, `mxinclude:x.example`.
fn split(octets: &[u8]) -> Option<String> {
    let word = core::str::from_utf8(octets).ok().filter(|word| word.is_ascii() && word.len() < 512)?;
    let lower = word.to_ascii_lowercase();
    let starts = [
        "-all",
        "~all",
        "?all",
        "+all",
        "ip4:",
        "ip6:",
        "include:",
        "exists:",
        "redirect=",
        "exp=",
        "a:",
        "mx:",
    ];
    for start in starts {
        for (at, _) in lower.match_indices(start) {
            let (Some(head), Some(tail)) = (word.get(..at), word.get(at..)) else { continue };
            if head.is_empty() || !parses(head) {
                continue;
            }
            if parses(tail) {
                return Some(format!("{head} {tail}"));
            }
            if let Some(tail) = split(tail.as_bytes()) {
                return Some(format!("{head} {tail}"));
            }
        }
    }
    None
}

/// What was meant, unchecked.
fn mend(octets: &[u8]) -> Option<String> {
    let plain = clean(octets);
    if plain.as_bytes() != octets {
        return Some(plain.trim().trim_matches('"').to_string());
    }
    let trimmed = plain.trim_end_matches([',', ';', '.']);
    if trimmed.len() < plain.len() && parses(trimmed) {
        return Some(trimmed.to_string());
    }
    let sign_length = plain.chars().take_while(|c| "+-~?".contains(*c)).count();
    let (signs, body) = plain.split_at_checked(sign_length)?;
    let sign = signs.chars().next_back().map(String::from).unwrap_or_default();
    if signs.len() > 1 && parses(&format!("{sign}{body}")) {
        return Some(format!("{sign}{body}"));
    }
    if !signs.is_empty() && body.contains('=') && parses(body) {
        return Some(body.to_string());
    }
    if let Some(word) = address(body) {
        return Some(format!("{sign}{word}"));
    }
    let end = body.find([':', '/', '=']).unwrap_or(body.len());
    let (name, rest) = body.split_at_checked(end)?;
    let nearest = nearest(&name.to_ascii_lowercase())?;
    let rest = if nearest == "redirect" || nearest == "exp" {
        rest.replacen(':', "=", 1)
    } else {
        rest.replacen('=', ":", 1)
    };
    let mended = format!("{nearest}{rest}");
    let mended = address(&mended).unwrap_or(mended);
    Some(if nearest == "redirect" || nearest == "exp" { mended } else { format!("{sign}{mended}") })
}

/// An address under the wrong word, or under none.
fn address(body: &str) -> Option<String> {
    let value = match body.split_once(':') {
        Some((name, value))
            if ["ip", "ip4", "ip6", "ipv4", "ipv6", "a"].contains(&&*name.to_ascii_lowercase()) =>
        {
            value
        }
        _ => body,
    };
    let (address, prefix) =
        value.split_once('/').map_or((value, None), |(address, prefix)| (address, Some(prefix)));
    let prefix = prefix.map(|prefix| format!("/{prefix}")).unwrap_or_default();
    if address.parse::<Ipv6Addr>().is_ok() {
        return Some(format!("ip6:{address}{prefix}"));
    }
    let mut octets = [0_u8; 4];
    let mut parts = address.split('.');
    for octet in &mut octets {
        // Leading zeros are read as decimal, which is what people mean.
        *octet = parts.next()?.parse().ok()?;
    }
    if parts.next().is_some() {
        return None;
    }
    Some(format!("ip4:{}{prefix}", Ipv4Addr::from(octets)))
}

/// The known word that is nearly this one.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    match name {
        "ipv4" | "ip" | "ip4" => return Some("ip4"),
        "ipv6" | "ip6" => return Some("ip6"),
        "exits" | "exist" => return Some("exists"),
        _ => {}
    }
    let words = ["include", "exists", "redirect", "ptr", "all", "mx", "exp"];
    words
        .into_iter()
        .find(|word| word.len() > 2 && name != *word && distance_is_one(word.as_bytes(), name.as_bytes()))
}

/// Whether one octet was added, left out, changed, or swapped with the next.
fn distance_is_one(word: &[u8], name: &[u8]) -> bool {
    let same = word.iter().zip(name).take_while(|(a, b)| a == b).count();
    let (word, name) = (word.get(same..).unwrap_or_default(), name.get(same..).unwrap_or_default());
    let tail = |octets: &[u8], from: usize| octets.get(from..).map(<[u8]>::to_vec);
    match (word, name) {
        ([a, b, left @ ..], [c, d, right @ ..]) if a == d && b == c && left == right => true,
        _ => {
            tail(word, 1).is_some_and(|left| left == name)
                || tail(name, 1).is_some_and(|right| right == word)
                || (word.len() == name.len() && tail(word, 1) == tail(name, 1))
        }
    }
}

/// Typographic characters as what was meant; other octets outside ASCII stay as `?`.
fn clean(octets: &[u8]) -> String {
    let text = String::from_utf8_lossy(octets);
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' | '\u{ad}' => plain.push('-'),
            '\u{2018}'..='\u{201f}'
            | '\u{ab}'
            | '\u{bb}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2060}'
            | '\u{feff}' => {}
            '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' | '\t' | '\r' | '\n' => {
                plain.push(' ');
            }
            '\u{2044}' | '\u{2215}' => plain.push('/'),
            '\u{223c}' | '\u{2dc}' | '\u{ff5e}' => plain.push('~'),
            '\u{ff1a}' => plain.push(':'),
            other => plain.push(other),
        }
    }
    plain
}
