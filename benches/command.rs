//! Reads lines as commands, beside smtp-proto's `Request`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mailwright::smtp::{Command, Dialect, Extension, Framed, LineEnd, LineFramer};
use mailwright_benches::{COMMANDS, COMMANDS_WITH_PARAMETERS};
use smtp_proto::Request;

/// The end of the line is found and its command read, typed and checked.
fn ours(line: &[u8], dialect: Dialect) -> bool {
    let mut framer = LineFramer::new(LineEnd::CrLf);
    let Framed::Line(line) = framer.frame(line, 2048) else { return false };
    black_box(Command::parse(line.octets(), dialect)).is_ok()
}

fn read(c: &mut Criterion, job: &str, lines: &[&str]) {
    let dialect = Dialect::new(Extension::ALL.into_iter().collect());
    let allocations = allocation_counter::measure(|| {
        for line in lines {
            assert!(ours(line.as_bytes(), dialect), "{line}");
        }
    });
    assert_eq!(allocations.count_total, 0, "a command is read without an allocation");
    for line in lines {
        assert!(Request::parse(&mut line.as_bytes().iter()).is_ok(), "{line}");
    }
    let mut group = c.benchmark_group(job);
    group.throughput(Throughput::Elements(lines.len() as u64));
    group.bench_function("ours", |b| {
        b.iter(|| lines.iter().filter(|line| ours(black_box(line.as_bytes()), dialect)).count());
    });
    group.bench_function("smtp-proto-0.2.5", |b| {
        b.iter(|| {
            lines
                .iter()
                .filter(|line| black_box(Request::parse(&mut black_box(line.as_bytes()).iter())).is_ok())
                .count()
        });
    });
    group.finish();
}

fn basic(c: &mut Criterion) {
    read(c, "smtp/command_basic", COMMANDS);
}

fn parameters(c: &mut Criterion) {
    read(c, "smtp/command_parameters", COMMANDS_WITH_PARAMETERS);
}

criterion_group!(benches, basic, parameters);
criterion_main!(benches);
