//! One connection, whether it speaks TLS by now or not.
//!
//! in:  any tokio stream      out: the same octets, in clear or through rustls
//! law: the upgrade happens in place; nothing read before it is left behind in a buffer of ours

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{self, IoSlice};

use bytes::{Buf as _, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsStream;

/// A stream in clear, or the TLS stream it became.
#[derive(Debug)]
pub(crate) enum Stream<S> {
    Clear(S),
    Tls(Box<TlsStream<Ahead<S>>>),
    /// It is being upgraded, or a handshake used it up.
    Gone,
}

/// A stream whose first octets were read already.
///
/// Behind the header of the PROXY protocol a handshake begins, and one read may bring both.
#[derive(Debug)]
pub(crate) struct Ahead<S> {
    first: Bytes,
    stream: S,
}

impl<S> Ahead<S> {
    pub(crate) const fn new(first: Bytes, stream: S) -> Self {
        Self { first, stream }
    }
}

impl<S> Stream<S> {
    /// Takes the stream out for a handshake, if it is in clear.
    pub(crate) fn take_clear(&mut self) -> Option<S> {
        match core::mem::replace(self, Self::Gone) {
            Self::Clear(stream) => Some(stream),
            other @ (Self::Tls(_) | Self::Gone) => {
                *self = other;
                None
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Stream<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buf),
            Self::Gone => Poll::Ready(gone()),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, buf),
            Self::Gone => Poll::Ready(gone()),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write_vectored(cx, bufs),
            Self::Gone => Poll::Ready(gone()),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
            Self::Gone => Poll::Ready(gone()),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
            Self::Gone => Poll::Ready(gone()),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Ahead<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.first.is_empty() {
            return Pin::new(&mut this.stream).poll_read(cx, buf);
        }
        let octets = this.first.split_to(this.first.len().min(buf.remaining()));
        buf.put_slice(&octets);
        if !this.first.has_remaining() {
            // Lets the read buffer go that it was cut from.
            this.first = Bytes::new();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Ahead<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

fn gone<T>() -> io::Result<T> {
    Err(io::ErrorKind::NotConnected.into())
}
