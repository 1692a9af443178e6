//! Plays every sequence of abstract server inputs and caller verbs against the real client machine.
//!
//! Breadth first, until no state is new; states that are equal are visited once. In every state:
//!
//! | | |
//! |---|---|
//! | I9 | each recipient gets one ending, whatever comes, and at the latest when the connection ends |
//! | I10 | "delivered" is said at a 2yz reply to a message that was written to its end, and at no other time |
//! | I11 | nothing is written while the reply to a command that ends a group is due |
//!
//! With at most two messages for two recipients the states are few enough to visit all of them.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use mailwright::address::{Envelope, Recipient};
use mailwright::smtp::client::{Chunking, Event, Limits, Pipelining, Protocol, Session, Settings, TlsPolicy};
use mailwright::smtp::sasl::{ClearText, Credentials};
use mailwright::smtp::{BodyFacts, Output, TlsFacts, TlsFailed, TlsVersion};

#[path = "client_model/monitor.rs"]
mod monitor;
use monitor::Monitor;

/// What the server, the connection or the caller does.
#[derive(Clone, Copy, Debug)]
enum Input {
    Reply(u16, &'static str),
    /// The reply to a hello, with everything that this server offers.
    Offers(&'static str),
    Broken,
    Eof,
    Timeout,
    Tls,
    TlsFailed,
    Send,
    Body,
    Finish,
    Abort,
    Quit,
}

const INPUTS: [Input; 21] = [
    Input::Reply(220, "220 mx\r\n"),
    Input::Offers("250-mx\r\n250-PIPELINING\r\n250-STARTTLS\r\n250-CHUNKING\r\n250 AUTH PLAIN\r\n"),
    Input::Offers("250-mx\r\n250-CHUNKING\r\n250 AUTH PLAIN\r\n"),
    Input::Reply(250, "250 ok\r\n"),
    Input::Reply(354, "354 go\r\n"),
    Input::Reply(334, "334 \r\n"),
    Input::Reply(235, "235 in\r\n"),
    Input::Reply(421, "421 closing\r\n"),
    Input::Reply(450, "450 later\r\n"),
    Input::Reply(452, "452 4.5.3 too many\r\n"),
    Input::Reply(502, "502 what\r\n"),
    Input::Broken,
    Input::Eof,
    Input::Timeout,
    Input::Tls,
    Input::TlsFailed,
    Input::Send,
    Input::Body,
    Input::Finish,
    Input::Abort,
    Input::Quit,
];

/// Makes one kind of client.
type With = fn(Settings) -> Settings;

const MESSAGE: &[u8] = b"x\r\n.\r\n";

#[derive(Clone)]
#[allow(clippy::struct_excessive_bools, reason = "independent marks")]
struct State {
    /// How it came here, for whoever reads a failure.
    path: Vec<Input>,
    session: Session,
    monitor: Monitor,
    now: Duration,
    until: Option<Duration>,
    /// Endings so far of the message in hand.
    endings: [u8; 2],
    open: bool,
    messages: u8,
    given: bool,
    handshake: bool,
    closed: bool,
}

#[test]
fn i9_i10_i11_hold_in_every_state_of_every_kind_of_client() {
    let kinds: [(&str, With); 6] = [
        ("data", |settings| settings.with_chunking(Chunking::Never).with_tls(TlsPolicy::Never)),
        ("one at a time", |settings| settings.with_pipelining(Pipelining::Never).with_tls(TlsPolicy::Never)),
        ("chunks", |settings| settings.with_tls(TlsPolicy::Never).with_limits(Limits::new().with_body(3))),
        ("lmtp", |settings| settings.with_tls(TlsPolicy::Never).with_protocol(Protocol::Lmtp)),
        ("tls", |settings| settings.with_tls(TlsPolicy::Required)),
        ("login", |settings| {
            let credentials = Credentials::password("tim", "tanstaaf");
            settings
                .with_tls(TlsPolicy::Opportunistic)
                .with_credentials(credentials)
                .with_clear_text(ClearText::Allowed)
        }),
    ];
    for (name, with) in kinds {
        let states = walk(&with(Settings::new("client.example".parse().unwrap())));
        println!("{name}: {states} states");
        assert!(states > 5000, "{name}: {states}");
    }
}

fn walk(settings: &Settings) -> usize {
    let mut seen = BTreeSet::new();
    let mut level = vec![State::new(settings)];
    let mut depth = 0;
    while !level.is_empty() {
        depth += 1;
        assert!(depth < 60, "no end of new states");
        let mut next = Vec::new();
        for state in &level {
            state.ends();
            for input in INPUTS {
                let mut state = state.clone();
                if state.take(input) && seen.insert(state.key()) {
                    next.push(state);
                }
            }
        }
        level = next;
    }
    seen.len()
}

fn envelope() -> Envelope {
    let to = |path: &str| Recipient::new(path.parse().unwrap());
    Envelope::new("<>".parse().unwrap())
        .with_recipient(to("<a@mx.example>"))
        .with_recipient(to("<b@mx.example>"))
}

impl State {
    fn new(settings: &Settings) -> Self {
        let session = Session::new(Duration::ZERO, settings.clone()).with_draw([1; 32]);
        let mut state = Self {
            path: Vec::new(),
            session,
            monitor: Monitor::new(settings.protocol() == Protocol::Lmtp),
            now: Duration::ZERO,
            until: None,
            endings: [0; 2],
            open: false,
            messages: 0,
            given: false,
            handshake: false,
            closed: false,
        };
        state.poll();
        state
    }

    /// Two states with equal keys have equal futures: times count from now.
    fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let Self { session, monitor, endings, open, messages, given, closed, .. } = self;
        format!("{session:?} {monitor:?} {endings:?} {open} {messages} {given} {closed}").hash(&mut hasher);
        hasher.finish()
    }

    /// Whether the input makes sense here.
    fn take(&mut self, input: Input) -> bool {
        if self.closed {
            return false;
        }
        self.path.push(input);
        let now = self.now;
        match input {
            Input::Reply(code, text) => {
                self.monitor.heard(code, false);
                self.session.handle_input(now, BytesMut::from(text));
            }
            Input::Offers(text) => {
                self.monitor.heard(250, text.contains("PIPELINING"));
                self.session.handle_input(now, BytesMut::from(text));
            }
            Input::Broken => self.session.handle_broken(now),
            Input::Eof => self.session.handle_eof(now),
            Input::Timeout => {
                let Some(until) = self.until else { return false };
                self.session.handle_timeout(until);
            }
            Input::Tls | Input::TlsFailed if !self.handshake => return false,
            Input::Tls => {
                self.handshake = false;
                self.monitor.encrypted();
                self.session.handle_tls(now, Ok(TlsFacts::new(TlsVersion::Tls13)));
            }
            Input::TlsFailed => self.session.handle_tls(now, Err(TlsFailed::Handshake)),
            Input::Send => {
                if self.messages == 2 || self.session.send(now, envelope(), BodyFacts::of(MESSAGE)).is_err() {
                    return false;
                }
                self.messages += 1;
                self.open = true;
                self.endings = [0; 2];
                self.given = false;
            }
            Input::Body => {
                let piece = Bytes::from_static(if self.given { &MESSAGE[3..] } else { &MESSAGE[..3] });
                self.given = !self.given;
                if self.session.handle_body(now, piece).is_err() {
                    return false;
                }
            }
            Input::Finish => {
                if self.session.finish_body(now).is_err() {
                    return false;
                }
            }
            Input::Abort => {
                if self.session.abort_body(now).is_err() {
                    return false;
                }
            }
            Input::Quit => self.session.shutdown(now),
        }
        self.poll();
        true
    }

    fn poll(&mut self) {
        loop {
            match self.session.poll_output() {
                Output::Transmit(octets) => {
                    assert!(!self.closed);
                    self.monitor.written(&octets);
                    self.session.handle_written(self.now);
                }
                Output::Event(Event::Recipient { index, attempt }) => {
                    assert!(self.open, "an ending without a message");
                    self.endings[index] += 1;
                    assert_eq!(self.endings[index], 1, "I9: {attempt:?}");
                    if attempt.is_delivered() {
                        assert!(
                            self.monitor.delivered,
                            "I10: {attempt:?} {:?} {:?}",
                            self.path, self.monitor
                        );
                    }
                }
                Output::Event(Event::Finished) => {
                    assert_eq!(self.endings, [1, 1], "I9: finished");
                    self.open = false;
                }
                Output::Event(Event::Rewind) => self.given = false,
                Output::Event(Event::StartTls) => self.handshake = true,
                Output::Event(_) => {}
                Output::Wait { until, .. } => {
                    self.until = until;
                    return;
                }
                Output::Close => {
                    self.closed = true;
                    assert!(!self.open, "I9: closed with a message open");
                    return;
                }
            }
        }
    }

    /// I9: from every state the end of the connection is the end of the message.
    fn ends(&self) {
        let mut state = self.clone();
        state.session.handle_eof(state.now);
        state.poll();
        assert!(state.closed && !state.open);
    }
}
