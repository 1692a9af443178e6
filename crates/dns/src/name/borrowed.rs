//! Names that somebody else keeps.
//!
//! in:  a name, or octets as they stand in a DNS message      out: its labels
//! law: compared as the names themselves are

use core::fmt;

use super::{Name, NameError};

/// A borrowed [`Name`]: what events and views carry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameRef<'n>(&'n [u8]);

/// The labels of a name, from the left.
#[derive(Clone, Debug)]
pub struct Labels<'n> {
    pub(super) rest: &'n [u8],
}

impl<'n> NameRef<'n> {
    /// The root, the name without labels.
    pub const fn root() -> Self {
        Self(&[])
    }

    /// The labels, from the left.
    pub const fn labels(self) -> Labels<'n> {
        Labels { rest: self.0 }
    }

    /// The name as it stands in a DNS message, the last zero left out.
    pub const fn as_wire(self) -> &'n [u8] {
        self.0
    }

    /// A name out of octets that [`as_wire`](Self::as_wire) gave, for whoever keeps many names in one run of octets.
    ///
    /// They are not looked at again: other octets make a name that equals none.
    pub const fn from_trusted(octets: &'n [u8]) -> Self {
        Self(octets)
    }

    /// Whether this name is `other` or lies below it.
    pub fn is_within(self, other: NameRef<'_>) -> bool {
        let mut labels = self.labels();
        loop {
            if labels.rest.len() <= other.0.len() {
                return labels.rest == other.0;
            }
            if labels.next().is_none() {
                return false;
            }
        }
    }

    /// The name, owned.
    pub fn to_name(self) -> Name {
        let mut name = Name::root();
        if let Some(room) = name.octets.get_mut(..self.0.len()) {
            room.copy_from_slice(self.0);
            name.length = u8::try_from(self.0.len()).unwrap_or(0);
        }
        name
    }

    /// A name out of octets that [`NameRef::as_wire`] gave.
    ///
    /// # Errors
    ///
    /// [`NameError`] where they are not labels behind their lengths.
    pub fn from_wire(octets: &'n [u8]) -> Result<Self, NameError> {
        let mut rest = octets;
        while let Some((&length, after)) = rest.split_first() {
            let at = octets.len().saturating_sub(rest.len());
            let label = after.get(..usize::from(length)).unwrap_or_default();
            if !(1..=63).contains(&length) || label.len() != usize::from(length) {
                return Err(NameError { at, expected: "the length of a label, 1 to 63, and the label" });
            }
            rest = after.get(usize::from(length)..).unwrap_or_default();
        }
        if octets.len() > 254 {
            return Err(NameError { at: 254, expected: "a name of at most 255 octets" });
        }
        if octets.iter().any(u8::is_ascii_uppercase) {
            return Err(NameError { at: 0, expected: "lower case" });
        }
        Ok(Self(octets))
    }
}

impl<'n> Iterator for Labels<'n> {
    type Item = &'n [u8];

    fn next(&mut self) -> Option<&'n [u8]> {
        let (&length, rest) = self.rest.split_first()?;
        let (label, rest) = rest.split_at_checked(usize::from(length))?;
        self.rest = rest;
        Some(label)
    }
}

impl fmt::Debug for NameRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}
