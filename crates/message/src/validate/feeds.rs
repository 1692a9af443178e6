//! Finds the line feeds of a block, and what is no plain text, sixty-four octets at a time.
//!
//! in:  a block of octets      out: where each LF stands, in order, and how far octets were seen that call for a second look
//! law: each octet is looked at once, without a branch; lines of mail are too short to search for each end anew

use crate::grammar::marks::{WIDTH, bits, padded};

/// The places of the LFs in a block.
#[derive(Clone, Debug)]
pub(crate) struct Feeds<'a> {
    block: &'a [u8],
    /// What was not looked at.
    rest: &'a [u8],
    /// Where the octets of `found` begin.
    at: usize,
    /// One bit for each LF that is still to be told.
    found: u64,
    /// Where the last octets end among which not all were plain.
    odd: usize,
}

impl<'a> Feeds<'a> {
    pub(crate) fn new(block: &'a [u8]) -> Self {
        let mut feeds = Self { block, rest: block, at: 0, found: 0, odd: 0 };
        feeds.fill();
        feeds
    }

    /// Is there nothing but plain text, tabs and line ends between `start` and the LF that was told last?
    ///
    /// False as well where the octets beside them are not plain.
    #[inline]
    pub(crate) const fn is_plain(&self, start: usize) -> bool {
        self.odd <= start
    }

    /// Looks at the first of the octets that are left.
    #[expect(
        clippy::inline_always,
        reason = "called once for each 64 octets, from a loop that keeps all of this in registers"
    )]
    #[inline(always)]
    fn fill(&mut self) {
        let (found, odd) = match (self.rest.first_chunk(), self.rest.get(WIDTH)) {
            (Some(near), Some(next)) => search(near, *next),
            (Some(near), None) => search(near, b' '),
            (None, _) => self.tail(),
        };
        self.found = found;
        self.rest = self.rest.get(WIDTH..).unwrap_or_default();
        if odd {
            self.odd = self.at.wrapping_add(WIDTH);
        }
    }

    /// The same where there are not enough octets: those before them are looked at twice, or blanks stand behind the end.
    #[expect(clippy::cast_possible_truncation, reason = "a shift of up to 64")]
    #[cold]
    fn tail(&self) -> (u64, bool) {
        match self.block.last_chunk() {
            Some(last) => {
                let (found, odd) = search(last, b' ');
                (found.wrapping_shr(WIDTH.wrapping_sub(self.rest.len()) as u32), odd)
            }
            None => search(&padded(self.rest), b' '),
        }
    }
}

impl Iterator for Feeds<'_> {
    type Item = usize;

    #[expect(
        clippy::inline_always,
        reason = "called once for each line, from loops that keep all of this in registers"
    )]
    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            if self.rest.is_empty() {
                return None;
            }
            self.at = self.at.wrapping_add(WIDTH);
            self.fill();
        }
        let place = self.at.wrapping_add(self.found.trailing_zeros() as usize);
        self.found &= self.found.wrapping_sub(1);
        Some(place)
    }
}

/// A bit for each LF, and whether any octet is neither plain text, tab, LF nor CR before LF. `next`: the octet behind them.
#[inline]
fn search(octets: &[u8; WIDTH], next: u8) -> (u64, bool) {
    let [feeds, returns, odd] = bits(octets, |lanes| {
        let (feed, cr) = (lanes.is(b'\n'), lanes.is(b'\r'));
        let usual = feed | cr | lanes.is(b'\t');
        [feed, cr, (lanes.outside() | lanes.is(127)) & !usual]
    });
    let behind = feeds.wrapping_shr(1) | u64::from(next == b'\n').wrapping_shl(63);
    (feeds, odd | returns & !behind != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    #[test]
    fn every_line_feed_is_found_once() {
        let octets: Vec<u8> =
            (0..600_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 % 16).collect();
        for length in 0..octets.len() {
            let block = &octets[..length];
            assert!(Feeds::new(block).eq(memchr::memchr_iter(b'\n', block)), "{length}");
        }
        let all: Vec<u8> = (0..=255).collect();
        assert!(Feeds::new(&all).eq([10]));
        assert!(Feeds::new(&[b'\n'; 200]).eq(0..200));
    }

    #[test]
    fn what_is_not_plain_is_never_passed_over() {
        for octet in 0..=255_u8 {
            for at in 0..150 {
                let mut block = vec![b'x'; 200];
                block[199] = b'\n';
                block[at] = octet;
                let mut feeds = Feeds::new(&block);
                let plain = matches!(octet, b'\t' | b'\n' | b' '..=b'~');
                let end = feeds.by_ref().last();
                assert_eq!((end, feeds.is_plain(0)), (Some(199), plain), "{octet} at {at}");
            }
        }
        let mut unended = Feeds::new(b"text\nand \xFF");
        assert_eq!((unended.next(), unended.next(), unended.is_plain(5)), (Some(4), None, false));
        let lines = b"some text\r\n".repeat(20);
        let mut feeds = Feeds::new(&lines);
        assert_eq!(feeds.by_ref().count(), 20);
        assert!(feeds.is_plain(0));
    }
}
