//! Holds what travels with a message but is not in it.
//!
//! in:  paths and parameters      out: one value, from the server that took the message to the client that passes it on
//! law: only what MAIL and RCPT say; how far the message got is not here

use alloc::vec::Vec;

use crate::dsn::{Envid, Notify, Orcpt, Ret};
use crate::path::{ForwardPath, ReversePath};

/// Who a message is from and for, and how it must be carried.
///
/// # Examples
///
/// ```
/// use mailwright_address::{Envelope, Notify, Recipient, ReversePath};
///
/// let envelope = Envelope::new("<alice@a.example>".parse().unwrap())
///     .with_recipient(Recipient::new("<bob@b.example>".parse().unwrap()).with_notify(Notify::NEVER));
/// assert_eq!(envelope.recipients().len(), 1);
/// assert!(!envelope.needs_utf8());
/// ```
///
/// # RFC
///
/// RFC 5321 §2.3.1; RFC 3461 §4; RFC 6531 §3.4; RFC 8689 §2
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Envelope {
    reverse_path: ReversePath,
    #[cfg_attr(feature = "serde", serde(default))]
    ret: Option<Ret>,
    #[cfg_attr(feature = "serde", serde(default))]
    envid: Option<Envid>,
    #[cfg_attr(feature = "serde", serde(default))]
    smtputf8: bool,
    #[cfg_attr(feature = "serde", serde(default))]
    requiretls: bool,
    recipients: Vec<Recipient>,
}

impl Envelope {
    /// A transaction that says who the message is from, and nothing else yet.
    pub const fn new(reverse_path: ReversePath) -> Self {
        Self {
            reverse_path,
            ret: None,
            envid: None,
            smtputf8: false,
            requiretls: false,
            recipients: Vec::new(),
        }
    }

    /// How much of the message a report of failure returns (RET).
    #[must_use]
    pub const fn with_ret(mut self, ret: Ret) -> Self {
        self.ret = Some(ret);
        self
    }

    /// The sender's own name for the transaction (ENVID).
    #[must_use]
    pub fn with_envid(mut self, envid: Envid) -> Self {
        self.envid = Some(envid);
        self
    }

    /// The transaction was opened with SMTPUTF8.
    #[must_use]
    pub const fn with_smtputf8(mut self) -> Self {
        self.smtputf8 = true;
        self
    }

    /// The message must not travel without TLS (REQUIRETLS).
    #[must_use]
    pub const fn with_requiretls(mut self) -> Self {
        self.requiretls = true;
        self
    }

    /// One more recipient, behind the others.
    #[must_use]
    pub fn with_recipient(mut self, recipient: Recipient) -> Self {
        self.recipients.push(recipient);
        self
    }

    /// These recipients instead of those so far.
    #[must_use]
    pub fn with_recipients(mut self, recipients: Vec<Recipient>) -> Self {
        self.recipients = recipients;
        self
    }

    /// Adds a recipient behind the others.
    pub fn add_recipient(&mut self, recipient: Recipient) {
        self.recipients.push(recipient);
    }

    /// Who the message is from, and where bounces go.
    pub const fn reverse_path(&self) -> &ReversePath {
        &self.reverse_path
    }

    /// How much of the message a report of failure returns, where the sender said so.
    pub const fn ret(&self) -> Option<Ret> {
        self.ret
    }

    /// The sender's own name for the transaction.
    pub const fn envid(&self) -> Option<&Envid> {
        self.envid.as_ref()
    }

    /// Whether the transaction was opened with SMTPUTF8.
    pub const fn smtputf8(&self) -> bool {
        self.smtputf8
    }

    /// Whether the message must not travel without TLS.
    pub const fn requiretls(&self) -> bool {
        self.requiretls
    }

    /// Who the message is for, in the order in which they were named.
    pub fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }

    /// Whether a path can't be written without SMTPUTF8: a local part outside ASCII. Domains are no reason.
    pub fn needs_utf8(&self) -> bool {
        self.reverse_path.needs_utf8() || self.recipients.iter().any(|to| to.path.needs_utf8())
    }
}

/// Who a message is for, and what the sender wants to hear of it.
///
/// # RFC
///
/// RFC 5321 §4.1.1.3; RFC 3461 §4.1, §4.2
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Recipient {
    path: ForwardPath,
    #[cfg_attr(feature = "serde", serde(default))]
    notify: Option<Notify>,
    #[cfg_attr(feature = "serde", serde(default))]
    orcpt: Option<Orcpt>,
}

impl Recipient {
    /// A recipient with no wishes about reports.
    pub const fn new(path: ForwardPath) -> Self {
        Self { path, notify: None, orcpt: None }
    }

    /// When the sender wants a report (NOTIFY).
    #[must_use]
    pub const fn with_notify(mut self, notify: Notify) -> Self {
        self.notify = Some(notify);
        self
    }

    /// The recipient as the sender wrote it (ORCPT).
    #[must_use]
    pub fn with_orcpt(mut self, orcpt: Orcpt) -> Self {
        self.orcpt = Some(orcpt);
        self
    }

    /// Where the message goes.
    pub const fn path(&self) -> &ForwardPath {
        &self.path
    }

    /// When the sender wants a report, where that was said.
    pub const fn notify(&self) -> Option<Notify> {
        self.notify
    }

    /// The recipient as the sender wrote it.
    pub const fn orcpt(&self) -> Option<&Orcpt> {
        self.orcpt.as_ref()
    }
}

impl From<ForwardPath> for Recipient {
    fn from(path: ForwardPath) -> Self {
        Self::new(path)
    }
}
