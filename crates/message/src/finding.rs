//! What the validator found: rule, place, why, and how it can be mended.
//!
//! in:  the walk of one message      out: findings in the order of their place, and what could not be judged
//! law: spans lie inside the message; at most `Limits` many are kept, and what was cut is named

mod path;
#[cfg(feature = "render")]
mod render;

pub use path::PartPath;
#[cfg(feature = "render")]
pub use render::render;

use crate::fix::{Edits, Fix, Safety};
use crate::grammar::lexer::is_visible;
use crate::rules::{Id, Rule, Severity};
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::fmt::Write as _;
use core::ops::Range;

/// One fault of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub(crate) id: Id,
    pub(crate) severity: Severity,
    /// No edit mends it here, whatever its rule says.
    pub(crate) unmended: bool,
    pub(crate) span: Range<u64>,
    pub(crate) line: u64,
    pub(crate) also: Box<[Range<u64>]>,
    /// The part, unless it is the message itself: a finding is moved several times, and most are so.
    pub(crate) part: Option<Box<PartPath>>,
    pub(crate) field: Option<Cow<'static, str>>,
    pub(crate) count: u32,
    pub(crate) detail: Detail,
    pub(crate) receiver: Option<Box<(&'static str, &'static str)>>,
}

#[cfg(feature = "serde")]
impl serde::Serialize for Finding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut fields = serializer.serialize_struct("Finding", 12)?;
        fields.serialize_field("rule", self.rule().id())?;
        fields.serialize_field("severity", &self.severity)?;
        fields.serialize_field("span", &self.span)?;
        fields.serialize_field("line", &self.line)?;
        fields.serialize_field("also", &self.also)?;
        fields.serialize_field("part", &self.part())?;
        fields.serialize_field("field", &self.field)?;
        fields.serialize_field("count", &self.count)?;
        fields.serialize_field("detail", &self.detail)?;
        fields.serialize_field("fix", &self.fix())?;
        fields.serialize_field("ambiguous", &self.is_ambiguous())?;
        fields.serialize_field("receiver", &self.receiver())?;
        fields.end()
    }
}

/// What exactly a finding is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Detail {
    /// The rule says it all.
    #[default]
    None,
    /// What should stand there.
    Expected(&'static str),
    /// A number that is over a limit.
    Length {
        /// The number.
        is: u64,
        /// The limit.
        limit: u64,
    },
    /// The weekday that the date names, and the one that it has.
    Weekday {
        /// As written.
        says: &'static str,
        /// As it is.
        is: &'static str,
    },
    /// A word of the message, cleaned of controls and cut to 80 characters.
    Found(Box<str>),
    /// What was found, and what should stand there.
    Instead {
        /// As written, cleaned and cut.
        found: Box<str>,
        /// As it should be.
        expected: Cow<'static, str>,
    },
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Expected(expected) => write!(f, "expected {expected}"),
            Self::Length { is, limit } => write!(f, "{is}, and the limit is {limit}"),
            Self::Weekday { says, is } => write!(f, "it says {says}, and the day is a {is}"),
            Self::Found(found) => write!(f, "found `{found}`"),
            Self::Instead { found, expected } => write!(f, "found `{found}`, expected {expected}"),
        }
    }
}

impl Finding {
    /// The rule that fired.
    pub fn rule(&self) -> &'static Rule {
        Rule::of(self.id)
    }

    /// How bad it is under the profile.
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// Where it is: octets from the start of the message.
    pub fn span(&self) -> Range<u64> {
        self.span.clone()
    }

    /// The line it begins on, from 1.
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// Further places: the other copy, the next ones of the same kind.
    pub fn also(&self) -> &[Range<u64>] {
        &self.also
    }

    /// The part it is in.
    pub fn part(&self) -> PartPath {
        self.part.as_deref().copied().unwrap_or_default()
    }

    /// Is it in this part?
    #[inline]
    pub(crate) fn is_in(&self, part: &PartPath) -> bool {
        self.part.as_deref().map_or_else(|| part.is_root(), |own| own.is_same(part))
    }

    /// The field it is in.
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// How often it stands in that field or part.
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// What exactly it is about.
    pub const fn detail(&self) -> &Detail {
        &self.detail
    }

    /// How it can be mended.
    pub fn fix(&self) -> Option<Fix> {
        let fix = self.rule().fix();
        Some(if self.unmended { fix.by_hand() } else { fix })
    }

    /// May two readers of the message see different things?
    pub fn is_ambiguous(&self) -> bool {
        self.rule().is_ambiguous()
    }

    /// The receiver that is known to refuse it, and the reply it gives, where an overlay says so.
    pub fn receiver(&self) -> Option<(&'static str, &'static str)> {
        self.receiver.as_deref().copied()
    }

    /// What is wrong, in one sentence with its particulars.
    pub fn message(&self) -> String {
        let mut text = String::from(self.rule().what().trim_end_matches('.'));
        if self.detail != Detail::None {
            let _ = write!(text, ": {}", self.detail);
        }
        if self.count > 1 {
            let _ = write!(text, " ({} times)", self.count);
        }
        text
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Range { start, end } = self.span;
        write!(f, "{}[{}] at {start}..{end}, line {}", self.severity, self.rule().id(), self.line)?;
        if let Some(field) = &self.field {
            write!(f, ", {field}")?;
        }
        if let Some(part) = &self.part {
            write!(f, ", part {part}")?;
        }
        write!(f, ": {}. {}", self.message(), self.rule().why())?;
        if let Some(fix) = self.fix() {
            write!(f, " Fix: {fix}.")?;
        }
        write!(f, " ({}", self.rule().source())?;
        if let Some((receiver, reply)) = self.receiver() {
            write!(f, "; {receiver}: {reply}")?;
        }
        f.write_str(")")
    }
}

/// What could not be judged, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Skipped {
    /// A rule needs a fact that the context doesn't hold.
    Fact {
        /// The rule's id.
        rule: &'static str,
        /// What is missing.
        fact: &'static str,
    },
    /// A limit was reached.
    Limit {
        /// Which one.
        limit: &'static str,
        /// How much was passed over: octets, fields, parts or findings.
        count: u64,
    },
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact { rule, fact } => write!(f, "{rule}: not judged without {fact}"),
            Self::Limit { limit, count } => write!(f, "limit of {limit} reached: {count} passed over"),
        }
    }
}

/// All that was found in one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Report {
    pub(crate) findings: Vec<Finding>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) octets: u64,
}

impl Report {
    /// The findings in the order of their place.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What could not be judged.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// How many octets the message had.
    pub const fn octets(&self) -> u64 {
        self.octets
    }

    /// The worst severity, or `None` where nothing was found.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(Finding::severity).max()
    }

    /// Did the rule with that id fire?
    pub fn has(&self, id: &str) -> bool {
        self.findings.iter().any(|finding| finding.rule().id() == id)
    }

    /// What a server would answer: code, enhanced code and text with the first two errors; `None` without an error.
    ///
    /// # RFC
    ///
    /// RFC 3463 §3.7: 5.6.0, the media of the message.
    pub fn refusal(&self) -> Option<(u16, [u16; 3], String)> {
        let mut errors = self.findings.iter().filter(|finding| finding.severity == Severity::Error);
        let first = errors.next()?;
        let mut text = String::from("message refused: ");
        for finding in core::iter::once(first).chain(errors.next()) {
            if !text.ends_with(": ") {
                text.push_str("; ");
            }
            text.push_str(finding.rule().what().trim_end_matches('.'));
            let _ = write!(text, " ({}, line {})", finding.rule().id(), finding.line);
        }
        let ascii = text.chars().map(|c| if c.is_ascii() && !c.is_control() { c } else { ' ' }).collect();
        Some((550, [5, 6, 0], ascii))
    }

    /// The edits that mend what can be mended; of two that overlap the first wins, the other is told.
    ///
    /// `octets`: the message that was judged.
    pub fn edits(&self, octets: &[u8], safety: Safety) -> Edits {
        crate::fix::edits(self, octets, safety)
    }

    /// The message with those edits done.
    ///
    /// Judging it again gives none of the findings that were mended.
    pub fn apply(&self, octets: &[u8], safety: Safety) -> Vec<u8> {
        self.edits(octets, safety).apply(octets)
    }
}

/// A word of the message, fit to be shown: cleaned of controls and cut to 80 characters.
pub(crate) fn shown(octets: &[u8]) -> Box<str> {
    let head = octets.get(..octets.len().min(330)).unwrap_or_default();
    let plain = head.trim_ascii();
    if plain.len() <= 80 && head.len() == octets.len() && is_visible(plain) {
        return String::from_utf8(plain.to_vec()).unwrap_or_default().into_boxed_str();
    }
    let text = String::from_utf8_lossy(head);
    let mut out: String =
        text.trim().chars().take(80).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.trim().chars().nth(80).is_some() || head.len() < octets.len() {
        out.push('…');
    }
    out.into_boxed_str()
}
