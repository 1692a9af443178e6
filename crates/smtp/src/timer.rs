//! The deadlines that stand, one per kind.
//!
//! in:  a kind and a time      out: the earliest, or one that has passed
//! law: a deadline stands still unless it is set again; equal times go in the order of their kinds

use core::time::Duration;

/// A table of deadlines; `N` is the number of kinds, a kind is an index below it.
#[derive(Clone, Debug)]
pub(crate) struct Timers<const N: usize> {
    /// [`NEVER`] where none stands.
    at: [Duration; N],
    /// No deadline is earlier; it may be earlier than all of them.
    earliest: Duration,
}

/// Later than every time.
const NEVER: Duration = Duration::MAX;

impl<const N: usize> Timers<N> {
    pub(crate) const fn new() -> Self {
        Self { at: [NEVER; N], earliest: NEVER }
    }

    /// Sets the deadline of `kind`, in place of the one that stood.
    #[inline]
    pub(crate) fn set(&mut self, kind: usize, at: Duration) {
        if let Some(place) = self.at.get_mut(kind) {
            *place = at;
            self.earliest = self.earliest.min(at);
        }
    }

    #[inline]
    pub(crate) fn clear(&mut self, kind: usize) {
        if let Some(place) = self.at.get_mut(kind) {
            *place = NEVER;
        }
    }

    pub(crate) fn clear_all(&mut self) {
        *self = Self::new();
    }

    #[inline]
    pub(crate) fn get(&self, kind: usize) -> Option<Duration> {
        self.at.get(kind).copied().filter(|at| *at != NEVER)
    }

    /// The earliest deadline.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Duration> {
        self.earliest = self.at.iter().fold(NEVER, |earliest, at| earliest.min(*at));
        Some(self.earliest).filter(|at| *at != NEVER)
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
        let earliest = self.next()?;
        if earliest > now {
            return None;
        }
        let kind = self.at.iter().position(|at| *at == earliest)?;
        self.clear(kind);
        Some(kind)
    }
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
    fn a_kind_outside_the_table_does_nothing() {
        let mut timers = Timers::<1>::new();
        timers.set(1, Duration::ZERO);
        assert_eq!((timers.get(1), timers.next()), (None, None));
        timers.set(0, Duration::ZERO);
        timers.clear_all();
        assert_eq!(timers.next(), None);
    }
}
