//! Drives one connection to a server.
//!
//! in:  replies cut anywhere, time, TLS, a transaction and its message      out: commands, the message, one ending per recipient
//! law: every recipient gets one ending; "delivered" only after 2yz to the whole message; nothing is written after the end

mod drive;
mod phase;

#[cfg(feature = "sasl")]
use alloc::vec::Vec;
use alloc::{
    boxed::Box,
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};
use core::time::Duration;

use bytes::{Bytes, BytesMut};
use mailwright_address::Envelope;
use mailwright_reply::{Attempt, Ending, NotSent, ReplyParser};

pub(super) use self::phase::{HelloVerb, Phase};
#[cfg(feature = "sasl")]
use super::login::Draw;
use super::{
    event::{Event, MisuseError},
    expected::{Due, To},
    facts::Facts,
    job::Job,
    outgoing::Outgoing,
    settings::{Settings, TlsPolicy},
};
use crate::{
    BodyFacts, Output, TlsFacts, TlsFailed,
    timer::{Time, Timers},
};

/// One connection to a server, from the greeting to QUIT.
///
/// # Examples
/// The loop that every embedder writes, here against a server that is a list of lines:
/// ```
/// use std::collections::VecDeque;
/// use std::time::Duration;
/// use bytes::{Bytes, BytesMut};
/// use mailwright_address::{Envelope, Recipient};
/// use mailwright_smtp::{BodyFacts, Output, client::{Event, Session, Settings}};
///
/// let mut server = VecDeque::from(["220 mx.example\r\n", "250 mx.example\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "250 kept\r\n"]);
/// let message = Bytes::from_static(b"Subject: hello\r\n\r\nhello\r\n");
/// let envelope = Envelope::new("<a@client.example>".parse()?).with_recipient(Recipient::new("<b@mx.example>".parse()?));
///
/// let now = Duration::ZERO; // since any origin
/// let mut session = Session::new(now, Settings::new("client.example".parse()?));
/// session.send(now, envelope, BodyFacts::of(&message))?;
/// let delivered = loop {
///     match session.poll_output() {
///         Output::Transmit(_octets) => session.handle_written(now), // write them to the socket
///         Output::Event(Event::WantBody(_max)) => {
///             session.handle_body(now, message.clone())?;
///             session.finish_body(now)?;
///         }
///         Output::Event(Event::Recipient { attempt, .. }) => break attempt.is_delivered(),
///         Output::Event(_) => {}
///         Output::Wait { .. } => match server.pop_front() { // read from the socket, until the time in `until`
///             Some(line) => session.handle_input(now, BytesMut::from(line)),
///             None => session.handle_eof(now),
///         },
///         Output::Close => break false,
///     }
/// };
/// assert!(delivered);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # RFC
/// RFC 5321 §3, §4.5.3.2, §4.5.4; RFC 2920; RFC 3030; RFC 3207; RFC 4954; RFC 2033; RFC 9422
#[derive(Clone, Debug)]
pub struct Session {
    pub(super) settings: Arc<Settings>,
    #[cfg(feature = "sasl")]
    pub(super) draw: Option<Draw>,
    pub(super) now: Time,
    pub(super) parser: ReplyParser,
    pub(super) input: BytesMut,
    pub(super) outgoing: Outgoing,
    pub(super) timers: Timers<3>,
    pub(super) expected: Due,
    pub(super) phase: Phase,
    pub(super) events: VecDeque<Event>,
    pub(super) job: Option<Box<Job>>,
    pub(super) facts: Facts,
    /// The server holds a transaction that we do not go on with.
    pub(super) dirty: bool,
    /// The domains named so far, where the server limits them.
    pub(super) domains: BTreeSet<Box<str>>,
    pub(super) leaving: bool,
    pub(super) ended: Option<Attempt>,
    #[cfg(feature = "sasl")]
    pub(super) refused_mechanisms: Vec<crate::sasl::Mechanism>,
}

/// The kinds of deadlines.
pub(super) const REPLY: usize = 0;
const WRITE: usize = 1;
const TOTAL: usize = 2;

impl Session {
    /// Begins on a connection that has just been opened.
    ///
    /// `now`: time since any fixed origin, the same for the whole session; one earlier than the latest seen counts as that.
    pub fn new(now: Duration, settings: impl Into<Arc<Settings>>) -> Self {
        let settings = settings.into();
        let parser = Self::parser(&settings, settings.limits.reply);
        let mut session = Self {
            settings,
            #[cfg(feature = "sasl")]
            draw: None,
            now: Time::of(now),
            parser,
            input: BytesMut::new(),
            outgoing: Outgoing::default(),
            timers: Timers::new(),
            expected: Due::default(),
            phase: Phase::Greeting,
            events: VecDeque::new(),
            job: None,
            facts: Facts::default(),
            dirty: false,
            domains: BTreeSet::new(),
            leaving: false,
            ended: None,
            #[cfg(feature = "sasl")]
            refused_mechanisms: Vec::new(),
        };
        if let Some(total) = session.settings.deadlines.total {
            session.timers.set(TOTAL, Time::of(now).after(total));
        }
        if session.settings.tls == TlsPolicy::Implicit {
            session.shake_hands();
        } else {
            session.expect(To::Greeting, 0);
        }
        session
    }

    /// Gives the session 32 octets that nobody can guess, for the nonces of its login. Without them SCRAM is not spoken.
    #[cfg(feature = "sasl")]
    #[must_use]
    pub fn with_draw(mut self, draw: [u8; 32]) -> Self {
        self.draw = Some(Draw(draw));
        self
    }

    /// Takes octets of the server, cut anywhere.
    pub fn handle_input(&mut self, now: Duration, input: BytesMut) {
        self.advance_clock(now);
        if matches!(self.phase, Phase::Over) || input.is_empty() {
            return;
        }
        if matches!(self.phase, Phase::Handshake) {
            // Octets in clear where TLS begins are never ours to read (RFC 3207 §5).
            return self.injected();
        }
        // Nothing is ever left of the input before: the parser keeps what is unfinished.
        self.input = input;
        self.read();
        self.go_on();
    }

    /// Time has passed: call it when the time of [`Output::Wait`] has come.
    pub fn handle_timeout(&mut self, now: Duration) {
        self.advance_clock(now);
        if self.timers.take_passed(self.now).is_some() {
            if matches!(self.phase, Phase::Handshake) {
                return self.handshake_failed(TlsFailed::TimedOut);
            }
            self.break_off(Attempt::new(self.stage(), Ending::TimedOut));
        }
    }

    /// The server closed its side; nothing more will come.
    ///
    /// Give it everything that could still be read first, also where writing failed: a server may refuse and close.
    pub fn handle_eof(&mut self, now: Duration) {
        self.advance_clock(now);
        self.lost(Ending::Closed);
    }

    /// The connection broke: a reset, or an error in reading or writing.
    ///
    /// Give it everything that could still be read first.
    pub fn handle_broken(&mut self, now: Duration) {
        self.advance_clock(now);
        self.lost(Ending::Reset);
    }

    /// All that was transmitted so far has been written.
    pub fn handle_written(&mut self, now: Duration) {
        self.advance_clock(now);
        let waited = self.outgoing.unwritten() != 0;
        self.outgoing.written();
        self.timers.clear(WRITE);
        if waited && !self.expected.is_empty() {
            self.arm();
        }
    }

    /// The handshake that [`Event::StartTls`] asked for is done, or failed.
    pub fn handle_tls(&mut self, now: Duration, result: Result<TlsFacts, TlsFailed>) {
        self.advance_clock(now);
        if !matches!(self.phase, Phase::Handshake) {
            return;
        }
        self.timers.clear(REPLY);
        match result {
            Ok(facts) => self.encrypted(facts),
            Err(failed) => self.handshake_failed(failed),
        }
        self.go_on();
    }

    /// Begins a transaction, as soon as the session is ready: a message of these facts, for these recipients.
    ///
    /// Each recipient gets one [`Event::Recipient`], then comes [`Event::Finished`].
    ///
    /// # Errors
    /// [`MisuseError::Busy`] before the last one is finished, [`MisuseError::Over`] where the session takes no more,
    /// [`MisuseError::NoRecipients`].
    pub fn send(
        &mut self,
        now: Duration,
        envelope: impl Into<Arc<Envelope>>,
        facts: BodyFacts,
    ) -> Result<(), MisuseError> {
        let envelope = envelope.into();
        self.advance_clock(now);
        if self.ended.is_some() || self.leaving || matches!(self.phase, Phase::Quit | Phase::Over) {
            return Err(MisuseError::Over);
        }
        if self.job.is_some() {
            return Err(MisuseError::Busy);
        }
        if envelope.recipients().is_empty() {
            return Err(MisuseError::NoRecipients);
        }
        self.job = Some(Box::new(Job::new(envelope, facts)));
        self.go_on();
        Ok(())
    }

    /// Gives the next octets of the message, at most as many as [`Event::WantBody`] said.
    ///
    /// Octets that contradict the facts of the message end it: it is not sent.
    ///
    /// # Errors
    /// [`MisuseError::NotWanted`] where nothing was asked for, which a server that breaks off can bring about;
    /// [`MisuseError::TooMuch`].
    pub fn handle_body(&mut self, now: Duration, octets: Bytes) -> Result<(), MisuseError> {
        self.advance_clock(now);
        self.body_piece(octets)?;
        self.go_on();
        Ok(())
    }

    /// The message is complete.
    ///
    /// # Errors
    /// [`MisuseError::NotWanted`] where nothing was asked for.
    pub fn finish_body(&mut self, now: Duration) -> Result<(), MisuseError> {
        self.advance_clock(now);
        self.body_end()?;
        self.go_on();
        Ok(())
    }

    /// Gives the message up. It is not sent: behind DATA the connection is closed without the final dot, behind BDAT the
    /// transaction is reset.
    ///
    /// # Errors
    /// [`MisuseError::NotWanted`] where no transaction is open, or the whole message has been given.
    pub fn abort_body(&mut self, now: Duration) -> Result<(), MisuseError> {
        self.advance_clock(now);
        let whole = matches!(self.phase, Phase::Message);
        if self.job.is_none() || whole {
            return Err(MisuseError::NotWanted);
        }
        self.give_up(NotSent::Aborted);
        self.go_on();
        Ok(())
    }

    /// Ends the session: the transaction in hand is finished, then QUIT is said.
    pub fn shutdown(&mut self, now: Duration) {
        self.advance_clock(now);
        self.leaving = true;
        self.go_on();
    }

    /// What to do next. Call it after each input until it says [`Output::Wait`] or [`Output::Close`].
    pub fn poll_output(&mut self) -> Output<Event> {
        if let Some(octets) = self.outgoing.pop() {
            if self.timers.get(WRITE).is_none() {
                self.timers.set(WRITE, self.now.after(self.settings.deadlines.block));
            }
            return Output::Transmit(octets);
        }
        if let Some(event) = self.events.pop_front() {
            return Output::Event(event);
        }
        if matches!(self.phase, Phase::Over) {
            return Output::Close;
        }
        if let Some(octets) = self.want_body() {
            return Output::Event(Event::WantBody(octets));
        }
        Output::Wait {
            until: self.timers.next().map(Time::since_origin),
            read: !matches!(self.phase, Phase::Handshake),
        }
    }

    /// What is known of the server.
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Whether a transaction may be given now.
    pub fn is_ready(&self) -> bool {
        matches!(self.phase, Phase::Idle) && self.job.is_none() && !self.leaving
    }

    /// Whether this session may serve where one of these settings is wanted: the same name of ours, protocol, TLS policy
    /// and login. Whoever keeps sessions to use them again asks this, and compares the host and port itself.
    pub fn serves(&self, settings: &Settings) -> bool {
        self.settings.agrees(settings)
    }

    /// Why the session is over, if it ended not by our wish.
    pub const fn failure(&self) -> Option<&Attempt> {
        self.ended.as_ref()
    }
}
