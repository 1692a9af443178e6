//! Any lines of an EHLO reply: bounded, and written so that they are read the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwright::smtp::Extensions;

fuzz_target!(|octets: &[u8]| {
    let extensions = Extensions::from_reply(octets.split(|octet| *octet == b'\n'));
    let lines: Vec<String> = [String::new()].into_iter().chain(extensions.lines()).collect();
    assert!(lines.iter().all(|line| line.bytes().all(|octet| matches!(octet, b'\t' | b' '..=b'~'))));
    assert_eq!(Extensions::from_reply(lines.iter().map(String::as_bytes)), extensions);
    assert!(lines.iter().map(String::len).sum::<usize>() <= 2 * Extensions::MAX_KEPT + octets.len());
});
