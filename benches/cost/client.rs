//! The client machine against a server that is a list of replies.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use mailwright::address::{Envelope, Recipient};
use mailwright::smtp::client::{Event, Limits, Session, Settings};
use mailwright::smtp::{BodyFacts, Output};

const NOW: Duration = Duration::ZERO;

/// The replies to a pipelined transaction for so many recipients, up to 354.
pub fn replies(n: usize) -> Vec<u8> {
    [
        &b"220 mx.example.org\r\n250-mx.example.org\r\n250 PIPELINING\r\n250 2.1.0 sender is fine\r\n"[..],
        &b"250 2.1.5 recipient is fine\r\n".repeat(n),
        b"354 go ahead\r\n",
    ]
    .concat()
}

pub fn many_lines(n: usize) -> Vec<u8> {
    [&b"220 mx.example.org\r\n"[..], &b"250-X-KEYWORD with words\r\n".repeat(n)].concat()
}

/// As many recipients as the replies are for; the envelope is part of what is counted.
pub fn recipients(input: &[u8], cut: usize) {
    let count = input.split(|&octet| octet == b'\n').count() - 6;
    let to = Recipient::new("<somebody@example.org>".parse().expect("a path"));
    let envelope =
        Envelope::new("<a@client.example>".parse().expect("a path")).with_recipients(vec![to; count]);
    let limits = Limits::new().with_recipients(usize::MAX);
    let mut session =
        Session::new(NOW, Settings::new("client.example".parse().expect("a name")).with_limits(limits));
    session.send(NOW, envelope, BodyFacts::of(b"x\r\n")).expect("ready");
    hear(&mut session, input, cut);
}

pub fn flood(input: &[u8], cut: usize) {
    let limits = Limits::new()
        .with_reply(mailwright::reply::Limits::default().with_total(16 << 20).with_lines(1 << 20));
    let mut session =
        Session::new(NOW, Settings::new("client.example".parse().expect("a name")).with_limits(limits));
    hear(&mut session, input, cut);
}

/// The octets as a message behind DATA, in pieces of this size; the facts let all of it through.
pub fn message(input: &[u8], piece: usize) {
    let envelope = Envelope::new("<a@client.example>".parse().expect("a path"))
        .with_recipient(Recipient::new("<b@example.org>".parse().expect("a path")));
    let mut facts = BodyFacts::of(b"x\r\n");
    (facts.octets, facts.longest_line) = (u64::MAX, 998);
    let settings =
        Settings::new("client.example".parse().expect("a name")).with_limits(Limits::new().with_body(piece));
    let mut session = Session::new(NOW, settings);
    session.send(NOW, envelope, facts).expect("ready");
    hear(&mut session, b"220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n354 go\r\n", usize::MAX);
    for octets in input.chunks(piece) {
        session.handle_body(NOW, Bytes::copy_from_slice(octets)).expect("wanted");
        drain(&mut session);
    }
    session.finish_body(NOW).expect("wanted");
    drain(&mut session);
}

fn hear(session: &mut Session, octets: &[u8], cut: usize) {
    for piece in octets.chunks(cut) {
        session.handle_input(NOW, BytesMut::from(piece));
        drain(session);
    }
}

fn drain(session: &mut Session) {
    loop {
        match session.poll_output() {
            Output::Transmit(octets) => {
                std::hint::black_box(octets);
                session.handle_written(NOW);
            }
            Output::Event(Event::WantBody(_)) => {}
            Output::Event(event) => {
                std::hint::black_box(event);
            }
            Output::Wait { .. } | Output::Close => return,
        }
    }
}
