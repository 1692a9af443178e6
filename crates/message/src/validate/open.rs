//! Holds the parts that are open, and what they add up to when they end.
//!
//! in:  body lines, delimiters, ends      out: notes on multiparts; sums over the message
//! law: an open part costs a bounded record, its children a few octets each (RFC 2046 §5.1)

use crate::charset::Charset;
use crate::checks::tree;
use crate::rules::Id;
use crate::validate::leaf::{Buffers, Declared, Leaf, Outcome};
use crate::validate::piece::{Content, Piece};
use crate::validate::sink::{Note, Sink};
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// Children of one multipart that are remembered one by one.
const CHILDREN: usize = 16;
/// Content-IDs and references to them that are remembered.
const CIDS: usize = 128;

/// One part that is open.
#[derive(Debug, Default)]
pub(crate) struct Entity {
    pub(crate) number: u16,
    pub(crate) start: u64,
    pub(crate) start_line: u64,
    pub(crate) body: u64,
    pub(crate) body_line: u64,
    /// It is a message, so it has From and Date.
    pub(crate) message: bool,
    /// The empty line before the body is still to be counted.
    pub(crate) awaits_body: bool,
    /// It has no fields, so it is plain text, and its body has not begun: what judges that is made when it does.
    pub(crate) bare: bool,
    /// `text/plain`, in lower case.
    pub(crate) media: Cow<'static, str>,
    pub(crate) content_id: Option<Vec<u8>>,
    pub(crate) disposition: Option<bool>,
    pub(crate) leaf: Option<Box<Leaf>>,
    pub(crate) multi: Option<Box<Multi>>,
}

/// A multipart that is open.
#[derive(Debug, Default)]
pub(crate) struct Multi {
    pub(crate) subtype: Cow<'static, str>,
    pub(crate) field: (Range<u64>, u64),
    pub(crate) used: bool,
    pub(crate) closed: bool,
    pub(crate) count: u16,
    pub(crate) children: Vec<Child>,
    pub(crate) preamble: Stray,
    pub(crate) epilogue: Stray,
    pub(crate) start: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) protocol: Option<String>,
    pub(crate) micalg: bool,
    pub(crate) report: Option<String>,
}

/// Octets of text outside of all parts that are kept.
const STRAY: usize = 300;

/// Text outside of all parts.
#[derive(Debug, Default)]
pub(crate) struct Stray {
    pub(crate) text: Vec<u8>,
    pub(crate) span: Option<(Range<u64>, u64)>,
}

impl Stray {
    fn push(&mut self, piece: &Piece<'_>) {
        if piece.octets.trim_ascii().is_empty() {
            return;
        }
        let end = piece.at.saturating_add(piece.octets.len() as u64);
        match &mut self.span {
            None => self.span = Some((piece.at..end, piece.line)),
            Some((span, _)) => span.end = end,
        }
        let room = STRAY.saturating_sub(self.text.len());
        self.text.extend_from_slice(piece.octets.get(..piece.octets.len().min(room)).unwrap_or_default());
    }

    const fn is_full(&self) -> bool {
        self.text.len() >= STRAY
    }

    /// Lines of which no text is kept any more: it goes on to the last one that is not blank.
    fn goes_on(&mut self, lines: &Piece<'_>) {
        let filled = lines.octets.trim_ascii_end().len();
        let behind = lines.octets.get(filled..).unwrap_or_default();
        let end = memchr::memchr(b'\n', behind).map_or(behind.len(), |lf| lf.saturating_add(1));
        if let Some((span, _)) = self.span.as_mut().filter(|_| filled > 0) {
            span.end = lines.at.saturating_add(filled.saturating_add(end) as u64);
        }
    }
}

/// A part that ended inside a multipart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Child {
    pub(crate) media: Cow<'static, str>,
    pub(crate) content_id: Option<Vec<u8>>,
    pub(crate) attachment: bool,
    pub(crate) outcome: Outcome,
    /// For a multipart: it has plain text inside.
    pub(crate) plain_inside: bool,
    pub(crate) html_inside: bool,
    pub(crate) span: Range<u64>,
    pub(crate) line: u64,
}

/// A Content-ID, whether it is that of an image to be shown, and where.
type ContentId = (Vec<u8>, bool, Range<u64>, u64, crate::PartPath);

/// Sums over the whole message.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one fact of the message, in any combination")]
pub(crate) struct Totals {
    pub(crate) plain: u32,
    pub(crate) plain_visible: u32,
    pub(crate) html: u32,
    pub(crate) html_visible: u32,
    pub(crate) html_images: u32,
    pub(crate) html_at: Option<(Range<u64>, u64)>,
    pub(crate) text_at: Option<(Range<u64>, u64)>,
    pub(crate) other_text: u32,
    pub(crate) files: u32,
    pub(crate) unsubscribe: bool,
    pub(crate) binary: Option<(u64, u64)>,
    pub(crate) content_ids: Vec<ContentId>,
    pub(crate) cids: Vec<(Vec<u8>, Range<u64>, u64, crate::PartPath)>,
    pub(crate) cids_cut: bool,
    pub(crate) signed_or_encrypted: bool,
    pub(crate) report: bool,
    /// There are parts, of which one could have been a text.
    pub(crate) multipart: bool,
    /// Parts stood over a limit and were not looked at: nothing can be said to be missing.
    pub(crate) parts_cut: bool,
}

impl Entity {
    pub(crate) fn new(start: u64, line: u64, number: u16) -> Self {
        Self { start, start_line: line, number, message: number == 0, body: u64::MAX, ..Self::default() }
    }

    /// The header section ended without a field; the body lies here.
    pub(crate) fn bare(&mut self, body: u64, line: u64) {
        (self.body, self.body_line) = (body, line);
        self.media = Cow::Borrowed("text/plain");
        self.awaits_body = true;
        self.bare = true;
    }

    /// Whether control octets belong to its character set.
    pub(crate) fn shifts(&self) -> bool {
        let charset = self.leaf.as_ref().and_then(|leaf| leaf.charset);
        charset.is_some_and(|charset| {
            charset.name().as_bytes().get(..8).is_some_and(|name| name.eq_ignore_ascii_case(b"iso-2022"))
        })
    }

    /// What judges the body, where that holds no parts; text up to `most` octets.
    pub(crate) fn leaf(&mut self, most: usize, buffers: &mut Buffers) -> Option<&mut Leaf> {
        if core::mem::take(&mut self.bare) {
            let buffers = core::mem::take(buffers);
            self.leaf = Some(Leaf::boxed(Declared::bare(), self.body, self.body_line, most, buffers));
        }
        self.leaf.as_deref_mut()
    }

    pub(crate) fn push(&mut self, piece: &Piece<'_>, content: Content, sink: &mut Sink) {
        self.begin(piece);
        if let Some(leaf) = &mut self.leaf {
            leaf.push(piece, content, sink);
        } else if let Some(multi) = &mut self.multi {
            multi.stray(piece);
        }
    }

    /// Takes plain lines; the last that holds more than its end is number `filled`, from 1.
    pub(crate) fn take(&mut self, lines: &Piece<'_>, filled: u64, sink: &mut Sink) {
        self.begin(lines);
        if let Some(leaf) = &mut self.leaf {
            leaf.take(lines, filled, sink);
        } else if let Some(multi) = &mut self.multi {
            multi.stray_lines(lines);
        }
    }

    /// The first line behind the empty one.
    fn begin(&mut self, piece: &Piece<'_>) {
        if self.awaits_body {
            self.awaits_body = false;
            self.body = piece.at;
            self.body_line = piece.line;
            if let Some(leaf) = &mut self.leaf {
                leaf.begin(piece.at, piece.line);
            }
        }
    }

    /// A delimiter of this part came, at `at`. Gives the number of the part that begins.
    pub(crate) fn delimiter(&mut self, close: bool, at: u64, line: u64) -> u16 {
        if self.awaits_body {
            self.awaits_body = false;
            (self.body, self.body_line) = (at, line);
        }
        let Some(multi) = &mut self.multi else { return 0 };
        multi.used = true;
        multi.closed |= close;
        if !close {
            multi.count = multi.count.saturating_add(1);
        }
        multi.count
    }

    /// A part without fields ended before its body began; `parent`: what it stands in.
    pub(crate) fn finish_bare(&self, end: u64, parent: Option<&mut Multi>, totals: &mut Totals, sink: &Sink) {
        totals.plain_text((self.body..end, self.body_line));
        let Some(multi) = parent else { return };
        let placeholder = sink.profile.any_text && multi.is_alternative();
        multi.child_ended(|| Child {
            media: Cow::Borrowed("text/plain"),
            outcome: Outcome::empty(self.body..end, self.body_line, placeholder),
            span: self.start.min(end)..end,
            line: self.start_line,
            ..Child::default()
        });
    }

    /// The part ended at `end`; `last` where the message ended with it, `compared` where it stands among alternatives.
    pub(crate) fn finish(
        mut self,
        end: u64,
        last: bool,
        compared: bool,
        totals: &mut Totals,
        sink: &mut Sink,
        buffers: &mut Buffers,
    ) -> Child {
        let start = if self.body == u64::MAX || self.awaits_body { end } else { self.body.min(end) };
        let mut child = Child {
            media: core::mem::take(&mut self.media),
            content_id: self.content_id.take(),
            attachment: self.disposition == Some(true),
            span: self.start.min(end)..end,
            line: self.start_line,
            ..Child::default()
        };
        if let Some(mut leaf) = self.leaf.take() {
            let (outcome, used) = leaf.finish(end.max(start), compared, sink);
            *buffers = used;
            totals.leaf(&leaf.declared, &outcome, &child, sink.part);
            child.outcome = outcome;
            buffers.place = Some(leaf);
        } else if let Some(multi) = self.multi.take() {
            totals.signed_or_encrypted |= matches!(multi.subtype.as_ref(), "signed" | "encrypted");
            totals.report |= multi.subtype == "report";
            totals.multipart = true;
            let place = (start..end.max(start), self.body_line);
            tree::multipart(&multi, place, last, totals.parts_cut, sink);
            child.plain_inside = multi.children.iter().any(|c| c.media == "text/plain" || c.plain_inside);
            child.html_inside = multi.children.iter().any(|c| c.media == "text/html" || c.html_inside);
        } else if self.body != u64::MAX {
            totals.files = totals.files.saturating_add(1);
        }
        child
    }
}

impl Totals {
    fn leaf(&mut self, declared: &Declared, outcome: &Outcome, child: &Child, part: crate::PartPath) {
        self.unsubscribe |= outcome.unsubscribe;
        if let Some(id) = &child.content_id {
            let image = child.media.starts_with("image/") && !child.attachment;
            if self.content_ids.len() < CIDS {
                self.content_ids.push((id.clone(), image, child.span.clone(), child.line, part));
            } else {
                self.cids_cut = true;
            }
        }
        for (cid, span, line) in &outcome.cids {
            if self.cids.len() < CIDS {
                self.cids.push((cid.clone(), span.clone(), *line, part));
            } else {
                self.cids_cut = true;
            }
        }
        if !declared.text || declared.attachment {
            self.files = self.files.saturating_add(1);
            return;
        }
        if declared.html {
            self.html = self.html.saturating_add(1);
            self.html_visible = self.html_visible.saturating_add(outcome.visible);
            self.html_images = self.html_images.saturating_add(outcome.images);
            self.html_at = self.html_at.take().or_else(|| Some((outcome.span.clone(), outcome.line)));
        } else if declared.plain {
            self.plain_visible = self.plain_visible.saturating_add(outcome.visible);
            self.plain_text((outcome.span.clone(), outcome.line));
        } else {
            self.other_text = self.other_text.saturating_add(1);
        }
    }

    /// There is one more part of plain text, at this place and line.
    fn plain_text(&mut self, place: (Range<u64>, u64)) {
        self.plain = self.plain.saturating_add(1);
        if self.text_at.is_none() {
            self.text_at = Some(place);
        }
    }
}

/// The kind of a part's character set, for the rule on several of them.
pub(crate) fn charset_of(child: &Child) -> Option<Charset> {
    child.outcome.charset.filter(|_| child.outcome.high)
}

impl Multi {
    /// A line, or piece of one, outside of all parts.
    fn stray(&mut self, piece: &Piece<'_>) {
        self.outside().push(piece);
    }

    /// Many lines outside of all parts.
    fn stray_lines(&mut self, lines: &Piece<'_>) {
        let stray = self.outside();
        let mut left = lines.lines();
        while !stray.is_full()
            && let Some(line) = left.next()
        {
            stray.push(&line);
        }
        if stray.is_full() {
            stray.goes_on(lines);
        }
    }

    /// What stands before the first part, or else behind one.
    const fn outside(&mut self) -> &mut Stray {
        if self.closed || self.count > 0 { &mut self.epilogue } else { &mut self.preamble }
    }

    /// A part inside it ended; what it was is asked for where it is remembered.
    pub(crate) fn child_ended(&mut self, child: impl FnOnce() -> Child) {
        if self.children.len() < CHILDREN {
            self.children.push(child());
        }
    }

    /// Do its parts say the same in several ways?
    pub(crate) fn is_alternative(&self) -> bool {
        self.subtype == "alternative"
    }

    /// A note about the field that says what the multipart is.
    pub(crate) fn about(&self, id: Id) -> Note<'static> {
        Note::new(id, self.field.0.clone(), self.field.1)
    }
}
