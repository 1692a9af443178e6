//! What happens to a recipient: an event counted, the question before each message, the link that comes back.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use mailwright::hygiene::{
    Claim, Consent, DomainCounts, Event, HeardBy, Key, Known, Provenance, Purpose, Record, Rules, Scope,
    Secrets, Stream, apply, may_send,
};
use mailwright::reply::{self, Refusal, classify};

const NOW: u64 = 1_790_000_000;

fn all(criterion: &mut Criterion) {
    let (address, rules) = ("ann@example.net".parse().expect("a mailbox"), Rules::default());
    let key = Key::mailbox(address, Scope::All);
    let full = Refusal::from_text(b"452 4.2.2 Mailbox full");
    let event = Event::bounced(&classify(&full, reply::Rules::built_in()), HeardBy::Conversation, NOW);
    let record = apply(&key, None, &event, &rules, DomainCounts::default()).record.expect("a record");
    criterion.bench_function("hygiene/apply/ours", |bencher| {
        bencher.iter(|| apply(&key, Some(black_box(&record)), &event, &rules, DomainCounts::default()));
    });

    let octets = record.to_bytes();
    criterion.bench_function("hygiene/record_read/ours", |bencher| {
        bencher.iter(|| Record::from_bytes(black_box(&octets)));
    });

    let (address, consent) =
        ("ann@example.net".parse().expect("a mailbox"), Consent::new(Provenance::Customer, NOW));
    let known = Known { mailbox: Some(&record), consent: Some(&consent), ..Known::default() };
    criterion.bench_function("hygiene/may_send/ours", |bencher| {
        bencher.iter(|| may_send(black_box(&address), Stream::bulk("news"), &known, NOW, &rules));
    });

    let secrets = Secrets::new(1, &[7; 32]).expect("32 octets are enough");
    let claim = Claim::new(&address, "news", NOW, 42).expect("a list's name");
    let token = secrets.sign(Purpose::Confirm, &claim);
    criterion.bench_function("hygiene/token_open/ours", |bencher| {
        bencher.iter(|| secrets.open(Purpose::Confirm, black_box(&token)));
    });
}

criterion_group!(benches, all);
criterion_main!(benches);
