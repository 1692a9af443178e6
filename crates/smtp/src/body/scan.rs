//! Says how far a body is ordinary: every CR with its LF, and no line that starts with a dot.
//!
//! in:  octets      out: the length of the clean front, in blocks, and what ended it
//! law: a block is clean or it is looked at octet by octet; the verdict never depends on how blocks fall

/// What was seen in a run of octets, for the facts that need no position.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// All octets, or-ed: the top bit says that one was above 127.
    pub(super) or: u8,
    /// Not zero where a zero octet was seen.
    pub(super) nul: u8,
}

/// Why the next block is not clean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Too few octets are left for a block.
    End,
    /// Lines end as they should, but one starts with a dot.
    Dot,
    /// A CR or LF stands alone.
    Bare,
}

/// A clean front of `clean` octets, judged by pairs: for each of them, it is CR if and only if the next is LF, and the
/// two behind it are not LF and dot. So the octet at `clean` is judged as the second of a pair, not as the first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vetted {
    pub(super) clean: usize,
    pub(super) seen: Seen,
    pub(super) stop: Stop,
    /// The length of the block that stopped it, 0 at the end.
    pub(super) block: usize,
    /// What that block holds.
    pub(super) block_seen: Seen,
}

impl Seen {
    pub(super) fn of(octet: u8) -> Self {
        Self { or: octet, nul: u8::from(octet == 0) }
    }

    pub(super) const fn join(self, other: Self) -> Self {
        Self { or: self.or | other.or, nul: self.nul | other.nul }
    }
}

/// Judges `octets` from their first, in large blocks and then in small ones. What was seen is noted only with `FACTS`.
#[inline]
pub(super) fn vet<const FACTS: bool>(octets: &[u8]) -> Vetted {
    let mut vetted = blocks::<256, FACTS>(octets);
    if vetted.stop == Stop::End {
        last_block::<256, FACTS>(&mut vetted, octets);
        vetted = then(vetted, octets, blocks::<32, FACTS>);
    }
    vetted
}

/// Judges what is left behind whole blocks by one more block, which reaches back into them. The end of a small message
/// nearly always stands at the end of the octets, so the block stops in front of its dot.
#[inline]
fn last_block<const N: usize, const FACTS: bool>(vetted: &mut Vetted, octets: &[u8]) {
    let text = if octets.ends_with(b"\r\n.\r\n") { octets.len().saturating_sub(3) } else { octets.len() };
    let Some(from) = text.checked_sub(N.saturating_add(2)) else { return };
    let Some(block) = octets.get(from..text) else { return };
    let (Some(first), Some(second), Some(third)) =
        (window::<N>(block, 0), window::<N>(block, 1), window::<N>(block, 2))
    else {
        return;
    };
    if from <= vetted.clean && !is_odd(first, second, third) {
        let seen = if FACTS { look(first) } else { Seen::default() };
        vetted.seen = vetted.seen.join(seen);
        vetted.clean = vetted.clean.max(from.saturating_add(N));
    }
}

#[inline]
fn then(first: Vetted, octets: &[u8], more: impl Fn(&[u8]) -> Vetted) -> Vetted {
    let second = more(octets.get(first.clean..).unwrap_or_default());
    Vetted { clean: first.clean.saturating_add(second.clean), seen: first.seen.join(second.seen), ..second }
}

#[inline]
fn blocks<const N: usize, const FACTS: bool>(octets: &[u8]) -> Vetted {
    let mut vetted =
        Vetted { clean: 0, seen: Seen::default(), stop: Stop::End, block: 0, block_seen: Seen::default() };
    let mut rest = octets;
    while let (Some(first), Some(second), Some(third)) =
        (window::<N>(rest, 0), window::<N>(rest, 1), window::<N>(rest, 2))
    {
        let seen = if FACTS { look(first) } else { Seen::default() };
        if is_odd(first, second, third) {
            vetted.stop = if is_bare(first, second) { Stop::Bare } else { Stop::Dot };
            vetted.block = N;
            vetted.block_seen = seen;
            break;
        }
        vetted.seen = vetted.seen.join(seen);
        vetted.clean = vetted.clean.saturating_add(N);
        rest = rest.get(N..).unwrap_or_default();
    }
    vetted
}

/// The place of the first line feed that a dot follows.
#[inline]
pub(super) fn stuffed_line(octets: &[u8]) -> Option<usize> {
    let near = octets.get(..NEAR).unwrap_or(octets);
    let found = near.iter().zip(near.iter().skip(1)).position(|(&a, &b)| a == b'\n' && b == b'.');
    if found.is_some() || octets.len() <= NEAR {
        return found;
    }
    let from = NEAR.saturating_sub(1);
    let far = octets.get(from..).unwrap_or_default();
    memchr::memchr_iter(b'\n', far)
        .find(|feed| far.get(feed.saturating_add(1)) == Some(&b'.'))
        .map(|feed| feed.saturating_add(from))
}

fn window<const N: usize>(octets: &[u8], from: usize) -> Option<&[u8; N]> {
    octets.get(from..)?.first_chunk()
}

/// Whether a block is not clean. This loop and those below have no branch, so that the compiler makes them wide.
#[inline]
fn is_odd<const N: usize>(first: &[u8; N], second: &[u8; N], third: &[u8; N]) -> bool {
    let mut odd = 0_u8;
    for ((&a, &b), &c) in first.iter().zip(second).zip(third) {
        let feed = u8::from(b == b'\n');
        odd |= (u8::from(a == b'\r') ^ feed) | (feed & u8::from(c == b'.'));
    }
    odd != 0
}

#[inline]
fn is_bare<const N: usize>(first: &[u8; N], second: &[u8; N]) -> bool {
    let mut bare = 0_u8;
    for (&a, &b) in first.iter().zip(second) {
        bare |= u8::from(a == b'\r') ^ u8::from(b == b'\n');
    }
    bare != 0
}

#[inline]
fn look<const N: usize>(octets: &[u8; N]) -> Seen {
    let (mut or, mut least) = (0_u8, u8::MAX);
    for &octet in octets {
        or |= octet;
        least = least.min(octet);
    }
    Seen { or, nul: u8::from(least == 0) }
}

/// So far a short loop is quicker than a search that starts wide.
pub(super) const NEAR: usize = 16;
