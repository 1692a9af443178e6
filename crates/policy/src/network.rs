//! A block of addresses, and whether an address lies in it.
//!
//! law: `::ffff:192.0.2.1` is 192.0.2.1 (RFC 4291 §2.5.5.2); bits behind the prefix are zero

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

/// A block of addresses: `192.0.2.0/24`, `2001:db8::/32`, or a single address.
///
/// # Examples
///
/// ```
/// use mailwright_policy::Network;
///
/// let network: Network = "192.0.2.77/24".parse()?;
/// assert_eq!(network.to_string(), "192.0.2.0/24");
/// assert!(network.contains("::ffff:192.0.2.1".parse().unwrap()));
/// # Ok::<(), mailwright_policy::NetworkError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    address: IpAddr,
    length: u8,
}

/// Why a text is no block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
#[non_exhaustive]
pub struct NetworkError {
    /// What would have been right.
    pub expected: &'static str,
}

impl Network {
    /// The block of this length, in bits, around an address.
    ///
    /// # Errors
    ///
    /// [`NetworkError`] where the length is over 32 (IPv4) or 128 (IPv6).
    pub fn new(address: IpAddr, length: u8) -> Result<Self, NetworkError> {
        let expected = "a prefix length of at most 32 (IPv4) or 128 (IPv6)";
        let masked = match address {
            IpAddr::V4(v4) if length <= 32 => IpAddr::V4(mask4(v4, length)),
            IpAddr::V6(v6) if length <= 128 => match (v6.to_ipv4_mapped(), length.checked_sub(96)) {
                (Some(v4), Some(length)) => return Self::new(v4.into(), length),
                (Some(_), None) => return Err(NetworkError { expected: "IPv4 addresses as such" }),
                (None, _) => IpAddr::V6(mask6(v6, length)),
            },
            IpAddr::V4(_) | IpAddr::V6(_) => return Err(NetworkError { expected }),
        };
        Ok(Self { address: masked, length })
    }

    /// The block around an address: `v4` bits of an IPv4 address, `v6` of an IPv6 one; more than there are is all.
    pub fn around(address: IpAddr, v4: u8, v6: u8) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => {
                let length = v4.min(32);
                Self { address: mask4(address, length).into(), length }
            }
            IpAddr::V6(address) => {
                let length = v6.min(128);
                Self { address: mask6(address, length).into(), length }
            }
        }
    }

    /// The network of a peer as rates and greylists count it: /24 of IPv4, /64 of IPv6.
    pub fn of_peer(address: IpAddr) -> Self {
        Self::around(address, 24, 64)
    }

    /// A single address.
    pub fn host(address: IpAddr) -> Self {
        Self::around(address, 32, 128)
    }

    /// The first address.
    pub const fn address(self) -> IpAddr {
        self.address
    }

    /// The length of the prefix, in bits.
    pub const fn length(self) -> u8 {
        self.length
    }

    /// Whether the address lies in the block, in whatever spelling.
    pub fn contains(self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(address)) => mask4(address, self.length) == own,
            (IpAddr::V6(own), IpAddr::V6(address)) => mask6(address, self.length) == own,
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }

    /// Whether all of the other block lies in this one.
    pub fn covers(self, other: Self) -> bool {
        self.length <= other.length && self.contains(other.address)
    }

    /// Whether the two share an address.
    pub fn overlaps(self, other: Self) -> bool {
        self.covers(other) || other.covers(self)
    }
}

/// The address with all bits behind the prefix zero.
fn mask4(address: Ipv4Addr, length: u8) -> Ipv4Addr {
    let keep = u32::MAX.checked_shl(32_u32.saturating_sub(length.into())).unwrap_or(0);
    Ipv4Addr::from_bits(address.to_bits() & keep)
}

fn mask6(address: Ipv6Addr, length: u8) -> Ipv6Addr {
    let keep = u128::MAX.checked_shl(128_u32.saturating_sub(length.into())).unwrap_or(0);
    Ipv6Addr::from_bits(address.to_bits() & keep)
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError { expected: "an IP address" })?;
        let whole = if address.is_ipv4() { 32 } else { 128 };
        let digits = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
        let length = match length {
            None => whole,
            Some(text) if digits(text) => {
                text.parse().map_err(|_| NetworkError { expected: "a prefix length" })?
            }
            Some(_) => return Err(NetworkError { expected: "a prefix length" }),
        };
        Self::new(address, length)
    }
}

/// `192.0.2.0/24`; a single address without its length.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.address, f)?;
        let whole = if self.address.is_ipv4() { 32 } else { 128 };
        if self.length == whole { Ok(()) } else { write!(f, "/{}", self.length) }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_their_addresses_and_no_others() {
        let check = |network: &str, address: &str, inside: bool| {
            let (network, address): (Network, IpAddr) = (network.parse().unwrap(), address.parse().unwrap());
            assert_eq!(network.contains(address), inside, "{network} {address}");
        };
        check("0.0.0.0/0", "255.255.255.255", true);
        check("0.0.0.0/0", "::1", false);
        check("10.0.0.0/8", "10.255.255.255", true);
        check("10.0.0.0/8", "11.0.0.0", false);
        check("1.2.3.4", "11.2.3.44", false);
        check("192.0.2.128/25", "192.0.2.127", false);
        check("::/0", "2001:db8::1", true);
        check("2001:db8::/64", "2001:db8:0:0:ffff::1", true);
        check("2001:db8::/64", "2001:db8:0:1::1", false);
        check("::ffff:192.0.2.0/120", "192.0.2.9", true);
    }

    #[test]
    fn what_is_no_block_is_refused() {
        for text in [
            "",
            "10.0.0.0/33",
            "::/129",
            "10.0.0/8",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0/8 ",
            "x/8",
            "::ffff:0:0/95",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
