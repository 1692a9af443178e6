//! Finds the parts of a message, line by line.
//!
//! in:  the octets of one message      out: where the header section and the body of each part lie, and who its parent is
//! law: one pass, no recursion; past a limit parts stay undivided

use super::{Entry, Kind};
use crate::limits::Limits;
use crate::transfer::TransferEncoding;
use crate::walk::{Content, Step, Walker, content, describe, line_end_length};
use alloc::vec::Vec;

/// A walk over a message that is not yet at its end.
pub(super) struct Build<'a> {
    octets: &'a [u8],
    pub(super) parts: Vec<Entry>,
    walker: Walker,
    most: usize,
    pub(super) cut: bool,
    at: usize,
    last_end: usize,
}

impl<'a> Build<'a> {
    pub(super) fn new(octets: &'a [u8], limits: &Limits) -> Self {
        let root = Entry {
            header: 0..0,
            body: octets.len()..octets.len(),
            parent: None,
            number: 0,
            encoding: TransferEncoding::SevenBit,
            kind: Kind::Leaf,
        };
        Self {
            octets,
            parts: alloc::vec![root],
            walker: Walker::new(limits.depth),
            most: limits.parts.max(1),
            cut: false,
            at: 0,
            last_end: 0,
        }
    }

    pub(super) fn run(&mut self) {
        while let Some(rest) = self.octets.get(self.at..).filter(|rest| !rest.is_empty()) {
            if !self.walker.in_header && self.walker.stack.iter().all(|open| open.boundary.is_empty()) {
                break;
            }
            let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |lf| lf.saturating_add(1));
            let (line, _) = rest.split_at(length);
            let next = self.at.saturating_add(length);
            match self.walker.line(line, true) {
                Step::Header | Step::Body => {}
                Step::HeaderEnd => self.header_end(self.at, next),
                Step::Delimiter { level, close } => self.delimiter(level, close, next),
            }
            self.last_end = line_end_length(line);
            self.at = next;
        }
        let end = self.octets.len();
        if self.walker.in_header {
            self.header_end(end, end);
            self.walker.in_header = false;
        }
        self.close_above(0, end);
        if let Some(root) = self.parts.first_mut() {
            root.body.end = end.max(root.body.start);
        }
    }

    fn current(&mut self) -> Option<&mut Entry> {
        let id = self.walker.stack.last()?.id;
        self.parts.get_mut(usize::try_from(id).ok()?)
    }

    fn header_end(&mut self, end: usize, body: usize) {
        let octets = self.octets;
        let in_digest = self.walker.in_digest();
        let Some(entry) = self.current() else { return };
        entry.header.end = end.max(entry.header.start);
        let section = octets.get(entry.header.clone()).unwrap_or_default();
        let (kind, encoding) = describe(section);
        entry.encoding = encoding;
        entry.body = body..octets.len();
        let content = content(kind, encoding, in_digest);
        let what = match content {
            Content::Leaf => Kind::Leaf,
            Content::Multipart { .. } => Kind::Multipart,
            Content::Message => Kind::Message,
        };
        if what != Kind::Leaf && (self.walker.is_full() || self.parts.len() >= self.most) {
            self.cut = true;
            self.walker.enter(Content::Leaf, 0);
            return;
        }
        if let Some(entry) = self.current() {
            entry.kind = what;
        }
        let child = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
        let parent = self.walker.stack.last().map(|open| open.id);
        self.walker.enter(content, child);
        if what == Kind::Message {
            self.push(parent, 1, body);
        }
    }

    fn push(&mut self, parent: Option<u32>, number: u16, at: usize) {
        let end = self.octets.len();
        self.parts.push(Entry {
            header: at..at,
            body: end..end,
            parent,
            number,
            encoding: TransferEncoding::SevenBit,
            kind: Kind::Leaf,
        });
    }

    /// All parts above `level` end; their bodies end at `end`, which lies before the line end of the delimiter.
    fn close_above(&mut self, level: usize, end: usize) {
        let above = level.saturating_add(1);
        for open in self.walker.stack.iter().skip(above) {
            let Some(entry) = usize::try_from(open.id).ok().and_then(|id| self.parts.get_mut(id)) else {
                continue;
            };
            // An empty line, or a delimiter, may lie right in front of this one: its line end then counts once.
            entry.header.start = entry.header.start.min(end);
            entry.header.end = entry.header.end.clamp(entry.header.start, end.max(entry.header.start));
            let start = entry.body.start.clamp(entry.header.end, end.max(entry.header.end));
            entry.body = start..end.max(start);
        }
    }

    fn delimiter(&mut self, level: usize, close: bool, next: usize) {
        let at = self.at;
        if self.walker.in_header && self.walker.stack.len() > level.saturating_add(1) {
            let in_leaf = self.walker.stack.last().is_some();
            if in_leaf {
                self.header_cut(at);
            }
        }
        self.close_above(level, at.saturating_sub(self.last_end));
        if !close && self.parts.len() >= self.most {
            // The rest stays inside the last part.
            self.cut = true;
            self.walker.cut(level, true);
            return;
        }
        self.walker.cut(level, close);
        if !close {
            let id = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
            let parent = self.walker.stack.last().map(|open| open.id);
            self.walker.open(id);
            let number = self.walker.stack.get(level).map_or(0, |open| open.children);
            self.push(parent, number, next);
        }
    }

    /// A delimiter stands inside a header section: the part has no body.
    fn header_cut(&mut self, at: usize) {
        let octets = self.octets;
        // The line end before a delimiter belongs to it.
        let at = at.saturating_sub(self.last_end);
        let Some(entry) = self.current() else { return };
        let at = at.max(entry.header.start);
        entry.header.end = at;
        let (_, encoding) = describe(octets.get(entry.header.clone()).unwrap_or_default());
        entry.encoding = encoding;
        entry.body = at..at;
    }
}
