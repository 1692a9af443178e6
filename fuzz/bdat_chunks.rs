//! Chunks of declared lengths, cut anywhere: exactly so many octets are theirs, whatever they are.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use mailwright::smtp::{ChunkDecoder, Command, Dialect, write_bdat};
use mailwright_fuzz::pieces;

fuzz_target!(|input: (u64, bool, Vec<u8>, &[u8])| {
    let (octets, last, cuts, wire) = input;
    let (mut line, mut body, mut shared, mut rest) = (BytesMut::new(), Vec::new(), Vec::new(), Vec::new());
    write_bdat(octets, last, &mut line);
    assert_eq!(Command::parse(&line[..line.len() - 2], Dialect::default()), Ok(Command::bdat(octets, last)));
    let (mut decoder, mut sharing, mut buffer) =
        (ChunkDecoder::new(octets, last), ChunkDecoder::new(octets, last), BytesMut::new());
    for piece in pieces(wire, &cuts) {
        let (taken, left) = decoder.decode(piece);
        body.extend_from_slice(taken);
        rest.extend_from_slice(left);
        buffer.extend_from_slice(piece);
        shared.extend(sharing.decode_bytes(&mut buffer).into_iter().flatten());
    }
    let expected = wire.len().min(usize::try_from(octets).unwrap_or(usize::MAX));
    assert_eq!((&body[..], &rest[..]), wire.split_at(expected));
    assert_eq!((&shared, &buffer[..]), (&body, &rest[..]));
    assert_eq!((decoder.left(), sharing.is_last()), (octets - expected as u64, last));
});
