//! The address space that a record lets send.
//!
//! in:  networks, as often as they are named      out: how many addresses (IPv4) and /64 networks (IPv6) that is
//! law: what is named twice counts once

use alloc::vec::Vec;
use core::net::IpAddr;

use crate::record::Prefix;

/// Networks by their first and last address.
#[derive(Debug, Default)]
pub(super) struct Space {
    v4: Vec<(u32, u32)>,
    v6: Vec<(u128, u128)>,
}

impl Space {
    /// Every address.
    pub(super) fn add_all(&mut self) {
        self.v4.push((0, u32::MAX));
        self.v6.push((0, u128::MAX));
    }

    /// The network of this length around an address.
    pub(super) fn add(&mut self, address: IpAddr, prefix: Prefix) {
        match address {
            IpAddr::V4(address) => {
                let rest = u32::MAX.checked_shr(u32::from(prefix.v4)).unwrap_or(0);
                let first = address.to_bits() & !rest;
                self.v4.push((first, first | rest));
            }
            IpAddr::V6(address) => {
                let rest = u128::MAX.checked_shr(u32::from(prefix.v6)).unwrap_or(0);
                let first = address.to_bits() & !rest;
                self.v6.push((first, first | rest));
            }
        }
    }

    /// How many IPv4 addresses, and how many /64 networks of IPv6.
    pub(super) fn measured(&self) -> (u64, u128) {
        let addresses = self.v4.iter().map(|(first, last)| (u128::from(*first), u128::from(*last)));
        let networks = self.v6.iter().map(|(first, last)| (first >> 64, last >> 64));
        (measure(addresses.collect()).try_into().unwrap_or(u64::MAX), measure(networks.collect()))
    }
}

/// How many numbers lie in the union of ranges.
fn measure(mut ranges: Vec<(u128, u128)>) -> u128 {
    ranges.sort_unstable();
    let (mut total, mut next) = (0_u128, 0_u128);
    for (first, last) in ranges {
        let from = first.max(next);
        if last >= from {
            total = total.saturating_add(last.saturating_sub(from)).saturating_add(1);
            next = last.saturating_add(1);
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_twice_counts_once() {
        let mut space = Space::default();
        let mut add = |address: &str, v4, v6| space.add(address.parse().unwrap(), Prefix { v4, v6 });
        add("192.0.2.77", 24, 128);
        add("192.0.2.128", 25, 128);
        add("192.0.3.0", 32, 128);
        add("2001:db8::1", 32, 128);
        add("2001:db8::2", 32, 63);
        assert_eq!(space.measured(), (257, 2));
        space.add_all();
        assert_eq!(space.measured(), (1 << 32, 1 << 64));
    }
}
