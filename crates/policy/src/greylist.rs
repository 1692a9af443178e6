//! Defers what is seen for the first time, since those who send in earnest come again.
//!
//! in:  what is stored for a triplet and for a client, now      out: go on or `451 4.7.1`, and what to store
//! law: the first sight is never moved to a later time; a clock that steps back counts as no time passed

use core::fmt;

mod key;
pub use key::{Digest, Key};
mod record;
pub use record::{Client, Entry, Record, RecordError};
mod store;
pub use store::{AskError, Failure, Full, MemoryStore, Store, Written, ask, check};

use crate::{Flag, Note, Origin, Reason, Source, Why};

/// How long a first sight waits, how long it is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    min_delay: u32,
    window: u32,
    keep: u32,
    auto_allow: u16,
}

impl Default for Params {
    /// 180 seconds, within 24 hours, kept for 35 days; a client is let through after 5 triplets of its passed.
    fn default() -> Self {
        Self { min_delay: 180, window: 86_400, keep: 35 * 86_400, auto_allow: 5 }
    }
}

impl Params {
    /// Seconds for which a first sight is deferred: 60 to 300 are usual.
    #[must_use]
    pub const fn with_min_delay(self, seconds: u32) -> Self {
        Self { min_delay: seconds, ..self }
    }

    /// Seconds within which the sender must come again; later counts as a first sight.
    #[must_use]
    pub const fn with_window(self, seconds: u32) -> Self {
        Self { window: seconds, ..self }
    }

    /// Seconds for which a triplet that passed is remembered after its last use.
    #[must_use]
    pub const fn with_keep(self, seconds: u32) -> Self {
        Self { keep: seconds, ..self }
    }

    /// After so many of its triplets have passed a client is not deferred at all; 0 for never.
    #[must_use]
    pub const fn with_auto_allow(self, triplets: u16) -> Self {
        Self { auto_allow: triplets, ..self }
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, days) = (self.window / 3600, self.keep / 86_400);
        write!(f, "first sight waits {} s, comes again within {hours} h, is kept {days} d", self.min_delay)
    }
}

/// Why a delivery is not greylisted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Skip {
    /// The peer is ours.
    Ours,
    /// The reverse name leads back and SPF passes for a domain that is known here.
    KnownGood,
    /// An allow-list names the peer.
    Allowed,
    /// A bounce with a valid tag.
    TaggedBounce,
    /// The recipient is a role.
    Role,
}

/// What speaks for a delivery before the greylist is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    clippy::struct_excessive_bools,
    reason = "five facts that the caller has at hand"
)]
pub struct Facts {
    /// A reverse name leads back.
    pub reverse_confirmed: bool,
    /// SPF passes.
    pub spf_pass: bool,
    /// The domain has written before, or is written to.
    pub domain_known: bool,
    /// An allow-list names the peer.
    pub allowed: bool,
    /// The null sender, and the recipient's tag is valid.
    pub tagged_bounce: bool,
}

/// Whether the greylist is passed over.
pub fn skip(origin: Origin, is_role: bool, facts: Facts) -> Option<Skip> {
    if origin.is_ours() {
        Some(Skip::Ours)
    } else if is_role {
        Some(Skip::Role)
    } else if facts.allowed {
        Some(Skip::Allowed)
    } else if facts.tagged_bounce {
        Some(Skip::TaggedBounce)
    } else if facts.reverse_confirmed && facts.spf_pass && facts.domain_known {
        Some(Skip::KnownGood)
    } else {
        None
    }
}

/// What is decided, and what the caller stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// Go on, or `451 4.7.1` with the seconds to wait.
    pub note: Note,
    /// To be stored under the digest of the triplet.
    pub entry: Entry,
    /// To be stored under the digest of the client; `None` where it stays as it is.
    pub client: Option<Client>,
}

/// Decides about a triplet.
///
/// `entry`, `client`: what is stored, `None` where nothing is. `now`: Unix seconds, before the year 2106. A store that
/// can't be asked is no reason to defer: leave the greylist out then. [`ask`] does it with a [`Store`].
///
/// # Examples
///
/// ```
/// use mailwright_policy::greylist::{Params, decide};
///
/// let params = Params::default();
/// let first = decide(None, None, 1_000, &params);
/// assert_eq!(first.note.why().unwrap().to_string(), "451 4.7.1 Greylisted, retry in 180 seconds");
/// let early = decide(Some(first.entry), None, 1_060, &params);
/// assert_eq!(early.note.why().unwrap().wait(), 120);
/// let later = decide(Some(early.entry), None, 1_200, &params);
/// assert!(later.note.why().is_none());
/// ```
pub fn decide(entry: Option<Entry>, client: Option<Client>, now: u64, params: &Params) -> Outcome {
    let now = u32::try_from(now).unwrap_or(u32::MAX);
    let entry = entry.filter(Entry::is_current);
    let client =
        client.filter(|client| client.is_current() && now.saturating_sub(client.last()) <= params.keep);
    let passed = Note::ok(Source::Greylist).with_flag(Flag::GreyKnown);
    let deferred = |entry: Entry, wait: u32| Outcome {
        note: Note::from(Why::from(Reason::Greylisted).with_wait(wait)),
        entry,
        client: None,
    };
    if let Some(known) = client.filter(|client| params.auto_allow > 0 && client.passed() >= params.auto_allow)
    {
        let entry = entry.unwrap_or_else(|| Entry::first(now)).passes_at(now);
        return Outcome { note: passed, entry, client: Some(known.seen_at(now)) };
    }
    let Some(entry) = entry else { return deferred(Entry::first(now), params.min_delay) };
    // A clock that ran ahead must not lock the triplet out until that time comes.
    let entry = entry.seen_no_later_than(now);
    if entry.has_passed() {
        if now.saturating_sub(entry.last()) > params.keep {
            return deferred(Entry::first(now), params.min_delay);
        }
        return Outcome {
            note: passed,
            entry: entry.passes_at(now),
            client: client.map(|client| client.seen_at(now)),
        };
    }
    let age = now.saturating_sub(entry.first_seen());
    if age > params.window {
        deferred(Entry::first(now), params.min_delay)
    } else if age < params.min_delay {
        deferred(entry.tried_at(now), params.min_delay.saturating_sub(age))
    } else {
        let client = client.map_or_else(|| Client::first(now), |client| client.passes_at(now));
        Outcome { note: passed, entry: entry.passes_at(now), client: Some(client) }
    }
}
