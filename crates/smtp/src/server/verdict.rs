//! The embedder's answer to an ask.
//!
//! in:  a reply of the embedder's, or none      out: a verdict that can only be said where it fits
//! law: what accepts is 2yz, what refuses is 4yz or 5yz; 354 and 334 are the machine's own

use core::time::Duration;

use mailwright_reply::Reply;

#[cfg(feature = "sasl")]
use crate::sasl;

/// The answer to an ask.
///
/// # Examples
/// ```
/// use mailwright_reply::standard;
/// use mailwright_smtp::server::Verdict;
///
/// let known = true;
/// let verdict = if known { Verdict::accept() } else { Verdict::refuse(standard::unknown_user())? };
/// assert!(Verdict::accept_with(standard::unknown_user()).is_err());
/// # Ok::<(), mailwright_smtp::server::MisuseError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Verdict {
    pub(crate) kind: Kind,
    pub(crate) delay: Duration,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Accept,
    AcceptWith(Reply),
    Refuse(Reply),
    Defer,
    Close(Reply),
    #[cfg(feature = "sasl")]
    Login(sasl::Answer),
}

/// A reply that does not fit the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum MisuseError {
    /// Accepting takes a reply of 2yz.
    #[error("a reply that accepts must be 2yz")]
    NotPositive,
    /// Refusing takes a reply of 4yz or 5yz.
    #[error("a reply that refuses must be 4yz or 5yz")]
    NotNegative,
}

impl Verdict {
    /// Yes, with the reply that is usual for the question.
    pub const fn accept() -> Self {
        Self::of(Kind::Accept)
    }

    /// Yes, with this reply: `251`, `250 2.0.0 Ok: queued as 4711`.
    ///
    /// The machine keeps its own reply where the protocol leaves no choice: 354 to DATA, the extensions behind
    /// EHLO, 235 and challenges to AUTH.
    ///
    /// # Errors
    /// [`MisuseError::NotPositive`] where the reply is not 2yz.
    pub fn accept_with(reply: Reply) -> Result<Self, MisuseError> {
        if reply.is_completion() {
            Ok(Self::of(Kind::AcceptWith(reply)))
        } else {
            Err(MisuseError::NotPositive)
        }
    }

    /// No, with this reply, for now (4yz) or for good (5yz). A reply of 421 closes the connection too.
    ///
    /// # Errors
    /// [`MisuseError::NotNegative`] where the reply is neither.
    pub fn refuse(reply: Reply) -> Result<Self, MisuseError> {
        if reply.is_transient() || reply.is_permanent() {
            Ok(Self::of(Kind::Refuse(reply)))
        } else {
            Err(MisuseError::NotNegative)
        }
    }

    /// Not now: the same as no answer at all before the deadline.
    pub const fn defer() -> Self {
        Self::of(Kind::Defer)
    }

    /// No, and the connection is closed behind the reply.
    ///
    /// # Errors
    /// [`MisuseError::NotNegative`] where the reply is neither 4yz nor 5yz.
    pub fn close(reply: Reply) -> Result<Self, MisuseError> {
        if reply.is_transient() || reply.is_permanent() {
            Ok(Self::of(Kind::Close(reply)))
        } else {
            Err(MisuseError::NotNegative)
        }
    }

    /// What a question about a login wants: keys, a secret, yes or no.
    #[cfg(feature = "sasl")]
    pub const fn login(answer: sasl::Answer) -> Self {
        Self::of(Kind::Login(answer))
    }

    /// Holds the reply back for this long.
    #[must_use]
    pub const fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Whether it says yes at once and with the usual words.
    #[inline]
    pub(crate) const fn is_plain_yes(&self) -> bool {
        matches!(self.kind, Kind::Accept) && self.delay.is_zero()
    }

    const fn of(kind: Kind) -> Self {
        Self { kind, delay: Duration::ZERO }
    }
}
