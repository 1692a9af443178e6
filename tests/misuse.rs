//! Calls every public function of both machines in every state that random steps reach: a value comes back, never a panic.
//!
//! in:  a list of steps of the peer, of the caller and of time      out: nothing that panics, loops or grows

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use mailwright::address::{Envelope, ForwardPath, Recipient, ReversePath};
use mailwright::reply::standard;
use mailwright::smtp::sasl::{Credentials, Mechanism};
use mailwright::smtp::server::{self, Asked, Verdict};
use mailwright::smtp::{Ask, BodyFacts, Output, TlsFacts, TlsFailed, TlsVersion, client};
use proptest::prelude::*;

/// What can happen to a machine.
#[derive(Clone, Debug)]
enum Step {
    /// One of the peer's lines, by number.
    Line(usize),
    /// Any octets at all.
    Octets(Vec<u8>),
    Later(u32),
    Earlier,
    Eof,
    Written,
    Tls(bool),
    /// Answers one of the asks seen so far, whatever became of it.
    Answer(usize, u8),
    Body(usize),
    FinishBody,
    AbortBody,
    Send,
    Shutdown,
    Poll,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (0..64_usize).prop_map(Step::Line),
        2 => proptest::collection::vec(any::<u8>(), 0..40).prop_map(Step::Octets),
        2 => (0..4_000_u32).prop_map(Step::Later),
        1 => Just(Step::Earlier),
        1 => Just(Step::Eof),
        4 => Just(Step::Written),
        2 => any::<bool>().prop_map(Step::Tls),
        8 => (0..16_usize, 0..6_u8).prop_map(|(ask, verdict)| Step::Answer(ask, verdict)),
        3 => (0..3_000_usize).prop_map(Step::Body),
        2 => Just(Step::FinishBody),
        1 => Just(Step::AbortBody),
        2 => Just(Step::Send),
        1 => Just(Step::Shutdown),
        8 => Just(Step::Poll),
    ]
}

const COMMANDS: &[&str] = &[
    "EHLO client.example\r\n",
    "HELO client.example\r\n",
    "LHLO client.example\r\n",
    "MAIL FROM:<a@b.example>\r\n",
    "MAIL FROM:<> SIZE=99 BODY=BINARYMIME\r\n",
    "RCPT TO:<c@d.example>\r\n",
    "RCPT TO:<e@f.example> NOTIFY=NEVER\r\n",
    "DATA\r\n",
    "BDAT 5\r\nabcde",
    "BDAT 3 LAST\r\nab\n",
    "BDAT 0 LAST\r\n",
    ".\r\n",
    "text\r\n..\r\n.\r\n",
    "RSET\r\n",
    "NOOP\r\n",
    "VRFY a\r\n",
    "EXPN a\r\n",
    "HELP\r\n",
    "ETRN a.example\r\n",
    "STARTTLS\r\n",
    "AUTH PLAIN\r\n",
    "AUTH LOGIN\r\n",
    "AUTH CRAM-MD5\r\n",
    "AUTH SCRAM-SHA-256\r\n",
    "AHUAcA==\r\n",
    "*\r\n",
    "QUIT\r\n",
    "XCLIENT NAME=a.example\r\n",
    "GET / HTTP/1.1\r\n",
    "\n",
    "\r",
    "what\r\n",
];

const REPLIES: &[&str] = &[
    "220 mx.example ESMTP\r\n",
    "250 mx.example\r\n",
    "250-mx.example\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-AUTH PLAIN CRAM-MD5\r\n250 STARTTLS\r\n",
    "250 2.1.0 ok\r\n",
    "250 2.1.5 ok\r\n",
    "354 go\r\n",
    "235 2.7.0 in\r\n",
    "334 \r\n",
    "334 PDFAYT4=\r\n",
    "220 2.0.0 go\r\n",
    "221 bye\r\n",
    "421 4.3.2 off\r\n",
    "450 4.2.0 later\r\n",
    "452 4.5.3 many\r\n",
    "501 no\r\n",
    "502 no\r\n",
    "550 5.1.1 no\r\n",
    "554 no\r\n",
    "250-a\r\n550 b\r\n",
    "250\r\n",
    "25 x\r\n",
    "\r\n",
    "\n",
    "999 x\r\n",
    "250 a\r\n250 b\r\n",
    "500 no\r\n",
    "535 no\r\n",
    "250-",
    "250 2.0.0 queued\r\n",
];

struct Clock(Duration);

impl Clock {
    fn after(&mut self, step: &Step) -> Duration {
        if let Step::Later(seconds) = step {
            self.0 += Duration::from_secs(u64::from(*seconds));
        }
        if matches!(step, Step::Earlier) { Duration::ZERO } else { self.0 }
    }
}

fn tls(good: bool) -> Result<TlsFacts, TlsFailed> {
    if good { Ok(TlsFacts::new(TlsVersion::Tls13)) } else { Err(TlsFailed::Handshake) }
}

fn octets_of(step: &Step, lines: &[&str]) -> Option<BytesMut> {
    match step {
        Step::Line(number) => Some(BytesMut::from(lines[number % lines.len()].as_bytes())),
        Step::Octets(octets) => Some(BytesMut::from(&octets[..])),
        _ => None,
    }
}

fn verdict(kind: u8) -> Verdict {
    match kind {
        0 | 1 => Verdict::accept(),
        2 => Verdict::refuse(standard::unknown_user()).expect("5yz"),
        3 => Verdict::defer(),
        4 => Verdict::accept().after(Duration::from_secs(1)),
        _ => Verdict::close(standard::unknown_user()).expect("5yz"),
    }
}

fn asks_of(event: &server::Event, into: &mut Vec<Ask>) {
    use server::Event as E;
    match event {
        E::Connected { ask }
        | E::Hello { ask, .. }
        | E::Login { ask, .. }
        | E::Mail { ask, .. }
        | E::Recipient { ask, .. } => into.push(*ask),
        E::Data { ask } | E::Verify { ask, .. } | E::Expand { ask, .. } | E::Etrn { ask, .. } => {
            into.push(*ask);
        }
        E::EndOfBody { asks, .. } => into.extend(asks.iter()),
        _ => {}
    }
}

/// Polls to the end of what there is; a machine that never waits is a defect.
fn settle<E>(mut poll: impl FnMut() -> Output<E>, mut seen: impl FnMut(E)) -> bool {
    for _ in 0..10_000 {
        match poll() {
            Output::Event(event) => seen(event),
            Output::Transmit(octets) => assert!(!octets.is_empty(), "an empty transmit"),
            Output::Wait { .. } => return false,
            Output::Close => return true,
        }
    }
    panic!("the machine never waits");
}

fn every_server() -> Vec<server::Settings> {
    let plain = || {
        let settings = server::Settings::new("mx.example".parse().expect("a domain"));
        let asked = [Asked::Connected, Asked::Hello, Asked::Data, Asked::Verify, Asked::Expand, Asked::Etrn];
        asked.into_iter().fold(settings, server::Settings::with_asked)
    };
    let logins = [Mechanism::Plain, Mechanism::Login, Mechanism::CramMd5, Mechanism::ScramSha256];
    vec![
        plain(),
        plain().with_protocol(server::Protocol::Lmtp),
        plain()
            .with_tls(server::TlsMode::StartTls)
            .with_mechanisms(&logins)
            .with_clear_logins(server::ClearLogins::Allowed),
        plain().with_tls(server::TlsMode::Implicit),
    ]
}

fn envelope() -> Envelope {
    let to = |text: &str| Recipient::new(text.parse::<ForwardPath>().expect("a path"));
    Envelope::new("<a@b.example>".parse::<ReversePath>().expect("a path")).with_recipients(vec![
        to("<c@d.example>"),
        to("<e@f.example>"),
        to("<g@h.example>"),
    ])
}

fn every_client() -> Vec<client::Settings> {
    let plain = || client::Settings::new("client.example".parse().expect("a host"));
    vec![
        plain(),
        plain().with_protocol(client::Protocol::Lmtp),
        plain()
            .with_tls(client::TlsPolicy::Required)
            .with_credentials(Credentials::password("user", "secret")),
        plain().with_tls(client::TlsPolicy::Implicit),
        plain().with_pipelining(client::Pipelining::Never),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn threat_p01_the_server_takes_every_call_in_every_state(kind in 0..4_usize, steps in proptest::collection::vec(step(), 1..60)) {
        let peer = server::Peer::unknown();
        let mut session = server::Session::new(Duration::ZERO, every_server().remove(kind), peer).with_draw([7; 32]);
        let (mut clock, mut asks, mut closed) = (Clock(Duration::ZERO), Vec::new(), false);
        for step in &steps {
            let now = clock.after(step);
            if let Some(octets) = octets_of(step, COMMANDS) {
                session.handle_input(now, octets);
            }
            match step {
                Step::Later(_) | Step::Earlier => session.handle_timeout(now),
                Step::Eof => session.handle_eof(now),
                Step::Written => session.handle_written(now),
                Step::Tls(good) => session.handle_tls(now, tls(*good)),
                Step::Answer(at, kind) if !asks.is_empty() => {
                    let ask = asks[at % asks.len()];
                    let _ = session.answer(now, ask, verdict(*kind));
                    prop_assert!(session.answer(now, ask, Verdict::accept()).is_err(), "an ask is answered once");
                }
                Step::Shutdown => session.shutdown(now),
                Step::Poll => {
                    let over = settle(|| session.poll_output(), |event| asks_of(&event, &mut asks));
                    prop_assert!(over || !closed, "closed stays closed");
                    closed = over;
                }
                _ => {}
            }
            prop_assert!(format!("{session:?}").len() < 16 * 1024, "Debug is bounded");
        }
        // A clone ends as the original does, and dropping either mid-way is fine.
        let mut twin = session.clone();
        let late = clock.0 + Duration::from_secs(100_000);
        for one in [&mut session, &mut twin] {
            for day in 0..100 {
                one.handle_timeout(late + Duration::from_secs(day * 86_400));
                if settle(|| one.poll_output(), drop) {
                    break;
                }
            }
            prop_assert!(settle(|| one.poll_output(), drop), "time alone ends a session");
        }
    }

    #[test]
    fn threat_p01_the_client_takes_every_call_in_every_state(kind in 0..5_usize, steps in proptest::collection::vec(step(), 1..60)) {
        let mut session = client::Session::new(Duration::ZERO, every_client().remove(kind)).with_draw([7; 32]);
        let (mut clock, mut closed, mut sent, mut ended) = (Clock(Duration::ZERO), false, 0_usize, 0_usize);
        for step in &steps {
            let now = clock.after(step);
            if let Some(octets) = octets_of(step, REPLIES) {
                session.handle_input(now, octets);
            }
            match step {
                Step::Later(_) | Step::Earlier => session.handle_timeout(now),
                Step::Eof => session.handle_eof(now),
                Step::Written => session.handle_written(now),
                Step::Tls(good) => session.handle_tls(now, tls(*good)),
                Step::Body(octets) => { let _ = session.handle_body(now, Bytes::from(vec![b'x'; *octets])); }
                Step::FinishBody => { let _ = session.finish_body(now); }
                Step::AbortBody => { let _ = session.abort_body(now); }
                Step::Send => sent += 3 * usize::from(session.send(now, envelope(), BodyFacts::of(b"x\r\n")).is_ok()),
                Step::Shutdown => session.shutdown(now),
                Step::Poll => {
                    let count = |event| ended += usize::from(matches!(event, client::Event::Recipient { .. }));
                    let over = settle(|| session.poll_output(), count);
                    prop_assert!(over || !closed, "closed stays closed");
                    closed = over;
                }
                _ => {}
            }
            prop_assert!(!format!("{session:?}").contains("secret"), "a credential is printed");
        }
        let late = clock.0 + Duration::from_secs(100_000);
        for day in 0..100 {
            let now = late + Duration::from_secs(day * 86_400);
            session.handle_timeout(now);
            if settle(|| session.poll_output(), |event| ended += usize::from(matches!(event, client::Event::Recipient { .. }))) {
                break;
            }
            if session.is_ready() {
                session.shutdown(now); // nothing is due: how long it is kept is the caller's choice
            }
        }
        prop_assert!(settle(|| session.poll_output(), drop), "time alone ends a session");
        prop_assert_eq!(sent, ended, "each recipient has one ending");
    }
}
