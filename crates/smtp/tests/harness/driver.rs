//! Answers the server machine by rule, and holds what it tells to its invariants.

use core::time::Duration;

use bytes::BytesMut;
use mailwright_address::{Domain, Grammar};
use mailwright_reply::standard;
use mailwright_smtp::sasl::{Answer, Mechanism};
use mailwright_smtp::server::{
    Asked, ClearLogins, Event, Limits, Peer, Protocol, Session, Settings, Talker, TlsMode, Verdict,
};
use mailwright_smtp::{Ask, Extension, Output, Stale, TlsFailed};

pub(crate) fn host() -> Domain {
    Domain::parse(b"mx.example.org", Grammar::strict()).unwrap()
}

/// Everything is offered and asked.
pub(crate) fn settings(lmtp: bool) -> Settings {
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
pub(crate) struct Record {
    pub(crate) said: Vec<u8>,
    pub(crate) told: Vec<String>,
    pub(crate) body: Vec<u8>,
    pub(crate) over: bool,
}

/// Plays octets with answers that follow from the questions alone, so that two runs can be compared.
pub(crate) struct Driver {
    pub(crate) session: Session,
    pub(crate) now: Duration,
    pub(crate) record: Record,
    open: Vec<Ask>,
    /// Answers are put off until the machine waits, and then given last to first.
    late: bool,
    transaction: bool,
    pub(crate) recipients: u32,
    unwritten: usize,
    most_unwritten: usize,
}

impl Driver {
    pub(crate) fn new(settings: Settings, late: bool) -> Self {
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

    pub(crate) fn feed(&mut self, octets: &[u8]) {
        self.session.handle_input(self.now, BytesMut::from(octets));
        self.pump();
    }

    pub(crate) fn pump(&mut self) {
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

    pub(crate) fn tell(&mut self, event: &Event) {
        match event {
            Event::Connected { ask } | Event::Data { ask } => {
                self.question(*ask, "question", Verdict::accept());
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
                    asks.len(),
                    if self.session.facts().with_keyword().contains("LMTP") {
                        self.recipients as usize
                    } else {
                        1
                    }
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
            Event::Withdrawn(_) | Event::Notice(_) => {}
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn question(&mut self, ask: Ask, text: &str, verdict: Verdict) {
        self.record.told.push(text.to_owned());
        // Only what may stand open beside others is put off, and only what is accepted.
        if self.late && text.starts_with("recipient") && !text.contains("no") {
            self.open.push(ask);
        } else {
            self.answer(ask, verdict);
        }
    }

    pub(crate) fn answer(&mut self, ask: Ask, verdict: Verdict) {
        assert_eq!(self.session.answer(self.now, ask, verdict.clone()), Ok(()));
        assert_eq!(self.session.answer(self.now, ask, verdict), Err(Stale), "S20: answered once");
    }
}

pub(crate) fn play(octets: &[u8], lmtp: bool, late: bool, cuts: impl Fn(usize) -> usize) -> Record {
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
