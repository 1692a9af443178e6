//! A recipient whose attempts are followed one by one, and what is said of them.

use mailwright_reply::{Cause, Lasting, Verdict};
use mailwright_retry::{Decision, HostState, Policy, Reason, Schedule, State, Target};

pub(crate) const MINUTE: u64 = 60;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;
pub(crate) const NOW: u64 = 1_764_100_000;
pub(crate) const TO: Target<'static> = Target::new("example.org").with_host("mx.example.org");
pub(crate) const UP: HostState = HostState::up();
pub(crate) const SEED: u64 = 7;

pub(crate) fn later(cause: Cause) -> Verdict {
    let mut verdict = Verdict::new(cause, Lasting::Temporary);
    verdict.wire = Some(Lasting::Temporary);
    verdict
}

pub(crate) fn silent() -> Verdict {
    Verdict::new(Cause::Network, Lasting::Temporary)
}

/// A recipient whose attempts are followed one by one.
pub(crate) struct Followed {
    pub(crate) policy: Policy,
    pub(crate) to: Target<'static>,
    pub(crate) state: State,
}

impl Followed {
    pub(crate) fn new() -> Self {
        Self { policy: Policy::default(), to: TO, state: State::new(NOW) }
    }

    pub(crate) fn plain() -> Self {
        Self { policy: Policy::new(Schedule::default()).unwrap(), ..Self::new() }
    }

    pub(crate) fn fails(&mut self, now: u64, verdict: &Verdict) -> Decision {
        let (decision, state) = self.policy.decide(&self.to, &self.state, &UP, verdict, now, SEED);
        self.state = state;
        decision
    }
}

#[track_caller]
pub(crate) fn gives_up(decision: Decision, reason: Reason) {
    match decision {
        Decision::GiveUp { why } => assert_eq!(why.reason, reason),
        other => panic!("{other:?}"),
    }
}
