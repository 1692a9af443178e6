//! The trace of a check: borrowed events, for whoever listens.
//!
//! in:  events as the walk passes them      out: nothing, a log, a tree for people, JSON
//! law: the events depend on answers only, never on the order in which they came or on what was asked ahead

mod log;
mod render;

use core::net::IpAddr;

use mailwright_dns::{Failure, Kind, NameRef};

use crate::outcome::Verdict;
use crate::record::Qualifier;

pub use log::Log;

/// Listens to a check. `()` hears nothing and costs nothing; [`Log`] keeps all.
pub trait Trace {
    /// Takes one event. `depth`: how many records it is below the first one.
    fn event(&mut self, depth: u8, event: Event<'_>);
}

impl Trace for () {
    fn event(&mut self, _: u8, _: Event<'_>) {}
}

impl<T: Trace> Trace for &mut T {
    #[inline]
    fn event(&mut self, depth: u8, event: Event<'_>) {
        (**self).event(depth, event);
    }
}

/// One step of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'e> {
    /// The check begins.
    Start {
        /// The domain that is checked.
        domain: NameRef<'e>,
        /// The client.
        client: IpAddr,
    },
    /// A record was found and can be read.
    Record {
        /// Whose.
        domain: NameRef<'e>,
        /// Its text.
        text: &'e [u8],
    },
    /// A term is looked at.
    Term {
        /// Its text.
        text: &'e [u8],
        /// Where it starts in its record.
        at: u16,
        /// Terms that ask so far, this one included.
        terms: u8,
        /// Void look-ups so far.
        voids: u8,
    },
    /// An answer was used.
    Answer {
        /// The name that was asked for.
        name: NameRef<'e>,
        /// The kind that was asked for.
        kind: Kind,
        /// What came back.
        reply: Reply,
    },
    /// The term can't match, for a reason of its own.
    Skipped(Why),
    /// Names of the client beyond the first ten were ignored; how many.
    NamesIgnored(u16),
    /// The term matched.
    Matched(Qualifier),
    /// The term did not match.
    NotMatched,
    /// An included record ended so.
    Left(Verdict),
    /// The explanation of a fail was looked for and found, or not.
    Explanation {
        /// Where.
        name: NameRef<'e>,
        /// Whether there is a text that may be shown.
        found: bool,
    },
    /// The check ends.
    End(Verdict),
    /// What follows is the second opinion on a permerror.
    SecondOpinion,
}

/// What came back for a question, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// So many records.
    Found(u16),
    /// The name has none of this kind.
    NoData,
    /// There is no such name.
    NxDomain,
    /// Nothing is known.
    Failed(Failure),
}

/// Why a term can't match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// Its name can't be asked for (RFC 7208 §4.8).
    BadName,
    /// It uses the local part, which is not ASCII (RFC 8616 §4).
    International,
    /// The settings forbid questions that tell about the sender.
    Private,
    /// The host is no name that can have an address: the null MX, or the text of an address.
    NoHost,
}
