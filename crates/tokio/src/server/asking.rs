//! Puts the session's questions to the handler and brings the answers back.
//!
//! in:  an ask with what it is about      out: the same ask, with a verdict, now or later
//! law: a decision that is there at once costs no task; one that is not runs beside the others until it ends or is withdrawn

use alloc::collections::BTreeMap;
use core::future::Future;
use core::task::{Context, Poll};

use mailwright_smtp::Ask;
use mailwright_smtp::server::Verdict;
use tokio::task::{AbortHandle, JoinSet};
use tracing::Instrument as _;

use super::caught::{Caught, Panicked};

/// The questions that are being answered.
#[derive(Debug)]
pub(super) struct Asking<T> {
    tasks: JoinSet<Answered<T>>,
    open: BTreeMap<Ask, AbortHandle>,
}

/// A question and what was decided.
#[derive(Debug)]
pub(super) struct Answered<T> {
    pub(super) ask: Ask,
    pub(super) answer: Answer<T>,
}

/// What was decided.
#[derive(Debug)]
pub(super) enum Answer<T> {
    Verdict(Verdict),
    /// A sender was accepted.
    Opened(T),
}

impl<T: Send + 'static> Asking<T> {
    pub(super) fn new() -> Self {
        Self { tasks: JoinSet::new(), open: BTreeMap::new() }
    }

    /// Asks; gives the answer if it is there at once.
    pub(super) async fn ask(
        &mut self,
        ask: Ask,
        decide: impl Future<Output = Answer<T>> + Send + 'static,
    ) -> Option<Answered<T>> {
        let mut decide = Caught::new(decide);
        match decide.at_once().await {
            Poll::Ready(answer) => Some(answered(ask, answer)),
            Poll::Pending => {
                let task = async move { answered(ask, decide.await) };
                let handle = self.tasks.spawn(task.in_current_span());
                self.open.insert(ask, handle);
                None
            }
        }
    }

    /// The next answer that has come.
    pub(super) fn poll_answered(&mut self, cx: &mut Context<'_>) -> Poll<Answered<T>> {
        loop {
            match self.tasks.poll_join_next(cx) {
                Poll::Ready(Some(Ok(answered))) => {
                    // A task that ended just before it was withdrawn has nothing to say any more.
                    if self.open.remove(&answered.ask).is_some() {
                        return Poll::Ready(answered);
                    }
                }
                // It was withdrawn.
                Poll::Ready(Some(Err(_))) => {}
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Drops the future of a question that is not open any more.
    pub(super) fn withdraw(&mut self, ask: Ask) {
        if let Some(handle) = self.open.remove(&ask) {
            handle.abort();
        }
    }

    /// Waits until every future that was withdrawn is really gone.
    pub(super) async fn settle(&mut self) {
        while self.tasks.len() > self.open.len() {
            if let Some(Ok(answered)) = self.tasks.join_next().await {
                // Only stragglers are expected here: the body begins when all questions are answered.
                self.open.remove(&answered.ask);
            }
        }
    }
}

fn answered<T>(ask: Ask, answer: Result<Answer<T>, Panicked>) -> Answered<T> {
    let answer = answer.unwrap_or_else(|Panicked| {
        tracing::error!("a decision panicked; the peer is told to try again later");
        Answer::Verdict(Verdict::defer())
    });
    Answered { ask, answer }
}
