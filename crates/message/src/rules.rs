//! The table of all rules.
//!
//! in:  the stable id of a rule      out: what it finds, why that matters, examples, source
//! law: ids are never renamed or given to another rule; each rule has a message that fires it and one that doesn't

mod addresses;
mod body;
mod bulk;
mod dates;
mod example;
mod framing;
mod header;
mod id;
mod ids;
mod mime;
mod parties;
mod presence;
mod trace;
mod tree;
mod words;

pub use example::Example;
pub(crate) use id::Id;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[expect(clippy::exhaustive_enums, reason = "closed: a finding must be mended, should be, or may be")]
pub enum Severity {
    /// Good to know.
    Hint,
    /// It should be mended.
    Warning,
    /// It must be mended.
    Error,
}

impl Severity {
    /// `hint`, `warning` or `error`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl core::fmt::Display for Severity {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.name())
    }
}

/// What a rule does where nobody said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Off,
    Hint,
    Warning,
    Error,
}

impl Level {
    pub(crate) const fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Hint => Some(Severity::Hint),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Group {
    /// Line ends, line lengths, sizes.
    Framing,
    /// How fields are written.
    Header,
    /// Which fields there are, and how often.
    Presence,
    /// Address lists.
    Addresses,
    /// Dates.
    Dates,
    /// Message identifiers.
    Ids,
    /// Encoded-words and character sets.
    Words,
    /// Parts and their encoding.
    Mime,
    /// Wording, HTML, links: none of it exact.
    Body,
    /// Bulk mail and signatures.
    Bulk,
    /// Received and its kin.
    Trace,
}

impl Group {
    /// Its heading in the manual.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Framing => "Framing and lines",
            Self::Header => "Header syntax",
            Self::Presence => "Header presence and cardinality",
            Self::Addresses => "Addresses",
            Self::Dates => "Dates",
            Self::Ids => "Message identifiers",
            Self::Words => "Encoded-words and character sets",
            Self::Mime => "MIME structure",
            Self::Body => "Body and content",
            Self::Bulk => "Bulk mail and alignment",
            Self::Trace => "Trace fields",
        }
    }

    /// Is each of its rules a matter of a standard, so that it may be an error?
    pub const fn is_exact(self) -> bool {
        !matches!(self, Self::Body)
    }
}

/// One rule.
///
/// # Examples
///
/// ```
/// use mailwright_message::Rule;
/// let rule = Rule::find("date-weekday-wrong").ok_or("no such rule")?;
/// assert_eq!(rule.source(), "RFC 5322 §3.3");
/// assert!(Rule::all().count() > 280);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct Rule {
    id: Id,
    level: Level,
    source: &'static str,
    what: &'static str,
    why: &'static str,
    bad: &'static str,
    good: &'static str,
}

const fn rule(
    id: Id,
    level: Level,
    source: &'static str,
    what: &'static str,
    why: &'static str,
    bad: &'static str,
    good: &'static str,
) -> Rule {
    Rule { id, level, source, what, why, bad, good }
}

/// Stands for a number without a row, of which there is none.
static FALLBACK: Rule = rule(Id::LineBareLf, Level::Off, "", "", "", "", "");

/// All rows in the order of their numbers; a group whose rows fill two files stands twice.
static GROUPS: [(Group, &[Rule]); 13] = [
    (Group::Framing, framing::RULES),
    (Group::Header, header::RULES),
    (Group::Presence, presence::RULES),
    (Group::Addresses, addresses::RULES),
    (Group::Addresses, parties::RULES),
    (Group::Dates, dates::RULES),
    (Group::Ids, ids::RULES),
    (Group::Words, words::RULES),
    (Group::Mime, mime::RULES),
    (Group::Mime, tree::RULES),
    (Group::Body, body::RULES),
    (Group::Bulk, bulk::RULES),
    (Group::Trace, trace::RULES),
];

/// How many rules there are.
pub(crate) const COUNT: usize = framing::RULES.len()
    + header::RULES.len()
    + presence::RULES.len()
    + addresses::RULES.len()
    + parties::RULES.len()
    + dates::RULES.len()
    + ids::RULES.len()
    + words::RULES.len()
    + mime::RULES.len()
    + tree::RULES.len()
    + body::RULES.len()
    + bulk::RULES.len()
    + trace::RULES.len();

/// Each rule at the place of its number.
static BY_NUMBER: [&Rule; COUNT] = by_number();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "worked out when it is compiled: there are as many places as rules in all groups"
)]
const fn by_number() -> [&'static Rule; COUNT] {
    let mut table = [&FALLBACK; COUNT];
    let (mut group, mut number) = (0, 0);
    while group < GROUPS.len() {
        let (_, rules) = GROUPS[group];
        let mut row = 0;
        while row < rules.len() {
            table[number] = &rules[row];
            (row, number) = (row + 1, number + 1);
        }
        group += 1;
    }
    table
}

impl Rule {
    /// All rules, group by group.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        GROUPS.iter().flat_map(|(_, rules)| rules.iter())
    }

    /// The rule with that stable id.
    pub fn find(id: &str) -> Option<&'static Self> {
        Self::all().find(|rule| rule.id() == id)
    }

    pub(crate) fn of(id: Id) -> &'static Self {
        // Each number is below the sum of all lengths, as a test shows; a row of nothing stands for what can't be.
        BY_NUMBER.get(id as usize).copied().unwrap_or(&FALLBACK)
    }

    /// Its stable id, for settings and machines.
    pub fn id(&self) -> &'static str {
        id::TEXTS.get(self.number()).copied().unwrap_or_default()
    }

    pub(crate) const fn number(&self) -> usize {
        self.id as usize
    }

    pub(crate) const fn key(&self) -> Id {
        self.id
    }

    /// What it is about.
    pub fn group(&self) -> Group {
        let mut number = self.number();
        for (group, rules) in &GROUPS {
            if number < rules.len() {
                return *group;
            }
            number = number.saturating_sub(rules.len());
        }
        Group::Framing
    }

    /// How bad its findings are for an incoming message, or `None` where it is off.
    pub const fn severity(&self) -> Option<Severity> {
        self.level.severity()
    }

    /// What it finds, in one sentence.
    pub const fn what(&self) -> &'static str {
        self.what
    }

    /// Why that matters.
    pub const fn why(&self) -> &'static str {
        self.why
    }

    /// What to do about it, and whether [`crate::Report::apply`] can.
    pub fn fix(&self) -> crate::Fix {
        crate::fix::of(self.id)
    }

    /// The section of a standard, or the receiver's page with its date.
    pub const fn source(&self) -> &'static str {
        self.source
    }

    /// A message that it fires on.
    pub const fn bad(&self) -> Example {
        Example::new(self.bad)
    }

    /// A message that it is silent on.
    pub const fn good(&self) -> Example {
        Example::new(self.good)
    }

    /// May two readers of the message see different things? A strict receiver may refuse for that alone.
    pub const fn is_ambiguous(&self) -> bool {
        matches!(
            self.id,
            Id::LineBareLf
                | Id::LineBareCr
                | Id::LineEndingsMixed
                | Id::LineSmuggledEnd
                | Id::NulOctet
                | Id::SeparatorMissing
                | Id::FieldNoColon
                | Id::FieldSpaceBeforeColon
                | Id::FoldBlankLine
                | Id::CommentUnbalanced
                | Id::QuoteUnbalanced
                | Id::FieldDuplicate
                | Id::FieldDuplicateConflict
                | Id::MimeFieldDuplicate
                | Id::AddressAngleUnclosed
                | Id::AddressSeparatorMissing
                | Id::AddressCommaInsideAngle
                | Id::AddressEncodedWord
                | Id::DisplayNameUnquoted
                | Id::EncodedWordControl
                | Id::Parameter2231Invalid
                | Id::ParameterInvalid
                | Id::ParameterDuplicate
                | Id::TransferEncodingComposite
                | Id::TransferEncodingUnknown
                | Id::Base64CharacterInvalid
                | Id::Base64AfterPadding
                | Id::BoundaryParameterMissing
                | Id::BoundaryParameterInvalid
                | Id::BoundaryUnclosed
                | Id::BoundaryCollides
                | Id::MultipartTooDeep
                | Id::MultipartTooManyParts
                | Id::CharsetMissing
                | Id::CharsetHtmlMetaConflict
                | Id::PartHeaderBroken
        )
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn the_table_and_the_numbers_agree() {
        assert_eq!(COUNT, id::TEXTS.len());
        for (number, rule) in Rule::all().enumerate() {
            assert_eq!(rule.number(), number, "{}", rule.id());
            assert_eq!(Rule::of(rule.key()), rule);
        }
        let mut ids: Vec<_> = id::TEXTS.to_vec();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), COUNT, "an id stands twice");
    }

    #[test]
    fn every_row_is_whole() {
        for rule in Rule::all() {
            for text in [rule.what, rule.why, rule.source] {
                assert!(!text.is_empty(), "{}", rule.id());
            }
            assert!(rule.what.ends_with('.') && rule.why.ends_with('.'), "{}", rule.id());
            assert!(rule.group().is_exact() || rule.level != Level::Error, "{}", rule.id());
        }
    }
}
