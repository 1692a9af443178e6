//! Remembers where the lines of a header section end, as they come.
//!
//! in:  the end of each line, in order      out: the ends of all lines of the section, the last one's too
//! law: at most [`NEAR`] are remembered; those of the lines behind them are searched for (RFC 5322 §2.2)

use crate::validate::feeds::Feeds;
use alloc::vec::Vec;

/// Lines whose ends are remembered.
const NEAR: usize = 256;

/// The ends of the first lines of the section that is open.
#[derive(Debug, Default)]
pub(crate) struct HeaderLines {
    /// Octets from the start of the section, and whether the line holds nothing but plain text and tabs.
    ends: Vec<(u32, bool)>,
}

impl HeaderLines {
    /// A line ended before the octet `end` of the section.
    #[inline]
    pub(crate) fn add(&mut self, end: usize, plain: bool) {
        if self.ends.len() < NEAR {
            if self.ends.capacity() == 0 {
                self.ends.reserve_exact(64);
            }
            self.ends.push((u32::try_from(end).unwrap_or(u32::MAX), plain));
        }
    }

    /// Another section begins.
    pub(crate) fn clear(&mut self) {
        self.ends.clear();
    }

    /// The ends of the lines from number `first` on, counted from 0, before the octet `end` of the section; `None` where
    /// they are not all known.
    pub(crate) fn between(&self, first: usize, end: usize) -> Option<impl Iterator<Item = usize>> {
        let known = self.ends.last().is_some_and(|(last, _)| *last as usize >= end);
        let lines = self.ends.get(first..).filter(|_| known)?;
        Some(lines.iter().map(|(end, _)| *end as usize).take_while(move |line| *line < end))
    }

    /// Where each line of the section ends, which is `octets`, and whether it is known to be plain.
    pub(crate) fn of(&self, octets: &[u8]) -> impl Iterator<Item = (usize, bool)> {
        let length = octets.len();
        let near = match self.ends.last() {
            // The section was cut.
            Some((end, _)) if *end as usize > length => {
                let kept = self.ends.partition_point(|(end, _)| *end as usize <= length);
                self.ends.get(..kept).unwrap_or_default()
            }
            _ => self.ends.as_slice(),
        };
        let known = near.last().map_or(0, |(end, _)| *end as usize);
        let near = near.iter().map(|(end, plain)| (*end as usize, *plain));
        let mut behind =
            octets.get(known..).filter(|rest| !rest.is_empty()).map(|rest| (Feeds::new(rest), 0));
        let far = core::iter::from_fn(move || {
            let (feeds, at) = behind.as_mut()?;
            if known.saturating_add(*at) >= length {
                return None;
            }
            let start = *at;
            *at = feeds.next().map_or_else(|| length.saturating_sub(known), |lf| lf.saturating_add(1));
            Some((known.saturating_add(*at), feeds.is_plain(start)))
        });
        near.chain(far)
    }
}
