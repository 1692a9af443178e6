//! The server machine at its limits: budgets, counts, writes, times, odd calls.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]
#![expect(clippy::arithmetic_side_effects, reason = "its numbers are small")]
#![cfg(feature = "sasl")]

#[path = "harness/driver.rs"]
mod driver;

use core::time::Duration;

use bytes::BytesMut;
use driver::{Driver, host, play, settings};
use mailwright_reply::standard;
use mailwright_smtp::sasl::{Answer, Mechanism, Secret};
use mailwright_smtp::server::{
    Asked, Budget, ClearLogins, Event, Injected, Limits, MisuseError, Peer, Session, Settings, TlsMode,
    Verdict,
};
use mailwright_smtp::{Ask, Asks, Output, PeerCertificate, TlsFacts, TlsVersion};

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
    let codes: Vec<&str> = said.lines().filter_map(|line| line.get(..9)).collect();
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
                    session.answer(Duration::ZERO, ask, Verdict::accept()).unwrap();
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
            Output::Transmit(_) | Output::Event(_) | Output::Close => session.handle_written(Duration::ZERO),
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
        let text = core::str::from_utf8(&story[..cut]).unwrap();
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
fn advice_s097_injected_octets_are_refused_where_the_settings_say_so() {
    let settings = Settings::new(host()).with_tls(TlsMode::StartTls).with_injected(Injected::Refuse);
    let mut driver = Driver::new(settings, false);
    driver.feed(b"EHLO a.example\r\nSTARTTLS\r\nNOOP\r\n");
    assert!(driver.record.over);
    assert!(driver.record.said.ends_with(b"554 5.5.1 Protocol error: talked before its turn\r\n"));
}

/// Polls until the machine waits, and says yes to everything.
fn run(session: &mut Session) {
    loop {
        match session.poll_output() {
            Output::Event(Event::Mail { ask, .. } | Event::Recipient { ask, .. }) => {
                session.answer(Duration::ZERO, ask, Verdict::accept()).unwrap();
            }
            Output::Event(Event::EndOfBody { asks, .. }) => {
                session.answer(Duration::ZERO, asks.first(), Verdict::accept()).unwrap();
            }
            Output::Transmit(_) => session.handle_written(Duration::ZERO),
            Output::Event(_) => {}
            Output::Wait { .. } | Output::Close => return,
        }
    }
}

#[test]
fn a_lent_buffer_comes_back_with_its_room_and_no_rest_of_a_line_keeps_it() {
    let mut session = Session::new(Duration::ZERO, Settings::new(host()), Peer::unknown());
    run(&mut session);
    let mut buffer = BytesMut::with_capacity(16_384);
    let (place, room) = (buffer.as_ptr(), buffer.capacity());
    let reads = [
        "EHLO client.example\r\n",
        "MAIL FROM:<a@client.example>\r\n",
        "RCPT TO:<b@mx.example.org>\r\nRCPT TO:<c@mx.example.org>\r\n",
        "DATA\r\n",
        &*format!("{}\r\n.\r\n", "x".repeat(900)),
        "QUIT\r\n",
    ];
    for read in reads {
        buffer.extend_from_slice(read.as_bytes());
        session.lend_buffer(Duration::ZERO, &mut buffer);
        assert_eq!(buffer.capacity(), 0, "{read}");
        run(&mut session);
        session.return_buffer(&mut buffer);
        assert!(buffer.is_empty() && buffer.try_reclaim(room), "{read}: {}", buffer.capacity());
        assert_eq!(buffer.as_ptr(), place, "{read}");
    }
    assert!(session.is_over());

    let mut session = Session::new(Duration::ZERO, Settings::new(host()), Peer::unknown());
    run(&mut session);
    buffer.extend_from_slice(b"NOO");
    session.lend_buffer(Duration::ZERO, &mut buffer);
    run(&mut session);
    session.return_buffer(&mut buffer);
    assert_eq!(buffer.capacity(), 0, "the rest was copied, and the room let go");
    assert!(format!("{session:?}").contains("input: 3"), "{session:?}");
}

#[test]
fn a_large_piece_of_a_lent_buffer_leaves_its_room_to_the_caller() {
    let mut session = Session::new(Duration::ZERO, Settings::new(host()), Peer::unknown());
    run(&mut session);
    let mut buffer = BytesMut::with_capacity(8_192);
    let start = b"EHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@mx.example.org>\r\nDATA\r\n";
    session.handle_input(Duration::ZERO, BytesMut::from(&start[..]));
    run(&mut session);
    let line = "y".repeat(60) + "\r\n";
    for _ in 0..5 {
        buffer.extend_from_slice(line.repeat(100).as_bytes());
        session.lend_buffer(Duration::ZERO, &mut buffer);
        run(&mut session);
        session.return_buffer(&mut buffer);
        assert!(buffer.is_empty());
        // The piece is gone, so that all of the room is free again without another allocation.
        assert!(buffer.try_reclaim(8_192), "{}", buffer.capacity());
    }
}
