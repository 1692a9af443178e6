//! Any value: decoded text holds no control, and plain text stays as it is.
#![no_main]
use libfuzzer_sys::fuzz_target;
use mailwright::message::{Address, Addresses, ContentType, Field, Fields};

fuzz_target!(|octets: &[u8]| {
    let clean = |text: &str| assert!(!text.chars().any(char::is_control), "{text:?}");
    let field = [b"Subject: ", octets].concat();
    Fields::new(&field, 0).map(|field: Field<'_>| field.text()).for_each(|text| clean(&text));
    for name in ["name", "filename", "boundary", "charset"] {
        ContentType::parse(octets).parameter(name).iter().for_each(|text| clean(text));
    }
    Addresses::new(octets).for_each(|item| {
        if let Address::Mailbox(mailbox) = item {
            clean(&mailbox.name())
        }
    });
    let plain: Vec<u8> = octets.iter().copied().filter(|b| b.is_ascii_alphanumeric()).collect();
    let field = [b"Subject: ", plain.as_slice()].concat();
    Fields::new(&field, 0).for_each(|field| assert_eq!(field.text().as_bytes(), plain));
});
