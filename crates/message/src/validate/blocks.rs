//! Takes blocks of whole lines, the plain ones of usual length many at a time.
//!
//! in:  octets that begin and end with a line      out: runs of lines that change nothing, and the lines between them one by one
//! law: a run is all header or all body; what is not plain, long, or may be a delimiter is looked at as a line of its own

use crate::validate::Validator;
use crate::validate::feeds::Feeds;
use crate::validate::lines::Ends;
use crate::validate::piece::{Content as Octets, Piece, look};
use crate::walk::Step;

/// Plain lines one after another, all of them header or all of them body.
#[derive(Debug, Default)]
struct Run {
    /// Octets.
    length: usize,
    lines: u64,
    /// The last line that holds more than its end, counted from 1.
    filled: u64,
    /// Octets of the last line end.
    end: u64,
    /// Where the LF of the line stands on which the run ended, and what that line is, if that was seen.
    stopped: Option<(usize, Option<Step>)>,
}

impl Validator {
    /// Whole lines, plain ones many at a time.
    pub(super) fn block(&mut self, block: &[u8]) {
        let mut feeds = Feeds::new(block);
        let mut from = 0_usize;
        let mut delimiter = false;
        while let Some(rest) = block.get(from..).filter(|rest| !rest.is_empty()) {
            // Behind a delimiter another may stand, where parts are empty; of a message, the first line is no part of a run.
            let stopped = if self.at > 0 && !(delimiter && rest.starts_with(b"--")) {
                let run = self.run(block, from, &mut feeds);
                let (octets, _) = rest.split_at(run.length.min(rest.len()));
                if !octets.is_empty() {
                    self.take(octets, &run);
                }
                from = from.saturating_add(run.length);
                run.stopped
            } else {
                feeds.next().map(|lf| (lf, None))
            };
            let Some((lf, step)) = stopped else { return };
            let line = block.get(from..=lf).unwrap_or_default();
            let step = step.unwrap_or_else(|| self.step(line));
            delimiter = matches!(step, Step::Delimiter { .. });
            self.piece(line, step, false, feeds.is_plain(from));
            from = lf.saturating_add(1);
        }
    }

    /// Passes over the plain lines of `block` at `from`, which do not change what is open; `feeds` tells where they end.
    fn run(&mut self, block: &[u8], from: usize, feeds: &mut Feeds<'_>) -> Run {
        let header = self.walker.in_header;
        let kept = header && !self.framing_only && self.header_cut == 0;
        let (mut lines, mut filled, mut last_end) = (0_u64, 0_u64, 0_u64);
        let mut ends = Ends::default();
        let mut usual = self.lines.usual(header);
        let mut start = from;
        let mut stopped = None;
        while let Some(lf) = feeds.next() {
            let Some(line) = block.get(start..lf) else { break };
            let (text, end) = match line {
                [text @ .., b'\r'] => (text, 2_u64),
                _ => (line, 1),
            };
            let first = match text {
                [] => !header,
                [first, ..] => !matches!(first, b'-' | b'.'),
            };
            let place = (start.wrapping_sub(from), lines);
            if first && usual.holds(end) && feeds.is_plain(start) {
                ends.add(end);
                if text.len() > 76 {
                    self.long(text, place);
                }
            } else {
                self.lines.add(core::mem::take(&mut ends), header);
                let piece = block.get(start..=lf).unwrap_or_default();
                if let Err(step) = self.unusual(piece, text, end, place) {
                    stopped = Some((lf, step));
                    break;
                }
                usual = self.lines.usual(header);
            }
            start = lf.wrapping_add(1);
            if kept {
                self.header_lines.add(self.header.len().wrapping_add(start.wrapping_sub(from)), true);
            }
            lines = lines.wrapping_add(1);
            last_end = end;
            if !text.is_empty() {
                filled = lines;
            }
        }
        self.lines.add(ends, header);
        Run { length: start.wrapping_sub(from), lines, filled, end: last_end, stopped }
    }

    /// A line that may be more than plain text of usual length. One that doesn't belong to the run before it is given
    /// back, with what it is where that was seen.
    fn unusual(
        &mut self,
        line: &[u8],
        text: &[u8],
        end: u64,
        place: (usize, u64),
    ) -> Result<(), Option<Step>> {
        let header = self.walker.in_header;
        let step = match text {
            [] if header => Some(Step::HeaderEnd),
            [b'-', b'-', ..] => {
                Some(self.walker.line(line, true)).filter(|step| !matches!(step, Step::Header | Step::Body))
            }
            _ => None,
        };
        if step.is_some() || look(text) != Octets::default() {
            return Err(step);
        }
        let (at, number) = self.behind(place);
        let piece = Piece { octets: line, at, line: number, starts: true, ends: true };
        self.lines.plain(text, end, &piece, header, &self.sink.part);
        self.long_in_leaf(text, at, number);
        Ok(())
    }

    /// A plain line of more than 76 octets.
    fn long(&mut self, text: &[u8], place: (usize, u64)) {
        let (at, number) = self.behind(place);
        if text.len() > 78 {
            self.lines.long(text, at, number, self.walker.in_header, &self.sink.part);
        }
        self.long_in_leaf(text, at, number);
    }

    /// The octet and the line so many octets and lines behind the start of a run.
    const fn behind(&self, (octets, lines): (usize, u64)) -> (u64, u64) {
        (self.at.saturating_add(octets as u64), self.line.saturating_add(lines))
    }

    fn long_in_leaf(&mut self, text: &[u8], at: u64, number: u64) {
        if text.len() > 76
            && let Some(leaf) =
                self.open.last_mut().and_then(|entity| entity.leaf(self.limits.text, &mut self.buffers))
            && leaf.takes_whole()
        {
            leaf.long_line(at, number, text.len() as u64);
        }
    }

    /// Takes a run of plain lines.
    fn take(&mut self, octets: &[u8], run: &Run) {
        if self.walker.in_header {
            self.header_line(octets);
        } else if let Some(entity) = self.open.last_mut().filter(|_| !self.framing_only) {
            let piece = Piece { octets, at: self.at, line: self.line, starts: true, ends: true };
            entity.leaf(self.limits.text, &mut self.buffers);
            entity.take(&piece, run.filled, &mut self.sink);
        }
        self.at = self.at.saturating_add(run.length as u64);
        self.line = self.line.saturating_add(run.lines);
        self.last_end = run.end;
    }
}
