//! Remembers which fields of a header section each check asks for.
//!
//! in:  the kinds of each field, in their order      out: the places of the fields of one kind, in the same order
//! law: adding a field takes no branch, and asking passes over no field of another kind, among the first [`NEAR`]

use crate::grammar::marks::bits;

/// A field that some check asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It holds addresses, or a path.
    Addressed,
    /// It holds a date.
    Dated,
    /// A mailbox, a program or a filter may have put it there.
    Local,
    /// It is written in another way than nearly all fields are.
    Unusual,
    /// It may hold encoded-words, or holds octets above 127.
    Coded,
}

impl Kind {
    /// Its bit in the kinds of a field.
    pub(crate) const fn bit(self) -> u8 {
        1_u8.wrapping_shl(self as u32)
    }
}

/// Fields whose kinds are remembered.
pub(crate) const NEAR: usize = 64;

/// The kinds of the first fields, one bit for each kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kinds([u8; NEAR]);

impl Default for Kinds {
    fn default() -> Self {
        Self([0; NEAR])
    }
}

impl Kinds {
    /// Field number `number` is of these kinds.
    #[inline]
    pub(crate) fn add(&mut self, number: usize, kinds: u8) {
        if let Some(place) = self.0.get_mut(number) {
            *place = kinds;
        }
    }

    /// The numbers of the first fields of a kind.
    pub(crate) fn near(&self, kind: Kind) -> impl Iterator<Item = usize> + use<> {
        let [mut places] = bits(&self.0, |sixteen| [sixteen.holds(kind.bit())]);
        core::iter::from_fn(move || {
            let number = places.trailing_zeros();
            places &= places.wrapping_sub(1);
            (number < 64).then_some(number as usize)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn fields_are_told_in_order_and_by_their_kind() {
        let mut kinds = Kinds::default();
        for number in 0..70 {
            let dated = if number % 3 == 0 { Kind::Dated.bit() } else { 0 };
            let coded = if number >= 63 { Kind::Coded.bit() } else { 0 };
            kinds.add(number, dated | coded);
        }
        assert!(kinds.near(Kind::Dated).eq((0..NEAR).step_by(3)));
        assert_eq!(kinds.near(Kind::Coded).collect::<Vec<_>>(), [63]);
        assert_eq!(kinds.near(Kind::Local).next(), None);
    }
}
