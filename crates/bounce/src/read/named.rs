//! Finds the address that a line names, and how plainly it is named.
//!
//! in:  a line for people      out: an address, its rank, what stands behind it
//! law: an address that belongs to somebody else, as its label or the word before it says, is none

use super::entry::mailbox;

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

/// An address that a line names.
pub(super) struct Named<'t> {
    pub(super) address: &'t str,
    pub(super) expanded_from: Option<&'t str>,
    pub(super) rank: Rank,
    /// What stands behind it.
    pub(super) rest: &'t str,
}

/// The address that a line names.
pub(super) fn candidate(line: &str) -> Option<Named<'_>> {
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
pub(super) fn expanded_from(text: &str) -> Option<(&str, &str)> {
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
    c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.@[]".contains(c)
}

/// What stands behind `mark`, which is searched without case.
pub(super) fn behind<'t>(line: &'t str, mark: &str) -> Option<&'t str> {
    let windows = line.as_bytes().windows(mark.len());
    let at = windows.into_iter().position(|window| window.eq_ignore_ascii_case(mark.as_bytes()))?;
    line.get(at.saturating_add(mark.len())..)
}

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
