//! The grammars of structured fields, each a linear walk without recursion.
//!
//! in:  the raw value of one field      out: values that borrow from it, and what is odd in it, by range

pub(crate) mod addresses;
pub(crate) mod calendar;
pub(crate) mod date;
pub(crate) mod identifier;
pub(crate) mod lexer;
pub(crate) mod mailbox;
pub(crate) mod marks;
pub(crate) mod names;
pub(crate) mod pairing;
pub(crate) mod parameter;
pub(crate) mod received;
pub(crate) mod row;
pub(crate) mod word;
