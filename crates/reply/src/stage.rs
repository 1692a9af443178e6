//! Where in the conversation an attempt stood.
//!
//! law: the stages are those of RFC 5321 §4.5.3.2 with TLS and AUTH between; each has one name in text

use core::fmt;
use core::str::FromStr;

use thiserror::Error;

/// Where in the conversation an attempt stood when it ended.
///
/// # Examples
///
/// ```
/// use mailwright_reply::Stage;
///
/// assert_eq!(Stage::Recipient.name(), "recipient");
/// assert_eq!("RCPT".parse(), Ok(Stage::Recipient));
/// assert!(Stage::Mail < Stage::Dot);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Stage {
    /// Finding the host and reaching it.
    Connect,
    /// Waiting for the first line of the server.
    Greeting,
    /// EHLO, HELO or LHLO.
    Hello,
    /// The STARTTLS command.
    StartTls,
    /// The TLS handshake, implicit or behind STARTTLS.
    Tls,
    /// AUTH and its exchange.
    Auth,
    /// MAIL.
    Mail,
    /// RCPT.
    Recipient,
    /// The DATA command, before the message.
    Data,
    /// The message on its way: behind 354, or the chunks of BDAT.
    Body,
    /// The final dot or the last chunk: the message is whole at the peer, its answer is due.
    Dot,
    /// RSET between two transactions.
    Reset,
    /// Idle: nothing was asked.
    Idle,
    /// VRFY, EXPN, HELP, NOOP, ETRN.
    Other,
    /// QUIT.
    Quit,
}

/// A name that is no stage's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[error("expected the name of a stage, as `recipient`, or its command, as `RCPT`")]
#[non_exhaustive]
pub struct StageError;

impl Stage {
    /// The name in lower case, as it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Greeting => "greeting",
            Self::Hello => "hello",
            Self::StartTls => "start_tls",
            Self::Tls => "tls",
            Self::Auth => "auth",
            Self::Mail => "mail",
            Self::Recipient => "recipient",
            Self::Data => "data",
            Self::Body => "body",
            Self::Dot => "dot",
            Self::Reset => "reset",
            Self::Idle => "idle",
            Self::Other => "other",
            Self::Quit => "quit",
        }
    }

    /// Whether the peer may hold the whole message though no answer came (RFC 5321 §4.5.3.2.6, RFC 1047).
    pub const fn may_be_delivered(self) -> bool {
        matches!(self, Self::Dot)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The commands and other words that people use for a stage.
const WORDS: &[(&str, Stage)] = &[
    ("connect", Stage::Connect),
    ("greeting", Stage::Greeting),
    ("banner", Stage::Greeting),
    ("hello", Stage::Hello),
    ("ehlo", Stage::Hello),
    ("helo", Stage::Hello),
    ("lhlo", Stage::Hello),
    ("start_tls", Stage::StartTls),
    ("starttls", Stage::StartTls),
    ("tls", Stage::Tls),
    ("auth", Stage::Auth),
    ("mail", Stage::Mail),
    ("recipient", Stage::Recipient),
    ("rcpt", Stage::Recipient),
    ("data", Stage::Data),
    ("body", Stage::Body),
    ("bdat", Stage::Body),
    ("dot", Stage::Dot),
    ("data_end", Stage::Dot),
    ("reset", Stage::Reset),
    ("rset", Stage::Reset),
    ("idle", Stage::Idle),
    ("other", Stage::Other),
    ("quit", Stage::Quit),
];

impl FromStr for Stage {
    type Err = StageError;

    /// Reads the name or the command, in any case.
    ///
    /// # Errors
    ///
    /// [`StageError`] where it is neither.
    fn from_str(text: &str) -> Result<Self, StageError> {
        let found = WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        found.map(|(_, stage)| *stage).ok_or(StageError)
    }
}
