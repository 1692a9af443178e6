//! What is counted: every streaming type, on ordinary input, hostile input, and input that trickles octet by octet.

use std::time::Duration;

use bytes::BytesMut;
use mailwright::address::{Grammar, Reading, ReversePathRef, Utf8};
use mailwright::reply::ReplyParser;
use mailwright::smtp::server::{Budget, Event, Limits, Peer, Session, Settings, Verdict};
use mailwright::smtp::{
    BareNewline, BodyDecoder, BodyEncoder, Framed, LineEnd, LineFramer, OutgoingNewlines, Output,
};

#[path = "client.rs"]
mod client;

/// One counted job.
pub struct Job {
    pub name: &'static str,
    /// The most instructions per octet that pass.
    pub bound: f64,
    /// Makes the input of so many units.
    pub make: fn(usize) -> Vec<u8>,
    pub run: fn(&[u8]),
}

const fn job(name: &'static str, bound: f64, make: fn(usize) -> Vec<u8>, run: fn(&[u8])) -> Job {
    Job { name, bound, make, run }
}

/// A trickled octet costs a call; its bound is wide, and its slope is what matters.
const TRICKLE: f64 = 600.0;

/// What stands in header fields may cost as much as a message; so may a line of two octets that has to be stuffed.
const HEADER: f64 = 150.0;

pub const JOBS: &[Job] = &[
    job("address/ordinary", 60.0, addresses, |input| input.split(|o| *o == b'\n').for_each(read_address)),
    job(
        "address/nested-comments",
        HEADER,
        |n| ["(".repeat(n), ")".repeat(n), "a@b".into()].concat().into(),
        read_address,
    ),
    job("address/open-comments", HEADER, |n| "(".repeat(n).into(), read_address),
    job(
        "address/quoted-pieces",
        HEADER,
        |n| ["\"x\".".repeat(n), "a@b".into()].concat().into(),
        read_address,
    ),
    job("address/escapes", HEADER, |n| ["\"", &"\\a".repeat(n), "\"@b"].concat().into(), read_address),
    job("address/folds", HEADER, |n| ["a", &"\r\n ".repeat(n), "@b"].concat().into(), read_address),
    job("address/labels", HEADER, |n| ["a@", &"b.".repeat(n), "c"].concat().into(), read_address),
    job("address/u-labels", HEADER, |n| ["a@", &"\u{fc}.".repeat(n), "c"].concat().into(), read_address),
    job(
        "address/literal-groups",
        HEADER,
        |n| ["a@[IPv6:", &"1:".repeat(n), ":]"].concat().into(),
        read_address,
    ),
    job(
        "address/general-literal",
        HEADER,
        |n| ["a@[tag:", &"1:".repeat(n), "x]"].concat().into(),
        read_address,
    ),
    job(
        "address/source-route",
        60.0,
        |n| ["<", &"@hop.example,".repeat(n), "@b:a@c>"].concat().into(),
        read_path,
    ),
    job("line/whole", 60.0, commands, |input| lines(input, input.len())),
    job("line/trickled", TRICKLE, commands, |input| lines(input, 1)),
    job("line/one-long-line-trickled", TRICKLE, long_line, |input| lines(input, 1)),
    job("reply/whole", 60.0, replies, |input| read_replies(input, input.len())),
    job("reply/trickled", TRICKLE, replies, |input| read_replies(input, 1)),
    job("reply/one-long-reply-trickled", TRICKLE, long_reply, |input| read_replies(input, 1)),
    job("body/ordinary-16k", 8.0, ordinary, |input| decode(input, 16 * 1024)),
    job("body/dotted-16k", 100.0, dotted, |input| decode(input, 16 * 1024)),
    job("body/short-lines-16k", 60.0, short_lines, |input| decode(input, 16 * 1024)),
    job("body/ordinary-trickled", TRICKLE, ordinary, |input| decode(input, 1)),
    job("body/dotted-trickled", TRICKLE, dotted, |input| decode(input, 1)),
    job("stuffing/ordinary", 8.0, ordinary, |input| encode(input, 16 * 1024)),
    job("stuffing/dotted", 60.0, dotted, |input| encode(input, 16 * 1024)),
    job("stuffing/trickled", TRICKLE, ordinary, |input| encode(input, 1)),
    job("server/many-recipients", 120.0, recipients, |input| serve(input, 16 * 1024)),
    job("server/many-recipients-trickled", 3.0 * TRICKLE, recipients, |input| serve(input, 1)),
    job("server/body-ordinary", 16.0, message, |input| serve(input, 16 * 1024)),
    job("server/body-trickled", 4.0 * TRICKLE, message, |input| serve(input, 1)),
    job("server/chunks", 120.0, chunks, |input| serve(input, 16 * 1024)),
    job("server/noise", 120.0, noise, |input| serve(input, 16 * 1024)),
    job("client/many-recipients", 120.0, client::replies, |input| {
        client::recipients(input, 16 * 1024);
    }),
    job("client/many-recipients-trickled", 2.0 * TRICKLE, client::replies, |input| {
        client::recipients(input, 1);
    }),
    job("client/flood", 60.0, client::many_lines, |input| {
        client::flood(input, 16 * 1024);
    }),
    job("client/flood-trickled", 2.0 * TRICKLE, client::many_lines, |input| {
        client::flood(input, 1);
    }),
    job("client/message", 16.0, ordinary, |input| {
        client::message(input, 16 * 1024);
    }),
    job("client/message-dotted", HEADER, dotted, |input| {
        client::message(input, 16 * 1024);
    }),
    job("client/message-trickled", 4.0 * TRICKLE, ordinary, |input| {
        client::message(input, 1);
    }),
];

fn addresses(n: usize) -> Vec<u8> {
    mailwright_benches::ADDRESSES.iter().cycle().take(n).copied().collect::<Vec<_>>().join("\n").into()
}

/// Verdict, class, and the header's reading.
fn read_address(octets: &[u8]) {
    let reading = Reading::of(octets, Grammar::strict().with_utf8(Utf8::Allowed));
    std::hint::black_box(reading.class());
    std::hint::black_box(reading.header().map(|spec| (spec.local_part(), spec.host())));
}

/// With the leniency for long paths, since the strict grammar stops at 256 octets.
fn read_path(octets: &[u8]) {
    let _ = std::hint::black_box(ReversePathRef::parse_prefix(octets, Grammar::strict().with_long_path()));
}

fn commands(n: usize) -> Vec<u8> {
    b"RCPT TO:<somebody@example.org> NOTIFY=FAILURE\r\n".repeat(n)
}

fn long_line(n: usize) -> Vec<u8> {
    let mut line = b"NOOP ".to_vec();
    line.resize(8 * n, b'x');
    line.extend_from_slice(b"\r\n");
    line
}

fn replies(n: usize) -> Vec<u8> {
    b"250-mx.example.org\r\n250-PIPELINING\r\n250 2.1.5 recipient is fine\r\n".repeat(n)
}

fn long_reply(n: usize) -> Vec<u8> {
    let mut reply = b"250-a line of it\r\n".repeat(n);
    reply.extend_from_slice(b"250 the end\r\n");
    reply
}

fn ordinary(n: usize) -> Vec<u8> {
    b"TWFuIGlzIGRpc3Rpbmd1aXNoZWQsIG5vdCBvbmx5IGJ5IGhpcyByZWFzb24sIGJ1dCBieSB0aGlz\r\n".repeat(n)
}

fn dotted(n: usize) -> Vec<u8> {
    b".x\r\n".repeat(n)
}

fn short_lines(n: usize) -> Vec<u8> {
    b"\r\n".repeat(n)
}

fn lines(input: &[u8], cut: usize) {
    let (mut framer, mut held) = (LineFramer::new(LineEnd::CrLf), BytesMut::new());
    for piece in input.chunks(cut) {
        held.extend_from_slice(piece);
        loop {
            let consumed = match framer.frame(&held, 64 * 1024) {
                Framed::Line(line) => line.consumed(),
                Framed::TooLong { consumed, .. } | Framed::Incomplete { consumed, .. } if consumed > 0 => {
                    consumed
                }
                _ => break,
            };
            bytes::Buf::advance(&mut held, consumed);
        }
    }
}

fn read_replies(input: &[u8], cut: usize) {
    let limits = mailwright::reply::Limits::default().with_total(16 << 20).with_lines(1 << 20);
    let (mut parser, mut held) = (ReplyParser::new().with_limits(limits), BytesMut::new());
    for piece in input.chunks(cut) {
        held.extend_from_slice(piece);
        while let Some(reply) = parser.parse(&mut held).expect("good replies") {
            std::hint::black_box(reply);
        }
    }
}

fn decode(input: &[u8], cut: usize) {
    let mut decoder = BodyDecoder::new(BareNewline::Reject);
    for piece in input.chunks(cut) {
        for slice in decoder.decode(piece) {
            std::hint::black_box(slice);
        }
    }
}

fn encode(input: &[u8], cut: usize) {
    let mut encoder = BodyEncoder::new(OutgoingNewlines::Refuse);
    let mut out = BytesMut::with_capacity(2 * input.len());
    for piece in input.chunks(cut) {
        encoder.encode(piece, &mut out).expect("canonical lines");
    }
    std::hint::black_box(out);
}

const OPENING: &[u8] = b"EHLO client.example\r\nMAIL FROM:<a@client.example>\r\n";

fn recipients(n: usize) -> Vec<u8> {
    [OPENING, &b"RCPT TO:<somebody@example.org>\r\n".repeat(n)].concat()
}

fn message(n: usize) -> Vec<u8> {
    [OPENING, b"RCPT TO:<b@example.org>\r\nDATA\r\n", &ordinary(n), b".\r\nQUIT\r\n"].concat()
}

fn chunks(n: usize) -> Vec<u8> {
    [
        OPENING,
        b"RCPT TO:<b@example.org>\r\n",
        &b"BDAT 10\r\n01234567\r\n".repeat(n),
        b"BDAT 0 LAST\r\nQUIT\r\n",
    ]
    .concat()
}

fn noise(n: usize) -> Vec<u8> {
    b"what is this\r\n".repeat(n)
}

/// A server that says yes to everything and gives up on nobody.
fn serve(input: &[u8], cut: usize) {
    let settings = Settings::new("mx.example.org".parse().expect("a domain"))
        .with_limits(Limits::new().with_recipients(u32::MAX))
        .with_budget(Budget::new().with_errors(u32::MAX).with_refusals(u32::MAX).with_idle(u32::MAX));
    let (mut session, now) = (Session::new(Duration::ZERO, settings, Peer::unknown()), Duration::ZERO);
    drain(&mut session);
    for piece in input.chunks(cut) {
        session.handle_input(now, BytesMut::from(piece));
        drain(&mut session);
    }
}

fn drain(session: &mut Session) {
    let now = Duration::ZERO;
    loop {
        match session.poll_output() {
            Output::Transmit(octets) => {
                std::hint::black_box(octets);
                session.handle_written(now);
            }
            Output::Event(event) => answer(session, event),
            Output::Wait { .. } | Output::Close => return,
        }
    }
}

fn answer(session: &mut Session, event: Event) {
    let now = Duration::ZERO;
    match event {
        Event::Mail { ask, .. } | Event::Recipient { ask, .. } | Event::Data { ask } => {
            let _ = session.answer(now, ask, Verdict::accept());
        }
        Event::EndOfBody { asks, .. } => {
            for ask in asks.iter() {
                let _ = session.answer(now, ask, Verdict::accept());
            }
        }
        other => {
            std::hint::black_box(other);
        }
    }
}
