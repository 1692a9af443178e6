//! A whole session beside mailin, mailrs-smtp-proto and the receivers of smtp-proto, and the reading of a large message.
//!
//! The session: greeting, EHLO, MAIL, two RCPT, DATA, a body of 2 KiB, the dot, QUIT. Everyone starts with the octets of
//! one read of a socket, in a buffer that lives on, and ends with the octets of each reply. Whoever wants lines, or text, is
//! given them as its caller would: lines are found in the buffer, and UTF-8 is checked where a `str` is asked for. Ours
//! decides on MAIL, on each RCPT and on the message; smtp-proto has no machine, its replies are written by hand here. The
//! message: 16 KiB a read, through our session with the strict check of CR and LF, beside smtp-proto's receiver, which
//! checks nothing and copies.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mailwright::address::{Domain, Grammar};
use mailwright::smtp::Output;
use mailwright::smtp::server::{Event, Peer, Session, Settings, Verdict};

const LINES: [&str; 5] = [
    "EHLO client.example.org\r\n",
    "MAIL FROM:<alice@example.org>\r\n",
    "RCPT TO:<bob@example.com>\r\n",
    "RCPT TO:<carol@example.com>\r\n",
    "DATA\r\n",
];

/// 2 KiB in lines of 76 columns, ended.
fn body() -> String {
    let line =
        format!("{}\r\n", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0");
    let mut body = line.repeat(2048 / line.len());
    body.push_str(".\r\n");
    body
}

fn settings() -> Arc<Settings> {
    Arc::new(Settings::new(Domain::parse(b"mx.example.org", Grammar::strict()).expect("a domain")))
}

/// Gives one write of the client to the machine and does what it says; gives how many octets came back.
fn turn(session: &mut Session, buffer: &mut BytesMut, octets: &[u8]) -> usize {
    buffer.extend_from_slice(octets);
    session.lend_buffer(NOW, buffer);
    let octets = pump(session);
    session.return_buffer(buffer);
    octets
}

fn pump(session: &mut Session) -> usize {
    let mut octets = 0;
    loop {
        match session.poll_output() {
            Output::Transmit(reply) => {
                octets += reply.len();
                session.handle_written(NOW);
            }
            Output::Event(Event::Mail { ask, .. } | Event::Recipient { ask, .. }) => {
                session.answer(NOW, ask, Verdict::accept()).expect("open");
            }
            Output::Event(Event::EndOfBody { asks, .. }) => {
                session.answer(NOW, asks.first(), Verdict::accept()).expect("open");
            }
            Output::Event(Event::Body(piece)) => octets += piece.len(),
            Output::Event(_) => {}
            Output::Wait { .. } | Output::Close => return octets,
        }
    }
}

const NOW: Duration = Duration::ZERO;

fn ours(settings: &Arc<Settings>, body: &str, buffer: &mut BytesMut) -> usize {
    let mut session = Session::new(NOW, Arc::clone(settings), Peer::unknown());
    let mut octets = pump(&mut session);
    for line in LINES {
        octets += turn(&mut session, buffer, line.as_bytes());
    }
    octets += turn(&mut session, buffer, body.as_bytes());
    octets + turn(&mut session, buffer, b"QUIT\r\n")
}

/// What the caller of a peer has: what was read, and what is to be written.
#[derive(Default)]
struct Around {
    read: Vec<u8>,
    out: Vec<u8>,
}

impl Around {
    /// One read, of which each line is handed on.
    fn lines(&mut self, octets: &[u8], mut each: impl FnMut(&[u8], &mut Vec<u8>)) {
        self.read.clear();
        self.read.extend_from_slice(octets);
        let mut rest = &self.read[..];
        while let Some(feed) = memchr::memchr(b'\n', rest) {
            let (line, behind) = rest.split_at(feed + 1);
            each(line, &mut self.out);
            rest = behind;
        }
    }
}

struct Accepts;
impl mailin::Handler for Accepts {}

fn mailin_session(body: &str, around: &mut Around) -> usize {
    let builder = mailin::SessionBuilder::new("mx.example.org");
    let mut session = builder.build(IpAddr::V4(Ipv4Addr::LOCALHOST), Accepts);
    around.out.clear();
    session.greeting().write_to(&mut around.out).expect("a Vec");
    for read in LINES.into_iter().chain([body, "QUIT\r\n"]) {
        around.lines(read.as_bytes(), |line, out| session.process(line).write_to(out).expect("a Vec"));
    }
    around.out.len()
}

fn mailrs_session(body: &str, around: &mut Around) -> usize {
    use mailrs_smtp_proto::{
        Event, Response, Session, SessionConfig, format_ehlo_response, parse_command, unstuff_data,
    };
    let mut session = Session::new("mx.example.org", SessionConfig::default());
    around.out.clear();
    around.out.extend_from_slice(Response::greeting("mx.example.org").format_greeting().as_bytes());
    for read in LINES.into_iter().chain(["QUIT\r\n"]) {
        if read == "QUIT\r\n" {
            around.read.clear();
            around.read.extend_from_slice(body.as_bytes());
            assert!(around.read.ends_with(b"\r\n.\r\n"));
            let message = unstuff_data(&around.read);
            black_box(message.len());
            around.out.extend_from_slice(Response::data_ok().format().as_bytes());
        }
        around.lines(read.as_bytes(), |line, out| {
            let line = std::str::from_utf8(line).expect("UTF-8");
            let command = parse_command(line.trim_end()).expect("a command");
            match session.handle_command(&command) {
                Event::Reply(_) if line.starts_with("EHLO") => {
                    let reply = format_ehlo_response(&session.hostname, &session.capabilities());
                    out.extend_from_slice(reply.as_bytes());
                }
                Event::Reply(reply) | Event::Shutdown(reply) => {
                    out.extend_from_slice(reply.format().as_bytes());
                }
                _ => out.extend_from_slice(Response::data_start().format().as_bytes()),
            }
        });
    }
    around.out.len()
}

fn smtp_proto_session(body: &str, around: &mut Around) -> usize {
    use smtp_proto::request::receiver::{DataReceiver, RequestReceiver};
    let Around { read, out } = around;
    let mut receiver = RequestReceiver::default();
    out.clear();
    out.extend_from_slice(b"220 mx.example.org ESMTP\r\n");
    for line in LINES {
        read.clear();
        read.extend_from_slice(line.as_bytes());
        let request = receiver.ingest(&mut read.iter()).expect("a command");
        out.extend_from_slice(match request {
            smtp_proto::Request::Ehlo { .. } => {
                b"250-mx.example.org Hello\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-8BITMIME\r\n250-CHUNKING\r\n250 ENHANCEDSTATUSCODES\r\n"
            }
            smtp_proto::Request::Mail { .. } => &b"250 2.1.0 Sender ok\r\n"[..],
            smtp_proto::Request::Rcpt { .. } => b"250 2.1.5 Recipient ok\r\n",
            _ => b"354 Go on\r\n",
        });
    }
    read.clear();
    read.extend_from_slice(body.as_bytes());
    let mut message = Vec::with_capacity(read.len());
    let done = DataReceiver::new().ingest(&mut read.iter(), &mut message);
    black_box((done, message.len()));
    out.extend_from_slice(b"250 2.0.0 Message accepted\r\n");
    receiver.ingest(&mut b"QUIT\r\n".iter()).expect("a command");
    out.extend_from_slice(b"221 2.0.0 Bye\r\n");
    out.len()
}

fn session(criterion: &mut Criterion) {
    let (body, settings) = (body(), settings());
    let (mut buffer, mut around) = (BytesMut::with_capacity(4096), Around::default());
    assert!(ours(&settings, &body, &mut buffer) > 2000);
    let mut group = criterion.benchmark_group("smtp/session");
    group.bench_function("ours", |b| b.iter(|| ours(&settings, black_box(&body), &mut buffer)));
    group.bench_function("mailin-0.6.5", |b| b.iter(|| mailin_session(black_box(&body), &mut around)));
    group.bench_function("mailrs-smtp-proto-1.2.0", |b| {
        b.iter(|| mailrs_session(black_box(&body), &mut around));
    });
    group.bench_function("smtp-proto-0.2.5", |b| {
        b.iter(|| smtp_proto_session(black_box(&body), &mut around));
    });
    group.finish();
}

const READ: usize = 16 * 1024;

/// A session that has been told 354.
fn in_data(settings: &Arc<Settings>) -> Session {
    let mut session = Session::new(NOW, Arc::clone(settings), Peer::unknown());
    let mut buffer = BytesMut::new();
    pump(&mut session);
    for line in LINES {
        turn(&mut session, &mut buffer, line.as_bytes());
    }
    session
}

fn ingest_ours(session: &mut Session, buffer: &mut BytesMut, wire: &[u8]) -> usize {
    wire.chunks(READ).map(|read| turn(session, buffer, read)).sum()
}

fn ingest_smtp_proto(wire: &[u8], message: &mut Vec<u8>) -> usize {
    let mut receiver = smtp_proto::request::receiver::DataReceiver::new();
    message.clear();
    for read in wire.chunks(READ) {
        if receiver.ingest(&mut read.iter(), message) {
            break;
        }
    }
    message.len()
}

fn ingest(criterion: &mut Criterion) {
    let ordinary = format!("{}\r\n", "a".repeat(76)).repeat(1024 * 1024 / 78);
    let dotted = "..a\r\n".repeat(1024 * 1024 / 5);
    let settings = settings();
    for (job, lines) in [("smtp/ingest_ordinary", ordinary), ("smtp/ingest_dotted", dotted)] {
        let wire = format!("{lines}.\r\n").into_bytes();
        let mut group = criterion.benchmark_group(job);
        group.throughput(Throughput::Bytes(wire.len() as u64));
        let start = in_data(&settings);
        group.bench_function("ours", |b| {
            let mut buffer = BytesMut::with_capacity(READ);
            b.iter_batched_ref(
                || start.clone(),
                |session| ingest_ours(session, &mut buffer, black_box(&wire)),
                criterion::BatchSize::SmallInput,
            );
        });
        let mut message = Vec::with_capacity(wire.len());
        group.bench_function("smtp-proto-0.2.5", |b| {
            b.iter(|| ingest_smtp_proto(black_box(&wire), &mut message));
        });
        group.finish();
    }
}

criterion_group!(benches, session, ingest);
criterion_main!(benches);
