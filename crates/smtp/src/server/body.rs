//! The message: behind DATA with its dots, behind BDAT in chunks.
//!
//! in:  octets of the message      out: `Body` events, then one question at its end, or a refusal
//! law: a message ends by its dot or its last chunk and by nothing else; a refused one is read to its end all the same

use bytes::Bytes;
use mailwright_reply::{Reply, standard};

use super::drive::{BLOCK, Step};
use super::say::queue::{About, Said};
use super::say::replies;
use super::settings::Asked;
use super::{Abort, Chunk, Event, Fate, Notice, Session, Stage, Standing, State, Text};
use crate::body::{BareNewline, BodyDecoder, BodyFindings, ChunkDecoder};

impl Session {
    /// 354 has been decided: reads the message from here on.
    pub(super) fn begin_text(&mut self) {
        let mut decoder = BodyDecoder::new(self.settings.bare_newline);
        decoder = decoder.with_line_limit(self.settings.limits.text_line.unwrap_or(u64::MAX));
        let replies = self.replies_at_end();
        self.state = State::Text(Text { decoder, given: 0, over: false, block: 0, replies });
        self.timers.set(BLOCK, self.now.after(self.settings.deadlines.block));
        self.flags.flush = true;
    }

    /// Reads on in a message behind DATA.
    #[inline(never)]
    pub(super) fn text(&mut self) -> Step {
        let limit = self.settings.size.unwrap_or(u64::MAX);
        let State::Text(text) = &mut self.state else { return Step::Stuck };
        let nothing_came = self.input.is_empty() && !self.flags.ended && text.decoder.is_between();
        if nothing_came || !self.queue.is_empty() {
            return Step::Stuck;
        }
        if let Some(piece) = text.decoder.decode_from(&mut self.input, self.flags.lent) {
            return self.text_piece(piece, limit);
        }
        if text.decoder.is_finished() {
            let (findings, over, replies) = (*text.decoder.findings(), text.over, text.replies);
            self.end_of_text(findings, over, replies);
            return self.tell_end(findings);
        }
        if self.flags.ended {
            return self.ended();
        }
        Step::Stuck
    }

    /// Gives a piece of the message, as far as the size limit allows.
    fn text_piece(&mut self, mut piece: Bytes, limit: u64) -> Step {
        let State::Text(text) = &mut self.state else { return Step::Again };
        let room = limit.saturating_sub(text.given);
        let length = piece.len() as u64;
        if length <= room && !text.over {
            text.given = text.given.saturating_add(length);
            return Step::Event(Event::Body(piece));
        }
        if !text.over {
            text.over = true;
            text.given = limit;
            // What fits is still given, so that the events do not depend on how the input was cut.
            piece.truncate(usize::try_from(room).unwrap_or(usize::MAX));
            if !piece.is_empty() {
                self.events.push_back(Event::Body(piece));
            }
            self.notice(Notice::TooLarge);
            self.abort(Abort::Refused);
        }
        let State::Text(text) = &self.state else { return Step::Again };
        if text.decoder.findings().octets > limit.saturating_add(self.settings.limits.overrun) {
            self.terminate(&standard::too_big(), Abort::Refused);
        }
        Step::Again
    }

    /// The dot has come: opens the question, or says why the message is refused.
    fn end_of_text(&mut self, findings: BodyFindings, over: bool, replies: u32) {
        let bare = findings.bare_cr.is_some() || findings.bare_lf.is_some();
        let refused = if over {
            Some(standard::too_big())
        } else if bare && self.settings.bare_newline == BareNewline::Reject {
            Some(standard::bare_newline())
        } else if findings.long_line.is_some() {
            Some(standard::text_line_too_long())
        } else {
            None
        };
        self.state = State::Line;
        self.timers.clear(BLOCK);
        if let Some(reply) = refused {
            self.refuse_message(&reply, replies);
        }
    }

    /// Opens the question about a complete message, unless it was refused.
    #[inline]
    fn tell_end(&mut self, findings: BodyFindings) -> Step {
        if !matches!(self.standing, Standing::Transaction(_)) {
            return Step::Again;
        }
        let count = self.replies_at_end();
        self.standing = Standing::Hello;
        let deadline = self.ask_deadline(About::EndOfBody);
        let asks = self.queue.ask_all(count, deadline);
        Step::Event(Event::EndOfBody { asks, findings })
    }

    /// How many replies the end of this message has.
    fn replies_at_end(&self) -> u32 {
        if self.settings.lmtp() { self.recipients() } else { 1 }
    }

    /// Says the reply for a message that was refused, and forgets the transaction.
    fn refuse_message(&mut self, reply: &Reply, count: u32) {
        for _ in 0..count {
            let said = self.refusal(Said::given(reply.clone()));
            self.say(said);
        }
        self.abort(Abort::Refused);
    }

    /// BDAT in its place: reads a chunk.
    pub(super) fn begin_chunk(&mut self, octets: u64, last: bool) {
        let limit = self.settings.size.unwrap_or(u64::MAX);
        let Standing::Transaction(transaction) = &mut self.standing else { return };
        let first = transaction.stage != Stage::Chunks;
        transaction.octets = transaction.octets.saturating_add(octets);
        let fate = if transaction.octets > limit {
            self.notice(Notice::TooLarge);
            self.broken(standard::too_big(), last)
        } else if first && self.settings.asks(Asked::Data) {
            let ask = self.ask(About::FirstChunk);
            self.events.push_back(Event::Data { ask });
            Fate::Asked
        } else {
            Fate::Taken
        };
        self.read_chunk(octets, last, fate);
    }

    /// A chunk that fails: the transaction is dead, and the embedder told. LMTP answers the last chunk once for each
    /// accepted recipient, be there none (RFC 2033 §4.2).
    pub(super) fn broken(&mut self, reply: Reply, last: bool) -> Fate {
        let count = if last { self.replies_at_end() } else { 1 };
        if let Standing::Transaction(transaction) = &mut self.standing
            && transaction.stage != Stage::Broken
        {
            transaction.stage = Stage::Broken;
            self.events.push_back(Event::Aborted(Abort::Refused));
        }
        Fate::Dropped(reply, count)
    }

    /// Reads the octets of a chunk whose fate is known, or asked about.
    pub(super) fn read_chunk(&mut self, octets: u64, last: bool, fate: Fate) {
        let decoder = ChunkDecoder::new(octets, last);
        self.state = State::Chunk(Chunk { decoder, fate, block: octets });
        self.timers.set(BLOCK, self.now.after(self.settings.deadlines.block));
    }

    /// Reads on in a chunk.
    #[inline(never)]
    pub(super) fn chunk(&mut self) -> Step {
        let State::Chunk(chunk) = &mut self.state else { return Step::Stuck };
        if !self.queue.is_empty() || matches!(chunk.fate, Fate::Asked) {
            return Step::Stuck;
        }
        if let Some(piece) = chunk.decoder.decode_bytes(&mut self.input) {
            return match chunk.fate {
                Fate::Taken => Step::Event(Event::Body(piece)),
                Fate::Asked | Fate::Dropped(..) => self.drop_piece(&piece),
            };
        }
        if chunk.decoder.is_finished() {
            return self.end_of_chunk();
        }
        if self.flags.ended {
            return self.ended();
        }
        Step::Stuck
    }

    /// Throws away octets of a refused chunk, up to a bound.
    fn drop_piece(&mut self, piece: &Bytes) -> Step {
        self.counts.dropped = self.counts.dropped.saturating_add(piece.len() as u64);
        if self.counts.dropped > self.settings.limits.overrun {
            let State::Chunk(Chunk { fate: Fate::Dropped(reply, _), .. }) = &self.state else {
                return Step::Again;
            };
            let reply = reply.clone();
            self.terminate(&reply, Abort::Refused);
        }
        Step::Again
    }

    fn end_of_chunk(&mut self) -> Step {
        let State::Chunk(chunk) = core::mem::replace(&mut self.state, State::Line) else {
            return Step::Again;
        };
        self.timers.clear(BLOCK);
        let last = chunk.decoder.is_last();
        match chunk.fate {
            Fate::Dropped(reply, count) => {
                for _ in 0..count {
                    let said = self.refusal(Said::given(reply.clone()));
                    self.say(said);
                }
                if last {
                    self.abort(Abort::Refused);
                }
                Step::Again
            }
            Fate::Taken | Fate::Asked if last => {
                let octets = match &self.standing {
                    Standing::Transaction(transaction) => transaction.octets,
                    Standing::Refused | Standing::Fresh | Standing::Hello => 0,
                };
                self.tell_end(BodyFindings { octets, ..BodyFindings::default() })
            }
            Fate::Taken | Fate::Asked => {
                if let Standing::Transaction(transaction) = &mut self.standing {
                    transaction.stage = Stage::Chunks;
                }
                self.say_fixed(replies::CHUNK_OK);
                Step::Again
            }
        }
    }

    /// Whether enough of the message came since the present block began; if so, the next one begins.
    pub(super) fn block_came(&mut self) -> bool {
        let least = self.settings.deadlines.block_octets;
        if !self.queue.is_empty() {
            return true;
        }
        if let State::Text(text) = &mut self.state {
            let came = text.decoder.wire().saturating_sub(text.block);
            text.block = text.decoder.wire();
            came >= least
        } else if let State::Chunk(chunk) = &mut self.state {
            let came = chunk.block.saturating_sub(chunk.decoder.left());
            chunk.block = chunk.decoder.left();
            came >= least
        } else {
            true
        }
    }
}
