//! Replies that are malformed, too long, unexpected or cut.

use mailwright_reply::{Leniency, Lenient};
use mailwright_smtp::client::Settings;

use crate::script::Case;

/// A greeting that cannot be read.
fn unreadable(greeting: &str) -> String {
    format!(
        "S= {greeting}
        ! 0 greeting Protocol(Unreadable)
        ! finished
        ! ended greeting Protocol(Unreadable)
        ! close"
    )
}

#[test]
fn smtp_b73_lines_of_one_reply_agree_in_their_code() {
    Case::new().play(
        "S: 220 mx
        C: EHLO client.example
        S: 250-mx
        S: 550 no
        ! 0 hello Protocol(Unreadable)
        ! finished
        ! ended hello Protocol(Unreadable)
        ! close",
    );
}

#[test]
fn smtp_b74_a_code_without_text_is_a_reply() {
    Case::new().play(
        "S: 220\nC: EHLO client.example\nS= 250-\\r\\n250\\r\\n\n! ready\nC: MAIL FROM:<a@client.example>",
    );
}

#[test]
fn threat_c05_codes_that_are_none() {
    for greeting in
        ["25 ok", "2500 ok", "2x0 ok", "000 ok", "999 ok", " 220 ok", "220ok", "220\\x09ok", "\\r\\n", "abc"]
    {
        Case::new().play(&unreadable(&format!("{greeting}\\r\\n")));
    }
}

#[test]
fn threat_c06_line_ends_and_octets_that_are_none() {
    for greeting in ["220 mx\\n", "220 m\\0x\\r\\n", "220 m\\rx\\r\\n"] {
        Case::new().play(&unreadable(greeting));
    }
    // Text is kept as octets, whatever they are.
    Case::new().play("S= 220 caf\\xe9 \\xf0\\x9f\\r\\n\nC: EHLO client.example");
    let lenient = |settings: Settings| settings.with_leniency(Leniency::default().with(Lenient::BareLf));
    Case::new().settings(lenient).play("S= 220 mx\\n\nC: EHLO client.example");
}

#[test]
fn threat_c07_replies_of_a_class_without_meaning() {
    let mail = "S: 220 mx\nC: EHLO client.example\nS: 250 mx\n! ready\nC: MAIL FROM:<a@client.example>\n";
    let rcpt = format!("{mail}S: 250 ok\nC: RCPT TO:<b@mx.example>\n");
    let data = format!("{rcpt}S: 250 ok\nC: DATA\n");
    let dot = format!("{data}S: 354 go\nC= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n\n");
    let unexpected = |before: &str, code: &str, stage: &str| {
        Case::new().play(&format!(
            "{before}S: {code} what\n! 0 {stage} Protocol(UnexpectedClass)\n! finished\n! ended {stage} Protocol(UnexpectedClass)\n! close"
        ));
    };
    unexpected("", "354", "greeting");
    unexpected("S: 220 mx\nC: EHLO client.example\n", "334", "hello");
    unexpected(mail, "354", "mail");
    unexpected(&rcpt, "354", "recipient");
    unexpected(&data, "250", "data");
    unexpected(&dot, "354", "dot");
    Case::new().play(&unreadable("120 wait\\r\\n"));
}

#[test]
fn threat_c01_a_line_without_end_is_cut_at_its_limit() {
    let now = std::time::Duration::ZERO;
    let mut session =
        mailwright_smtp::client::Session::new(now, Settings::new("client.example".parse().unwrap()));
    session.handle_input(now, b"220 "[..].into());
    let mut taken = 4;
    while session.failure().is_none() {
        session.handle_input(now, [b'x'; 512][..].into());
        taken += 512;
        assert!(taken < 4096);
    }
}

#[test]
fn threat_c02_a_reply_of_200_000_lines_is_cut() {
    let now = std::time::Duration::ZERO;
    let mut session =
        mailwright_smtp::client::Session::new(now, Settings::new("client.example".parse().unwrap()));
    session.handle_input(now, b"220 mx\r\n"[..].into());
    let lines = (0..200_000).take_while(|_| {
        session.handle_input(now, b"250-x\r\n"[..].into());
        session.failure().is_none()
    });
    let lines = lines.count();
    assert!(lines <= 20_000, "{lines}");
}

#[test]
fn threat_c12_a_reply_that_breaks_off_is_no_reply() {
    Case::new().play(
        "S: 220 mx
        C: EHLO client.example
        S: 250 mx
        ! ready
        C: MAIL FROM:<a@client.example>
        S= 550-no\\r\\n
        > eof
        ! 0 mail Protocol(Unreadable)
        ! finished
        ! ended mail Protocol(Unreadable)
        ! close",
    );
    Case::new().play("S= 22\n> eof\n! 0 greeting Protocol(Unreadable)\n! finished\n! ended greeting Protocol(Unreadable)\n! close");
}

#[test]
fn threat_c10_an_enhanced_code_is_never_inherited() {
    use mailwright_smtp::Output;
    use mailwright_smtp::client::{Event, Session};
    let now = std::time::Duration::ZERO;
    let mut session = Session::new(now, Settings::new("client.example".parse().unwrap()));
    let envelope = mailwright_address::Envelope::new("<>".parse().unwrap())
        .with_recipient(mailwright_address::Recipient::new("<b@mx.example>".parse().unwrap()))
        .with_recipient(mailwright_address::Recipient::new("<c@mx.example>".parse().unwrap()));
    session.send(now, envelope, mailwright_smtp::BodyFacts::of(b"x\r\n")).unwrap();
    let octets = b"220 mx\r\n250-mx\r\n250 PIPELINING\r\n250 ok\r\n550 5.1.1 no\r\n550 no\r\n554 no\r\n";
    session.handle_input(now, octets[..8].into());
    session.handle_input(now, octets[8..].into());
    let mut enhanced = Vec::new();
    loop {
        match session.poll_output() {
            Output::Event(Event::Recipient { attempt, .. }) => {
                enhanced.push(attempt.ending().reply().unwrap().enhanced().is_some());
            }
            Output::Wait { .. } | Output::Close => break,
            _ => {}
        }
    }
    assert_eq!(enhanced, [true, false]);
}
