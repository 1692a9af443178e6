//! Says what an attempt means for whoever has to decide what to do next.
//!
//! in:  the stage and the ending of one recipient      out: one of five outcomes, a sentence, an exit status
//! law: "the server may have it" is never called a failure, and a failure of ours never a refusal of theirs

use mailwright::reply::{Attempt, Ending, NotSent, Stage};

/// What became of a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server took the message over.
    Delivered,
    /// Not now; the same message may be tried again.
    Temporary,
    /// Not like this; trying the same again is of no use.
    Permanent,
    /// The message was whole at the server, and no answer came: it may have it.
    Unknown,
    /// The server broke the protocol.
    Protocol,
}

impl Outcome {
    /// Judges one attempt.
    pub fn of(attempt: &Attempt) -> Self {
        if attempt.is_delivered() {
            return Self::Delivered;
        }
        match attempt.ending() {
            Ending::Protocol(_) => Self::Protocol,
            _ if attempt.may_be_delivered() => Self::Unknown,
            Ending::Replied(reply) if reply.is_permanent() && !is_full_house(attempt) => Self::Permanent,
            Ending::NeedsDowngrade(_)
            | Ending::NotSent(NotSent::TooBig | NotSent::ExtensionMissing | NotSent::Contradicted) => {
                Self::Permanent
            }
            _ => Self::Temporary,
        }
    }

    /// The word for it, as `--json` prints it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Temporary => "temporary",
            Self::Permanent => "permanent",
            Self::Unknown => "unknown",
            Self::Protocol => "protocol",
        }
    }

    /// What it means, in a sentence.
    pub fn sentence(self, attempt: &Attempt) -> &'static str {
        match (self, attempt.ending()) {
            (Self::Delivered, _) => "accepted: the server answers for it from here on",
            (Self::Unknown, _) => "unknown: the server may have it; trying again may make a second copy",
            (Self::Protocol, _) => "the server broke the protocol; its administrator should hear of it",
            (Self::Permanent, Ending::Replied(_)) => "refused for good: trying the same again is of no use",
            (Self::Permanent, _) => "not sent: it cannot go to this server in this form",
            (Self::Temporary, Ending::Replied(_)) => "not now: the server asks to try again later",
            (Self::Temporary, Ending::Tls(_)) => {
                "not sent: it would have gone without the protection you asked for"
            }
            (Self::Temporary, _) => "not sent: nothing is known against the recipient; try again later",
        }
    }
}

/// The exit status for all recipients together, of `sysexits.h`.
pub fn exit_status(outcomes: &[Outcome]) -> u8 {
    let any = |wanted: &[Outcome]| outcomes.iter().any(|outcome| wanted.contains(outcome));
    if any(&[Outcome::Protocol]) {
        76
    } else if any(&[Outcome::Temporary, Outcome::Unknown]) {
        75
    } else if any(&[Outcome::Permanent]) {
        69
    } else {
        0
    }
}

/// 552 to a recipient means "too many of them", as servers of old said it (RFC 5321 §4.5.3.1.10), unless it says otherwise.
fn is_full_house(attempt: &Attempt) -> bool {
    attempt.stage() == Stage::Recipient
        && attempt.ending().reply().is_some_and(|reply| {
            reply.code().to_string() == "552"
                && reply.enhanced().is_none_or(|code| code.to_string() == "5.5.3")
        })
}
