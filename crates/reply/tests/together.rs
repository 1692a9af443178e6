//! Refusals that mean something only beside others: of one pipeline, one message, one host, one triplet.

use mailwright_reply::Cause::*;
use mailwright_reply::{
    Blame, Host, Lasting, Next, Refusal, Rules, Stage, Strength, Verdict, Whom, classify, fold,
};

fn verdict(text: &str, stage: Stage) -> Verdict {
    classify(&Refusal::from_text(text.as_bytes()).with_stage(stage), Rules::built_in())
}

#[test]
fn outcome_e018_behind_a_refused_mail_the_503_says_nothing_of_the_recipient() {
    // The client gives each recipient the reply to MAIL; the 503 behind it is our own pipeline's.
    let reason = verdict("451 4.3.0 Temporary lookup failure", Stage::Mail);
    assert_eq!((reason.cause, reason.lasting), (System, Lasting::Temporary));
    for text in ["503 5.5.1 Error: need MAIL command", "503 5.5.1 Bad sequence of commands", "503 what?"] {
        let found = verdict(text, Stage::Recipient);
        assert_eq!(
            (found.cause, found.blame, found.suppression()),
            (Protocol, Blame::OurSide, None),
            "{text}"
        );
    }
}

#[test]
fn outcome_e070_behind_the_dot_each_recipient_has_its_own_reply() {
    let replies = [
        "250 2.1.5 <a@x.example> Saved",
        "550 5.1.1 <b@x.example> User doesn't exist: b@x.example",
        "452 4.2.2 <c@x.example> Quota exceeded (mailbox for user is full)",
    ];
    let found = replies.map(|text| verdict(text, Stage::Dot));
    assert_eq!(found.map(|one| one.cause), [Accepted, MailboxUnknown, MailboxFull]);
    assert_eq!(
        found.map(|one| one.suppression().map(mailwright_reply::Suppression::strength)),
        [None, Some(Strength::Hard), Some(Strength::Soft)]
    );
    assert_eq!(found.map(|one| one.next == Next::Done), [true, false, false]);
}

#[test]
fn outcome_e071_two_of_five_are_refused_and_three_are_done() {
    let replies = ["250 Ok", "550 5.1.1 User unknown", "250 Ok", "550 5.1.1 User unknown", "250 Ok"];
    let at_rcpt = replies.map(|text| verdict(text, Stage::Recipient));
    assert_eq!(at_rcpt.iter().filter(|one| one.next == Next::Bounce).count(), 2);
    let refused = u32::try_from(at_rcpt.iter().filter(|one| one.cause == MailboxUnknown).count()).unwrap();
    for one in at_rcpt.iter().filter(|one| one.cause == MailboxUnknown) {
        assert_eq!(one.among(refused, 5), *one);
        assert_eq!(one.suppression().unwrap().strength(), Strength::Hard);
    }
    assert_eq!(verdict("250 2.0.0 Ok: queued as 4ZxQ2k1Y5F", Stage::Dot).next, Next::Done);
}

#[test]
fn outcome_e073_what_is_said_of_everybody_is_not_about_each() {
    let texts = ["a", "b", "c"].map(|local| format!("550 5.1.1 <{local}@x.example>: User unknown"));
    assert!(texts.iter().all(|text| fold(text.as_bytes()) == fold(texts[0].as_bytes())));
    for text in &texts {
        let found = verdict(text, Stage::Recipient);
        let shared = found.among(3, 3);
        assert_eq!((shared.cause, shared.blame), (MailboxUnknown, Blame::Host));
        assert_eq!((shared.suppression(), shared.alert), (None, Some(Whom::Operator)));
        assert_eq!(found.among(2, 2), found);
        assert_eq!(found.among(2, 3), found);
    }
    let refused = verdict("550 5.7.1 The recipient does not accept mail from you", Stage::Recipient);
    assert_eq!(refused.cause, RecipientRefused);
    assert_eq!(refused.among(5, 5).blame, Blame::Sender);
    let gone = verdict("556 5.1.10 Domain does not accept mail (nullMX)", Stage::Recipient);
    assert_eq!(gone.among(5, 5), gone);
}

#[test]
fn outcome_e078_a_greylist_is_asked_again_at_the_same_host_from_the_same_address() {
    for text in ["450 4.7.1 Greylisted, come back in 5 minutes", "451 4.7.1 Your triplet is new here"] {
        let found = verdict(text, Stage::Recipient);
        assert_eq!(found.cause, Greylisted);
        assert_eq!(found.next, Next::Retry { host: Host::Same, slower: false, change: None }, "{text}");
    }
}

#[test]
fn nobody_is_suppressed_before_a_recipient_was_named() {
    for text in ["550 5.1.1 User unknown", "550 No such user here", "550 5.1.2 Domain not found"] {
        assert_eq!(verdict(text, Stage::Mail).suppression(), None, "{text}");
        assert_eq!(verdict(text, Stage::Hello).suppression(), None, "{text}");
        assert!(verdict(text, Stage::Recipient).suppression().is_some(), "{text}");
    }
}

#[test]
fn nobody_is_suppressed_where_other_trouble_stands_beside() {
    for text in [
        "550 5.1.1 User unknown; your IP address is blocked",
        "550 No such user, or the sender was refused",
        "550 Mailbox not found: too many unknown users from your network",
        "550 5.1.1 Recipient address rejected: User unknown by SPF policy",
    ] {
        assert_eq!(verdict(text, Stage::Recipient).suppression(), None, "{text}");
    }
}
