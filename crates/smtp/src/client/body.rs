//! Sends the message, behind DATA or in chunks, and hears what became of it.
//!
//! in:  pieces of the message      out: the same for the wire, then an ending per recipient
//! law: what contradicts the facts of the message is never sent to its end

use alloc::vec::Vec;

use bytes::{Bytes, BytesMut};
use mailwright_reply::{Attempt, Ending, NotSent, Reply, Stage};

use super::{
    event::MisuseError,
    expected::To,
    job::{Body, Status},
    plan::BodyKind,
    session::{Phase, Session},
    settings::Quitting,
};
use crate::{BodyEncoder, BodyMeter, write_bdat};

impl Session {
    pub(super) fn begin_body(&mut self) {
        self.rewind();
        let newlines = self.settings.newlines;
        let Some(job) = self.job_mut() else { return };
        let Some(plan) = job.plan else { return };
        let encoder = match (plan.chunks, plan.body) {
            (true, BodyKind::Binary) => None,
            (true, BodyKind::Plain | BodyKind::EightBit) => Some(BodyEncoder::for_chunks(newlines)),
            (false, _) => Some(BodyEncoder::new(newlines)),
        };
        job.round.body =
            Body { meter: BodyMeter::new(), encoder, wanted: None, held: Vec::new(), ended: false };
        job.body_begun = true;
        self.phase = Phase::Body;
        self.arm();
    }

    /// How many octets of the message are wanted now, said once.
    pub(super) fn want_body(&mut self) -> Option<usize> {
        if !matches!(self.phase, Phase::Body)
            || self.outgoing.unwritten() >= self.settings.limits.outgoing.max(1)
        {
            return None;
        }
        let chunks = if self.pipelining() { self.settings.limits.chunks } else { 1 };
        if self.expected.len() >= chunks {
            return None;
        }
        let octets = self.settings.limits.body;
        let job = self.job.as_mut()?;
        if job.round.dead || job.round.body.ended || job.round.body.wanted.is_some() {
            return None;
        }
        job.round.body.wanted = Some(octets);
        Some(octets)
    }

    pub(super) fn body_piece(&mut self, octets: Bytes) -> Result<(), MisuseError> {
        if !matches!(self.phase, Phase::Body) {
            return Err(MisuseError::NotWanted);
        }
        let Some(job) = self.job.as_mut() else { return Err(MisuseError::NotWanted) };
        let Some(wanted) = job.round.body.wanted else { return Err(MisuseError::NotWanted) };
        if octets.len() > wanted {
            return Err(MisuseError::TooMuch);
        }
        if octets.is_empty() {
            return Ok(());
        }
        job.round.body.wanted = None;
        let chunks = job.plan.is_some_and(|plan| plan.chunks);
        job.round.body.meter.add(&octets);
        let mut pieces = Vec::new();
        let result = if let Some(encoder) = &mut job.round.body.encoder {
            encoder.encode_bytes(&octets, |piece| pieces.push(piece)).is_ok()
        } else {
            pieces.push(octets);
            true
        };
        if !result || self.contradicted() {
            self.give_up(NotSent::Contradicted);
            return Ok(());
        }
        if chunks {
            self.send_chunk(false);
            if let Some(job) = self.job_mut() {
                job.round.body.held = pieces;
            }
        } else {
            for piece in pieces {
                self.outgoing.push(piece);
            }
        }
        Ok(())
    }

    pub(super) fn body_end(&mut self) -> Result<(), MisuseError> {
        if !matches!(self.phase, Phase::Body) {
            return Err(MisuseError::NotWanted);
        }
        let Some(job) = self.job.as_mut() else { return Err(MisuseError::NotWanted) };
        if job.round.dead || job.round.body.ended {
            return Err(MisuseError::NotWanted);
        }
        let chunks = job.plan.is_some_and(|plan| plan.chunks);
        let mut end = BytesMut::new();
        let finished = job.round.body.encoder.as_mut().is_none_or(|encoder| encoder.finish(&mut end).is_ok());
        if !finished || self.contradicted() {
            self.give_up(NotSent::Contradicted);
            return Ok(());
        }
        if chunks {
            if let Some(job) = self.job_mut() {
                job.round.body.held.push(end.freeze());
            }
            if !self.expected.is_empty() && (self.is_lmtp() || !self.pipelining()) {
                // For LMTP a refused chunk would leave it open how many replies the last one gets.
                if let Some(job) = self.job_mut() {
                    job.round.body.ended = true;
                    job.round.body.wanted = None;
                }
                return Ok(());
            }
            self.send_chunk(true);
        } else {
            self.outgoing.push(end.freeze());
        }
        self.message_sent();
        Ok(())
    }

    fn message_sent(&mut self) {
        self.await_verdict();
        if self.leaving && self.settings.quitting == Quitting::BehindMessage {
            self.outgoing.text().extend_from_slice(b"QUIT\r\n");
            self.expect(To::Quit, 6);
        }
    }

    pub(super) fn chunk_answered(&mut self, reply: Reply) {
        if reply.is_intermediate() {
            return self.unexpected(self.stage());
        }
        if !reply.is_completion() {
            self.resolve_accepted(&Attempt::new(Stage::Body, Ending::Replied(reply)));
            return self.abandon_chunks();
        }
        if !self.expected.is_empty() {
            return;
        }
        let Some(job) = &self.job else { return };
        if job.round.dead {
            self.phase = Phase::Idle;
        } else if job.round.body.ended {
            self.send_chunk(true);
            self.message_sent();
        }
    }

    /// The message is not sent on: what is on its way is answered, then the transaction is reset.
    pub(super) fn abandon_chunks(&mut self) {
        if let Some(job) = self.job_mut() {
            job.round.dead = true;
            job.round.body.held.clear();
            job.round.body.wanted = None;
        }
        if self.expected.is_empty() {
            self.phase = Phase::Idle;
        }
    }

    /// The verdict on the whole message.
    pub(super) fn message_answered(&mut self, reply: Reply) {
        if reply.is_intermediate() {
            return self.unexpected(Stage::Dot);
        }
        self.resolve_accepted(&Attempt::new(Stage::Dot, Ending::Replied(reply)));
        self.message_done();
    }

    /// LMTP: the verdict on the whole message for one recipient.
    pub(super) fn message_answered_for(&mut self, index: usize, reply: Reply) {
        if reply.is_intermediate() {
            return self.unexpected(Stage::Dot);
        }
        self.resolve(index, Attempt::new(Stage::Dot, Ending::Replied(reply)));
        let more = self.expected.front().is_some_and(|expected| matches!(expected.to, To::MessageFor(_)));
        if !more {
            self.message_done();
        }
    }

    fn message_done(&mut self) {
        let dead = self.job.as_ref().is_some_and(|job| job.round.dead);
        self.dirty = dead;
        self.phase = Phase::Idle;
        if self.expected.front().is_some_and(|expected| expected.to == To::Quit) {
            // QUIT has gone out behind the message: who is left has to come on another connection.
            self.resolve_all(&Attempt::new(Stage::Recipient, Ending::NotSent(NotSent::NextTransaction)));
            self.finish();
            self.phase = Phase::Quit;
        }
    }

    fn await_verdict(&mut self) {
        self.phase = Phase::Message;
        if self.is_lmtp() {
            let accepted: Vec<usize> = self
                .job
                .iter()
                .flat_map(|job| job.named())
                .filter_map(|(index, status)| (status == Status::Accepted).then_some(index))
                .collect();
            for index in accepted {
                self.expect(To::MessageFor(index), 0);
            }
        } else {
            self.expect(To::Message, 0);
        }
    }

    /// Sends the chunk that was held back.
    fn send_chunk(&mut self, last: bool) {
        let Some(job) = self.job_mut() else { return };
        let pieces = core::mem::take(&mut job.round.body.held);
        let octets = pieces.iter().map(Bytes::len).fold(0, usize::saturating_add);
        if octets == 0 && !last {
            return;
        }
        write_bdat(octets as u64, last, self.outgoing.text());
        for piece in pieces {
            self.outgoing.push(piece);
        }
        if !last {
            self.expect(To::Chunk, 0);
        }
    }

    /// Whether what was given so far is not what the facts said.
    fn contradicted(&self) -> bool {
        let Some(job) = &self.job else { return false };
        let seen = job.round.body.meter.facts();
        let told = &job.facts;
        let octets = match &job.round.body.encoder {
            Some(encoder) => encoder.octets().min(seen.octets),
            None => seen.octets,
        };
        let nul = job.round.body.encoder.as_ref().is_some_and(BodyEncoder::has_nul);
        octets > told.octets
            || seen.longest_line > told.longest_line
            || (seen.eight_bit && !told.eight_bit)
            || (seen.utf8_headers && !told.utf8_headers)
            || (nul && !told.binary)
            || (job.round.body.encoder.is_none() && seen.binary && !told.binary)
    }
}
