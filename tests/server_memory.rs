//! How much a server session holds: idle, with many recipients, inside a message, and whatever the client sends.

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use mailwright::address::{Domain, Grammar};
use mailwright::smtp::server::{Event, Peer, Session, Settings, Verdict};
use mailwright::smtp::{Ask, Output};

const NOW: Duration = Duration::ZERO;

fn settings() -> Arc<Settings> {
    Arc::new(Settings::new(Domain::parse(b"mx.example.org", Grammar::strict()).expect("a domain")))
}

/// Gives the octets to the machine in reads of 16 KiB, accepts at once, or keeps the asks of recipients open.
fn feed(session: &mut Session, octets: &[u8], open: &mut Option<Vec<Ask>>) {
    for read in octets.chunks(16 * 1024) {
        session.handle_input(NOW, BytesMut::from(read));
        loop {
            match session.poll_output() {
                Output::Transmit(_) => session.handle_written(NOW),
                Output::Event(Event::Recipient { ask, .. }) if open.is_some() => {
                    open.as_mut().expect("asked for").push(ask);
                }
                Output::Event(Event::Mail { ask, .. } | Event::Recipient { ask, .. }) => {
                    session.answer(NOW, ask, Verdict::accept()).expect("open");
                }
                Output::Event(_) => {}
                Output::Wait { .. } | Output::Close => break,
            }
        }
    }
}

/// What a session that was given these octets holds, its own size included, and the most that it held meanwhile.
fn held(octets: &[u8], mut open: Option<Vec<Ask>>) -> (u64, u64) {
    let settings = settings();
    if let Some(open) = &mut open {
        open.reserve_exact(200);
    }
    let mut kept = None;
    let counted = allocation_counter::measure(|| {
        let mut session = Session::new(NOW, settings, Peer::unknown());
        while !matches!(session.poll_output(), Output::Wait { .. }) {
            session.handle_written(NOW);
        }
        feed(&mut session, octets, &mut open);
        kept = Some(session);
    });
    assert!(kept.is_some());
    let own = u64::try_from(size_of::<Session>()).expect("small");
    let current = u64::try_from(counted.bytes_current).expect("more was taken than given back");
    (current + own, counted.bytes_max + own)
}

#[test]
fn threat_r01_an_idle_session_holds_at_most_8_kib() {
    let (held, _) = held(b"EHLO client.example\r\n", None);
    println!("idle: {held} octets");
    assert!(held <= 8 * 1024, "{held}");
}

#[test]
fn threat_r01_a_rest_of_input_pins_no_read_buffer() {
    let mut octets = b"EHLO client.example\r\n".to_vec();
    octets.extend(b"NOOP\r\n".repeat(90));
    octets.extend(b"MAIL FROM:<a@cl");
    let (held, _) = held(&octets, None);
    assert!(held <= 8 * 1024, "{held}");
}

#[test]
fn threat_r04_a_hundred_recipients_fit_24_kib_open_or_accepted() {
    let mut octets = b"EHLO client.example\r\nMAIL FROM:<a@b.example>\r\n".to_vec();
    for number in 0..100 {
        octets.extend(format!("RCPT TO:<recipient-{number}@mx.example.org>\r\n").into_bytes());
    }
    for open in [None, Some(Vec::new())] {
        let (held, _) = held(&octets, open);
        println!("100 recipients: {held} octets");
        assert!(held <= 24 * 1024, "{held}");
    }
}

#[test]
fn threat_r10_a_message_of_any_length_takes_no_more() {
    let start = b"EHLO client.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n";
    let line = [b"x".repeat(76), b"\r\n".to_vec()].concat();
    let text = [&start[..], b"DATA\r\n", &line.repeat(100_000)].concat();
    let chunk = [&start[..], b"BDAT 40000000\r\n", &line.repeat(100_000)].concat();
    let dotted = [&start[..], b"DATA\r\n", &b"..\r\n".repeat(1_000_000)].concat();
    for octets in [text, chunk, dotted] {
        let (held, most) = held(&octets, None);
        println!("8 MB: {held} octets at the end, at most {most}");
        assert!(held <= 8 * 1024, "{held}");
        // The read in hand and what is cut from it.
        assert!(most <= 64 * 1024, "{most}");
    }
}

#[test]
fn threat_r10_nothing_is_set_aside_for_a_declared_length() {
    let octets = b"EHLO client.example\r\nMAIL FROM:<a@b.example> SIZE=50000000\r\nRCPT TO:<c@d.example>\r\nBDAT 50000000\r\n";
    let (_, most) = held(octets, None);
    assert!(most <= 16 * 1024, "{most}");
}

#[test]
fn threat_r02_a_line_that_trickles_costs_what_it_is_long() {
    let mut session = Session::new(NOW, settings(), Peer::unknown());
    feed(&mut session, b"EHLO client.example\r\n", &mut None);
    let counted = allocation_counter::measure(|| {
        for _ in 0..400 {
            feed(&mut session, b"x", &mut None);
        }
    });
    assert!(counted.count_total <= 400 * 2 + 20, "{}", counted.count_total);
    assert!(counted.bytes_max <= 4096, "{}", counted.bytes_max);
}

#[test]
fn a_message_to_two_recipients_takes_no_allocation() {
    let settings = settings();
    let body = "x".repeat(76) + "\r\n";
    let body = body.repeat(27) + ".\r\n";
    let reads = [
        "EHLO client.example\r\n",
        "MAIL FROM:<ann@client.example>\r\n",
        "RCPT TO:<bob@mx.example.org>\r\n",
        "RCPT TO:<eve@mx.example.org>\r\n",
        "DATA\r\n",
        &body,
        "QUIT\r\n",
    ];
    let mut buffer = BytesMut::with_capacity(4096);
    // The first share of the buffer makes its count; it is there for every session behind.
    drop(buffer.split());
    let mut octets = 0;
    let counted = allocation_counter::measure(|| {
        let mut session = Session::new(NOW, settings, Peer::unknown());
        octets += pump(&mut session);
        for read in reads {
            buffer.extend_from_slice(read.as_bytes());
            session.lend_buffer(NOW, &mut buffer);
            octets += pump(&mut session);
            session.return_buffer(&mut buffer);
        }
    });
    assert_eq!(octets, body.len() - 3);
    assert_eq!(counted.count_total, 0);
}

/// Accepts all; gives how many octets of the message came.
fn pump(session: &mut Session) -> usize {
    let mut octets = 0;
    loop {
        match session.poll_output() {
            Output::Transmit(_) => session.handle_written(NOW),
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
