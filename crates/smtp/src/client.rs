//! The client's side of the conversation.
//!
//! in:  a connection's octets, an envelope, the message      out: commands, the message, one stage and ending per recipient
//! law: no transaction ends without an ending for each of its recipients

mod body;
mod ending;
mod event;
mod expected;
mod facts;
mod hello;
mod job;
mod limits;
#[cfg(feature = "sasl")]
mod login;
mod outgoing;
mod plan;
mod replies;
mod session;
mod settings;
mod transaction;
mod write;

pub use event::{Event, MisuseError, Notice};
pub use facts::Facts;
pub use limits::{Deadlines, Limits};
pub use session::Session;
pub use settings::{Chunking, Pipelining, Protocol, Quitting, Resets, Settings, Surplus, TlsPolicy, Unfit};
