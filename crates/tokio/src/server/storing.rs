//! Lets the handler take a complete message, whatever becomes of the connection meanwhile.
//!
//! in:  a transaction at its end      out: a decision for the peer
//! law: the decision runs to its end; when the peer did not hear it, the handler hears that

use alloc::sync::Arc;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use mailwright_smtp::server::Facts;
use mailwright_smtp::{Asks, BodyFindings};
use tokio::sync::oneshot;
use tracing::Instrument as _;

use super::caught::Caught;
use crate::handler::{Decision, Handler};

/// A message that the handler is taking.
#[derive(Debug)]
pub(super) struct Storing {
    asks: Asks,
    decided: oneshot::Receiver<Decided>,
}

/// What the handler said, and where to tell it whether the peer heard.
#[derive(Debug)]
struct Decided {
    decision: Decision,
    heard: oneshot::Sender<bool>,
}

/// A decision to be given to the session.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) asks: Asks,
    /// None where the handler panicked.
    pub(super) decision: Option<Decision>,
    heard: Option<oneshot::Sender<bool>>,
}

impl Stored {
    /// Says whether the session took the decision.
    pub(super) fn heard(&mut self, by_session: bool) {
        if let Some(heard) = self.heard.take() {
            // The other end waits for this; if it is gone, so is the runtime.
            let _ = heard.send(by_session);
        }
    }
}

impl Storing {
    /// Begins. `done` is given the decision if it is there at once, and says whether the session took it.
    pub(super) async fn begin<H: Handler>(
        handler: Arc<H>,
        facts: Arc<Facts>,
        transaction: H::Transaction,
        asks: Asks,
        findings: BodyFindings,
        done: impl FnOnce(&mut Stored),
    ) -> Option<Self> {
        let (decide, decided) = oneshot::channel();
        let mut task = Caught::new(store(handler, facts, transaction, findings, decide));
        let mut over = task.at_once().await.is_ready();
        let mut storing = Self { asks, decided };
        let left = match storing.decided.try_recv() {
            Ok(Decided { decision, heard }) => {
                let mut stored = Stored { asks, decision: Some(decision), heard: Some(heard) };
                done(&mut stored);
                drop(stored);
                over = over || task.at_once().await.is_ready();
                None
            }
            Err(oneshot::error::TryRecvError::Closed) => {
                done(&mut Stored { asks, decision: None, heard: None });
                None
            }
            Err(oneshot::error::TryRecvError::Empty) => Some(storing),
        };
        if !over {
            // Not tied to the connection: it ends when it ends.
            tokio::spawn(task.in_current_span());
        }
        left
    }

    /// The decision, when it has come.
    pub(super) fn poll_stored(&mut self, cx: &mut Context<'_>) -> Poll<Stored> {
        let decided = ready!(Pin::new(&mut self.decided).poll(cx));
        let asks = self.asks;
        Poll::Ready(match decided {
            Ok(Decided { decision, heard }) => Stored { asks, decision: Some(decision), heard: Some(heard) },
            Err(_) => Stored { asks, decision: None, heard: None },
        })
    }
}

/// The whole life of a complete message on our side.
async fn store<H: Handler>(
    handler: Arc<H>,
    facts: Arc<Facts>,
    mut transaction: H::Transaction,
    findings: BodyFindings,
    decide: oneshot::Sender<Decided>,
) {
    let decision = Caught::new(handler.end_of_body(&facts, &mut transaction, findings)).await;
    let heard = if let Ok(decision) = decision {
        let (tell, told) = oneshot::channel();
        decide.send(Decided { decision, heard: tell }).is_ok() && told.await.unwrap_or(false)
    } else {
        tracing::error!("the decision about a message panicked; the peer is told to try again later");
        drop(decide);
        false
    };
    if !heard {
        handler.withdrawn(&facts, transaction).await;
    }
}
