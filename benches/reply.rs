//! Reading and writing replies beside smtp-proto, lettre and smtp-codec.
//!
//! Every function is given the same octets, one reply of one line (24 octets) or of ten (179 octets), and gives an
//! owned value; `borrowed` gives a borrowed line. We check the text for controls and read enhanced codes; lettre keeps
//! lines and skips both, smtp-codec types the capabilities of EHLO.

use std::hint::black_box;

use bytes::BytesMut;
use criterion::{Criterion, criterion_group, criterion_main};
use mailwright::reply::{Leniency, Reply, ReplyLine, ReplyParser, standard};

const ONE: &[u8] = b"250 2.1.0 Ok, go ahead\r\n";
const TEN: &[u8] = b"250-mx01.example.org Hello there, dear client!\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-VRFY\r\n250-STARTTLS\r\n\
250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 HELP\r\n";

fn smtp_proto(octets: &[u8]) -> smtp_proto::Response<String> {
    smtp_proto::response::parser::ResponseReceiver::default().parse(&mut octets.iter()).expect("a reply")
}

fn lettre(octets: &[u8]) -> lettre::transport::smtp::response::Response {
    std::str::from_utf8(octets).expect("text").parse().expect("a reply")
}

fn ours(octets: &[u8]) -> Reply {
    ReplyParser::new().parse_slice(octets).expect("a reply").1.expect("whole")
}

fn read(criterion: &mut Criterion) {
    assert_eq!((ONE.len(), TEN.len()), (24, 179));
    assert_eq!((ours(ONE).lines().count(), ours(TEN).lines().count()), (1, 10));
    for (job, octets) in [("reply/one_line", ONE), ("reply/ten_lines", TEN)] {
        let mut group = criterion.benchmark_group(job);
        group.bench_function("ours", |b| b.iter(|| ours(black_box(octets))));
        let mut parser = ReplyParser::new();
        group.bench_function("kept", |b| b.iter(|| parser.parse_slice(black_box(octets))));
        group.bench_function("smtp-proto-0.2.5", |b| b.iter(|| smtp_proto(black_box(octets))));
        group.bench_function("lettre-0.11.23", |b| b.iter(|| lettre(black_box(octets))));
        if octets == ONE {
            group.bench_function("borrowed", |b| {
                b.iter(|| ReplyLine::parse(black_box(octets), Leniency::STRICT));
            });
        } else {
            group.bench_function("smtp-codec-0.2.0", |b| {
                b.iter(|| smtp_codec::parse::response::ehlo_ok_rsp(black_box(octets)).expect("a reply").1);
            });
        }
        group.finish();
    }
}

fn write(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reply/write_one_line");
    let mut out = BytesMut::with_capacity(512);
    group.bench_function("ours", |b| {
        b.iter(|| {
            out.clear();
            standard::recipient_ok().write(&mut out);
            black_box(out.len())
        });
    });
    let mut out = Vec::with_capacity(512);
    group.bench_function("smtp-proto-0.2.5", |b| {
        b.iter(|| {
            out.clear();
            smtp_proto::Response::new(250, 2, 1, 5, "Recipient ok").write(&mut out).expect("a Vec");
            black_box(out.len())
        });
    });
    group.finish();
}

criterion_group!(benches, read, write);
criterion_main!(benches);
