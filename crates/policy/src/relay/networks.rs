//! Which networks may send through us without logging in, and whether that list is one that keeps the relay closed.
//!
//! law: whoever trusts a network trusts everybody who can appear in it, containers and proxies included

use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use crate::{Network, Origin};

/// Networks that may send without logging in.
///
/// # Examples
///
/// ```
/// use mailwright_policy::relay::{Doubt, Listener, TrustedNetworks};
///
/// let trusted = TrustedNetworks::new(["172.16.0.0/12".parse()?]);
/// let findings = trusted.validate(&Listener::public().behind_translation());
/// assert_eq!(findings[0].doubt, Doubt::Private);
/// # Ok::<(), mailwright_policy::NetworkError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedNetworks {
    networks: Vec<Network>,
    proxies: Vec<Network>,
    /// A peer on this host is a peer like any other.
    without_loopback: bool,
}

/// Where a server listens, as far as it matters for trust.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listener {
    public: bool,
    translated: bool,
    addresses: Vec<IpAddr>,
    block: Option<Network>,
}

/// What is doubtful about a trusted network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Doubt {
    /// It is everybody, or more of the Internet than anybody owns (shorter than /8 of IPv4, /16 of IPv6): an open relay.
    Everybody,
    /// It holds our own public block and more: neighbours of ours whom we don't know.
    Neighbours,
    /// It is wide: shorter than /16 (IPv4) or /48 (IPv6).
    Wide,
    /// It is private (RFC 1918, RFC 4193) or loopback, and a translator, a proxy or a container bridge in front makes
    /// strangers appear in it. Loopback is trusted unless it is [left out](TrustedNetworks::without_loopback).
    Private,
    /// It is shared by subscribers of a provider (RFC 6598).
    Shared,
    /// It is link-local: whoever plugs in is in it.
    LinkLocal,
}

/// One doubtful network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NetworkFinding {
    /// The network.
    pub network: Network,
    /// What is doubtful.
    pub doubt: Doubt,
}

impl TrustedNetworks {
    /// These networks.
    pub fn new(networks: impl IntoIterator<Item = Network>) -> Self {
        Self { networks: networks.into_iter().collect(), ..Self::default() }
    }

    /// Peers that speak the PROXY protocol; from anybody else its header is refused.
    #[must_use]
    pub fn with_proxies(self, proxies: impl IntoIterator<Item = Network>) -> Self {
        Self { proxies: proxies.into_iter().collect(), ..self }
    }

    /// Doesn't take a peer on this host for our own: for a proxy here that makes strangers appear from loopback and doesn't
    /// say whom it speaks for.
    #[must_use]
    pub fn without_loopback(self) -> Self {
        Self { without_loopback: true, ..self }
    }

    /// Where a peer comes from, by its address alone. With the PROXY protocol it is the address in its header.
    ///
    /// Whoever connects from loopback is [`Origin::Local`], listed or not, unless it is
    /// [left out](Self::without_loopback).
    pub fn origin(&self, address: IpAddr) -> Origin {
        if address.to_canonical().is_loopback() && !self.without_loopback {
            Origin::Local
        } else if self.networks.iter().any(|network| network.contains(address)) {
            Origin::TrustedNet
        } else {
            Origin::Internet
        }
    }

    /// Whether a PROXY header of this peer counts.
    pub fn is_proxy(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.contains(address))
    }

    /// What is doubtful about the list; a server must not start on a finding that [is an error](NetworkFinding::is_error).
    pub fn validate(&self, listener: &Listener) -> Vec<NetworkFinding> {
        let mut findings = Vec::new();
        let exposed = listener.public && listener.translated;
        if exposed && !self.without_loopback {
            let unlisted =
                |loopback: &Network| !self.networks.iter().any(|network| network.overlaps(*loopback));
            let loopback = blocks(LOOPBACK).filter(unlisted);
            findings.extend(loopback.map(|network| NetworkFinding { network, doubt: Doubt::Private }));
        }
        for network in self.networks.iter().copied() {
            let mut found = |doubt, yes: bool| {
                if yes {
                    findings.push(NetworkFinding { network, doubt });
                }
            };
            let length = network.length();
            let short: u8 = if network.address().is_ipv4() { 16 } else { 48 };
            // Neither half of the Internet is better than the whole.
            let most: u8 = if network.address().is_ipv4() { 8 } else { 16 };
            if length < most && !is_within(network, &[PRIVATE, LINK_LOCAL]) {
                found(Doubt::Everybody, true);
                continue;
            }
            let around_us = listener.addresses.iter().any(|own| {
                network.contains(*own)
                    && listener.block.is_none_or(|block| !block.covers(network))
                    && network != Network::host(*own)
            });
            let around_block = listener.block.is_some_and(|block| network.covers(block) && network != block);
            let inner = is_within(network, &[PRIVATE, LINK_LOCAL, SHARED]);
            found(Doubt::Neighbours, (around_us || around_block) && !inner);
            found(Doubt::Wide, length < short && !is_within(network, &[PRIVATE]));
            found(Doubt::Private, exposed && is_touching(network, PRIVATE));
            found(Doubt::Shared, is_touching(network, SHARED));
            found(Doubt::LinkLocal, is_touching(network, LINK_LOCAL));
        }
        findings.sort_by_key(|finding| finding.doubt);
        findings
    }
}

/// RFC 1918 and RFC 4193, and the loopback a proxy on the same host makes strangers appear from.
const PRIVATE: &[&str] =
    &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "127.0.0.0/8", "::1/128"];
/// RFC 1122 §3.2.1.3, RFC 4291 §2.5.3.
const LOOPBACK: &[&str] = &["127.0.0.0/8", "::1/128"];
/// RFC 6598.
const SHARED: &[&str] = &["100.64.0.0/10"];
/// RFC 3927, RFC 4291 §2.5.6.
const LINK_LOCAL: &[&str] = &["169.254.0.0/16", "fe80::/10"];

fn blocks(list: &'static [&'static str]) -> impl Iterator<Item = Network> {
    list.iter().filter_map(|text| text.parse().ok())
}

fn is_touching(network: Network, list: &'static [&'static str]) -> bool {
    blocks(list).any(|block| block.overlaps(network))
}

fn is_within(network: Network, lists: &[&'static [&'static str]]) -> bool {
    lists.iter().any(|list| blocks(list).any(|block| block.covers(network)))
}

impl Listener {
    /// A listener that the Internet reaches.
    pub fn public() -> Self {
        Self { public: true, ..Self::default() }
    }

    /// A listener that only inner networks reach.
    pub fn inner() -> Self {
        Self::default()
    }

    /// Behind address translation, a proxy or a container bridge, so that strangers may appear with inner addresses.
    #[must_use]
    pub fn behind_translation(self) -> Self {
        Self { translated: true, ..self }
    }

    /// A public address of ours.
    #[must_use]
    pub fn with_address(mut self, address: IpAddr) -> Self {
        self.addresses.push(address.to_canonical());
        self
    }

    /// The block of addresses that is ours alone.
    #[must_use]
    pub fn with_block(self, block: Network) -> Self {
        Self { block: Some(block), ..self }
    }
}

impl NetworkFinding {
    /// Whether a server with this network in its list is an open relay to some: it must not start.
    pub const fn is_error(&self) -> bool {
        matches!(self.doubt, Doubt::Everybody | Doubt::Neighbours)
    }
}

impl fmt::Display for NetworkFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.doubt {
            Doubt::Everybody => "is everybody, or nearly: an open relay",
            Doubt::Neighbours => "holds neighbours of ours whom we don't know",
            Doubt::Wide => "is wide: who can appear in it?",
            Doubt::Private => {
                "is private or loopback, and translation in front of us makes strangers appear in it"
            }
            Doubt::Shared => "is shared by the subscribers of a provider",
            Doubt::LinkLocal => "is link-local: whoever plugs in is in it",
        };
        write!(f, "{} {text}", self.network)
    }
}
