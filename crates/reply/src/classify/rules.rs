//! The rules of the classifier, with all their phrases in one tree.
//!
//! in:  rule texts, the user's in front of the built-in ones      out: for a refusal, the first rule that holds
//! law: rules are data; the order of their lines is their rank

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::Heard;
use super::order::{First, Order};
use super::phrases::Phrases;
use super::rule::{Known, Rule, RuleError, Sets};
use super::scan;
use super::seen::{PHRASES, Seen};
use crate::{Cause, Lasting, Stage};

/// The built-in rules, in the order in which they are asked: those of providers first, bare codes last.
const BUILT_IN: &[&str] = &[
    include_str!("rules/sets.rules"),
    include_str!("rules/providers.rules"),
    include_str!("rules/traps.rules"),
    include_str!("rules/ours.rules"),
    include_str!("rules/recipient.rules"),
    include_str!("rules/message.rules"),
    include_str!("rules/way.rules"),
    include_str!("rules/languages.rules"),
    include_str!("rules/general.rules"),
    include_str!("rules/registry.rules"),
    include_str!("rules/codes.rules"),
    include_str!("rules/moods.rules"),
];

/// The rules of the classifier.
///
/// Making them takes some milliseconds; make them once. [`Rules::built_in`] does so for the whole program.
///
/// A rule is a line of six fields parted by `|`: what it concludes, conditions, phrases, source, date, example.
///
/// - It concludes a [`Cause`] by name, and perhaps `=temporary`, `=until_fixed` or `=permanent`, `@blame`, `+change`
///   (`with_tls`, `next_transaction`, ...), `~twice` (a suppression waits for a second sighting) and `~unsure` (it
///   suppresses nobody). With `*` for a cause it says one thing aside: `*=temporary`, or `*~unsure` of other rules.
/// - Conditions are any of the codes (`550`, `5xx`, `none`), any of the enhanced codes (`5.7.1`, `x.7.1`, `5.7.x`), any of the
///   stages (`rcpt`), any of the hosts (`host=google`, `host=mx.example`), and `wire` or `local`; `*` asks nothing.
/// - Phrases are whole words without case and accents; `*` at an end lets a word go on. `&` parts what must all stand
///   in the text, in any order; `/` parts what may stand for one another; `!` asks that none of them stands there; `$mailbox`
///   is a set of words, named before by a line `$mailbox = inbox / mailbox`. `-` is no phrase.
///
/// The first rule that holds decides. Addresses and the paths of links are no words.
///
/// # Examples
///
/// ```
/// use mailwright_reply::{Cause, Refusal, Rules, classify};
///
/// let ours = "\
/// $told = told you so / said so before
/// spam=permanent | 5xx host=mx.example | $told & !sorry | our own log | 2026-01 | 554 We told you so
/// *~unsure | * | lunar outage | our own log | 2026-01 | 550 User unknown in this lunar outage
/// ";
/// let rules = Rules::with(ours)?;
/// let refusal = Refusal::from_text(b"554 we told you so").with_host("a.mx.example");
/// assert_eq!(classify(&refusal, &rules).cause, Cause::Spam);
/// let outage = Refusal::from_text(b"550 5.1.1 User unknown (lunar outage)");
/// assert_eq!(classify(&outage, &rules).cause, Cause::MailboxUnknown);
/// assert!(classify(&outage, &rules).suppression().is_none());
/// # Ok::<(), mailwright_reply::RuleError>(())
/// ```
pub struct Rules {
    list: Vec<Rule>,
    order: Order,
    /// Every phrase, as text is compared.
    phrases: Vec<Vec<u8>>,
    tree: Phrases,
    text: String,
}

/// One rule, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleView<'a> {
    /// What it concludes; none where it only says something aside.
    pub cause: Option<Cause>,
    /// How long it says that it holds, where it overrides the first digit.
    pub lasting: Option<Lasting>,
    /// Whether it is not sure what it says of a recipient; without a cause, what other rules say.
    pub unsure: bool,
    /// The phrases it is keyed on, as written.
    pub phrases: &'a str,
    /// The conditions, as written.
    pub conditions: &'a str,
    /// Where it comes from.
    pub source: &'a str,
    /// The month of that page or reply; `undated` where it does not tell.
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

/// What the rules say of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'r> {
    /// The first rule that holds.
    pub(super) hit: Option<Hit<'r>>,
    /// How long the first mood says that it holds.
    pub(super) mood: Option<Lasting>,
    /// Whether what the text says of a recipient is not sure.
    pub(super) unsure: bool,
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
        let mut list = Vec::new();
        let mut sets = Sets::default();
        for part in texts {
            for (number, line) in (1_u32..).zip(part.lines()) {
                if sets.read(line, number)? {
                    continue;
                }
                if let Some(rule) = Rule::read(line, number, text.len(), &sets)? {
                    text.push_str(line);
                    list.push(rule);
                }
            }
        }
        let mut index = Index::default();
        let order = Order::new(&list, |phrase| index.number(phrase));
        let phrases = index.phrases;
        if phrases.len() > PHRASES || list.len() >= usize::from(u16::MAX) {
            return Err(RuleError::new(0, "at most 8192 phrases and 65534 rules"));
        }
        let tree = Phrases::new(&phrases);
        Ok(Self { list, order, phrases, tree, text })
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The octets that the phrases take.
    pub const fn memory(&self) -> usize {
        self.tree.memory()
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
            unsure: rule.unsure,
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

    /// Every phrase that texts are searched for, in the form in which text is compared.
    pub fn phrases(&self) -> impl Iterator<Item = &[u8]> {
        self.phrases.iter().map(Vec::as_slice)
    }

    /// The first rule that holds, and what is said aside.
    pub(super) fn first(&self, text: &[u8], known: &Known<'_>) -> Found<'_> {
        let mut seen = Seen::new();
        scan::scan(text, known.code, &self.tree, &mut seen);
        let First { rule, mood, unsure } = self.order.first(&self.list, &seen, known);
        let mood = mood.and_then(|number| self.list.get(usize::from(number))).and_then(|rule| rule.lasting);
        let hit = rule.and_then(|(number, phrase)| {
            let rule = self.list.get(usize::from(number))?;
            let range = phrase.and_then(|phrase| {
                let again = || scan::range_of(self.phrases.get(usize::from(phrase))?, text, known.code);
                seen.range(phrase).or_else(again)
            });
            Some(Hit { number, rule, range })
        });
        Found { hit, mood, unsure }
    }
}

/// Phrases, each with the number under which it is known.
#[derive(Default)]
struct Index {
    numbers: BTreeMap<Vec<u8>, u16>,
    phrases: Vec<Vec<u8>>,
}

impl Index {
    fn number(&mut self, phrase: &[u8]) -> u16 {
        if let Some(known) = self.numbers.get(phrase) {
            return *known;
        }
        let next = u16::try_from(self.phrases.len()).unwrap_or(u16::MAX);
        self.numbers.insert(phrase.into(), next);
        self.phrases.push(phrase.into());
        next
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
            .field("phrases", &self.phrases.len())
            .finish_non_exhaustive()
    }
}
