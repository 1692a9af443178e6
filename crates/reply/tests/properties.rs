//! What holds for any octets, any reply and any cut.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test says what went wrong by panicking"
)]

use bytes::BytesMut;
use mailwright_reply::{
    EnhancedStatusCode, Leniency, Limits, Reply, ReplyCode, ReplyParseError, ReplyParser,
};
use proptest::prelude::*;

/// Everything that a parser says to these chunks, and what it says at the end.
fn told(leniency: Leniency, limits: Limits, chunks: &[&[u8]]) -> (Vec<Reply>, Result<(), ReplyParseError>) {
    let mut parser = ReplyParser::new().with_leniency(leniency).with_limits(limits);
    let mut replies = Vec::new();
    for chunk in chunks {
        let mut rest = *chunk;
        loop {
            match parser.parse_slice(rest) {
                Ok((used, Some(reply))) => {
                    replies.push(reply);
                    rest = &rest[used..];
                }
                Ok((used, None)) => {
                    assert_eq!(used, rest.len());
                    break;
                }
                Err(error) => return (replies, Err(error)),
            }
        }
    }
    (replies, parser.finish())
}

fn written(reply: &Reply) -> Vec<u8> {
    let mut out = BytesMut::new();
    reply.write(&mut out);
    out.to_vec()
}

/// Transcripts with every oddity of the parser in them.
const VECTORS: &[&[u8]] = &[
    b"220 mx.example ESMTP\r\n250-mx.example\r\n250-SIZE 1000\r\n250 HELP\r\n",
    b"250-2.1.0 a\r\n250 2.1.0 b\r\n550 5.1.1 no\r\n421\r\n",
    b"550-5.1.1 a\r\n550-5.7.1 b\r\n550 c\r\n354 go\r\n",
    b"250-one\r\n550 two\r\n250 three\r\n",
    b"250 a\n250-b\n250 c\r\n",
    b"\r\n250 ok\r\n\r\n\r\n571 x\r\n",
    b"250 a\rb\r\n250 \0\r\n",
    b"250ok\r\n250\tx\r\n2500\r\n",
    b"250-unfinished\r\n250-",
    b"250 0123456789012345678901234567890123456789\r\n",
    b"250-\r\n250-\r\n250-\r\n250-\r\n250-\r\n250\r\n",
];

fn settings() -> [(Leniency, Limits); 3] {
    let small = Limits::default().with_line(40).with_total(60).with_lines(4);
    [(Leniency::STRICT, Limits::default()), (Leniency::ALL, Limits::default()), (Leniency::ALL, small)]
}

#[test]
fn every_cut_in_two_or_three_gives_the_same() {
    for octets in VECTORS {
        for (leniency, limits) in settings() {
            let whole = told(leniency, limits, &[octets]);
            for one in 0..=octets.len() {
                for two in one..=octets.len() {
                    let cut = [&octets[..one], &[], &octets[one..two], &octets[two..]];
                    assert_eq!(
                        told(leniency, limits, &cut),
                        whole,
                        "{} at {one}, {two}",
                        octets.escape_ascii()
                    );
                }
            }
            let single: Vec<&[u8]> = octets.chunks(1).collect();
            assert_eq!(told(leniency, limits, &single), whole, "{}", octets.escape_ascii());
        }
    }
}

prop_compose! {
    fn any_code()(number in 200_u16..560) -> ReplyCode {
        ReplyCode::new(number).unwrap_or(ReplyCode::OK)
    }
}

prop_compose! {
    fn any_reply()(
        code in any_code(),
        enhanced in proptest::option::of((0_u16..1000, 0_u16..1000)),
        lines in proptest::collection::vec(
            prop_oneof!["[ -~]{0,80}", "[245]\\.[0-9]{1,3}\\.[0-9]{1,3}( .{0,9})?", "(\\PC| ){0,700}", "x{480,530}( 5\\.1\\.1 x)?"],
            0..6,
        ),
    ) -> Option<Reply> {
        let class = code.digits()[0] & 15;
        let enhanced = enhanced.and_then(|(subject, detail)| EnhancedStatusCode::new(class, subject, detail));
        Reply::from_lines(code, enhanced, lines.iter().map(|line| line.replace(|c: char| c.is_control(), "?"))).ok()
    }
}

/// Octets that are nearly replies.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"250".to_vec()),
        Just(b"550".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"-".to_vec()),
        Just(b" ".to_vec()),
        Just(b"5.1.1".to_vec()),
        Just(b"2.0.0 ".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..4),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(reply in any_reply()) {
        let reply = reply.unwrap();
        let wire = written(&reply);
        for line in wire.split_inclusive(|octet| *octet == b'\n') {
            prop_assert!(line.len() <= 512);
            prop_assert!(line.ends_with(b"\r\n"));
            prop_assert!(!line[..line.len() - 2].iter().any(|octet| matches!(octet, b'\r' | b'\n' | 0)));
            prop_assert_eq!(&line[..3], &reply.code().digits()[..]);
        }
        let (read, end) = told(Leniency::STRICT, Limits::default(), &[&wire]);
        prop_assert_eq!(end, Ok(()));
        prop_assert_eq!(read, vec![reply]);
    }

    #[test]
    fn every_strict_prefix_of_a_reply_is_incomplete(reply in any_reply(), at in any::<prop::sample::Index>()) {
        let wire = written(&reply.unwrap());
        let prefix = &wire[..at.index(wire.len())];
        prop_assert_eq!(ReplyParser::new().parse_slice(prefix), Ok((prefix.len(), None)));
    }

    #[test]
    fn any_octets_cut_anywhere_are_told_the_same(octets in nearly(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..6)) {
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(octets.len() + 1)).collect();
        at.push(0);
        at.push(octets.len());
        at.sort_unstable();
        let chunks: Vec<&[u8]> = at.windows(2).map(|pair| &octets[pair[0]..pair[1]]).collect();
        for (leniency, limits) in settings() {
            prop_assert_eq!(told(leniency, limits, &chunks), told(leniency, limits, &[&octets]));
        }
    }

    #[test]
    fn what_was_read_is_written_the_same_for_ever(octets in nearly()) {
        for reply in told(Leniency::ALL, Limits::default(), &[&octets]).0 {
            let once = written(&reply);
            let (again, end) = told(Leniency::ALL, Limits::default(), &[&once]);
            prop_assert_eq!(end, Ok(()));
            prop_assert_eq!(again.len(), 1);
            prop_assert_eq!(written(&again[0]), once);
        }
    }

    #[test]
    fn strict_reads_nothing_that_lenient_reads_otherwise(octets in nearly()) {
        let (strict, _) = told(Leniency::STRICT, Limits::default(), &[&octets]);
        let (lenient, _) = told(Leniency::ALL, Limits::default(), &[&octets]);
        prop_assert_eq!(&lenient[..strict.len()], &strict[..]);
    }

    #[test]
    fn shown_replies_are_one_printable_line(octets in proptest::collection::vec(any::<u8>(), 0..60)) {
        let text: Vec<u8> = octets.into_iter().filter(|octet| *octet != b'\n').collect();
        let wire = [b"250 ", &text[..], b"\r\n"].concat();
        for reply in told(Leniency::ALL, Limits::default(), &[&wire]).0 {
            prop_assert!(!reply.to_string().contains(|c: char| c.is_control()));
        }
    }
}
