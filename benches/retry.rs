//! When to try again: one decision, a whole schedule, the texts.
//!
//! The peers give the delays of an exponential row with jitter: no age, no end by time, no cause, no record. So only whole
//! rows of delays stand beside them.

use std::hint::black_box;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use criterion::{Criterion, criterion_group, criterion_main};
use mailwright::reply::{Refusal, Rules, Verdict, classify};
use mailwright::retry::{HostState, Policy, Rule, Schedule, State, Target};
use retry_policies::policies::ExponentialBackoff;
use retry_policies::{Jitter, RetryDecision, RetryPolicy};

const NOW: u64 = 1_764_100_000;

fn verdicts() -> Vec<Verdict> {
    let texts: [&[u8]; 6] = [
        b"450 4.7.1 Greylisting in action, please come back in 00:04:59",
        b"452 4.2.2 Mailbox full",
        b"421 4.7.0 Too many connections, try again later",
        b"451 4.3.0 Temporary lookup failure",
        b"550 5.1.1 User unknown",
        b"451 4.7.1 Please try again later",
    ];
    texts.iter().map(|text| classify(&Refusal::from_text(text), Rules::built_in())).collect()
}

fn decide(criterion: &mut Criterion) {
    let (policy, verdicts) = (Policy::default(), verdicts());
    let to = Target::new("example.org").with_host("mx.example.org");
    let (_, state) = policy.decide(&to, &State::new(NOW), &HostState::up(), &verdicts[3], NOW, 7);
    let mut group = criterion.benchmark_group("retry/decide_6");
    group.bench_function("ours", |b| {
        b.iter(|| {
            verdicts
                .iter()
                .filter_map(|verdict| {
                    let (state, up) = (black_box(&state), HostState::up());
                    policy.decide(&to, state, &up, verdict, NOW + 4000, 7).0.until()
                })
                .fold(0, u64::wrapping_add)
        });
    });
    group.finish();
    let mut group = criterion.benchmark_group("retry/due");
    group.bench_function("ours", |b| {
        b.iter(|| policy.due(&to, black_box(&state), &HostState::up(), NOW + 4000, 7));
    });
    group.finish();
}

/// 38 delays, from five minutes by halves to four hours, each lengthened or moved by a random part.
fn row(criterion: &mut Criterion) {
    let schedule = Schedule::default();
    let mut group = criterion.benchmark_group("retry/row_of_38");
    group.bench_function("ours", |b| {
        b.iter(|| schedule.tries(Some(black_box(7))).fold(Duration::ZERO, Duration::max));
    });
    let builder = ExponentialBuilder::default()
        .with_jitter()
        .with_factor(1.5)
        .with_min_delay(Duration::from_secs(300))
        .with_max_delay(Duration::from_secs(14_400))
        .with_max_times(38);
    group.bench_function("backon-1.6.0", |b| {
        b.iter(|| black_box(builder).build().fold(Duration::ZERO, |sum, gap| sum + gap));
    });
    let policy = ExponentialBackoff::builder()
        .retry_bounds(Duration::from_secs(300), Duration::from_secs(14_400))
        .jitter(Jitter::Bounded)
        .base(2)
        .build_with_max_retries(38);
    let begun = std::time::SystemTime::now();
    group.bench_function("retry-policies-0.5.2", |b| {
        b.iter(|| {
            let ends = (0..38).filter_map(|past| match policy.should_retry(begun, black_box(past)) {
                RetryDecision::Retry { execute_after } => Some(execute_after),
                RetryDecision::DoNotRetry => None,
            });
            ends.max()
        });
    });
    group.finish();
}

fn texts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("retry/parse");
    group.bench_function("ours-schedule", |b| {
        b.iter(|| black_box("F,2h,15m; G,16h,1h,1.5; F,4d,6h").parse::<Schedule>());
    });
    group.bench_function("ours-rule", |b| {
        b.iter(|| black_box("*.example.org rcpt_45x F,1h,5m; F,3d,30m; alert # by night").parse::<Rule>());
    });
    group.bench_function("ours-state", |b| {
        b.iter(|| black_box("1 q=1764100000 x=1764100963 n=1 r=1 c=network a=1").parse::<State>());
    });
    group.finish();
}

criterion_group!(benches, decide, row, texts);
criterion_main!(benches);
