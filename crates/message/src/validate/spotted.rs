//! Counts lines of one kind, and remembers where the first is.
//!
//! in:  places of lines      out: one note with a count
//! law: a few numbers, however many lines there are

use crate::rules::Id;
use crate::validate::sink::Note;
use core::ops::Range;

/// First place and number of lines of one kind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spotted {
    pub(super) count: u32,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) line: u64,
    pub(super) longest: u64,
}

impl Spotted {
    pub(super) fn hit(&mut self, span: Range<u64>, line: u64, length: u64) {
        if self.count == 0 {
            (self.start, self.end, self.line) = (span.start, span.end, line);
        }
        self.count = self.count.saturating_add(1);
        self.longest = self.longest.max(length);
    }

    pub(super) fn note(&self, id: Id) -> Option<Note<'static>> {
        (self.count > 0).then(|| Note::new(id, self.start..self.end, self.line).count(self.count))
    }
}
