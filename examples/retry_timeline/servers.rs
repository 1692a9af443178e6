//! When whom tries again: our presets, and what other servers ship.
//!
//! out: the ages of all retries behind a first attempt at 0, of the notices, and of the end

use mailwright::reply::{Cause, Lasting, Verdict};
use mailwright::retry::{Decision, HostState, Policy, Schedule, State, Target};

pub const MINUTE: u64 = 60;
pub const HOUR: u64 = 60 * MINUTE;
pub const DAY: u64 = 24 * HOUR;

/// One line of the chart; all ages in seconds.
pub struct Row {
    pub name: String,
    pub ours: bool,
    /// Retries of a host that is down.
    pub tries: Vec<u64>,
    /// Retries against a greylist, where that has its own schedule.
    pub greylisted: Vec<u64>,
    pub notices: Vec<u64>,
    /// When the message is returned.
    pub end: u64,
}

impl Row {
    pub fn of_schedule(name: &str, schedule: &Schedule) -> Self {
        let tries: Vec<u64> = schedule.tries(None).map(|age| age.as_secs()).collect();
        let end = tries.last().copied().unwrap_or(0);
        Self { name: name.to_owned(), ours: true, greylisted: tries.clone(), tries, notices: Vec::new(), end }
    }

    fn of_policy(name: &str, policy: &Policy) -> Self {
        let (tries, notices, end) = follow(policy, Cause::Network);
        let (greylisted, _, _) = follow(policy, Cause::Greylisted);
        Self { name: name.to_owned(), ours: true, tries, greylisted, notices, end }
    }

    /// A server with this many retries; it returns the message `last_wait` behind the last one.
    fn of_server(name: &str, tries: Vec<u64>, notices: &[u64], last_wait: u64) -> Self {
        let end = tries.last().copied().unwrap_or(0) + last_wait;
        Self {
            name: name.to_owned(),
            ours: false,
            greylisted: tries.clone(),
            tries,
            notices: notices.to_vec(),
            end,
        }
    }

    /// Retries that begin no later than the end of its time in the queue.
    fn until(name: &str, tries: impl Iterator<Item = u64>, notices: &[u64], end: u64) -> Self {
        let tries = tries.take_while(|age| *age <= end).collect();
        Self { end, ..Self::of_server(name, tries, notices, 0) }
    }
}

/// What a policy does while the same failure stays; of all seeds, the one that spreads least.
fn follow(policy: &Policy, cause: Cause) -> (Vec<u64>, Vec<u64>, u64) {
    let quickest = |seed: &u64| first_wait(policy, cause, *seed);
    let seed = (0..4096).min_by_key(quickest).unwrap_or(0);
    let planned: Vec<_> = policy.preview(&Target::new("example.org"), cause, seed).collect();
    let ages: Vec<u64> = planned.iter().map(|at| at.age.as_secs()).collect();
    let told = planned.iter().filter(|at| matches!(at.decision, Decision::Notice { .. }));
    let end = ages.last().copied().unwrap_or(0);
    (ages.iter().copied().skip(1).collect(), told.map(|at| at.age.as_secs()).collect(), end)
}

fn first_wait(policy: &Policy, cause: Cause, seed: u64) -> u64 {
    let verdict = Verdict::new(cause, Lasting::Temporary);
    let to = Target::new("example.org");
    let (decision, _) = policy.decide(&to, &State::new(0), &HostState::up(), &verdict, 0, seed);
    decision.until().unwrap_or(u64::MAX)
}

pub fn ours() -> Vec<Row> {
    vec![
        Row::of_policy("Policy::default()", &Policy::default()),
        Row::of_schedule("default (brisk)", &Schedule::default()),
        Row::of_schedule("rfc5321", &Schedule::rfc5321()),
        Row::of_schedule("doubling", &Schedule::doubling()),
        Row::of_schedule("time_sensitive", &Schedule::time_sensitive()),
    ]
}

/// The sums of gaps.
fn summed(gaps: impl IntoIterator<Item = u64>) -> impl Iterator<Item = u64> {
    gaps.into_iter().scan(0, |age, gap| {
        *age += gap;
        Some(*age)
    })
}

fn minutes(gaps: &[u64]) -> impl Iterator<Item = u64> {
    gaps.iter().map(|gap| gap * MINUTE)
}

/// Gaps that double, or grow by numerator / denominator.
fn growing(first: u64, numerator: u64, denominator: u64) -> impl Iterator<Item = u64> {
    std::iter::successors(Some(first), move |gap| Some(gap * numerator / denominator))
}

pub fn others() -> Vec<Row> {
    let hours = |list: &[u64]| list.iter().map(|hours| hours * HOUR).collect::<Vec<u64>>();
    let exim: Option<Schedule> = "F,2h,15m; G,16h,1h,1.5; F,4d,6h".parse().ok();
    let exim = exim.map(|schedule| schedule.tries(None).map(|age| age.as_secs()).collect::<Vec<u64>>());
    // Postfix: as long as it is old, between 5 minutes and 4000 s, in steps of its queue runs.
    let postfix =
        std::iter::successors(Some(300_u64), |age| Some(age + (*age).clamp(300, 4000).div_ceil(300) * 300));
    let squares = |n: u64| (1..).map(move |k: u64| n * k * k);
    let stalwart = [2, 5, 10, 15, 30, 60, 120, 1440];
    let zone = [5, 7, 8, 25, 75, 120].into_iter().chain(std::iter::repeat(240));
    let exchange = [1; 4].into_iter().chain([5; 6]).chain(std::iter::repeat(15));
    let maddy = [1, 1, 1, 1, 2, 2, 3, 3, 4, 5, 7, 9, 11, 14, 18, 22, 28, 35, 44].map(|times| 15 * times);
    let chasquid = [1, 5, 10].into_iter().chain(std::iter::repeat(20));
    let mailrs = [60, 150, 375, 937, 2343, 5859, 14_648];
    vec![
        Row::until(
            "RFC 5321 §4.5.4.1",
            summed(minutes(&[30, 30]).chain(std::iter::repeat(2 * HOUR))),
            &[],
            5 * DAY,
        ),
        Row::of_server("Exim", exim.unwrap_or_default(), &hours(&[24]), 0),
        Row::until("Postfix", postfix, &[], 5 * DAY),
        Row::until("Sendmail", summed(std::iter::repeat(30 * MINUTE)), &hours(&[4]), 5 * DAY),
        Row::until("qmail", squares(400), &[], 7 * DAY),
        Row::until("OpenSMTPD", squares(400), &hours(&[4]), 4 * DAY),
        Row::until("KumoMTA", summed(growing(20 * MINUTE, 2, 1)), &[], 7 * DAY),
        Row::until("Stalwart", summed(minutes(&stalwart)), &hours(&[24, 72]), 3 * DAY),
        Row::of_server("mox", summed(growing(450, 2, 1).take(7)).collect(), &hours(&[2]), 0),
        Row::of_server("Haraka", summed(growing(64, 2, 1).take(13)).collect(), &[], 0),
        Row::until("zone-mta", summed(zone.map(|gap| gap * MINUTE)), &hours(&[3]), 2 * DAY),
        Row::of_server("Postal", summed(growing(390, 13, 10).take(17)).collect(), &[], 0),
        Row::until("Exchange", summed(exchange.map(|gap| gap * MINUTE)), &hours(&[4]), 2 * DAY),
        Row::of_server("maddy", summed(minutes(&maddy)).collect(), &[], 0),
        Row::until("chasquid", summed(chasquid.map(|gap| gap * MINUTE)), &[], 20 * HOUR),
        Row::of_server("remails", summed(minutes(&[5, 10, 15, 20])).collect(), &[], 0),
        Row::of_server("mailrs", summed(mailrs).collect(), &[], 0),
    ]
}
