//! What a client says: one line, one command.
//!
//! in:  a line without its end      out: the command, borrowed from it, or the reply that it deserves
//! law: strict by default; what can be parsed can be written, and no written line holds a second one (RFC 5321 §4.1)

pub(crate) mod number;
