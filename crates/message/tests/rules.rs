//! Each rule of the table fires on its bad example and is silent on its good one.

use mailwright_message::{Context, Finding, Limits, Profile, Rule, Validator};

fn findings(example: mailwright_message::Example) -> Vec<Finding> {
    let (profile, context, limits) = example.settings();
    let mut validator = Validator::new(profile, context, limits);
    validator.push(&example.octets());
    validator.finish().findings().to_vec()
}

#[test]
fn each_rule_fires_on_its_bad_example_and_not_on_its_good_one() {
    let mut wrong = Vec::new();
    for rule in Rule::all() {
        let bad = findings(rule.bad());
        if !bad.iter().any(|finding| finding.rule() == rule) {
            let others: Vec<_> = bad.iter().map(|finding| finding.rule().id()).collect();
            wrong.push(format!("{} is silent on its bad example; others: {others:?}", rule.id()));
        }
        for finding in findings(rule.good()).iter().filter(|finding| finding.rule() == rule) {
            wrong.push(format!("{} fires on its good example: {finding}", rule.id()));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), Rule::all().count(), wrong.join("\n"));
}

#[test]
fn a_machine_that_judged_any_example_is_as_new() {
    let mut kept = Validator::new(Profile::inbound().with_bulk(), Context::new(), Limits::default());
    for example in Rule::all().flat_map(|rule| [rule.bad(), rule.good()]) {
        let context = example.settings().1;
        let mut fresh = Validator::new(Profile::inbound().with_bulk(), context.clone(), Limits::default());
        kept.set_context(context);
        kept.push(&example.octets());
        fresh.push(&example.octets());
        assert_eq!(kept.end_message(), fresh.finish());
    }
    assert_eq!(kept.end_message().octets(), 0);
}

#[test]
fn the_plain_message_has_no_error_and_no_warning() {
    for finding in findings(Rule::find("subject-all-caps").expect("a rule").good()) {
        assert!(finding.severity() == mailwright_message::Severity::Hint, "{finding}");
    }
}

#[test]
fn spans_lie_inside_the_message() {
    for example in Rule::all().flat_map(|rule| [rule.bad(), rule.good()]) {
        let octets = example.octets().len() as u64;
        for finding in findings(example) {
            let span = finding.span();
            assert!(span.start <= span.end && span.end <= octets, "{finding} in {octets}");
        }
    }
}
