//! Holds any store to the law of compare-and-set.
//!
//! in:  a maker of empty stores      out: nothing, or the first promise that the store broke

use core::fmt;

use super::{Store, Written};
use crate::key::{Key, Scope};
use crate::record::{Block, Reason, Record};

/// A store broke a promise, or failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure<E> {
    /// The promise that it broke, as a sentence.
    Broken(&'static str),
    /// It failed by itself.
    Store(E),
}

impl<E: fmt::Display> fmt::Display for Failure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(promise) => write!(f, "the store breaks a promise: {promise}"),
            Self::Store(error) => write!(f, "the store failed: {error}"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for Failure<E> {}

/// Holds a store to its promises. `empty` makes an empty one each time.
///
/// # Errors
///
/// The first promise that it broke.
pub fn check<S: Store>(mut empty: impl FnMut() -> S) -> Result<(), Failure<S::Error>> {
    what_is_stored_is_read(&mut empty())?;
    only_one_of_two_writers_wins(&mut empty())?;
    only_one_of_two_makers_wins(&mut empty())?;
    a_removed_record_is_gone(&mut empty())?;
    a_removed_and_rewritten_record_is_another(&mut empty())?;
    keys_are_told_apart(&mut empty())
}

fn what_is_stored_is_read<S: Store>(store: &mut S) -> Result<(), Failure<S::Error>> {
    let (key, record) = (key("ann@example.net", Scope::All)?, record(1));
    held(load(store, &key)?.is_none(), "an empty store holds nothing")?;
    held(write(store, &key, None, Some(&record))? == Written::Stored, "a first record is stored")?;
    let read = load(store, &key)?.map(|(record, _)| record);
    held(read.as_ref() == Some(&record), "what was stored is read back, octet for octet")
}

fn only_one_of_two_writers_wins<S: Store>(store: &mut S) -> Result<(), Failure<S::Error>> {
    let key = key("ann@example.net", Scope::All)?;
    write(store, &key, None, Some(&record(1)))?;
    let seen = load(store, &key)?.map(|(_, revision)| revision);
    held(
        write(store, &key, seen, Some(&record(2)))? == Written::Stored,
        "the writer who read last is let in",
    )?;
    let second = write(store, &key, seen, Some(&record(3)))?;
    held(second == Written::Conflict, "a writer who read before another wrote is told so")?;
    let read = load(store, &key)?.map(|(record, _)| record);
    held(read == Some(record(2)), "a conflict changes nothing")
}

fn only_one_of_two_makers_wins<S: Store>(store: &mut S) -> Result<(), Failure<S::Error>> {
    let key = key("ann@example.net", Scope::All)?;
    write(store, &key, None, Some(&record(1)))?;
    let second = write(store, &key, None, Some(&record(2)))?;
    held(second == Written::Conflict, "a second first record is a conflict")?;
    let read = load(store, &key)?.map(|(record, _)| record);
    held(read == Some(record(1)), "the first of two first records stays")
}

fn a_removed_record_is_gone<S: Store>(store: &mut S) -> Result<(), Failure<S::Error>> {
    let key = key("ann@example.net", Scope::All)?;
    write(store, &key, None, Some(&record(1)))?;
    let seen = load(store, &key)?.map(|(_, revision)| revision);
    held(write(store, &key, seen, None)? == Written::Stored, "a record is removed at its revision")?;
    held(load(store, &key)?.is_none(), "a removed record is gone")?;
    let late = write(store, &key, seen, Some(&record(2)))?;
    held(late == Written::Conflict, "a writer who read before it was removed is told so")
}

fn a_removed_and_rewritten_record_is_another<S: Store>(store: &mut S) -> Result<(), Failure<S::Error>> {
    let key = key("ann@example.net", Scope::All)?;
    write(store, &key, None, Some(&record(1)))?;
    let seen = load(store, &key)?.map(|(_, revision)| revision);
    write(store, &key, seen, None)?;
    write(store, &key, None, Some(&record(1)))?;
    let late = write(store, &key, seen, Some(&record(2)))?;
    held(late == Written::Conflict, "a revision never comes again, not even after a removal")
}

fn keys_are_told_apart<S: Store>(store: &mut S) -> Result<(), Failure<S::Error>> {
    let all = key("ann@example.net", Scope::All)?;
    let news = key("ann@example.net", Scope::Stream("news".into()))?;
    let other = key("Ann@example.net", Scope::All)?;
    let Key { subject, .. } = &all;
    let domain = match subject {
        crate::key::Subject::Mailbox(address) => Key::domain_of(address),
        crate::key::Subject::Domain(_) => all.clone(),
    };
    let keys = [all, news, other, domain];
    for (number, key) in (1..).zip(&keys) {
        write(store, key, None, Some(&record(number)))?;
    }
    for (number, key) in (1..).zip(&keys) {
        let read = load(store, key)?.map(|(record, _)| record);
        held(read == Some(record(number)), "scopes, domains and upper case are told apart")?;
    }
    Ok(())
}

fn held<E>(holds: bool, promise: &'static str) -> Result<(), Failure<E>> {
    if holds { Ok(()) } else { Err(Failure::Broken(promise)) }
}

fn load<S: Store>(store: &mut S, key: &Key) -> Result<Option<(Record, u64)>, Failure<S::Error>> {
    store.load(key).map_err(Failure::Store)
}

fn write<S: Store>(
    store: &mut S,
    key: &Key,
    seen: Option<u64>,
    record: Option<&Record>,
) -> Result<Written, Failure<S::Error>> {
    store.replace(key, seen, record).map_err(Failure::Store)
}

fn key<E>(address: &str, scope: Scope) -> Result<Key, Failure<E>> {
    match address.parse() {
        Ok(address) => Ok(Key::mailbox(address, scope)),
        Err(_) => Err(Failure::Broken("an address is an address")),
    }
}

fn record(since: u64) -> Record {
    Record::default().with_block(Block::new(Reason::Blocked, since, Some(since.saturating_add(1))))
}
