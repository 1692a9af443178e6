//! Any fields and text: what is built is read back in order, and once downgraded it is 7bit, on short lines and without an error.
#![no_main]
use libfuzzer_sys::fuzz_target;
use mailwright::message::edit::{Place, add};
use mailwright::message::{Context, Profile, Reader, downgrade, validate};

fuzz_target!(|input: (Vec<&str>, &str)| {
    let (subjects, body) = input;
    let text = |line: &str| line.chars().filter(|c| !c.is_control()).take(300).collect::<String>();
    let body: String = body.lines().map(|line| text(line) + "\r\n").collect();
    let mut octets = format!("\r\n{body}").into_bytes();
    for (name, value) in mailwright_fuzz::PLAIN_FIELDS {
        octets = add(&octets, name, value, Place::Bottom).expect("a good field").octets;
    }
    let notes: Vec<String> = subjects.iter().map(|subject| text(subject).trim().to_owned()).collect();
    for note in &notes {
        octets = add(&octets, "X-Note", note, Place::Bottom).expect("a good field").octets;
    }
    let read = |octets: &[u8]| -> Vec<Vec<u8>> {
        let reader = Reader::new(octets);
        reader
            .fields()
            .filter(|field| field.is_named("X-Note"))
            .map(|field| field.value().into_owned())
            .collect()
    };
    assert_eq!(
        read(&octets),
        notes.iter().map(|note| note.trim_matches([' ', '\t']).as_bytes().to_vec()).collect::<Vec<_>>()
    );
    assert_eq!(Reader::new(&octets).root().body_text().as_deref(), Some(body.as_str()));
    let done = downgrade(&octets).expect("nothing here needs SMTPUTF8").octets;
    assert!(done.is_ascii() && done.split(|b| *b == b'\n').all(|line| line.len() < 1000));
    assert_eq!(Reader::new(&done).root().body_text().as_deref(), Some(body.as_str()));
    mailwright_fuzz::no_error(&validate(&done, &Profile::inbound(), &Context::new()), &done);
});
