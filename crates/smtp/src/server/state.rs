//! What a session remembers of its conversation, apart from its octets.
//!
//! in:  -      out: the states, and what is known in each of them only
//! law: what is known in a place only stands with it, so that it is forgotten with it

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::facts::Hello;
use super::moves::Place;
use crate::ask::Ask;
use crate::body::{BodyDecoder, ChunkDecoder};
#[cfg(feature = "sasl")]
use crate::sasl::Acceptor;

/// What the machine is doing with its input.
#[derive(Clone)]
pub(super) enum State {
    /// The header of the PROXY protocol is awaited.
    Header,
    /// A TLS handshake is under way; `announced`: the embedder was told.
    Handshake { announced: bool },
    /// The greeting is due; `asked`: the embedder decides on it.
    Greeting { asked: bool },
    /// Commands are read.
    Line,
    /// The response to a challenge is read, or the embedder decides.
    #[cfg(feature = "sasl")]
    Login(Box<Exchange>),
    /// A message is read behind DATA.
    Text(Text),
    /// A chunk is read behind BDAT.
    Chunk(Chunk),
    /// The conversation is over.
    Over,
}

/// A login in progress.
#[cfg(feature = "sasl")]
#[derive(Clone)]
pub(super) struct Exchange {
    pub(super) acceptor: Acceptor,
    /// The embedder's own words for a refusal that is still to be said.
    pub(super) refusal: Option<mailwright_reply::Reply>,
}

/// A message behind DATA.
#[derive(Clone)]
pub(super) struct Text {
    pub(super) decoder: BodyDecoder,
    /// Octets of the message that were given to the embedder.
    pub(super) given: u64,
    /// The size limit was passed: the rest is thrown away.
    pub(super) over: bool,
    /// Octets on the wire when the present block began.
    pub(super) block: u64,
    /// How many replies its end has.
    pub(super) replies: u32,
}

/// A chunk.
#[derive(Clone)]
pub(super) struct Chunk {
    pub(super) decoder: ChunkDecoder,
    pub(super) fate: Fate,
    /// Octets left when the present block began.
    pub(super) block: u64,
}

/// What becomes of a chunk.
#[derive(Clone)]
pub(super) enum Fate {
    /// The embedder decides.
    Asked,
    /// Its octets are part of the message.
    Taken,
    /// Its octets are thrown away, then this is said, so many times.
    Dropped(mailwright_reply::Reply, u32),
}

/// How far the conversation has come; what is known in a place only stands with it.
#[derive(Clone)]
pub(super) enum Standing {
    Refused,
    Fresh,
    Hello,
    Transaction(Transaction),
}

/// A transaction: a sender was accepted.
#[derive(Clone)]
pub(super) struct Transaction {
    pub(super) stage: Stage,
    pub(super) binary: bool,
    pub(super) accepted: u32,
    /// Octets of the chunks so far.
    pub(super) octets: u64,
    /// The domains of the accepted recipients, where their number is limited.
    pub(super) domains: Vec<Box<str>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Mail,
    NoRecipient,
    Recipients,
    Chunks,
    Broken,
}

/// What takes effect when the one open question is answered with yes.
#[derive(Clone, Default)]
pub(super) enum Pending {
    #[default]
    Nothing,
    Hello(Hello),
    Mail(Transaction),
    /// The domains of the recipients that are asked about, with their asks.
    Domains(Vec<(Ask, Box<str>)>),
}

#[derive(Clone, Default)]
pub(super) struct Counts {
    pub(super) refusals: u32,
    pub(super) idle: u32,
    #[cfg(feature = "sasl")]
    pub(super) logins: u32,
    pub(super) mails: u32,
    #[cfg(feature = "sasl")]
    pub(super) nonces: u32,
    /// Octets of refused chunks since the last MAIL.
    pub(super) dropped: u64,
}

#[derive(Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks of one machine, all private")]
pub(super) struct Flags {
    /// The client will send no more.
    pub(super) ended: bool,
    /// What is in `out` leaves before anything else is done.
    pub(super) flush: bool,
    /// The replies that are due are those of RCPT commands.
    pub(super) run: bool,
    /// The next line is a command that waits for all answers before it.
    pub(super) barrier: bool,
    /// Nothing goes on before the next input, and no event waits.
    pub(super) resting: bool,
    /// A delay is running.
    pub(super) holding: bool,
    /// The session closes when the message in hand is answered.
    pub(super) stopping: bool,
    /// The input was copied out of its read buffer.
    pub(super) compact: bool,
    /// The read buffer is the caller's, who wants it back.
    pub(super) lent: bool,
}

impl Standing {
    pub(super) const fn place(&self) -> Place {
        match self {
            Self::Refused => Place::Refused,
            Self::Fresh => Place::Fresh,
            Self::Hello => Place::Hello,
            Self::Transaction(transaction) => match transaction.stage {
                Stage::Mail => Place::Mail,
                Stage::NoRecipient => Place::NoRecipient,
                Stage::Recipients => Place::Recipients,
                Stage::Chunks => Place::Chunks,
                Stage::Broken => Place::Broken,
            },
        }
    }
}

impl State {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Header => "Header",
            Self::Handshake { .. } => "Handshake",
            Self::Greeting { .. } => "Greeting",
            Self::Line => "Line",
            #[cfg(feature = "sasl")]
            Self::Login(_) => "Login",
            Self::Text(_) => "Text",
            Self::Chunk(_) => "Chunk",
            Self::Over => "Over",
        }
    }
}
