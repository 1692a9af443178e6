//! What a session tells, and what it asks.
//!
//! in:  -      out: events that own what they carry
//! law: an event with an [`Ask`] waits for its answer; all others only tell

use alloc::boxed::Box;
use alloc::vec::Vec;

use bytes::Bytes;
use mailwright_address::{Envid, ForwardPath, Notify, Orcpt, Ret, ReversePath};

use super::facts::Hello;
use crate::ask::{Ask, Asks};
use crate::body::BodyFindings;
use crate::parameter::{
    AuthIdentity, BodyType, DeliverBy, EnvidRef, Hold, Mail, OrcptRef, OtherParameters, Priority, Rcpt,
};
#[cfg(feature = "sasl")]
use crate::sasl::{Mechanism, Question};

/// What happened, or what is wanted.
///
/// # RFC
/// RFC 5321 §3, §4.1.1
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A peer has connected: 220, 554, 521 or 421?
    Connected {
        /// Answer it.
        ask: Ask,
    },
    /// HELO, EHLO or LHLO. A refused one changes nothing.
    Hello {
        /// Answer it.
        ask: Ask,
        /// What the peer calls itself; it stands in the facts when it is accepted.
        hello: Hello,
    },
    /// A question of a login. Several may come in one exchange.
    #[cfg(feature = "sasl")]
    Login {
        /// Answer it, with `Verdict::login`, or with accept, refuse or close.
        ask: Ask,
        /// The mechanism.
        mechanism: Mechanism,
        /// The question.
        question: Box<Question>,
    },
    /// A sender. Accepted, it opens a transaction.
    Mail {
        /// Answer it.
        ask: Ask,
        /// The sender.
        path: ReversePath,
        /// The parameters, each checked against what is offered.
        parameters: MailParameters,
    },
    /// A recipient. Several of these may be open at once, and be answered in any order.
    Recipient {
        /// Answer it.
        ask: Ask,
        /// The recipient.
        path: ForwardPath,
        /// The parameters, each checked against what is offered.
        parameters: RecipientParameters,
    },
    /// The client wants to send the message: DATA, or the first BDAT.
    Data {
        /// Answer it.
        ask: Ask,
    },
    /// Octets of the message, in order, dots removed.
    Body(Bytes),
    /// The message is complete. Accept it when it is safe: from the accepting answer on it is ours.
    EndOfBody {
        /// Answer each of them.
        asks: Asks,
        /// What was seen in the message.
        findings: BodyFindings,
    },
    /// VRFY, with its argument.
    Verify {
        /// Answer it.
        ask: Ask,
        /// The argument.
        argument: Bytes,
    },
    /// EXPN, with its argument.
    Expand {
        /// Answer it.
        ask: Ask,
        /// The argument.
        argument: Bytes,
    },
    /// ETRN, with its argument.
    Etrn {
        /// Answer it.
        ask: Ask,
        /// The argument.
        argument: Bytes,
    },
    /// Begin the TLS handshake as soon as all that was transmitted is written, then call `handle_tls`.
    StartTls {
        /// The first octets of the client's handshake, where they were read together with a PROXY header. Always
        /// empty behind the command STARTTLS: what a client sends in clear is never taken for TLS.
        ahead: Bytes,
    },
    /// The transaction is gone without having been accepted: forget its sender, recipients and octets.
    Aborted(Abort),
    /// This ask is not open any more; its peer was told the deferral, or is gone.
    Withdrawn(Ask),
    /// Something for the log.
    Notice(Notice),
}

/// Why a transaction is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Abort {
    /// RSET.
    Reset,
    /// A second hello.
    Hello,
    /// The machine refused the message: too large, a bare newline, a line too long, a broken chunk.
    Refused,
    /// The peer ended the connection, or said QUIT.
    Ended,
    /// A deadline of the peer passed.
    TimedOut,
    /// The session was closed from this side.
    Closed,
}

/// Something for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Notice {
    /// The peer talked before the greeting.
    EarlyTalker,
    /// The peer did not wait for the reply to a command that ends a group.
    OutOfTurn,
    /// This many octets stood behind STARTTLS and were thrown away.
    Injected(u64),
    /// The peer does not speak SMTP.
    WrongProtocol(Foreign),
    /// A command line was longer than its limit.
    LineTooLong,
    /// A command line held a CR or LF alone, or a zero octet.
    BadLine,
    /// A budget is used up; the session closes.
    Budget,
    /// A login failed.
    LoginFailed,
    /// A peer that is not trusted sent XCLIENT, or connected where the PROXY header is required.
    NotTrusted,
    /// The header of the PROXY protocol was malformed or missing.
    ProxyHeader,
    /// A deadline of the peer passed.
    TimedOut,
    /// The message is larger than is taken.
    TooLarge,
    /// The embedder's own answer to this command came too late.
    Deferred,
}

/// A protocol that is not SMTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Foreign {
    /// HTTP: a request line.
    Http,
    /// TLS: a handshake where none is expected.
    Tls,
}

/// The parameters of a MAIL, each checked against what was offered. Without any it is a null pointer.
///
/// # RFC
/// RFC 5321 §4.1.1.11
#[derive(Clone, Debug, Default)]
pub struct MailParameters(Option<Box<MailValues>>);

#[derive(Clone, Debug)]
struct MailValues {
    size: Option<u64>,
    body: Option<BodyType>,
    smtputf8: bool,
    requiretls: bool,
    ret: Option<Ret>,
    envid: Option<Envid>,
    auth: Option<ReversePath>,
    priority: Option<Priority>,
    deliver_by: Option<DeliverBy>,
    hold: Option<Hold>,
    other: Vec<Other>,
}

/// The parameters of a RCPT, each checked against what was offered. Without any it is a null pointer.
///
/// # RFC
/// RFC 3461 §4.1, §4.2
#[derive(Clone, Debug, Default)]
pub struct RecipientParameters(Option<Box<RecipientValues>>);

#[derive(Clone, Debug)]
struct RecipientValues {
    notify: Option<Notify>,
    orcpt: Option<Orcpt>,
    other: Vec<Other>,
}

/// A keyword and its value.
type Other = (Box<str>, Option<Box<str>>);

impl MailParameters {
    pub(crate) fn of(mail: &Mail<'_>) -> Self {
        let plain = mail.size().is_none() && mail.body().is_none() && !mail.smtputf8() && !mail.requiretls();
        let bare = mail.ret().is_none() && mail.envid().is_none() && mail.auth().is_none();
        let timeless = mail.priority().is_none() && mail.deliver_by().is_none() && mail.hold().is_none();
        if plain && bare && timeless && mail.other().is_empty() {
            return Self(None);
        }
        Self(Some(Box::new(MailValues {
            size: mail.size(),
            body: mail.body(),
            smtputf8: mail.smtputf8(),
            requiretls: mail.requiretls(),
            ret: mail.ret(),
            envid: mail.envid().and_then(EnvidRef::to_envid),
            auth: mail.auth().and_then(AuthIdentity::to_path),
            priority: mail.priority(),
            deliver_by: mail.deliver_by(),
            hold: mail.hold(),
            other: owned(&mail.other()),
        })))
    }

    /// SIZE: the declared length of the message in octets (RFC 1870).
    pub fn size(&self) -> Option<u64> {
        self.0.as_ref()?.size
    }

    /// BODY (RFC 6152, RFC 3030).
    pub fn body(&self) -> Option<BodyType> {
        self.0.as_ref()?.body
    }

    /// Whether SMTPUTF8 is in force (RFC 6531).
    pub fn smtputf8(&self) -> bool {
        self.0.as_ref().is_some_and(|values| values.smtputf8)
    }

    /// Whether every further hop must use TLS (RFC 8689).
    pub fn requiretls(&self) -> bool {
        self.0.as_ref().is_some_and(|values| values.requiretls)
    }

    /// RET (RFC 3461 §4.3).
    pub fn ret(&self) -> Option<Ret> {
        self.0.as_ref()?.ret
    }

    /// ENVID, decoded (RFC 3461 §4.4).
    pub fn envid(&self) -> Option<&Envid> {
        self.0.as_ref()?.envid.as_ref()
    }

    /// AUTH: who handed the message in; to be believed of trusted peers only (RFC 4954 §5).
    pub fn auth(&self) -> Option<&ReversePath> {
        self.0.as_ref()?.auth.as_ref()
    }

    /// MT-PRIORITY (RFC 6710).
    pub fn priority(&self) -> Option<Priority> {
        self.0.as_ref()?.priority
    }

    /// BY (RFC 2852).
    pub fn deliver_by(&self) -> Option<DeliverBy> {
        self.0.as_ref()?.deliver_by
    }

    /// HOLDFOR or HOLDUNTIL (RFC 4865).
    pub fn hold(&self) -> Option<Hold> {
        self.0.as_ref()?.hold
    }

    /// Parameters that nobody here knows, where the dialect lets them through.
    pub fn other(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        pairs(self.0.as_ref().map(|values| &values.other[..]))
    }
}

impl RecipientParameters {
    pub(crate) fn of(rcpt: &Rcpt<'_>) -> Self {
        if rcpt.notify().is_none() && rcpt.orcpt().is_none() && rcpt.other().is_empty() {
            return Self(None);
        }
        Self(Some(Box::new(RecipientValues {
            notify: rcpt.notify(),
            orcpt: rcpt.orcpt().and_then(OrcptRef::to_orcpt),
            other: owned(&rcpt.other()),
        })))
    }

    /// NOTIFY: when the sender wants a report.
    pub fn notify(&self) -> Option<Notify> {
        self.0.as_ref()?.notify
    }

    /// ORCPT, decoded: the recipient as the sender wrote it.
    pub fn orcpt(&self) -> Option<&Orcpt> {
        self.0.as_ref()?.orcpt.as_ref()
    }

    /// Parameters that nobody here knows, where the dialect lets them through.
    pub fn other(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        pairs(self.0.as_ref().map(|values| &values.other[..]))
    }
}

fn owned(other: &OtherParameters<'_>) -> Vec<Other> {
    other.iter().map(|(keyword, value)| (keyword.into(), value.map(Into::into))).collect()
}

fn pairs(other: Option<&[Other]>) -> impl Iterator<Item = (&str, Option<&str>)> {
    other.unwrap_or_default().iter().map(|(keyword, value)| (&**keyword, value.as_deref()))
}
