//! Partial success, pipelining and its window, recipients for the next transaction.

use std::time::Duration;

use bytes::BytesMut;
use mailwright_address::{Envelope, Recipient};
use mailwright_smtp::client::{Event, Limits, Pipelining, Session, Settings, Surplus};
use mailwright_smtp::{BodyFacts, Output};

use crate::script::{Case, GROUP, THREE};

#[test]
fn smtp_b82_advice_s024_refused_recipients_are_told_and_the_rest_is_delivered() {
    Case::new().recipients(&THREE).play(&format!(
        "{GROUP}
        S: 250 ok
        S: 550 5.1.1 no such user
        ! 0 recipient 550
        S: 250 ok
        S: 251 will forward
        S: 354 go
        C= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n
        S: 250 queued
        ! 1 dot 250
        ! 2 dot 250
        ! finished"
    ));
}

#[test]
fn smtp_b82_one_refused_recipient_without_pipelining() {
    Case::new().recipients(&THREE).settings(|settings| settings.with_pipelining(Pipelining::Never)).play(
        "S: 220 mx
        C: EHLO client.example
        S: 250-mx
        S: 250 PIPELINING
        ! ready
        C: MAIL FROM:<a@client.example>
        S: 250 ok
        C: RCPT TO:<b@mx.example>
        S: 450 4.2.0 greylisted
        ! 0 recipient 450
        C: RCPT TO:<c@mx.example>
        S: 250 ok
        C: RCPT TO:<d@mx.example>
        S: 552 5.2.2 full
        ! 2 recipient 552
        C: DATA
        S: 354 go
        C= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n
        S: 250 queued
        ! 1 dot 250
        ! finished",
    );
}

#[test]
fn smtp_b85_pipelining_can_be_switched_off() {
    Case::new().settings(|settings| settings.with_pipelining(Pipelining::Never)).play(
        "S: 220 mx
        C: EHLO client.example
        S: 250-mx
        S: 250 PIPELINING
        ! ready
        C: MAIL FROM:<a@client.example>
        S: 250 ok
        C: RCPT TO:<b@mx.example>
        S: 250 ok
        C: DATA",
    );
}

#[test]
fn smtp_b81_threat_c15_a_354_that_nobody_would_profit_from_gets_a_lone_dot() {
    Case::new().recipients(&THREE).play(&format!(
        "{GROUP}
        S: 250 ok
        S: 550 no
        ! 0 recipient 550
        S: 550 no
        ! 1 recipient 550
        S: 450 no
        ! 2 recipient 450
        S: 354 go
        C: .
        S: 250 queued, why not
        ! finished
        > send
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@mx.example>
        C: RCPT TO:<c@mx.example>
        C: RCPT TO:<d@mx.example>
        C: DATA"
    ));
}

#[test]
fn threat_c15_the_server_means_it_and_refuses_data() {
    Case::new().recipients(&THREE).play(&format!(
        "{GROUP}
        S: 250 ok
        S: 550 no
        ! 0 recipient 550
        S: 550 no
        ! 1 recipient 550
        S: 550 no
        ! 2 recipient 550
        S: 554 5.5.1 no valid recipients
        ! finished
        > send
        C: RSET"
    ));
}

#[test]
fn smtp_b81_all_replies_of_a_group_are_read_though_mail_was_refused() {
    Case::new().recipients(&THREE).play(&format!(
        "{GROUP}
        S: 451 4.3.0 not now
        ! 0 mail 451
        ! 1 mail 451
        ! 2 mail 451
        S: 503 what?
        S: 503 what?
        S: 503 what?
        S: 354 strange
        C: .
        S: 503 what?
        ! finished"
    ));
}

#[test]
fn smtp_b81_a_lone_dot_is_never_a_message_to_someone() {
    // The sender refused, a recipient accepted: a dot would deliver an empty message.
    Case::new().recipients(&THREE).play(&format!(
        "{GROUP}
        S: 451 4.3.0 not now
        ! 0 mail 451
        ! 1 mail 451
        ! 2 mail 451
        S: 503 what?
        S: 250 strange
        S: 503 what?
        S: 354 stranger
        ! finished
        ! ended data Protocol(UnexpectedClass)
        ! close"
    ));
}

#[test]
fn data_that_is_refused_ends_the_accepted_ones() {
    Case::new().recipients(&THREE).play(&format!(
        "{GROUP}
        S: 250 ok
        S: 250 ok
        S: 550 no
        ! 1 recipient 550
        S: 250 ok
        S: 452 4.3.1 no room
        ! 0 data 452
        ! 2 data 452
        ! finished
        > send
        C: RSET
        S: 250 ok
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@mx.example>
        C: RCPT TO:<c@mx.example>
        C: RCPT TO:<d@mx.example>
        C: DATA"
    ));
}

#[test]
fn threat_c14_the_server_answers_some_and_closes() {
    Case::new().recipients(&THREE).play(&format!(
        "{GROUP}
        S: 250 ok
        S: 550 no
        ! 0 recipient 550
        S: 250 ok
        > eof
        ! 1 recipient Closed
        ! 2 recipient Closed
        ! finished
        ! ended recipient Closed
        ! close"
    ));
    Case::new().recipients(&THREE).play(&format!(
        "{GROUP}
        S: 250 ok
        S: 250 ok
        S: 250 ok
        S: 250 ok
        S: 250 one too many
        ! 0 data Protocol(UnexpectedClass)
        ! 1 data Protocol(UnexpectedClass)
        ! 2 data Protocol(UnexpectedClass)
        ! finished
        ! ended data Protocol(UnexpectedClass)
        ! close"
    ));
}

#[test]
fn surplus_recipients_follow_in_the_next_transaction() {
    Case::new().recipients(&THREE).play(&format!(
        "{GROUP}
        S: 250 ok
        S: 250 ok
        S: 452 4.5.3 too many
        S: 552 too many
        S: 354 go
        C= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n
        S: 250 queued
        ! 0 dot 250
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<c@mx.example>
        C: RCPT TO:<d@mx.example>
        C: DATA
        S: 250 ok
        S: 250 ok
        S: 550 no
        ! 2 recipient 550
        S: 354 go
        ! rewind
        C= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n
        S: 250 queued
        ! 1 dot 250
        ! finished"
    ));
}

#[test]
fn surplus_recipients_are_only_told_where_asked_for() {
    Case::new().recipients(&THREE).settings(|settings| settings.with_surplus(Surplus::Report)).play(
        &format!(
            "{GROUP}
        S: 250 ok
        S: 250 ok
        S: 452 4.5.3 too many
        ! 1 recipient NotSent(NextTransaction)
        S: 452 4.5.3 too many
        ! 2 recipient NotSent(NextTransaction)
        S: 354 go
        C= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n
        S: 250 queued
        ! 0 dot 250
        ! finished"
        ),
    );
}

#[test]
fn a_count_that_takes_nobody_is_the_recipients_own_ending() {
    // Else the same would be tried for ever.
    Case::new().recipients(&THREE).play(&format!(
        "{GROUP}
        S: 250 ok
        S: 452 4.5.3 too many
        ! 0 recipient 452
        S: 452 4.5.3 too many
        ! 1 recipient 452
        S: 452 4.5.3 too many
        ! 2 recipient 452
        S: 554 no valid recipients
        ! finished"
    ));
}

#[test]
fn a_452_for_another_reason_is_not_about_the_count() {
    Case::new().recipients(&THREE).play(&format!(
        "{GROUP}
        S: 250 ok
        S: 250 ok
        S: 452 4.2.2 mailbox full
        ! 1 recipient 452
        S: 552 5.2.2 mailbox full
        ! 2 recipient 552
        S: 354 go
        C= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n
        S: 250 queued
        ! 0 dot 250
        ! finished"
    ));
}

/// Plays the server by hand: a reply per command line, as many octets at a time as both windows let through.
#[test]
fn smtp_b83_threat_c19_writes_never_outrun_reads() {
    // threat C19: what is on its way unanswered never grows beyond the window, whatever the server does.
    let now = Duration::ZERO;
    let window = 512;
    let settings =
        Settings::new("client.example".parse().unwrap()).with_limits(Limits::new().with_window(window));
    let mut session = Session::new(now, settings);
    let mut envelope = Envelope::new("<a@client.example>".parse().unwrap());
    for number in 0..1000 {
        envelope.add_recipient(Recipient::new(format!("<user{number}@mx.example>").parse().unwrap()));
    }
    session.handle_input(now, BytesMut::from("220 mx\r\n"));
    drop(session.poll_output());
    session.handle_input(now, BytesMut::from("250-mx\r\n250 PIPELINING\r\n"));
    session.send(now, envelope, BodyFacts::of(b"x\r\n")).unwrap();
    let mut unanswered = BytesMut::new();
    let (mut told, mut most) = (0, 0);
    let mut body = false;
    loop {
        match session.poll_output() {
            Output::Transmit(octets) => {
                session.handle_written(now);
                if !body {
                    unanswered.extend_from_slice(&octets);
                    most = most.max(unanswered.len());
                }
            }
            Output::Event(Event::Recipient { attempt, .. }) => told += usize::from(attempt.is_delivered()),
            Output::Event(Event::WantBody(_)) => {
                session.handle_body(now, "x\r\n".into()).unwrap();
                session.finish_body(now).unwrap();
                body = true;
            }
            Output::Event(Event::Finished) => break,
            Output::Event(_) => {}
            Output::Wait { read, .. } => {
                assert!(read);
                if body {
                    session.handle_input(now, BytesMut::from("250 queued\r\n"));
                    continue;
                }
                let end = unanswered
                    .iter()
                    .position(|&octet| octet == b'\n')
                    .expect("a command waits for its reply");
                let line = unanswered.split_to(end + 1);
                let reply = if line.starts_with(b"DATA") { "354 go\r\n" } else { "250 ok\r\n" };
                session.handle_input(now, BytesMut::from(reply));
            }
            Output::Close => panic!("closed"),
        }
    }
    assert_eq!(told, 1000);
    assert!((window / 2..=window).contains(&most), "{most}");
}
