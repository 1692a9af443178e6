//! Takes each reply to the command that it answers.
//!
//! in:  one reply      out: what that stage makes of it
//! law: 421 ends the session wherever it comes, and is blamed on no message (RFC 5321 §3.8)

use mailwright_reply::{Attempt, Ending, ProtocolFault, Reply, Stage};

use super::{
    ending::IntoEnding as _,
    expected::To,
    session::{Phase, Session},
};

impl Session {
    pub(super) fn reply(&mut self, reply: Reply) {
        let Some(expected) = self.expected.pop() else { return self.unasked(reply) };
        if reply.code().number() == 421 && expected.to != To::Quit {
            return self.break_off(Attempt::new(expected.to.stage(), Ending::Replied(reply)));
        }
        self.arm();
        match expected.to {
            To::Greeting => self.greeted(reply),
            To::Hello => {
                if let Phase::Hello(verb) = self.phase {
                    self.helloed(verb, reply);
                }
            }
            To::StartTls => self.start_tls_answered(&reply),
            #[cfg(feature = "sasl")]
            To::Auth => {
                if let Phase::Auth(login) = core::mem::replace(&mut self.phase, Phase::Idle) {
                    self.auth_answered(*login, reply);
                }
            }
            To::Reset => self.reset_answered(reply),
            To::Mail => self.mail_answered(reply),
            To::Recipient(index) => self.recipient_answered(index, reply),
            To::Data => self.data_answered(reply),
            To::Chunk => self.chunk_answered(reply),
            To::Message => self.message_answered(reply),
            To::MessageFor(index) => self.message_answered_for(index, reply),
            To::LoneDot => self.lone_dot_answered(),
            To::Quit => self.close(),
        }
        self.go_on();
    }

    /// A reply that no command asked for.
    fn unasked(&mut self, reply: Reply) {
        if matches!(self.phase, Phase::Quit | Phase::Over) {
            return self.close();
        }
        let stage = if matches!(self.phase, Phase::Body) { Stage::Body } else { Stage::Idle };
        let refusal = reply.is_transient() || reply.is_permanent();
        let ending = if refusal { Ending::Replied(reply) } else { ProtocolFault::Surplus.into_ending() };
        self.break_off(Attempt::new(stage, ending));
    }
}
