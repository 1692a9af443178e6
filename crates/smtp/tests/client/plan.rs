//! What is decided before MAIL: SIZE, 8BITMIME, SMTPUTF8, DSN, REQUIRETLS.

use mailwright_address::{Envid, Grammar, Notify, Orcpt, Recipient, Ret, ReversePath, Utf8};
use mailwright_smtp::client::{Pipelining, TlsPolicy, Unfit};

use crate::script::Case;

fn ehlo(keywords: &[&str]) -> String {
    let mut script = "S: 220 mx\nC: EHLO client.example\n".to_owned();
    for (place, line) in ["mx"].iter().chain(keywords).enumerate() {
        let separator = if place == keywords.len() { ' ' } else { '-' };
        script.push_str(&format!("S: 250{separator}{line}\n"));
    }
    script.push_str("! ready\n");
    script
}

/// One message at a time, so that the line of MAIL is all that is seen.
fn case() -> Case {
    Case::new().settings(|settings| settings.with_pipelining(Pipelining::Never))
}

fn utf8(path: &str) -> Recipient {
    let grammar = Grammar::strict().with_utf8(Utf8::Allowed);
    Recipient::new(mailwright_address::ForwardPath::parse(path.as_bytes(), grammar).unwrap())
}

#[test]
fn the_size_is_told_and_compared() {
    let mail = "C: MAIL FROM:<a@client.example> SIZE=22";
    case().play(&format!("{}{mail}", ehlo(&["SIZE"])));
    case().play(&format!("{}{mail}", ehlo(&["SIZE 0"])));
    case().play(&format!("{}{mail}", ehlo(&["SIZE 22"])));
    case().play(&format!("{}! 0 mail NotSent(TooBig)\n! finished", ehlo(&["SIZE 21"])));
}

#[test]
fn smtp_b90_advice_s037_eight_bits_need_8bitmime() {
    let message = b"Subject: x\r\n\r\n\xe9\r\n";
    case()
        .message(message)
        .play(&format!("{}C: MAIL FROM:<a@client.example> BODY=8BITMIME", ehlo(&["8BITMIME"])));
    case().message(message).play(&format!("{}! 0 mail NeedsDowngrade(EightBit)\n! finished", ehlo(&[])));
    let anyway = case().settings(|settings| settings.with_eight_bit(Unfit::Send));
    anyway.message(message).play(&format!("{}C: MAIL FROM:<a@client.example>", ehlo(&[])));
    // Seven bits say nothing.
    case().play(&format!("{}C: MAIL FROM:<a@client.example>", ehlo(&["8BITMIME"])));
}

#[test]
fn smtp_b90_header_fields_in_utf8_need_smtputf8() {
    let message = "Subject: é\r\n\r\nx\r\n".as_bytes();
    let both = ehlo(&["8BITMIME", "SMTPUTF8"]);
    case().message(message).play(&format!("{both}C: MAIL FROM:<a@client.example> BODY=8BITMIME SMTPUTF8"));
    case()
        .message(message)
        .play(&format!("{}! 0 mail NeedsDowngrade(Utf8Headers)\n! finished", ehlo(&["8BITMIME"])));
    case().message(message).play(&format!("{}C: MAIL FROM:<a@client.example> SMTPUTF8", ehlo(&["SMTPUTF8"])));
}

#[test]
fn smtp_b90_a_local_part_in_utf8_needs_smtputf8() {
    let sender = |envelope: mailwright_address::Envelope| {
        let grammar = Grammar::strict().with_utf8(Utf8::Allowed);
        let path = ReversePath::parse("<jürgen@client.example>".as_bytes(), grammar).unwrap();
        mailwright_address::Envelope::new(path).with_recipients(envelope.recipients().to_vec())
    };
    case().envelope(sender).play(&format!("{}! 0 mail NeedsDowngrade(Utf8Address)\n! finished", ehlo(&[])));
    let offered = ehlo(&["8BITMIME", "SMTPUTF8"]);
    case().envelope(sender).play(&format!("{offered}C: MAIL FROM:<jürgen@client.example> SMTPUTF8"));
}

#[test]
fn smtp_b90_one_recipient_in_utf8_does_not_stop_the_others() {
    let envelope =
        |envelope: mailwright_address::Envelope| envelope.with_recipient(utf8("<jürgen@mx.example>"));
    case().envelope(envelope).play(&format!(
        "{}! 1 recipient NeedsDowngrade(Utf8Address)
        C: MAIL FROM:<a@client.example>
        S: 250 ok
        C: RCPT TO:<b@mx.example>
        S: 250 ok
        C: DATA",
        ehlo(&[])
    ));
}

#[test]
fn a_domain_in_utf8_is_written_in_ascii_where_smtputf8_is_absent() {
    let recipients =
        |envelope: mailwright_address::Envelope| envelope.with_recipients(vec![utf8("<b@bücher.example>")]);
    case().envelope(recipients).play(&format!(
        "{}C: MAIL FROM:<a@client.example>\nS: 250 ok\nC: RCPT TO:<b@xn--bcher-kva.example>",
        ehlo(&["SMTPUTF8", "8BITMIME"])
    ));
    // The transaction that came with SMTPUTF8 goes on with it where it can.
    let flagged = |envelope: mailwright_address::Envelope| {
        envelope.with_recipients(vec![utf8("<b@bücher.example>")]).with_smtputf8()
    };
    case().envelope(flagged).play(&format!(
        "{}C: MAIL FROM:<a@client.example> SMTPUTF8\nS: 250 ok\nC: RCPT TO:<b@bücher.example>",
        ehlo(&["SMTPUTF8", "8BITMIME"])
    ));
    case().envelope(flagged).play(&format!(
        "{}C: MAIL FROM:<a@client.example>\nS: 250 ok\nC: RCPT TO:<b@xn--bcher-kva.example>",
        ehlo(&[])
    ));
}

#[test]
fn wishes_for_notifications_go_only_where_they_are_offered() {
    let envelope = |envelope: mailwright_address::Envelope| {
        envelope.with_ret(Ret::Headers).with_envid(Envid::new("QQ=314+1").unwrap()).with_recipients(vec![
            Recipient::new("<b@mx.example>".parse().unwrap())
                .with_notify(Notify::SUCCESS.and(Notify::DELAY))
                .with_orcpt(Orcpt::new("Bob+x@mx.example").unwrap()),
            Recipient::new("<Postmaster>".parse().unwrap()).with_notify(Notify::NEVER),
        ])
    };
    case().envelope(envelope).play(&format!(
        "{}C: MAIL FROM:<a@client.example> RET=HDRS ENVID=QQ+3D314+2B1
        S: 250 ok
        C: RCPT TO:<b@mx.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Bob+2Bx@mx.example
        S: 250 ok
        C: RCPT TO:<Postmaster> NOTIFY=NEVER",
        ehlo(&["DSN"])
    ));
    case().envelope(envelope).play(&format!(
        "{}! notice(dsnnotoffered)\nC: MAIL FROM:<a@client.example>\nS: 250 ok\nC: RCPT TO:<b@mx.example>",
        ehlo(&[])
    ));
}

#[test]
fn smtp_b72_requiretls_only_where_offered_inside_tls() {
    let demanding = |envelope: mailwright_address::Envelope| envelope.with_requiretls();
    case().envelope(demanding).play(&format!(
        "{}! 0 mail NotSent(ExtensionMissing)\n! finished",
        // Offered in clear text it is worth nothing.
        ehlo(&["REQUIRETLS"])
    ));
    let tls = |certificate: &str| {
        format!(
            "S: 220 mx\nC: EHLO client.example\nS: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n! starttls\n> tls{certificate}\n\
             C: EHLO client.example\n"
        )
    };
    let offered = "S: 250-mx\nS: 250 REQUIRETLS\n! ready\n";
    let required = case().envelope(demanding).settings(|settings| settings.with_tls(TlsPolicy::Required));
    required.play(&format!("{}{offered}C: MAIL FROM:<a@client.example> REQUIRETLS", tls(" verified")));
    required.play(&format!(
        "{}S: 250 mx\n! ready\n! 0 mail NotSent(ExtensionMissing)\n! finished",
        tls(" verified")
    ));
    // RFC 8689 §4.2.1: whom nobody verified may not have it.
    required.play(&format!("{}{offered}! 0 mail Tls(Certificate)\n! finished", tls("")));
}

#[test]
fn threat_c21_the_null_sender_quotes_and_hyphens_are_written_as_they_are() {
    let envelope = |_| {
        mailwright_address::Envelope::new(ReversePath::Null)
            .with_recipient(Recipient::new(r#"<"a b>\"c"@mx.example>"#.parse().unwrap()))
            .with_recipient(Recipient::new("<-OQueueDirectory=/x@mx.example>".parse().unwrap()))
            .with_recipient(Recipient::new("<u@[192.0.2.1]>".parse().unwrap()))
    };
    // threat C21: a hyphen at the start is an octet like any other.
    case().envelope(envelope).play(&format!(
        r#"{}C: MAIL FROM:<>
        S: 250 ok
        C: RCPT TO:<"a b>\"c"@mx.example>
        S: 250 ok
        C: RCPT TO:<-OQueueDirectory=/x@mx.example>
        S: 250 ok
        C: RCPT TO:<u@[192.0.2.1]>"#,
        ehlo(&[])
    ));
}

#[test]
fn smtp_b89_threat_c20_nothing_that_would_write_a_second_line_can_be_made() {
    let grammar = Grammar::lenient().with_utf8(Utf8::Allowed);
    let paths = [
        "<a@b.example\r\nRSET>",
        "<a\r\n@b.example>",
        "<\"a\r\n\"@b.example>",
        "<\"a\0\"@b.example>",
        "<a@b.example> SIZE=1",
        "<a>b@c.example>",
        "<a@b.example\n>",
    ];
    for path in paths {
        assert!(mailwright_address::ForwardPath::parse(path.as_bytes(), grammar).is_err(), "{path:?}");
        assert!(ReversePath::parse(path.as_bytes(), grammar).is_err(), "{path:?}");
    }
    for text in ["a\r\nb", "a\nb", "a\0b", ""] {
        assert!(Envid::new(text).is_err(), "{text:?}");
        assert!(Orcpt::new(text).is_err(), "{text:?}");
    }
}
