//! The start of the conversation: PROXY header, TLS, greeting; and what starts it again.
//!
//! in:  a new connection, the end of a handshake, STARTTLS, XCLIENT      out: the greeting
//! law: nothing that was read in clear is used behind a handshake (RFC 3207 §4.2)

use alloc::boxed::Box;
use core::net::{IpAddr, SocketAddr};

use mailwright_reply::standard;

use crate::command::Text;
use crate::extension::ExtensionSet;
use crate::proxy::ProxyHeader;
use crate::server::drive::{HANDSHAKE, HEADER, Step};
use crate::server::say::queue::{About, Said};
use crate::server::say::replies;
use crate::server::settings::{Asked, Injected, Talker, TlsMode};
use crate::server::{Abort, Event, Notice, Peer, Pending, Session, Standing, State};
use crate::tls::{TlsFacts, TlsFailed};
use crate::xclient::{Known, Xclient};

impl Session {
    /// The first state of a connection.
    pub(in crate::server) fn open(&mut self) {
        match &self.settings.proxy {
            None => self.open_inside(),
            Some(trusted) => {
                let believed = self.facts.peer.remote().is_none_or(|remote| trusted.includes(remote.ip()));
                if believed {
                    self.state = State::Header;
                    self.timers.set(HEADER, self.now.after(self.settings.deadlines.header));
                } else {
                    self.notice(Notice::NotTrusted);
                    self.over(Abort::Closed);
                }
            }
        }
    }

    /// The state behind the PROXY header.
    pub(in crate::server) fn open_inside(&mut self) {
        if self.settings.tls == TlsMode::Implicit {
            self.begin_handshake();
        } else {
            self.begin_greeting();
        }
    }

    fn begin_handshake(&mut self) {
        self.state = State::Handshake { announced: false };
        self.timers.set(HANDSHAKE, self.now.after(self.settings.deadlines.handshake));
    }

    fn begin_greeting(&mut self) {
        self.standing = Standing::Fresh;
        self.state = State::Greeting { asked: false };
        let delay = self.settings.delays.greeting;
        if !delay.is_zero() {
            self.hold(self.now.after(delay));
        }
    }

    /// Waits for the handshake. The octets behind a PROXY header go along with the announcement.
    #[inline(never)]
    pub(in crate::server) fn handshake(&mut self) -> Step {
        let ready = self.ready();
        let State::Handshake { announced } = &mut self.state else { return Step::Stuck };
        if !*announced && self.queue.is_empty() && ready == 0 {
            if self.settings.tls != TlsMode::Implicit && !self.input.is_empty() {
                self.discard_injected();
                return Step::Again;
            }
            *announced = true;
            let ahead = core::mem::take(&mut self.input).freeze();
            return Step::Event(Event::StartTls { ahead });
        }
        if ready > 0 {
            self.flags.flush = true;
            return Step::Again;
        }
        self.discard_injected();
        if self.flags.ended && self.queue.is_empty() {
            return self.ended();
        }
        Step::Stuck
    }

    /// Throws away octets that came in clear where only TLS may come.
    fn discard_injected(&mut self) {
        let octets = self.input.len() as u64;
        if octets > 0 {
            self.drop_input();
            self.notice(Notice::Injected(octets));
        }
    }

    pub(in crate::server) fn secured(&mut self, outcome: Result<TlsFacts, TlsFailed>) {
        match outcome {
            Ok(facts) => {
                if !matches!(self.state, State::Handshake { .. }) {
                    return;
                }
                self.discard_injected();
                self.timers.clear(HANDSHAKE);
                self.framer.reset();
                let implicit = self.settings.tls == TlsMode::Implicit;
                self.forget();
                self.facts.tls = Some(Box::new(facts));
                if implicit {
                    self.begin_greeting();
                } else {
                    self.state = State::Line;
                }
            }
            Err(_) if matches!(self.state, State::Over) => {}
            Err(_) => {
                self.drop_output();
                self.over(Abort::Closed);
            }
        }
    }

    /// Forgets hello, login and transaction, as a new conversation begins.
    pub(in crate::server) fn forget(&mut self) {
        self.abort(Abort::Reset);
        self.standing = Standing::Fresh;
        self.facts.hello = None;
        self.dialect = self.dialect.with_offered(ExtensionSet::EMPTY);
        self.facts.utf8 = false;
        #[cfg(feature = "sasl")]
        {
            self.facts.login = None;
        }
    }

    /// Greets, when the delay is over and the embedder has decided.
    pub(in crate::server) fn greet(&mut self) -> Step {
        let State::Greeting { asked } = &mut self.state else { return Step::Stuck };
        if *asked {
            return Step::Stuck;
        }
        if self.settings.asks(Asked::Connected) {
            *asked = true;
            let ask = self.ask(About::Connected);
            return Step::Event(Event::Connected { ask });
        }
        if self.is_early() {
            return Step::Again;
        }
        let greeting = self.settings.ready.greeting.clone();
        self.write_shared(greeting);
        self.flags.flush = true;
        self.state = State::Line;
        Step::Again
    }

    /// Notes an early talker when the embedder has decided on the greeting: whether it is to be refused.
    pub(in crate::server) fn is_early_and_refused(&mut self) -> bool {
        if self.input.is_empty() || self.settings.talker == Talker::Ignore {
            return false;
        }
        self.notice(Notice::EarlyTalker);
        self.settings.talker == Talker::Refuse
    }

    /// Looks whether the client talked before it was greeted: whether the session is over because of it.
    pub(in crate::server) fn is_early(&mut self) -> bool {
        let refuse = self.is_early_and_refused();
        if refuse {
            self.terminate(&standard::early_talker(), Abort::Closed);
        }
        refuse
    }

    /// STARTTLS, in its place. `behind`: octets of the client behind the command.
    #[inline(never)]
    pub(in crate::server) fn start_tls(&mut self, behind: usize) {
        if behind > 0 && self.settings.injected == Injected::Refuse {
            self.notice(Notice::Injected(behind as u64));
            self.say(Said::given(standard::early_talker()).then_close());
            return;
        }
        self.say(Said::given(standard::ready_for_tls()));
        self.pending = Pending::Nothing;
        self.begin_handshake();
    }

    /// Whether XCLIENT is offered to this peer.
    pub(in crate::server) fn trusts_xclient(&self) -> bool {
        !self.settings.xclient.is_empty()
            && self.believer.is_none_or(|remote| self.settings.xclient.includes(remote.ip()))
    }

    /// XCLIENT, in its place.
    #[inline(never)]
    pub(in crate::server) fn xclient(&mut self, attributes: Text<'_>) {
        if self.settings.xclient.is_empty() {
            self.error(standard::not_implemented());
            return;
        }
        if !self.trusts_xclient() {
            self.notice(Notice::NotTrusted);
            self.error_fixed(replies::NOT_TRUSTED);
            return;
        }
        match Xclient::parse(attributes) {
            Ok(claims) => self.restart(claims),
            Err(error) => self.error(error.reply()),
        }
    }

    /// Begins again as the client that the trusted peer speaks for.
    fn restart(&mut self, claims: Xclient) {
        self.forget();
        let ends = self.facts.peer;
        let remote = claimed(ends.remote(), claims.address(), claims.port());
        let local = claimed(ends.local(), claims.own_address(), claims.own_port());
        let peer = remote.map_or_else(Peer::unknown, Peer::new);
        self.facts.peer = local.map_or(peer, |local| peer.with_local(local));
        self.facts.claims = Some(Box::new(claims));
        self.begin_greeting();
    }

    /// Reads the header of the PROXY protocol.
    #[inline(never)]
    pub(in crate::server) fn header(&mut self) -> Step {
        match ProxyHeader::parse(&self.input) {
            Ok(Some((header, read))) => {
                self.timers.clear(HEADER);
                if let (Some(source), Some(destination)) = (header.source(), header.destination()) {
                    self.facts.peer = Peer::new(source).with_local(destination);
                }
                let input = core::mem::take(&mut self.input);
                self.keep(input, read);
                self.open_inside();
                Step::Again
            }
            Ok(None) if !self.flags.ended => Step::Stuck,
            Ok(None) | Err(_) => {
                self.notice(Notice::ProxyHeader);
                self.ended()
            }
        }
    }
}

/// An end of the connection, with what was claimed of it in place.
fn claimed(
    end: Option<SocketAddr>,
    address: Option<Known<IpAddr>>,
    port: Option<Known<u16>>,
) -> Option<SocketAddr> {
    let address = match address {
        None => end.map(|end| end.ip()),
        Some(Known::Is(address)) => Some(address),
        Some(Known::Never | Known::NotNow) => None,
    }?;
    let port = match port {
        None => end.map_or(0, |end| end.port()),
        Some(Known::Is(port)) => port,
        Some(Known::Never | Known::NotNow) => 0,
    };
    Some(SocketAddr::new(address, port))
}
