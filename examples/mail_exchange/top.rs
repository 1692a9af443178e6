//! Writes what stands on top of a stored message: where it came from, and what was checked.
//!
//! in:  facts of the conversation, what was looked up      out: `Return-Path`, `Received`, `Authentication-Results`

use std::net::IpAddr;

use mailwright::address::{ForwardPath, ReversePath};
use mailwright::policy::trace::{self, Received, Results};
use mailwright::smtp::server::{Facts, Hello};
use mailwright::smtp::{TlsFacts, TlsVersion};

use crate::lookups::Known;

/// The three fields. `id`: under which the message is kept; `now`: Unix seconds.
pub fn write(
    host: &str,
    now: u64,
    facts: &Facts,
    sender: &ReversePath,
    known: &Known,
    id: Option<&str>,
    recipients: &[ForwardPath],
) -> String {
    let helo = facts.hello().map_or(&[][..], Hello::name);
    let mut results = Results::new(host).with_spf(known.spf.outcomes());
    let mut received = Received::new(host, now).with_protocol(facts.with_keyword());
    let tls = facts.tls().map(tls_words);
    if let Some(tls) = &tls {
        received = received.with_tls(tls);
    }
    if let Some(peer) = peer(facts) {
        results = results.with_reverse(&known.reverse, peer);
        received = received.with_peer(peer, helo);
    }
    if let Some(name) = known.reverse.names.first() {
        received = received.with_reverse_name(name);
    }
    if let Some(id) = id {
        received = received.with_id(id);
    }
    if let [only] = recipients {
        received = received.with_only_recipient(only.view());
    }
    [trace::return_path(&sender.view()), received.write(), results.write()].concat()
}

/// Where the peer is, or the one that it speaks for.
pub fn peer(facts: &Facts) -> Option<IpAddr> {
    facts.peer().remote().map(|remote| remote.ip().to_canonical())
}

/// How the connection is protected, as it stands in `Received` (RFC 8314 §4.3).
fn tls_words(facts: &TlsFacts) -> String {
    let version = match facts.version() {
        TlsVersion::Tls13 => "TLS1.3",
        TlsVersion::Tls12 => "TLS1.2",
        _ => "TLS",
    };
    facts.cipher().map_or_else(|| version.to_owned(), |cipher| format!("{version} {cipher}"))
}
