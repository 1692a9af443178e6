//! Turns the machine until there is something for the caller to do.
//!
//! in:  the state and the inputs that wait      out: one output at a time
//! law: what is ready leaves before anything waits

use core::time::Duration;

use bytes::BytesMut;
use mailwright_reply::standard;

use super::say::queue::{Said, Slot};
use super::{Abort, Event, Notice, Session, State};
use crate::ask::Ask;
use crate::output::Output;
use crate::timer::Time;

mod clock;
use clock::{ASK, COMMAND, WRITE};
pub(super) use clock::{BLOCK, HANDSHAKE, HEADER};
mod ending;
mod line;
mod opening;

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

    pub(super) fn notice(&mut self, notice: Notice) {
        self.events.push_back(Event::Notice(notice));
    }
}
