//! What a fuzzer makes of a retry policy: steps, a record, verdicts, clocks that step.

use std::time::Duration;

use arbitrary::Arbitrary;
use mailwright::reply::{Cause, Change, Host, Lasting, Next, Verdict, Wait};
use mailwright::retry::{Factor, Schedule, State, Step};

#[derive(Arbitrary, Debug)]
pub struct Case {
    pub steps: Vec<(u8, u32, u32, u32)>,
    pub record: String,
    pub queued: u64,
    pub now: u64,
    pub seed: u64,
    verdicts: Vec<(u8, u8, Option<u64>)>,
    drifts: Vec<i64>,
}

impl Case {
    pub fn state(&self) -> State {
        self.record.parse().unwrap_or_else(|_| State::new(self.queued))
    }

    pub fn drift(&self, turn: usize) -> i64 {
        self.drifts.get(turn).copied().unwrap_or(0)
    }
}

pub fn schedule(steps: &[(u8, u32, u32, u32)]) -> Option<Schedule> {
    let steps = steps.iter().map(|(kind, until, first, factor)| {
        let (until, first) = (Duration::from_secs((*until).into()), Duration::from_secs((*first).into()));
        let factor = Factor::new(factor % 100_001)?;
        Some(match kind % 3 {
            0 => Step::Every { until, gap: first },
            1 => Step::Grow { until, first, factor },
            _ => Step::Random { until, first, factor },
        })
    });
    Schedule::new(steps.collect::<Option<Vec<_>>>()?).ok()
}

pub fn verdict(case: &Case, turn: usize) -> Verdict {
    let (cause, kind, wait) = case.verdicts.get(turn).copied().unwrap_or((3, 0, None));
    let cause = Cause::ALL[usize::from(cause) % Cause::ALL.len()];
    let mut verdict =
        Verdict::new(cause, if kind & 1 == 0 { Lasting::Temporary } else { Lasting::UntilFixed });
    verdict.wait = wait.map(|said| Wait::new(Duration::from_secs(said)));
    if kind & 2 != 0 {
        verdict.wire = Some(Lasting::Temporary);
    }
    if kind & 4 != 0 {
        let change = if kind & 8 != 0 { Change::NextTransaction } else { Change::Reconnect };
        verdict.next = Next::Retry { host: Host::Any, slower: false, change: Some(change) };
    }
    verdict
}
