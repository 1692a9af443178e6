//! Schedules and rules as text, what is refused and where, the presets in figures.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what went wrong by panicking"
)]

use core::time::Duration;

use mailwright_reply::{Attempt, Cause, Ending, Lasting, NoHost, Reply, ReplyCode, Stage, Verdict};
use mailwright_retry::{
    Decision, Factor, HostState, NoticePlan, Pattern, Policy, PolicyError, Reason, Rule, RuleError, Schedule,
    ScheduleError, State, Step, StepFault, Target,
};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[track_caller]
fn same(text: &str) {
    assert_eq!(text.parse::<Schedule>().map(|schedule| schedule.to_string()), Ok(text.to_owned()));
}

#[track_caller]
fn reads(text: &str, written: &str) {
    assert_eq!(text.parse::<Schedule>().map(|schedule| schedule.to_string()), Ok(written.to_owned()));
}

#[track_caller]
fn refused(text: &str, octet: u32, expected: &str) {
    match text.parse::<Schedule>() {
        Err(ScheduleError::Text { at, expected: wanted }) => {
            assert_eq!((at, wanted), (octet, expected), "{text}");
        }
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn outcome_e099_the_text_form_is_that_of_exim() {
    same("F,2h,15m; G,16h,1h,1.5; F,4d,6h");
    same("H,4d,10m,1.5");
    same("G,5d,5m,1.5; cap=4h");
    same("F,3d,1h30m; cap=2h; tries=20");
    reads("F,2h,15m;G,16h,1h,1.5;F,4d,6h;", "F,2h,15m; G,16h,1h,1.5; F,4d,6h");
    reads(" F , 120m , 900s ; \tF,1w,6h ", "F,2h,15m; F,7d,6h");
    reads("G,5d,5m,1.500 ; tries = 7; cap = 240m", "G,5d,5m,1.5; cap=4h; tries=7");
    reads("F,1d,1h; cap=24h", "F,1d,1h");
}

#[test]
fn outcome_e100_a_fault_is_named_with_its_octet() {
    refused("G,2h,15m", 8, "`,` and a factor, as `1.5`");
    refused("F,2h", 4, "`,` and the next length");
    refused("F", 1, "`,` and the next length");
    refused("F,2h,15m,2", 9, "no third argument of `F`");
    refused("G,2h,15m,2,3", 11, "no fourth argument");
    refused("F,2h,15m; G,1h,30m,1.5", 10, "an end later than that of the step before");
    refused("F,2h,15m; F,2h,30m", 10, "an end later than that of the step before");
    refused("F,2h,4m", 0, "a gap of at least 5 minutes");
    refused("F,9d,25h", 0, "a gap of at most a day");
    refused("F,367d,1h", 2, "a length of time, as `15m` or `1h30m`");
    refused("F,1h,2h", 0, "an end no earlier than the first try");
    refused("X,2h,15m", 0, "a step `F`, `G` or `H`, or `cap=`, `tries=`");
    refused("f,2h,15m", 0, "a step `F`, `G` or `H`, or `cap=`, `tries=`");
    refused("F,2h,15m;; F,4d,6h", 9, "a step `F`, `G` or `H`, or `cap=`, `tries=`");
    refused("F,15,15m", 2, "a length of time, as `15m` or `1h30m`");
    refused("G,2h,15m,0.5", 9, "a factor between 1 and 100 with up to three decimals");
    refused("G,2h,15m,NaN", 9, "a factor between 1 and 100 with up to three decimals");
    refused("F,4d,6h; cap=5h", 9, "a cap no shorter than any step's first gap and at most a day");
    refused("F,4d,6h; cap=25h", 9, "a cap no shorter than any step's first gap and at most a day");
    refused("F,4d,6h; cap=7h; cap=7h", 17, "one `cap=`");
    refused("F,4d,6h; tries=0", 15, "a number between 1 and 65535");
    refused("F,4d,6h; tries=+4", 15, "a number between 1 and 65535");
    refused("F,4d,6h; tries=65536", 15, "a number between 1 and 65535");
    refused("F,4d,6h; tries=4; tries=4", 18, "one `tries=`");
    refused(&"F,1d,6h;".repeat(200), 1024, "at most 1024 octets");
    refused(
        &(2..19).fold(String::new(), |text, hours| text + &format!("F,{hours}h,1h;")),
        136,
        "at most 16 steps",
    );
    assert_eq!("".parse::<Schedule>(), Err(ScheduleError::Empty));
    assert_eq!("tries=3".parse::<Schedule>(), Err(ScheduleError::Empty));
}

#[test]
fn outcome_e086_what_can_not_be_followed_can_not_be_built() {
    let every = |until, gap| Step::Every { until: secs(until), gap: secs(gap) };
    let fault = |step, fault| Err(ScheduleError::Step { step, fault });
    assert_eq!(Schedule::new([]), Err(ScheduleError::Empty));
    assert_eq!(Schedule::new([every(DAY, 0)]), fault(0, StepFault::BelowFloor));
    assert_eq!(Schedule::new([every(DAY, 299)]), fault(0, StepFault::BelowFloor));
    assert!(Schedule::new([every(DAY, 300)]).is_ok());
    assert_eq!(Schedule::new([every(9 * DAY, DAY + 1)]), fault(0, StepFault::OverCap));
    assert_eq!(Schedule::new([every(HOUR - 1, HOUR)]), fault(0, StepFault::EndsBeforeFirstTry));
    assert!(Schedule::new([every(HOUR, HOUR)]).is_ok());
    assert_eq!(Schedule::new([every(DAY, HOUR), every(DAY, HOUR)]), fault(1, StepFault::Order));
    assert_eq!(Schedule::new([every(367 * DAY, HOUR)]), fault(0, StepFault::TooLong));
    assert_eq!(Schedule::new([every(u64::MAX, HOUR)]), fault(0, StepFault::TooLong));
    let endless = Step::Every { until: Duration::MAX, gap: secs(HOUR) };
    assert_eq!(Schedule::new([endless]), fault(0, StepFault::SubSecond));
    let half = Step::Every { until: secs(DAY), gap: Duration::from_millis(300_500) };
    assert_eq!(Schedule::new([half]), fault(0, StepFault::SubSecond));
    let many = (1..).map(|n| every(n * HOUR, HOUR));
    assert_eq!(Schedule::new(many), Err(ScheduleError::TooManySteps));
    let hourly = Schedule::new([every(DAY, HOUR)]).unwrap();
    assert_eq!(hourly.clone().with_cap(secs(HOUR - 1)), Err(ScheduleError::Cap));
    assert_eq!(hourly.clone().with_cap(secs(DAY + 1)), Err(ScheduleError::Cap));
    assert_eq!(hourly.with_tries(0), Err(ScheduleError::NoTries));
    assert_eq!(Factor::new(999), None);
    assert_eq!(Factor::new(100_001), None);
}

#[test]
fn outcome_e085_growth_neither_overflows_nor_stops() {
    // A year, a hundredfold: each gap is bounded by the cap, none by a number that wrapped.
    let steep: Schedule = "G,366d,5m,100".parse().unwrap();
    let ages: Vec<u64> = steep.tries(Some(7)).map(|age| age.as_secs()).collect();
    assert!(ages.windows(2).all(|two| two[1] - two[0] >= 300 && two[1] - two[0] <= DAY + 300));
    assert_eq!(ages.last(), Some(&(366 * DAY)));
    // A factor of one and a quarter is not cut to one.
    let gentle: Schedule = "G,5d,15m,1.25".parse().unwrap();
    let first: Vec<u64> = gentle.tries(None).take(4).map(|age| age.as_secs()).collect();
    assert_eq!(first, [900, 2025, 3431, 5188]);
}

/// Retries in 1 h, 4 h, 24 h, all, the longest gap in minutes.
fn figures(schedule: &Schedule) -> (usize, usize, usize, usize, u64) {
    let ages: Vec<u64> = schedule.tries(None).map(|age| age.as_secs()).collect();
    let within = |limit| ages.iter().filter(|age| **age <= limit).count();
    let gaps = core::iter::once(0).chain(ages.iter().copied()).zip(&ages).map(|(a, b)| b - a);
    (within(HOUR), within(4 * HOUR), within(DAY), ages.len(), gaps.max().unwrap() / MINUTE)
}

#[test]
fn the_presets_are_as_the_manual_says() {
    assert_eq!(figures(&Schedule::default()), (4, 7, 13, 38, 240));
    assert_eq!(figures(&Schedule::rfc5321()), (1, 3, 10, 43, 180));
    assert_eq!(figures(&Schedule::doubling()), (3, 5, 8, 21, 480));
    assert_eq!(figures(&Schedule::time_sensitive()), (4, 8, 17, 17, 60));
    let exim: Schedule = "F,2h,15m; G,16h,1h,1.5; F,4d,6h".parse().unwrap();
    assert_eq!(figures(&exim), (4, 9, 14, 27, 455));
}

#[test]
fn advice_s054_the_horizon_is_at_least_three_days() {
    for schedule in [Schedule::default(), Schedule::rfc5321(), Schedule::doubling()] {
        assert!(schedule.expiry() >= secs(4 * DAY));
        assert!(Policy::new(schedule).is_ok());
    }
    assert_eq!(Policy::new(Schedule::time_sensitive()), Err(PolicyError::ShortHorizon));
    assert_eq!(Policy::time_sensitive().schedule().expiry(), secs(12 * HOUR));
    assert_eq!(Policy::new("F,2d,1h".parse().unwrap()), Err(PolicyError::ShortHorizon));
    // A rule for one cause may be shorter; one for all of a domain's failures says why.
    assert!("* greylisted F,1d,30m".parse::<Rule>().is_ok());
    assert_eq!("a.example * F,1d,30m".parse::<Rule>(), Err(RuleError::ShortWithoutReason));
    assert_eq!("a.example *".parse::<Rule>(), Err(RuleError::ShortWithoutReason));
    assert!("a.example * F,1d,30m # codes to log in with".parse::<Rule>().is_ok());
    // What the table shortens says why, too.
    for rule in Policy::default().rules() {
        assert!(!rule.reason().is_empty(), "{rule}");
    }
}

/// The schedules of the table are known to be right; here they pass the checks, too.
#[test]
fn presets_and_table_pass_the_checks() {
    let policy = Policy::default();
    let schedules = policy.rules().filter_map(Rule::schedule).cloned();
    for schedule in schedules.chain([
        Schedule::default(),
        Schedule::rfc5321(),
        Schedule::doubling(),
        Schedule::time_sensitive(),
    ]) {
        same(&schedule.to_string());
        let ages: Vec<u64> = schedule.tries(None).map(|age| age.as_secs()).collect();
        let gaps: Vec<u64> =
            core::iter::once(0).chain(ages.iter().copied()).zip(&ages).map(|(a, b)| b - a).collect();
        assert!(gaps[..gaps.len() - 1].is_sorted(), "{schedule}: {gaps:?}");
        assert!(gaps.iter().all(|gap| *gap >= 300));
        assert_eq!(ages.last().copied().map(secs), Some(schedule.expiry()));
    }
}

#[test]
fn outcome_e099_a_rule_is_a_line_of_exim() {
    for text in [
        "* * F,2h,15m; G,16h,1h,1.5; F,4d,6h",
        "*.example.org quota_7d",
        "example.org rcpt_45x F,1h,5m; F,3d,30m",
        "* mail_4xx F,3d,1h",
        "* data_451 F,3d,1h",
        "* * senders=: F,1d,1h",
        "* timeout_connect senders=: F,1h,5m; alert",
        "[192.0.2.1] refused F,3d,1h # a box in the cellar",
        "* reputation alert",
    ] {
        assert_eq!(text.parse::<Rule>().map(|rule| rule.to_string()), Ok(text.to_owned()));
    }
    let wide = "  *\t *   F,2h,15m;G,4d,1h,1.5;   #  why # not ";
    assert_eq!(wide.parse::<Rule>().unwrap().to_string(), "* * F,2h,15m; G,4d,1h,1.5 # why # not");
}

#[test]
fn outcome_e100_what_exim_knows_and_we_can_not_is_refused() {
    #[track_caller]
    fn refused(text: &str, octet: u32) {
        match text.parse::<Rule>() {
            Err(RuleError::Text { at, .. }) => assert_eq!(at, octet, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    refused("", 0);
    refused("*", 1);
    refused("* timeout_A F,4d,1h", 2);
    refused("* refused_MX F,4d,1h", 2);
    refused("* rcpt_5xx F,4d,1h", 2);
    refused("* rcpt_45 F,4d,1h", 2);
    refused("* quota_soon F,4d,1h", 2);
    refused("a@example.org * F,4d,1h", 0);
    refused("^mx[0-9] * F,4d,1h", 0);
    refused("*.*.example * F,4d,1h", 0);
    refused("greylisted greylisted F,4d,1h", 11);
    refused("* * senders=*@our.example F,4d,1h", 4);
    refused("* * senders=:x F,4d,1h", 4);
    refused("* * F,4d,1m", 4);
    refused("* * senders=: F,4d,1h; G,5d,1h", 30);
    refused("* *\nF,4d,1h", 3);
    refused("* * F,4d,1h # a\u{85}b", 15);
    let error = Policy::default().with_rules("# ours\n\n* * F,5d,1h\n* what F,5d,1h").unwrap_err();
    assert_eq!(error.to_string(), "line 3, octet 2: expected the name of an error or a cause");
}

#[test]
fn outcome_e099_a_word_for_a_cause_is_no_domain_in_any_case() {
    for text in ["Greylisted", "greylisted", "GREYLISTED"] {
        assert!(text.parse::<Pattern>().is_err(), "{text}");
    }
    // Else it would be written, and read again as the cause.
    assert!("Greylisted * F,1h,5m; F,1d,30m".parse::<Rule>().is_err());
    assert!("greylisted.example * F,5d,30m".parse::<Rule>().is_ok());
}

#[test]
fn a_pattern_fits_whole_names_and_ends() {
    #[track_caller]
    fn check(pattern: &str, domain: &str, fits: bool) {
        assert_eq!(pattern.parse::<Pattern>().unwrap().fits(domain), fits, "{pattern} {domain}");
    }
    check("*", "example.org", true);
    check("*", "", true);
    check("example.org", "Example.ORG.", true);
    check("example.org", "a.example.org", false);
    check("*.example.org", "a.example.org", true);
    check("*.example.org", "example.org", false);
    check("*.example.org", "badexample.org", false);
    check("*example.org", "badexample.org", true);
    check("*.example.org", "", false);
    check("EXAMPLE.org", "example.org", true);
    check("*.org", "m\u{fc}nchen.org", true);
}

fn replied(stage: Stage, code: u16) -> Attempt {
    let code = ReplyCode::new(code).unwrap();
    Attempt::new(stage, Ending::Replied(Reply::new(code, None, "no").unwrap()))
}

#[test]
fn outcome_e099_errors_of_exim_fit_how_an_attempt_ended() {
    #[track_caller]
    fn check(error: &str, attempt: &Attempt, fits: bool) {
        let policy = Policy::default().with_rules(&format!("* {error} F,6h,6h # test")).unwrap();
        let verdict = Verdict::new(Cause::Unknown, Lasting::Temporary);
        let to = Target::new("example.org").with_attempt(attempt);
        let (decision, _) = policy.decide(&to, &State::new(0), &HostState::up(), &verdict, 0, 0);
        assert_eq!(decision.why().unwrap().rule == Some(0), fits, "{error} {attempt}");
    }
    let ended = |ending| Attempt::new(Stage::Connect, ending);
    check("*", &ended(Ending::Refused), true);
    check("refused", &ended(Ending::Refused), true);
    check("refused", &ended(Ending::TimedOut), false);
    check("timeout", &ended(Ending::TimedOut), true);
    check("timeout", &Attempt::new(Stage::Dot, Ending::TimedOut), true);
    check("timeout_connect", &ended(Ending::TimedOut), true);
    check("timeout_connect", &Attempt::new(Stage::Dot, Ending::TimedOut), false);
    check("lost_connection", &ended(Ending::Closed), true);
    check("lost_connection", &ended(Ending::Reset), true);
    check("lookup", &ended(Ending::NoHost(NoHost::NotNow)), true);
    check("lookup", &ended(Ending::NoHost(NoHost::NullMx)), false);
    check("rcpt_45x", &replied(Stage::Recipient, 451), true);
    check("rcpt_45x", &replied(Stage::Recipient, 421), false);
    check("rcpt_45x", &replied(Stage::Mail, 451), false);
    check("rcpt_4xx", &replied(Stage::Recipient, 421), true);
    check("rcpt_4xx", &replied(Stage::Recipient, 550), false);
    check("rcpt_4x1", &replied(Stage::Recipient, 451), true);
    check("data_452", &replied(Stage::Dot, 452), true);
    check("data_4xx", &replied(Stage::Data, 450), true);
    check("mail_4xx", &replied(Stage::Mail, 450), true);
}

#[test]
fn outcome_e099_quota_knows_how_long_a_mailbox_was_not_read() {
    let policy = Policy::default().with_rules("* quota_7d\n* quota F,3d,2h").unwrap();
    let full = Verdict::new(Cause::MailboxFull, Lasting::Temporary);
    let decide = |to: Target<'_>| policy.decide(&to, &State::new(0), &HostState::up(), &full, 0, 0).0;
    let to = Target::new("example.org");
    for (to, rule) in [(to, 1), (to.with_unread(secs(6 * DAY)), 1), (to.with_unread(secs(7 * DAY)), 0)] {
        assert_eq!(decide(to).why().unwrap().rule, Some(rule));
    }
    let gone = decide(to.with_unread(secs(8 * DAY)));
    assert!(matches!(gone, Decision::GiveUp { why } if why.reason == Reason::Never));
}

#[test]
fn advice_s058_s059_s060_a_plan_of_notices_is_checked() {
    let hours = |n| secs(n * HOUR);
    assert_eq!(NoticePlan::default().ages(), [hours(4)]);
    assert_eq!(NoticePlan::none().ages(), []);
    assert_eq!(NoticePlan::first_failure().ages(), [Duration::ZERO]);
    let two = NoticePlan::after(hours(4)).and_again(hours(12)).unwrap();
    assert_eq!(two.ages(), [hours(4), hours(16)]);
    assert_eq!(two.and_again(hours(11)), Err(PolicyError::NoticesTooClose));
    let three = two.and_again(hours(12)).unwrap();
    assert_eq!(three.and_again(hours(12)), Err(PolicyError::TooManyNotices));
    assert_eq!(NoticePlan::none().and_again(hours(1)).unwrap().ages(), [hours(1)]);
    let late = NoticePlan::after(secs(5 * DAY));
    assert_eq!(Policy::default().with_notices(late), Err(PolicyError::NoticeAfterEnd));
    assert_eq!(Policy::time_sensitive().with_notices(two), Err(PolicyError::NoticeAfterEnd));
}

#[test]
fn numbers_of_a_policy_are_bounded() {
    let policy = Policy::default();
    assert_eq!(policy.clone().with_bounce_life(secs(299)), Err(PolicyError::Life));
    assert_eq!(policy.clone().with_bounce_life(secs(367 * DAY)), Err(PolicyError::Life));
    assert_eq!(policy.clone().with_down_after(0).down_after(), 1);
    let full = "* * F,4d,1h\n".repeat(Policy::MAX_RULES);
    let full = policy.with_rules(&full).unwrap();
    assert_eq!(full.with_rules("* * F,4d,1h"), Err(PolicyError::TooManyRules));
}

#[test]
fn threat_r07_p03_errors_are_small_and_values_cross_threads() {
    fn small<T: Copy + core::error::Error>() {
        assert!(size_of::<T>() <= 24, "{} has {} octets", core::any::type_name::<T>(), size_of::<T>());
    }
    fn crosses<T: Send + Sync + core::panic::UnwindSafe + core::panic::RefUnwindSafe + 'static>() {}
    small::<ScheduleError>();
    small::<RuleError>();
    small::<PolicyError>();
    small::<mailwright_retry::RecordError>();
    crosses::<Policy>();
    crosses::<State>();
    crosses::<HostState>();
    crosses::<Decision>();
    crosses::<Target<'static>>();
}
