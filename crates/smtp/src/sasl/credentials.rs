//! Holds what a client logs in with, and chooses how.
//!
//! in:  user, secret, the mechanisms that the server offers      out: the mechanism to use, or none
//! law: a password or token leaves in clear text only where the caller said so

use alloc::string::String;

use super::{Channel, Mechanism, Secret, UserName};

/// Which mechanisms may be used on a connection without TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClearText {
    /// None: no login without TLS.
    Never,
    /// Those that prove the password without telling it.
    #[default]
    ProofOnly,
    /// All; for loopback and tests.
    Allowed,
}

/// What a client logs in with.
///
/// # Examples
/// ```
/// use mailwright_smtp::sasl::Credentials;
/// let credentials = Credentials::password("tim", "tanstaaf");
/// assert!(!format!("{credentials:?}").contains("tanstaaf"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    pub(super) user: UserName,
    pub(super) authzid: UserName,
    pub(super) proof: Proof,
    pub(super) host: Option<(String, u16)>,
    pub(super) max_iterations: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    Password(Secret),
    Token(Secret),
    External,
}

impl Credentials {
    /// A user name and a password: SCRAM, PLAIN, LOGIN, CRAM-MD5.
    ///
    /// Both are sent as they are: prepare them with `SASLprep` (RFC 4013) first if they hold more than ASCII.
    pub fn password(user: &str, password: &str) -> Self {
        Self::new(user, Proof::Password(Secret::new(password)))
    }

    /// A user name and a bearer token: OAUTHBEARER, XOAUTH2.
    pub fn token(user: &str, token: &str) -> Self {
        Self::new(user, Proof::Token(Secret::new(token)))
    }

    /// The identity that TLS proved: EXTERNAL.
    pub fn external() -> Self {
        Self::new("", Proof::External)
    }

    /// Asks to act as somebody else than the user who logs in.
    #[must_use]
    pub fn with_authzid(mut self, authzid: &str) -> Self {
        self.authzid = UserName::new(authzid);
        self
    }

    /// Names the host and port that OAUTHBEARER repeats inside the message.
    #[must_use]
    pub fn with_host(mut self, host: &str, port: u16) -> Self {
        self.host = Some((host.into(), port));
        self
    }

    /// Does at most this many rounds of SCRAM for a server that asks; at least 4096, 1 000 000 unless told.
    #[must_use]
    pub fn with_max_iterations(mut self, rounds: u32) -> Self {
        self.max_iterations = rounds.max(super::grammar::MIN_ITERATIONS);
        self
    }

    /// Chooses the strongest mechanism that the server offers, these credentials fit and the channel allows.
    ///
    /// Under TLS: SCRAM-SHA-256-PLUS, SCRAM-SHA-256, PLAIN, LOGIN, CRAM-MD5; without, as `clear_text` says.
    ///
    /// # Examples
    /// ```
    /// use mailwright_smtp::sasl::{Channel, ClearText, Credentials, Mechanism};
    /// let credentials = Credentials::password("tim", "tanstaaf");
    /// let offered = [Mechanism::Plain, Mechanism::CramMd5];
    /// let chosen = |tls| credentials.choose(&offered, tls, Channel::none(), ClearText::ProofOnly);
    /// assert_eq!(chosen(true), Some(Mechanism::Plain));
    /// assert_eq!(chosen(false), Some(Mechanism::CramMd5));
    /// ```
    pub fn choose(
        &self,
        offered: &[Mechanism],
        tls: bool,
        channel: Channel<'_>,
        clear_text: ClearText,
    ) -> Option<Mechanism> {
        let fits = |mechanism: Mechanism| match mechanism {
            Mechanism::ScramSha256Plus => self.has_password() && tls && channel.binds(),
            Mechanism::ScramSha256 | Mechanism::Plain => self.has_password(),
            // Neither can carry an authorisation identity.
            Mechanism::Login | Mechanism::CramMd5 => self.has_password() && self.authzid.is_empty(),
            Mechanism::OauthBearer | Mechanism::Xoauth2 => matches!(self.proof, Proof::Token(_)),
            Mechanism::External => matches!(self.proof, Proof::External),
        };
        let allowed = |mechanism: Mechanism| match clear_text {
            _ if tls => true,
            ClearText::Never => false,
            ClearText::ProofOnly => !mechanism.reveals_secret(),
            ClearText::Allowed => true,
        };
        Mechanism::ALL.into_iter().find(|&one| offered.contains(&one) && fits(one) && allowed(one))
    }

    const fn has_password(&self) -> bool {
        matches!(self.proof, Proof::Password(_))
    }

    fn new(user: &str, proof: Proof) -> Self {
        let authzid = UserName::new("");
        Self { user: UserName::new(user), authzid, proof, host: None, max_iterations: 1_000_000 }
    }
}
