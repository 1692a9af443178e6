//! Says replies, and counts what may not be said too often.
//!
//! in:  replies, known where they are said      out: octets behind those that are ready, or a place in the queue
//! law: a reply that nothing stands before is written at once; a budget that is used up ends the session with 421

use core::time::Duration;

use bytes::{Bytes, BytesMut};
use mailwright_reply::{Reply, standard};

use super::{Notice, Session};

pub(super) mod queue;
pub(super) mod replies;

use queue::{Said, Text};

impl Session {
    /// Nobody is there to take what is ready.
    pub(super) fn drop_output(&mut self) {
        self.first = Bytes::new();
        self.out.clear();
    }

    /// Whether a reply is ready to leave.
    #[inline]
    pub(super) fn has_output(&self) -> bool {
        !(self.first.is_empty() && self.out.is_empty())
    }

    /// How many octets of replies are ready to leave.
    pub(super) fn ready(&self) -> usize {
        self.first.len().saturating_add(self.out.len())
    }

    /// Where the next reply is written, behind all that are ready.
    pub(super) fn writer(&mut self) -> &mut BytesMut {
        if !self.first.is_empty() {
            // A reply is only ever put aside while `out` is empty.
            self.out.reserve(ROOM);
            self.out.extend_from_slice(&core::mem::take(&mut self.first));
        } else if self.out.capacity().saturating_sub(self.out.len()) < LINE {
            // Replies that leave one by one are cut from the same room.
            self.out.reserve(ROOM);
        }
        &mut self.out
    }

    /// Writes a fixed reply.
    #[inline]
    pub(super) fn write_fixed(&mut self, octets: &'static [u8]) {
        if self.has_output() {
            self.writer().extend_from_slice(octets);
        } else {
            self.first = Bytes::from_static(octets);
        }
    }

    /// Writes a reply whose octets are there already.
    #[inline]
    pub(super) fn write_shared(&mut self, octets: Bytes) {
        if self.has_output() {
            self.writer().extend_from_slice(&octets);
        } else {
            self.first = octets;
        }
    }

    pub(super) fn write(&mut self, text: &Text) {
        match text {
            Text::Nothing => {}
            Text::Fixed(octets) => self.write_fixed(octets),
            Text::Shared(octets) => self.write_shared(octets.clone()),
            Text::Given(reply) => reply.write(self.writer()),
        }
    }

    /// Says a reply in its turn.
    pub(super) fn say(&mut self, mut said: Said) {
        said = said.after(self.settings.delays.reply);
        if self.queue.is_empty() && said.delay == Duration::ZERO && !said.close {
            self.write(&said.text);
        } else {
            self.queue.say(said);
        }
    }

    /// Says a fixed reply in its turn.
    pub(super) fn say_fixed(&mut self, octets: &'static [u8]) {
        if self.queue.is_empty() && self.settings.delays.reply == Duration::ZERO {
            self.write_fixed(octets);
        } else {
            self.say(Said::fixed(octets));
        }
    }

    /// Answers a command that was unknown, malformed or out of order.
    #[inline(never)]
    pub(super) fn error(&mut self, reply: Reply) {
        self.facts.errors = self.facts.errors.saturating_add(1);
        let said = self.within(self.facts.errors, self.settings.budget.errors, Said::given(reply));
        let late = self.facts.errors > self.settings.delays.error_after;
        self.say(if late { said.after(self.settings.delays.error) } else { said });
    }

    /// The same, for a reply of the machine's own.
    #[inline(never)]
    pub(super) fn error_fixed(&mut self, octets: &'static [u8]) {
        self.facts.errors = self.facts.errors.saturating_add(1);
        let said = self.within(self.facts.errors, self.settings.budget.errors, Said::fixed(octets));
        self.say(said);
    }

    /// Counts a refusal of something well formed, and gives its reply, or the last one.
    #[inline(never)]
    pub(super) fn refusal(&mut self, said: Said) -> Said {
        self.counts.refusals = self.counts.refusals.saturating_add(1);
        self.within(self.counts.refusals, self.settings.budget.refusals, said)
    }

    /// Counts a command that brings nothing further: whether it may still be answered as usual.
    pub(super) fn idles(&mut self) -> bool {
        self.counts.idle = self.counts.idle.saturating_add(1);
        let within = self.counts.idle <= self.settings.budget.idle;
        if !within {
            let said = self.within(1, 0, Said::nothing());
            self.say(said);
        }
        within
    }

    /// The reply, or the end of the session where `count` is over its budget.
    pub(super) fn within(&mut self, count: u32, budget: u32, said: Said) -> Said {
        if count <= budget {
            return said;
        }
        self.notice(Notice::Budget);
        Said::given(standard::too_many_errors()).then_close()
    }
}

/// The first room for replies that leave together.
const ROOM: usize = 256;
/// The room that an ordinary line needs.
const LINE: usize = 80;
