//! Any octets as base64, as xtext and as the messages of a login, both sides.
#![no_main]

#[path = "harness/login.rs"]
mod login;

libfuzzer_sys::fuzz_target!(|input: &[u8]| login::check(input));
