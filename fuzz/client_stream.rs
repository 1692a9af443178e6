//! Any octets of a server, cut anywhere, between any acts of the caller: the same conversation, and no invariant broken.
#![no_main]

#[path = "harness/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|input: &[u8]| hostile::play(input));
