//! The text of a reply: short ones lie in the value itself, long ones are shared.
//!
//! law: only the octets count; how they are kept is not seen

use core::hash::{Hash, Hasher};

use bytes::Bytes;

/// So long that a reply is 64 octets.
const INLINE: usize = 46;

#[derive(Clone)]
pub(super) enum Text {
    Inline { length: u8, octets: [u8; INLINE] },
    Shared(Bytes),
}

impl Text {
    /// A copy: without allocation where it is short.
    #[inline]
    pub(super) fn copy(text: &[u8]) -> Self {
        let mut octets = [0; INLINE];
        match (octets.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(room), Ok(length)) => {
                room.copy_from_slice(text);
                Self::Inline { length, octets }
            }
            _ => Self::Shared(Bytes::copy_from_slice(text)),
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
