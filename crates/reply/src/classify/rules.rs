//! The rules of the classifier, compiled into one automaton.
//!
//! in:  rule texts, the user's in front of the built-in ones      out: for a refusal, the first rule that holds
//! law: rules are data; the order of their lines is their rank

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use aho_corasick::MatchKind;
use aho_corasick::nfa::contiguous::NFA;

use super::Heard;
use super::provider::Provider;
use super::rule::{Known, Rule, RuleError};
use super::scan::{self, PHRASES, Seen};
use crate::{Cause, Lasting, Stage};

/// The built-in rules, in the order in which they are asked: those of providers first, bare codes last.
const BUILT_IN: &[&str] = &[
    include_str!("rules/providers.rules"),
    include_str!("rules/traps.rules"),
    include_str!("rules/ours.rules"),
    include_str!("rules/recipient.rules"),
    include_str!("rules/message.rules"),
    include_str!("rules/way.rules"),
    include_str!("rules/languages.rules"),
    include_str!("rules/registry.rules"),
    include_str!("rules/codes.rules"),
    include_str!("rules/moods.rules"),
];

/// So deep the automaton is kept dense: most of a text is read there.
const DENSE: usize = 3;

/// The rules of the classifier.
///
/// Making them takes some milliseconds; make them once. [`Rules::built_in`] does so for the whole program.
///
/// # Examples
///
/// ```
/// use mailwright_reply::{Cause, Refusal, Rules, classify};
///
/// let ours = "spam | 5xx host=mx.example | told you so | our own log | 2026-01 | 554 We told you so";
/// let rules = Rules::with(ours)?;
/// let refusal = Refusal::from_text(b"554 we told you so").with_host("a.mx.example");
/// assert_eq!(classify(&refusal, &rules).cause, Cause::Spam);
/// # Ok::<(), mailwright_reply::RuleError>(())
/// ```
pub struct Rules {
    list: Vec<Rule>,
    /// Phrase to the rules that it opens.
    opens: Vec<Vec<u16>>,
    /// Of each rule, its other phrases and whether each must be absent.
    others: Vec<Vec<(u16, bool)>>,
    /// Rules without phrases, each with the one provider it is about, if it is about one.
    bare: Vec<(u16, Option<Provider>)>,
    automaton: NFA,
    text: String,
}

/// One rule, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleView<'a> {
    /// What it concludes; none where it only says how long a refusal holds.
    pub cause: Option<Cause>,
    /// How long it says that it holds, where it overrides the first digit.
    pub lasting: Option<Lasting>,
    /// The phrases it is keyed on, as written.
    pub phrases: &'a str,
    /// The conditions, as written.
    pub conditions: &'a str,
    /// Where it comes from.
    pub source: &'a str,
    /// When that was seen.
    pub date: &'a str,
    /// A reply that it is meant for.
    pub example: &'a str,
    /// A host for the example, where the rule is a provider's.
    pub host: Option<&'a str>,
    /// A stage for the example, where the rule asks for one.
    pub stage: Option<Stage>,
    /// How the example must be known, where the rule asks for it.
    pub heard: Option<Heard>,
}

/// The rule that held, and the phrase it was keyed on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit<'r> {
    pub(super) number: u16,
    pub(super) rule: &'r Rule,
    pub(super) range: Option<(u32, u32)>,
}

impl Rules {
    /// The built-in rules, made once for the whole program.
    ///
    /// # Panics
    ///
    /// Never: a test makes them.
    #[cfg(feature = "std")]
    pub fn built_in() -> &'static Self {
        static RULES: std::sync::OnceLock<Rules> = std::sync::OnceLock::new();
        RULES.get_or_init(Self::new)
    }

    /// The built-in rules, made anew.
    pub fn new() -> Self {
        Self::with("").unwrap_or_else(|error| unreachable!("a test reads the built-in rules: {error}"))
    }

    /// The caller's rules, one a line, in front of the built-in ones.
    ///
    /// # Errors
    ///
    /// [`RuleError`] with the number of the line, counted in the caller's text.
    pub fn with(more: &str) -> Result<Self, RuleError> {
        let mut texts = Vec::with_capacity(BUILT_IN.len().saturating_add(1));
        texts.push(more);
        texts.extend_from_slice(BUILT_IN);
        Self::compile(&texts)
    }

    /// The caller's rules alone.
    ///
    /// # Errors
    ///
    /// As [`with`](Self::with).
    pub fn only(rules: &str) -> Result<Self, RuleError> {
        Self::compile(&[rules])
    }

    fn compile(texts: &[&str]) -> Result<Self, RuleError> {
        let mut text = String::new();
        let mut rules = Vec::new();
        for part in texts {
            for (number, line) in (1_u32..).zip(part.lines()) {
                if let Some(rule) = Rule::read(line, number, text.len())? {
                    text.push_str(line);
                    rules.push(rule);
                }
            }
        }
        let mut numbers: BTreeMap<Vec<u8>, u16> = BTreeMap::new();
        let mut opens: Vec<Vec<u16>> = Vec::new();
        let mut others: Vec<Vec<(u16, bool)>> = Vec::new();
        let mut bare = Vec::new();
        let mut patterns = Vec::new();
        for (number, rule) in (0_u16..).zip(&rules) {
            let mut rest = Vec::new();
            for (place, phrase) in rule.phrases.iter().enumerate() {
                let next = u16::try_from(patterns.len()).unwrap_or(u16::MAX);
                let id = *numbers.entry(phrase.octets.clone()).or_insert_with(|| {
                    patterns.push(phrase.octets.clone());
                    opens.push(Vec::new());
                    next
                });
                match opens.get_mut(usize::from(id)) {
                    Some(opened) if place == 0 => opened.push(number),
                    Some(_) | None => rest.push((id, phrase.absent)),
                }
            }
            if rule.phrases.is_empty() {
                bare.push((number, rule.when.only_provider()));
            }
            others.push(rest);
        }
        if patterns.len() > PHRASES || rules.len() >= usize::from(u16::MAX) {
            return Err(RuleError::new(0, "at most 4096 phrases and 65534 rules"));
        }
        let built = NFA::builder()
            .match_kind(MatchKind::Standard)
            .prefilter(false)
            .dense_depth(DENSE)
            .build(&patterns);
        let automaton = built.map_err(|_| RuleError::new(0, "phrases of an ordinary size"))?;
        Ok(Self { list: rules, opens, others, bare, automaton, text })
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The octets that the automaton takes.
    pub fn memory(&self) -> usize {
        use aho_corasick::automaton::Automaton as _;
        self.automaton.memory_usage()
    }

    /// The rule of this number, for people.
    pub fn rule(&self, number: u16) -> Option<RuleView<'_>> {
        let rule = self.list.get(usize::from(number))?;
        let line = self.text.get(rule.line.0..rule.line.1)?;
        let mut fields = line.splitn(6, '|').map(str::trim);
        fields.next()?;
        Some(RuleView {
            cause: rule.cause,
            lasting: rule.lasting,
            conditions: fields.next()?,
            phrases: fields.next()?,
            source: fields.next()?,
            date: fields.next()?,
            example: fields.next()?,
            host: rule.when.sample_host(),
            stage: rule.when.sample_stage(),
            heard: rule.when.sample_heard(),
        })
    }

    /// The first rule that holds, and how long the first mood says that it holds.
    pub(super) fn first(&self, text: &[u8], known: &Known<'_>) -> (Option<Hit<'_>>, Option<Lasting>) {
        let seen = scan::scan(text, known.code, &self.automaton);
        let mut best: Option<(u16, Option<(u32, u32)>)> = None;
        let mut mood: Option<u16> = None;
        for spot in seen.spots() {
            for &number in self.opens.get(usize::from(spot.phrase)).map(Vec::as_slice).unwrap_or_default() {
                let least = if self.is_mood(number) { mood } else { best.map(|(least, _)| least) };
                if least.is_some_and(|least| number >= least) || !self.holds(number, &seen, known) {
                    continue;
                }
                if self.is_mood(number) {
                    mood = Some(number);
                } else {
                    best = Some((number, Some(spot.range)));
                }
            }
        }
        for &(number, provider) in &self.bare {
            if best.is_some_and(|(least, _)| number >= least) {
                break;
            }
            let elsewhere = provider.is_some() && provider != known.provider;
            if !elsewhere && self.holds(number, &seen, known) {
                best = Some((number, None));
            }
        }
        let mood = mood.and_then(|number| self.list.get(usize::from(number))).and_then(|rule| rule.lasting);
        let hit = best.and_then(|(number, range)| {
            let rule = self.list.get(usize::from(number))?;
            Some(Hit { number, rule, range })
        });
        (hit, mood)
    }

    fn is_mood(&self, number: u16) -> bool {
        self.list.get(usize::from(number)).is_some_and(|rule| rule.cause.is_none())
    }

    fn holds(&self, number: u16, seen: &Seen, known: &Known<'_>) -> bool {
        let others = self.others.get(usize::from(number)).map(Vec::as_slice).unwrap_or_default();
        others.iter().all(|(phrase, absent)| seen.has(*phrase) != *absent)
            && self.list.get(usize::from(number)).is_some_and(|rule| rule.when.holds(known))
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::new()
    }
}

impl core::fmt::Debug for Rules {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Rules")
            .field("rules", &self.list.len())
            .field("phrases", &self.opens.len())
            .finish_non_exhaustive()
    }
}
