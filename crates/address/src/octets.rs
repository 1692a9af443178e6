//! Keeps octets as somebody wrote them: in place where they are few, as they nearly always are.
//!
//! in:  octets      out: the same
//! law: how they are kept is seen by nobody

use alloc::boxed::Box;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

/// Octets as somebody wrote them: an address, the name of a hello. They mean nothing until a grammar has read them.
///
/// Up to `SHORT` of them, at most 255, lie in the value itself; more are an allocation. By default it takes five words, and of the
/// addresses that people write three in a hundred are longer than its 38 octets.
///
/// # Examples
///
/// ```
/// use mailwright_address::Octets;
///
/// let name: Octets = Octets::new(b"mail.example.org");
/// assert_eq!(name.as_bytes(), b"mail.example.org");
/// assert_eq!(format!("{name:?}"), "Octets(\"mail.example.org\")");
/// ```
#[derive(Clone)]
pub struct Octets<const SHORT: usize = 38>(Kept<SHORT>);

#[derive(Clone)]
enum Kept<const SHORT: usize> {
    Short { length: u8, octets: [u8; SHORT] },
    Long(Box<[u8]>),
}

impl<const SHORT: usize> Octets<SHORT> {
    /// A copy of the octets.
    #[inline]
    pub fn new(octets: &[u8]) -> Self {
        let mut room = [0; SHORT];
        match (room.get_mut(..octets.len()), u8::try_from(octets.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(octets);
                Self(Kept::Short { length, octets: room })
            }
            _ => Self(Kept::Long(octets.into())),
        }
    }

    /// A copy of the parts, one behind the other.
    #[inline]
    pub fn concat(parts: &[&[u8]]) -> Self {
        let mut room = [0; SHORT];
        let mut rest = &mut room[..];
        let mut length = 0_u8;
        for part in parts {
            let (Some((place, behind)), Ok(more)) =
                (rest.split_at_mut_checked(part.len()), u8::try_from(part.len()))
            else {
                return Self(Kept::Long(parts.concat().into()));
            };
            let Some(sum) = length.checked_add(more) else {
                return Self(Kept::Long(parts.concat().into()));
            };
            place.copy_from_slice(part);
            (rest, length) = (behind, sum);
        }
        Self(Kept::Short { length, octets: room })
    }

    /// The octets.
    #[inline]
    pub const fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Kept::Short { length, octets } => match octets.split_at_checked(*length as usize) {
                Some((octets, _)) => octets,
                None => octets,
            },
            Kept::Long(octets) => octets,
        }
    }
}

impl<const SHORT: usize> PartialEq for Octets<SHORT> {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl<const SHORT: usize> Eq for Octets<SHORT> {}

impl<const SHORT: usize> PartialOrd for Octets<SHORT> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<const SHORT: usize> Ord for Octets<SHORT> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl<const SHORT: usize> Hash for Octets<SHORT> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl<const SHORT: usize> fmt::Debug for Octets<SHORT> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Octets(\"{}\")", self.as_bytes().escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn octets_come_out_as_they_went_in_on_both_sides_of_the_border() {
        let all: [u8; 300] = core::array::from_fn(|at| u8::try_from(at % 251).unwrap_or(0));
        for length in 0..all.len() {
            let kept = Octets::<38>::new(&all[..length]);
            assert_eq!(kept.as_bytes(), &all[..length]);
            assert_eq!(matches!(kept.0, Kept::Short { .. }), length <= 38);
            for cut in [0, 1, length / 2, length] {
                let (front, back) = all[..length].split_at(cut.min(length));
                assert_eq!(Octets::concat(&[front, b"", back]), kept);
            }
            let wide = Octets::<300>::concat(&[&all[..length]]);
            assert_eq!(wide.as_bytes(), &all[..length]);
            assert_eq!(matches!(wide.0, Kept::Short { .. }), length <= 255);
            assert_eq!(wide, Octets::new(&all[..length]));
        }
    }

    #[test]
    fn they_are_ordered_as_octets_and_shown_escaped() {
        let (short, long) = (Octets::<2>::new(b"b\r"), Octets::<2>::new(b"abc"));
        assert!(long < short);
        assert_eq!(format!("{short:?} {long:?}"), "Octets(\"b\\r\") Octets(\"abc\")");
    }

    #[test]
    fn they_take_five_words() {
        assert_eq!(size_of::<Octets>(), 40);
    }
}
