//! What a check remembers while it walks: the records on its stack, their terms, what was counted.
//!
//! law: small and `Copy`: records are named by the entry of their answer, terms by a range in it

use core::net::IpAddr;

use mailwright_dns::Dnssec;

use crate::outcome::{Cause, Counts, Verdict};
use crate::record::{Mechanism, Term, covers_v4, covers_v6};
use crate::store::Id;

/// How a walk ended. The outcome is written from it when it is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    pub(super) verdict: Verdict,
    pub(super) cause: Cause,
    pub(super) term: Option<Spot>,
    pub(super) walk: Walk,
    pub(super) lenient: Option<Verdict>,
}

/// A term, and the entry of its question once that is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) term: Term,
    pub(super) target: Id,
    pub(super) nature: Nature,
}

/// What the walk must know of a term before all else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    /// It asks the DNS.
    Asks,
    /// It matches this client, whatever the DNS says.
    Matches,
    /// It doesn't match this client, whatever the DNS says.
    Misses,
    /// It is no mechanism.
    Modifier,
}

/// No entry yet.
pub(super) const NO_ID: Id = Id::MAX;

/// The number of a slot.
pub(super) type Slots = u32;

/// No such slot.
pub(super) const NO_SLOT: Slots = Slots::MAX;

/// One record on the stack.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// The entry of its TXT records.
    pub(super) txt: Id,
    /// Which of them it is.
    pub(super) text: u16,
    /// Its terms in `slots`, and the current one.
    pub(super) first: Slots,
    pub(super) end: Slots,
    pub(super) at: Slots,
    pub(super) redirect: Slots,
    pub(super) explanation: Slots,
    pub(super) loaded: bool,
    /// Whether the current term was counted.
    pub(super) begun: bool,
    /// Hosts of the current term that are done with.
    pub(super) progress: u8,
    /// The term that led here, and how.
    pub(super) via: Option<(Spot, Via)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Via {
    Include,
    Redirect,
}

/// A term in a record, by entry and range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) txt: Id,
    pub(super) text: u16,
    pub(super) start: u16,
    pub(super) end: u16,
}

/// What the walk has counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    pub(super) lenient: bool,
    pub(super) max_terms: u8,
    pub(super) counts: Counts,
    pub(super) min_ttl: u32,
    pub(super) failed: bool,
    pub(super) dnssec: Dnssec,
    pub(super) depends_on_sender: bool,
    pub(super) kept_private: u8,
    /// Where a match or an error was decided last.
    pub(super) inner: Option<Spot>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Walk,
    Explain,
}

impl Mechanism {
    pub(super) fn nature(&self, client: IpAddr) -> Nature {
        let matches = match (self, client) {
            (Self::All, _) => true,
            (Self::Ip4 { network, prefix }, IpAddr::V4(client)) => covers_v4(*network, *prefix, client),
            (Self::Ip6 { network, prefix }, IpAddr::V6(client)) => covers_v6(*network, *prefix, client),
            (Self::Ip4 { .. } | Self::Ip6 { .. }, _) => false,
            _ => return Nature::Asks,
        };
        if matches { Nature::Matches } else { Nature::Misses }
    }
}

impl Walk {
    pub(super) const fn new(lenient: bool, max_terms: u8) -> Self {
        Self {
            lenient,
            max_terms,
            counts: Counts { terms: 0, voids: 0, answers: 0 },
            min_ttl: u32::MAX,
            failed: false,
            dnssec: Dnssec::Secure,
            depends_on_sender: false,
            kept_private: 0,
            inner: None,
        }
    }
}

impl Frame {
    pub(super) const fn new(txt: Id, first: Slots, via: Option<(Spot, Via)>) -> Self {
        Self {
            txt,
            text: 0,
            first,
            end: first,
            at: first,
            redirect: NO_SLOT,
            explanation: NO_SLOT,
            loaded: false,
            begun: false,
            progress: 0,
            via,
        }
    }
}
