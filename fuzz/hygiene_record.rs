//! Any octets as a stored record: an error, or a record that is written back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwright::hygiene::Record;

fuzz_target!(|octets: &[u8]| {
    if let Ok(record) = Record::from_bytes(octets) {
        assert!(octets.len() <= Record::LONGEST);
        assert_eq!(record.to_bytes(), octets);
    }
});
