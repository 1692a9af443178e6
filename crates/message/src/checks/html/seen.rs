//! Follows HTML line by line: what is shown of it, and which of its octets may begin or end something.
//!
//! in:  lines of HTML      out: the places of `<`, `>` and quotes, in order; the visible text, with the places of its lines
//! law: so much text is kept, with so many places, as the limits allow

use super::Origin;
use crate::checks::text::Mark;
use crate::grammar::marks::{WIDTH, bits, padded};
use alloc::vec::Vec;

/// Places of lines that are kept.
const MARKS: usize = 1024;

/// The visible text so far.
#[derive(Debug)]
pub(crate) struct Seen<'b> {
    pub(crate) text: &'b mut Vec<u8>,
    pub(crate) marks: &'b mut Vec<Mark>,
    pub(crate) most: usize,
}

impl Seen<'_> {
    pub(super) fn show(&mut self, octets: &[u8]) {
        let room = self.most.saturating_sub(self.text.len());
        self.text.extend_from_slice(octets.get(..octets.len().min(room)).unwrap_or_default());
    }

    /// A line at this place of the message begins behind the text and so many octets more.
    pub(super) fn mark(&mut self, more: usize, at: u64, line: u64) {
        let text = self.text.len().saturating_add(more);
        if self.marks.len() < MARKS && text < self.most {
            self.marks.push(Mark { text, at, line, exact: false });
        }
    }
}

/// The octets that may begin or end something.
pub(super) struct Marks<'o> {
    pub(super) octets: &'o [u8],
    pub(super) origin: Origin,
    /// The line that the last of them stands on.
    pub(super) line: u64,
    /// Where the octets of `found` begin, and where they end.
    at: usize,
    end: usize,
    /// One bit for each that is still to be told.
    found: u64,
}

impl<'o> Marks<'o> {
    pub(super) const fn new(octets: &'o [u8], origin: Origin) -> Self {
        Self { octets, origin, line: origin.line, at: 0, end: 0, found: 0 }
    }

    pub(super) fn octet(&self, at: usize) -> Option<u8> {
        self.octets.get(at).copied()
    }

    /// The next one; text behind `shown` is still to be shown.
    #[inline]
    pub(super) fn next(&mut self, shown: Option<usize>, seen: &mut Seen<'_>) -> Option<(usize, u8)> {
        loop {
            while self.found == 0 {
                if self.end >= self.octets.len() {
                    return None;
                }
                self.look();
            }
            let at = self.at.wrapping_add(self.found.trailing_zeros() as usize);
            self.found &= self.found.wrapping_sub(1);
            let mark = self.octet(at)?;
            if mark != b'\n' {
                return Some((at, mark));
            }
            let behind = at.saturating_add(1);
            // What was decoded is all of one line.
            if self.origin.exact && behind < self.octets.len() {
                self.line = self.line.saturating_add(1);
                let more = shown.map_or(0, |shown| behind.saturating_sub(shown));
                seen.mark(more, self.origin.at.saturating_add(behind as u64), self.line);
            }
        }
    }

    /// Passes over all that are left.
    pub(super) fn pass(&mut self, seen: &mut Seen<'_>) {
        while self.next(None, seen).is_some() {}
    }

    /// Looks at the next octets, many at a time.
    #[expect(clippy::cast_possible_truncation, reason = "a shift of up to 64")]
    #[inline(never)]
    fn look(&mut self) {
        let rest = self.octets.get(self.end..).unwrap_or_default();
        let marks = |octets: &[u8; WIDTH]| bits(octets, |lanes| [lanes.any(*b"<>\"'\n")]);
        [self.found] = match (rest.first_chunk(), self.octets.last_chunk()) {
            (Some(near), _) => marks(near),
            // The last octets are looked at twice, rather than copied.
            (None, Some(last)) => {
                marks(last).map(|found| found.wrapping_shr(WIDTH.wrapping_sub(rest.len()) as u32))
            }
            (None, None) => marks(&padded(rest)),
        };
        (self.at, self.end) = (self.end, self.end.wrapping_add(WIDTH));
    }
}
