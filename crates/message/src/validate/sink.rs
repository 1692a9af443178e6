//! Collects findings: one per rule, field and part, with a count.
//!
//! in:  notes of the checks      out: findings within their cap
//! law: the rules that are off cost one look-up; what is over the cap is counted

use crate::finding::{Detail, Finding, Report, Skipped};
use crate::profile::Profile;
use crate::rules::{COUNT, Id, Rule, Severity};
use crate::{Limits, PartPath};
use alloc::borrow::Cow;
use alloc::boxed::Box;
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
    /// No edit mends it here.
    unmended: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Named<'n> {
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
            unmended: false,
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

    /// Whether an edit of octets can mend it here.
    pub(crate) const fn mended(mut self, mended: bool) -> Self {
        self.unmended = !mended;
        self
    }

    /// The octets between the start of its line and the span.
    pub(crate) const fn lead(mut self, octets: &'n [u8]) -> Self {
        self.lead = octets;
        self
    }

    /// The field that it is about.
    pub(crate) const fn name(mut self, field: Named<'n>) -> Self {
        self.field = field;
        self
    }

    /// Notes with the same key, rule and part become one finding.
    pub(crate) const fn key(mut self, key: u64) -> Self {
        self.key = key;
        self
    }
}

/// Where notes become findings.
#[derive(Debug)]
pub(crate) struct Sink {
    pub(crate) profile: Profile,
    /// It is known that this is bulk mail.
    pub(crate) bulk: bool,
    findings: Vec<Finding>,
    /// The last finding of each rule, counted from 1; empty until there is one.
    last: Vec<u16>,
    /// The key of each finding.
    keys: Vec<u64>,
    most: usize,
    /// How many addresses are still judged.
    pub(crate) addresses: usize,
    /// How many encoded-words are still judged.
    pub(crate) words: usize,
    dropped: u64,
    skipped: Vec<Skipped>,
    pub(crate) part: PartPath,
    /// Fields of the section that is judged were passed over: none can be said to be missing.
    pub(crate) cut: bool,
}

/// Does the rule say that a field is missing?
const fn says_missing(id: Id) -> bool {
    matches!(
        id,
        Id::DateMissing
            | Id::FromMissing
            | Id::MessageIdMissing
            | Id::SubjectMissing
            | Id::RecipientFieldMissing
            | Id::MimeVersionMissing
            | Id::SenderMissing
            | Id::ResentIncomplete
            | Id::EmbeddedMessageFields
            | Id::NoReplyWithoutReplyTo
            | Id::ReferencesWithoutParent
            | Id::SubjectFakeReply
            | Id::EnvelopeRecipientNotInHeader
            | Id::ContentTypeNameDeprecated
            | Id::FilenameMissing
            | Id::ListUnsubscribeMissing
            | Id::ListUnsubscribePostMissing
            | Id::ListUnsubscribeUnsigned
            | Id::ListIdMissing
            | Id::FeedbackIdMissing
            | Id::AutoSubmittedMissing
            | Id::DkimMissing
            | Id::DkimNotAligned
            | Id::ReceivedMissing
    )
}

impl Sink {
    pub(crate) fn new(profile: Profile, limits: &Limits, bulk: bool) -> Self {
        Self {
            profile,
            bulk,
            findings: Vec::new(),
            last: Vec::new(),
            keys: Vec::new(),
            most: limits.findings.min(usize::from(u16::MAX).saturating_sub(1)),
            addresses: limits.addresses,
            words: limits.words,
            dropped: 0,
            skipped: Vec::new(),
            part: PartPath::default(),
            cut: false,
        }
    }

    /// Forgets all that was told.
    pub(crate) fn clear(&mut self, limits: &Limits) {
        (self.addresses, self.words) = (limits.addresses, limits.words);
        self.cut = false;
        self.findings.clear();
        self.last.clear();
        self.keys.clear();
        self.dropped = 0;
        self.skipped.clear();
        self.part = PartPath::default();
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

    /// One more note that would only be counted: the finding it belongs to keeps no more places, or there is no room
    /// for another of its rule. Gives false where it is to be put. For notes without a severity or a part of their own.
    #[inline]
    pub(crate) fn again(&mut self, id: Id, key: u64) -> bool {
        self.more(id, key, 1)
    }

    /// The same for several notes.
    #[inline]
    pub(crate) fn more(&mut self, id: Id, key: u64, count: u32) -> bool {
        let last = self.last.get(id as usize).and_then(|last| usize::from(*last).checked_sub(1));
        let Some(last) = last else { return false };
        let full = self.findings.len() >= self.room(false, Severity::Error);
        let same = self.keys.get(last) == Some(&key);
        match self.findings.get_mut(last).filter(|found| same && found.is_in(&self.part)) {
            Some(found) if found.also.len() == ALSO => found.count = found.count.saturating_add(count),
            None if full => self.dropped = self.dropped.saturating_add(u64::from(count)),
            _ => return false,
        }
        true
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn put(&mut self, note: Note<'_>) {
        let Some(severity) = self.profile.judge(note.id, note.severity) else { return };
        if self.cut && says_missing(note.id) {
            return;
        }
        let part = note.part.unwrap_or(self.part);
        let last = self.last.get(note.id as usize).and_then(|last| usize::from(*last).checked_sub(1));
        if let Some(last) = last.filter(|last| self.keys.get(*last) == Some(&note.key))
            && let Some(found) = self.findings.get_mut(last).filter(|found| found.is_in(&part))
        {
            found.count = found.count.saturating_add(note.count);
            found.severity = found.severity.max(severity);
            found.unmended |= note.unmended;
            if found.also.len() < ALSO && found.span != note.span {
                let mut also = core::mem::take(&mut found.also).into_vec();
                also.push(note.span);
                found.also = also.into_boxed_slice();
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
        let lines = match note.lead.len() {
            // Too few to prepare a search.
            ..256 => note.lead.iter().filter(|b| **b == b'\n').count(),
            _ => memchr::memchr_iter(b'\n', note.lead).count(),
        };
        if self.findings.len() == self.findings.capacity() {
            // A list that grows is there twice: it grows once, to what is usual, and once more, to the cap.
            let usual = if self.profile.framing_only { 3 } else { 16 };
            let more =
                if self.findings.is_empty() { usual } else { self.most.saturating_sub(self.findings.len()) };
            self.findings.reserve_exact(more.min(self.most.max(1)));
            self.keys.reserve_exact(more.min(self.most.max(1)));
        }
        self.findings.push(Finding {
            id: note.id,
            severity,
            unmended: note.unmended,
            span: note.span,
            line: note.line.saturating_add(lines as u64),
            also: note.also.into_iter().collect(),
            part: (!part.is_root()).then(|| Box::new(part)),
            field: match note.field {
                Named::None => None,
                Named::Known(text) => Some(Cow::Borrowed(text)),
                Named::Raw(name) => Some(Cow::Owned(String::from(crate::finding::shown(name)))),
            },
            count: note.count,
            detail: note.found.map_or(note.detail, |found| Detail::Found(crate::finding::shown(found))),
            receiver: self.profile.receiver(note.id, severity).map(Box::new),
        });
        self.keys.push(note.key);
        if self.last.is_empty() {
            self.last.resize(COUNT, 0);
        }
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

    /// The same of several, which are known.
    pub(crate) fn skip_all(&mut self, known: &[Skipped]) {
        self.skipped.extend_from_slice(known);
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
        if !self.is_on(Id::ProviderRefuses) || self.profile.refusals().next().is_none() {
            return;
        }
        let errors = self.findings.iter().filter(|found| found.severity == Severity::Error);
        let errors: Vec<_> = errors.map(|found| (found.id, found.span.clone(), found.line)).collect();
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

    /// The report, when all is told.
    pub(crate) fn report(&mut self, octets: u64) -> Report {
        self.part = PartPath::default();
        self.refusals();
        if self.dropped > 0 {
            self.limit("findings", self.dropped);
        }
        let mut findings = core::mem::take(&mut self.findings);
        findings.sort_unstable_by_key(|found| (found.span.start, found.span.end, found.id));
        Report { findings, skipped: core::mem::take(&mut self.skipped), octets }
    }
}
