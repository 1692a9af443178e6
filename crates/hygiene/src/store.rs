//! What a store of records must do; the embedder brings it.
//!
//! in:  a key, a record and the revision it was read at      out: stored, or somebody else was faster
//! law: a record is replaced only at the revision that was read, so no event is lost between two writers

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

mod conformance;

pub use conformance::{Failure, check};

use crate::apply::{Change, apply};
use crate::event::Event;
use crate::key::{AddressKey, Key};
use crate::record::Record;
use crate::rules::{DomainCounts, Rules};
use crate::stream::Stream;

/// Which writing of a record was read. Each writing has another.
pub type Revision = u64;

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed: it was stored or it was not")]
pub enum Written {
    /// It is stored.
    Stored,
    /// The record is not what it was when it was read: read it again.
    Conflict,
}

/// A store of records with compare-and-set.
///
/// A column with the revision and `UPDATE ... WHERE revision = ?` is enough; the record is its binary form. [`check`] tells
/// whether a store keeps the law.
pub trait Store {
    /// What can go wrong with the store itself.
    type Error;

    /// The record and the revision it stands at.
    ///
    /// # Errors
    ///
    /// The store's own.
    fn load(&mut self, key: &Key) -> Result<Option<(Record, Revision)>, Self::Error>;

    /// Writes a record, or removes it where `record` is none, if it still stands at the revision `seen`; none: if there is none.
    ///
    /// # Errors
    ///
    /// The store's own. A conflict is none.
    fn replace(
        &mut self,
        key: &Key,
        seen: Option<Revision>,
        record: Option<&Record>,
    ) -> Result<Written, Self::Error>;
}

/// A store in memory.
///
/// # Examples
///
/// ```
/// use mailwright_hygiene::store::{MemoryStore, check};
///
/// assert_eq!(check(MemoryStore::default), Ok(()));
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    records: BTreeMap<Key, (Record, Revision)>,
    writes: Revision,
}

impl MemoryStore {
    /// All records, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Record)> {
        self.records.iter().map(|(key, (record, _))| (key, record))
    }
}

impl Store for MemoryStore {
    type Error = core::convert::Infallible;

    fn load(&mut self, key: &Key) -> Result<Option<(Record, Revision)>, Self::Error> {
        Ok(self.records.get(key).cloned())
    }

    fn replace(
        &mut self,
        key: &Key,
        seen: Option<Revision>,
        record: Option<&Record>,
    ) -> Result<Written, Self::Error> {
        if self.records.get(key).map(|(_, revision)| *revision) != seen {
            return Ok(Written::Conflict);
        }
        self.writes = self.writes.saturating_add(1);
        match record {
            Some(record) => self.records.insert(key.clone(), (record.clone(), self.writes)),
            None => self.records.remove(key),
        };
        Ok(Written::Stored)
    }
}

/// Events were not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CountError<E> {
    /// The store failed: count the event again later; give it an id, so that it counts once.
    #[error("the store failed")]
    Store(E),
    /// Others wrote the same record all the time.
    #[error("the record changed at each of {TRIES} tries")]
    Busy,
}

/// How often a write is tried before it is called busy.
const TRIES: usize = 16;

/// Counts an event in every record that it is about, and says what changed in each.
///
/// # Errors
///
/// [`CountError`]; what stood before it in the order of [`Event::keys`] is stored.
pub fn count<S: Store>(
    store: &mut S,
    recipient: &AddressKey,
    stream: Option<&Stream<'_>>,
    event: &Event,
    rules: &Rules,
    counts: DomainCounts,
) -> Result<Vec<(Key, Change)>, CountError<S::Error>> {
    let mut changes = Vec::new();
    for key in event.keys(recipient, stream) {
        let change = count_one(store, &key, event, rules, counts)?;
        changes.push((key, change));
    }
    Ok(changes)
}

fn count_one<S: Store>(
    store: &mut S,
    key: &Key,
    event: &Event,
    rules: &Rules,
    counts: DomainCounts,
) -> Result<Change, CountError<S::Error>> {
    for _ in 0..TRIES {
        let stored = store.load(key).map_err(CountError::Store)?;
        let record = stored.as_ref().map(|(record, _)| record);
        let applied = apply(key, record, event, rules, counts);
        if record == applied.record.as_ref() {
            return Ok(applied.change);
        }
        let seen = stored.as_ref().map(|(_, revision)| *revision);
        match store.replace(key, seen, applied.record.as_ref()).map_err(CountError::Store)? {
            Written::Stored => return Ok(applied.change),
            Written::Conflict => {}
        }
    }
    Err(CountError::Busy)
}
