//! How much, how long and how often: the bounds of a session.
//!
//! in:  numbers, at setting time      out: the same, read by the machine
//! law: every buffer, count and wait of the machine stands here under a name

use core::time::Duration;

use crate::timer::Span;

/// How much a session takes.
///
/// Octets, unless said otherwise. The floors of RFC 5321 §4.5.3.1 are kept: a smaller number is raised to its floor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    pub(crate) command_line: usize,
    pub(crate) login_line: usize,
    pub(crate) text_line: Option<u64>,
    pub(crate) recipients: u32,
    pub(crate) outgoing: usize,
    pub(crate) overrun: u64,
    pub(crate) line_overrun: u64,
}

impl Limits {
    /// The numbers of RFC 5321 §4.5.3.1 and RFC 4954 §4 where they give one.
    pub const fn new() -> Self {
        Self {
            command_line: 512,
            login_line: 12_288,
            text_line: Some(1000),
            recipients: 100,
            outgoing: 16 * 1024,
            overrun: 16 * 1024 * 1024,
            line_overrun: 64 * 1024,
        }
    }

    /// The longest command line, CR LF included, before what each extension adds to it; at least 512.
    #[must_use]
    pub const fn with_command_line(mut self, octets: usize) -> Self {
        self.command_line = if octets < 512 { 512 } else { octets };
        self
    }

    /// The longest line of a message, CR LF included and counted after unstuffing; at least 1000. `None`: any.
    #[must_use]
    pub const fn with_text_line(mut self, octets: Option<u64>) -> Self {
        self.text_line = match octets {
            Some(octets) if octets < 1000 => Some(1000),
            other => other,
        };
        self
    }

    /// The most recipients of one transaction; at least 100. The next is answered 452 4.5.3.
    #[must_use]
    pub const fn with_recipients(mut self, count: u32) -> Self {
        self.recipients = if count < 100 { 100 } else { count };
        self
    }

    /// The most octets that may be given out and not yet written. Above it nothing more is read.
    #[must_use]
    pub const fn with_outgoing(mut self, octets: usize) -> Self {
        self.outgoing = octets;
        self
    }

    /// How many octets of a refused or too large message are thrown away before the connection is closed instead.
    #[must_use]
    pub const fn with_overrun(mut self, octets: u64) -> Self {
        self.overrun = octets;
        self
    }

    /// How many octets of a too long line are thrown away before the connection is closed instead; at least 64 KiB.
    #[must_use]
    pub const fn with_line_overrun(mut self, octets: u64) -> Self {
        self.line_overrun = if octets < 65_536 { 65_536 } else { octets };
        self
    }

    /// The most recipients of one transaction.
    pub const fn recipients(&self) -> u32 {
        self.recipients
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

/// How long a session waits, per stage. A deadline belongs to its stage: octets that drip in do not extend it.
///
/// # RFC
/// RFC 5321 §4.5.3.2; the asks are shorter than what the client waits, so that an answer still reaches it
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Deadlines {
    pub(crate) header: Span,
    pub(crate) handshake: Span,
    pub(crate) command: Span,
    pub(crate) block: Span,
    pub(crate) block_octets: u64,
    pub(crate) write: Span,
    pub(crate) ask: Span,
    pub(crate) ask_data: Span,
    pub(crate) ask_end_of_body: Span,
}

impl Deadlines {
    /// The times of RFC 5321 §4.5.3.2.
    pub const fn new() -> Self {
        Self {
            header: Span::of(Duration::from_secs(30)),
            handshake: Span::of(Duration::from_secs(60)),
            command: Span::of(Duration::from_secs(300)),
            block: Span::of(Duration::from_secs(180)),
            block_octets: 1000,
            write: Span::of(Duration::from_secs(300)),
            ask: Span::of(Duration::from_secs(240)),
            ask_data: Span::of(Duration::from_secs(90)),
            ask_end_of_body: Span::of(Duration::from_secs(540)),
        }
    }

    /// For the header of the PROXY protocol: 30 s.
    #[must_use]
    pub const fn with_header(mut self, time: Duration) -> Self {
        self.header = Span::of(time);
        self
    }

    /// For the TLS handshake: 1 min.
    #[must_use]
    pub const fn with_handshake(mut self, time: Duration) -> Self {
        self.handshake = Span::of(time);
        self
    }

    /// For the next command, or response to a challenge, from the reply before it to its last octet: 5 min.
    #[must_use]
    pub const fn with_command(mut self, time: Duration) -> Self {
        self.command = Span::of(time);
        self
    }

    /// For each block of a message: in every `time` at least `octets` must come. 3 min and 1000 octets.
    ///
    /// A minimum data rate is set here: 500 octets a second, measured over a minute, are `(60 s, 30 000)`.
    #[must_use]
    pub const fn with_block(mut self, time: Duration, octets: u64) -> Self {
        self.block = Span::of(time);
        self.block_octets = octets;
        self
    }

    /// For the peer to take what was transmitted: 5 min.
    #[must_use]
    pub const fn with_write(mut self, time: Duration) -> Self {
        self.write = Span::of(time);
        self
    }

    /// For the embedder's answers but the next two: 4 min.
    #[must_use]
    pub const fn with_ask(mut self, time: Duration) -> Self {
        self.ask = Span::of(time);
        self
    }

    /// For the embedder's answer to DATA: 90 s.
    #[must_use]
    pub const fn with_ask_data(mut self, time: Duration) -> Self {
        self.ask_data = Span::of(time);
        self
    }

    /// For the embedder's answer to the end of the message: 9 min.
    #[must_use]
    pub const fn with_ask_end_of_body(mut self, time: Duration) -> Self {
        self.ask_end_of_body = Span::of(time);
        self
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        Self::new()
    }
}

/// How often a peer may err before it is told 421 4.7.0 and left.
///
/// The first three counts begin again with each message that was accepted.
///
/// # RFC
/// RFC 5321 §7.8, §4.2.1 (421)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Budget {
    pub(crate) errors: u32,
    pub(crate) refusals: u32,
    pub(crate) idle: u32,
    pub(crate) logins: u32,
}

impl Budget {
    /// 20 errors, 500 refusals, 100 idle commands, 3 failed logins.
    pub const fn new() -> Self {
        Self { errors: 20, refusals: 500, idle: 100, logins: 3 }
    }

    /// Commands that are unknown, malformed or out of order.
    #[must_use]
    pub const fn with_errors(mut self, count: u32) -> Self {
        self.errors = count;
        self
    }

    /// Senders, recipients and messages that were refused, by the embedder or by a limit.
    #[must_use]
    pub const fn with_refusals(mut self, count: u32) -> Self {
        self.refusals = count;
        self
    }

    /// Commands that bring a message no further: NOOP, RSET, HELP, VRFY, EXPN, ETRN, and every hello.
    #[must_use]
    pub const fn with_idle(mut self, count: u32) -> Self {
        self.idle = count;
        self
    }

    /// Logins that failed. The count never begins again.
    #[must_use]
    pub const fn with_logins(mut self, count: u32) -> Self {
        self.logins = count;
        self
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new()
    }
}

/// What is let pass before a reply leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Delays {
    pub(crate) greeting: Duration,
    pub(crate) reply: Duration,
    pub(crate) error: Duration,
    pub(crate) error_after: u32,
    pub(crate) login: Duration,
}

impl Delays {
    /// None at all.
    pub const fn new() -> Self {
        Self {
            greeting: Duration::ZERO,
            reply: Duration::ZERO,
            error: Duration::ZERO,
            error_after: 0,
            login: Duration::ZERO,
        }
    }

    /// Before the greeting: whoever talks in that time is an early talker.
    #[must_use]
    pub const fn with_greeting(mut self, time: Duration) -> Self {
        self.greeting = time;
        self
    }

    /// Before each reply.
    #[must_use]
    pub const fn with_reply(mut self, time: Duration) -> Self {
        self.reply = time;
        self
    }

    /// Before each reply to an error, from the error after `count` on.
    #[must_use]
    pub const fn with_error(mut self, time: Duration, count: u32) -> Self {
        self.error = time;
        self.error_after = count;
        self
    }

    /// Before the reply to a failed login, times the number of failures.
    #[must_use]
    pub const fn with_login(mut self, time: Duration) -> Self {
        self.login = time;
        self
    }
}
