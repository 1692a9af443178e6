//! What is stored: 12 octets a triplet, 8 a client, each with the version of its form.
//!
//! law: a record of another version counts as none; `from_octets(to_octets(x)) == x`

/// What is stored for a triplet: 12 octets in memory and on disk.
///
/// With its digest a triplet takes 28 octets: ten million of them 280 MB as a sorted array, and at most 480 MB in a
/// [`MemoryStore`](super::MemoryStore).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Entry {
    /// Unix seconds.
    first: u32,
    /// Unix seconds.
    last: u32,
    /// How often it was let through.
    passes: u16,
    /// How often it was deferred, up to 255.
    tries: u8,
    version: u8,
}

/// What is stored for a client, so that one who proved itself often is let through: 8 octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Client {
    last: u32,
    passed: u16,
    version: u16,
}

/// A record of either kind, as a [`Store`](super::Store) keeps it: 12 octets for a triplet, 8 for a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[expect(clippy::exhaustive_enums, reason = "closed: the two kinds of record")]
pub enum Record {
    /// Of a triplet.
    Triplet(Entry),
    /// Of a client.
    Client(Client),
}

/// Octets that are no record of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a record of version {VERSION}")]
#[non_exhaustive]
pub struct RecordError;

const VERSION: u8 = 1;

impl Entry {
    pub(in crate::greylist) const fn first(now: u32) -> Self {
        Self { first: now, last: now, passes: 0, tries: 1, version: VERSION }
    }

    pub(super) const fn is_current(&self) -> bool {
        self.version == VERSION
    }

    /// The same, for a clock that was ahead when it was first seen.
    pub(super) fn seen_no_later_than(self, now: u32) -> Self {
        Self { first: self.first.min(now), ..self }
    }

    pub(super) fn tried_at(self, now: u32) -> Self {
        Self { last: self.last.max(now), tries: self.tries.saturating_add(1), ..self }
    }

    pub(super) fn passes_at(self, now: u32) -> Self {
        Self { last: self.last.max(now), passes: self.passes.saturating_add(1), ..self }
    }

    /// Unix seconds of the first sight.
    pub const fn first_seen(&self) -> u32 {
        self.first
    }

    /// Unix seconds of the last sight.
    pub const fn last(&self) -> u32 {
        self.last
    }

    /// Whether it was let through once.
    pub const fn has_passed(&self) -> bool {
        self.passes > 0
    }

    /// How often it was let through.
    pub const fn passes(&self) -> u16 {
        self.passes
    }

    /// How often it was deferred, up to 255.
    pub const fn tries(&self) -> u8 {
        self.tries
    }

    /// When it may be forgotten, in Unix seconds.
    pub const fn forget_at(&self, params: &super::Params) -> u32 {
        if self.has_passed() {
            self.last.saturating_add(params.keep)
        } else {
            self.first.saturating_add(params.window)
        }
    }

    /// Version, tries, passes, first, last; numbers in network order.
    pub const fn to_octets(self) -> [u8; 12] {
        let ([p0, p1], [f0, f1, f2, f3], [l0, l1, l2, l3]) =
            (self.passes.to_be_bytes(), self.first.to_be_bytes(), self.last.to_be_bytes());
        [self.version, self.tries, p0, p1, f0, f1, f2, f3, l0, l1, l2, l3]
    }

    /// Reads what [`to_octets`](Self::to_octets) wrote.
    ///
    /// # Errors
    ///
    /// [`RecordError`] for another version.
    pub const fn from_octets(octets: [u8; 12]) -> Result<Self, RecordError> {
        let [version, tries, p0, p1, f0, f1, f2, f3, l0, l1, l2, l3] = octets;
        if version != VERSION {
            return Err(RecordError);
        }
        let (first, last) = (u32::from_be_bytes([f0, f1, f2, f3]), u32::from_be_bytes([l0, l1, l2, l3]));
        Ok(Self { first, last, passes: u16::from_be_bytes([p0, p1]), tries, version })
    }
}

impl Client {
    pub(in crate::greylist) const fn first(now: u32) -> Self {
        Self { last: now, passed: 1, version: VERSION as u16 }
    }

    pub(super) const fn is_current(self) -> bool {
        self.version == VERSION as u16
    }

    pub(super) fn seen_at(self, now: u32) -> Self {
        Self { last: self.last.max(now), ..self }
    }

    pub(super) fn passes_at(self, now: u32) -> Self {
        Self { last: self.last.max(now), passed: self.passed.saturating_add(1), ..self }
    }

    /// Unix seconds of the last sight.
    pub const fn last(self) -> u32 {
        self.last
    }

    /// How many of its triplets have passed.
    pub const fn passed(self) -> u16 {
        self.passed
    }

    /// Version, passed, last; numbers in network order.
    pub const fn to_octets(self) -> [u8; 8] {
        let ([v0, v1], [p0, p1], [l0, l1, l2, l3]) =
            (self.version.to_be_bytes(), self.passed.to_be_bytes(), self.last.to_be_bytes());
        [v0, v1, p0, p1, l0, l1, l2, l3]
    }

    /// Reads what [`to_octets`](Self::to_octets) wrote.
    ///
    /// # Errors
    ///
    /// [`RecordError`] for another version.
    pub const fn from_octets(octets: [u8; 8]) -> Result<Self, RecordError> {
        let [v0, v1, p0, p1, l0, l1, l2, l3] = octets;
        let version = u16::from_be_bytes([v0, v1]);
        if version != VERSION as u16 {
            return Err(RecordError);
        }
        Ok(Self { last: u32::from_be_bytes([l0, l1, l2, l3]), passed: u16::from_be_bytes([p0, p1]), version })
    }
}

impl Record {
    /// When it may be forgotten, in Unix seconds.
    pub const fn forget_at(&self, params: &super::Params) -> u32 {
        match self {
            Self::Triplet(entry) => entry.forget_at(params),
            Self::Client(client) => client.last().saturating_add(params.keep),
        }
    }

    /// The binary form, given to `store`: the kinds differ in their length.
    pub fn with_octets<T>(self, store: impl FnOnce(&[u8]) -> T) -> T {
        match self {
            Self::Triplet(entry) => store(&entry.to_octets()),
            Self::Client(client) => store(&client.to_octets()),
        }
    }

    /// Reads what [`with_octets`](Self::with_octets) gave.
    ///
    /// # Errors
    ///
    /// [`RecordError`] for another version and for another length. Such a record counts as none: remove it, and the
    /// triplet is seen for the first time.
    pub fn from_octets(octets: &[u8]) -> Result<Self, RecordError> {
        if let Ok(octets) = <[u8; 12]>::try_from(octets) {
            Entry::from_octets(octets).map(Self::Triplet)
        } else if let Ok(octets) = <[u8; 8]>::try_from(octets) {
            Client::from_octets(octets).map(Self::Client)
        } else {
            Err(RecordError)
        }
    }

    /// The record of a triplet, where it is one.
    pub const fn triplet(self) -> Option<Entry> {
        match self {
            Self::Triplet(entry) => Some(entry),
            Self::Client(_) => None,
        }
    }

    /// The record of a client, where it is one.
    pub const fn client(self) -> Option<Client> {
        match self {
            Self::Client(client) => Some(client),
            Self::Triplet(_) => None,
        }
    }
}
