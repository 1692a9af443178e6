//! What the server's part of a login asks its embedder, and who logged in.
//!
//! in:  -      out: questions, answers, an identity
//! law: nothing here decides; a secret inside stands in no `Debug`

use super::{Mechanism, ScramKeys, Secret, UserName};

/// What the embedder is asked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Question {
    /// PLAIN, LOGIN: is this the user's password, and may the user act as `authzid` (empty: as itself)?
    Password {
        /// Whom to act as; empty means the user itself.
        authzid: UserName,
        /// Who logs in.
        user: UserName,
        /// What was sent as password.
        password: Secret,
    },
    /// OAUTHBEARER, XOAUTH2: is this a valid token of the user's?
    Token {
        /// Whom to act as; may be empty in OAUTHBEARER: then the token says it.
        user: UserName,
        /// The bearer token.
        token: Secret,
    },
    /// CRAM-MD5: what is the user's secret?
    Secret {
        /// Who logs in.
        user: UserName,
    },
    /// SCRAM: what is stored for the user, and may it act as `authzid`?
    Scram {
        /// Whom to act as; empty means the user itself.
        authzid: UserName,
        /// Who logs in.
        user: UserName,
    },
    /// EXTERNAL: may the identity that TLS proved act as `authzid`?
    External {
        /// Whom to act as; empty means the identity itself.
        authzid: UserName,
    },
}

/// What the embedder answers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Answer {
    /// Yes: for [`Question::Password`], [`Question::Token`] and [`Question::External`].
    Accept,
    /// Yes, and this is the identity: for [`Question::Token`] and [`Question::External`], where the token or certificate says it.
    AcceptAs(UserName),
    /// No.
    Refuse,
    /// It cannot be said now.
    Later,
    /// The secret, for [`Question::Secret`].
    Secret(Secret),
    /// The stored values, for [`Question::Scram`]; [`ScramKeys::decoy`] for a user that does not exist.
    Scram(ScramKeys),
}

/// Who logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub(super) user: UserName,
    pub(super) authzid: Option<UserName>,
    pub(super) mechanism: Mechanism,
}

impl Identity {
    /// Who logged in.
    pub const fn user(&self) -> &UserName {
        &self.user
    }

    /// Whom that user acts as, where that was asked for.
    pub const fn authzid(&self) -> Option<&UserName> {
        self.authzid.as_ref()
    }

    /// How.
    pub const fn mechanism(&self) -> Mechanism {
        self.mechanism
    }
}
