#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod apply;
pub use apply::{Applied, Change, Ignored, apply};
mod consent;
pub use consent::{Consent, Provenance};
mod event;
pub use event::{Event, Happened, HeardBy};
mod exchange;
pub use exchange::{ExchangeError, read_line, write_line};
mod key;
pub use key::{AddressKey, Fold, Folding, Key, KeyError, Scope, Subject};
mod record;
pub use record::{Block, Reason, Record, RecordError};
mod rules;
pub use rules::{DomainCounts, Rules};
mod send;
pub use send::{Decider, Known, SendDecision, Unsendable, Warning, may_send};
mod stream;
pub use stream::{Stream, StreamKind};
mod typo;
pub use typo::{is_role_account, suggest_domain};

pub mod store;

#[cfg(feature = "tokens")]
pub mod opt_in;
#[cfg(feature = "tokens")]
mod token;
#[cfg(feature = "tokens")]
pub use token::{Claim, ListNameError, Purpose, SecretError, Secrets, TokenError};
#[cfg(feature = "tokens")]
pub mod unsubscribe;
