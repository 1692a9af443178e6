//! How much may come how fast, by one number a key (generic cell rate algorithm).
//!
//! in:  the number stored for a key, now, a cost      out: the number to store, or how long to wait
//! law: whole numbers only; more than the limit never passes in any window; a clock that steps back never locks a key out

use core::num::NonZeroU32;
use core::time::Duration;

use crate::{Reason, Why};

/// So many in so long, and so many at once.
///
/// # Examples
///
/// ```
/// use core::time::Duration;
/// use mailwright_policy::Rate;
///
/// let rate = Rate::per_minute(2).unwrap();
/// let now = Duration::from_secs(1000);
/// let one = rate.check(None, now, 1).unwrap();
/// let two = rate.check(Some(one), now, 1).unwrap();
/// assert_eq!(rate.check(Some(two), now, 1).unwrap_err().wait(), Some(Duration::from_secs(30)));
/// assert!(rate.check(Some(two), now + Duration::from_secs(30), 1).is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    /// Nanoseconds between two, in the long run.
    interval: u64,
    /// Nanoseconds that may be used up at once.
    room: u64,
}

/// By how much the clocks of hosts that share what is stored may differ, in nanoseconds.
const SKEW: u64 = 60_000_000_000;

/// What is stored for a key: when it will have paid for everything, in nanoseconds of the caller's clock.
pub type Paid = u64;

/// One key, its rate and what this costs: an argument of [`check_all`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the three things that a check of a rate needs")]
pub struct Charge {
    /// What is stored; `None` for a key that was never seen.
    pub paid: Option<Paid>,
    /// The rate.
    pub rate: Rate,
    /// How many this counts for.
    pub cost: u32,
}

/// The key used up its rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("beyond the rate")]
#[non_exhaustive]
pub struct OverRate {
    /// Which charge of [`check_all`], 0-based; 0 for a single check.
    pub at: usize,
    /// Nanoseconds; `None` where this much never fits.
    wait: Option<u64>,
}

impl Rate {
    /// `count` in each `period`, all of them at once if need be; `None` where one of them is zero, or the period is over
    /// 500 years.
    pub fn new(count: u32, period: Duration) -> Option<Self> {
        let period = u64::try_from(period.as_nanos()).ok().filter(|nanos| *nanos <= u64::MAX / 4)?;
        let interval = period.div_ceil(u64::from(NonZeroU32::new(count)?.get()));
        let room = interval.checked_mul(count.into())?;
        if interval == 0 { None } else { Some(Self { interval, room }) }
    }

    /// So many a second; `None` for zero.
    pub fn per_second(count: u32) -> Option<Self> {
        Self::new(count, Duration::from_secs(1))
    }

    /// So many a minute; `None` for zero.
    pub fn per_minute(count: u32) -> Option<Self> {
        Self::new(count, Duration::from_secs(60))
    }

    /// So many an hour; `None` for zero.
    pub fn per_hour(count: u32) -> Option<Self> {
        Self::new(count, Duration::from_secs(3600))
    }

    /// So many a day; `None` for zero.
    pub fn per_day(count: u32) -> Option<Self> {
        Self::new(count, Duration::from_secs(86_400))
    }

    /// At most so many at once, instead of the whole count; `None` for zero.
    #[must_use]
    pub fn with_burst(self, burst: u32) -> Option<Self> {
        let room = self.interval.checked_mul(NonZeroU32::new(burst)?.get().into())?;
        Some(Self { room: room.min(u64::MAX / 4), ..self })
    }

    /// Takes `cost` from a key and gives the number to store.
    ///
    /// `now`: since any fixed origin. It may step back, or differ between hosts that share what is stored: by less than the
    /// time that the burst takes, or a minute if that is more, a key waits so much longer; by more, it starts anew.
    ///
    /// # Errors
    ///
    /// [`OverRate`] where the key used up its rate; what is stored stays as it is.
    #[inline]
    pub fn check(self, paid: Option<Paid>, now: Duration, cost: u32) -> Result<Paid, OverRate> {
        // Seconds and nanoseconds apart: 128-bit arithmetic is not needed before the year 2262 of an origin in 1970.
        let now = now.as_secs().saturating_mul(1_000_000_000).saturating_add(now.subsec_nanos().into());
        self.check_at(paid, now.min(u64::MAX / 2), cost)
    }

    /// The same with the time in nanoseconds.
    #[inline]
    fn check_at(self, paid: Option<Paid>, now: u64, cost: u32) -> Result<Paid, OverRate> {
        let limit = now.saturating_add(self.room);
        let start = paid.unwrap_or(now).max(now);
        // No check at this time or before stores that much: the clock was ahead, and nothing would ever bring it down.
        let start = if start > limit.saturating_add(self.room.max(SKEW)) { now } else { start };
        let asked = self.interval.saturating_mul(cost.into());
        let paid = start.saturating_add(asked);
        if paid <= limit {
            return Ok(paid);
        }
        let wait = if asked > self.room { None } else { Some(paid.saturating_sub(limit)) };
        Err(OverRate { at: 0, wait })
    }

    /// When a key that stored this number may be forgotten: it is as good as new then.
    pub const fn forget_at(paid: Paid) -> Duration {
        Duration::from_nanos(paid)
    }
}

/// Takes several charges together, as per address and per user: all of them, or none.
///
/// # Errors
///
/// [`OverRate`] with the first of the charges that must wait longest; nothing is to be stored then.
pub fn check_all<const N: usize>(now: Duration, charges: [Charge; N]) -> Result<[Paid; N], OverRate> {
    let mut paid = [0; N];
    let mut over: Option<OverRate> = None;
    for (at, (paid, charge)) in paid.iter_mut().zip(charges).enumerate() {
        match charge.rate.check(charge.paid, now, charge.cost) {
            Ok(now_paid) => *paid = now_paid,
            Err(error) => {
                let longer = over.is_none_or(|over| rank(error.wait) > rank(over.wait));
                if longer {
                    over = Some(OverRate { at, ..error });
                }
            }
        }
    }
    over.map_or(Ok(paid), Err)
}

/// Never is longer than any wait.
const fn rank(wait: Option<u64>) -> u64 {
    match wait {
        Some(wait) => wait,
        None => u64::MAX,
    }
}

impl OverRate {
    /// How long until it would pass; `None` where this much at once never does.
    pub fn wait(self) -> Option<Duration> {
        self.wait.map(Duration::from_nanos)
    }

    /// The reason with the time to wait in it, in whole seconds.
    pub fn why(self, reason: Reason) -> Why {
        let seconds = self.wait.map_or(0, |nanos| nanos.div_ceil(1_000_000_000).max(1));
        Why::from(reason).with_wait(u32::try_from(seconds).unwrap_or(u32::MAX))
    }
}
