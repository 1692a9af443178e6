//! What is known of the server: its extensions, TLS and login.
//!
//! in:  what the machine learned so far      out: the same, for the caller's logs and decisions
//! law: the list of extensions lasts until the next hello; TLS makes all before it forgotten (RFC 3207 §4.2)

use alloc::boxed::Box;

#[cfg(feature = "sasl")]
use crate::sasl::Mechanism;
use crate::{Extensions, TlsFacts};

/// What is known of the server.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub(super) extensions: Extensions,
    pub(super) tls: Option<Box<TlsFacts>>,
    #[cfg(feature = "sasl")]
    pub(super) login: Option<Mechanism>,
    pub(super) transactions: u64,
}

impl Facts {
    /// What the server offers, as it said last; nothing before EHLO and behind HELO.
    pub const fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// The TLS layer.
    pub fn tls(&self) -> Option<&TlsFacts> {
        self.tls.as_deref()
    }

    /// How we logged in.
    #[cfg(feature = "sasl")]
    pub const fn login(&self) -> Option<Mechanism> {
        self.login
    }

    /// How many transactions were begun.
    pub const fn transactions(&self) -> u64 {
        self.transactions
    }
}
