//! One conversation: moves octets, questions and time between a socket, the session and the handler.
//!
//! in:  a connected stream      out: a closed one, and whatever the handler made of the messages
//! law: no rule of SMTP stands here; the session says what to do and this does it

use alloc::sync::Arc;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use bytes::Bytes;
use mailwright_smtp::server::{Abort, Event, Facts, Session, Verdict};
use mailwright_smtp::{Ask, Asks, BodyFindings, Output, TlsFailed};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout};

use super::asking::{Answer, Answered, Asking};
use super::caught::Caught;
use super::storing::{Stored, Storing};
use crate::handler::{Decision, Handler};
use crate::handshake;
use crate::link::{Happened, Link};
use crate::stream::Stream;
use crate::tls::ServerTls;

/// A session with its socket and its open questions.
pub(super) struct Conversation<S, H: Handler> {
    session: Session,
    link: Link<S>,
    handler: Arc<H>,
    tls: Option<ServerTls>,
    asking: Asking<H::Transaction>,
    storing: Option<Storing>,
    transaction: Option<Arc<H::Transaction>>,
    /// What the session knew when it last asked.
    facts: Option<Arc<Facts>>,
    /// How long a chunk of a message may take the handler.
    chunk: Duration,
    /// A handshake is due; its first octets, if they were read with a PROXY header.
    handshake: Option<Bytes>,
    /// The peer will send nothing more.
    eof: bool,
}

/// What is waited for besides the socket and the clock.
enum Besides<T> {
    Answered(Answered<T>),
    Stored(Stored),
    Shutdown,
}

impl<S, H> Conversation<S, H>
where
    S: AsyncRead + AsyncWrite + Unpin,
    H: Handler,
{
    pub(super) fn new(
        session: Session,
        link: Link<S>,
        handler: Arc<H>,
        tls: Option<ServerTls>,
        chunk: Duration,
    ) -> Self {
        Self {
            session,
            link,
            handler,
            tls,
            asking: Asking::new(),
            storing: None,
            transaction: None,
            facts: None,
            chunk,
            handshake: None,
            eof: false,
        }
    }

    /// Runs until the session says that it is over, or the connection breaks.
    ///
    /// `shutdown` is polled until it is ready, once; then the session ends as soon as it politely can.
    pub(super) async fn run(
        mut self,
        mut shutdown: Pin<&mut (impl Future<Output = ()> + Send)>,
        patience: Duration,
    ) {
        let mut going = true;
        loop {
            let Some((until, read)) = self.drain().await else {
                tracing::debug!(messages = self.session.facts().messages(), "closed");
                return self.link.close(patience).await;
            };
            if let Some(ahead) = self.handshake.take() {
                self.secure(ahead, until).await;
                continue;
            }
            let read = read && !self.eof;
            let (asking, storing) = (&mut self.asking, &mut self.storing);
            let happened = self
                .link
                .next(read, until, |cx| poll_besides(cx, asking, storing, going.then_some(shutdown.as_mut())))
                .await;
            let now = self.link.now();
            match happened {
                Happened::Input(octets) => self.session.handle_input(now, octets),
                Happened::Eof => {
                    self.eof = true;
                    self.session.handle_eof(now);
                }
                Happened::Written => self.session.handle_written(now),
                Happened::Deadline => self.session.handle_timeout(now),
                Happened::Broken(error) => return tracing::debug!(%error, "broken"),
                Happened::Besides(Besides::Answered(answered)) => self.answer(answered),
                Happened::Besides(Besides::Stored(mut stored)) => {
                    self.storing = None;
                    conclude(&mut self.session, now, &mut stored);
                }
                Happened::Besides(Besides::Shutdown) => {
                    going = false;
                    self.session.shutdown(now);
                }
            }
        }
    }

    /// Does all that the session wants done; gives what it waits for, or nothing when it is over.
    async fn drain(&mut self) -> Option<(Option<Duration>, bool)> {
        loop {
            match self.session.poll_output() {
                Output::Transmit(octets) => self.link.transmit(octets),
                Output::Event(event) => self.event(event).await,
                Output::Wait { until, read } => return Some((until, read)),
                Output::Close => return None,
            }
        }
    }

    async fn event(&mut self, event: Event) {
        match event {
            Event::Mail { ask, path, parameters } => {
                let (handler, facts) = self.fresh();
                let decide = async move {
                    match handler.mail(&facts, &path, &parameters).await {
                        Ok(transaction) => Answer::Opened(transaction),
                        Err(verdict) => Answer::Verdict(verdict),
                    }
                };
                self.ask(ask, decide).await;
            }
            Event::Recipient { ask, path, parameters } => {
                let (handler, facts) = self.known();
                let Some(transaction) = self.transaction.clone() else { return self.defer(ask) };
                let decide = async move { handler.recipient(&facts, &transaction, &path, &parameters).await };
                self.decide(ask, decide).await;
            }
            Event::Data { ask } => {
                let (handler, facts) = self.known();
                let Some(transaction) = self.transaction.clone() else { return self.defer(ask) };
                self.decide(ask, async move { handler.data(&facts, &transaction).await }).await;
            }
            Event::Body(octets) => self.body(octets).await,
            Event::EndOfBody { asks, findings } => self.end_of_body(asks, findings).await,
            Event::Aborted(why) => self.aborted(why).await,
            Event::Withdrawn(ask) => self.asking.withdraw(ask),
            Event::StartTls { ahead } => self.handshake = Some(ahead),
            Event::Notice(notice) => {
                tracing::debug!(?notice);
                let (handler, facts) = self.fresh();
                handler.notice(&facts, notice);
            }
            other @ (Event::Connected { .. }
            | Event::Hello { .. }
            | Event::Login { .. }
            | Event::Verify { .. }
            | Event::Expand { .. }
            | Event::Etrn { .. }
            | _) => self.small(other).await,
        }
    }

    /// The questions that stand outside a transaction.
    async fn small(&mut self, event: Event) {
        let (handler, facts) = self.fresh();
        match event {
            Event::Connected { ask } => {
                self.decide(ask, async move { handler.connected(&facts).await }).await;
            }
            Event::Hello { ask, hello } => {
                self.decide(ask, async move { handler.hello(&facts, &hello).await }).await;
            }
            Event::Login { ask, mechanism, question } => {
                self.decide(ask, async move { handler.login(&facts, mechanism, &question).await }).await;
            }
            Event::Verify { ask, argument } => {
                self.decide(ask, async move { handler.verify(&facts, &argument).await }).await;
            }
            Event::Expand { ask, argument } => {
                self.decide(ask, async move { handler.expand(&facts, &argument).await }).await;
            }
            Event::Etrn { ask, argument } => {
                self.decide(ask, async move { handler.etrn(&facts, &argument).await }).await;
            }
            // An event of a newer session that needs no answer; one that does is deferred by its deadline.
            Event::Mail { .. }
            | Event::Recipient { .. }
            | Event::Data { .. }
            | Event::Body(_)
            | Event::EndOfBody { .. }
            | Event::StartTls { .. }
            | Event::Aborted(_)
            | Event::Withdrawn(_)
            | Event::Notice(_)
            | _ => {}
        }
    }

    async fn decide(&mut self, ask: Ask, verdict: impl Future<Output = Verdict> + Send + 'static) {
        self.ask(ask, async move { Answer::Verdict(verdict.await) }).await;
    }

    async fn ask(&mut self, ask: Ask, decide: impl Future<Output = Answer<H::Transaction>> + Send + 'static) {
        if let Some(answered) = self.asking.ask(ask, decide).await {
            self.answer(answered);
        }
    }

    fn defer(&mut self, ask: Ask) {
        self.answer(Answered { ask, answer: Answer::Verdict(Verdict::defer()) });
    }

    fn answer(&mut self, Answered { ask, answer }: Answered<H::Transaction>) {
        let now = self.link.now();
        match answer {
            Answer::Verdict(verdict) => {
                // Stale: the session said so by `Withdrawn` already.
                let _ = self.session.answer(now, ask, verdict);
            }
            Answer::Opened(transaction) => {
                if self.session.answer(now, ask, Verdict::accept()).is_ok() {
                    self.transaction = Some(Arc::new(transaction));
                    // Its parameters are facts from here on.
                    self.facts = None;
                }
            }
        }
    }

    async fn body(&mut self, octets: Bytes) {
        let (handler, facts) = self.known();
        let Some(mut shared) = self.transaction.take() else { return };
        if Arc::get_mut(&mut shared).is_none() {
            self.asking.settle().await;
        }
        let Some(transaction) = Arc::get_mut(&mut shared) else { return };
        let mut keep = Caught::new(handler.body(&facts, transaction, octets));
        let kept = match keep.at_once().await {
            Poll::Ready(kept) => kept.is_ok(),
            Poll::Pending => {
                let began = Instant::now();
                let kept = timeout(self.chunk, &mut keep).await;
                // The peer could not send while we did not read.
                self.link.forget(began.elapsed());
                matches!(kept, Ok(Ok(())))
            }
        };
        drop(keep);
        if kept {
            self.transaction = Some(shared);
        } else {
            // Without a transaction its end is answered the deferral.
            tracing::error!(
                "a piece of a message could not be kept; the peer will be told to try again later"
            );
        }
    }

    async fn end_of_body(&mut self, asks: Asks, findings: BodyFindings) {
        let (handler, facts) = self.fresh();
        if self.transaction.as_mut().is_some_and(|shared| Arc::get_mut(shared).is_none()) {
            self.asking.settle().await;
        }
        let now = self.link.now();
        let session = &mut self.session;
        let Some(transaction) = self.transaction.take().and_then(Arc::into_inner) else {
            for ask in asks.iter() {
                let _ = session.answer(now, ask, Verdict::defer());
            }
            return;
        };
        let done = |stored: &mut Stored| conclude(session, now, stored);
        self.storing = Storing::begin(handler, facts, transaction, asks, findings, done).await;
    }

    async fn aborted(&mut self, why: Abort) {
        tracing::debug!(?why, "transaction aborted");
        if self.transaction.take().is_some() {
            self.asking.settle().await;
        }
    }

    /// Puts TLS under the conversation; what the peer sent in clear behind STARTTLS the session has dealt with.
    async fn secure(&mut self, ahead: Bytes, until: Option<Duration>) {
        let left = until.map_or(HANDSHAKE, |until| until.saturating_sub(self.link.now()));
        let outcome = match (self.tls.as_ref(), self.link.flush(left).await, self.link.stream.take_clear()) {
            (Some(tls), true, Some(stream)) => {
                timeout(left, handshake::accept(ahead, stream, tls)).await.unwrap_or(Err(TlsFailed::TimedOut))
            }
            _ => Err(TlsFailed::Handshake),
        };
        let now = self.link.now();
        match outcome {
            Ok((stream, facts)) => {
                tracing::debug!(version = ?facts.version(), cipher = facts.cipher(), "TLS");
                self.link.stream = Stream::Tls(stream);
                self.session.handle_tls(now, Ok(facts));
            }
            Err(failed) => {
                tracing::debug!(%failed, "no TLS");
                self.session.handle_tls(now, Err(failed));
            }
        }
    }

    /// The handler, and what the session knows by now.
    fn fresh(&mut self) -> (Arc<H>, Arc<Facts>) {
        self.facts = None;
        self.known()
    }

    /// The handler, and what the session knew when the transaction began.
    fn known(&mut self) -> (Arc<H>, Arc<Facts>) {
        let session = &self.session;
        let facts = self.facts.get_or_insert_with(|| Arc::new(session.facts().clone()));
        (Arc::clone(&self.handler), Arc::clone(facts))
    }
}

fn poll_besides<T: Send + 'static>(
    cx: &mut Context<'_>,
    asking: &mut Asking<T>,
    storing: &mut Option<Storing>,
    shutdown: Option<Pin<&mut (impl Future<Output = ()> + Send)>>,
) -> Poll<Besides<T>> {
    if let Poll::Ready(answered) = asking.poll_answered(cx) {
        return Poll::Ready(Besides::Answered(answered));
    }
    if let Some(Poll::Ready(stored)) = storing.as_mut().map(|storing| storing.poll_stored(cx)) {
        return Poll::Ready(Besides::Stored(stored));
    }
    match shutdown.map(|shutdown| shutdown.poll(cx)) {
        Some(Poll::Ready(())) => Poll::Ready(Besides::Shutdown),
        Some(Poll::Pending) | None => Poll::Pending,
    }
}

/// Gives the handler's decision about a message to the session, and says whether that was still in time.
fn conclude(session: &mut Session, now: Duration, stored: &mut Stored) {
    let verdicts = match stored.decision.take() {
        None => Vec::new(),
        Some(Decision::All(verdict)) => vec![verdict; stored.asks.len()],
        Some(Decision::Each(verdicts)) => verdicts,
    };
    let mut verdicts = verdicts.into_iter();
    let mut taken = false;
    for ask in stored.asks.iter() {
        let verdict = verdicts.next().unwrap_or_else(Verdict::defer);
        taken |= session.answer(now, ask, verdict).is_ok();
    }
    stored.heard(taken);
}

/// Where the session sets no deadline for the handshake.
const HANDSHAKE: Duration = Duration::from_secs(60);
