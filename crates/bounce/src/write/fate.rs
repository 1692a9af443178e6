//! What became of the message for one recipient.
//!
//! in:  the recipient of the envelope, the last attempt      out: action, status, what was said, by whom, when
//! law: the status is the real one; a blanket 5.0.0 only where nothing else is known (RFC 3464 §2.3.4, RFC 3461 §6.3)

use mailwright_address::Recipient;
use mailwright_reply::{
    Attempt, Downgrade, Ending, EnhancedClass, EnhancedStatusCode, NoHost, NotSent, Reply, Stage, TlsFault,
};

use crate::Action;

/// What became of the message for one recipient.
///
/// # Examples
///
/// ```
/// use mailwright_address::Recipient;
/// use mailwright_bounce::{Action, Fate};
/// use mailwright_reply::{Attempt, Ending, Stage};
///
/// let bob = Recipient::new("<bob@example.net>".parse()?);
/// let refused = Attempt::new(Stage::Connect, Ending::Refused);
/// let fate = Fate::failed(&bob).with_attempt(&refused);
/// assert_eq!((fate.action(), fate.status().to_string().as_str()), (Action::Failed, "4.4.1"));
/// assert_eq!(Fate::failed(&bob).status().to_string(), "4.4.7"); // expired, and nothing is known
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # RFC
///
/// RFC 3464 §2.3
#[derive(Clone, Copy, Debug)]
pub struct Fate<'a> {
    pub(crate) action: Action,
    pub(crate) recipient: &'a Recipient,
    pub(crate) attempt: Option<&'a Attempt>,
    pub(crate) status: Option<EnhancedStatusCode>,
    pub(crate) remote: Option<&'a str>,
    pub(crate) tried: Option<u64>,
    pub(crate) until: Option<u64>,
    pub(crate) next: Option<u64>,
    pub(crate) log: Option<&'a str>,
}

impl<'a> Fate<'a> {
    const fn new(action: Action, recipient: &'a Recipient) -> Self {
        Self {
            action,
            recipient,
            attempt: None,
            status: None,
            remote: None,
            tried: None,
            until: None,
            next: None,
            log: None,
        }
    }

    /// Given up: refused for good, or expired in the queue. With the last real problem as its attempt.
    pub const fn failed(recipient: &'a Recipient) -> Self {
        Self::new(Action::Failed, recipient)
    }

    /// Not delivered yet. `until`: when it is given up, Unix seconds.
    pub const fn delayed(recipient: &'a Recipient, until: u64) -> Self {
        let mut fate = Self::new(Action::Delayed, recipient);
        fate.until = Some(until);
        fate
    }

    /// In the mailbox.
    pub const fn delivered(recipient: &'a Recipient) -> Self {
        Self::new(Action::Delivered, recipient)
    }

    /// Handed to a host that knows nothing of such reports.
    pub const fn relayed(recipient: &'a Recipient) -> Self {
        Self::new(Action::Relayed, recipient)
    }

    /// Handed on to all addresses behind an alias.
    pub const fn expanded(recipient: &'a Recipient) -> Self {
        Self::new(Action::Expanded, recipient)
    }

    /// How the last attempt ended.
    #[must_use]
    pub const fn with_attempt(mut self, attempt: &'a Attempt) -> Self {
        self.attempt = Some(attempt);
        self
    }

    /// The status, where the caller knows it better than the reply says.
    #[must_use]
    pub const fn with_status(mut self, status: EnhancedStatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// The host that was spoken to.
    #[must_use]
    pub const fn with_remote(mut self, host: &'a str) -> Self {
        self.remote = Some(host);
        self
    }

    /// When it was last tried: Unix seconds.
    #[must_use]
    pub const fn with_tried(mut self, unix: u64) -> Self {
        self.tried = Some(unix);
        self
    }

    /// When it is tried next: Unix seconds.
    #[must_use]
    pub const fn with_next(mut self, unix: u64) -> Self {
        self.next = Some(unix);
        self
    }

    /// The name of the delivery in our log (`Final-Log-ID`).
    #[must_use]
    pub const fn with_log_id(mut self, id: &'a str) -> Self {
        self.log = Some(id);
        self
    }

    /// What became of it.
    pub const fn action(&self) -> Action {
        self.action
    }

    /// The status that the report gives: that of the caller, or [`status_of`] the attempt, in a class that fits.
    pub fn status(&self) -> EnhancedStatusCode {
        let found = self.status.or_else(|| self.attempt.map(status_of));
        match (self.action, found) {
            (Action::Failed, None) => code(4, 4, 7),
            (Action::Delayed, None) => code(4, 0, 0),
            (Action::Delivered | Action::Relayed | Action::Expanded, None) => code(2, 0, 0),
            (Action::Failed, Some(status)) if status.class() == EnhancedClass::Success => code(5, 0, 0),
            (Action::Failed, Some(status)) => status,
            (Action::Delayed, Some(status)) => code(4, status.subject(), status.detail()),
            (Action::Delivered | Action::Relayed | Action::Expanded, Some(status)) => {
                if status.class() == EnhancedClass::Success { status } else { code(2, 0, 0) }
            }
        }
    }
}

/// The enhanced status code of an attempt: what the server said, or what fits how it ended.
///
/// # RFC
///
/// RFC 3463 §3; RFC 5321 §4.5.3.1.10; RFC 7505 §4.1; RFC 7504; RFC 6531 §3.5
pub fn status_of(attempt: &Attempt) -> EnhancedStatusCode {
    match attempt.ending() {
        Ending::Replied(reply) => {
            reply.enhanced().unwrap_or_else(|| match (attempt.stage(), of_code(reply)) {
                // 552 to RCPT is about their number, and temporary.
                (Stage::Recipient, MAILBOX_FULL) => code(4, 5, 3),
                (_, status) => status,
            })
        }
        // Nobody answered, or somebody did and then broke off.
        Ending::TimedOut if attempt.stage() == Stage::Connect => code(4, 4, 1),
        Ending::TimedOut | Ending::Closed | Ending::Reset => code(4, 4, 2),
        Ending::Refused | Ending::Unreachable => code(4, 4, 1),
        Ending::NoHost(why) => match why {
            NoHost::NoSuchDomain => code(5, 1, 2),
            NoHost::NullMx => code(5, 1, 10),
            NoHost::NoAddress => code(5, 4, 4),
            NoHost::Loop => code(5, 4, 6),
            NoHost::NotNow | _ => code(4, 4, 3),
        },
        Ending::Tls(why) | Ending::RetryWithoutTls(why) => match why {
            TlsFault::NotOffered | TlsFault::Refused => code(4, 7, 4),
            TlsFault::Handshake | TlsFault::Certificate | TlsFault::Policy | TlsFault::Injected | _ => {
                code(4, 7, 5)
            }
        },
        Ending::NeedsDowngrade(Downgrade::Utf8Address | Downgrade::Utf8Headers) => code(5, 6, 7),
        Ending::NeedsDowngrade(_) => code(5, 6, 3),
        Ending::NotSent(why) => match why {
            NotSent::TooBig => code(5, 3, 4),
            NotSent::ExtensionMissing => code(5, 3, 3),
            NotSent::NoLogin => code(4, 7, 0),
            NotSent::Contradicted => code(5, 6, 0),
            NotSent::Aborted | NotSent::SessionOver | NotSent::NextTransaction | _ => code(4, 3, 0),
        },
        Ending::Protocol(_) => code(4, 5, 0),
        _ => code(4, 0, 0),
    }
}

/// What a reply code says where the server gave no enhanced one.
fn of_code(reply: &Reply) -> EnhancedStatusCode {
    match reply.code().number() {
        421 => code(4, 3, 2),
        450 => code(4, 2, 0),
        451 => code(4, 3, 0),
        452 => code(4, 3, 1),
        454 => code(4, 7, 0),
        500 | 502 | 503 => code(5, 5, 1),
        501 | 504 | 555 => code(5, 5, 4),
        521 => code(5, 3, 2),
        530 | 534 | 535 | 538 => code(5, 7, 0),
        551 => code(5, 1, 6),
        552 => MAILBOX_FULL,
        553 => code(5, 1, 3),
        556 => code(5, 1, 10),
        200..=299 => code(2, 0, 0),
        400..=499 => code(4, 0, 0),
        _ => code(5, 0, 0),
    }
}

const MAILBOX_FULL: EnhancedStatusCode = code(5, 2, 2);

/// The code of numbers that are known to be in range; were they not, 5.0.0.
const fn code(class: u8, subject: u16, detail: u16) -> EnhancedStatusCode {
    match EnhancedStatusCode::new(class, subject, detail) {
        Some(code) => code,
        None => code_of_nothing(),
    }
}

const fn code_of_nothing() -> EnhancedStatusCode {
    code(5, 0, 0)
}
