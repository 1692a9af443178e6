//! Listens, and holds a conversation with whoever calls.
//!
//! in:  a listener, the settings of the sessions, a handler      out: conversations, until told to stop
//! law: every connection has a place in a bounded crowd; who finds none is told 421, not left waiting

mod asking;
mod caught;
mod conversation;
mod crowd;
mod storing;

use alloc::sync::Arc;
use core::future::Future;
use core::pin::pin;
use core::time::Duration;
use std::io;

use mailwright_reply::standard;
use mailwright_smtp::server::{Asked, Peer, Session, Settings};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::{Instrument as _, debug, debug_span, error, info, warn};

use self::conversation::Conversation;
use self::crowd::{Crowd, Full};
use crate::handler::Handler;
use crate::link::Link;
use crate::tls::ServerTls;

/// A server of SMTP or LMTP.
///
/// # Examples
///
/// ```
/// # #[derive(Debug)]
/// # struct Discard;
/// # impl mailwright_tokio::Handler for Discard {
/// #     type Transaction = ();
/// #     async fn mail(
/// #         &self,
/// #         _: &mailwright_smtp::server::Facts,
/// #         _: &mailwright_address::ReversePath,
/// #         _: &mailwright_smtp::server::MailParameters,
/// #     ) -> Result<(), mailwright_smtp::server::Verdict> {
/// #         Ok(())
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use mailwright_smtp::server::Settings;
/// use mailwright_tokio::Server;
///
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let server = Server::new(Settings::new("mx.example.org".parse()?), Discard);
/// let stop = async {}; // a signal, in earnest
/// server.serve(listener, stop).await;
/// # Ok(())
/// # }
/// ```
///
/// # RFC
///
/// RFC 5321 §3.8 (shutting down), §7.8 (too many connections)
#[derive(Debug)]
pub struct Server<H> {
    settings: Arc<Settings>,
    handler: Arc<H>,
    tls: Option<ServerTls>,
    most: usize,
    most_of_one: usize,
    patience: Duration,
    grace: Duration,
    chunk: Duration,
}

impl<H: Handler> Server<H> {
    /// A server whose sessions follow these settings and ask this handler.
    ///
    /// MAIL and RCPT are always asked, whatever the settings say: they open and fill the transaction.
    pub fn new(settings: Settings, handler: H) -> Self {
        let settings = settings.with_asked(Asked::Mail).with_asked(Asked::Recipient);
        Self {
            settings: Arc::new(settings),
            handler: Arc::new(handler),
            tls: None,
            most: 1000,
            most_of_one: 100,
            patience: Duration::from_secs(2),
            grace: Duration::from_secs(30),
            chunk: Duration::from_secs(120),
        }
    }

    /// Gives it what TLS needs; whether and when TLS begins is said by the settings of the session.
    #[must_use]
    pub fn with_tls(mut self, tls: ServerTls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Takes at most so many connections at a time: 1000 in all, 100 from one peer (an IPv4 address, an IPv6 /64), unless told.
    ///
    /// Whoever comes when it is full is told 421 and left.
    #[must_use]
    pub fn with_connections(mut self, most: usize, most_of_one: usize) -> Self {
        self.most = most;
        self.most_of_one = most_of_one;
        self
    }

    /// How long we listen on after our last word, so that the peer can read it: 2 s, unless told.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How long conversations may go on after we were told to stop: 30 s, unless told.
    #[must_use]
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// How long the handler may take for one piece of a message: 2 min, unless told.
    #[must_use]
    pub fn with_chunk_time(mut self, time: Duration) -> Self {
        self.chunk = time;
        self
    }

    /// Serves until `shutdown` is ready and every conversation has come to its end.
    ///
    /// Then nobody new is taken, each session says 421 as soon as it politely can (a message whose end has come is still
    /// answered), and after the grace the rest is cut. Decisions about complete messages run on even then, as long as the
    /// runtime does.
    pub async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let server = Arc::new(self);
        let crowd = Arc::new(Crowd::new(server.most, server.most_of_one));
        let (stop, stopped) = watch::channel(());
        let mut conversations = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => server.welcome(stream, &crowd, &stopped, &mut conversations),
                    Err(error) => pause_after(&error).await,
                },
                Some(ended) = conversations.join_next(), if !conversations.is_empty() => report(ended),
            }
        }
        drop(listener);
        drop(stopped);
        info!(open = conversations.len(), "shutting down");
        drop(stop);
        let all = async { while conversations.join_next().await.is_some() {} };
        if timeout(server.grace, all).await.is_err() {
            warn!(open = conversations.len(), "cut after the grace");
            conversations.shutdown().await;
        }
    }

    /// Holds one conversation over a stream of any kind: a Unix socket, a pipe, a test.
    ///
    /// `shutdown` asks for its end; no limit of connections applies.
    pub async fn converse<S>(&self, stream: S, peer: Peer, shutdown: impl Future<Output = ()> + Send)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let mut draw = [0; 32];
        if getrandom::fill(&mut draw).is_err() {
            // Without randomness no login can be proved; nothing else of the session needs it, but silence is no option.
            return error!("the system gives no random octets; connection refused");
        }
        let link = Link::new(stream, None);
        let session = Session::new(link.now(), Arc::clone(&self.settings), peer).with_draw(draw);
        let conversation =
            Conversation::new(session, link, Arc::clone(&self.handler), self.tls.clone(), self.chunk);
        conversation.run(pin!(shutdown), self.patience).await;
    }

    fn welcome(
        self: &Arc<Self>,
        stream: TcpStream,
        crowd: &Arc<Crowd>,
        stopped: &watch::Receiver<()>,
        conversations: &mut JoinSet<()>,
    ) {
        // A peer that is gone by now has no address.
        let Ok(remote) = stream.peer_addr() else { return };
        let span = debug_span!("smtp", %remote);
        let _ = stream.set_nodelay(true);
        let peer = stream
            .local_addr()
            .map_or_else(|_| Peer::new(remote), |local| Peer::new(remote).with_local(local));
        let place = match crowd.enter(Some(remote.ip())) {
            Ok(place) => place,
            Err(full) => {
                // The refusal is one write into an empty buffer; nobody waits for this peer.
                span.in_scope(|| debug!(?full, "refused"));
                return refuse(&stream, full);
            }
        };
        let (server, mut stopped) = (Arc::clone(self), stopped.clone());
        let conversation = async move {
            debug!("connected");
            // The sender is dropped when we stop.
            let stop = async move { while stopped.changed().await.is_ok() {} };
            server.converse(stream, peer, stop).await;
            drop(place);
        };
        conversations.spawn(conversation.instrument(span));
    }
}

/// Tells a peer that there is no place for it.
fn refuse(stream: &TcpStream, full: Full) {
    let mut octets = bytes::BytesMut::new();
    match full {
        Full::All => standard::not_now(),
        Full::One => standard::too_many_connections(),
    }
    .write(&mut octets);
    let _ = stream.try_write(&octets);
}

/// What accepting can fail of is either the peer's (it is gone) or ours (no descriptors left): then wait a little.
async fn pause_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted) {
        warn!(%error, "cannot accept");
        sleep(Duration::from_millis(100)).await;
    }
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        error!("a conversation panicked");
    }
}
