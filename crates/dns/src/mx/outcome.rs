//! What the selection of hosts ends with, and what was left out on the way.
//!
//! law: a reason is a fact of the DNS, except "not now"; no host is left out without one

use alloc::vec::Vec;
use core::net::IpAddr;

use crate::{Failure, Name};

/// What came out, and what was left out on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Selection {
    /// Where the mail goes.
    pub selected: Selected,
    /// Hosts that were not taken, each with its reason.
    pub skipped: Vec<Skipped>,
    /// Whether the hosts come from address records of the domain itself, since it has no MX.
    pub implicit: bool,
}

/// Where the mail for a domain goes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Selected {
    /// To the first host of the first group that takes it; the hosts of a group are equals, already shuffled.
    Hosts(Vec<Vec<Host>>),
    /// Nowhere: the domain says that it takes no mail (permanent, 5.1.10).
    NullMx,
    /// Nowhere: there is no such domain (permanent, 5.1.2).
    NoSuchDomain,
    /// Nowhere: no host of the domain has an address (permanent, 5.4.4).
    NoAddress,
    /// Nowhere: it would come back to us (permanent, 5.4.6).
    Loop,
    /// Not known now: try again later (temporary, 4.4.3).
    NotNow(Failure),
}

/// One host and its addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Host {
    /// Its name.
    pub name: Name,
    /// The preference of its record; 0 where the domain itself stands in.
    pub preference: u16,
    /// IPv6 and IPv4 in turns, IPv6 first.
    pub addresses: Vec<IpAddr>,
    /// What failed while asking for the addresses of the other family.
    pub failed: Option<Failure>,
}

/// Why a host of the answer is not among the selected ones.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Skipped {
    /// A null MX beside real ones: it says nothing then (RFC 7505 §3).
    NullMxBesideOthers,
    /// The exchange is the text of an address, which is no host name.
    AddressAsName(Name),
    /// It is our own host, or no better than ours.
    OwnOrWorse(Name),
    /// It points to this very machine: `localhost` or a loopback address.
    Loopback(Name),
    /// It has no address.
    NoAddress(Name),
    /// Its addresses are not known now.
    NotNow(Name, Failure),
    /// More hosts than the limit; how many.
    TooMany(usize),
}
