//! The record as terms: small values that point into its text.
//!
//! in:  the joined text of one TXT record      out: its terms, in order
//! law: parsing is strict and total; what is not in the grammar of RFC 7208 §12 is an error with its column

use alloc::vec::Vec;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::ops::Range;

use crate::grammar;

/// A parsed SPF record. It borrows the text and costs one allocation, the list of its terms.
///
/// # Examples
///
/// ```
/// use mailwright_spf::{Mechanism, Record, TermKind};
///
/// let record = Record::parse(b"v=spf1 mx ip4:192.0.2.0/24 -all")?;
/// assert_eq!(record.terms().len(), 3);
/// assert!(matches!(record.terms()[0].kind, TermKind::Directive(_, Mechanism::Mx { .. })));
/// assert_eq!(record.text_of(&record.terms()[1]), b"ip4:192.0.2.0/24");
///
/// let error = Record::parse(b"v=spf1 ipv4:192.0.2.1 -all").unwrap_err();
/// assert_eq!(error.at, 7);
/// # Ok::<(), mailwright_spf::ParseError>(())
/// ```
///
/// # RFC
///
/// RFC 7208 §4.6.1, §12
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'t> {
    text: &'t [u8],
    terms: Vec<Term>,
}

/// One term of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Term {
    pub(crate) start: u16,
    pub(crate) end: u16,
    /// What it says.
    pub kind: TermKind,
}

/// What a term says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 7208 §12")]
pub enum TermKind {
    /// A mechanism, and what a match means.
    Directive(Qualifier, Mechanism),
    /// `redirect=`: another domain's record decides where nothing matched.
    Redirect(DomainSpec),
    /// `exp=`: where the text lies that explains a fail.
    Explanation(DomainSpec),
    /// A modifier that RFC 7208 doesn't know; it is ignored (RFC 7208 §6).
    Unknown,
}

/// What a match of a mechanism means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 7208 §4.6.2")]
pub enum Qualifier {
    /// `+`, also where none is written.
    Pass,
    /// `-`
    Fail,
    /// `~`
    SoftFail,
    /// `?`
    Neutral,
}

/// A mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 7208 §5")]
pub enum Mechanism {
    /// Matches always.
    All,
    /// Matches where the other domain's record passes.
    Include(DomainSpec),
    /// Matches the addresses of a name.
    A {
        /// The name; the record's own domain where there is none.
        target: Option<DomainSpec>,
        /// How much of them counts.
        prefix: Prefix,
    },
    /// Matches the addresses of the mail hosts of a name.
    Mx {
        /// The name; the record's own domain where there is none.
        target: Option<DomainSpec>,
        /// How much of them counts.
        prefix: Prefix,
    },
    /// Matches where a host name of the client lies below a name. Not to be used (RFC 7208 §5.5).
    Ptr {
        /// The name; the record's own domain where there is none.
        target: Option<DomainSpec>,
    },
    /// Matches IPv4 addresses.
    Ip4 {
        /// The network as written; bits below the prefix don't count.
        network: Ipv4Addr,
        /// 0 to 32.
        prefix: u8,
    },
    /// Matches IPv6 addresses.
    Ip6 {
        /// The network as written; bits below the prefix don't count.
        network: Ipv6Addr,
        /// 0 to 128.
        prefix: u8,
    },
    /// Matches where a name has an IPv4 address, whichever.
    Exists(DomainSpec),
}

/// How many leading bits of an address count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "closed by RFC 7208 §5.3, dual-cidr-length")]
pub struct Prefix {
    /// For IPv4, 0 to 32.
    pub v4: u8,
    /// For IPv6, 0 to 128.
    pub v6: u8,
}

/// A name in a record, with macros or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DomainSpec {
    pub(crate) start: u16,
    pub(crate) end: u16,
    /// Which macro letters it uses.
    pub letters: Letters,
}

/// A set of macro letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Letters(pub(crate) u16);

/// Why a text is no SPF record.
///
/// `at`: octets from the start of the record, 0-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("octet {at}: expected {expected}")]
#[non_exhaustive]
pub struct ParseError {
    /// Where the first fault stands.
    pub at: usize,
    /// What would have been right there.
    pub expected: &'static str,
}

impl<'t> Record<'t> {
    /// Parses a record: one pass, no leniency.
    ///
    /// # Errors
    ///
    /// [`ParseError`] at the first fault. By RFC 7208 §4.6 one fault anywhere spoils the whole record.
    pub fn parse(text: &'t [u8]) -> Result<Self, ParseError> {
        let mut terms = Vec::with_capacity(grammar::terms_at_most(text));
        grammar::record(text, grammar::Faults::End, &mut |term| terms.push(term))?;
        Ok(Self { text, terms })
    }

    /// Whether a TXT record is an SPF record at all: `v=spf1`, then a blank or the end (RFC 7208 §4.5).
    pub fn is_spf(text: &[u8]) -> bool {
        grammar::version(text)
    }

    /// The text it was parsed from.
    pub const fn text(&self) -> &'t [u8] {
        self.text
    }

    /// The terms in their order.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The text of one of its terms.
    pub fn text_of(&self, term: &Term) -> &'t [u8] {
        self.text.get(term.range()).unwrap_or_default()
    }

    /// The text of a name in one of its terms.
    pub fn spec_of(&self, spec: &DomainSpec) -> &'t [u8] {
        self.text.get(spec.range()).unwrap_or_default()
    }

    /// The mechanisms with their qualifiers, in their order.
    pub fn directives(&self) -> impl Iterator<Item = (Qualifier, Mechanism)> {
        self.terms.iter().filter_map(|term| match term.kind {
            TermKind::Directive(qualifier, mechanism) => Some((qualifier, mechanism)),
            TermKind::Redirect(_) | TermKind::Explanation(_) | TermKind::Unknown => None,
        })
    }

    /// How many terms count against the limit of 10, what they lead to left out (RFC 7208 §4.6.4).
    pub fn lookups(&self) -> usize {
        self.terms.iter().filter(|term| term.kind.is_lookup()).count()
    }
}

impl fmt::Display for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A parsed record is ASCII.
        self.text.iter().try_for_each(|octet| fmt::Write::write_char(f, char::from(*octet)))
    }
}

impl Term {
    /// Its octets in the record.
    pub fn range(&self) -> Range<usize> {
        usize::from(self.start)..usize::from(self.end)
    }
}

impl TermKind {
    /// Whether the term counts against the limit of 10 (RFC 7208 §4.6.4).
    pub const fn is_lookup(&self) -> bool {
        match self {
            Self::Directive(_, mechanism) => mechanism.is_lookup(),
            Self::Redirect(_) => true,
            Self::Explanation(_) | Self::Unknown => false,
        }
    }

    /// The name in it, if one is written.
    pub const fn spec(&self) -> Option<DomainSpec> {
        match self {
            Self::Directive(_, mechanism) => mechanism.spec(),
            Self::Redirect(spec) | Self::Explanation(spec) => Some(*spec),
            Self::Unknown => None,
        }
    }
}

impl Mechanism {
    /// Whether it counts against the limit of 10.
    pub const fn is_lookup(&self) -> bool {
        !matches!(self, Self::All | Self::Ip4 { .. } | Self::Ip6 { .. })
    }

    /// The name in it, if one is written.
    pub const fn spec(&self) -> Option<DomainSpec> {
        match self {
            Self::Include(spec) | Self::Exists(spec) => Some(*spec),
            Self::A { target, .. } | Self::Mx { target, .. } | Self::Ptr { target } => *target,
            Self::All | Self::Ip4 { .. } | Self::Ip6 { .. } => None,
        }
    }

    /// The word it starts with.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Include(_) => "include",
            Self::A { .. } => "a",
            Self::Mx { .. } => "mx",
            Self::Ptr { .. } => "ptr",
            Self::Ip4 { .. } => "ip4",
            Self::Ip6 { .. } => "ip6",
            Self::Exists(_) => "exists",
        }
    }
}

impl Qualifier {
    /// The character that is written for it.
    pub const fn sign(self) -> char {
        match self {
            Self::Pass => '+',
            Self::Fail => '-',
            Self::SoftFail => '~',
            Self::Neutral => '?',
        }
    }
}

impl Prefix {
    /// The whole address counts.
    pub const FULL: Self = Self { v4: 32, v6: 128 };

    /// Whether two addresses of the same family agree in the bits that count.
    pub fn covers(self, network: IpAddr, client: IpAddr) -> bool {
        match (network, client) {
            (IpAddr::V4(network), IpAddr::V4(client)) => covers_v4(network, self.v4, client),
            (IpAddr::V6(network), IpAddr::V6(client)) => covers_v6(network, self.v6, client),
            _ => false,
        }
    }
}

/// Whether the first `prefix` bits agree; 0 agrees always.
pub(crate) fn covers_v4(network: Ipv4Addr, prefix: u8, client: Ipv4Addr) -> bool {
    let differ = network.to_bits() ^ client.to_bits();
    differ.checked_shr(32_u32.saturating_sub(u32::from(prefix))).unwrap_or(0) == 0
}

/// Whether the first `prefix` bits agree; 0 agrees always.
pub(crate) fn covers_v6(network: Ipv6Addr, prefix: u8, client: Ipv6Addr) -> bool {
    let differ = network.to_bits() ^ client.to_bits();
    differ.checked_shr(128_u32.saturating_sub(u32::from(prefix))).unwrap_or(0) == 0
}

impl DomainSpec {
    /// Its octets in the record.
    pub fn range(&self) -> Range<usize> {
        usize::from(self.start)..usize::from(self.end)
    }
}

impl Letters {
    /// Any `%` at all.
    pub(crate) const PERCENT: u16 = 1 << 15;
    /// `s l o h`: what makes an answer depend on the sender.
    pub(crate) const SENDER: u16 = Self::bit(b's') | Self::bit(b'l') | Self::bit(b'o') | Self::bit(b'h');
    /// `s l`: what a local part outside ASCII can't be written into.
    pub(crate) const LOCAL: u16 = Self::bit(b's') | Self::bit(b'l');

    /// `c r t`: for explanations only.
    pub(crate) const EXPLANATION: u16 = Self::bit(b'c') | Self::bit(b'r') | Self::bit(b't');

    pub(crate) const fn bit(letter: u8) -> u16 {
        match letter {
            b's' => 1,
            b'l' => 1 << 1,
            b'o' => 1 << 2,
            b'd' => 1 << 3,
            b'i' => 1 << 4,
            b'p' => 1 << 5,
            b'v' => 1 << 6,
            b'h' => 1 << 7,
            b'c' => 1 << 8,
            b'r' => 1 << 9,
            b't' => 1 << 10,
            _ => 0,
        }
    }

    /// Whether the letter, in lower case, is used.
    pub const fn contains(self, letter: char) -> bool {
        letter.is_ascii() && self.0 & Self::bit(letter as u8) != 0
    }

    /// Whether there are no macros, not even `%%`.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether what is asked depends on the sender or the HELO name (`s l o h`; RFC 7208 §7.3).
    pub const fn depends_on_sender(self) -> bool {
        self.0 & Self::SENDER != 0
    }

    pub(crate) const fn any(self, bits: u16) -> bool {
        self.0 & bits != 0
    }
}
