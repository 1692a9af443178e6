//! What is stored of a recipient between two attempts.
//!
//! in:  a record, the time      out: the record for that time
//! law: no clock that steps makes an age jump; a record that was lost in part gives the same schedule by age

use core::fmt;
use core::str::FromStr;

use mailwright_reply::Cause;

use crate::record::{Writer, pairs};
use crate::{RecordError, Schedule};

/// What is stored of a recipient between two attempts: a small record, to be stored by compare-and-set before a decision is acted on.
///
/// Its text form is one short line; so is its form in serde.
///
/// # Examples
///
/// ```
/// use mailwright_retry::State;
///
/// let state = State::new(1_764_100_000);
/// assert_eq!(state.to_string(), "1 q=1764100000");
/// assert_eq!("1 q=1764100000".parse(), Ok(state));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State {
    /// When its age began. All times are Unix seconds.
    pub(crate) queued: u64,
    /// When the schedule at hand began.
    pub(crate) since: u64,
    /// The latest time seen.
    pub(crate) seen: u64,
    /// When it is due.
    pub(crate) next: u64,
    pub(crate) attempts: u32,
    /// Attempts under the schedule at hand.
    pub(crate) round: u32,
    pub(crate) cause: Option<Cause>,
    /// How often that cause was seen in a row.
    pub(crate) same: u16,
    /// How often another schedule began.
    pub(crate) turns: u8,
    /// Notices sent.
    pub(crate) notices: u8,
    /// When the last one was.
    pub(crate) noticed: u64,
    /// Whether the sender was told that the time of DELIVERBY is over.
    pub(crate) by_told: bool,
    /// Steps taken at once within the attempt at hand.
    pub(crate) quick: u8,
    /// The changes tried within it, as bits.
    pub(crate) changes: u8,
    /// Marks of hosts whose hint was believed.
    pub(crate) hinted: [u32; Self::HINTS],
    pub(crate) over: bool,
}

impl State {
    /// The longest gap, and the floor by which the last one may pass it.
    const LATEST: u64 = Schedule::LONGEST_GAP.as_secs().saturating_add(Schedule::FLOOR.as_secs());

    /// Hosts whose hint may be believed, for one recipient.
    pub(crate) const HINTS: usize = 4;

    /// A recipient of a message that was queued then, in Unix seconds, and is due at once.
    pub const fn new(queued: u64) -> Self {
        Self {
            queued,
            since: queued,
            seen: queued,
            next: queued,
            attempts: 0,
            round: 0,
            cause: None,
            same: 0,
            turns: 0,
            notices: 0,
            noticed: 0,
            by_told: false,
            quick: 0,
            changes: 0,
            hinted: [0; Self::HINTS],
            over: false,
        }
    }

    /// A recipient of a message that arrived then and is held until its release, both in Unix seconds (RFC 4865).
    ///
    /// Its age begins with the release.
    pub const fn held(arrived: u64, release: u64) -> Self {
        let release = if release < arrived { arrived } else { release };
        Self { seen: arrived, ..Self::new(release) }
    }

    /// When it is due, in Unix seconds.
    pub const fn next(&self) -> u64 {
        self.next
    }

    /// Attempts so far.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// What went wrong last.
    pub const fn last_cause(&self) -> Option<Cause> {
        self.cause
    }

    /// How often that was seen in a row.
    pub const fn same_cause(&self) -> u16 {
        self.same
    }

    /// How many notices of lateness were sent.
    pub const fn notices(&self) -> u8 {
        self.notices
    }

    /// Whether it was delivered or given up.
    pub const fn is_over(&self) -> bool {
        self.over
    }

    pub(crate) const fn age_of(&self, now: u64) -> u64 {
        now.saturating_sub(self.queued)
    }

    /// The record for this time: where the clock stepped, all times step with it.
    ///
    /// It stepped where it is earlier than before, or where `silence` seconds more have passed than were planned.
    pub(crate) fn at(self, now: u64, silence: u64) -> Self {
        // What was tried is never due later than the longest gap; only a release may be.
        let latest = self.seen.saturating_add(Self::LATEST);
        let next = if self.attempts > 0 && self.next > latest { latest } else { self.next };
        Self { next, ..self }.stepped(now, silence)
    }

    fn stepped(self, now: u64, silence: u64) -> Self {
        if let Some(back) = self.seen.checked_sub(now).filter(|back| *back > 0) {
            return self.shifted(|time| time.saturating_sub(back), now);
        }
        let planned = self.next.max(self.seen);
        match now.checked_sub(planned) {
            Some(late) if late > silence && !self.over => self.shifted(|time| time.saturating_add(late), now),
            Some(_) | None => Self { seen: now, ..self },
        }
    }

    fn shifted(self, shift: impl Fn(u64) -> u64, now: u64) -> Self {
        let noticed = if self.noticed == 0 { 0 } else { shift(self.noticed) };
        Self {
            queued: shift(self.queued),
            since: shift(self.since),
            next: shift(self.next),
            noticed,
            seen: now,
            ..self
        }
    }

    /// The record after one more failure of this cause.
    pub(crate) fn failed(self, cause: Cause) -> Self {
        let again = self.cause == Some(cause);
        Self {
            attempts: self.attempts.saturating_add(1),
            round: self.round.saturating_add(1),
            same: if again { self.same.saturating_add(1) } else { 1 },
            cause: Some(cause),
            quick: 0,
            changes: 0,
            ..self
        }
    }

    /// Whether a hint of this host is to be believed, and the record that says it was.
    pub(crate) fn believing(mut self, mark: u32) -> Option<Self> {
        if self.hinted.contains(&mark) {
            return None;
        }
        let slot = self.hinted.iter_mut().find(|slot| **slot == 0)?;
        *slot = mark;
        Some(self)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Writer::new(f)?
            .number('q', self.queued)?
            .unless('s', self.since, self.queued)?
            .unless('t', self.seen, self.queued)?
            .unless('x', self.next, self.seen)?
            .number('n', self.attempts)?
            .number('r', self.round)?
            .cause('c', self.cause)?
            .number('a', self.same)?
            .number('u', self.turns)?
            .number('d', self.notices)?
            .number('e', self.noticed)?
            .number('b', self.by_told)?
            .number('k', self.quick)?
            .number('g', self.changes)?
            .marks('h', &self.hinted)?
            .number('o', self.over)?;
        Ok(())
    }
}

impl FromStr for State {
    type Err = RecordError;

    /// # Errors
    ///
    /// [`RecordError`] where the version is not 1, a value can't be read or a key stands twice; unknown keys are passed over.
    fn from_str(text: &str) -> Result<Self, RecordError> {
        let mut state = Self::new(0);
        let (mut since, mut seen, mut next) = (None, None, None);
        let flag = |number: u8| number != 0;
        for pair in pairs(text)? {
            let pair = pair?;
            match pair.key {
                b'q' => state.queued = pair.number()?,
                b's' => since = Some(pair.number()?),
                b't' => seen = Some(pair.number()?),
                b'x' => next = Some(pair.number()?),
                b'n' => state.attempts = pair.number()?,
                b'r' => state.round = pair.number()?,
                b'c' => state.cause = Some(pair.cause()?),
                b'a' => state.same = pair.number()?,
                b'u' => state.turns = pair.number()?,
                b'd' => state.notices = pair.number()?,
                b'e' => state.noticed = pair.number()?,
                b'b' => state.by_told = flag(pair.number()?),
                b'k' => state.quick = pair.number()?,
                b'g' => state.changes = pair.number()?,
                b'h' => state.hinted = pair.marks()?,
                b'o' => state.over = flag(pair.number()?),
                _ => {}
            }
        }
        state.since = since.unwrap_or(state.queued);
        state.seen = seen.unwrap_or(state.queued);
        state.next = next.unwrap_or(state.seen);
        Ok(state)
    }
}
