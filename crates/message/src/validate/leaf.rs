//! Checks the body of one part that holds no parts: its encoding, its character set, its text.
//!
//! in:  the lines of the body      out: notes; the visible text, up to its limit
//! law: memory is one line, one tag and the limit of text, however long the body is

use crate::charset::{Charset, Checker};
use crate::checks::html::Html;
use crate::checks::text::Mark;
use crate::transfer::{Decoder, TransferEncoding};
use crate::validate::piece::{Content, Piece};
use crate::validate::sink::Sink;
use crate::validate::spotted::Spotted;
use crate::walk::line_end_length;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;
use md5::{Digest, Md5};

/// What the header section said about a leaf.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one fact of the header section, in any combination"
)]
pub(crate) struct Declared {
    pub(crate) text: bool,
    pub(crate) html: bool,
    pub(crate) plain: bool,
    pub(crate) attachment: bool,
    pub(crate) flowed: bool,
    pub(crate) encoding: TransferEncoding,
    /// The label, where there is one.
    pub(crate) label: Option<String>,
    pub(crate) md5: Option<Vec<u8>>,
    /// Where the field with the label lies, for notes that are about it.
    pub(crate) label_at: Option<(Range<u64>, u64)>,
    pub(crate) encoding_at: Option<(Range<u64>, u64)>,
    pub(crate) report: Option<Report>,
    pub(crate) language: Option<String>,
}

impl Declared {
    /// Of a header section without any field.
    pub(crate) fn bare() -> Self {
        Self { text: true, plain: true, ..Self::default() }
    }

    /// Is its content looked at? Else only the octets that it came in are.
    const fn is_read(&self) -> bool {
        self.text || self.md5.is_some() || self.report.is_some()
    }
}

/// A machine-readable body whose fields are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    Delivery,
    Disposition,
}

/// What a leaf turned out to hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) visible: u32,
    pub(crate) images: u32,
    pub(crate) placeholder: bool,
    pub(crate) words: Vec<u32>,
    pub(crate) unsubscribe: bool,
    pub(crate) cids: Vec<(Vec<u8>, Range<u64>, u64)>,
    pub(crate) span: Range<u64>,
    pub(crate) line: u64,
    pub(crate) charset: Option<Charset>,
    pub(crate) high: bool,
}

impl Outcome {
    /// Of plain text that holds nothing; `placeholder`: it is compared with what stands beside it.
    pub(crate) fn empty(span: Range<u64>, line: u64, placeholder: bool) -> Self {
        Self { placeholder, span, line, charset: Some(Charset::ASCII), ..Self::default() }
    }
}

/// Buffers that the parts of a message use one after another.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    /// The visible text of a part.
    pub(crate) text: Vec<u8>,
    /// Where the pieces of that text came from.
    pub(crate) marks: Vec<Mark>,
    /// What one piece was decoded to.
    pub(super) out: Vec<u8>,
    /// The walk over the HTML of a part that ended.
    pub(super) html: Option<Box<Html>>,
    /// The place of a part that ended.
    pub(super) place: Option<Box<Leaf>>,
}

impl Buffers {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.marks.clear();
    }
}

/// The walk over one leaf.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) declared: Declared,
    pub(super) charset: Option<Charset>,
    pub(super) decoder: Decoder,
    pub(super) checker: Option<Checker>,
    pub(super) html: Option<Box<Html>>,
    pub(super) md5: Option<Box<Md5>>,
    pub(super) buffers: Buffers,
    pub(super) body: u64,
    pub(super) body_line: u64,
    pub(super) octets: u64,
    pub(super) length: u64,
    pub(super) line_at: u64,
    // Decoded content.
    pub(super) high: bool,
    pub(super) c1: bool,
    pub(super) longest: u64,
    pub(super) current: u64,
    pub(super) charset_at: Option<(Range<u64>, u64)>,
    /// The last line that holds more than its end.
    pub(super) last_line: u64,
    pub(super) first_high: Option<(u64, u64)>,
    pub(super) nul: Option<(u64, u64)>,
    pub(super) long: Spotted,
    pub(super) over: Spotted,
    pub(super) flowed: Spotted,
    pub(super) spots: [Option<u64>; 8],
    pub(super) fields: Vec<u8>,
    pub(super) most: usize,
}

impl Leaf {
    /// The walk over a body that begins at `body`, on the line `line`, in the place of a part that ended.
    pub(crate) fn boxed(
        declared: Declared,
        body: u64,
        line: u64,
        most: usize,
        mut buffers: Buffers,
    ) -> Box<Self> {
        match buffers.place.take() {
            Some(mut place) => {
                *place = Self::new(declared, body, line, most, buffers);
                place
            }
            None => Box::new(Self::new(declared, body, line, most, buffers)),
        }
    }

    fn new(declared: Declared, body: u64, line: u64, most: usize, mut buffers: Buffers) -> Self {
        let charset = match &declared.label {
            Some(label) => Charset::find(label.as_bytes()),
            None => declared.text.then_some(Charset::ASCII),
        };
        let checked = declared.text && declared.label.is_some();
        // Of what is coded or HTML, each line has a mark.
        if declared.text
            && !(declared.plain && declared.encoding.is_identity())
            && buffers.marks.capacity() == 0
        {
            buffers.marks.reserve(32);
        }
        Self {
            charset,
            decoder: if declared.is_read() {
                Decoder::new(declared.encoding)
            } else {
                Decoder::new(declared.encoding).quiet()
            },
            checker: charset.filter(|c| checked && !c.is_ascii()).map(Checker::new),
            html: declared.html.then(|| {
                let mut html = buffers.html.take().unwrap_or_default();
                html.restart(body);
                html
            }),
            md5: declared.md5.is_some().then(|| Box::new(Md5::new())),
            buffers,
            body,
            body_line: line,
            octets: 0,
            length: 0,
            line_at: body,
            high: false,
            c1: false,
            longest: 0,
            current: 0,
            charset_at: None,
            last_line: line,
            first_high: None,
            nul: None,
            long: Spotted::default(),
            over: Spotted::default(),
            flowed: Spotted::default(),
            spots: [None; 8],
            fields: Vec::new(),
            most,
            declared,
        }
    }

    /// The first line of the body lies here.
    pub(crate) fn begin(&mut self, at: u64, line: u64) {
        (self.body, self.body_line, self.last_line) = (at, line, line);
        if let Some(html) = &mut self.html {
            html.set_key(at);
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, piece: &Piece<'_>, content: Content, sink: &mut Sink) {
        self.octets = self.octets.saturating_add(piece.octets.len() as u64);
        if piece.starts {
            self.length = 0;
            self.line_at = piece.at;
        }
        let text_length = piece.octets.len().saturating_sub(line_end_length(piece.octets)) as u64;
        self.length = self.length.saturating_add(text_length);
        if text_length > 0 {
            self.last_line = piece.line;
        }
        if content.high && self.first_high.is_none() {
            let at = piece.octets.iter().position(|b| *b >= 128).unwrap_or(0) as u64;
            self.first_high = Some((piece.at.saturating_add(at), piece.line));
        }
        if content.control && self.nul.is_none() {
            let at = memchr::memchr(0, piece.octets);
            self.nul = at.map(|at| (piece.at.saturating_add(at as u64), piece.line));
        }
        if piece.ends && self.length > 76 {
            self.long_line(self.line_at, piece.line, self.length);
        }
        if self.declared.encoding.is_identity() {
            if self.declared.is_read() {
                self.decoded(piece.octets, piece, content.high, true, sink);
            }
            return;
        }
        let mut out = core::mem::take(&mut self.buffers.out);
        out.clear();
        self.decode(piece, &mut out);
        let high = !out.is_ascii();
        self.decoded(&out, piece, high, false, sink);
        self.buffers.out = out;
    }

    /// Decodes a line, a piece of one, or several whose content is not looked at.
    fn decode(&mut self, lines: &Piece<'_>, out: &mut Vec<u8>) {
        let (told, from) = (self.decoder.told(), self.decoder.at());
        self.decoder.push(lines.octets, out);
        if self.decoder.told() != told {
            self.mark_faults(|fault| {
                let before = usize::try_from(fault.saturating_sub(from)).unwrap_or(usize::MAX);
                let before = lines.octets.get(..before).unwrap_or_default();
                lines.line.saturating_add(memchr::memchr_iter(b'\n', before).count() as u64)
            });
        }
    }

    /// Can plain lines be taken many at a time?
    pub(crate) fn takes_whole(&self) -> bool {
        let as_it_is =
            self.declared.encoding.is_identity() && self.checker.as_ref().is_none_or(Checker::passes_ascii);
        as_it_is || !self.declared.is_read()
    }

    /// Takes plain lines; the last that holds more than its end is number `filled`, from 1.
    pub(crate) fn take(&mut self, lines: &Piece<'_>, filled: u64, sink: &mut Sink) {
        if !self.takes_whole() {
            for line in lines.lines() {
                self.push(&line, Content::default(), sink);
            }
            return;
        }
        self.octets = self.octets.saturating_add(lines.octets.len() as u64);
        if filled > 0 {
            self.last_line = lines.line.saturating_add(filled).saturating_sub(1);
        }
        if !self.declared.encoding.is_identity() {
            let mut out = core::mem::take(&mut self.buffers.out);
            out.clear();
            self.decode(lines, &mut out);
            self.buffers.out = out;
        } else if self.declared.is_read() {
            self.decoded(lines.octets, lines, false, true, sink);
        }
    }

    /// A line of more than 76 octets ended.
    #[cold]
    pub(crate) fn long_line(&mut self, at: u64, line: u64, length: u64) {
        let span = at..at.saturating_add(length);
        if !self.declared.encoding.is_identity() {
            self.long.hit(span.clone(), line, length);
        }
        if length > 998 {
            self.over.hit(span.clone(), line, length);
        }
        if self.declared.flowed && length > 79 {
            self.flowed.hit(span, line, length);
        }
    }

    /// Remembers the line of each fault of the encoding when it comes first; `line` says on which it lies.
    #[cold]
    pub(super) fn mark_faults(&mut self, line: impl Fn(u64) -> u64) {
        let faults = self.decoder.faults();
        let spots = [
            faults.bad_octet,
            faults.bad_length,
            faults.after_padding,
            faults.bad_escape,
            faults.lower_hex,
            faults.trailing_blank,
            faults.coded_break,
            faults.eight_bit,
        ];
        for (slot, spot) in self.spots.iter_mut().zip(spots) {
            if spot.count > 0 && slot.is_none() {
                *slot = Some(line(spot.first));
            }
        }
    }
}
