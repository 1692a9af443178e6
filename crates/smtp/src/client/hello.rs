//! Goes from the greeting to a session that can take a message: hello, TLS, login.
//!
//! in:  the replies of these stages      out: the next command, or why there is no session
//! law: under a policy that needs TLS nothing but EHLO and STARTTLS leaves in clear text

use alloc::boxed::Box;

use bytes::BufMut;
use mailwright_reply::{Attempt, Ending, ProtocolFault, Reply, Stage, TlsFault};

use super::{
    ending::IntoEnding as _,
    event::{Event, Notice},
    expected::To,
    session::{HelloVerb, Phase, REPLY, Session},
    settings::TlsPolicy,
};
use crate::{Extension, Extensions, TlsFacts, TlsFailed};

impl Session {
    pub(super) fn shake_hands(&mut self) {
        self.phase = Phase::Handshake;
        self.events.push_back(Event::StartTls);
        self.timers.set(REPLY, self.now.after(self.settings.deadlines.handshake));
    }

    pub(super) fn encrypted(&mut self, facts: TlsFacts) {
        self.facts.extensions = Extensions::default();
        self.facts.tls = Some(Box::new(facts));
        if self.settings.tls == TlsPolicy::Implicit {
            self.phase = Phase::Greeting;
            self.expect(To::Greeting, 0);
        } else {
            self.say_hello(HelloVerb::Extended);
        }
    }

    pub(super) fn handshake_failed(&mut self, failed: TlsFailed) {
        let fault =
            if failed == TlsFailed::Certificate { TlsFault::Certificate } else { TlsFault::Handshake };
        let ending = if self.settings.tls == TlsPolicy::Opportunistic {
            Ending::RetryWithoutTls(fault)
        } else {
            Ending::Tls(fault)
        };
        self.break_off(Attempt::new(Stage::Tls, ending));
    }

    pub(super) fn greeted(&mut self, reply: Reply) {
        let right = reply.code().number() == 220 || (self.settings.any_greeting && reply.is_completion());
        if right {
            self.say_hello(HelloVerb::Extended);
        } else {
            self.refused(Stage::Greeting, reply);
        }
    }

    pub(super) fn helloed(&mut self, verb: HelloVerb, reply: Reply) {
        if !reply.is_completion() {
            let unknown = matches!(reply.code().number(), 500 | 502 | 504);
            if verb == HelloVerb::Extended && unknown && !self.is_lmtp() {
                return self.fall_back();
            }
            return self.refused(Stage::Hello, reply);
        }
        if verb == HelloVerb::Extended {
            self.facts.extensions = Extensions::from_reply(reply.lines());
        }
        if self.leaving && self.job.is_none() {
            return self.quit();
        }
        let offered = self.facts.extensions.has(Extension::StartTls);
        match self.settings.tls {
            _ if self.facts.tls.is_some() => self.log_in(),
            TlsPolicy::Opportunistic | TlsPolicy::Required if offered => {
                self.outgoing.text().put_slice(b"STARTTLS\r\n");
                self.phase = Phase::StartTls;
                self.expect(To::StartTls, 10);
            }
            TlsPolicy::Required | TlsPolicy::Implicit => self.no_tls(Stage::Hello, TlsFault::NotOffered),
            TlsPolicy::Never | TlsPolicy::Opportunistic => self.log_in(),
        }
    }

    pub(super) fn start_tls_answered(&mut self, reply: &Reply) {
        if reply.code().number() == 220 {
            // What the reader finds behind it is looked at before anything else.
            self.shake_hands();
        } else if reply.is_completion() || reply.is_intermediate() {
            self.break_off(Attempt::new(Stage::StartTls, ProtocolFault::UnexpectedClass.into_ending()));
        } else if self.settings.tls == TlsPolicy::Required {
            self.no_tls(Stage::StartTls, TlsFault::Refused);
        } else {
            self.events.push_back(Event::Notice(Notice::TlsRefused));
            self.log_in();
        }
    }

    /// All that comes before a transaction is done.
    pub(super) fn ready(&mut self) {
        self.phase = Phase::Idle;
        self.events.push_back(Event::Ready);
    }

    /// A stage before the first transaction was refused: the session ends with QUIT.
    pub(super) fn refused(&mut self, stage: Stage, reply: Reply) {
        if reply.is_completion() || reply.is_intermediate() {
            return self.break_off(Attempt::new(stage, ProtocolFault::UnexpectedClass.into_ending()));
        }
        self.leave(Attempt::new(stage, Ending::Replied(reply)));
    }

    fn say_hello(&mut self, verb: HelloVerb) {
        let word: &[u8] = match verb {
            HelloVerb::Extended if self.is_lmtp() => b"LHLO ",
            HelloVerb::Extended => b"EHLO ",
            HelloVerb::Helo => b"HELO ",
        };
        let text = self.outgoing.text();
        text.put_slice(word);
        match self.settings.hello.domain() {
            Some(domain) => text.put_slice(domain.to_ascii().as_bytes()),
            None => text.put_slice(self.settings.hello.as_str().as_bytes()),
        }
        text.put_slice(b"\r\n");
        self.phase = Phase::Hello(verb);
        self.expect(To::Hello, 0);
    }

    /// The server knows no EHLO. What it then cannot give is decided at once.
    fn fall_back(&mut self) {
        self.facts.extensions = Extensions::default();
        let encrypted = self.facts.tls.is_some();
        if !encrypted && matches!(self.settings.tls, TlsPolicy::Required | TlsPolicy::Implicit) {
            return self.no_tls(Stage::Hello, TlsFault::NotOffered);
        }
        self.events.push_back(Event::Notice(Notice::HeloOnly));
        self.say_hello(HelloVerb::Helo);
    }

    fn no_tls(&mut self, stage: Stage, fault: TlsFault) {
        self.leave(Attempt::new(stage, Ending::Tls(fault)));
    }

    #[cfg(not(feature = "sasl"))]
    fn log_in(&mut self) {
        self.ready();
    }
}
