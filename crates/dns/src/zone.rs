//! A zone that answers questions offline: the embedded resolver of tests, examples and documents.
//!
//! in:  zone-file text, or records one by one      out: the answer that an authoritative server would give
//! law: wildcards and empty non-terminals as RFC 4592 and RFC 8020 say; aliases are followed, at most 10 of them

mod read;
mod token;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

pub use read::{ZoneError, ZoneLimits};

use crate::{About, Answer, Data, Dnssec, Failure, Kind, Name, Question, Rdata, Source};

/// Names and their records, of as many domains as one likes.
///
/// # Examples
///
/// ```
/// use mailwright_dns::{Answer, Failure, Kind, Question, Zone};
///
/// let mut zone = Zone::parse(
///     br#"$ORIGIN example.org.
/// @        3600 IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
/// *.users       IN A   192.0.2.7
/// "#,
/// )?;
/// zone.fail("slow.example.org".parse()?, Failure::Timeout);
///
/// let ask = |name: &str, kind| Ok::<_, mailwright_dns::NameError>(zone.answer(&Question::new(name.parse()?, kind)));
/// assert!(matches!(ask("ann.users.example.org", Kind::A)?, Answer::Found(..)));
/// assert!(matches!(ask("users.example.org", Kind::A)?, Answer::NoData(_)));
/// assert!(matches!(ask("gone.example.org", Kind::A)?, Answer::NxDomain(_)));
/// assert_eq!(ask("slow.example.org", Kind::A)?, Answer::Failed(Failure::Timeout));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # RFC
///
/// RFC 1034 §4.3.2 and §3.6.2 (aliases), RFC 1035 §5 (text), RFC 2308 §5 (negative TTL), RFC 4592, RFC 8020
#[derive(Clone, Debug, Default)]
pub struct Zone {
    /// By name with its labels from the right, so that what lies below a name stands right behind it.
    nodes: BTreeMap<Box<[u8]>, Node>,
    /// How far DNSSEC is said to vouch for the answers.
    dnssec: Dnssec,
    skipped: usize,
}

/// What is at one name.
#[derive(Clone, Debug, Default)]
struct Node {
    sets: Vec<(u32, Data)>,
    /// Every kind without records answers so.
    failure: Option<Failure>,
}

/// Aliases that are followed for one answer.
const ALIASES: usize = 10;

impl Zone {
    /// A zone without names: every answer is "no such name".
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads zone-file text with the default limits.
    ///
    /// Understands `$ORIGIN`, `$TTL`, parentheses, comments, escapes, several strings per TXT, units in TTLs
    /// (`1h30m`), records of the kinds of [`Kind`]. Names without a last dot are relative to the origin, which is the
    /// root until the text says otherwise. Records of other known types count as names that exist; `$INCLUDE`, `DNAME`
    /// and a second alias at one name are refused (RFC 2181 §10.1). Other records beside an alias, which providers write
    /// where they flatten it, answer first.
    ///
    /// # Errors
    ///
    /// [`ZoneError`] at the first line that can't be read.
    pub fn parse(text: &[u8]) -> Result<Self, ZoneError> {
        Self::parse_within(text, &ZoneLimits::default())
    }

    /// The same with limits of the caller's.
    ///
    /// # Errors
    ///
    /// [`ZoneError`] at the first line that can't be read or passes a limit.
    pub fn parse_within(text: &[u8], limits: &ZoneLimits) -> Result<Self, ZoneError> {
        read::read(text, limits)
    }

    /// Adds records to a name. A set of the same kind grows; its TTL becomes the lower one. Of several aliases the first is
    /// followed.
    pub fn insert(&mut self, name: &Name, ttl: u32, data: Data) {
        let sets = &mut self.nodes.entry(key(name)).or_default().sets;
        match sets.iter_mut().find(|(_, have)| have.kind() == data.kind()) {
            Some((have_ttl, have)) => {
                let both = have.rdata().into_iter().chain(data.rdata());
                if let Some(both) = Data::collect(data.kind(), both) {
                    *have = both;
                }
                *have_ttl = ttl.min(*have_ttl);
            }
            None => sets.push((ttl, data)),
        }
    }

    /// Adds one record to a name.
    pub fn insert_one(&mut self, name: &Name, ttl: u32, rdata: Rdata) {
        if let Some(data) = Data::collect(rdata.kind(), [rdata]) {
            self.insert(name, ttl, data);
        }
    }

    /// Makes every kind of which this name has no records fail so.
    #[expect(clippy::needless_pass_by_value, reason = "reads as a statement about the name")]
    pub fn fail(&mut self, name: Name, failure: Failure) {
        self.nodes.entry(key(&name)).or_default().failure = Some(failure);
    }

    /// Says how far DNSSEC vouches for every answer of this zone.
    #[must_use]
    pub fn with_dnssec(self, dnssec: Dnssec) -> Self {
        Self { dnssec, ..self }
    }

    /// Records of types that this crate doesn't know: their names exist, the records are left out.
    pub const fn skipped(&self) -> usize {
        self.skipped
    }

    /// The names that have records or fail, in the order of their labels from the right.
    pub fn names(&self) -> impl Iterator<Item = Name> {
        self.nodes.keys().filter_map(|key| name_of(key))
    }

    /// The records of one name: each set with its TTL.
    pub fn sets(&self, name: &Name) -> impl Iterator<Item = (u32, &Data)> {
        let node = self.nodes.get(&key(name)[..]);
        node.into_iter().flat_map(|node| node.sets.iter().map(|(ttl, data)| (*ttl, data)))
    }

    /// Answers as an authoritative server with all these names would.
    ///
    /// A loop of aliases, or more than 10 of them, is a server failure.
    pub fn answer(&self, question: &Question) -> Answer {
        let mut ttl = u32::MAX;
        let mut alias: Option<Name> = None;
        for _ in 0..=ALIASES {
            let name = alias.as_ref().unwrap_or(&question.name);
            match self.look(name, question.kind) {
                Found::Set(own, data) => return Answer::Found(data.clone(), self.about(own.min(ttl))),
                Found::Alias(own, target) => {
                    ttl = ttl.min(own);
                    alias = Some(target.clone());
                }
                Found::NoData => return Answer::NoData(self.about(self.negative_ttl(name).min(ttl))),
                Found::NxDomain => return Answer::NxDomain(self.about(self.negative_ttl(name).min(ttl))),
                Found::Failed(failure) => return Answer::Failed(failure),
            }
        }
        Answer::Failed(Failure::ServFail)
    }

    /// The answer at one name, aliases not followed.
    fn look(&self, name: &Name, kind: Kind) -> Found<'_> {
        let mut buffer = [0_u8; 254];
        let own = reversed(name, &mut buffer);
        if let Some(node) = self.nodes.get(own) {
            return node.look(kind);
        }
        let mut known = own;
        loop {
            if self.has_below(known) {
                break;
            }
            match parent(known) {
                Some(shorter) => known = shorter,
                None => return Found::NxDomain,
            }
        }
        if known.len() == own.len() {
            return Found::NoData;
        }
        // The closest encloser is known: only a wildcard right below it can answer (RFC 4592 §3.3.1).
        let mut wild = [0_u8; 256];
        let (Some(head), Some(tail)) = (wild.get_mut(..known.len()), known.len().checked_add(2)) else {
            return Found::NxDomain;
        };
        head.copy_from_slice(known);
        if let Some(star) = wild.get_mut(known.len()..tail) {
            star.copy_from_slice(b"*\x01");
        }
        match wild.get(..tail).and_then(|wild| self.nodes.get(wild)) {
            Some(node) => node.look(kind),
            None => Found::NxDomain,
        }
    }

    /// Whether there is a node at this key or below it.
    fn has_below(&self, known: &[u8]) -> bool {
        use core::ops::Bound::{Included, Unbounded};
        let next = self.nodes.range::<[u8], _>((Included(known), Unbounded)).next();
        next.is_some_and(|(key, _)| key.starts_with(known))
    }

    /// The TTL of a negative answer: what the SOA at the name or nearest above it says, 0 without one.
    fn negative_ttl(&self, name: &Name) -> u32 {
        let mut buffer = [0_u8; 254];
        let mut at = Some(reversed(name, &mut buffer));
        while let Some(key) = at {
            if let Some(node) = self.nodes.get(key) {
                for (ttl, data) in &node.sets {
                    if let Data::Soa(soa) = data {
                        return soa.first().map_or(0, |soa| soa.minimum.min(*ttl));
                    }
                }
            }
            at = parent(key);
        }
        0
    }

    const fn about(&self, ttl: u32) -> About {
        About::new(ttl).with_dnssec(self.dnssec)
    }
}

impl Source for &Zone {
    fn answer(&mut self, question: &Question) -> Answer {
        Zone::answer(self, question)
    }
}

impl Source for Zone {
    fn answer(&mut self, question: &Question) -> Answer {
        Self::answer(self, question)
    }
}

/// What is found at one name.
enum Found<'z> {
    Set(u32, &'z Data),
    Alias(u32, &'z Name),
    NoData,
    NxDomain,
    Failed(Failure),
}

impl Node {
    fn look(&self, kind: Kind) -> Found<'_> {
        if let Some((ttl, data)) = self.sets.iter().find(|(_, data)| data.kind() == kind) {
            return Found::Set(*ttl, data);
        }
        for (ttl, data) in &self.sets {
            if let Data::Cname(targets) = data
                && let Some(target) = targets.first()
            {
                return Found::Alias(*ttl, target);
            }
        }
        self.failure.map_or(Found::NoData, Found::Failed)
    }
}

/// The labels from the right, each followed by its length: what lies below a name starts with the name's key.
fn reversed<'b>(name: &Name, buffer: &'b mut [u8; 254]) -> &'b [u8] {
    let total = name.as_wire().len();
    let mut end = total;
    for label in name.labels() {
        let start = end.saturating_sub(label.len()).saturating_sub(1);
        if let Some((last, head)) = buffer.get_mut(start..end).and_then(<[u8]>::split_last_mut) {
            head.copy_from_slice(label);
            *last = u8::try_from(label.len()).unwrap_or(0);
        }
        end = start;
    }
    buffer.get(..total).unwrap_or_default()
}

fn key(name: &Name) -> Box<[u8]> {
    reversed(name, &mut [0; 254]).into()
}

/// The key without its last label, the leftmost one of the name.
fn parent(key: &[u8]) -> Option<&[u8]> {
    let length = key.last()?;
    key.get(..key.len().checked_sub(usize::from(*length))?.checked_sub(1)?)
}

fn name_of(key: &[u8]) -> Option<Name> {
    let mut labels: Vec<&[u8]> = Vec::new();
    let mut rest = key;
    while let Some(up) = parent(rest) {
        labels.push(rest.get(up.len()..rest.len().saturating_sub(1))?);
        rest = up;
    }
    Name::from_labels(labels).ok()
}
