//! Judges a message while it comes in, in pieces of any size.
//!
//! in:  octets of one message, cut anywhere      out: one report
//! law: any cut gives the same report; memory is the open header section, one line and the open parts,
//!      however long the message is

mod blocks;
mod decoded;
mod ended;
pub(crate) mod feeds;
pub(crate) mod header_lines;
pub(crate) mod kinds;
pub(crate) mod leaf;
pub(crate) mod lines;
pub(crate) mod look;
pub(crate) mod open;
mod parts;
pub(crate) mod piece;
pub(crate) mod section;
pub(crate) mod sink;
mod spotted;

use crate::checks::{self, Facts};
use crate::finding::{Report, Skipped};
use crate::profile::{Context, Profile};
use crate::rules::Id;
use crate::validate::header_lines::HeaderLines;
use crate::validate::leaf::Buffers;
use crate::validate::lines::Lines;
use crate::validate::open::{Entity, Totals};
use crate::validate::piece::{Content as Octets, Piece};
use crate::validate::section::Room;
use crate::validate::sink::{Note, Sink};
use crate::walk::{Step, Walker, line_end_length};
use crate::{Limits, PartPath};
use alloc::vec::Vec;

/// Longest piece of a line that is looked at at once.
const PIECE: usize = 8192;

/// The machine that judges one message.
///
/// # Examples
///
/// ```
/// use mailwright_message::{Context, Limits, Profile, Severity, Validator};
/// let mut validator = Validator::new(Profile::inbound(), Context::new(), Limits::default());
/// for piece in [&b"Subject: Hel"[..], b"lo\r\nDate: yester", b"day\r\n\r\nHi\r\n"] {
///     validator.push(piece);
/// }
/// let report = validator.finish();
/// assert!(report.has("date-invalid") && report.has("from-missing"));
/// assert_eq!(report.worst(), Some(Severity::Error));
/// ```
///
/// Whoever judges many messages keeps one machine, which keeps its buffers:
///
/// ```
/// use mailwright_message::{Context, Limits, Profile, Validator};
/// let mut validator = Validator::new(Profile::inbound(), Context::new(), Limits::default());
/// for message in [&b"Subject: Hello\r\n\r\nHi\r\n"[..], b"From: a@example.com\r\n\r\nHi\r\n"] {
///     validator.push(message);
///     assert!(validator.end_message().has("date-missing"));
/// }
/// ```
///
/// # RFC
///
/// RFC 5322, RFC 2045 to 2047, RFC 2231, RFC 6532; what to do with broken messages: RFC 7103.
#[derive(Debug)]
pub struct Validator {
    context: Context,
    /// The rules that need a fact nobody gave, once a message told them.
    missing: Option<Vec<Skipped>>,
    limits: Limits,
    sink: Sink,
    lines: Lines,
    walker: Walker,
    open: Vec<Entity>,
    totals: Totals,
    facts: Facts,
    /// The header section that is open.
    header: Vec<u8>,
    header_at: (u64, u64),
    header_cut: u64,
    header_lines: HeaderLines,
    /// For the fields of the next one.
    room: Room,
    /// The start of a line whose end has not come.
    carry: Vec<u8>,
    at: u64,
    line: u64,
    line_starts: bool,
    continued: Step,
    last_end: u64,
    parts: usize,
    buffers: Buffers,
    framing_only: bool,
}

/// Judges a message that lies in memory.
///
/// # Examples
///
/// ```
/// use mailwright_message::{Context, Profile, validate};
/// let report = validate(b"From: a@example.com\r\nDate: yesterday\r\n\r\nHi\r\n", &Profile::inbound(), &Context::new());
/// let finding = report.findings().iter().find(|f| f.rule().id() == "date-invalid");
/// assert_eq!(finding.map(|f| (f.line(), f.span())), Some((2, 27..36)));
/// ```
pub fn validate(octets: &[u8], profile: &Profile, context: &Context) -> Report {
    let mut validator = Validator::new(profile.clone(), context.clone(), Limits::default());
    validator.push(octets);
    validator.end()
}

/// Octets of a header section whose room a machine keeps for the next message.
const KEPT: usize = 16 * 1024;

impl Validator {
    /// A machine at the start of a message.
    pub fn new(profile: Profile, context: Context, limits: Limits) -> Self {
        let context = context.under(&profile);
        let framing_only = profile.framing_only;
        Self {
            sink: Sink::new(profile, &limits, context.bulk == Some(true)),
            context,
            missing: None,
            lines: Lines::default(),
            walker: if framing_only { Walker::flat() } else { Walker::new(limits.depth) },
            // Framing knows no parts.
            open: if framing_only { Vec::new() } else { root() },
            totals: Totals::default(),
            facts: Facts::default(),
            header: Vec::new(),
            header_at: (0, 1),
            header_cut: 0,
            header_lines: HeaderLines::default(),
            room: Room::new(),
            carry: Vec::new(),
            at: 0,
            line: 1,
            line_starts: true,
            continued: Step::Header,
            last_end: 0,
            parts: 1,
            buffers: Buffers::default(),
            framing_only,
            limits,
        }
    }

    /// Takes the next octets.
    pub fn push(&mut self, octets: &[u8]) {
        let mut rest = octets;
        while !rest.is_empty() && !self.carry.is_empty() {
            let want = PIECE.saturating_sub(self.carry.len());
            let (near, _) = rest.split_at(rest.len().min(want));
            let length = memchr::memchr(b'\n', near).map_or(near.len(), |lf| lf.saturating_add(1));
            let (taken, after) = rest.split_at(length);
            self.carry.extend_from_slice(taken);
            rest = after;
            let Some(length) = piece_length(&self.carry) else { return };
            let mut piece = core::mem::take(&mut self.carry);
            let kept = piece.split_off(length);
            self.piece(&piece, self.step(&piece), false, false);
            piece.clear();
            piece.extend_from_slice(&kept);
            self.carry = piece;
        }
        while let Some(length) = self.block_length(rest) {
            let (block, after) = rest.split_at(length);
            if self.line_starts && block.ends_with(b"\n") {
                self.block(block);
            } else {
                self.piece(block, self.step(block), false, false);
            }
            rest = after;
        }
        self.carry.extend_from_slice(rest);
    }

    /// The message ended: what was found in it.
    pub fn finish(mut self) -> Report {
        self.end()
    }

    /// The message ended: what was found in it. The machine is at the start of the next one, and keeps its buffers.
    pub fn end_message(&mut self) -> Report {
        let report = self.end();
        self.missing.get_or_insert_with(|| {
            report
                .skipped()
                .iter()
                .filter(|skipped| matches!(skipped, Skipped::Fact { .. }))
                .cloned()
                .collect()
        });
        self.begin();
        report
    }

    /// What is known of the next message; said before its first octets.
    pub fn set_context(&mut self, context: Context) {
        self.context = context.under(&self.sink.profile);
        self.sink.bulk = self.context.bulk == Some(true);
        self.missing = None;
    }

    /// Goes back to the start of a message.
    fn begin(&mut self) {
        self.sink.clear(&self.limits);
        self.lines = Lines::default();
        self.walker.clear();
        self.open.clear();
        if !self.framing_only {
            self.open.push(Entity::new(0, 1, 0));
        }
        self.totals = Totals::default();
        self.facts = Facts::default();
        if self.header.capacity() > KEPT {
            self.header = Vec::new();
        }
        self.header.clear();
        self.header_at = (0, 1);
        self.header_cut = 0;
        self.header_lines.clear();
        self.carry.clear();
        (self.at, self.line, self.line_starts) = (0, 1, true);
        self.continued = Step::Header;
        self.last_end = 0;
        self.parts = 1;
    }

    /// Leaves the machine behind in no useful state.
    fn end(&mut self) -> Report {
        if !self.carry.is_empty() {
            let piece = core::mem::take(&mut self.carry);
            self.piece(&piece, self.step(&piece), true, false);
        }
        let unended = self.walker.in_header;
        if unended && !self.framing_only {
            self.header_end(false);
        }
        if !self.framing_only {
            let end = self.at;
            self.close_above(0, end, end);
            if let Some(root) = self.open.pop() {
                self.sink.part = PartPath::default();
                root.finish(end, true, false, &mut self.totals, &mut self.sink, &mut self.buffers);
            }
        }
        self.lines.finish(&mut self.sink);
        checks::finish(&self.facts, &self.totals, &self.lines, &self.context, self.at, &mut self.sink);
        match &self.missing {
            Some(missing) => self.sink.skip_all(missing),
            None => checks::skipped(&self.context, &mut self.sink),
        }
        if self.at > 0 && self.lines.is_blank() || self.at == 0 {
            self.sink.put(Note::new(Id::MessageEmpty, 0..self.at, 1));
        }
        self.sink.report(self.at)
    }

    /// How long the next block of whole lines is, or the next piece of a long line.
    fn block_length(&self, octets: &[u8]) -> Option<usize> {
        let (near, _) = octets.split_at(octets.len().min(PIECE));
        match memchr::memrchr(b'\n', near).filter(|_| self.line_starts) {
            Some(lf) => Some(lf.saturating_add(1)),
            None => piece_length(octets),
        }
    }

    /// What the next line is, or piece of one.
    fn step(&self, octets: &[u8]) -> Step {
        if self.line_starts { self.walker.line(octets, true) } else { self.continued }
    }

    /// Takes a line, or a piece of a long one, which is a `step`; `plain`: it is known to hold nothing but text and tabs.
    fn piece(&mut self, octets: &[u8], step: Step, last: bool, plain: bool) {
        let ends = last || octets.ends_with(b"\n");
        let piece = Piece { octets, at: self.at, line: self.line, starts: self.line_starts, ends };
        let header = matches!(step, Step::Header | Step::HeaderEnd);
        self.lines.shifts = self.open.last().is_some_and(Entity::shifts);
        let content = self.lines.observe(&piece, plain, header, &self.sink.part);
        self.continued = match step {
            Step::Header => Step::Header,
            Step::HeaderEnd | Step::Body | Step::Delimiter { .. } => Step::Body,
        };
        if self.at == 0 {
            checks::first_octets(octets, &mut self.sink);
        }
        match step {
            Step::Header => {
                self.header_line(octets);
                if octets.ends_with(b"\n") && self.header_cut == 0 {
                    let plain = piece.starts && content == Octets::default();
                    self.header_lines.add(self.header.len(), plain);
                }
            }
            Step::HeaderEnd if self.framing_only => self.walker.in_header = false,
            Step::HeaderEnd => self.header_end(true),
            Step::Body => self.body(&piece, content),
            Step::Delimiter { level, close } => self.delimiter(level, close, &piece),
        }
        self.at = self.at.saturating_add(octets.len() as u64);
        if ends {
            // The last line may have no end, and then none follows it.
            self.line = self.line.saturating_add(u64::from(octets.ends_with(b"\n")));
            self.last_end = line_end_length(octets) as u64;
        }
        self.line_starts = ends;
        if step == Step::HeaderEnd || matches!(step, Step::Delimiter { .. }) {
            self.header_at = (self.at, self.line);
        }
    }

    fn header_line(&mut self, octets: &[u8]) {
        if self.framing_only {
            return;
        }
        let room = self.limits.header.saturating_sub(self.header.len());
        let taken = match octets.get(..room).filter(|_| self.header_cut == 0) {
            // Whole lines only, however many came at once: any cut must end the section at the same line.
            Some(near) => memchr::memrchr(b'\n', near).map_or(0, |lf| lf.saturating_add(1)),
            None if self.header_cut == 0 => octets.len(),
            None => 0,
        };
        let (kept, cut) = octets.split_at(taken);
        let need = self.header.len().saturating_add(kept.len());
        if need > self.header.capacity() {
            // Doubled, and at the limit at once where the next step would pass it: a list that grows is there twice.
            let doubled = self.header.capacity().saturating_mul(2).max(need).max(2048);
            let near = doubled.saturating_mul(2) > self.limits.header;
            let target = if near { self.limits.header.max(need) } else { doubled };
            self.header.reserve_exact(target.saturating_sub(self.header.len()));
        }
        self.header.extend_from_slice(kept);
        self.header_cut = self.header_cut.saturating_add(cut.len() as u64);
    }

    fn body(&mut self, piece: &Piece<'_>, content: Octets) {
        if let Some(entity) = self.open.last_mut() {
            entity.leaf(self.limits.text, &mut self.buffers);
            entity.push(piece, content, &mut self.sink);
        }
    }
}

/// The message itself, with room for some parts inside it.
fn root() -> Vec<Entity> {
    let mut open = Vec::with_capacity(4);
    open.push(Entity::new(0, 1, 0));
    open
}

/// How long the next piece is, or `None` where it has not come whole.
///
/// A piece is a line, or what of a long line fits; it never ends with a CR whose LF may follow.
fn piece_length(octets: &[u8]) -> Option<usize> {
    let (near, _) = octets.split_at(octets.len().min(PIECE));
    if let Some(lf) = memchr::memchr(b'\n', near) {
        return Some(lf.saturating_add(1));
    }
    if near.len() < PIECE {
        return None;
    }
    let cr = near.ends_with(b"\r");
    Some(if cr { PIECE.saturating_sub(1) } else { PIECE })
}
