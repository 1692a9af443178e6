//! The replies that are due, in the order of their commands.
//!
//! in:  replies that are known, questions that are open, answers in any order      out: the ready replies, first to last
//! law: a reply leaves when every reply before it has left; an ask is answered once

use alloc::collections::VecDeque;
use core::time::Duration;

use bytes::Bytes;
use mailwright_reply::Reply;

use crate::ask::{Ask, Asks};
use crate::timer::Time;

/// The ordered replies of a session. Empty nearly always: a reply that nothing stands before is written at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    /// The one open question that is due and nothing else, as in a session that does not pipeline.
    only: Option<Open>,
    slots: VecDeque<Slot>,
    /// How many slots of this run have left.
    left: u32,
    generation: u32,
}

/// One reply that is due.
#[derive(Clone, Debug)]
pub(crate) enum Slot {
    /// The embedder has not answered.
    Open(Open),
    /// Known, and waiting for its turn.
    Ready(Said),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    pub(crate) about: About,
    pub(crate) deadline: Time,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    Connected,
    Hello,
    #[cfg(feature = "sasl")]
    Login,
    Mail,
    Recipient,
    Data,
    FirstChunk,
    EndOfBody,
    Verify,
    Expand,
    Etrn,
}

/// A reply, how long it is held back, and whether it is the last.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) text: Text,
    pub(crate) delay: Duration,
    pub(crate) close: bool,
}

/// The octets of a reply.
#[derive(Clone, Debug)]
pub(crate) enum Text {
    /// No reply at all: its effect is elsewhere.
    Nothing,
    Fixed(&'static [u8]),
    Shared(Bytes),
    Given(Reply),
}

impl Said {
    pub(crate) const fn fixed(octets: &'static [u8]) -> Self {
        Self { text: Text::Fixed(octets), delay: Duration::ZERO, close: false }
    }

    pub(crate) const fn given(reply: Reply) -> Self {
        Self { text: Text::Given(reply), delay: Duration::ZERO, close: false }
    }

    pub(crate) const fn nothing() -> Self {
        Self { text: Text::Nothing, delay: Duration::ZERO, close: false }
    }

    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = self.delay.saturating_add(delay);
        self
    }

    pub(crate) const fn then_close(mut self) -> Self {
        self.close = true;
        self
    }
}

impl Queue {
    /// Whether the reply that is due last ends the session: nothing is read behind it.
    pub(crate) fn ends_the_session(&self) -> bool {
        matches!(self.slots.back(), Some(Slot::Ready(said)) if said.close)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.only.is_none() && self.slots.is_empty()
    }

    /// Adds a reply behind all that are due.
    pub(crate) fn say(&mut self, said: Said) {
        self.begin();
        self.line_up();
        self.slots.push_back(Slot::Ready(said));
    }

    /// Adds an open question behind all that are due.
    pub(crate) fn ask(&mut self, about: About, deadline: Time) -> Ask {
        if self.is_empty() {
            self.begin();
            self.only = Some(Open { about, deadline });
            return Ask::new(self.generation, 0);
        }
        self.line_up();
        let place = self.left.wrapping_add(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
        self.slots.push_back(Slot::Open(Open { about, deadline }));
        Ask::new(self.generation, place)
    }

    /// Adds `count` open questions about the end of a message; nothing else may be due.
    pub(crate) fn ask_all(&mut self, count: u32, deadline: Time) -> Asks {
        self.begin();
        if count == 1 {
            self.only = Some(Open { about: About::EndOfBody, deadline });
            return Asks::new(self.generation, count);
        }
        for _ in 0..count {
            self.slots.push_back(Slot::Open(Open { about: About::EndOfBody, deadline }));
        }
        Asks::new(self.generation, count)
    }

    /// An ask that was answered before it was put.
    pub(crate) fn answered(&mut self) -> Ask {
        Ask::new(self.generation, u32::MAX)
    }

    /// What the open question `ask` is about.
    pub(crate) fn find(&self, ask: Ask) -> Option<About> {
        let index = self.index(ask)?;
        if let Some(open) = &self.only {
            return (index == 0).then_some(open.about);
        }
        match self.slots.get(index)? {
            Slot::Open(open) => Some(open.about),
            Slot::Ready(_) => None,
        }
    }

    /// What the open question `ask` is about, if it stands alone.
    #[inline]
    pub(crate) fn only(&self, ask: Ask) -> Option<About> {
        let open = self.only.as_ref()?;
        (ask.generation() == self.generation && ask.place() == self.left).then_some(open.about)
    }

    /// Takes out the open question `ask`, if nothing else is due.
    #[inline]
    pub(crate) fn take_only(&mut self, ask: Ask) -> bool {
        if self.index(ask) != Some(0) {
            return false;
        }
        if self.only.take().is_none() {
            if self.slots.len() != 1 {
                return false;
            }
            self.slots.clear();
        }
        self.left = self.left.wrapping_add(1);
        true
    }

    /// Answers the open question `ask`.
    pub(crate) fn settle(&mut self, ask: Ask, said: Said) {
        self.line_up();
        let Some(index) = self.index(ask) else { return };
        if let Some(slot @ Slot::Open(_)) = self.slots.get_mut(index) {
            *slot = Slot::Ready(said);
        }
    }

    /// The first slot, if its reply is known.
    pub(crate) fn ready(&mut self) -> Option<&mut Said> {
        match self.slots.front_mut()? {
            Slot::Ready(said) => Some(said),
            Slot::Open(_) => None,
        }
    }

    /// Takes the first slot out.
    pub(crate) fn pop(&mut self) -> Option<Slot> {
        self.line_up();
        let slot = self.slots.pop_front();
        self.left = self.left.wrapping_add(u32::from(slot.is_some()));
        slot
    }

    /// How many questions about recipients are open.
    pub(crate) fn open_recipients(&self) -> u32 {
        let lined_up = self.slots.iter().filter_map(|slot| match slot {
            Slot::Open(open) => Some(open),
            Slot::Ready(_) => None,
        });
        let open = self.only.iter().chain(lined_up).filter(|open| open.about == About::Recipient);
        u32::try_from(open.count()).unwrap_or(u32::MAX)
    }

    /// The first open question, with its ask.
    pub(crate) fn first_open(&self) -> Option<(Ask, Open)> {
        if let Some(open) = self.only {
            return Some((Ask::new(self.generation, self.left), open));
        }
        self.slots.iter().zip(self.left..).find_map(|(slot, place)| match slot {
            Slot::Open(open) => Some((Ask::new(self.generation, place), *open)),
            Slot::Ready(_) => None,
        })
    }

    /// Forgets everything: each open ask is stale from here on.
    pub(crate) fn clear(&mut self) {
        self.only = None;
        self.slots.clear();
        self.generation = self.generation.wrapping_add(1);
        self.left = 0;
    }

    /// Puts the only question in front of what comes behind it.
    fn line_up(&mut self) {
        if let Some(open) = self.only.take() {
            self.slots.push_front(Slot::Open(open));
        }
    }

    /// The index of the slot of an ask of this run.
    fn index(&self, ask: Ask) -> Option<usize> {
        if ask.generation() != self.generation {
            return None;
        }
        usize::try_from(ask.place().checked_sub(self.left)?).ok()
    }

    /// Where nothing is due a new run of asks begins.
    fn begin(&mut self) {
        if self.is_empty() {
            self.generation = self.generation.wrapping_add(1);
            self.left = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    const LATER: Time = Time::NEVER;

    #[test]
    fn answers_in_any_order_leave_in_the_order_of_the_commands() {
        let mut queue = Queue::default();
        let first = queue.ask(About::Recipient, LATER);
        let second = queue.ask(About::Recipient, LATER);
        queue.settle(second, Said::fixed(b"2"));
        assert!(queue.ready().is_none());
        assert_eq!(queue.open_recipients(), 1);
        queue.settle(first, Said::fixed(b"1"));
        let mut out = Vec::new();
        while let Some(Slot::Ready(Said { text: Text::Fixed(octets), .. })) = queue.pop() {
            out.extend_from_slice(octets);
        }
        assert_eq!(&out[..], b"12");
    }

    #[test]
    fn an_ask_is_found_once() {
        let mut queue = Queue::default();
        let ask = queue.ask(About::Mail, LATER);
        assert_eq!(queue.find(ask), Some(About::Mail));
        queue.settle(ask, Said::nothing());
        assert_eq!(queue.find(ask), None);
        queue.pop();
        let next = queue.ask(About::Mail, LATER);
        assert_ne!(ask, next);
        assert_eq!(queue.find(ask), None);
        queue.clear();
        assert_eq!(queue.find(next), None);
    }

    #[test]
    fn places_go_on_while_a_run_lasts() {
        let mut queue = Queue::default();
        let first = queue.ask(About::Recipient, LATER);
        let second = queue.ask(About::Recipient, LATER);
        queue.settle(first, Said::nothing());
        queue.pop();
        let third = queue.ask(About::Recipient, LATER);
        assert_eq!(queue.first_open().map(|(ask, _)| ask), Some(second));
        assert_eq!(queue.find(third), Some(About::Recipient));
        assert_eq!(queue.find(first), None);
    }
}
