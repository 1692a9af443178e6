//! The tree as a value, and as text.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use mailwright_dns::{Failure, Name};

use crate::record::ParseError;

/// What a record costs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CostReport {
    /// Every term that is looked at, depth first; the first one is the record of the domain itself.
    pub nodes: Vec<Node>,
    /// Terms that ask, over all branches; 10 are allowed on the way that a client takes.
    pub terms: usize,
    /// Terms whose question finds nothing; 2 are allowed.
    pub voids: usize,
    /// The node at which a strict evaluator stops for a client that nothing matches.
    pub strict_stop: Option<usize>,
    /// IPv4 addresses that may send, of 4 294 967 296.
    pub v4_addresses: u64,
    /// IPv6 networks of 64 bits, of which some address may send.
    pub v6_networks: u128,
    /// Includes that hold nothing but addresses: node, and the look-ups saved by writing them out. Addresses of others
    /// change without notice, so whoever writes them out must look again.
    pub flatten: Vec<(usize, usize)>,
    /// Whether something is not known, since a look-up failed.
    pub incomplete: bool,
    /// Whether the tree was cut, since it leads to too much.
    pub cut: bool,
}

/// One term, or the record it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Node {
    /// Steps from the first record.
    pub depth: u8,
    /// Whose record the term stands in.
    pub domain: Name,
    /// The term's text; the record's for the first node.
    pub text: Vec<u8>,
    /// Where it stands in its record.
    pub range: Range<usize>,
    /// Look-up terms: this one, and all below it.
    pub spends: usize,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a term.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// It asks nothing.
    Static,
    /// It leads to so many addresses or hosts.
    Addresses(usize),
    /// It leads to a record, whose terms follow.
    Record,
    /// It finds nothing. `exists`: whether the name is there.
    Void {
        /// The name that was asked for.
        name: Name,
        /// Whether the name exists, without such a record.
        exists: bool,
    },
    /// The domain that is named has no SPF record: receivers end in permerror.
    NoRecord(Name),
    /// The record can't be read: receivers end in permerror.
    Broken(Name, ParseError),
    /// The domain has several records: receivers end in permerror.
    ManyRecords(Name),
    /// It leads back to a record that leads here: receivers end in permerror.
    Loop(Name),
    /// More mail hosts than the ten that receivers look up.
    TooManyHosts(usize),
    /// The name depends on the sender or the client.
    Varies,
    /// The name can't be asked for.
    BadName,
    /// A look-up failed.
    Failed(Name, Failure),
}

/// A tree for people: one line per term.
impl fmt::Display for CostReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, node) in self.nodes.iter().enumerate() {
            let indent = usize::from(node.depth).saturating_mul(2);
            if number == 0 {
                write!(f, "{}: {}", node.domain, node.text.escape_ascii())?;
            } else {
                write!(f, "{:indent$}{}", "", node.text.escape_ascii())?;
                match node.spends {
                    0 => {}
                    1 => f.write_str("  [1 look-up]")?,
                    many => write!(f, "  [{many} look-ups]")?,
                }
            }
            write!(f, "{}", node.fate)?;
            if self.strict_stop == Some(number) {
                f.write_str("  <- receivers give up here")?;
            }
            writeln!(f)?;
        }
        writeln!(f, "{} of 10 look-ups, {} of 2 without result", self.terms, self.voids)?;
        // In hundredths of a percent; the share of a handful rounds to zero.
        let share = self.v4_addresses.saturating_mul(10_000) >> 32;
        write!(
            f,
            "{} IPv4 addresses may send ({}.{:02} % of all)",
            self.v4_addresses,
            share / 100,
            share % 100
        )?;
        writeln!(f, ", {} IPv6 networks of 64 bits", self.v6_networks)?;
        for (node, saved) in &self.flatten {
            if let Some(node) = self.nodes.get(*node) {
                let text = node.text.escape_ascii();
                writeln!(
                    f,
                    "{text} holds only addresses: written out it would save {saved}, as long as they stay the same"
                )?;
            }
        }
        if self.incomplete {
            writeln!(f, "some look-ups failed, so this is not all")?;
        }
        if self.cut {
            writeln!(f, "it leads to too much: the rest was left out")?;
        }
        Ok(())
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Static | Self::Record => Ok(()),
            Self::Addresses(1) => f.write_str(": 1 address"),
            Self::Addresses(count) => write!(f, ": {count} addresses"),
            Self::Void { name, exists: true } => write!(f, ": {name} has no such record"),
            Self::Void { name, exists: false } => write!(f, ": {name}: no such name"),
            Self::NoRecord(name) => write!(f, ": {name} has no SPF record, which spoils the whole record"),
            Self::Broken(name, error) => write!(f, ": the record of {name} can't be read ({error})"),
            Self::ManyRecords(name) => write!(f, ": {name} has more than one SPF record"),
            Self::Loop(name) => write!(f, ": leads back to {name}"),
            Self::TooManyHosts(count) => write!(f, ": {count} mail hosts, receivers look up ten"),
            Self::Varies => f.write_str(": depends on the sender or the client"),
            Self::BadName => f.write_str(": this name can't be asked for"),
            Self::Failed(name, failure) => write!(f, ": {name} is not known now ({failure})"),
        }
    }
}
