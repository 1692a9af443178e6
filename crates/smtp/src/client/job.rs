//! Keeps one message with its recipients until each of them has an ending.
//!
//! in:  an envelope and the facts of a body      out: who is next, who is left
//! law: a recipient is done once, and never again

use alloc::{sync::Arc, vec::Vec};

use bytes::Bytes;
use mailwright_address::Envelope;
use mailwright_reply::NotSent;

use super::plan::Plan;
use crate::{BodyEncoder, BodyFacts, BodyMeter};

/// One message with its recipients, over as many transactions as it takes.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) envelope: Arc<Envelope>,
    pub(super) facts: BodyFacts,
    pub(super) plan: Option<Plan>,
    statuses: Vec<Status>,
    /// All before this one are done.
    first: usize,
    pub(super) round: Round,
    pub(super) given_up: Option<NotSent>,
    /// Some of the message was asked for in an earlier transaction.
    pub(super) body_begun: bool,
}

/// Where a recipient stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// Not named in this transaction.
    Waiting,
    /// Named, not answered.
    Asked,
    /// Accepted, and waits for the message.
    Accepted,
    /// Has its ending.
    Done,
}

/// One transaction.
#[derive(Clone, Debug)]
pub(super) struct Round {
    /// The next recipient to look at.
    pub(super) next: usize,
    /// The recipient whose command did not fit into the window, and the octets of that command.
    pub(super) waiting: Option<(usize, usize)>,
    pub(super) named: usize,
    pub(super) asked: usize,
    pub(super) accepted: usize,
    pub(super) mail: Mail,
    /// A recipient was refused because there are too many.
    pub(super) full: bool,
    pub(super) data: bool,
    /// The message cannot go on: a chunk was refused, or it was given up between chunks.
    pub(super) dead: bool,
    pub(super) body: Body,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mail {
    Unsaid,
    Asked,
    Accepted,
    Refused,
    /// Refused, and then a recipient was accepted all the same.
    Adrift,
}

/// The message on its way.
#[derive(Clone, Debug)]
pub(super) struct Body {
    pub(super) meter: BodyMeter,
    /// None where the octets travel as they are.
    pub(super) encoder: Option<BodyEncoder>,
    /// How much was asked for and not yet given.
    pub(super) wanted: Option<usize>,
    /// The chunk that waits, since it may be the last.
    pub(super) held: Vec<Bytes>,
    /// The message is whole, and its last chunk waits for the replies to those before.
    pub(super) ended: bool,
}

impl Job {
    pub(super) fn new(envelope: Arc<Envelope>, facts: BodyFacts) -> Self {
        let statuses = alloc::vec![Status::Waiting; envelope.recipients().len()];
        Self {
            envelope,
            facts,
            plan: None,
            statuses,
            first: 0,
            round: Round::new(0),
            given_up: None,
            body_begun: false,
        }
    }

    /// A further transaction, for those who are left.
    pub(super) fn begin_round(&mut self) {
        while self.statuses.get(self.first) == Some(&Status::Done) {
            self.first = self.first.saturating_add(1);
        }
        self.round = Round::new(self.first);
    }

    /// Those who may be left, in order.
    pub(super) fn left(&self) -> impl Iterator<Item = (usize, Status)> {
        self.statuses.iter().copied().enumerate().skip(self.first)
    }

    /// Those who may have been named in this transaction, in order.
    pub(super) fn named(&self) -> impl Iterator<Item = (usize, Status)> {
        self.left().take_while(|&(index, _)| index < self.round.next)
    }

    /// Marks as done those who were accepted in this transaction, or all who are left, and says who they are.
    pub(super) fn finish(&mut self, accepted: bool, mut tell: impl FnMut(usize)) {
        let end = if accepted { self.round.next } else { usize::MAX };
        for (index, status) in self.statuses.iter_mut().enumerate().skip(self.first) {
            if index >= end {
                return;
            }
            let concerned = if accepted { *status == Status::Accepted } else { *status != Status::Done };
            if concerned {
                *status = Status::Done;
                tell(index);
            }
        }
    }

    pub(super) fn status(&self, index: usize) -> Status {
        self.statuses.get(index).copied().unwrap_or(Status::Done)
    }

    pub(super) fn set(&mut self, index: usize, status: Status) {
        if let Some(place) = self.statuses.get_mut(index) {
            *place = status;
        }
    }
}

impl Round {
    const fn new(first: usize) -> Self {
        Self {
            next: first,
            waiting: None,
            named: 0,
            asked: 0,
            accepted: 0,
            mail: Mail::Unsaid,
            full: false,
            data: false,
            dead: false,
            body: Body {
                meter: BodyMeter::new(),
                encoder: None,
                wanted: None,
                held: Vec::new(),
                ended: false,
            },
        }
    }
}
