//! The text of a reply: short ones lie in the value itself, long ones are shared.
//!
//! law: only the octets count; how they are kept is not seen

use core::hash::{Hash, Hasher};

use bytes::Bytes;

/// So long that a reply is 72 octets.
const INLINE: usize = 47;

/// The tag fills a word: whoever unpacks a reply then moves whole words from where they were written. Behind a tag of one
/// octet each move straddles them, and the processor waits until all are in memory.
#[derive(Clone)]
#[repr(u64)]
pub(super) enum Text {
    Inline { length: u8, octets: [u8; INLINE] },
    Shared(Bytes),
}

impl Text {
    /// No text yet.
    pub(super) const EMPTY: Self = Self::Inline { length: 0, octets: [0; INLINE] };

    /// Becomes a copy, without allocation where it is short. In place, since a fresh copy that moves stalls the processor.
    #[inline]
    pub(super) fn set(&mut self, text: &[u8]) {
        if let Self::Inline { length, octets } = self
            && let (Some(room), Ok(short)) = (octets.get_mut(..text.len()), u8::try_from(text.len()))
        {
            room.copy_from_slice(text);
            *length = short;
        } else {
            *self = Self::Shared(Bytes::copy_from_slice(text));
        }
    }

    #[inline]
    pub(super) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Inline { length, octets } => octets.get(..usize::from(*length)).unwrap_or_default(),
            Self::Shared(shared) => shared,
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Text {}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_slice().hash(state);
    }
}
