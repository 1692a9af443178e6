//! From the greeting to QUIT: reuse, 421, resets, deadlines.

use std::time::Duration;

use mailwright_smtp::client::{Deadlines, MisuseError, Quitting, Resets, Session, Settings};
use mailwright_smtp::{BodyFacts, Output};

use crate::script::Case;

/// Up to the point where the message would be sent, without extensions.
const HELLO: &str = "
    S: 220 mx.example
    C: EHLO client.example
    S: 250 mx.example
    ! ready
";

#[test]
fn a_message_is_delivered_and_the_session_quits() {
    Case::new().play(&format!(
        "{HELLO}
        C: MAIL FROM:<a@client.example>
        S: 250 2.1.0 ok
        C: RCPT TO:<b@mx.example>
        S: 250 2.1.5 ok
        C: DATA
        S: 354 go ahead
        C: Subject: hi
        C:
        C: hello
        C: .
        S: 250 2.0.0 queued as 4711
        ! 0 dot 250
        ! finished
        > quit
        C: QUIT
        S: 221 2.0.0 bye
        ! close"
    ));
}

#[test]
fn smtp_b86_reset_is_sent_only_after_a_first_message_that_was_left_open() {
    let refused = "
        C: MAIL FROM:<a@client.example>
        S: 250 ok
        C: RCPT TO:<b@mx.example>
        S: 550 5.1.1 no such user
        ! 0 recipient 550
        ! finished
        > send";
    let again = "
        C: MAIL FROM:<a@client.example>
        S: 452 4.3.1 not now
        ! 0 mail 452
        ! finished
        > send
        C: MAIL FROM:<a@client.example>";
    Case::new().play(&format!("{HELLO}{refused}\nC: RSET\nS: 250 ok\n{again}"));
}

#[test]
fn smtp_b86_reset_between_all_messages_by_choice() {
    let case = Case::new().settings(|settings| settings.with_resets(Resets::BetweenMessages));
    let once = "
        C: MAIL FROM:<a@client.example>
        S: 250 ok
        C: RCPT TO:<b@mx.example>
        S: 250 ok
        C: DATA
        S: 354 go
        C= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n
        S: 250 ok
        ! 0 dot 250
        ! finished";
    case.play(&format!("{HELLO}{once}\n> send\nC: RSET\nS: 250 ok\n{once}"));
}

#[test]
fn a_reset_that_is_refused_ends_the_session() {
    Case::new().settings(|settings| settings.with_resets(Resets::BetweenMessages)).play(&format!(
        "{HELLO}
        C: MAIL FROM:<a@client.example>
        S: 550 no
        ! 0 mail 550
        ! finished
        > send
        C: RSET
        S: 502 what
        ! 0 reset 502
        ! finished
        ! ended reset 502
        C: QUIT
        S: 221 bye
        ! close"
    ));
}

#[test]
fn smtp_b79_421_ends_the_session_at_every_stage_and_blames_no_message() {
    // threat C09: the same table, with the dot.
    Case::new().play("S: 421 busy\n! 0 greeting 421\n! finished\n! ended greeting 421\n! close");
    // Each step is what leads from the one before to the stage that is named.
    let steps = [
        ("hello", "S: 220 mx\nC: EHLO client.example"),
        ("mail", "S: 250 mx\n! ready\nC: MAIL FROM:<a@client.example>"),
        ("recipient", "S: 250 ok\nC: RCPT TO:<b@mx.example>"),
        ("data", "S: 250 ok\nC: DATA"),
        ("dot", "S: 354 go\nC= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n"),
    ];
    let mut before = String::new();
    for (stage, step) in steps {
        before.push_str(step);
        before.push('\n');
        let rest = format!("! 0 {stage} 421\n! finished\n! ended {stage} 421\n! close");
        Case::new().play(&format!("{before}S: 421 4.3.2 going down\n{rest}"));
    }
}

#[test]
fn threat_c09_421_at_every_step_has_its_stage() {
    Case::new().play(
        "S: 220 mx
        C: EHLO client.example
        S: 250-mx
        S: 250 PIPELINING
        ! ready
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@mx.example>
        C: DATA
        S: 250 ok
        S: 421 4.7.0 too many errors
        ! 0 recipient 421
        ! finished
        ! ended recipient 421
        ! close",
    );
}

#[test]
fn smtp_b79_an_unsolicited_421_on_an_idle_connection_means_reconnect() {
    Case::new().idle().play(&format!(
        "{HELLO}
        S: 421 4.4.2 idle too long
        ! ended idle 421
        ! close
        > eof"
    ));
}

#[test]
fn anything_else_unsolicited_is_a_fault_of_the_protocol() {
    Case::new().idle().play(&format!("{HELLO}S: 250 hello?\n! ended idle Protocol(Surplus)\n! close"));
}

#[test]
fn smtp_b84_quit_waits_for_the_reply_to_the_message() {
    Case::new().play(&format!(
        "> quit
        S: 220 mx.example
        C: EHLO client.example
        S: 250 mx.example
        ! ready
        C: MAIL FROM:<a@client.example>
        S: 250 ok
        C: RCPT TO:<b@mx.example>
        S: 250 ok
        C: DATA
        S: 354 go
        C= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n
        S: 250 ok
        ! 0 dot 250
        ! finished
        C: QUIT
        {}",
        "> eof\n! close"
    ));
}

#[test]
fn smtp_b84_quit_behind_the_message_only_where_told() {
    Case::new().settings(|settings| settings.with_quitting(Quitting::BehindMessage)).play(
        "> quit
        S: 220 mx.example
        C: EHLO client.example
        S: 250 mx.example
        ! ready
        C: MAIL FROM:<a@client.example>
        S: 250 ok
        C: RCPT TO:<b@mx.example>
        S: 250 ok
        C: DATA
        S: 354 go
        C= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\nQUIT\\r\\n
        S: 250 ok
        ! 0 dot 250
        ! finished
        S: 221 bye
        ! close",
    );
}

#[test]
fn advice_s034_a_missing_221_changes_nothing() {
    Case::new().idle().play(&format!("{HELLO}> quit\nC: QUIT\n@ 30s\n! close"));
    Case::new().idle().play(&format!("{HELLO}> quit\nC: QUIT\n> broken\n! close"));
    Case::new().idle().play(&format!("{HELLO}> quit\nC: QUIT\nS: 500 what?\n! close"));
}

#[test]
fn smtp_b91_each_stage_has_its_deadline() {
    Case::new().play("@ 299s\n@ 1s\n! 0 greeting TimedOut\n! finished\n! ended greeting TimedOut\n! close");
    Case::new().play(&format!(
        "{HELLO}
        C: MAIL FROM:<a@client.example>
        @ 4m
        S: 250 ok
        C: RCPT TO:<b@mx.example>
        @ 4m
        S: 250 ok
        C: DATA
        @ 119s
        S: 354 go
        C= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n
        @ 599s
        @ 1s
        ! 0 dot TimedOut
        ! finished
        ! ended dot TimedOut
        ! close"
    ));
}

#[test]
fn smtp_b91_octets_that_drip_in_do_not_extend_a_deadline() {
    Case::new().play("S= 220-m\n@ 4m\nS= x\\r\\n\n@ 59s\nS= 220 mx\n@ 1s\n! 0 greeting TimedOut\n! finished\n! ended greeting TimedOut\n! close");
}

#[test]
fn threat_c17_a_slow_server_meets_the_deadline_of_the_whole() {
    let deadlines = Deadlines::new().with_total(Some(Duration::from_secs(600)));
    Case::new().settings(|settings| settings.with_deadlines(deadlines)).play(
        "@ 299s
        S: 220 mx
        C: EHLO client.example
        @ 299s
        S: 250 mx
        ! ready
        C: MAIL FROM:<a@client.example>
        @ 2s
        ! 0 mail TimedOut
        ! finished
        ! ended mail TimedOut
        ! close",
    );
}

#[test]
fn what_is_not_written_in_time_ends_the_session() {
    let now = Duration::ZERO;
    let mut session = Session::new(now, Settings::new("client.example".parse().unwrap()));
    session.handle_input(now, b"220 mx\r\n"[..].into());
    assert!(matches!(session.poll_output(), Output::Transmit(_)));
    let Output::Wait { until, .. } = session.poll_output() else { panic!() };
    assert_eq!(until, Some(Duration::from_secs(180)));
    session.handle_timeout(until.unwrap());
    assert!(matches!(session.poll_output(), Output::Event(_)));
    assert_eq!(session.poll_output(), Output::Close);
}

#[test]
fn threat_p02_a_finished_session_stays_finished() {
    let now = Duration::ZERO;
    let mut session = Session::new(now, Settings::new("client.example".parse().unwrap()));
    session.handle_eof(now);
    let ended = session.failure().cloned().unwrap();
    assert!(matches!(session.poll_output(), Output::Event(_)));
    let envelope = mailwright_address::Envelope::new("<>".parse().unwrap())
        .with_recipient(mailwright_address::Recipient::new("<b@mx.example>".parse().unwrap()));
    for _ in 0..3 {
        assert_eq!(session.poll_output(), Output::Close);
        session.handle_input(now, b"220 mx\r\n"[..].into());
        session.handle_timeout(now);
        session.handle_written(now);
        session.handle_eof(now);
        session.handle_tls(now, Err(mailwright_smtp::TlsFailed::Closed));
        session.shutdown(now);
        assert_eq!(session.send(now, envelope.clone(), BodyFacts::default()), Err(MisuseError::Over));
        assert_eq!(session.handle_body(now, bytes::Bytes::new()), Err(MisuseError::NotWanted));
        assert_eq!(session.finish_body(now), Err(MisuseError::NotWanted));
        assert_eq!(session.abort_body(now), Err(MisuseError::NotWanted));
        assert_eq!(session.failure(), Some(&ended));
    }
}

#[test]
fn misuse_changes_nothing() {
    let now = Duration::ZERO;
    let mut session = Session::new(now, Settings::new("client.example".parse().unwrap()));
    let nobody = mailwright_address::Envelope::new("<>".parse().unwrap());
    assert_eq!(session.send(now, nobody.clone(), BodyFacts::default()), Err(MisuseError::NoRecipients));
    let someone =
        nobody.with_recipient(mailwright_address::Recipient::new("<b@mx.example>".parse().unwrap()));
    assert_eq!(session.send(now, someone.clone(), BodyFacts::default()), Ok(()));
    assert_eq!(session.send(now, someone, BodyFacts::default()), Err(MisuseError::Busy));
    assert_eq!(session.finish_body(now), Err(MisuseError::NotWanted));
}

#[test]
fn threat_p03_a_session_can_be_sent_and_shared() {
    fn check<T: Send + Sync + std::panic::UnwindSafe + Clone + std::fmt::Debug>() {}
    check::<Session>();
}

#[test]
fn threat_t09_a_session_serves_only_those_who_would_have_opened_it_so() {
    use mailwright_smtp::client::{Protocol, TlsPolicy};
    use mailwright_smtp::sasl::Credentials;
    let settings = || Settings::new("client.example".parse().unwrap());
    let session = Session::new(Duration::ZERO, settings());
    assert!(session.serves(&settings()));
    assert!(!session.serves(&settings().with_tls(TlsPolicy::Required)));
    assert!(!session.serves(&settings().with_protocol(Protocol::Lmtp)));
    assert!(!session.serves(&settings().with_credentials(Credentials::password("tim", "tanstaaf"))));
    assert!(!session.serves(&Settings::new("other.example".parse().unwrap())));
    let tim =
        Session::new(Duration::ZERO, settings().with_credentials(Credentials::password("tim", "tanstaaf")));
    assert!(!tim.serves(&settings()));
    assert!(!tim.serves(&settings().with_credentials(Credentials::password("tim", "other"))));
    assert!(!tim.serves(&settings().with_credentials(Credentials::password("eve", "tanstaaf"))));
    assert!(tim.serves(&settings().with_credentials(Credentials::password("tim", "tanstaaf"))));
}

#[test]
fn threat_r05_a_session_that_is_not_polled_holds_no_more_for_it() {
    // Whatever the server says unasked ends the session; what it says in answer is bounded by what was asked.
    let now = Duration::ZERO;
    let mut session = Session::new(now, Settings::new("client.example".parse().unwrap()));
    for _ in 0..100_000 {
        session.handle_input(now, b"220 mx\r\n250 mx\r\n"[..].into());
    }
    let mut outputs = 0;
    while session.poll_output() != Output::Close {
        outputs += 1;
    }
    assert!(outputs <= 4, "{outputs}");
}
