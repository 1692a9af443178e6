//! One rule of the classifier, as a line of text.
//!
//! in:  `cause[=lasting][@blame][+change][~twice] | conditions | phrase & this / that & !phrase & $set | source | date | example`
//! out: a rule; the words are those of `Cause`, `Lasting`, `Blame` and `Change`; a set is what `$set = this / that` named before
//! law: what a line does not say is not asked; a line that can't be read is an error with its number

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use thiserror::Error;

use super::Heard;
use super::provider::{Provider, is_below};
use crate::{Blame, Cause, Change, EnhancedStatusCode, Lasting, ReplyCode, Stage};

/// A rule that can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[error("rule in line {line}: expected {expected}")]
pub struct RuleError {
    line: u32,
    expected: &'static str,
}

impl RuleError {
    pub(super) const fn new(line: u32, expected: &'static str) -> Self {
        Self { line, expected }
    }

    /// The line of the rule text, 1-based.
    pub const fn line(self) -> u32 {
        self.line
    }

    /// What should have stood there.
    pub const fn expected(self) -> &'static str {
        self.expected
    }
}

/// What a rule asks of everything but the words.
#[derive(Debug, Clone, Default)]
pub(super) struct When {
    /// First digits of the reply code; `0` stands for no code.
    classes: Vec<u8>,
    codes: Vec<[u8; 3]>,
    /// Class, subject and detail, each perhaps any.
    enhanced: Vec<(Option<u8>, u16, Option<u16>)>,
    stages: Vec<Stage>,
    hosts: Vec<At>,
    heard: Option<Heard>,
}

#[derive(Debug, Clone)]
enum At {
    Provider(Provider),
    Below(String),
}

/// What is known beside the words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) code: Option<ReplyCode>,
    pub(super) enhanced: Option<EnhancedStatusCode>,
    pub(super) stage: Option<Stage>,
    pub(super) host: Option<&'a str>,
    pub(super) provider: Option<Provider>,
    pub(super) heard: Heard,
}

/// What must stand in the text, or must not: any one of some phrases, each in the form in which text is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) phrases: Vec<Vec<u8>>,
    pub(super) absent: bool,
}

/// Named phrases: `$name = this / that`.
#[derive(Debug, Default)]
pub(super) struct Sets {
    named: BTreeMap<String, Vec<Vec<u8>>>,
}

impl Sets {
    /// Reads a line that names a set; false where it is none.
    pub(super) fn read(&mut self, line: &str, number: u32) -> Result<bool, RuleError> {
        let Some(rest) = line.trim().strip_prefix('$') else { return Ok(false) };
        let wrong = RuleError::new(number, "$name = phrase / phrase");
        let (name, words) = rest.split_once('=').ok_or(wrong)?;
        let phrases = self.phrases(words).ok_or(wrong)?;
        self.named.insert(name.trim().into(), phrases);
        Ok(true)
    }

    /// `this / that / $set`.
    fn phrases(&self, words: &str) -> Option<Vec<Vec<u8>>> {
        let mut phrases = Vec::new();
        for word in words.split('/').map(str::trim) {
            match word.strip_prefix('$') {
                Some(name) => phrases.extend_from_slice(self.named.get(name)?),
                None => phrases.push(read_phrase(word)?),
            }
        }
        Some(phrases)
    }

    fn term(&self, words: &str) -> Option<Term> {
        let words = words.trim();
        let (absent, words) = words.strip_prefix('!').map_or((false, words), |rest| (true, rest));
        Some(Term { phrases: self.phrases(words)?, absent })
    }

    fn terms(&self, field: &str) -> Option<Vec<Term>> {
        if field == "-" {
            return Some(Vec::new());
        }
        let terms: Option<Vec<Term>> = field.split('&').map(|words| self.term(words)).collect();
        terms.filter(|terms| terms.first().is_some_and(|first| !first.absent) && terms.len() <= 8)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Rule {
    /// None: an aside, which leaves the cause to other rules and only says how long it holds, or that it isn't sure.
    pub(super) cause: Option<Cause>,
    pub(super) lasting: Option<Lasting>,
    pub(super) blame: Option<Blame>,
    pub(super) change: Option<Change>,
    /// Whether one sighting is not enough.
    pub(super) twice: bool,
    /// Whether it is not sure what it says of a recipient; without a cause, what other rules say.
    pub(super) unsure: bool,
    pub(super) when: When,
    pub(super) terms: Vec<Term>,
    /// Where its line stands in the text.
    pub(super) line: (usize, usize),
}

impl Rule {
    /// Reads a line; none where it is empty or a remark.
    pub(super) fn read(
        line: &str,
        number: u32,
        place: usize,
        sets: &Sets,
    ) -> Result<Option<Self>, RuleError> {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            return Ok(None);
        }
        let wrong = |expected| RuleError::new(number, expected);
        let mut fields = line.split('|').map(str::trim);
        let mut next = || fields.next().ok_or_else(|| wrong("six fields parted by |"));
        let (head, when, phrases) = (next()?, next()?, next()?);
        for _ in ["source", "date", "example"] {
            next()?;
        }
        let end = head.find(['=', '@', '+', '~']).unwrap_or(head.len());
        let (cause, options) = head.split_at_checked(end).ok_or_else(|| wrong("a cause"))?;
        let mut rule = Self {
            cause: match cause.trim() {
                "*" => None,
                name => Some(name.parse().map_err(|_| wrong("the name of a cause, or *"))?),
            },
            lasting: None,
            blame: None,
            change: None,
            twice: false,
            unsure: false,
            when: When::read(when)
                .ok_or_else(|| wrong("conditions such as 5xx, 550, 5.7.x, rcpt, host=google"))?,
            terms: sets
                .terms(phrases)
                .ok_or_else(|| wrong("phrases of 3 to 118 octets or $sets, the first of them present"))?,
            line: (place, place.saturating_add(line.len())),
        };
        rule.options(options).ok_or_else(|| wrong("=lasting, @blame, +change, ~twice or ~unsure"))?;
        let aside = rule.lasting.is_some() != rule.unsure && !rule.terms.is_empty();
        if rule.cause.is_none() && !aside {
            return Err(wrong("*=lasting or *~unsure with a phrase"));
        }
        Ok(Some(rule))
    }

    /// Whether how long it holds may be said aside.
    pub(super) fn listens_to_moods(&self) -> bool {
        self.lasting.is_none() || self.cause.is_some_and(super::decide::reopens)
    }

    /// Whether a doubt changes anything: only who is gone is left alone at once.
    pub(super) fn may_be_doubted(&self) -> bool {
        !self.unsure && self.cause.is_some_and(Cause::is_gone)
    }

    fn options(&mut self, mut options: &str) -> Option<()> {
        while let Some(mark) = options.chars().next() {
            let rest = options.get(1..)?;
            let end = rest.find(['=', '@', '+', '~']).unwrap_or(rest.len());
            let (word, behind) = rest.split_at_checked(end)?;
            let word = word.trim();
            match mark {
                '=' => self.lasting = Some(lasting(word)?),
                '@' => self.blame = Some(word.parse().ok()?),
                '+' => self.change = Some(change(word)?),
                '~' if word == "twice" => self.twice = true,
                '~' if word == "unsure" => self.unsure = true,
                _ => return None,
            }
            options = behind;
        }
        Some(())
    }
}

fn lasting(word: &str) -> Option<Lasting> {
    Some(match word {
        "temporary" => Lasting::Temporary,
        "until_fixed" => Lasting::UntilFixed,
        "permanent" => Lasting::Permanent,
        _ => return None,
    })
}

fn change(word: &str) -> Option<Change> {
    Some(match word {
        "with_tls" => Change::WithTls,
        "without_tls" => Change::WithoutTls,
        "without_parameter" => Change::WithoutParameter,
        "next_transaction" => Change::NextTransaction,
        "reconnect" => Change::Reconnect,
        "downgrade" => Change::Downgrade,
        "resolve" => Change::Resolve,
        _ => return None,
    })
}

/// `words` are whole words; `*` at an end lets a word go on there.
fn read_phrase(word: &str) -> Option<Vec<u8>> {
    let (open_front, word) = word.strip_prefix('*').map_or((false, word), |rest| (true, rest));
    let (open_end, word) = word.strip_suffix('*').map_or((false, word), |rest| (true, rest));
    let mut octets = Vec::new();
    super::scan::normal(word.as_bytes(), None, &mut |octet, _| octets.push(octet));
    if open_front {
        octets.remove(0);
    }
    if open_end {
        octets.pop();
    }
    (3..=super::scan::LONGEST).contains(&octets.len()).then_some(octets)
}

impl When {
    fn read(field: &str) -> Option<Self> {
        let mut when = Self::default();
        for word in field.split_ascii_whitespace() {
            when.word(word)?;
        }
        Some(when)
    }

    fn word(&mut self, word: &str) -> Option<()> {
        match word.as_bytes() {
            b"*" => {}
            b"none" => self.classes.push(b'0'),
            b"wire" => self.heard = Some(Heard::OnWire),
            b"local" => self.heard = Some(Heard::Local),
            [class @ b'2'..=b'5', b'x', b'x'] => self.classes.push(*class),
            [a @ b'2'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9'] => self.codes.push([*a, *b, *c]),
            [b'2' | b'4' | b'5' | b'x', b'.', ..] => self.enhanced.push(enhanced(word)?),
            _ => match word.strip_prefix("host=") {
                Some(host) if host.contains('.') => self.hosts.push(At::Below(host.into())),
                Some(host) => self.hosts.push(At::Provider(Provider::named(host)?)),
                None => self.stages.push(word.parse().ok()?),
            },
        }
        Some(())
    }

    /// First digits of the codes for which it may hold, as bits; the lowest is that of no code.
    pub(super) fn class_bits(&self) -> u8 {
        if self.classes.is_empty() && self.codes.is_empty() {
            return u8::MAX;
        }
        let firsts = self.codes.iter().map(|[class, ..]| class);
        self.classes.iter().chain(firsts).fold(0, |bits, class| bits | 1 << (class & 7))
    }

    /// Whether nothing but the first digit of the code is asked.
    pub(super) const fn is_plain(&self) -> bool {
        self.codes.is_empty()
            && self.enhanced.is_empty()
            && self.stages.is_empty()
            && self.hosts.is_empty()
            && self.heard.is_none()
    }

    /// Whether this can be read off the host: such rules speak for one provider.
    pub(super) fn names_host(&self) -> bool {
        !self.hosts.is_empty()
    }

    /// The one provider that it asks for, if it asks for one.
    pub(super) fn only_provider(&self) -> Option<Provider> {
        match self.hosts.as_slice() {
            [At::Provider(provider)] => Some(*provider),
            _ => None,
        }
    }

    /// Whether it asks for an enhanced code with its detail.
    pub(super) fn names_detail(&self) -> bool {
        self.enhanced.iter().any(|(_, _, detail)| detail.is_some())
    }

    /// Whether it asks for an enhanced code.
    pub(super) fn names_enhanced(&self) -> bool {
        !self.enhanced.is_empty()
    }

    /// A host that fits, for the examples.
    pub(super) fn sample_host(&self) -> Option<&str> {
        match self.hosts.first()? {
            At::Provider(provider) => Some(provider.sample()),
            At::Below(host) => Some(host),
        }
    }

    /// A stage that fits, for the examples.
    pub(super) fn sample_stage(&self) -> Option<Stage> {
        self.stages.first().copied()
    }

    /// How the text must be known.
    pub(super) fn sample_heard(&self) -> Option<Heard> {
        self.heard
    }

    pub(super) fn holds(&self, known: &Known<'_>) -> bool {
        self.code_holds(known.code)
            && (self.enhanced.is_empty() || known.enhanced.is_some_and(|code| self.enhanced_holds(code)))
            && (self.stages.is_empty() || known.stage.is_some_and(|stage| self.stages.contains(&stage)))
            && (self.hosts.is_empty() || self.hosts.iter().any(|at| at.holds(known)))
            && self.heard.is_none_or(|heard| heard == known.heard)
    }

    fn code_holds(&self, code: Option<ReplyCode>) -> bool {
        if self.classes.is_empty() && self.codes.is_empty() {
            return true;
        }
        let Some(code) = code else { return self.classes.contains(&b'0') };
        let digits = code.digits();
        let [class, ..] = digits;
        self.classes.contains(&class) || self.codes.contains(&digits)
    }

    fn enhanced_holds(&self, code: EnhancedStatusCode) -> bool {
        let class = match code.class() {
            crate::EnhancedClass::Success => 2,
            crate::EnhancedClass::PersistentTransientFailure => 4,
            crate::EnhancedClass::PermanentFailure => 5,
        };
        self.enhanced.iter().any(|(asked, subject, detail)| {
            asked.is_none_or(|asked| asked == class)
                && *subject == code.subject()
                && detail.is_none_or(|detail| detail == code.detail())
        })
    }
}

impl At {
    fn holds(&self, known: &Known<'_>) -> bool {
        match self {
            Self::Provider(provider) => known.provider == Some(*provider),
            Self::Below(end) => known.host.is_some_and(|host| is_below(host, end)),
        }
    }
}

/// `5.7.1`, `x.7.1` or `5.7.x`.
fn enhanced(word: &str) -> Option<(Option<u8>, u16, Option<u16>)> {
    let mut fields = word.split('.');
    let class = match fields.next()? {
        "x" => None,
        digit => Some(digit.parse().ok()?),
    };
    let subject = fields.next()?.parse().ok()?;
    let detail = match fields.next()? {
        "x" => None,
        digits => Some(digits.parse().ok()?),
    };
    Some((class, subject, detail))
}
