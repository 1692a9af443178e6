//! Which name we say ourselves: a server must know it, and must not make one up.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use mailwright_address::{DomainRef, Grammar};
use mailwright_dns::Name;

use super::assess::is_special;
use crate::reverse;

/// Where our name may come from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Candidates<'a> {
    configured: Option<&'a str>,
    system: Option<&'a str>,
    reverse: Option<&'a reverse::Report>,
}

/// Why a name can't be said in HELO.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
#[non_exhaustive]
pub struct IdentityProblem {
    /// What is wrong.
    pub problem: Fault,
    /// The reverse name of our address that leads back to it: the name to configure.
    pub suggestion: Option<Box<Name>>,
}

/// What is wrong with a name of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nobody told us one.
    Missing,
    /// It is no domain.
    Syntax,
    /// It is a single label.
    Unqualified,
    /// It is an address.
    Address,
    /// Its top level is not on the Internet.
    SpecialUse,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "no name of this host is known",
            Self::Syntax => "the name of this host is no domain",
            Self::Unqualified => "the name of this host is not fully qualified",
            Self::Address => "the name of this host is an address",
            Self::SpecialUse => "the name of this host is not on the Internet",
        })
    }
}

impl<'a> Candidates<'a> {
    /// No candidate.
    pub const fn new() -> Self {
        Self { configured: None, system: None, reverse: None }
    }

    /// What the configuration says. It is taken or refused, never passed over.
    #[must_use]
    pub const fn with_configured(self, name: &'a str) -> Self {
        Self { configured: Some(name), ..self }
    }

    /// What the operating system calls the host.
    #[must_use]
    pub const fn with_system(self, name: &'a str) -> Self {
        Self { system: Some(name), ..self }
    }

    /// The reverse names of the address that we send from: a suggestion, since whoever owns the address wrote them.
    #[must_use]
    pub const fn with_reverse(self, reverse: &'a reverse::Report) -> Self {
        Self { reverse: Some(reverse), ..self }
    }
}

/// The name that this host says in HELO and in its greeting.
///
/// # Errors
///
/// [`IdentityProblem`] where the configured name, or without one the system's, is none to be said; with a suggestion
/// where a reverse name leads back. `localhost` is never taken.
///
/// # Examples
///
/// ```
/// use mailwright_policy::helo::{Candidates, own_name};
///
/// let candidates = Candidates::new().with_system("mx.example.net");
/// assert_eq!(own_name(&candidates)?.to_string(), "mx.example.net");
/// assert!(own_name(&candidates.with_configured("localhost")).is_err());
/// # Ok::<(), mailwright_policy::helo::IdentityProblem>(())
/// ```
///
/// # RFC
///
/// RFC 5321 §2.3.5, §4.1.1.1
pub fn own_name(candidates: &Candidates<'_>) -> Result<Name, IdentityProblem> {
    let named = candidates.configured.or(candidates.system);
    let checked = named.map_or(Err(Fault::Missing), check);
    checked.map_err(|problem| {
        let confirmed = candidates.reverse.map(|report| report.names.iter()).into_iter().flatten();
        let fits = |name: &&Name| {
            let mut text = Vec::new();
            name.write_dotted(&mut text);
            core::str::from_utf8(&text).is_ok_and(|text| check(text).is_ok())
        };
        IdentityProblem { problem, suggestion: confirmed.into_iter().find(fits).cloned().map(Box::new) }
    })
}

fn check(name: &str) -> Result<Name, Fault> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.starts_with('[') || name.parse::<IpAddr>().is_ok() {
        return Err(Fault::Address);
    }
    let domain = DomainRef::parse(name.as_bytes(), Grammar::strict()).map_err(|_| Fault::Syntax)?;
    if domain.labels().nth(1).is_none() {
        return Err(Fault::Unqualified);
    }
    let name = Name::from_dotted(domain.as_bytes()).map_err(|_| Fault::Syntax)?;
    let top = name.labels().last().unwrap_or_default();
    if top.iter().all(u8::is_ascii_digit) {
        return Err(Fault::Address);
    }
    if is_special(top, name.borrow()) { Err(Fault::SpecialUse) } else { Ok(name) }
}
