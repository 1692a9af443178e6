//! What refusals mean: the whole rule set, a batch of ordinary replies a round.
//!
//! The peer is a `RegexSet` of the phrases of the same rules, without case, that only says which ones stand in the
//! text: no codes, no hosts, no order, no verdict.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mailwright::reply::{Refusal, Rules, classify};

/// Replies as servers give them: short and long, clear and vague.
const REPLIES: &[&str] = &[
    "550 5.1.1 <user@example.com>: Recipient address rejected: User unknown in virtual mailbox table",
    "550 No Such User Here",
    "552 5.2.2 <user@example.com>: Recipient address rejected: Mailbox quota exceeded",
    "452 4.2.2 The recipient's inbox is out of storage space. Please direct the recipient to another page",
    "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.1",
    "450 4.7.1 <user@example.com>: Recipient address rejected: Greylisting in action, please come back in 00:04:59",
    "421 4.7.0 Too many connections from your host, try again later",
    "550 5.7.26 This mail has been blocked because the sender is unauthenticated: neither SPF nor DKIM passed",
    "550 5.7.25 The IP address sending this message does not have a PTR record setup",
    "530 5.7.0 Must issue a STARTTLS command first",
    "554 5.7.1 <user@example.com>: Relay access denied",
    "552 5.3.4 Message size exceeds fixed limit",
    "451 4.3.0 Temporary lookup failure",
    "550 5.4.1 Recipient address rejected: Access denied. [XYZ.eurprd05.prod.outlook.example]",
    "553 5.1.8 <user@example.org>... Domain of sender address user@example.org does not exist",
    "554 5.6.0 Message contains a forbidden attachment",
    "550 Message rejected as spam by content filtering",
    "451 4.4.1 connect to mx.example[192.0.2.1]:25: Connection timed out",
    "550 5.2.1 The email account that you tried to reach is disabled",
    "550 Requested action not taken: mailbox unavailable",
    "500 5.5.2 Syntax error, command not recognized",
    "554 Transaction failed",
    "421 Service not available, closing transmission channel",
    "550 Adresse d au moins un destinataire invalide. Invalid recipient.",
];

/// The phrases as plain words: how text is compared is no business of the peer.
fn phrases() -> Vec<String> {
    let mut words: Vec<String> =
        Rules::built_in().phrases().map(|phrase| String::from_utf8_lossy(phrase).trim().to_owned()).collect();
    words.sort();
    words.dedup();
    words
}

fn classify_all(criterion: &mut Criterion) {
    let rules = Rules::built_in();
    let refusals: Vec<Refusal<'_>> =
        REPLIES.iter().map(|reply| Refusal::from_text(reply.as_bytes())).collect();
    let mut group = criterion.benchmark_group("reply/classify_24");
    group.throughput(Throughput::Elements(REPLIES.len() as u64));
    group.bench_function("ours", |b| {
        b.iter(|| refusals.iter().filter(|refusal| classify(black_box(refusal), rules).lies()).count());
    });
    let set = regex::bytes::RegexSetBuilder::new(phrases().iter().map(|phrase| regex::escape(phrase)))
        .case_insensitive(true)
        .size_limit(1 << 28)
        .build()
        .expect("phrases are patterns");
    group.bench_function("regex-set-1", |b| {
        b.iter(|| {
            REPLIES.iter().filter(|reply| set.matches(black_box(reply.as_bytes())).matched_any()).count()
        });
    });
    group.finish();
}

fn start(criterion: &mut Criterion) {
    criterion.bench_function("reply/classify_start", |b| b.iter(Rules::new));
}

criterion_group!(benches, classify_all, start);
criterion_main!(benches);
