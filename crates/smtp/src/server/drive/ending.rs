//! Ends a transaction or the session.
//!
//! in:  why      out: the last reply, and word of all that is gone
//! law: what was open is withdrawn and what was begun is aborted, each told once; what is ready still leaves

use bytes::BytesMut;
use mailwright_reply::{Reply, standard};

use super::Step;
use super::clock::WRITE;
use crate::server::say::queue::{About, Said, Slot};
use crate::server::{Abort, Event, Pending, Session, Stage, Standing, State};

impl Session {
    /// Forgets the transaction, if there is one, and tells so.
    #[inline]
    pub(in crate::server) fn abort(&mut self, why: Abort) {
        let idle = !matches!(self.standing, Standing::Transaction(_));
        if !(idle && matches!(self.pending, Pending::Nothing)) {
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
        self.pending = Pending::Nothing;
    }

    /// Says a last reply behind those that are ready, and ends the session.
    #[inline(never)]
    pub(in crate::server) fn terminate(&mut self, reply: &Reply, why: Abort) {
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
    pub(in crate::server) fn over(&mut self, why: Abort) {
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
    pub(in crate::server) fn ended(&mut self) -> Step {
        self.over(Abort::Ended);
        Step::Again
    }

    /// Forgets all input, but not a buffer that is wanted back.
    pub(in crate::server) fn drop_input(&mut self) {
        if self.flags.lent {
            self.input.clear();
        } else {
            self.input = BytesMut::new();
        }
    }

    #[inline(never)]
    pub(in crate::server) fn stop(&mut self) {
        let committing = self.queue.first_open().is_some_and(|(_, open)| open.about == About::EndOfBody);
        if committing {
            self.flags.stopping = true;
        } else {
            self.terminate(&standard::shutting_down(), Abort::Closed);
        }
    }
}
