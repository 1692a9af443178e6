//! What a refusal means, how long it holds, and what to do.
//!
//! law: a suppression is made here and nowhere else, and only from a verdict that blames the recipient surely

use core::time::Duration;

use crate::{Blame, Cause};

/// How long a refusal holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[expect(clippy::exhaustive_enums, reason = "closed: it passes by itself, by somebody's work, or never")]
pub enum Lasting {
    /// It passes by itself; the same may be tried again.
    Temporary,
    /// It holds until somebody mends something.
    UntilFixed,
    /// It holds for this message and recipient.
    Permanent,
}

/// How sure a verdict is; the surest is the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Sure {
    /// The reply says so in words, or we saw it ourselves.
    Stated,
    /// Who said it, or an RFC, documents that this code means so.
    Documented,
    /// The code usually means so.
    Usual,
    /// Only the first digit speaks.
    Guess,
}

/// Which host to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Host {
    /// The same, from the same address: a greylist knows us there.
    Same,
    /// The next one of the domain, at once.
    Other,
    /// Any.
    Any,
}

/// What to change before the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Change {
    /// Start TLS first.
    WithTls,
    /// Leave TLS out.
    WithoutTls,
    /// Leave out the parameter or extension that was refused.
    WithoutParameter,
    /// Send the rest in another transaction.
    NextTransaction,
    /// Open a new connection.
    Reconnect,
    /// Send another form of the message: the peer can't take this one.
    Downgrade,
    /// Look up the mail hosts anew.
    Resolve,
}

/// What to do with this recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Next {
    /// Try again.
    Retry {
        /// Where.
        host: Host,
        /// Whether fewer or slower attempts are wanted.
        slower: bool,
        /// What to change.
        change: Option<Change>,
    },
    /// Tell the sender that it was not delivered.
    Bounce,
    /// It may have been delivered: a retry may make a second copy.
    CheckDelivered,
    /// Nothing: it was delivered.
    Done,
}

/// Who should hear of it beside the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Whom {
    /// Whoever runs the sending server.
    Operator,
    /// Whoever holds the sender's domain.
    SenderDomain,
}

/// A wait that the text asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Wait {
    /// What the text says.
    pub said: Duration,
    /// The same between five minutes and a day.
    pub used: Duration,
}

impl Wait {
    /// A wait of that length, and what is obeyed of it.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::time::Duration;
    /// use mailwright_reply::Wait;
    ///
    /// assert_eq!(Wait::new(Duration::from_secs(1)).used, Duration::from_secs(300));
    /// ```
    pub fn new(said: Duration) -> Self {
        Self { said, used: said.clamp(Self::FLOOR, Self::CAP) }
    }

    pub(crate) const FLOOR: Duration = Duration::from_secs(5 * 60);
    pub(crate) const CAP: Duration = Duration::from_secs(24 * 60 * 60);
}

/// What a verdict stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Evidence {
    /// The number of the rule, for `Rules::rule`; none where the ending itself says it.
    pub rule: Option<u16>,
    /// The octets of the text that the rule was keyed on: first and behind the last, 0-based.
    pub range: Option<(u32, u32)>,
}

/// How strongly a mailbox or domain should be left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Strength {
    /// At once.
    Hard,
    /// At the second sighting, at least a day later.
    Second,
    /// After it was seen on several days.
    Soft,
}

/// What a suppression is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum About {
    /// The mailbox.
    Mailbox,
    /// Its whole domain.
    Domain,
}

/// A reason not to mail a recipient again; only [`Verdict::suppression`] makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Suppression {
    about: About,
    strength: Strength,
}

impl Suppression {
    /// What it is about.
    pub const fn about(self) -> About {
        self.about
    }

    /// How strong it is.
    pub const fn strength(self) -> Strength {
        self.strength
    }
}

/// What a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Verdict {
    /// Why.
    pub cause: Cause,
    /// Whom it is about.
    pub blame: Blame,
    /// How long it holds.
    pub lasting: Lasting,
    /// What to do with this recipient.
    pub next: Next,
    /// Who should hear of it.
    pub alert: Option<Whom>,
    /// The wait that the text asks for.
    pub wait: Option<Wait>,
    /// How sure this is.
    pub sure: Sure,
    /// Whether one sighting is not enough to leave the recipient alone: the words say less than the cause.
    pub twice: bool,
    /// What it stands on.
    pub why: Evidence,
    /// What the first digit alone said: [`Lasting::Temporary`] or [`Lasting::Permanent`]; none without a code, or with 2yz and 3yz.
    pub wire: Option<Lasting>,
}

impl Verdict {
    /// A verdict of the caller's own, where no rule was asked.
    ///
    /// It blames whom the cause usually is about and is a guess, so that it suppresses nobody. Its fields may be set afterwards.
    ///
    /// # Examples
    ///
    /// ```
    /// use mailwright_reply::{Blame, Cause, Lasting, Verdict};
    ///
    /// let verdict = Verdict::new(Cause::System, Lasting::Temporary);
    /// assert_eq!(verdict.blame, Blame::Host);
    /// assert!(verdict.is_temporary() && verdict.suppression().is_none());
    /// ```
    pub const fn new(cause: Cause, lasting: Lasting) -> Self {
        let next = match (cause, lasting) {
            (Cause::Accepted, _) => Next::Done,
            (_, Lasting::Temporary) => Next::Retry { host: Host::Any, slower: false, change: None },
            (_, Lasting::UntilFixed | Lasting::Permanent) => Next::Bounce,
        };
        Self {
            cause,
            blame: cause.usual_blame(),
            lasting,
            next,
            alert: None,
            wait: None,
            sure: Sure::Guess,
            twice: false,
            why: Evidence { rule: None, range: None },
            wire: None,
        }
    }

    /// The verdict for one recipient, where the host said the same of `same` of the `all` recipients that it was asked about.
    ///
    /// What is said of each of three or more is not about any of them: the host, or the sender, is blamed then, and
    /// nobody is suppressed. A domain that is gone stays gone. Equal replies are told by `fold`.
    ///
    /// # Examples
    ///
    /// ```
    /// use mailwright_reply::{Blame, Cause, Lasting, Verdict};
    ///
    /// let verdict = Verdict::new(Cause::MailboxUnknown, Lasting::Permanent);
    /// assert_eq!(verdict.among(40, 40).blame, Blame::Host);
    /// assert_eq!(verdict.among(39, 40).blame, Blame::Recipient);
    /// ```
    #[must_use]
    pub fn among(self, same: u32, all: u32) -> Self {
        if all < 3 || same < all || self.blame != Blame::Recipient {
            return self;
        }
        let blame = if self.cause == Cause::RecipientRefused { Blame::Sender } else { Blame::Host };
        Self { blame, sure: Sure::Guess, alert: self.alert.or(Some(Whom::Operator)), ..self }
    }

    /// Whether the code says otherwise than what is meant: `451 User unknown`, `550 rate limited`.
    pub fn lies(&self) -> bool {
        match (self.wire, self.lasting) {
            (Some(Lasting::Temporary), Lasting::Permanent)
            | (Some(Lasting::Permanent), Lasting::Temporary) => true,
            (Some(_) | None, _) => false,
        }
    }

    /// Whether the same message may pass later without anybody's work: temporary, or until fixed behind a 4yz.
    pub fn is_temporary(&self) -> bool {
        match self.lasting {
            Lasting::Temporary => true,
            Lasting::UntilFixed => self.wire == Some(Lasting::Temporary),
            Lasting::Permanent => false,
        }
    }

    /// Whether the recipient should be mailed again at all.
    ///
    /// Only a verdict that blames the recipient or its domain, by the words of the reply or a documented code, gives one.
    pub fn suppression(&self) -> Option<Suppression> {
        if self.sure > Sure::Documented {
            return None;
        }
        let about = match self.blame {
            Blame::Recipient => About::Mailbox,
            Blame::RecipientDomain => About::Domain,
            Blame::Sender
            | Blame::SenderDomain
            | Blame::SendingIp
            | Blame::Message
            | Blame::Host
            | Blame::Route
            | Blame::OurSide
            | Blame::Unclear => return None,
        };
        let gone = self.cause.is_gone();
        let strength = if matches!(self.cause, Cause::MailboxFull | Cause::MailboxDisabled) {
            Strength::Soft
        } else if !gone || self.lasting == Lasting::Temporary {
            return None;
        } else if self.wire == Some(Lasting::Temporary) || self.twice {
            // The code says later, or the words say less than "unknown": once more, to be sure.
            Strength::Second
        } else {
            Strength::Hard
        };
        Some(Suppression { about, strength })
    }
}
