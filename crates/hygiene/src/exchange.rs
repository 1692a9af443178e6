//! Carries suppressions from one system to another: a line a block, fields parted by tabs.
//!
//! in:  a key and its record, or a line      out: lines, or a key and a block
//! law: what is written is read back; a line that can't be read is named by its column, and nothing is guessed

use alloc::format;
use alloc::string::String;

use crate::key::{Key, KeyError};
use crate::record::{Block, Reason, Record};

/// The lines of a record: key, reason, cause or `-`, since, until or `-`; times in Unix seconds.
///
/// Sightings that decided nothing yet are left out: another system would count them by other rules.
///
/// # Examples
///
/// ```
/// use mailwright_hygiene::{Block, Key, Reason, Record, Scope, read_line, write_line};
///
/// let key = Key::mailbox("ann@example.net".parse()?, Scope::All);
/// let line = write_line(&key, &Block::new(Reason::Blocked, 1_790_000_000, None));
/// assert_eq!(line, "mailbox ann@example.net all\tblocked\t-\t1790000000\t-");
/// let (read, block) = read_line(&line).unwrap();
/// assert_eq!((read, Record::default().with_block(block).blocked()), (key, Some(block)));
/// # Ok::<(), mailwright_hygiene::KeyError>(())
/// ```
pub fn write_line(key: &Key, block: &Block) -> String {
    let cause = block.cause.map_or("-", mailwright_reply::Cause::name);
    match block.until {
        Some(until) => format!("{key}\t{}\t{cause}\t{}\t{until}", block.reason, block.since),
        None => format!("{key}\t{}\t{cause}\t{}\t-", block.reason, block.since),
    }
}

/// Reads a line; [`Record::with_block`] takes it into the record that stands there.
///
/// # Errors
///
/// The first field that is none, with its octet: show the line to whoever made it, and go on with the next.
pub fn read_line(line: &str) -> Result<(Key, Block), ExchangeError> {
    let line = line.trim_end_matches(['\r', '\n']);
    let mut at = 0_usize;
    let mut fields = line.split('\t').map(|field| {
        let start = at;
        at = at.saturating_add(field.len()).saturating_add(1);
        (start, field)
    });
    let mut field = |expected| fields.next().ok_or(ExchangeError { at: line.len(), expected });
    let (start, key) = field("a key")?;
    let key = key.parse().map_err(|error: KeyError| ExchangeError {
        at: start.saturating_add(error.at),
        expected: error.expected,
    })?;
    let (start, name) = field("a reason")?;
    let expected = "gone, unreachable, complained, unsubscribed or blocked";
    let reason = Reason::ALL.iter().copied().find(|reason| reason.name() == name);
    let reason = reason.ok_or(ExchangeError { at: start, expected })?;
    let (start, name) = field("a cause or -")?;
    let cause = match name {
        "-" => None,
        _ => Some(name.parse().map_err(|_| ExchangeError { at: start, expected: "a cause or -" })?),
    };
    let expected = "Unix seconds";
    let (start, text) = field(expected)?;
    let since = text.parse().map_err(|_| ExchangeError { at: start, expected })?;
    let expected = "Unix seconds or -";
    let (start, text) = field(expected)?;
    let until = match text {
        "-" => None,
        _ => Some(text.parse().map_err(|_| ExchangeError { at: start, expected })?),
    };
    match fields.next() {
        None => Ok((key, Block { reason, cause, since, until })),
        Some((at, _)) => Err(ExchangeError { at, expected: "the end of the line" }),
    }
}

impl Record {
    /// The lines of all its blocks under `key`, each with its line end.
    pub fn to_lines(&self, key: &Key) -> String {
        let mut lines = String::new();
        for block in self.blocks() {
            lines.push_str(&write_line(key, &block));
            lines.push('\n');
        }
        lines
    }
}

/// A line could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} at octet {at}")]
#[non_exhaustive]
pub struct ExchangeError {
    /// The octet of the line, 0-based.
    pub at: usize,
    /// What was expected there.
    pub expected: &'static str,
}
