//! What a decision must know of the recipient, beside the verdict.
//!
//! law: nothing is owned, nothing is looked up

use core::time::Duration;

use mailwright_reply::Attempt;

/// What a decision must know of the recipient, beside the verdict.
///
/// # Examples
///
/// ```
/// use mailwright_retry::{Notify, Target};
///
/// let target = Target::new("example.org").with_notify(Notify::Delay);
/// assert_eq!(target.domain(), "example.org");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    pub(crate) domain: &'a str,
    pub(crate) host: &'a str,
    pub(crate) notify: Notify,
    pub(crate) null_sender: bool,
    pub(crate) bulk: bool,
    pub(crate) left: Left,
    pub(crate) attempt: Option<&'a Attempt>,
    pub(crate) unread: Option<Duration>,
    pub(crate) deliver_by: Option<DeliverBy>,
}

/// What the sender asked for by NOTIFY (RFC 3461 §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 3461 §4.1, as far as lateness is concerned")]
pub enum Notify {
    /// No NOTIFY was given: a notice may go.
    #[default]
    Unsaid,
    /// NOTIFY with DELAY.
    Delay,
    /// NOTIFY without DELAY.
    NoDelay,
    /// NOTIFY=NEVER.
    Never,
}

/// What is still untried in the attempt at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Left {
    /// Nothing: each host that should be tried was tried.
    #[default]
    Nothing,
    /// Another host of the domain.
    Host,
    /// Another address of ours, or the other family of addresses.
    Source,
    /// Both.
    HostAndSource,
}

impl Left {
    pub(crate) const fn host(self) -> bool {
        matches!(self, Self::Host | Self::HostAndSource)
    }

    pub(crate) const fn source(self) -> bool {
        matches!(self, Self::Source | Self::HostAndSource)
    }
}

/// By when the sender wants a message delivered (DELIVERBY, RFC 2852).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[expect(clippy::exhaustive_structs, reason = "closed by RFC 2852 §4")]
pub struct DeliverBy {
    /// Seconds since it was queued; negative or 0 where the time was over already.
    pub seconds: i64,
    /// What is to be done then.
    pub mode: ByMode,
}

/// What is to be done when the time of DELIVERBY is over (RFC 2852 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 2852 §4")]
pub enum ByMode {
    /// `R`: give it up.
    Return,
    /// `N`: say that it is late, and go on.
    Notify,
}

impl<'a> Target<'a> {
    /// A recipient at this domain, with a sender, and nothing else known.
    pub const fn new(domain: &'a str) -> Self {
        Self {
            domain,
            host: "",
            notify: Notify::Unsaid,
            null_sender: false,
            bulk: false,
            left: Left::Nothing,
            attempt: None,
            unread: None,
            deliver_by: None,
        }
    }

    /// With the name of the host that was spoken to: a wait that it asks for is believed once.
    #[must_use]
    pub const fn with_host(self, host: &'a str) -> Self {
        Self { host, ..self }
    }

    /// With what the sender asked for by NOTIFY.
    #[must_use]
    pub const fn with_notify(self, notify: Notify) -> Self {
        Self { notify, ..self }
    }

    /// With the null reverse-path: a bounce. It lives shorter, and nobody is told that it is late.
    #[must_use]
    pub const fn with_null_sender(self) -> Self {
        Self { null_sender: true, ..self }
    }

    /// From a list, in bulk or by a machine: nobody is told that it is late.
    #[must_use]
    pub const fn with_bulk(self) -> Self {
        Self { bulk: true, ..self }
    }

    /// With what is still untried in this attempt.
    #[must_use]
    pub const fn with_left(self, left: Left) -> Self {
        Self { left, ..self }
    }

    /// With the attempt itself, for rules on how it ended (`refused`, `rcpt_45x`).
    #[must_use]
    pub const fn with_attempt(self, attempt: &'a Attempt) -> Self {
        Self { attempt: Some(attempt), ..self }
    }

    /// With how long the mailbox was not read, for rules as `quota_7d`; only its own host can know.
    #[must_use]
    pub const fn with_unread(self, unread: Duration) -> Self {
        Self { unread: Some(unread), ..self }
    }

    /// With the time by which it should be delivered.
    #[must_use]
    pub const fn with_deliver_by(self, deliver_by: DeliverBy) -> Self {
        Self { deliver_by: Some(deliver_by), ..self }
    }

    /// The recipient's domain.
    pub const fn domain(&self) -> &'a str {
        self.domain
    }

    /// Whether the sender may be told that it is late.
    pub(crate) const fn takes_notices(&self) -> bool {
        !self.null_sender && !self.bulk && matches!(self.notify, Notify::Unsaid | Notify::Delay)
    }

    /// Whether the sender may be told that the time of DELIVERBY is over.
    pub(crate) const fn takes_by_notice(&self) -> bool {
        !self.null_sender && !matches!(self.notify, Notify::Never)
    }
}
