#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod field;
pub use field::{Field, Fields};
mod grammar;
pub use grammar::addresses::{Address, Addresses};
pub use grammar::date::{Date, DateError};
pub use grammar::identifier::Identifiers;
pub use grammar::mailbox::Mailbox;
pub use grammar::parameter::ContentType;
mod charset;
pub use charset::Charset;
mod transfer;
pub use transfer::{Decoder, Spot, TransferEncoding, TransferFaults};
mod limits;
pub use limits::Limits;
mod reader;
pub use reader::{Body, Kind, Part, Reader};
mod rules;
pub use rules::{Example, Group, Rule, Severity};
mod profile;
pub use profile::{Context, Profile};
mod finding;
#[cfg(feature = "render")]
pub use finding::render;
pub use finding::{Detail, Finding, PartPath, Report, Skipped};
mod validate;
pub use validate::{Validator, validate};
mod fix;
pub use fix::{Edit, Edits, Fix, Safety};
mod downgrade;
pub mod edit;
pub use downgrade::{DowngradeError, Downgraded, downgrade};

mod checks;
mod walk;
