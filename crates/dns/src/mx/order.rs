//! The order of hosts and addresses.
//!
//! in:  answers, hosts, a seed      out: families in turns, equals in groups, the next number of the draw
//! law: the same seed gives the same order

use alloc::vec::Vec;
use core::net::IpAddr;

use super::Host;
use crate::{Answer, Data, Name};

/// The exchange is the text of an address: its last label is a number, or there are colons in it.
pub(super) fn is_address_text(name: &Name) -> bool {
    let Some(last) = name.labels().last() else { return false };
    last.iter().all(u8::is_ascii_digit)
        || name.labels().any(|label| label.contains(&b':') || label.contains(&b'['))
}

/// IPv6 and IPv4 addresses in turns.
pub(super) fn interleave(answers: [&Answer; 2]) -> impl Iterator<Item = IpAddr> {
    let pick = |answer: &Answer| -> Vec<IpAddr> {
        if let Some(Data::A(set)) = answer.data() {
            set.iter().copied().map(IpAddr::from).collect()
        } else if let Some(Data::Aaaa(set)) = answer.data() {
            set.iter().copied().map(IpAddr::from).collect()
        } else {
            Vec::new()
        }
    };
    let [first, second] = answers.map(pick);
    let turns = first.len().max(second.len());
    (0..turns).flat_map(move |i| [first.get(i).copied(), second.get(i).copied()]).flatten()
}

/// Hosts of equal preference in one group, order kept.
pub(super) fn group(hosts: Vec<Host>) -> Vec<Vec<Host>> {
    let mut groups: Vec<Vec<Host>> = Vec::new();
    for host in hosts {
        match groups.last_mut() {
            Some(group) if group.first().is_some_and(|first| first.preference == host.preference) => {
                group.push(host);
            }
            _ => groups.push(Vec::from([host])),
        }
    }
    groups
}

/// The next number of a splitmix64 sequence.
pub(super) fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
