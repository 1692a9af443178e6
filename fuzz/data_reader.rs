//! Any octets behind DATA, cut anywhere: the body that the RFC's own reader finds, and the same end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwright::smtp::BareNewline::{Normalise, Note, Reject};
use mailwright_fuzz::{decode, pieces, reference};

fuzz_target!(|input: (Vec<u8>, &[u8])| {
    let (cuts, wire) = (input.0, [input.1, b"\r\n.\r\nNOOP\r\n"].concat());
    for newlines in [Reject, Note, Normalise] {
        let found = decode(newlines, pieces(&wire, &cuts));
        assert_eq!(found, decode(newlines, [&wire[..]].into_iter()));
        assert_eq!(found, decode(newlines, wire.chunks(1)));
        let (body, consumed) = reference(&wire).expect("an end");
        assert_eq!((found.1, found.2, found.3.octets), (consumed, true, found.0.len() as u64));
        assert!(newlines == Normalise || found.0 == body);
    }
});
