#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod cause;
pub use cause::{Blame, Cause, WordError};

#[cfg(feature = "classify")]
mod classify;
#[cfg(feature = "classify")]
pub use classify::{Heard, Refusal, RuleError, RuleView, Rules, classify, fold};

mod code;
pub use code::{ReplyCategory, ReplyClass, ReplyCode};

mod ending;
pub use ending::{Attempt, Downgrade, Ending, NoHost, NotSent, ProtocolFault, TlsFault};

mod enhanced;
pub use enhanced::{EnhancedClass, EnhancedStatusCode};

mod error;
pub use error::{ReplyError, ReplyParseError};

mod escape;
pub use escape::Escaped;

mod line;
pub use line::{Leniency, Lenient, ReplyLine};

mod parser;
pub use parser::{Limits, ReplyParser};

mod remote_id;
pub use remote_id::remote_id;

mod reply;
pub use reply::Reply;

mod stage;
pub use stage::{Stage, StageError};

pub mod standard;

#[cfg(feature = "serde")]
mod stored;

mod verdict;
pub use verdict::{
    About, Change, Evidence, Host, Lasting, Next, Strength, Suppression, Sure, Verdict, Wait, Whom,
};
