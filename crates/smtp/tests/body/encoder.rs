//! What is stuffed, mended and refused in a body that is sent, and that our reader gives it back.

use bytes::{Bytes, BytesMut};
use mailwright_smtp::{
    BareNewline, BareNewlineError, BodyDecoder, BodyEncoder, BodyFacts, BodyMeter, ChunkDecoder,
    OutgoingNewlines, write_bdat,
};
use proptest::prelude::*;

use crate::any_body;
use crate::reference::mended;

fn write_in(
    mut encoder: BodyEncoder,
    body: &[u8],
    cuts: &[usize],
) -> Result<(Vec<u8>, u64), BareNewlineError> {
    let mut out = BytesMut::new();
    let mut from = 0;
    for cut in cuts.iter().copied().chain([body.len()]) {
        let to = (from + cut).min(body.len());
        encoder.encode(&body[from..to], &mut out)?;
        from = to;
    }
    encoder.finish(&mut out)?;
    Ok((out.to_vec(), encoder.octets()))
}

fn write(newlines: OutgoingNewlines, body: &[u8]) -> Result<Vec<u8>, u64> {
    let whole = write_in(BodyEncoder::new(newlines), body, &[]);
    for cut in 0..=body.len() {
        assert_eq!(write_in(BodyEncoder::new(newlines), body, &[cut]), whole, "cut at {cut}");
    }
    assert_eq!(write_in(BodyEncoder::new(newlines), body, &vec![1; body.len()]), whole, "octet by octet");
    whole.map(|(wire, _)| wire).map_err(|error| error.at)
}

#[track_caller]
fn check(body: &[u8], wire: &[u8]) {
    for newlines in [OutgoingNewlines::Refuse, OutgoingNewlines::Repair] {
        let found = write(newlines, body).unwrap();
        assert_eq!(found.escape_ascii().to_string(), wire.escape_ascii().to_string());
    }
}

#[track_caller]
fn check_bare(body: &[u8], at: u64, repaired: &[u8]) {
    assert_eq!(write(OutgoingNewlines::Refuse, body), Err(at));
    let found = write(OutgoingNewlines::Repair, body).unwrap();
    assert_eq!(found.escape_ascii().to_string(), repaired.escape_ascii().to_string());
}

fn read(wire: &[u8]) -> Vec<u8> {
    let mut decoder = BodyDecoder::new(BareNewline::Reject);
    let mut pieces = decoder.decode(wire);
    let body = pieces.by_ref().fold(Vec::new(), |body, piece| [&body[..], piece].concat());
    assert!(pieces.rest().is_empty());
    assert!(decoder.is_finished());
    assert_eq!((decoder.findings().bare_cr, decoder.findings().bare_lf), (None, None));
    body
}

#[test]
fn smtp_b13_the_first_line_is_stuffed_and_bare_newlines_never_leave() {
    check(b".a\r\n", b"..a\r\n.\r\n");
    check(b"a\r\n.\r\n..\r\n", b"a\r\n..\r\n...\r\n.\r\n");
    check_bare(b"a\n.\nb", 1, b"a\r\n..\r\nb\r\n.\r\n");
    check_bare(b"a\r.\r\n", 1, b"a\r\n..\r\n.\r\n");
    check_bare(b"a\r\r\n", 1, b"a\r\n\r\n.\r\n");
}

#[test]
fn smtp_b14_the_last_line_is_completed_once() {
    check(b"", b".\r\n");
    check(b"a", b"a\r\n.\r\n");
    check(b"a\r\n", b"a\r\n.\r\n");
    check(b"a\r\n\r\n", b"a\r\n\r\n.\r\n");
    check_bare(b"a\n", 1, b"a\r\n.\r\n");
    check_bare(b"a\r", 1, b"a\r\n.\r\n");
}

#[test]
fn smtp_b15_chunks_are_not_stuffed() {
    let body = b".a\r\n.\r\nb";
    let (wire, octets) = write_in(BodyEncoder::for_chunks(OutgoingNewlines::Refuse), body, &[3, 1]).unwrap();
    assert_eq!((&wire[..], octets), (&b".a\r\n.\r\nb\r\n"[..], 10));
    let mut line = BytesMut::new();
    write_bdat(10, true, &mut line);
    write_bdat(u64::MAX, false, &mut line);
    assert_eq!(&line[..], b"BDAT 10 LAST\r\nBDAT 18446744073709551615\r\n");
}

#[test]
fn smtp_b56_a_chunk_of_nothing_is_finished_at_once() {
    let mut chunk = ChunkDecoder::new(0, true);
    assert!(chunk.is_finished() && chunk.is_last());
    assert_eq!(chunk.decode(b"QUIT\r\n"), (&b""[..], &b"QUIT\r\n"[..]));
}

#[test]
fn smtp_b61_nothing_in_a_chunk_is_an_end() {
    let octets = b"a\r\n.\r\n\r\0.\r";
    for cut in 0..=octets.len() {
        let mut chunk = ChunkDecoder::new(octets.len() as u64, false);
        let (first, behind) = chunk.decode(&octets[..cut]);
        assert_eq!((first, behind), (&octets[..cut], &b""[..]));
        assert_eq!(chunk.decode(&[&octets[cut..], b"\nBDAT 3"].concat()), (&octets[cut..], &b"\nBDAT 3"[..]));
        assert!(chunk.is_finished() && !chunk.is_last());
    }
}

#[test]
fn threat_b06_what_a_chunk_holds_is_opaque() {
    smtp_b61_nothing_in_a_chunk_is_an_end();
}

#[test]
fn threat_r10_nothing_is_reserved_for_a_declared_length() {
    let mut chunk = ChunkDecoder::new(u64::MAX, true);
    let mut input = BytesMut::from(&b"abc"[..]);
    assert_eq!(chunk.decode_bytes(&mut input).unwrap(), Bytes::from_static(b"abc"));
    assert_eq!((chunk.decode_bytes(&mut input), chunk.left()), (None, u64::MAX - 3));
}

#[test]
fn threat_c22_dots_and_missing_ends_come_back_as_they_were() {
    for body in [&b".\r\n"[..], b"\r\n.\r\n", b"x\r\n\r\n.", b"x", b"", b"..\r\n.", b".\r\n.\r\n.\r\n"] {
        let wire = write(OutgoingNewlines::Refuse, body).unwrap();
        let mut whole = body.to_vec();
        if !(whole.is_empty() || whole.ends_with(b"\r\n")) {
            whole.extend_from_slice(b"\r\n");
        }
        assert_eq!(read(&wire), whole);
    }
    check_bare(b"\r", 0, b"\r\n.\r\n");
    check_bare(b"\n", 0, b"\r\n.\r\n");
}

#[test]
fn threat_c23_a_bare_newline_is_refused_with_its_place() {
    assert_eq!(write(OutgoingNewlines::Refuse, b"ok\r\nbad\n.\r\nMAIL"), Err(7));
    assert_eq!(write(OutgoingNewlines::Refuse, &[&b"x".repeat(2000)[..], b"\r.\r\n"].concat()), Err(2000));
    let mut encoder = BodyEncoder::new(OutgoingNewlines::Refuse);
    let mut out = BytesMut::new();
    assert!(encoder.encode(b"fine\r\nbad\rmore", &mut out).is_err());
    assert_eq!(&out[..], b"fine\r\nbad");
    assert_eq!(encoder.encode(b"again", &mut out), encoder.finish(&mut out));
    assert_eq!(&out[..], b"fine\r\nbad", "a failed encoder writes nothing more");
}

#[test]
fn the_facts_of_a_message_are_measured_at_any_cut() {
    let message = b"Subject: \xc3\xa9\r\n\r\nlonger line\r\n\x80\0\r";
    let whole = BodyFacts::of(message);
    assert!(whole.utf8_headers && whole.eight_bit && whole.binary);
    assert_eq!((whole.octets, whole.longest_line), (message.len() as u64, 13));
    for cut in 0..=message.len() {
        let mut meter = BodyMeter::new();
        meter.add(&message[..cut]);
        meter.add(&message[cut..]);
        assert_eq!(meter.facts(), whole, "cut at {cut}");
    }
    for (message, binary) in
        [(&b"a\r\nb\r\n"[..], false), (b"a\nb", true), (b"a\rb", true), (b"\r\r\n", true), (b"a\0", true)]
    {
        assert_eq!(BodyFacts::of(message).binary, binary, "{}", message.escape_ascii());
    }
    let body = BodyFacts::of(b"A: b\r\n\r\n\xc3\xa9\r\n");
    assert!(body.eight_bit && !body.utf8_headers);
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(body in any_body(), cuts in proptest::collection::vec(0_usize..700, 0..20)) {
        let (wire, octets) = write_in(BodyEncoder::new(OutgoingNewlines::Repair), &body, &cuts).unwrap();
        let expected = mended(&body);
        prop_assert_eq!(octets, expected.len() as u64);
        prop_assert_eq!(read(&wire), expected);
        let refused = write_in(BodyEncoder::new(OutgoingNewlines::Refuse), &body, &cuts);
        prop_assert_eq!(refused.is_ok(), !BodyFacts::of(&body.iter().map(|&o| o.max(1)).collect::<Vec<_>>()).binary);
        if let Ok((strict, _)) = refused {
            prop_assert_eq!(strict, wire);
        }
    }

    #[test]
    fn any_cut_writes_the_same(body in any_body(), cuts in proptest::collection::vec(0_usize..40, 0..200)) {
        for encoder in [
            BodyEncoder::new(OutgoingNewlines::Repair),
            BodyEncoder::new(OutgoingNewlines::Refuse),
            BodyEncoder::for_chunks(OutgoingNewlines::Repair),
        ] {
            prop_assert_eq!(write_in(encoder.clone(), &body, &cuts), write_in(encoder, &body, &[]));
        }
    }

    #[test]
    fn shared_pieces_are_the_same_octets(body in any_body(), cut in 0_usize..5000) {
        let (wire, _) = write_in(BodyEncoder::new(OutgoingNewlines::Repair), &body, &[]).unwrap();
        let mut encoder = BodyEncoder::new(OutgoingNewlines::Repair);
        let mut found = BytesMut::new();
        let (first, second) = body.split_at(cut.min(body.len()));
        for part in [first, second] {
            encoder.encode_bytes(&Bytes::copy_from_slice(part), |piece| found.extend_from_slice(&piece)).unwrap();
        }
        encoder.finish(&mut found).unwrap();
        prop_assert_eq!(&found[..], &wire[..]);
    }
}
