//! Keeps the time of a session: until when what may be awaited.
//!
//! in:  the caller's time      out: what has passed takes effect before anything else
//! law: the client's deadline stands still while a question is open; a question has its own

use core::time::Duration;

use mailwright_reply::standard;

use crate::ask::Ask;
use crate::server::say::queue::About;
use crate::server::{Abort, Event, Notice, Session, State, Verdict};
use crate::timer::Time;

// The kinds of deadlines.
const HOLD: usize = 0;
pub(in crate::server) const HEADER: usize = 1;
pub(in crate::server) const HANDSHAKE: usize = 2;
pub(super) const COMMAND: usize = 3;
pub(in crate::server) const BLOCK: usize = 4;
pub(super) const WRITE: usize = 5;
pub(super) const ASK: usize = 6;

impl Session {
    pub(in crate::server) fn hold(&mut self, until: Time) {
        self.flags.holding = true;
        self.timers.set(HOLD, until);
    }

    /// Moves the clock, and lets what has passed take effect before anything else; says whether a deadline may have.
    #[inline]
    pub(in crate::server) fn advance(&mut self, now: Duration) -> bool {
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
    pub(in crate::server) fn ask(&mut self, about: About) -> Ask {
        let deadline = self.ask_deadline(about);
        self.queue.ask(about, deadline)
    }

    /// The time until which a question may be answered; the deadline of the machine is set accordingly.
    pub(in crate::server) fn ask_deadline(&mut self, about: About) -> Time {
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

    /// All replies are out: the time for the next command is counted from here.
    #[inline]
    pub(in crate::server) fn written(&mut self, now: Duration) {
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
    pub(in crate::server) fn command_came(&mut self) {
        self.timers.clear(COMMAND);
    }
}
