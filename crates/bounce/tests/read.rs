//! What comes back, in every form that it is known to take, and in some that it should not.
#![cfg(feature = "read")]

use mailwright_bounce::{Action, Claim, Diagnostic, Fault, Kind, Proof, ReadLimits, Report};
use mailwright_reply::ReplyCode;
use proptest::prelude::*;

#[path = "support/shown.rs"]
mod shown;
use shown::{check, text};

/// A report with these octets as its part for machines.
fn machine(status: &str) -> String {
    format!(
        "From: mailer-daemon@mx.example\r\nTo: ann@example.org\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n{status}\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <m1@example.org>\r\nTo: Bob <bob@example.net>\r\n\r\n--b--\r\n"
    )
}

fn status(status: &str) -> Report {
    Report::read(machine(status).as_bytes())
}

const GROUP: &str = "Final-Recipient: rfc822; bob@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 No such user\r\n";

#[test]
fn outcome_e101_the_report_is_found_in_any_nest() {
    let report = machine(&format!("Reporting-MTA: dns; mx.example\r\n\r\n{GROUP}"));
    let expected = ["bob@example.net failed 5.1.1 550"];
    for top in ["multipart/mixed", "multipart/alternative", "multipart/mx6d", "MULTIPART/Report"] {
        check(&Report::read(report.replacen("multipart/report", top, 1).as_bytes()), &expected);
    }
    let forwarded = format!(
        "Subject: Fwd\r\nContent-Type: multipart/mixed; boundary=f\r\n\r\n--f\r\n\r\nsee\r\n--f\r\nContent-Type: message/rfc822\r\n\r\n{report}\r\n--f--\r\n"
    );
    check(&Report::read(forwarded.as_bytes()), &expected);
    for ends in ["\n", "\r"] {
        check(&Report::read(report.replace("\r\n", ends).as_bytes()), &expected);
    }
}

#[test]
fn outcome_e102_empty_lines_may_stand_anywhere_or_nowhere() {
    let group = |who: &str| {
        format!("Final-Recipient: rfc822; {who}@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n")
    };
    let expected = ["a@example.net failed 5.1.1 ?", "b@example.net failed 5.1.1 ?"];
    for between in ["", "\r\n", "\r\n\r\n \t\r\n\r\n"] {
        check(
            &status(&format!("Reporting-MTA: dns; x\r\n{between}{}{between}{}", group("a"), group("b"))),
            &expected,
        );
        let inside = group("a").replace("Action", &format!("{between}Action"));
        check(&status(&format!("Reporting-MTA: dns; x\r\n\r\n{inside}\r\n{}", group("b"))), &expected);
        let original = group("b").replace("Final", "Original-Recipient: rfc822; b@example.net\r\nFinal");
        check(&status(&format!("{}\r\n{between}{original}", group("a"))), &expected);
    }
}

#[test]
fn outcome_e103_threat_d02_a_status_is_understood_or_kept() {
    let with = |line: &str| {
        status(&format!(
            "Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; bob@example.net\r\nAction: failed\r\n{line}"
        ))
    };
    let first = |report: &Report| report.entries().first().unwrap().clone();
    let entry = first(&with("Status: 5.0.0 (permanent failure)\r\n"));
    assert_eq!(
        (entry.status().unwrap().to_string(), entry.status_text()),
        ("5.0.0".into(), Some("5.0.0 (permanent failure)"))
    );
    assert_eq!(
        first(&with("Status: 5.1.1(bad destination mailbox address)\r\n")).status().unwrap().to_string(),
        "5.1.1"
    );
    let entry = first(&with(""));
    assert_eq!((entry.status(), entry.faults()), (None, &[Fault::StatusMissing][..]));
    for raw in ["5.1.999999999999", "5.x.0", "7.1.1", "five"] {
        let entry = first(&with(&format!("Status: {raw}\r\n")));
        assert_eq!(
            (entry.status(), entry.status_text(), entry.faults()),
            (None, Some(raw), &[Fault::StatusUnreadable][..])
        );
    }
    assert_eq!(first(&with("Status: 2.0.0\r\n")).faults(), &[Fault::Contradiction]);
    let missing =
        status("Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; bob@example.net\r\nStatus: 4.2.2\r\n");
    check(&missing, &["bob@example.net delayed 4.2.2 ?"]);
    assert_eq!(first(&missing).faults(), &[Fault::ActionMissing]);
}

#[test]
fn a_reply_code_in_the_place_of_the_enhanced_one_decides_what_is_not_said() {
    let group = "Final-Recipient: rfc822; bob@example.net\r\nAction: failure\r\nStatus: 553 too large\r\n";
    let report = status(&format!("Reporting-MTA: dns; mx.example\r\n\r\n{group}"));
    check(&report, &["bob@example.net failed ? ?"]);
    assert!(report.entries()[0].faults().contains(&Fault::ActionUnknown));
    assert!(report.entries()[0].faults().contains(&Fault::StatusUnreadable));
}

#[test]
fn outcome_e104_recipients_of_every_kind_are_kept() {
    for (value, address, mailbox) in [
        ("rfc822; bob@example.net", "bob@example.net", true),
        ("RFC822;<bob@example.net>", "bob@example.net", true),
        ("bob@example.net", "bob@example.net", true),
        ("LOCAL; bob", "bob", false),
        ("x-local; bob@example.net", "bob@example.net", true),
        ("rfc822; bob@example.net (expanded from: <list@example.net>)", "bob@example.net", true),
        ("rfc822; \"a b\"@example.net", "\"a b\"@example.net", true),
        ("rfc822; |/usr/bin/procmail -a x", "|/usr/bin/procmail -a x", false),
        ("rfc822; /var/mail/bob", "/var/mail/bob", false),
    ] {
        let report = status(&format!("Final-Recipient: {value}\r\nAction: failed\r\nStatus: 5.0.0\r\n"));
        let entry = report.entries().first().unwrap();
        assert_eq!((entry.address(), entry.mailbox().is_some()), (Some(address), mailbox), "{value}");
    }
}

#[test]
fn outcome_e105_original_recipients_and_what_stands_in_for_them() {
    let address = |group: &str| {
        let report =
            status(&format!("Reporting-MTA: dns; x\r\n\r\n{group}Action: failed\r\nStatus: 5.0.0\r\n"));
        report.entries().first().unwrap().address().map(String::from)
    };
    let both = |original: &str| {
        address(&format!("Original-Recipient: {original}\r\nFinal-Recipient: rfc822; inner@example.net\r\n"))
    };
    assert_eq!(both("rfc822;b+2Bo@example.net").as_deref(), Some("b+o@example.net"));
    assert_eq!(both("utf-8; b\\x{FC}r@example.net").as_deref(), Some("b\u{fc}r@example.net"));
    assert_eq!(both("rfc822; ").as_deref(), Some("inner@example.net"));
    assert_eq!(
        address("").as_deref(),
        Some("bob@example.net"),
        "To of the original, where it is the only one"
    );
    let failed = machine("Reporting-MTA: dns; x\r\n\r\nAction: failed\r\nStatus: 5.0.0\r\n");
    let failed = Report::read(format!("X-Failed-Recipients: eve@example.net\r\n{failed}").as_bytes());
    check(&failed, &["eve@example.net failed 5.0.0 ?"]);
}

#[test]
fn outcome_e106_a_date_never_fails_a_report() {
    for (date, good) in [
        ("Tue, 18 Nov 2026 11:06:40 +0000", true),
        ("Wed, 18 Nov 2026 20:06:40 +0900 (JST)", true),
        ("Wed, 18 Nov 26 11:06:40 UTC", true),
        ("18 Nov 2026 11:06:40", true),
        ("yesterday", false),
        ("99 Xyz 2026", false),
    ] {
        let report = status(&format!(
            "Reporting-MTA: dns; x\r\nArrival-Date: {date}\r\n\r\n{GROUP}Last-Attempt-Date: {date}\r\n"
        ));
        check(&report, &["bob@example.net failed 5.1.1 550"]);
        let expected = good.then_some(1_795_000_000);
        assert_eq!(
            (report.arrival(), report.entries().first().unwrap().last_attempt()),
            (expected, expected),
            "{date}"
        );
        assert_eq!(report.faults().contains(&Fault::DateUnreadable), !good);
    }
}

#[test]
fn outcome_e107_only_failed_bounces() {
    for (word, action, failure) in [
        ("failed", Some(Action::Failed), true),
        ("Failed", Some(Action::Failed), true),
        ("failed (bad destination)", Some(Action::Failed), true),
        ("delayed", Some(Action::Delayed), false),
        ("relayed (to non-DSN-aware mailer)", Some(Action::Relayed), false),
        ("expanded", Some(Action::Expanded), false),
        ("delivered", Some(Action::Delivered), false),
    ] {
        let report = status(&format!("Final-Recipient: rfc822; b@example.net\r\nAction: {word}\r\n"));
        let entry = report.entries().first().unwrap();
        assert_eq!((entry.action(), entry.is_failure()), (action, failure), "{word}");
        assert_eq!(entry.action_text(), Some(word));
    }
}

#[test]
fn outcome_e108_diagnostics_of_every_type() {
    let said = |value: &str| {
        let report = status(&format!(
            "Final-Recipient: rfc822; b@example.net\r\nAction: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: {value}\r\n"
        ));
        report.entries().first().unwrap().diagnostic().cloned().unwrap()
    };
    let shape = |value: &str| {
        let said = said(value);
        (
            said.kind().to_owned(),
            said.code().map(ReplyCode::number),
            said.enhanced().map(|code| code.to_string()),
        )
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(shape("smtp; 550 5.1.1 User unknown"), ("smtp".into(), Some(550), some("5.1.1")));
    assert_eq!(shape("SMTP;550-5.2.2 full\r\n 550 5.2.2 really"), ("smtp".into(), Some(550), some("5.2.2")));
    assert_eq!(shape("X-Postfix; unknown user: \"bob\""), ("x-postfix".into(), None, None));
    assert_eq!(
        shape("X-Postfix; host mx said: 450 4.7.1 later"),
        ("x-postfix".into(), Some(450), some("4.7.1"))
    );
    assert_eq!(shape("x-unix; 67"), ("x-unix".into(), None, None));
    assert_eq!(shape("x-unix; input/output error 550 x"), ("x-unix".into(), None, None));
    assert_eq!(shape("smtp; no answer from host"), ("smtp".into(), None, None));
    assert_eq!(shape("550 5.7.1 refused"), (String::new(), Some(550), some("5.7.1")));
    assert_eq!(shape("smtp;550Requested action"), ("smtp".into(), Some(550), None));
    assert_eq!(shape("smtp; 5501 x from 192.0.2.1, TLS 1.2.1x"), ("smtp".into(), None, None));
    let long = (0..10).map(|n| format!("550-5.1.1 line {n}")).collect::<Vec<_>>().join("\r\n ");
    assert!(said(&format!("smtp; {long}")).text().ends_with("line 9"));
}

#[test]
fn outcome_e109_blanks_may_stand_before_the_colon() {
    check(
        &status(
            "Reporting-MTA : dns; x\r\n\r\nFinal-Recipient : rfc822; bob@example.net\r\nAction\t: failed\r\nStatus : 5.1.1\r\n",
        ),
        &["bob@example.net failed 5.1.1 ?"],
    );
}

#[test]
fn outcome_e110_outcome_e118_what_is_no_bounce_is_not_taken_for_one() {
    let kind = |message: &str| Report::read(message.as_bytes()).kind();
    assert_eq!(
        kind(
            "From: bob@example.net\r\nSubject: Out of Office: lunch\r\nAuto-Submitted: auto-replied\r\n\r\nUser unknown? I no longer work here.\r\n"
        ),
        Kind::AutoReply
    );
    assert_eq!(
        kind(
            "Return-Path: <>\r\nFrom: bob@example.net\r\nX-Autoreply: yes\r\n\r\n550 days until I am back; write to eve@example.net\r\n"
        ),
        Kind::AutoReply
    );
    assert_eq!(
        kind(
            "From: bob@example.net\r\nSubject: Please confirm\r\nAuto-Submitted: auto-replied\r\n\r\nClick.\r\n"
        ),
        Kind::AutoReply
    );
    assert_eq!(
        kind("From: bob@example.net\r\nSubject: lunch\r\n\r\nmailbox full? a@b.example said: 550 no\r\n"),
        Kind::Other
    );
    let receipt = Report::read(b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822;bob@example.net\r\nOriginal-Message-ID: <m1@example.org>\r\nDisposition: manual-action/MDN-sent-manually; deleted/error\r\n\r\n--b--\r\n");
    assert_eq!((receipt.kind(), receipt.entries().len()), (Kind::Receipt, 0));
    let told = receipt.receipt().unwrap();
    assert_eq!(
        (told.what(), told.message_id(), told.recipient().unwrap().address()),
        (Some("deleted"), Some("m1@example.org"), "bob@example.net")
    );
    let complaint = Report::read(b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nOriginal-Mail-From: <ann@example.org>\r\nOriginal-Rcpt-To: <bob@example.net>\r\nSource-IP: 192.0.2.1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <m1@example.org>\r\nFeedback-ID: c7:shop\r\n\r\nx\r\n--b--\r\n");
    assert_eq!(
        (complaint.kind(), complaint.returned().feedback_id(), complaint.returned().message_id()),
        (Kind::Complaint, Some("c7:shop"), Some("m1@example.org"))
    );
    let told = complaint.complaint().unwrap();
    assert_eq!(
        (told.recipients().collect::<Vec<_>>(), told.is_abuse(), told.mail_from()),
        (vec!["bob@example.net"], true, Some("ann@example.org"))
    );
}

#[test]
fn advice_s071_a_complaint_names_what_an_investigation_begins_with() {
    let complaint = Report::read(b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x/1\r\nSource-IP: 192.0.2.1\r\nOriginal-Rcpt-To: <bob@example.net>\r\nArrival-Date: Wed, 25 Nov 2026 10:00:00 +0000\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFeedback-ID: c7:shop\r\n\r\nx\r\n--b--\r\n");
    let told = complaint.complaint().unwrap();
    assert_eq!(told.source_ip(), Some("192.0.2.1"));
    assert_eq!(told.recipients().collect::<Vec<_>>(), ["bob@example.net"]);
    assert_eq!(told.arrival(), Some(1_795_600_800));
    assert_eq!(complaint.returned().feedback_id(), Some("c7:shop"));
}

#[test]
fn outcome_e111_threat_d04_a_forged_bounce_proves_nothing() {
    let report = status(&format!("Original-Envelope-Id: e7\r\nReporting-MTA: dns; x\r\n\r\n{GROUP}"));
    assert_eq!(report.proof(None, |_| false), Proof::None);
    assert_eq!(report.proof(None, |claim| claim == Claim::MessageId("m1@example.org")), Proof::MessageId);
    assert_eq!(
        report.proof(None, |claim| matches!(claim, Claim::EnvelopeId("e7") | Claim::MessageId(_))),
        Proof::EnvelopeId
    );
    let to = "prvs=37872c908e=ann@example.org".parse().unwrap();
    let tagged = |claim: Claim<'_>| matches!(claim, Claim::Tag(mailbox) if mailbox == &to);
    assert_eq!(report.proof(Some(&to), tagged), Proof::Tag);
    assert_eq!(report.proof(None, tagged), Proof::None);
    assert!(Proof::None < Proof::MessageId && Proof::EnvelopeId < Proof::Tag);
}

#[cfg(feature = "tags")]
#[test]
fn outcome_e112_the_tag_says_whom_a_bounce_is_about_when_aliases_hide_it() {
    use mailwright_bounce::tags::verp;
    let list = "list-bounce@example.org".parse().unwrap();
    let message =
        machine(GROUP).replace("To: ann@example.org", "To: list-bounce+eve=example.com@example.org");
    let report = Report::read(message.as_bytes());
    assert_eq!(report.entries().first().unwrap().address(), Some("bob@example.net"));
    let eve = report.open_tag(None, |mailbox| verp::decode(&list, mailbox).ok());
    assert_eq!(eve.unwrap().to_string(), "eve@example.com");
    let message = machine(&format!("Original-Recipient: rfc822; eve@example.com\r\n{GROUP}"));
    assert_eq!(
        Report::read(message.as_bytes()).entries().first().unwrap().address(),
        Some("eve@example.com")
    );
}

#[test]
fn outcome_e113_threat_d05_a_bounce_of_a_bounce_tells_of_the_outer_one() {
    let inner = machine(&GROUP.replace("bob", "inner"));
    let outer = machine(GROUP).replace(
        "text/rfc822-headers\r\n\r\n",
        &format!("message/rfc822\r\n\r\n{}", inner.replace("=b", "=c").replace("--b", "--c")),
    );
    check(&Report::read(outer.as_bytes()), &["bob@example.net failed 5.1.1 550"]);
    let mut deep = machine(GROUP);
    for _ in 0..1000 {
        deep = format!("Content-Type: message/rfc822\r\n\r\n{deep}");
    }
    let _bounded = Report::read(deep.as_bytes());
}

#[test]
fn threat_d01_what_is_broken_or_endless_is_read_as_far_as_it_goes() {
    check(
        &Report::read(machine(GROUP).replace("--b--", "").as_bytes()),
        &["bob@example.net failed 5.1.1 550"],
    );
    let cut = machine(GROUP);
    let at = cut.find("Diagnostic-Code").unwrap();
    check(&Report::read(&cut.as_bytes()[..at]), &["bob@example.net failed 5.1.1 ?"]);
    let many = status(&GROUP.repeat(100_000));
    assert_eq!((many.entries().len(), many.is_cut()), (1000, true));
    let few =
        Report::read_within(machine(&GROUP.repeat(10)).as_bytes(), &ReadLimits::default().with_entries(3));
    assert_eq!((few.entries().len(), few.is_cut()), (3, true));
    let fields = status(&format!("{GROUP}{}", "X-Odd: 1\r\n".repeat(1000)));
    assert_eq!((fields.entries().first().unwrap().fields().count(), fields.is_cut()), (64, true));
}

#[test]
fn threat_d03_decoded_text_begins_no_field() {
    let report = status(
        "Final-Recipient: rfc822; a@b.example =?utf-8?q?=0D=0AAction:_delivered?=\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 =?utf-8?b?DQpTdGF0dXM6IDIuMC4w?=\r\n",
    );
    check(&report, &["a@b.example failed 5.1.1 550"]);
    let said = report.entries().first().unwrap().diagnostic().unwrap().text().to_owned();
    assert!(!said.chars().any(char::is_control), "{said:?}");
}

#[test]
fn threat_d06_text_without_end_is_read_in_linear_time() {
    for piece in
        ["a", "<", "a@b.example ", "<a@b.example>:\n", "550 ", "--\n", "rcpt to:<", "\"", "5.1.", "&lt;", "@"]
    {
        let body = piece.repeat(2_000_000 / piece.len());
        let report = text(&body);
        assert!(report.entries().len() <= 1000);
    }
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("Final-Recipient: rfc822; bob@example.net\r\n"),
        Just("Original-Recipient: rfc822;a+2Bb@c.example\r\n"),
        Just("Action: failed\r\n"),
        Just("Status: 5.1.1\r\n"),
        Just("Diagnostic-Code: smtp; 550 5.1.1 no\r\n"),
        Just("Content-Type: message/delivery-status\r\n"),
        Just("Content-Type: multipart/report; boundary=b\r\n"),
        Just("Content-Type: message/rfc822\r\n"),
        Just("Content-Type: text/html\r\n"),
        Just("From: mailer-daemon@x\r\n"),
        Just("Subject: failure notice\r\n"),
        Just("X-Failed-Recipients: <e@f.example>, x\r\n"),
        Just("--b\r\n"),
        Just("\r\n"),
        Just("<bob@example.net>: 550 no\r\n"),
        Just("  eve@example.net\n    >>> RCPT TO:<"),
        Just("--- Original message follows ---\n"),
        Just("\u{1f408}@\u{fc}.example "),
        Just("\r"),
        Just("\0\u{ff}"),
    ];
    let mixed = proptest::collection::vec(piece, 0..24).prop_map(|all| all.concat().into_bytes());
    prop_oneof![mixed, proptest::collection::vec(any::<u8>(), 0..300)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_octets_are_read(octets in pieces()) {
        let report = Report::read(&octets);
        let clean = |text: Option<&str>| text.is_none_or(|text| !text.chars().any(char::is_control));
        for entry in report.entries() {
            prop_assert!(clean(entry.address()) && clean(entry.status_text()) && clean(entry.action_text()));
            prop_assert!(clean(entry.diagnostic().map(Diagnostic::text)), "{:?}", entry);
        }
        prop_assert!(report.came_to().all(|text| clean(Some(text))));
        prop_assert!(clean(report.returned().message_id()) && clean(report.reporting_mta()));
    }
}
