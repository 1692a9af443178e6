//! Judges the certificate of a server: whether it is believed, and what happens where it is not.
//!
//! in:  a certificate chain, a name, the time      out: passed or not, as an error or as a remark
//! law: who is believed holds the key of the certificate; a remark is made only where nothing was demanded

use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, Ordering};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

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
    Asked(Arc<Verifier>),
}

/// Whom to believe.
#[derive(Clone, Debug)]
pub(crate) struct Roots {
    verifier: Arc<WebPkiServerVerifier>,
    /// Certificates that are believed as they are.
    listed: Arc<[CertificateDer<'static>]>,
}

/// Judges one connection, or many.
#[derive(Debug)]
pub(crate) struct Verifier {
    provider: Arc<CryptoProvider>,
    /// Nobody is believed without.
    roots: Option<Roots>,
    certificate: Certificate,
    passed: AtomicBool,
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

impl Roots {
    /// None where there is no root at all.
    pub(crate) fn new(
        provider: Arc<CryptoProvider>,
        roots: RootCertStore,
        listed: Vec<CertificateDer<'static>>,
    ) -> Option<Self> {
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().ok()?;
        Some(Self { verifier, listed: listed.into() })
    }

    fn judge(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<(), Error> {
        let Err(error) = self.verifier.verify_server_cert(end_entity, intermediates, name, ocsp, now) else {
            return Ok(());
        };
        // The times of a certificate are looked at first, so any other error says that they hold.
        let in_time = !matches!(
            error,
            Error::InvalidCertificate(
                CertificateError::Expired
                    | CertificateError::ExpiredContext { .. }
                    | CertificateError::NotValidYet
                    | CertificateError::NotValidYetContext { .. }
            )
        );
        if in_time && self.listed.iter().any(|listed| listed.as_ref() == end_entity.as_ref()) {
            // Most self-signed certificates say that they are authorities, and as such must not be a server's: but this very one
            // was pointed at.
            return verify_server_name(&ParsedCertificate::try_from(end_entity)?, name);
        }
        Err(error)
    }
}

impl Verifier {
    pub(crate) fn of_nobody(provider: Arc<CryptoProvider>) -> Self {
        Self { provider, roots: None, certificate: Certificate::Reported, passed: AtomicBool::new(false) }
    }

    pub(crate) fn reporting(provider: Arc<CryptoProvider>, roots: Roots) -> Self {
        Self { roots: Some(roots), ..Self::of_nobody(provider) }
    }

    pub(crate) fn demanding(provider: Arc<CryptoProvider>, roots: Roots) -> Self {
        Self { certificate: Certificate::Demanded, ..Self::reporting(provider, roots) }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(roots) = &self.roots {
            let judged = roots.judge(end_entity, intermediates, server_name, ocsp_response, now);
            self.passed.store(judged.is_ok(), Ordering::Release);
            if self.certificate == Certificate::Demanded {
                judged?;
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
