#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod ask;
pub use ask::{Ask, Asks, Stale};
mod body;
pub use body::{
    BareNewline, BareNewlineError, BodyDecoder, BodyEncoder, BodyFacts, BodyFindings, BodyMeter, BodyPieces,
    ChunkDecoder, OctetFacts, OutgoingNewlines, write_bdat,
};
pub mod client;
mod command;
pub use command::{
    Auth, Command, CommandError, CommandFault, Dialect, HelloName, InjectionError, Lookup, Text,
};
mod extension;
pub use extension::{Extension, ExtensionSet, Extensions, SessionLimits};
mod line;
pub use line::{Framed, Line, LineEnd, LineFramer};
mod output;
pub use output::Output;
mod parameter;
pub use parameter::{
    AuthIdentity, BodyType, ByMode, DeliverBy, EnvidRef, Hold, Mail, Moment, OrcptRef, OtherParameters,
    Priority, Rcpt,
};
mod proxy;
pub use proxy::{ProxyError, ProxyHeader};
#[cfg(feature = "sasl")]
pub mod sasl;
pub mod server;
mod timer;
mod tls;
pub use tls::{PeerCertificate, TlsFacts, TlsFailed, TlsVersion};
mod xclient;
pub use xclient::{Known, Xclient};
