//! Promises that hold across rooms: linear time, no overflow, nothing raw in what is printed, no foreign type in a face.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use mailwright::reply::ReplyParser;
use mailwright::smtp::server::{Asked, Budget, Event, Limits, Notice, Peer, Session, Settings, Verdict};
use mailwright::smtp::{BareNewline, BodyDecoder, Framed, LineEnd, LineFramer, Output};

const NOW: Duration = Duration::ZERO;

/// A server that says yes to every sender and recipient; gives its replies and events.
fn converse(session: &mut Session, says: &[u8]) -> (String, Vec<Event>) {
    let (mut replies, mut events) = (Vec::new(), Vec::new());
    session.handle_input(NOW, BytesMut::from(says));
    loop {
        match session.poll_output() {
            Output::Transmit(octets) => {
                replies.extend_from_slice(&octets);
                session.handle_written(NOW);
            }
            Output::Event(event) => {
                let asks: Vec<_> = match &event {
                    Event::Mail { ask, .. } | Event::Recipient { ask, .. } => vec![*ask],
                    Event::EndOfBody { asks, .. } => asks.iter().collect(),
                    _ => Vec::new(),
                };
                for ask in asks {
                    session.answer(NOW, ask, Verdict::accept()).expect("an open ask");
                }
                events.push(event);
            }
            Output::Wait { .. } | Output::Close => {
                return (String::from_utf8(replies).expect("ASCII"), events);
            }
        }
    }
}

fn settings() -> Settings {
    Settings::new("mx.example".parse().expect("a domain"))
}

fn greeted(settings: Settings) -> Session {
    let mut session = Session::new(NOW, settings, Peer::unknown());
    let (greeting, _) = converse(&mut session, b"");
    assert!(greeting.starts_with("220 "), "{greeting}");
    session
}

/// The codes of the final lines.
fn codes(replies: &str) -> Vec<&str> {
    replies.lines().filter(|line| line.as_bytes().get(3) == Some(&b' ')).map(|line| &line[..3]).collect()
}

#[test]
fn advice_s021_each_speaks_in_turn() {
    let mut session = Session::new(NOW, settings().with_asked(Asked::Connected), Peer::unknown());
    let (replies, events) = converse(&mut session, b"EHLO early.example\r\n");
    assert_eq!(replies, "", "nothing is said before the greeting is decided");
    let [Event::Connected { ask }] = events[..] else { panic!("{events:?}") };
    session.answer(NOW, ask, Verdict::accept()).expect("an open ask");
    let (_, events) = converse(&mut session, b"");
    let early = |event: &Event| matches!(event, Event::Notice(Notice::EarlyTalker));
    assert!(events.iter().any(early), "{events:?}");

    let mut session = greeted(settings());
    let (replies, _) = converse(
        &mut session,
        b"NOOP\r\nHELP\r\nVRFY a\r\nRSET\r\nRCPT TO:<a@b.example>\r\nDATA\r\nQUIT\r\n",
    );
    assert_eq!(codes(&replies), ["250", "214", "252", "250", "503", "503", "221"], "{replies}");
}

#[test]
fn threat_s01_out_of_order_is_503_and_changes_nothing() {
    let mut session = greeted(settings());
    let (replies, _) = converse(
        &mut session,
        b"RCPT TO:<a@b.example>\r\nEHLO c.example\r\nRCPT TO:<a@b.example>\r\nDATA\r\n",
    );
    assert_eq!(codes(&replies), ["503", "250", "503", "503"], "{replies}");
    let (replies, _) = converse(
        &mut session,
        b"MAIL FROM:<a@c.example>\r\nMAIL FROM:<b@c.example>\r\nDATA\r\nRCPT TO:<a@b.example>\r\nDATA\r\n.\r\n",
    );
    assert_eq!(codes(&replies), ["250", "503", "503", "250", "354", "250"], "{replies}");
}

#[test]
fn advice_s031_only_one_sequence_ends_a_body_wherever_it_is_cut() {
    let lines = ["\r\n.\n", "\n.\n", "\n.\r\n", "\r.\r", "\r\n.\r", "\r\n.\r\r\n", "\r.\r\n"];
    for candidate in lines {
        let body = format!("text{candidate}MAIL FROM:<x@y.example>\r\n.\r\n");
        for cut in 0..=body.len() {
            let mut decoder = BodyDecoder::new(BareNewline::Reject);
            let (first, second) = body.as_bytes().split_at(cut);
            let mut octets = Vec::new();
            for piece in [first, second] {
                decoder.decode(piece).for_each(|slice| octets.extend_from_slice(slice));
            }
            assert!(decoder.is_finished(), "{candidate:?} cut at {cut}");
            let text = String::from_utf8(octets).expect("ASCII");
            assert!(text.contains("MAIL FROM"), "{candidate:?} ended the body early, cut at {cut}: {text:?}");
        }
    }
}

#[test]
fn advice_s095_submission_takes_nothing_before_a_login() {
    use mailwright::smtp::sasl::Mechanism;
    use mailwright::smtp::server::{ClearLogins, Demand};
    let submission = settings()
        .with_mechanisms(&[Mechanism::Plain])
        .with_clear_logins(ClearLogins::Allowed)
        .with_login_demand(Demand::Required);
    let mut session = greeted(submission);
    let (replies, events) =
        converse(&mut session, b"EHLO c.example\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<a@mx.example>\r\n");
    assert_eq!(codes(&replies), ["250", "530", "503"], "{replies}");
    assert!(
        !events.iter().any(|event| matches!(event, Event::Mail { .. })),
        "the embedder is not even asked"
    );
}

/// The least of three runs, so that a busy machine is not taken for a slow loop.
fn least(mut job: impl FnMut()) -> Duration {
    (0..3)
        .map(|_| {
            let begun = Instant::now();
            job();
            begun.elapsed()
        })
        .min()
        .expect("three runs")
}

/// Eight times the input may take 8 times as long, and a little; a rescan would take 64 times. The exact slopes are counted
/// in instructions by the cost table of the benches.
fn is_linear(what: &str, job: impl Fn(usize)) {
    let (short, long) = (least(|| job(20_000)), least(|| job(160_000)));
    assert!(
        long < short * 24 + Duration::from_millis(20),
        "{what}: {short:?}, and {long:?} for eight times as much"
    );
}

#[test]
fn smtp_b18_input_that_trickles_costs_linear_time() {
    is_linear("a line", |octets| {
        let (mut framer, mut line) = (LineFramer::new(LineEnd::CrLf), Vec::new());
        for _ in 0..octets {
            line.push(b'x');
            assert!(matches!(framer.frame(&line, usize::MAX), Framed::Incomplete { .. }));
        }
    });
    is_linear("a body", |octets| {
        let mut session = greeted(settings());
        converse(&mut session, b"EHLO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n");
        for octet in b".a.\r\n..\r\nb\r\n".iter().cycle().take(octets) {
            session.handle_input(NOW, BytesMut::from(&[*octet][..]));
            while let Output::Event(_) | Output::Transmit(_) = session.poll_output() {}
        }
    });
    is_linear("a reply", |octets| {
        let mut parser = ReplyParser::new();
        let mut held = BytesMut::new();
        for octet in b"250-a\r\n250 b\r\n".iter().cycle().take(octets) {
            held.extend_from_slice(&[*octet]);
            while parser.parse(&mut held).expect("a good reply").is_some() {}
        }
    });
}

#[test]
fn threat_r06_no_map_is_keyed_by_a_peer_with_a_hash_it_can_guess() {
    // HashMap is a disallowed type in the rooms; what a peer names is kept in order, and its number is bounded.
    assert!(read(".clippy.toml").contains("std::collections::HashMap"));
    is_linear("recipients of many domains", |octets| {
        let limits = Limits::new().with_recipients(u32::MAX);
        let budget = Budget::new().with_errors(u32::MAX).with_refusals(u32::MAX).with_idle(u32::MAX);
        let mut session = greeted(settings().with_limits(limits).with_budget(budget));
        converse(&mut session, b"EHLO c.example\r\nMAIL FROM:<>\r\n");
        for number in 0..octets / 40 {
            let line = format!("RCPT TO:<a@d{number}.example>\r\n");
            assert!(converse(&mut session, line.as_bytes()).0.starts_with("250"));
        }
    });
}

#[test]
fn threat_r08_what_a_peer_said_is_printed_escaped() {
    let mut parser = ReplyParser::new();
    let mut octets = BytesMut::from(&b"550 no\x1b[31m\x07 \xff entry\r\n"[..]);
    if let Ok(Some(reply)) = parser.parse(&mut octets) {
        printable(&format!("{reply}{reply:?}"));
    }
    if let Err(error) = ReplyParser::new().parse(&mut BytesMut::from(&b"2\x1b0\r\n"[..])) {
        printable(&format!("{error}{error:?}"));
    }
    let mut session = greeted(settings().with_asked(Asked::Verify).with_asked(Asked::Hello));
    let (replies, events) = converse(&mut session, b"EHLO a\x1b.example\r\nVRFY \x1b[2J\xff\r\nWHAT\x1b\r\n");
    printable(&replies.replace("\r\n", ""));
    printable(&format!("{events:?}{session:?}"));
}

fn printable(text: &str) {
    assert!(text.chars().all(|c| !c.is_control()), "a control octet is printed raw: {text:?}");
}

#[test]
fn threat_r09_numbers_at_the_edge_of_their_type_do_not_wrap() {
    let max = u64::MAX;
    let mut session = greeted(settings());
    let says = format!(
        "EHLO c.example\r\nMAIL FROM:<> SIZE={max}\r\nMAIL FROM:<> SIZE={max}0\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nBDAT {max} LAST\r\n"
    );
    let (replies, events) = converse(&mut session, says.as_bytes());
    assert!(replies.contains("552 5.3.4"), "{replies}");
    assert!(!events.iter().any(|event| matches!(event, Event::EndOfBody { .. })), "{events:?}");
    let mut session = greeted(settings());
    let says = format!("EHLO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nBDAT {max}9 LAST\r\n");
    let (replies, _) = converse(&mut session, says.as_bytes());
    assert_eq!(codes(&replies).last(), Some(&"501"), "{replies}");
}

fn read(below: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace");
    fs::read_to_string(root.join(below)).unwrap_or_else(|error| panic!("{below}: {error}"))
}

#[test]
fn threat_p05_the_lints_against_panics_are_on() {
    let table = read("Cargo.toml");
    for lint in
        ["indexing_slicing", "string_slice", "unwrap_used", "expect_used", "panic", "arithmetic_side_effects"]
    {
        assert!(table.contains(&format!("\n{lint} = \"warn\"")), "{lint} is off");
    }
    assert!(table.contains("unsafe_code = \"forbid\""));
    assert!(read(".ci/run").contains("-D warnings"), "and a warning fails the run");
}

#[test]
fn threat_p06_no_face_of_a_room_shows_a_foreign_type_but_bytes() {
    for room in ["address", "reply", "smtp"] {
        for line in read(&format!("crates/{room}/src/lib.rs"))
            .lines()
            .filter(|line| line.trim_start().starts_with("pub use"))
        {
            for foreign in [
                "idna",
                "memchr",
                "base64",
                "hmac",
                "sha2",
                "md5",
                "pbkdf2",
                "subtle",
                "zeroize",
                "thiserror",
            ] {
                assert!(!line.contains(&format!("{foreign}::")), "{room}: {line}");
            }
        }
    }
}
