//! Any octets of a client, cut anywhere, any decisions of the host: the same conversation, and no invariant broken.
#![no_main]

#[path = "harness/conversation.rs"]
mod conversation;
use conversation::{cut, play};

libfuzzer_sys::fuzz_target!(|input: (bool, Vec<u8>, Vec<u8>, &[u8])| {
    let (lmtp, decisions, lengths, octets) = input;
    let whole = play(lmtp, &decisions, [octets]);
    assert_eq!(whole, play(lmtp, &decisions, octets.chunks(1)));
    assert_eq!(whole, play(lmtp, &decisions, cut(octets, &lengths)));
});
