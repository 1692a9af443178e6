//! Which rule is the first that holds, once it is known which phrases stand in a text.
//!
//! in:  rules in their order, the numbers of their phrases; phrases seen      out: the first rule, and what is said aside
//! law: a rule is looked at only where its first phrase was seen; the lowest number wins

use alloc::vec::Vec;

use super::provider::Provider;
use super::rule::{Known, Rule};
use super::seen::{PHRASES, Seen};

/// Phrase to the rules that it opens, in their order.
#[derive(Debug)]
struct Lists {
    /// The phrases that open any.
    any: [u64; PHRASES / 64],
    starts: Vec<u32>,
    rules: Vec<u16>,
}

impl Lists {
    fn new(opened: &[Vec<u16>]) -> Self {
        let mut lists = Self { any: [0; PHRASES / 64], starts: Vec::new(), rules: Vec::new() };
        for (phrase, rules) in (0_u16..).zip(opened) {
            lists.starts.push(u32::try_from(lists.rules.len()).unwrap_or(u32::MAX));
            lists.rules.extend_from_slice(rules);
            let (word, bit) = Seen::place(phrase);
            if let Some(any) = lists.any.get_mut(usize::from(word)).filter(|_| !rules.is_empty()) {
                *any |= bit;
            }
        }
        lists.starts.push(u32::try_from(lists.rules.len()).unwrap_or(u32::MAX));
        lists
    }

    fn of(&self, phrase: u16) -> &[u16] {
        let at = |index: usize| self.starts.get(index).and_then(|start| usize::try_from(*start).ok());
        let first = usize::from(phrase);
        let range = at(first).zip(at(first.saturating_add(1)));
        range.and_then(|(start, end)| self.rules.get(start..end)).unwrap_or_default()
    }
}

/// Any of some phrases, as bits of the words of [`Seen`]; or none of them.
#[derive(Debug, Clone, Copy)]
struct Other {
    bits: (u32, u32),
    absent: bool,
}

/// What a rule asks beside its first phrase.
#[derive(Debug, Clone, Copy)]
struct Asks {
    /// First digits of the reply code that it may hold for, as bits.
    classes: u8,
    /// Whether it asks for nothing but those and the words.
    plain: bool,
    others: (u32, u32),
}

/// Rules by the phrases that open them.
#[derive(Debug)]
pub(super) struct Order {
    opens: Lists,
    moods: Lists,
    doubts: Lists,
    asks: Vec<Asks>,
    others: Vec<Other>,
    bits: Vec<(u8, u64)>,
    /// Rules without phrases, each with the one provider it is about, if it is about one.
    bare: Vec<(u16, Option<Provider>)>,
}

/// What the rules say of a text, by their numbers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct First {
    /// The first rule that holds, and the phrase that opened it.
    pub(super) rule: Option<(u16, Option<u16>)>,
    /// The first mood.
    pub(super) mood: Option<u16>,
    /// Whether any doubt holds.
    pub(super) unsure: bool,
}

impl Order {
    /// `number` gives each phrase its number, the same for the same phrase.
    pub(super) fn new(rules: &[Rule], mut number: impl FnMut(&[u8]) -> u16) -> Self {
        let mut opened: [Vec<Vec<u16>>; 3] = Default::default();
        let (mut asks, mut others, mut bits, mut bare) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (rank, rule) in (0_u16..).zip(rules) {
            let from = others.len();
            for (place, term) in rule.terms.iter().enumerate() {
                let ids = term.phrases.iter().map(|phrase| number(phrase));
                if place > 0 {
                    others.push(Other { bits: gather(ids, &mut bits), absent: term.absent });
                    continue;
                }
                let kind = match (rule.cause, rule.unsure) {
                    (Some(_), _) => 0,
                    (None, false) => 1,
                    (None, true) => 2,
                };
                for id in ids {
                    for lists in &mut opened {
                        let least = usize::from(id).saturating_add(1).max(lists.len());
                        lists.resize_with(least, Vec::new);
                    }
                    if let Some(list) = opened.get_mut(kind).and_then(|list| list.get_mut(usize::from(id))) {
                        list.push(rank);
                    }
                }
            }
            if rule.terms.is_empty() {
                bare.push((rank, rule.when.only_provider()));
            }
            asks.push(Asks {
                classes: rule.when.class_bits(),
                plain: rule.when.is_plain(),
                others: span(from, others.len()),
            });
        }
        let [opens, moods, doubts] = opened.map(|lists| Lists::new(&lists));
        Self { opens, moods, doubts, asks, others, bits, bare }
    }

    /// The first rule that holds, and what is said aside.
    pub(super) fn first(&self, rules: &[Rule], seen: &Seen, known: &Known<'_>) -> First {
        let asked = Asked { order: self, rules, seen, known, class: class_bit(known) };
        let mut first = First::default();
        for phrase in seen.among(&self.opens.any) {
            let least = first.rule.map_or(u16::MAX, |(least, _)| least);
            if let Some(number) = asked.least(&self.opens, phrase, least) {
                first.rule = Some((number, Some(phrase)));
            }
        }
        for &(number, provider) in &self.bare {
            if first.rule.is_some_and(|(least, _)| number >= least) {
                break;
            }
            let elsewhere = provider.is_some() && provider != known.provider;
            if !elsewhere && asked.holds(number) {
                first.rule = Some((number, None));
            }
        }
        let rule = first.rule.and_then(|(number, _)| rules.get(usize::from(number)));
        // Asides are asked for only where they may change what the rule says.
        if rule.is_none_or(Rule::listens_to_moods) {
            for phrase in seen.among(&self.moods.any) {
                first.mood = asked.least(&self.moods, phrase, first.mood.unwrap_or(u16::MAX)).or(first.mood);
            }
        }
        if rule.is_some_and(Rule::may_be_doubted) {
            let doubted = |phrase| asked.least(&self.doubts, phrase, u16::MAX).is_some();
            first.unsure = seen.among(&self.doubts.any).any(doubted);
        }
        first
    }
}

/// One text, asked about rules.
struct Asked<'a> {
    order: &'a Order,
    rules: &'a [Rule],
    seen: &'a Seen,
    known: &'a Known<'a>,
    class: u8,
}

impl Asked<'_> {
    /// The first rule below `least` that the phrase opens and that holds.
    fn least(&self, lists: &Lists, phrase: u16, least: u16) -> Option<u16> {
        for &number in lists.of(phrase) {
            if number >= least {
                return None;
            }
            if self.holds(number) {
                return Some(number);
            }
        }
        None
    }

    fn holds(&self, number: u16) -> bool {
        let Some(asks) = self.order.asks.get(usize::from(number)) else { return false };
        asks.classes & self.class != 0
            && part(&self.order.others, asks.others).iter().all(|other| self.other(*other))
            && (asks.plain
                || self.rules.get(usize::from(number)).is_some_and(|rule| rule.when.holds(self.known)))
    }

    fn other(&self, other: Other) -> bool {
        part(&self.order.bits, other.bits).iter().any(|(word, mask)| self.seen.any(*word, *mask))
            != other.absent
    }
}

/// The bits of some phrases, behind those that are gathered.
fn gather(phrases: impl Iterator<Item = u16>, bits: &mut Vec<(u8, u64)>) -> (u32, u32) {
    let from = bits.len();
    for phrase in phrases {
        let (word, bit) = Seen::place(phrase);
        let known = bits.get_mut(from..).unwrap_or_default();
        match known.iter_mut().find(|(known, _)| *known == word) {
            Some((_, mask)) => *mask |= bit,
            None => bits.push((word, bit)),
        }
    }
    span(from, bits.len())
}

fn span(from: usize, end: usize) -> (u32, u32) {
    (u32::try_from(from).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX))
}

fn part<T>(list: &[T], (from, end): (u32, u32)) -> &[T] {
    let index = |value: u32| usize::try_from(value).unwrap_or(usize::MAX);
    list.get(index(from)..index(end)).unwrap_or_default()
}

/// The first digit as a bit; the lowest where there is no code.
fn class_bit(known: &Known<'_>) -> u8 {
    known.code.map_or(1, |code| {
        let [class, ..] = code.digits();
        1_u8 << (class & 7)
    })
}
