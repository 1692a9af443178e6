//! What is done with a message next, and why.
//!
//! law: each decision says which rule and which numbers it stands on

use core::fmt;
use core::time::Duration;

use mailwright_reply::{Cause, Change, Host};

use crate::HostState;
use crate::span::Span;

/// What is done with a recipient after an attempt. Times are Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Decision {
    /// Go on at once: it is still the same attempt.
    Now {
        /// With which host.
        host: Host,
        /// What to change.
        change: Option<Change>,
        /// Why.
        why: Why,
    },
    /// Try again then.
    Wait {
        /// When.
        until: u64,
        /// Why then.
        why: Why,
    },
    /// Tell the sender.
    Notice {
        /// What.
        kind: Notice,
        /// When the next attempt is due; none where there is none.
        until: Option<u64>,
        /// Why.
        why: Why,
    },
    /// Stop, and report the failure to the sender where one may be told.
    GiveUp {
        /// Why.
        why: Why,
    },
    /// Nothing is left to do: it was delivered, or it was given up before.
    Done,
}

/// What the sender is told while a message lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Notice {
    /// It is late; it will be tried on, until [`Why::expires`].
    Delayed,
    /// It was late, and was delivered.
    Cleared,
}

/// What is done with a recipient whose time has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Due {
    /// Try it. Store this record of the host first, by compare-and-set; where that fails, ask again.
    Try {
        /// The host, with this attempt noted.
        host: HostState,
    },
    /// Don't try it: the host is down, or it isn't time.
    Held(Decision),
}

/// Why a decision was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Why {
    /// The reason.
    pub reason: Reason,
    /// What went wrong last; with the host, where this recipient was never tried; none where nothing was.
    pub cause: Option<Cause>,
    /// The rule, for [`Policy::rule`](crate::Policy::rule); none for the schedule that serves everything else.
    pub rule: Option<u16>,
    /// Attempts so far.
    pub attempts: u32,
    /// The time until the next attempt, in whole seconds; 0 where there is none.
    pub gap: Duration,
    /// When it is given up, in Unix seconds.
    pub expires: u64,
    /// Whether an operator should look at it: said once for each run of the same cause.
    pub alert: bool,
}

/// The reason of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Reason {
    /// The schedule says so.
    Scheduled,
    /// The host asked for it.
    Asked,
    /// The next attempt is the last one.
    LastTry,
    /// The host failed for others; it is tried again then.
    HostDown,
    /// It is not time.
    NotDue,
    /// Something else is left to try at once.
    AtOnce,
    /// It was delivered.
    Delivered,
    /// The failure is permanent.
    Permanent,
    /// A rule says that this is never tried again.
    Never,
    /// The number of tries of the schedule is used up.
    TriesUsed,
    /// The time in the queue ran out.
    Expired,
    /// The time of DELIVERBY is over (RFC 2852).
    DeliverBy,
}

impl Decision {
    /// When the recipient is due again; none where it is not, or at once.
    ///
    /// A message is due when the first of its recipients is: `decisions.filter_map(Decision::until).min()`.
    pub const fn until(&self) -> Option<u64> {
        match self {
            Self::Wait { until, .. } => Some(*until),
            Self::Notice { until, .. } => *until,
            Self::Now { .. } | Self::GiveUp { .. } | Self::Done => None,
        }
    }

    /// Why.
    pub const fn why(&self) -> Option<&Why> {
        match self {
            Self::Now { why, .. }
            | Self::Wait { why, .. }
            | Self::Notice { why, .. }
            | Self::GiveUp { why } => Some(why),
            Self::Done => None,
        }
    }

    /// The same, with a cause where the recipient itself was never tried.
    pub(crate) const fn because_of(mut self, cause: Option<Cause>) -> Self {
        if let Self::Now { why, .. }
        | Self::Wait { why, .. }
        | Self::Notice { why, .. }
        | Self::GiveUp { why } = &mut self
            && why.cause.is_none()
        {
            why.cause = cause;
        }
        self
    }

    /// Whether it is over: delivered or given up.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::GiveUp { .. } | Self::Done | Self::Notice { until: None, .. })
    }
}

impl Reason {
    const fn text(self) -> &'static str {
        match self {
            Self::Scheduled => "as scheduled",
            Self::Asked => "as the host asked",
            Self::LastTry => "for the last time",
            Self::HostDown => "the host is down",
            Self::NotDue => "not yet due",
            Self::AtOnce => "at once",
            Self::Delivered => "delivered",
            Self::Permanent => "the failure is permanent",
            Self::Never => "a rule says never again",
            Self::TriesUsed => "all tries are used",
            Self::Expired => "its time in the queue ran out",
            Self::DeliverBy => "it should have been delivered by now",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

impl fmt::Display for Why {
    /// One line for a log: `as scheduled, in 15m: network, attempt 3, rule 0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason.text())?;
        if !self.gap.is_zero() {
            write!(f, ", in {}", Span::of(self.gap))?;
        }
        f.write_str(": ")?;
        match self.cause {
            Some(cause) => write!(f, "{cause}")?,
            None => f.write_str("nothing went wrong")?,
        }
        write!(f, ", attempt {}", self.attempts)?;
        match self.rule {
            Some(rule) => write!(f, ", rule {rule}")?,
            None => f.write_str(", the schedule of everything else")?,
        }
        if self.alert { f.write_str(", an operator should look") } else { Ok(()) }
    }
}
