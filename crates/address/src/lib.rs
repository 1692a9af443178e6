#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod fault;
pub use fault::{AddressError, Class, Fault};
mod grammar;
pub use grammar::{Grammar, Utf8};
mod host;
pub use host::{AddressLiteral, AddressLiteralRef, Domain, DomainRef, Host, HostRef};
mod mailbox;
pub use mailbox::{LocalPart, LocalPartRef, Mailbox, MailboxRef};
mod path;
pub use path::{ForwardPath, ForwardPathRef, ReversePath, ReversePathRef};
mod reading;
pub use reading::{AddrSpec, Reading};
mod envelope;
pub use envelope::{Envelope, Recipient};
mod dsn;
pub use dsn::{Envid, Notify, Orcpt, Ret};
mod octets;
pub use octets::Octets;
mod scan;
pub use scan::is_dot_atom;
pub mod xtext;

mod label;
mod text;
