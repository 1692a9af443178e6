//! Any octets as a schedule, a rule, rules, a record: read or refused, and what is read writes itself.
#![no_main]

use mailwright::retry::{HostState, Policy, Rule, Schedule, State};

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(schedule) = text.parse::<Schedule>() {
        assert_eq!(schedule.to_string().parse(), Ok(schedule.clone()));
        let ages: Vec<u64> = schedule.tries(Some(7)).map(|age| age.as_secs()).take(5000).collect();
        assert!(ages.windows(2).all(|two| two[1] - two[0] >= 300 && two[1] - two[0] < 86_700));
    }
    if let Ok(rule) = text.parse::<Rule>() {
        assert_eq!(rule.to_string().parse(), Ok(rule));
    }
    if let Ok(state) = text.parse::<State>() {
        assert_eq!(state.to_string().parse(), Ok(state));
    }
    if let Ok(host) = text.parse::<HostState>() {
        assert_eq!(host.to_string().parse(), Ok(host));
    }
    let _ = Policy::default().with_rules(text);
});
