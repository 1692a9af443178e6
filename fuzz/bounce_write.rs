//! Any original and any words of a peer: the report is a clean one, and is read back with the same recipients and codes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwright::bounce::Report;
use mailwright_fuzz::bounce::{errors, written};

fuzz_target!(|input: (u16, Vec<u8>, String, &[u8])| {
    let (code, said, remote, original) = input;
    let Some((fates, octets)) = written(code, &said, &remote, original) else { return };
    assert_eq!(errors(&octets), Vec::<String>::new(), "{}", octets.escape_ascii());
    let report = Report::read(&octets);
    let read: Vec<_> = report.entries().iter().map(|e| (e.action(), e.status())).collect();
    assert_eq!(read, fates);
});
