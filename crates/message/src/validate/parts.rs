//! Opens parts and closes them, as header sections end and delimiters come.
//!
//! in:  the end of a header section, a delimiter, the end of the message      out: the open parts; notes on parts that ended
//! law: at most `depth` parts are open and `parts` looked at; what is over that is told and walked for its lines only
//!      (RFC 2046 §5.1)

use crate::checks::{self, Described};
use crate::rules::Id;
use crate::validate::Validator;
use crate::validate::leaf::Leaf;
use crate::validate::open::Entity;
use crate::validate::piece::Piece;
use crate::validate::section::Section;
use crate::validate::sink::Note;
use crate::walk::Content;

impl Validator {
    /// The header section of the innermost open part ended.
    pub(super) fn header_end(&mut self, line_follows: bool) {
        if self.bare_part() {
            return;
        }
        let header = core::mem::take(&mut self.header);
        let lines = core::mem::take(&mut self.header_lines);
        let (base, line) = self.header_at;
        let end = self.at;
        let root = self.open.len() == 1;
        let digest = self.walker.in_digest();
        let message = self.open.last().is_some_and(|entity| entity.message);
        let room = core::mem::take(&mut self.room);
        let mut section = Section::new((&header, &lines), (base, line), root, message, room);
        let left_out = section.read(self.limits.fields);
        let size = end.saturating_sub(base);
        let fields = (section.entries.len() as u64).saturating_add(left_out);
        checks::sizes(&section, size, fields, &mut self.sink);
        if self.header_cut > 0 {
            self.sink.limit("header octets", self.header_cut);
        }
        if left_out > 0 {
            self.sink.limit("fields", left_out);
        }
        self.sink.cut = self.header_cut > 0 || left_out > 0;
        let described =
            checks::section(&section, digest, line_follows, &self.context, &mut self.facts, &mut self.sink);
        self.sink.cut = false;
        self.room = section.into_room();
        self.header = header;
        self.header.clear();
        self.header_lines = lines;
        self.header_lines.clear();
        self.header_cut = 0;
        self.enter(described, end);
    }

    fn enter(&mut self, described: Described, end: u64) {
        let Described { content, mut entity, leaf } = described;
        // The empty line is counted when its piece is done; the body begins behind it.
        let (body, body_line) = (end, self.line);
        let composite = content != Content::Leaf;
        let full = composite && (self.walker.is_full() || self.parts >= self.limits.parts);
        if full {
            let id = if self.walker.is_full() { Id::MultipartTooDeep } else { Id::MultipartTooManyParts };
            let limit = if self.walker.is_full() { self.limits.depth } else { self.limits.parts };
            let note = Note::new(id, self.header_at.0..end, self.header_at.1);
            self.sink.put(note.length((limit as u64).saturating_add(1), limit as u64).key(0));
            self.sink.limit("parts", 1);
            self.totals.parts_cut = true;
        }
        let message = content == Content::Message && !full;
        if let (Content::Multipart { boundary, .. }, Some(multi)) = (&content, &entity.multi) {
            let outer =
                self.walker.stack.iter().map(|open| open.boundary.as_slice()).filter(|b| !b.is_empty());
            if outer.clone().any(|outer| boundary.starts_with(outer)) {
                self.sink.put(multi.about(Id::BoundaryCollides).found(boundary));
            }
        }
        if leaf.as_ref().is_some_and(|declared| declared.encoding == crate::TransferEncoding::Binary) {
            self.totals.binary = self.totals.binary.or(Some((end, self.line)));
        }
        if content == Content::Leaf || full {
            entity.multi = None;
            entity.leaf = leaf.filter(|_| !full).map(|declared| {
                let buffers = core::mem::take(&mut self.buffers);
                Leaf::boxed(declared, body, body_line, self.limits.text, buffers)
            });
        }
        entity.body = body;
        entity.body_line = body_line;
        if let Some(open) = self.open.last_mut() {
            (entity.start, entity.start_line) = (open.start, open.start_line);
            entity.number = open.number;
            entity.message = open.message;
            entity.awaits_body = true;
            *open = entity;
        }
        let id = u32::try_from(self.parts).unwrap_or(u32::MAX);
        self.walker.enter(if full { Content::Leaf } else { content }, id);
        if message {
            self.parts = self.parts.saturating_add(1);
            let mut inner = Entity::new(end, self.line, 1);
            inner.message = true;
            self.open_part(inner);
        }
    }

    /// Opens a part inside the innermost open one.
    fn open_part(&mut self, entity: Entity) {
        self.sink.part.push(entity.number);
        self.open.push(entity);
    }

    /// A part without any field, as all parts of a multipart may be: nothing can be said of it but that it is plain text.
    fn bare_part(&mut self) -> bool {
        let inside = self.open.len() > 1 && !self.walker.in_digest();
        if !inside || !self.header.is_empty() || self.header_cut > 0 {
            return false;
        }
        let Some(entity) = self.open.last_mut().filter(|entity| !entity.message) else { return false };
        entity.bare(self.at, self.line);
        self.walker.in_header = false;
        true
    }

    /// All parts above `level` end; their bodies end at `end`, before the line end of the delimiter on the line at `line`.
    pub(super) fn close_above(&mut self, level: usize, line: u64, end: u64) {
        while self.open.len() > level.saturating_add(1) {
            let Some(entity) = self.open.pop() else { break };
            let last = line == end;
            let end = if entity.body > end { line.max(entity.body) } else { end };
            let multi = self.open.last_mut().and_then(|parent| parent.multi.as_deref_mut());
            if entity.bare {
                entity.finish_bare(end, multi, &mut self.totals, &self.sink);
            } else {
                let compared = multi.as_ref().is_some_and(|multi| multi.is_alternative());
                let child =
                    entity.finish(end, last, compared, &mut self.totals, &mut self.sink, &mut self.buffers);
                if let Some(multi) = multi {
                    multi.child_ended(|| child);
                }
            }
            self.sink.part.cut(self.open.len().saturating_sub(1));
        }
    }

    pub(super) fn delimiter(&mut self, level: usize, close: bool, piece: &Piece<'_>) {
        if self.walker.in_header {
            self.header_end_at_delimiter();
        }
        let more = !close && self.parts >= self.limits.parts;
        if !close && !more && self.sibling(level, piece) {
            return;
        }
        let end = piece.at.saturating_sub(self.last_end);
        self.close_above(level, piece.at, end);
        let behind = piece.at.saturating_add(piece.octets.len() as u64);
        if more {
            let note = Note::new(Id::MultipartTooManyParts, piece.at..behind, piece.line);
            let limit = self.limits.parts as u64;
            self.sink.put(note.length(limit.saturating_add(1), limit).key(0));
            self.sink.limit("parts", 1);
            self.totals.parts_cut = true;
        }
        let close = close || more;
        self.walker.cut(level, close);
        let number = self.open.last_mut().map_or(0, |entity| entity.delimiter(close, piece.at, piece.line));
        if !close {
            let id = u32::try_from(self.parts).unwrap_or(u32::MAX);
            self.parts = self.parts.saturating_add(1);
            self.walker.open(id);
            self.open_part(Entity::new(piece.at, piece.line, number));
        }
    }

    /// A part follows a bare one, in its place: a message may hold nothing but such delimiters. Gives false where what
    /// ends is more.
    fn sibling(&mut self, level: usize, piece: &Piece<'_>) -> bool {
        let (at, line) = (piece.at, piece.line);
        let [.., parent, entity] = self.open.as_mut_slice() else { return false };
        let Some(multi) = parent.multi.as_deref_mut().filter(|_| entity.bare) else { return false };
        if !self.walker.again(level, u32::try_from(self.parts).unwrap_or(u32::MAX)) {
            return false;
        }
        let end = at.saturating_sub(self.last_end);
        let end = if entity.body > end { at.max(entity.body) } else { end };
        entity.finish_bare(end, Some(multi), &mut self.totals, &self.sink);
        let number = parent.delimiter(false, at, line);
        *entity = Entity::new(at, line, number);
        self.parts = self.parts.saturating_add(1);
        self.sink.part.cut(level);
        self.sink.part.push(number);
        true
    }

    /// A delimiter stands where an empty line should end a header section.
    fn header_end_at_delimiter(&mut self) {
        let empty = self.header.is_empty() && self.header_cut == 0;
        if empty && let Some(entity) = self.open.last().filter(|entity| !entity.message) {
            let (start, line) = (entity.start, self.line.saturating_sub(1));
            if !self.sink.again(Id::PartWithoutHeader, start) {
                self.sink.put(Note::new(Id::PartWithoutHeader, start..self.at, line));
            }
        }
        self.header_end(false);
    }
}
