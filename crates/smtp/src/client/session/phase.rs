//! What a session can be doing.
//!
//! law: each phase holds what is known then and no longer

#[cfg(feature = "sasl")]
use alloc::boxed::Box;

#[cfg(feature = "sasl")]
use crate::client::login::Login;

/// What the session is doing.
#[derive(Clone, Debug)]
pub(in crate::client) enum Phase {
    /// The caller shakes hands.
    Handshake,
    Greeting,
    /// EHLO, LHLO or HELO was said.
    Hello(HelloVerb),
    StartTls,
    #[cfg(feature = "sasl")]
    Auth(Box<Login>),
    /// Nothing is due.
    Idle,
    Reset,
    /// MAIL, RCPT and DATA are on their way.
    Commands,
    /// The message is on its way.
    Body,
    /// The whole message is on its way.
    Message,
    Quit,
    Over,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::client) enum HelloVerb {
    Extended,
    Helo,
}
