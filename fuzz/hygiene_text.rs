//! Any text as a line of a suppression list, a key and a token: errors, or values that are written back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwright::hygiene::{Key, Purpose, Secrets, read_line, suggest_domain, write_line};

fuzz_target!(|text: &str| {
    if let Ok((key, block)) = read_line(text) {
        assert_eq!(read_line(&write_line(&key, &block)), Ok((key, block)));
    }
    if let Ok(key) = text.parse::<Key>() {
        assert_eq!(key.to_string().parse(), Ok(key));
    }
    let secrets = Secrets::new(1, &[7; 32]).expect("32 octets are enough");
    assert!(secrets.open(Purpose::Confirm, text).is_err());
    assert!(suggest_domain(text).is_none_or(|meant| !meant.eq_ignore_ascii_case(text)));
});
