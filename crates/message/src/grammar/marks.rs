//! Finds the octets of a kind in a value, sixty-four at a time.
//!
//! in:  a value, and what is looked for      out: one bit for each octet, or the places of those found, in order
//! law: octets are looked at without a branch; a branch is taken for each that is found

use wide::{CmpEq as _, CmpGt as _, CmpLt as _, i8x16};

/// Octets that are looked at at once.
pub(crate) const WIDTH: usize = 64;

/// Sixteen octets, of which each question asks all at once. An answer is a lane of ones for yes, of zeros for no.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lanes(i8x16);

impl Lanes {
    #[inline]
    pub(crate) fn new(octets: &[u8; 16]) -> Self {
        Self(i8x16::new(octets.map(u8::cast_signed)))
    }

    /// Is it this octet?
    #[inline]
    pub(crate) fn is(self, octet: u8) -> i8x16 {
        self.0.cmp_eq(i8x16::splat(octet.cast_signed()))
    }

    /// Is it one of these?
    #[inline]
    pub(crate) fn any<const N: usize>(self, octets: [u8; N]) -> i8x16 {
        octets.into_iter().fold(i8x16::ZERO, |any, octet| any | self.is(octet))
    }

    /// Is it a letter, a mark or a digit from `first` to `last`, both of US-ASCII?
    #[inline]
    pub(crate) fn within(self, first: u8, last: u8) -> i8x16 {
        let (above, below) = (first.cast_signed().wrapping_sub(1), last.cast_signed().wrapping_add(1));
        self.0.cmp_gt(i8x16::splat(above)) & self.0.cmp_lt(i8x16::splat(below))
    }

    /// May it stand in a token (RFC 2045 §5.1)?
    #[inline]
    pub(crate) fn token(self) -> i8x16 {
        let letters = self.within(b'^', b'~') | self.within(b'A', b'Z') | self.within(b'0', b'9');
        let marks =
            self.is(b'!') | self.within(b'#', b'\'') | self.within(b'*', b'+') | self.within(b'-', b'.');
        letters | marks
    }

    /// Is it a letter or digit of US-ASCII?
    #[inline]
    pub(crate) fn alnum(self) -> i8x16 {
        self.within(b'a', b'z') | self.within(b'A', b'Z') | self.within(b'0', b'9')
    }

    /// May it stand in an atom of US-ASCII (RFC 5322 §3.2.3)?
    #[inline]
    pub(crate) fn atext(self) -> i8x16 {
        (self.token() & !self.is(b'.')) | self.any(*b"/=?")
    }

    /// Is it below 32, or above 127?
    #[inline]
    pub(crate) fn outside(self) -> i8x16 {
        self.0.cmp_lt(i8x16::splat(32))
    }

    /// Has it this bit?
    #[inline]
    pub(crate) fn holds(self, bit: u8) -> i8x16 {
        let bit = i8x16::splat(bit.cast_signed());
        (self.0 & bit).cmp_eq(bit)
    }

    /// Is it above 127?
    #[inline]
    pub(crate) fn high(self) -> i8x16 {
        self.0.cmp_lt(i8x16::ZERO)
    }
}

/// One bit for each octet that a question is answered with yes for; `ask` answers two of sixteen octets.
#[inline]
pub(crate) fn bits<const N: usize>(octets: &[u8; WIDTH], ask: impl Fn(Lanes) -> [i8x16; N]) -> [u64; N] {
    let (sixteens, _) = octets.as_chunks::<16>();
    let mut found = [0_u64; N];
    for sixteen in sixteens.iter().rev() {
        for (found, answer) in found.iter_mut().zip(ask(Lanes::new(sixteen))) {
            *found = found.wrapping_shl(16) | u64::from(answer.move_mask().cast_unsigned());
        }
    }
    found
}

/// `rest`, and blanks behind it.
pub(crate) fn padded(rest: &[u8]) -> [u8; WIDTH] {
    let mut block = [b' '; WIDTH];
    let (slots, _) = block.split_at_mut(rest.len().min(WIDTH));
    let (octets, _) = rest.split_at(slots.len());
    slots.copy_from_slice(octets);
    block
}

/// What [`bits`] says of each block of a value; blanks are none of what is asked for.
#[expect(clippy::cast_possible_truncation, reason = "a shift of up to 64")]
#[inline]
pub(crate) fn blocks<const N: usize>(
    value: &[u8],
    ask: impl Fn(Lanes) -> [i8x16; N],
) -> impl Iterator<Item = [u64; N]> {
    value.chunks(WIDTH).map(move |rest| match (rest.first_chunk(), value.last_chunk()) {
        (Some(near), _) => bits(near, &ask),
        // The last octets are looked at twice, rather than copied.
        (None, Some(last)) => {
            bits(last, &ask).map(|bits| bits.wrapping_shr(WIDTH.wrapping_sub(rest.len()) as u32))
        }
        (None, None) => bits(&padded(rest), &ask),
    })
}

/// The places from `from` on of the octets that `ask` answers with yes for; blanks are none of them.
#[expect(clippy::cast_possible_truncation, reason = "a shift of up to 64")]
#[inline]
pub(crate) fn places(value: &[u8], from: usize, ask: impl Fn(Lanes) -> i8x16) -> impl Iterator<Item = usize> {
    let mut rest = value.get(from..).unwrap_or_default();
    let (mut found, mut at) = (0_u64, 0_usize);
    core::iter::from_fn(move || {
        while found == 0 {
            if rest.is_empty() {
                return None;
            }
            at = value.len().wrapping_sub(rest.len());
            let look = |octets: &[u8; WIDTH]| bits(octets, |lanes| [ask(lanes)])[0];
            found = match (rest.first_chunk(), value.last_chunk()) {
                (Some(near), _) => look(near),
                // The last octets are looked at twice, rather than copied.
                (None, Some(last)) => look(last).wrapping_shr(WIDTH.wrapping_sub(rest.len()) as u32),
                (None, None) => look(&padded(rest)),
            };
            rest = rest.get(WIDTH..).unwrap_or_default();
        }
        let place = at.wrapping_add(found.trailing_zeros() as usize);
        found &= found.wrapping_sub(1);
        Some(place)
    })
}

/// Where the first octet from `from` on stands that `ask` answers with yes for, or the value ends. Sixteen at a time: words
/// are short.
#[expect(clippy::cast_possible_truncation, reason = "a shift of up to 16")]
#[inline]
pub(crate) fn until(value: &[u8], from: usize, ask: impl Fn(Lanes) -> i8x16) -> usize {
    let look = |octets: &[u8; 16]| u32::from(ask(Lanes::new(octets)).move_mask().cast_unsigned() as u16);
    let mut at = from;
    while let Some(rest) = value.get(at..).filter(|rest| !rest.is_empty()) {
        let found = match (rest.first_chunk(), value.last_chunk()) {
            (Some(near), _) => look(near),
            (None, Some(last)) => look(last).wrapping_shr(16_usize.wrapping_sub(rest.len()) as u32),
            (None, None) => {
                let mut octets = [b' '; 16];
                octets.iter_mut().zip(rest).for_each(|(slot, octet)| *slot = *octet);
                look(&octets)
            }
        };
        if found != 0 {
            return at.wrapping_add(found.trailing_zeros() as usize).min(value.len());
        }
        at = at.wrapping_add(16);
    }
    value.len()
}

/// One bit for each octet that a question is answered with yes for; `None` for fewer than sixteen octets or more than
/// [`WIDTH`].
#[expect(clippy::cast_possible_truncation, reason = "places below 64")]
#[inline]
pub(crate) fn whole<const N: usize>(octets: &[u8], ask: impl Fn(Lanes) -> [i8x16; N]) -> Option<[u64; N]> {
    let last = octets.len().checked_sub(16).filter(|last| *last <= WIDTH.wrapping_sub(16))?;
    let mut found = [0_u64; N];
    for at in [0, 16, 32, 48] {
        // The last octets are looked at twice.
        let at = last.min(at);
        let sixteen = octets.get(at..).and_then(<[u8]>::first_chunk)?;
        for (found, answer) in found.iter_mut().zip(ask(Lanes::new(sixteen))) {
            let bits = u64::from(answer.move_mask().cast_unsigned() as u16);
            *found |= bits.wrapping_shl(at as u32);
        }
        if at == last {
            break;
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn every_octet_of_the_kind_is_told_once() {
        let octets: Vec<u8> =
            (0..300_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 % 16).collect();
        for length in 0..octets.len() {
            let value = &octets[..length];
            let wanted = value.iter().enumerate().filter(|(_, b)| **b == 7 || **b == 9).map(|(at, _)| at);
            assert!(places(value, 0, |lanes| lanes.any([7, 9])).eq(wanted.clone()), "{length}");
            for from in [0, 1, 5, 17, 70, length] {
                let first = wanted.clone().find(|at| *at >= from).unwrap_or(length);
                assert_eq!(until(value, from, |lanes| lanes.any([7, 9])), first, "{length} from {from}");
                let behind = wanted.clone().filter(|at| *at >= from);
                assert!(places(value, from, |lanes| lanes.any([7, 9])).eq(behind), "{length} from {from}");
            }
        }
        assert!(places(&[7; 130], 0, |lanes| lanes.is(7)).eq(0..130));
        for length in 0..70 {
            let bits = octets[..length].iter().rev().fold(0_u64, |bits, b| bits << 1 | u64::from(*b == 7));
            let told = whole(&octets[..length], |lanes| [lanes.is(7)]);
            assert_eq!(told, (16..=64).contains(&length).then_some([bits]), "{length}");
        }
    }
}
