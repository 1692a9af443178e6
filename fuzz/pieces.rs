//! What several targets share: cuts, and the readers that the fast ones are judged against.
#![forbid(unsafe_code)]

#[path = "harness/bounce.rs"]
pub mod bounce;
#[path = "harness/message.rs"]
mod message;
#[path = "harness/peers.rs"]
pub mod peers;
#[path = "../crates/smtp/tests/body/reference.rs"]
mod reference;

pub use message::{PLAIN_FIELDS, mailbox, mended_is_gone, no_error, same_subtree};
pub use reference::{mended, reference};

use mailwright::smtp::{BareNewline, BodyDecoder, BodyFindings};

/// The octets in pieces of the given lengths, the rest at once.
pub fn pieces<'a>(octets: &'a [u8], cuts: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = octets;
    cuts.iter().map(|cut| usize::from(*cut)).chain([usize::MAX]).map(move |cut| {
        let (piece, more) = rest.split_at(cut.min(rest.len()));
        rest = more;
        piece
    })
}

/// What the decoder gives for pieces: body, octets consumed, whether it has ended, findings.
pub fn decode<'a>(
    newlines: BareNewline,
    pieces: impl Iterator<Item = &'a [u8]>,
) -> (Vec<u8>, usize, bool, BodyFindings) {
    let (mut decoder, mut body, mut consumed) =
        (BodyDecoder::new(newlines).with_octet_facts(), Vec::new(), 0);
    for piece in pieces {
        let mut slices = decoder.decode(piece);
        slices.by_ref().for_each(|slice| body.extend_from_slice(slice));
        consumed += piece.len() - slices.rest().len();
    }
    (body, consumed, decoder.is_finished(), *decoder.findings())
}
