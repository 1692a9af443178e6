//! How much a client session holds: idle, with many recipients, inside a message, and whatever the server sends.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use mailwright::address::{Envelope, Recipient};
use mailwright::smtp::client::{Event, Session, Settings};
use mailwright::smtp::{BodyFacts, Output};

const NOW: Duration = Duration::ZERO;
/// What a session may hold beside the reply in hand.
const LIMIT: u64 = 16 * 1024;
/// The default limit of a reply.
const REPLY: u64 = 128 * 1024;

const OFFERS: &str = "250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n\
    250-ENHANCEDSTATUSCODES\r\n250-AUTH PLAIN LOGIN SCRAM-SHA-256\r\n250-LIMITS RCPTMAX=1000\r\n";

/// One conversation, counted: what is held at its end and the most that was held meanwhile, the session's own size included.
fn held(with: impl FnOnce(&mut Session)) -> (u64, u64) {
    let settings = Arc::new(Settings::new("client.example".parse().unwrap()));
    let mut kept = None;
    let counted = allocation_counter::measure(|| {
        let mut session = Session::new(NOW, settings);
        with(&mut session);
        kept = Some(session);
    });
    assert!(kept.is_some());
    let own = size_of::<Session>() as u64;
    (
        u64::try_from(counted.bytes_current).expect("more was taken than given back") + own,
        counted.bytes_max + own,
    )
}

/// Hears a reply, and gives away at once what comes of it.
fn hear(session: &mut Session, octets: &[u8]) {
    session.handle_input(NOW, BytesMut::from(octets));
    drain(session);
}

fn drain(session: &mut Session) -> Option<usize> {
    loop {
        match session.poll_output() {
            Output::Transmit(_) => session.handle_written(NOW),
            Output::Event(Event::WantBody(most)) => return Some(most),
            Output::Event(_) => {}
            Output::Wait { .. } | Output::Close => return None,
        }
    }
}

fn ready(session: &mut Session, last: &str) {
    hear(session, b"220 mx.example.org ESMTP\r\n");
    hear(session, OFFERS.as_bytes());
    hear(session, last.as_bytes());
}

fn envelope(count: usize) -> Arc<Envelope> {
    let all =
        (0..count).map(|number| Recipient::new(format!("<user{number}@mx.example.org>").parse().unwrap()));
    Arc::new(Envelope::new("<a@client.example>".parse().unwrap()).with_recipients(all.collect()))
}

#[test]
fn an_idle_session_holds_at_most_16_kib() {
    let (held, most) = held(|session| ready(session, "250 HELP\r\n"));
    println!("idle: {held} octets, at most {most}");
    assert!(most <= LIMIT, "{most}");
    assert!(held <= 4 * 1024, "{held}");
}

#[test]
fn a_hundred_recipients_fit_into_16_kib() {
    let envelope = envelope(100);
    let facts = BodyFacts::of(b"x\r\n");
    let (held, most) = held(|session| {
        ready(session, "250 HELP\r\n");
        session.send(NOW, Arc::clone(&envelope), facts).unwrap();
        drain(session);
        hear(session, b"250 2.1.0 sender is fine\r\n");
        for _ in 0..99 {
            hear(session, b"250 2.1.5 recipient is fine\r\n");
        }
    });
    println!("100 recipients: {held} octets, at most {most}");
    assert!(most <= LIMIT, "{most}");
}

#[test]
fn a_large_message_passes_through_16_kib() {
    for chunking in [false, true] {
        let envelope = envelope(2);
        let line = b"TWFuIGlzIGRpc3Rpbmd1aXNoZWQsIG5vdCBvbmx5IGJ5IGhpcyByZWFzb24sIGJ1dCBieSB0aGlz\r\n";
        let facts = BodyFacts::of(&line.repeat(100_000));
        let piece = Bytes::from(line.repeat(100));
        let (_, most) = held(|session| {
            ready(session, if chunking { "250 CHUNKING\r\n" } else { "250 HELP\r\n" });
            session.send(NOW, Arc::clone(&envelope), facts).unwrap();
            drain(session);
            hear(session, b"250 ok\r\n250 ok\r\n");
            let mut wanted = None;
            session.handle_input(
                NOW,
                BytesMut::from(if chunking { "250 ok\r\n" } else { "250 ok\r\n354 go\r\n" }),
            );
            for _ in 0..1000 {
                wanted = wanted.or_else(|| drain(session));
                while wanted.is_none() {
                    session.handle_input(NOW, BytesMut::from("250 chunk\r\n"));
                    wanted = drain(session);
                }
                assert!(wanted.take().unwrap() >= piece.len());
                session.handle_body(NOW, piece.clone()).unwrap();
            }
            session.finish_body(NOW).unwrap();
            drain(session);
        });
        println!("8 MB, chunks {chunking}: at most {most} octets");
        assert!(most <= LIMIT, "{most}");
    }
}

#[test]
fn threat_c01_c02_c13_a_flood_holds_at_most_the_limit_of_a_reply() {
    let floods: [(&str, Vec<u8>); 4] = [
        ("one line", vec![b'x'; 4 << 20]),
        ("many lines", b"250-x\r\n".repeat(200_000)),
        (
            "many keywords",
            (0..10_000)
                .flat_map(|number| format!("250-KEYWORD-{number} with words\r\n").into_bytes())
                .collect(),
        ),
        (
            "many mechanisms",
            (0..10_000).flat_map(|number| format!("250-AUTH M{number}\r\n").into_bytes()).collect(),
        ),
    ];
    for (name, flood) in floods {
        let (held, most) = held(|session| {
            hear(session, b"220 mx\r\n");
            for read in flood.chunks(4096) {
                hear(session, read);
            }
        });
        println!("{name}: {held} octets, at most {most}");
        // A vector that grows holds its old and its new memory for a moment.
        assert!(most <= LIMIT + 3 * REPLY, "{name}: {most}");
        assert!(held <= LIMIT + REPLY, "{name}: {held}");
    }
}
