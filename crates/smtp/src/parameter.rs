//! What MAIL and RCPT say besides the path.
//!
//! in:  `SP keyword=value ...`, or typed values      out: typed values, or their text
//! law: each parameter once, in its range, and only where its extension was offered (RFC 5321 §4.1.1.11)

mod coded;
pub use coded::{AuthIdentity, EnvidRef, OrcptRef};
mod mail;
pub use mail::Mail;
mod moment;
mod rcpt;
pub use rcpt::Rcpt;
mod read;
mod value;
pub use value::{BodyType, ByMode, DeliverBy, Hold, Moment, Priority};
mod other;
pub use other::OtherParameters;
