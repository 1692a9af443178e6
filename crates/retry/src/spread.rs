//! Spreads messages that failed together.
//!
//! in:  the seed of a message      out: a fraction of an eighth, the same at every attempt of that message
//! law: a gap only grows, by less than an eighth; of two messages that fail together, the order stays

/// The seed, stirred so that neighbouring numbers are far apart.
pub(crate) const fn stir(seed: u64) -> u64 {
    let mut x = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// What a message of this seed adds to a gap; both in seconds.
pub(crate) fn extra(gap: u64, seed: u64) -> u64 {
    // 96 bits at most.
    let wide = u128::from(gap).wrapping_mul(u128::from(fraction(seed))) >> AN_EIGHTH;
    u64::try_from(wide).unwrap_or(u64::MAX)
}

/// The same for a gap of less than 2^32 seconds, of a seed whose fraction is known.
pub(crate) const fn share(gap: u64, fraction: u64) -> u64 {
    gap.saturating_mul(fraction) >> AN_EIGHTH
}

/// Where a message of this seed stands between the least and the most, in parts of 2^32.
pub(crate) const fn fraction(seed: u64) -> u64 {
    stir(seed) >> 32
}

/// 2^32 is the whole, and an eighth of it is the most.
const AN_EIGHTH: u32 = 35;

/// A number below `bound`, or 0.
pub(crate) fn below(bound: u64, draw: u64) -> u64 {
    let wide = u128::from(bound).saturating_mul(u128::from(stir(draw))) >> 64;
    u64::try_from(wide).unwrap_or(0)
}

/// A short mark of a name, without regard to case: the same on every machine.
pub(crate) fn mark(name: &str) -> u32 {
    let name = name.strip_suffix('.').unwrap_or(name);
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, octet| {
        (hash ^ u64::from(octet.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
    });
    // Never 0, which stands for "none".
    u32::try_from(stir(hash) >> 32).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_eighth_is_never_reached() {
        for seed in 0..10_000 {
            assert!(extra(14_400, seed) < 1800);
            for gap in [0, 300, 14_400, 86_400, u64::from(u32::MAX)] {
                assert_eq!(share(gap, fraction(seed)), extra(gap, seed));
            }
        }
        assert_eq!(extra(0, 7), 0);
        assert!(extra(u64::MAX, 7) < u64::MAX / 8);
    }

    #[test]
    fn a_mark_has_no_case() {
        assert_eq!(mark("MX.Example."), mark("mx.example"));
        assert_ne!(mark("mx1.example"), mark("mx2.example"));
    }
}
