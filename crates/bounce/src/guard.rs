//! Decides whether a report may be sent at all.
//!
//! in:  the kind of report, the envelope, the message's header section, what is known of its origin      out: yes, or the reason why not
//! law: only six things stop a report of failure; marks of lists and machines stop the other kinds alone (RFC 3461 §5.2.6, RFC 3834 §2)

use alloc::vec::Vec;

use mailwright_address::{Envelope, Mailbox, Recipient, ReversePath};
use mailwright_message::{ContentType, Field, Fields};

use crate::Action;
use crate::write::{Reporter, header_section};

/// Where a message came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[expect(clippy::exhaustive_enums, reason = "closed: an origin is ours, known to us, or neither")]
pub enum Origin {
    /// Made on this host.
    Local,
    /// From an address that is trusted.
    Trusted,
    /// From a client that logged in.
    Authenticated,
    /// From anybody; and what is known of its sender.
    Internet(Checked),
}

/// What checks (SPF, DMARC) say about the sender of a message from the Internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[expect(clippy::exhaustive_enums, reason = "closed: yes, no, or not known")]
pub enum Checked {
    /// The host may send for the domain.
    Pass,
    /// It may not: the address is forged.
    Fail,
    /// Nothing is known.
    Unknown,
}

/// Why no report may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum WhyNot {
    /// The sender is null: the message is itself a report.
    #[error("the sender is null, so nobody waits for a report")]
    NullSender,
    /// NOTIFY leaves this kind out, or it is only sent when asked for.
    #[error("the sender did not ask for this kind of report")]
    NotAsked,
    /// The message is a report that went round, or carries our own mark.
    #[error("the message is itself a report, or went round")]
    Loop,
    /// The sender is one of our own addresses that machines use.
    #[error("the sender is an address of this system itself")]
    OwnRole,
    /// From the Internet, and nothing shows that the sender is real.
    #[error("the sender may be forged, so the report could hit somebody else")]
    Unverified,
    /// Enough reports went there for now.
    #[error("enough reports were sent to this destination for now")]
    RateCap,
    /// A machine wrote the message.
    #[error("the message was written by a machine")]
    AutoSubmitted,
    /// The message came over a list.
    #[error("the message came over a mailing list")]
    List,
    /// The message is one of many.
    #[error("the message is bulk mail")]
    Bulk,
}

impl WhyNot {
    /// Whether the failure may be told to the postmaster instead, at a bounded rate: the double bounce.
    ///
    /// See [`Notice::with_postmaster`](crate::Notice::with_postmaster). Everything else is dropped, and logged.
    pub const fn may_tell_postmaster(self) -> bool {
        matches!(self, Self::NullSender | Self::OwnRole)
    }
}

/// Decides whether a report may be sent.
///
/// A server that accepts a message and then answers a forged sender hits somebody who never wrote. So a report needs a
/// sender who exists: mail that began here, or that came from the Internet with the DSN extension and an SPF pass.
///
/// # Examples
///
/// ```
/// use mailwright_address::{Envelope, Notify, Recipient};
/// use mailwright_bounce::{Action, Checked, Guard, Origin, Reporter, WhyNot};
///
/// let reporter = Reporter::new("mx.example.org".parse()?)?;
/// let bob = Recipient::new("<bob@example.net>".parse()?);
/// let envelope = Envelope::new("<ann@example.org>".parse()?).with_recipient(bob.clone());
/// let guard = Guard::new(&reporter, Origin::Authenticated);
/// assert_eq!(guard.may_send(Action::Failed, &envelope, &bob, b"List-Id: <a.example>\r\n\r\n"), Ok(()));
/// assert_eq!(guard.may_send(Action::Delayed, &envelope, &bob, b"List-Id: <a.example>\r\n\r\n"), Err(WhyNot::List));
/// let guard = Guard::new(&reporter, Origin::Internet(Checked::Unknown));
/// assert_eq!(guard.may_send(Action::Failed, &envelope, &bob, b""), Err(WhyNot::Unverified));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # RFC
///
/// RFC 3461 §4.1, §5.2.6; RFC 3834 §2; RFC 5321 §4.5.5, §6.1
#[derive(Clone, Debug)]
pub struct Guard {
    reporter: Reporter,
    origin: Origin,
    unverified: bool,
    roles: Vec<Mailbox>,
    full: bool,
}

impl Guard {
    /// What `reporter` may say about a message that came in by `origin`.
    pub fn new(reporter: &Reporter, origin: Origin) -> Self {
        Self { reporter: reporter.clone(), origin, unverified: false, roles: Vec::new(), full: false }
    }

    /// Also answers senders from the Internet whom nothing proves; those whose check failed stay without an answer.
    ///
    /// For a system that must report and knows that its reports may hit strangers.
    #[must_use]
    pub const fn with_unverified_senders(mut self) -> Self {
        self.unverified = true;
        self
    }

    /// Another address of our own that machines send from, as `double-bounce@example.org`.
    ///
    /// The address that reports come from and `mailer-daemon` at the reporter's host are always known.
    #[must_use]
    pub fn with_own_role(mut self, mailbox: Mailbox) -> Self {
        self.roles.push(mailbox);
        self
    }

    /// `sent` reports went to this destination within the period for which `cap` is the most.
    #[must_use]
    pub const fn with_rate(mut self, sent: u32, cap: u32) -> Self {
        self.full = sent >= cap;
        self
    }

    /// May a report of that kind be sent about this recipient? `message`: its octets, of which only the header section
    /// is looked at, at most 128 KiB.
    ///
    /// # Errors
    ///
    /// The first reason against it. Log it; a report that is not sent is never tried again.
    pub fn may_send(
        &self,
        action: Action,
        envelope: &Envelope,
        recipient: &Recipient,
        message: &[u8],
    ) -> Result<(), WhyNot> {
        let ReversePath::Mailbox(sender) = envelope.reverse_path() else { return Err(WhyNot::NullSender) };
        if !asked(action, recipient) {
            return Err(WhyNot::NotAsked);
        }
        if self.is_own(sender) {
            return Err(WhyNot::OwnRole);
        }
        let header = header_section(message);
        let header = header.get(..HEADER).unwrap_or(header);
        if self.went_round(header) {
            return Err(WhyNot::Loop);
        }
        if !self.is_verified(envelope, recipient) {
            return Err(WhyNot::Unverified);
        }
        if self.full {
            return Err(WhyNot::RateCap);
        }
        match action {
            Action::Failed => Ok(()),
            Action::Delayed | Action::Delivered | Action::Relayed | Action::Expanded => {
                Fields::new(header, 0).find_map(|field| mark(&field)).map_or(Ok(()), Err)
            }
        }
    }

    fn is_own(&self, sender: &Mailbox) -> bool {
        let daemon = sender.local_part().meaning().eq_ignore_ascii_case("mailer-daemon")
            && sender.host().to_ascii().eq_ignore_ascii_case(&self.reporter.host().to_ascii());
        daemon || sender == self.reporter.from() || self.roles.contains(sender)
    }

    fn went_round(&self, header: &[u8]) -> bool {
        let host = self.reporter.host().to_ascii();
        Fields::new(header, 0).any(|field| {
            if field.is_named("Content-Type") {
                let kind = ContentType::parse(field.raw_value());
                let delivery = |name: &str| {
                    name.eq_ignore_ascii_case("delivery-status")
                        || name.eq_ignore_ascii_case("global-delivery-status")
                };
                kind.is("multipart", "report")
                    && kind.parameter("report-type").is_some_and(|name| delivery(&name))
            } else {
                field.is_named(LOOP_MARK) && field.value().trim_ascii().eq_ignore_ascii_case(host.as_bytes())
            }
        })
    }

    fn is_verified(&self, envelope: &Envelope, recipient: &Recipient) -> bool {
        let extended = envelope.ret().is_some()
            || envelope.envid().is_some()
            || recipient.notify().is_some()
            || recipient.orcpt().is_some();
        match self.origin {
            Origin::Local | Origin::Trusted | Origin::Authenticated => true,
            Origin::Internet(Checked::Fail) => false,
            Origin::Internet(Checked::Pass) => extended || self.unverified,
            Origin::Internet(Checked::Unknown) => self.unverified,
        }
    }
}

/// Does NOTIFY let this kind through? Without it failures and delays are told, the rest is not (RFC 3461 §4.1).
fn asked(action: Action, recipient: &Recipient) -> bool {
    use mailwright_address::Notify;
    match (recipient.notify(), action) {
        (None, Action::Failed | Action::Delayed) => true,
        (None, Action::Delivered | Action::Relayed | Action::Expanded) => false,
        (Some(notify), _) if notify.is_never() => false,
        (Some(notify), Action::Failed) => notify.has(Notify::FAILURE),
        (Some(notify), Action::Delayed) => notify.has(Notify::DELAY),
        (Some(notify), Action::Delivered | Action::Relayed | Action::Expanded) => notify.has(Notify::SUCCESS),
    }
}

/// The mark of a machine, a list or of bulk mail.
fn mark(field: &Field<'_>) -> Option<WhyNot> {
    let value = field.value();
    let end = value.iter().position(|octet| matches!(octet, b';' | b'(' | b' ' | b'\t' | b','));
    let word = value.get(..end.unwrap_or(value.len())).unwrap_or_default();
    let is = |wanted: &[&str]| wanted.iter().any(|w| word.eq_ignore_ascii_case(w.as_bytes()));
    if field.is_named("Auto-Submitted") {
        return (!word.is_empty() && !is(&["no"])).then_some(WhyNot::AutoSubmitted);
    }
    if field.is_named("X-Auto-Response-Suppress") {
        let words = value.split(|octet| *octet == b',').map(<[u8]>::trim_ascii);
        let stops =
            words.into_iter().any(|w| w.eq_ignore_ascii_case(b"all") || w.eq_ignore_ascii_case(b"dr"));
        return stops.then_some(WhyNot::AutoSubmitted);
    }
    if field.is_named("Precedence") {
        return if is(&["list"]) {
            Some(WhyNot::List)
        } else {
            is(&["bulk", "junk"]).then_some(WhyNot::Bulk)
        };
    }
    let list = field.name().first_chunk::<5>().is_some_and(|name| name.eq_ignore_ascii_case(b"list-"));
    list.then_some(WhyNot::List)
}

/// The field by which a report that comes back is known.
pub(crate) const LOOP_MARK: &str = "X-Loop";
/// Octets of a header section that are looked at.
const HEADER: usize = 128 * 1024;
