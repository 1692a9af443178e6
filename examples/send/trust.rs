//! Whom to believe.
//!
//! in:  `--ca`, `--insecure` or neither      out: the client's side of TLS
//! law: nobody is believed by accident: without a root that can be read there is an error, not a shrug

use std::fs;

use mailwright::tokio::{ClientTls, provider};

use crate::arguments::{Arguments, Policy};

/// The client's side of TLS.
pub fn tls(arguments: &Arguments) -> Result<ClientTls, String> {
    if arguments.insecure {
        return ClientTls::unverified(provider::ring()).map_err(|error| error.to_string());
    }
    if let Some(path) = &arguments.ca {
        let roots = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        return ClientTls::with_roots_pem(provider::ring(), &roots)
            .map_err(|error| format!("{}: {error}", path.display()));
    }
    let roots = SYSTEM.iter().find_map(|path| fs::read(path).ok());
    match roots {
        Some(roots) => ClientTls::with_roots_pem(provider::ring(), &roots).map_err(|error| error.to_string()),
        // Opportunistic TLS demands no certificate anyway: it protects from listeners only.
        None if arguments.tls == Policy::Opportunistic => {
            ClientTls::unverified(provider::ring()).map_err(|error| error.to_string())
        }
        None => Err("the system keeps no certificates in a known place; say --ca or --insecure".to_owned()),
    }
}

/// Where systems keep the certificates that they believe.
const SYSTEM: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];
