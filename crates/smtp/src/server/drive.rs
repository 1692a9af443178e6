//! Turns the machine until there is something for the caller to do; keeps its deadlines.
//!
//! in:  the state and the inputs that wait      out: one output at a time
//! law: what is ready leaves before anything waits; the client's deadline stands still while a question is open

use core::time::Duration;

use bytes::BytesMut;
use mailwright_reply::{Reply, standard};

use super::say::queue::{About, Said, Slot};
use super::{Abort, Event, Notice, Session, Stage, Standing, State, Verdict};
use crate::ask::Ask;
use crate::output::Output;
use crate::timer::Time;

mod line;
mod opening;

// The kinds of deadlines.
const HOLD: usize = 0;
pub(super) const HEADER: usize = 1;
pub(super) const HANDSHAKE: usize = 2;
const COMMAND: usize = 3;
pub(super) const BLOCK: usize = 4;
pub(super) const WRITE: usize = 5;
const ASK: usize = 6;

/// Room that is kept free for one reply when more input is taken.
const REPLY_ROOM: usize = 1024;
/// Input below this is copied out of a read buffer when the machine waits.
const PINNING: usize = 1024;

/// What a turn of the machine brought.
pub(super) enum Step {
    /// Turn again.
    Again,
    /// Tell this.
    Event(Event),
    /// Nothing goes on without an input.
    Stuck,
}

impl Session {
    pub(super) fn drive(&mut self) -> Output<Event> {
        while !self.flags.resting {
            if let Some(event) = self.events.pop_front() {
                return Output::Event(event);
            }
            if self.flags.flush && self.has_output() {
                break;
            }
            match self.turn() {
                Step::Event(event) => return Output::Event(event),
                Step::Stuck if self.events.is_empty() => {
                    self.flags.resting = true;
                    break;
                }
                Step::Again | Step::Stuck => {}
            }
        }
        if self.has_output() {
            return self.transmit();
        }
        if matches!(self.state, State::Over) {
            return Output::Close;
        }
        self.rest()
    }

    #[inline]
    fn transmit(&mut self) -> Output<Event> {
        self.flags.flush = false;
        self.unwritten = self.unwritten.saturating_add(self.ready());
        if self.timers.get(WRITE).is_none() {
            self.timers.set(WRITE, self.now.after(self.settings.deadlines.write));
        }
        let octets = if self.out.is_empty() {
            core::mem::take(&mut self.first)
        } else {
            self.writer().split().freeze()
        };
        Output::Transmit(octets)
    }

    #[inline]
    fn turn(&mut self) -> Step {
        if !self.queue.is_empty() {
            self.settle();
        }
        let nothing_came = self.input.is_empty() && !self.flags.ended && matches!(self.state, State::Line);
        if nothing_came || self.flags.holding || self.is_blocked_by_output() {
            return Step::Stuck;
        }
        match &self.state {
            State::Header => self.header(),
            State::Handshake { .. } => self.handshake(),
            State::Greeting { .. } => self.greet(),
            State::Line => self.line(),
            #[cfg(feature = "sasl")]
            State::Login(_) => self.response(),
            State::Text(_) => self.text(),
            State::Chunk(_) => self.chunk(),
            State::Over => Step::Stuck,
        }
    }

    /// Writes the replies that are ready, first to last.
    #[inline(never)]
    fn settle(&mut self) {
        while !self.flags.holding {
            let Some(said) = self.queue.ready() else { return };
            if said.delay > Duration::ZERO {
                let until = self.now.after(said.delay);
                said.delay = Duration::ZERO;
                self.hold(until);
                return;
            }
            let Some(Slot::Ready(said)) = self.queue.pop() else { return };
            self.write(&said.text);
            if said.close {
                self.over(Abort::Closed);
                return;
            }
            if self.queue.is_empty() {
                self.all_said();
                return;
            }
        }
    }

    /// A question is answered: its reply leaves at once where nothing stands before it.
    pub(super) fn settle_one(&mut self, ask: Ask, said: Said) {
        let plain = said.delay.is_zero() && !said.close && !self.flags.stopping;
        if plain && !self.flags.holding && self.queue.take_only(ask) {
            self.write(&said.text);
            self.all_said();
        } else {
            self.queue.settle(ask, said);
        }
    }

    /// No reply is due any more.
    #[inline]
    pub(super) fn all_said(&mut self) {
        self.flags.barrier = false;
        self.flags.run = false;
        self.timers.clear(ASK);
        if self.flags.stopping {
            self.terminate(&standard::shutting_down(), Abort::Closed);
        }
    }

    pub(super) fn hold(&mut self, until: Time) {
        self.flags.holding = true;
        self.timers.set(HOLD, until);
    }

    fn is_blocked_by_output(&self) -> bool {
        if self.unwritten == 0 && !self.has_output() {
            return false;
        }
        let owed = self.unwritten.saturating_add(self.ready());
        owed.saturating_add(REPLY_ROOM) > self.settings.limits.outgoing
    }

    /// Nothing goes on: says until when, and whether to read.
    #[inline]
    fn rest(&mut self) -> Output<Event> {
        let nothing_is_due = self.queue.is_empty() && self.unwritten == 0 && self.input.is_empty();
        let nothing_is_special = !self.flags.holding && !self.flags.stopping && !self.flags.ended;
        if nothing_is_due && nothing_is_special && matches!(self.state, State::Line) {
            return self.await_line();
        }
        self.rest_otherwise()
    }

    /// The usual rest: all is said, and the client has the word.
    #[inline]
    fn await_line(&mut self) -> Output<Event> {
        self.compact();
        if self.timers.get(COMMAND).is_none() {
            self.timers.set(COMMAND, self.now.after(self.settings.deadlines.command));
        }
        Output::Wait { until: self.timers.next().map(Time::since_origin), read: true }
    }

    #[inline(never)]
    fn rest_otherwise(&mut self) -> Output<Event> {
        self.compact();
        let (reading, for_a_line) = match &self.state {
            State::Line => (true, true),
            #[cfg(feature = "sasl")]
            State::Login(_) => (true, true),
            State::Header | State::Greeting { .. } | State::Text(_) | State::Chunk(_) => (true, false),
            State::Handshake { .. } | State::Over => (false, false),
        };
        let idle = self.queue.is_empty() && !self.flags.holding;
        let blocked =
            !idle && (self.flags.barrier || self.is_waiting_in_body()) || self.is_blocked_by_output();
        if !idle {
            self.timers.clear(COMMAND);
        } else if for_a_line && self.timers.get(COMMAND).is_none() {
            self.timers.set(COMMAND, self.now.after(self.settings.deadlines.command));
        }
        let held_back = blocked && !self.input.is_empty() || self.flags.stopping;
        let read = reading && !held_back && !self.flags.ended;
        Output::Wait { until: self.timers.next().map(Time::since_origin), read }
    }

    /// Whether input is not looked at before an answer comes, whatever it is.
    fn is_waiting_in_body(&self) -> bool {
        matches!(self.state, State::Chunk(_) | State::Greeting { .. }) || self.flags.holding
    }

    /// Copies a small rest of input, so that no read buffer stays in memory for it.
    fn compact(&mut self) {
        if self.input.is_empty() {
            if self.input.capacity() != 0 && !self.flags.lent {
                self.input = BytesMut::new();
            }
            self.flags.compact = false;
        } else if !self.flags.compact && self.input.len() < PINNING {
            self.input = BytesMut::from(&self.input[..]);
            self.flags.compact = true;
            self.flags.lent = false;
        }
    }

    /// Forgets all input, but not a buffer that is wanted back.
    pub(super) fn drop_input(&mut self) {
        if self.flags.lent {
            self.input.clear();
        } else {
            self.input = BytesMut::new();
        }
    }

    /// Moves the clock, and lets what has passed take effect before anything else; says whether a deadline may have.
    #[inline]
    pub(super) fn advance(&mut self, now: Duration) -> bool {
        self.flags.resting = false;
        self.now = self.now.max(Time::of(now));
        let due = self.timers.is_due(self.now);
        if due {
            self.expire();
        }
        due
    }

    /// Lets each deadline that has passed take effect.
    #[cold]
    fn expire(&mut self) {
        while let Some(kind) = self.timers.take_passed(self.now) {
            self.fire(kind);
        }
    }

    fn fire(&mut self, kind: usize) {
        if matches!(self.state, State::Over) {
            self.drop_output();
            return;
        }
        match kind {
            HOLD => self.flags.holding = false,
            ASK => self.overdue(),
            BLOCK if self.block_came() => {
                self.timers.set(BLOCK, self.now.after(self.settings.deadlines.block));
            }
            COMMAND | BLOCK => {
                self.notice(Notice::TimedOut);
                let reply = if kind == BLOCK { standard::too_slow() } else { standard::timed_out() };
                self.terminate(&reply, Abort::TimedOut);
            }
            HEADER | HANDSHAKE | WRITE => {
                self.notice(Notice::TimedOut);
                self.drop_output();
                self.over(Abort::TimedOut);
            }
            _ => {}
        }
    }

    /// Gives the deferral for every question whose deadline has passed.
    #[inline(never)]
    fn overdue(&mut self) {
        while let Some((ask, open)) = self.queue.first_open() {
            if open.deadline > self.now {
                self.timers.set(ASK, open.deadline);
                return;
            }
            self.events.push_back(Event::Withdrawn(ask));
            self.notice(Notice::Deferred);
            self.decide(ask, open.about, Verdict::defer());
        }
    }

    /// Opens a question.
    pub(super) fn ask(&mut self, about: About) -> Ask {
        let deadline = self.ask_deadline(about);
        self.queue.ask(about, deadline)
    }

    /// The time until which a question may be answered; the deadline of the machine is set accordingly.
    pub(super) fn ask_deadline(&mut self, about: About) -> Time {
        let deadlines = &self.settings.deadlines;
        let time = match about {
            About::Data | About::FirstChunk => deadlines.ask_data,
            About::EndOfBody => deadlines.ask_end_of_body,
            About::Connected
            | About::Hello
            | About::Mail
            | About::Recipient
            | About::Verify
            | About::Expand
            | About::Etrn => deadlines.ask,
            #[cfg(feature = "sasl")]
            About::Login => deadlines.ask,
        };
        let deadline = self.now.after(time);
        if self.timers.get(ASK).is_none_or(|at| at > deadline) {
            self.timers.set(ASK, deadline);
        }
        deadline
    }

    pub(super) fn notice(&mut self, notice: Notice) {
        self.events.push_back(Event::Notice(notice));
    }

    /// Forgets the transaction, if there is one, and tells so.
    #[inline]
    pub(super) fn abort(&mut self, why: Abort) {
        let idle = !matches!(self.standing, Standing::Transaction(_));
        if !(idle && matches!(self.pending, super::Pending::Nothing)) {
            self.forget_transaction(why);
        }
    }

    #[inline(never)]
    fn forget_transaction(&mut self, why: Abort) {
        if let Standing::Transaction(transaction) = &self.standing {
            // A broken one was told when it broke.
            if transaction.stage != Stage::Broken {
                self.events.push_back(Event::Aborted(why));
            }
            self.standing = Standing::Hello;
        }
        self.pending = super::Pending::Nothing;
    }

    /// Says a last reply behind those that are ready, and ends the session.
    #[inline(never)]
    pub(super) fn terminate(&mut self, reply: &Reply, why: Abort) {
        if matches!(self.state, State::Over) {
            return;
        }
        if !matches!(self.state, State::Handshake { .. } | State::Header) {
            while let Some(Slot::Ready(said)) = self.ready_slot() {
                self.write(&said.text);
            }
            reply.write(self.writer());
        }
        self.over(why);
    }

    /// Takes out the first slot if it is ready.
    fn ready_slot(&mut self) -> Option<Slot> {
        self.queue.ready()?;
        self.queue.pop()
    }

    /// Ends the session; what is in `out` still leaves.
    #[inline(never)]
    pub(super) fn over(&mut self, why: Abort) {
        while let Some((ask, _)) = self.queue.first_open() {
            self.events.push_back(Event::Withdrawn(ask));
            self.queue.settle(ask, Said::nothing());
        }
        self.queue.clear();
        self.abort(why);
        self.state = State::Over;
        self.drop_input();
        let writing = self.timers.get(WRITE);
        self.timers.clear_all();
        if let Some(at) = writing {
            self.timers.set(WRITE, at);
        }
        self.flags.holding = false;
        self.flags.flush = true;
    }

    /// The client has ended the conversation.
    pub(super) fn ended(&mut self) -> Step {
        self.over(Abort::Ended);
        Step::Again
    }

    /// All replies are out: the time for the next command is counted from here.
    #[inline]
    pub(super) fn written(&mut self, now: Duration) {
        // Only what waited for room, or for a clean start of TLS, goes on because of it.
        let waited = self.is_blocked_by_output() || matches!(self.state, State::Handshake { .. });
        let rests = self.flags.resting && !waited;
        let due = self.advance(now);
        self.flags.resting = rests && !due;
        self.unwritten = 0;
        self.timers.clear(WRITE);
        self.timers.clear(COMMAND);
    }

    /// The command's last octet has come: the next one has its own deadline.
    pub(super) fn command_came(&mut self) {
        self.timers.clear(COMMAND);
    }

    #[inline(never)]
    pub(super) fn stop(&mut self) {
        let committing = self.queue.first_open().is_some_and(|(_, open)| open.about == About::EndOfBody);
        if committing {
            self.flags.stopping = true;
        } else {
            self.terminate(&standard::shutting_down(), Abort::Closed);
        }
    }
}
