//! Who writes the report, and with which words.
//!
//! in:  the name of the host      out: one value for all its reports
//! law: the address that reports come from is a mailbox, never null (RFC 5322 §3.6.2)

use alloc::format;
use alloc::string::String;

use mailwright_address::{AddressError, Grammar, Host, Mailbox};

use super::words::Words;

/// The system that reports: its host name, the address its reports come from, its words.
#[derive(Clone, Debug)]
pub struct Reporter {
    host: Host,
    from: Mailbox,
    name: String,
    words: Words,
    returned: usize,
}

impl Reporter {
    /// The system of that host; reports come from `mailer-daemon` there, in English.
    ///
    /// # Errors
    ///
    /// [`AddressError`] where that mailbox would be too long.
    pub fn new(host: Host) -> Result<Self, AddressError> {
        let from = format!("mailer-daemon@{}", host.to_ascii());
        let from = Mailbox::parse(from.as_bytes(), Grammar::strict())?;
        let name = String::from("Mail Delivery System");
        Ok(Self { host, from, name, words: Words::english(), returned: RETURNED })
    }

    /// The address that reports come from, and its name.
    #[must_use]
    pub fn with_from(mut self, from: Mailbox, name: &str) -> Self {
        self.from = from;
        self.name = super::escape::line(name.as_bytes(), 100);
        self
    }

    /// Other words.
    #[must_use]
    pub fn with_words(mut self, words: Words) -> Self {
        self.words = words;
        self
    }

    /// The most octets of the original that are returned; 64 KiB. A message beyond it is returned as its header section.
    #[must_use]
    pub const fn with_returned(mut self, octets: usize) -> Self {
        self.returned = octets;
        self
    }

    /// Its host.
    pub const fn host(&self) -> &Host {
        &self.host
    }

    /// The address that reports come from.
    pub const fn from(&self) -> &Mailbox {
        &self.from
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) const fn words(&self) -> &Words {
        &self.words
    }

    pub(crate) const fn returned(&self) -> usize {
        self.returned
    }
}

/// Octets of the original that are returned.
const RETURNED: usize = 64 * 1024;
