//! Does what can be done without another input.
//!
//! in:  octets that came, the phase      out: replies handed to it, commands as long as they may be sent
//! law: octets that can be no reply end the session; those in clear where TLS begins are never read (RFC 3207 §5)

use core::time::Duration;

use mailwright_reply::{Attempt, ProtocolFault, ReplyParser};

use super::{Phase, Session};
use crate::Extension;
use crate::client::ending::IntoEnding as _;
use crate::client::settings::{Pipelining, Protocol, Settings};
use crate::timer::Time;

impl Session {
    // ---- shared by the stages ----

    /// Does whatever can be done without another input.
    pub(in crate::client) fn go_on(&mut self) {
        while match self.phase {
            Phase::Idle => self.begin(),
            Phase::Commands => self.pump(),
            Phase::Handshake
            | Phase::Greeting
            | Phase::Hello(_)
            | Phase::StartTls
            | Phase::Reset
            | Phase::Body
            | Phase::Message
            | Phase::Quit
            | Phase::Over => false,
            #[cfg(feature = "sasl")]
            Phase::Auth(_) => false,
        } {}
    }

    pub(super) fn read(&mut self) {
        while !matches!(self.phase, Phase::Over | Phase::Handshake) {
            match self.parser.parse(&mut self.input) {
                Ok(Some(reply)) => self.reply(reply),
                Ok(None) => return,
                Err(error) => {
                    return self.break_off(Attempt::new(
                        self.stage(),
                        ProtocolFault::Unreadable(error).into_ending(),
                    ));
                }
            }
        }
        let behind = !self.input.is_empty();
        self.input.clear();
        if behind && matches!(self.phase, Phase::Handshake) {
            self.injected();
        }
    }

    /// Whether commands may be sent before the replies to earlier ones.
    pub(in crate::client) fn pipelining(&self) -> bool {
        self.facts.extensions.has(Extension::Pipelining)
            && self.settings.pipelining == Pipelining::WhenOffered
    }

    pub(in crate::client) fn is_lmtp(&self) -> bool {
        self.settings.protocol == Protocol::Lmtp
    }

    pub(in crate::client) fn parser(settings: &Settings, limits: mailwright_reply::Limits) -> ReplyParser {
        ReplyParser::new().with_limits(limits).with_leniency(settings.leniency)
    }

    pub(super) fn advance_clock(&mut self, now: Duration) {
        self.now = self.now.max(Time::of(now));
    }
}
