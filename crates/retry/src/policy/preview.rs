//! All decisions that a failure which stays would cause.
//!
//! law: what is shown is what `decide` does

use core::time::Duration;

use mailwright_reply::{Cause, Lasting, Verdict};

use super::Policy;
use crate::{Decision, HostState, State, Target};

/// One attempt of a preview, and what follows from its failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Planned {
    /// The age of the message at that attempt.
    pub age: Duration,
    /// What would be decided.
    pub decision: Decision,
}

/// All decisions that a failure which stays would cause; ends with the one that gives up.
#[derive(Debug, Clone)]
pub struct Preview<'a> {
    policy: &'a Policy,
    to: Target<'a>,
    verdict: Verdict,
    state: State,
    now: Option<u64>,
    seed: u64,
}

impl Policy {
    /// All attempts for a recipient where each fails by this cause, from the first one on; the times begin at 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use mailwright_reply::Cause;
    /// use mailwright_retry::{Policy, Target};
    ///
    /// let policy = Policy::default();
    /// let to = Target::new("example.org");
    /// let hours: Vec<u64> = policy.preview(&to, Cause::AuthFailure, 7).map(|at| at.age.as_secs() / 3600).collect();
    /// assert_eq!((hours[0], hours[1], hours.last()), (0, 1, Some(&24)));
    /// ```
    pub fn preview<'a>(&'a self, to: &Target<'a>, cause: Cause, seed: u64) -> Preview<'a> {
        let verdict = Verdict::new(cause, Lasting::Temporary);
        Preview { policy: self, to: *to, verdict, state: State::new(0), now: Some(0), seed }
    }
}

impl Iterator for Preview<'_> {
    type Item = Planned;

    fn next(&mut self) -> Option<Planned> {
        let now = self.now?;
        let up = HostState::up();
        let (decision, state) = self.policy.decide(&self.to, &self.state, &up, &self.verdict, now, self.seed);
        self.state = state;
        self.now = decision.until();
        Some(Planned { age: Duration::from_secs(now), decision })
    }
}
