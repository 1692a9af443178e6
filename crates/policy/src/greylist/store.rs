//! What a store of a greylist must do; the embedder brings it.
//!
//! in:  a digest, the record that was read and the one to put in its place      out: stored, or somebody else was faster
//! law: a record is replaced only while it is what was read, so no try is lost between two receivers

use alloc::collections::BTreeMap;

mod conformance;
pub use conformance::{Failure, check};

use super::{Client, Digest, Entry, Key, Params, Record, decide};
use crate::Note;

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed: it was stored or it was not")]
pub enum Written {
    /// It is stored.
    Stored,
    /// The record is not what was read: read it again.
    Conflict,
}

/// A store of greylist records with compare-and-set.
///
/// The record itself is compared, so that a triplet takes no more than its digest and its record: `UPDATE ... SET record = ?
/// WHERE digest = ? AND record = ?` is enough. Any process that keeps the same secret may share the store. [`check`] tells
/// whether a store keeps the law.
pub trait Store {
    /// What can go wrong with the store itself.
    type Error;

    /// The record under a digest. One that [`Record::from_octets`] can't read counts as none.
    ///
    /// # Errors
    ///
    /// The store's own.
    fn load(&mut self, digest: &Digest) -> Result<Option<Record>, Self::Error>;

    /// Writes a record, or removes it where `record` is none, if what is there is still `seen`; none: if there is none.
    ///
    /// # Errors
    ///
    /// The store's own. A conflict is none.
    fn replace(
        &mut self,
        digest: &Digest,
        seen: Option<Record>,
        record: Option<Record>,
    ) -> Result<Written, Self::Error>;
}

/// A store in memory, with a bound.
///
/// # Examples
///
/// ```
/// use mailwright_policy::greylist::{MemoryStore, check};
///
/// assert_eq!(check(MemoryStore::default), Ok(()));
/// ```
#[derive(Clone, Debug)]
pub struct MemoryStore {
    triplets: BTreeMap<Digest, Entry>,
    clients: BTreeMap<Digest, Client>,
    most: usize,
}

/// The store holds as many records as it may: [`MemoryStore::forget`] what has run out, and leave the greylist out till then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the greylist is full")]
#[non_exhaustive]
pub struct Full;

impl Default for MemoryStore {
    /// A million records.
    fn default() -> Self {
        Self::new(1_000_000)
    }
}

impl MemoryStore {
    /// At most so many records.
    pub const fn new(most: usize) -> Self {
        Self { triplets: BTreeMap::new(), clients: BTreeMap::new(), most }
    }

    /// Takes away what has run out at `now`, in Unix seconds.
    pub fn forget(&mut self, now: u64, params: &Params) {
        let now = u32::try_from(now).unwrap_or(u32::MAX);
        self.triplets.retain(|_, entry| entry.forget_at(params) >= now);
        self.clients.retain(|_, client| Record::Client(*client).forget_at(params) >= now);
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.triplets.len().saturating_add(self.clients.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All records, by digest.
    pub fn iter(&self) -> impl Iterator<Item = (&Digest, Record)> {
        let triplets = self.triplets.iter().map(|(digest, entry)| (digest, Record::Triplet(*entry)));
        triplets.chain(self.clients.iter().map(|(digest, client)| (digest, Record::Client(*client))))
    }
}

impl Store for MemoryStore {
    type Error = Full;

    fn load(&mut self, digest: &Digest) -> Result<Option<Record>, Full> {
        let triplet = self.triplets.get(digest).map(|entry| Record::Triplet(*entry));
        Ok(triplet.or_else(|| self.clients.get(digest).map(|client| Record::Client(*client))))
    }

    fn replace(
        &mut self,
        digest: &Digest,
        seen: Option<Record>,
        record: Option<Record>,
    ) -> Result<Written, Full> {
        if self.load(digest)? != seen {
            return Ok(Written::Conflict);
        }
        if seen.is_none() && record.is_some() && self.len() >= self.most {
            return Err(Full);
        }
        match record {
            Some(Record::Triplet(entry)) => {
                self.clients.remove(digest);
                self.triplets.insert(*digest, entry);
            }
            Some(Record::Client(client)) => {
                self.triplets.remove(digest);
                self.clients.insert(*digest, client);
            }
            None => {
                self.triplets.remove(digest);
                self.clients.remove(digest);
            }
        }
        Ok(Written::Stored)
    }
}

/// The greylist could not be asked: leave it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AskError<E> {
    /// The store failed.
    #[error("the store of the greylist failed")]
    Store(E),
    /// Others wrote the same record all the time.
    #[error("the record changed at each of {TRIES} tries")]
    Busy,
}

/// How often a write is tried before it is called busy.
const TRIES: usize = 16;

/// Decides about a triplet by what a store holds, and stores what came of it.
///
/// `secret`: the same for as long as the records are; `now`: Unix seconds.
///
/// # Errors
///
/// [`AskError`]. A greylist that can't be asked is no reason to defer anybody: leave its note out.
///
/// # Examples
///
/// ```
/// use mailwright_address::{ForwardPathRef, Grammar, ReversePathRef};
/// use mailwright_policy::greylist::{Key, MemoryStore, Params, ask};
///
/// let from = ReversePathRef::parse(b"<bob@example.net>", Grammar::strict())?;
/// let to = ForwardPathRef::parse(b"<ann@example.org>", Grammar::strict())?;
/// let key = Key::new("192.0.2.1".parse()?, from, to);
/// let (mut store, params) = (MemoryStore::default(), Params::default());
/// let mut said = |now| ask(&mut store, &key, &[7; 16], now, &params).map(|note| note.decide().verdict.to_string());
/// assert_eq!(said(1_000)?, "451 4.7.1 Greylisted, retry in 180 seconds");
/// assert_eq!(said(1_180)?, "accept");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn ask<S: Store>(
    store: &mut S,
    key: &Key<'_>,
    secret: &[u8; 16],
    now: u64,
    params: &Params,
) -> Result<Note, AskError<S::Error>> {
    let (triplet, client) = (key.digest(secret), key.client_digest(secret));
    for _ in 0..TRIES {
        let seen = store.load(&triplet).map_err(AskError::Store)?;
        let known = store.load(&client).map_err(AskError::Store)?;
        let entry = seen.and_then(Record::triplet);
        let outcome = decide(entry, known.and_then(Record::client), now, params);
        let next = Some(Record::Triplet(outcome.entry));
        let written = if next == seen {
            Written::Stored
        } else {
            store.replace(&triplet, seen, next).map_err(AskError::Store)?
        };
        if written == Written::Stored {
            note_client(store, &client, known, (entry, now, params))?;
            return Ok(outcome.note);
        }
    }
    Err(AskError::Busy)
}

/// Stores what the same decision says of the client; its record may change meanwhile by other triplets of it.
fn note_client<S: Store>(
    store: &mut S,
    digest: &Digest,
    mut known: Option<Record>,
    (entry, now, params): (Option<Entry>, u64, &Params),
) -> Result<(), AskError<S::Error>> {
    for _ in 0..TRIES {
        let Some(client) = decide(entry, known.and_then(Record::client), now, params).client else {
            return Ok(());
        };
        let next = Some(Record::Client(client));
        if next == known || store.replace(digest, known, next).map_err(AskError::Store)? == Written::Stored {
            return Ok(());
        }
        known = store.load(digest).map_err(AskError::Store)?;
    }
    Err(AskError::Busy)
}
