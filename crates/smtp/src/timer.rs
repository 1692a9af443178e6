//! The deadlines that stand, one per kind.
//!
//! in:  a kind and a time      out: the earliest, or one that has passed
//! law: a deadline stands still unless it is set again; equal times go in the order of their kinds

use core::time::Duration;

/// A table of deadlines; `N` is the number of kinds, a kind is an index below it.
#[derive(Clone, Debug)]
pub(crate) struct Timers<const N: usize> {
    /// Of no account for the kinds that do not stand.
    at: [Duration; N],
    /// One bit per kind that stands: few do at a time, so only these are looked at.
    standing: u32,
    /// No deadline is earlier; it may be earlier than all of them.
    earliest: Duration,
}

/// Later than every time.
const NEVER: Duration = Duration::MAX;

impl<const N: usize> Timers<N> {
    pub(crate) const fn new() -> Self {
        const { assert!(N <= 32, "a bit per kind") };
        Self { at: [Duration::ZERO; N], standing: 0, earliest: NEVER }
    }

    /// Sets the deadline of `kind`, in place of the one that stood.
    #[inline]
    pub(crate) fn set(&mut self, kind: usize, at: Duration) {
        if let Some(place) = self.at.get_mut(kind) {
            *place = at;
            if at == NEVER {
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
    pub(crate) fn get(&self, kind: usize) -> Option<Duration> {
        if self.standing & bit(kind) == 0 { None } else { self.at.get(kind).copied() }
    }

    /// The earliest deadline.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Duration> {
        let first = self.first();
        self.earliest = first.map_or(NEVER, |(_, at)| at);
        first.map(|(_, at)| at)
    }

    /// Whether a deadline may have been reached.
    #[inline]
    pub(crate) fn is_due(&self, now: Duration) -> bool {
        now >= self.earliest
    }

    /// Takes out the earliest deadline that `now` has reached, if one has.
    #[inline]
    pub(crate) fn take_passed(&mut self, now: Duration) -> Option<usize> {
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
    fn first(&self) -> Option<(usize, Duration)> {
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

    #[test]
    fn the_earliest_comes_first_and_only_when_it_has_passed() {
        let mut timers = Timers::<3>::new();
        assert_eq!(timers.next(), None);
        timers.set(2, Duration::from_secs(5));
        timers.set(0, Duration::from_secs(9));
        assert_eq!(timers.next(), Some(Duration::from_secs(5)));
        assert_eq!(timers.take_passed(Duration::from_secs(4)), None);
        assert_eq!(timers.take_passed(Duration::from_secs(20)), Some(2));
        assert_eq!(timers.take_passed(Duration::from_secs(20)), Some(0));
        assert_eq!(timers.take_passed(Duration::from_secs(20)), None);
    }

    #[test]
    fn a_deadline_that_never_comes_does_not_stand() {
        let mut timers = Timers::<2>::new();
        timers.set(1, Duration::from_secs(1));
        timers.set(1, Duration::MAX);
        assert_eq!((timers.get(1), timers.next()), (None, None));
        assert_eq!(timers.take_passed(Duration::MAX), None);
    }

    #[test]
    fn a_kind_outside_the_table_does_nothing() {
        let mut timers = Timers::<1>::new();
        timers.set(1, Duration::ZERO);
        assert_eq!((timers.get(1), timers.next()), (None, None));
        timers.set(0, Duration::ZERO);
        timers.clear_all();
        assert_eq!(timers.next(), None);
    }
}
