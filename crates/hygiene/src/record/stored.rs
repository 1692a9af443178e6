//! Writes a record as octets and reads it back.
//!
//! in:  a record, or octets from a store      out: the other one
//! law: the first octet is the version; what a later version wrote is refused, not misread

use alloc::vec::Vec;

use mailwright_reply::Cause;

use super::{Block, Reason, Record};

/// The version that is written. It changes when an older reader would misunderstand.
pub(crate) const VERSION: u8 = 1;
const NEVER: u64 = u64::MAX;

/// Stored octets are no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} at octet {at}")]
#[non_exhaustive]
pub struct RecordError {
    /// The octet at which reading stopped, 0-based.
    pub at: usize,
    /// What was expected there.
    pub expected: &'static str,
}

impl Record {
    /// The binary form, at most [`Record::LONGEST`] octets; the first is its version.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::from([VERSION]);
        let mark = |present: bool, bit: u8| if present { bit } else { 0 };
        out.push(
            mark(self.bounced.is_some(), 1)
                | mark(self.complained.is_some(), 2)
                | mark(self.unsubscribed.is_some(), 4)
                | mark(self.blocked.is_some(), 8)
                | mark(self.sighted.is_some(), 16),
        );
        for block in [self.bounced, self.blocked].into_iter().flatten() {
            write_block(&mut out, &block);
        }
        for time in [self.complained, self.unsubscribed].into_iter().flatten() {
            out.extend(time.to_be_bytes());
        }
        if let Some((first, last)) = self.sighted {
            out.extend(first.to_be_bytes());
            out.extend(last.to_be_bytes());
        }
        out.push(u8::try_from(self.days.len()).unwrap_or(0));
        self.days.iter().for_each(|day| out.extend(day.to_be_bytes()));
        out.push(u8::try_from(self.ids.len()).unwrap_or(0));
        self.ids.iter().for_each(|id| out.extend(id.to_be_bytes()));
        out
    }

    /// Reads the binary form.
    ///
    /// # Errors
    ///
    /// Another version, a truncated record, octets behind it, or values that no record has. The stored octets are
    /// then damaged or newer than this program: keep them, and treat the recipient as suppressed until someone looked.
    pub fn from_bytes(octets: &[u8]) -> Result<Self, RecordError> {
        let mut from = Octets::new(octets)?;
        let marks = from.one("the marks of what is there")?;
        if marks >= 32 {
            return Err(RecordError { at: 1, expected: "marks that version 1 knows" });
        }
        let has = |bit: u8| marks & bit != 0;
        let bounced = has(1).then(|| from.block()).transpose()?;
        let blocked = has(8).then(|| from.block()).transpose()?;
        let complained = has(2).then(|| from.time()).transpose()?;
        let unsubscribed = has(4).then(|| from.time()).transpose()?;
        let sighted = has(16).then(|| Ok((from.time()?, from.time()?))).transpose()?;
        let days = from.list(|from| from.array().map(u32::from_be_bytes))?;
        let ids = from.list(|from| from.array().map(u64::from_be_bytes))?;
        let read = from.end(Self { bounced, complained, unsubscribed, blocked, sighted, days, ids })?;
        read.checked(from.at)
    }

    /// Refuses what no sequence of events makes.
    fn checked(mut self, at: usize) -> Result<Self, RecordError> {
        self.bounced = self.bounced.map(Block::settled);
        self.blocked = self.blocked.map(Block::settled);
        let refused = |expected| Err(RecordError { at, expected });
        let ascending = self.days.iter().zip(self.days.iter().skip(1)).all(|(a, b)| a < b);
        let bounce = self.bounced.is_none_or(|b| matches!(b.reason, Reason::Gone | Reason::Unreachable));
        if self.days.len() > Self::KEPT || self.ids.len() > Self::KEPT {
            return refused("at most eight days and eight ids");
        }
        if !ascending || self.sighted.is_some_and(|(first, last)| first > last) {
            return refused("times in order");
        }
        if !bounce || self.blocked.is_some_and(|b| b.reason != Reason::Blocked) {
            return refused("each reason in its place");
        }
        Ok(self)
    }
}

fn write_block(out: &mut Vec<u8>, block: &Block) {
    let reason = Reason::ALL.iter().position(|reason| *reason == block.reason);
    out.push(reason.and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX));
    out.extend(block.since.to_be_bytes());
    out.extend(block.until.unwrap_or(NEVER).to_be_bytes());
    let name = block.cause.map_or("", Cause::name);
    out.push(u8::try_from(name.len()).unwrap_or(0));
    out.extend(name.as_bytes());
}

/// What is left to read.
pub(crate) struct Octets<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Octets<'a> {
    /// The octets behind their version, which must be 1.
    pub(crate) fn new(octets: &'a [u8]) -> Result<Self, RecordError> {
        let mut from = Self { octets, at: 0 };
        if from.one("a version octet")? == VERSION {
            Ok(from)
        } else {
            Err(RecordError { at: 0, expected: "version 1" })
        }
    }

    /// What was read, where nothing stands behind it.
    pub(crate) fn end<T>(&self, read: T) -> Result<T, RecordError> {
        if self.at == self.octets.len() { Ok(read) } else { Err(self.error("the end")) }
    }

    pub(crate) const fn error(&self, expected: &'static str) -> RecordError {
        RecordError { at: self.at, expected }
    }

    /// Text behind its length in four octets.
    #[cfg(feature = "tokens")]
    pub(crate) fn text(&mut self, expected: &'static str) -> Result<&'a str, RecordError> {
        let length = u32::from_be_bytes(self.array()?);
        let at = self.at;
        let octets = self.take(usize::try_from(length).unwrap_or(usize::MAX), expected)?;
        core::str::from_utf8(octets).map_err(|_| RecordError { at, expected })
    }

    fn take(&mut self, many: usize, expected: &'static str) -> Result<&'a [u8], RecordError> {
        let end = self.at.saturating_add(many);
        let taken = self.octets.get(self.at..end).ok_or(RecordError { at: self.octets.len(), expected })?;
        self.at = end;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], RecordError> {
        let at = self.at;
        let taken = self.take(N, "more octets")?;
        taken.try_into().map_err(|_| RecordError { at, expected: "more octets" })
    }

    pub(crate) fn one(&mut self, expected: &'static str) -> Result<u8, RecordError> {
        self.take(1, expected).map(|octets| octets.first().copied().unwrap_or_default())
    }

    pub(crate) fn time(&mut self) -> Result<u64, RecordError> {
        self.array().map(u64::from_be_bytes)
    }

    fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, RecordError>,
    ) -> Result<Vec<T>, RecordError> {
        let at = self.at;
        let many = usize::from(self.one("a count")?);
        if many > Record::KEPT {
            return Err(RecordError { at, expected: "a count of at most eight" });
        }
        (0..many).map(|_| read(self)).collect()
    }

    fn block(&mut self) -> Result<Block, RecordError> {
        let at = self.at;
        let reason = usize::from(self.one("a reason")?);
        let reason = Reason::ALL.get(reason).copied().ok_or(RecordError { at, expected: "a reason" })?;
        let since = self.time()?;
        let until = Some(self.time()?).filter(|until| *until != NEVER);
        let length = usize::from(self.one("the length of a cause")?);
        let at = self.at;
        let expected = "the name of a cause";
        let name = self.take(length, expected)?;
        let cause = match core::str::from_utf8(name) {
            Ok("") => None,
            Ok(name) => Some(name.parse().map_err(|_| RecordError { at, expected })?),
            Err(_) => return Err(RecordError { at, expected }),
        };
        Ok(Block { reason, cause, since, until })
    }
}

/// The form for serde: the fields by name, and the version beside them.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Stored {
    version: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bounced: Option<Block>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    complained: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unsubscribed: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blocked: Option<Block>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sighted: Option<(u64, u64)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    days: Vec<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ids: Vec<u64>,
}

#[cfg(feature = "serde")]
impl From<Record> for Stored {
    fn from(record: Record) -> Self {
        let Record { bounced, complained, unsubscribed, blocked, sighted, days, ids } = record;
        Self { version: VERSION, bounced, complained, unsubscribed, blocked, sighted, days, ids }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Stored> for Record {
    type Error = RecordError;

    fn try_from(stored: Stored) -> Result<Self, RecordError> {
        let Stored { version, bounced, complained, unsubscribed, blocked, sighted, days, ids } = stored;
        if version != VERSION {
            return Err(RecordError { at: 0, expected: "version 1" });
        }
        Self { bounced, complained, unsubscribed, blocked, sighted, days, ids }.checked(0)
    }
}
