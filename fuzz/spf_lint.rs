//! The linter has an error exactly where the strict parser has one, and never makes a good record bad.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwright::spf::{Record, lint};

fuzz_target!(|text: &[u8]| {
    let report = lint(text);
    assert_eq!(Record::parse(text).is_ok(), !report.has_errors());
    if let Some(mended) = report.mended().filter(|_| !report.has_errors()) {
        assert!(Record::parse(mended.as_bytes()).is_ok());
    }
});
