//! How much a server takes in one session (RFC 9422).
//!
//! in:  the parameters of `LIMITS`      out: up to three numbers
//! law: a limit that is malformed, or of a name that is not known, is no limit

use crate::command::number::exact;

/// The limits that a server announces.
///
/// # RFC
///
/// RFC 9422 §4: each is 1 to 999 999
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SessionLimits {
    mails: u32,
    recipients: u32,
    recipient_domains: u32,
}

impl SessionLimits {
    /// No limits.
    pub const fn new() -> Self {
        Self { mails: 0, recipients: 0, recipient_domains: 0 }
    }

    /// `MAILMAX`: transactions in one session. 0 takes the limit away, and a larger number than 999 999 is that one.
    #[must_use]
    pub const fn with_mails(mut self, limit: u32) -> Self {
        self.mails = if limit > MOST { MOST } else { limit };
        self
    }

    /// `RCPTMAX`: recipients in one transaction.
    #[must_use]
    pub const fn with_recipients(mut self, limit: u32) -> Self {
        self.recipients = if limit > MOST { MOST } else { limit };
        self
    }

    /// `RCPTDOMAINMAX`: different domains among the recipients of one session.
    #[must_use]
    pub const fn with_recipient_domains(mut self, limit: u32) -> Self {
        self.recipient_domains = if limit > MOST { MOST } else { limit };
        self
    }

    /// Transactions in one session.
    pub const fn mails(self) -> Option<u32> {
        some(self.mails)
    }

    /// Recipients in one transaction.
    pub const fn recipients(self) -> Option<u32> {
        some(self.recipients)
    }

    /// Different domains among the recipients of one session.
    pub const fn recipient_domains(self) -> Option<u32> {
        some(self.recipient_domains)
    }

    /// The limits with their names, in the order in which they are written.
    pub(super) fn named(self) -> impl Iterator<Item = (&'static str, u32)> {
        [("MAILMAX", self.mails), ("RCPTMAX", self.recipients), ("RCPTDOMAINMAX", self.recipient_domains)]
            .into_iter()
            .filter(|(_, limit)| *limit > 0)
    }

    /// limit-name "=" %x31-39 0*5DIGIT
    pub(super) fn read(&mut self, parameter: &[u8]) {
        let Some(at) = memchr::memchr(b'=', parameter) else { return };
        let (name, value) = parameter.split_at_checked(at).unwrap_or((parameter, &[]));
        let digits = value.get(1..).unwrap_or_default();
        let limit = exact(digits).filter(|_| digits.len() <= 6 && !digits.starts_with(b"0"));
        let Some(limit) = limit.and_then(|limit| u32::try_from(limit).ok()) else { return };
        let slot = match () {
            () if name.eq_ignore_ascii_case(b"MAILMAX") => &mut self.mails,
            () if name.eq_ignore_ascii_case(b"RCPTMAX") => &mut self.recipients,
            () if name.eq_ignore_ascii_case(b"RCPTDOMAINMAX") => &mut self.recipient_domains,
            () => return,
        };
        if *slot == 0 {
            *slot = limit;
        }
    }
}

const fn some(limit: u32) -> Option<u32> {
    if limit == 0 { None } else { Some(limit) }
}

/// Six digits.
const MOST: u32 = 999_999;
