//! Any octets as something that came back: read in bounds, no control character in what is told, the same for LF and CR LF.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwright::bounce::Report;

fuzz_target!(|octets: &[u8]| {
    let report = Report::read(octets);
    assert!(report.entries().len() <= 1000);
    let entries = report.entries().iter();
    let told = entries
        .flat_map(|e| [e.address(), e.status_text(), e.remote_mta(), e.diagnostic().map(|said| said.text())]);
    let told =
        told.chain([report.envelope_id(), report.reporting_mta(), report.returned().message_id()]).flatten();
    told.for_each(|text| assert!(!text.chars().any(char::is_control), "{text:?}"));
    let _proof = report.proof(None, |_| false);
});
