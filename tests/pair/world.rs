//! Our client against our server in memory, on one virtual clock, with every octet, decision and fault in our hands.

use std::time::Duration;

use bytes::BytesMut;
use mailwright::smtp::server::Peer;
use mailwright::smtp::{BodyFacts, Output, TlsFacts, TlsFailed, TlsVersion, client, server};

#[path = "host.rs"]
mod host;
#[path = "judge.rs"]
pub mod judge;
#[path = "ledger.rs"]
mod ledger;
#[path = "link.rs"]
mod link;
#[path = "scenario.rs"]
pub mod scenario;

use host::{Host, What, known};
pub use ledger::{Ledger, Taken};
pub use link::Cuts;
use link::Link;
use scenario::{Fault, Scenario, Way};

/// Both ends and all between.
#[allow(clippy::struct_excessive_bools, reason = "two of each, one per end")]
pub struct World {
    scenario: Scenario,
    fault: Fault,
    client: client::Session,
    server: server::Session,
    to_server: Link,
    to_client: Link,
    cuts: Cuts,
    now: Duration,
    skew: i64,
    wanted: Option<usize>,
    given: usize,
    client_open: bool,
    server_open: bool,
    client_wait: (Option<Duration>, bool),
    server_wait: (Option<Duration>, bool),
    client_tls: bool,
    server_tls: bool,
    /// The octets of the handshake so far.
    shaken: (Vec<u8>, Vec<u8>),
    /// What the client's transport holds because the connection has no room.
    unsent: (BytesMut, BytesMut),
    host: Host,
    ledger: Ledger,
}

/// The first octets of a handshake, as either side sends them.
const HANDSHAKE: &[u8] = b"\x16\x03\x01TLS";

impl World {
    pub fn new(scenario: &Scenario, fault: Fault, cuts: Cuts) -> Self {
        let now = Duration::from_secs(1_000_000_000);
        let mut client = client::Session::new(now, scenario.client.clone()).with_draw([3; 32]);
        client.send(now, scenario.envelope.clone(), BodyFacts::of(&scenario.message)).unwrap();
        let server = server::Session::new(now, scenario.server.clone(), Peer::unknown()).with_draw([4; 32]);
        let attempts = vec![Vec::new(); scenario.envelope.recipients().len()];
        let ledger = Ledger { attempts, sent: 1, ..Ledger::default() };
        Self {
            scenario: scenario.clone(),
            fault,
            client,
            server,
            to_server: Link::new(Way::ToServer, fault),
            to_client: Link::new(Way::ToClient, fault),
            cuts,
            now,
            skew: 0,
            wanted: None,
            given: 0,
            client_open: true,
            server_open: true,
            client_wait: (None, true),
            server_wait: (None, true),
            client_tls: false,
            server_tls: false,
            shaken: (Vec::new(), Vec::new()),
            unsent: (BytesMut::new(), BytesMut::new()),
            host: Host::default(),
            ledger,
        }
    }

    /// Runs until both ends have closed.
    ///
    /// # Panics
    /// Where neither end can go on and neither has a deadline, or no end is in sight.
    pub fn run(mut self) -> Ledger {
        for step in 0.. {
            assert!(step < 200_000, "{} {:?}: no end in sight", self.scenario.name, self.fault);
            if let Fault::Clock(at, seconds) = self.fault
                && at == step
            {
                self.skew = seconds;
            }
            self.to_server.cut();
            self.to_client.cut();
            let moved = self.poll_client() | self.poll_server() | self.carry() | self.lose();
            if !self.client_open && !self.server_open {
                self.ledger.steps = step;
                break;
            }
            if !moved {
                self.sleep();
            }
        }
        self.ledger.octets = (self.to_server.put, self.to_client.put);
        self.ledger.replies = self.to_client.replies();
        self.ledger.now = self.now;
        self.ledger
    }

    /// What the machines believe the time is.
    fn clock(&self) -> Duration {
        let skew = Duration::from_secs(self.skew.unsigned_abs());
        if self.skew < 0 { self.now.saturating_sub(skew) } else { self.now.saturating_add(skew) }
    }

    fn poll_client(&mut self) -> bool {
        let mut moved = false;
        while self.client_open {
            match self.client.poll_output() {
                Output::Transmit(octets) => self.unsent.0.extend_from_slice(&octets),
                Output::Event(event) => self.client_event(event),
                Output::Wait { until, read } => {
                    self.client_wait = (until, read);
                    break;
                }
                Output::Close => {
                    self.client_wait = (None, true);
                    self.flush();
                    self.client_open = !self.unsent.0.is_empty() && !self.gone();
                    moved |= !self.client_open;
                    break;
                }
            }
            moved = true;
        }
        moved | self.flush()
    }

    fn client_event(&mut self, event: client::Event) {
        let now = self.clock();
        match event {
            client::Event::StartTls => {
                self.client_tls = true;
                self.unsent.0.extend_from_slice(HANDSHAKE);
            }
            client::Event::WantBody(most) => self.wanted = Some(most),
            client::Event::Rewind => self.given = 0,
            client::Event::Recipient { index, attempt } => {
                let before = self.ledger.finished * self.scenario.envelope.recipients().len();
                self.ledger.attempts[before + index].push(attempt);
            }
            client::Event::Finished => {
                self.ledger.finished += 1;
                self.send_again();
            }
            _ => {}
        }
        if let Some(most) = self.wanted.take() {
            let message = self.scenario.message.clone();
            let piece = message.slice(self.given..message.len().min(self.given + most));
            // A server that breaks off makes both of these superfluous.
            if piece.is_empty() {
                let _ = self.client.finish_body(now);
            } else {
                self.given += piece.len();
                let _ = self.client.handle_body(now, piece);
            }
        }
    }

    /// The next message, if there is one and the session takes it; else the session is told to end.
    fn send_again(&mut self) {
        let now = self.clock();
        if self.ledger.sent < self.scenario.messages {
            let facts = BodyFacts::of(&self.scenario.message);
            if self.client.send(now, self.scenario.envelope.clone(), facts).is_ok() {
                self.given = 0;
                self.ledger.sent += 1;
                let count = self.scenario.envelope.recipients().len();
                self.ledger.attempts.resize(self.ledger.sent * count, Vec::new());
                return;
            }
        }
        self.client.shutdown(now);
    }

    fn poll_server(&mut self) -> bool {
        let mut moved = false;
        let due: Vec<_> = self.host.later.extract_if(.., |(at, _, _)| *at <= self.now).collect();
        for (_, ask, what) in due {
            moved = true;
            self.accept(ask, what);
        }
        while self.server_open {
            match self.server.poll_output() {
                Output::Transmit(octets) => self.unsent.1.extend_from_slice(&octets),
                Output::Event(event) => self.server_event(event),
                Output::Wait { until, read } => {
                    self.server_wait = (until, read);
                    break;
                }
                Output::Close => {
                    self.server_wait = (None, true);
                    self.flush();
                    self.server_open = !self.unsent.1.is_empty() && !self.gone();
                    moved |= !self.server_open;
                    break;
                }
            }
            moved = true;
        }
        moved | self.flush()
    }

    fn server_event(&mut self, event: server::Event) {
        match event {
            server::Event::StartTls { .. } => self.server_tls = true,
            server::Event::Connected { ask }
            | server::Event::Hello { ask, .. }
            | server::Event::Data { ask } => {
                self.decide(ask, What::Plain);
            }
            server::Event::Mail { ask, .. } => {
                self.host = Host { later: std::mem::take(&mut self.host.later), ..Host::default() };
                self.decide(ask, What::Plain);
            }
            server::Event::Recipient { ask, path, .. } => self.decide(ask, What::Recipient(path.to_string())),
            server::Event::Login { ask, question, .. } => {
                self.decide(ask, What::Login(Box::new(known(&question))));
            }
            server::Event::Body(octets) => self.host.message.extend_from_slice(&octets),
            server::Event::EndOfBody { asks, .. } => {
                let message = std::mem::take(&mut self.host.message);
                let recipients = std::mem::take(&mut self.host.recipients);
                let single = asks.len() == 1 && self.scenario.server.protocol() == server::Protocol::Smtp;
                for (place, ask) in asks.iter().enumerate() {
                    let whom = if single { recipients.clone() } else { vec![recipients[place].clone()] };
                    self.decide(ask, What::Message(whom, message.clone()));
                }
            }
            server::Event::Aborted(_) => {
                self.host.recipients.clear();
                self.host.message.clear();
            }
            _ => {}
        }
    }

    /// Moves what the transports hold into the connection, as far as it has room.
    fn flush(&mut self) -> bool {
        let mut moved = false;
        if !self.unsent.0.is_empty() {
            let room = self.cuts.room.saturating_sub(self.to_server.len()).min(self.unsent.0.len());
            let octets = self.unsent.0.split_to(room);
            self.to_server.put(&octets);
            moved |= room > 0;
            if self.unsent.0.is_empty() {
                self.client.handle_written(self.clock());
            }
        }
        if !self.unsent.1.is_empty() {
            let room = self.cuts.room.saturating_sub(self.to_client.len()).min(self.unsent.1.len());
            let octets = self.unsent.1.split_to(room);
            self.to_client.put(&octets);
            moved |= room > 0;
            if self.unsent.1.is_empty() {
                self.server.handle_written(self.clock());
            }
        }
        moved
    }

    /// Delivers one read of each way.
    fn carry(&mut self) -> bool {
        let now = self.clock();
        let mut moved = false;
        let most = self.cuts.next();
        if self.server_open && !self.to_server.is_empty() && (self.server_wait.1 || self.server_tls) {
            if self.server_tls {
                moved |= self.server_handshake();
            } else {
                let octets = self.to_server.take(most);
                self.server.handle_input(now, octets);
                moved = true;
            }
        }
        let most = self.cuts.next();
        if self.client_open && !self.to_client.is_empty() && (self.client_wait.1 || self.client_tls) {
            if self.client_tls {
                moved |= self.client_handshake();
            } else {
                let octets = self.to_client.take(most);
                self.client.handle_input(now, octets);
                moved = true;
            }
        }
        if !self.server_open {
            moved |= !self.to_server.is_empty();
            self.to_server.clear();
        }
        if !self.client_open {
            moved |= !self.to_client.is_empty();
            self.to_client.clear();
        }
        moved
    }

    fn server_handshake(&mut self) -> bool {
        let octets = self.to_server.take(HANDSHAKE.len().saturating_sub(self.shaken.1.len()));
        self.shaken.1.extend_from_slice(&octets);
        if self.shaken.1.len() < HANDSHAKE.len() {
            return true;
        }
        let right = std::mem::take(&mut self.shaken.1) == HANDSHAKE;
        self.server_tls = false;
        if right {
            self.unsent.1.extend_from_slice(HANDSHAKE);
        }
        self.server.handle_tls(self.clock(), if right { Ok(tls()) } else { Err(TlsFailed::Handshake) });
        true
    }

    fn client_handshake(&mut self) -> bool {
        let octets = self.to_client.take(HANDSHAKE.len().saturating_sub(self.shaken.0.len()));
        self.shaken.0.extend_from_slice(&octets);
        if self.shaken.0.len() < HANDSHAKE.len() {
            return true;
        }
        let right = std::mem::take(&mut self.shaken.0) == HANDSHAKE;
        self.client_tls = false;
        self.client.handle_tls(self.clock(), if right { Ok(tls()) } else { Err(TlsFailed::Handshake) });
        true
    }

    /// Tells each end that the other has gone.
    fn lose(&mut self) -> bool {
        let now = self.clock();
        if self.to_server.reset || self.to_client.reset {
            let open = self.client_open || self.server_open;
            self.to_server.clear();
            self.to_client.clear();
            if open {
                self.client.handle_broken(now);
                self.server.handle_eof(now);
            }
            return self.drain() | open;
        }
        let closed = self.to_server.closed || self.to_client.closed;
        let mut moved = false;
        if self.server_open && self.to_server.is_empty() && (closed || !self.client_open) {
            self.server.handle_eof(now);
            self.server_tls = false;
            moved |= self.drain_server();
        }
        if self.client_open && self.to_client.is_empty() && (closed || !self.server_open) {
            self.client.handle_eof(now);
            moved |= self.drain_client();
        }
        moved
    }

    fn gone(&self) -> bool {
        let closed = self.to_server.closed || self.to_client.closed;
        closed || self.to_server.reset || self.to_client.reset || !self.client_open || !self.server_open
    }

    fn drain(&mut self) -> bool {
        self.drain_client() | self.drain_server()
    }

    fn drain_client(&mut self) -> bool {
        let before = self.client_open;
        self.unsent.0.clear();
        self.poll_client();
        self.unsent.0.clear();
        self.client_open &= !matches!(self.client.poll_output(), Output::Close);
        before != self.client_open
    }

    fn drain_server(&mut self) -> bool {
        let before = (self.server_open, self.ledger.decisions);
        self.poll_server();
        before != (self.server_open, self.ledger.decisions)
    }

    /// Nothing moves: the next deadline of either side comes.
    fn sleep(&mut self) {
        let mut next = [
            self.client_wait.0.filter(|_| self.client_open),
            self.server_wait.0.filter(|_| self.server_open),
        ]
        .into_iter()
        .flatten()
        .chain(self.host.later.iter().map(|(at, _, _)| *at))
        .min();
        if self.skew != 0 {
            // The machines' deadlines are on their own clock.
            next = next.map(|at| at.max(self.clock())).map(|at| {
                let ahead = at.saturating_sub(self.clock());
                self.now + ahead
            });
        }
        let next = next.unwrap_or_else(|| {
            panic!(
                "{} {:?} {:?}: neither side can go on, and neither waits",
                self.scenario.name, self.fault, self.cuts
            )
        });
        self.now = self.now.max(next);
        let now = self.clock();
        if self.client_open {
            self.client.handle_timeout(now);
        }
        if self.server_open {
            self.server.handle_timeout(now);
        }
    }
}

fn tls() -> TlsFacts {
    TlsFacts::new(TlsVersion::Tls13).with_exporter([5; 32])
}
