//! The octets of all names of a check, one behind the other: the first few in place, the others on the heap.

use alloc::vec::Vec;

/// Where a name lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    at: u32,
    length: u8,
}

/// The names of a check.
#[derive(Clone, Debug)]
pub(super) struct Names {
    here: [u8; HERE],
    used: usize,
    there: Vec<u8>,
}

/// Octets in place: enough for a plain check, so that it allocates nothing for its names.
const HERE: usize = 192;

impl Default for Names {
    fn default() -> Self {
        Self { here: [0; HERE], used: 0, there: Vec::new() }
    }
}

impl Names {
    /// Forgets all names, keeps the memory.
    pub(super) fn clear(&mut self) {
        self.used = 0;
        self.there.clear();
    }

    /// Keeps a name of at most 254 octets.
    pub(super) fn put(&mut self, name: &[u8]) -> Span {
        let length = u8::try_from(name.len()).unwrap_or(u8::MAX);
        let end = self.used.saturating_add(name.len());
        if let Some(room) = self.here.get_mut(self.used..end) {
            room.copy_from_slice(name);
            let at = u32::try_from(self.used).unwrap_or(0);
            self.used = end;
            return Span { at, length };
        }
        if self.there.capacity() == 0 {
            self.there = Vec::with_capacity(512);
        }
        let at = u32::try_from(HERE.saturating_add(self.there.len())).unwrap_or(u32::MAX);
        self.there.extend_from_slice(name);
        Span { at, length }
    }

    pub(super) fn get(&self, span: Span) -> &[u8] {
        let at = usize::try_from(span.at).unwrap_or(usize::MAX);
        let rest = match at.checked_sub(HERE) {
            None => self.here.get(at..),
            Some(at) => self.there.get(at..),
        };
        rest.and_then(|rest| rest.get(..usize::from(span.length))).unwrap_or_default()
    }
}
