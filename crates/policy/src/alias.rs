//! Where mail for a role ends: follows aliases until somebody reads it, or nobody does.
//!
//! in:  the alias table of the embedder      out: who reads it, or what is wrong, with the way to it
//! law: at most ten aliases deep; a loop ends, and a table that is down is no fault

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use mailwright_address::{Grammar, MailboxRef};

use crate::{DomainKind, DomainTable, Lookup};

/// How many aliases are followed one after another.
pub const DEEPEST: usize = 10;

/// What stands under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed: a reader, others, nobody, or nothing")]
pub enum Entry {
    /// A mailbox that somebody reads.
    Mailbox,
    /// Other names: local parts of ours, or whole mailboxes.
    Alias(Vec<String>),
    /// Mail is thrown away.
    Discard,
    /// There is no such name: mail is refused.
    Unknown,
}

/// Where mail for a name ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// In a mailbox here.
    Read,
    /// At another site: forwarded mail fails DMARC there, so reports of abuse may be lost.
    Elsewhere,
    /// Not known now.
    Unavailable,
    /// Nowhere: it is thrown away.
    Discarded,
    /// It is refused: there is no such name.
    Refused,
    /// In a loop.
    Loop,
    /// Behind more than [`DEEPEST`] aliases.
    TooDeep,
}

impl End {
    /// Whether mail for it reaches nobody.
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Discarded | Self::Refused | Self::Loop | Self::TooDeep)
    }

    /// What a person should do about it; empty where all is well.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Read => "",
            Self::Elsewhere => "let somebody read it here: forwarded mail fails DMARC at the other site",
            Self::Unavailable => "ask again: the table could not be read",
            Self::Discarded => "let somebody read it: RFC 2142 wants this mailbox to work",
            Self::Refused => "make the mailbox, or an alias to one that is read",
            Self::Loop => "point one of the aliases at a mailbox",
            Self::TooDeep => "point the alias at the mailbox itself",
        }
    }
}

/// Where mail for a name ends, and over which names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Target {
    /// The best end of all targets: who has one reader is read.
    pub end: End,
    /// The names on the way to it, the first one first.
    pub way: Vec<String>,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.way.iter().enumerate() {
            if at > 0 {
                f.write_str(" -> ")?;
            }
            f.write_str(name)?;
        }
        f.write_str(match self.end {
            End::Read => ": read",
            End::Elsewhere => ": read elsewhere",
            End::Unavailable => ": not known now",
            End::Discarded => ": thrown away",
            End::Refused => ": refused",
            End::Loop => ": a loop",
            End::TooDeep => ": too deep",
        })
    }
}

/// Follows the aliases of a local part of ours to where its mail ends.
///
/// `entry` says what stands under a local part. A target with an `@` is ours where `domains` says so.
///
/// # Examples
///
/// ```
/// use mailwright_policy::alias::{Entry, follow};
/// use mailwright_policy::{Domains, Lookup};
///
/// let domains = Domains::new().with_local("example.org")?;
/// let target = follow("postmaster", &domains, |name| {
///     Lookup::Is(match name {
///         "postmaster" => Entry::Alias(vec!["root".into()]),
///         "root" => Entry::Alias(vec!["ann@example.org".into()]),
///         "ann" => Entry::Mailbox,
///         _ => Entry::Unknown,
///     })
/// });
/// assert_eq!(target.to_string(), "postmaster -> root -> ann: read");
/// # Ok::<(), mailwright_address::AddressError>(())
/// ```
///
/// # RFC
///
/// RFC 2142 §5, RFC 5321 §4.5.1
pub fn follow(name: &str, domains: &dyn DomainTable, entry: impl Fn(&str) -> Lookup<Entry>) -> Target {
    // A walk with a stack of its own: a table of a stranger's making must not go deeper than we say.
    let mut open = Vec::from([Vec::from([name.to_owned()])]);
    let mut best: Option<Target> = None;
    // As many names as ten levels of ten aliases are worth looking at.
    for _ in 0..100 {
        let Some(way) = open.pop() else { break };
        let last = way.last().map_or("", String::as_str);
        let looped = way.iter().rev().skip(1).any(|before| before.eq_ignore_ascii_case(last));
        let end = if looped {
            Some(End::Loop)
        } else {
            match local_of(last, domains) {
                Lookup::Unavailable => Some(End::Unavailable),
                Lookup::Is(None) => Some(End::Elsewhere),
                Lookup::Is(Some(_)) if way.len() > DEEPEST => Some(End::TooDeep),
                Lookup::Is(Some(local)) => match entry(&local) {
                    Lookup::Unavailable => Some(End::Unavailable),
                    Lookup::Is(Entry::Mailbox) => Some(End::Read),
                    Lookup::Is(Entry::Discard) => Some(End::Discarded),
                    Lookup::Is(Entry::Unknown) => Some(End::Refused),
                    Lookup::Is(Entry::Alias(targets)) if targets.is_empty() => Some(End::Discarded),
                    Lookup::Is(Entry::Alias(targets)) => {
                        open.extend(targets.iter().rev().map(|target| {
                            let mut longer = way.clone();
                            longer.push(shown(target, domains));
                            longer
                        }));
                        None
                    }
                },
            }
        };
        let Some(end) = end else { continue };
        if end == End::Read {
            return Target { end, way };
        }
        if best.as_ref().is_none_or(|best| rank(end) < rank(best.end)) {
            best = Some(Target { end, way });
        }
    }
    best.unwrap_or_else(|| Target { end: End::TooDeep, way: Vec::from([name.to_owned()]) })
}

/// The better the end, the lower.
const fn rank(end: End) -> u8 {
    match end {
        End::Read => 0,
        End::Elsewhere => 1,
        End::Unavailable => 2,
        End::Discarded => 3,
        End::Refused => 4,
        End::Loop => 5,
        End::TooDeep => 6,
    }
}

/// The local part of ours that a target names; none for a mailbox elsewhere.
fn local_of(target: &str, domains: &dyn DomainTable) -> Lookup<Option<String>> {
    let Ok(mailbox) = MailboxRef::parse(target.as_bytes(), Grammar::strict()) else {
        return Lookup::Is((!target.contains('@')).then(|| target.to_owned()));
    };
    let Some(domain) = mailbox.host().domain() else { return Lookup::Is(None) };
    match domains.kind(domain) {
        Lookup::Is(DomainKind::Local) => Lookup::Is(Some(mailbox.local_part().meaning().into_owned())),
        Lookup::Is(DomainKind::BackupMx | DomainKind::NotOurs) => Lookup::Is(None),
        Lookup::Unavailable => Lookup::Unavailable,
    }
}

/// A target as it stands in a way: a mailbox of ours by its local part, so that loops are seen.
fn shown(target: &str, domains: &dyn DomainTable) -> String {
    match local_of(target, domains) {
        Lookup::Is(Some(local)) => local,
        Lookup::Is(None) | Lookup::Unavailable => target.to_owned(),
    }
}
