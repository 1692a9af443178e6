//! Any octets have a verdict; case, blanks, wrapping and added addresses don't change its cause.
#![no_main]

use mailwright::reply::{Refusal, Rules, Stage, classify, fold};

const STAGES: [Stage; 6] =
    [Stage::Connect, Stage::Hello, Stage::Mail, Stage::Recipient, Stage::Data, Stage::Dot];
const HOSTS: [&str; 4] =
    ["mx.example", "aspmx.l.google.com", "x.mail.protection.outlook.com", "mta5.am0.yahoodns.net"];

libfuzzer_sys::fuzz_target!(|input: (u8, u8, &[u8])| {
    let (stage, host, octets) = input;
    let stage = STAGES[usize::from(stage) % STAGES.len()];
    let host = HOSTS[usize::from(host) % HOSTS.len()];
    let judge = |text: &[u8]| {
        classify(&Refusal::from_text(text).with_stage(stage).with_host(host), Rules::built_in())
    };
    let plain = judge(octets);
    if let Some((from, to)) = plain.why.range {
        assert!(from < to && to as usize <= octets.len());
    }
    assert!(plain.wait.is_none_or(|wait| (300..=86_400).contains(&wait.used.as_secs())));
    assert!(!fold(octets).contains(char::is_control));
    if octets.is_ascii() && octets.len() < 900 && !octets.contains(&b'@') {
        assert_eq!(judge(&octets.to_ascii_uppercase()).cause, plain.cause);
        assert_eq!(judge(&[octets, b" (a-9x@mx.example)"].concat()).cause, plain.cause);
    }
});
