//! The choices of a server, each with its strict default.
//!
//! in:  -      out: names for what is offered, asked, demanded and forgiven
//! law: no pair of bools; a leniency is a variant, and never the default

use core::fmt;

/// Which protocol the listener speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 and RFC 2033")]
pub enum Protocol {
    /// SMTP: HELO and EHLO, one reply per message.
    #[default]
    Smtp,
    /// LMTP: LHLO, one reply per accepted recipient of a message.
    Lmtp,
}

/// How TLS comes to the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 3207 and RFC 8314")]
pub enum TlsMode {
    /// Not at all.
    #[default]
    None,
    /// By the command STARTTLS (RFC 3207).
    StartTls,
    /// Before the greeting (RFC 8314 §3.3): the first input of the session is `handle_tls`.
    Implicit,
}

/// Whether something must come before MAIL. Where it is TLS, no login is taken before it either: 538 5.7.11.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "yes or no, by name")]
pub enum Demand {
    /// It may.
    #[default]
    Optional,
    /// It must: MAIL is answered 530 5.7.0 before.
    Required,
}

/// Which mechanisms are offered on a connection without TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClearLogins {
    /// None: AUTH is answered 538 5.7.11.
    #[default]
    Never,
    /// Those that never show the secret; the others are answered 538 5.7.11.
    ProofOnly,
    /// All; for loopback and tests.
    Allowed,
}

/// A question that the settings may switch on or off. The end of a message and a login are always asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Asked {
    /// `Connected`; unasked: the greeting is 220.
    Connected,
    /// `Hello`; unasked: 250.
    Hello,
    /// `Mail`; asked unless taken out, then 250.
    Mail,
    /// `Recipient`; asked unless taken out, then 250.
    Recipient,
    /// `Data`; unasked: 354.
    Data,
    /// `Verify`; unasked: 252.
    Verify,
    /// `Expand`; unasked: 502.
    Expand,
    /// `Etrn`; unasked: 458 4.3.0, unable to queue.
    Etrn,
}

/// What happens when octets stand behind STARTTLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the two safe answers")]
pub enum Injected {
    /// They are thrown away, with a notice, and TLS begins.
    #[default]
    Discard,
    /// 554 5.5.1, and the connection is closed.
    Refuse,
}

/// What happens when a peer talks out of turn: before the greeting, or behind a command that must end a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the three things that can be done")]
pub enum Talker {
    /// Nothing.
    Ignore,
    /// A notice.
    #[default]
    Flag,
    /// A notice, 554 5.5.1, and the connection is closed.
    Refuse,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Smtp => "SMTP",
            Self::Lmtp => "LMTP",
        })
    }
}
