//! The strict parser: never panics, and a parsed record writes itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwright::spf::{Record, explain};

fuzz_target!(|text: &[u8]| {
    if let Ok(record) = Record::parse(text) {
        assert_eq!(record.to_string().as_bytes(), text);
        assert!(explain(&record).len() >= record.terms().len());
    }
});
