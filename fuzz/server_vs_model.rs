//! Any sequence of abstract inputs: the machine and the small model of it say the same.
#![no_main]

#[path = "../tests/model_check/model.rs"]
mod model;
#[path = "../tests/model_check/player.rs"]
mod player;
use mailwright::smtp::server::Protocol;

libfuzzer_sys::fuzz_target!(|input: (bool, Vec<u8>)| {
    let (lmtp, choices) = input;
    let mut session = player::greeted(if lmtp { Protocol::Lmtp } else { Protocol::Smtp });
    let mut model = model::Model::new(lmtp);
    for choice in choices {
        let input = player::INPUTS[usize::from(choice) % player::INPUTS.len()];
        let outcome = player::step(&mut session, input, lmtp, model.mode);
        assert_eq!(outcome, model.step(input), "{input:?}");
        if outcome.closed {
            return;
        }
        assert_eq!((session.place(), session.recipients()), (model.place(), model.recipients()));
    }
});
