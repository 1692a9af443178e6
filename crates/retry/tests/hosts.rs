//! Hosts apart from messages: one attempt at a time at a dead host, and what brings it back.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::std_instead_of_alloc,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what went wrong by panicking"
)]

use core::cmp::Reverse;
use core::time::Duration;
use std::collections::BinaryHeap;

use mailwright_reply::{Blame, Cause, Lasting, Verdict, Wait};
use mailwright_retry::{Decision, Due, HostState, Notice, Policy, Reason, Schedule, State, Target};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
const NOW: u64 = 1_764_100_000;
const TO: Target<'static> = Target::new("example.org").with_host("mx.example.org");

fn silent() -> Verdict {
    Verdict::new(Cause::Network, Lasting::Temporary)
}

fn answered(cause: Cause, lasting: Lasting) -> Verdict {
    let mut verdict = Verdict::new(cause, lasting);
    verdict.wire = Some(lasting);
    verdict
}

/// What came of messages for one host that is down until `back`.
#[derive(Default)]
struct Tally {
    knocks: Vec<u64>,
    delivered: Vec<u64>,
    returned: Vec<u64>,
    notices: u32,
}

/// Messages queued at these times for a host that is down from the start until `back`.
fn run(policy: &Policy, queued: &[u64], back: u64) -> Tally {
    let mut heap: BinaryHeap<Reverse<(u64, usize)>> =
        queued.iter().copied().enumerate().map(|(number, at)| Reverse((at, number))).collect();
    let mut states: Vec<State> = queued.iter().map(|at| State::new(*at)).collect();
    let (mut host, mut tally) = (HostState::up(), Tally::default());
    while let Some(Reverse((now, number))) = heap.pop() {
        let seed = number as u64;
        let (due, state) = policy.due(&TO, &states[number], &host, now, seed);
        states[number] = state;
        let decision = match due {
            Due::Held(decision) => decision,
            Due::Try { host: knocked } => {
                tally.knocks.push(now);
                let verdict =
                    if now >= back { Verdict::new(Cause::Accepted, Lasting::Permanent) } else { silent() };
                host = policy.note_host(&TO, &knocked, &verdict, now);
                let (decision, state) = policy.decide(&TO, &states[number], &host, &verdict, now, seed);
                states[number] = state;
                decision
            }
            other => panic!("{other:?}"),
        };
        match decision {
            Decision::Wait { until, .. } => heap.push(Reverse((until, number))),
            Decision::Notice { kind: Notice::Delayed, until: Some(until), .. } => {
                tally.notices += 1;
                heap.push(Reverse((until, number)));
            }
            Decision::Done => tally.delivered.push(now),
            Decision::GiveUp { .. } => tally.returned.push(now),
            other => panic!("{other:?}"),
        }
    }
    tally
}

#[test]
fn threat_y03_ten_thousand_messages_do_not_knock_at_one_dead_host() {
    let tally = run(&Policy::default(), &vec![NOW; 10_000], u64::MAX);
    // As many attempts as one message would make, and the first ones until the host counts as down.
    assert!(tally.knocks.len() < 45, "{}", tally.knocks.len());
    assert!(tally.knocks[3..].windows(2).all(|two| two[1] - two[0] >= 300));
    // Each is told once and returned once, at the end of its own time.
    assert_eq!((tally.notices, tally.returned.len()), (10_000, 10_000));
    assert!(tally.returned.iter().all(|at| (NOW + 5 * DAY..=NOW + 5 * DAY + 600).contains(at)));
}

#[test]
fn messages_that_come_all_the_time_do_not_knock_more() {
    let queued: Vec<u64> = (0..2000).map(|number| NOW + 60 * number).collect();
    let tally = run(&Policy::default(), &queued, u64::MAX);
    assert_eq!(tally.returned.len(), 2000);
    // Behind the first five days, a message ends each minute: one attempt in five minutes, not one a message.
    assert!(tally.knocks[3..].windows(2).all(|two| two[1] - two[0] >= 300));
    let (first, last) = (queued[0], queued[1999]);
    assert!(tally.returned.iter().all(|at| *at >= first + 5 * DAY - 600 && *at <= last + 5 * DAY + 600));
}

#[test]
fn a_host_that_is_back_gets_all_its_mail() {
    for outage in [HOUR, 6 * HOUR, DAY, 2 * DAY] {
        let tally = run(&Policy::default(), &[NOW; 2000], NOW + outage);
        assert_eq!((tally.delivered.len(), tally.returned.len()), (2000, 0));
        let last = tally.delivered.iter().max().unwrap() - NOW - outage;
        assert!(last <= 5 * HOUR, "{outage}: {last}");
        // Not all at the same second.
        let mut seconds = tally.delivered.clone();
        seconds.dedup();
        assert!(seconds.len() > 60, "{outage}: {}", seconds.len());
    }
}

#[test]
fn threat_y03_a_million_messages_are_spread() {
    let schedule = Schedule::default();
    // Of one host that failed for all of them at one second: the first retries fill their window evenly.
    let first: Vec<u64> =
        (0..1_000_000_u64).map(|seed| schedule.tries(Some(seed)).next().unwrap().as_secs()).collect();
    let (low, high) = (*first.iter().min().unwrap(), *first.iter().max().unwrap());
    assert!(low == 300 && high < 338);
    let mut buckets = vec![0_u32; usize::try_from(high - low + 1).unwrap()];
    for at in &first {
        buckets[usize::try_from(at - low).unwrap()] += 1;
    }
    let mean = 1_000_000 / u32::try_from(buckets.len()).unwrap();
    assert!(buckets.iter().all(|count| *count <= 2 * mean), "{buckets:?}");
}

#[test]
fn one_failure_does_not_shut_a_host() {
    let policy = Policy::default();
    let once = policy.note_host(&TO, &HostState::up(), &silent(), NOW);
    assert!(!once.is_down());
    let thrice = (0..2).fold(once, |host, _| policy.note_host(&TO, &host, &silent(), NOW));
    assert!(thrice.is_down());
    assert_eq!((thrice.failures(), thrice.last_cause()), (3, Some(Cause::Network)));
    assert!(policy.with_down_after(1).note_host(&TO, &HostState::up(), &silent(), NOW).is_down());
}

#[test]
fn whoever_answers_is_up() {
    let policy = Policy::default();
    let down = (0..3).fold(HostState::up(), |host, _| policy.note_host(&TO, &host, &silent(), NOW));
    for verdict in [
        answered(Cause::MailboxUnknown, Lasting::Permanent),
        answered(Cause::MailboxFull, Lasting::Temporary),
        answered(Cause::Greylisted, Lasting::Temporary),
        answered(Cause::Spam, Lasting::Permanent),
        Verdict::new(Cause::Accepted, Lasting::Permanent),
    ] {
        assert_eq!(policy.note_host(&TO, &down, &verdict, NOW + 1), HostState::up());
    }
    // What we did not send says nothing.
    let mut aborted = Verdict::new(Cause::Content, Lasting::Permanent);
    aborted.blame = Blame::OurSide;
    assert_eq!(policy.note_host(&TO, &down, &aborted, NOW), down);
}

#[test]
fn outcome_e073_whoever_wants_less_from_us_is_left_alone_by_all() {
    let policy = Policy::default();
    let mut slow = answered(Cause::RateLimited, Lasting::Temporary);
    slow.wait = Some(Wait::new(Duration::from_secs(HOUR)));
    let host = policy.note_host(&TO, &HostState::up(), &slow, NOW);
    assert_eq!((host.is_down(), host.next()), (true, NOW + HOUR));
    // Its hint counts once: whoever always says "in a day" is tried by the schedule.
    slow.wait = Some(Wait::new(Duration::MAX));
    let host = policy.note_host(&TO, &host, &slow, NOW + HOUR);
    assert!(host.next() < NOW + 3 * HOUR);
    let (due, _) = policy.due(&TO, &State::new(NOW), &host, NOW + HOUR, 1);
    assert!(matches!(due, Due::Held(Decision::Wait { why, .. }) if why.reason == Reason::HostDown));
}

#[test]
fn two_that_ask_at_once_do_not_both_knock() {
    let policy = Policy::default();
    let down = (0..3).fold(HostState::up(), |host, _| policy.note_host(&TO, &host, &silent(), NOW));
    let now = down.next();
    let (due, _) = policy.due(&TO, &State::new(NOW), &down, now, 1);
    let Due::Try { host } = due else { panic!("{due:?}") };
    // The first one stored its record; whoever reads it is held until that attempt must be over.
    let (due, _) = policy.due(&TO, &State::new(NOW), &host, now, 2);
    assert!(matches!(due, Due::Held(Decision::Wait { until, .. }) if until >= now + 300));
    // It never came back to say what happened: the next one may knock.
    let (due, _) = policy.due(&TO, &State::new(NOW), &host, now + 300, 2);
    assert!(matches!(due, Due::Try { .. }));
}

#[test]
fn threat_y02_a_host_record_of_another_clock_holds_nobody_for_long() {
    let policy = Policy::default();
    for text in [
        format!("1 s={0} l={0} x={0} n=9 d=1 k={0}", u64::MAX),
        format!("1 s={0} l={0} x={0} n=9 d=1", NOW + 10 * 365 * DAY),
        "1 s=0 l=0 x=0 n=4294967295 d=1 c=network".to_owned(),
    ] {
        let host: HostState = text.parse().unwrap();
        let (due, _) = policy.due(&TO, &State::new(NOW), &host, NOW, 1);
        let soon = match due {
            Due::Try { .. } => true,
            Due::Held(decision) => decision.until().unwrap() <= NOW + DAY,
            other => panic!("{other:?}"),
        };
        assert!(soon, "{text}");
        assert!(policy.note_host(&TO, &host, &silent(), NOW).next() <= NOW + 5 * HOUR);
    }
}

#[test]
fn records_are_read_back_and_refused_with_their_octet() {
    #[track_caller]
    fn refused(text: &str, at: usize) {
        assert_eq!(text.parse::<State>().unwrap_err().at(), at, "{text}");
        assert_eq!(text.parse::<HostState>().unwrap_err().at(), at, "{text}");
    }
    refused("", 0);
    refused("2 n=1", 0);
    refused("12", 0);
    refused("1 n", 2);
    refused("1  n=1", 2);
    refused("1 n=-1", 4);
    refused("1 n=+1", 4);
    refused("1 n=", 4);
    refused("1 n=4294967296", 4);
    refused("1 n=1 n=1", 6);
    refused("1 c=nothing", 4);
    refused(&format!("1 n={}", "0".repeat(1100)), 1024);
    // What a later version adds is passed over.
    assert_eq!("1 q=5 z=7 colour=blue \u{e9}=1".parse::<State>(), Ok(State::new(5)));
    let policy = Policy::default();
    let (_, state) = policy.decide(&TO, &State::new(NOW), &HostState::up(), &silent(), NOW, 1);
    assert_eq!(state.to_string(), "1 q=1764100000 x=1764100963 n=1 r=1 c=network a=1");
    assert!(size_of::<State>() <= 112 && size_of::<HostState>() <= 56);
}

/// A record that was damaged doesn't hold a message; one that is held for its release does.
#[test]
fn threat_y02_a_record_that_was_damaged_is_due_within_a_day() {
    let policy = Policy::default();
    let state: State = format!("1 q={NOW} t={NOW} x={} n=3 c=network", u64::MAX).parse().unwrap();
    let (due, _) = policy.due(&TO, &state, &HostState::up(), NOW, 1);
    assert!(matches!(due, Due::Held(decision) if decision.until().unwrap() <= NOW + DAY + 300));
    let (due, _) = policy.due(&TO, &State::held(NOW, u64::MAX), &HostState::up(), NOW, 1);
    assert!(matches!(due, Due::Held(decision) if decision.until() == Some(u64::MAX)));
}

#[test]
fn the_schedule_of_a_cause_can_be_asked_for() {
    let policy = Policy::default().with_rules("* mailbox_full\nslow.example * F,5d,2h").unwrap();
    let of = |domain, cause| policy.schedule_for(&Target::new(domain), cause).map(ToString::to_string);
    assert_eq!(of("a.example", Cause::MailboxFull), None);
    assert_eq!(of("slow.example", Cause::Spam).as_deref(), Some("F,5d,2h"));
    assert_eq!(of("a.example", Cause::RateLimited).as_deref(), Some("G,5d,15m,1.5; cap=4h"));
    assert_eq!(of("a.example", Cause::Spam).as_deref(), Some("G,5d,5m,1.5; cap=4h"));
}

/// The example of the manual, its last words included.
#[test]
fn one_message_at_a_dead_host_makes_as_many_tries_as_the_manual_says() {
    let tally = run(&Policy::default(), &[NOW], u64::MAX);
    assert_eq!((tally.knocks.len(), tally.notices, tally.returned.len()), (35, 1, 1));
}
