//! Which phrases stood in a text, and where.
//!
//! in:  phrases by their numbers, each once      out: their bits, and the places of the first few
//! law: no allocation; what has no room loses its place, never its bit

/// The most phrases that all rules together may have.
pub(super) const PHRASES: usize = 8192;
/// Phrases whose place is kept at first: for another, the text is read again.
const SPOTS: usize = 64;
/// Where a phrase stood first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub(super) phrase: u16,
    pub(super) range: (u32, u32),
}

/// Which phrases stood in a text.
pub(super) struct Seen {
    set: [u64; PHRASES / 64],
    /// Which words of the set are not empty.
    full: u128,
    spots: [Spot; SPOTS],
    count: usize,
}

impl Seen {
    pub(super) const fn new() -> Self {
        let none = Spot { phrase: 0, range: (0, 0) };
        Self { set: [0; PHRASES / 64], full: 0, spots: [none; SPOTS], count: 0 }
    }

    /// The word and the bit of a phrase.
    pub(super) fn place(phrase: u16) -> (u8, u64) {
        (u8::try_from(phrase / 64).unwrap_or(u8::MAX), 1 << (phrase % 64))
    }

    /// Whether any of the bits of a word stands.
    pub(super) fn any(&self, word: u8, mask: u64) -> bool {
        self.set.get(usize::from(word)).is_some_and(|bits| bits & mask != 0)
    }

    /// The phrases that were seen, of those whose bits are given.
    pub(super) fn among(&self, bits: &[u64; PHRASES / 64]) -> impl Iterator<Item = u16> {
        filled(self.full).flat_map(move |word| {
            let at = |list: &[u64; PHRASES / 64]| list.get(usize::from(word)).copied().unwrap_or_default();
            ones(at(&self.set) & at(bits)).map(move |bit| word.saturating_mul(64).saturating_add(bit))
        })
    }

    /// Where the phrase stood first, if that was kept.
    pub(super) fn range(&self, phrase: u16) -> Option<(u32, u32)> {
        let kept = self.spots.get(..self.count).unwrap_or_default();
        kept.iter().find(|spot| spot.phrase == phrase).map(|spot| spot.range)
    }

    /// Notes where a phrase stood, once.
    pub(super) fn note(&mut self, spot: Spot) {
        let Some(word) = self.set.get_mut(usize::from(spot.phrase / 64)) else { return };
        *word |= 1_u64 << (spot.phrase % 64);
        self.full |= 1_u128 << (spot.phrase / 64);
        if let Some(place) = self.spots.get_mut(self.count) {
            *place = spot;
            self.count = self.count.saturating_add(1);
        }
    }
}

/// The places of the bits that are set, from the lowest.
fn ones(mut bits: u64) -> impl Iterator<Item = u16> {
    core::iter::from_fn(move || {
        let bit = u16::try_from(bits.trailing_zeros()).ok().filter(|bit| *bit < 64)?;
        bits &= bits.wrapping_sub(1);
        Some(bit)
    })
}

/// The same of twice as many bits.
fn filled(mut bits: u128) -> impl Iterator<Item = u16> {
    core::iter::from_fn(move || {
        let bit = u16::try_from(bits.trailing_zeros()).ok().filter(|bit| *bit < 128)?;
        bits &= bits.wrapping_sub(1);
        Some(bit)
    })
}
