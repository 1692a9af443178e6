//! The deadlines that stand, one per kind.
//!
//! in:  a kind and a time      out: the earliest, or one that has passed
//! law: a deadline stands still unless it is set again; equal times go in the order of their kinds

use core::fmt;
use core::time::Duration;

/// A table of deadlines; `N` is the number of kinds, a kind is an index below it.
#[derive(Clone, Debug)]
pub(crate) struct Timers<const N: usize> {
    /// Of no account for the kinds that do not stand.
    at: [Time; N],
    /// One bit per kind that stands: few do at a time, so only these are looked at.
    standing: u32,
    /// No deadline is earlier; it may be earlier than all of them.
    earliest: Time,
}

/// A time since the caller's origin, in nanoseconds: one word, and 584 years long. What lies behind them is never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Time(u64);

impl Time {
    /// Later than every time.
    pub(crate) const NEVER: Self = Self(u64::MAX);

    #[inline]
    pub(crate) fn of(time: Duration) -> Self {
        Self(Span::of(time).0)
    }

    /// The time so much later.
    #[inline]
    pub(crate) fn after(self, wait: impl Into<Span>) -> Self {
        Self(self.0.saturating_add(wait.into().0))
    }

    #[inline]
    pub(crate) const fn since_origin(self) -> Duration {
        Duration::from_nanos(self.0)
    }
}

/// How long something lasts, in nanoseconds: a wait that is counted once, when it is set, and added often.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Span(u64);

impl Span {
    #[inline]
    pub(crate) const fn of(time: Duration) -> Self {
        // Lossless: there is no `From` in a constant.
        let nanoseconds = time.subsec_nanos() as u64;
        Self(time.as_secs().saturating_mul(1_000_000_000).saturating_add(nanoseconds))
    }
}

impl From<Duration> for Span {
    #[inline]
    fn from(time: Duration) -> Self {
        Self::of(time)
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Duration::from_nanos(self.0).fmt(f)
    }
}

impl<const N: usize> Timers<N> {
    pub(crate) const fn new() -> Self {
        const { assert!(N <= 32, "a bit per kind") };
        Self { at: [Time::NEVER; N], standing: 0, earliest: Time::NEVER }
    }

    /// Sets the deadline of `kind`, in place of the one that stood.
    #[inline]
    pub(crate) fn set(&mut self, kind: usize, at: Time) {
        if let Some(place) = self.at.get_mut(kind) {
            *place = at;
            if at == Time::NEVER {
                self.standing &= !bit(kind);
            } else {
                self.standing |= bit(kind);
                self.earliest = self.earliest.min(at);
            }
        }
    }

    #[inline]
    pub(crate) fn clear(&mut self, kind: usize) {
        self.standing &= !bit(kind);
    }

    pub(crate) fn clear_all(&mut self) {
        *self = Self::new();
    }

    #[inline]
    pub(crate) fn get(&self, kind: usize) -> Option<Time> {
        if self.standing & bit(kind) == 0 { None } else { self.at.get(kind).copied() }
    }

    /// The earliest deadline.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Time> {
        let mut earliest = Time::NEVER;
        let mut left = self.standing;
        while left != 0 {
            let kind = usize::try_from(left.trailing_zeros()).unwrap_or(N);
            earliest = self.at.get(kind).map_or(earliest, |at| earliest.min(*at));
            left &= left.wrapping_sub(1);
        }
        self.earliest = earliest;
        // None that stands is at never.
        if earliest == Time::NEVER { None } else { Some(earliest) }
    }

    /// Whether a deadline may have been reached.
    #[inline]
    pub(crate) fn is_due(&self, now: Time) -> bool {
        now >= self.earliest
    }

    /// Takes out the earliest deadline that `now` has reached, if one has.
    #[inline]
    pub(crate) fn take_passed(&mut self, now: Time) -> Option<usize> {
        if now < self.earliest {
            return None;
        }
        let (kind, at) = self.first()?;
        self.earliest = at;
        if at > now {
            return None;
        }
        self.clear(kind);
        Some(kind)
    }

    /// The earliest deadline with its kind.
    #[inline]
    fn first(&self) -> Option<(usize, Time)> {
        let mut first = None;
        let mut left = self.standing;
        while left != 0 {
            let kind = usize::try_from(left.trailing_zeros()).unwrap_or(N);
            left &= left.wrapping_sub(1);
            if let Some(&at) = self.at.get(kind)
                && first.is_none_or(|(_, earliest)| at < earliest)
            {
                first = Some((kind, at));
            }
        }
        first
    }
}

/// The bit of a kind.
#[inline]
fn bit(kind: usize) -> u32 {
    u32::try_from(kind).ok().and_then(|kind| 1_u32.checked_shl(kind)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(seconds: u64) -> Time {
        Time::of(Duration::from_secs(seconds))
    }

    #[test]
    fn a_time_comes_out_as_it_went_in_and_ends_at_never() {
        for time in [Duration::ZERO, Duration::new(7, 999_999_999), Duration::from_nanos(u64::MAX)] {
            assert_eq!(Time::of(time).since_origin(), time);
        }
        assert_eq!(Time::of(Duration::MAX), Time::NEVER);
        assert_eq!(secs(3).after(Duration::MAX), Time::NEVER);
        assert_eq!(secs(3).after(Duration::from_nanos(1)).since_origin(), Duration::new(3, 1));
    }

    #[test]
    fn the_earliest_comes_first_and_only_when_it_has_passed() {
        let mut timers = Timers::<3>::new();
        assert_eq!(timers.next(), None);
        timers.set(2, secs(5));
        timers.set(0, secs(9));
        assert_eq!(timers.next(), Some(secs(5)));
        assert_eq!(timers.take_passed(secs(4)), None);
        assert_eq!(timers.take_passed(secs(20)), Some(2));
        assert_eq!(timers.take_passed(secs(20)), Some(0));
        assert_eq!(timers.take_passed(secs(20)), None);
    }

    #[test]
    fn a_deadline_that_never_comes_does_not_stand() {
        let mut timers = Timers::<2>::new();
        timers.set(1, secs(1));
        timers.set(1, Time::NEVER);
        assert_eq!((timers.get(1), timers.next()), (None, None));
        assert_eq!(timers.take_passed(Time::NEVER), None);
    }

    #[test]
    fn a_kind_outside_the_table_does_nothing() {
        let mut timers = Timers::<1>::new();
        timers.set(1, secs(0));
        assert_eq!((timers.get(1), timers.next()), (None, None));
        timers.set(0, secs(0));
        timers.clear_all();
        assert_eq!(timers.next(), None);
    }
}
