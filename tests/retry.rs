//! From what a server said to when it is tried again: the classifier and the retry policy together.
//!
//! Also what a single room can't show: the stored forms in JSON, and that a decision allocates nothing.

use std::time::Duration;

use mailwright::reply::{
    Attempt, Cause, Ending, Host, NoHost, NotSent, Refusal, Reply, ReplyParser, Rules, Stage, TlsFault,
    Verdict, classify,
};
use mailwright::retry::{
    Decision, Due, HostState, Left, NoticePlan, Policy, Reason, Rule, Schedule, State, Target,
};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const NOW: u64 = 1_764_100_000;
const TO: Target<'static> = Target::new("example.org").with_host("mx.example.org");
const UP: HostState = HostState::up();

fn reply(line: &str) -> Reply {
    let mut wire = bytes::BytesMut::from(format!("{line}\r\n").as_bytes());
    ReplyParser::new().parse(&mut wire).unwrap().unwrap()
}

fn said(stage: Stage, line: &str) -> Attempt {
    Attempt::new(stage, Ending::Replied(reply(line)))
}

fn verdict(attempt: &Attempt) -> Verdict {
    classify(&Refusal::from_attempt(attempt).with_host("mx.example.org"), Rules::built_in())
}

/// What the table decides behind a first failure.
fn first(attempt: &Attempt, to: Target<'_>) -> (Decision, State) {
    let to = to.with_attempt(attempt);
    Policy::default().decide(&to, &State::new(NOW), &UP, &verdict(attempt), NOW, 7)
}

/// Minutes until the next attempt, spread included; 0 where it goes on at once, none where it is given up.
fn minutes(attempt: &Attempt) -> Option<u64> {
    match first(attempt, TO).0 {
        Decision::Now { .. } => Some(0),
        Decision::GiveUp { .. } => None,
        other => Some((other.until().unwrap() - NOW) / MINUTE),
    }
}

#[track_caller]
fn waits(attempt: &Attempt, least: u64, cause: Cause) {
    let found = minutes(attempt);
    assert_eq!(verdict(attempt).cause, cause, "{attempt}");
    assert!(found.is_some_and(|gap| gap >= least && gap <= least + least / 8), "{attempt}: {found:?}");
}

#[track_caller]
fn gives_up(attempt: &Attempt, reason: Reason) {
    let decision = first(attempt, TO).0;
    assert!(matches!(decision, Decision::GiveUp { why } if why.reason == reason), "{attempt}: {decision:?}");
}

#[test]
fn threat_y06_each_failure_has_its_schedule() {
    waits(&said(Stage::Recipient, "451 4.7.1 Greylisted, please try again"), 5, Cause::Greylisted);
    waits(&said(Stage::Recipient, "450 4.7.1 Greylisted, come back in 00:14:59"), 14, Cause::Greylisted);
    waits(&said(Stage::Recipient, "452 4.2.2 Mailbox full"), 60, Cause::MailboxFull);
    waits(&said(Stage::Mail, "421 4.7.0 Too many messages, slow down"), 15, Cause::RateLimited);
    waits(&said(Stage::Dot, "451 4.3.0 Temporary system failure"), 15, Cause::System);
    waits(&Attempt::new(Stage::Connect, Ending::TimedOut), 15, Cause::Network);
    waits(&Attempt::new(Stage::Connect, Ending::Refused), 15, Cause::Network);
    waits(&Attempt::new(Stage::Connect, Ending::NoHost(NoHost::NotNow)), 15, Cause::Network);
    waits(&Attempt::new(Stage::Tls, Ending::Tls(TlsFault::Certificate)), 5, Cause::Tls);
    // 421 in place of a greeting.
    let busy = said(Stage::Greeting, "421 Service not available");
    assert!(minutes(&busy).is_some_and(|gap| (5..=17).contains(&gap)), "{:?}", minutes(&busy));
    // Opportunistic TLS failed: without it, at once.
    assert_eq!(minutes(&Attempt::new(Stage::Tls, Ending::RetryWithoutTls(TlsFault::Handshake))), Some(0));
}

#[test]
fn advice_s051_what_was_neither_delivered_nor_refused_is_retried() {
    for ending in [Ending::TimedOut, Ending::Closed, Ending::Reset] {
        for stage in [Stage::Connect, Stage::Greeting, Stage::Mail, Stage::Recipient, Stage::Data, Stage::Dot]
        {
            assert!(
                minutes(&Attempt::new(stage, ending.clone())).is_some_and(|gap| gap >= 5),
                "{stage} {ending}"
            );
        }
    }
    for stage in [Stage::Mail, Stage::Recipient, Stage::Data, Stage::Dot] {
        assert!(minutes(&said(stage, "451 Later")).is_some_and(|gap| gap >= 5), "{stage}");
        gives_up(&said(stage, "550 No"), Reason::Permanent);
    }
    gives_up(&Attempt::new(Stage::Connect, Ending::NoHost(NoHost::NullMx)), Reason::Permanent);
    gives_up(&Attempt::new(Stage::Connect, Ending::NoHost(NoHost::NoSuchDomain)), Reason::Permanent);
}

#[test]
fn advice_s023_a_lost_answer_to_the_dot_is_retried() {
    let cut = Attempt::new(Stage::Dot, Ending::Closed);
    assert!(cut.may_be_delivered());
    waits(&cut, 15, Cause::Network);
}

#[test]
fn advice_s030_outcome_e001_451_user_unknown_is_tried_again() {
    let lying = said(Stage::Recipient, "451 User unknown");
    assert!(verdict(&lying).lies());
    assert!(minutes(&lying).is_some_and(|gap| gap >= 5));
}

#[test]
fn outcome_e004_deferred_for_ever_is_not_tried_again() {
    let attempt = said(
        Stage::Mail,
        "421 4.7.1 [TS03] All messages from 192.0.2.5 will be permanently deferred; Retrying will NOT succeed",
    );
    let refusal = Refusal::from_attempt(&attempt).with_host("mta5.am0.yahoodns.net");
    let verdict = classify(&refusal, Rules::built_in());
    let (decision, _) = Policy::default().decide(&TO, &State::new(NOW), &UP, &verdict, NOW, 7);
    assert!(matches!(decision, Decision::GiveUp { why } if why.reason == Reason::Permanent && why.alert));
}

#[test]
fn outcome_e019_a_554_greeting_is_met_at_the_next_host() {
    let closed = said(Stage::Greeting, "554 No SMTP service here");
    let (decision, state) = first(&closed, TO.with_left(Left::Host));
    assert!(matches!(decision, Decision::Now { host: Host::Other, .. }), "{decision:?}");
    // All of them say so.
    let (decision, _) = Policy::default().decide(&TO, &state, &UP, &verdict(&closed), NOW, 7);
    assert!(matches!(decision, Decision::GiveUp { why } if why.reason == Reason::Permanent));
    assert_eq!(verdict(&closed).suppression(), None);
}

#[test]
fn outcome_e082_too_many_recipients_go_on_at_once() {
    let rest = Attempt::new(Stage::Recipient, Ending::NotSent(NotSent::NextTransaction));
    assert_eq!(minutes(&rest), Some(0));
}

#[test]
fn outcome_e074_a_greylist_is_one_at_any_stage() {
    for stage in [Stage::Mail, Stage::Recipient, Stage::Data, Stage::Dot] {
        waits(&said(stage, "451 4.7.1 Greylisting in action, please come back later"), 5, Cause::Greylisted);
    }
}

#[test]
fn outcome_e080_a_limit_by_the_hour_waits_its_hour() {
    let limited = said(Stage::Mail, "451 4.7.1 Rate limit exceeded, try again in 1 hour");
    waits(&limited, 60, Cause::RateLimited);
    let host = Policy::default().note_host(&TO, &UP, &verdict(&limited), NOW);
    assert_eq!((host.is_down(), host.next()), (true, NOW + HOUR));
}

#[test]
fn outcome_e081_a_full_server_is_no_full_mailbox() {
    waits(&said(Stage::Dot, "452 4.3.1 Insufficient system storage"), 15, Cause::System);
}

#[test]
fn advice_s103_a_first_digit_that_lies_does_not_end_a_message() {
    let attempt = said(Stage::Mail, "550 Connection frequency limited");
    let verdict = classify(&Refusal::from_attempt(&attempt).with_host("mx3.qq.com"), Rules::built_in());
    let (decision, _) = Policy::default().decide(&TO, &State::new(NOW), &UP, &verdict, NOW, 7);
    assert!(matches!(decision, Decision::Wait { .. }), "{decision:?}");
}

#[test]
fn a_decision_allocates_nothing() {
    let policy = Policy::default().with_rules("*.slow.example * F,5d,2h\n* rcpt_45x F,3d,1h").unwrap();
    let attempt = said(Stage::Recipient, "450 4.7.1 Greylisted, come back in 300 seconds");
    let verdict = verdict(&attempt);
    let to = TO.with_attempt(&attempt);
    let mut state = State::new(NOW);
    let mut now = NOW;
    let counted = allocation_counter::measure(|| {
        for _ in 0..100 {
            let host = policy.note_host(&to, &UP, &verdict, now);
            let (due, next) = policy.due(&to, &state, &host, now, 7);
            assert!(matches!(due, Due::Try { .. } | Due::Held(_)));
            let (decision, next) = policy.decide(&to, &next, &host, &verdict, now, 7);
            state = next;
            now = decision.until().unwrap_or(now + HOUR);
        }
    });
    assert_eq!(counted.count_total, 0);
}

#[track_caller]
fn stored<T>(value: &T, json: &str)
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    assert_eq!(serde_json::to_string(value).unwrap(), json);
    assert_eq!(&serde_json::from_str::<T>(json).unwrap(), value);
}

#[test]
fn values_are_stored_as_text_that_people_read() {
    let schedule: Schedule = "F,2h,15m; G,16h,1h,1.5; F,4d,6h".parse().unwrap();
    stored(&schedule, r#""F,2h,15m; G,16h,1h,1.5; F,4d,6h""#);
    let rule: Rule = "*.example.org rcpt_45x F,3d,30m; alert # by night".parse().unwrap();
    stored(&rule, r#""*.example.org rcpt_45x F,3d,30m; alert # by night""#);
    stored(&State::new(5), r#""1 q=5""#);
    stored(&UP, r#""1""#);
    let plan = NoticePlan::default().and_again(Duration::from_secs(12 * HOUR)).unwrap().with_cleared();
    stored(&plan, r#"{"ages":[14400,57600],"cleared":true}"#);
    let policy = Policy::new(schedule).unwrap().with_rule(rule).unwrap();
    stored(
        &policy,
        r#"{"schedule":"F,2h,15m; G,16h,1h,1.5; F,4d,6h","rules":["*.example.org rcpt_45x F,3d,30m; alert # by night"],"table":[],"notices":{"ages":[14400],"cleared":false},"bounce_life":172800,"down_after":3,"silence":2592000}"#,
    );
    let whole = Policy::default();
    assert_eq!(serde_json::from_str::<Policy>(&serde_json::to_string(&whole).unwrap()).unwrap(), whole);
    let short = Policy::time_sensitive();
    assert_eq!(serde_json::from_str::<Policy>(&serde_json::to_string(&short).unwrap()).unwrap(), short);
    let (decision, _) = first(&said(Stage::Recipient, "452 4.2.2 Mailbox full"), TO);
    stored(
        &decision,
        r#"{"wait":{"until":1764103775,"why":{"reason":"scheduled","cause":"mailbox_full","rule":4,"attempts":1,"gap":{"secs":3775,"nanos":0},"expires":1764532000,"alert":false}}}"#,
    );
}

/// What can't be built can't be read either.
#[test]
fn outcome_e086_serde_checks_what_it_reads() {
    for json in [r#""F,2h,1m""#, r#""""#, r#""G,2h,15m,0.5""#, r#""F,2h,15m; F,1h,15m""#, "7", "{}"] {
        assert!(serde_json::from_str::<Schedule>(json).is_err(), "{json}");
    }
    for json in [r#""* *""#, r#""* * F,1d,1h""#, r#""nothing""#] {
        assert!(serde_json::from_str::<Rule>(json).is_err(), "{json}");
    }
    for json in
        [r#"{"ages":[14400,14500]}"#, r#"{"ages":[57600,14400]}"#, r#"{"ages":[0,43200,86400,129600]}"#]
    {
        assert!(serde_json::from_str::<NoticePlan>(json).is_err(), "{json}");
    }
    let good = serde_json::to_value(Policy::default()).unwrap();
    for (field, wrong) in [
        ("schedule", serde_json::json!("F,2d,1h")),
        ("rules", serde_json::json!(vec!["* * F,4d,1h"; 1025])),
        ("table", serde_json::json!(vec!["* * F,4d,1h"; 1025])),
        ("notices", serde_json::json!({"ages": [5 * DAY]})),
        ("bounce_life", serde_json::json!(1)),
    ] {
        let mut bad = good.clone();
        bad[field] = wrong;
        assert!(serde_json::from_value::<Policy>(bad).is_err(), "{field}");
    }
    for json in [r#""2 q=5""#, r#""1 q=x""#, r#""1 c=what""#, "null"] {
        assert!(serde_json::from_str::<State>(json).is_err(), "{json}");
        assert!(serde_json::from_str::<HostState>(&json.replace('q', "s")).is_err(), "{json}");
    }
}

/// Two that decide at the same time: only the one whose record is stored may act, so a notice goes once.
#[test]
fn advice_s059_two_workers_send_one_notice() {
    let policy = Policy::default();
    let silent = verdict(&Attempt::new(Stage::Connect, Ending::TimedOut));
    let stored = State::new(NOW).to_string();
    let mut store = stored.clone();
    let mut notices = 0;
    for _ in 0..2 {
        // Both read the same record.
        let read: State = stored.parse().unwrap();
        let (decision, next) = policy.decide(&TO, &read, &UP, &silent, NOW + 5 * HOUR, 7);
        if store == stored {
            store = next.to_string();
            notices += u32::from(matches!(decision, Decision::Notice { .. }));
        }
    }
    assert_eq!(notices, 1);
}
