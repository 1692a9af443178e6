//! Any octets: a date that is read is printed so that it reads the same, and jiff reads it so, or a listed class differs.
#![no_main]
use libfuzzer_sys::fuzz_target;
use mailwright::message::Date;

fuzz_target!(|octets: &[u8]| {
    let read = Date::parse(octets);
    if let Ok(date) = read {
        let printed = date.to_string();
        let again = Date::parse(printed.as_bytes()).expect("what is printed is a date");
        assert_eq!((again.unix(), again.zone(), again.to_string()), (date.unix(), date.zone(), printed));
    }
    if let Ok(theirs) = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(octets) {
        let ours = read.map(|date| date.unix());
        // Form feeds are no blanks here; a leap second is told; years before 1900 are no dates of mail (RFC 5322 §3.3).
        let differs = octets.windows(2).any(|w| w == b"60")
            || octets.iter().any(|b| matches!(b, 11 | 12))
            || theirs.as_second() < -2_208_988_800 + 86_400;
        assert!(differs || ours == Ok(theirs.as_second()), "{ours:?} {theirs} {}", octets.escape_ascii());
    }
    let unix = octets.iter().fold(0_u64, |n, b| n << 8 | u64::from(*b)).min(253_402_300_799);
    assert_eq!(Date::from_unix(unix).unix(), i64::try_from(unix).expect("clamped"));
});
