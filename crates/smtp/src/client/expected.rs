//! Names the replies that are due, in order, and until when the first of them may come.
//!
//! law: a reply belongs to the oldest command that has none yet (RFC 2920 §3.2)

use alloc::collections::VecDeque;
use core::time::Duration;

use mailwright_reply::Stage;

use super::limits::Deadlines;
use super::session::{Phase, REPLY, Session};

/// The replies that are due.
#[derive(Clone, Debug, Default)]
pub(super) struct Due {
    queue: VecDeque<Expected>,
    octets: usize,
}

impl Due {
    pub(super) fn push(&mut self, to: To, octets: usize) {
        self.octets = self.octets.saturating_add(octets);
        self.queue.push_back(Expected { to, octets });
    }

    pub(super) fn pop(&mut self) -> Option<Expected> {
        let expected = self.queue.pop_front()?;
        self.octets = self.octets.saturating_sub(expected.octets);
        Some(expected)
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn front(&self) -> Option<&Expected> {
        self.queue.front()
    }

    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Octets of commands that have no reply yet.
    pub(super) const fn octets(&self) -> usize {
        self.octets
    }
}

impl Session {
    /// Writes down that a reply is due.
    pub(super) fn expect(&mut self, to: To, octets: usize) {
        self.expected.push(to, octets);
        if self.expected.len() == 1 {
            self.arm();
        }
    }

    /// Sets the deadline of the reply that is due first.
    pub(super) fn arm(&mut self) {
        match self.expected.front() {
            Some(expected) => {
                let time = expected.to.deadline(&self.settings.deadlines);
                self.timers.set(REPLY, self.now.after(time));
            }
            None => self.timers.clear(REPLY),
        }
    }

    /// The stage that the session stands in: that of the reply that is due, if one is.
    pub(super) fn stage(&self) -> Stage {
        if matches!(self.phase, Phase::Message) {
            // Whichever reply is due first: the peer may have the whole message.
            return Stage::Dot;
        }
        if let Some(expected) = self.expected.front() {
            return expected.to.stage();
        }
        match self.phase {
            Phase::Handshake => Stage::Tls,
            Phase::Greeting => Stage::Greeting,
            Phase::Hello(_) => Stage::Hello,
            Phase::StartTls => Stage::StartTls,
            #[cfg(feature = "sasl")]
            Phase::Auth(_) => Stage::Auth,
            Phase::Reset => Stage::Reset,
            Phase::Commands => Stage::Mail,
            Phase::Body => Stage::Body,
            Phase::Message => Stage::Dot,
            Phase::Quit => Stage::Quit,
            Phase::Idle | Phase::Over => Stage::Idle,
        }
    }
}

/// A reply that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) to: To,
    /// The length of its command.
    octets: usize,
}

/// What the reply is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    Greeting,
    Hello,
    StartTls,
    #[cfg(feature = "sasl")]
    Auth,
    Reset,
    Mail,
    Recipient(usize),
    Data,
    /// A chunk that is not the last.
    Chunk,
    /// The whole message, for all accepted recipients.
    Message,
    /// The whole message, for one recipient of LMTP.
    MessageFor(usize),
    /// A dot that was sent only because 354 was said though nobody was accepted.
    LoneDot,
    Quit,
}

impl To {
    pub(super) const fn stage(self) -> Stage {
        match self {
            Self::Greeting => Stage::Greeting,
            Self::Hello => Stage::Hello,
            Self::StartTls => Stage::StartTls,
            #[cfg(feature = "sasl")]
            Self::Auth => Stage::Auth,
            Self::Reset => Stage::Reset,
            Self::Mail => Stage::Mail,
            Self::Recipient(_) => Stage::Recipient,
            Self::Data | Self::LoneDot => Stage::Data,
            Self::Chunk => Stage::Body,
            Self::Message | Self::MessageFor(_) => Stage::Dot,
            Self::Quit => Stage::Quit,
        }
    }

    pub(super) const fn deadline(self, deadlines: &Deadlines) -> Duration {
        match self {
            Self::Greeting => deadlines.greeting,
            Self::Hello | Self::StartTls | Self::Reset => deadlines.hello,
            #[cfg(feature = "sasl")]
            Self::Auth => deadlines.login,
            Self::Mail => deadlines.mail,
            Self::Recipient(_) => deadlines.recipient,
            Self::Data => deadlines.data,
            Self::Chunk => deadlines.block,
            Self::Message | Self::MessageFor(_) | Self::LoneDot => deadlines.dot,
            Self::Quit => deadlines.quit,
        }
    }
}
