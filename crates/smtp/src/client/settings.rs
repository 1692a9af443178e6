//! How a client speaks: what it demands, tries and forgives.
//!
//! in:  choices of the caller, checked when they are made      out: one value that all sessions to a peer may share
//! law: strict unless a named switch says otherwise; nothing here can be changed while a session runs

use mailwright_address::Host;
use mailwright_reply as reply;

use super::limits::{Deadlines, Limits};
use crate::OutgoingNewlines;
#[cfg(feature = "sasl")]
use crate::sasl::{ClearText, Credentials};

/// Which protocol the server speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 and RFC 2033")]
pub enum Protocol {
    /// SMTP: EHLO, one reply per message.
    #[default]
    Smtp,
    /// LMTP: LHLO, one reply per accepted recipient of a message.
    Lmtp,
}

/// Whether a connection is encrypted, and what happens where it cannot be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the four things that can be asked for")]
pub enum TlsPolicy {
    /// In clear text, whatever is offered.
    Never,
    /// By STARTTLS where it is offered. A handshake that fails ends the connection with
    /// [`Ending::RetryWithoutTls`](reply::Ending::RetryWithoutTls); a certificate is reported, not demanded.
    #[default]
    Opportunistic,
    /// By STARTTLS, or not at all: nothing but EHLO and STARTTLS leaves in clear text.
    Required,
    /// Before the greeting (RFC 8314 §3.3).
    Implicit,
}

/// Whether commands are sent before the replies to earlier ones have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "used or not")]
pub enum Pipelining {
    /// Where the server offers it.
    #[default]
    WhenOffered,
    /// Never, for peers behind a box that breaks it.
    Never,
}

/// Whether the message travels behind BDAT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the three things that can be asked for")]
pub enum Chunking {
    /// Never: a binary message then needs another form.
    Never,
    /// Where the message is binary.
    WhenNeeded,
    /// Wherever the server offers it.
    #[default]
    WhenOffered,
}

/// When RSET is sent.
///
/// No server has seen it before the first message: some count it as junk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the two habits there are")]
pub enum Resets {
    /// Where a transaction was left open at the server.
    #[default]
    WhenNeeded,
    /// Between any two transactions.
    BetweenMessages,
}

/// When QUIT is sent after a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "before or after the reply")]
pub enum Quitting {
    /// After the reply to the message.
    #[default]
    AfterReply,
    /// Behind the message, if the session is told to end before its end. It saves a round trip, and a box that breaks
    /// the replies apart may cost the message.
    BehindMessage,
}

/// What becomes of recipients that do not fit into one transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the two things that can be done")]
pub enum Surplus {
    /// They follow in the next transaction on the same connection; the message is asked for again from its start.
    #[default]
    Follow,
    /// They end as [`NotSent::NextTransaction`](reply::NotSent::NextTransaction).
    Report,
}

/// What becomes of a message that the path is not known to carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "reported or sent")]
pub enum Unfit {
    /// It ends as [`Ending::NeedsDowngrade`](reply::Ending::NeedsDowngrade) before MAIL.
    #[default]
    Report,
    /// It is sent as it is; most servers of today take it.
    Send,
}

/// How a client speaks.
///
/// # Examples
/// ```
/// use mailwright_smtp::client::{Pipelining, Settings, TlsPolicy};
///
/// let settings = Settings::new("client.example.org".parse()?)
///     .with_tls(TlsPolicy::Required)
///     .with_pipelining(Pipelining::Never);
/// assert_eq!(settings.tls(), TlsPolicy::Required);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    pub(super) hello: Host,
    pub(super) protocol: Protocol,
    pub(super) tls: TlsPolicy,
    pub(super) pipelining: Pipelining,
    pub(super) chunking: Chunking,
    pub(super) resets: Resets,
    pub(super) quitting: Quitting,
    pub(super) surplus: Surplus,
    pub(super) eight_bit: Unfit,
    pub(super) long_lines: Unfit,
    pub(super) newlines: OutgoingNewlines,
    pub(super) leniency: reply::Leniency,
    pub(super) any_greeting: bool,
    pub(super) limits: Limits,
    pub(super) deadlines: Deadlines,
    #[cfg(feature = "sasl")]
    pub(super) credentials: Option<Credentials>,
    #[cfg(feature = "sasl")]
    pub(super) clear_text: ClearText,
}

impl Settings {
    /// Names us: the argument of EHLO. All else has the default of its type.
    pub fn new(hello: Host) -> Self {
        Self {
            hello,
            protocol: Protocol::default(),
            tls: TlsPolicy::default(),
            pipelining: Pipelining::default(),
            chunking: Chunking::default(),
            resets: Resets::default(),
            quitting: Quitting::default(),
            surplus: Surplus::default(),
            eight_bit: Unfit::default(),
            long_lines: Unfit::default(),
            newlines: OutgoingNewlines::default(),
            leniency: reply::Leniency::default(),
            any_greeting: false,
            limits: Limits::default(),
            deadlines: Deadlines::default(),
            #[cfg(feature = "sasl")]
            credentials: None,
            #[cfg(feature = "sasl")]
            clear_text: ClearText::default(),
        }
    }

    /// Chooses the protocol.
    #[must_use]
    pub fn with_protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }

    /// Chooses how TLS comes to the connection.
    #[must_use]
    pub fn with_tls(mut self, policy: TlsPolicy) -> Self {
        self.tls = policy;
        self
    }

    /// Switches pipelining off, or on again.
    #[must_use]
    pub fn with_pipelining(mut self, pipelining: Pipelining) -> Self {
        self.pipelining = pipelining;
        self
    }

    /// Chooses when the message travels behind BDAT.
    #[must_use]
    pub fn with_chunking(mut self, chunking: Chunking) -> Self {
        self.chunking = chunking;
        self
    }

    /// Chooses when RSET is sent.
    #[must_use]
    pub fn with_resets(mut self, resets: Resets) -> Self {
        self.resets = resets;
        self
    }

    /// Chooses when QUIT is sent.
    #[must_use]
    pub fn with_quitting(mut self, quitting: Quitting) -> Self {
        self.quitting = quitting;
        self
    }

    /// Chooses what becomes of recipients that do not fit into one transaction.
    #[must_use]
    pub fn with_surplus(mut self, surplus: Surplus) -> Self {
        self.surplus = surplus;
        self
    }

    /// Leniency: sends octets above 127 of the body also where 8BITMIME is not offered.
    #[must_use]
    pub fn with_eight_bit(mut self, unfit: Unfit) -> Self {
        self.eight_bit = unfit;
        self
    }

    /// Leniency: sends lines of more than 1000 octets also where the message is not sent as binary.
    #[must_use]
    pub fn with_long_lines(mut self, unfit: Unfit) -> Self {
        self.long_lines = unfit;
        self
    }

    /// Chooses what becomes of a CR or LF that stands alone in a message.
    #[must_use]
    pub fn with_newlines(mut self, newlines: OutgoingNewlines) -> Self {
        self.newlines = newlines;
        self
    }

    /// Leniencies in the replies of the server.
    #[must_use]
    pub fn with_leniency(mut self, leniency: reply::Leniency) -> Self {
        self.leniency = leniency;
        self
    }

    /// Leniency: takes any 2yz for a greeting, where RFC 5321 §4.2 knows 220 alone.
    #[must_use]
    pub fn with_any_greeting(mut self) -> Self {
        self.any_greeting = true;
        self
    }

    /// How much a session takes.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How long a session waits.
    #[must_use]
    pub fn with_deadlines(mut self, deadlines: Deadlines) -> Self {
        self.deadlines = deadlines;
        self
    }

    /// Logs in before the first transaction; a session that cannot ends.
    #[cfg(feature = "sasl")]
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Chooses which mechanisms may be used without TLS.
    #[cfg(feature = "sasl")]
    #[must_use]
    pub fn with_clear_text(mut self, clear_text: ClearText) -> Self {
        self.clear_text = clear_text;
        self
    }

    /// The protocol.
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// How TLS comes to the connection.
    pub const fn tls(&self) -> TlsPolicy {
        self.tls
    }

    /// How long a session waits.
    pub const fn deadlines(&self) -> &Deadlines {
        &self.deadlines
    }

    /// Whether what was agreed with a server under these settings is what the others want.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        let same = self.hello == other.hello && self.protocol == other.protocol && self.tls == other.tls;
        #[cfg(feature = "sasl")]
        let same = same && self.credentials == other.credentials && self.clear_text == other.clear_text;
        same
    }
}
