//! What a server is asked, and what it answers when nobody says otherwise.
//!
//! in:  what the session knows and what the peer wants      out: a verdict, some time later
//! law: `&mut` is given only where the body flows, so that recipients can be looked up side by side

use core::future::{Future, ready};

use bytes::Bytes;
use mailwright_address::{ForwardPath, ReversePath};
use mailwright_smtp::BodyFindings;
use mailwright_smtp::sasl::{Answer, Mechanism, Question};
use mailwright_smtp::server::{Facts, Hello, MailParameters, Notice, RecipientParameters, Verdict};

/// Decides what a server does with its callers.
///
/// Each method may take its time: the session waits for it, the peer's clock stands still, other sessions go on. A
/// future that panics answers the deferral at once (451, or what fits the command). When the peer goes away the futures of
/// [`mail`](Self::mail), [`recipient`](Self::recipient) and the smaller questions are dropped where they stand; the future
/// of [`end_of_body`](Self::end_of_body) always runs to its end, and if its answer reaches nobody,
/// [`withdrawn`](Self::withdrawn) says so.
///
/// Which of the smaller questions are asked is said by the session's settings
/// ([`Settings::with_asked`](mailwright_smtp::server::Settings::with_asked)).
///
/// # Examples
///
/// A server that counts octets and throws them away:
///
/// ```
/// use core::future::{Future, ready};
/// use mailwright_address::ReversePath;
/// use mailwright_smtp::server::{Facts, MailParameters, Verdict};
/// use mailwright_tokio::Handler;
///
/// #[derive(Debug)]
/// struct Discard;
///
/// impl Handler for Discard {
///     type Transaction = u64;
///
///     fn mail(
///         &self,
///         _: &Facts,
///         _: &ReversePath,
///         _: &MailParameters,
///     ) -> impl Future<Output = Result<u64, Verdict>> + Send {
///         ready(Ok(0))
///     }
/// }
/// ```
///
/// # RFC
///
/// RFC 5321 §4.1.4 (order), §4.2.5 (when a message has become ours), RFC 2920 §3.2 (replies in order)
pub trait Handler: Send + Sync + 'static {
    /// What is carried from MAIL to the end of the message: recipients, a file, a buffer.
    ///
    /// Recipients that were pipelined share it, so what they change in it needs a lock or an atomic. It is dropped when the
    /// transaction comes to nothing.
    type Transaction: Send + Sync + 'static;

    /// A peer has connected. Default: 220.
    fn connected(&self, facts: &Facts) -> impl Future<Output = Verdict> + Send {
        let _ = facts;
        ready(Verdict::accept())
    }

    /// The peer says who it is. Default: 250.
    fn hello(&self, facts: &Facts, hello: &Hello) -> impl Future<Output = Verdict> + Send {
        let _ = (facts, hello);
        ready(Verdict::accept())
    }

    /// A question of a login. Default: refused.
    fn login(
        &self,
        facts: &Facts,
        mechanism: Mechanism,
        question: &Question,
    ) -> impl Future<Output = Verdict> + Send {
        let _ = (facts, mechanism, question);
        ready(Verdict::login(Answer::Refuse))
    }

    /// A sender: gives the transaction it opens, or why it is refused.
    fn mail(
        &self,
        facts: &Facts,
        path: &ReversePath,
        parameters: &MailParameters,
    ) -> impl Future<Output = Result<Self::Transaction, Verdict>> + Send;

    /// A recipient; several of these run side by side when the peer pipelines. Default: 250.
    fn recipient(
        &self,
        facts: &Facts,
        transaction: &Self::Transaction,
        path: &ForwardPath,
        parameters: &RecipientParameters,
    ) -> impl Future<Output = Verdict> + Send {
        let _ = (facts, transaction, path, parameters);
        ready(Verdict::accept())
    }

    /// The peer wants to send the message. Default: 354.
    fn data(&self, facts: &Facts, transaction: &Self::Transaction) -> impl Future<Output = Verdict> + Send {
        let _ = (facts, transaction);
        ready(Verdict::accept())
    }

    /// Octets of the message, dots removed, cut anywhere. Default: thrown away.
    ///
    /// While this takes its time the socket is not read, so the peer is held back; after
    /// [a time](crate::Server::with_chunk_time) or a
    /// panic the message is answered the deferral at its end.
    fn body(
        &self,
        facts: &Facts,
        transaction: &mut Self::Transaction,
        octets: Bytes,
    ) -> impl Future<Output = ()> + Send {
        let _ = (facts, transaction, octets);
        ready(())
    }

    /// The message is complete: accept it when it is safe, not before. Default: accepted.
    ///
    /// An accepting answer makes the message ours. LMTP wants one verdict per accepted recipient, in the order of their RCPT.
    fn end_of_body(
        &self,
        facts: &Facts,
        transaction: &mut Self::Transaction,
        findings: BodyFindings,
    ) -> impl Future<Output = Decision> + Send {
        let _ = (facts, transaction, findings);
        ready(Decision::All(Verdict::accept()))
    }

    /// The answer of [`end_of_body`](Self::end_of_body) came too late, or the peer is gone: it was told otherwise, or
    /// nothing, and will send the message again. Drop the copy that was stored. Default: the transaction is dropped.
    fn withdrawn(&self, facts: &Facts, transaction: Self::Transaction) -> impl Future<Output = ()> + Send {
        let _ = facts;
        drop(transaction);
        ready(())
    }

    /// VRFY. Default: 252.
    fn verify(&self, facts: &Facts, argument: &[u8]) -> impl Future<Output = Verdict> + Send {
        let _ = (facts, argument);
        ready(Verdict::accept())
    }

    /// EXPN. Default: the deferral.
    fn expand(&self, facts: &Facts, argument: &[u8]) -> impl Future<Output = Verdict> + Send {
        let _ = (facts, argument);
        ready(Verdict::defer())
    }

    /// ETRN. Default: the deferral.
    fn etrn(&self, facts: &Facts, argument: &[u8]) -> impl Future<Output = Verdict> + Send {
        let _ = (facts, argument);
        ready(Verdict::defer())
    }

    /// Something for the log. Default: nothing; the connection's span has it already.
    fn notice(&self, facts: &Facts, notice: Notice) {
        let _ = (facts, notice);
    }
}

/// What is answered to the end of a message.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "one answer for all recipients, or one for each")]
pub enum Decision {
    /// The same for all recipients; the only form that SMTP knows.
    All(Verdict),
    /// One per accepted recipient, in the order of their RCPT (LMTP, RFC 2033 §4.2). Those that are missing are deferred;
    /// under SMTP the first one counts.
    Each(Vec<Verdict>),
}

impl From<Verdict> for Decision {
    fn from(verdict: Verdict) -> Self {
        Self::All(verdict)
    }
}
