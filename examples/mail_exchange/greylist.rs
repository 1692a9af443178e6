//! Keeps the greylist in memory.
//!
//! in:  a triplet and the time      out: what was held for it; what is to be held from here on
//! law: at most a million triplets; what has run out goes first

use std::sync::{Mutex, PoisonError};

use mailwright::policy::greylist::{Client, Entry, Key, MemoryStore, Outcome, Params, Record, Store as _};

/// The greylist.
#[derive(Debug)]
pub struct Greylist {
    secret: [u8; 16],
    params: Params,
    held: Mutex<MemoryStore>,
}

/// What is held for a triplet and for its client.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    triplet: Option<Record>,
    client: Option<Record>,
}

impl Known {
    pub fn entry(&self) -> Option<Entry> {
        self.triplet.and_then(Record::triplet)
    }

    pub fn client(&self) -> Option<Client> {
        self.client.and_then(Record::client)
    }
}

impl Greylist {
    /// An empty greylist. `secret`: random octets, so that nobody can choose colliding triplets.
    pub fn new(secret: [u8; 16], params: Params) -> Self {
        Self { secret, params, held: Mutex::default() }
    }

    /// What is held for a triplet and for its client.
    pub fn look(&self, key: &Key<'_>) -> Known {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let mut load = |digest| held.load(&digest).unwrap_or(None);
        Known { triplet: load(key.digest(&self.secret)), client: load(key.client_digest(&self.secret)) }
    }

    /// Holds what a decision says, if nobody else was faster; a greylist that is full holds up nobody.
    pub fn hold(&self, key: &Key<'_>, known: Known, outcome: &Outcome, now: u64) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let mut put = |digest, seen, record| {
            if held.replace(&digest, seen, Some(record)).is_err() {
                held.forget(now, &self.params);
                let _still_full = held.replace(&digest, seen, Some(record));
            }
        };
        put(key.digest(&self.secret), known.triplet, Record::Triplet(outcome.entry));
        if let Some(client) = outcome.client {
            put(key.client_digest(&self.secret), known.client, Record::Client(client));
        }
    }

    /// How it decides.
    pub const fn params(&self) -> &Params {
        &self.params
    }
}
