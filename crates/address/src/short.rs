//! Keeps the octets of an address: in place where they are few, as they nearly always are.
//!
//! in:  octets      out: the same
//! law: how they are kept is seen by nobody

use alloc::boxed::Box;

/// Octets of any number; up to [`SHORT`] of them need no allocation.
#[derive(Clone)]
pub(crate) enum Octets {
    Short { length: u8, octets: [u8; SHORT] },
    Long(Box<[u8]>),
}

impl Octets {
    #[inline]
    pub(crate) fn new(octets: &[u8]) -> Self {
        let mut room = [0; SHORT];
        match (room.get_mut(..octets.len()), u8::try_from(octets.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(octets);
                Self::Short { length, octets: room }
            }
            _ => Self::Long(octets.into()),
        }
    }

    #[inline]
    pub(crate) const fn as_slice(&self) -> &[u8] {
        match self {
            Self::Short { length, octets } => match octets.split_at_checked(*length as usize) {
                Some((octets, _)) => octets,
                None => octets,
            },
            Self::Long(octets) => octets,
        }
    }
}

/// With it the octets take the room of five words; of the addresses that people write three in a hundred are longer.
const SHORT: usize = 38;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_come_out_as_they_went_in_on_both_sides_of_the_border() {
        let all: [u8; 300] = core::array::from_fn(|at| u8::try_from(at % 251).unwrap_or(0));
        for length in 0..all.len() {
            let kept = Octets::new(&all[..length]);
            assert_eq!(kept.as_slice(), &all[..length]);
            assert_eq!(matches!(kept, Octets::Short { .. }), length <= SHORT);
        }
    }

    #[test]
    fn they_take_five_words() {
        assert_eq!(size_of::<Octets>(), 40);
    }
}
