//! What a machine of the conversation gives out.
//!
//! in:  whatever `handle_*` or `answer` was called last      out: the next thing for the caller to do
//! law: after each input, poll until [`Output::Wait`] or [`Output::Close`]; two inputs in a row are still correct

use core::time::Duration;

use bytes::Bytes;

/// What a machine wants done next.
///
/// Both machines give it from `poll_output`. The caller does what it says and polls again, until it is told to wait
/// or to close.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the four things that a caller of a machine can be told to do")]
pub enum Output<E> {
    /// Write these octets to the peer, all of them and in this order. When all that was given so far has been
    /// written, say so with `handle_written`.
    Transmit(Bytes),
    /// Something happened, or a decision is wanted.
    Event(E),
    /// Nothing more to do until the next input.
    Wait {
        /// The time at which `handle_timeout` is due, on the caller's own clock. `None`: no deadline stands.
        until: Option<Duration>,
        /// Whether the machine takes octets of the peer. `false`: leave the socket unread, so that the peer is held
        /// back by its own window.
        read: bool,
    },
    /// The conversation is over: close the connection after everything transmitted has been written. It stays so.
    Close,
}

impl<E> Output<E> {
    /// Gives the event, if this is one.
    pub fn into_event(self) -> Option<E> {
        match self {
            Self::Event(event) => Some(event),
            Self::Transmit(_) | Self::Wait { .. } | Self::Close => None,
        }
    }
}
