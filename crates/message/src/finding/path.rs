//! Numbers the parts of a message.
//!
//! in:  the place of a part below each of its parents      out: `1.2`, and empty for the message itself

use core::fmt;

/// Where a part stands in the tree: `2.1` is the first part inside the second; the message itself is empty.
///
/// A message inside a message counts as its one part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartPath {
    numbers: [u16; Self::DEPTH],
    length: u8,
}

impl PartPath {
    /// Levels that are kept; deeper ones are left out.
    const DEPTH: usize = 24;

    pub(crate) fn new(numbers: impl Iterator<Item = u16>) -> Self {
        let mut path = Self::default();
        for (slot, number) in path.numbers.iter_mut().zip(numbers) {
            *slot = number;
            path.length = path.length.saturating_add(1);
        }
        path
    }

    /// Goes on to a part inside.
    pub(crate) fn push(&mut self, number: u16) {
        if let Some(slot) = self.numbers.get_mut(usize::from(self.length)) {
            *slot = number;
            self.length = self.length.saturating_add(1);
        }
    }

    /// Goes back to the part that is `depth` levels below the message.
    pub(crate) fn cut(&mut self, depth: usize) {
        while usize::from(self.length) > depth {
            self.length = self.length.saturating_sub(1);
            if let Some(slot) = self.numbers.get_mut(usize::from(self.length)) {
                *slot = 0;
            }
        }
    }

    /// Is it the same as `other`? Most are the message itself.
    #[inline]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.length == other.length && (self.length == 0 || self.numbers == other.numbers)
    }

    /// The numbers from the outermost part inwards.
    pub fn numbers(&self) -> &[u16] {
        self.numbers.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// Is it the message itself?
    pub const fn is_root(&self) -> bool {
        self.length == 0
    }
}

impl fmt::Display for PartPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, number) in self.numbers().iter().enumerate() {
            if at > 0 {
                f.write_str(".")?;
            }
            write!(f, "{number}")?;
        }
        Ok(())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for PartPath {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
