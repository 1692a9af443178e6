//! What is known of a host, apart from the messages for it.
//!
//! in:  verdicts of attempts with it, the time      out: whether one more message may knock
//! law: at a dead host one attempt is under way at a time, and none earlier than the floor behind the last

use core::fmt;
use core::str::FromStr;

use mailwright_reply::{Blame, Cause, Verdict};

use crate::record::{Writer, pairs};
use crate::span::DAY;
use crate::{RecordError, Schedule, spread};

/// What is known of a host, apart from the messages for it: a small record for each pair of site and source address.
///
/// While a host is down, ten thousand messages for it make one attempt at a time: [`Policy::due`](crate::Policy::due) lets
/// one of them try and holds the others.
///
/// # Examples
///
/// ```
/// use mailwright_retry::HostState;
///
/// let host = HostState::up();
/// assert!(!host.is_down());
/// assert_eq!(host.to_string().parse(), Ok(host));
/// ```
///
/// # RFC
///
/// RFC 5321 §4.5.4.1: a client keeps a list of hosts that it can't reach, and doesn't try each message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct HostState {
    /// When it began to fail. All times are Unix seconds.
    since: u64,
    /// When it failed last.
    last: u64,
    /// When it is tried again.
    next: u64,
    /// Failures in a row.
    failures: u32,
    /// Whether it is left alone until `next`.
    down: bool,
    cause: Option<Cause>,
    /// Until when an attempt is under way.
    knocking: u64,
    /// Whether its hint was believed while it is down.
    hinted: bool,
}

impl HostState {
    /// How long an attempt may be under way before the next message may try: as the floor.
    pub(crate) const LEASE: u64 = Schedule::FLOOR.as_secs();

    /// A host of which nothing bad is known.
    pub const fn up() -> Self {
        Self { since: 0, last: 0, next: 0, failures: 0, down: false, cause: None, knocking: 0, hinted: false }
    }

    /// Whether it is left alone until [`next`](Self::next).
    pub const fn is_down(&self) -> bool {
        self.down
    }

    /// When it is tried again, in Unix seconds; 0 while it is up.
    pub const fn next(&self) -> u64 {
        if self.down { self.next } else { 0 }
    }

    /// Failures in a row.
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// What went wrong last.
    pub const fn last_cause(&self) -> Option<Cause> {
        self.cause
    }

    /// The record for this time: a time that no schedule gives is that of another clock, and counts as now.
    pub(crate) fn at(self, now: u64) -> Self {
        let next = if self.next > now.saturating_add(DAY) { now } else { self.next };
        let knocking = if self.knocking > now.saturating_add(Self::LEASE) { now } else { self.knocking };
        Self { since: self.since.min(now), last: self.last.min(now), next, knocking, ..self }
    }

    /// Whether an attempt may begin: the record to store first, or the time until which it is held.
    pub(crate) fn knock(self, now: u64) -> Result<Self, u64> {
        let host = self.at(now);
        if !host.down {
            return Ok(host);
        }
        let free = host.next.max(host.knocking);
        if now < free { Err(free) } else { Ok(Self { knocking: now.saturating_add(Self::LEASE), ..host }) }
    }

    /// The same for a message whose time is over: only what failed within the floor, or is under way, holds it.
    pub(crate) fn last_knock(self, now: u64) -> Result<Self, Option<u64>> {
        let host = self.at(now);
        if host.knocking > now {
            return Err(Some(host.knocking));
        }
        if host.down && now.saturating_sub(host.last) < Self::LEASE {
            return Err(None);
        }
        Ok(Self { knocking: if host.down { now.saturating_add(Self::LEASE) } else { 0 }, ..host })
    }

    /// The record after an attempt with this verdict.
    pub(crate) fn noting(self, verdict: &Verdict, schedule: &Schedule, down_after: u8, now: u64) -> Self {
        let host = self.at(now);
        match Sign::of(verdict) {
            Sign::Nothing => host,
            Sign::Alive => Self::up(),
            Sign::Failing | Sign::Slower => {
                let since = if host.failures == 0 { now } else { host.since };
                let failures = host.failures.saturating_add(1);
                let asked = verdict
                    .wait
                    .filter(|_| !host.hinted)
                    .map(|wait| wait.used.clamp(Schedule::FLOOR, Schedule::LONGEST_GAP).as_secs());
                let gap = asked.unwrap_or_else(|| schedule.gap(now.saturating_sub(since), None));
                let down =
                    host.down || Sign::of(verdict) == Sign::Slower || failures >= u32::from(down_after);
                Self {
                    since,
                    last: now,
                    next: now.saturating_add(gap),
                    failures,
                    down,
                    cause: Some(verdict.cause),
                    knocking: 0,
                    hinted: host.hinted || asked.is_some(),
                }
            }
        }
    }

    /// When a message of this seed is due at a host that is held until `free`: a little later, so that not all wake at once.
    pub(crate) fn wake(free: u64, now: u64, seed: u64) -> u64 {
        let spread = free.saturating_add(spread::extra(free.saturating_sub(now), seed));
        spread.min(now.saturating_add(DAY)).max(free)
    }
}

/// What a verdict says of the host.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// It answered.
    Alive,
    /// It can't be reached, or is not in a state to take mail.
    Failing,
    /// It wants less from us.
    Slower,
    /// Nothing: we did not speak to it.
    Nothing,
}

impl Sign {
    fn of(verdict: &Verdict) -> Self {
        let of_host = matches!(verdict.blame, Blame::Host | Blame::Route | Blame::SendingIp);
        match (verdict.cause, of_host) {
            // A greylist knows sender and recipient: other messages may pass.
            (Cause::Accepted | Cause::Greylisted, _) => Self::Alive,
            (Cause::RateLimited, true) if verdict.is_temporary() => Self::Slower,
            (_, true) if verdict.is_temporary() => Self::Failing,
            // Whoever answers is alive.
            _ if verdict.wire.is_some() => Self::Alive,
            _ => Self::Nothing,
        }
    }
}

impl fmt::Display for HostState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Writer::new(f)?
            .number('s', self.since)?
            .number('l', self.last)?
            .number('x', self.next)?
            .number('n', self.failures)?
            .number('d', self.down)?
            .cause('c', self.cause)?
            .number('k', self.knocking)?
            .number('h', self.hinted)?;
        Ok(())
    }
}

impl FromStr for HostState {
    type Err = RecordError;

    /// # Errors
    ///
    /// [`RecordError`] where the version is not 1, a value can't be read or a key stands twice; unknown keys are passed over.
    fn from_str(text: &str) -> Result<Self, RecordError> {
        let mut host = Self::up();
        let flag = |number: u8| number != 0;
        for pair in pairs(text)? {
            let pair = pair?;
            match pair.key {
                b's' => host.since = pair.number()?,
                b'l' => host.last = pair.number()?,
                b'x' => host.next = pair.number()?,
                b'n' => host.failures = pair.number()?,
                b'd' => host.down = flag(pair.number()?),
                b'c' => host.cause = Some(pair.cause()?),
                b'k' => host.knocking = pair.number()?,
                b'h' => host.hinted = flag(pair.number()?),
                _ => {}
            }
        }
        Ok(host)
    }
}
