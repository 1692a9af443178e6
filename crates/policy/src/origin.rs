//! Where a conversation comes from, who we are, and which domains are ours.
//!
//! law: what can't be looked up now is `Unavailable`, never "no"

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use mailwright_address::{AddressError, Domain, DomainRef};
use mailwright_dns::{Name, NameError};

/// Where a conversation comes from, as far as it changes what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[expect(clippy::exhaustive_enums, reason = "closed: the rows of the relay table")]
pub enum Origin {
    /// A process of this very host.
    Local,
    /// An address of a network that is trusted to send.
    TrustedNet,
    /// Somebody who logged in.
    Authenticated,
    /// Anybody.
    Internet,
}

/// What a look-up of ours gave: a fact, or nothing for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[expect(clippy::exhaustive_enums, reason = "a look-up answers or it does not")]
pub enum Lookup<T> {
    /// This is so.
    Is(T),
    /// The table, the directory, the server could not be asked: nothing is known now.
    Unavailable,
}

/// What a domain is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[expect(clippy::exhaustive_enums, reason = "closed: the columns of the relay table")]
pub enum DomainKind {
    /// Its mailboxes are here.
    Local,
    /// We keep its mail while the primary is away.
    BackupMx,
    /// Anybody's.
    NotOurs,
}

/// Says what a domain is to us. Closures are tables too.
pub trait DomainTable {
    /// What this domain is to us. A domain is compared by meaning: case, U-label and A-label don't matter.
    fn kind(&self, domain: DomainRef<'_>) -> Lookup<DomainKind>;
}

impl<F: Fn(DomainRef<'_>) -> Lookup<DomainKind>> DomainTable for F {
    fn kind(&self, domain: DomainRef<'_>) -> Lookup<DomainKind> {
        self(domain)
    }
}

/// A table of domains in memory: exact domains, no subdomains.
///
/// # Examples
///
/// ```
/// use mailwright_policy::{DomainKind, DomainTable, Domains, Lookup};
///
/// let domains = Domains::new().with_local("example.org")?.with_backup("example.net")?;
/// let kind = |domain: &str| domains.kind(domain.parse::<mailwright_address::Domain>().unwrap().view());
/// assert_eq!(kind("EXAMPLE.org"), Lookup::Is(DomainKind::Local));
/// assert_eq!(kind("sub.example.org"), Lookup::Is(DomainKind::NotOurs));
/// # Ok::<(), mailwright_address::AddressError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Domains {
    /// Sorted by their keys.
    entries: Vec<Entry>,
}

/// A domain of ours.
#[derive(Clone, Debug)]
struct Entry {
    /// A-labels in lower case: what domains are compared by.
    key: Box<[u8]>,
    domain: Domain,
    kind: DomainKind,
}

impl Domains {
    /// No domain is ours.
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// A domain whose mailboxes are here.
    ///
    /// # Errors
    ///
    /// [`AddressError`] where it is no domain.
    pub fn with_local(self, domain: &str) -> Result<Self, AddressError> {
        self.with(domain, DomainKind::Local)
    }

    /// A domain whose mail we keep for another host.
    ///
    /// # Errors
    ///
    /// [`AddressError`] where it is no domain.
    pub fn with_backup(self, domain: &str) -> Result<Self, AddressError> {
        self.with(domain, DomainKind::BackupMx)
    }

    /// The domains that are ours, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (DomainRef<'_>, DomainKind)> {
        self.entries.iter().map(|entry| (entry.domain.view(), entry.kind))
    }

    fn with(mut self, domain: &str, kind: DomainKind) -> Result<Self, AddressError> {
        let domain: Domain = domain.parse()?;
        let key: Box<[u8]> = domain.to_ascii().to_ascii_lowercase().into_bytes().into();
        match self.find(&key) {
            Ok(at) => {
                if let Some(entry) = self.entries.get_mut(at) {
                    entry.kind = kind;
                }
            }
            Err(at) => self.entries.insert(at, Entry { key, domain, kind }),
        }
        Ok(self)
    }

    fn find(&self, key: &[u8]) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| (*entry.key).cmp(key))
    }
}

impl DomainTable for Domains {
    fn kind(&self, domain: DomainRef<'_>) -> Lookup<DomainKind> {
        // A domain has at most 255 octets; one that is all ASCII is folded on the stack.
        let text = domain.to_ascii();
        let mut folded = [0; 256];
        let found = folded.get_mut(..text.len()).and_then(|key| {
            key.copy_from_slice(text.as_bytes());
            key.make_ascii_lowercase();
            self.find(key).ok()
        });
        let kind = found.and_then(|at| self.entries.get(at)).map_or(DomainKind::NotOurs, |entry| entry.kind);
        Lookup::Is(kind)
    }
}

/// Who we are on the Internet: host names and addresses.
///
/// # Examples
///
/// ```
/// use mailwright_policy::Own;
///
/// let own = Own::new().with_name("mx.example.org")?.with_address("198.51.100.1".parse().unwrap());
/// assert!(own.is_address("::ffff:198.51.100.1".parse().unwrap()));
/// assert!(own.is_name(&"MX.Example.org.".parse()?));
/// # Ok::<(), mailwright_dns::NameError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Own {
    names: Vec<Name>,
    addresses: Vec<IpAddr>,
    below: bool,
    literals: bool,
}

impl Own {
    /// Nobody yet.
    pub const fn new() -> Self {
        Self { names: Vec::new(), addresses: Vec::new(), below: false, literals: false }
    }

    /// A name of this host: what it says in its greeting, the target of an MX record, its reverse name.
    ///
    /// # Errors
    ///
    /// [`NameError`] where it is no name.
    pub fn with_name(mut self, name: &str) -> Result<Self, NameError> {
        self.names.push(name.parse()?);
        Ok(self)
    }

    /// An address of this host.
    #[must_use]
    pub fn with_address(mut self, address: IpAddr) -> Self {
        self.addresses.push(address.to_canonical());
        self
    }

    /// Names below ours are ours too.
    #[must_use]
    pub fn with_names_below(self) -> Self {
        Self { below: true, ..self }
    }

    /// `user@[our address]` is taken as mail for us.
    #[must_use]
    pub fn with_literals(self) -> Self {
        Self { literals: true, ..self }
    }

    /// Whether the name is one of ours.
    pub fn is_name(&self, name: &Name) -> bool {
        self.names.iter().any(|own| own == name || (self.below && name.is_within(own)))
    }

    /// Whether the address is one of ours, in whatever spelling.
    pub fn is_address(&self, address: IpAddr) -> bool {
        self.addresses.contains(&address.to_canonical())
    }

    /// Whether mail for our addresses in brackets is taken.
    pub const fn takes_literals(&self) -> bool {
        self.literals
    }

    /// Our names.
    pub fn names(&self) -> &[Name] {
        &self.names
    }

    /// Our addresses.
    pub fn addresses(&self) -> &[IpAddr] {
        &self.addresses
    }
}

impl Origin {
    /// Every origin.
    pub const ALL: [Self; 4] = [Self::Internet, Self::TrustedNet, Self::Authenticated, Self::Local];

    /// Whether we know who it is: anybody but the Internet.
    pub const fn is_ours(self) -> bool {
        !matches!(self, Self::Internet)
    }

    /// The origin as one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::TrustedNet => "trusted-net",
            Self::Authenticated => "authenticated",
            Self::Internet => "internet",
        }
    }
}

impl<T> Lookup<T> {
    /// The fact, if it is known.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Is(fact) => Some(fact),
            Self::Unavailable => None,
        }
    }
}

impl core::fmt::Display for Origin {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.as_str())
    }
}
