//! Finds many phrases in a text at once.
//!
//! in:  phrases; text in the form in which they are compared      out: each phrase that stands there, first octet and behind the last
//! law: where no phrase begins, one look at a table says so; where one may, no more octets are read than the longest has

use alloc::vec;
use alloc::vec::Vec;

/// Phrases as a tree: what they begin with alike is kept once.
#[derive(Debug)]
pub(super) struct Phrases {
    /// The node behind a blank and two octets, by their kinds; 0 where no phrase begins so.
    words: Vec<u32>,
    /// One bit for each three octets, mixed, that a phrase begins with which may stand inside of a word.
    inner: [u64; MIXED / 64],
    /// The node behind the first octet of those.
    inner_nodes: [u32; 256],
    nodes: Vec<Node>,
    /// The nodes that octets lead to: of few, one behind another; of many, one for each kind, or for each octet.
    targets: Vec<u32>,
}

/// Octets that must follow, the phrase that ends there, and where it goes on.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// Up to eight octets that must follow, and which of the eight those are.
    tail: u64,
    mask: u64,
    /// The octets that lead on, from the lowest; 0 is none. `BY_KIND` and `BY_OCTET` say how the targets stand.
    edges: u64,
    targets: u32,
    phrase: u16,
    length: u8,
}

const BY_KIND: u64 = u64::MAX;
const BY_OCTET: u64 = u64::MAX - 1;

/// How many octets are compared at once; so many zeros stand behind each text.
pub(super) const STEP: usize = 8;

const NO_PHRASE: u16 = u16::MAX;

impl Phrases {
    /// Each phrase has at least three octets and at most 255; its number is its place.
    pub(super) fn new(phrases: &[Vec<u8>]) -> Self {
        let mut sorted: Vec<(&[u8], u16)> = phrases.iter().map(Vec::as_slice).zip(0_u16..).collect();
        sorted.sort_unstable();
        let mut tree = Self {
            words: vec![0; KINDS.saturating_mul(KINDS)],
            inner: [0; MIXED / 64],
            inner_nodes: [0; 256],
            nodes: vec![Node { tail: 0, mask: 0, edges: 0, targets: 0, phrase: NO_PHRASE, length: 0 }],
            targets: Vec::new(),
        };
        for group in sorted.chunk_by(|(one, _), (other, _)| one.get(..3) == other.get(..3)) {
            let Some(([b' ', first, second, ..], _)) = group.first() else { continue };
            if let Some(place) = place(*first, *second) {
                let node = tree.grow(group, 3);
                if let Some(slot) = tree.words.get_mut(place) {
                    *slot = node;
                }
            }
        }
        sorted.retain(|(phrase, _)| !matches!(phrase, [b' ', one, two, ..] if place(*one, *two).is_some()));
        for group in sorted.chunk_by(|(one, _), (other, _)| one.first() == other.first()) {
            let Some(([first, ..], _)) = group.first() else { continue };
            let node = tree.grow(group, 1);
            if let Some(slot) = tree.inner_nodes.get_mut(usize::from(*first)) {
                *slot = node;
            }
            for (phrase, _) in group {
                let [one, two, three, ..] = phrase else { continue };
                let mixed = mix(*one, *two, *three);
                if let Some(bits) = tree.inner.get_mut(mixed / 64) {
                    *bits |= 1 << (mixed % 64);
                }
            }
        }
        tree
    }

    /// Makes the node of phrases that have the first `depth` octets alike.
    fn grow(&mut self, list: &[(&[u8], u16)], depth: usize) -> u32 {
        let number = self.nodes.len();
        let (first, last) = match (list.first(), list.last()) {
            (Some((first, _)), Some((last, _))) => (*first, *last),
            _ => (&[][..], &[][..]),
        };
        let (front, back) = (first.get(depth..).unwrap_or_default(), last.get(depth..).unwrap_or_default());
        let alike = front.iter().zip(back).take(STEP).take_while(|(one, other)| one == other).count();
        let octets = |(tail, mask): (u64, u64), octet: &u8| (tail << 8 | u64::from(*octet), mask << 8 | 0xff);
        let (tail, mask) = front.iter().take(alike).rev().fold((0, 0), octets);
        let end = depth.saturating_add(alike);
        let (phrase, rest) = match list.split_first() {
            Some(((octets, phrase), rest)) if octets.len() <= end => (*phrase, rest),
            _ => (NO_PHRASE, list),
        };
        let groups: Vec<&[(&[u8], u16)]> =
            rest.chunk_by(|(one, _), (other, _)| one.get(end) == other.get(end)).collect();
        let leads = |group: &[(&[u8], u16)]| group.first().and_then(|(octets, _)| octets.get(end)).copied();
        let kinds = groups.iter().all(|group| leads(group).is_some_and(|octet| kind(octet) != 0));
        let few = groups.iter().filter_map(|group| leads(group)).rev();
        let (edges, room) = match (groups.len(), kinds) {
            (0..=STEP, _) => (few.fold(0, |edges, octet| edges << 8 | u64::from(octet)), groups.len()),
            (_, true) => (BY_KIND, KINDS),
            (_, false) => (BY_OCTET, 256),
        };
        let targets = self.targets.len();
        self.targets.resize(targets.saturating_add(room), 0);
        let short = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        let length = u8::try_from(alike).unwrap_or(u8::MAX);
        self.nodes.push(Node { tail, mask, edges, targets: short(targets), phrase, length });
        for (place, group) in groups.iter().enumerate() {
            let target = self.grow(group, end.saturating_add(1));
            let place = match edges {
                BY_KIND => leads(group).map_or(0, kind),
                BY_OCTET => leads(group).map_or(0, usize::from),
                _ => place,
            };
            if let Some(slot) = self.targets.get_mut(targets.saturating_add(place)) {
                *slot = target;
            }
        }
        short(number)
    }

    /// Says which phrases begin at the octets before `upto`: number, first octet, behind the last.
    ///
    /// Zeros stand behind the text, at least [`STEP`].
    pub(super) fn find(&self, text: &[u8], upto: usize, hit: &mut impl FnMut(u16, usize, usize)) {
        let mut walks = Walks::new();
        let starts = text.get(..upto.min(text.len())).unwrap_or_default();
        for at in memchr::memchr_iter(b' ', starts) {
            let Some(&[_, one, two]) = text.get(at..at.saturating_add(3)) else { break };
            let node = place(one, two).and_then(|place| self.words.get(place)).copied().unwrap_or(0);
            if walks.begin(node, at, 3) {
                self.walk(text, &mut walks, hit);
            }
        }
        for (at, three) in text.windows(3).take(upto).enumerate() {
            let &[one, two, three] = three else { break };
            let mixed = mix(one, two, three);
            if self.inner.get(mixed / 64).is_some_and(|bits| bits >> (mixed % 64) & 1 != 0) {
                let node = self.inner_nodes.get(usize::from(one)).copied().unwrap_or(0);
                if walks.begin(node, at, 1) {
                    self.walk(text, &mut walks, hit);
                }
            }
        }
        self.walk(text, &mut walks, hit);
    }

    /// Goes one node on with each walk in turn, until none goes on.
    ///
    /// So what one waits for is on its way while the next is looked at, and a walk that ends costs no wrong guess.
    fn walk(&self, text: &[u8], walks: &mut Walks, hit: &mut impl FnMut(u16, usize, usize)) {
        while walks.count > 0 {
            let (count, mut hits, mut left) = (walks.count, 0_usize, 0_usize);
            for index in 0..count {
                let Some(&(number, at, from)) = walks.list.get(index) else { break };
                let (phrase, end, next) = self.step(text, number, usize::from(from));
                if let (Some(slot), Some(on)) = (walks.hits.get_mut(hits), walks.list.get_mut(left)) {
                    *slot = (phrase, at, end);
                    hits = hits.saturating_add(usize::from(phrase != NO_PHRASE));
                    *on = (next, at, end.saturating_add(1));
                    left = left.saturating_add(usize::from(next != 0));
                }
            }
            walks.count = left;
            for (phrase, at, end) in walks.hits.get(..hits).unwrap_or_default() {
                hit(*phrase, usize::from(*at), usize::from(*end));
            }
        }
    }

    /// The phrase that ends at a node, if the text goes on as it asks; behind its octets; the node that the next octet leads to.
    #[inline]
    #[expect(clippy::needless_bitwise_bool, reason = "a branch would guess wrong for every other word")]
    fn step(&self, text: &[u8], number: u32, from: usize) -> (u16, u16, u32) {
        const NOTHING: (u16, u16, u32) = (NO_PHRASE, 0, 0);
        let index = |value: u32| usize::try_from(value).unwrap_or(usize::MAX);
        let Some(node) = self.nodes.get(index(number)) else { return NOTHING };
        let Some(ahead) = text.get(from..).and_then(<[u8]>::first_chunk::<STEP>) else { return NOTHING };
        let fits = (u64::from_le_bytes(*ahead) ^ node.tail) & node.mask == 0;
        let end = from.saturating_add(usize::from(node.length));
        let octet = text.get(end).copied().unwrap_or_default();
        let same = same(node.edges, octet);
        let edge = match node.edges {
            BY_KIND => kind(octet),
            BY_OCTET => usize::from(octet),
            _ => usize::try_from(same.trailing_zeros() / 8).unwrap_or(usize::MAX),
        };
        let known = (same != 0) | (node.edges >= BY_OCTET);
        let target = self.targets.get(index(node.targets).saturating_add(edge)).copied().unwrap_or(0);
        let leads = fits & known & (octet != 0);
        let phrase = if fits { node.phrase } else { NO_PHRASE };
        (phrase, u16::try_from(end).unwrap_or(u16::MAX), if leads { target } else { 0 })
    }

    /// The octets that the tree takes.
    pub(super) const fn memory(&self) -> usize {
        let nodes = self.nodes.len().saturating_mul(size_of::<Node>());
        let words = self.words.len().saturating_add(self.targets.len()).saturating_mul(4);
        nodes.saturating_add(words).saturating_add(size_of::<Self>())
    }
}

/// How many walks are under way at once.
const ROOM: usize = 64;

/// Walks through the tree: the node, where the phrase would begin, how far the text is read.
struct Walks {
    list: [(u32, u16, u16); ROOM],
    count: usize,
    hits: [(u16, u16, u16); ROOM],
}

impl Walks {
    const fn new() -> Self {
        Self { list: [(0, 0, 0); ROOM], count: 0, hits: [(0, 0, 0); ROOM] }
    }

    /// Adds a walk, if there is a node; true where there is no room for another one.
    #[inline]
    fn begin(&mut self, node: u32, at: usize, known: usize) -> bool {
        let short = |index: usize| u16::try_from(index).unwrap_or(u16::MAX);
        if let Some(slot) = self.list.get_mut(self.count) {
            *slot = (node, short(at), short(at.saturating_add(known)));
            self.count = self.count.saturating_add(usize::from(node != 0));
        }
        self.count >= ROOM
    }
}

/// How many kinds of octets there are: none of these, a blank, a dot, digits, letters.
const KINDS: usize = 39;

/// Where the node of a word that begins with these two is kept.
#[inline]
fn place(one: u8, two: u8) -> Option<usize> {
    let (one, two) = (kind(one), kind(two));
    (one != 0 && two != 0).then(|| one.saturating_mul(KINDS).saturating_add(two))
}

/// The octets that are the same as this one, the lowest surely, by their highest bits.
#[inline]
const fn same(octets: u64, octet: u8) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // A zero where they are the same.
    let other = octets ^ ONES.wrapping_mul(octet as u64);
    other.wrapping_sub(ONES) & !other & (ONES << 7)
}

/// How many three octets are told apart.
const MIXED: usize = 8192;

#[inline]
fn mix(one: u8, two: u8, three: u8) -> usize {
    (usize::from(one) ^ usize::from(two) << 4 ^ usize::from(three) << 8) % MIXED
}

#[inline]
fn kind(octet: u8) -> usize {
    KIND.get(usize::from(octet)).copied().map_or(0, usize::from)
}

const KIND: [u8; 256] = {
    let mut kinds = [0_u8; 256];
    let mut octet = 0_u8;
    loop {
        let kind = match octet {
            b' ' => 1,
            b'.' => 2,
            b'0'..=b'9' => octet.wrapping_sub(b'0').wrapping_add(3),
            b'a'..=b'z' => octet.wrapping_sub(b'a').wrapping_add(13),
            _ => 0,
        };
        #[expect(clippy::indexing_slicing, reason = "an octet is below 256; evaluated when compiled")]
        {
            kinds[octet as usize] = kind;
        }
        if octet == 0xff {
            break;
        }
        octet = octet.wrapping_add(1);
    }
    kinds
};

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString as _};

    fn found(phrases: &[&str], text: &str) -> Vec<(String, usize, usize)> {
        let octets: Vec<Vec<u8>> = phrases.iter().map(|phrase| phrase.as_bytes().to_vec()).collect();
        let mut hits = Vec::new();
        let padded = [text.as_bytes(), &[0; STEP]].concat();
        Phrases::new(&octets).find(&padded, text.len(), &mut |phrase, start, end| {
            hits.push((phrases[usize::from(phrase)].to_string(), start, end));
        });
        hits.sort();
        hits
    }

    /// The same by a search for each phrase, from each place.
    fn one_by_one(phrases: &[&str], text: &str) -> Vec<(String, usize, usize)> {
        let starts = |phrase: &'_ &str, at: usize| text.as_bytes()[at..].starts_with(phrase.as_bytes());
        let mut hits: Vec<(String, usize, usize)> = phrases
            .iter()
            .flat_map(|phrase| {
                let places = (0..text.len()).filter(move |at| starts(phrase, *at));
                places.map(|at| ((*phrase).to_string(), at, at.saturating_add(phrase.len())))
            })
            .collect();
        hits.sort();
        hits
    }

    #[test]
    fn finds_what_a_search_for_each_finds() {
        let phrases = [
            " user ",
            " user unknown ",
            " unknown ",
            " unk",
            "spam",
            " quota",
            "nknow",
            " full",
            " 550 ",
            "n t exist",
            "ящик",
            " a.b",
            " us",
        ];
        for text in [
            " user unknown ",
            " the users unknown quota full",
            " antispamfull 550 ",
            " doesn t exist a.b ящик",
            "spam",
            " user",
            " us er",
            "",
        ] {
            assert_eq!(found(&phrases, text), one_by_one(&phrases, text), "{text}");
        }
    }

    /// Few letters, so that phrases begin alike, stand in each other and overlap; some beyond ASCII, so that nodes have many edges.
    #[test]
    fn any_phrases_are_found_in_any_text() {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut below = |most: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 33).unwrap() % most
        };
        let letters: Vec<char> = "  aabbcd.1\u{e9}\u{444}".chars().collect();
        for round in 0..600 {
            let wide = if round % 3 == 0 { letters.len() + 26 } else { letters.len() };
            let letter = |number: usize| {
                letters
                    .get(number)
                    .copied()
                    .unwrap_or_else(|| char::from(b'a' + u8::try_from(number - letters.len()).unwrap()))
            };
            let mut word = |length: usize| (0..length).map(|_| letter(below(wide))).collect::<String>();
            let mut phrases: Vec<String> = (0..=round % 60).map(|number| word(3 + number % 14)).collect();
            phrases.sort();
            phrases.dedup();
            let phrases: Vec<&str> = phrases.iter().map(String::as_str).collect();
            let texts = [
                word(round % 300),
                phrases.join(""),
                phrases.iter().rev().copied().collect::<Vec<_>>().join(" "),
            ];
            for text in &texts {
                assert_eq!(found(&phrases, text), one_by_one(&phrases, text), "{phrases:?} in {text:?}");
            }
        }
    }

    #[test]
    fn what_begins_behind_the_border_is_left_to_the_next_window() {
        let octets = [b" user ".to_vec(), b"spam".to_vec()];
        let mut hits = 0;
        Phrases::new(&octets).find(b" user spam \0\0\0\0\0\0\0\0", 5, &mut |_, _, _| hits += 1);
        assert_eq!(hits, 1);
    }
}
