//! What a server or a client needs before it can speak TLS: a rustls configuration and what it cannot tell by itself.
//!
//! in:  a provider, certificates, keys, roots      out: settings of TLS for one side
//! law: no provider is chosen behind the caller's back; a certificate is demanded or reported, never silently passed

use alloc::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};

use crate::binding;
use crate::trust::{Certificate, Roots, Verified, Verifier};

/// TLS on the side that is called.
///
/// # Examples
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # #[cfg(feature = "ring")] {
/// use mailwright_tokio::{ServerTls, provider};
///
/// let chain = std::fs::read("cert.pem")?;
/// let key = std::fs::read("key.pem")?;
/// let tls = ServerTls::from_pem(provider::ring(), &chain, &key)?;
/// # let _ = tls;
/// # }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ServerTls {
    pub(crate) config: Arc<ServerConfig>,
    /// The `tls-server-end-point` binding of our certificate, where we know it.
    pub(crate) end_point: Option<Vec<u8>>,
    pub(crate) subject: Option<fn(&CertificateDer<'_>) -> Option<String>>,
}

/// TLS on the side that calls.
///
/// # Examples
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # #[cfg(feature = "ring")] {
/// use mailwright_tokio::{ClientTls, provider};
///
/// let tls = ClientTls::unverified(provider::ring())?;
/// # let _ = tls;
/// # }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ClientTls {
    config: Arc<ClientConfig>,
    provider: Arc<CryptoProvider>,
    trust: Trust,
}

/// Why settings of TLS could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The text holds no certificate, or one that cannot be read.
    #[error("no certificate could be read from the PEM text")]
    Certificate,
    /// The text holds no private key, or one that cannot be read.
    #[error("no private key could be read from the PEM text")]
    Key,
    /// rustls refuses the combination.
    #[error("rustls refuses: {0}")]
    Rustls(#[from] rustls::Error),
}

/// Whom a client believes.
#[derive(Clone, Debug)]
enum Trust {
    /// Whatever the caller's own configuration says: a handshake that passed is a certificate that passed.
    Own,
    /// Whoever the roots vouch for, and the holders of certificates that were listed themselves.
    Roots(Roots),
    /// Nobody; every certificate is taken and reported as not verified.
    Nobody,
}

impl ServerTls {
    /// TLS by a configuration of the caller's.
    ///
    /// Which certificate a resolver will choose is not known to us, so no `tls-server-end-point` binding is
    /// offered; see [`with_certificate`](Self::with_certificate).
    pub fn new(config: Arc<ServerConfig>) -> Self {
        Self { config, end_point: None, subject: None }
    }

    /// TLS by one certificate chain and its key, both as PEM.
    ///
    /// # Errors
    ///
    /// [`TlsError`] where the texts hold no certificate or key, or rustls refuses them.
    pub fn from_pem(provider: Arc<CryptoProvider>, chain: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain = certificates(chain)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::Key)?;
        Self::from_der(provider, chain, key)
    }

    /// TLS by one certificate chain and its key.
    ///
    /// # Errors
    ///
    /// [`TlsError::Certificate`] where the chain is empty, [`TlsError::Rustls`] where rustls refuses the pair.
    pub fn from_der(
        provider: Arc<CryptoProvider>,
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, TlsError> {
        let end_point = binding::server_end_point(chain.first().ok_or(TlsError::Certificate)?);
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        Ok(Self { config: Arc::new(config), end_point, subject: None })
    }

    /// Says which certificate (DER) the configuration uses, so that SCRAM can be bound to it.
    #[must_use]
    pub fn with_certificate(mut self, certificate: &[u8]) -> Self {
        self.end_point = binding::server_end_point(certificate);
        self
    }

    /// Says how to read, from a client's verified certificate, the identity that AUTH EXTERNAL may claim.
    #[must_use]
    pub fn with_subject(mut self, subject: fn(&CertificateDer<'_>) -> Option<String>) -> Self {
        self.subject = Some(subject);
        self
    }
}

impl ClientTls {
    /// TLS by a configuration of the caller's, whose verifier has the last word under every policy.
    pub fn new(config: Arc<ClientConfig>) -> Self {
        let provider = Arc::clone(config.crypto_provider());
        Self { config, provider, trust: Trust::Own }
    }

    /// TLS that believes whom these roots vouch for.
    ///
    /// Where TLS is opportunistic, a certificate that fails is reported and the session goes on, since the next best thing
    /// would be no TLS at all; where TLS is required or implicit, it ends the connection.
    ///
    /// # Errors
    ///
    /// [`TlsError::Certificate`] where there are no roots, [`TlsError::Rustls`] where the provider fits no protocol version.
    pub fn with_roots(provider: Arc<CryptoProvider>, roots: RootCertStore) -> Result<Self, TlsError> {
        Self::believing(provider, roots, Vec::new())
    }

    /// TLS that believes whom the roots in this PEM text vouch for, and whoever holds the key of a certificate that stands
    /// in it: so a self-signed certificate is believed, whatever else it says it may be used for.
    ///
    /// # Errors
    ///
    /// [`TlsError::Certificate`] where the text holds no certificate that can serve as a root.
    pub fn with_roots_pem(provider: Arc<CryptoProvider>, roots: &[u8]) -> Result<Self, TlsError> {
        let listed = certificates(roots)?;
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(listed.iter().cloned());
        Self::believing(provider, store, listed)
    }

    /// TLS against listeners only: every certificate is taken, and reported as not verified.
    ///
    /// # Errors
    ///
    /// [`TlsError::Rustls`] where the provider fits no protocol version.
    pub fn unverified(provider: Arc<CryptoProvider>) -> Result<Self, TlsError> {
        let verifier = Verifier::of_nobody(Arc::clone(&provider));
        let config = configured(Arc::clone(&provider), verifier)?;
        Ok(Self { config, provider, trust: Trust::Nobody })
    }

    /// The configuration for one connection, and what will tell whether its certificate passed.
    pub(crate) fn for_connection(&self, certificate: Certificate) -> (Arc<ClientConfig>, Verified) {
        match (&self.trust, certificate) {
            (Trust::Nobody, _) => (Arc::clone(&self.config), Verified::No),
            (Trust::Own, _) | (Trust::Roots(_), Certificate::Demanded) => {
                (Arc::clone(&self.config), Verified::Yes)
            }
            (Trust::Roots(roots), Certificate::Reported) => {
                let verifier = Arc::new(Verifier::reporting(Arc::clone(&self.provider), roots.clone()));
                let mut config = ClientConfig::clone(&self.config);
                config.dangerous().set_certificate_verifier(Arc::clone(&verifier) as Arc<_>);
                (Arc::new(config), Verified::Asked(verifier))
            }
        }
    }

    fn believing(
        provider: Arc<CryptoProvider>,
        roots: RootCertStore,
        listed: Vec<CertificateDer<'static>>,
    ) -> Result<Self, TlsError> {
        let roots = Roots::new(Arc::clone(&provider), roots, listed).ok_or(TlsError::Certificate)?;
        let config =
            configured(Arc::clone(&provider), Verifier::demanding(Arc::clone(&provider), roots.clone()))?;
        Ok(Self { config, provider, trust: Trust::Roots(roots) })
    }
}

fn configured(provider: Arc<CryptoProvider>, verifier: Verifier) -> Result<Arc<ClientConfig>, TlsError> {
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let chain: Vec<_> =
        CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| TlsError::Certificate)?;
    if chain.is_empty() { Err(TlsError::Certificate) } else { Ok(chain) }
}
