//! Takes what the body of a part holds, when its coding is taken away.
//!
//! in:  decoded octets of a line or of several      out: their digest, their character set, the visible text up to its limit
//! law: nothing is kept but that text, however much is decoded

use crate::charset::Charset;
use crate::checks::html::{Origin, Seen};
use crate::checks::text::Mark;
use crate::validate::leaf::{Buffers, Leaf};
use crate::validate::piece::Piece;
use crate::validate::sink::Sink;
use core::ops::Range;
use md5::Digest;

impl Leaf {
    pub(super) fn decoded(
        &mut self,
        octets: &[u8],
        piece: &Piece<'_>,
        high: bool,
        exact: bool,
        sink: &mut Sink,
    ) {
        if let Some(md5) = &mut self.md5 {
            md5.update(octets);
        }
        if self.declared.report.is_some() {
            let room = self.most.saturating_sub(self.fields.len());
            self.fields.extend_from_slice(octets.get(..octets.len().min(room)).unwrap_or_default());
        }
        if !self.declared.text {
            return;
        }
        if exact {
            self.longest = self.longest.max(self.length);
        } else {
            self.measure(octets);
        }
        if high {
            self.high = true;
            if self.charset.is_some_and(Charset::is_latin1) && !self.c1 {
                self.c1 = octets.iter().any(|b| (0x80..0xA0).contains(b));
                if self.c1 {
                    self.charset_at =
                        Some(Self::origin(piece, exact).spot(octets, |b| (0x80..0xA0).contains(&b)));
                }
            }
        }
        if let Some(checker) = &mut self.checker {
            let before = checker.bad();
            checker.push(octets);
            if before.is_none()
                && let Some(bad) = checker.bad()
            {
                let span = if exact {
                    // A character that began on an earlier line is told where it fell apart.
                    let at = self.body.saturating_add(bad).max(piece.at);
                    at..at.saturating_add(1)
                } else {
                    piece.at..piece.at.saturating_add(piece.octets.len() as u64)
                };
                self.charset_at = Some((span, piece.line));
            }
        }
        self.collect(octets, piece, exact, sink);
    }

    fn origin(piece: &Piece<'_>, exact: bool) -> Origin {
        let end = piece.at.saturating_add(piece.octets.len() as u64);
        Origin { at: piece.at, end, line: piece.line, exact }
    }

    fn collect(&mut self, octets: &[u8], piece: &Piece<'_>, exact: bool, sink: &mut Sink) {
        let origin = Self::origin(piece, exact);
        if let Some(html) = &mut self.html {
            let Buffers { text, marks, .. } = &mut self.buffers;
            html.push(octets, origin, &mut Seen { text, marks, most: self.most }, sink);
            return;
        }
        let room = self.most.saturating_sub(self.buffers.text.len());
        if room > 0 {
            let text = self.buffers.text.len();
            let mark = Mark { text, at: piece.at, line: piece.line, exact };
            let goes_on = self.buffers.marks.last().is_some_and(|last| last.goes_on(&mark));
            if !goes_on && self.buffers.marks.len() < 1024 {
                self.buffers.marks.push(mark);
            }
            self.buffers.text.extend_from_slice(octets.get(..octets.len().min(room)).unwrap_or_default());
        }
    }

    /// The longest line of decoded text.
    fn measure(&mut self, octets: &[u8]) {
        let mut from = 0_usize;
        for lf in memchr::memchr_iter(b'\n', octets) {
            let end = lf.saturating_add(1);
            let length = end.saturating_sub(from) as u64;
            self.longest = self.longest.max(self.current.saturating_add(length));
            (self.current, from) = (0, end);
        }
        self.current = self.current.saturating_add(octets.len().saturating_sub(from) as u64);
        self.longest = self.longest.max(self.current);
    }
}

impl Origin {
    fn spot(self, octets: &[u8], wanted: impl Fn(u8) -> bool) -> (Range<u64>, u64) {
        let at = octets.iter().position(|b| wanted(*b)).unwrap_or(0);
        (self.span(at, at.saturating_add(1)), self.line)
    }
}
