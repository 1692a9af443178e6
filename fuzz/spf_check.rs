//! The evaluator with arbitrary answers: it ends, within the documented number of questions.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwright::dns::{About, Answer, Failure, Kind, Question, Rdata, run};
use mailwright::spf::{Ahead, Check, Identity, Settings};

fuzz_target!(|input: (Vec<(u8, Vec<u8>)>, bool)| {
    let mut answers = input.0.into_iter();
    let client = if input.1 { [192, 0, 2, 1].into() } else { [0x20; 16].into() };
    let settings = Settings::new(b"r").with_ahead(Ahead::None);
    let mut asked = 0;
    run(
        &mut Check::new(Identity::mail_from(b"a@b.example", b"h"), client, settings),
        &mut |question: &Question| {
            asked += 1;
            assert!(asked <= 123);
            match answers.next() {
                None => Answer::NxDomain(About::new(0)),
                Some((0, _)) => Answer::Failed(Failure::Timeout),
                Some((copies, data)) => {
                    let kind = if copies == 255 { Kind::Txt } else { question.kind };
                    let one = Rdata::from_wire(kind, &data).ok();
                    Answer::from_rdata(kind, one.into_iter().cycle().take(usize::from(copies)), About::new(1))
                }
            }
        },
    );
});
