//! Gives the body in pieces that own their octets.
//!
//! in:  a read buffer, cut anywhere      out: its octets of the body, large runs without a copy
//! law: no small piece keeps a read buffer in memory; no octet behind the end is taken

use bytes::{Buf as _, Bytes, BytesMut};

use super::unstuffing::{BodyDecoder, State};

impl BodyDecoder {
    /// Takes the next octets of the body from the front of `input`, or gives `None` when it needs more or is finished.
    ///
    /// Pieces of at least 1 KiB are cut from `input` without a copy; shorter ones are copied together.
    pub fn decode_bytes(&mut self, input: &mut BytesMut) -> Option<Bytes> {
        self.decode_from(input, false)
    }

    /// The same; where `input` is `lent`, it keeps its room even if a piece is all that it holds.
    pub(crate) fn decode_from(&mut self, input: &mut BytesMut, lent: bool) -> Option<Bytes> {
        if let Some(held) = self.held.take() {
            return Some(held);
        }
        let whole = input.len();
        let mut small = BytesMut::new();
        let mut pieces = self.decode(input);
        let mut large = None;
        for piece in pieces.by_ref() {
            if piece.len() >= PINNING {
                large = Some(piece.len());
                break;
            }
            if small.is_empty() {
                small.reserve(whole.min(SMALL));
            }
            small.extend_from_slice(piece);
        }
        let read = whole.saturating_sub(pieces.rest().len());
        let Some(length) = large else {
            input.advance(read);
            return (!small.is_empty()).then(|| small.freeze());
        };
        input.advance(read.saturating_sub(length));
        let takes_the_rest = self.takes_the_rest(input, length);
        let piece = if takes_the_rest && !lent {
            let mut rest = core::mem::take(input);
            rest.truncate(length);
            rest.freeze()
        } else {
            let piece = input.split_to(length).freeze();
            if takes_the_rest {
                input.clear();
            }
            piece
        };
        if small.is_empty() {
            return Some(piece);
        }
        self.held = Some(piece);
        Some(small.freeze())
    }

    /// Reads the end of the body where it is all that stands behind a piece of this length; says whether nothing is left.
    fn takes_the_rest(&mut self, input: &[u8], length: usize) -> bool {
        match input.get(length..) {
            Some(b"") => true,
            Some(end @ b".\r\n") if self.state == State::LineStart => {
                self.state = State::Finished;
                self.wire = self.wire.saturating_add(end.len() as u64);
                true
            }
            Some(_) | None => false,
        }
    }
}

/// Pieces shorter than this are copied, so that they don't keep a whole read buffer alive.
pub(super) const PINNING: usize = 1024;

/// The first room for short pieces.
const SMALL: usize = 16 * 1024;
