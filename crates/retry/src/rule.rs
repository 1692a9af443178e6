//! Which failures, of which domains, follow which schedule.
//!
//! in:  the domain, the verdict, the attempt      out: whether the rule is for them
//! law: the first rule that fits decides; what is written is read back

use alloc::boxed::Box;
use core::time::Duration;

use mailwright_reply::{Blame, Cause, Ending, NoHost, Stage, Verdict};

use crate::{RuleError, Schedule, Target};

mod text;

/// Which failures, of which domains, follow which schedule.
///
/// Its text form is a line of Exim's retry rules: a domain, an error, at will `senders=:` for bounces, and a schedule; no
/// schedule stands for "never again". An error is one of Exim's words or a [`Cause`]; cause and domain may change places.
/// `alert` behind the schedule calls an operator, `# text` says why the rule is there.
///
/// # Examples
///
/// ```
/// use mailwright_retry::Rule;
///
/// let rule: Rule = "*.example.org  rcpt_45x  F,3d,30m; alert # they asked for it".parse()?;
/// assert_eq!(rule.to_string(), "*.example.org rcpt_45x F,3d,30m; alert # they asked for it");
/// let swapped: Rule = "greylisted * F,1h,5m; F,1d,30m".parse()?;
/// assert_eq!(swapped.to_string(), "* greylisted F,1h,5m; F,1d,30m");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rule {
    pattern: Pattern,
    on: On,
    null_sender: bool,
    schedule: Option<Schedule>,
    alert: bool,
    reason: Box<str>,
}

/// Which domains a rule is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern(Box<str>);

/// Which failures a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum On {
    /// Every failure: `*`.
    Any,
    /// A cause, by its name.
    Cause(Cause),
    /// Nobody listens at the port: `refused`.
    Refused,
    /// No answer in time, at any stage: `timeout`.
    Timeout,
    /// The host could not be reached in time: `timeout_connect`.
    TimeoutConnect,
    /// The connection went away: `lost_connection`.
    LostConnection,
    /// The name could not be looked up: `lookup`.
    Lookup,
    /// TLS was needed and could not be had: `tls_required`.
    TlsRequired,
    /// No login could be had: `auth_failed`.
    AuthFailed,
    /// The mailbox is full, and was not read for so long where a time is given: `quota`, `quota_7d`.
    #[non_exhaustive]
    Quota {
        /// How long it was not read.
        unread: Option<Duration>,
    },
    /// A 4yz reply to MAIL, RCPT or the message: `mail_4xx`, `rcpt_45x`, `data_451`.
    #[non_exhaustive]
    Reply {
        /// [`Stage::Mail`], [`Stage::Recipient`] or [`Stage::Data`], which stands for the message and its end, too.
        stage: Stage,
        /// The second digit, where it matters.
        second: Option<u8>,
        /// The third digit, where it matters.
        third: Option<u8>,
    },
}

impl Rule {
    /// A rule for one cause, everywhere.
    ///
    /// # Examples
    ///
    /// ```
    /// use mailwright_reply::Cause;
    /// use mailwright_retry::{Rule, Schedule};
    ///
    /// let rule = Rule::of_cause(Cause::Spam, Schedule::doubling());
    /// assert_eq!(rule.to_string(), "* spam G,5d,5m,2; cap=8h");
    /// ```
    pub fn of_cause(cause: Cause, schedule: Schedule) -> Self {
        Self {
            pattern: Pattern::any(),
            on: On::Cause(cause),
            null_sender: false,
            schedule: Some(schedule),
            alert: false,
            reason: "".into(),
        }
    }

    /// With a reason that is known to be right.
    pub(crate) fn because(self, reason: &str) -> Self {
        Self { reason: reason.into(), ..self }
    }

    /// A rule for these failures of these domains.
    ///
    /// # Errors
    ///
    /// [`RuleError::ShortWithoutReason`] where it is for every failure, ends before three days and gives no reason;
    /// [`RuleError::Reason`] where the reason is longer than 200 octets or has a control character.
    pub fn new(
        pattern: Pattern,
        on: On,
        schedule: Option<Schedule>,
        reason: &str,
    ) -> Result<Self, RuleError> {
        let rule =
            Self { pattern, on, null_sender: false, schedule, alert: false, reason: reason.trim().into() };
        if reason.len() > 200 || reason.contains(char::is_control) {
            return Err(RuleError::Reason);
        }
        rule.checked()
    }

    /// A short life for every failure of a domain needs its reason; a cause is one.
    fn checked(self) -> Result<Self, RuleError> {
        let short = self.schedule.as_ref().is_none_or(|schedule| schedule.expiry() < Schedule::HORIZON);
        let vague = self.on == On::Any && !self.null_sender && self.reason.is_empty();
        if short && vague { Err(RuleError::ShortWithoutReason) } else { Ok(self) }
    }

    /// For bounces only.
    #[must_use]
    pub fn with_null_sender(self) -> Self {
        Self { null_sender: true, ..self }
    }

    /// Calls an operator, once for each run of the same cause.
    #[must_use]
    pub fn with_alert(self) -> Self {
        Self { alert: true, ..self }
    }

    /// Which domains it is for.
    pub const fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// Which failures it is for.
    pub const fn on(&self) -> On {
        self.on
    }

    /// Whether it is for bounces only.
    pub const fn is_for_null_sender(&self) -> bool {
        self.null_sender
    }

    /// The schedule; none stands for "never again".
    pub const fn schedule(&self) -> Option<&Schedule> {
        self.schedule.as_ref()
    }

    /// Whether it calls an operator.
    pub const fn alerts(&self) -> bool {
        self.alert
    }

    /// Why it is there; may be empty.
    pub const fn reason(&self) -> &str {
        &self.reason
    }

    /// Whether it is for this failure of this recipient.
    pub(crate) fn fits(&self, to: &Target<'_>, verdict: &Verdict) -> bool {
        (to.null_sender || !self.null_sender) && self.on.fits(to, verdict) && self.pattern.fits(to.domain)
    }
}

impl Pattern {
    /// Every domain.
    pub fn any() -> Self {
        Self("*".into())
    }

    /// Whether it is for this domain; case and one final dot don't matter.
    pub fn fits(&self, domain: &str) -> bool {
        let domain = domain.strip_suffix('.').unwrap_or(domain).as_bytes();
        match self.0.strip_prefix('*') {
            None => domain.eq_ignore_ascii_case(self.0.as_bytes()),
            Some(end) => {
                let from = domain.len().checked_sub(end.len());
                let tail = from.and_then(|from| domain.get(from..));
                tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end.as_bytes()))
            }
        }
    }

    /// As it is written.
    pub const fn as_str(&self) -> &str {
        &self.0
    }
}

impl On {
    fn fits(self, to: &Target<'_>, verdict: &Verdict) -> bool {
        let ending = to.attempt.map(mailwright_reply::Attempt::ending);
        match self {
            Self::Any => true,
            Self::Cause(cause) => verdict.cause == cause,
            Self::Refused => matches!(ending, Some(Ending::Refused)),
            Self::Timeout => matches!(ending, Some(Ending::TimedOut)),
            Self::TimeoutConnect => {
                let connecting = to.attempt.is_some_and(|attempt| attempt.stage() == Stage::Connect);
                connecting && matches!(ending, Some(Ending::TimedOut))
            }
            Self::LostConnection => matches!(ending, Some(Ending::Closed | Ending::Reset)),
            Self::Lookup => match ending {
                Some(ending) => matches!(ending, Ending::NoHost(NoHost::NotNow)),
                None => verdict.cause == Cause::Network && verdict.blame == Blame::Route,
            },
            Self::TlsRequired => verdict.cause == Cause::Tls,
            Self::AuthFailed => verdict.cause == Cause::AuthRequired,
            Self::Quota { unread } => {
                let long = unread.is_none_or(|least| to.unread.is_some_and(|unread| unread >= least));
                verdict.cause == Cause::MailboxFull && long
            }
            Self::Reply { stage, second, third } => {
                let Some(attempt) = to.attempt else { return false };
                let here = attempt.stage() == stage
                    || (stage == Stage::Data && matches!(attempt.stage(), Stage::Body | Stage::Dot));
                let code = attempt.ending().reply().map(|reply| reply.code().number());
                let digits = code.map(|code| (code / 100, code / 10 % 10, code % 10));
                here && digits.is_some_and(|(a, b, c)| {
                    a == 4
                        && second.is_none_or(|d| u16::from(d) == b)
                        && third.is_none_or(|d| u16::from(d) == c)
                })
            }
        }
    }
}
