//! Says where an address came from. Without that nobody is mailed.
//!
//! in:  the word of whoever adds an address      out: a record that `may_send` reads
//! law: there is no consent without a provenance, and none by default

use crate::record::{Octets, RecordError, VERSION};

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
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::DoubleOptIn,
        Self::SingleOptIn,
        Self::Customer,
        Self::Migrated,
        Self::Harvested,
        Self::Purchased,
        Self::Guessed,
        Self::Unknown,
    ];

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

    /// The binary form: the version, the provenance, the time in network order.
    pub fn to_bytes(&self) -> [u8; 10] {
        let place = Provenance::ALL.iter().position(|known| *known == self.provenance);
        let place = place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX);
        let [a, b, c, d, e, f, g, h] = self.at.to_be_bytes();
        [VERSION, place, a, b, c, d, e, f, g, h]
    }

    /// Reads the binary form.
    ///
    /// # Errors
    ///
    /// Another version, or octets that are none: nobody is mailed on the word of such a record.
    pub fn from_bytes(octets: &[u8]) -> Result<Self, RecordError> {
        let mut from = Octets::new(octets)?;
        let place = usize::from(from.one("a provenance")?);
        let provenance = Provenance::ALL.get(place).copied();
        let provenance = provenance.ok_or(RecordError { at: 1, expected: "a provenance" })?;
        let at = from.time()?;
        from.end(Self { provenance, at })
    }
}
