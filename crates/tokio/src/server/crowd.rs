//! Counts who is connected, and says when that is too many.
//!
//! in:  the address of a new peer      out: a place that is given back when dropped, or which bound is reached
//! law: the table holds only peers that are connected; IPv6 peers count by their /64

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use core::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

/// How many connections are open, in all and per peer.
#[derive(Debug)]
pub(super) struct Crowd {
    most: usize,
    most_of_one: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    of: BTreeMap<IpAddr, usize>,
}

/// A place in the crowd.
#[derive(Debug)]
pub(super) struct Place {
    crowd: Arc<Crowd>,
    peer: Option<IpAddr>,
}

/// Which bound a new connection would pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// All connections together.
    All,
    /// Those of this peer.
    One,
}

impl Crowd {
    pub(super) fn new(most: usize, most_of_one: usize) -> Self {
        Self { most, most_of_one, open: Mutex::default() }
    }

    /// Takes a place for a connection of this peer; a peer without an address (a Unix socket) counts in the total only.
    pub(super) fn enter(self: &Arc<Self>, peer: Option<IpAddr>) -> Result<Place, Full> {
        let peer = peer.map(network);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.all >= self.most {
            return Err(Full::All);
        }
        if let Some(peer) = peer {
            let count = open.of.entry(peer).or_insert(0);
            if *count >= self.most_of_one {
                if *count == 0 {
                    open.of.remove(&peer);
                }
                return Err(Full::One);
            }
            *count = count.saturating_add(1);
        }
        open.all = open.all.saturating_add(1);
        Ok(Place { crowd: Arc::clone(self), peer })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.crowd.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all = open.all.saturating_sub(1);
        if let Some(peer) = self.peer
            && let Some(count) = open.of.get_mut(&peer)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.of.remove(&peer);
            }
        }
    }
}

/// Whoever has one IPv6 address has the whole /64.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_and_given_back() {
        let crowd = Arc::new(Crowd::new(3, 2));
        let (one, other) = (Some("192.0.2.1".parse().unwrap()), Some("192.0.2.2".parse().unwrap()));
        let first = crowd.enter(one).unwrap();
        let _second = crowd.enter(one).unwrap();
        assert_eq!(crowd.enter(one).unwrap_err(), Full::One);
        let third = crowd.enter(other).unwrap();
        assert_eq!(crowd.enter(None).unwrap_err(), Full::All);
        drop(third);
        drop(first);
        assert_eq!(crowd.open.lock().unwrap().of.len(), 1, "a peer that left is forgotten");
        assert!(crowd.enter(one).is_ok());
    }

    #[test]
    fn an_ipv6_peer_counts_by_its_network_and_a_mapped_one_as_ipv4() {
        let crowd = Arc::new(Crowd::new(10, 1));
        let _a = crowd.enter(Some("2001:db8::1".parse().unwrap())).unwrap();
        assert_eq!(crowd.enter(Some("2001:db8::ffff:2".parse().unwrap())).unwrap_err(), Full::One);
        let _b = crowd.enter(Some("::ffff:192.0.2.1".parse().unwrap())).unwrap();
        assert_eq!(crowd.enter(Some("192.0.2.1".parse().unwrap())).unwrap_err(), Full::One);
    }
}
