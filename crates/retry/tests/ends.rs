//! When a message ends and who is told before: expiry, bounces, notices, DELIVERBY, operators.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what went wrong by panicking"
)]

use core::time::Duration;

use mailwright_reply::{Cause, Lasting, Verdict};
use mailwright_retry::{
    ByMode, Decision, DeliverBy, Due, Notice, NoticePlan, Notify, Policy, Reason, Schedule, State, Target,
};

#[path = "support/followed.rs"]
mod followed;
use followed::{DAY, Followed, HOUR, MINUTE, NOW, SEED, TO, UP, gives_up, later, silent};

#[track_caller]
fn told(decision: Decision) -> bool {
    match decision {
        Decision::Notice { kind: Notice::Delayed, until: Some(_), .. } => true,
        Decision::Wait { .. } | Decision::GiveUp { .. } | Decision::Done => false,
        other => panic!("{other:?}"),
    }
}

#[test]
fn outcome_e089_at_the_end_only_the_bounce_goes() {
    let plan = NoticePlan::after(Duration::from_secs(5 * DAY - 1));
    let policy = Policy::new(Schedule::default()).unwrap().with_notices(plan).unwrap();
    let mut one = Followed { policy, ..Followed::new() };
    one.fails(NOW, &silent());
    gives_up(one.fails(NOW + 5 * DAY, &silent()), Reason::Expired);
    assert_eq!(one.state.notices(), 0);
}

#[test]
fn outcome_e090_a_host_that_is_back_sends_no_notice() {
    let delivered = Verdict::new(Cause::Accepted, Lasting::Permanent);
    let mut one = Followed::plain();
    one.fails(NOW, &silent());
    assert_eq!(one.fails(NOW + 5 * HOUR, &delivered), Decision::Done);
    assert_eq!(one.fails(NOW + 5 * HOUR, &delivered), Decision::Done);
    // Who was told that it is late, is told that it was delivered, once, where the plan says so.
    let plan = NoticePlan::default().with_cleared();
    let policy = Policy::new(Schedule::default()).unwrap().with_notices(plan).unwrap();
    let mut one = Followed { policy, ..Followed::new() };
    assert!(told(one.fails(NOW + 4 * HOUR, &silent())));
    let cleared = one.fails(NOW + 9 * HOUR, &delivered);
    assert!(matches!(cleared, Decision::Notice { kind: Notice::Cleared, until: None, .. }));
    assert_eq!(one.fails(NOW + 9 * HOUR, &delivered), Decision::Done);
}

#[test]
fn outcome_e091_advice_s056_who_gets_no_notice() {
    let late = |to: Target<'static>| {
        let mut one = Followed { to, ..Followed::plain() };
        told(one.fails(NOW + 4 * HOUR, &silent()))
    };
    assert!(late(TO));
    assert!(late(TO.with_notify(Notify::Delay)));
    assert!(!late(TO.with_notify(Notify::NoDelay)));
    assert!(!late(TO.with_notify(Notify::Never)));
    assert!(!late(TO.with_null_sender()));
    assert!(!late(TO.with_bulk()));
    assert!(!late(TO.with_bulk().with_notify(Notify::Delay)));
}

#[test]
fn outcome_e092_deliver_by_with_return_ends_earlier() {
    let by = |seconds| TO.with_deliver_by(DeliverBy { seconds, mode: ByMode::Return });
    let mut one = Followed { to: by(3600), ..Followed::plain() };
    let decision = one.fails(NOW, &silent());
    assert_eq!(decision.why().unwrap().expires, NOW + HOUR);
    let decision = one.fails(NOW + 50 * MINUTE, &silent());
    assert_eq!(decision.until(), Some(NOW + HOUR));
    gives_up(one.fails(NOW + HOUR, &silent()), Reason::DeliverBy);
    // Over before it was tried, or without room for another try: the first failure ends it.
    for seconds in [-3600, 0, 299, i64::MIN] {
        gives_up(Followed { to: by(seconds), ..Followed::plain() }.fails(NOW, &silent()), Reason::DeliverBy);
    }
    // Later than the schedule: nothing changes.
    let mut one = Followed { to: by(i64::MAX), ..Followed::plain() };
    assert_eq!(one.fails(NOW, &silent()).why().unwrap().expires, NOW + 5 * DAY);
}

#[test]
fn outcome_e092_deliver_by_with_notify_tells_once() {
    let by = |seconds| TO.with_deliver_by(DeliverBy { seconds, mode: ByMode::Notify });
    let mut one = Followed { to: by(1800), ..Followed::plain() };
    assert!(!told(one.fails(NOW, &silent())));
    assert!(told(one.fails(NOW + 30 * MINUTE, &silent())));
    assert!(!told(one.fails(NOW + HOUR, &silent())));
    // A negative time is over at once; only NEVER and the null sender stop this notice.
    for seconds in [-1, 0, i64::MIN] {
        assert!(told(Followed { to: by(seconds), ..Followed::plain() }.fails(NOW, &silent())));
    }
    let quiet = by(-1).with_notify(Notify::NoDelay);
    assert!(told(Followed { to: quiet, ..Followed::plain() }.fails(NOW, &silent())));
    let never = by(-1).with_notify(Notify::Never);
    assert!(!told(Followed { to: never, ..Followed::plain() }.fails(NOW, &silent())));
    let bounce = by(-1).with_null_sender();
    assert!(!told(Followed { to: bounce, ..Followed::plain() }.fails(NOW, &silent())));
}

#[test]
fn outcome_e092_future_release_begins_the_age() {
    let policy = Policy::default();
    let state = State::held(NOW, NOW + 30 * DAY);
    let (due, held) = policy.due(&TO, &state, &UP, NOW + DAY, SEED);
    assert!(matches!(due, Due::Held(Decision::Wait { until, .. }) if until == NOW + 30 * DAY));
    let (due, held) = policy.due(&TO, &held, &UP, NOW + 30 * DAY, SEED);
    assert!(matches!(due, Due::Try { .. }));
    assert_eq!(policy.age(&held, NOW + 30 * DAY), Duration::ZERO);
    let (decision, _) = policy.decide(&TO, &held, &UP, &silent(), NOW + 30 * DAY, SEED);
    assert_eq!(decision.why().unwrap().expires, NOW + 35 * DAY);
}

#[test]
fn outcome_e098_a_bounce_lives_shorter() {
    let last = |to: Target<'static>| Policy::default().preview(&to, Cause::Network, SEED).last().unwrap().age;
    assert_eq!(last(TO.with_null_sender()), Duration::from_secs(2 * DAY));
    assert_eq!(last(TO), Duration::from_secs(5 * DAY));
    let policy = Policy::default().with_bounce_life(Duration::from_secs(DAY)).unwrap();
    let age = policy.preview(&TO.with_null_sender(), Cause::Network, SEED).last().unwrap().age;
    assert_eq!(age, Duration::from_secs(DAY));
    // A life that is longer than the schedule changes nothing.
    let policy = policy.with_bounce_life(Duration::from_secs(30 * DAY)).unwrap();
    let age = policy.preview(&TO.with_null_sender(), Cause::Network, SEED).last().unwrap().age;
    assert_eq!(age, Duration::from_secs(5 * DAY));
}

#[test]
fn threat_y04_there_is_one_end_at_before_and_behind_the_expiry() {
    for at in [5 * DAY - 1, 5 * DAY, 5 * DAY + 1] {
        let mut one = Followed::plain();
        one.fails(NOW, &silent());
        gives_up(one.fails(NOW + at, &silent()), Reason::Expired);
        assert!(one.state.is_over());
        for verdict in [silent(), Verdict::new(Cause::Accepted, Lasting::Permanent)] {
            assert_eq!(one.fails(NOW + at, &verdict), Decision::Done);
        }
        let (due, _) = one.policy.due(&TO, &one.state, &UP, NOW + at, SEED);
        assert_eq!(due, Due::Held(Decision::Done));
    }
    // With the floor's room behind it, there is one more try, at the end.
    let mut one = Followed::plain();
    one.fails(NOW, &silent());
    assert_eq!(one.fails(NOW + 5 * DAY - 300, &silent()).until(), Some(NOW + 5 * DAY));
    gives_up(one.fails(NOW + 5 * DAY - 299, &silent()), Reason::Expired);
}

#[test]
fn advice_s055_the_reason_of_the_end_is_the_last_real_one() {
    let mut one = Followed::new();
    one.fails(NOW, &later(Cause::MailboxFull));
    let decision = one.fails(NOW + 5 * DAY, &later(Cause::MailboxFull));
    let why = decision.why().unwrap();
    assert_eq!((why.reason, why.cause, why.attempts), (Reason::Expired, Some(Cause::MailboxFull), 2));
    // Never tried, for its host was down: then the host's.
    let policy = Policy::default();
    let host = (0..3).fold(UP, |host, _| policy.note_host(&TO, &host, &silent(), NOW + 5 * DAY - 20));
    let state: State = format!("1 q={NOW} t={0} x={0}", NOW + 5 * DAY).parse().unwrap();
    let (due, _) = policy.due(&TO, &state, &host, NOW + 5 * DAY, SEED);
    let Due::Held(Decision::GiveUp { why }) = due else { panic!("{due:?}") };
    assert_eq!((why.reason, why.cause, why.attempts), (Reason::Expired, Some(Cause::Network), 0));
}

#[test]
fn advice_s057_a_notice_names_the_final_date() {
    let mut one = Followed::plain();
    let decision = one.fails(NOW + 4 * HOUR, &silent());
    assert!(told(decision));
    assert_eq!(decision.why().unwrap().expires, NOW + 5 * DAY);
    assert_eq!(one.policy.expires(&TO, &one.state), NOW + 5 * DAY);
}

#[test]
fn advice_s058_s059_notices_go_once_and_apart() {
    let plan =
        NoticePlan::after(Duration::from_secs(4 * HOUR)).and_again(Duration::from_secs(12 * HOUR)).unwrap();
    let policy = Policy::new(Schedule::default()).unwrap().with_notices(plan).unwrap();
    let mut one = Followed { policy, ..Followed::new() };
    assert!(!told(one.fails(NOW + 3 * HOUR, &silent())));
    // The first one late: the second keeps its distance from it.
    assert!(told(one.fails(NOW + 15 * HOUR, &silent())));
    assert!(!told(one.fails(NOW + 17 * HOUR, &silent())));
    // Another process reads the record and doesn't send it again.
    one.state = one.state.to_string().parse().unwrap();
    assert!(!told(one.fails(NOW + 26 * HOUR, &silent())));
    assert!(told(one.fails(NOW + 27 * HOUR, &silent())));
    assert!(!told(one.fails(NOW + 60 * HOUR, &silent())));
    assert_eq!(one.state.notices(), 2);
}

#[test]
fn a_count_of_tries_ends_a_schedule_earlier() {
    let policy = Policy::default().with_rules("* spam F,3d,1h; tries=3").unwrap();
    let ages: Vec<_> = policy.preview(&TO, Cause::Spam, SEED).collect();
    assert_eq!(ages.len(), 3);
    gives_up(ages[2].decision, Reason::TriesUsed);
}

#[test]
fn an_operator_is_called_once_for_a_run_of_a_cause() {
    let mut one = Followed::new();
    let alert = |decision: Decision| decision.why().unwrap().alert;
    assert!(alert(one.fails(NOW, &later(Cause::Reputation))));
    assert!(!alert(one.fails(NOW + HOUR, &later(Cause::Reputation))));
    assert!(!alert(one.fails(NOW + 2 * HOUR, &later(Cause::System))));
    assert!(alert(one.fails(NOW + 3 * HOUR, &later(Cause::Reputation))));
}
