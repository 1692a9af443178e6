//! Questions: an absolute name, a kind of record, and how much the asker needs it.
//!
//! law: an answer belongs to (name, kind); who asked and how urgently changes nothing about it

use core::fmt;

use crate::Name;

/// A kind of record that mail asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// Who takes mail for a domain.
    Mx,
    /// Texts; SPF, DMARC and DKIM live there.
    Txt,
    /// Host names of an address.
    Ptr,
    /// An alias.
    Cname,
    /// Name servers.
    Ns,
    /// The start of a zone.
    Soa,
    /// Certificates by name (DANE).
    Tlsa,
    /// Who may issue certificates.
    Caa,
    /// Where a service lives.
    Srv,
    /// The obsolete record type 99 (RFC 7208 §3.1): an audit asks for it to warn, an evaluator never does.
    Spf,
}

/// How much the asker needs an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a question blocks or it does not")]
pub enum Need {
    /// The inquiry can't go on without it.
    Needed,
    /// It may be needed later; asking now saves a round trip, leaving it out changes nothing.
    Ahead,
}

/// One question to the DNS.
///
/// The name is absolute: no search list applies. Answers are keyed by name and kind.
///
/// # Examples
///
/// ```
/// use mailwright_dns::{Kind, Need, Question};
///
/// let question = Question::new("example.org".parse()?, Kind::Mx);
/// assert_eq!(question.need, Need::Needed);
/// assert_eq!(question.to_string(), "MX example.org");
/// # Ok::<(), mailwright_dns::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Question {
    /// What is asked about.
    pub name: Name,
    /// Which records.
    pub kind: Kind,
    /// Whether the asker is blocked on it.
    pub need: Need,
}

impl Question {
    /// A question that is needed.
    pub const fn new(name: Name, kind: Kind) -> Self {
        Self { name, kind, need: Need::Needed }
    }

    /// The same question with another need.
    #[must_use]
    pub fn with_need(self, need: Need) -> Self {
        Self { need, ..self }
    }
}

impl Kind {
    /// Every kind, in the order of this enum.
    pub const ALL: [Self; 12] = [
        Self::A,
        Self::Aaaa,
        Self::Mx,
        Self::Txt,
        Self::Ptr,
        Self::Cname,
        Self::Ns,
        Self::Soa,
        Self::Tlsa,
        Self::Caa,
        Self::Srv,
        Self::Spf,
    ];

    /// The number of the type in DNS messages.
    pub const fn number(self) -> u16 {
        match self {
            Self::A => 1,
            Self::Ns => 2,
            Self::Cname => 5,
            Self::Soa => 6,
            Self::Ptr => 12,
            Self::Mx => 15,
            Self::Txt => 16,
            Self::Aaaa => 28,
            Self::Srv => 33,
            Self::Tlsa => 52,
            Self::Spf => 99,
            Self::Caa => 257,
        }
    }

    /// The mnemonic, in upper case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Mx => "MX",
            Self::Txt => "TXT",
            Self::Ptr => "PTR",
            Self::Cname => "CNAME",
            Self::Ns => "NS",
            Self::Soa => "SOA",
            Self::Tlsa => "TLSA",
            Self::Caa => "CAA",
            Self::Srv => "SRV",
            Self::Spf => "SPF",
        }
    }

    /// The kind with this mnemonic, in any case.
    pub fn from_mnemonic(text: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str().as_bytes().eq_ignore_ascii_case(text))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}
