//! How bad a finding is depends on the place, the receiver and what stands in the message.

use mailwright_message::{Context, Finding, Profile, Report, Severity, validate};

use Severity::{Error, Hint, Warning};

const HEAD: &str = "To: bob@mail.example.net\r\nDate: Mon, 4 Aug 2025 10:00:00 +0000\r\nMessage-ID: <1@a.example.com>\r\nSubject: Minutes\r\n";

fn judge(fields: &str, body: &str, profile: &Profile, context: &Context) -> Report {
    let octets = format!("{fields}\r\n{HEAD}\r\n{body}");
    validate(octets.as_bytes(), profile, context)
}

#[track_caller]
fn expect(fields: &str, body: &str, profile: &Profile, id: &str, severity: Option<Severity>) {
    let report = judge(fields, body, profile, &Context::new());
    assert_eq!(found(&report, id).map(Finding::severity), severity, "{id} in {fields:?}");
}

fn found<'r>(report: &'r Report, id: &str) -> Option<&'r Finding> {
    report.findings().iter().find(|found| found.rule().id() == id)
}

#[test]
fn mail_from_a_domain_that_can_have_a_key_is_signed() {
    let signed = "From: a@mailwright.dev\r\nDKIM-Signature: v=1; a=rsa-sha256; d=mailwright.dev; s=x; h=from; bh=QUJD; b=QUJD";
    let inbound = Profile::inbound();
    expect("From: a@mailwright.dev", "Hi\r\n", &inbound, "dkim-missing", Some(Warning));
    expect("From: a@example.com", "Hi\r\n", &inbound, "dkim-missing", Some(Hint));
    expect("From: a@example.com, b@mailwright.dev", "Hi\r\n", &inbound, "dkim-missing", Some(Warning));
    expect("From: a@example.com", "Hi\r\n", &inbound.clone().with_bulk(), "dkim-missing", Some(Error));
    expect(signed, "Hi\r\n", &inbound, "dkim-missing", None);
    expect(signed, "Hi\r\n", &inbound, "dkim-coverage-weak", Some(Warning));
    // It is signed on its way out.
    for profile in [Profile::submission(), Profile::strict(), Profile::archive()] {
        expect("From: a@mailwright.dev", "Hi\r\n", &profile, "dkim-missing", None);
    }
}

#[test]
fn the_domains_of_examples_are_a_hint_everywhere() {
    for profile in [Profile::inbound(), Profile::submission()] {
        expect("From: a@example.com", "Hi\r\n", &profile, "domain-special-use", Some(Hint));
    }
    expect("From: a@b.test", "Hi\r\n", &Profile::inbound(), "domain-special-use", Some(Warning));
    expect("From: a@b.test", "Hi\r\n", &Profile::submission(), "domain-special-use", Some(Error));
}

#[test]
fn gmail_refuses_over_its_own_limits() {
    let gmail = Profile::inbound().with_gmail();
    let id =
        |length: usize| format!("From: a@b.test\r\nResent-Message-ID: <{}@b.test>", "x".repeat(length - 7));
    for (length, severity) in [(251, Warning), (500, Warning), (501, Error)] {
        expect(&id(length), "Hi\r\n", &gmail, "message-id-too-long", Some(severity));
        expect(&id(length), "Hi\r\n", &Profile::inbound(), "message-id-too-long", Some(Warning));
    }
    let name = |length: usize| format!("From: a@b.test\r\nX-{}: y", "x".repeat(length - 2));
    for (length, severity) in [(77, Warning), (1024, Warning), (1025, Error)] {
        expect(&name(length), "Hi\r\n", &gmail, "field-name-too-long", Some(severity));
    }
    let fields = |count: usize| format!("From: a@b.test{}", "\r\nX: y".repeat(count));
    for (count, severity) in [(1001, Warning), (4900, Warning), (5000, Error)] {
        expect(&fields(count), "Hi\r\n", &gmail, "header-count-excessive", Some(severity));
        let report = judge(&fields(count), "Hi\r\n", &gmail, &Context::new());
        let receiver = found(&report, "header-count-excessive").and_then(Finding::receiver);
        assert_eq!(receiver.is_some(), severity == Error);
        assert_eq!(
            report.findings().iter().any(|found| found.rule().id() == "provider-refuses"),
            severity == Error
        );
    }
    let large = |octets: usize| format!("From: a@b.test\r\nX: {}", "y".repeat(octets));
    for (octets, severity) in [(110_000, Warning), (600_000, Error)] {
        expect(&large(octets), "Hi\r\n", &gmail, "header-section-too-large", Some(severity));
    }
    // Where fields are passed over none is missing.
    for missing in ["date-missing", "message-id-missing", "dkim-missing", "recipient-field-missing"] {
        expect(&fields(1001), "Hi\r\n", &gmail, missing, None);
        expect(&large(200_000), "Hi\r\n", &gmail, missing, None);
    }
    // What the caller says holds.
    let hint = gmail.with_rule("message-id-too-long", Some(Hint)).unwrap_or_default();
    expect(&id(501), "Hi\r\n", &hint, "message-id-too-long", Some(Hint));
}

#[test]
fn the_overlay_for_bulk_mail_says_that_it_is_bulk() {
    let bulk = Profile::inbound().with_bulk();
    expect("From: a@b.test", "Hi\r\n", &bulk, "list-unsubscribe-missing", Some(Error));
    expect("From: a@b.test", "Hi\r\n", &bulk, "unsubscribe-link-missing", Some(Warning));
    expect("From: a@b.test", "Hi\r\n", &bulk, "feedback-id-missing", None);
    expect("From: a@b.test", "Hi\r\n", &bulk.clone().with_gmail(), "feedback-id-missing", Some(Hint));
    let unsigned = "From: a@b.test\r\nList-Unsubscribe: <https://b.test/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click";
    expect(unsigned, "Hi\r\n", &bulk, "list-unsubscribe-unsigned", Some(Error));
    expect(unsigned, "Hi\r\n", &Profile::inbound(), "list-unsubscribe-unsigned", None);
    let report = judge("From: a@b.test", "Hi\r\n", &bulk, &Context::new().with_bulk(false));
    assert!(!report.has("list-unsubscribe-missing"), "the caller knows better");
    let urgent = judge(
        "From: a@b.test\r\nX-Priority: 1",
        "Hi\r\n",
        &Profile::inbound(),
        &Context::new().with_bulk(true),
    );
    assert_eq!(found(&urgent, "priority-abused").map(Finding::severity), Some(Hint));
}

#[test]
fn a_free_mail_domain_is_asked_about_where_its_receiver_asks() {
    let own = Context::new().with_own_domain("b.test");
    let judged = |profile| judge("From: a@gmail.com", "Hi\r\n", &profile, &own);
    assert!(!judged(Profile::inbound()).has("from-domain-free-mail"));
    assert!(judged(Profile::inbound().with_gmail()).has("from-domain-free-mail"));
}

#[test]
fn an_octet_in_the_place_of_base64_changes_what_is_decoded() {
    let part = "From: a@b.test\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64";
    let inbound = Profile::inbound();
    // Between the letters it is passed over; in the place of one, a letter is lost.
    expect(part, "SGk=\r\n!\r\n", &inbound, "base64-character-invalid", Some(Warning));
    expect(part, "SG!rSGkh\r\n", &inbound, "base64-character-invalid", Some(Error));
}

#[test]
fn a_related_multipart_says_the_type_of_its_root() {
    let related = "From: a@b.test\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b";
    let body = "--b\r\nContent-Type: text/html\r\n\r\n<p>Hi</p>\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n";
    expect(related, body, &Profile::inbound(), "related-root-wrong", Some(Warning));
}
