//! Holds one header section: its fields, the rows they belong to, and where each name stands.
//!
//! in:  the octets of a header section      out: its fields by name, and places for notes
//! law: finding a field by name costs one look-up, however many there are

use crate::Field;
use crate::field::strip_line_end;
use crate::grammar::lexer::has_word_start;
use crate::grammar::names::{self, Family, Name, ROWS};
use crate::grammar::row;
use crate::rules::Id;
use crate::validate::header_lines::HeaderLines;
use crate::validate::kinds::{Kind, Kinds, NEAR};
use crate::validate::look;
use crate::validate::sink::{Named, Note, Sink};
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::OnceCell;
use core::ops::Range;

/// A field of a header section with its row of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) field: Field<'a>,
    pub(crate) row: Option<&'static Name>,
    /// The name is written as in the table.
    exact: bool,
    value: &'a [u8],
    /// The next field with the same row, counted from 1.
    next: u32,
    /// The classes of [`look`] that octets of the value are in.
    seen: u8,
    /// What it is of the kinds that checks ask for, one bit for each.
    kinds: u8,
}

impl<'a> Entry<'a> {
    fn new(field: Field<'a>, plain: bool) -> Self {
        let value = field.raw_value();
        let (row, exact) = names::find(field.name()).map_or((None, false), |(row, exact)| (Some(row), exact));
        let seen = look::all(strip_line_end(field.octets()), value.len(), plain);
        let mut entry = Self { field, row, exact, value, next: 0, seen, kinds: 0 };
        let when = |yes: bool, kind: Kind| if yes { kind.bit() } else { 0 };
        entry.kinds = row.map_or(Kind::Local.bit(), |row| row.kinds)
            | when(!entry.is_ordinary(), Kind::Unusual)
            | when(seen & (look::QUESTION | look::HIGH) != 0, Kind::Coded);
        entry
    }

    pub(crate) const fn value(&self) -> &'a [u8] {
        self.value
    }

    /// Does the value hold octets of any of the classes of [`look`]?
    pub(crate) const fn holds(&self, class: u8) -> bool {
        self.seen & class != 0
    }

    /// Is it a field that the table knows, on one line, with nothing in its value but words and blanks between them?
    #[expect(
        clippy::needless_bitwise_bool,
        reason = "no field is like the one before it: a branch would be guessed"
    )]
    fn is_ordinary(&self) -> bool {
        const ODD: u8 = look::HIGH | look::CONTROL | look::FOLD | look::PAREN | look::QUOTE | look::QUESTION;
        let ends = matches!(self.value, [b' ', .., last] if !matches!(last, b' ' | b'\t' | b'\r'));
        self.exact
            & (self.seen & (ODD | look::FILLED) == look::FILLED)
            & self.field.name_touches_colon()
            & ends
    }

    /// May encoded-words stand in the value?
    pub(crate) fn is_coded(&self) -> bool {
        self.holds(look::QUESTION) && has_word_start(self.value)
    }

    /// Is its name written as in the table?
    pub(crate) const fn is_exact(&self) -> bool {
        self.exact
    }

    /// Does no other field with its row follow?
    pub(crate) const fn is_last(&self) -> bool {
        self.next == 0
    }

    /// Is it the field of that row? See [`row`](crate::grammar::row).
    #[inline]
    pub(crate) fn is(&self, row: u8) -> bool {
        self.row.is_some_and(|known| known.number == row)
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
    /// For each row of the table its first field, counted from 1.
    first: [u32; ROWS],
    /// For each row of the table its last field, counted from 1.
    last: [u32; ROWS],
    /// Which families of fields stand in it, one bit for each, with [`REPEATS`].
    families: u8,
    kinds: Kinds,
    lines: &'a HeaderLines,
    /// The first Subject as text, once somebody asked for it.
    subject: OnceCell<String>,
}

impl<'a> Section<'a> {
    /// The section in `octets`, which lie at `place`: octets and line; its fields are still to be read.
    ///
    /// `lines`: where its lines end; `room`: that of a section before it, for its entries.
    pub(crate) fn new(
        (octets, lines): (&'a [u8], &'a HeaderLines),
        place: (u64, u64),
        root: bool,
        message: bool,
        room: Room,
    ) -> Self {
        Self {
            octets,
            base: place.0,
            line: place.1,
            root,
            message,
            entries: emptied(room),
            first: [0; ROWS],
            last: [0; ROWS],
            families: 0,
            kinds: Kinds::default(),
            lines,
            subject: OnceCell::new(),
        }
    }

    /// Reads the fields. Gives how many over `most` were left out.
    pub(crate) fn read(&mut self, most: usize) -> u64 {
        if self.octets.is_empty() {
            return 0;
        }
        self.entries.reserve_exact(room(self.octets, self.root, most));
        let mut left_out = 0_u64;
        crate::field::each(self.octets, self.lines.of(self.octets), |field, plain| {
            if self.entries.len() >= most {
                left_out = left_out.saturating_add(1);
                return;
            }
            let entry = Entry::new(field, plain);
            if let Some(row) = entry.row {
                self.names(row);
            }
            self.kinds.add(self.entries.len(), entry.kinds);
            self.entries.push(entry);
        });
        left_out
    }

    /// The entry that comes next has this row.
    fn names(&mut self, row: &Name) {
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX).saturating_add(1);
        let row_number = usize::from(row.number);
        self.families |= bit(row.family);
        let Some(last) = self.last.get_mut(row_number) else { return };
        match core::mem::replace(last, number).checked_sub(1) {
            None => {
                if let Some(first) = self.first.get_mut(row_number) {
                    *first = number;
                }
            }
            Some(before) => {
                self.families |= REPEATS;
                if let Some(before) = self.entries.get_mut(before as usize) {
                    before.next = number;
                }
            }
        }
    }

    /// The room of its entries, for the next section; none where it would be too much to keep.
    pub(crate) fn into_room(self) -> Room {
        if self.entries.capacity() > KEPT { Vec::new() } else { emptied(self.entries) }
    }

    /// Has some row several fields?
    pub(crate) const fn has_repeats(&self) -> bool {
        self.families & REPEATS != 0
    }

    /// All fields of a kind.
    pub(crate) fn of(&self, kind: Kind) -> impl Iterator<Item = &Entry<'a>> {
        let near = self.kinds.near(kind).filter_map(|number| self.entries.get(number));
        let far = self.entries.get(NEAR..).unwrap_or_default();
        near.chain(far.iter().filter(move |entry| entry.kinds & kind.bit() != 0))
    }

    /// Stands a field of `below` under one of `above`?
    pub(crate) fn is_under(&self, below: &[u8], above: &[u8]) -> bool {
        let number = |rows: &[u32; ROWS], row: u8| rows.get(usize::from(row)).copied().filter(|n| *n > 0);
        let lowest = below.iter().filter_map(|row| number(&self.last, *row)).max();
        let highest = above.iter().filter_map(|row| number(&self.first, *row)).min();
        lowest.zip(highest).is_some_and(|(lowest, highest)| lowest > highest)
    }

    pub(crate) fn span(&self) -> Range<u64> {
        self.base..self.base.saturating_add(self.octets.len() as u64)
    }

    /// Do fields of that family stand in it?
    pub(crate) const fn has(&self, family: Family) -> bool {
        self.families & bit(family) != 0
    }

    /// Where in the value of a field its lines begin, but the first.
    pub(crate) fn folds(&self, entry: &Entry<'a>) -> impl Iterator<Item = usize> {
        let span = entry.field.value_span();
        let known = self.lines.between(entry.field.lines_before() as usize, span.end.saturating_add(1));
        let searched = known.is_none().then(|| memchr::memchr_iter(b'\n', entry.value()));
        let searched = searched.into_iter().flatten().map(|lf| lf.saturating_add(1));
        known.into_iter().flatten().map(move |end| end.saturating_sub(span.start)).chain(searched)
    }

    /// The first field of that row.
    #[inline]
    pub(crate) fn find(&self, row: u8) -> Option<&Entry<'a>> {
        self.entry(self.first.get(usize::from(row)).copied().unwrap_or(0))
    }

    /// The first Subject, and what it says as text.
    pub(crate) fn subject(&self) -> Option<(&Entry<'a>, &str)> {
        let entry = self.find(row::SUBJECT)?;
        Some((entry, self.subject.get_or_init(|| entry.field.shown())))
    }

    /// All fields of that row.
    pub(crate) fn all<'s>(&'s self, row: u8) -> impl Iterator<Item = &'s Entry<'a>> {
        core::iter::successors(self.find(row), |entry| self.entry(entry.next))
    }

    #[inline]
    fn entry(&self, number: u32) -> Option<&Entry<'a>> {
        number.checked_sub(1).and_then(|at| self.entries.get(at as usize))
    }
}

/// Places for notes. Most values have no fault, so what tells of one is kept apart from what looks for it.
impl<'a> Section<'a> {
    /// A note on the whole section.
    #[cold]
    #[inline(never)]
    pub(crate) fn whole(&self, id: Id) -> Note<'a> {
        Note::new(id, self.span(), self.line)
    }

    /// A note on a place in the section: octets from its start.
    #[cold]
    #[inline(never)]
    pub(crate) fn place(&self, id: Id, range: Range<usize>) -> Note<'a> {
        let from = |at: usize| self.base.saturating_add(at as u64);
        let span = from(range.start)..from(range.end.max(range.start));
        Note::new(id, span, self.line).lead(self.octets.get(..range.start).unwrap_or(self.octets))
    }

    /// A note on a place before the value of a field, on its first line: octets from the start of the section.
    #[cold]
    #[inline(never)]
    pub(crate) fn in_name(&self, id: Id, entry: &Entry<'a>, range: Range<usize>) -> Note<'a> {
        let from = |at: usize| self.base.saturating_add(at as u64);
        Note::new(id, from(range.start)..from(range.end.max(range.start)), self.line_of(entry))
    }

    /// A note on a whole field.
    #[cold]
    #[inline(never)]
    pub(crate) fn field(&self, id: Id, entry: &Entry<'a>) -> Note<'a> {
        let octets = entry.field.octets();
        let end = octets.len().saturating_sub(crate::walk::line_end_length(octets));
        self.inside(id, entry, 0..end)
    }

    /// A note on a place in the value of a field: octets from the start of the value.
    #[cold]
    #[inline(never)]
    pub(crate) fn value(&self, id: Id, entry: &Entry<'a>, range: Range<usize>) -> Note<'a> {
        let start = entry.field.value_span().start.saturating_sub(entry.field.span().start);
        self.inside(id, entry, start.saturating_add(range.start)..start.saturating_add(range.end))
    }

    /// A note on a place in a field: octets from its start. The lines before it were counted when it was read.
    fn inside(&self, id: Id, entry: &Entry<'a>, range: Range<usize>) -> Note<'a> {
        let key = self.key(entry);
        let from = |at: usize| key.saturating_add(at as u64);
        let span = from(range.start)..from(range.end.max(range.start));
        let octets = entry.field.octets();
        let name = match entry.row {
            Some(row) => Named::Known(row.text),
            None => Named::Raw(entry.field.name()),
        };
        // In a field on one line there is none to count.
        let lead = if entry.holds(look::FOLD) { octets.get(..range.start).unwrap_or(octets) } else { &[] };
        Note::new(id, span, self.line_of(entry)).lead(lead).name(name).key(key)
    }

    /// The line that a field begins on.
    pub(crate) fn line_of(&self, entry: &Entry<'_>) -> u64 {
        self.line.saturating_add(u64::from(entry.field.lines_before()))
    }

    /// The same, told at once: quick where it stands for the hundredth time, as `note` is made only for the first ones.
    pub(crate) fn tell(
        &self,
        id: Id,
        entry: &Entry<'a>,
        range: Range<usize>,
        sink: &mut Sink,
        note: impl FnOnce(Note<'a>) -> Note<'a>,
    ) {
        if !sink.again(id, self.key(entry)) {
            sink.put(note(self.value(id, entry, range)));
        }
    }

    /// Where the field begins: notes with the same key, rule and part become one finding.
    pub(crate) fn key(&self, entry: &Entry<'a>) -> u64 {
        self.base.saturating_add(entry.field.at() as u64)
    }
}

/// Room for entries.
pub(crate) type Room = Vec<Entry<'static>>;

/// Most entries whose room is kept.
const KEPT: usize = 64;

/// The room of a list, for one of another lifetime.
fn emptied<'b>(mut entries: Vec<Entry<'_>>) -> Vec<Entry<'b>> {
    entries.clear();
    entries.into_iter().map_while(|_| None).collect()
}

/// Some row has several fields.
const REPEATS: u8 = 8;

const fn bit(family: Family) -> u8 {
    match family {
        Family::Content => 1,
        Family::List => 2,
        Family::Resent => 4,
        Family::None => 0,
    }
}

/// Octets of a header section below which its fields are not counted beforehand.
const SMALL: usize = 8192;

/// How many fields a header section may have: asked for at once, since a list that grows is there twice.
fn room(octets: &[u8], root: bool, most: usize) -> usize {
    if octets.len() < SMALL {
        return if root { 32 } else { 4 };
    }
    memchr::memchr_iter(b'\n', octets).count().saturating_add(1).min(most)
}
