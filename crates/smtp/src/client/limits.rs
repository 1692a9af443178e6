//! How much and how long: the bounds of a client session.
//!
//! in:  numbers, at setting time      out: the same, read by the machine
//! law: every buffer, count and wait of the machine stands here under a name

use core::time::Duration;

use mailwright_reply as reply;

/// How much a session takes, in octets unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    pub(super) reply: reply::Limits,
    pub(super) challenge: usize,
    pub(super) window: usize,
    pub(super) body: usize,
    pub(super) outgoing: usize,
    pub(super) chunks: usize,
    pub(super) recipients: usize,
}

impl Limits {
    /// Replies of 2048 octets a line, 128 KiB and 16 384 lines; challenges of 12 288; a window of 4096; 8 KiB of body at
    /// once; 8 chunks unanswered; 1000 recipients.
    pub fn new() -> Self {
        Self {
            reply: reply::Limits::default().with_lines(16_384),
            challenge: 12_288,
            window: 4096,
            body: 8 * 1024,
            outgoing: 16 * 1024,
            chunks: 8,
            recipients: 1000,
        }
    }

    /// How long a reply may be.
    #[must_use]
    pub fn with_reply(mut self, limits: reply::Limits) -> Self {
        self.reply = limits;
        self
    }

    /// How many octets of commands may be on their way without a reply. It should be below what the sockets of both sides
    /// buffer: then neither side ever waits for the other to read.
    #[must_use]
    pub fn with_window(mut self, octets: usize) -> Self {
        self.window = octets;
        self
    }

    /// How much of the message is asked for at once; at least 1. Behind BDAT it is also the size of a chunk.
    #[must_use]
    pub fn with_body(mut self, octets: usize) -> Self {
        self.body = octets.max(1);
        self
    }

    /// How many octets may be given out and not yet written before no more of the message is asked for.
    #[must_use]
    pub fn with_outgoing(mut self, octets: usize) -> Self {
        self.outgoing = octets;
        self
    }

    /// How many chunks may be on their way without a reply where pipelining is offered; at least 1.
    #[must_use]
    pub fn with_chunks(mut self, count: usize) -> Self {
        self.chunks = count.max(1);
        self
    }

    /// How many recipients a transaction has at most; at least 1. What the server announces may make it less.
    #[must_use]
    pub fn with_recipients(mut self, count: usize) -> Self {
        self.recipients = count.max(1);
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

/// How long a session waits, per stage. A deadline belongs to the whole reply: octets that drip in do not extend it.
///
/// # RFC
/// RFC 5321 §4.5.3.2
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Deadlines {
    pub(super) greeting: Duration,
    pub(super) hello: Duration,
    pub(super) handshake: Duration,
    pub(super) login: Duration,
    pub(super) mail: Duration,
    pub(super) recipient: Duration,
    pub(super) data: Duration,
    pub(super) block: Duration,
    pub(super) dot: Duration,
    pub(super) quit: Duration,
    pub(super) total: Option<Duration>,
}

impl Deadlines {
    /// The times of RFC 5321 §4.5.3.2; 5 min where it gives none, 30 s for QUIT, and no end for the whole.
    pub const fn new() -> Self {
        Self {
            greeting: MINUTES_5,
            hello: MINUTES_5,
            handshake: Duration::from_secs(120),
            login: MINUTES_5,
            mail: MINUTES_5,
            recipient: MINUTES_5,
            data: Duration::from_secs(120),
            block: Duration::from_secs(180),
            dot: Duration::from_secs(600),
            quit: Duration::from_secs(30),
            total: None,
        }
    }

    /// For the greeting: 5 min.
    #[must_use]
    pub const fn with_greeting(mut self, time: Duration) -> Self {
        self.greeting = time;
        self
    }

    /// For the reply to EHLO, HELO, LHLO, STARTTLS and RSET: 5 min.
    #[must_use]
    pub const fn with_hello(mut self, time: Duration) -> Self {
        self.hello = time;
        self
    }

    /// For the TLS handshake: 2 min.
    #[must_use]
    pub const fn with_handshake(mut self, time: Duration) -> Self {
        self.handshake = time;
        self
    }

    /// For each challenge, and the last reply, of AUTH: 5 min.
    #[must_use]
    pub const fn with_login(mut self, time: Duration) -> Self {
        self.login = time;
        self
    }

    /// For the reply to MAIL: 5 min.
    #[must_use]
    pub const fn with_mail(mut self, time: Duration) -> Self {
        self.mail = time;
        self
    }

    /// For the reply to each RCPT: 5 min.
    #[must_use]
    pub const fn with_recipient(mut self, time: Duration) -> Self {
        self.recipient = time;
        self
    }

    /// For the reply to DATA: 2 min.
    #[must_use]
    pub const fn with_data(mut self, time: Duration) -> Self {
        self.data = time;
        self
    }

    /// For the peer to take what was transmitted, and for the reply to a chunk: 3 min.
    #[must_use]
    pub const fn with_block(mut self, time: Duration) -> Self {
        self.block = time;
        self
    }

    /// For the reply to the whole message: 10 min.
    #[must_use]
    pub const fn with_dot(mut self, time: Duration) -> Self {
        self.dot = time;
        self
    }

    /// For the reply to QUIT: 30 s.
    #[must_use]
    pub const fn with_quit(mut self, time: Duration) -> Self {
        self.quit = time;
        self
    }

    /// For the session as a whole, counted from its start. `None`: as long as it lasts.
    #[must_use]
    pub const fn with_total(mut self, time: Option<Duration>) -> Self {
        self.total = time;
        self
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        Self::new()
    }
}

const MINUTES_5: Duration = Duration::from_secs(300);
