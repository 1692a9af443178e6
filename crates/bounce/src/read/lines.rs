//! Finds recipients, and what was said of them, in the text of a bounce.
//!
//! in:  lines for people      out: addresses by how plainly they are named, each with its reason; where the original begins
//! law: forms are known by their shape, not by who wrote them; one walk over a bounded number of bounded lines

use alloc::string::String;
use alloc::vec::Vec;

use super::entry::{mailbox, reply_code};

/// How plainly a line names an address as the one that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// `<a@b>:`, then the reason: qmail, Yahoo, GMX, Postfix.
    Colon,
    /// `Recipient: a@b`, behind a word for recipients.
    Labelled,
    /// Alone on a line, or at its start: Exim, Google, Exchange, Sendmail, Notes.
    Line,
    /// `RCPT TO:<a@b>` in a transcript.
    Transcript,
    /// The only address in a sentence.
    Inside,
    /// `To: a@b`: what the original says.
    Field,
}

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

/// An address that a line names.
struct Named<'t> {
    address: &'t str,
    expanded_from: Option<&'t str>,
    rank: Rank,
    /// What stands behind it.
    rest: &'t str,
}

/// The address that a line names.
fn candidate(line: &str) -> Option<Named<'_>> {
    let line = line.trim();
    let named = |(address, rest), rank| Named { address, expanded_from: None, rank, rest };
    if let Some(behind) = behind(line, "rcpt to:") {
        return Some(named(address(behind)?, Rank::Transcript));
    }
    let plain = line.trim_start_matches(['*', '-', '•', '·', '>', ' ', '\t']);
    if let Some((address, rest)) = address(plain) {
        let (expanded_from, rest) =
            expanded_from(rest).map_or((None, rest), |(from, behind)| (Some(from), behind));
        let rest = rest.trim_start();
        if let Some(rest) = rest.strip_prefix(':') {
            return Some(Named { address, expanded_from, rank: Rank::Colon, rest });
        }
        // Two addresses in a sentence: nobody knows which is meant.
        let sentence = rest.starts_with(char::is_alphabetic) && rest.contains('@');
        return (!sentence).then_some(Named { address, expanded_from, rank: Rank::Line, rest });
    }
    let at = line.find('@')?;
    let start = line.get(..at)?.rfind(|c: char| !is_address(c)).map_or(0, |before| {
        before
            .saturating_add(line.get(before..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8))
    });
    let (address, rest) = address(line.get(start..)?)?;
    let rank = rank_behind(plain.get(..plain.find('@')?)?)?;
    (!rest.contains('@')).then(|| named((address, rest), rank))
}

/// How an address is named by what stands in front of it; `None` where that says that it is somebody else's.
fn rank_behind(words: &str) -> Option<Rank> {
    let lower = words.to_lowercase();
    if let Some((label, _)) = lower.split_once(':') {
        let label = label.trim();
        if RECIPIENTS.iter().any(|word| label.ends_with(word)) {
            return Some(Rank::Labelled);
        }
        match label {
            "to" | "cc" => return Some(Rank::Field),
            "from" | "sender" | "reply-to" | "subject" | "contact" | "system contact" => return None,
            _ => {}
        }
    }
    let before = lower.trim_end_matches(is_address).trim_end_matches(['<', '"', '\'']).trim_end();
    if before.ends_with("generated from") {
        return Some(Rank::Inside);
    }
    let word = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    (!matches!(word, "from" | "contact" | "by")).then_some(Rank::Inside)
}

/// The address in `(expanded from: <a@b>)` or `(generated from a@b)` at the start of `text`, and what stands behind it.
fn expanded_from(text: &str) -> Option<(&str, &str)> {
    let inner = text.trim_start().strip_prefix('(')?;
    let inner = inner.strip_prefix("expanded from").or_else(|| inner.strip_prefix("generated from"))?;
    let (inner, behind) = inner.split_once(')')?;
    Some((address(inner.trim_start_matches([':', ' ']))?.0, behind))
}

/// The address at the start of `text`, in brackets, quotes or bare, and what stands behind it.
fn address(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let closing = match text.chars().next()? {
        '<' => Some('>'),
        '"' => Some('"'),
        '\'' => Some('\''),
        '[' => Some(']'),
        _ => None,
    };
    let (word, rest) = if let Some(closing) = closing {
        let inner = text.get(1..)?;
        let (word, rest) = inner.split_once(closing)?;
        (word.trim(), rest)
    } else {
        let end = text.find(|c: char| !is_address(c)).unwrap_or(text.len());
        let word = text.get(..end)?.trim_end_matches(['.', '\'']);
        let literal = word.contains("@[");
        let word = if literal { word } else { word.trim_end_matches(']') };
        (word, text.get(word.len()..)?)
    };
    let scheme = |name: &str| word.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let scheme = ["mailto:", "smtp:", "smtp="].into_iter().find(|name| scheme(name));
    let word = word.get(scheme.map_or(0, str::len)..)?;
    let (_, domain) = word.rsplit_once('@')?;
    let real = domain.contains('.') || domain.starts_with('[') || domain.eq_ignore_ascii_case("localhost");
    (real && mailbox(word).is_some()).then_some((word, rest))
}

fn is_address(c: char) -> bool {
    c.is_alphanumeric()
        || "!#$%&'*+-/=?^_`{|}~.@[]".contains(c)
        || !c.is_ascii() && !c.is_whitespace() && c.is_alphanumeric()
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

/// The paragraph below the first heading that promises a reason.
fn details(lines: &[&str]) -> Option<String> {
    let promises = |line: &&str| {
        let lower = line.trim().to_lowercase();
        HEADINGS.iter().any(|heading| lower.starts_with(heading))
    };
    let heading = lines.iter().position(promises)?;
    let ruled = |line: &&str| line.trim_matches(['=', '-', '*', ' ']).is_empty();
    let below = lines.iter().copied().skip(heading.saturating_add(1)).skip_while(ruled);
    let text: Vec<&str> = below.take_while(|line| !ruled(line)).take(REASON).map(str::trim).collect();
    (!text.is_empty()).then(|| text.join(" "))
}

/// What stands behind `mark`, which is searched without case.
fn behind<'t>(line: &'t str, mark: &str) -> Option<&'t str> {
    let windows = line.as_bytes().windows(mark.len());
    let at = windows.into_iter().position(|window| window.eq_ignore_ascii_case(mark.as_bytes()))?;
    line.get(at.saturating_add(mark.len())..)
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
/// How a label in front of a recipient ends, in lower case.
const RECIPIENTS: &[&str] = &[
    "recipient",
    "recipient(s)",
    "recipients",
    "recipient address",
    "undeliverable address",
    "failed address",
    "invalid address",
    "unknown user",
    "empfänger",
    "destinataire",
    "destinatario",
    "destinatário",
    "получатель",
    "宛先",
    "收件人",
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
