//! Real messages behind DATA and real replies, cut at random.
//!
//! in:  each file of the corpus and `MAILWRIGHT_SPLITS` ways of cutting it (20 unless told; 1000 in the long stage)
//! law: the same octets, findings, value or error, whatever came together

use std::fs;

use bytes::BytesMut;
use mailwright::reply::{Leniency, Lenient, Reply, ReplyParseError, ReplyParser};
use mailwright::smtp::{BareNewline, BodyDecoder, BodyEncoder, BodyFindings, OutgoingNewlines};
use mailwright_tests::files;

fn splits() -> u64 {
    std::env::var("MAILWRIGHT_SPLITS").ok().and_then(|splits| splits.parse().ok()).unwrap_or(20)
}

/// Pieces of 1 to 17 octets, of about as many as a read has, and empty ones.
fn pieces(octets: &[u8], seed: u64) -> impl Iterator<Item = &[u8]> {
    let mut rest = octets;
    let mut draw = seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        draw ^= draw << 13;
        draw ^= draw >> 7;
        draw ^= draw << 17;
        let number = usize::try_from(draw >> 40).expect("24 bits");
        let length = match draw % 8 {
            0 => 0,
            1..=4 => 1 + number % 17,
            _ => [4096, 8192, 16_384][number % 3] - 2 + (number >> 8) % 5,
        };
        let (piece, more) = rest.split_at(length.min(rest.len()));
        rest = more;
        Some(piece)
    })
}

/// Message and findings, by the borrowing way and by the way of the session; and what stands behind the end.
fn decode<'a>(
    newlines: BareNewline,
    pieces: impl Iterator<Item = &'a [u8]>,
    shared: bool,
) -> (Vec<u8>, BodyFindings, Vec<u8>) {
    let mut decoder = BodyDecoder::new(newlines).with_octet_facts();
    let (mut body, mut behind, mut input) = (Vec::new(), Vec::new(), BytesMut::new());
    for piece in pieces {
        if decoder.is_finished() {
            behind.extend_from_slice(piece);
        } else if shared {
            input.extend_from_slice(piece);
            while let Some(octets) = decoder.decode_bytes(&mut input) {
                body.extend_from_slice(&octets);
            }
            if decoder.is_finished() {
                behind.extend_from_slice(&input.split());
            }
        } else {
            let mut octets = decoder.decode(piece);
            octets.by_ref().for_each(|octets| body.extend_from_slice(octets));
            behind.extend_from_slice(octets.rest());
        }
    }
    assert!(decoder.is_finished(), "the end was found");
    (body, *decoder.findings(), behind)
}

#[test]
fn threat_l09_a_real_message_is_the_same_however_it_is_cut() {
    let Some(messages) = files("corpus/messages", "eml") else { return };
    for path in &messages {
        let mut message = fs::read(path).expect("a message of the corpus");
        message.truncate(256 * 1024);
        let mut encoder = BodyEncoder::new(OutgoingNewlines::Repair);
        let mut wire = BytesMut::new();
        encoder.encode(&message, &mut wire).expect("what is bare is mended");
        encoder.finish(&mut wire).expect("what is bare is mended");
        wire.extend_from_slice(b"QUIT\r\n");
        let whole = decode(BareNewline::Reject, std::iter::once(&wire[..]), false);
        assert_eq!((whole.1.bare_cr, whole.1.bare_lf), (None, None), "{}", path.display());
        assert_eq!(whole.2, b"QUIT\r\n", "{}", path.display());
        for seed in 0..splits() {
            let shared = seed % 2 == 1;
            let cut = decode(BareNewline::Reject, pieces(&wire, seed), shared);
            assert_eq!(cut, whole, "{}, seed {seed}", path.display());
        }
        // As it lies there: its bare octets are found at the same places, and mended alike.
        let raw = [&message[..], b"\r\n.\r\nQUIT\r\n"].concat();
        for newlines in [BareNewline::Note, BareNewline::Normalise] {
            let whole = decode(newlines, std::iter::once(&raw[..]), false);
            for seed in 0..splits() / 4 {
                let cut = decode(newlines, pieces(&raw, seed), seed % 2 == 1);
                assert_eq!(cut, whole, "{}, seed {seed}", path.display());
            }
        }
    }
    println!("{} messages, each cut in {} ways", messages.len(), splits());
}

fn read<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Reply>, Option<ReplyParseError>) {
    let leniency = Leniency::STRICT.with(Lenient::BareLf);
    let mut parser = ReplyParser::new().with_leniency(leniency);
    let mut replies = Vec::new();
    for piece in pieces {
        let mut rest = piece;
        loop {
            match parser.parse_slice(rest) {
                Err(error) => return (replies, Some(error)),
                Ok((_, None)) => break,
                Ok((used, Some(reply))) => {
                    replies.push(reply);
                    rest = &rest[used..];
                }
            }
        }
    }
    (replies, None)
}

#[test]
fn threat_l09_real_replies_are_the_same_however_they_are_cut() {
    let Some(folders) = files("corpus/replies", "jsonl") else { return };
    let mut count = 0_u32;
    for path in &folders {
        let records = fs::read_to_string(path).expect("a file of the corpus");
        for line in records.lines() {
            let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let Some(reply) = record.get("reply").and_then(|reply| reply.as_str()) else { continue };
            // Some are text without a code: then the same error comes at the same octet.
            let wire = format!("{}\r\n250 2.0.0 next\r\n", reply.replace('\n', "\r\n"));
            let whole = read(std::iter::once(wire.as_bytes()));
            for seed in 0..splits() {
                assert_eq!(read(pieces(wire.as_bytes(), seed)), whole, "seed {seed}: {reply:?}");
            }
            count += 1;
        }
    }
    println!("{count} replies, each cut in {} ways", splits());
    assert!(count > 500);
}
