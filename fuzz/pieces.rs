//! What several targets share: cuts, and the readers that the fast ones are judged against.
#![forbid(unsafe_code)]

#[path = "harness/bounce.rs"]
pub mod bounce;
#[path = "harness/message.rs"]
mod message;
#[path = "harness/peers.rs"]
pub mod peers;

pub use message::{PLAIN_FIELDS, mailbox, mended_is_gone, no_error, same_subtree};

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

/// The reader of RFC 5321 §4.5.2 over a whole message: lines end with CR LF and with nothing else.
pub fn reference(wire: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut body, mut from) = (Vec::new(), 0);
    loop {
        let end = from + wire[from..].windows(2).position(|two| two == b"\r\n")?;
        let line = &wire[from..end];
        from = end + 2;
        match line {
            b"." => return Some((body, from)),
            [b'.', rest @ ..] => body.extend_from_slice(rest),
            _ => body.extend_from_slice(line),
        }
        body.extend_from_slice(b"\r\n");
    }
}

/// What a mended message is: each CR LF, CR and LF one line end, and the last line ended.
pub fn mended(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, &octet) in body.iter().enumerate() {
        match octet {
            b'\n' if at > 0 && body[at - 1] == b'\r' => {}
            b'\r' | b'\n' => out.extend_from_slice(b"\r\n"),
            _ => out.push(octet),
        }
    }
    if !(out.is_empty() || out.ends_with(b"\r\n")) {
        out.extend_from_slice(b"\r\n");
    }
    out
}
