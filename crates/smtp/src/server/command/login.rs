//! AUTH: one exchange of challenges and responses.
//!
//! in:  the AUTH line, response lines, the embedder's answers      out: challenges, questions, 235 or a refusal
//! law: a response is never a command; no octet of it stands in an event but as a typed secret (RFC 4954 §4)

use alloc::boxed::Box;

use bytes::{BufMut, BytesMut};
use mailwright_reply::{Reply, standard};

use crate::line::Framed;
use crate::sasl::{self, Acceptor, Answer, Channel, Failure, Identity, Mechanism, Nonce};
use crate::server::drive::Step;
use crate::server::say::queue::{About, Said, Text};
use crate::server::settings::{ClearLogins, Demand};
use crate::server::verdict::Kind;
use crate::server::{Event, Exchange, Notice, Session, State};
use crate::tls::PeerCertificate;

/// CR LF behind a response line.
const LINE_END: usize = 2;

impl Session {
    /// Whether this mechanism is offered on the connection as it is.
    fn offers_mechanism(&self, mechanism: Mechanism) -> bool {
        let tls = self.facts.tls();
        let clear = match self.settings.clear_logins {
            _ if tls.is_some() => true,
            _ if self.settings.tls_demand == Demand::Required => false,
            ClearLogins::Never => false,
            ClearLogins::ProofOnly => !mechanism.reveals_secret(),
            ClearLogins::Allowed => true,
        };
        clear && self.speaks(mechanism)
    }

    /// Whether this mechanism can be spoken here, TLS or not.
    fn speaks(&self, mechanism: Mechanism) -> bool {
        let tls = self.facts.tls();
        let possible = match mechanism {
            Mechanism::ScramSha256Plus => {
                self.draw.is_some()
                    && tls
                        .is_some_and(|facts| facts.exporter().is_some() || facts.server_end_point().is_some())
            }
            Mechanism::ScramSha256 | Mechanism::CramMd5 => self.draw.is_some(),
            Mechanism::External => {
                tls.is_some_and(|facts| matches!(facts.certificate(), PeerCertificate::Verified(_)))
            }
            Mechanism::OauthBearer | Mechanism::Xoauth2 | Mechanism::Plain | Mechanism::Login => true,
        };
        possible && self.settings.mechanisms.contains(&mechanism)
    }

    /// `AUTH` and the mechanisms that are offered, or nothing.
    pub(in crate::server) fn mechanisms(&self) -> BytesMut {
        let mut out = BytesMut::new();
        for &mechanism in &self.settings.mechanisms {
            if self.offers_mechanism(mechanism) {
                if out.is_empty() {
                    out.put_slice(b"AUTH");
                }
                out.put_u8(b' ');
                out.put_slice(mechanism.name().as_bytes());
            }
        }
        out
    }

    /// AUTH, in its place. `initial`: the initial response, still in base64.
    pub(in crate::server) fn begin_login(&mut self, name: &[u8], initial: Option<&[u8]>) {
        if self.facts.logged_in() || !self.facts.hello().is_some_and(crate::server::Hello::is_extended) {
            self.error(standard::bad_sequence());
            return;
        }
        if self.settings.mechanisms.is_empty() {
            self.error(standard::not_implemented());
            return;
        }
        let Some(mechanism) = Mechanism::parse(name).filter(|one| self.settings.mechanisms.contains(one))
        else {
            // Without TLS nothing may be said about which names there are but that TLS is needed.
            self.error(standard::unknown_mechanism());
            return;
        };
        if !self.offers_mechanism(mechanism) {
            let needs_tls = self.facts.tls.is_none();
            self.error(if needs_tls {
                standard::encryption_required()
            } else {
                standard::unknown_mechanism()
            });
            return;
        }
        let mut acceptor = self.acceptor(mechanism);
        let step = match initial {
            None => acceptor.start(None),
            Some(b"=") => acceptor.start(Some(b"")),
            Some(b"*") => acceptor.cancel(),
            Some(coded) => match sasl::decode(coded) {
                Ok(response) => acceptor.start(Some(&response)),
                Err(_) => sasl::Step::Failed(Failure::Syntax),
            },
        };
        self.state = State::Login(Box::new(Exchange { acceptor, refusal: None }));
        self.take_step(step);
    }

    fn acceptor(&mut self, mechanism: Mechanism) -> Acceptor {
        let channel = self.facts.tls().map_or_else(Channel::none, |facts| {
            Channel::none()
                .with_exporter(facts.exporter().map(|value| &value[..]))
                .with_server_end_point(facts.server_end_point())
        });
        let plus = self.offers_mechanism(Mechanism::ScramSha256Plus);
        // Where there is no draw, no mechanism with a nonce is offered.
        let draw = self.draw.as_deref().copied().unwrap_or_default();
        let nonce = Nonce::new(&draw, self.counts.nonces);
        let acceptor = Acceptor::new(mechanism, channel, plus, nonce, self.settings.host());
        self.counts.nonces = self.counts.nonces.wrapping_add(1);
        acceptor
    }

    /// Reads the response to a challenge.
    pub(in crate::server) fn response(&mut self) -> Step {
        if !self.queue.is_empty() {
            return Step::Stuck;
        }
        let input = core::mem::take(&mut self.input);
        let limit = self.settings.limits.login_line.saturating_add(LINE_END);
        let (consumed, step) = match self.framer.frame(&input, limit) {
            Framed::Incomplete { consumed } => (consumed, None),
            Framed::TooLong { consumed, .. } => (consumed, Some(sasl::Step::Failed(Failure::TooLong))),
            Framed::Line(line) => {
                let bad =
                    line.ended_by_bare_lf() && self.settings.command_newline == crate::line::LineEnd::CrLf;
                let step =
                    if bad { sasl::Step::Failed(Failure::Syntax) } else { self.respond(line.octets()) };
                (line.consumed(), Some(step))
            }
        };
        self.keep(input, consumed);
        match step {
            Some(step) => {
                self.command_came();
                self.take_step(step);
                Step::Again
            }
            None => self.incomplete(),
        }
    }

    /// Hands a response line to the exchange.
    fn respond(&mut self, line: &[u8]) -> sasl::Step {
        let State::Login(exchange) = &mut self.state else { return sasl::Step::Failed(Failure::Temporary) };
        if line == b"*" {
            return exchange.acceptor.cancel();
        }
        match sasl::decode(line) {
            Ok(response) => exchange.acceptor.respond(&response),
            Err(_) => sasl::Step::Failed(Failure::Syntax),
        }
    }

    /// Does what the exchange says next, where no question stands before it.
    fn take_step(&mut self, step: sasl::Step) {
        if let sasl::Step::Ask(question) = step {
            let State::Login(exchange) = &self.state else { return };
            let mechanism = exchange.acceptor.mechanism();
            let ask = self.ask(About::Login);
            self.events.push_back(Event::Login { ask, mechanism, question: Box::new(question) });
            return;
        }
        let said = self.step_said(step);
        self.say(said);
        self.flags.flush = true;
        self.after_failures();
    }

    /// The reply to a step that is no question.
    fn step_said(&mut self, step: sasl::Step) -> Said {
        match step {
            sasl::Step::Challenge(challenge) => {
                let mut text = BytesMut::from(&b"334 "[..]);
                text.put_slice(sasl::encode(&challenge).as_bytes());
                text.put_slice(b"\r\n");
                Said { text: Text::Shared(text.freeze()), ..Said::nothing() }
            }
            sasl::Step::Done(identity) => self.logged_in(identity),
            sasl::Step::Failed(failure) => self.failed(failure),
            // The exchange asks nothing twice; if it did, nobody would be let in.
            sasl::Step::Ask(_) => self.failed(Failure::Temporary),
        }
    }

    fn logged_in(&mut self, identity: Identity) -> Said {
        self.state = State::Line;
        self.facts.login = Some(Box::new(identity));
        Said::given(standard::authenticated())
    }

    fn failed(&mut self, failure: Failure) -> Said {
        let refusal = if let State::Login(exchange) = core::mem::replace(&mut self.state, State::Line) {
            exchange.refusal
        } else {
            None
        };
        if failure == Failure::Credentials {
            self.counts.logins = self.counts.logins.saturating_add(1);
            self.notice(Notice::LoginFailed);
            let delay = self.settings.delays.login.saturating_mul(self.counts.logins);
            return Said::given(refusal.unwrap_or_else(standard::bad_credentials)).after(delay);
        }
        let said = Said::given(reply_to(failure));
        if failure == Failure::Temporary {
            return self.refusal(said);
        }
        self.facts.errors = self.facts.errors.saturating_add(1);
        self.within(self.facts.errors, self.settings.budget.errors, said)
    }

    /// Ends the session behind one failed login too many.
    fn after_failures(&mut self) {
        let used = self.counts.logins >= self.settings.budget.logins && self.counts.logins > 0;
        if used && !self.facts.logged_in() && matches!(self.state, State::Line) {
            self.notice(Notice::Budget);
            self.queue.say(Said::given(standard::too_many_errors()).then_close());
        }
    }

    /// The embedder's answer to a question of the login; gives the reply that comes of it.
    pub(in crate::server) fn decide_login(&mut self, kind: Kind) -> Said {
        let (answer, refusal, close) = match kind {
            Kind::Login(answer) => (answer, None, false),
            Kind::Accept | Kind::AcceptWith(_) => (Answer::Accept, None, false),
            Kind::Defer => (Answer::Later, None, false),
            Kind::Refuse(reply) => (Answer::Refuse, Some(reply), false),
            Kind::Close(reply) => (Answer::Refuse, Some(reply), true),
        };
        let State::Login(exchange) = &mut self.state else { return Said::nothing() };
        let step = exchange.acceptor.answer(answer);
        if close {
            let reply = refusal.unwrap_or_else(standard::bad_credentials);
            return Said::given(reply).then_close();
        }
        exchange.refusal = refusal;
        self.flags.flush = true;
        self.step_said(step)
    }

    /// What follows a decided question of a login.
    pub(in crate::server) fn after_login(&mut self) {
        self.after_failures();
    }
}

/// The reply to a failed login.
fn reply_to(failure: Failure) -> Reply {
    match failure {
        Failure::Syntax => standard::bad_response(),
        Failure::InitialResponse => standard::initial_response_refused(),
        Failure::Cancelled => standard::auth_cancelled(),
        Failure::TooLong => standard::auth_line_too_long(),
        Failure::Credentials => standard::bad_credentials(),
        Failure::Temporary => standard::auth_not_now(),
    }
}
