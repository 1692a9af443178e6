//! The records that are being walked: the top one in place, the others below it only where there are any.

use alloc::vec::Vec;

use super::Frame;

/// A stack of at most 11 records (21 for a second opinion): each one costs a term.
#[derive(Debug, Default)]
pub(super) struct Stack {
    top: Option<Frame>,
    below: Vec<Frame>,
}

impl Stack {
    pub(super) fn push(&mut self, frame: Frame) {
        if let Some(top) = self.top.replace(frame) {
            if self.below.capacity() == 0 {
                self.below = Vec::with_capacity(10);
            }
            self.below.push(top);
        }
    }

    pub(super) fn pop(&mut self) -> Option<Frame> {
        let top = self.top.take();
        self.top = self.below.pop();
        top
    }

    pub(super) fn clear(&mut self) {
        self.top = None;
        self.below.clear();
    }

    /// Leaves the lowest record only.
    pub(super) fn keep_first(&mut self) {
        if let Some(first) = self.below.first().copied() {
            self.top = Some(first);
            self.below.clear();
        }
    }

    pub(super) const fn last(&self) -> Option<&Frame> {
        self.top.as_ref()
    }

    pub(super) const fn last_mut(&mut self) -> Option<&mut Frame> {
        self.top.as_mut()
    }

    pub(super) fn first(&self) -> Option<&Frame> {
        self.below.first().or(self.top.as_ref())
    }

    /// How many records lie below the top one.
    pub(super) fn depth(&self) -> u8 {
        u8::try_from(self.below.len()).unwrap_or(u8::MAX)
    }

    /// Whether there is but one record, or none.
    pub(super) const fn is_lowest(&self) -> bool {
        self.below.is_empty()
    }
}
