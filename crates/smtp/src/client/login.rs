//! Logs in, with the strongest mechanism that both sides have.
//!
//! in:  the offers behind AUTH, challenges      out: AUTH and responses, then a session or why there is none
//! law: a yes counts after the mechanism's own end alone; a challenge too many is answered `*` (RFC 4954 §4)

use alloc::{string::String, vec::Vec};
use core::fmt;

use bytes::BufMut;
use mailwright_reply::{Attempt, Ending, NotSent, ProtocolFault, Reply, Stage};

use super::{
    ending::IntoEnding as _,
    event::{Event, Notice},
    expected::To,
    session::{Phase, Session},
};
use crate::sasl::{self, Channel, Initiator, Mechanism, Nonce};

/// 32 octets that nobody can guess.
#[derive(Clone)]
pub(super) struct Draw(pub(super) [u8; 32]);

/// A login under way.
#[derive(Clone, Debug)]
pub(super) struct Login {
    initiator: Initiator,
    /// `*` was sent: whatever comes, we do not trust this server.
    cancelled: bool,
}

impl fmt::Debug for Draw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Draw")
    }
}

impl Session {
    pub(super) fn log_in(&mut self) {
        let Some(credentials) = self.settings.credentials.clone() else { return self.ready() };
        let offered = self.offered_mechanisms();
        let plus = offered.contains(&Mechanism::ScramSha256Plus);
        let channel = self.facts.tls().map_or_else(Channel::none, Channel::of);
        let tls = self.facts.tls.is_some();
        let chosen = credentials.choose(&offered, tls, channel, self.settings.clear_text);
        let count = u32::try_from(self.refused_mechanisms.len()).unwrap_or(u32::MAX);
        // Without a draw no mechanism that uses its nonce was chosen.
        let nonce = Nonce::new(&self.draw.as_ref().map_or([0; 32], |draw| draw.0), count);
        let initiator =
            chosen.and_then(|mechanism| Initiator::new(mechanism, &credentials, channel, plus, nonce).ok());
        match initiator {
            Some(initiator) => self.say_auth(initiator),
            None => self.leave(Attempt::new(Stage::Auth, Ending::NotSent(NotSent::NoLogin))),
        }
    }

    pub(super) fn auth_answered(&mut self, mut login: Login, reply: Reply) {
        if reply.is_intermediate() {
            return self.challenged(login, &reply);
        }
        if login.cancelled {
            return self.leave(Attempt::new(Stage::Auth, ProtocolFault::Auth.into_ending()));
        }
        if reply.is_completion() {
            if login.initiator.finish().is_err() {
                return self.break_off(Attempt::new(Stage::Auth, ProtocolFault::Auth.into_ending()));
            }
            self.facts.login = Some(login.initiator.mechanism());
            self.parser = Self::parser(&self.settings, self.settings.limits.reply);
            return self.ready();
        }
        let mechanism_refused = matches!(reply.code().number(), 504 | 534);
        if mechanism_refused && self.refused_mechanisms.len() < Mechanism::ALL.len() {
            self.events.push_back(Event::Notice(Notice::MechanismRefused));
            self.refused_mechanisms.push(login.initiator.mechanism());
            login.cancelled = true;
            return self.next_mechanism(reply);
        }
        self.refused(Stage::Auth, reply);
    }

    /// Tries again without the mechanism that was refused; where none is left the refusal is the result.
    fn next_mechanism(&mut self, reply: Reply) {
        let left = self.offered_mechanisms();
        let channel = self.facts.tls().map_or_else(Channel::none, Channel::of);
        let tls = self.facts.tls.is_some();
        let clear_text = self.settings.clear_text;
        let another =
            self.settings.credentials.as_ref().and_then(|own| own.choose(&left, tls, channel, clear_text));
        match another {
            Some(_) => self.log_in(),
            None => self.refused(Stage::Auth, reply),
        }
    }

    /// What the server offers, but for what it then refused and what cannot be spoken without a draw.
    fn offered_mechanisms(&self) -> Vec<Mechanism> {
        let scram =
            |mechanism: Mechanism| matches!(mechanism, Mechanism::ScramSha256 | Mechanism::ScramSha256Plus);
        self.facts
            .extensions
            .auth()
            .filter_map(|name| Mechanism::parse(name.as_bytes()))
            .filter(|&one| !self.refused_mechanisms.contains(&one) && (self.draw.is_some() || !scram(one)))
            .collect()
    }

    fn challenged(&mut self, mut login: Login, reply: &Reply) {
        let mut lines = reply.lines();
        let text = lines.next().unwrap_or_default();
        let fits = text.len() <= self.settings.limits.challenge && lines.next().is_none();
        let challenge = if fits { sasl::decode(text).ok() } else { None };
        let response = challenge.and_then(|challenge| login.initiator.respond(&challenge).ok());
        let line = match response {
            _ if login.cancelled => {
                return self.break_off(Attempt::new(Stage::Auth, ProtocolFault::Auth.into_ending()));
            }
            Some(response) => sasl::encode(response.expose()),
            None => {
                login.cancelled = true;
                String::from("*")
            }
        };
        self.outgoing.text().put_slice(line.as_bytes());
        self.outgoing.text().put_slice(b"\r\n");
        self.phase = Phase::Auth(login.into());
        self.expect(To::Auth, line.len().saturating_add(2));
    }

    fn say_auth(&mut self, mut initiator: Initiator) {
        let name = initiator.mechanism().name();
        let before = "AUTH  \r\n".len().saturating_add(name.len());
        let coded = initiator.initial_len().map(|octets| octets.div_ceil(3).saturating_mul(4).max(1));
        let fits = coded.is_some_and(|coded| coded.saturating_add(before) <= COMMAND_LINE);
        let initial = if fits { initiator.initial() } else { None };
        let text = self.outgoing.text();
        text.put_slice(b"AUTH ");
        text.put_slice(name.as_bytes());
        if let Some(initial) = initial {
            text.put_slice(b" ");
            match initial.expose() {
                b"" => text.put_slice(b"="),
                octets => text.put_slice(sasl::encode(octets).as_bytes()),
            }
        }
        text.put_slice(b"\r\n");
        // A reply has just been read to its end, so nothing of one is lost with the parser.
        let limits = self.settings.limits;
        let line = limits.reply.line.max(limits.challenge.saturating_add("334 \r\n".len()));
        self.parser = Self::parser(&self.settings, limits.reply.with_line(line));
        self.phase = Phase::Auth(Login { initiator, cancelled: false }.into());
        self.expect(To::Auth, 0);
    }
}

/// The length of a command line, CR LF included, that every server takes (RFC 5321 §4.5.3.1.4).
const COMMAND_LINE: usize = 512;
