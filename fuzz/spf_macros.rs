//! Macro expansion with any sender, HELO name and domain-spec: what is asked is a name, and an outcome comes out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwright::dns::{Rdata, Text, Zone, run};
use mailwright::spf::{Check, Identity, Settings};

fuzz_target!(|input: (&[u8], &[u8], &[u8], [u8; 16])| {
    let (spec, local, helo, client) = input;
    let record = [b"v=spf1 exists:", spec, b" a:%{d}.x -all exp=", spec].concat();
    let Ok(text) = Text::from_text(record) else { return };
    let mut zone = Zone::new();
    zone.insert_one(&"example.org".parse().unwrap(), 60, Rdata::Txt(text));
    let identity = Identity::mail_from(&[local, b"@example.org"].concat(), helo);
    let outcome = run(&mut Check::new(identity, client.into(), Settings::new(helo)), &mut &zone);
    assert!(outcome.received_spf("r.example").is_ascii());
});
