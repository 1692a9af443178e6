//! LMTP: a reply for each recipient behind the message.

use mailwright_smtp::client::Protocol;

use crate::script::{Case, GROUP, THREE};

#[test]
fn smtp_b87_lmtp_has_a_reply_per_accepted_recipient() {
    let lmtp = GROUP.replace("EHLO", "LHLO");
    Case::new().recipients(&THREE).settings(|settings| settings.with_protocol(Protocol::Lmtp)).play(
        &format!(
            "{lmtp}
        S: 250 ok
        S: 250 ok
        S: 550 no
        ! 1 recipient 550
        S: 250 ok
        S: 354 go
        C= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n
        S: 250 stored
        ! 0 dot 250
        S: 452 4.2.2 full
        ! 2 dot 452
        ! finished
        > send
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@mx.example>
        C: RCPT TO:<c@mx.example>
        C: RCPT TO:<d@mx.example>
        C: DATA"
        ),
    );
}

#[test]
fn threat_c18_lmtp_with_fewer_or_more_replies() {
    let lmtp = GROUP.replace("EHLO", "LHLO");
    let sent = "
        S: 250 ok
        S: 250 ok
        S: 250 ok
        S: 250 ok
        S: 354 go
        C= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n
        S: 250 stored
        ! 0 dot 250";
    let case = Case::new().recipients(&THREE).settings(|settings| settings.with_protocol(Protocol::Lmtp));
    case.play(&format!(
        "{lmtp}{sent}
        > eof
        ! 1 dot Closed
        ! 2 dot Closed
        ! finished
        ! ended dot Closed
        ! close"
    ));
    case.play(&format!(
        "{lmtp}{sent}
        S: 250 stored
        ! 1 dot 250
        S: 250 stored
        ! 2 dot 250
        ! finished
        S: 250 stored
        ! ended idle Protocol(Surplus)
        ! close"
    ));
}
