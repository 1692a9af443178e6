//! Mistakes that schedules are known to make, each with the law that keeps it out.
#![expect(clippy::arithmetic_side_effects, reason = "a test says what went wrong by panicking")]

use core::time::Duration;

use mailwright_retry::{Schedule, ScheduleError};

const FLOOR: u64 = 300;
const DAY: u64 = 86_400;

fn presets() -> [Schedule; 4] {
    [Schedule::default(), Schedule::rfc5321(), Schedule::doubling(), Schedule::time_sensitive()]
}

fn gaps(schedule: &Schedule, seed: Option<u64>) -> Vec<u64> {
    let ages: Vec<u64> = schedule.tries(seed).map(|age| age.as_secs()).collect();
    core::iter::once(0).chain(ages.iter().copied()).zip(&ages).map(|(before, age)| age - before).collect()
}

/// Jitter is drawn from zero up to the gap, so that a retry may follow at once.
#[test]
fn fault_f16_jitter_only_lengthens() {
    for schedule in presets() {
        let plain = schedule.tries(None).next();
        for seed in 0..5_000 {
            assert!(schedule.tries(Some(seed)).next() >= plain, "{schedule}, seed {seed}");
            assert!(gaps(&schedule, Some(seed)).iter().all(|gap| *gap >= FLOOR), "{schedule}, seed {seed}");
        }
    }
}

/// A growth factor is cut to a whole number on its way, so that nothing grows.
#[test]
fn fault_f17_a_factor_keeps_its_fraction() {
    for (factor, second) in [("1.25", 1125), ("1.5", 1350), ("1.999", 1799), ("2", 1800)] {
        let schedule: Schedule = format!("G,5d,15m,{factor}").parse().expect("a schedule");
        assert_eq!(gaps(&schedule, None).get(1), Some(&second), "{factor}");
    }
}

/// Gaps double without a bound, until a message waits for days between two tries.
#[test]
fn fault_f18_every_schedule_has_a_cap() {
    for schedule in presets() {
        let cap = schedule.cap().as_secs();
        assert!(cap <= DAY, "{schedule}");
        assert!(gaps(&schedule, None).iter().all(|gap| *gap <= cap), "{schedule}");
    }
    let doubling: Schedule = "G,30d,1h,2".parse().expect("a schedule");
    assert!(gaps(&doubling, None).iter().all(|gap| *gap <= DAY), "{doubling}");
    assert_eq!(doubling.with_cap(Duration::from_secs(DAY + 1)), Err(ScheduleError::Cap));
}
