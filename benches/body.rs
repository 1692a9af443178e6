//! Reads bodies behind DATA, beside smtp-proto's receiver that checks no line ends, and writes them, beside lettre.

use std::{
    hint::black_box,
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::BytesMut;
use criterion::{
    BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime,
};
use lettre::transport::smtp::{
    client::{AsyncSmtpConnection, AsyncTokioStream},
    extension::ClientId,
};
use mailwright::smtp::{BareNewline, BodyDecoder, BodyEncoder, OutgoingNewlines};
use mailwright_benches::{dotted_body, ordinary_body, text_body};
use smtp_proto::request::receiver::DataReceiver;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What one read from a socket gives.
const READ: usize = 16 * 1024;

/// The strict check of line ends is on; pieces are borrowed.
fn ours(wire: &[u8]) -> u64 {
    let mut decoder = BodyDecoder::new(BareNewline::Reject);
    for input in wire.chunks(READ) {
        for piece in decoder.decode(black_box(input)) {
            black_box(piece);
        }
    }
    assert!(decoder.is_finished());
    black_box(decoder.findings().octets)
}

fn ended(body: &[u8]) -> Vec<u8> {
    [body, b".\r\n"].concat()
}

fn decode(c: &mut Criterion, job: &str, body: &[u8]) {
    let wire = ended(body);
    let mut group = c.benchmark_group(job);
    group.throughput(Throughput::Bytes(wire.len() as u64));
    group.bench_function("ours", |b| b.iter(|| ours(&wire)));
    let mut message = Vec::with_capacity(wire.len());
    group.bench_function("smtp-proto-0.2.5", |b| {
        b.iter(|| {
            message.clear();
            let mut receiver = DataReceiver::new();
            for input in wire.chunks(READ) {
                receiver.ingest(&mut black_box(input).iter(), &mut message);
            }
            black_box(message.len())
        });
    });
    group.finish();
}

fn decode_ordinary(c: &mut Criterion) {
    decode(c, "smtp/decode_ordinary", &ordinary_body());
}

fn decode_text(c: &mut Criterion) {
    decode(c, "smtp/decode_text", &text_body());
}

fn decode_dotted(c: &mut Criterion) {
    decode(c, "smtp/decode_dotted", &dotted_body());
}

/// Inputs that are meant to be slow; none may take more than forty times as long as ordinary mail of its length.
fn decode_hostile(c: &mut Criterion) {
    let length = ordinary_body().len();
    let mut group = c.benchmark_group("smtp/decode_hostile");
    let mut measure = |name: &str, unit: &[u8]| {
        let wire = ended(&[&unit.repeat(length / unit.len())[..], b"\r\n"].concat());
        group.throughput(Throughput::Bytes(wire.len() as u64));
        group.bench_function(name, |b| b.iter(|| ours(&wire)));
    };
    measure("only-dots-in-front", b".x\r\n");
    measure("dots-and-empty-lines", b"..\r\n");
    measure("empty-lines", b"\r\n");
    measure("only-lf", b"\n");
    measure("only-cr", b"\r");
    measure("nearly-ends", b".\rx\r\n");
    measure("dot-cr-cr-lf", b".\r\r\n");
    measure("one-bare-lf-per-block", &[&[b'x'; 510][..], b"\n"].concat());
    measure("zero-octets-and-dots", b".\0\r\n");
    measure("one-endless-line", b"x");
    group.finish();
}

/// Takes what is written and says yes to everything.
#[derive(Debug)]
struct Yes {
    written: usize,
    replies: &'static [u8],
}

impl AsyncTokioStream for Yes {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(SocketAddr::from(([127, 0, 0, 1], 25)))
    }
}

impl AsyncRead for Yes {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let reply = if self.replies.is_empty() { b"250 ok\r\n" } else { std::mem::take(&mut self.replies) };
        buffer.put_slice(reply);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Yes {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        self.written += black_box(octets).len();
        Poll::Ready(Ok(octets.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Pieces of a message are made ready one after the other, as a client sends them. Ours refuses bare CR and LF on the way;
/// lettre's codec is reached through its connection, over a stream that takes all at once.
fn stuff(group: &mut BenchmarkGroup<'_, WallTime>, body: &[u8]) {
    group.throughput(Throughput::Bytes(body.len() as u64));
    let mut out = BytesMut::new();
    group.bench_function("ours", |b| {
        b.iter(|| {
            let mut encoder = BodyEncoder::new(OutgoingNewlines::Refuse);
            for piece in body.chunks(READ) {
                out.clear();
                encoder.encode(black_box(piece), &mut out).expect("canonical");
                black_box(&out[..]);
            }
            out.clear();
            encoder.finish(&mut out).expect("canonical");
            black_box(out.len())
        });
    });
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let stream = Box::new(Yes { written: 0, replies: b"220 here\r\n" });
    let name = ClientId::Domain("example.org".into());
    let mut connection =
        runtime.block_on(AsyncSmtpConnection::connect_with_transport(stream, &name)).expect("a connection");
    group.bench_function("lettre-0.11", |b| {
        b.iter(|| runtime.block_on(connection.message_iter(black_box(body).chunks(READ))).expect("a reply"));
    });
}

fn stuff_ordinary(c: &mut Criterion) {
    let mut group = c.benchmark_group("smtp/stuff_ordinary");
    stuff(&mut group, &ordinary_body());
    group.finish();
}

fn stuff_dotted(c: &mut Criterion) {
    let mut group = c.benchmark_group("smtp/stuff_dotted");
    stuff(&mut group, &dotted_body());
    group.finish();
}

criterion_group!(
    benches,
    decode_ordinary,
    decode_text,
    decode_dotted,
    decode_hostile,
    stuff_ordinary,
    stuff_dotted
);
criterion_main!(benches);
