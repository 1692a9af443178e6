//! Collects what is to be written.
//!
//! in:  commands and pieces of the message      out: the same octets, in order
//! law: short texts are joined, long pieces keep their own memory

use alloc::collections::VecDeque;

use bytes::{Bytes, BytesMut};

#[derive(Clone, Debug, Default)]
pub(super) struct Outgoing {
    ready: VecDeque<Bytes>,
    tail: BytesMut,
    /// Given out and not yet known to be written.
    unwritten: usize,
}

impl Outgoing {
    /// Where commands are written to.
    pub(super) fn text(&mut self) -> &mut BytesMut {
        &mut self.tail
    }

    pub(super) fn push(&mut self, piece: Bytes) {
        if piece.len() < 1024 {
            self.tail.extend_from_slice(&piece);
            return;
        }
        if !self.tail.is_empty() {
            self.ready.push_back(self.tail.split().freeze());
        }
        self.ready.push_back(piece);
    }

    pub(super) fn pop(&mut self) -> Option<Bytes> {
        let piece = match self.ready.pop_front() {
            Some(piece) => piece,
            None if self.tail.is_empty() => return None,
            None => self.tail.split().freeze(),
        };
        self.unwritten = self.unwritten.saturating_add(piece.len());
        Some(piece)
    }

    pub(super) fn written(&mut self) {
        self.unwritten = 0;
    }

    pub(super) fn clear(&mut self) {
        self.ready.clear();
        self.tail.clear();
    }

    /// Octets given out and not yet known to be written.
    pub(super) const fn unwritten(&self) -> usize {
        self.unwritten
    }
}
