//! What the article and the catalogue of failures say about messages, each line as a test.

extern crate alloc;

use alloc::format;
use mailwright_message::{Context, Profile, Reader, Report, Severity, Validator, validate};

const HEAD: &str = "From: Alice <alice@example.com>\r\nTo: bob@example.net\r\nDate: Mon, 4 Aug 2025 10:00:00 +0000\r\nMessage-ID: <1@example.com>\r\nSubject: Minutes\r\n";

fn judge(octets: &[u8]) -> Report {
    validate(octets, &Profile::inbound(), &Context::new().with_now(1_754_301_605))
}

/// The plain message with the field of that name replaced, or taken out where the new one is empty.
fn with(name: &str, field: &str) -> Report {
    let kept: String = HEAD.split_inclusive("\r\n").filter(|line| !line.starts_with(name)).collect();
    let field = if field.is_empty() { String::new() } else { format!("{field}\r\n") };
    judge(format!("{kept}{field}\r\nHello Bob\r\n").as_bytes())
}

#[track_caller]
fn severity(report: &Report, id: &str) -> Option<Severity> {
    report
        .findings()
        .iter()
        .find(|finding| finding.rule().id() == id)
        .map(mailwright_message::Finding::severity)
}

#[test]
fn advice_s072_judging_a_prefix_never_panics() {
    let message = format!("{HEAD}\r\n<p>Hello =?utf-8?q?\r\n");
    for end in 0..message.len() {
        let report = judge(&message.as_bytes()[..end]);
        assert!(report.findings().iter().all(|finding| finding.span().end <= end as u64));
    }
}

#[test]
fn advice_s073_the_form_of_rfc_5322_is_checked() {
    for (octets, id) in [
        ("From: a@b.example\r\nSubject: x\r\nHello\r\n", "separator-missing"),
        ("From: a@b.example\r\nno colon\r\nSubject: x\r\n\r\n", "field-no-colon"),
        ("From: a@b.example\r\nSubject: a\rb\r\n\r\n", "line-bare-cr"),
        ("From: a@b.example\nSubject: a\r\n\r\n", "line-bare-lf"),
        ("From: a@b.example\r\nSubject: a\0b\r\n\r\n", "nul-octet"),
        ("From: a@b.example\r\nSubject: a\r\n \r\n b\r\n\r\n", "fold-blank-line"),
        ("From : a@b.example\r\n\r\n", "field-space-before-colon"),
        (": a@b.example\r\nTo: b@c.example\r\n\r\n", "field-name-invalid"),
    ] {
        assert!(judge(octets.as_bytes()).has(id), "{id} in {octets:?}");
    }
}

#[test]
fn advice_s074_a_missing_subject_is_a_warning() {
    assert_eq!(severity(&with("Subject", ""), "subject-missing"), Some(Severity::Warning));
    assert!(with("Subject", "Subject: ").has("subject-empty"));
}

#[test]
fn advice_s075_the_date_is_there_and_right() {
    assert_eq!(severity(&with("Date", ""), "date-missing"), Some(Severity::Error));
    for (date, id) in [
        ("yesterday", "date-invalid"),
        ("4 Aug 2036 10:00:00 +0000", "date-future"),
        ("4 Aug 2005 10:00:00 +0000", "date-past"),
        ("30 Feb 2025 10:00:00 +0000", "date-out-of-range"),
        ("Tue, 4 Aug 2025 10:00:00 +0000", "date-weekday-wrong"),
        ("4 Aug 25 10:00:00 +0000", "date-year-short"),
        ("4 Aug 2025 10:00:00 GMT", "date-zone-obsolete"),
    ] {
        assert!(with("Date", &format!("Date: {date}")).has(id), "{id}");
    }
    assert!(with("Date", "Date: 4 Aug 2025 10:00:00 -0000").worst() < Some(Severity::Warning));
    assert!(with("Date", "Date: 4 Aug 2025 09:59:60 +0000").worst() < Some(Severity::Warning));
}

#[test]
fn advice_s076_the_message_id_is_there_and_right() {
    assert_eq!(severity(&with("Message-ID", ""), "message-id-missing"), Some(Severity::Warning));
    for (field, id) in [
        ("1@example.com", "message-id-brackets-missing"),
        ("<1@2@example.com>", "message-id-invalid"),
        ("<1@localhost>", "message-id-right-side"),
    ] {
        assert!(with("Message-ID", &format!("Message-ID: {field}")).has(id), "{id}");
    }
    let gmail = validate(b"Subject: x\r\n\r\n", &Profile::inbound().with_gmail(), &Context::new());
    assert_eq!(severity(&gmail, "message-id-missing"), Some(Severity::Error));
}

#[test]
fn advice_s077_some_recipient_is_named() {
    assert!(with("To", "").has("recipient-field-missing"));
    assert!(!with("To", "Cc: bob@example.net").has("recipient-field-missing"));
    assert!(with("To", "To: undisclosed-recipients:;").worst() < Some(Severity::Warning));
    assert!(with("To", "Bcc: bob@example.net").has("bcc-present"));
}

#[test]
fn advice_s078_malformed_fields_are_named() {
    for (name, field, id) in [
        ("To", "To: bob@example.net,", "address-list-null-element"),
        ("To", "To: A. Bob <bob@example.net>", "display-name-unquoted-dot"),
        ("Subject", "Subject: a=?utf-8?q?b?=", "encoded-word-not-separated"),
        ("Subject", "Subject: =?utf-8?q?=C3?= =?utf-8?q?=BC?=", "encoded-word-splits-character"),
        ("X", "Content-Type: text/plain", "mime-version-missing"),
        ("X", "Content-Type: multipart/mixed", "boundary-parameter-missing"),
    ] {
        assert!(with(name, field).has(id), "{id}");
    }
}

#[test]
fn advice_s079_the_sender_is_one_that_can_be_answered() {
    assert_eq!(severity(&with("From", ""), "from-missing"), Some(Severity::Error));
    for (field, id) in [
        ("From: a@example.com, b@example.com", "sender-missing"),
        ("From: alice@server", "domain-single-label"),
        ("From: alice@host.local", "domain-special-use"),
        ("From: \"ceo@bank.example\" <alice@example.com>", "display-name-has-address"),
        ("From: Alice <alice@example.com>\r\nFrom: Eve <eve@example.com>", "field-duplicate-conflict"),
    ] {
        assert!(with("From", field).has(id), "{id}");
    }
}

#[test]
fn advice_s083_lengths_are_exact() {
    let line = |length: usize| judge(format!("{HEAD}\r\n{}\r\n", "a".repeat(length)).as_bytes());
    assert!(!line(78).has("line-over-78") && line(79).has("line-over-78"));
    assert!(!line(998).has("line-over-998") && line(999).has("line-over-998"));
    let umlauts = format!(
        "{HEAD}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}\r\n",
        "ü".repeat(78)
    );
    assert!(!judge(umlauts.as_bytes()).has("line-over-78"), "characters are counted, not octets");
}

#[test]
fn threat_m05_the_first_of_two_types_counts_and_the_second_is_told() {
    let octets = b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n";
    assert_eq!(Reader::new(octets).parts().count(), 1);
    let report = judge(octets);
    assert!(
        report.has("mime-field-duplicate")
            && report.findings().iter().any(mailwright_message::Finding::is_ambiguous)
    );
}

#[test]
fn threat_m07_a_decoded_word_never_becomes_structure() {
    let octets = b"From: =?utf-8?q?a=40evil.example=2C?= <alice@example.com>\r\nSubject: =?utf-8?q?x=0D=0ABcc:_y?=\r\n\r\n";
    let reader = Reader::new(octets);
    assert_eq!(reader.fields().count(), 2);
    let text = reader.text("Subject").expect("there is one");
    assert!(!text.contains(['\r', '\n']));
}

#[test]
fn threat_m10_m17_large_and_hostile_messages_are_bounded() {
    let many = b"X: y\r\n".repeat(1_000_000);
    let report = judge(&many);
    assert!(report.findings().len() <= 256 && report.has("header-count-excessive"));
    assert!(report.skipped().iter().any(|skipped| skipped.to_string().contains("header octets")));
    for hostile in ["\r", "\r\n", "--", "--b", "(", "<", "=?", "\0", "\"", ":", ";", ",", "a@"] {
        let octets = format!(
            "Content-Type: multipart/mixed; boundary=b\r\nTo: {0}\r\nSubject: {0}\r\n\r\n{0}",
            hostile.repeat(20_000)
        );
        let report = judge(octets.as_bytes());
        assert!(report.findings().len() <= 256, "{hostile:?}");
    }
}

#[test]
fn threat_m11_each_odd_author_is_told() {
    for (field, id) in [
        ("From: a@example.com\r\nFrom: b@example.com", "field-duplicate"),
        ("From: a@example.com, b@example.com", "from-several"),
        ("From: Team: a@example.com;", "group-in-from"),
        ("From : a@example.com", "field-space-before-colon"),
        ("FrОm: a@example.com", "field-name-non-ascii"),
    ] {
        assert!(with("From", field).has(id), "{id}");
    }
}

#[test]
fn threat_m16_a_bare_cr_never_makes_a_field() {
    let octets = b"Subject: x\rBcc: eve@example.com\r\n\r\n";
    assert!(Reader::new(octets).field("Bcc").is_none());
    assert!(judge(octets).has("line-bare-cr"));
}

#[test]
fn threat_m18_file_names_are_never_paths_unseen() {
    for name in ["../../x", "a/b", "\\\\host\\x", ".profile", "a.txt ", "a\u{202e}gpj.exe"] {
        let field = format!("MIME-Version: 1.0\r\nContent-Disposition: attachment; filename=\"{name}\"");
        assert!(with("X", &field).has("filename-unsafe"), "{name:?}");
    }
}

#[test]
fn a_long_ordinary_body_is_judged_whole_and_without_a_warning() {
    let mut validator =
        Validator::new(Profile::inbound(), Context::new(), mailwright_message::Limits::default());
    validator.push(HEAD.as_bytes());
    validator.push(b"\r\n");
    for _ in 0..20_000 {
        validator.push(b"a line of text that is neither long nor short, and ends as it should\r\n");
    }
    let report = validator.finish();
    assert!(
        report.octets() > 1_000_000 && report.worst() < Some(Severity::Warning),
        "{:?}",
        report.findings()
    );
}
