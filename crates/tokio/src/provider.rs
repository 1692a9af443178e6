//! The cryptography behind rustls, by name, so that no process-wide default is needed or set.
//!
//! in:  nothing      out: a provider for the constructors of [`ServerTls`](crate::ServerTls) and [`ClientTls`](crate::ClientTls)
//! law: both features may be on; then the caller's choice decides, connection by connection

#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
use alloc::sync::Arc;

#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
use rustls::crypto::CryptoProvider;

/// The provider by ring.
#[cfg(feature = "ring")]
pub fn ring() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// The provider by aws-lc-rs.
#[cfg(feature = "aws-lc-rs")]
pub fn aws_lc_rs() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}
