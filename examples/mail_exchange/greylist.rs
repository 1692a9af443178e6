//! Keeps the greylist in memory.
//!
//! in:  a triplet and the time      out: what was held for it; what is to be held from here on
//! law: at most a million triplets; what has run out goes first

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use mailwright::policy::greylist::{Client, Digest, Entry, Key, Outcome, Params};

const MOST: usize = 1_000_000;

/// The greylist.
#[derive(Debug)]
pub struct Greylist {
    secret: [u8; 16],
    params: Params,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    entries: BTreeMap<Digest, Entry>,
    clients: BTreeMap<Digest, Client>,
}

impl Greylist {
    /// An empty greylist. `secret`: random octets, so that nobody can choose colliding triplets.
    pub fn new(secret: [u8; 16], params: Params) -> Self {
        Self { secret, params, held: Mutex::default() }
    }

    /// What is held for a triplet and for its client.
    pub fn look(&self, key: &Key<'_>) -> (Option<Entry>, Option<Client>) {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = held.entries.get(&key.digest(&self.secret)).copied();
        (entry, held.clients.get(&key.client_digest(&self.secret)).copied())
    }

    /// Holds what a decision says.
    pub fn hold(&self, key: &Key<'_>, outcome: &Outcome, now: u64) {
        let now = u32::try_from(now).unwrap_or(u32::MAX);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.entries.len() >= MOST {
            let params = self.params;
            held.entries.retain(|_, entry| entry.forget_at(&params) > now);
            if held.entries.len() >= MOST {
                return;
            }
        }
        held.entries.insert(key.digest(&self.secret), outcome.entry);
        if let Some(client) = outcome.client {
            held.clients.insert(key.client_digest(&self.secret), client);
        }
    }

    /// How it decides.
    pub const fn params(&self) -> &Params {
        &self.params
    }
}
