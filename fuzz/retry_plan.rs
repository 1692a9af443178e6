//! Any schedule, record, clock and verdict: bounded, one end, the same when it is replayed.
#![no_main]

#[path = "harness/retry.rs"]
mod harness;

use harness::{Case, schedule, verdict};
use mailwright::retry::{Decision, HostState, Policy, Rule, Schedule, Target};

libfuzzer_sys::fuzz_target!(|case: Case| {
    let schedule = schedule(&case.steps).unwrap_or_else(Schedule::default);
    let Ok(policy) = Policy::default().with_rule(Rule::of_cause(verdict(&case, 0).cause, schedule)) else {
        return;
    };
    let (mut state, mut host, to) =
        (case.state(), HostState::up(), Target::new("a.example").with_host("mx.example"));
    let mut now = case.now;
    for turn in 0..64 {
        let verdict = verdict(&case, turn);
        host = policy.note_host(&to, &host, &verdict, now);
        let (decision, next) = policy.decide(&to, &state, &host, &verdict, now, case.seed);
        assert_eq!(policy.decide(&to, &state, &host, &verdict, now, case.seed), (decision, next));
        assert!(!state.is_over() || decision == Decision::Done);
        assert_eq!(next.to_string().parse(), Ok(next));
        if let Some(until) = decision.until() {
            assert!(until >= now.saturating_add(300) && until <= now.saturating_add(86_700));
        }
        state = next;
        now = decision.until().unwrap_or(now).saturating_add_signed(case.drift(turn));
    }
});
