//! Remembers what happened to one recipient, small enough to store for everybody.
//!
//! in:  what `apply` noted      out: why the recipient is left alone, and a binary form with a version octet
//! law: `from_bytes(to_bytes(r)) == r`; at most [`Record::LONGEST`] octets, whatever happened

use alloc::vec::Vec;

use mailwright_reply::Cause;

mod stored;

pub use stored::RecordError;
pub(crate) use stored::{Octets, VERSION};

use crate::rules::Rules;

/// Why a recipient is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Reason {
    /// There is no such mailbox, or its domain takes no mail.
    Gone,
    /// The mailbox was full or disabled on several days.
    Unreachable,
    /// The reader called our mail spam; bulk mail ends.
    Complained,
    /// The reader left.
    Unsubscribed,
    /// Somebody wanted it so.
    Blocked,
}

impl Reason {
    /// All of them.
    pub const ALL: &'static [Self] =
        &[Self::Gone, Self::Unreachable, Self::Complained, Self::Unsubscribed, Self::Blocked];

    /// Its name: `gone`, `unreachable`, `complained`, `unsubscribed`, `blocked`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Unreachable => "unreachable",
            Self::Complained => "complained",
            Self::Unsubscribed => "unsubscribed",
            Self::Blocked => "blocked",
        }
    }
}

impl core::fmt::Display for Reason {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

/// That a recipient is left alone: why, since when, until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Block {
    /// Why.
    pub reason: Reason,
    /// What the refusal that decided it meant; none where no refusal did.
    pub cause: Option<Cause>,
    /// Since when, in Unix seconds.
    pub since: u64,
    /// Until when, in Unix seconds; none: for good.
    pub until: Option<u64>,
}

impl Block {
    /// A block without a refusal behind it. `since`, `until`: Unix seconds.
    pub const fn new(reason: Reason, since: u64, until: Option<u64>) -> Self {
        Self { reason, cause: None, since, until }
    }

    /// The same, its end left out where that is the last second there is: nothing ends there, and the binary form has no such end.
    pub(crate) fn settled(self) -> Self {
        Self { until: self.until.filter(|until| *until != u64::MAX), ..self }
    }

    /// Whether it still holds at `now`, in Unix seconds.
    pub fn holds(&self, now: u64) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// What is known of one recipient in one scope.
///
/// # Examples
///
/// ```
/// use mailwright_hygiene::{Block, Reason, Record};
///
/// let record = Record::default().with_block(Block::new(Reason::Blocked, 1_790_000_000, None));
/// let stored = record.to_bytes();
/// assert_eq!(Record::from_bytes(&stored)?, record);
/// # Ok::<(), mailwright_hygiene::RecordError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "stored::Stored", into = "stored::Stored"))]
pub struct Record {
    pub(crate) bounced: Option<Block>,
    pub(crate) complained: Option<u64>,
    pub(crate) unsubscribed: Option<u64>,
    pub(crate) blocked: Option<Block>,
    /// The first and the last doubtful refusal, in Unix seconds.
    pub(crate) sighted: Option<(u64, u64)>,
    /// The days, counted from 1970, on which a soft refusal was seen; ascending.
    pub(crate) days: Vec<u32>,
    /// The ids of the events that were counted last; the newest at the end.
    pub(crate) ids: Vec<u64>,
}

impl Record {
    /// The most octets of the binary form.
    pub const LONGEST: usize = 240;
    /// How many days and how many ids are kept.
    pub(crate) const KEPT: usize = 8;

    /// With one more reason to leave the recipient alone: for imports. Of two blocks of one kind the longer one stays.
    #[must_use]
    pub fn with_block(mut self, block: Block) -> Self {
        let block = block.settled();
        match block.reason {
            Reason::Gone | Reason::Unreachable => self.bounced = Some(longer(self.bounced, block)),
            Reason::Blocked => self.blocked = Some(longer(self.blocked, block)),
            Reason::Complained => {
                self.complained = Some(self.complained.unwrap_or(block.since).max(block.since));
            }
            Reason::Unsubscribed => {
                self.unsubscribed = Some(self.unsubscribed.unwrap_or(block.since).max(block.since));
            }
        }
        self
    }

    /// After a probe has gone out at `now` (Unix seconds): the next may go when the rules say.
    #[must_use]
    pub fn with_probe(mut self, now: u64, rules: &Rules) -> Self {
        if let Some(block) = &mut self.bounced
            && block.until.is_some_and(|until| until <= now)
        {
            block.until = Some(now.saturating_add(rules.probe_every().as_secs()));
            *block = block.settled();
        }
        self
    }

    /// The refusals that it was left alone for.
    pub const fn bounced(&self) -> Option<Block> {
        self.bounced
    }

    /// Since when bulk mail is unwanted, in Unix seconds.
    pub const fn complained(&self) -> Option<u64> {
        self.complained
    }

    /// Since when the reader is gone from the stream, in Unix seconds.
    pub const fn unsubscribed(&self) -> Option<u64> {
        self.unsubscribed
    }

    /// The block that somebody set by hand.
    pub const fn blocked(&self) -> Option<Block> {
        self.blocked
    }

    /// On how many days a soft refusal is remembered.
    pub fn soft_days(&self) -> usize {
        self.days.len()
    }

    /// Every block of it.
    pub fn blocks(&self) -> impl Iterator<Item = Block> {
        let since = |reason, at: Option<u64>| at.map(|since| Block::new(reason, since, None));
        [
            self.bounced,
            since(Reason::Complained, self.complained),
            since(Reason::Unsubscribed, self.unsubscribed),
            self.blocked,
        ]
        .into_iter()
        .flatten()
    }

    /// Whether there is nothing in it worth storing.
    pub fn is_empty(&self) -> bool {
        self.blocks().next().is_none() && self.sighted.is_none() && self.days.is_empty()
    }

    /// Whether the event of this id was counted already.
    pub(crate) fn knows(&self, id: u64) -> bool {
        self.ids.contains(&id)
    }

    pub(crate) fn remember(&mut self, id: u64) {
        if self.ids.len() >= Self::KEPT {
            self.ids.remove(0);
        }
        self.ids.push(id);
    }
}

/// The one that holds longer; of equals the newer.
fn longer(old: Option<Block>, new: Block) -> Block {
    let end = |block: &Block| block.until.unwrap_or(u64::MAX);
    match old {
        Some(old) if end(&old) > end(&new) => old,
        Some(_) | None => new,
    }
}
