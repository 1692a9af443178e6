//! A conversation under TLS by each provider that is built in, alone and with the other at the far end.
//!
//! in:  one message over a pipe, STARTTLS demanded on both sides, the certificate verified
//! out: the message, octet for octet, and what both sides say of the layer
//! law: both features may be on; the provider that is named is the one that is used (crate features `ring`, `aws-lc-rs`)

#![cfg(any(feature = "ring", feature = "aws-lc-rs"))]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail so")]

extern crate alloc;

use alloc::sync::Arc;
use std::io::Cursor;
use std::sync::Mutex;

use mailwright_address::{Envelope, ForwardPath, Grammar, Recipient, ReversePath};
use mailwright_reply::Attempt;
use mailwright_smtp::client::{self, TlsPolicy};
use mailwright_smtp::server::{Demand, Facts, MailParameters, Peer, Settings, TlsMode, Verdict};
use mailwright_smtp::{BodyFacts, PeerCertificate, TlsFacts, TlsVersion};
use mailwright_tokio::{ClientTls, Connector, Handler, Server, ServerTls, provider};
use rustls::crypto::CryptoProvider;

const HOST: &str = "mx.smith.example";
const MESSAGE: &[u8] = b"Subject: church\r\n\r\n.There is a meeting on Sunday.\r\n";
/// Made for this test, and known to everybody.
const CERTIFICATE: &[u8] = include_bytes!("provider/certificate.pem");
const KEY: &[u8] = include_bytes!("provider/key.pem");

/// What both ends must say alike: the version, the cipher, and a secret that only they know.
type Layer = (TlsVersion, Option<String>, Option<[u8; 32]>);

fn layer(tls: &TlsFacts) -> Layer {
    (tls.version(), tls.cipher().map(str::to_owned), tls.exporter().copied())
}

/// Keeps what it is told.
#[derive(Debug, Default)]
struct Keeper {
    octets: Arc<Mutex<Vec<u8>>>,
    layers: Arc<Mutex<Vec<Layer>>>,
}

impl Handler for Keeper {
    type Transaction = ();

    async fn mail(&self, facts: &Facts, _: &ReversePath, _: &MailParameters) -> Result<(), Verdict> {
        let tls = facts.tls().expect("MAIL comes under TLS");
        self.layers.lock().unwrap().push(layer(tls));
        Ok(())
    }

    async fn body(&self, _: &Facts, (): &mut (), octets: bytes::Bytes) {
        self.octets.lock().unwrap().extend_from_slice(&octets);
    }
}

async fn converse(serves: Arc<CryptoProvider>, calls: Arc<CryptoProvider>) {
    let keeper = Keeper::default();
    let (octets, layers) = (Arc::clone(&keeper.octets), Arc::clone(&keeper.layers));
    let settings =
        Settings::new(HOST.parse().unwrap()).with_tls(TlsMode::StartTls).with_tls_demand(Demand::Required);
    let server =
        Server::new(settings, keeper).with_tls(ServerTls::from_pem(serves, CERTIFICATE, KEY).unwrap());
    let settings = client::Settings::new("mail.doe.example".parse().unwrap()).with_tls(TlsPolicy::Required);
    let connector = Connector::new(settings).with_tls(ClientTls::with_roots_pem(calls, CERTIFICATE).unwrap());

    let (near, far) = tokio::io::duplex(4096);
    let calling = async {
        let mut client = connector.over(near, HOST).await.expect("a session under TLS");
        let tls = client.facts().tls().expect("the client knows of it").clone();
        let sender = ReversePath::parse(b"<jane@doe.example>", Grammar::strict()).unwrap();
        let eva = ForwardPath::parse(b"<eva@smith.example>", Grammar::strict()).unwrap();
        let envelope = Envelope::new(sender).with_recipient(Recipient::new(eva));
        let attempts =
            client.send(envelope, BodyFacts::of(MESSAGE), &mut Cursor::new(MESSAGE)).await.unwrap();
        client.quit().await;
        (tls, attempts)
    };
    let serving = server.converse(far, Peer::unknown(), core::future::pending());
    let ((tls, attempts), ()) = tokio::join!(calling, serving);

    assert!(attempts.iter().all(Attempt::is_delivered) && attempts.len() == 1, "{attempts:?}");
    assert_eq!(*octets.lock().unwrap(), MESSAGE);
    assert_eq!(tls.version(), TlsVersion::Tls13);
    assert_eq!(*tls.certificate(), PeerCertificate::Verified(HOST.to_owned()));
    assert!(tls.cipher().is_some() && tls.exporter().is_some(), "{tls:?}");
    assert_eq!(*layers.lock().unwrap(), [layer(&tls)]);
}

#[cfg(feature = "ring")]
#[tokio::test]
async fn a_message_goes_under_tls_by_ring() {
    converse(provider::ring(), provider::ring()).await;
}

#[cfg(feature = "aws-lc-rs")]
#[tokio::test]
async fn a_message_goes_under_tls_by_aws_lc_rs() {
    converse(provider::aws_lc_rs(), provider::aws_lc_rs()).await;
}

#[cfg(all(feature = "ring", feature = "aws-lc-rs"))]
#[tokio::test]
async fn with_both_built_in_each_side_uses_the_one_that_it_was_given() {
    converse(provider::ring(), provider::aws_lc_rs()).await;
    converse(provider::aws_lc_rs(), provider::ring()).await;
}
