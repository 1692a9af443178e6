//! What the machines are told about a TLS layer that the caller runs below them.
//!
//! in:  the facts of a finished handshake, as the caller's TLS library states them      out: plain values
//! law: the machines never see TLS octets; they see these facts, once per handshake

use alloc::string::String;
use alloc::vec::Vec;

/// What is known of the TLS layer after its handshake.
///
/// # Examples
/// ```
/// use mailwright_smtp::{TlsFacts, TlsVersion};
///
/// let facts = TlsFacts::new(TlsVersion::Tls13).with_cipher("TLS_AES_128_GCM_SHA256").with_exporter([7; 32]);
/// assert_eq!(facts.version(), TlsVersion::Tls13);
/// ```
///
/// # RFC
/// RFC 3207; RFC 5929 §4 and RFC 9266 for the channel bindings
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TlsFacts {
    version: TlsVersion,
    cipher: Option<String>,
    server_name: Option<String>,
    exporter: Option<[u8; 32]>,
    server_end_point: Option<Vec<u8>>,
    certificate: PeerCertificate,
}

/// The version of TLS that was agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TlsVersion {
    /// TLS 1.0 (RFC 2246); deprecated by RFC 8996.
    Tls10,
    /// TLS 1.1 (RFC 4346); deprecated by RFC 8996.
    Tls11,
    /// TLS 1.2 (RFC 5246).
    Tls12,
    /// TLS 1.3 (RFC 8446).
    Tls13,
}

/// What the peer's certificate proved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PeerCertificate {
    /// The peer showed none.
    #[default]
    None,
    /// The peer showed one that was not verified, or failed the verification; the connection goes on all the same.
    Unverified,
    /// The peer's certificate was verified for this name: the host's name at the client, the subject that EXTERNAL
    /// authenticates at the server.
    Verified(String),
}

impl TlsFacts {
    /// Starts with the version alone.
    pub fn new(version: TlsVersion) -> Self {
        Self {
            version,
            cipher: None,
            server_name: None,
            exporter: None,
            server_end_point: None,
            certificate: PeerCertificate::None,
        }
    }

    /// Adds the name of the cipher suite, for `Received` fields and logs.
    #[must_use]
    pub fn with_cipher(mut self, cipher: impl Into<String>) -> Self {
        self.cipher = Some(cipher.into());
        self
    }

    /// Adds the server name that the client asked for (SNI).
    #[must_use]
    pub fn with_server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// Adds the channel binding `tls-exporter`: 32 octets exported with the label `EXPORTER-Channel-Binding` and an
    /// empty context (RFC 9266 §2).
    #[must_use]
    pub fn with_exporter(mut self, exporter: [u8; 32]) -> Self {
        self.exporter = Some(exporter);
        self
    }

    /// Adds the channel binding `tls-server-end-point`: the hash of the server's certificate (RFC 5929 §4.1).
    #[must_use]
    pub fn with_server_end_point(mut self, hash: impl Into<Vec<u8>>) -> Self {
        self.server_end_point = Some(hash.into());
        self
    }

    /// Adds what the peer's certificate proved.
    #[must_use]
    pub fn with_certificate(mut self, certificate: PeerCertificate) -> Self {
        self.certificate = certificate;
        self
    }

    /// The version of TLS.
    pub fn version(&self) -> TlsVersion {
        self.version
    }

    /// The name of the cipher suite.
    pub fn cipher(&self) -> Option<&str> {
        self.cipher.as_deref()
    }

    /// The server name that the client asked for.
    pub fn server_name(&self) -> Option<&str> {
        self.server_name.as_deref()
    }

    /// The channel binding `tls-exporter`.
    pub fn exporter(&self) -> Option<&[u8; 32]> {
        self.exporter.as_ref()
    }

    /// The channel binding `tls-server-end-point`.
    pub fn server_end_point(&self) -> Option<&[u8]> {
        self.server_end_point.as_deref()
    }

    /// What the peer's certificate proved.
    pub fn certificate(&self) -> &PeerCertificate {
        &self.certificate
    }
}

/// Why there is no TLS layer after all.
///
/// After it the connection is of no use for either machine: a failed handshake leaves octets of TLS behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum TlsFailed {
    /// The handshake broke off: an alert, no common version or cipher, or octets that are no TLS.
    #[error("the TLS handshake failed")]
    Handshake,
    /// The peer's certificate was refused.
    #[error("the peer's certificate was refused")]
    Certificate,
    /// The connection ended during the handshake.
    #[error("the connection ended during the TLS handshake")]
    Closed,
    /// The handshake took too long.
    #[error("the TLS handshake took too long")]
    TimedOut,
}
