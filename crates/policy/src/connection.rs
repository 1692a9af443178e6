//! What is decided before the peer has said anything of weight: how many, how fast, from where, and how patiently.
//!
//! in:  counts, an address, the octets before the greeting, flags      out: notes, a delay
//! law: everything here is remembered and told at RCPT, so that postmaster stays reachable, unless the caller is eager

use core::fmt;
use core::net::IpAddr;
use core::time::Duration;

use mailwright_dns::Name;
use mailwright_reply::Reply;

mod blocklist;
pub use blocklist::{Blocklist, Entry, Target, suggested};

use crate::{Flag, Flags, Note, Reason, Source};

/// Connections that are open now, the new one included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the three counts that a receiver keeps")]
pub struct Counts {
    /// Of this address.
    pub address: u32,
    /// Of its network: [`Network::of_peer`](crate::Network::of_peer).
    pub network: u32,
    /// Of everybody.
    pub total: u32,
}

/// How many connections may be open at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    address: u32,
    network: u32,
    total: u32,
}

impl Default for Limits {
    /// 20 of one address, 50 of one network, 1000 in all.
    fn default() -> Self {
        Self { address: 20, network: 50, total: 1000 }
    }
}

impl Limits {
    /// So many of one address.
    #[must_use]
    pub const fn with_address(self, address: u32) -> Self {
        Self { address, ..self }
    }

    /// So many of one network.
    #[must_use]
    pub const fn with_network(self, network: u32) -> Self {
        Self { network, ..self }
    }

    /// So many in all.
    #[must_use]
    pub const fn with_total(self, total: u32) -> Self {
        Self { total, ..self }
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "at most {} of an address, {} of a network, {} in all",
            self.address, self.network, self.total
        )
    }
}

/// Whether one more connection is too many: `421 4.7.0`.
///
/// # Examples
///
/// ```
/// use mailwright_policy::connection::{Counts, Limits, concurrency};
///
/// let counts = Counts { address: 21, network: 21, total: 40 };
/// let verdict = concurrency(counts, Limits::default()).decide().verdict;
/// assert_eq!(verdict.to_string(), "421 4.7.0 Too many connections, try again later");
/// ```
pub fn concurrency(counts: Counts, limits: Limits) -> Note {
    let over =
        counts.address > limits.address || counts.network > limits.network || counts.total > limits.total;
    if over { Reason::TooManyConnections.into() } else { Note::ok(Source::Rate) }
}

/// Whether our own list names the address. `now`: Unix seconds.
pub fn blocked(list: &Blocklist, address: IpAddr, now: u64) -> Note {
    match list.address(address, now) {
        Some(_) => Reason::Blocked.into(),
        None => Note::ok(Source::Blocklist),
    }
}

/// Whether our own list names what the peer calls itself in HELO. `now`: Unix seconds.
///
/// # Examples
///
/// ```
/// use mailwright_policy::connection::{Blocklist, Entry, Target, blocked_name};
///
/// let mut list = Blocklist::new();
/// list.insert(Target::HeloName("liar.example".parse()?), Entry::new("talks nonsense", "postmaster"));
/// assert!(blocked_name(&list, b"MX.Liar.example.", 0).decide().verdict.is_reject());
/// assert!(blocked_name(&list, b"[192.0.2.1]", 0).decide().verdict.is_accept());
/// # Ok::<(), mailwright_dns::NameError>(())
/// ```
pub fn blocked_name(list: &Blocklist, helo: &[u8], now: u64) -> Note {
    match Name::from_dotted(helo.trim_ascii()) {
        Ok(name) if list.helo(&name, now).is_some() => Reason::Blocked.into(),
        Ok(_) | Err(_) => Note::ok(Source::Blocklist),
    }
}

/// The reply to a command of a peer whose greeting was a refusal: QUIT is answered, nothing else is served.
///
/// # RFC
///
/// RFC 5321 §3.1
pub fn after_refused_greeting(verb: &[u8]) -> Reply {
    use mailwright_reply::standard;
    if verb.eq_ignore_ascii_case(b"QUIT") { standard::closing() } else { standard::bad_sequence() }
}

/// What the octets before the greeting say about the peer.
///
/// A flag alone; strict: `554 5.5.1`. HTTP and a TLS hello on a port that speaks SMTP end the connection in any mode.
///
/// # Examples
///
/// ```
/// use mailwright_policy::{Flag, connection::early_talk};
///
/// assert!(early_talk(b"EHLO x\r\n", false).flags.has(Flag::EarlyTalk));
/// assert!(early_talk(b"GET / HTTP/1.1\r\n", false).why().unwrap().closes());
/// ```
///
/// # RFC
///
/// RFC 5321 §3.1: the client waits for the greeting.
pub fn early_talk(before_greeting: &[u8], strict: bool) -> Note {
    if before_greeting.is_empty() {
        Note::ok(Source::Protocol)
    } else if is_foreign(before_greeting) {
        Note::from(Reason::NotSmtp).with_flags(Flags::NONE.with(Flag::EarlyTalk).with(Flag::NotSmtp))
    } else if strict {
        Note::from(Reason::EarlyTalk).with_flag(Flag::EarlyTalk)
    } else {
        Note::ok(Source::Protocol).with_flag(Flag::EarlyTalk)
    }
}

/// Whether this is the start of HTTP or of TLS.
pub fn is_foreign(start: &[u8]) -> bool {
    const VERBS: [&[u8]; 9] =
        [b"GET ", b"POST ", b"PUT ", b"HEAD ", b"OPTIONS ", b"CONNECT ", b"DELETE ", b"PATCH ", b"PRI * "];
    VERBS.iter().any(|verb| start.starts_with(verb)) || matches!(start, [0x16, 3, 0..=4, ..])
}

/// How long the greeting may wait, by what was noted so far: nothing for the unsuspicious, at most six seconds.
///
/// The caller waits; a sender that talks meanwhile shows itself.
pub fn greeting_delay(flags: Flags) -> Duration {
    let score = u64::try_from(flags.score()).unwrap_or(0);
    Duration::from_millis(score.saturating_mul(150).min(6000))
}
