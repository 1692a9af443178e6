//! What a receiver's reply means to a sender: the rows that a policy and its answers are made from, seen from the other side.

use core::time::Duration;

use mailwright_reply::Cause::*;
use mailwright_reply::Lasting::{Permanent, Temporary, UntilFixed};
use mailwright_reply::Strength::{Hard, Second, Soft};
use mailwright_reply::{
    About, Attempt, Blame, Cause, Ending, Host, Lasting, Next, ProtocolFault, Refusal, ReplyParser, Rules,
    Stage, Strength, Suppression, Verdict, classify, standard,
};

const GMAIL: &str = "aspmx.l.google.com";
const MICROSOFT: &str = "x.mail.protection.outlook.com";
const YAHOO: &str = "mta5.am0.yahoodns.net";

fn verdict(text: &str, host: &str, stage: Stage) -> Verdict {
    let refusal = Refusal::from_text(text.as_bytes()).with_stage(stage);
    let refusal = if host.is_empty() { refusal } else { refusal.with_host(host) };
    classify(&refusal, Rules::built_in())
}

/// Reply, host, stage; cause, how long, how strongly it speaks for leaving the recipient alone.
type Row = (&'static str, &'static str, Stage, Cause, Lasting, Option<Strength>);

const ROWS: &[Row] = &[
    ("550 5.1.1 User unknown", "", Stage::Recipient, MailboxUnknown, Permanent, Some(Hard)),
    ("451 User unknown", "", Stage::Recipient, MailboxUnknown, Permanent, Some(Second)),
    (
        "550 5.7.1 Client host blocked using zen.spamhaus.org",
        "",
        Stage::Recipient,
        Reputation,
        UntilFixed,
        None,
    ),
    ("552 5.2.2 Mailbox over quota", "", Stage::Recipient, MailboxFull, Permanent, Some(Soft)),
    ("452 4.2.2 Mailbox full", "", Stage::Recipient, MailboxFull, Temporary, Some(Soft)),
    ("552 Too many recipients", "", Stage::Recipient, RateLimited, Temporary, None),
    ("450 4.2.0 Greylisted, try again in 00:04:59", "", Stage::Recipient, Greylisted, Temporary, None),
    ("421 4.7.28 Unusual rate of mail", GMAIL, Stage::Mail, RateLimited, Temporary, None),
    ("421 4.7.26 Not authenticated", GMAIL, Stage::Dot, AuthFailure, UntilFixed, None),
    ("550 5.7.26 Not authenticated", GMAIL, Stage::Dot, AuthFailure, UntilFixed, None),
    ("550 5.7.27 Not authenticated", GMAIL, Stage::Dot, AuthFailure, UntilFixed, None),
    ("550 5.7.27 Sender address has null MX", "", Stage::Mail, SenderRejected, Permanent, None),
    ("550 5.7.25 No reverse name", "", Stage::Recipient, NoPtr, UntilFixed, None),
    ("550 5.7.515 Access denied", MICROSOFT, Stage::Dot, AuthFailure, UntilFixed, None),
    (
        "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Part of their network is on our block list (S3140)",
        MICROSOFT,
        Stage::Mail,
        Reputation,
        UntilFixed,
        None,
    ),
    ("421 4.7.0 [TSS04] Temporarily deferred", YAHOO, Stage::Mail, RateLimited, Temporary, None),
    ("554 No SMTP service here", "", Stage::Greeting, Unknown, UntilFixed, None),
    (
        "550 5.4.1 Recipient address rejected: Access denied",
        MICROSOFT,
        Stage::Recipient,
        MailboxUnknown,
        Permanent,
        Some(Second),
    ),
    ("550 5.7.1 Relaying denied", "", Stage::Recipient, RelayDenied, Permanent, None),
    ("556 5.1.10 Null MX", "", Stage::Recipient, DomainNoMail, Permanent, Some(Hard)),
    ("530 5.7.0 Must issue a STARTTLS command first", "", Stage::Mail, Tls, UntilFixed, None),
    ("535 5.7.8 Authentication credentials invalid", "", Stage::Auth, AuthRequired, UntilFixed, None),
    ("534 5.7.9 Authentication mechanism is too weak", "", Stage::Auth, AuthRequired, UntilFixed, None),
];

#[test]
fn what_each_reply_of_the_table_means() {
    let mut wrong = Vec::new();
    for (text, host, stage, cause, lasting, strength) in ROWS {
        let found = verdict(text, host, *stage);
        let said = (found.cause, found.lasting, found.suppression().map(Suppression::strength));
        if said != (*cause, *lasting, *strength) {
            wrong.push(format!("{text} ({host}): {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_to_be_done_about_them() {
    let recipient = |text: &str| verdict(text, "", Stage::Recipient);
    let lies = recipient("451 User unknown");
    assert!(lies.lies() && lies.wire == Some(Temporary) && lies.blame == Blame::Recipient);
    assert!(matches!(lies.next, Next::Retry { .. }));
    let listed = recipient("550 5.7.1 Client host blocked using zen.spamhaus.org");
    assert!(listed.alert.is_some(), "somebody must look after our address");
    let grey = recipient("450 4.2.0 Greylisted, try again in 00:04:59");
    assert_eq!(grey.wait.unwrap().said, Duration::from_secs(299));
    assert!(matches!(
        verdict("421 4.7.28 Unusual rate", GMAIL, Stage::Mail).next,
        Next::Retry { slower: true, .. }
    ));
    // How many hours is the schedule's to say: the reply names none.
    let hours = verdict("421 4.7.0 [TSS04] Temporarily deferred", YAHOO, Stage::Mail);
    assert!(matches!(hours.next, Next::Retry { slower: true, .. }), "{:?}", hours.next);
    let greeting = verdict("554 No SMTP service here", "", Stage::Greeting);
    assert!(matches!(greeting.next, Next::Retry { host: Host::Other, .. }), "{:?}", greeting.next);
    let other = recipient("550 5.7.1 Relaying denied");
    assert!(matches!(other.next, Next::Retry { host: Host::Other, .. } | Next::Bounce), "{:?}", other.next);
    let domain = recipient("556 5.1.10 Null MX");
    assert_eq!(domain.suppression().unwrap().about(), About::Domain);
    let tls = verdict("530 5.7.0 Must issue a STARTTLS command first", "", Stage::Mail);
    assert!(matches!(tls.next, Next::Retry { change: Some(_), .. }), "{:?}", tls.next);
    assert!(verdict("535 5.7.8 Credentials invalid", "", Stage::Auth).alert.is_some());
    let taken = verdict("250 2.0.0 Ok, probably spam", "", Stage::Dot);
    assert_eq!(taken.next, Next::Done);
    let late = Attempt::new(Stage::Dot, Ending::Replied(standard::shutting_down()));
    let late = classify(&Refusal::from_attempt(&late), Rules::built_in());
    assert!(matches!(late.next, Next::Retry { .. }) && late.lasting == Temporary, "{late:?}");
}

/// A line that begins with a digit and is no reply.
#[test]
fn fault_f15_a_line_that_is_no_reply_is_a_fault_of_the_connection() {
    let fault = ReplyParser::new().parse_slice(b"5 retries left\r\n").unwrap_err();
    let broken = Attempt::new(Stage::Recipient, Ending::Protocol(ProtocolFault::Unreadable(fault)));
    let found = classify(&Refusal::from_attempt(&broken), Rules::built_in());
    assert!(found.lasting == Temporary && found.suppression().is_none(), "{found:?}");
    assert_eq!(verdict("5 retries left", "", Stage::Recipient).suppression(), None);
}
