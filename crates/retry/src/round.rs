//! One verdict for an attempt that asked several hosts.
//!
//! law: a delivery wins; the word of a better host stands over that of a worse one; who answered is heard before who was silent

use mailwright_reply::{Next, Verdict};

/// One verdict for an attempt that asked several hosts of a domain, best first.
///
/// A refusal by a backup host doesn't end a message while the main host is only down; a refusal by the main host does.
///
/// # Examples
///
/// ```
/// use mailwright_reply::{Cause, Lasting, Verdict};
/// use mailwright_retry::Round;
///
/// let mut round = Round::new();
/// round.note(Verdict::new(Cause::Network, Lasting::Temporary)); // the main host
/// round.note(Verdict::new(Cause::RelayDenied, Lasting::Permanent)); // its backup
/// assert_eq!(round.verdict().map(|verdict| verdict.cause), Some(Cause::Network));
/// ```
///
/// # RFC
///
/// RFC 5321 §5.1: hosts are tried in order; trying them is one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Round {
    verdict: Option<Verdict>,
}

impl Round {
    /// An attempt in which nobody was asked yet.
    pub const fn new() -> Self {
        Self { verdict: None }
    }

    /// What came of the next host.
    pub fn note(&mut self, verdict: Verdict) {
        let later = match self.verdict {
            None => true,
            Some(first) => match (Rank::of(&first), Rank::of(&verdict)) {
                // A host of the site takes mail later: that is more than a closed door, or silence.
                (_, Rank::Delivered)
                | (Rank::Silent | Rank::Door, Rank::Later)
                | (Rank::Door, Rank::Silent | Rank::Refused) => true,
                _ => false,
            },
        };
        if later {
            self.verdict = Some(verdict);
        }
    }

    /// What came of them all; none where nobody was asked.
    pub const fn verdict(&self) -> Option<Verdict> {
        self.verdict
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    Delivered,
    /// A host answered: later.
    Later,
    /// No host answered.
    Silent,
    /// A host took nothing from us at all; another may.
    Door,
    /// Not this message, not this recipient.
    Refused,
}

impl Rank {
    fn of(verdict: &Verdict) -> Self {
        match verdict.next {
            Next::Done => Self::Delivered,
            _ if verdict.is_temporary() => {
                if verdict.wire.is_some() {
                    Self::Later
                } else {
                    Self::Silent
                }
            }
            Next::Retry { .. } => Self::Door,
            Next::Bounce | Next::CheckDelivered | _ => Self::Refused,
        }
    }
}
