//! Names the mechanisms and says what each gives away.
//!
//! in:  a name from `AUTH` or from the reply to EHLO      out: the mechanism
//! law: names compare without case (RFC 4422 §3.1)

use core::fmt;

/// A SASL mechanism that both machines speak.
///
/// The order is that of [`Mechanism::ALL`]: strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Mechanism {
    /// Salted proof, bound to the TLS channel (RFC 7677).
    ScramSha256Plus,
    /// Salted proof (RFC 7677).
    ScramSha256,
    /// The identity of the layer below, as a client certificate (RFC 4422 appendix A).
    External,
    /// A bearer token (RFC 7628).
    OauthBearer,
    /// A bearer token in the form that came before RFC 7628.
    Xoauth2,
    /// User name and password in one message (RFC 4616).
    Plain,
    /// User name and password in two messages, never standardised.
    Login,
    /// A keyed digest of a challenge (RFC 2195).
    CramMd5,
}

impl Mechanism {
    /// Every mechanism, strongest first.
    pub const ALL: [Self; 8] = [
        Self::ScramSha256Plus,
        Self::ScramSha256,
        Self::External,
        Self::OauthBearer,
        Self::Xoauth2,
        Self::Plain,
        Self::Login,
        Self::CramMd5,
    ];

    /// Finds the mechanism of this name, in any case.
    ///
    /// # Examples
    /// ```
    /// use mailwright_smtp::sasl::Mechanism;
    /// assert_eq!(Mechanism::parse(b"scram-sha-256"), Some(Mechanism::ScramSha256));
    /// assert_eq!(Mechanism::parse(b"DIGEST-MD5"), None);
    /// ```
    pub fn parse(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name().as_bytes().eq_ignore_ascii_case(name))
    }

    /// The registered name, in upper case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::External => "EXTERNAL",
            Self::OauthBearer => "OAUTHBEARER",
            Self::Xoauth2 => "XOAUTH2",
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::CramMd5 => "CRAM-MD5",
        }
    }

    /// Whether a listener in clear text learns a password or token from it.
    pub const fn reveals_secret(self) -> bool {
        match self {
            Self::OauthBearer | Self::Xoauth2 | Self::Plain | Self::Login => true,
            Self::ScramSha256Plus | Self::ScramSha256 | Self::External | Self::CramMd5 => false,
        }
    }

    /// Whether the server speaks first, so that an initial response is a fault of the client.
    ///
    /// LOGIN counts as one where the client may speak first: many clients send the user name on the AUTH line.
    pub const fn server_first(self) -> bool {
        matches!(self, Self::CramMd5)
    }

    /// Whether AUTH with an initial response may stand inside a pipelined group: one message, one reply.
    pub const fn one_message(self) -> bool {
        matches!(self, Self::Plain | Self::External)
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
