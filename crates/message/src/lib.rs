#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod field;
pub use field::{Field, Fields};
mod grammar;
pub use grammar::addresses::{Address, Addresses, Mailbox};
pub use grammar::date::{Date, DateError};
pub use grammar::identifier::Identifiers;
pub use grammar::parameter::ContentType;
mod charset;
pub use charset::Charset;
mod transfer;
pub use transfer::{Decoder, Spot, TransferEncoding, TransferFaults};
mod limits;
pub use limits::Limits;
mod path;
pub use path::PartPath;
mod reader;
pub use reader::{Body, Kind, Part, Reader};

mod walk;
