//! What an answer of the embedder does.
//!
//! in:  an open question and its verdict      out: the reply in its turn, and the effect on the session
//! law: an effect takes place when it is answered, its reply leaves when its turn comes

use alloc::boxed::Box;

use mailwright_reply::{ReplyCode, standard};

use super::say::queue::{About, Said, Text};
use super::say::replies;
use super::verdict::Kind;
use super::{Fate, Hello, Pending, Session, Stage, Standing, State, Transaction, Verdict};
use crate::ask::Ask;

impl Session {
    /// Lets `verdict` take effect on the open question `ask`.
    pub(super) fn decide(&mut self, ask: Ask, about: About, verdict: Verdict) {
        let delay = verdict.delay;
        let said = match about {
            About::Connected => self.decide_greeting(verdict.kind),
            About::Hello => self.decide_hello(&verdict.kind),
            #[cfg(feature = "sasl")]
            About::Login => self.decide_login(verdict.kind),
            About::Mail => self.decide_mail(verdict.kind),
            About::Recipient => self.decide_recipient(ask, verdict.kind),
            About::Data => self.decide_data(&verdict.kind),
            About::FirstChunk => self.decide_chunk(&verdict.kind),
            About::EndOfBody => self.decide_message(verdict.kind),
            About::Verify => {
                let usually = || Said::given(standard::cannot_verify());
                usual(verdict.kind, usually(), usually())
            }
            About::Expand => {
                usual(verdict.kind, Said::fixed(replies::OK), Said::given(standard::local_error()))
            }
            About::Etrn => {
                usual(verdict.kind, Said::fixed(replies::ETRN_OK), Said::fixed(replies::ETRN_NOT_NOW))
            }
        };
        let said = said.after(delay).after(self.settings.delays.reply);
        self.settle_one(ask, said);
        #[cfg(feature = "sasl")]
        if about == About::Login {
            self.after_login();
        }
    }

    /// The common case: a plain yes to the only question that is open, and nothing in its way. Gives whether it was that.
    #[inline]
    pub(super) fn accept_at_once(&mut self, ask: Ask) -> bool {
        let Some(about) = self.queue.only(ask) else { return false };
        if self.flags.holding || self.flags.stopping || !self.settings.delays.reply.is_zero() {
            return false;
        }
        let octets = match about {
            About::Recipient if matches!(self.pending, Pending::Nothing) => {
                self.accept_recipient(None);
                replies::RECIPIENT_OK
            }
            About::EndOfBody => {
                self.accepted();
                replies::ACCEPTED
            }
            About::Mail => {
                if let Pending::Mail(transaction) = core::mem::take(&mut self.pending) {
                    self.begin_transaction(transaction);
                }
                replies::SENDER_OK
            }
            About::Connected
            | About::Hello
            | About::Recipient
            | About::Data
            | About::FirstChunk
            | About::Verify
            | About::Expand
            | About::Etrn => return false,
            #[cfg(feature = "sasl")]
            About::Login => return false,
        };
        self.queue.take_only(ask);
        self.write_fixed(octets);
        self.all_said();
        // Without input nothing goes on but that the reply leaves.
        self.flags.resting = self.input.is_empty() && !self.flags.ended && self.events.is_empty();
        true
    }

    fn decide_greeting(&mut self, kind: Kind) -> Said {
        self.state = State::Line;
        self.flags.flush = true;
        match kind {
            Kind::AcceptWith(reply) if reply.code() == ReplyCode::READY => self.greeted(Said::given(reply)),
            Kind::Refuse(reply) if reply.is_permanent() => {
                self.standing = Standing::Refused;
                Said::given(reply)
            }
            Kind::Refuse(reply) | Kind::Close(reply) => Said::given(reply).then_close(),
            Kind::Defer => Said::given(standard::not_now()).then_close(),
            Kind::Accept | Kind::AcceptWith(_) => {
                let text = Text::Shared(self.settings.ready.greeting.clone());
                self.greeted(Said { text, ..Said::nothing() })
            }
            #[cfg(feature = "sasl")]
            Kind::Login(_) => Said::given(standard::not_now()).then_close(),
        }
    }

    /// The greeting, unless the client has talked before it.
    fn greeted(&mut self, said: Said) -> Said {
        if self.is_early_and_refused() {
            return Said::given(standard::early_talker()).then_close();
        }
        said
    }

    fn decide_hello(&mut self, kind: &Kind) -> Said {
        self.flags.flush = true;
        let hello = match core::mem::take(&mut self.pending) {
            Pending::Hello(hello) => hello,
            Pending::Nothing | Pending::Mail(_) | Pending::Domains(_) => return Said::nothing(),
        };
        if let Some(said) = negative(kind) {
            return said;
        }
        self.welcome(hello)
    }

    /// Takes the hello over, and gives the reply to it.
    pub(super) fn welcome(&mut self, hello: Hello) -> Said {
        Said { text: Text::Shared(self.enter(hello)), ..Said::nothing() }
    }

    fn decide_mail(&mut self, kind: Kind) -> Said {
        let transaction = match core::mem::take(&mut self.pending) {
            Pending::Mail(transaction) => transaction,
            Pending::Nothing | Pending::Hello(_) | Pending::Domains(_) => return Said::nothing(),
        };
        if let Some(said) = negative(&kind) {
            return self.refusal(said);
        }
        self.begin_transaction(transaction);
        positive(kind, replies::SENDER_OK)
    }

    pub(super) fn begin_transaction(&mut self, transaction: Transaction) {
        self.standing = Standing::Transaction(transaction);
        self.counts.dropped = 0;
    }

    fn decide_recipient(&mut self, ask: Ask, kind: Kind) -> Said {
        let domain = self.pending_domain(ask);
        if let Some(said) = negative(&kind) {
            return self.refusal(said);
        }
        self.accept_recipient(domain);
        positive(kind, replies::RECIPIENT_OK)
    }

    /// Takes out the domain that was noted with this question.
    fn pending_domain(&mut self, ask: Ask) -> Option<Box<str>> {
        let Pending::Domains(domains) = &mut self.pending else { return None };
        let at = domains.iter().position(|(noted, _)| *noted == ask)?;
        Some(domains.swap_remove(at).1)
    }

    pub(super) fn accept_recipient(&mut self, domain: Option<Box<str>>) {
        let Standing::Transaction(transaction) = &mut self.standing else { return };
        transaction.stage = Stage::Recipients;
        transaction.accepted = transaction.accepted.saturating_add(1);
        if let Some(domain) = domain
            && !transaction.domains.contains(&domain)
        {
            transaction.domains.push(domain);
        }
    }

    fn decide_data(&mut self, kind: &Kind) -> Said {
        self.flags.flush = true;
        if let Some(said) = negative(kind) {
            return self.refusal(said);
        }
        self.begin_text();
        Said::fixed(replies::START_INPUT)
    }

    fn decide_chunk(&mut self, kind: &Kind) -> Said {
        let verdict = negative(kind);
        let State::Chunk(chunk) = &mut self.state else { return Said::nothing() };
        let last = chunk.decoder.is_last();
        let Some(said) = verdict else {
            chunk.fate = Fate::Taken;
            return Said::nothing();
        };
        if said.close {
            return said;
        }
        let reply = match said.text {
            Text::Given(reply) => reply,
            Text::Nothing | Text::Fixed(_) | Text::Shared(_) => standard::local_error(),
        };
        let fate = self.broken(reply, last);
        if let State::Chunk(chunk) = &mut self.state {
            chunk.fate = fate;
        }
        Said::nothing()
    }

    /// A message was accepted: the counts of faults begin again.
    fn accepted(&mut self) {
        self.facts.messages = self.facts.messages.saturating_add(1);
        self.facts.errors = 0;
        self.counts.refusals = 0;
        self.counts.idle = 0;
    }

    fn decide_message(&mut self, kind: Kind) -> Said {
        if let Some(said) = negative(&kind) {
            return self.refusal(said);
        }
        self.accepted();
        positive(kind, replies::ACCEPTED)
    }
}

/// The reply of a verdict that does not accept; a reply of 421 closes.
fn negative(kind: &Kind) -> Option<Said> {
    let (reply, close) = match kind {
        Kind::Refuse(reply) => (reply.clone(), reply.code() == ReplyCode::UNAVAILABLE),
        Kind::Close(reply) => (reply.clone(), true),
        Kind::Defer => (standard::local_error(), false),
        Kind::Accept | Kind::AcceptWith(_) => return None,
        // An answer that belongs to another question says nothing about this one.
        #[cfg(feature = "sasl")]
        Kind::Login(_) => (standard::local_error(), false),
    };
    let said = Said::given(reply);
    Some(if close { said.then_close() } else { said })
}

/// The reply of a verdict that accepts.
fn positive(kind: Kind, usual: &'static [u8]) -> Said {
    if let Kind::AcceptWith(reply) = kind { Said::given(reply) } else { Said::fixed(usual) }
}

/// A question that changes nothing but its reply.
fn usual(kind: Kind, accepted: Said, deferred: Said) -> Said {
    if matches!(kind, Kind::Defer) {
        return deferred;
    }
    match (negative(&kind), kind) {
        (Some(said), _) => said,
        (None, Kind::AcceptWith(reply)) => Said::given(reply),
        (None, _) => accepted,
    }
}
