//! Says where an address came from. Without that nobody is mailed.
//!
//! in:  the word of whoever adds an address      out: a record that `may_send` reads
//! law: there is no consent without a provenance, and none by default

/// Where an address came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Provenance {
    /// Its reader asked, got a link, and confirmed.
    DoubleOptIn,
    /// Somebody typed it into a form; nobody proved that it was its reader.
    SingleOptIn,
    /// Its reader bought something or has an account.
    Customer,
    /// Taken over from another system that vouches for one of the above.
    Migrated,
    /// Collected from pages, posts or directories: spam traps are planted there.
    Harvested,
    /// Bought or rented.
    Purchased,
    /// Made from names.
    Guessed,
    /// Nobody knows.
    Unknown,
}

impl Provenance {
    /// Whether mail may be sent on this ground at all.
    pub const fn is_permission(self) -> bool {
        match self {
            Self::DoubleOptIn | Self::SingleOptIn | Self::Customer | Self::Migrated => true,
            Self::Harvested | Self::Purchased | Self::Guessed | Self::Unknown => false,
        }
    }
}

/// That a recipient may be mailed, and why.
///
/// # Examples
///
/// A consent cannot be made without a provenance:
///
/// ```compile_fail
/// let consent = mailwright_hygiene::Consent::new(1_790_000_000);
/// ```
///
/// ```
/// use mailwright_hygiene::{Consent, Provenance};
///
/// let consent = Consent::new(Provenance::DoubleOptIn, 1_790_000_000);
/// assert!(consent.provenance().is_permission());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Consent {
    provenance: Provenance,
    at: u64,
}

impl Consent {
    /// Consent of this provenance, given at `at` (Unix seconds).
    pub const fn new(provenance: Provenance, at: u64) -> Self {
        Self { provenance, at }
    }

    /// Where the address came from.
    pub const fn provenance(&self) -> Provenance {
        self.provenance
    }

    /// When it was given, in Unix seconds.
    pub const fn at(&self) -> u64 {
        self.at
    }
}
