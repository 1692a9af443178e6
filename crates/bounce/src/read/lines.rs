//! Finds recipients, and what was said of them, in the text of a bounce.
//!
//! in:  lines for people      out: addresses by how plainly they are named, each with its reason; where the original begins
//! law: forms are known by their shape, not by who wrote them; one walk over a bounded number of bounded lines

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use super::entry::reply_code;
use super::named::{Named, Rank, behind, candidate, expanded_from};

/// An address and what is said of it.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) address: String,
    /// The address that became this one on the way: `(expanded from: a@b)`.
    pub(super) expanded_from: Option<String>,
    pub(super) rank: Rank,
    pub(super) reason: String,
}

/// What the text holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Scan {
    /// Addresses of the plainest rank, each once.
    pub(super) found: Vec<Found>,
    /// The first reply in the text.
    pub(super) reply: Option<String>,
    /// What stands below a heading that promises the reason.
    pub(super) details: Option<String>,
    /// Octets in front of the original.
    pub(super) original: Option<usize>,
}

/// Scans the text. `ours`: addresses that are not meant, in lower case: who wrote and who gets the report.
pub(super) fn scan(text: &str, ours: &[String], most: usize) -> Scan {
    let mut scan = Scan::default();
    let mut lines: Vec<&str> = Vec::new();
    let mut at = 0_usize;
    for line in text.split_inclusive('\n').take(LINES) {
        let next = at.saturating_add(line.len());
        if begins_original(line) {
            let field = line.split_once(':').is_some_and(|(name, _)| is_field(name));
            scan.original = Some(if field { at } else { next });
            break;
        }
        lines.push(cut(line.trim_end()));
        at = next;
    }
    scan.reply = (0..lines.len()).find_map(|at| said(&lines, at));
    scan.details = details(&lines);
    let mut all: Vec<Found> = Vec::new();
    for at in 0..lines.len() {
        if all.len() >= most {
            break;
        }
        let Some(line) = lines.get(at) else { continue };
        let Some(named) = candidate(line) else { continue };
        if !ours.contains(&named.address.to_ascii_lowercase()) {
            let below = lines.get(at.saturating_add(1)).copied().unwrap_or_default();
            let below = expanded_from(below).map(|(address, _)| address);
            all.push(Found {
                address: named.address.into(),
                expanded_from: named.expanded_from.or(below).map(String::from),
                rank: named.rank,
                reason: reason(&lines, at, &named),
            });
        }
    }
    let best = all.iter().map(|found| found.rank).min();
    let mut seen = alloc::collections::BTreeSet::new();
    all.retain(|found| Some(found.rank) == best && seen.insert(found.address.to_ascii_lowercase()));
    scan.found = all;
    scan
}

/// What is said of the address of line `at`: behind it, below it, or in front of it.
fn reason(lines: &[&str], at: usize, &Named { rank, rest, .. }: &Named<'_>) -> String {
    let mut pieces: Vec<&str> = Vec::new();
    let line = lines.get(at).copied().unwrap_or_default();
    let first = if rank == Rank::Inside { line.trim() } else { rest.trim() };
    if !first.is_empty() {
        pieces.push(first);
    }
    if rank == Rank::Transcript {
        let later = (at.saturating_add(1)..lines.len()).take(4).find_map(|next| said(lines, next));
        return later.unwrap_or_default();
    }
    for line in lines.iter().skip(at.saturating_add(1)).take(REASON) {
        if expanded_from(line).is_some() {
            continue;
        }
        let ends = line.trim().is_empty() && (!pieces.is_empty() || rank != Rank::Colon);
        let other = candidate(line).is_some_and(|other| other.rank <= Rank::Line && other.rank <= rank);
        if ends || other {
            break;
        }
        pieces.push(line.trim());
    }
    let before = at.checked_sub(1).and_then(|before| lines.get(before));
    if pieces.is_empty()
        && rank == Rank::Line
        && let Some(before) = before
        && !before.trim().is_empty()
        && candidate(before).is_none()
    {
        pieces.push(before.trim());
    }
    pieces.join(" ")
}

/// The reply that line `at` quotes, with the lines that go on with it.
fn said(lines: &[&str], at: usize) -> Option<String> {
    let line = lines.get(at)?.trim();
    let marks = ["<<<", ">>>", " said:", "returned:", "response was:", "error was:"];
    let behind =
        marks.iter().filter_map(|mark| behind(line, mark)).min_by_key(|rest| rest.len()).unwrap_or(line);
    let quoted = behind.trim_start_matches([' ', '\t', '(', '[', '#', '\'', '"']);
    match reply_code(quoted) {
        Some((_, 0)) => {}
        Some(_) | None => return None,
    }
    let more = lines.iter().skip(at.saturating_add(1)).take(REASON);
    let more = more
        .map(|line| line.trim())
        .take_while(|line| !line.is_empty() && !line.starts_with(['-', '<', '>', '=']));
    let mut text = String::from(quoted);
    for line in more {
        text.push(' ');
        text.push_str(line);
    }
    Some(text)
}

/// What stands behind the first heading that promises a reason, and in the paragraph below it.
fn details(lines: &[&str]) -> Option<String> {
    let promised = |line: &str| {
        let line = line.trim();
        let heading = HEADINGS.iter().find(|heading| line.to_lowercase().starts_with(**heading))?;
        // A heading that ends in a colon may be followed by the reason itself.
        let behind = line.get(heading.len()..).filter(|_| heading.ends_with(':')).unwrap_or_default();
        Some(behind.trim().to_owned())
    };
    let (heading, behind) = lines.iter().enumerate().find_map(|(at, line)| Some((at, promised(line)?)))?;
    let ruled = |line: &&str| line.trim_matches(['=', '-', '*', ' ']).is_empty();
    let below = lines.iter().copied().skip(heading.saturating_add(1));
    let below = below.skip_while(|line| behind.is_empty() && ruled(line));
    let below: Vec<&str> = below.take_while(|line| !ruled(line)).take(REASON).map(str::trim).collect();
    let text = core::iter::once(behind.as_str()).filter(|text| !text.is_empty()).chain(below);
    let text: Vec<&str> = text.collect();
    (!text.is_empty()).then(|| text.join(" "))
}

/// Does the original begin here?
fn begins_original(line: &str) -> bool {
    let lower = cut(line.trim_end()).to_lowercase();
    if let Some((name, _)) = lower.split_once(':')
        && matches!(
            name,
            "received" | "return-path" | "message-id" | "dkim-signature" | "x-mailer" | "mime-version"
        )
    {
        return true;
    }
    let ruled = lower.trim_start().starts_with("--") || lower.trim_start().starts_with("==");
    let follows = lower.trim_end_matches(['.', ':', '-', ' ']).ends_with("follows");
    (ruled || follows) && ORIGINAL.iter().any(|words| lower.contains(words))
}

fn is_field(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// A line of at most 2000 octets.
fn cut(line: &str) -> &str {
    if line.len() <= LENGTH {
        return line;
    }
    let at = (0..=LENGTH).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
    line.get(..at).unwrap_or_default()
}

/// How the line that parts report and original speaks.
const ORIGINAL: &[&str] = &[
    "original message",
    "original mail",
    "copy of the message",
    "copy of your message",
    "unsent message",
    "header of the original",
    "message header",
    "returned message",
    "message text follows",
    "undelivered message",
    "included is a copy",
    "message follows",
    "forwarded message",
];
/// How a heading above the reason begins.
const HEADINGS: &[&str] = &[
    "technical details",
    "because:",
    "reason:",
    "error message below",
    "error message:",
    "diagnostic information",
    "for the following reason",
    "the error was:",
    "fehlermeldung",
];
/// Lines that are looked at.
const LINES: usize = 2000;
/// Octets of a line that are looked at.
const LENGTH: usize = 2000;
/// Lines of a reason.
const REASON: usize = 12;
