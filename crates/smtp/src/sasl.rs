//! Speaks the SASL mechanisms of mail, both sides.
//!
//! in:  decoded challenges or responses, credentials, nonces      out: what to send next, a question, an identity
//! law: a secret is wiped when dropped and stands in no `Debug`; proofs are compared in constant time

mod acceptor;
mod base64;
mod credentials;
mod failure;
mod grammar;
mod initiator;
mod mechanism;
mod nonce;
mod question;
mod scram;
mod secret;

#[cfg(test)]
mod tests;

pub use acceptor::{Acceptor, Step};
pub use base64::{Base64Error, decode, encode};
pub use credentials::{ClearText, Credentials};
pub use failure::{Failure, InitiatorError};
pub use initiator::Initiator;
pub use mechanism::Mechanism;
pub use nonce::Nonce;
pub use question::{Answer, Identity, Question};
pub use scram::ScramKeys;
pub use secret::{Secret, UserName};

use crate::TlsFacts;

/// What a TLS connection offers to bind a login to it.
///
/// Borrowed from the facts that the TLS layer reported. Both sides of a `-PLUS` mechanism hash one of these values into the
/// proof, so that a relaying attacker with two TLS connections is found out.
///
/// # RFC
/// RFC 5802 §6, RFC 9266 (`tls-exporter`), RFC 5929 §4 (`tls-server-end-point`)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Channel<'a> {
    exporter: Option<&'a [u8]>,
    server_end_point: Option<&'a [u8]>,
}

impl<'a> Channel<'a> {
    /// A channel that binds nothing: plain text, or a TLS layer that gives no values.
    pub const fn none() -> Self {
        Self { exporter: None, server_end_point: None }
    }

    /// What these facts of a TLS layer offer.
    pub fn of(facts: &'a TlsFacts) -> Self {
        Self {
            exporter: facts.exporter().map(|value| &value[..]),
            server_end_point: facts.server_end_point(),
        }
    }

    /// Adds the value of `tls-exporter`: 32 octets.
    #[must_use]
    pub const fn with_exporter(mut self, value: Option<&'a [u8]>) -> Self {
        self.exporter = value;
        self
    }

    /// Adds the value of `tls-server-end-point`: the hash of the server's certificate.
    #[must_use]
    pub const fn with_server_end_point(mut self, value: Option<&'a [u8]>) -> Self {
        self.server_end_point = value;
        self
    }

    /// Whether a `-PLUS` mechanism can be spoken here.
    pub const fn binds(&self) -> bool {
        self.exporter.is_some() || self.server_end_point.is_some()
    }

    /// The name and value that a client of ours binds to: the exporter, else the end point.
    pub(crate) fn preferred(&self) -> Option<(&'static str, &'a [u8])> {
        self.exporter
            .map(|value| (EXPORTER, value))
            .or_else(|| self.server_end_point.map(|value| (SERVER_END_POINT, value)))
    }

    /// The value under the name that the peer chose.
    pub(crate) fn named(&self, name: &[u8]) -> Option<&'a [u8]> {
        match name {
            _ if name == EXPORTER.as_bytes() => self.exporter,
            _ if name == SERVER_END_POINT.as_bytes() => self.server_end_point,
            _ => None,
        }
    }
}

const EXPORTER: &str = "tls-exporter";
const SERVER_END_POINT: &str = "tls-server-end-point";
