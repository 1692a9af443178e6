//! Puts TLS under a conversation and says what came of it.
//!
//! in:  a stream in clear, the settings of one side      out: the stream under TLS with its facts, or why not
//! law: a failed handshake uses the stream up; its facts name only what rustls knows for sure

use alloc::sync::Arc;
use std::io;

use bytes::Bytes;
use mailwright_smtp::{PeerCertificate, TlsFacts, TlsFailed, TlsVersion};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CommonState, ProtocolVersion};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

use crate::binding;
use crate::stream::Ahead;
use crate::tls::{ClientTls, ServerTls};
use crate::trust::Certificate;

type Secured<S> = (Box<TlsStream<Ahead<S>>>, TlsFacts);

/// Answers a handshake, whose first octets may have been read already.
pub(crate) async fn accept<S>(ahead: Bytes, stream: S, tls: &ServerTls) -> Result<Secured<S>, TlsFailed>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let acceptor = TlsAcceptor::from(Arc::clone(&tls.config));
    let stream = acceptor.accept(Ahead::new(ahead, stream)).await.map_err(|error| failed(&error))?;
    let (_, session) = stream.get_ref();
    let certificate = match session.peer_certificates().and_then(|chain| chain.first()) {
        // rustls took it, so its verifier passed it; whom it names is for the caller to read.
        Some(first) => match tls.subject.and_then(|subject| subject(first)) {
            Some(name) => PeerCertificate::Verified(name),
            None => PeerCertificate::Unverified,
        },
        None => PeerCertificate::None,
    };
    let mut facts = facts(session, certificate, tls.end_point.as_deref());
    if let Some(name) = session.server_name() {
        facts = facts.with_server_name(name);
    }
    if binding::exporter_is_sound(session)
        && let Ok(exporter) = session.export_keying_material([0; 32], binding::EXPORTER_LABEL, Some(b""))
    {
        facts = facts.with_exporter(exporter);
    }
    Ok((Box::new(TlsStream::Server(stream)), facts))
}

/// Starts a handshake with the host of this name.
pub(crate) async fn connect<S>(
    stream: S,
    tls: &ClientTls,
    host: &str,
    certificate: Certificate,
) -> Result<Secured<S>, TlsFailed>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (config, verified) = tls.for_connection(certificate);
    let name = ServerName::try_from(host.to_owned()).map_err(|_| TlsFailed::Certificate)?;
    let stream = TlsConnector::from(config)
        .connect(name, Ahead::new(Bytes::new(), stream))
        .await
        .map_err(|error| failed(&error))?;
    let (_, session) = stream.get_ref();
    let leaf = session.peer_certificates().and_then(|chain| chain.first()).map(CertificateDer::as_ref);
    let certificate = match leaf {
        Some(_) if verified.get() => PeerCertificate::Verified(host.to_owned()),
        Some(_) => PeerCertificate::Unverified,
        None => PeerCertificate::None,
    };
    let end_point = leaf.and_then(binding::server_end_point);
    let mut facts = facts(session, certificate, end_point.as_deref()).with_server_name(host);
    if binding::exporter_is_sound(session)
        && let Ok(exporter) = session.export_keying_material([0; 32], binding::EXPORTER_LABEL, Some(b""))
    {
        facts = facts.with_exporter(exporter);
    }
    Ok((Box::new(TlsStream::Client(stream)), facts))
}

fn facts(session: &CommonState, certificate: PeerCertificate, end_point: Option<&[u8]>) -> TlsFacts {
    let version = match session.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => TlsVersion::Tls13,
        // rustls speaks 1.2 and 1.3 only.
        _ => TlsVersion::Tls12,
    };
    let mut facts = TlsFacts::new(version).with_certificate(certificate);
    if let Some(suite) = session.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()) {
        // rustls sets its own prefix before the registered names of TLS 1.3.
        facts = facts.with_cipher(suite.replacen("TLS13_", "TLS_", 1));
    }
    if let Some(hash) = end_point {
        facts = facts.with_server_end_point(hash);
    }
    facts
}

fn failed(error: &io::Error) -> TlsFailed {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
            TlsFailed::Certificate
        }
        Some(_) => TlsFailed::Handshake,
        None if error.kind() == io::ErrorKind::TimedOut => TlsFailed::TimedOut,
        None => TlsFailed::Closed,
    }
}
