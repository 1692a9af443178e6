#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;

#[cfg(any(feature = "read", feature = "write"))]
mod action;
#[cfg(any(feature = "read", feature = "write"))]
pub use action::Action;
#[cfg(feature = "write")]
mod guard;
#[cfg(feature = "write")]
pub use guard::{Checked, Guard, Origin, WhyNot};
#[cfg(feature = "read")]
mod read;
#[cfg(feature = "read")]
pub use read::{
    Claim, Complaint, Diagnostic, Entry, Fault, Kind, Proof, ReadLimits, Receipt, Report, Returned, Told,
};
#[cfg(feature = "write")]
mod write;
#[cfg(feature = "write")]
pub use write::{
    Fate, Notice, Original, Place, Reporter, TemplateError, Words, WriteError, Written, meaning, status_of,
};
#[cfg(feature = "tags")]
pub mod tags;
