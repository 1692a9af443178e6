//! What is over a limit is passed over, and told.

use mailwright_message::{Context, Limits, Profile, Report, Skipped, Validator};

fn judge(fields: &str, limits: Limits) -> Report {
    let mut validator = Validator::new(Profile::inbound(), Context::new(), limits);
    validator.push(format!("{fields}\r\n\r\nHi\r\n").as_bytes());
    validator.finish()
}

fn passed_over(report: &Report, name: &str) -> Option<u64> {
    report.skipped().iter().find_map(|skipped| {
        let Skipped::Limit { limit, count } = skipped else { return None };
        (*limit == name).then_some(*count)
    })
}

#[test]
fn addresses_over_the_limit_are_passed_over() {
    let list = |n: usize, last: &str| format!("To: {}{last}", "a@b.net, ".repeat(n));
    let report = judge(&list(999, "<<c@d.net>>"), Limits::new());
    assert!(
        report.has("address-angle-repeated") && passed_over(&report, "octets of address lists").is_none()
    );
    // The thousandth is the last one; the one behind it was read already, and its fault told.
    let report = judge(&list(1002, "<<c@d.net>>"), Limits::new());
    assert!(!report.has("address-angle-repeated"));
    assert!(passed_over(&report, "octets of address lists").is_some_and(|octets| octets > 0));
    // Those that are not all US-ASCII count fourfold.
    let coded = format!("To: {}<<c@d.net>>", "a@\u{fc}.net, ".repeat(250));
    assert!(passed_over(&judge(&coded, Limits::new()), "octets of address lists").is_some());
    assert!(
        passed_over(&judge(&coded, Limits::new().with_addresses(2000)), "octets of address lists").is_none()
    );
    // All lists of a message share the limit.
    let report = judge(&format!("{}\r\nCc: <<c@d.net>>", list(1001, "x@b.net")), Limits::new());
    assert!(passed_over(&report, "octets of address lists").is_some());
}

#[test]
fn each_message_of_one_machine_has_its_own_limits() {
    let mut validator = Validator::new(Profile::inbound(), Context::new(), Limits::new());
    let octets = format!(
        "To: {}<<c@d.net>>\r\nSubject: {}=?utf-8?q?=C3?=\r\n\r\nHi\r\n",
        "a@b.net, ".repeat(600),
        "=?utf-8?q?=C3=BC?= ".repeat(600)
    );
    for _ in 0..3 {
        validator.push(octets.as_bytes());
        let report = validator.end_message();
        assert!(report.has("address-angle-repeated") && report.has("encoded-word-undecodable"));
    }
}

#[test]
fn a_list_that_is_cut_is_not_said_to_be_without_mailboxes() {
    let groups = format!("To: {}a@b.net", "g:;, ".repeat(600));
    assert!(!judge(&groups, Limits::new()).has("recipients-undisclosed"));
    assert!(judge("To: g:;, h:;", Limits::new()).has("recipients-undisclosed"));
    assert!(
        judge("To: g:;, a@b.net", Limits::new())
            .findings()
            .iter()
            .all(|f| f.rule().id() != "recipients-undisclosed")
    );
}

#[test]
fn parameters_over_the_limit_are_not_judged_and_still_found() {
    let list = |n: usize| {
        let many = (0..n).map(|n| format!("; p{n}=x")).collect::<Vec<_>>().concat();
        format!("MIME-Version: 1.0\r\nContent-Type: text/plain{many}; charset=no-such-set; p1=y")
    };
    let few = judge(&list(990), Limits::new());
    assert!(few.has("parameter-duplicate") && few.has("charset-unknown"));
    assert!(passed_over(&few, "octets of parameters").is_none());
    let many = judge(&list(1000), Limits::new());
    assert!(!many.has("parameter-duplicate") && many.has("charset-unknown"));
    assert!(passed_over(&many, "octets of parameters").is_some());
}

#[test]
fn an_empty_binary_part_at_the_end_is_told_inside_the_message() {
    let octets = b"From: a@b.net\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: binary\r\n\r\n";
    let context = Context::new().with_binary_mime(false);
    let report = mailwright_message::validate(octets, &Profile::inbound(), &context);
    assert!(report.has("binary-without-binarymime"));
    assert!(report.findings().iter().all(|found| found.span().end <= octets.len() as u64));
}

#[test]
fn encoded_words_over_the_limit_are_passed_over() {
    let words = |n: usize| format!("Subject: {}=?utf-8?q?=C3?=", "=?utf-8?q?=C3=BC?= ".repeat(n));
    assert!(judge(&words(999), Limits::new()).has("encoded-word-undecodable"));
    let report = judge(&words(1000), Limits::new());
    assert!(!report.has("encoded-word-undecodable"));
    assert!(passed_over(&report, "octets with encoded-words").is_some());
    assert!(judge(&words(1000), Limits::new().with_words(1001)).has("encoded-word-undecodable"));
}
