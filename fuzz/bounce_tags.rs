//! Any address as one with a tag: opens or says why; what is signed opens.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use mailwright::address::{Grammar, Mailbox, ReversePath};
use mailwright::bounce::tags::{Key, batv, srs::Srs, ticket, verp};

fuzz_target!(|input: (u32, &[u8])| {
    let (Ok(mailbox), now) =
        (Mailbox::parse(input.1, Grammar::lenient()), Duration::from_secs(u64::from(input.0) * 10))
    else {
        return;
    };
    let key = || Key::new(3, b"secret").expect("a key");
    let keys = [key()];
    let (bounces, srs) = (
        "b@example.org".parse().expect("a mailbox"),
        Srs::new("example.org".parse().expect("a domain"), key()),
    );
    let _any = (batv::open(&mailbox, &keys, now), srs.reverse(&mailbox, now), batv::strip(&mailbox));
    assert!(ticket::open(&bounces, &mailbox, &keys, now, 30).is_err());
    batv::sign(&mailbox, &keys[0], now)
        .iter()
        .for_each(|tagged| assert!(batv::open(tagged, &keys, now).is_ok(), "{tagged}"));
    if let Ok(ReversePath::Mailbox(path)) = srs.forward(&ReversePath::Mailbox(mailbox.clone()), now) {
        assert!(path.host() == mailbox.host() || srs.reverse(&path, now).is_ok(), "{path}");
    }
    verp::encode(&bounces, &mailbox)
        .iter()
        .for_each(|path| assert_eq!(verp::decode(&bounces, path), Ok(mailbox.clone())));
});
