//! Holds any store of a greylist to the law of compare-and-set.
//!
//! in:  a maker of empty stores      out: nothing, or the first promise that the store broke

use core::fmt;

use super::{Store, Written};
use crate::greylist::{Client, Digest, Entry, Record};

/// A store broke a promise, or failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// Holds a store to its promises. `empty` makes an empty one each time; it must have room for eight records.
///
/// # Errors
///
/// The first promise that it broke.
pub fn check<S: Store>(mut empty: impl FnMut() -> S) -> Result<(), Failure<S::Error>> {
    what_is_stored_is_read(&mut empty())?;
    only_one_of_two_writers_wins(&mut empty())?;
    only_one_of_two_makers_wins(&mut empty())?;
    a_removed_record_is_gone(&mut empty())?;
    digests_are_told_apart(&mut empty())
}

fn what_is_stored_is_read<S: Store>(store: &mut S) -> Result<(), Failure<S::Error>> {
    held(load(store, ONE)?.is_none(), "an empty store holds nothing")?;
    for (digest, record) in [(ONE, triplet(1)), (OTHER, client(1))] {
        held(write(store, digest, None, Some(record))? == Written::Stored, "a first record is stored")?;
        held(load(store, digest)? == Some(record), "what was stored is read back, octet for octet")?;
    }
    let later = triplet(u32::MAX);
    held(
        write(store, ONE, Some(triplet(1)), Some(later))? == Written::Stored,
        "a record is replaced while it is what was read",
    )?;
    held(load(store, ONE)? == Some(later), "what was put in its place is read back")
}

fn only_one_of_two_writers_wins<S: Store>(store: &mut S) -> Result<(), Failure<S::Error>> {
    write(store, ONE, None, Some(triplet(1)))?;
    let seen = load(store, ONE)?;
    held(
        write(store, ONE, seen, Some(triplet(2)))? == Written::Stored,
        "the writer who read last is let in",
    )?;
    let second = write(store, ONE, seen, Some(triplet(3)))?;
    held(second == Written::Conflict, "a writer who read before another wrote is told so")?;
    held(load(store, ONE)? == Some(triplet(2)), "a conflict changes nothing")
}

fn only_one_of_two_makers_wins<S: Store>(store: &mut S) -> Result<(), Failure<S::Error>> {
    write(store, ONE, None, Some(client(1)))?;
    let second = write(store, ONE, None, Some(client(2)))?;
    held(second == Written::Conflict, "a second first record is a conflict")?;
    held(load(store, ONE)? == Some(client(1)), "the first of two first records stays")
}

fn a_removed_record_is_gone<S: Store>(store: &mut S) -> Result<(), Failure<S::Error>> {
    write(store, ONE, None, Some(triplet(1)))?;
    let late = write(store, ONE, Some(triplet(9)), None)?;
    held(late == Written::Conflict, "a record that is not what was read is not removed")?;
    held(write(store, ONE, Some(triplet(1)), None)? == Written::Stored, "a record that was read is removed")?;
    held(load(store, ONE)?.is_none(), "a removed record is gone")?;
    let late = write(store, ONE, Some(triplet(1)), Some(triplet(2)))?;
    held(late == Written::Conflict, "a writer who read before it was removed is told so")
}

fn digests_are_told_apart<S: Store>(store: &mut S) -> Result<(), Failure<S::Error>> {
    let digests = [Digest([0; 16]), Digest([255; 16]), ONE, OTHER, Digest([b' '; 16]), Digest([b'%'; 16])];
    for (number, digest) in (1..).zip(digests) {
        write(store, digest, None, Some(triplet(number)))?;
    }
    for (number, digest) in (1..).zip(digests) {
        held(load(store, digest)? == Some(triplet(number)), "digests are told apart by every octet")?;
    }
    Ok(())
}

/// Differ in the last octet alone, and hold octets that no text has.
const ONE: Digest = Digest([0, 39, 34, 92, 128, 255, 10, 13, 0, 0, 0, 0, 0, 0, 0, 1]);
const OTHER: Digest = Digest([0, 39, 34, 92, 128, 255, 10, 13, 0, 0, 0, 0, 0, 0, 0, 2]);

fn held<E>(holds: bool, promise: &'static str) -> Result<(), Failure<E>> {
    if holds { Ok(()) } else { Err(Failure::Broken(promise)) }
}

fn load<S: Store>(store: &mut S, digest: Digest) -> Result<Option<Record>, Failure<S::Error>> {
    store.load(&digest).map_err(Failure::Store)
}

fn write<S: Store>(
    store: &mut S,
    digest: Digest,
    seen: Option<Record>,
    record: Option<Record>,
) -> Result<Written, Failure<S::Error>> {
    store.replace(&digest, seen, record).map_err(Failure::Store)
}

const fn triplet(first: u32) -> Record {
    Record::Triplet(Entry::first(first))
}

const fn client(first: u32) -> Record {
    Record::Client(Client::first(first))
}
