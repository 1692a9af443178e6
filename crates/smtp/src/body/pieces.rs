//! Walks over the body octets of one input.
//!
//! in:  an input, and the decoder that knows what stood before it      out: slices of the input, in order
//! law: what is not iterated is not consumed

use super::scan::NEAR;
use super::unstuffing::{Ahead, BodyDecoder, Gives, State};

/// The body octets of one input, in order. What was not iterated was not consumed.
#[derive(Debug)]
pub struct BodyPieces<'d, 'a> {
    pub(super) decoder: &'d mut BodyDecoder,
    pub(super) rest: &'a [u8],
    pub(super) ahead: Ahead,
}

impl BodyPieces<'_, '_> {
    /// Octets of the input that are not consumed: behind the end of the body, those of the next command.
    pub const fn rest(&self) -> &[u8] {
        self.rest
    }
}

impl<'a> BodyPieces<'_, 'a> {
    /// The most frequent among many pieces: a stuffed line in front of another one, both of which were judged already.
    #[inline]
    fn stuffed(&mut self) -> Option<&'a [u8]> {
        let (b'.', line) = self.rest.split_first()? else { return None };
        if self.decoder.state != State::LineStart || self.ahead.unseen {
            return None;
        }
        // A CR would belong to the end of the body, since up to there each has its LF.
        let judged = line.get(..self.ahead.paired).filter(|judged| judged.first() != Some(&b'\r'))?;
        let near = judged.get(..NEAR).unwrap_or(judged);
        let feed = near.iter().position(|octet| *octet == b'\n')?;
        let length = feed.saturating_add(1);
        if judged.get(length) != Some(&b'.') || length as u64 > self.decoder.line_limit {
            return None;
        }
        let (line, rest) = line.split_at_checked(length)?;
        self.rest = rest;
        let read = length.saturating_add(1);
        self.ahead.paired = self.ahead.paired.saturating_sub(read);
        self.ahead.doubtful = self.ahead.doubtful.saturating_sub(read);
        self.decoder.wire = self.decoder.wire.saturating_add(read as u64);
        self.decoder.findings.octets = self.decoder.findings.octets.saturating_add(length as u64);
        self.decoder.column = 0;
        Some(line)
    }
}

impl<'a> Iterator for BodyPieces<'_, 'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        if let Some(line) = self.stuffed() {
            return Some(line);
        }
        let step = self.decoder.step(self.rest, &mut self.ahead);
        let (taken, rest) = self.rest.split_at_checked(step.consumed).unwrap_or((self.rest, &[]));
        self.rest = rest;
        match step.gives {
            Gives::Piece { from } => taken.get(from..),
            Gives::Inserted(octets) => Some(octets),
            Gives::Nothing => None,
        }
    }
}
