//! What is read from the reply to EHLO, however it is written, and what a server writes.
#![expect(clippy::arithmetic_side_effects, reason = "a test fails by panicking")]

use mailwright_smtp::{Extension, Extensions, SessionLimits};
use proptest::prelude::*;

fn read(lines: &[&str]) -> Extensions {
    Extensions::from_reply(["greeting"].iter().chain(lines).map(|line| line.as_bytes()))
}

fn written(extensions: &Extensions) -> Vec<String> {
    extensions.lines().collect()
}

#[test]
fn smtp_b78_the_first_line_is_a_greeting_only() {
    let extensions = Extensions::from_reply([&b"STARTTLS"[..], b"PIPELINING"]);
    assert_eq!(written(&extensions), ["PIPELINING"]);
    assert_eq!(Extensions::from_reply([]), Extensions::new());
}

#[test]
fn smtp_b78_unknown_keywords_are_kept_and_parameters_that_mean_nothing_are_passed_over() {
    let extensions = read(&[
        "X-ANONYMOUSTLS",
        "SMTPUTF8 and more",
        "CHECKPOINT a=b",
        "pipelining",
        "  8BITMIME ",
        "SIZE 0",
    ]);
    assert_eq!(extensions.unknown().collect::<Vec<_>>(), ["X-ANONYMOUSTLS", "CHECKPOINT a=b"]);
    assert!(extensions.has(Extension::SmtpUtf8) && extensions.has(Extension::EightBitMime));
    assert!(extensions.has(Extension::Size));
    assert_eq!(extensions.max_size(), None);
}

#[test]
fn smtp_b78_of_a_keyword_that_comes_twice_the_first_counts() {
    let extensions = read(&["SIZE 5", "SIZE 9", "LIMITS RCPTMAX=3", "LIMITS RCPTMAX=4 MAILMAX=1"]);
    assert_eq!(extensions.max_size(), Some(5));
    assert_eq!((extensions.limits().recipients(), extensions.limits().mails()), (Some(3), None));
}

#[test]
fn smtp_b71_the_old_form_of_auth_counts_too() {
    let extensions = read(&["AUTH=PLAIN LOGIN", "AUTH login scram-sha-256"]);
    assert_eq!(extensions.auth().collect::<Vec<_>>(), ["PLAIN", "LOGIN", "SCRAM-SHA-256"]);
    assert!(extensions.has_auth("Scram-Sha-256") && !extensions.has_auth("CRAM-MD5"));
    assert!(read(&["AUTH"]).has(Extension::Auth));
}

#[test]
fn smtp_b88_malformed_limits_are_none() {
    let limits =
        read(&["LIMITS MAILMAX=0 RCPTMAX=1234567 RCPTDOMAINMAX=x FOO=3 RCPTDOMAINMAX= MAILMAX"]).limits();
    assert_eq!(limits, SessionLimits::new());
    let limits = read(&["LIMITS rcptmax=999999 MAILMAX=20 RCPTDOMAINMAX=01"]).limits();
    assert_eq!(
        (limits.mails(), limits.recipients(), limits.recipient_domains()),
        (Some(20), Some(999_999), None)
    );
}

#[test]
fn threat_c13_a_hostile_reply_saturates_or_is_passed_over() {
    assert_eq!(read(&["SIZE 99999999999999999999"]).max_size(), Some(u64::MAX));
    for size in ["SIZE -1", "SIZE +5", "SIZE x", "SIZE 5k"] {
        let extensions = read(&[size]);
        assert!(extensions.has(Extension::Size));
        assert_eq!(extensions.max_size(), None, "{size}");
    }
    let extensions =
        read(&["", " ", "PIPE\0LINING", "DSN\0", "\u{e9}", "-X", "X=Y", "X_Y", "starttls", "\x1b[2J"]);
    assert_eq!(written(&extensions), ["STARTTLS"]);
    let many: Vec<String> = (0..10_000).map(|number| format!("X-{number}")).chain(["DSN".into()]).collect();
    let extensions = read(&many.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(extensions.has(Extension::Dsn));
    let kept: usize = extensions.unknown().map(str::len).sum();
    assert!(kept > 500 && kept <= Extensions::MAX_KEPT);
    let long = format!("AUTH {}", "MECHANISM ".repeat(10_000));
    assert_eq!(read(&[&long]).auth().count(), 1);
}

#[test]
fn what_a_server_offers_is_written_as_one_line_each() {
    let extensions = Extensions::new()
        .with(Extension::Pipelining)
        .with_size(1000)
        .with_auth(["PLAIN", "scram-sha-256", "not a name"])
        .with_limits(SessionLimits::new().with_recipients(100).with_mails(5))
        .with_deliver_by(60)
        .with_mt_priority(Some("MIXER"))
        .with_future_release(3600, "2030-01-01T00:00:00Z")
        .with_xclient(["NAME", "ADDR"])
        .with_unknown("X-OWN 1")
        .with_unknown("bad\r\nline")
        .with_unknown("SIZE 5");
    assert_eq!(
        written(&extensions),
        [
            "PIPELINING",
            "SIZE 1000",
            "AUTH PLAIN SCRAM-SHA-256",
            "MT-PRIORITY MIXER",
            "DELIVERBY 60",
            "FUTURERELEASE 3600 2030-01-01T00:00:00Z",
            "LIMITS MAILMAX=5 RCPTMAX=100",
            "XCLIENT NAME ADDR",
            "X-OWN 1",
        ]
    );
    assert!(!Extensions::new().with_auth::<&str>([]).has(Extension::Auth));
    assert!(!Extensions::new().with_limits(SessionLimits::new()).has(Extension::Limits));
    assert_eq!(read(&written(&extensions).iter().map(String::as_str).collect::<Vec<_>>()), extensions);
}

#[test]
fn every_extension_has_its_own_keyword_and_place() {
    for extension in Extension::ALL {
        assert_eq!(Extension::parse(extension.keyword().to_lowercase().as_bytes()), Some(extension));
        let only = Extensions::new().with(extension);
        assert_eq!(only.set().iter().collect::<Vec<_>>(), [extension]);
        assert!(!only.without(extension).has(extension));
    }
}

proptest! {
    #[test]
    fn what_is_read_is_written_and_read_again(lines in proptest::collection::vec(
        "(SIZE|AUTH|AUTH=|LIMITS|X-A|DSN|DELIVERBY|MT-PRIORITY|FUTURERELEASE|XCLIENT|[ -~]{0,9})[ -~]{0,20}", 0..9,
    )) {
        let extensions = read(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        let lines = written(&extensions);
        prop_assert!(lines.iter().all(|line| line.bytes().all(|octet| matches!(octet, b'\t' | b' '..=b'~'))));
        prop_assert_eq!(read(&lines.iter().map(String::as_str).collect::<Vec<_>>()), extensions);
    }

    #[test]
    fn no_octets_panic(lines in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..9)) {
        let extensions = Extensions::from_reply(lines.iter().map(Vec::as_slice));
        prop_assert!(extensions.lines().count() <= lines.len() + Extension::ALL.len());
    }
}
