//! Any octets: a date that is read is printed so that it reads the same.
#![no_main]
use libfuzzer_sys::fuzz_target;
use mailwright::message::Date;

fuzz_target!(|octets: &[u8]| {
    if let Ok(date) = Date::parse(octets) {
        let printed = date.to_string();
        let again = Date::parse(printed.as_bytes()).expect("what is printed is a date");
        assert_eq!((again.unix(), again.zone(), again.to_string()), (date.unix(), date.zone(), printed));
    }
    let unix = octets.iter().fold(0_u64, |n, b| n << 8 | u64::from(*b)).min(253_402_300_799);
    assert_eq!(Date::from_unix(unix).unix(), i64::try_from(unix).expect("clamped"));
});
