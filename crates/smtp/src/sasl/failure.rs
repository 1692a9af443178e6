//! Says why a login failed, on either side.
//!
//! in:  -      out: the fault, and the code to answer with
//! law: no fault carries octets of the peer

/// Why a server refuses a login; each has its own reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The response is not what the mechanism asks for.
    #[error("the response is malformed")]
    Syntax,
    /// An initial response to a mechanism in which the server speaks first.
    #[error("this mechanism takes no initial response")]
    InitialResponse,
    /// The client gave up with `*`.
    #[error("the client cancelled the exchange")]
    Cancelled,
    /// The response is longer than 12288 octets.
    #[error("the response is too long")]
    TooLong,
    /// Wrong user, password, token or proof.
    #[error("the credentials are wrong")]
    Credentials,
    /// The login cannot be checked now.
    #[error("the credentials cannot be checked now")]
    Temporary,
}

impl Failure {
    /// The reply code and enhanced code that tell the client (RFC 4954 §4, §6).
    pub const fn codes(self) -> (u16, [u16; 3]) {
        match self {
            Self::Syntax => (501, [5, 5, 2]),
            Self::InitialResponse => (501, [5, 7, 0]),
            Self::Cancelled => (501, [5, 0, 0]),
            Self::TooLong => (500, [5, 5, 6]),
            Self::Credentials => (535, [5, 7, 8]),
            Self::Temporary => (454, [4, 7, 0]),
        }
    }
}

/// Why a client ends a login although the server did not refuse it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InitiatorError {
    /// The credentials cannot be spoken by this mechanism, or hold an octet that it cannot carry.
    #[error("the credentials do not fit the mechanism")]
    Credentials,
    /// The server's challenge is not what the mechanism asks for.
    #[error("the challenge is malformed")]
    Challenge,
    /// The server asks for fewer rounds than are safe, or for more than we do.
    #[error("the number of iterations is out of bounds")]
    Iterations,
    /// The server sent more challenges than the mechanism has.
    #[error("a challenge more than the mechanism has")]
    TooMany,
    /// The server said yes, but did not prove that it knows the password.
    #[error("the server did not prove that it knows the password")]
    NotVerified,
}
