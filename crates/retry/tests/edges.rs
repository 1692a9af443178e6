//! Decisions at their edges: clocks, hints, changes, hosts, schedules.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what went wrong by panicking"
)]

use core::time::Duration;

use mailwright_reply::{Blame, Cause, Change, Host, Lasting, Next, Verdict, Wait};
use mailwright_retry::{Decision, Due, HostState, Left, Policy, Reason, Round, State, Target};

#[path = "support/followed.rs"]
mod followed;
use followed::{DAY, Followed, HOUR, MINUTE, NOW, SEED, TO, UP, gives_up, later, silent};

fn asking(seconds: u64) -> Verdict {
    let mut verdict = later(Cause::Greylisted);
    verdict.wait = Some(Wait::new(Duration::from_secs(seconds)));
    verdict
}

fn changing(change: Change, lasting: Lasting) -> Verdict {
    let mut verdict = Verdict::new(Cause::Tls, lasting);
    verdict.next = Next::Retry { host: Host::Same, slower: false, change: Some(change) };
    verdict
}

/// Whether a gap is this one, spread by less than an eighth.
#[track_caller]
fn about(gap: u64, plain: u64) {
    assert!(gap >= plain && gap < plain + plain.div_ceil(8), "{gap} is not about {plain}");
}

impl Followed {
    /// The gap behind a failure.
    #[track_caller]
    fn gap(&mut self, now: u64, verdict: &Verdict) -> u64 {
        self.fails(now, verdict).until().unwrap() - now
    }
}

#[test]
fn outcome_e076_threat_y07_absurd_hints_are_bounded() {
    for (said, used) in [(0, 300), (1, 300), (299, 300), (300, 300), (3600, 3600), (86_400, 86_400)] {
        let gap = Followed::new().gap(NOW, &asking(said));
        about(gap, used);
        assert!(gap <= DAY);
    }
    for said in [10 * 365 * DAY, u64::MAX] {
        assert_eq!(Followed::new().gap(NOW, &asking(said)), DAY);
    }
    // A record of a verdict may say anything; only what was said counts, and that between the bounds.
    let mut forged = asking(600);
    forged.wait.as_mut().unwrap().used = Duration::from_secs(1);
    about(Followed::new().gap(NOW, &forged), 600);
}

#[test]
fn threat_y07_a_hint_never_passes_the_end() {
    let mut one = Followed::new();
    one.fails(NOW, &later(Cause::Greylisted));
    let decision = one.fails(NOW + DAY + 20 * HOUR, &asking(DAY));
    assert_eq!(decision.until(), Some(NOW + 2 * DAY));
    assert_eq!(decision.why().unwrap().reason, Reason::LastTry);
}

#[test]
fn outcome_e079_a_hint_is_believed_once_for_a_host_and_recipient() {
    let mut one = Followed::new();
    let asked = one.fails(NOW, &asking(HOUR));
    assert_eq!(asked.why().unwrap().reason, Reason::Asked);
    let again = one.fails(NOW + HOUR + 500, &asking(HOUR));
    assert_eq!(again.why().unwrap().reason, Reason::Scheduled);
    // Another host may ask, too; case and final dot make no other host.
    one.to = TO.with_host("MX.Example.org.");
    assert_eq!(one.fails(NOW + 3 * HOUR, &asking(HOUR)).why().unwrap().reason, Reason::Scheduled);
    for host in ["b.example", "c.example", "d.example"] {
        one.to = TO.with_host(host);
        assert_eq!(one.fails(NOW + 3 * HOUR, &asking(HOUR)).why().unwrap().reason, Reason::Asked);
    }
    // Four are enough: a domain with endless hosts doesn't hold a message.
    one.to = TO.with_host("e.example");
    assert_eq!(one.fails(NOW + 3 * HOUR, &asking(HOUR)).why().unwrap().reason, Reason::Scheduled);
}

#[test]
fn outcome_e079_a_greylist_that_stays_is_a_block() {
    let planned: Vec<_> = Policy::default().preview(&TO, Cause::Greylisted, SEED).collect();
    let gaps: Vec<u64> = planned.windows(2).map(|two| two[1].age.as_secs() - two[0].age.as_secs()).collect();
    for (gap, minutes) in gaps.iter().zip([5, 15, 30, 60]) {
        about(*gap, minutes * MINUTE);
    }
    let last = planned.last().unwrap();
    assert_eq!(last.age.as_secs(), 2 * DAY);
    gives_up(last.decision, Reason::Expired);
}

#[test]
fn outcome_e078_a_greylist_is_not_taken_to_another_host() {
    let mut one = Followed::new();
    one.to = TO.with_left(Left::HostAndSource);
    let mut greylisted = later(Cause::Greylisted);
    greylisted.next = Next::Retry { host: Host::Same, slower: false, change: None };
    assert!(matches!(one.fails(NOW, &greylisted), Decision::Wait { .. }));
}

#[test]
fn outcome_e082_the_rest_goes_in_another_transaction_now() {
    let mut one = Followed::new();
    let rest = changing(Change::NextTransaction, Lasting::Temporary);
    for _ in 0..16 {
        let decision = one.fails(NOW, &rest);
        assert!(matches!(decision, Decision::Now { change: Some(Change::NextTransaction), .. }));
    }
    // Sixteen times; a server that always says so is met later.
    assert!(matches!(one.fails(NOW, &rest), Decision::Wait { .. }));
    assert!(matches!(one.fails(NOW + HOUR, &rest), Decision::Now { .. }));
}

#[test]
fn outcome_e080_a_change_is_tried_once_in_an_attempt() {
    let mut one = Followed::new();
    let with_tls = changing(Change::WithTls, Lasting::UntilFixed);
    assert!(matches!(one.fails(NOW, &with_tls), Decision::Now { host: Host::Same, .. }));
    gives_up(one.fails(NOW, &with_tls), Reason::Permanent);
    let mut one = Followed::new();
    let reconnect = changing(Change::Reconnect, Lasting::Temporary);
    assert!(matches!(one.fails(NOW, &reconnect), Decision::Now { .. }));
    assert!(matches!(one.fails(NOW, &reconnect), Decision::Wait { .. }));
    assert_eq!(one.state.attempts(), 1);
}

#[test]
fn outcome_e083_threat_y02_a_clock_set_back_is_no_wait() {
    for back in [1, HOUR, 10 * 365 * DAY, NOW] {
        let mut one = Followed::plain();
        let until = one.fails(NOW, &silent()).until().unwrap();
        let now = until - back.min(until);
        let gap = one.gap(now, &silent());
        assert!((300..=4 * HOUR).contains(&gap), "{gap}");
        assert!(one.policy.age(&one.state, now).as_secs() <= 400);
    }
    // Created in the future: it is young, and waits no longer than others.
    let mut one = Followed::plain();
    one.state = State::new(NOW + 10 * 365 * DAY);
    about(one.gap(NOW, &silent()), 5 * MINUTE);
}

#[test]
fn threat_y02_a_clock_set_forward_ends_nothing() {
    for forward in [1, HOUR, 10 * 365 * DAY] {
        let mut one = Followed::plain();
        let until = one.fails(NOW, &silent()).until().unwrap();
        assert!(one.fails(until + forward, &silent()).until().is_some(), "{forward}");
    }
    // A month is a month, unless the policy knows better.
    let mut one = Followed::plain();
    one.fails(NOW, &silent());
    gives_up(one.fails(NOW + 30 * DAY, &silent()), Reason::Expired);
    let policy = one.policy.clone().with_longest_silence(Duration::from_secs(4 * DAY));
    let mut one = Followed { policy, ..Followed::new() };
    one.fails(NOW, &silent());
    about(one.gap(NOW + 30 * DAY, &silent()), 450);
    let policy = Policy::default().with_longest_silence(Duration::MAX);
    let mut one = Followed { policy, ..Followed::new() };
    gives_up(one.fails(NOW + 10 * 365 * DAY, &silent()), Reason::Expired);
    // Nor does it before the first attempt.
    let mut one = Followed::plain();
    about(one.gap(NOW + 10 * 365 * DAY, &silent()), 5 * MINUTE);
    // At the last second of all, nothing is earlier than now.
    let mut one = Followed::plain();
    let decision = one.fails(u64::MAX, &silent());
    assert!(decision.until().is_none_or(|until| until == u64::MAX));
}

#[test]
fn outcome_e084_after_three_days_of_silence_the_schedule_goes_on_by_age() {
    let mut one = Followed::plain();
    one.fails(NOW, &silent());
    // One try at once; then the gap of a message of three days, not those that were missed.
    let gap = one.gap(NOW + 3 * DAY, &silent());
    assert_eq!(gap, 4 * HOUR);
    assert_eq!(one.state.attempts(), 2);
}

#[test]
fn outcome_e085_counts_at_their_end_stay_there() {
    let text = format!("1 q={NOW} t={} n=4294967295 r=4294967295 a=65535 u=255 c=network", NOW + HOUR);
    let mut one = Followed::new();
    one.state = text.parse().unwrap();
    let decision = one.fails(NOW + 2 * HOUR, &silent());
    assert!(decision.until().is_some());
    assert_eq!((one.state.attempts(), one.state.same_cause()), (u32::MAX, u16::MAX));
}

#[test]
fn outcome_e093_another_configuration_meets_waiting_messages() {
    let mut one = Followed::new();
    one.fails(NOW, &silent());
    one.fails(NOW + HOUR, &silent());
    for text in ["F,5d,5m", "G,5d,5m,3; cap=6h", "F,30m,10m; F,5d,12h", "H,5d,10m,2; cap=3h"] {
        let policy = Policy::new(text.parse().unwrap()).unwrap();
        let (decision, _) = policy.decide(&TO, &one.state, &UP, &silent(), NOW + 2 * HOUR, SEED);
        let gap = decision.until().unwrap() - NOW - 2 * HOUR;
        assert!((300..=DAY).contains(&gap), "{text}: {gap}");
        assert_eq!(decision.why().unwrap().expires, NOW + 5 * DAY);
    }
    // Shorter than the message is old: it ends, behind the attempt that was just made.
    let policy = Policy::time_sensitive();
    let (decision, _) = policy.decide(&TO, &one.state, &UP, &silent(), NOW + 13 * HOUR, SEED);
    gives_up(decision, Reason::Expired);
}

/// A host that failed for three days.
fn dead_host(policy: &Policy, now: u64) -> HostState {
    (0..=36).fold(UP, |host, hours| policy.note_host(&TO, &host, &silent(), now - 3 * DAY + 2 * hours * HOUR))
}

#[test]
fn outcome_e094_a_new_message_for_a_dead_host_is_not_returned_at_once() {
    let policy = Policy::default();
    let host = dead_host(&policy, NOW);
    assert!(host.is_down());
    let (due, state) = policy.due(&TO, &State::new(NOW), &host, NOW, SEED);
    let Due::Held(Decision::Wait { until, why }) = due else { panic!("{due:?}") };
    assert_eq!(why.reason, Reason::HostDown);
    assert!(until > NOW && until <= NOW + 5 * HOUR);
    assert_eq!((state.attempts(), why.expires), (0, NOW + 5 * DAY));
    // Nor is one that was tried, by its own failure.
    let (decision, _) = policy.decide(&TO, &State::new(NOW), &host, &silent(), NOW, SEED);
    assert!(matches!(decision, Decision::Wait { .. }));
}

#[test]
fn outcome_e095_advice_s024_recipients_of_one_message_have_their_own_times() {
    let policy = Policy::default();
    let causes = [Cause::MailboxFull, Cause::Greylisted, Cause::Network];
    let each = causes.map(|cause| policy.decide(&TO, &State::new(NOW), &UP, &later(cause), NOW, SEED).0);
    let earliest = each.iter().filter_map(Decision::until).min().unwrap();
    about(earliest - NOW, 5 * MINUTE);
    about(each[0].until().unwrap() - NOW, HOUR);
    about(each[2].until().unwrap() - NOW, 15 * MINUTE);
}

#[test]
fn outcome_e096_a_backup_host_does_not_end_what_the_main_host_put_off() {
    let refused = Verdict::new(Cause::MailboxUnknown, Lasting::Permanent);
    let of = |all: &[Verdict]| {
        let mut round = Round::new();
        for verdict in all {
            round.note(*verdict);
        }
        round.verdict().unwrap()
    };
    assert_eq!(of(&[silent(), refused]), silent());
    assert_eq!(of(&[later(Cause::System), refused]), later(Cause::System));
    assert_eq!(of(&[refused, later(Cause::System)]), refused);
    // Who answers "later" is heard before who is silent; a delivery ends it all.
    assert_eq!(of(&[silent(), later(Cause::Greylisted)]), later(Cause::Greylisted));
    let delivered = Verdict::new(Cause::Accepted, Lasting::Permanent);
    assert_eq!(of(&[silent(), refused, delivered]), delivered);
}

#[test]
fn outcome_e097_what_is_about_our_address_is_tried_from_another() {
    let mut listed = Verdict::new(Cause::Reputation, Lasting::Permanent);
    (listed.blame, listed.wire) = (Blame::SendingIp, Some(Lasting::Permanent));
    let mut one = Followed { to: TO.with_left(Left::Source), ..Followed::new() };
    assert!(matches!(one.fails(NOW, &listed), Decision::Now { host: Host::Same, change: None, .. }));
    one.to = TO;
    gives_up(one.fails(NOW, &listed), Reason::Permanent);
    // What is about the recipient is not.
    let unknown = Verdict::new(Cause::MailboxUnknown, Lasting::Permanent);
    let mut one = Followed { to: TO.with_left(Left::Source), ..Followed::new() };
    gives_up(one.fails(NOW, &unknown), Reason::Permanent);
}

#[test]
fn outcome_e099_rules_for_the_null_sender_are_for_bounces_only() {
    let policy = Policy::default().with_rules("* * senders=: F,1d,1h").unwrap();
    let last = |to: Target<'static>| policy.preview(&to, Cause::Network, SEED).last().unwrap().age;
    assert_eq!(last(TO.with_null_sender()), Duration::from_secs(DAY));
    assert_eq!(last(TO), Duration::from_secs(5 * DAY));
}

#[test]
fn outcome_e100_an_empty_rule_is_never_again() {
    let policy = Policy::default().with_rules("* mailbox_full").unwrap();
    let (decision, _) = policy.decide(&TO, &State::new(NOW), &UP, &later(Cause::MailboxFull), NOW, SEED);
    gives_up(decision, Reason::Never);
}

#[test]
fn threat_y08_seconds_pass_1970_and_2038() {
    for now in [0, 1, i32::MAX as u64 - 100, u64::from(u32::MAX) - 100, i64::MAX as u64 - 100] {
        let mut one = Followed::plain();
        one.state = State::new(now);
        about(one.gap(now, &silent()), 300);
        about(one.gap(now + 4000, &silent()), 300 + 2000);
    }
}

#[test]
fn advice_s052_hosts_tried_at_once_are_one_attempt() {
    let mut other = silent();
    other.next = Next::Retry { host: Host::Other, slower: false, change: None };
    let mut one = Followed { to: TO.with_left(Left::Host), ..Followed::new() };
    assert!(matches!(one.fails(NOW, &other), Decision::Now { host: Host::Other, .. }));
    assert_eq!(one.state.attempts(), 0);
    one.to = TO;
    about(one.gap(NOW + 40, &other), 15 * MINUTE);
    assert_eq!(one.state.attempts(), 1);
}

#[test]
fn a_cause_of_another_schedule_begins_it_anew() {
    let mut one = Followed::new();
    one.fails(NOW, &silent());
    one.fails(NOW + 3 * DAY, &silent());
    // Back from an outage of three days, it greylists us: five minutes, not hours.
    about(one.gap(NOW + 3 * DAY + 4 * HOUR, &later(Cause::Greylisted)), 5 * MINUTE);
    about(one.gap(NOW + 3 * DAY + 4 * HOUR + 330, &later(Cause::Greylisted)), 15 * MINUTE);
    // The message as a whole doesn't live longer for it.
    assert_eq!(one.policy.expires(&TO, &one.state), NOW + 5 * DAY);
    // The same schedule goes on, whatever the cause.
    let mut one = Followed::new();
    one.fails(NOW, &silent());
    about(one.gap(NOW + 2 * HOUR, &later(Cause::System)), 30 * MINUTE + 30 * MINUTE);
}

#[test]
fn schedules_that_take_turns_do_not_stay_quick() {
    let mut one = Followed::new();
    let (mut now, mut tries) = (NOW, 0);
    let causes = [Cause::Greylisted, Cause::RateLimited];
    while let Some(until) = one.fails(now, &later(causes[tries % 2])).until() {
        (now, tries) = (until, tries + 1);
    }
    assert!((NOW + 2 * DAY..=NOW + 5 * DAY).contains(&now));
    assert!(tries < 40, "{tries}");
}
