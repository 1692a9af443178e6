#![doc = include_str!("../README.md")]

extern crate alloc;

mod client;
pub use client::{Client, Connector};
mod handler;
pub use handler::{Decision, Handler};
pub mod provider;
#[cfg(feature = "resolver")]
mod resolve;
#[cfg(feature = "resolver")]
pub use resolve::{Resolver, ResolverError, drive};
mod server;
pub use server::Server;
mod tap;
pub use tap::{Direction, Tap};
mod tls;
pub use tls::{ClientTls, ServerTls, TlsError};

mod binding;
mod connect;
mod handshake;
mod link;
mod stream;
mod trust;
