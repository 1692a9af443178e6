//! Reads a transcript and holds the client machine to it.
//!
//! | line | meaning |
//! |---|---|
//! | `S: text` | the server sends the line |
//! | `S= text` | the server sends these octets, `\r \n \0 \xNN` written as such |
//! | `C: text` | the client has sent the line |
//! | `C= text` | the client has sent these octets |
//! | `! words` | the client gave this event |
//! | `> verb` | the caller calls: `send`, `body text`, `finish`, `abort`, `tls`, `tls verified`, `tls failed`, `eof`, `broken`, `quit` |
//! | `@ 5m` | time passes |
//!
//! All that the client sends and tells has to stand in the transcript.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use mailwright_address::{Envelope, Recipient};
use mailwright_reply::{Ending, Reply};
use mailwright_smtp::client::{Event, Session, Settings};
use mailwright_smtp::{BodyFacts, Output, PeerCertificate, TlsFacts, TlsFailed, TlsVersion};

/// Three recipients.
pub(crate) const THREE: [&str; 3] = ["<b@mx.example>", "<c@mx.example>", "<d@mx.example>"];

/// EHLO with pipelining, then the group for three recipients.
pub(crate) const GROUP: &str = "
    S: 220 mx
    C: EHLO client.example
    S: 250-mx
    S: 250 PIPELINING
    ! ready
    C: MAIL FROM:<a@client.example>
    C: RCPT TO:<b@mx.example>
    C: RCPT TO:<c@mx.example>
    C: RCPT TO:<d@mx.example>
    C: DATA
";

/// What a transcript is played with.
#[derive(Clone)]
pub(crate) struct Case {
    settings: Settings,
    envelope: Envelope,
    facts: Option<BodyFacts>,
    message: Option<Bytes>,
    send: bool,
}

/// How the octets of the server arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    Lines,
    Octets,
    Joined,
    /// Into pieces of 1 to 17 octets by this seed, with empty ones between them.
    Random(u64),
    /// Lines, and once more behind so many octets.
    Once(usize),
}

impl Case {
    /// One message to one recipient; it is given to the session at once.
    pub(crate) fn new() -> Self {
        Self {
            settings: Settings::new("client.example".parse().unwrap()),
            envelope: Envelope::new("<a@client.example>".parse().unwrap())
                .with_recipient(Recipient::new("<b@mx.example>".parse().unwrap())),
            facts: None,
            message: Some(Bytes::from_static(b"Subject: hi\r\n\r\nhello\r\n")),
            send: true,
        }
    }

    /// No message is given to the session before `> send`.
    pub(crate) fn idle(mut self) -> Self {
        self.send = false;
        self
    }

    pub(crate) fn settings(mut self, with: impl FnOnce(Settings) -> Settings) -> Self {
        self.settings = with(self.settings);
        self
    }

    pub(crate) fn envelope(mut self, with: impl FnOnce(Envelope) -> Envelope) -> Self {
        self.envelope = with(self.envelope);
        self
    }

    pub(crate) fn recipients(mut self, paths: &[&str]) -> Self {
        let all = paths.iter().map(|path| Recipient::new(path.parse().unwrap())).collect();
        self.envelope = self.envelope.with_recipients(all);
        self
    }

    pub(crate) fn message(mut self, message: &'static [u8]) -> Self {
        self.message = Some(Bytes::from_static(message));
        self
    }

    pub(crate) fn facts(mut self, facts: BodyFacts) -> Self {
        self.facts = Some(facts);
        self
    }

    /// The transcript gives the body by `> body`; of the facts of the message that is set.
    pub(crate) fn by_hand(mut self) -> Self {
        self.facts =
            Some(self.facts.unwrap_or_else(|| BodyFacts::of(self.message.as_deref().unwrap_or_default())));
        self.message = None;
        self
    }

    /// Plays the transcript in every way of cutting.
    #[track_caller]
    pub(crate) fn play(&self, transcript: &str) {
        let mut octets = 0;
        for cut in [Cut::Lines, Cut::Octets, Cut::Joined] {
            octets = Player::new(self.clone(), transcript, cut).play();
        }
        let splits =
            std::env::var("MAILWRIGHT_SPLITS").ok().and_then(|splits| splits.parse().ok()).unwrap_or(5);
        for seed in 0..splits {
            Player::new(self.clone(), transcript, Cut::Random(seed)).play();
        }
        for at in 1..octets.min(1024) {
            Player::new(self.clone(), transcript, Cut::Once(at)).play();
        }
    }
}

impl Case {
    /// Plays a transcript whose meaning depends on what arrives together.
    #[track_caller]
    pub(crate) fn play_whole(&self, transcript: &str) {
        Player::new(self.clone(), transcript, Cut::Lines).play();
    }
}

struct Player<'a> {
    case: Case,
    transcript: &'a str,
    cut: Cut,
    at: usize,
    session: Session,
    now: Duration,
    wire: Vec<u8>,
    events: VecDeque<String>,
    pending: BytesMut,
    heard: usize,
    closed: bool,
    until: Option<Duration>,
}

impl<'a> Player<'a> {
    fn new(case: Case, transcript: &'a str, cut: Cut) -> Self {
        let session = Session::new(Duration::ZERO, case.settings.clone()).with_draw([7; 32]);
        Self {
            case,
            transcript,
            cut,
            at: 0,
            session,
            now: Duration::ZERO,
            wire: Vec::new(),
            events: VecDeque::new(),
            pending: BytesMut::new(),
            heard: 0,
            closed: false,
            until: None,
        }
    }

    /// Gives the number of octets that the server said.
    #[track_caller]
    fn play(mut self) -> usize {
        if self.case.send {
            self.call("send");
        }
        self.poll();
        for (at, line) in self.transcript.lines().enumerate() {
            self.at = at + 1;
            let line = line.trim_start();
            let Some((kind, rest)) = line.split_at_checked(2) else { continue };
            let rest = rest.strip_prefix(' ').unwrap_or(rest);
            match kind {
                "S:" => self.hear(format!("{rest}\r\n").as_bytes()),
                "S=" => self.hear(&unescape(rest)),
                _ => self.flush(),
            }
            match kind {
                "S:" | "S=" => {}
                "C:" => self.expect_sent(format!("{rest}\r\n").as_bytes()),
                "C=" => self.expect_sent(&unescape(rest)),
                "! " => self.expect_event(rest),
                "> " => self.call(rest),
                "@ " => self.wait(rest),
                _ if line.starts_with('#') => {}
                _ => self.fail("unreadable line", line),
            }
        }
        self.flush();
        self.at += 1;
        if !self.wire.is_empty() {
            self.fail("sent more", &self.wire.escape_ascii().to_string());
        }
        if let Some(event) = self.events.front() {
            self.fail("told more", event);
        }
        self.heard
    }

    fn hear(&mut self, octets: &[u8]) {
        let before = self.heard;
        self.heard += octets.len();
        match self.cut {
            Cut::Once(at) if (before + 1..self.heard).contains(&at) => {
                let (first, second) = octets.split_at(at - before);
                self.input(first);
                self.input(second);
            }

            Cut::Lines | Cut::Once(_) => self.input(octets),
            Cut::Random(seed) => {
                // From the seed and the place alone.
                let mut draw = (seed << 32) ^ (before as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                let mut rest = octets;
                while !rest.is_empty() {
                    draw ^= draw << 13;
                    draw ^= draw >> 7;
                    draw ^= draw << 17;
                    if draw.is_multiple_of(5) {
                        self.input(b"");
                    }
                    let (piece, more) = rest.split_at((1 + (draw >> 40) as usize % 17).min(rest.len()));
                    self.input(piece);
                    rest = more;
                }
            }
            Cut::Joined => self.pending.extend_from_slice(octets),
            Cut::Octets => {
                for octet in octets {
                    self.input(&[*octet]);
                }
            }
        }
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let all = self.pending.split();
            self.input(&all);
        }
    }

    fn input(&mut self, octets: &[u8]) {
        self.session.handle_input(self.now, BytesMut::from(octets));
        self.poll();
    }

    fn call(&mut self, verb: &str) {
        let now = self.now;
        let (verb, argument) = verb.split_once(' ').unwrap_or((verb, ""));
        match (verb, argument) {
            ("send", _) => {
                let facts =
                    self.case.facts.unwrap_or_else(|| BodyFacts::of(self.case.message.as_deref().unwrap()));
                self.session.send(now, self.case.envelope.clone(), facts).unwrap();
            }
            ("body", text) => self.session.handle_body(now, unescape(text).into()).unwrap(),
            ("finish", _) => self.session.finish_body(now).unwrap(),
            ("abort", _) => self.session.abort_body(now).unwrap(),
            ("tls", "failed") => self.session.handle_tls(now, Err(TlsFailed::Handshake)),
            ("tls", "untrusted") => self.session.handle_tls(now, Err(TlsFailed::Certificate)),
            ("tls", _) => {
                let certificate = match argument {
                    "verified" => PeerCertificate::Verified("mx.example".to_owned()),
                    _ => PeerCertificate::Unverified,
                };
                let facts =
                    TlsFacts::new(TlsVersion::Tls13).with_exporter([9; 32]).with_certificate(certificate);
                self.session.handle_tls(now, Ok(facts));
            }
            ("eof", _) => self.session.handle_eof(now),
            ("broken", _) => self.session.handle_broken(now),
            ("quit", _) => self.session.shutdown(now),
            _ => self.fail("unknown verb", verb),
        }
        self.poll();
    }

    fn wait(&mut self, time: &str) {
        let (number, unit) = time.split_at(time.len() - 1);
        let seconds = number.parse::<u64>().unwrap() * if unit == "m" { 60 } else { 1 };
        let end = self.now + Duration::from_secs(seconds);
        while let Some(until) = self.until.filter(|&until| until <= end && !self.closed) {
            self.now = until;
            self.session.handle_timeout(until);
            self.poll();
        }
        self.now = end;
    }

    fn poll(&mut self) {
        loop {
            match self.session.poll_output() {
                Output::Transmit(octets) => {
                    self.wire.extend_from_slice(&octets);
                    self.session.handle_written(self.now);
                }
                Output::Event(event) => self.event(&event),
                Output::Wait { until, .. } => {
                    self.until = until;
                    return;
                }
                Output::Close => {
                    if !self.closed {
                        self.closed = true;
                        self.events.push_back("close".to_owned());
                    }
                    return;
                }
            }
        }
    }

    fn event(&mut self, event: &Event) {
        let text = match event {
            Event::WantBody(max) => {
                if let Some(message) = self.case.message.clone() {
                    assert!(message.len() <= *max);
                    self.session.handle_body(self.now, message).unwrap();
                    // What contradicts the facts has ended the message.
                    let _ = self.session.finish_body(self.now);
                    return;
                }
                "want".to_owned()
            }
            Event::Recipient { index, attempt } => {
                format!("{index} {} {}", attempt.stage(), ending(attempt.ending()))
            }
            Event::Ended(attempt) => format!("ended {} {}", attempt.stage(), ending(attempt.ending())),
            other => format!("{other:?}").to_lowercase(),
        };
        self.events.push_back(text);
    }

    #[track_caller]
    fn expect_sent(&mut self, octets: &[u8]) {
        if !self.wire.starts_with(octets) {
            let wire = self.wire.escape_ascii().to_string();
            self.fail("not sent; instead", &wire);
        }
        self.wire.drain(..octets.len());
    }

    #[track_caller]
    fn expect_event(&mut self, words: &str) {
        let event = self.events.pop_front().unwrap_or_default();
        if event != words {
            self.fail("not told; instead", &event);
        }
    }

    #[track_caller]
    fn fail(&self, what: &str, detail: &str) -> ! {
        let line = self.transcript.lines().nth(self.at - 1).unwrap_or("the end").trim();
        panic!("{:?}, line {} ({line}): {what}: {detail}\n{:?}", self.cut, self.at, self.events);
    }
}

fn ending(ending: &Ending) -> String {
    match ending {
        Ending::Replied(reply) => replied(reply),
        Ending::Protocol(fault) => format!("Protocol({})", format!("{fault:?}").split('(').next().unwrap()),
        other => format!("{other:?}"),
    }
}

fn replied(reply: &Reply) -> String {
    reply.code().number().to_string()
}

fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'\\', [b'r', after @ ..]) => (out.push(b'\r'), rest = after).1,
            (b'\\', [b'n', after @ ..]) => (out.push(b'\n'), rest = after).1,
            (b'\\', [b'0', after @ ..]) => (out.push(0), rest = after).1,
            (b'\\', [b'x', high, low, after @ ..]) => {
                let digits = [*high, *low];
                out.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
                rest = after;
            }
            _ => out.push(*first),
        }
    }
    out
}
