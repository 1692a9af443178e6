//! Calls a server and sends it messages.
//!
//! in:  a host, an envelope, a message      out: for each recipient, where and how its attempt ended
//! law: no rule of SMTP stands here; a connection that ended is never used again, and a new one is the caller's choice

use alloc::sync::Arc;
use core::convert::Infallible;
use core::task::Poll;
use core::time::Duration;

use bytes::BytesMut;
use mailwright_address::Envelope;
use mailwright_reply::{Attempt, Ending, NotSent, Stage};
use mailwright_smtp::client::{Event, Facts, MisuseError, Session, Settings, TlsPolicy};
use mailwright_smtp::{BodyFacts, Output, TlsFailed};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeek, AsyncSeekExt, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tracing::debug;

use crate::connect;
use crate::handshake;
use crate::link::{Happened, Link};
use crate::stream::Stream;
use crate::tap::Tap;
use crate::tls::ClientTls;
use crate::trust::Certificate;

/// Opens connections that all follow the same settings.
///
/// # Examples
///
/// ```no_run
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use mailwright_address::{Envelope, Grammar, ForwardPath, Recipient, ReversePath};
/// use mailwright_smtp::{BodyFacts, client::Settings};
/// use mailwright_tokio::Connector;
///
/// let message = b"Subject: church\r\n\r\nThere is a meeting on Sunday.\r\n";
/// let sender = ReversePath::parse(b"<jane@doe.example>", Grammar::strict())?;
/// let eva = ForwardPath::parse(b"<eva@smith.example>", Grammar::strict())?;
/// let envelope = Envelope::new(sender).with_recipient(Recipient::new(eva));
///
/// let connector = Connector::new(Settings::new("mail.doe.example".parse()?));
/// match connector.connect("mx.smith.example", 25).await {
///     Err(attempt) => println!("nobody there: {attempt}"),
///     Ok(mut client) => {
///         let facts = BodyFacts::of(message);
///         for attempt in client.send(envelope, facts, &mut std::io::Cursor::new(message)).await? {
///             println!("{attempt}");
///         }
///         client.quit().await;
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Connector {
    settings: Arc<Settings>,
    tls: Option<ClientTls>,
    tap: Option<Arc<dyn Tap>>,
    patience: Duration,
}

/// A connection that is ready for a message, or was.
///
/// It can carry one message after the other. Dropping it closes the connection without a word; [`quit`](Self::quit) says one.
#[derive(Debug)]
pub struct Client<S = TcpStream> {
    session: Session,
    link: Link<S>,
    tls: Option<ClientTls>,
    host: String,
    policy: TlsPolicy,
    eof: bool,
    handshake: bool,
}

/// What a turn of the machine brought.
enum Turn {
    Event(Event),
    Closed,
}

impl Connector {
    /// Connections by these settings, without TLS until [`with_tls`](Self::with_tls) says what it needs.
    ///
    /// Without it a server that offers STARTTLS is as one whose handshake fails: under an opportunistic policy the message
    /// goes in clear over a second connection, so say `TlsPolicy::Never` instead.
    pub fn new(settings: Settings) -> Self {
        Self { settings: Arc::new(settings), tls: None, tap: None, patience: Duration::from_secs(60) }
    }

    /// Gives it what TLS needs; whether and when TLS begins is said by the settings.
    #[must_use]
    pub fn with_tls(mut self, tls: ClientTls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Lets somebody listen to every octet, in clear, credentials included.
    #[must_use]
    pub fn with_tap(mut self, tap: Arc<dyn Tap>) -> Self {
        self.tap = Some(tap);
        self
    }

    /// How long an address may take to answer: 1 min, unless told.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Connects, and does all that stands before the first message: greeting, hello, TLS, login.
    ///
    /// The addresses of the host are tried in the order of the system's resolver; MX selection is the caller's. Where
    /// opportunistic TLS fails, a second connection is made in clear.
    ///
    /// # Errors
    ///
    /// Where and how the attempt ended; nothing was sent for any recipient.
    pub async fn connect(&self, host: &str, port: u16) -> Result<Client, Attempt> {
        let stream = connect::connect(host, port, self.patience).await?;
        let attempt = match self.over(stream, host).await {
            Ok(client) => return Ok(client),
            Err(attempt) => attempt,
        };
        if !matches!(attempt.ending(), Ending::RetryWithoutTls(_)) {
            return Err(attempt);
        }
        debug!(%attempt, "again, in clear");
        let in_clear = Settings::clone(&self.settings).with_tls(TlsPolicy::Never);
        let stream = connect::connect(host, port, self.patience).await?;
        Self { settings: Arc::new(in_clear), ..self.clone() }.over(stream, host).await
    }

    /// The same over a stream that the caller connected: a Unix socket, a proxy, a test.
    ///
    /// `host`: the name that the certificate is checked for.
    ///
    /// # Errors
    ///
    /// Where and how the attempt ended; with [`Ending::RetryWithoutTls`] it is worth a new stream and
    /// `TlsPolicy::Never`.
    pub async fn over<S>(&self, stream: S, host: &str) -> Result<Client<S>, Attempt>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut draw = [0; 32];
        if getrandom::fill(&mut draw).is_err() {
            return Err(Attempt::new(Stage::Connect, Ending::NotSent(NotSent::Aborted)));
        }
        let link = Link::new(stream, self.tap.clone());
        let session = Session::new(link.now(), Arc::clone(&self.settings)).with_draw(draw);
        let policy = self.settings.tls();
        let mut client = Client {
            session,
            link,
            tls: self.tls.clone(),
            host: host.to_owned(),
            policy,
            eof: false,
            handshake: false,
        };
        loop {
            match client.turn().await {
                Turn::Event(Event::Ready) => return Ok(client),
                Turn::Event(Event::Ended(attempt)) => {
                    client.part().await;
                    return Err(attempt);
                }
                Turn::Event(_) => {}
                Turn::Closed => {
                    let closed = Attempt::new(Stage::Connect, Ending::Closed);
                    return Err(client.session.failure().cloned().unwrap_or(closed));
                }
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Sends a message and gives the attempt of each recipient, in the order of the envelope.
    ///
    /// `facts`: of the whole message, see [`BodyFacts::of`]; `body`: the message from its start. It is read again where the
    /// server takes the recipients in more than one transaction.
    ///
    /// # Errors
    ///
    /// [`MisuseError::Over`] where the connection ended since the last message: make a new one.
    /// [`MisuseError::NoRecipients`] where the envelope names nobody.
    pub async fn send<B>(
        &mut self,
        envelope: impl Into<Arc<Envelope>>,
        facts: BodyFacts,
        body: &mut B,
    ) -> Result<Vec<Attempt>, MisuseError>
    where
        B: AsyncRead + AsyncSeek + Unpin,
    {
        self.catch_up().await;
        let envelope = envelope.into();
        let mut attempts = vec![None; envelope.recipients().len()];
        self.session.send(self.link.now(), envelope, facts)?;
        loop {
            match self.turn().await {
                Turn::Event(Event::WantBody(most)) => self.give_body(body, most).await,
                Turn::Event(Event::Rewind) => {
                    if body.rewind().await.is_err() {
                        let _ = self.session.abort_body(self.link.now());
                    }
                }
                Turn::Event(Event::Recipient { index, attempt }) => {
                    if let Some(place) = attempts.get_mut(index) {
                        *place = Some(attempt);
                    }
                }
                Turn::Event(Event::Finished) | Turn::Closed => break,
                Turn::Event(_) => {}
            }
        }
        let unheard = || Attempt::new(Stage::Mail, Ending::NotSent(NotSent::SessionOver));
        Ok(attempts.into_iter().map(|attempt| attempt.unwrap_or_else(unheard)).collect())
    }

    /// Says QUIT, waits for the answer and closes.
    pub async fn quit(mut self) {
        self.session.shutdown(self.link.now());
        self.part().await;
    }

    /// What is known of the server.
    pub fn facts(&self) -> &Facts {
        self.session.facts()
    }

    /// Whether it takes another message, as far as is known without asking.
    pub fn is_ready(&self) -> bool {
        self.session.is_ready()
    }

    /// Runs the session to its end and closes the connection.
    async fn part(mut self) {
        while let Turn::Event(_) = self.turn().await {}
        self.link.close(PATIENCE).await;
    }

    /// Hears what the server said while nothing was asked: 421, mostly.
    async fn catch_up(&mut self) {
        while let Some(happened) = self.link.waiting_input().await {
            self.handle(happened);
            if self.eof || self.session.failure().is_some() {
                break;
            }
        }
    }

    async fn turn(&mut self) -> Turn {
        loop {
            match self.session.poll_output() {
                Output::Transmit(octets) => self.link.transmit(octets),
                Output::Event(Event::StartTls) => self.handshake = true,
                Output::Event(Event::Notice(notice)) => debug!(?notice),
                Output::Event(event) => return Turn::Event(event),
                Output::Close => return Turn::Closed,
                Output::Wait { until, .. } if core::mem::take(&mut self.handshake) => {
                    self.secure(until).await;
                }
                Output::Wait { until, read } => {
                    let happened = self.link.next(read && !self.eof, until, |_| Poll::Pending).await;
                    self.handle(happened);
                }
            }
        }
    }

    fn handle(&mut self, happened: Happened<Infallible>) {
        let now = self.link.now();
        match happened {
            Happened::Input(octets) => self.session.handle_input(now, octets),
            Happened::Written => self.session.handle_written(now),
            Happened::Deadline => self.session.handle_timeout(now),
            Happened::Eof => {
                self.eof = true;
                self.session.handle_eof(now);
            }
            Happened::Broken(error) => {
                debug!(%error, "broken");
                self.eof = true;
                self.session.handle_broken(now);
            }
            Happened::Besides(never) => match never {},
        }
    }

    async fn give_body<B: AsyncRead + Unpin>(&mut self, body: &mut B, most: usize) {
        let mut octets = BytesMut::with_capacity(most);
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        let read = body.take(most).read_buf(&mut octets).await;
        let now = self.link.now();
        // A server that breaks off meanwhile has no use for it; what became of it is said by the events.
        let _ = match read {
            Ok(0) => self.session.finish_body(now),
            Ok(_) => self.session.handle_body(now, octets.freeze()),
            Err(_) => self.session.abort_body(now),
        };
    }

    /// Puts TLS under the conversation.
    async fn secure(&mut self, until: Option<Duration>) {
        let left = until.map_or(HANDSHAKE, |until| until.saturating_sub(self.link.now()));
        let certificate = match self.policy {
            TlsPolicy::Never | TlsPolicy::Opportunistic => Certificate::Reported,
            TlsPolicy::Required | TlsPolicy::Implicit => Certificate::Demanded,
        };
        let outcome = match (self.tls.as_ref(), self.link.flush(left).await, self.link.stream.take_clear()) {
            (Some(tls), true, Some(stream)) => {
                let handshake = handshake::connect(stream, tls, &self.host, certificate);
                timeout(left, handshake).await.unwrap_or(Err(TlsFailed::TimedOut))
            }
            _ => Err(TlsFailed::Handshake),
        };
        let outcome = outcome.map(|(stream, facts)| {
            debug!(version = ?facts.version(), cipher = facts.cipher(), "TLS");
            self.link.stream = Stream::Tls(stream);
            facts
        });
        self.session.handle_tls(self.link.now(), outcome);
    }
}

/// How long the server may take to close after the last word.
const PATIENCE: Duration = Duration::from_millis(500);
/// Where the session sets no deadline for the handshake.
const HANDSHAKE: Duration = Duration::from_secs(120);
