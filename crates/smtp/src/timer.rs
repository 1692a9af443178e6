//! The deadlines that stand, one per kind.
//!
//! in:  a kind and a time      out: the earliest, or one that has passed
//! law: a deadline stands still unless it is set again; equal times go in the order of their kinds

use core::time::Duration;

/// A table of deadlines; `N` is the number of kinds, a kind is an index below it.
#[derive(Clone, Debug)]
pub(crate) struct Timers<const N: usize> {
    at: [Option<Duration>; N],
}

impl<const N: usize> Timers<N> {
    pub(crate) const fn new() -> Self {
        Self { at: [None; N] }
    }

    /// Sets the deadline of `kind`, in place of the one that stood.
    pub(crate) fn set(&mut self, kind: usize, at: Duration) {
        if let Some(place) = self.at.get_mut(kind) {
            *place = Some(at);
        }
    }

    pub(crate) fn clear(&mut self, kind: usize) {
        if let Some(place) = self.at.get_mut(kind) {
            *place = None;
        }
    }

    pub(crate) fn clear_all(&mut self) {
        self.at = [None; N];
    }

    pub(crate) fn get(&self, kind: usize) -> Option<Duration> {
        self.at.get(kind).copied().flatten()
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.at.iter().flatten().min().copied()
    }

    /// Takes out the earliest deadline that `now` has reached, if one has.
    pub(crate) fn take_passed(&mut self, now: Duration) -> Option<usize> {
        let (kind, at) = self
            .at
            .iter()
            .enumerate()
            .filter_map(|(kind, at)| at.map(|at| (kind, at)))
            .min_by_key(|&(_, at)| at)?;
        if at > now {
            return None;
        }
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
