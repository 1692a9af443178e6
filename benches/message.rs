//! Reading and judging messages beside mail-parser and mailparse, over the corpus of real messages.
//!
//! Needs `MAILWRIGHT_SUITES`; every function is given all messages below `corpus/messages`. The peers check nothing: what
//! stands beside `validate` is their parse. One machine judges all messages; `afresh` makes one for each. `memchr2` walks
//! every CR and LF and does nothing else.

use std::hint::black_box;
use std::path::Path;
use std::{env, fs};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mailwright::message::{Context, Group, Limits, Profile, Reader, Validator, validate};

fn corpus() -> Vec<Vec<u8>> {
    let Some(root) = env::var_os("MAILWRIGHT_SUITES") else {
        eprintln!("PASSED OVER: MAILWRIGHT_SUITES is not set, so no message was judged");
        return Vec::new();
    };
    let entries = fs::read_dir(Path::new(&root).join("corpus/messages")).expect("the corpus is there");
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "eml"));
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a message can be read")).collect()
}

fn read(octets: &[u8]) -> usize {
    let reader = Reader::new(octets);
    reader.parts().map(|part| part.fields().filter(|field| !field.name().is_empty()).count()).sum()
}

fn walk(octets: &[u8]) -> usize {
    memchr::memchr2_iter(b'\r', b'\n', octets).count()
}

fn messages(criterion: &mut Criterion) {
    let corpus = corpus();
    if corpus.is_empty() {
        return;
    }
    let octets = corpus.iter().map(|message| message.len() as u64).sum();
    let each =
        |job: &dyn Fn(&[u8]) -> usize| corpus.iter().map(|message| job(black_box(message))).sum::<usize>();
    let context = Context::new().with_now(1_754_301_605);
    let mail_parser = |octets: &[u8]| {
        mail_parser::MessageParser::default().parse(octets).map_or(0, |message| message.parts.len())
    };
    let mailparse = |octets: &[u8]| mailparse::parse_mail(octets).map_or(0, |mail| mail.subparts.len());

    let mut group = criterion.benchmark_group("message/validate");
    group.throughput(Throughput::Bytes(octets));
    let inbound = Profile::inbound();
    let mut machine = Validator::new(inbound.clone(), context.clone(), Limits::default());
    let mut judged = |octets: &[u8]| {
        machine.push(octets);
        machine.end_message().findings().len()
    };
    group.bench_function("ours", |b| {
        b.iter(|| corpus.iter().map(|message| judged(black_box(message))).sum::<usize>());
    });
    group
        .bench_function("afresh", |b| b.iter(|| each(&|m| validate(m, &inbound, &context).findings().len())));
    group.bench_function("mail-parser-0.11.9", |b| b.iter(|| each(&mail_parser)));
    group.bench_function("mailparse-0.18.0", |b| b.iter(|| each(&mailparse)));
    group.finish();

    let mut group = criterion.benchmark_group("message/read");
    group.throughput(Throughput::Bytes(octets));
    group.bench_function("ours", |b| b.iter(|| each(&read)));
    group.bench_function("mail-parser-0.11.9", |b| b.iter(|| each(&mail_parser)));
    group.bench_function("mailparse-0.18.0", |b| b.iter(|| each(&mailparse)));
    group.finish();

    let mut group = criterion.benchmark_group("message/framing");
    group.throughput(Throughput::Bytes(octets));
    let framing = Profile::inbound().only(Group::Framing);
    group.bench_function("ours", |b| b.iter(|| each(&|m| validate(m, &framing, &context).findings().len())));
    group.bench_function("memchr-2", |b| b.iter(|| each(&walk)));
    let whole = corpus.concat();
    group.bench_function("one-message", |b| b.iter(|| validate(black_box(&whole), &framing, &context)));
    group.bench_function("one-message-memchr", |b| b.iter(|| walk(black_box(&whole))));
    group.finish();
}

criterion_group!(benches, messages);
criterion_main!(benches);
