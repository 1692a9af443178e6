//! Bounces read and written, return paths signed and opened.
//!
//! No crate on crates.io reads such reports. The peer of reading takes the MIME of the same message apart and no more;
//! the peer of writing composes a message of the same three parts, without deciding what stands in them.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mail_builder::MessageBuilder;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::message_id::MessageId;
use mail_builder::mime::{BodyPart, MimePart};
use mailwright::address::{Envelope, Mailbox, Recipient, ReversePath};
use mailwright::bounce::tags::{Key, batv, srs::Srs, ticket, verp};
use mailwright::bounce::{Fate, Notice, Original, Report, Reporter};
use mailwright::reply::{Attempt, Ending, Stage, standard};

const ORIGINAL: &[u8] = b"Received: from a.example by b.example; Wed, 18 Nov 2026 11:06:39 +0000\r\nFrom: Ann <ann@example.org>\r\nTo: bob@example.net\r\nSubject: lunch\r\nMessage-ID: <m1@example.org>\r\nDate: Wed, 18 Nov 2026 11:06:40 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nAt one?\r\n";

/// A bounce of the kind that is only text.
const TEXT: &str = "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.net\r\nTo: ann@example.org\r\nSubject: failure notice\r\n\r\nHi. This is the qmail-send program at mx.example.net.\r\nI'm afraid I wasn't able to deliver your message to the following addresses.\r\n\r\n<bob@example.net>:\r\n192.0.2.1 does not like recipient.\r\nRemote host said: 550 5.1.1 <bob@example.net>... User Unknown\r\nGiving up on 192.0.2.1.\r\n\r\n--- Below this line is a copy of the message.\r\n\r\nReturn-Path: <ann@example.org>\r\nMessage-ID: <m1@example.org>\r\nSubject: lunch\r\n\r\nAt one?\r\n";

fn written(reporter: &Reporter, envelope: &Envelope, bob: &Recipient, said: &Attempt) -> Vec<u8> {
    let original = Original::new(envelope, ORIGINAL).with_arrival(1_795_000_000);
    let fate = Fate::failed(bob).with_attempt(said).with_remote("mx.example.net").with_tried(1_795_000_050);
    let notice = Notice::new(reporter, original, 1_795_000_060, "b1@mx.example.org").with_fate(fate);
    notice.write().expect("a report").into_parts().1
}

/// The same three parts, as the library of both composes them.
fn composed() -> Vec<u8> {
    let kind = ContentType::new("multipart/report")
        .attribute("report-type", "delivery-status")
        .attribute("boundary", "=_x");
    let parts = vec![
        MimePart::new("text/plain", "Your message could not be delivered to bob@example.net: 550 5.1.1 User unknown\r\n"),
        MimePart::new(ContentType::new("message/delivery-status"), BodyPart::Binary(b"Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; bob@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n"[..].into())).transfer_encoding("7bit"),
        MimePart::new(ContentType::new("text/rfc822-headers"), BodyPart::Binary(ORIGINAL.into())).transfer_encoding("7bit"),
    ];
    let mut out = Vec::new();
    MessageBuilder::new()
        .date(1_795_000_060_i64)
        .from("mailer-daemon@mx.example.org")
        .to("ann@example.org")
        .subject("Your message was not delivered")
        .header("Message-ID", MessageId::new("b1@mx.example.org"))
        .body(MimePart::new(kind, BodyPart::Multipart(parts)))
        .serialize(&mut out);
    out
}

fn reports(criterion: &mut Criterion) {
    let reporter = Reporter::new("mx.example.org".parse().expect("a host")).expect("a reporter");
    let bob = Recipient::new("<bob@example.net>".parse().expect("a path"));
    let envelope = Envelope::new("<ann@example.org>".parse().expect("a path")).with_recipient(bob.clone());
    let said = Attempt::new(Stage::Recipient, Ending::Replied(standard::unknown_user()));
    let standard = written(&reporter, &envelope, &bob, &said);

    let mut group = criterion.benchmark_group("bounce/read_standard");
    group.throughput(Throughput::Bytes(standard.len() as u64));
    group.bench_function("ours", |b| b.iter(|| Report::read(black_box(&standard))));
    group.bench_function("mail-parser-0.11.9", |b| {
        b.iter(|| mail_parser::MessageParser::new().parse(black_box(&standard)));
    });
    group.finish();

    let mut group = criterion.benchmark_group("bounce/read_text");
    group.throughput(Throughput::Bytes(TEXT.len() as u64));
    group.bench_function("ours", |b| b.iter(|| Report::read(black_box(TEXT.as_bytes()))));
    group.bench_function("mail-parser-0.11.9", |b| {
        b.iter(|| mail_parser::MessageParser::new().parse(black_box(TEXT.as_bytes())));
    });
    group.finish();

    let mut group = criterion.benchmark_group("bounce/write");
    group.bench_function("ours", |b| b.iter(|| written(&reporter, &envelope, &bob, black_box(&said))));
    group.bench_function("mail-builder-1.0.0", |b| b.iter(|| black_box(composed())));
    group.finish();
}

fn tags(criterion: &mut Criterion) {
    let key = || Key::new(3, b"secret").expect("a key");
    let keys = [key()];
    let now = Duration::from_secs(20_780 * 86_400);
    let ann: Mailbox = "ann@example.org".parse().expect("a mailbox");
    let bounces: Mailbox = "bounce@example.org".parse().expect("a mailbox");
    let srs = Srs::new("fwd.example.net".parse().expect("a domain"), key());
    let tagged = batv::sign(&ann, &keys[0], now).expect("a tag");
    let path = srs.forward(&ReversePath::Mailbox(ann.clone()), now).expect("a path");
    let path = path.mailbox().expect("a mailbox").clone();
    let token = ticket::sign(&bounces, &keys[0], now, b"campaign-7", 12_345).expect("a ticket");
    let verp_path = verp::encode(&bounces, &ann).expect("a path");
    let mut group = criterion.benchmark_group("bounce/tags");
    group.bench_function("batv_sign", |b| b.iter(|| batv::sign(black_box(&ann), &keys[0], now)));
    group.bench_function("batv_open", |b| b.iter(|| batv::open(black_box(&tagged), &keys, now)));
    group.bench_function("srs_reverse", |b| b.iter(|| srs.reverse(black_box(&path), now)));
    group.bench_function("ticket_open", |b| {
        b.iter(|| ticket::open(&bounces, black_box(&token), &keys, now, 30));
    });
    group.bench_function("verp_decode", |b| b.iter(|| verp::decode(&bounces, black_box(&verp_path))));
    group.finish();
}

criterion_group!(benches, reports, tags);
criterion_main!(benches);
