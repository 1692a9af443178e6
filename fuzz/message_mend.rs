//! Any octets: a safe mend leaves none of what it mends, fields that are written are read back, 7bit is 7bit.
#![no_main]
use libfuzzer_sys::fuzz_target;
use mailwright::message::edit::{Place, add, remove, replace};
use mailwright::message::{Context, Edit, Profile, Reader, Safety, downgrade, validate};

fuzz_target!(|octets: &[u8]| {
    let judge = |octets: &[u8]| validate(octets, &Profile::submission(), &Context::new());
    for (edits, report) in [Safety::Safe, Safety::Guess].map(|safety| {
        let report = judge(octets);
        (report.edits(octets, safety), report)
    }) {
        assert!(edits.edits().windows(2).all(|pair| pair[0].span().end <= pair[1].span().start));
        mailwright_fuzz::mended_is_gone(&report, &edits, octets, &judge(&edits.apply(octets)));
        assert!(edits.edits().iter().map(Edit::rule).all(|rule| report.has(rule)));
    }
    for edited in [Place::Top, Place::Bottom].map(|place| add(octets, "X-Added-Here", "seen", place)) {
        let read = Reader::new(&edited.expect("a good field").octets).text("X-Added-Here");
        assert_eq!(read.as_deref(), Some("seen"));
    }
    let once = replace(octets, "Subject", "a\r\n b").expect("a good field").octets;
    assert_eq!(Reader::new(&once).fields().filter(|field| field.is_named("Subject")).count(), 1);
    assert!(Reader::new(&remove(&once, "subject").octets).field("Subject").is_none());
    if let Ok(done) = downgrade(octets) {
        assert!(done.octets.is_ascii());
        assert_eq!(downgrade(&done.octets).map(|again| again.octets), Ok(done.octets));
    }
});
