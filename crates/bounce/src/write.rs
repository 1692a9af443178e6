//! Writes the report that goes back to a sender.
//!
//! in:  who reports, the original with its envelope, what became of each recipient, a date and an id      out: an envelope and octets
//! law: the same input gives the same octets; nothing that a peer said can end a line or begin a field (RFC 3464, RFC 3461 §6, RFC 6522)

use alloc::vec::Vec;

use mailwright_address::{Envelope, ForwardPath, Mailbox, Notify, Recipient, ReversePath, is_dot_atom};

mod compose;
mod escape;
mod fate;
mod fields;
mod meaning;
mod reporter;
mod returned;
mod template;
mod words;

pub use fate::{Fate, status_of};
pub use meaning::meaning;
pub use reporter::Reporter;
pub(crate) use returned::header_section;
pub use template::TemplateError;
pub use words::{Place, Words};

/// The message that a report is about.
#[derive(Clone, Copy, Debug)]
pub struct Original<'a> {
    envelope: &'a Envelope,
    octets: &'a [u8],
    arrival: Option<u64>,
}

impl<'a> Original<'a> {
    /// The message with this envelope and these octets; the header section alone will do where the body is gone.
    pub const fn new(envelope: &'a Envelope, octets: &'a [u8]) -> Self {
        Self { envelope, octets, arrival: None }
    }

    /// When it came in: Unix seconds.
    #[must_use]
    pub const fn with_arrival(mut self, unix: u64) -> Self {
        self.arrival = Some(unix);
        self
    }
}

/// A report to be written.
///
/// # Examples
///
/// ```
/// use mailwright_address::{Envelope, Recipient};
/// use mailwright_bounce::{Fate, Notice, Original, Reporter};
/// use mailwright_reply::{Attempt, Ending, Stage, standard};
///
/// let bob = Recipient::new("<bob@example.net>".parse()?);
/// let envelope = Envelope::new("<ann@example.org>".parse()?).with_recipient(bob.clone());
/// let said = Attempt::new(Stage::Recipient, Ending::Replied(standard::unknown_user()));
///
/// let reporter = Reporter::new("mx.example.org".parse()?)?;
/// let original = Original::new(&envelope, b"Subject: lunch\r\n\r\nAt one?\r\n").with_arrival(1_795_000_000);
/// let report = Notice::new(&reporter, original, 1_795_000_060, "b1@mx.example.org")
///     .with_fate(Fate::failed(&bob).with_attempt(&said).with_remote("mx.example.net"))
///     .write()?;
/// assert_eq!(report.envelope().reverse_path().to_string(), "<>");
/// assert!(report.octets().windows(13).any(|at| at == b"Status: 5.1.1"));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # RFC
///
/// RFC 3464, RFC 3461 §6, RFC 6522, RFC 6533, RFC 3834 §3
#[derive(Clone, Debug)]
pub struct Notice<'a> {
    reporter: &'a Reporter,
    original: Original<'a>,
    now: u64,
    id: &'a str,
    fates: Vec<Fate<'a>>,
    postmaster: Option<&'a Mailbox>,
}

impl<'a> Notice<'a> {
    /// A report about `original`, dated `now` (Unix seconds), whose Message-ID is `id`: `left@right`, no brackets.
    ///
    /// Make `id` from what stays the same when the report is written again (queue id and count), so that a report that
    /// was handed over twice is known as one.
    pub const fn new(reporter: &'a Reporter, original: Original<'a>, now: u64, id: &'a str) -> Self {
        Self { reporter, original, now, id, fates: Vec::new(), postmaster: None }
    }

    /// What became of one more recipient. Several actions may stand in one report.
    #[must_use]
    pub fn with_fate(mut self, fate: Fate<'a>) -> Self {
        self.fates.push(fate);
        self
    }

    /// What became of more recipients.
    #[must_use]
    pub fn with_fates(mut self, fates: impl IntoIterator<Item = Fate<'a>>) -> Self {
        self.fates.extend(fates);
        self
    }

    /// Sends the report to this mailbox instead of to the sender: the double bounce, for a message whose sender is null.
    #[must_use]
    pub const fn with_postmaster(mut self, mailbox: &'a Mailbox) -> Self {
        self.postmaster = Some(mailbox);
        self
    }

    /// Writes the report. Whether it may be sent is the question of [`Guard::may_send`](crate::Guard::may_send).
    ///
    /// # Errors
    ///
    /// [`WriteError`] where there is nothing to say, nobody to say it to, or `id` is none.
    pub fn write(&self) -> Result<Written, WriteError> {
        if self.fates.is_empty() {
            return Err(WriteError::NothingToSay);
        }
        if !is_id(self.id) {
            return Err(WriteError::Id);
        }
        let to = match (self.postmaster, self.original.envelope.reverse_path()) {
            (Some(mailbox), _) | (None, ReversePath::Mailbox(mailbox)) => mailbox,
            (None, ReversePath::Null) => return Err(WriteError::NobodyToTell),
        };
        let octets = compose::compose(self, to);
        let path = Recipient::new(ForwardPath::Mailbox(to.clone())).with_notify(Notify::NEVER);
        let mut envelope = Envelope::new(ReversePath::Null).with_recipient(path);
        if to.needs_utf8() {
            envelope = envelope.with_smtputf8();
        }
        Ok(Written { envelope, octets })
    }
}

/// A report, ready for the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    envelope: Envelope,
    octets: Vec<u8>,
}

impl Written {
    /// From the null sender, to the sender of the original, with NOTIFY=NEVER (RFC 3461 §6.1).
    pub const fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The message.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Both, taken apart.
    pub fn into_parts(self) -> (Envelope, Vec<u8>) {
        (self.envelope, self.octets)
    }
}

/// Why no report was written: always the caller's doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// No recipient was named.
    #[error("a report needs at least one recipient to speak of")]
    NothingToSay,
    /// The sender of the original is null.
    #[error("nothing is reported to the null sender")]
    NobodyToTell,
    /// The id is not `left@right` in visible ASCII of at most 200 octets.
    #[error("expected an id as `left@right`, at most 200 octets")]
    Id,
}

/// Is this what may stand between the brackets of a Message-ID (RFC 5322 §3.6.4)?
fn is_id(id: &str) -> bool {
    let sides = id.split_once('@').map(|(left, right)| [left, right]);
    id.len() <= 200 && sides.is_some_and(|sides| sides.iter().all(|side| is_dot_atom(side.as_bytes())))
}
