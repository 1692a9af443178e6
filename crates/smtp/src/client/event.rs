//! What a client session tells its caller, and what the caller may not do.
//!
//! law: each recipient of a transaction has exactly one [`Event::Recipient`], whatever the server does

use mailwright_reply::Attempt;

/// Something happened, or the caller has to act.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Greeted, said hello, and as the settings have it encrypted and logged in: a transaction can begin. One that was
    /// given before begins by itself.
    Ready,
    /// Do the TLS handshake on the connection, then call `handle_tls`.
    StartTls,
    /// The server takes the message: give at most so many octets to `handle_body`, or end it with `finish_body` or
    /// `abort_body`.
    WantBody(usize),
    /// The message will be asked for again, from its first octet: some recipients follow in another transaction.
    Rewind,
    /// This recipient is done.
    Recipient {
        /// Its place in the envelope, from 0.
        index: usize,
        /// Where and how its attempt ended.
        attempt: Attempt,
    },
    /// Every recipient is done. The session takes another transaction, unless [`Event::Ended`] follows.
    Finished,
    /// Worth a line in a log.
    Notice(Notice),
    /// The session is over, not by our wish. It takes no transaction any more.
    Ended(Attempt),
}

/// Worth a line in a log, and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Notice {
    /// The server knows no EHLO: there are no extensions.
    HeloOnly,
    /// STARTTLS was refused, and the policy lets the session go on in clear text.
    TlsRefused,
    /// The envelope asks for delivery notifications, and the server does not offer DSN: nobody will send them.
    DsnNotOffered,
    /// The server did not take a mechanism of AUTH that it offers; another is tried.
    MechanismRefused,
}

/// The caller did what it may not do in this state. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum MisuseError {
    /// A transaction is not over yet.
    #[error("a transaction is still open")]
    Busy,
    /// The session has ended, or was told to.
    #[error("the session takes no transaction any more")]
    Over,
    /// The envelope names nobody.
    #[error("the envelope has no recipient")]
    NoRecipients,
    /// No octets of a message were asked for.
    #[error("the message is not asked for")]
    NotWanted,
    /// More octets than were asked for.
    #[error("more octets than were asked for")]
    TooMuch,
}
