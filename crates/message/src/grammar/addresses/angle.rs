//! Reads what stands in angle brackets: a route of old, an address, and what is written there wrongly.
//!
//! in:  the walk at a `<`, and what stood before it      out: one mailbox, and each fault with its octets
//! law: what is never closed ends at the next `<`, or at the comma or semicolon behind which no `>` comes (RFC 5322 §3.4, §4.4)

use crate::grammar::addresses::spec::Run;
use crate::grammar::addresses::{Addresses, Fault, Scan};
use crate::grammar::lexer::{ATEXT, is};
use crate::grammar::mailbox::{Mailbox, literal};
use core::ops::Range;

impl<'a> Addresses<'a> {
    /// One mailbox in brackets, which begin here; its name at `start`.
    pub(super) fn angle(&mut self, start: usize, tell: &mut dyn FnMut(Fault, Range<usize>)) -> Mailbox<'a> {
        let open = self.cursor.at;
        if self.pending.is_some() {
            self.late_name(open, tell);
        }
        self.cursor.step();
        let mut repeated = false;
        while self.cursor.peek() == Some(b'<') {
            repeated = true;
            self.cursor.step();
        }
        self.route(tell);
        let inner_at = self.cursor.at;
        let run = Run::of(self.cursor.rest());
        let run_end = inner_at.wrapping_add(run.length);
        self.cursor.at = run_end;
        let inner_end = match self.cursor.peek() {
            Some(b'>') => run_end,
            None | Some(b'<') => self.unclosed(open, None, tell),
            Some(b',' | b';') if !self.closes() => self.unclosed(open, None, tell),
            Some(_) => self.inner(open, tell),
        };
        if self.cursor.peek() == Some(b'>') {
            self.cursor.step();
            while self.cursor.peek() == Some(b'>') {
                repeated = true;
                self.cursor.step();
            }
        }
        if repeated {
            tell(Fault::AngleRepeated, open..self.cursor.at);
        }
        let end = self.cursor.at;
        self.filled = true;
        self.any = false;
        if !matches!(self.cursor.peek(), Some(b',' | b';')) {
            self.cursor.skip();
            if !matches!(self.cursor.peek(), None | Some(b',' | b';')) {
                tell(Fault::SeparatorMissing, end.wrapping_sub(1)..self.cursor.at);
            }
        }
        if inner_end == run_end {
            self.simple(open, inner_at, run, start..end)
        } else {
            self.mailbox(open, inner_at..inner_end, start..end)
        }
    }

    /// What is wrong in the name before brackets, which begin here.
    pub(super) fn name_faults(
        &mut self,
        start: usize,
        scan: &Scan,
        tell: &mut dyn FnMut(Fault, Range<usize>),
    ) {
        let open = self.cursor.at;
        self.late_name(open, tell);
        if let Some(at) = scan.at_sign.or(scan.stray) {
            tell(Fault::NameUnquoted, at..at.saturating_add(1));
        } else if let Some(at) = scan.dot {
            tell(Fault::NameDot, start..open.max(at));
        }
    }

    /// The words before a comma belong to the name before the brackets at `open`.
    fn late_name(&mut self, open: usize, tell: &mut dyn FnMut(Fault, Range<usize>)) {
        if let Some(pending) = self.pending.take() {
            tell(Fault::NameUnquoted, pending.span.start..open);
        }
    }

    /// `@a,@b:` before the address.
    fn route(&mut self, tell: &mut dyn FnMut(Fault, Range<usize>)) {
        let start = self.cursor.at;
        if self.cursor.peek().is_some_and(|b| is(b, ATEXT)) {
            return;
        }
        let mut ahead = self.cursor;
        ahead.skip();
        if ahead.peek() != Some(b'@') {
            return;
        }
        while let Some(b) = ahead.peek() {
            match b {
                b':' => {
                    ahead.bump();
                    self.cursor = ahead;
                    tell(Fault::Route, start..ahead.at);
                    return;
                }
                b'<' | b'>' => return,
                b'[' => literal(&mut ahead),
                b'(' => {
                    ahead.comment();
                }
                _ => ahead.bump(),
            }
        }
    }

    /// Walks to the end of what stands in brackets, and gives where that is.
    fn inner(&mut self, open: usize, tell: &mut dyn FnMut(Fault, Range<usize>)) -> usize {
        let mut end = None;
        loop {
            let before = self.cursor.at;
            let gap = self.cursor.skip();
            let at = self.cursor.at;
            match self.cursor.peek() {
                Some(b'>') => return end.unwrap_or(if gap.any { before } else { at }),
                None | Some(b'<') => return self.unclosed(open, end, tell),
                Some(b',' | b';') if !self.closes() => return self.unclosed(open, end, tell),
                Some(b',' | b';') => {
                    if end.is_none() {
                        tell(Fault::CommaInsideAngle, at..at.saturating_add(1));
                    }
                    end = end.or(Some(at));
                    self.cursor.bump();
                }
                Some(b'"') => {
                    self.cursor.quoted();
                }
                Some(b'[') => literal(&mut self.cursor),
                Some(b) if is(b, ATEXT) => {
                    self.cursor.take(ATEXT);
                }
                Some(_) => self.cursor.bump(),
            }
        }
    }

    /// The brackets opened at `open` are left open here.
    fn unclosed(&self, open: usize, end: Option<usize>, tell: &mut dyn FnMut(Fault, Range<usize>)) -> usize {
        tell(Fault::AngleUnclosed, open..self.cursor.at);
        end.unwrap_or(self.cursor.at)
    }

    /// Does a `>` come before the next `<`? The cursor stands at a comma or semicolon.
    #[inline]
    fn closes(&mut self) -> bool {
        let octets = self.cursor.octets;
        if octets.get(self.cursor.at.wrapping_add(1)) == Some(&b'<') {
            return false;
        }
        if self.bracket < self.cursor.at {
            self.bracket = bracket(octets, self.cursor.at);
        }
        octets.get(self.bracket) == Some(&b'>')
    }
}

/// Where the next `<` or `>` stands: in hostile lists right here, in others far away.
fn bracket(octets: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(&b) = octets.get(at) {
        if matches!(b, b'<' | b'>') {
            return at;
        }
        if at.wrapping_sub(from) == 8 {
            let rest = octets.get(at..).unwrap_or_default();
            return memchr::memchr2(b'<', b'>', rest).map_or(octets.len(), |found| at.wrapping_add(found));
        }
        at = at.wrapping_add(1);
    }
    octets.len()
}
