#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod verdict;
pub use verdict::{
    Check, Decision, Flag, FlagNames, Flags, Note, Reason, Source, SourceNames, Sources, Tally, Verdict, Why,
};
mod origin;
pub use origin::{DomainKind, DomainTable, Domains, Lookup, Origin, Own};
mod network;
pub use network::{Network, NetworkError};
mod rate;
pub use rate::{Charge, OverRate, Paid, Rate, check_all};
pub mod alias;
pub mod connection;
pub mod content;
pub mod dnsbl;
pub mod greylist;
pub mod helo;
pub mod names;
pub mod pipeline;
pub mod recipient;
pub mod relay;
pub mod reverse;
pub mod sender;
pub mod submission;
pub mod trace;
