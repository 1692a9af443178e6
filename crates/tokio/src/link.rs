//! Carries octets between a socket and a machine, and wakes the machine when its deadline comes.
//!
//! in:  a stream, what the machine transmits, its `Wait`      out: the next thing that happened
//! law: input that has arrived goes before a deadline that has passed; writes go on while reads wait

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::io::{self, IoSlice};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use crate::stream::Stream;
use crate::tap::{Direction, Tap};

/// A connection with its buffers and its clock.
pub(crate) struct Link<S> {
    pub(crate) stream: Stream<S>,
    inbox: BytesMut,
    /// How much room the next read gets.
    room: usize,
    outbox: VecDeque<Bytes>,
    unflushed: bool,
    /// The machine's zero.
    origin: Instant,
    alarm: Option<Pin<Box<Sleep>>>,
    tap: Option<Arc<dyn Tap>>,
}

/// What happened on a link.
#[derive(Debug)]
pub(crate) enum Happened<T> {
    /// Octets came; they are here.
    Input(BytesMut),
    /// The peer will send nothing more.
    Eof,
    /// Everything transmitted has left.
    Written,
    /// The deadline has passed.
    Deadline,
    /// The connection broke.
    Broken(io::Error),
    /// What the caller waited for besides.
    Besides(T),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Link<S> {
    pub(crate) fn new(stream: S, tap: Option<Arc<dyn Tap>>) -> Self {
        Self {
            stream: Stream::Clear(stream),
            inbox: BytesMut::new(),
            room: SMALLEST_READ,
            outbox: VecDeque::new(),
            unflushed: false,
            origin: Instant::now(),
            alarm: None,
            tap,
        }
    }

    /// Time on the machine's clock.
    pub(crate) fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    /// Lets the machine's clock stand still for a time in which we kept the peer waiting.
    pub(crate) fn forget(&mut self, idle: Duration) {
        if let Some(later) = self.origin.checked_add(idle) {
            self.origin = later;
        }
    }

    /// Queues octets for the peer.
    pub(crate) fn transmit(&mut self, octets: Bytes) {
        if let Some(tap) = &self.tap {
            tap.octets(Direction::Out, &octets);
        }
        if !octets.is_empty() {
            self.outbox.push_back(octets);
        }
    }

    /// Waits until something happens: `besides` is asked first, whenever its waker says so.
    pub(crate) async fn next<T>(
        &mut self,
        read: bool,
        until: Option<Duration>,
        mut besides: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Happened<T> {
        let until = until.and_then(|time| self.origin.checked_add(time));
        let mut writing = !self.outbox.is_empty() || self.unflushed;
        poll_fn(|cx| {
            if writing {
                match self.poll_written(cx) {
                    Poll::Ready(Ok(())) => return Poll::Ready(Happened::Written),
                    Poll::Ready(Err(error)) => {
                        // A peer that hung up may have said why before: what it said is still to be read.
                        self.outbox.clear();
                        self.unflushed = false;
                        writing = false;
                        if !read {
                            return Poll::Ready(Happened::Broken(error));
                        }
                    }
                    Poll::Pending => {}
                }
            }
            if let Poll::Ready(value) = besides(cx) {
                return Poll::Ready(Happened::Besides(value));
            }
            if read && let Poll::Ready(happened) = self.poll_input(cx) {
                return Poll::Ready(happened);
            }
            match until {
                Some(until) => self.poll_alarm(cx, until).map(|()| Happened::Deadline),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// What has come already, without waiting for more.
    pub(crate) async fn waiting_input<T>(&mut self) -> Option<Happened<T>> {
        poll_fn(|cx| match self.poll_input(cx) {
            Poll::Ready(happened) => Poll::Ready(Some(happened)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    /// Writes what is queued, for at most this long.
    pub(crate) async fn flush(&mut self, patience: Duration) -> bool {
        matches!(timeout(patience, poll_fn(|cx| self.poll_written(cx))).await, Ok(Ok(())))
    }

    /// Ends the connection so that the peer can read our last words: shuts the write side, reads on for a while, closes.
    ///
    /// A socket that is closed with octets unread is reset by the system, and a reset takes our last reply with it.
    pub(crate) async fn close(mut self, patience: Duration) {
        let drained = async {
            poll_fn(|cx| self.poll_written(cx)).await?;
            self.stream.shutdown().await?;
            let mut left = MOST_DRAINED;
            let mut sink = BytesMut::with_capacity(SMALLEST_READ);
            while left > 0 && self.stream.read_buf(&mut sink).await? > 0 {
                left = left.saturating_sub(sink.len());
                sink.clear();
            }
            Ok::<_, io::Error>(())
        };
        let _ = timeout(patience, drained).await;
    }

    fn poll_written(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outbox.is_empty() {
            let mut written = ready!(self.poll_write(cx))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.unflushed = true;
            while let Some(octets) = self.outbox.front_mut() {
                let step = written.min(octets.len());
                octets.advance(step);
                written = written.saturating_sub(step);
                if !octets.is_empty() {
                    break;
                }
                self.outbox.pop_front();
            }
        }
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        self.unflushed = false;
        Poll::Ready(Ok(()))
    }

    /// One write of what is queued; nearly always that is one reply, which goes the plain way.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let stream = Pin::new(&mut self.stream);
        if let (Some(only), 1) = (self.outbox.front(), self.outbox.len()) {
            return stream.poll_write(cx, only);
        }
        let mut slices = [IoSlice::new(&[]); MOST_SLICES];
        let mut count = 0_usize;
        for (slice, octets) in slices.iter_mut().zip(&self.outbox) {
            *slice = IoSlice::new(octets);
            count = count.saturating_add(1);
        }
        stream.poll_write_vectored(cx, slices.get(..count).unwrap_or(&slices))
    }

    fn poll_input<T>(&mut self, cx: &mut Context<'_>) -> Poll<Happened<T>> {
        self.inbox.reserve(self.room);
        let read = pin!(self.stream.read_buf(&mut self.inbox)).poll(cx);
        Poll::Ready(match ready!(read) {
            Ok(0) => Happened::Eof,
            Ok(count) => {
                // Bulk gets large reads; a session that waits keeps little.
                if count >= self.room {
                    self.room = self.room.saturating_mul(4).min(LARGEST_READ);
                } else if count < SMALLEST_READ {
                    self.room = SMALLEST_READ;
                }
                let input = self.inbox.split();
                if let Some(tap) = &self.tap {
                    tap.octets(Direction::In, &input);
                }
                Happened::Input(input)
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Happened::Eof,
            Err(error) => Happened::Broken(error),
        })
    }

    fn poll_alarm(&mut self, cx: &mut Context<'_>, until: Instant) -> Poll<()> {
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(until)));
        // A deadline that only moved away costs nothing: the alarm rings early once and is set again.
        if until < alarm.deadline() {
            alarm.as_mut().reset(until);
        }
        loop {
            ready!(alarm.as_mut().poll(cx));
            if Instant::now() >= until {
                // Spent; the next wait starts a new one.
                self.alarm = None;
                return Poll::Ready(());
            }
            alarm.as_mut().reset(until);
        }
    }
}

impl<S> core::fmt::Debug for Link<S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Link")
            .field("inbox", &self.inbox.len())
            .field("outbox", &self.outbox.len())
            .finish_non_exhaustive()
    }
}

/// Room for commands.
const SMALLEST_READ: usize = 4 * 1024;
/// Room for bodies.
const LARGEST_READ: usize = 64 * 1024;
/// How many pieces one write takes.
const MOST_SLICES: usize = 8;
/// How much is read and thrown away before a close.
const MOST_DRAINED: usize = 1024 * 1024;
