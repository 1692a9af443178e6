//! Holds the server machine to its laws, whatever the client sends and the embedder answers.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]
#![expect(clippy::arithmetic_side_effects, reason = "its numbers are small")]
#![cfg(feature = "sasl")]

use core::time::Duration;

use bytes::BytesMut;
use mailwright_address::{Domain, Grammar};
use mailwright_reply::{ReplyParser, standard};
use mailwright_smtp::sasl::{Answer, Mechanism, ScramKeys, Secret};
use mailwright_smtp::server::{
    Asked, Budget, ClearLogins, Event, Injected, Limits, MisuseError, Peer, Protocol, Session, Settings,
    Talker, TlsMode, Verdict,
};
use mailwright_smtp::{
    Ask, Asks, Extension, Output, PeerCertificate, Stale, TlsFacts, TlsFailed, TlsVersion,
};
use proptest::prelude::*;

fn host() -> Domain {
    Domain::parse(b"mx.example.org", Grammar::strict()).unwrap()
}

/// Everything is offered and asked.
fn settings(lmtp: bool) -> Settings {
    let all =
        [Extension::BinaryMime, Extension::SmtpUtf8, Extension::Dsn, Extension::RequireTls, Extension::Etrn];
    let asked = [Asked::Connected, Asked::Hello, Asked::Data, Asked::Verify, Asked::Expand, Asked::Etrn];
    let settings = Settings::new(host())
        .with_tls(TlsMode::StartTls)
        .with_mechanisms(&Mechanism::ALL)
        .with_clear_logins(ClearLogins::Allowed)
        .with_talker(Talker::Ignore)
        .with_size(Some(4096))
        .with_limits(Limits::new().with_overrun(4096))
        .with_protocol(if lmtp { Protocol::Lmtp } else { Protocol::Smtp });
    let settings = all.into_iter().fold(settings, Settings::with_offered);
    asked.into_iter().fold(settings, Settings::with_asked)
}

/// What happened, joined so that the cuts can't be seen.
#[derive(Debug, Default, PartialEq)]
struct Record {
    said: Vec<u8>,
    told: Vec<String>,
    body: Vec<u8>,
    over: bool,
}

/// Plays octets with answers that follow from the questions alone, so that two runs can be compared.
struct Driver {
    session: Session,
    now: Duration,
    record: Record,
    open: Vec<Ask>,
    /// Answers are put off until the machine waits, and then given last to first.
    late: bool,
    transaction: bool,
    recipients: u32,
    unwritten: usize,
    most_unwritten: usize,
}

impl Driver {
    fn new(settings: Settings, late: bool) -> Self {
        let session = Session::new(Duration::ZERO, settings, Peer::unknown()).with_draw([3; 32]);
        let mut driver = Self {
            session,
            now: Duration::ZERO,
            record: Record::default(),
            open: Vec::new(),
            late,
            transaction: false,
            recipients: 0,
            unwritten: 0,
            most_unwritten: 0,
        };
        driver.pump();
        driver
    }

    fn feed(&mut self, octets: &[u8]) {
        self.session.handle_input(self.now, BytesMut::from(octets));
        self.pump();
    }

    fn pump(&mut self) {
        for _ in 0..1_000_000 {
            match self.session.poll_output() {
                Output::Transmit(octets) => {
                    assert!(!octets.is_empty());
                    self.unwritten += octets.len();
                    self.most_unwritten = self.most_unwritten.max(self.unwritten);
                    self.record.said.extend_from_slice(&octets);
                    self.session.handle_written(self.now);
                    self.unwritten = 0;
                }
                Output::Event(event) => self.tell(&event),
                Output::Wait { .. } => match self.open.pop() {
                    Some(ask) => self.answer(ask, Verdict::accept()),
                    None => return,
                },
                Output::Close => {
                    self.record.over = true;
                    assert!(self.session.is_over());
                    return;
                }
            }
        }
        panic!("the machine never waits");
    }

    fn tell(&mut self, event: &Event) {
        match event {
            Event::Connected { ask } | Event::Data { ask } => {
                self.question(*ask, "question", Verdict::accept())
            }
            Event::Hello { ask, hello } => {
                self.question(*ask, &format!("hello {}", hello.name().escape_ascii()), Verdict::accept());
            }
            Event::Login { ask, question, .. } => {
                assert!(!self.transaction, "a login inside a transaction");
                self.question(*ask, &format!("{question:?}"), Verdict::login(Answer::Accept));
            }
            Event::Mail { ask, path, .. } => {
                assert!(!self.transaction, "I3: MAIL inside a transaction");
                self.transaction = true;
                self.question(*ask, &format!("mail {path}"), Verdict::accept());
            }
            Event::Recipient { ask, path, .. } => {
                assert!(self.transaction, "I1: a recipient without a sender");
                let refused = path.to_string().contains("no");
                self.recipients += u32::from(!refused);
                let verdict = if refused {
                    Verdict::refuse(standard::unknown_user()).unwrap()
                } else {
                    Verdict::accept()
                };
                self.question(*ask, &format!("recipient {path}"), verdict);
            }
            Event::Body(octets) => {
                assert!(self.transaction && self.recipients > 0, "text outside a message");
                self.record.body.extend_from_slice(octets);
            }
            Event::EndOfBody { asks, findings } => {
                assert!(self.transaction && self.recipients > 0, "I2: a message without sender or recipient");
                assert_eq!(
                    asks.len() as u32,
                    if self.session.facts().with_keyword().contains("LMTP") { self.recipients } else { 1 }
                );
                (self.transaction, self.recipients) = (false, 0);
                self.record.told.push(format!("end {}", findings.octets));
                for ask in asks.iter() {
                    self.answer(ask, Verdict::accept());
                }
            }
            Event::Verify { ask, argument }
            | Event::Expand { ask, argument }
            | Event::Etrn { ask, argument } => {
                self.question(*ask, &argument.escape_ascii().to_string(), Verdict::accept());
            }
            Event::StartTls { ahead } => {
                assert!(ahead.is_empty(), "T01: octets in clear for TLS");
                self.record.told.push("tls".into());
                // What follows in clear depends on the time, so this conversation ends here.
                self.session.handle_tls(self.now, Err(TlsFailed::Closed));
            }
            Event::Aborted(why) => {
                assert!(self.transaction, "an abort outside a transaction");
                (self.transaction, self.recipients) = (false, 0);
                self.record.told.push(format!("aborted {why:?}"));
            }
            _ => {}
        }
    }

    fn question(&mut self, ask: Ask, text: &str, verdict: Verdict) {
        self.record.told.push(text.to_owned());
        // Only what may stand open beside others is put off, and only what is accepted.
        if self.late && text.starts_with("recipient") && !text.contains("no") {
            self.open.push(ask);
        } else {
            self.answer(ask, verdict);
        }
    }

    fn answer(&mut self, ask: Ask, verdict: Verdict) {
        assert_eq!(self.session.answer(self.now, ask, verdict.clone()), Ok(()));
        assert_eq!(self.session.answer(self.now, ask, verdict), Err(Stale), "S20: answered once");
    }
}

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

fn play(octets: &[u8], lmtp: bool, late: bool, cuts: impl Fn(usize) -> usize) -> Record {
    let mut driver = Driver::new(settings(lmtp), late);
    let mut at = 0;
    while at < octets.len() {
        let to = (at + cuts(at).max(1)).min(octets.len());
        driver.feed(&octets[at..to]);
        at = to;
    }
    driver.session.handle_eof(driver.now);
    driver.pump();
    assert!(driver.record.over, "I7: the end of the connection ends the session");
    driver.record
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

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
                    if octets.len() % 3 == 0 {
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

#[test]
fn threat_s20_threat_s21_a_verdict_fits_its_question() {
    assert!(matches!(Verdict::accept_with(standard::start_input()), Err(MisuseError::NotPositive)));
    assert!(matches!(Verdict::accept_with(standard::unknown_user()), Err(MisuseError::NotPositive)));
    assert!(matches!(Verdict::refuse(standard::ok()), Err(MisuseError::NotNegative)));
    assert!(matches!(Verdict::refuse(standard::start_input()), Err(MisuseError::NotNegative)));
    assert!(matches!(Verdict::close(standard::empty_challenge()), Err(MisuseError::NotNegative)));
}

#[test]
fn threat_s16_threat_r04_ten_thousand_of_each_meet_a_budget_or_a_limit() {
    for line in
        ["XYZZY\r\n", "NOOP\r\n", "EHLO a.example\r\n", "RSET\r\n", "RCPT TO:<b@c.example>\r\n", "VRFY a\r\n"]
    {
        let mut driver = Driver::new(settings(false), false);
        driver.feed(b"EHLO a.example\r\nMAIL FROM:<a@b.example>\r\n");
        for _ in 0..10_000 {
            driver.feed(line.as_bytes());
        }
        assert!(driver.record.over, "{line}");
        let text = String::from_utf8_lossy(&driver.record.said).into_owned();
        assert_eq!(text.matches("\r\n421 4.7.0 ").count(), 1, "{line}");
        assert!(driver.recipients <= 100);
        assert_eq!(text.contains("452 4.5.3"), line.starts_with("RCPT"), "{line}");
    }
}

#[test]
fn smtp_b46_a_hundred_recipients_are_accepted_and_the_next_is_452() {
    let mut driver = Driver::new(settings(false).without_asked(Asked::Hello), true);
    driver.feed(b"EHLO a.example\r\nMAIL FROM:<a@b.example>\r\n");
    driver.record.said.clear();
    let mut run: Vec<u8> =
        (0..101).flat_map(|n| format!("RCPT TO:<u{n}@c.example>\r\n").into_bytes()).collect();
    run.extend(b"RCPT TO:<more@c.example>\r\n");
    driver.feed(&run);
    let said = String::from_utf8(driver.record.said.clone()).unwrap();
    let codes: Vec<&str> = said.lines().map(|line| &line[..9]).collect();
    assert_eq!(codes[..100], ["250 2.1.5"; 100]);
    assert_eq!(codes[100..], ["452 4.5.3"; 2], "never a 552");
    assert_eq!(driver.session.recipients(), 100);
}

#[test]
fn a_452_is_never_guessed_while_answers_are_out() {
    let settings = Settings::new(host()).with_limits(Limits::new().with_recipients(100));
    let mut session = Session::new(Duration::ZERO, settings, Peer::unknown());
    let mut asks = Vec::new();
    let mut said = Vec::new();
    let mut input = b"EHLO a.example\r\nMAIL FROM:<a@b.example>\r\n".to_vec();
    (0..101).for_each(|n| input.extend(format!("RCPT TO:<u{n}@c.example>\r\n").into_bytes()));
    session.handle_input(Duration::ZERO, BytesMut::from(&input[..]));
    let mut read = true;
    let mut turn = |session: &mut Session, asks: &mut Vec<Ask>| {
        loop {
            match session.poll_output() {
                Output::Transmit(octets) => {
                    said.extend_from_slice(&octets);
                    session.handle_written(Duration::ZERO);
                }
                Output::Event(Event::Mail { ask, .. }) => {
                    session.answer(Duration::ZERO, ask, Verdict::accept()).unwrap()
                }
                Output::Event(Event::Recipient { ask, .. }) => asks.push(ask),
                Output::Event(_) => {}
                Output::Wait { read: reads, .. } => {
                    read = reads;
                    return said.clone();
                }
                Output::Close => panic!("closed"),
            }
        }
    };
    turn(&mut session, &mut asks);
    assert_eq!(asks.len(), 100, "the hundred and first waits");
    session.answer(Duration::ZERO, asks[7], Verdict::refuse(standard::unknown_user()).unwrap()).unwrap();
    turn(&mut session, &mut asks);
    assert_eq!(asks.len(), 101, "a place became free");
    for ask in asks.clone() {
        let _ = session.answer(Duration::ZERO, ask, Verdict::accept());
    }
    let said = String::from_utf8(turn(&mut session, &mut asks)).unwrap();
    assert_eq!(said.matches("250 2.1.5").count(), 100);
    assert_eq!(said.matches("550 5.1.1").count(), 1);
    assert!(read);
}

#[test]
fn smtp_b52_ready_replies_leave_in_one_write() {
    let mut session = Session::new(Duration::ZERO, Settings::new(host()), Peer::unknown());
    let mut asks = Vec::new();
    let mut writes = Vec::new();
    let turn = |session: &mut Session, asks: &mut Vec<Ask>| {
        let mut writes = Vec::new();
        loop {
            match session.poll_output() {
                Output::Transmit(octets) => {
                    writes.push(octets);
                    session.handle_written(Duration::ZERO);
                }
                Output::Event(Event::Mail { ask, .. } | Event::Recipient { ask, .. }) => asks.push(ask),
                Output::Event(_) => {}
                Output::Wait { .. } | Output::Close => return writes,
            }
        }
    };
    turn(&mut session, &mut asks);
    session.handle_input(
        Duration::ZERO,
        BytesMut::from(
            "EHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nRCPT TO:<c@b.example>\r\nRSET\r\n",
        ),
    );
    writes.extend(turn(&mut session, &mut asks));
    assert_eq!(writes.len(), 1, "smtp_b93: the reply to EHLO is one write, and held back by nothing");
    session.answer(Duration::ZERO, asks[0], Verdict::accept()).unwrap();
    turn(&mut session, &mut asks);
    session.answer(Duration::ZERO, asks[2], Verdict::accept()).unwrap();
    assert!(turn(&mut session, &mut asks).is_empty());
    session.answer(Duration::ZERO, asks[1], Verdict::accept()).unwrap();
    let writes = turn(&mut session, &mut asks);
    assert_eq!(writes.len(), 1);
    assert_eq!(&writes[0][..], b"250 2.1.5 Recipient ok\r\n250 2.1.5 Recipient ok\r\n250 2.0.0 Ok\r\n");
}

#[test]
fn threat_r05_output_that_nobody_takes_stops_the_input() {
    let settings = Settings::new(host())
        .with_limits(Limits::new().with_outgoing(4096))
        .with_budget(Budget::new().with_idle(100_000));
    let mut session = Session::new(Duration::ZERO, settings, Peer::unknown());
    let mut given = 0;
    let mut read = true;
    for _ in 0..1000 {
        if read {
            session.handle_input(
                Duration::ZERO,
                BytesMut::from("HELP\r\nHELP\r\nHELP\r\nHELP\r\nHELP\r\nHELP\r\nHELP\r\nHELP\r\n"),
            );
        }
        loop {
            match session.poll_output() {
                Output::Transmit(octets) => given += octets.len(),
                Output::Event(_) => {}
                Output::Wait { read: reads, until } => {
                    read = reads;
                    assert!(until.is_some());
                    break;
                }
                Output::Close => panic!("closed"),
            }
        }
    }
    assert!(!read && given <= 4096, "{given}");
    session.handle_written(Duration::ZERO);
    assert!(matches!(session.poll_output(), Output::Transmit(_)), "it goes on when the octets are out");
    let until = loop {
        match session.poll_output() {
            Output::Wait { until, .. } => break until.unwrap(),
            _ => session.handle_written(Duration::ZERO),
        }
    };
    assert!(until > Duration::ZERO);
}

#[test]
fn smtp_b91_a_peer_that_takes_nothing_is_left() {
    let mut session = Session::new(Duration::ZERO, Settings::new(host()), Peer::unknown());
    assert!(matches!(session.poll_output(), Output::Transmit(_)));
    let Output::Wait { until: Some(until), .. } = session.poll_output() else { panic!("no deadline") };
    session.handle_timeout(until);
    while let Output::Event(_) = session.poll_output() {}
    assert!(matches!(session.poll_output(), Output::Close), "nothing more is written to it");
}

#[test]
fn a_time_that_goes_back_counts_as_the_latest() {
    let mut session = Session::new(Duration::from_secs(100), Settings::new(host()), Peer::unknown());
    session.handle_timeout(Duration::from_secs(5));
    assert!(matches!(session.poll_output(), Output::Transmit(_)));
    session.handle_written(Duration::from_secs(1));
    assert!(
        matches!(session.poll_output(), Output::Wait { until: Some(until), .. } if until == Duration::from_secs(400))
    );
}

#[test]
fn threat_p02_odd_calls_are_defined() {
    let mut session = Session::new(Duration::ZERO, Settings::new(host()), Peer::unknown());
    session.handle_input(Duration::ZERO, BytesMut::new());
    while !matches!(session.poll_output(), Output::Wait { .. }) {}
    assert!(matches!(session.poll_output(), Output::Wait { .. }), "polled twice");
    session.handle_input(Duration::ZERO, BytesMut::from("QUIT\r\n"));
    while !matches!(session.poll_output(), Output::Close) {}
    session.handle_input(Duration::ZERO, BytesMut::from("NOOP\r\n"));
    session.handle_eof(Duration::ZERO);
    session.handle_tls(Duration::ZERO, Ok(TlsFacts::new(TlsVersion::Tls13)));
    session.handle_timeout(Duration::from_secs(10_000));
    session.shutdown(Duration::from_secs(10_000));
    assert!(matches!(session.poll_output(), Output::Close), "it stays over");
}

#[test]
fn threat_p03_threat_p04_sessions_travel_and_print_nothing_of_the_client() {
    fn travels<T: Send + Sync + 'static>() {}
    travels::<Session>();
    travels::<Settings>();
    travels::<Event>();
    travels::<Verdict>();
    travels::<Asks>();
    let mut driver = Driver::new(settings(false), false);
    driver.feed(b"EHLO secret-name.example\r\nAUTH PLAIN\r\nAHRpbQB0YW5zd");
    let printed = format!("{:?}", driver.session);
    assert!(printed.len() < 256 && !printed.contains("secret"), "{printed}");
    let secret = Verdict::login(Answer::Secret(Secret::new("tanstaaf")));
    assert!(!format!("{secret:?}").contains("tanstaaf"));
}

#[test]
fn threat_u06_no_event_prints_a_password() {
    let mut session = Session::new(
        Duration::ZERO,
        Settings::new(host()).with_mechanisms(&Mechanism::ALL).with_clear_logins(ClearLogins::Allowed),
        Peer::unknown(),
    );
    session.handle_input(Duration::ZERO, BytesMut::from("EHLO a\r\nAUTH PLAIN AHRpbQB0YW5zdGFhZg==\r\n"));
    let mut asked = false;
    loop {
        match session.poll_output() {
            Output::Event(event) => {
                asked |= matches!(event, Event::Login { .. });
                let printed = format!("{event:?}");
                assert!(!printed.contains("tanstaaf") && !printed.contains("AHRp"), "{printed}");
            }
            Output::Transmit(_) => {}
            Output::Wait { .. } | Output::Close => break,
        }
    }
    assert!(asked);
}

#[test]
fn threat_s11_the_peer_may_leave_at_every_octet() {
    let story = b"EHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<b@c.example>\r\nDATA\r\ntext\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<b@c.example>\r\nBDAT 4\r\nabcdBDAT 0 LAST\r\nAUTH PLAIN\r\nAGEAYg==\r\n";
    for cut in 0..story.len() {
        let record = play(&story[..cut], false, false, |_| usize::MAX / 2);
        let ends = record.told.iter().filter(|line| line.starts_with("end ")).count();
        let text = std::str::from_utf8(&story[..cut]).unwrap();
        let whole = usize::from(text.contains("\r\n.\r\n")) + usize::from(text.contains("BDAT 0 LAST\r\n"));
        assert_eq!(ends, whole, "cut at {cut}: {:?}", record.told);
        let mails = record.told.iter().filter(|line| line.starts_with("mail")).count();
        let aborts = record.told.iter().filter(|line| line.starts_with("aborted")).count();
        assert_eq!(mails, ends + aborts, "cut at {cut}: each transaction ends once");
    }
}

#[test]
fn smtp_b71_scram_with_channel_binding_is_offered_where_it_can_be_spoken() {
    let names = |facts: Option<TlsFacts>, draw: bool| {
        let settings = Settings::new(host()).with_mechanisms(&Mechanism::ALL).with_tls(TlsMode::StartTls);
        let mut session =
            Session::new(Duration::ZERO, settings.with_clear_logins(ClearLogins::ProofOnly), Peer::unknown());
        if draw {
            session = session.with_draw([9; 32]);
        }
        let mut said = Vec::new();
        let mut feed = |session: &mut Session, line: &str| {
            session.handle_input(Duration::ZERO, BytesMut::from(line));
            said.clear();
            loop {
                match session.poll_output() {
                    Output::Transmit(octets) => said.extend_from_slice(&octets),
                    Output::Event(Event::StartTls { .. }) | Output::Wait { .. } | Output::Close => break,
                    Output::Event(_) => {}
                }
            }
            String::from_utf8(said.clone()).unwrap()
        };
        let mut text = feed(&mut session, "EHLO a\r\n");
        if let Some(facts) = facts {
            feed(&mut session, "STARTTLS\r\n");
            session.handle_tls(Duration::ZERO, Ok(facts));
            text = feed(&mut session, "EHLO a\r\n");
        }
        text.lines()
            .find_map(|line| line.get(4..)?.strip_prefix("AUTH ").map(str::to_owned))
            .unwrap_or_default()
    };
    assert_eq!(names(None, false), "");
    assert_eq!(names(None, true), "SCRAM-SHA-256 CRAM-MD5");
    let plain = TlsFacts::new(TlsVersion::Tls13);
    assert_eq!(names(Some(plain.clone()), true), "SCRAM-SHA-256 OAUTHBEARER XOAUTH2 PLAIN LOGIN CRAM-MD5");
    let bound = plain.with_exporter([1; 32]).with_certificate(PeerCertificate::Verified("client".into()));
    assert_eq!(
        names(Some(bound), true),
        "SCRAM-SHA-256-PLUS SCRAM-SHA-256 EXTERNAL OAUTHBEARER XOAUTH2 PLAIN LOGIN CRAM-MD5"
    );
}

#[test]
fn injected_octets_are_refused_where_the_settings_say_so() {
    let settings = Settings::new(host()).with_tls(TlsMode::StartTls).with_injected(Injected::Refuse);
    let mut driver = Driver::new(settings, false);
    driver.feed(b"EHLO a.example\r\nSTARTTLS\r\nNOOP\r\n");
    assert!(driver.record.over);
    assert!(driver.record.said.ends_with(b"554 5.5.1 Protocol error: talked before its turn\r\n"));
}
