//! Builds a record that parses, and that receivers don't give up on.
//!
//! law: `parse(build(x))` has the terms of `x`; more than 10 look-ups need a word of their own

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{Ipv4Addr, Ipv6Addr};

use crate::grammar;
use crate::record::{Mechanism, ParseError, Qualifier, Record, TermKind};

/// Builds an SPF record term by term.
///
/// # Examples
///
/// ```
/// use mailwright_spf::{Qualifier, Record};
///
/// let text = Record::builder()
///     .ip4("192.0.2.0".parse()?, 24)
///     .include("_spf.example.net")
///     .all(Qualifier::SoftFail)
///     .build()?;
/// assert_eq!(text, "v=spf1 ip4:192.0.2.0/24 include:_spf.example.net ~all");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Builder {
    terms: Vec<String>,
    end: Option<String>,
    explanation: Option<String>,
    lookups: usize,
}

/// Why no record came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A term is not in the grammar. `term`: its number, 0-based; `at` counts from the start of the term.
    #[error("term {term}, {error}")]
    Term {
        /// Which one, in the order in which they were added.
        term: usize,
        /// What the parser says.
        error: ParseError,
    },
    /// More look-up terms than allowed: receivers end in permerror.
    #[error("{0} terms ask the DNS, 10 are allowed")]
    TooManyLookups(usize),
    /// Longer than a TXT record can be.
    #[error("the record is too long")]
    TooLong,
}

impl Record<'_> {
    /// An empty record to add to.
    pub const fn builder() -> Builder {
        Builder { terms: Vec::new(), end: None, explanation: None, lookups: 10 }
    }
}

impl Builder {
    /// Adds a network of IPv4 addresses; bits below the prefix length become 0.
    #[must_use]
    pub fn ip4(self, network: Ipv4Addr, prefix: u8) -> Self {
        let rest = u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
        let network = Ipv4Addr::from_bits(network.to_bits() & !rest);
        self.term(if prefix == 32 { format!("ip4:{network}") } else { format!("ip4:{network}/{prefix}") })
    }

    /// Adds a network of IPv6 addresses; bits below the prefix length become 0.
    #[must_use]
    pub fn ip6(self, network: Ipv6Addr, prefix: u8) -> Self {
        let rest = u128::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
        let network = Ipv6Addr::from_bits(network.to_bits() & !rest);
        self.term(if prefix == 128 { format!("ip6:{network}") } else { format!("ip6:{network}/{prefix}") })
    }

    /// Adds the addresses of the domain itself.
    #[must_use]
    pub fn a(self) -> Self {
        self.term("a".to_string())
    }

    /// Adds the addresses of the domain's mail hosts.
    #[must_use]
    pub fn mx(self) -> Self {
        self.term("mx".to_string())
    }

    /// Adds whatever passes another domain's record.
    #[must_use]
    pub fn include(self, domain: &str) -> Self {
        self.term(format!("include:{domain}"))
    }

    /// Adds any mechanism, as it is written behind the qualifier.
    #[must_use]
    pub fn directive(self, qualifier: Qualifier, mechanism: &str) -> Self {
        if qualifier == Qualifier::Pass {
            self.term(mechanism.to_string())
        } else {
            self.term(format!("{}{mechanism}", qualifier.sign()))
        }
    }

    /// Ends the record: what all others are.
    #[must_use]
    pub fn all(self, qualifier: Qualifier) -> Self {
        Self { end: Some(format!("{}all", qualifier.sign())), ..self }
    }

    /// Ends the record: another domain's record decides. It takes the place of [`all`](Self::all).
    #[must_use]
    pub fn redirect(self, domain: &str) -> Self {
        Self { end: Some(format!("redirect={domain}")), ..self }
    }

    /// Says where the text lies that explains a fail.
    #[must_use]
    pub fn explanation(self, domain: &str) -> Self {
        Self { explanation: Some(format!("exp={domain}")), ..self }
    }

    /// Allows more than 10 terms that ask. Receivers end in permerror where they come to the eleventh.
    #[must_use]
    pub fn with_lookups(self, lookups: usize) -> Self {
        Self { lookups, ..self }
    }

    fn term(mut self, term: String) -> Self {
        self.terms.push(term);
        self
    }

    /// The record's text.
    ///
    /// # Errors
    ///
    /// [`BuildError`] where a term is not in the grammar, or too many terms ask.
    pub fn build(&self) -> Result<String, BuildError> {
        let mut text = String::from("v=spf1");
        let mut lookups = 0_usize;
        let terms = self.terms.iter().chain(&self.end).chain(&self.explanation);
        for (number, word) in terms.enumerate() {
            let one = |error| BuildError::Term { term: number, error };
            if word.len() > usize::from(u16::MAX) {
                return Err(BuildError::TooLong);
            }
            let blank = word.bytes().position(|octet| octet == b' ');
            if let Some(at) = blank {
                return Err(one(ParseError { at, expected: grammar::VISIBLE }));
            }
            let parsed = grammar::only_term(word.as_bytes()).map_err(one)?;
            // `all` and the modifiers have their own places.
            let placed = match parsed.kind {
                TermKind::Directive(_, Mechanism::All) | TermKind::Redirect(_) | TermKind::Explanation(_) => {
                    true
                }
                TermKind::Directive(..) | TermKind::Unknown => false,
            };
            if placed && number < self.terms.len() {
                return Err(one(ParseError {
                    at: 0,
                    expected: "a mechanism other than `all`, or an unknown modifier",
                }));
            }
            lookups = lookups.saturating_add(usize::from(parsed.kind.is_lookup()));
            text.push(' ');
            text.push_str(word);
        }
        if lookups > self.lookups {
            return Err(BuildError::TooManyLookups(lookups));
        }
        Record::parse(text.as_bytes()).map(drop).map_err(|_| BuildError::TooLong)?;
        Ok(text)
    }
}
