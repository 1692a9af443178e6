//! Mends what can be mended, by edits on octets.
//!
//! in:  a report and the message it is about      out: edits; those that overlap an earlier one are told
//! law: octets outside of the edits stay as they are; judging the result again gives none of the mended findings

use crate::finding::Report;
use crate::rules::Id;
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

mod advice;
mod content;
pub(crate) use content::{bracketed, coded, has_coded_form, plain_words};
mod mends;
pub(crate) use mends::mends_list;
mod parameters;
pub(crate) use parameters::{has_form, in_form};

/// May a mend change what the message means?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[expect(clippy::exhaustive_enums, reason = "closed: a mend keeps the meaning, or guesses it")]
pub enum Safety {
    /// The meaning stays: line ends, brackets, quotes, folds.
    Safe,
    /// It is a guess at what was meant.
    Guess,
}

/// How a finding can be mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Fix {
    what: &'static str,
    safety: Option<Safety>,
}

impl Fix {
    /// What is to be done, in words.
    pub const fn what(&self) -> &'static str {
        self.what
    }

    /// Whether [`Report::apply`] can do it, and how safely; `None` where only the writer can.
    pub const fn safety(&self) -> Option<Safety> {
        self.safety
    }

    /// The same, where no edit can do it.
    pub(crate) const fn by_hand(self) -> Self {
        Self { safety: None, ..self }
    }
}

impl fmt::Display for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }
}

/// One change: the octets of `span` become `with`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Edit {
    pub(crate) span: Range<usize>,
    pub(crate) with: Cow<'static, [u8]>,
    pub(crate) rule: &'static str,
    /// It inserts a whole field; others may be inserted at the same place.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(crate) field: bool,
}

impl Edit {
    /// Which octets go.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// What comes in their place.
    pub fn with(&self) -> &[u8] {
        &self.with
    }

    /// The rule whose finding it mends.
    pub const fn rule(&self) -> &'static str {
        self.rule
    }
}

/// The edits that mend a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Edits {
    pub(crate) list: Vec<Edit>,
    pub(crate) left: Vec<&'static str>,
    pub(crate) signed: bool,
}

impl Edits {
    /// In the order of their place; none overlaps another.
    pub fn edits(&self) -> &[Edit] {
        &self.list
    }

    /// Rules whose findings were not mended, since their edit overlaps an earlier one: judge the result again.
    pub fn left(&self) -> &[&'static str] {
        &self.left
    }

    /// Does a signature of the message break, as far as its fields and body can tell?
    pub const fn breaks_signature(&self) -> bool {
        self.signed && !self.list.is_empty()
    }

    /// The message with the edits done.
    pub fn apply(&self, octets: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(octets.len().saturating_add(self.list.len().saturating_mul(8)));
        let mut at = 0_usize;
        for edit in &self.list {
            out.extend_from_slice(octets.get(at..edit.span.start).unwrap_or_default());
            out.extend_from_slice(&edit.with);
            at = edit.span.end;
        }
        out.extend_from_slice(octets.get(at..).unwrap_or_default());
        out
    }
}

pub(crate) fn edits(report: &Report, octets: &[u8], safety: Safety) -> Edits {
    let mut all: Vec<Edit> = Vec::new();
    let mut message = mends::Message::new(octets);
    for finding in report.findings() {
        let allowed = finding.fix().and_then(|fix| fix.safety).is_some_and(|needed| needed <= safety);
        if allowed {
            message.edits(finding, &mut all);
        }
    }
    // A stable sort: of two that change the same octets the earlier finding wins.
    all.sort_by_key(|edit| (edit.span.start, rank(edit)));
    let mut done = Edits { signed: crate::edit::is_signed(octets), ..Edits::default() };
    // The last edit that takes octets away: where it ends, and whether it leaves nothing of them.
    let (mut end, mut gone) = (0_usize, false);
    for edit in all {
        let again = done.list.last().is_some_and(|last| last.span == edit.span);
        let line_before = again && done.list.last().is_some_and(|last| last.field);
        if edit.span.start < end || again && edit.span.is_empty() && !line_before {
            let same = again && done.list.last().is_some_and(|last| last.with == edit.with);
            // What a deletion takes away with it needs no mend of its own.
            let taken = gone && edit.span.end <= end;
            if !same && !taken && !done.left.contains(&edit.rule) {
                done.left.push(edit.rule);
            }
        } else {
            if !edit.span.is_empty() {
                (end, gone) = (edit.span.end, edit.with.is_empty());
            }
            done.list.push(edit);
        }
    }
    done
}

/// The order of edits at one place: new fields, insertions, deletions, replacements; the longest first.
fn rank(edit: &Edit) -> (u8, core::cmp::Reverse<usize>) {
    let kind = match (edit.span.is_empty(), edit.with.is_empty()) {
        (true, _) if edit.field => 0,
        (true, _) => 1,
        (false, true) => 2,
        (false, false) => 3,
    };
    (kind, core::cmp::Reverse(edit.span.len()))
}

const fn safe(what: &'static str) -> Fix {
    Fix { what, safety: Some(Safety::Safe) }
}

const fn guess(what: &'static str) -> Fix {
    Fix { what, safety: Some(Safety::Guess) }
}

/// How the findings of a rule can be mended.
#[expect(clippy::wildcard_enum_match_arm, reason = "what has no mend has an instruction")]
#[expect(clippy::match_same_arms, reason = "the arms stand in the order of the catalogue")]
pub(crate) fn of(id: Id) -> Fix {
    match id {
        Id::LineBareLf => safe("end the lines with CR LF"),
        Id::LineBareCr => guess("make the bare CR a line end, or a blank in a field"),
        Id::LastLineUnterminated => safe("add CR LF"),
        Id::MboxFromLine => safe("take the line out"),
        Id::ByteOrderMark => safe("take the mark out"),
        Id::FieldSpaceBeforeColon => safe("take the blank out"),
        Id::FieldNoSpaceAfterColon => safe("put a blank behind the colon"),
        Id::FieldTabAfterColon => safe("make the tab a blank"),
        Id::FieldTrailingBlank => safe("take the blank out"),
        Id::FoldBlankLine => safe("take the blank line out"),
        Id::FieldCaseUnusual => safe("write the name as the standard does"),
        Id::FieldNoColon | Id::FieldLeadingContinuation => guess("take the line out"),
        Id::FieldEightBit => safe("write the text as encoded-words"),
        Id::FieldDuplicate | Id::ReturnPathDuplicate | Id::MimeFieldDuplicate => {
            guess("take the later copy out")
        }
        Id::BccPresent => safe("take the field out"),
        Id::ReturnPathPresent | Id::DeliveryFieldLeaked | Id::ContentLengthPresent => {
            safe("take the field out")
        }
        Id::SenderRedundant => safe("take the field out"),
        Id::AddressAngleRepeated => safe("take the second brackets out"),
        Id::AddressListNullElement => safe("take the needless comma out"),
        Id::DisplayNameUnquotedDot => safe("put the name in quotes"),
        Id::AddressRoute => safe("take the route out"),
        Id::GroupUnterminated => safe("add `;`"),
        Id::AddressAngleUnclosed => guess("add `>`"),
        Id::MimeVersionMissing => safe("add `MIME-Version: 1.0`"),
        Id::MimeVersionInvalid => guess("write `1.0`"),
        Id::DateIso8601 | Id::DateWeekdayWrong | Id::DateZoneObsolete | Id::DateYearShort => {
            safe("write the date in the form of mail")
        }
        Id::MessageIdBracketsMissing | Id::MessageIdBracketsRepeated => {
            safe("write it in one pair of angle brackets")
        }
        Id::ContentTypeTrailingSemicolon => safe("take the `;` out"),
        Id::EncodedWordNeedless => safe("write plain text"),
        Id::EncodedWordInParameter => safe("write `filename*=utf-8''text` (RFC 2231)"),
        Id::QpLowerCaseHex => safe("write the hex digits in capitals"),
        Id::QpTrailingBlank => safe("encode the blank as `=20`"),
        Id::BoundaryUnclosed => guess("add the closing delimiter"),
        Id::ListUnsubscribePostMissing => guess("add `List-Unsubscribe-Post: List-Unsubscribe=One-Click`"),
        Id::ParameterInvalid => guess("put the value in quotes"),
        _ => Fix { what: advice::of(id), safety: None },
    }
}
