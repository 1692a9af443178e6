//! Any octets, cut anywhere: the same replies and the same error; what was read is written the same for ever.
#![no_main]

use bytes::BytesMut;
use mailwright::reply::{Leniency, Reply, ReplyParseError, ReplyParser};

type Told = (Vec<Reply>, Result<(), ReplyParseError>);

fn told(leniency: Leniency, chunks: &mut dyn Iterator<Item = &[u8]>) -> Told {
    let (mut parser, mut replies) = (ReplyParser::new().with_leniency(leniency), Vec::new());
    for chunk in chunks {
        let mut input = BytesMut::from(chunk);
        loop {
            match parser.parse(&mut input) {
                Ok(Some(reply)) => replies.push(reply),
                Ok(None) => break,
                Err(error) => return (replies, Err(error)),
            }
        }
    }
    (replies, parser.finish())
}

libfuzzer_sys::fuzz_target!(|input: (bool, u8, &[u8])| {
    let (strict, cut, octets) = input;
    let leniency = if strict { Leniency::STRICT } else { Leniency::ALL };
    let whole = told(leniency, &mut std::iter::once(octets));
    assert_eq!(told(leniency, &mut octets.chunks(1 + usize::from(cut))), whole);
    for reply in whole.0 {
        let (mut once, mut twice) = (BytesMut::new(), BytesMut::new());
        reply.write(&mut once);
        assert!(
            once.split_inclusive(|o| *o == b'\n').all(|line| line.len() <= 512 && line.ends_with(b"\r\n"))
        );
        told(leniency, &mut std::iter::once(&once[..])).0[0].write(&mut twice);
        assert_eq!(once, twice);
        assert!(!format!("{reply}{reply:?}").contains(char::is_control));
    }
});
