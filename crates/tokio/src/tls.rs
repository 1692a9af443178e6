//! What a server or a client needs before it can speak TLS: a rustls configuration and what it cannot tell by itself.
//!
//! in:  a provider, certificates, keys, roots      out: settings of TLS for one side
//! law: no provider is chosen behind the caller's back; a certificate is demanded or reported, never silently passed

use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, Ordering};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, ServerConfig, SignatureScheme};

use crate::binding;

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
    /// Whoever the roots vouch for.
    Roots(Arc<WebPkiServerVerifier>),
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
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(|_| TlsError::Certificate)?;
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .with_webpki_verifier(Arc::clone(&verifier))
            .with_no_client_auth();
        Ok(Self { config: Arc::new(config), provider, trust: Trust::Roots(verifier) })
    }

    /// TLS that believes whom the roots in this PEM text vouch for.
    ///
    /// # Errors
    ///
    /// [`TlsError::Certificate`] where the text holds no certificate that can serve as a root.
    pub fn with_roots_pem(provider: Arc<CryptoProvider>, roots: &[u8]) -> Result<Self, TlsError> {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(certificates(roots)?);
        Self::with_roots(provider, store)
    }

    /// TLS against listeners only: every certificate is taken, and reported as not verified.
    ///
    /// # Errors
    ///
    /// [`TlsError::Rustls`] where the provider fits no protocol version.
    pub fn unverified(provider: Arc<CryptoProvider>) -> Result<Self, TlsError> {
        let verifier = Arc::new(Reporting::new(Arc::clone(&provider), None));
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(Self { config: Arc::new(config), provider, trust: Trust::Nobody })
    }

    /// The configuration for one connection, and what will tell whether its certificate passed.
    pub(crate) fn for_connection(&self, certificate: Certificate) -> (Arc<ClientConfig>, Verified) {
        match (&self.trust, certificate) {
            (Trust::Nobody, _) => (Arc::clone(&self.config), Verified::No),
            (Trust::Own, _) | (Trust::Roots(_), Certificate::Demanded) => {
                (Arc::clone(&self.config), Verified::Yes)
            }
            (Trust::Roots(roots), Certificate::Reported) => {
                let verifier =
                    Arc::new(Reporting::new(Arc::clone(&self.provider), Some(Arc::clone(roots) as Arc<_>)));
                let mut config = ClientConfig::clone(&self.config);
                config.dangerous().set_certificate_verifier(Arc::clone(&verifier) as Arc<_>);
                (Arc::new(config), Verified::Asked(verifier))
            }
        }
    }
}

/// What a certificate that fails does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certificate {
    /// It ends the handshake.
    Demanded,
    /// It is reported.
    Reported,
}

/// Whether the certificate of a connection passed.
#[derive(Debug)]
pub(crate) enum Verified {
    Yes,
    No,
    Asked(Arc<Reporting>),
}

impl Verified {
    pub(crate) fn get(&self) -> bool {
        match self {
            Self::Yes => true,
            Self::No => false,
            Self::Asked(verifier) => verifier.passed.load(Ordering::Acquire),
        }
    }
}

/// Takes every certificate and remembers whether the roots would have.
#[derive(Debug)]
pub(crate) struct Reporting {
    provider: Arc<CryptoProvider>,
    inner: Option<Arc<dyn ServerCertVerifier>>,
    passed: AtomicBool,
}

impl Reporting {
    fn new(provider: Arc<CryptoProvider>, inner: Option<Arc<dyn ServerCertVerifier>>) -> Self {
        Self { provider, inner, passed: AtomicBool::new(false) }
    }
}

impl ServerCertVerifier for Reporting {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let passed = self.inner.as_ref().is_some_and(|inner| {
            inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now).is_ok()
        });
        self.passed.store(passed, Ordering::Release);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let chain: Vec<_> =
        CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| TlsError::Certificate)?;
    if chain.is_empty() { Err(TlsError::Certificate) } else { Ok(chain) }
}
