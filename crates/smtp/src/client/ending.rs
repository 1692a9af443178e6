//! Ends recipients and sessions.
//!
//! in:  where and how      out: one event per recipient that has no ending yet, then that of the session
//! law: a session ends once; what is not yet written when it breaks off is never written

use bytes::BytesMut;
use mailwright_reply::{Attempt, Ending, ProtocolFault, Stage, TlsFault};

use super::{
    event::Event,
    expected::To,
    job::Status,
    session::{Phase, Session},
};
use crate::TlsFailed;

impl Session {
    /// Ends the session at once: nothing more is written.
    pub(super) fn break_off(&mut self, attempt: Attempt) {
        self.end(attempt);
        self.close();
    }

    /// Ends the session with QUIT.
    pub(super) fn leave(&mut self, attempt: Attempt) {
        self.end(attempt);
        self.quit();
    }

    pub(super) fn quit(&mut self) {
        self.expected.clear();
        self.outgoing.text().extend_from_slice(b"QUIT\r\n");
        self.phase = Phase::Quit;
        self.expect(To::Quit, 6);
    }

    pub(super) fn close(&mut self) {
        self.outgoing.clear();
        self.expected.clear();
        self.timers.clear_all();
        self.input = BytesMut::new();
        self.phase = Phase::Over;
    }

    pub(super) fn unexpected(&mut self, stage: Stage) {
        self.break_off(Attempt::new(stage, ProtocolFault::UnexpectedClass.into_ending()));
    }

    /// Octets stood between 220 and TLS: whoever put them there wants them read after it.
    pub(super) fn injected(&mut self) {
        self.break_off(Attempt::new(Stage::StartTls, Ending::Tls(TlsFault::Injected)));
    }

    /// The connection is gone.
    pub(super) fn lost(&mut self, ending: Ending) {
        if matches!(self.phase, Phase::Quit | Phase::Over) {
            return self.close();
        }
        if matches!(self.phase, Phase::Handshake) {
            return self.handshake_failed(TlsFailed::Closed);
        }
        let ending = match self.parser.finish() {
            Err(error) => ProtocolFault::Unreadable(error).into_ending(),
            Ok(()) => ending,
        };
        self.break_off(Attempt::new(self.stage(), ending));
    }

    pub(super) fn resolve(&mut self, index: usize, attempt: Attempt) {
        let Some(job) = &mut self.job else { return };
        if job.status(index) != Status::Done {
            job.set(index, Status::Done);
            self.events.push_back(Event::Recipient { index, attempt });
        }
    }

    /// Every recipient that has no ending yet has this one.
    pub(super) fn resolve_all(&mut self, attempt: &Attempt) {
        let Some(job) = &mut self.job else { return };
        let events = &mut self.events;
        job.finish(false, |index| events.push_back(Event::Recipient { index, attempt: attempt.clone() }));
    }

    /// Every recipient that was accepted in this transaction has this ending.
    pub(super) fn resolve_accepted(&mut self, attempt: &Attempt) {
        let Some(job) = &mut self.job else { return };
        let events = &mut self.events;
        job.finish(true, |index| events.push_back(Event::Recipient { index, attempt: attempt.clone() }));
    }

    fn end(&mut self, attempt: Attempt) {
        if matches!(self.phase, Phase::Quit | Phase::Over) {
            return;
        }
        self.resolve_all(&attempt);
        if self.job.take().is_some() {
            self.events.push_back(Event::Finished);
        }
        self.ended = Some(attempt.clone());
        self.events.push_back(Event::Ended(attempt));
    }
}

/// A fault is an ending.
pub(super) trait IntoEnding {
    fn into_ending(self) -> Ending;
}

impl IntoEnding for ProtocolFault {
    fn into_ending(self) -> Ending {
        Ending::Protocol(self)
    }
}
