//! A future whose panic is a value.
//!
//! in:  a future of the embedder's      out: its output, or the fact that it panicked
//! law: a panic of one decision ends that decision, not the connection

use core::future::{Future, poll_fn};
use core::panic::AssertUnwindSafe;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::panic::catch_unwind;

/// A boxed future, polled so that a panic stays inside.
pub(super) struct Caught<'f, T>(Pin<Box<dyn Future<Output = T> + Send + 'f>>);

/// The future panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Panicked;

impl<'f, T> Caught<'f, T> {
    pub(super) fn new(future: impl Future<Output = T> + Send + 'f) -> Self {
        Self(Box::pin(future))
    }

    /// Polls once: most decisions are there at once, and need no task of their own.
    pub(super) async fn at_once(&mut self) -> Poll<Result<T, Panicked>> {
        poll_fn(|cx| Poll::Ready(Pin::new(&mut *self).poll(cx))).await
    }
}

impl<T> Future for Caught<'_, T> {
    type Output = Result<T, Panicked>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let future = self.get_mut().0.as_mut();
        // Nothing of ours is shared with the future but what its own types protect.
        match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(_) => Poll::Ready(Err(Panicked)),
        }
    }
}
