//! The laws of schedules and decisions, over random ones.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what went wrong by panicking"
)]

use core::time::Duration;

use mailwright_reply::{Blame, Cause, Change, Host, Lasting, Next, Verdict, Wait};
use mailwright_retry::{
    ByMode, Decision, DeliverBy, Due, Factor, HostState, Left, Notice, NoticePlan, Notify, Policy, Reason,
    Round, Rule, Schedule, State, Step, Target,
};
use proptest::prelude::*;

const FLOOR: u64 = 300;
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
/// Somewhere in 2026.
const NOW: u64 = 1_764_100_000;

prop_compose! {
    fn a_step()(kind in 0..3, until in 300..400 * DAY, first in 0..2 * DAY, factor in 1000_u32..8000) -> Step {
        let (until, first) = (Duration::from_secs(until), Duration::from_secs(first));
        let factor = Factor::new(factor).unwrap();
        match kind {
            0 => Step::Every { until, gap: first },
            1 => Step::Grow { until, first, factor },
            _ => Step::Random { until, first, factor },
        }
    }
}

prop_compose! {
    /// Steps that are nearly right, so that most schedules are.
    fn near_steps()(steps in prop::collection::vec((0..3, 1_u64..3 * DAY, 300..6 * HOUR, 1000_u32..4000), 1..5))
        -> Vec<Step> {
        let mut end = 0;
        steps.into_iter().map(|(kind, more, first, factor)| {
            end += more;
            let (until, first) = (Duration::from_secs(end), Duration::from_secs(first));
            let factor = Factor::new(factor).unwrap();
            match kind {
                0 => Step::Every { until, gap: first },
                1 => Step::Grow { until, first, factor },
                _ => Step::Random { until, first, factor },
            }
        }).collect()
    }
}

fn a_schedule() -> impl Strategy<Value = Schedule> {
    let built = near_steps().prop_filter_map("right", |steps| Schedule::new(steps).ok());
    (built, prop::option::of(6 * HOUR..DAY), prop::option::of(1_u16..40)).prop_map(
        |(schedule, cap, tries)| {
            let schedule = match cap {
                Some(cap) => schedule.clone().with_cap(Duration::from_secs(cap)).unwrap_or(schedule),
                None => schedule,
            };
            match tries {
                Some(tries) => schedule.with_tries(tries).unwrap(),
                None => schedule,
            }
        },
    )
}

fn a_cause() -> impl Strategy<Value = Cause> {
    prop::sample::select(Cause::ALL)
}

fn a_verdict() -> impl Strategy<Value = Verdict> {
    let lasting = prop::sample::select(vec![Lasting::Temporary, Lasting::UntilFixed, Lasting::Permanent]);
    let change = prop::option::of(prop::sample::select(vec![
        Change::WithTls,
        Change::WithoutTls,
        Change::NextTransaction,
        Change::Reconnect,
        Change::Resolve,
    ]));
    let host = prop::sample::select(vec![Host::Same, Host::Other, Host::Any]);
    let wire = prop::option::of(prop::sample::select(vec![Lasting::Temporary, Lasting::Permanent]));
    let wait = prop::option::weighted(0.3, any::<u64>());
    (a_cause(), lasting, 0..4, host, change, wire, wait, prop::sample::select(Blame::ALL)).prop_map(
        |(cause, lasting, next, host, change, wire, wait, blame)| {
            let mut verdict = Verdict::new(cause, lasting);
            verdict.next = match next {
                0 => Next::Bounce,
                1 => Next::CheckDelivered,
                _ => Next::Retry { host, slower: false, change },
            };
            (verdict.wire, verdict.blame) = (wire, blame);
            verdict.wait = wait.map(|said| Wait::new(Duration::from_secs(said)));
            verdict
        },
    )
}

prop_compose! {
    fn a_target()(
        notify in prop::sample::select(vec![Notify::Unsaid, Notify::Delay, Notify::NoDelay, Notify::Never]),
        null in any::<bool>(),
        bulk in any::<bool>(),
        left in prop::sample::select(vec![Left::Nothing, Left::Host, Left::Source, Left::HostAndSource]),
        by in prop::option::weighted(0.2, (-10_000_i64..2_000_000, any::<bool>())),
    ) -> Target<'static> {
        let mut to = Target::new("example.org").with_host("mx.example.org").with_notify(notify).with_left(left);
        if null { to = to.with_null_sender(); }
        if bulk { to = to.with_bulk(); }
        if let Some((seconds, back)) = by {
            let mode = if back { ByMode::Return } else { ByMode::Notify };
            to = to.with_deliver_by(DeliverBy { seconds, mode });
        }
        to
    }
}

/// The letters of records, so that many of them are read.
fn a_record() -> impl Strategy<Value = String> {
    let number = prop_oneof![Just(0), 0_u64..100, NOW - DAY..NOW + DAY, Just(u64::MAX), any::<u64>()];
    let key = prop::sample::select(vec![
        'q', 's', 't', 'x', 'n', 'r', 'a', 'u', 'd', 'e', 'b', 'k', 'g', 'o', 'l', 'z',
    ]);
    prop::collection::vec((key, number), 0..14).prop_map(|pairs| {
        pairs.iter().fold("1".to_owned(), |text, (key, number)| format!("{text} {key}={number}"))
    })
}

/// Follows a failure that stays, attempts taking `slow` seconds each; the decisions and when they were made.
fn follow(policy: &Policy, to: &Target<'_>, verdict: &Verdict, seed: u64, slow: u64) -> Vec<(u64, Decision)> {
    let (mut state, mut now, mut all) = (State::new(NOW), NOW, Vec::new());
    loop {
        now += slow;
        let (decision, next) = policy.decide(to, &state, &HostState::up(), verdict, now, seed);
        all.push((now, decision));
        assert!(all.len() < 200_000);
        state = next;
        match decision.until() {
            Some(until) => now = until,
            None if matches!(decision, Decision::Now { .. }) => {}
            None => return all,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_schedule_is_read_back_as_it_was_written(schedule in a_schedule()) {
        prop_assert_eq!(schedule.to_string().parse(), Ok(schedule));
    }

    #[test]
    fn advice_s052_whatever_is_built_keeps_the_floor(steps in prop::collection::vec(a_step(), 0..20), seed: u64) {
        if let Ok(schedule) = Schedule::new(steps) {
            let mut before = 0;
            for age in schedule.tries(Some(seed)).take(2000) {
                prop_assert!(age.as_secs() >= before + FLOOR);
                before = age.as_secs();
            }
        }
    }

    #[test]
    fn advice_s052_s053_gaps_keep_floor_cap_and_end(schedule in a_schedule(), seed: Option<u64>) {
        let (cap, end) = (schedule.cap().as_secs(), schedule.expiry().as_secs());
        let ages: Vec<u64> = schedule.tries(seed).map(|age| age.as_secs()).collect();
        let mut before = 0;
        for (number, age) in ages.iter().enumerate() {
            let (gap, last) = (age - before, number + 1 == ages.len());
            prop_assert!(gap >= FLOOR);
            prop_assert!(gap <= cap || (last && gap < cap + FLOOR));
            before = *age;
        }
        prop_assert!(before <= end);
        if schedule.max_tries().is_none() {
            prop_assert_eq!(before, end);
        }
    }

    #[test]
    fn advice_s053_gaps_never_shrink_within_a_step(schedule in a_schedule(), seed: Option<u64>) {
        let mut begun = 0;
        for step in schedule.steps() {
            let end = step.until().as_secs();
            let ages: Vec<u64> = schedule.tries(seed).map(|age| age.as_secs()).take_while(|age| *age < end).collect();
            // Gaps that begin and end within the step, but for the last of all.
            let inner: Vec<u64> = ages.iter().copied().filter(|age| *age >= begun).collect();
            let gaps: Vec<u64> = inner.windows(2).map(|two| two[1] - two[0]).collect();
            if !matches!(step, Step::Random { .. }) {
                prop_assert!(gaps.is_sorted(), "{}: {:?}", schedule, gaps);
            }
            begun = end;
        }
    }

    #[test]
    fn outcome_e087_spread_only_lengthens_and_keeps_the_order(seed: u64, other: u64) {
        for schedule in [Schedule::default(), Schedule::rfc5321(), Schedule::doubling(), Schedule::time_sensitive()] {
            let first = |seed| schedule.tries(seed).next().unwrap().as_secs();
            let (plain, a, b) = (first(None), first(Some(seed)), first(Some(other)));
            prop_assert!(a >= plain && a < plain + plain.div_ceil(8));
            let all = |seed| schedule.tries(Some(seed)).map(|age| age.as_secs()).collect::<Vec<u64>>();
            let pairs: Vec<(u64, u64)> = all(seed).into_iter().zip(all(other)).collect();
            // The order of the first try is that of every later one; at the end they meet.
            let kept = pairs.iter().all(|(x, y)| x.cmp(y) == a.cmp(&b) || x == y || a == b);
            prop_assert!(kept, "{} and {}", seed, other);
        }
    }

    #[test]
    fn decisions_keep_every_law(
        verdict in a_verdict(), to in a_target(), seed: u64, slow in 0_u64..900, plan in 0..4, schedule in a_schedule(),
    ) {
        let plan = match plan {
            0 => NoticePlan::none(),
            1 => NoticePlan::first_failure().with_cleared(),
            2 => NoticePlan::after(Duration::from_secs(4 * HOUR)).and_again(Duration::from_secs(12 * HOUR)).unwrap(),
            _ => NoticePlan::default(),
        };
        let rule = Rule::of_cause(Cause::System, schedule);
        let policy = Policy::default().with_rule(rule).unwrap().with_notices(plan).unwrap();
        let all = follow(&policy, &to, &verdict, seed, slow);
        let (mut notices, mut at_once) = (Vec::new(), 0);
        for (number, (now, decision)) in all.iter().enumerate() {
            let last = number + 1 == all.len();
            prop_assert_eq!(decision.is_final(), last);
            prop_assert!(decision.why().is_some() && !decision.why().unwrap().to_string().is_empty());
            match decision {
                Decision::Wait { until, why } | Decision::Notice { until: Some(until), why, .. } => {
                    prop_assert!(*until >= now + FLOOR && *until <= why.expires);
                    prop_assert!(*until <= now + DAY + FLOOR);
                    prop_assert_eq!(why.gap.as_secs(), until - now);
                    at_once = 0;
                }
                Decision::Now { .. } => {
                    at_once += 1;
                    prop_assert!(at_once <= 16);
                }
                Decision::GiveUp { .. } => prop_assert!(last),
                other => prop_assert!(false, "{:?}", other),
            }
            if let Decision::Notice { kind, .. } = decision {
                prop_assert_eq!(*kind, Notice::Delayed);
                notices.push(*now);
            }
        }
        let by = usize::from(verdict.next != Next::Bounce); // one for DELIVERBY
        prop_assert!(notices.len() <= plan.ages().len() + by);
        // The end is never later than a year, and the answer behind it never another one.
        let (over, _) = all.last().unwrap();
        prop_assert!(*over <= NOW + 366 * DAY + 900);
    }

    #[test]
    fn advice_s056_nobody_is_told_who_does_not_want_it(to in a_target(), verdict in a_verdict(), seed: u64) {
        let silent = to.with_deliver_by(DeliverBy { seconds: 0, mode: ByMode::Return }).with_bulk();
        let policy = Policy::default().with_notices(NoticePlan::first_failure()).unwrap();
        for (_, decision) in follow(&policy, &silent, &verdict, seed, 1) {
            let told = matches!(decision, Decision::Notice { .. });
            prop_assert!(!told);
        }
    }

    #[test]
    fn decide_is_pure_and_monotone_in_time(seed: u64, cause in a_cause(), age in 0..6 * DAY, later in 0..HOUR) {
        let (policy, to) = (Policy::default(), Target::new("example.org"));
        let verdict = Verdict::new(cause, Lasting::Temporary);
        let (_, state) = policy.decide(&to, &State::new(NOW), &HostState::up(), &verdict, NOW, seed);
        let decide = |now| policy.decide(&to, &state, &HostState::up(), &verdict, now, seed);
        let (early, late) = (NOW + age, NOW + age + later);
        prop_assert_eq!(decide(early), decide(early));
        match (decide(early).0.until(), decide(late).0.until()) {
            (Some(a), Some(b)) => prop_assert!(a <= b),
            (None, Some(_)) => prop_assert!(false, "given up, then not"),
            (_, None) => {}
        }
    }

    #[test]
    fn threat_y02_no_clock_breaks_a_decision(record in a_record(), host in a_record(), verdict in a_verdict(),
        to in a_target(), now in prop_oneof![any::<u64>(), Just(0), Just(u64::MAX), NOW - DAY..NOW + DAY], seed: u64) {
        let policy = Policy::default();
        let Ok(state) = record.parse::<State>() else { return Ok(()) };
        let host = host.parse::<HostState>().unwrap_or_default();
        let (decision, after) = policy.decide(&to, &state, &host, &verdict, now, seed);
        if let Some(until) = decision.until() {
            prop_assert!(until >= now && until <= now.saturating_add(DAY + FLOOR));
        }
        prop_assert_eq!(after.to_string().parse(), Ok(after));
        let noted = policy.note_host(&to, &host, &verdict, now);
        prop_assert_eq!(noted.to_string().parse(), Ok(noted));
        prop_assert!(noted.next() <= now.saturating_add(DAY) || noted == host);
        let (due, after) = policy.due(&to, &state, &host, now, seed);
        prop_assert_eq!(after.to_string().parse(), Ok(after));
        if let Due::Held(Decision::Wait { until, .. }) = due {
            prop_assert!(until > now || now == u64::MAX || until == now);
        }
    }

    #[test]
    fn threat_y02_a_clock_that_steps_keeps_the_age(seed: u64, steps in prop::collection::vec(-400_000_i64..400_000, 1..12)) {
        // Each step of the clock happens between two attempts; none of them ends the message or stops it.
        let (policy, to) = (Policy::default(), Target::new("example.org"));
        let verdict = Verdict::new(Cause::Unknown, Lasting::Temporary);
        let (mut state, mut now) = (State::new(NOW), NOW);
        for step in steps {
            let (decision, next) = policy.decide(&to, &state, &HostState::up(), &verdict, now, seed);
            let Some(until) = decision.until() else { break };
            prop_assert!(until <= now + 4 * HOUR + FLOOR);
            let before = policy.age(&next, until);
            state = next;
            now = until.saturating_add_signed(step);
            if step < 0 {
                prop_assert!(policy.age(&state, now) <= before);
            } else {
                prop_assert!(policy.age(&state, now) <= before + Duration::from_secs(step.unsigned_abs()));
            }
        }
    }

    #[test]
    fn threat_y05_records_survive_a_restart(seed: u64, verdict in a_verdict(), to in a_target(), lost: bool) {
        let policy = Policy::default();
        let (mut whole, mut stored) = (State::new(NOW), State::new(NOW));
        let mut now = NOW;
        for _ in 0..60 {
            let (one, next) = policy.decide(&to, &whole, &HostState::up(), &verdict, now, seed);
            let (two, kept) = policy.decide(&to, &stored, &HostState::up(), &verdict, now, seed);
            prop_assert_eq!(one.until(), two.until());
            whole = next;
            // A word of a later version is passed over; where the count is lost, the schedule by age stays.
            let text = format!("{kept} future=7");
            let words = text.split(' ').filter(|word| !(lost && word.starts_with("n=")));
            let text = words.collect::<Vec<_>>().join(" ");
            stored = text.parse().unwrap();
            match one.until() {
                Some(until) => now = until,
                None => break,
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}", near in "[FGH0-9dhms,;. =captries]{0,60}") {
        for text in [&text, &near] {
            if let Ok(schedule) = text.parse::<Schedule>() {
                prop_assert_eq!(schedule.to_string().parse(), Ok(schedule));
            }
            if let Ok(rule) = text.parse::<Rule>() {
                prop_assert_eq!(rule.to_string().parse(), Ok(rule));
            }
            let _ = (text.parse::<State>(), text.parse::<HostState>());
        }
    }

    #[test]
    fn outcome_e096_the_order_of_worse_hosts_does_not_end_a_message(all in prop::collection::vec(a_verdict(), 0..6)) {
        let mut round = Round::new();
        for verdict in &all {
            round.note(*verdict);
        }
        match (all.first(), round.verdict()) {
            (None, verdict) => prop_assert_eq!(verdict, None),
            (Some(first), Some(verdict)) => {
                prop_assert!(all.contains(&verdict));
                // What the best host put off, no worse one makes final.
                if first.is_temporary() && first.next != Next::Bounce {
                    prop_assert!(verdict.is_temporary());
                }
            }
            (Some(_), None) => prop_assert!(false),
        }
    }

    #[test]
    fn a_preview_is_what_decide_does(cause in a_cause(), seed: u64, to in a_target()) {
        let policy = Policy::default();
        let verdict = Verdict::new(cause, Lasting::Temporary);
        if cause == Cause::Accepted { return Ok(()); }
        let followed = follow(&policy, &to, &verdict, seed, 0);
        let shown: Vec<u64> = policy.preview(&to, cause, seed).map(|at| at.age.as_secs()).collect();
        prop_assert_eq!(shown, followed.iter().map(|(at, _)| at - NOW).collect::<Vec<_>>());
    }
}

#[test]
fn outcome_e088_the_last_try_is_at_the_expiry() {
    let policy = Policy::default();
    for seed in 0..200 {
        for cause in Cause::ALL.iter().filter(|cause| **cause != Cause::Accepted) {
            let to = Target::new("example.org");
            let planned: Vec<_> = policy.preview(&to, *cause, seed).collect();
            let (last, before) = (planned[planned.len() - 1], planned[planned.len() - 2]);
            let why = before.decision.why().unwrap();
            assert_eq!((why.reason, why.expires), (Reason::LastTry, last.age.as_secs()));
            assert!(matches!(last.decision, Decision::GiveUp { why } if why.reason == Reason::Expired));
        }
    }
}
