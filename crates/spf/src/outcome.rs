//! What a check ends in: the result, and why.
//!
//! law: always there, trace or not: the deciding term with its record and range, the counts, the lowest TTL

use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;
use core::ops::Range;

use mailwright_dns::{Dnssec, Failure, Kind, Name, Text};

use crate::identity::{Identity, Which};
use crate::record::{ParseError, Qualifier};

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 7208 §2.6")]
pub enum Verdict {
    /// The host may send for this domain.
    Pass,
    /// It may not.
    Fail,
    /// It probably may not.
    SoftFail,
    /// The domain doesn't say.
    Neutral,
    /// There is nothing to check: no record, or no domain. This is not a fail; what it means is the receiver's policy.
    None,
    /// The DNS failed: not known now.
    TempError,
    /// The record can't be interpreted.
    PermError,
}

/// The end of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The result.
    pub verdict: Verdict,
    /// Who was checked.
    pub identity: Identity,
    /// The client's address; an IPv4 address that came mapped into IPv6 is IPv4 here (RFC 7208 §5).
    pub client: IpAddr,
    /// Why.
    pub cause: Cause,
    /// The deciding term in the record of the domain, or in the one it redirected to.
    pub term: Option<Place>,
    /// The term that matched or failed inside an included record, where it was decided there.
    pub inner: Option<Place>,
    /// What was spent.
    pub counts: Counts,
    /// Seconds for which every answer that was used holds; `None` where one of them failed.
    pub min_ttl: Option<u32>,
    /// Whether a term that was processed asked for a name made of the sender or the HELO name. If not, the verdict may
    /// be kept for [`min_ttl`](Self::min_ttl) by domain and address alone (RFC 7208 §7.3).
    pub depends_on_sender: bool,
    /// What DNSSEC says of the weakest answer that was used.
    pub dnssec: Dnssec,
    /// What the domain says about a fail, in its own words.
    pub explanation: Option<Explanation>,
    /// The second opinion on a permerror, where it was asked for.
    pub lenient: Option<Verdict>,
    /// Terms left out since [`Private::Never`](crate::Private) forbids their questions.
    pub kept_private: u8,
}

/// Why a check ended so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// A term matched.
    Matched(Qualifier),
    /// Nothing matched: the default is neutral (RFC 7208 §4.7).
    NothingMatched,
    /// The domain has no SPF record.
    NoRecord,
    /// What was given is no domain name with several labels (RFC 7208 §4.3).
    NoDomain,
    /// More than one SPF record at one name (RFC 7208 §4.5); how many.
    ManyRecords(u16),
    /// A record that can't be parsed.
    Syntax(ParseError),
    /// An included domain, or the one redirected to, has no SPF record or can't be asked for.
    TargetHasNoRecord,
    /// A target name that can't be asked for, where the settings call that an error.
    BadName,
    /// More than 10 terms that ask.
    TooManyTerms,
    /// More void look-ups than allowed.
    TooManyVoids,
    /// More than 10 mail hosts, none of the first ten matching.
    TooManyHosts,
    /// A look-up failed.
    Dns(Kind, Failure),
    /// The caller's time was up.
    OutOfTime,
}

/// A term, found in its record.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// Whose record.
    pub domain: Name,
    /// The record.
    pub record: Text,
    pub(crate) start: u16,
    pub(crate) end: u16,
}

/// What a check has spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Terms that ask, out of 10.
    pub terms: u8,
    /// Void look-ups, out of 2.
    pub voids: u8,
    /// Answers that were used. Those fetched ahead and never looked at don't count.
    pub answers: u16,
}

/// The explanation of a fail: foreign text, printable ASCII, at most 450 octets.
///
/// It comes from the domain that was refused. Say so where it is shown, as in `550 5.7.23 example.org explains: ...`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    pub(crate) text: Vec<u8>,
    /// Whether the text was longer.
    pub truncated: bool,
}

impl Explanation {
    /// The words of the domain.
    pub fn foreign_text(&self) -> &str {
        core::str::from_utf8(&self.text).unwrap_or_default()
    }
}

impl Verdict {
    /// The word that header fields use (RFC 7208 §9.1, RFC 8601 §2.7.2).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::SoftFail => "softfail",
            Self::Neutral => "neutral",
            Self::None => "none",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        }
    }
}

impl From<Qualifier> for Verdict {
    fn from(qualifier: Qualifier) -> Self {
        match qualifier {
            Qualifier::Pass => Self::Pass,
            Qualifier::Fail => Self::Fail,
            Qualifier::SoftFail => Self::SoftFail,
            Qualifier::Neutral => Self::Neutral,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Outcome {
    /// Whether the client's address is one that the Internet doesn't route: the check of such an address means nothing,
    /// since a proxy or a relay of one's own hides the true client.
    pub fn is_meaningful(&self) -> bool {
        match self.client {
            IpAddr::V4(v4) => {
                !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified())
            }
            IpAddr::V6(v6) => {
                !(v6.is_loopback() || v6.is_unspecified() || matches!(v6.octets()[0], 0xfc..=0xfe))
            }
        }
    }

    /// How long the verdict may be kept by domain and address alone; `None` where it may not.
    pub const fn cacheable_for(&self) -> Option<u32> {
        if self.depends_on_sender { None } else { self.min_ttl }
    }

    /// Which identity was checked.
    pub const fn which(&self) -> Which {
        self.identity.which()
    }
}

/// One line for people: the result and why.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.verdict, self.cause)?;
        if let Some(place) = self.inner.as_ref().or(self.term.as_ref()) {
            write!(f, ", `{}` of {}", place.text().escape_ascii(), place.domain)?;
        }
        Ok(())
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Matched(_) => f.write_str("a term matched"),
            Self::NothingMatched => f.write_str("no term matched"),
            Self::NoRecord => f.write_str("there is no SPF record"),
            Self::NoDomain => f.write_str("there is no domain name to check"),
            Self::ManyRecords(count) => write!(f, "there are {count} SPF records, one is allowed"),
            Self::Syntax(error) => write!(f, "the record can't be read: {error}"),
            Self::TargetHasNoRecord => f.write_str("the domain that is named has no SPF record"),
            Self::BadName => f.write_str("the name can't be asked for"),
            Self::TooManyTerms => f.write_str("more than 10 terms that ask the DNS"),
            Self::TooManyVoids => f.write_str("too many look-ups that find nothing"),
            Self::TooManyHosts => f.write_str("more than 10 mail hosts"),
            Self::Dns(kind, failure) => write!(f, "the {kind} look-up failed: {failure}"),
            Self::OutOfTime => f.write_str("time was up"),
        }
    }
}

impl Place {
    /// The octets of the term in the record, 0-based.
    pub fn range(&self) -> Range<usize> {
        usize::from(self.start)..usize::from(self.end)
    }

    /// The text of the term.
    pub fn text(&self) -> &[u8] {
        self.record.joined().get(self.range()).unwrap_or_default()
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({} {:?} `{}`)", self.domain, self.range(), self.text().escape_ascii())
    }
}
