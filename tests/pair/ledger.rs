//! What came of a conversation, as both ends tell it.

use std::time::Duration;

use mailwright::reply::{Attempt, Stage};

/// A message that the server has taken over, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub recipients: Vec<String>,
    pub message: Vec<u8>,
}

/// What came of a conversation.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub taken: Vec<Taken>,
    /// Per recipient of each message that was given to the client, the endings it got; each has to have one.
    pub attempts: Vec<Vec<Attempt>>,
    pub sent: usize,
    pub finished: usize,
    pub octets: (usize, usize),
    pub replies: usize,
    pub decisions: usize,
    pub steps: usize,
    pub now: Duration,
}

impl Ledger {
    /// How many recipients are said to have the message.
    pub fn delivered(&self) -> usize {
        self.attempts.iter().flatten().filter(|attempt| attempt.is_delivered()).count()
    }

    /// How many recipients may have it.
    pub fn unknown(&self) -> usize {
        self.attempts.iter().flatten().filter(|attempt| attempt.may_be_delivered()).count()
    }

    /// How many recipients were told 421 in the place of the verdict on the message.
    pub fn closing_at_the_end(&self) -> usize {
        let closing = |attempt: &&Attempt| {
            let code = attempt.ending().reply().map(|reply| reply.code().number());
            attempt.stage() == Stage::Dot && code == Some(421)
        };
        self.attempts.iter().flatten().filter(closing).count()
    }

    /// For how many recipients the server has taken it over.
    pub fn taken_over(&self) -> usize {
        self.taken.iter().map(|taken| taken.recipients.len()).sum()
    }

    /// Whether each recipient has exactly one ending.
    pub fn is_complete(&self) -> bool {
        self.finished == self.sent && self.attempts.iter().all(|attempts| attempts.len() == 1)
    }
}
