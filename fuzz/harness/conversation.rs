//! Plays octets against the server machine and holds it to its invariants, for the targets of the server.
//!
//! in:  octets, where they are cut, the host's decisions in the order of the questions
//! out: what was said, told and delivered, joined so that no cut can be seen

use std::time::Duration;

use bytes::BytesMut;
use mailwright::address::{Domain, Grammar};
use mailwright::reply::{ReplyParser, standard};
use mailwright::smtp::sasl::{Answer, Mechanism, ScramKeys, Secret};
use mailwright::smtp::server::{
    Asked, ClearLogins, Event, Limits, Peer, Protocol, Session, Settings, Talker, TlsMode, Verdict,
};
use mailwright::smtp::{Extension, Output, TlsFailed};

/// One run.
#[derive(Debug, Default, PartialEq)]
pub struct Record {
    pub said: Vec<u8>,
    pub told: Vec<String>,
    pub body: Vec<u8>,
}

struct Host<'d> {
    session: Session,
    decisions: std::slice::Iter<'d, u8>,
    record: Record,
    sender: bool,
    recipients: usize,
}

const NOW: Duration = Duration::ZERO;

pub fn settings(lmtp: bool) -> Settings {
    let host = Domain::parse(b"mx.example.org", Grammar::strict()).expect("a domain");
    let settings = Settings::new(host)
        .with_tls(TlsMode::StartTls)
        .with_mechanisms(&Mechanism::ALL)
        .with_clear_logins(ClearLogins::Allowed)
        .with_talker(Talker::Ignore)
        .with_size(Some(1 << 20))
        .with_limits(Limits::new().with_overrun(4096))
        .with_protocol(if lmtp { Protocol::Lmtp } else { Protocol::Smtp });
    let offered =
        [Extension::BinaryMime, Extension::SmtpUtf8, Extension::Dsn, Extension::Etrn, Extension::Expn];
    let asked = [Asked::Connected, Asked::Hello, Asked::Data, Asked::Verify, Asked::Expand, Asked::Etrn];
    asked.into_iter().fold(offered.into_iter().fold(settings, Settings::with_offered), Settings::with_asked)
}

/// Plays the pieces, every other one in a lent buffer, then the end of the connection.
pub fn play<'p>(lmtp: bool, decisions: &[u8], pieces: impl IntoIterator<Item = &'p [u8]>) -> Record {
    let session = Session::new(NOW, settings(lmtp), Peer::unknown()).with_draw([5; 32]);
    let mut host = Host {
        session,
        decisions: decisions.iter(),
        record: Record::default(),
        sender: false,
        recipients: 0,
    };
    host.pump();
    let mut buffer = BytesMut::new();
    for (number, piece) in pieces.into_iter().enumerate() {
        if number % 2 == 0 {
            host.session.handle_input(NOW, BytesMut::from(piece));
            host.pump();
        } else {
            buffer.extend_from_slice(piece);
            host.session.lend_buffer(NOW, &mut buffer);
            host.pump();
            host.session.return_buffer(&mut buffer);
            assert!(buffer.is_empty(), "a buffer comes back without octets");
        }
    }
    host.session.handle_eof(NOW);
    host.pump();
    assert!(host.session.is_over() && !host.sender, "the end of the connection ends everything");
    replies_are_replies(&host.record.said);
    host.record
}

impl Host<'_> {
    fn pump(&mut self) {
        loop {
            match self.session.poll_output() {
                Output::Transmit(octets) => {
                    assert!(!octets.is_empty());
                    self.record.said.extend_from_slice(&octets);
                    self.session.handle_written(NOW);
                }
                Output::Event(event) => self.tell(&event),
                Output::Wait { .. } | Output::Close => return,
            }
        }
    }

    fn tell(&mut self, event: &Event) {
        let open = match event {
            Event::Connected { ask } | Event::Hello { ask, .. } | Event::Data { ask } => vec![*ask],
            Event::Verify { ask, .. } | Event::Expand { ask, .. } | Event::Etrn { ask, .. } => vec![*ask],
            Event::Login { ask, .. } => vec![*ask],
            Event::Mail { ask, .. } => {
                assert!(!self.sender, "one sender");
                vec![*ask]
            }
            Event::Recipient { ask, .. } => {
                assert!(self.sender, "a recipient has a sender");
                vec![*ask]
            }
            Event::EndOfBody { asks, .. } => {
                assert!(self.sender && self.recipients > 0, "a message has sender and recipients");
                (self.sender, self.recipients) = (false, 0);
                asks.iter().collect()
            }
            Event::Body(octets) => {
                assert!(self.sender && self.recipients > 0, "text belongs to a message");
                self.record.body.extend_from_slice(octets);
                return;
            }
            Event::StartTls { ahead } => {
                assert!(ahead.is_empty());
                self.session.handle_tls(NOW, Err(TlsFailed::Closed));
                Vec::new()
            }
            Event::Aborted(_) => {
                assert!(self.sender);
                (self.sender, self.recipients) = (false, 0);
                Vec::new()
            }
            _ => return,
        };
        let text = format!("{event:?}");
        assert!(text.len() < 4096 && !text.contains(char::is_control), "{text}");
        self.record.told.push(text.split(['(', ' ']).next().unwrap_or_default().to_owned());
        for ask in open {
            let yes = self.decide(event, ask);
            self.sender |= yes && matches!(event, Event::Mail { .. });
            self.recipients += usize::from(yes && matches!(event, Event::Recipient { .. }));
        }
    }

    fn decide(&mut self, event: &Event, ask: mailwright::smtp::Ask) -> bool {
        let choice = self.decisions.next().copied().unwrap_or(0);
        let verdict = match (event, choice % 8) {
            (Event::Login { .. }, 1) => Verdict::login(Answer::Secret(Secret::new("tanstaaf"))),
            (Event::Login { .. }, 2) => {
                Verdict::login(Answer::Scram(ScramKeys::derive(b"pencil", b"salt", 1)))
            }
            (Event::Login { .. }, 3) => Verdict::login(Answer::Refuse),
            (_, 4) => Verdict::refuse(standard::refused()).expect("5yz"),
            (_, 5) => Verdict::defer(),
            (_, 6) if choice > 200 => Verdict::close(standard::shutting_down()).expect("4yz"),
            _ => Verdict::accept(),
        };
        let yes = !matches!(choice % 8, 4 | 5) && !(choice % 8 == 6 && choice > 200);
        self.session.answer(NOW, ask, verdict.clone()).expect("open");
        self.session.answer(NOW, ask, verdict).expect_err("answered once");
        yes
    }
}

fn replies_are_replies(said: &[u8]) {
    let (mut parser, mut rest) = (ReplyParser::new(), said);
    while !rest.is_empty() {
        let (read, reply) = parser.parse_slice(rest).expect("a reply");
        assert!(reply.is_some(), "a whole reply");
        rest = &rest[read..];
    }
}

/// Cuts `octets` into pieces of these lengths, over and over; 0 is an empty piece.
pub fn cut<'o>(octets: &'o [u8], lengths: &[u8]) -> Vec<&'o [u8]> {
    let (mut pieces, mut rest) = (Vec::new(), octets);
    for length in lengths.iter().cycle().take(octets.len()) {
        let (piece, more) = rest.split_at(usize::from(*length).min(rest.len()));
        pieces.push(piece);
        rest = more;
    }
    pieces.push(rest);
    pieces
}
