//! A reply that can be made is read back equal; each shorter beginning of it is incomplete.
#![no_main]

use bytes::BytesMut;
use mailwright::reply::{EnhancedStatusCode, Reply, ReplyCode, ReplyParser};

libfuzzer_sys::fuzz_target!(|input: (u16, Option<(u8, u16, u16)>, Vec<&[u8]>, u16)| {
    let (number, enhanced, lines, cut) = input;
    let Some(code) = ReplyCode::new(200 + number % 360) else { return };
    let enhanced =
        enhanced.and_then(|(class, subject, detail)| EnhancedStatusCode::new(class, subject, detail));
    let Ok(reply) = Reply::from_lines(code, enhanced, lines) else { return };
    let mut wire = BytesMut::new();
    reply.write(&mut wire);
    assert!(wire.split_inclusive(|o| *o == b'\n').all(|line| line.len() <= 512 && line.ends_with(b"\r\n")));
    let prefix = &wire[..usize::from(cut) % wire.len()];
    assert_eq!(ReplyParser::new().parse_slice(prefix), Ok((prefix.len(), None)));
    assert_eq!(ReplyParser::new().parse(&mut wire), Ok(Some(reply)));
});
