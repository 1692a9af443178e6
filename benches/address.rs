//! Reads ordinary addresses, class included, beside lettre's `Address`.

use std::hint::black_box;
use std::str::FromStr;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mailwright::address::{Grammar, Mailbox, Reading, ReversePathRef};
use mailwright_benches::ADDRESSES;

/// Verdict, class and the parts of each address; lettre has no class and always owns.
fn parse(c: &mut Criterion) {
    let mut group = c.benchmark_group("address/parse");
    group.throughput(Throughput::Elements(ADDRESSES.len() as u64));
    group.bench_function("ours", |b| {
        b.iter(|| {
            for address in ADDRESSES {
                let reading = Reading::of(black_box(address.as_bytes()), Grammar::strict());
                black_box((reading.class(), reading.envelope()));
            }
        });
    });
    group.bench_function("lettre-0.11.23", |b| {
        b.iter(|| {
            for address in ADDRESSES {
                black_box(lettre::Address::from_str(black_box(address)).is_ok());
            }
        });
    });
    group.finish();
}

/// The same, kept as a value that owns its octets.
fn own(c: &mut Criterion) {
    let mut group = c.benchmark_group("address/own");
    group.throughput(Throughput::Elements(ADDRESSES.len() as u64));
    group.bench_function("ours", |b| {
        b.iter(|| {
            for address in ADDRESSES {
                black_box(Mailbox::from_str(black_box(address)).is_ok());
            }
        });
    });
    group.bench_function("lettre-0.11.23", |b| {
        b.iter(|| {
            for address in ADDRESSES {
                black_box(lettre::Address::from_str(black_box(address)).is_ok());
            }
        });
    });
    group.finish();
}

/// The argument of MAIL, up to its closing bracket.
fn path(c: &mut Criterion) {
    let paths: Vec<String> = ADDRESSES.iter().map(|address| format!("<{address}> SIZE=2048")).collect();
    let mut group = c.benchmark_group("address/path");
    group.throughput(Throughput::Elements(ADDRESSES.len() as u64));
    group.bench_function("ours", |b| {
        b.iter(|| {
            for path in &paths {
                let read = ReversePathRef::parse_prefix(black_box(path.as_bytes()), Grammar::strict());
                black_box(read.is_ok());
            }
        });
    });
    group.finish();
}

criterion_group!(benches, parse, own, path);
criterion_main!(benches);
