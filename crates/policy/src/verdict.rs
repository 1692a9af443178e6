//! What every decision of this room is made of: notes with their reasons, and the tally that makes one verdict of them.
//!
//! in:  notes of any checks, in any order      out: accept, defer or refuse, with the reason and everything noted
//! law: a look-up that failed never refuses; order and repetition of notes change nothing

mod flag;
mod reason;
mod tally;

pub use flag::{Flag, FlagNames, Flags};
pub use reason::{Reason, Source, SourceNames, Sources, Why};
pub use tally::{Check, Decision, Note, Tally, Verdict};
