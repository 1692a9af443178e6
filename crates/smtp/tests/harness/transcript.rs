//! Plays a transcript against the server machine.
//!
//! A transcript is a text file, one step a line:
//!
//! | line        | means |
//! |-------------|-------|
//! | `% word...` | a setting, at the top of the file |
//! | `C: text`   | the client sends the line; lines that follow each other are one write |
//! | `C| text`   | the client sends exactly this: `\r`, `\n`, `\0`, `\xNN` and `\\` are read as escapes |
//! | `S: line`   | the server has said this line |
//! | `S* code`   | the server has said a reply of this code, whatever its text |
//! | `! event`   | the server has told this event |
//! | `> answer`  | the oldest open ask is answered; `> 2 answer`: the second oldest |
//! | `@ 5m`      | time goes on |
//! | `= eof`     | another input of the machine: `eof`, `tls`, `tls failed`, `shutdown`, `written` |
//! | `+ word`    | lines that many transcripts share: see [`shared`] |
//! | `# text`    | a remark |
//!
//! Before each input of the machine everything that it said and told must have been expected.

extern crate alloc;

use alloc::collections::VecDeque;
use core::time::Duration;

use bytes::BytesMut;
use mailwright_reply::{EnhancedStatusCode, Reply, ReplyCode};
use mailwright_smtp::server::{Event, Notice, Session, Verdict};
use mailwright_smtp::{Ask, Output, TlsFacts, TlsFailed, TlsVersion};

use super::settings;

/// How the octets of a write are cut before they are given to the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Not at all.
    Whole,
    /// Into single octets.
    Octets,
    /// Into pieces of 1 to 17 octets by this seed, with empty ones between them; by every fourth seed also into pieces of
    /// about as many octets as reads have.
    Random(u64),
}

pub(crate) struct Player {
    pub(crate) session: Session,
    pub(crate) now: Duration,
    cut: Cut,
    seed: u64,
    said: Vec<u8>,
    told: VecDeque<String>,
    asks: VecDeque<Ask>,
    last: Option<Ask>,
    closed: bool,
    name: String,
    line: usize,
}

/// Plays the whole file.
pub(crate) fn play(name: &str, text: &str, cut: Cut) {
    if cut != Cut::Whole && text.contains("% whole") {
        return;
    }
    let text: String = text
        .lines()
        .map(|line| line.strip_prefix("+ ").map_or_else(|| format!("{line}\n"), shared))
        .collect();
    let words: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("% ")).collect();
    let session = settings::session(&words);
    let mut player = Player::new(session, cut, name);
    player.pump();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        player.line = number + 1;
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') || line.starts_with('%') {
            continue;
        }
        let (mark, rest) = (&line[..2], behind_mark(line));
        match mark {
            "C:" | "C|" => {
                let mut octets = sent(mark, rest);
                while let Some((_, next)) =
                    lines.peek().filter(|(_, next)| next.starts_with("C:") || next.starts_with("C|"))
                {
                    octets.extend(sent(&next[..2], behind_mark(next)));
                    lines.next();
                }
                player.quiet();
                player.feed(&octets);
            }
            "S:" => player.expect_said(rest),
            "S*" => player.expect_code(rest),
            "! " => player.expect_told(rest),
            "> " => player.answer(rest),
            "@ " => {
                player.quiet();
                player.now += duration(rest);
                player.session.handle_timeout(player.now);
                player.pump();
            }
            "= " => player.other(rest),
            _ => panic!("{name}:{}: {line}", player.line),
        }
    }
    player.quiet();
}

/// The lines behind `+ word`.
fn shared(word: &str) -> String {
    match word {
        "hello" => "S* 220\nC: EHLO client.example\nS* 250\n",
        "lhlo" => "S* 220\nC: LHLO client.example\nS* 250\n",
        "mail" => "C: MAIL FROM:<a@client.example>\n! mail <a@client.example>\n> accept\nS: 250 2.1.0 Sender ok\n",
        "rcpt" => "C: RCPT TO:<b@mx.example.org>\n! recipient <b@mx.example.org>\n> accept\nS: 250 2.1.5 Recipient ok\n",
        "data" => "C: DATA\nS: 354 End data with <CR><LF>.<CR><LF>\n",
        "accepted" => "> accept\nS: 250 2.0.0 Message accepted\n",
        "quit" => "C: QUIT\nS: 221 2.0.0 Bye\n! close\n",
        "noop" => "C: NOOP\nS: 250 2.0.0 Ok\n",
        other => panic!("nothing is shared as {other}"),
    }
    .to_owned()
}

impl Player {
    pub(crate) fn new(session: Session, cut: Cut, name: &str) -> Self {
        let seed = if let Cut::Random(seed) = cut { seed } else { 0 };
        Self {
            session,
            now: Duration::ZERO,
            cut,
            seed,
            said: Vec::new(),
            told: VecDeque::new(),
            asks: VecDeque::new(),
            last: None,
            closed: false,
            name: name.to_owned(),
            line: 0,
        }
    }

    fn feed(&mut self, octets: &[u8]) {
        let mut rest = octets;
        let mut buffer = BytesMut::new();
        while !rest.is_empty() {
            let length = match self.cut {
                Cut::Whole => rest.len(),
                Cut::Octets => 1,
                Cut::Random(seed) => {
                    self.seed = self
                        .seed
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    let draw = (self.seed >> 33) as usize;
                    if draw.is_multiple_of(5) {
                        self.session.handle_input(self.now, BytesMut::new());
                    }
                    let long = seed.is_multiple_of(4) && draw.is_multiple_of(3);
                    let read = [4096, 8192, 16_384][draw % 3] - 2 + (draw >> 8) % 5;
                    if long { read } else { 1 + (draw >> 4) % 17 }.min(rest.len())
                }
            };
            let (piece, more) = rest.split_at(length);
            // Every other way of cutting at random lends one buffer instead of giving each read away.
            if matches!(self.cut, Cut::Random(seed) if seed % 2 == 1) {
                buffer.extend_from_slice(piece);
                self.session.lend_buffer(self.now, &mut buffer);
                assert!(buffer.is_empty(), "{self:?}: octets are left in the buffer");
                self.pump();
                self.session.return_buffer(&mut buffer);
                assert!(buffer.is_empty(), "{self:?}: octets came back in the buffer");
            } else {
                self.session.handle_input(self.now, BytesMut::from(piece));
                self.pump();
            }
            rest = more;
        }
    }

    /// Polls until the machine waits.
    pub(crate) fn pump(&mut self) {
        for _ in 0..100_000 {
            match self.session.poll_output() {
                Output::Transmit(octets) => {
                    assert!(!octets.is_empty(), "{self:?}: an empty write");
                    self.said.extend_from_slice(&octets);
                    self.session.handle_written(self.now);
                }
                Output::Event(event) => self.tell(&event),
                Output::Wait { .. } => return,
                Output::Close => {
                    if !self.closed {
                        self.told.push_back("close".into());
                    }
                    self.closed = true;
                    return;
                }
            }
        }
        panic!("{self:?}: the machine never waits");
    }

    fn tell(&mut self, event: &Event) {
        self.asks.extend(asks_of(event));
        // These depend on how the octets were cut: only a whole write can come too early.
        if self.cut != Cut::Whole && matches!(event, Event::Notice(Notice::OutOfTurn | Notice::EarlyTalker)) {
            return;
        }
        if let Event::Withdrawn(ask) = event {
            self.asks.retain(|open| open != ask);
            self.last = Some(*ask);
        }
        let text = describe(event);
        if let (Some(more), Some(before)) = (text.strip_prefix("body "), self.told.back_mut())
            && before.starts_with("body ")
        {
            before.push_str(more);
            return;
        }
        self.told.push_back(text);
    }

    #[track_caller]
    fn expect_said(&mut self, line: &str) {
        let end = self.said.windows(2).position(|pair| pair == b"\r\n");
        let Some(end) = end else { panic!("{self:?}: nothing more was said, expected {line:?}") };
        let found: Vec<u8> = self.said.drain(..end + 2).collect();
        assert_eq!(String::from_utf8_lossy(&found[..end]), line, "{self:?}");
    }

    #[track_caller]
    fn expect_code(&mut self, code: &str) {
        loop {
            let end = self.said.windows(2).position(|pair| pair == b"\r\n");
            let Some(end) = end else { panic!("{self:?}: nothing more was said, expected {code}") };
            let found: Vec<u8> = self.said.drain(..end + 2).collect();
            assert!(found.starts_with(code.as_bytes()), "{self:?}: {}", String::from_utf8_lossy(&found));
            if found.get(3) == Some(&b' ') {
                return;
            }
        }
    }

    #[track_caller]
    fn expect_told(&mut self, event: &str) {
        if self.cut != Cut::Whole && (event == "notice OutOfTurn" || event == "notice EarlyTalker") {
            return;
        }
        let told = self.told.pop_front();
        let expect = repeated(event);
        assert_eq!(told.as_deref(), Some(&*expect), "{self:?}");
    }

    #[track_caller]
    fn quiet(&mut self) {
        let said = String::from_utf8_lossy(&self.said).into_owned();
        assert!(said.is_empty(), "{self:?}: was said besides: {said:?}");
        assert!(self.told.is_empty(), "{self:?}: was told besides: {:?}", self.told);
    }

    #[track_caller]
    fn answer(&mut self, rest: &str) {
        self.quiet();
        let (rest, stale) = rest.strip_suffix(" = stale").map_or((rest, false), |rest| (rest, true));
        let (first, more) = rest.split_once(' ').unwrap_or((rest, ""));
        let (place, words) = first.parse::<usize>().map_or((1, rest), |place| (place, more));
        let ask = if words.starts_with("last ") { self.last } else { self.asks.remove(place - 1) };
        let Some(ask) = ask else { panic!("{self:?}: no open ask") };
        self.last = Some(ask);
        let words = words.strip_prefix("last ").unwrap_or(words);
        let outcome = self.session.answer(self.now, ask, verdict(words));
        assert_eq!(outcome.is_err(), stale, "{self:?}");
        self.pump();
    }

    fn other(&mut self, input: &str) {
        self.quiet();
        match input {
            "eof" => self.session.handle_eof(self.now),
            "tls" => {
                let facts = TlsFacts::new(TlsVersion::Tls13).with_exporter([7; 32]);
                self.session.handle_tls(self.now, Ok(facts));
            }
            "tls failed" => self.session.handle_tls(self.now, Err(TlsFailed::Handshake)),
            "shutdown" => self.session.shutdown(self.now),
            other => panic!("{self:?}: {other}"),
        }
        self.pump();
    }
}

impl core::fmt::Debug for Player {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}:{} ({:?})", self.name, self.line, self.cut)
    }
}

/// The asks that an event carries.
pub(crate) fn asks_of(event: &Event) -> Vec<Ask> {
    match event {
        Event::Connected { ask }
        | Event::Hello { ask, .. }
        | Event::Login { ask, .. }
        | Event::Mail { ask, .. }
        | Event::Recipient { ask, .. }
        | Event::Data { ask }
        | Event::Verify { ask, .. }
        | Event::Expand { ask, .. }
        | Event::Etrn { ask, .. } => vec![*ask],
        Event::EndOfBody { asks, .. } => asks.iter().collect(),
        _ => Vec::new(),
    }
}

/// One line for one event.
pub(crate) fn describe(event: &Event) -> String {
    match event {
        Event::Connected { .. } => "connected".into(),
        Event::Hello { hello, .. } => format!("hello {}", hello.name().escape_ascii()),
        Event::Login { mechanism, question, .. } => format!("login {mechanism} {question:?}"),
        Event::Mail { path, parameters, .. } => settings::with_parameters(format!("mail {path}"), parameters),
        Event::Recipient { path, parameters, .. } => {
            settings::with_parameters(format!("recipient {path}"), parameters)
        }
        Event::Data { .. } => "data".into(),
        Event::Body(octets) => format!("body {}", octets.escape_ascii()),
        Event::EndOfBody { asks, findings } => {
            let mut text = format!("end of body, {} octets", findings.octets);
            if asks.len() != 1 {
                text = format!("{text}, {} asks", asks.len());
            }
            if findings.bare_cr.is_some() || findings.bare_lf.is_some() {
                text.push_str(", bare newline");
            }
            text
        }
        Event::Verify { argument, .. } => format!("verify {}", argument.escape_ascii()),
        Event::Expand { argument, .. } => format!("expand {}", argument.escape_ascii()),
        Event::Etrn { argument, .. } => format!("etrn {}", argument.escape_ascii()),
        Event::StartTls { ahead } if ahead.is_empty() => "start tls".into(),
        Event::StartTls { ahead } => format!("start tls {}", ahead.escape_ascii()),
        Event::Aborted(why) => format!("aborted {why:?}"),
        Event::Withdrawn(_) => "withdrawn".into(),
        Event::Notice(notice) => format!("notice {notice:?}"),
        other => format!("{other:?}"),
    }
}

/// `accept`, `accept 251 2.1.5 text`, `refuse 550 5.1.1 text`, `defer`, `close 554 5.7.1 text`, each with `after 5s`.
fn verdict(words: &str) -> Verdict {
    let (words, delay) =
        words.split_once(" after ").map_or((words, None), |(words, delay)| (words, Some(delay)));
    let (kind, text) = words.split_once(' ').unwrap_or((words, ""));
    let verdict = match kind {
        "accept" if text.is_empty() => Verdict::accept(),
        "accept" => Verdict::accept_with(reply(text)).unwrap(),
        "refuse" => Verdict::refuse(reply(text)).unwrap(),
        "close" => Verdict::close(reply(text)).unwrap(),
        "defer" => Verdict::defer(),
        "login" => settings::login(text),
        other => panic!("no verdict: {other}"),
    };
    match delay {
        Some(delay) => verdict.after(duration(delay)),
        None => verdict,
    }
}

fn reply(text: &str) -> Reply {
    let (code, text) = text.split_once(' ').unwrap_or((text, ""));
    let code = ReplyCode::new(code.parse().unwrap()).unwrap();
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let numbers: Vec<u16> = first.split('.').filter_map(|number| number.parse().ok()).collect();
    match numbers[..] {
        [a, b, c] => {
            Reply::new(code, EnhancedStatusCode::new(a.try_into().unwrap(), b, c), rest.to_owned()).unwrap()
        }
        _ => Reply::new(code, None, text.to_owned()).unwrap(),
    }
}

pub(crate) fn duration(text: &str) -> Duration {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap());
    let number: u64 = number.parse().unwrap();
    match unit {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(60 * number),
        other => panic!("no unit: {other}"),
    }
}

/// Writes `\\*20 a` out as twenty times `a`.
fn repeated(text: &str) -> String {
    let mut written = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("\\*") {
        let (count, more) = behind.split_once(' ').expect("a blank behind the count");
        let octet = more.chars().next().expect("something to repeat");
        written.push_str(before);
        written.extend(core::iter::repeat_n(octet, count.parse().expect("a count")));
        rest = &more[octet.len_utf8()..];
    }
    written + rest
}

/// A step without its mark and the blank behind it.
fn behind_mark(line: &str) -> &str {
    let rest = &line[2..];
    rest.strip_prefix(' ').unwrap_or(rest)
}

fn sent(mark: &str, text: &str) -> Vec<u8> {
    let mut octets = unescape(text);
    if mark == "C:" {
        octets.extend_from_slice(b"\r\n");
    }
    octets
}

fn unescape(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&octet, more)) = rest.split_first() {
        rest = more;
        if octet != b'\\' {
            octets.push(octet);
            continue;
        }
        let (&escape, more) = rest.split_first().expect("an escape");
        rest = more;
        let octet = match escape {
            b'r' => b'\r',
            b'n' => b'\n',
            b'0' => 0,
            b'x' => {
                let digits = core::str::from_utf8(&rest[..2]).unwrap();
                rest = &rest[2..];
                u8::from_str_radix(digits, 16).unwrap()
            }
            // `\*20 a` stands for twenty times `a`.
            b'*' => {
                let space = rest.iter().position(|&octet| octet == b' ').expect("a blank behind the count");
                let count: usize = core::str::from_utf8(&rest[..space]).unwrap().parse().unwrap();
                octets.extend(core::iter::repeat_n(rest[space + 1], count - 1));
                let octet = rest[space + 1];
                rest = &rest[space + 2..];
                octet
            }
            other => other,
        };
        octets.push(octet);
    }
    octets
}
