//! Any octets, cut anywhere: the same report, spans in range and sorted; a harmless field takes no finding away.
#![no_main]
use libfuzzer_sys::fuzz_target;
use mailwright::message::{Context, Limits, Profile, Validator, validate};

fuzz_target!(|case: (Vec<u8>, Vec<u16>)| {
    let (octets, cuts) = case;
    let whole = validate(&octets, &Profile::inbound(), &Context::new());
    let mut validator = Validator::new(Profile::inbound(), Context::new(), Limits::default());
    validator.push(&octets[octets.len() / 2..]);
    validator.end_message();
    let mut rest = octets.as_slice();
    for cut in cuts {
        let (piece, after) = rest.split_at(usize::from(cut).min(rest.len()));
        validator.push(piece);
        rest = after;
    }
    validator.push(rest);
    assert_eq!(validator.finish(), whole);
    assert!(whole.findings().is_sorted_by_key(|finding| finding.span().start));
    assert!(whole.findings().iter().all(|finding| finding.span().end <= octets.len() as u64));
    let lines = octets.starts_with(b"Subject: ") && whole.findings().len() < 200 && octets.len() < 60_000;
    let more = if lines { [b"X-Harmless: yes\r\n", octets.as_slice()].concat() } else { octets };
    let after = validate(&more, &Profile::inbound(), &Context::new());
    assert!(whole.findings().iter().all(|f| after.has(f.rule().id()) || f.rule().id().starts_with("line-")));
});
