//! Looks at every line: its end, its length, its octets.
//!
//! in:  pieces of lines in order      out: counts and first places of what is wrong with the framing
//! law: one pass that touches clean octets once; the rest is counters (RFC 5322 §2.1.1, RFC 5321 §2.3.8)

use crate::PartPath;
use crate::grammar::lexer::{CONTROL, is};
use crate::rules::{Id, Severity};
use crate::validate::piece::{Content, Piece, cut_end, look};
use crate::validate::sink::{Note, Sink};
use alloc::boxed::Box;
use core::ops::Range;

/// How often something stood, and where first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) count: u32,
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) line: u64,
    pub(crate) longest: u64,
    /// The part it was in, unless that is the message itself.
    part: Option<Box<PartPath>>,
}

impl Tally {
    fn hit(&mut self, span: Range<u64>, line: u64, length: u64, part: &PartPath) {
        if self.count == 0 {
            let part = (!part.is_root()).then(|| Box::new(*part));
            *self = Self { count: 0, start: span.start, end: span.end, line, longest: 0, part };
        }
        self.count = self.count.saturating_add(1);
        self.longest = self.longest.max(length);
    }

    fn note(&self, id: Id) -> Note<'static> {
        Note::new(id, self.start..self.end, self.line)
            .count(self.count)
            .part(self.part.as_deref().copied().unwrap_or_default())
    }

    #[inline]
    fn tell(&self, id: Id, sink: &mut Sink) {
        if self.count > 0 {
            sink.put(self.note(id));
        }
    }
}

/// The ends of plain lines one after another.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ends {
    crlf: u32,
    bare: u32,
    last: u64,
}

impl Ends {
    #[inline]
    pub(crate) const fn add(&mut self, end: u64) {
        if end == 2 {
            self.crlf = self.crlf.wrapping_add(1);
        } else {
            self.bare = self.bare.wrapping_add(1);
        }
        self.last = end;
    }
}

/// The line ends that were seen before, so that only their number counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usual {
    crlf: bool,
    bare: bool,
}

impl Usual {
    #[inline]
    pub(crate) const fn holds(self, end: u64) -> bool {
        match end {
            2 => self.crlf,
            1 => self.bare,
            _ => false,
        }
    }
}

/// Counts over all lines, header sections and bodies apart.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks of one walk, all private")]
pub(crate) struct Lines {
    crlf: u64,
    bare_lf: [Tally; 2],
    bare_cr: [Tally; 2],
    nul: [Tally; 2],
    control: [Tally; 2],
    over_78: [Tally; 2],
    over_998: Tally,
    smuggled: Tally,
    dots: Tally,
    single_dots: u32,
    first_high: Option<(u64, u64)>,
    high_in_header: Option<(u64, u64)>,
    // The line so far.
    length: u64,
    chars: u64,
    start: u64,
    foldable: bool,
    last_bare: bool,
    last_unterminated: Option<Range<u64>>,
    last_line: u64,
    seen: bool,
    /// The text of this part changes its alphabet by control octets, as ISO-2022 does.
    pub(super) shifts: bool,
}

/// Does a fold have a place in this line of a header section, or piece of it? It can stand at a blank inside, but not
/// at the one that begins the line or follows the name.
fn is_foldable(text: &[u8], starts: bool) -> bool {
    let skip = if starts { memchr::memchr(b':', text).map_or(1, |c| c.saturating_add(2)) } else { 0 };
    memchr::memchr2(b' ', b'\t', text.get(skip..).unwrap_or_default()).is_some()
}

impl Lines {
    /// The first octet above 127 in a body, and its line.
    pub(crate) const fn first_high(&self) -> Option<(u64, u64)> {
        self.first_high
    }

    /// The first octet above 127 in a header section, and its line.
    pub(crate) const fn high_in_header(&self) -> Option<(u64, u64)> {
        self.high_in_header
    }

    /// Is there nothing but blanks so far?
    pub(crate) const fn is_blank(&self) -> bool {
        !self.seen
    }

    /// Which line ends of plain lines of usual length can be counted together?
    #[inline]
    pub(crate) const fn usual(&self, header: bool) -> Usual {
        let [above, below] = &self.bare_lf;
        let bare = if header { above } else { below };
        Usual { crlf: self.seen, bare: self.seen && bare.count > 0 }
    }

    /// Counts the ends of plain lines of usual length.
    pub(crate) fn add(&mut self, ends: Ends, header: bool) {
        let [above, below] = &mut self.bare_lf;
        let bare = if header { above } else { below };
        bare.count = bare.count.saturating_add(ends.bare);
        self.crlf = self.crlf.saturating_add(u64::from(ends.crlf));
        if ends.crlf > 0 || ends.bare > 0 {
            self.last_bare = ends.last == 1;
        }
    }

    /// The length of a whole line of plain text that has more than 78 octets.
    pub(crate) fn long(&mut self, text: &[u8], at: u64, line: u64, header: bool, part: &PartPath) {
        let length = text.len() as u64;
        let span = at..at.saturating_add(length);
        if length > 998 {
            self.over_998.hit(span.clone(), line, length, part);
        }
        let [above, below] = &mut self.over_78;
        if !header {
            below.hit(span, line, length, part);
        } else if is_foldable(text, true) {
            above.hit(span, line, length, part);
        }
    }

    /// A whole line of plain text: `text`, and an end of `end` octets.
    pub(crate) fn plain(&mut self, text: &[u8], end: u64, piece: &Piece<'_>, header: bool, part: &PartPath) {
        self.count(text, end, piece, header, part, Content::default());
    }

    #[inline]
    pub(crate) fn observe(
        &mut self,
        piece: &Piece<'_>,
        plain: bool,
        header: bool,
        part: &PartPath,
    ) -> Content {
        let (text, end) = cut_end(piece.octets);
        let content = if plain { Content::default() } else { look(text) };
        self.count(text, end, piece, header, part, content);
        content
    }

    fn count(
        &mut self,
        text: &[u8],
        end: u64,
        piece: &Piece<'_>,
        header: bool,
        part: &PartPath,
        content: Content,
    ) {
        let whole = piece.starts && piece.ends && text.len() <= 78 && text.first() != Some(&b'.');
        let usual = self.usual(header).holds(end) || text.is_empty() && end == 2;
        if whole && usual && content == Content::default() {
            let mut ends = Ends::default();
            ends.add(end);
            self.add(ends, header);
            return;
        }
        if piece.starts {
            self.length = 0;
            self.chars = 0;
            self.start = piece.at;
            self.foldable = false;
        }
        self.length = self.length.saturating_add(text.len() as u64);
        if self.length > 78 || piece.starts && !piece.ends {
            self.measure(text, content.high, piece.starts, header);
        }
        if content.high || content.control {
            self.odd(text, piece, header, part, content);
        }
        if !self.seen {
            self.seen = text.iter().any(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n'));
        }
        if !header && piece.starts && piece.octets.first() == Some(&b'.') {
            self.dot_line(text, piece, part);
        }
        if piece.ends {
            self.line_end(end, piece, header, part);
        }
    }

    /// Characters of a line that may be too long; of one that came in pieces, all of them.
    fn measure(&mut self, text: &[u8], high: bool, starts: bool, header: bool) {
        let chars = if high { text.iter().filter(|b| **b & 0xC0 != 0x80).count() } else { text.len() };
        self.chars = self.chars.saturating_add(chars as u64);
        if header && !self.foldable {
            self.foldable = is_foldable(text, starts);
        }
    }

    fn line_end(&mut self, end: u64, piece: &Piece<'_>, header: bool, part: &PartPath) {
        let at = piece.at.saturating_add(piece.octets.len() as u64);
        let side = usize::from(!header);
        match end {
            2 => self.crlf = self.crlf.saturating_add(1),
            1 => {
                if let Some(tally) = self.bare_lf.get_mut(side) {
                    tally.hit(at.saturating_sub(1)..at, piece.line, 0, part);
                }
            }
            _ => {
                self.last_unterminated = Some(self.start..at);
                self.last_line = piece.line;
            }
        }
        self.last_bare = end == 1;
        if self.length <= 78 {
            return;
        }
        let span = self.start..self.start.saturating_add(self.length);
        if self.length > 998 {
            self.over_998.hit(span.clone(), piece.line, self.length, part);
        }
        if self.chars > 78
            && (!header || self.foldable)
            && let Some(tally) = self.over_78.get_mut(side)
        {
            tally.hit(span, piece.line, self.chars, part);
        }
    }

    #[cold]
    fn odd(&mut self, text: &[u8], piece: &Piece<'_>, header: bool, part: &PartPath, content: Content) {
        let side = usize::from(!header);
        let place = |at: usize| piece.at.saturating_add(at as u64);
        if content.high {
            let slot = if header { &mut self.high_in_header } else { &mut self.first_high };
            if slot.is_none() {
                let at = text.iter().position(|b| *b >= 128).unwrap_or(0);
                *slot = Some((place(at), piece.line));
            }
        }
        if !content.control {
            return;
        }
        for (at, &b) in text.iter().enumerate().filter(|(_, b)| is(**b, CONTROL) || **b == b'\r') {
            let span = place(at)..place(at).saturating_add(1);
            let tally = match b {
                0x0E | 0x0F | 0x1B if self.shifts && !header => None,
                b'\r' => self.bare_cr.get_mut(side),
                0 => self.nul.get_mut(side),
                _ => self.control.get_mut(side),
            };
            if let Some(tally) = tally {
                tally.hit(span, piece.line, 0, part);
            }
            if b == b'\r'
                && !header
                && matches!(text.get(at.saturating_add(1)..), Some([b'.', b'\r', ..] | [b'.']))
            {
                self.smuggled.hit(place(at)..place(at).saturating_add(2), piece.line, 0, part);
            }
        }
    }

    #[cold]
    fn dot_line(&mut self, text: &[u8], piece: &Piece<'_>, part: &PartPath) {
        let span = piece.at..piece.at.saturating_add(piece.octets.len() as u64);
        if text == b"." && (self.last_bare || !piece.octets.ends_with(b"\r\n")) {
            self.smuggled.hit(span, piece.line, 0, part);
        } else if text.starts_with(b"..") {
            self.dots.hit(span, piece.line, 0, part);
        } else {
            self.single_dots = self.single_dots.saturating_add(1);
        }
    }

    /// The message ended.
    pub(crate) fn finish(&self, sink: &mut Sink) {
        let mixed = self.crlf > 0;
        for tally in &self.bare_lf {
            tally.tell(Id::LineBareLf, sink);
        }
        for tally in &self.bare_cr {
            tally.tell(Id::LineBareCr, sink);
        }
        let bare = self.bare_lf.iter().chain(&self.bare_cr).filter(|t| t.count > 0).min_by_key(|t| t.start);
        if let Some(tally) = bare.filter(|_| mixed) {
            tally.tell(Id::LineEndingsMixed, sink);
        }
        if mixed {
            self.smuggled.tell(Id::LineSmuggledEnd, sink);
        }
        for tally in &self.nul {
            tally.tell(Id::NulOctet, sink);
        }
        for (tally, id) in self.control.iter().zip([Id::ControlOctetHeader, Id::ControlOctetBody]) {
            tally.tell(id, sink);
        }
        for (tally, severity) in self.over_78.iter().zip([Severity::Warning, Severity::Hint]) {
            if tally.count > 0 {
                sink.put(tally.note(Id::LineOver78).length(tally.longest, 78).severity(severity));
            }
        }
        if self.over_998.count > 0 {
            sink.put(self.over_998.note(Id::LineOver998).length(self.over_998.longest, 998));
        }
        if self.dots.count >= 3 && self.single_dots == 0 {
            self.dots.tell(Id::DotStuffingLeft, sink);
        }
        if let Some(span) = &self.last_unterminated {
            sink.put(Note::new(Id::LastLineUnterminated, span.clone(), self.last_line));
        }
    }
}
