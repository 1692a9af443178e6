//! Every built-in rule is shown by its example.

use mailwright_reply::{Cause, Heard, Refusal, Rules, Stage, classify};

#[test]
fn every_rule_decides_its_own_example() {
    let rules = Rules::with("").unwrap_or_else(|error| panic!("{error}"));
    let mut broken = Vec::new();
    for number in 0..u16::try_from(rules.len()).unwrap_or(u16::MAX) {
        let Some(rule) = rules.rule(number) else { continue };
        let mut refusal = Refusal::from_text(rule.example.as_bytes());
        if let Some(host) = rule.host {
            refusal = refusal.with_host(host);
        }
        if let Some(stage) = rule.stage {
            refusal = refusal.with_stage(stage);
        }
        if let Some(heard) = rule.heard {
            refusal = refusal.with_heard(heard);
        }
        let verdict = classify(&refusal, &rules);
        let decided = match rule.cause {
            Some(_) => verdict.why.rule == Some(number),
            None if rule.unsure => verdict.cause == Cause::MailboxUnknown && verdict.suppression().is_none(),
            None => Some(verdict.lasting) == rule.lasting,
        };
        if !decided {
            let other = verdict.why.rule.and_then(|other| rules.rule(other));
            broken.push(format!(
                "{:?} | {} | {} :: {}\n    is decided by {:?}",
                rule.cause,
                rule.conditions,
                rule.phrases,
                rule.example,
                other.map(|other| (other.cause, other.conditions, other.phrases))
            ));
        }
    }
    assert!(broken.is_empty(), "{} of {}:\n{}", broken.len(), rules.len(), broken.join("\n"));
    assert!(rules.len() > 1000);
    let _ = (Heard::Local, Stage::Dot);
}
