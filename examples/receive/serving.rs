//! What the servers among the examples do around their sessions: a log, a certificate made up on the spot, an end by signal.
//!
//! in:  a name, an address      out: TLS for both; the moment at which to stop
//! law: SIGINT and SIGTERM are heard from before the first connection on

use std::future::Future;
use std::io;
use std::net::IpAddr;

use mailwright::tokio::{ServerTls, provider};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Why it did not come to serving, with the exit status.
pub type Failure = (u8, String);

/// The system refuses.
pub const OS_ERROR: u8 = 71;

/// Writes warnings, or what `RUST_LOG` asks for, to standard error.
pub fn log() {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn")))
        .with_writer(io::stderr)
        .init();
}

/// TLS with a certificate for this name, this address and `localhost`.
pub fn self_signed(host: &str, at: IpAddr) -> Result<ServerTls, Failure> {
    let names = vec![host.to_owned(), "localhost".to_owned(), at.to_string()];
    let made = rcgen::generate_simple_self_signed(names)
        .map_err(|error| (OS_ERROR, format!("no certificate could be made: {error}")))?;
    let (cert, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    ServerTls::from_pem(provider::ring(), cert.as_bytes(), key.as_bytes())
        .map_err(|error| (OS_ERROR, error.to_string()))
}

/// Ends with the first signal that asks for it.
pub fn stopped() -> io::Result<impl Future<Output = ()> + Send> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    })
}
