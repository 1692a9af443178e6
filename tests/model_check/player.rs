//! Plays abstract inputs against the real server machine.
//!
//! in:  one input, with the host's answer in it      out: the codes of the replies, what becomes of messages
//! law: an input is the same octets every time, but inside a text or a login it is one line

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use mailwright::address::{Domain, Grammar};
use mailwright::reply::standard;
use mailwright::smtp::sasl::{Answer, Mechanism};
use mailwright::smtp::server::{
    Budget, ClearLogins, Event, Peer, Protocol, Session, Settings, TlsMode, Verdict,
};
use mailwright::smtp::{Output, TlsFacts, TlsVersion};

use super::model::{ERRORS, LOGINS, Mode};

/// What the client or the host does. The host's answer belongs to the input that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    Hello,
    BadHello,
    MailYes,
    MailNo,
    RcptYes,
    RcptNo,
    Data,
    /// Text and its dot, the message accepted or refused.
    TextYes,
    TextNo,
    Chunk,
    LastYes,
    LastNo,
    BigChunk,
    Reset,
    AuthYes,
    AuthNo,
    AuthStart,
    Response,
    StartTls,
    Junk,
    Quit,
    Eof,
}

pub const INPUTS: [Input; 22] = [
    Input::Hello,
    Input::BadHello,
    Input::MailYes,
    Input::MailNo,
    Input::RcptYes,
    Input::RcptNo,
    Input::Data,
    Input::TextYes,
    Input::TextNo,
    Input::Chunk,
    Input::LastYes,
    Input::LastNo,
    Input::BigChunk,
    Input::Reset,
    Input::AuthYes,
    Input::AuthNo,
    Input::AuthStart,
    Input::Response,
    Input::StartTls,
    Input::Junk,
    Input::Quit,
    Input::Eof,
];

/// What one input brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The codes of the replies.
    pub codes: Vec<u16>,
    /// How many messages were offered for acceptance.
    pub messages: u32,
    /// How many transactions were given up.
    pub aborts: u32,
    pub closed: bool,
}

/// What the model counts; of the rest there is enough for any sequence.
fn budget() -> Budget {
    Budget::new().with_errors(ERRORS).with_logins(LOGINS).with_idle(u32::MAX).with_refusals(u32::MAX)
}

/// Small limits, everything offered.
pub fn settings(protocol: Protocol) -> Arc<Settings> {
    let host = Domain::parse(b"mx.example.org", Grammar::strict()).expect("a domain");
    let settings = Settings::new(host)
        .with_protocol(protocol)
        .with_tls(TlsMode::StartTls)
        .with_mechanisms(&[Mechanism::Plain])
        .with_clear_logins(ClearLogins::Allowed)
        .with_size(Some(100))
        .with_budget(budget());
    Arc::new(settings)
}

/// Inside a text an input is one line of it, inside a login one response.
fn octets(input: Input, lmtp: bool, mode: Mode) -> &'static [u8] {
    let octets = command(input, lmtp, mode);
    let line = octets.iter().position(|&octet| octet == b'\n').map_or(0, |at| at + 1);
    match mode {
        Mode::Data if !matches!(input, Input::TextYes | Input::TextNo) => b"x\r\n",
        Mode::Auth => &octets[..line],
        Mode::Data | Mode::Line => octets,
    }
}

fn command(input: Input, lmtp: bool, mode: Mode) -> &'static [u8] {
    match input {
        Input::Hello if lmtp => b"LHLO client.example\r\n",
        Input::Hello => b"EHLO client.example\r\n",
        Input::BadHello if lmtp => b"LHLO bad..name\r\n",
        Input::BadHello => b"EHLO bad..name\r\n",
        Input::MailYes | Input::MailNo => b"MAIL FROM:<a@client.example>\r\n",
        Input::RcptYes | Input::RcptNo => b"RCPT TO:<b@mx.example.org>\r\n",
        Input::Data => b"DATA\r\n",
        Input::TextYes | Input::TextNo if mode == Mode::Data => b"text\r\n.\r\n",
        // Where no text is awaited, a line that is no command.
        Input::TextYes | Input::TextNo => b".\r\n",
        Input::Chunk => b"BDAT 4\r\nabcd",
        Input::LastYes | Input::LastNo => b"BDAT 4 LAST\r\nabcd",
        Input::BigChunk => {
            b"BDAT 101\r\n01234567890123456789012345678901234567890123456789\
01234567890123456789012345678901234567890123456789x"
        }
        Input::Reset => b"RSET\r\n",
        Input::AuthYes | Input::AuthNo => b"AUTH PLAIN AGEAYg==\r\n",
        Input::AuthStart => b"AUTH PLAIN\r\n",
        Input::Response => b"*\r\n",
        Input::StartTls => b"STARTTLS\r\nNOOP\r\n",
        Input::Junk => b"XYZZY\r\n",
        Input::Quit => b"QUIT\r\nNOOP\r\n",
        Input::Eof => b"",
    }
}

/// Gives one input to the machine, and answers what it asks.
pub fn step(session: &mut Session, input: Input, lmtp: bool, mode: Mode) -> Outcome {
    let now = Duration::ZERO;
    if input == Input::Eof {
        session.handle_eof(now);
    } else {
        session.handle_input(now, BytesMut::from(octets(input, lmtp, mode)));
    }
    let yes = !matches!(input, Input::MailNo | Input::RcptNo | Input::TextNo | Input::LastNo | Input::AuthNo);
    let verdict = if yes { Verdict::accept() } else { Verdict::refuse(standard::refused()).expect("5yz") };
    let mut outcome = Outcome::default();
    let mut said = Vec::new();
    loop {
        match session.poll_output() {
            Output::Transmit(octets) => {
                said.extend_from_slice(&octets);
                session.handle_written(now);
            }
            Output::Event(Event::Mail { ask, .. } | Event::Recipient { ask, .. }) => {
                session.answer(now, ask, verdict.clone()).expect("open");
            }
            Output::Event(Event::Login { ask, .. }) => {
                let answer = if yes { Answer::Accept } else { Answer::Refuse };
                session.answer(now, ask, Verdict::login(answer)).expect("open");
            }
            Output::Event(Event::EndOfBody { asks, .. }) => {
                outcome.messages += 1;
                asks.iter().for_each(|ask| session.answer(now, ask, verdict.clone()).expect("open"));
            }
            Output::Event(Event::StartTls { ahead }) => {
                assert!(ahead.is_empty(), "I5");
                session.handle_tls(now, Ok(TlsFacts::new(TlsVersion::Tls13)));
            }
            Output::Event(Event::Aborted(_)) => outcome.aborts += 1,
            Output::Event(_) => {}
            Output::Wait { .. } => break,
            Output::Close => {
                outcome.closed = true;
                break;
            }
        }
    }
    let text = String::from_utf8(said).expect("ASCII");
    let last = |line: &&str| line.as_bytes().get(3) == Some(&b' ');
    outcome.codes = text.lines().filter(last).map(|line| line[..3].parse().expect("a code")).collect();
    outcome
}

/// A session that has greeted.
pub fn greeted(protocol: Protocol) -> Session {
    let mut session = Session::new(Duration::ZERO, settings(protocol), Peer::unknown());
    while !matches!(session.poll_output(), Output::Wait { .. }) {
        session.handle_written(Duration::ZERO);
    }
    session
}
