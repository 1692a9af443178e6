//! Holds what a message can't know about itself.
//!
//! in:  the clock, the way ahead, the envelope, one's own names      out: facts for the rules that need them
//! law: a fact that is absent makes its rules silent, and the report says so

use crate::Profile;
use alloc::string::String;
use alloc::vec::Vec;

/// What is known besides the octets of the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    pub(crate) now: Option<u64>,
    pub(crate) eight_bit_mime: Option<bool>,
    pub(crate) smtputf8: Option<bool>,
    pub(crate) binary_mime: Option<bool>,
    pub(crate) size_limit: Option<u64>,
    pub(crate) mail_from: Option<String>,
    pub(crate) recipients: Vec<String>,
    pub(crate) own_domains: Vec<String>,
    pub(crate) authserv_id: Option<String>,
    pub(crate) known_ids: Option<Vec<String>>,
    pub(crate) from_null_mx: Option<bool>,
    pub(crate) bulk: Option<bool>,
}

impl Context {
    /// Nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// The time, in seconds since 1970.
    #[must_use]
    pub const fn with_now(mut self, unix: u64) -> Self {
        self.now = Some(unix);
        self
    }

    /// Does the way ahead take 8BITMIME?
    #[must_use]
    pub const fn with_eight_bit_mime(mut self, yes: bool) -> Self {
        self.eight_bit_mime = Some(yes);
        self
    }

    /// Does the way ahead take SMTPUTF8, or did MAIL ask for it?
    #[must_use]
    pub const fn with_smtputf8(mut self, yes: bool) -> Self {
        self.smtputf8 = Some(yes);
        self
    }

    /// Does the way ahead take BINARYMIME?
    #[must_use]
    pub const fn with_binary_mime(mut self, yes: bool) -> Self {
        self.binary_mime = Some(yes);
        self
    }

    /// The largest message that the way ahead takes, octets.
    #[must_use]
    pub const fn with_size_limit(mut self, octets: u64) -> Self {
        self.size_limit = Some(octets);
        self
    }

    /// The sender of the envelope; empty for `<>`.
    #[must_use]
    pub fn with_mail_from(mut self, address: &str) -> Self {
        self.mail_from = Some(address.into());
        self
    }

    /// One more recipient of the envelope.
    #[must_use]
    pub fn with_recipient(mut self, address: &str) -> Self {
        self.recipients.push(address.into());
        self
    }

    /// Sender and recipients of an envelope.
    #[must_use]
    pub fn with_envelope(mut self, envelope: &mailwright_address::Envelope) -> Self {
        use alloc::string::ToString;
        let sender = envelope.reverse_path().to_string();
        self.mail_from = Some(sender.trim_matches(['<', '>']).into());
        for recipient in envelope.recipients() {
            self.recipients.push(recipient.path().to_string().trim_matches(['<', '>']).into());
        }
        self
    }

    /// One more domain that is one's own.
    #[must_use]
    pub fn with_own_domain(mut self, domain: &str) -> Self {
        self.own_domains.push(domain.into());
        self
    }

    /// The name under which one's own server writes Authentication-Results.
    #[must_use]
    pub fn with_authserv_id(mut self, id: &str) -> Self {
        self.authserv_id = Some(id.into());
        self
    }

    /// One more Message-ID, without brackets, that stood in a message with another body.
    #[must_use]
    pub fn with_known_id(mut self, id: &str) -> Self {
        self.known_ids.get_or_insert_default().push(id.into());
        self
    }

    /// Does the domain of From say by a null MX that it takes no mail (RFC 7505)?
    #[must_use]
    pub const fn with_from_null_mx(mut self, yes: bool) -> Self {
        self.from_null_mx = Some(yes);
        self
    }

    /// Is it one of many copies to people who subscribed?
    #[must_use]
    pub const fn with_bulk(mut self, yes: bool) -> Self {
        self.bulk = Some(yes);
        self
    }

    /// What is known under a profile: one that judges as bulk mail says that it is, where nobody said that it isn't.
    pub(crate) fn under(mut self, profile: &Profile) -> Self {
        if profile.is_bulk() {
            self.bulk.get_or_insert(true);
        }
        self
    }
}
