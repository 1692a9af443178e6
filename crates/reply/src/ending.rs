//! How an attempt ended, with a reply or without one.
//!
//! law: "the peer may have it" is told apart from "refused" (RFC 5321 §4.5.3.2.6); what we decided is told apart from what befell us

use core::fmt;

use thiserror::Error;

use crate::{Reply, ReplyParseError, Stage};

/// How an attempt for one recipient ended.
///
/// # Examples
///
/// ```
/// use mailwright_reply::{Attempt, Ending, Stage, standard};
///
/// let cut = Attempt::new(Stage::Dot, Ending::Closed);
/// assert!(cut.may_be_delivered() && !cut.is_delivered());
/// let said = Attempt::new(Stage::Dot, Ending::Replied(standard::accepted()));
/// assert!(said.is_delivered());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Ending {
    /// The server said so, for or against.
    Replied(Reply),
    /// No answer within the deadline of the stage.
    TimedOut,
    /// The peer closed the connection without an answer.
    Closed,
    /// The connection was reset or broke.
    Reset,
    /// Nobody listens at the port.
    Refused,
    /// No way to the address.
    Unreachable,
    /// There is no host to connect to.
    NoHost(NoHost),
    /// TLS was needed and could not be had.
    Tls(TlsFault),
    /// Opportunistic TLS failed: try again on a new connection without it.
    RetryWithoutTls(TlsFault),
    /// The message doesn't fit what the peer offers; another form of it may.
    NeedsDowngrade(Downgrade),
    /// We did not send it; the peer has nothing.
    NotSent(NotSent),
    /// The peer broke the protocol; the connection is not used again.
    Protocol(ProtocolFault),
}

/// Why there is no host to connect to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum NoHost {
    /// The domain does not exist.
    NoSuchDomain,
    /// The domain says that it takes no mail (RFC 7505).
    NullMx,
    /// The domain exists, but no address was found.
    NoAddress,
    /// The best host is ourselves.
    Loop,
    /// The resolver failed: not a fact about the domain.
    NotNow,
}

/// What went wrong with TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum TlsFault {
    /// The peer doesn't offer STARTTLS.
    NotOffered,
    /// The peer refused STARTTLS.
    Refused,
    /// The handshake failed.
    Handshake,
    /// The certificate is not trusted, or names another host.
    Certificate,
    /// A published policy (MTA-STS, DANE) is not met.
    Policy,
    /// Octets stood behind the answer to STARTTLS.
    Injected,
}

/// What of the message does not fit the peer's offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Downgrade {
    /// Octets above 127, and no 8BITMIME (RFC 6152).
    EightBit,
    /// NUL, lone CR or LF or lines beyond 998 octets, and no BINARYMIME (RFC 3030).
    Binary,
    /// An address that is not ASCII, and no SMTPUTF8 (RFC 6531).
    Utf8Address,
    /// Header fields that are not ASCII, and no SMTPUTF8.
    Utf8Headers,
}

/// Why we did not send it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum NotSent {
    /// The caller gave up.
    Aborted,
    /// The body was not what its facts had said.
    Contradicted,
    /// The message is bigger than the size the peer announced.
    TooBig,
    /// An extension that the message needs is not offered (REQUIRETLS and the like).
    ExtensionMissing,
    /// No login could be had.
    NoLogin,
    /// The connection ended before this recipient's turn.
    SessionOver,
    /// The limit of a transaction was reached; the recipient is for the next one.
    NextTransaction,
}

/// How the peer broke the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ProtocolFault {
    /// A reply that can't be read.
    #[error("a reply can't be read: {0}")]
    Unreadable(#[from] ReplyParseError),
    /// A reply of a class that has no meaning at this stage, as 250 to DATA or 354 to RCPT.
    #[error("a reply of a class that has no meaning at this stage")]
    UnexpectedClass,
    /// More replies than commands.
    #[error("more replies than commands")]
    Surplus,
    /// The exchange of AUTH could not be followed, or the server could not prove itself.
    #[error("the exchange of AUTH could not be followed")]
    Auth,
}

impl Ending {
    /// The reply, where there was one.
    pub const fn reply(&self) -> Option<&Reply> {
        match self {
            Self::Replied(reply) => Some(reply),
            Self::TimedOut
            | Self::Closed
            | Self::Reset
            | Self::Refused
            | Self::Unreachable
            | Self::NoHost(_)
            | Self::Tls(_)
            | Self::RetryWithoutTls(_)
            | Self::NeedsDowngrade(_)
            | Self::NotSent(_)
            | Self::Protocol(_) => None,
        }
    }

    /// Whether the connection went away, or was silent, without an answer.
    pub const fn is_silence(&self) -> bool {
        matches!(self, Self::TimedOut | Self::Closed | Self::Reset | Self::Protocol(_))
    }
}

impl From<Reply> for Ending {
    fn from(reply: Reply) -> Self {
        Self::Replied(reply)
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replied(reply) => fmt::Display::fmt(reply, f),
            Self::Protocol(fault) => fmt::Display::fmt(fault, f),
            Self::TimedOut => f.write_str("no answer in time"),
            Self::Closed => f.write_str("the peer closed the connection"),
            Self::Reset => f.write_str("the connection broke"),
            Self::Refused => f.write_str("connection refused"),
            Self::Unreachable => f.write_str("host unreachable"),
            Self::NoHost(why) => f.write_str(why.text()),
            Self::Tls(why) => write!(f, "TLS needed, but {}", why.text()),
            Self::RetryWithoutTls(why) => write!(f, "TLS failed ({}), to be tried without", why.text()),
            Self::NeedsDowngrade(what) => f.write_str(what.text()),
            Self::NotSent(why) => write!(f, "not sent: {}", why.text()),
        }
    }
}

impl NoHost {
    const fn text(self) -> &'static str {
        match self {
            Self::NoSuchDomain => "the domain does not exist",
            Self::NullMx => "the domain takes no mail",
            Self::NoAddress => "the domain has no mail host with an address",
            Self::Loop => "the mail host of the domain is this one",
            Self::NotNow => "the name could not be looked up",
        }
    }
}

impl TlsFault {
    const fn text(self) -> &'static str {
        match self {
            Self::NotOffered => "the peer does not offer it",
            Self::Refused => "the peer refused it",
            Self::Handshake => "the handshake failed",
            Self::Certificate => "the certificate is not trusted",
            Self::Policy => "the published policy is not met",
            Self::Injected => "octets stood behind the answer to STARTTLS",
        }
    }
}

impl Downgrade {
    const fn text(self) -> &'static str {
        match self {
            Self::EightBit => "the message is 8-bit and the peer does not take that",
            Self::Binary => {
                "the message has a line over 998 octets, or a line end or NUL as only binary ones have, and the peer does not take that"
            }
            Self::Utf8Address => "an address is not ASCII and the peer does not take that",
            Self::Utf8Headers => "the header fields are not ASCII and the peer does not take that",
        }
    }
}

impl NotSent {
    const fn text(self) -> &'static str {
        match self {
            Self::Aborted => "given up by the caller",
            Self::Contradicted => "the body was not as announced",
            Self::TooBig => "bigger than the peer takes",
            Self::ExtensionMissing => "the peer lacks a needed extension",
            Self::NoLogin => "no login",
            Self::SessionOver => "the connection ended before its turn",
            Self::NextTransaction => "left for the next transaction",
        }
    }
}

/// Where and how an attempt for one recipient ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Attempt {
    stage: Stage,
    ending: Ending,
}

impl Attempt {
    /// An attempt that ended there and so.
    pub const fn new(stage: Stage, ending: Ending) -> Self {
        Self { stage, ending }
    }

    /// Where.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// How.
    pub const fn ending(&self) -> &Ending {
        &self.ending
    }

    /// Whether the peer took the message over: 2yz to the final dot.
    pub fn is_delivered(&self) -> bool {
        self.stage == Stage::Dot && self.ending.reply().is_some_and(Reply::is_completion)
    }

    /// Whether the peer may hold the message though it did not say so: a retry may make a second copy.
    pub const fn may_be_delivered(&self) -> bool {
        self.stage.may_be_delivered() && self.ending.is_silence()
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.stage, self.ending)
    }
}
