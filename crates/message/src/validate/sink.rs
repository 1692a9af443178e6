//! Collects findings: one per rule, field and part, with a count.
//!
//! in:  notes of the checks      out: findings within their cap
//! law: the rules that are off cost one look-up; what is over the cap is counted

use crate::finding::{Detail, Finding, Report, Skipped};
use crate::grammar::names::{Name, known};
use crate::profile::Profile;
use crate::rules::{COUNT, Id, Rule, Severity};
use crate::{Field, Limits, PartPath};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// Further places that one finding keeps.
const ALSO: usize = 4;

/// What a check has to say.
#[derive(Clone, Debug)]
pub(crate) struct Note<'n> {
    id: Id,
    span: Range<u64>,
    line: u64,
    /// Octets between the start of that line and the span, whose line ends count.
    lead: &'n [u8],
    field: Named<'n>,
    key: u64,
    detail: Detail,
    /// Octets that become the detail, where this note becomes a finding.
    found: Option<&'n [u8]>,
    also: Option<Range<u64>>,
    severity: Option<Severity>,
    count: u32,
    part: Option<PartPath>,
}

#[derive(Clone, Copy, Debug)]
enum Named<'n> {
    None,
    Known(&'static str),
    Raw(&'n [u8]),
}

impl<'n> Note<'n> {
    /// A note at a place of the whole message, on the line `line`.
    pub(crate) const fn new(id: Id, span: Range<u64>, line: u64) -> Self {
        let key = span.start;
        Self {
            id,
            span,
            line,
            lead: &[],
            field: Named::None,
            key,
            detail: Detail::None,
            found: None,
            also: None,
            severity: None,
            count: 1,
            part: None,
        }
    }

    pub(crate) fn detail(mut self, detail: Detail) -> Self {
        self.detail = detail;
        self
    }

    pub(crate) fn expected(self, expected: &'static str) -> Self {
        self.detail(Detail::Expected(expected))
    }

    pub(crate) const fn found(mut self, octets: &'n [u8]) -> Self {
        self.found = Some(octets);
        self
    }

    pub(crate) fn length(self, is: u64, limit: u64) -> Self {
        self.detail(Detail::Length { is, limit })
    }

    /// Another place that it is about.
    pub(crate) const fn also(mut self, span: Range<u64>) -> Self {
        self.also = Some(span);
        self
    }

    /// The severity here, where neither profile nor caller said another.
    pub(crate) const fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    pub(crate) const fn count(mut self, count: u32) -> Self {
        self.count = count;
        self
    }

    pub(crate) const fn part(mut self, part: PartPath) -> Self {
        self.part = Some(part);
        self
    }

    /// Notes with the same key, rule and part become one finding.
    pub(crate) const fn key(mut self, key: u64) -> Self {
        self.key = key;
        self
    }
}

/// Classes of octets that let a check pass over most values.
pub(crate) mod look {
    /// Anything but blanks and the line ends of folds.
    pub(crate) const FILLED: u8 = 1;
    /// Octets above 127.
    pub(crate) const HIGH: u8 = 2;
    /// Controls, but not tab, CR or LF.
    pub(crate) const CONTROL: u8 = 4;
    /// The line end of a fold.
    pub(crate) const FOLD: u8 = 8;
    /// Parentheses.
    pub(crate) const PAREN: u8 = 16;
    /// The double quote.
    pub(crate) const QUOTE: u8 = 32;
    /// The question mark of encoded-words.
    pub(crate) const QUESTION: u8 = 64;
    /// The colon of groups.
    pub(crate) const COLON: u8 = 128;

    static CLASS: [u8; 256] = classes();

    const fn classes() -> [u8; 256] {
        let mut table = [FILLED; 256];
        let mut at = 0_usize;
        while at < 256 {
            #[expect(
                clippy::indexing_slicing,
                clippy::arithmetic_side_effects,
                clippy::cast_possible_truncation,
                reason = "the loop stops below 256"
            )]
            {
                table[at] |= match at as u8 {
                    128.. => HIGH,
                    b'(' | b')' => PAREN,
                    b'"' => QUOTE,
                    b'?' => QUESTION,
                    b':' => COLON,
                    b'\n' => FOLD,
                    b'\t' | b'\r' | b' ' => 0,
                    0..32 | 127 => CONTROL,
                    _ => 0,
                };
                if matches!(at as u8, b'\t' | b'\r' | b'\n' | b' ') {
                    table[at] &= FOLD;
                }
                at += 1;
            }
        }
        table
    }

    /// The classes of all octets of a value.
    pub(crate) fn all(value: &[u8]) -> u8 {
        value.iter().fold(0, |seen, b| seen | CLASS.get(usize::from(*b)).copied().unwrap_or(0))
    }
}

/// A field of a header section with its row of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) field: Field<'a>,
    pub(crate) row: Option<&'static Name>,
    value: &'a [u8],
    /// The classes of [`look`] that octets of the value are in.
    seen: u8,
}

impl<'a> Entry<'a> {
    pub(crate) fn new(field: Field<'a>) -> Self {
        let value = field.raw_value();
        Self { field, row: known(field.name()), value, seen: look::all(value) }
    }

    pub(crate) const fn value(&self) -> &'a [u8] {
        self.value
    }

    /// Does the value hold octets of any of the classes of [`look`]?
    pub(crate) const fn holds(&self, class: u8) -> bool {
        self.seen & class != 0
    }

    /// May encoded-words stand in the value?
    pub(crate) fn is_coded(&self) -> bool {
        self.holds(look::QUESTION) && memchr::memmem::find(self.value, b"=?").is_some()
    }

    #[inline]
    pub(crate) fn is(&self, text: &str) -> bool {
        self.row.is_some_and(|row| row.text == text)
    }
}

/// One header section, and where it lies in the message.
#[derive(Debug)]
pub(crate) struct Section<'a> {
    pub(crate) octets: &'a [u8],
    pub(crate) base: u64,
    pub(crate) line: u64,
    pub(crate) root: bool,
    /// A message inside the message, or the message itself.
    pub(crate) message: bool,
    pub(crate) entries: Vec<Entry<'a>>,
    /// Which names stand in it: a bit for each, shared by names that look alike to [`mark`].
    pub(crate) names: u64,
}

/// The bit of a name.
#[inline]
pub(crate) const fn mark(name: &str) -> u64 {
    let octets = name.as_bytes();
    let (Some(first), Some(last)) = (octets.first(), octets.last()) else { return 0 };
    let mixed = octets.len().wrapping_mul(5) ^ (*first as usize) ^ (*last as usize).wrapping_shl(2);
    #[expect(clippy::cast_possible_truncation, reason = "it is below 64")]
    let bit = (mixed & 63) as u32;
    1_u64.wrapping_shl(bit)
}

impl<'a> Section<'a> {
    pub(crate) fn span(&self) -> Range<u64> {
        self.base..self.base.saturating_add(self.octets.len() as u64)
    }

    /// A note on the whole section.
    pub(crate) fn whole(&self, id: Id) -> Note<'a> {
        Note::new(id, self.span(), self.line)
    }

    /// A note on a place in the section: octets from its start.
    pub(crate) fn place(&self, id: Id, range: Range<usize>) -> Note<'a> {
        let from = |at: usize| self.base.saturating_add(at as u64);
        let mut note = Note::new(id, from(range.start)..from(range.end.max(range.start)), self.line);
        note.lead = self.octets.get(..range.start).unwrap_or(self.octets);
        note
    }

    /// A note on a whole field.
    pub(crate) fn field(&self, id: Id, entry: &Entry<'a>) -> Note<'a> {
        let span = entry.field.span();
        let end = span.end.saturating_sub(crate::walk::line_end_length(entry.field.octets()));
        self.named(self.place(id, span.start..end), entry)
    }

    /// A note on a place in the value of a field: octets from the start of the value.
    pub(crate) fn value(&self, id: Id, entry: &Entry<'a>, range: Range<usize>) -> Note<'a> {
        let start = entry.field.value_span().start;
        let range = start.saturating_add(range.start)..start.saturating_add(range.end);
        self.named(self.place(id, range), entry)
    }

    fn named(&self, mut note: Note<'a>, entry: &Entry<'a>) -> Note<'a> {
        note.field = match entry.row {
            Some(row) => Named::Known(row.text),
            None => Named::Raw(entry.field.name()),
        };
        note.key = self.base.saturating_add(entry.field.span().start as u64);
        note
    }

    /// The first field of that name, as the table writes it.
    #[inline]
    pub(crate) fn find(&self, text: &'static str) -> Option<&Entry<'a>> {
        if self.names & mark(text) == 0 {
            return None;
        }
        self.entries.iter().find(|entry| entry.is(text))
    }

    pub(crate) fn all<'s>(&'s self, text: &'static str) -> impl Iterator<Item = &'s Entry<'a>> {
        self.entries.iter().filter(move |entry| entry.is(text))
    }
}

/// Where notes become findings.
#[derive(Debug)]
pub(crate) struct Sink {
    pub(crate) profile: Profile,
    /// It is known that this is bulk mail.
    pub(crate) bulk: bool,
    findings: Vec<Finding>,
    /// The last finding of each rule, counted from 1.
    last: Vec<u16>,
    /// The key of each finding.
    keys: Vec<u64>,
    most: usize,
    dropped: u64,
    skipped: Vec<Skipped>,
    pub(crate) part: PartPath,
}

impl Sink {
    pub(crate) fn new(profile: Profile, limits: &Limits, bulk: bool) -> Self {
        Self {
            profile,
            bulk,
            findings: Vec::new(),
            last: alloc::vec![0; COUNT],
            keys: Vec::new(),
            most: limits.findings.min(usize::from(u16::MAX).saturating_sub(1)),
            dropped: 0,
            skipped: Vec::new(),
            part: PartPath::default(),
        }
    }

    pub(crate) fn is_on(&self, id: Id) -> bool {
        self.profile.is_on(id)
    }

    /// How many findings there may be before this one: what repeats leaves room for the first of each rule, and hints
    /// and warnings leave some for errors.
    const fn room(&self, first: bool, severity: Severity) -> usize {
        match (first, severity) {
            (true, Severity::Error) => self.most,
            (true, _) => self.most.saturating_sub(self.most / 8),
            (false, _) => self.most.saturating_sub(self.most / 4),
        }
    }

    pub(crate) fn put(&mut self, note: Note<'_>) {
        let Some(severity) = self.profile.judge(note.id, note.severity) else { return };
        let part = note.part.unwrap_or(self.part);
        let last = self.last.get(note.id as usize).and_then(|last| usize::from(*last).checked_sub(1));
        if let Some(last) = last.filter(|last| self.keys.get(*last) == Some(&note.key))
            && let Some(found) = self.findings.get_mut(last).filter(|found| found.part == part)
        {
            found.count = found.count.saturating_add(note.count);
            found.severity = found.severity.max(severity);
            if found.also.len() < ALSO && found.span != note.span {
                found.also.push(note.span);
            }
            return;
        }
        if self.findings.len() >= self.room(last.is_none(), severity) {
            self.dropped = self.dropped.saturating_add(1);
            return;
        }
        self.first(note, severity, part);
    }

    /// The first note of its rule, field and part becomes a finding.
    fn first(&mut self, note: Note<'_>, severity: Severity, part: PartPath) {
        let lines = memchr::memchr_iter(b'\n', note.lead).count() as u64;
        let rule = Rule::of(note.id);
        if self.findings.len() == self.findings.capacity() {
            // A list that grows is there twice: it grows once, to what is usual, and once more, to the cap.
            let more =
                if self.findings.is_empty() { 16 } else { self.most.saturating_sub(self.findings.len()) };
            self.findings.reserve_exact(more.min(self.most.max(1)));
            self.keys.reserve_exact(more.min(self.most.max(1)));
        }
        self.findings.push(Finding {
            rule,
            severity,
            span: note.span,
            line: note.line.saturating_add(lines),
            also: note.also.into_iter().collect(),
            part,
            field: match note.field {
                Named::None => None,
                Named::Known(text) => Some(Cow::Borrowed(text)),
                Named::Raw(name) => Some(Cow::Owned(String::from(crate::finding::shown(name)))),
            },
            count: note.count,
            detail: note.found.map_or(note.detail, |found| Detail::Found(crate::finding::shown(found))),
            fix: Some(crate::fix::of(note.id)),
            ambiguous: rule.is_ambiguous(),
            receiver: self.profile.receiver(note.id),
        });
        self.keys.push(note.key);
        if let Some(last) = self.last.get_mut(note.id as usize) {
            *last = u16::try_from(self.findings.len()).unwrap_or(u16::MAX);
        }
    }

    /// A rule that is on can't be judged.
    pub(crate) fn skip(&mut self, id: Id, fact: &'static str) {
        if self.is_on(id) {
            if self.skipped.is_empty() {
                self.skipped.reserve_exact(20);
            }
            self.skipped.push(Skipped::Fact { rule: Rule::of(id).id(), fact });
        }
    }

    pub(crate) fn limit(&mut self, limit: &'static str, count: u64) {
        for skipped in &mut self.skipped {
            if let Skipped::Limit { limit: known, count: so_far } = skipped
                && *known == limit
            {
                *so_far = so_far.saturating_add(count);
                return;
            }
        }
        self.skipped.push(Skipped::Limit { limit, count });
    }

    /// What each named receiver is known to refuse of what was found, as one finding per receiver.
    fn refusals(&mut self) {
        if !self.is_on(Id::ProviderRefuses) {
            return;
        }
        let errors = self.findings.iter().filter(|found| found.severity == Severity::Error);
        let errors: Vec<_> = errors.map(|found| (found.rule.key(), found.span.clone(), found.line)).collect();
        for (number, (name, rows)) in self.profile.refusals().enumerate() {
            let first = errors.iter().find_map(|(id, span, line)| {
                rows.iter()
                    .find(|row| row.rule == *id && !row.reply.is_empty())
                    .map(|row| (span, *line, row.reply))
            });
            if let Some((span, line, reply)) = first {
                let text = [name, ": ", reply].concat();
                let note = Note::new(Id::ProviderRefuses, span.clone(), line).found(text.as_bytes());
                self.put(note.key(number as u64));
            }
        }
    }

    pub(crate) fn report(mut self, octets: u64) -> Report {
        self.part = PartPath::default();
        self.refusals();
        if self.dropped > 0 {
            self.limit("findings", self.dropped);
        }
        self.findings.sort_unstable_by(|a, b| {
            (a.span.start, a.span.end, a.rule.number()).cmp(&(b.span.start, b.span.end, b.rule.number()))
        });
        Report { findings: self.findings, skipped: self.skipped, octets }
    }
}
