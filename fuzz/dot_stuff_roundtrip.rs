//! Any message, written and read in any pieces: it comes back, mended or as it was, and nothing else ends it.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use mailwright::smtp::{BareNewline, BodyEncoder, BodyFacts, OutgoingNewlines};
use mailwright_fuzz::{decode, mended, pieces};

fuzz_target!(|input: (Vec<u8>, Vec<u8>, &[u8])| {
    let write = |newlines| {
        let (mut encoder, mut wire) = (BodyEncoder::new(newlines), BytesMut::new());
        let written = pieces(input.2, &input.0).try_for_each(|piece| encoder.encode(piece, &mut wire));
        written.and_then(|()| encoder.finish(&mut wire)).map(|()| wire)
    };
    let wire = write(OutgoingNewlines::Repair).expect("repaired");
    let (body, consumed, finished, findings) = decode(BareNewline::Reject, pieces(&wire, &input.1));
    assert_eq!((body, consumed, finished), (mended(input.2), wire.len(), true));
    assert_eq!((findings.bare_cr, findings.bare_lf), (None, None));
    let plain: Vec<u8> = input.2.iter().map(|octet| (*octet).max(1)).collect();
    assert_eq!(write(OutgoingNewlines::Refuse).ok(), (!BodyFacts::of(&plain).binary).then_some(wire));
});
