//! Names the replies that are due, in order.
//!
//! law: a reply belongs to the oldest command that has none yet (RFC 2920 §3.2)

use alloc::collections::VecDeque;
use core::time::Duration;

use mailwright_reply::Stage;

use super::limits::Deadlines;

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
