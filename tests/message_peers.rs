//! The same messages for us, for mail-parser and for Python's `email`: trees and values are equal, or differ for a listed reason.
//!
//! in:  the messages of the corpus, and one seeded mutation of each      out: differences by class, none without one
//! law: `message_peers_classes.txt` says of each class who reads what, and why ours is the reading we chose

#[path = "message_peers/python.rs"]
mod python;
#[path = "message_peers/reason.rs"]
mod reason;

use mail_parser::{MessageParser, MimeHeaders, PartType};
use mailwright::message::{Address, Addresses, Date, Identifiers, Kind, Reader};
use mailwright_tests::files;
use std::collections::BTreeMap;
use std::fs;

/// What one reader makes of a message, in a form that all can give.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Type and decoded content of each leaf, blanks taken out.
    leaves: Vec<(String, Vec<u8>)>,
    subject: Option<String>,
    from: Option<String>,
    date: Option<i64>,
    id: Option<String>,
}

impl std::fmt::Debug for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?} {:?} {:?}", self.subject, self.from, self.date, self.id)?;
        for (kind, body) in &self.leaves {
            write!(f, " {kind} {} {}", body.len(), body[..body.len().min(60)].escape_ascii())?;
        }
        Ok(())
    }
}

fn squeezed(octets: &[u8]) -> Vec<u8> {
    octets.iter().copied().filter(|b| !b.is_ascii_whitespace() && *b != 0).collect()
}

fn words(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !c.is_control() && *c != '\u{fffd}').collect()
}

fn ours(octets: &[u8]) -> View {
    let reader = Reader::new(octets);
    let leaf = |part: &mailwright::message::Part<'_, '_>| part.kind() == Kind::Leaf;
    let content = |part: mailwright::message::Part<'_, '_>| {
        let kind = part.content_type();
        let name = if kind.kind().is_empty() || kind.subtype().is_empty() {
            "text/plain".to_owned()
        } else {
            format!("{}/{}", String::from_utf8_lossy(kind.kind()), String::from_utf8_lossy(kind.subtype()))
        };
        (name.to_ascii_lowercase(), squeezed(&part.body_octets()))
    };
    let from = reader.field("From").and_then(|field| {
        Addresses::new(field.raw_value()).find_map(|item| match item {
            Address::Mailbox(mailbox) => Some(mailbox.address().to_ascii_lowercase()),
            Address::GroupStart(_) | Address::GroupEnd => None,
        })
    });
    View {
        leaves: reader.parts().filter(leaf).map(content).collect(),
        subject: reader.text("Subject").map(|text| words(&text)),
        from,
        date: reader.field("Date").and_then(|field| Date::parse(field.raw_value()).ok()).map(Date::unix),
        id: reader.field("Message-ID").and_then(|field| {
            Identifiers::new(field.raw_value()).next().map(|id| String::from_utf8_lossy(id).into_owned())
        }),
    }
}

fn theirs(octets: &[u8]) -> Option<View> {
    fn walk(message: &mail_parser::Message<'_>, leaves: &mut Vec<(String, Vec<u8>)>) {
        for part in &message.parts {
            let kind = part.content_type().map_or_else(
                || "text/plain".to_owned(),
                |kind| {
                    format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_ascii_lowercase()
                },
            );
            match &part.body {
                PartType::Multipart(_) => {}
                PartType::Message(inner) => walk(inner, leaves),
                PartType::Text(text) | PartType::Html(text) => leaves.push((kind, squeezed(text.as_bytes()))),
                PartType::Binary(body) | PartType::InlineBinary(body) => leaves.push((kind, squeezed(body))),
            }
        }
    }
    // Where it gives up on octets in its own way, there is nothing to compare.
    let message = std::panic::catch_unwind(|| MessageParser::default().parse(octets)).ok()??;
    let mut view = View {
        subject: message.subject().map(words),
        from: message.from().and_then(|a| a.first()).and_then(|a| a.address()).map(str::to_ascii_lowercase),
        date: message.date().map(mail_parser::DateTime::to_timestamp),
        id: message.message_id().map(str::to_owned),
        ..View::default()
    };
    walk(&message, &mut view.leaves);
    Some(view)
}

/// The names of what differs.
fn differences(one: &View, two: &View) -> Vec<&'static str> {
    let kinds = |view: &View| view.leaves.iter().map(|(kind, _)| kind.clone()).collect::<Vec<_>>();
    let mut found = Vec::new();
    if kinds(one) != kinds(two) {
        found.push("tree");
    } else if one.leaves != two.leaves {
        found.push("body");
    }
    for (name, same) in [
        ("subject", one.subject.clone().unwrap_or_default() == two.subject.clone().unwrap_or_default()),
        ("from", one.from == two.from),
        ("date", one.date == two.date),
        ("id", one.id == two.id),
    ] {
        if !same {
            found.push(name);
        }
    }
    found
}

/// One seeded change: octets gone, twice, other, or a word of the grammar put in.
fn mutated(octets: &[u8], seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut below = |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % most.max(1)
    };
    let tokens: [&[u8]; 10] = [
        b"\r\n",
        b"\r\n ",
        b"--",
        b"=?utf-8?q?=C3=BC?=",
        b"\"",
        b"(",
        b"<",
        b";",
        b"=",
        b"Content-Type: text/html\r\n",
    ];
    let at = below(octets.len());
    let end = (at + 1 + below(20)).min(octets.len());
    let (head, piece, tail) = (&octets[..at], &octets[at..end], &octets[end..]);
    match below(4) {
        0 => [head, tail].concat(),
        1 => [head, piece, piece, tail].concat(),
        2 => [head, tokens[below(tokens.len())], piece, tail].concat(),
        _ => [head, &[b'a' + u8::try_from(below(26)).expect("small")], &piece[1..], tail].concat(),
    }
}

/// Whether `message_peers_classes.txt` explains the class.
fn is_listed(class: &str) -> bool {
    let mut lines = include_str!("message_peers_classes.txt").lines();
    lines.any(|line| line.strip_prefix(class).is_some_and(|rest| rest.starts_with(": ")))
}

#[test]
fn trees_and_values_are_those_of_other_readers_or_differ_for_a_listed_reason() {
    let Some(paths) = files("corpus/messages", "eml") else { return };
    let mut messages = Vec::new();
    for (number, path) in paths.iter().enumerate() {
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let octets = fs::read(path).expect("a message can be read");
        messages.push((format!("{name}#1"), mutated(&octets, number as u64 + 1)));
        messages.push((name, octets));
    }
    let python = python::views(messages.iter().map(|(_, octets)| octets.as_slice()));
    let mut counts: BTreeMap<(&str, &str, &str), u32> = BTreeMap::new();
    let (mut equal, mut unknown) = (0_u32, Vec::new());
    for (number, (name, octets)) in messages.iter().enumerate() {
        let our = ours(octets);
        let peers = [
            ("mail-parser", theirs(octets)),
            ("python", python.as_ref().and_then(|views| views.get(number).cloned().flatten())),
        ];
        for (peer, view) in peers {
            let Some(view) = view else { continue };
            let found = differences(&our, &view);
            equal += u32::from(found.is_empty());
            for what in found {
                match reason::class(peer, what, octets).filter(|class| is_listed(class)) {
                    Some(class) => *counts.entry((class, peer, what)).or_insert(0) += 1,
                    None => unknown.push(format!(
                        "{name} {peer} {what} {:?}\n  {our:?}\n  {view:?}",
                        reason::rules(octets)
                    )),
                }
            }
        }
    }
    for ((class, peer, what), count) in &counts {
        println!("{class}: {peer}, {what}: {count}");
    }
    let total: u32 = counts.values().sum();
    println!(
        "message peers: {equal} views equal, {total} differences of a listed class, {} others",
        unknown.len()
    );
    // Classes were looked for in this corpus; in another the rest is printed, for a person to look at.
    let looked_at = paths.len() == 271 && paths.iter().any(|path| path.ends_with("sa-nice--unicode2.eml"));
    let rest = format!("{} without a class:\n{}", unknown.len(), unknown.join("\n"));
    assert!(unknown.is_empty() || !looked_at, "{rest}");
    if !unknown.is_empty() {
        println!("{rest}");
    }
}
