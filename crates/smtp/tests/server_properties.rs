//! Holds the server machine to its laws, whatever the client sends and the embedder answers.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]
#![expect(clippy::arithmetic_side_effects, reason = "its numbers are small")]
#![cfg(feature = "sasl")]

#[path = "harness/driver.rs"]
mod driver;

use core::time::Duration;

use bytes::BytesMut;
use driver::{play, settings};
use mailwright_reply::ReplyParser;
use mailwright_smtp::sasl::{Answer, ScramKeys};
use mailwright_smtp::server::{Event, Peer, Session, Verdict};
use mailwright_smtp::{Ask, Output, TlsFacts, TlsFailed, TlsVersion};
use proptest::prelude::*;

/// Lines that lead somewhere, and some that lead nowhere.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "EHLO a.example",
        "HELO a.example",
        "LHLO a.example",
        "MAIL FROM:<a@b.example>",
        "MAIL FROM:<> BODY=BINARYMIME",
        "MAIL FROM:<a@b.example> SIZE=9999",
        "MAIL FROM:<\u{e9}@b.example> SMTPUTF8",
        "RCPT TO:<b@c.example>",
        "RCPT TO:<no@c.example>",
        "RCPT TO:<>",
        "RCPT TO:<b@c.example> NOTIFY=NEVER",
        "DATA",
        "text",
        "..text",
        ".",
        "",
        "BDAT 3",
        "BDAT 0 LAST",
        "BDAT 4 LAST",
        "BDAT 5000",
        "BDAT x",
        "RSET",
        "NOOP",
        "VRFY a",
        "EXPN a",
        "HELP",
        "ETRN a.example",
        "QUIT now",
        "STARTTLS",
        "AUTH PLAIN AGEAYg==",
        "AUTH LOGIN",
        "AUTH SCRAM-SHA-256",
        "*",
        "=",
        "XYZZY",
        "XCLIENT NAME=a",
    ]);
    let end =
        prop::sample::select(vec!["\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r", "\r\r\n", "\0\r\n"]);
    prop_oneof![
        12 => (known, end).prop_map(|(line, end)| [line, end].concat().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ]
}

fn conversation() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(line(), 0..40).prop_map(|lines| {
        let mut octets =
            b"EHLO a.example\r\nLHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<b@c.example>\r\n"
                .to_vec();
        octets.extend(lines.concat());
        octets
    })
}

#[test]
fn the_rest_of_a_refused_line_lets_no_command_pass_an_open_question() {
    let octets = b"EHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<b@c.example>\r\n\
        RCPT TO:<b@c.example>\rNOOP\nRCPT TO:<b@c.example>\r\nBDAT 3\r\n";
    let whole = |_| usize::MAX / 2;
    assert_eq!(play(octets, false, false, whole), play(octets, false, true, whole));
}

#[test]
fn smtp_b06_another_protocol_behind_a_refused_line_is_seen_in_every_cut() {
    let octets = b"EHLO a.example\r\nNOOP\nNOOP\r\n\x16\x03NOOP\r\n";
    let whole = play(octets, false, false, |_| usize::MAX / 2);
    assert_eq!(whole, play(octets, false, false, |_| 1));
    let said = String::from_utf8_lossy(&whole.said);
    assert!(said.ends_with("554 5.5.1 This is an SMTP server\r\n"), "{said}");
}

#[test]
fn nothing_is_read_behind_the_reply_that_ends_the_session() {
    let mut octets = b"EHLO a.example\r\nMAIL FROM:<a@b.example>\r\n".to_vec();
    octets.extend(b"RCPT TO:<b@c.example>\r\n".iter());
    octets.extend(b"RCPT TO:<b@\r\n".repeat(40));
    octets.extend(b"RCPT TO:<d@e.example>\r\n".iter());
    let whole = play(&octets, false, true, |_| usize::MAX / 2);
    assert_eq!(whole, play(&octets, false, true, |_| 1));
    assert_eq!(whole.told.iter().filter(|told| told.starts_with("recipient")).count(), 1, "{:?}", whole.told);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_000) })]

    #[test]
    fn smtp_b06_threat_l09_any_cut_gives_the_same_conversation(octets in conversation(), lmtp: bool, late: bool, seed in 1..40_usize) {
        let whole = play(&octets, lmtp, late, |_| usize::MAX / 2);
        prop_assert_eq!(&whole, &play(&octets, lmtp, late, |_| 1), "octet by octet");
        prop_assert_eq!(&whole, &play(&octets, lmtp, late, |at| (at.wrapping_mul(seed * 7) >> 2) % 17), "cut by {}", seed);
    }

    #[test]
    fn answers_in_any_order_give_the_same_conversation(octets in conversation(), lmtp: bool) {
        prop_assert_eq!(play(&octets, lmtp, false, |_| usize::MAX / 2), play(&octets, lmtp, true, |_| usize::MAX / 2));
    }

    #[test]
    fn every_reply_is_a_reply(octets in conversation(), lmtp: bool) {
        let record = play(&octets, lmtp, false, |_| usize::MAX / 2);
        let mut parser = ReplyParser::new();
        let mut rest = &record.said[..];
        while !rest.is_empty() {
            let (read, reply) = parser.parse_slice(rest).expect("a reply");
            prop_assert!(reply.is_some(), "a reply without its end");
            rest = &rest[read..];
        }
    }

    #[test]
    fn smtp_b95_threat_s23_no_octets_and_no_answers_make_it_panic(
        inputs in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..200), 0..9_u8, 0..400_u64), 0..60),
    ) {
        let mut driver = Misuse::new();
        for (octets, choice, seconds) in inputs {
            driver.step(&octets, choice, seconds);
        }
    }
}

/// Calls every function of the machine in any order.
struct Misuse {
    session: Session,
    now: Duration,
    asks: Vec<Ask>,
}

impl Misuse {
    fn new() -> Self {
        let session = Session::new(Duration::ZERO, settings(false), Peer::unknown()).with_draw([1; 32]);
        Self { session, now: Duration::ZERO, asks: Vec::new() }
    }

    fn step(&mut self, octets: &[u8], choice: u8, seconds: u64) {
        self.now += Duration::from_secs(seconds);
        match choice {
            0 => self.session.handle_timeout(self.now),
            1 => self.session.handle_written(self.now),
            2 => self.session.handle_tls(self.now, Ok(TlsFacts::new(TlsVersion::Tls12))),
            3 => {
                if let Some(ask) = self.asks.pop() {
                    let keys = ScramKeys::derive(b"pencil", b"salt", 1);
                    let _ = self.session.answer(self.now, ask, Verdict::login(Answer::Scram(keys)));
                }
            }
            4 if octets.len() > 190 => self.session.handle_eof(self.now),
            5 if octets.len() > 195 => self.session.shutdown(self.now),
            6 if octets.len() > 195 => self.session.handle_tls(self.now, Err(TlsFailed::Handshake)),
            _ => {
                let lines: &[&[u8]] = &[
                    b"EHLO a\r\n",
                    b"MAIL FROM:<>\r\n",
                    b"RCPT TO:<a@b>\r\n",
                    b"DATA\r\n",
                    b"AUTH LOGIN\r\n",
                    b"STARTTLS\r\n",
                ];
                let line = lines[octets.len() % lines.len()];
                self.session.handle_input(self.now, BytesMut::from(if choice > 6 { line } else { octets }));
            }
        }
        for _ in 0..10_000 {
            match self.session.poll_output() {
                Output::Event(
                    Event::Connected { ask }
                    | Event::Hello { ask, .. }
                    | Event::Mail { ask, .. }
                    | Event::Recipient { ask, .. }
                    | Event::Data { ask }
                    | Event::Login { ask, .. },
                ) => {
                    if octets.len().is_multiple_of(3) {
                        self.asks.push(ask);
                    } else {
                        let _ = self.session.answer(self.now, ask, Verdict::accept());
                    }
                }
                Output::Event(_) | Output::Transmit(_) => {}
                Output::Wait { .. } | Output::Close => return,
            }
        }
        panic!("the machine never waits");
    }
}
