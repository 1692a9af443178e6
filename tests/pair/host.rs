//! The host behind the server: what it decides, when, and what it takes over.

use std::time::Duration;

use mailwright::reply::standard;
use mailwright::smtp::Ask;
use mailwright::smtp::sasl::{Answer, Question, ScramKeys, Secret};
use mailwright::smtp::server::Verdict;

use super::scenario::{Decision, Fault};
use super::{Taken, World};

#[derive(Default)]
pub struct Host {
    pub recipients: Vec<String>,
    pub message: Vec<u8>,
    pub later: Vec<(Duration, Ask, What)>,
}

#[derive(Clone, Debug)]
pub enum What {
    Plain,
    Recipient(String),
    /// The message is taken over for these.
    Message(Vec<String>, Vec<u8>),
    Login(Box<Answer>),
}

impl World {
    /// The host's decision about this.
    pub fn decide(&mut self, ask: Ask, what: What) {
        let number = self.ledger.decisions;
        self.ledger.decisions += 1;
        let decision = match self.fault {
            Fault::Host(at, decision) if at == number => decision,
            _ => Decision::Accept,
        };
        let now = self.clock();
        match decision {
            Decision::Accept => self.accept(ask, what),
            Decision::Defer => {
                let _ = self.server.answer(now, ask, Verdict::defer());
            }
            Decision::Refuse => {
                let _ = self.server.answer(now, ask, Verdict::refuse(standard::unknown_user()).unwrap());
            }
            Decision::Slow => self.host.later.push((self.now + Duration::from_secs(60), ask, what)),
            Decision::Silence => {}
        }
    }

    pub fn accept(&mut self, ask: Ask, what: What) {
        let verdict = match &what {
            What::Login(answer) => Verdict::login((**answer).clone()),
            What::Plain | What::Recipient(_) | What::Message(..) => Verdict::accept(),
        };
        if self.server.answer(self.clock(), ask, verdict).is_err() {
            return;
        }
        match what {
            What::Recipient(path) => self.host.recipients.push(path),
            What::Message(recipients, message) => self.ledger.taken.push(Taken { recipients, message }),
            What::Plain | What::Login(_) => {}
        }
    }
}

/// The host knows one user: tim, by the password `tanstaaf` and the token `fresh`.
pub fn known(question: &Question) -> Answer {
    match question {
        Question::Password { user, password, .. }
            if user.as_bytes() == b"tim" && password.matches(b"tanstaaf") =>
        {
            Answer::Accept
        }
        Question::Token { token, .. } if token.matches(b"fresh") => Answer::Accept,
        Question::Secret { user } if user.as_bytes() == b"tim" => Answer::Secret(Secret::new("tanstaaf")),
        Question::Scram { user, .. } if user.as_bytes() == b"tim" => {
            Answer::Scram(ScramKeys::derive(b"tanstaaf", b"salt of tim", 4096))
        }
        _ => Answer::Refuse,
    }
}
