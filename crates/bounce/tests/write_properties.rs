//! Reports about anything: no error of ours, and what is written is read.
#![cfg(all(feature = "read", feature = "write"))]
#![expect(clippy::unwrap_used, reason = "tests may")]

use mailwright_address::{Envid, ForwardPath, Mailbox, Recipient, Ret};
use mailwright_bounce::{Action, Fate, Notice, Original};
use mailwright_message::Reader;
use mailwright_reply::{Attempt, Ending, Reply, ReplyCode, Stage};
use proptest::prelude::*;

#[path = "support/reports.rs"]
mod reports;
use reports::{NOW, ORIGINAL, errors, from, reporter, to, write};

fn any_reply() -> impl Strategy<Value = Attempt> {
    let line = prop_oneof!["[ -~]{0,80}", "\\PC{0,40}", "[a-z]{990,1200}", "--=_[0-9a-f]{16}"];
    (400_u16..=599, proptest::collection::vec(line, 0..6), any::<bool>()).prop_map(
        |(code, lines, enhanced)| {
            let enhanced = enhanced.then(|| if code < 500 { "4.2.2" } else { "5.2.2" }.parse().unwrap());
            let lines: Vec<String> =
                lines.iter().map(|line| line.chars().filter(|c| !c.is_control()).collect()).collect();
            let reply = Reply::from_lines(ReplyCode::observed(code).unwrap(), enhanced, &lines).unwrap();
            Attempt::new(Stage::Recipient, Ending::Replied(reply))
        },
    )
}

fn fate(kind: u8, path: &Recipient) -> Fate<'_> {
    match kind {
        0 => Fate::failed(path),
        1 => Fate::delayed(path, NOW + 5),
        2 => Fate::delivered(path),
        3 => Fate::relayed(path),
        _ => Fate::expanded(path),
    }
}

fn any_original() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..400),
        "([A-Za-z-]{1,12}: ?[ -~]{0,90}\r\n){0,6}(\r\n[ -~]{0,80}\r\n)?".prop_map(String::into_bytes),
        "(Subject: \\PC{0,60}\n){0,4}\n\\PC{0,60}".prop_map(String::into_bytes),
        "(Content-Type: multipart/mixed; boundary=\"?=_[a-f0-9]{0,4}\"?|Message-ID: <[ -~]{0,20}>|--=_[0-9a-f]{16}|\r\n){0,12}".prop_map(String::into_bytes),
    ]
}

fn any_path(null: bool) -> impl Strategy<Value = String> {
    let local = prop_oneof![
        "[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,40}",
        "\"[ !#-Z^-~]{1,40}\"",
        "[\u{e4}\u{f6}\u{4e2d}a-z]{1,8}"
    ];
    let host = prop_oneof![
        Just("example.net"),
        Just("b\u{fc}cher.example"),
        Just("[192.0.2.1]"),
        Just("[IPv6:2001:db8::1]")
    ];
    let path = (local, host).prop_map(|(local, host)| format!("<{local}@{host}>"));
    prop_oneof![9 => path, 1 => Just(if null { "<>" } else { "<postmaster>" }.to_owned())]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn our_validator_finds_no_error_in_any_report(
        sender in any_path(true),
        recipients in proptest::collection::vec((any_path(false), any_reply(), 0..5_u8), 1..5),
        original in any_original(),
        full in any::<bool>(),
        remote in proptest::option::of("\\PC{0,40}|[a-z.]{1,300}"),
    ) {
        let mut envelope = from(&sender);
        if full {
            envelope = envelope.with_ret(Ret::Full);
        }
        let paths: Vec<Recipient> = recipients.iter().map(|(path, _, _)| to(path)).collect();
        let fates: Vec<Fate<'_>> = recipients.iter().zip(&paths).map(|((_, attempt, kind), path)| {
            let fate = fate(*kind, path).with_attempt(attempt).with_tried(NOW);
            remote.as_ref().map_or(fate, |remote| fate.with_remote(remote))
        }).collect();
        let reporter = reporter();
        let postmaster: Mailbox = "postmaster@example.org".parse().unwrap();
        let mut notice = Notice::new(&reporter, Original::new(&envelope, &original), NOW, "b1@mx.example.org").with_fates(fates);
        if envelope.reverse_path().is_null() {
            notice = notice.with_postmaster(&postmaster);
        }
        let written = notice.write().unwrap();
        prop_assert_eq!(&written, &notice.write().unwrap(), "the same input gives the same octets");
        let errors = errors(&written, false);
        prop_assert!(errors.is_empty(), "{:#?}\n{}", errors, String::from_utf8_lossy(written.octets()));
        prop_assert!(written.octets().split(|b| *b == b'\n').all(|line| line.len() <= 999));
        let reader = Reader::new(written.octets());
        let kinds: Vec<_> = reader.root().children().map(|part| part.path().to_string()).collect();
        prop_assert_eq!(kinds, ["1", "2", "3"]);
    }
}

/// What is written is read back: the same recipients, actions, statuses, codes, times and ids.
mod read_back {
    use super::*;
    use mailwright_bounce::{Kind, Report};

    fn sender() -> impl Strategy<Value = String> {
        prop_oneof!["<[a-z]{1,20}@example\\.org>", Just("<\u{e4}nn@b\u{fc}cher.example>".to_owned())]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read(
            sender in sender(),
            recipients in proptest::collection::vec((any_path(false), any_reply(), 0..5_u8), 1..5),
            remote in "[a-z]{1,20}\\.example",
            full in any::<bool>(),
        ) {
            let mut envelope = from(&sender).with_envid(Envid::new("Q+7=x").unwrap());
            if full {
                envelope = envelope.with_ret(Ret::Full);
            }
            let paths: Vec<Recipient> = recipients.iter().map(|(path, _, _)| to(path)).collect();
            let fates: Vec<Fate<'_>> = recipients.iter().zip(&paths).map(|((_, attempt, kind), path)| {
                fate(*kind, path).with_attempt(attempt).with_tried(NOW).with_remote(&remote).with_log_id("log7")
            }).collect();
            let report = Report::read(write(&envelope, ORIGINAL, &fates).octets());
            prop_assert_eq!(report.kind(), Kind::Delivery);
            prop_assert!(!report.is_foreign() && report.faults().is_empty(), "{:?}", report.faults());
            prop_assert_eq!(report.envelope_id(), Some("Q+7=x"));
            prop_assert_eq!(report.reporting_mta(), Some("mx.example.org"));
            prop_assert_eq!(report.arrival(), i64::try_from(NOW - 60).ok());
            prop_assert_eq!(report.returned().message_id(), Some("m1@example.org"));
            prop_assert_eq!(report.entries().len(), fates.len());
            for ((entry, fate), path) in report.entries().iter().zip(&fates).zip(&paths) {
                prop_assert_eq!(entry.action(), Some(fate.action()));
                prop_assert_eq!(entry.status(), Some(fate.status()));
                if let ForwardPath::Mailbox(mailbox) = path.path() {
                    let read = entry.mailbox();
                    prop_assert_eq!(read.as_ref(), Some(mailbox), "{:?}", entry.final_recipient());
                }
                prop_assert_eq!(entry.remote_mta(), Some(remote.as_str()));
                prop_assert_eq!(entry.last_attempt(), i64::try_from(NOW).ok());
                prop_assert_eq!(entry.log_id(), Some("log7"));
                let delayed = fate.action() == Action::Delayed;
                prop_assert_eq!(entry.retry_until().is_some(), delayed);
                prop_assert!(entry.faults().is_empty(), "{:?}", entry.faults());
            }
            for (entry, (_, attempt, _)) in report.entries().iter().zip(&recipients) {
                let code = attempt.ending().reply().map(Reply::code);
                prop_assert_eq!(entry.diagnostic().and_then(mailwright_bounce::Diagnostic::code), code);
            }
        }
    }
}
