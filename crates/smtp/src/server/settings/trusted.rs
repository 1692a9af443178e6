//! Which peers may speak for others.
//!
//! in:  networks, at setting time; an address, per connection      out: yes or no
//! law: nobody is trusted unless named; an IPv4 address inside IPv6 counts as the IPv4 address

use alloc::vec::Vec;
use core::net::IpAddr;

/// The peers whose XCLIENT command or PROXY header is believed.
///
/// # Examples
/// ```
/// use mailwright_smtp::server::Trusted;
///
/// let trusted = Trusted::nobody().with_network("10.1.0.0".parse()?, 16).with_address("::1".parse()?);
/// assert!(trusted.includes("10.1.200.3".parse()?));
/// assert!(!trusted.includes("10.2.0.1".parse()?));
/// # Ok::<(), core::net::AddrParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trusted {
    networks: Vec<(IpAddr, u8)>,
}

impl Trusted {
    /// Trusts nobody.
    pub const fn nobody() -> Self {
        Self { networks: Vec::new() }
    }

    /// Adds one address.
    #[must_use]
    pub fn with_address(self, address: IpAddr) -> Self {
        self.with_network(address, 128)
    }

    /// Adds a network: the addresses that share the first `prefix` bits with `address`.
    #[must_use]
    pub fn with_network(mut self, address: IpAddr, prefix: u8) -> Self {
        self.networks.push((address.to_canonical(), prefix));
        self
    }

    /// Whether nobody is trusted.
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty()
    }

    /// Whether this peer is trusted.
    pub fn includes(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|&(network, prefix)| match (network, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => shares(u32::from(a).into(), u32::from(b).into(), 32, prefix),
            (IpAddr::V6(a), IpAddr::V6(b)) => shares(u128::from(a), u128::from(b), 128, prefix),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        })
    }
}

/// Whether the first `prefix` of `width` bits are the same.
fn shares(a: u128, b: u128, width: u32, prefix: u8) -> bool {
    let rest = width.saturating_sub(u32::from(prefix));
    (a ^ b).checked_shr(rest).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(network: &str, prefix: u8, address: &str, expect: bool) {
        let trusted = Trusted::nobody().with_network(network.parse().unwrap(), prefix);
        assert_eq!(trusted.includes(address.parse().unwrap()), expect, "{address} in {network}/{prefix}");
    }

    #[test]
    fn networks_compare_by_their_prefix() {
        check("192.0.2.0", 24, "192.0.2.255", true);
        check("192.0.2.0", 24, "192.0.3.0", false);
        check("192.0.2.0", 24, "::ffff:192.0.2.9", true);
        check("192.0.2.7", 32, "192.0.2.8", false);
        check("0.0.0.0", 0, "203.0.113.9", true);
        check("0.0.0.0", 0, "2001:db8::1", false);
        check("2001:db8::", 32, "2001:db8:ffff::1", true);
        check("2001:db8::", 128, "2001:db8::1", false);
        check("::", 0, "2001:db8::1", true);
    }
}
