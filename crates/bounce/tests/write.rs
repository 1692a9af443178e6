//! Reports as they are written: what stands in them, and that nothing from outside can act in them.
#![cfg(feature = "write")]
#![expect(clippy::unwrap_used, reason = "tests may")]

use mailwright_address::{Envid, Notify, Orcpt, Ret, ReversePath, Utf8};
use mailwright_bounce::{Action, Fate, Notice, Original, Place, Words, WriteError, Written, meaning};
use mailwright_message::Reader;
use mailwright_reply::{Attempt, Ending, NoHost, Reply, ReplyCode, Stage};

#[path = "support/reports.rs"]
mod reports;
use reports::{NOW, ORIGINAL, errors, from, reporter, to, write, write_as};

fn said(code: u16, enhanced: Option<&str>, lines: &[&str]) -> Attempt {
    let enhanced = enhanced.map(|code| code.parse().unwrap());
    let reply = Reply::from_lines(ReplyCode::observed(code).unwrap(), enhanced, lines).unwrap();
    Attempt::new(Stage::Recipient, Ending::Replied(reply))
}

/// The decoded body of the first part of that kind, folds undone.
fn part(written: &Written, kind: &str, subtype: &str) -> Option<String> {
    let reader = Reader::new(written.octets());
    let found = reader.parts().find(|part| part.content_type().is(kind, subtype))?;
    Some(String::from_utf8_lossy(&found.body_octets()).replace("\r\n ", " "))
}

fn status(written: &Written) -> String {
    part(written, "message", "delivery-status").unwrap()
}

fn text(written: &Written) -> String {
    part(written, "text", "plain").unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn assert_clean(written: &Written) {
    let errors = errors(written, true);
    assert!(errors.is_empty(), "{errors:#?}\n{}", String::from_utf8_lossy(written.octets()));
}

#[track_caller]
fn has(text: &str, wanted: &str) {
    assert!(text.contains(wanted), "{wanted:?} is not in:\n{text}");
}

#[test]
fn advice_s055_one_report_lists_every_recipient_with_its_real_status() {
    let (bob, eve, tim) = (to("<bob@example.net>"), to("<eve@example.net>"), to("<tim@example.com>"));
    let refused = said(550, Some("5.1.1"), &["No such user"]);
    let busy = said(451, Some("4.3.5"), &["Come back later"]);
    let silent = Attempt::new(Stage::Connect, Ending::TimedOut);
    let fates = [
        Fate::failed(&bob).with_attempt(&refused).with_remote("mx.example.net"),
        Fate::failed(&eve).with_attempt(&busy),
        Fate::failed(&tim).with_attempt(&silent),
    ];
    let written = write(&from("<ann@example.org>"), ORIGINAL, &fates);
    let status = status(&written);
    let groups: Vec<&str> = status.trim_end().split("\r\n\r\n").collect();
    assert_eq!(groups.len(), 4);
    has(groups[0], "Reporting-MTA: dns; mx.example.org");
    has(
        groups[1],
        "Final-Recipient: rfc822; bob@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mx.example.net\r\nDiagnostic-Code: smtp; 550 5.1.1 No such user",
    );
    has(groups[2], "Action: failed\r\nStatus: 4.3.5\r\n");
    has(groups[3], "Status: 4.4.1\r\nDiagnostic-Code: x-mailwright; no answer in time");
    assert_eq!(Fate::failed(&bob).status().to_string(), "4.4.7", "only where nothing is known");
    assert_clean(&written);
}

/// Every octet of a report; what it says is a promise to those who filter it.
#[test]
fn the_same_input_gives_these_octets() {
    let bob = to("<bob@example.net>").with_orcpt(Orcpt::new("bob+x@example.net").unwrap());
    let refused = said(550, Some("5.1.1"), &["The account does not exist.", "Check the spelling."]);
    let fate = Fate::failed(&bob).with_attempt(&refused).with_remote("mx.example.net").with_tried(NOW - 5);
    let written =
        write(&from("<ann@example.org>").with_envid(Envid::new("QQ+1").unwrap()), ORIGINAL, &[fate]);
    let expected = "\
Date: Wed, 18 Nov 2026 11:07:40 +0000
From: \"Mail Delivery System\" <mailer-daemon@mx.example.org>
To: <ann@example.org>
Subject: Your message was not delivered
Message-ID: <b1@mx.example.org>
In-Reply-To: <m1@example.org>
References: <m1@example.org>
MIME-Version: 1.0
Auto-Submitted: auto-replied
X-Loop: mx.example.org
Content-Type: multipart/report; report-type=\"delivery-status\";
 boundary=\"BOUNDARY\"


--BOUNDARY
Content-Type: text/plain; charset=\"utf-8\"
Content-Language: en
Content-Transfer-Encoding: 7bit

This is the mail system at mx.example.org.

Your message could not be delivered to the recipients below. They have
not received it, and it will not be tried again.

    bob@example.net
        There is no such mailbox. Please check the spelling of the
        address.
        mx.example.net said: 550 5.1.1 The account does not exist. Check
        the spelling.

The details for your mail administrator, and what is left of your
message, are attached.

--BOUNDARY
Content-Type: message/delivery-status
Content-Transfer-Encoding: 7bit

Original-Envelope-Id: QQ+1
Reporting-MTA: dns; mx.example.org
Arrival-Date: Wed, 18 Nov 2026 11:06:40 +0000

Original-Recipient: rfc822; bob+x@example.net
Final-Recipient: rfc822; bob@example.net
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; 550-5.1.1 The account does not exist.
 550 5.1.1 Check the spelling.
Last-Attempt-Date: Wed, 18 Nov 2026 11:07:35 +0000

--BOUNDARY
Content-Type: text/rfc822-headers
Content-Transfer-Encoding: 7bit

From: Ann <ann@example.org>
To: bob@example.net
Subject: lunch
Message-ID: <m1@example.org>
Date: Wed, 18 Nov 2026 11:06:40 +0000

--BOUNDARY--
";
    let reader = Reader::new(written.octets());
    let boundary = reader.root().content_type().parameter("boundary").unwrap().into_owned();
    assert!(boundary.starts_with("=_") && boundary.len() == 18, "{boundary}");
    let found =
        String::from_utf8_lossy(written.octets()).replace(&boundary, "BOUNDARY").replace("\r\n", "\n");
    assert_eq!(found, expected);
    let again = write(&from("<ann@example.org>").with_envid(Envid::new("QQ+1").unwrap()), ORIGINAL, &[fate]);
    assert_eq!(again, written);
}

#[test]
fn fault_f22_the_status_is_never_a_blanket_one_and_diagnostics_are_cleaned() {
    let of = |ending| mailwright_bounce::status_of(&Attempt::new(Stage::Connect, ending)).to_string();
    assert_eq!(of(Ending::NoHost(NoHost::NullMx)), "5.1.10");
    assert_eq!(of(Ending::NoHost(NoHost::NoSuchDomain)), "5.1.2");
    assert_eq!(of(Ending::NoHost(NoHost::NotNow)), "4.4.3", "a resolver failure is no fact about the domain");
    assert_eq!(of(said(552, None, &["full"]).ending().clone()), "5.2.2");
    let many = Attempt::new(Stage::Recipient, said(552, None, &["too many"]).ending().clone());
    assert_eq!(mailwright_bounce::status_of(&many).to_string(), "4.5.3", "about their number, and temporary");
    assert_eq!(of(Ending::TimedOut), "4.4.1", "nobody answered");
    let broken = Attempt::new(Stage::Data, Ending::TimedOut);
    assert_eq!(mailwright_bounce::status_of(&broken).to_string(), "4.4.2", "somebody did, and broke off");
    let bob = to("<bob@example.net>");
    let rude = said(550, None, &["a\u{202e}b"]);
    let written = write(&from("<ann@example.org>"), ORIGINAL, &[Fate::failed(&bob).with_attempt(&rude)]);
    has(&status(&written), "Diagnostic-Code: smtp; 550 a?b");
}

#[test]
fn advice_s057_a_delay_notice_says_that_it_will_be_tried_again_and_until_when() {
    let eve = to("<eve@example.net>");
    let fate = Fate::delayed(&eve, NOW + 86_400).with_next(NOW + 900).with_tried(NOW - 5);
    let written = write(&from("<ann@example.org>"), ORIGINAL, &[fate]);
    let text = text(&written);
    has(&text, "no need to send again");
    has(&text, "Next try: Wed, 18 Nov 2026 11:22:40 +0000");
    has(&text, "Given up: Thu, 19 Nov 2026 11:07:40 +0000");
    let status = status(&written);
    has(&status, "Action: delayed\r\nStatus: 4.0.0\r\n");
    has(&status, "Will-Retry-Until: Thu, 19 Nov 2026 11:07:40 +0000");
    has(&status, "Last-Attempt-Date: Wed, 18 Nov 2026 11:07:35 +0000");
    assert_clean(&written);
    let refused = said(550, Some("5.7.1"), &["too fast"]);
    assert_eq!(fate.with_attempt(&refused).status().to_string(), "4.7.1", "a delay is never permanent");
}

#[test]
fn a_failure_has_no_date_to_retry_until() {
    let bob = to("<bob@example.net>");
    let written = write(&from("<ann@example.org>"), ORIGINAL, &[Fate::failed(&bob).with_next(NOW)]);
    assert!(!status(&written).contains("Will-Retry-Until"));
    for name in ["Original-Recipient", "Original-Envelope-Id", "Remote-MTA"] {
        assert!(!status(&written).contains(name), "{name} only where it was given");
    }
}

#[test]
fn orcpt_and_envid_are_decoded_once() {
    let bob =
        to("<bob@example.net>").with_orcpt(Orcpt::parse(b"rfc822;b+2Bo@example.com", Utf8::Refused).unwrap());
    let envelope = from("<ann@example.org>").with_envid(Envid::parse(b"QQ+2B1+3D").unwrap());
    let status = status(&write(&envelope, ORIGINAL, &[Fate::failed(&bob)]));
    has(&status, "Original-Envelope-Id: QQ+1=\r\n");
    has(&status, "Original-Recipient: rfc822; b+o@example.com\r\n");
}

#[test]
fn fault_f33_reports_answer_and_are_marked_so() {
    let written = write(&from("<ann@example.org>"), ORIGINAL, &[Fate::failed(&to("<bob@example.net>"))]);
    let reader = Reader::new(written.octets());
    assert_eq!(reader.text("Auto-Submitted").unwrap(), "auto-replied");
    assert_eq!(reader.text("In-Reply-To").unwrap(), "<m1@example.org>");
    assert_eq!(written.envelope().reverse_path(), &ReversePath::Null);
    let recipients = written.envelope().recipients();
    assert_eq!((recipients.len(), recipients[0].notify()), (1, Some(Notify::NEVER)));
    assert_eq!(recipients[0].path().to_string(), "<ann@example.org>");
}

#[test]
fn ret_full_returns_the_message_and_only_for_a_failure() {
    let full = from("<ann@example.org>").with_ret(Ret::Full);
    let bob = to("<bob@example.net>");
    let written = write(&full, ORIGINAL, &[Fate::failed(&bob)]);
    assert_eq!(part(&written, "message", "rfc822").unwrap().as_bytes(), ORIGINAL);
    assert_clean(&written);
    let written = write(&full, ORIGINAL, &[Fate::delayed(&bob, NOW + 1)]);
    assert_eq!(part(&written, "message", "rfc822"), None);
    let written = write_as(&reporter().with_returned(40), &full, ORIGINAL, &[Fate::failed(&bob)]);
    assert_eq!(
        part(&written, "text", "rfc822-headers").unwrap(),
        "From: Ann <ann@example.org>\r\n",
        "whole lines"
    );
}

#[test]
fn outcome_e123_bare_headers_are_no_message_and_eight_bits_travel_as_such() {
    let bob = to("<bob@example.net>");
    let written = write(&from("<ann@example.org>"), ORIGINAL, &[Fate::failed(&bob)]);
    assert_eq!(part(&written, "message", "rfc822"), None);
    let headers = part(&written, "text", "rfc822-headers").unwrap();
    assert!(headers.ends_with("+0000\r\n") && !headers.contains("At one"), "{headers}");

    let eight = b"From: ann@example.org\r\nSubject: Gr\xfc\xdfe\r\n\r\n\xfc\r\n";
    let written = write(&from("<ann@example.org>"), eight, &[Fate::failed(&bob)]);
    assert!(written.octets().is_ascii(), "header fields with raw octets are coded");
    assert_clean(&written);

    let body = [ORIGINAL, "Grüße\r\n".as_bytes()].concat();
    let written = write(&from("<ann@example.org>").with_ret(Ret::Full), &body, &[Fate::failed(&bob)]);
    assert_eq!(Reader::new(written.octets()).text("Content-Transfer-Encoding").unwrap(), "8bit");
    for broken in [&b"\0"[..], b"a\rb", b"a\nb", &[b'x'; 999]] {
        let body = [ORIGINAL, broken, b"\r\n"].concat();
        let written = write(&from("<ann@example.org>").with_ret(Ret::Full), &body, &[Fate::failed(&bob)]);
        assert_eq!(
            part(&written, "message", "rfc822"),
            None,
            "what can't travel is returned as header fields"
        );
        assert_clean(&written);
    }
}

#[test]
fn outcome_e123_what_a_peer_said_stays_inside_its_line() {
    let mut parser_lines = vec!["ok\u{1b}[31m", "Subject: forged", "", "--=_x", "Bcc: victim@example.org"];
    parser_lines.push("caf\u{e9}");
    let reply = Reply::from_lines(ReplyCode::observed(550).unwrap(), None, &parser_lines[1..]).unwrap();
    let attempt = Attempt::new(Stage::Recipient, Ending::Replied(reply));
    let bob = to("<bob@example.net>");
    let fate = Fate::failed(&bob)
        .with_attempt(&attempt)
        .with_remote("evil\r\nBcc: x@example.org\r\n\r\nhello\0\u{202e}");
    let written = write(&from("<ann@example.org>"), ORIGINAL, &[fate]);
    let reader = Reader::new(written.octets());
    assert!(reader.field("Bcc").is_none());
    assert_eq!(reader.text("Subject").unwrap(), "Your message was not delivered");
    let status = status(&written);
    has(&status, "Remote-MTA: dns; evil Bcc: x@example.org hello??");
    has(
        &status,
        "Diagnostic-Code: smtp; 550-Subject: forged 550- 550---=_x 550-Bcc: victim@example.org 550 caf?",
    );
    let fields = status.lines().filter(|line| line.starts_with("Bcc") || line.starts_with("Subject"));
    assert_eq!(fields.count(), 0);
    has(&text(&written), "caf\u{e9}");
    assert_clean(&written);
}

#[test]
fn addresses_in_utf8_are_written_as_the_sender_can_take_them() {
    let bob = to("<b\u{fc}r@b\u{fc}cher.example>").with_orcpt(Orcpt::new("b\u{fc}r@example.org").unwrap());
    let written = write(&from("<ann@example.org>"), ORIGINAL, &[Fate::failed(&bob)]);
    let status = status(&written);
    has(&status, "Final-Recipient: utf-8; b\\x{FC}r@b\\x{FC}cher.example");
    has(&status, "Original-Recipient: utf-8; b\\x{FC}r@example.org");
    assert!(written.octets().is_ascii() && !written.envelope().smtputf8());
    assert_clean(&written);

    let written = write(&from("<\u{e4}nn@b\u{fc}cher.example>"), ORIGINAL, &[Fate::failed(&bob)]);
    let global = part(&written, "message", "global-delivery-status").unwrap();
    has(&global, "Final-Recipient: utf-8; b\u{fc}r@b\u{fc}cher.example");
    assert!(written.envelope().smtputf8());
    assert_clean(&written);

    let written =
        write(&from("<ann@b\u{fc}cher.example>"), ORIGINAL, &[Fate::failed(&to("<a@b\u{fc}cher.example>"))]);
    assert_eq!(Reader::new(written.octets()).text("To").unwrap(), "<ann@xn--bcher-kva.example>");
    has(&part(&written, "message", "delivery-status").unwrap(), "rfc822; a@xn--bcher-kva.example");
}

#[test]
fn success_reports_say_what_was_asked() {
    let bob = to("<bob@example.net>").with_notify(Notify::SUCCESS);
    for (fate, action) in [
        (Fate::delivered(&bob), "delivered"),
        (Fate::relayed(&bob).with_remote("old.example.net"), "relayed"),
        (Fate::expanded(&bob), "expanded"),
    ] {
        let written = write(&from("<ann@example.org>").with_ret(Ret::Full), ORIGINAL, &[fate]);
        has(&status(&written), &format!("Action: {action}\r\nStatus: 2.0.0"));
        assert_eq!(part(&written, "message", "rfc822"), None);
        assert_clean(&written);
    }
}

#[test]
fn the_words_are_the_embedders() {
    let words = Words::english()
        .with_language("de")
        .with(Action::Failed, Place::Subject, "Nicht zustellbar ({reporter})")
        .unwrap()
        .with(Action::Failed, Place::Opening, "Über: {subject}\nVon {sender}, {arrival}\n")
        .unwrap()
        .with(Action::Failed, Place::Entry, "  {recipient} {{{status}}}\n  {reply}\n  {tried}")
        .unwrap();
    let bob = to("<bob@example.net>");
    let written =
        write_as(&reporter().with_words(words), &from("<ann@example.org>"), ORIGINAL, &[Fate::failed(&bob)]);
    let reader = Reader::new(written.octets());
    assert_eq!(reader.text("Subject").unwrap(), "Nicht zustellbar (mx.example.org)");
    let text = text(&written);
    has(
        &text,
        "Über: lunch Von ann@example.org, Wed, 18 Nov 2026 11:06:40 +0000 bob@example.net {4.4.7} The details",
    );
    assert_clean(&written);
    for (template, at) in
        [("{nothing}", 0), ("a {reply", 2), ("a } b", 2), ("a\n\rb", 2), ("ok\n{{x}} {status", 9)]
    {
        let error = Words::english().with(Action::Failed, Place::Entry, template).unwrap_err();
        assert_eq!(error.at, at, "{template:?}: {error}");
    }
}

#[test]
fn what_can_not_be_written_says_why() {
    let (reporter, bob) = (reporter(), to("<bob@example.net>"));
    let (ann, null) = (from("<ann@example.org>"), from("<>"));
    let notice = |envelope, id| Notice::new(&reporter, Original::new(envelope, b""), NOW, id);
    assert_eq!(notice(&ann, "a@b").write(), Err(WriteError::NothingToSay));
    let fate = Fate::failed(&bob);
    assert_eq!(notice(&null, "a@b").with_fate(fate).write(), Err(WriteError::NobodyToTell));
    for id in ["", "a", "a@", "a b@c", "<a@b>", "a@b\r\nBcc: c@d", "a..b@c"] {
        assert_eq!(notice(&ann, id).with_fate(fate).write(), Err(WriteError::Id), "{id}");
    }
}

#[test]
fn every_status_has_a_sentence() {
    for class in [2, 4, 5] {
        for subject in 0..=8 {
            for detail in 0..=60 {
                let text =
                    meaning(mailwright_reply::EnhancedStatusCode::new(class, subject, detail).unwrap());
                assert!(text.ends_with('.') && text.len() < 110, "{text}");
            }
        }
    }
}
