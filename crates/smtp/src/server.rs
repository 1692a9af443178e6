//! The server's side of the conversation, as a machine without IO.
//!
//! in:  octets of the client, time, the end of TLS handshakes, the embedder's answers      out: octets, events, waits
//! law: any cut of the input gives the same conversation; replies leave in the order of their commands

#[cfg(feature = "sasl")]
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::fmt;
use core::time::Duration;

use bytes::{Bytes, BytesMut};

use crate::ask::{Ask, Stale};
use crate::command::Dialect;
use crate::extension::ExtensionSet;
use crate::line::LineFramer;
use crate::output::Output;
use crate::timer::{Time, Timers};
use crate::tls::{TlsFacts, TlsFailed};

mod answer;
mod body;
mod command;
mod drive;
mod event;
pub use event::{Abort, Event, Foreign, MailParameters, Notice, RecipientParameters};
mod facts;
pub use facts::{Facts, Hello, Peer};
pub mod moves;
use moves::Place;
mod say;
use say::queue;
mod settings;
pub use settings::{
    Asked, Budget, ClearLogins, Deadlines, Delays, Demand, Injected, Limits, Protocol, Settings, Talker,
    TlsMode, Trusted,
};
mod state;
#[cfg(feature = "sasl")]
use state::Exchange;
use state::{Chunk, Counts, Fate, Flags, Pending, Stage, Standing, State, Text, Transaction};
mod verdict;
pub use verdict::{MisuseError, Verdict};

/// One conversation with a client.
///
/// It owns no socket and no clock: the caller gives it what was read and what time it is, and does what
/// [`poll_output`](Self::poll_output) says.
///
/// # Examples
/// ```
/// use core::time::Duration;
/// use bytes::BytesMut;
/// use mailwright_address::{Domain, Grammar};
/// use mailwright_smtp::Output;
/// use mailwright_smtp::server::{Peer, Session, Settings};
///
/// let settings = Settings::new(Domain::parse(b"mx.example.org", Grammar::strict())?);
/// let now = Duration::ZERO;
/// let mut session = Session::new(now, settings, Peer::unknown());
/// let Output::Transmit(greeting) = session.poll_output() else { return Ok(()) };
/// assert_eq!(&greeting[..], b"220 mx.example.org ESMTP\r\n");
/// session.handle_written(now);
/// session.handle_input(now, BytesMut::from(&b"QUIT\r\n"[..]));
/// let Output::Transmit(bye) = session.poll_output() else { return Ok(()) };
/// assert_eq!(&bye[..], b"221 2.0.0 Bye\r\n");
/// assert!(matches!(session.poll_output(), Output::Close));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # RFC
/// RFC 5321 §3, §4; RFC 2033 for LMTP
#[derive(Clone)]
pub struct Session {
    settings: Arc<Settings>,
    now: Time,
    state: State,
    standing: Standing,
    facts: Facts,
    input: BytesMut,
    framer: LineFramer,
    dialect: Dialect,
    /// A reply that stands before all of `out`: alone it leaves without a copy.
    first: Bytes,
    out: BytesMut,
    unwritten: usize,
    queue: queue::Queue,
    events: VecDeque<Event>,
    timers: Timers<7>,
    counts: Counts,
    pending: Pending,
    flags: Flags,
    #[cfg(feature = "sasl")]
    draw: Option<Box<[u8; 32]>>,
    /// Who is at the other end of the socket, whomever it speaks for.
    believer: Option<core::net::SocketAddr>,
}

impl Session {
    /// Begins a conversation with `peer`, who has just connected.
    ///
    /// `now`: time since any fixed origin, the same for the whole session; one earlier than the latest seen counts as
    /// that.
    pub fn new(now: Duration, settings: impl Into<Arc<Settings>>, peer: Peer) -> Self {
        let settings = settings.into();
        if settings.begins_with_greeting() {
            return Self::begun(now, settings, peer, State::Greeting { asked: false });
        }
        let mut session = Self::begun(now, settings, peer, State::Over);
        session.open();
        session
    }

    #[inline]
    fn begun(now: Duration, settings: Arc<Settings>, peer: Peer, state: State) -> Self {
        let facts = Facts::new(peer, settings.lmtp());
        let framer = LineFramer::new(settings.command_newline);
        let dialect = settings.dialect.with_offered(ExtensionSet::EMPTY);
        Self {
            settings,
            now: Time::of(now),
            state,
            standing: Standing::Fresh,
            facts,
            input: BytesMut::new(),
            framer,
            dialect,
            first: Bytes::new(),
            out: BytesMut::new(),
            unwritten: 0,
            queue: queue::Queue::default(),
            events: VecDeque::new(),
            timers: Timers::new(),
            counts: Counts::default(),
            pending: Pending::Nothing,
            flags: Flags::default(),
            #[cfg(feature = "sasl")]
            draw: None,
            believer: peer.remote(),
        }
    }

    /// Gives the session 32 octets that nobody can guess, for the nonces of its logins.
    #[cfg(feature = "sasl")]
    #[must_use]
    pub fn with_draw(mut self, draw: [u8; 32]) -> Self {
        self.draw = Some(Box::new(draw));
        self
    }

    /// Takes octets that the client sent.
    pub fn handle_input(&mut self, now: Duration, mut octets: BytesMut) {
        self.take_input(now, &mut octets, false);
    }

    /// Takes octets that the client sent, and the buffer that they were read into for as long as they last.
    ///
    /// It does what [`handle_input`](Self::handle_input) does, for a caller that reads into one buffer again and again: no
    /// share of it has to be split off and counted. `buffer` is empty afterwards; its room comes back with
    /// [`return_buffer`](Self::return_buffer) when [`poll_output`](Self::poll_output) has said `Wait` or `Close`.
    ///
    /// # Examples
    /// ```
    /// # use core::time::Duration;
    /// # use bytes::BytesMut;
    /// # use mailwright_address::{Domain, Grammar};
    /// # use mailwright_smtp::Output;
    /// # use mailwright_smtp::server::{Peer, Session, Settings};
    /// # let settings = Settings::new(Domain::parse(b"mx.example.org", Grammar::strict())?);
    /// # let now = Duration::ZERO;
    /// let mut session = Session::new(now, settings, Peer::unknown());
    /// # while let Output::Transmit(_) = session.poll_output() {}
    /// let mut buffer = BytesMut::with_capacity(4096);
    /// buffer.extend_from_slice(b"NOOP\r\n");
    /// session.lend_buffer(now, &mut buffer);
    /// let Output::Transmit(reply) = session.poll_output() else { return Ok(()) };
    /// assert_eq!(&reply[..], b"250 2.0.0 Ok\r\n");
    /// assert!(matches!(session.poll_output(), Output::Wait { .. }));
    /// session.return_buffer(&mut buffer);
    /// assert_eq!((buffer.len(), buffer.capacity()), (0, 4096));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn lend_buffer(&mut self, now: Duration, buffer: &mut BytesMut) {
        self.take_input(now, buffer, true);
    }

    /// Gives the room of a lent buffer back to `buffer`, if none of its octets is waiting and `buffer` has no room itself.
    pub fn return_buffer(&mut self, buffer: &mut BytesMut) {
        if self.flags.lent && self.input.is_empty() && buffer.capacity() == 0 {
            core::mem::swap(&mut self.input, buffer);
            self.flags.lent = false;
        }
    }

    #[inline]
    fn take_input(&mut self, now: Duration, octets: &mut BytesMut, lent: bool) {
        self.advance(now);
        if matches!(self.state, State::Over) || self.flags.ended {
            octets.clear();
        } else if self.input.is_empty() {
            core::mem::swap(&mut self.input, octets);
            self.flags.compact = false;
            self.flags.lent = lent;
        } else {
            self.input.extend_from_slice(octets);
            octets.clear();
        }
    }

    /// Says that a deadline may have passed.
    pub fn handle_timeout(&mut self, now: Duration) {
        self.advance(now);
    }

    /// Says that the client will send no more. What it sent before is still answered.
    pub fn handle_eof(&mut self, now: Duration) {
        self.advance(now);
        self.flags.ended = true;
    }

    /// Says that all that was transmitted so far has been written.
    pub fn handle_written(&mut self, now: Duration) {
        self.written(now);
    }

    /// Says how the TLS handshake ended. A failure ends the session; outside of a handshake a success is ignored.
    pub fn handle_tls(&mut self, now: Duration, outcome: Result<TlsFacts, TlsFailed>) {
        self.advance(now);
        self.secured(outcome);
    }

    /// Answers a question.
    ///
    /// # Errors
    /// [`Stale`] where it was answered before, its deadline has passed, or the conversation is over: whatever was
    /// accepted with it has to be undone.
    pub fn answer(&mut self, now: Duration, ask: Ask, verdict: Verdict) -> Result<(), Stale> {
        self.advance(now);
        if verdict.is_plain_yes() && self.accept_at_once(ask) {
            // It holds nothing, but that takes a look.
            core::mem::forget(verdict);
            return Ok(());
        }
        let about = self.queue.find(ask).ok_or(Stale)?;
        self.decide(ask, about, verdict);
        Ok(())
    }

    /// Ends the conversation with 421: at once, or, where a complete message is being decided on, behind its reply.
    pub fn shutdown(&mut self, now: Duration) {
        self.advance(now);
        self.stop();
    }

    /// Gives what to do next. After each input, call it until it says `Wait` or `Close`.
    pub fn poll_output(&mut self) -> Output<Event> {
        self.drive()
    }

    /// What is known of the client.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The settings that the session was begun with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where the conversation stands, as the table in [`moves`] names it.
    pub fn place(&self) -> Place {
        self.standing.place()
    }

    /// How many recipients of the present transaction were accepted.
    pub fn recipients(&self) -> u32 {
        match &self.standing {
            Standing::Transaction(transaction) => transaction.accepted,
            Standing::Refused | Standing::Fresh | Standing::Hello => 0,
        }
    }

    /// Whether everything was said and done.
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }
}

impl fmt::Debug for Session {
    /// Where it stands and how much it holds; never an octet of the client.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("state", &self.state.name())
            .field("place", &self.place())
            .field("recipients", &self.recipients())
            .field("input", &self.input.len())
            .field("unwritten", &self.unwritten.saturating_add(self.ready()))
            .finish_non_exhaustive()
    }
}
