//! Answers, with what the DNS said kept apart from what it failed to say.
//!
//! law: a failure is never a fact; timeout, server failure, refusal, a bogus signature and a cut-off answer stay apart

use alloc::vec::Vec;
use core::fmt;

use crate::{Data, Kind, Rdata};

/// What came back for one question.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 1035 §4.1.1 and RFC 2308 §1")]
pub enum Answer {
    /// Records of the kind that was asked for.
    Found(Data, About),
    /// The name exists, but not with this kind (response code 0, no records).
    NoData(About),
    /// The name does not exist, nor anything below it (response code 3; RFC 8020).
    NxDomain(About),
    /// Nothing is known: ask again later.
    Failed(Failure),
}

/// What came with an answer: how long it may be kept, and how far it is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct About {
    /// Seconds that the answer may be kept; for a negative one from the zone's SOA (RFC 2308 §5), 0 where unknown.
    pub ttl: u32,
    /// How far DNSSEC vouches for it.
    pub dnssec: Dnssec,
}

/// How far DNSSEC vouches for an answer. A failed validation is no answer but [`Failure::Bogus`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 4033 §5, without bogus")]
pub enum Dnssec {
    /// Nobody looked.
    #[default]
    Unchecked,
    /// Somebody looked: the zone is not signed.
    Insecure,
    /// Signed, and the chain holds.
    Secure,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// No server answered in time.
    #[error("no answer in time")]
    Timeout,
    /// The server could not tell (response code 2).
    #[error("server failure")]
    ServFail,
    /// The server would not tell (response code 5).
    #[error("refused")]
    Refused,
    /// DNSSEC validation failed.
    #[error("DNSSEC validation failed")]
    Bogus,
    /// The answer was cut off and could not be had whole, as where TCP is blocked. A part is never an answer.
    #[error("cut off, and not to be had whole")]
    Truncated,
    /// The answer held records of another kind than asked.
    #[error("records of another kind than asked")]
    Mismatch,
    /// Another response code.
    #[error("response code {0}")]
    Other(u16),
}

impl About {
    /// An answer that nobody validated. A `ttl` with its top bit set counts as 0 (RFC 2181 §8).
    pub const fn new(ttl: u32) -> Self {
        Self { ttl: if ttl > i32::MAX as u32 { 0 } else { ttl }, dnssec: Dnssec::Unchecked }
    }

    /// The same with what DNSSEC said.
    #[must_use]
    pub const fn with_dnssec(self, dnssec: Dnssec) -> Self {
        Self { ttl: self.ttl, dnssec }
    }
}

impl Answer {
    /// Makes an answer from the records of an answer section.
    ///
    /// Records of other kinds (the aliases on the way) are left out; where nothing is left, it is "no data".
    pub fn from_rdata(kind: Kind, rdata: impl IntoIterator<Item = Rdata>, about: About) -> Self {
        let fitting: Vec<Rdata> = rdata.into_iter().filter(|r| r.kind() == kind).collect();
        match Data::collect(kind, fitting) {
            Some(data) => Self::Found(data, about),
            None => Self::NoData(about),
        }
    }

    /// The answer as a question of this kind may use it: records of another kind are a [`Failure::Mismatch`], an
    /// empty set is "no data".
    #[must_use]
    pub fn fit(self, kind: Kind) -> Self {
        match self {
            Self::Found(data, _) if data.kind() != kind => Self::Failed(Failure::Mismatch),
            Self::Found(data, about) if data.is_empty() => Self::NoData(about),
            Self::Found(..) | Self::NoData(_) | Self::NxDomain(_) | Self::Failed(_) => self,
        }
    }

    /// The records, if there are any.
    pub const fn data(&self) -> Option<&Data> {
        match self {
            Self::Found(data, _) => Some(data),
            Self::NoData(_) | Self::NxDomain(_) | Self::Failed(_) => None,
        }
    }

    /// What came with the answer; `None` for a failure, which may not be kept at all.
    pub const fn about(&self) -> Option<About> {
        match self {
            Self::Found(_, about) | Self::NoData(about) | Self::NxDomain(about) => Some(*about),
            Self::Failed(_) => None,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found(data, _) => fmt::Display::fmt(data, f),
            Self::NoData(_) => f.write_str("no such record"),
            Self::NxDomain(_) => f.write_str("no such name"),
            Self::Failed(failure) => fmt::Display::fmt(failure, f),
        }
    }
}
