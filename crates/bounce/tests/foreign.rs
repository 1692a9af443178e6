//! Bounces that are only text: whom they mean, and whom they only speak of.
#![cfg(feature = "read")]

use mailwright_bounce::{Diagnostic, Kind, Report, Told};

#[path = "support/shown.rs"]
mod shown;
use shown::{check, text};

#[test]
fn foreign_forms_are_read_by_their_shape() {
    check(
        &text(
            "Hi. This is the qmail-send program at mx.example.\n\n<bob@example.net>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 User unknown\nGiving up on 192.0.2.1.\n\n<eve@example.net>:\nUser is over the quota. (#5.2.2)\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <m@x.example>\nTo: zoe@example.net\n",
        ),
        &["bob@example.net failed 5.1.1 550", "eve@example.net failed 5.2.2 ?"],
    );
    check(
        &text(
            "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  bob@example.net\n    SMTP error from remote mail server after RCPT TO:<bob@example.net>:\n    host mx.example.net [192.0.2.1]: 550 5.7.1 Refused\n  eve@example.net\n    Unrouteable address\n\n------ This is a copy of the message, including all the headers. ------\n\nTo: zoe@example.net\n",
        ),
        &["bob@example.net failed 5.7.1 550", "eve@example.net failed ? ?"],
    );
    check(
        &text(
            "I'm sorry to have to inform you that your message could not be delivered.\n\n<bob@example.net>: host mx.example.net[192.0.2.1] said: 550 5.1.1\n    <bob@example.net>: Recipient address rejected: User unknown (in reply to RCPT TO\n    command)\n",
        ),
        &["bob@example.net failed 5.1.1 550"],
    );
    check(
        &text(
            "   ----- The following addresses had permanent fatal errors -----\n<bob@example.net>\n    (reason: 550 5.1.1 <bob@example.net>... User unknown)\n\n   ----- Transcript of session follows -----\n... while talking to mx.example.net.:\n>>> DATA\n<<< 550 5.1.1 <bob@example.net>... User unknown\n",
        ),
        &["bob@example.net failed 5.1.1 550"],
    );
    check(
        &text(
            "Delivery has failed to these recipients or distribution lists:\n\nbob@example.net<mailto:bob@example.net>\nThe recipient's address wasn't found.\n\nDiagnostic information for administrators:\n\nGenerating server: ex.example.net\n\nbob@example.net\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n",
        ),
        &["bob@example.net failed 5.1.1 550"],
    );
    check(
        &text(
            "** Address not found **\n\nYour message wasn't delivered to bob@example.net because the address couldn't be found.\n\nThe response was:\n\n550 5.1.1 The email account that you tried to reach does not exist.\n",
        ),
        &["bob@example.net failed 5.1.1 550"],
    );
    check(
        &text(
            "Delivery to the following recipient failed permanently:\n\n     bob@example.net\n\nTechnical details of permanent failure:\nDNS Error: Domain name not found\n\n----- Original message -----\n\nTo: zoe@example.net\n",
        ),
        &["bob@example.net failed ? ?"],
    );
    check(
        &text(
            "Sorry, we were unable to deliver your message to the following address.\n\n<bob@example.net>:\nRemote host said:\n554 delivery error: This user doesn't have an account\n [RCPT_TO]\n",
        ),
        &["bob@example.net failed ? 554"],
    );
    check(
        &text(
            "------- Failure Reasons  --------\n\nUser not listed in public Name & Address Book\nbob@example.net\n\n------- Returned Message --------\n\nTo: zoe@example.net\n",
        ),
        &["bob@example.net failed ? ?"],
    );
    check(
        &text(
            "Your message\n\n  Subject: lunch\n\nwas not delivered to:\n\n  bob@example.net\n\nbecause:\n\n  550 5.1.1 User bob not listed\n",
        ),
        &["bob@example.net failed 5.1.1 550"],
    );
    let html = Report::read(b"From: postmaster@mx.example\r\nTo: ann@example.org\r\nSubject: Undeliverable: lunch\r\nContent-Type: text/html\r\n\r\n<html><p>Delivery has failed to these recipients:</p><p><a href=\"mailto:bob@example.net\">bob@example.net</a></p><p>550 5.1.1 unknown &lt;bob@example.net&gt;</p></html>\r\n");
    check(&html, &["bob@example.net failed 5.1.1 550"]);
    let delayed = Report::read(b"From: Mail Delivery Subsystem <mailer-daemon@mx.example>\r\nTo: ann@example.org\r\nSubject: Delivery Status Notification (Delay)\r\n\r\nDelivery to the following recipient has been delayed:\r\n\r\n     bob@example.net\r\n\r\nMessage will be retried for 2 more day(s)\r\n");
    check(&delayed, &["bob@example.net delayed ? ?"]);
}

#[test]
fn outcome_e056_the_text_may_be_coded() {
    let body = "<bob@example.net>:\r\n550 5.1.1 unbekannt =C3=BC\r\n";
    let coded = format!(
        "From: mailer-daemon@x.example\r\nSubject: failure notice\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{body}"
    );
    let report = Report::read(coded.as_bytes());
    check(&report, &["bob@example.net failed 5.1.1 550"]);
    assert!(report.entries().first().unwrap().diagnostic().unwrap().text().ends_with("unbekannt \u{fc}"));
    let base64 = "From: mailer-daemon@x.example\r\nSubject: failure notice\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nPGJvYkBleGFtcGxlLm5ldD46CjU1MCA1LjEuMSB1bmtub3duCg==\r\n";
    check(&Report::read(base64.as_bytes()), &["bob@example.net failed 5.1.1 550"]);
}

#[test]
fn an_address_of_the_report_itself_is_no_recipient() {
    let report = text(
        "Your message could not be delivered.\n\nann@example.org\n\nWrite to mailer-daemon@mx.example.\n",
    );
    assert_eq!(report.entries(), []);
}

#[test]
fn the_address_that_a_sender_wrote_to_is_told_beside_what_became_of_it() {
    for body in [
        "The following addresses had permanent errors\r\nbob@inner.example.net\r\n    (expanded from: sales@example.net)\r\n",
        "<bob@inner.example.net> (expanded from <sales@example.net>): 550 5.1.1 no such user\r\n",
        "The following address failed:\r\n\r\n  bob@inner.example.net\r\n    (generated from sales@example.net)\r\n",
    ] {
        let report = text(body);
        let [entry] = report.entries() else { panic!("{report:#?}") };
        assert_eq!(entry.address(), Some("sales@example.net"), "{body}");
        assert_eq!(entry.final_recipient().map(Told::address), Some("bob@inner.example.net"), "{body}");
    }
    // Where the address behind it is kept secret, the one that was written to is all there is.
    check(
        &text(
            "The following address failed:\r\n\r\n  an undisclosed address\r\n    (generated from sales@example.net)\r\n",
        ),
        &["sales@example.net failed ? ?"],
    );
}

#[test]
fn who_is_only_spoken_of_is_no_recipient() {
    // The list that wrote, the contact to ask, the recipient in the header of the original, an example.
    let list = text(
        "It could not be delivered: the following recipient accepts no mail from list@example.org:\r\n\tbob\r\n",
    );
    assert_eq!(list.entries(), &[], "{list:#?}");
    let bob = ["bob@example.net failed ? ?"];
    let full = text(
        "Undeliverable Address: bob@example.net\r\n\r\nReason: The mail was\r\nover quota.\r\n\r\nBye\r\n",
    );
    let said = full.entries()[0].diagnostic().map(Diagnostic::text);
    assert_eq!(said, Some("The mail was over quota."), "the reason stands behind its heading, too");
    check(&text("Undeliverable Address: bob@example.net\r\n\r\nSystem Contact: help@mx.example\r\n"), &bob);
    check(
        &text(
            "Your message\r\n\r\n  To:      list@example.org\r\n  Subject: x\r\n\r\ndid not reach the following recipient(s):\r\n\r\nc=US;a= ;p=X;dda:SMTP=bob@example.net; on Fri\r\n",
        ),
        &bob,
    );
    check(
        &text(
            "Delivery has failed to these recipients:\r\n\r\n  * [bob@example.net]: 550 over quota\r\n\r\nDetails:\r\n  * From: ann@example.com\r\n  * To: eve@example.com\r\n",
        ),
        &["bob@example.net failed ? 550"],
    );
    let example =
        text("It was not delivered. If\r\nfirst.last@example.net fails, try f.last@example.net.\r\n");
    assert_eq!(example.entries(), &[], "{example:#?}");
}

#[test]
fn recipients_in_square_brackets_and_with_a_scheme_are_read() {
    let reason = "The following recipient(s) could not be reached:\r\n\r\n\tRecipient: [SMTP:bob@example.net]\r\n\tReason: 550 mailbox unavailable\r\n";
    check(&text(reason), &["bob@example.net failed ? 550"]);
    // An address literal keeps its brackets.
    check(&text("<bob@[192.0.2.1]>: 550 no\r\n"), &["bob@[192.0.2.1] failed ? 550"]);
    check(&text("bob@[192.0.2.1]\r\n   550 no\r\n"), &["bob@[192.0.2.1] failed ? 550"]);
}

#[test]
fn a_mail_system_that_names_a_recipient_plainly_is_understood_in_any_language() {
    let report = Report::read(
        "From: MAILER-DAEMON@mx.example\r\nTo: ann@example.org\r\nSubject: Huomautus\r\n\r\nViesti ei mennyt perille.\r\n\r\n<bob@example.net>:\r\n".as_bytes(),
    );
    check(&report, &["bob@example.net failed ? ?"]);
    // A person who writes in that form is none.
    let person = Report::read(b"From: eve@example.com\r\nSubject: hello\r\n\r\n<bob@example.net>:\r\n");
    assert_eq!(person.kind(), Kind::Other);
}

#[test]
fn what_is_only_put_off_is_no_failure() {
    let postponed = "Delivery of mail to this address\r\n\r\n\"bob@example.net\"\r\n\r\nhas been postponed: the mailbox is full.\r\n";
    check(&text(postponed), &["bob@example.net delayed ? ?"]);
    let tried = "It could not be delivered to the following recipients:\r\n\r\nbob@example.net\r\n\r\nDelivery attempts will continue to be made for 5 days.\r\n";
    check(&text(tried), &["bob@example.net delayed ? ?"]);
}
