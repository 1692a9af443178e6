//! Limits on recipients that a server names, and what is beyond them.

use crate::script::{Case, THREE};

#[test]
fn smtp_b88_limits_are_honoured() {
    Case::new().recipients(&THREE).play(
        "S: 220 mx
        C: EHLO client.example
        S: 250-mx
        S: 250-PIPELINING
        S: 250 LIMITS RCPTMAX=2 MAILMAX=2
        ! ready
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@mx.example>
        C: RCPT TO:<c@mx.example>
        C: DATA
        S: 250 ok
        S: 250 ok
        S: 250 ok
        S: 354 go
        C= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n
        S: 250 queued
        ! 0 dot 250
        ! 1 dot 250
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<d@mx.example>
        C: DATA
        S: 250 ok
        S: 250 ok
        S: 354 go
        ! rewind
        C= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n
        S: 250 queued
        ! 2 dot 250
        ! finished
        # the second transaction was the last one
        C: QUIT
        S: 221 bye
        ! close",
    );
}

#[test]
fn smtp_b88_recipients_beyond_the_last_transaction_are_told() {
    Case::new().recipients(&THREE).play(
        "S: 220 mx
        C: EHLO client.example
        S: 250-mx
        S: 250 LIMITS RCPTMAX=1 MAILMAX=1
        ! ready
        C: MAIL FROM:<a@client.example>
        S: 250 ok
        C: RCPT TO:<b@mx.example>
        S: 250 ok
        C: DATA
        S: 354 go
        C= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n
        S: 250 queued
        ! 0 dot 250
        ! 1 recipient NotSent(NextTransaction)
        ! 2 recipient NotSent(NextTransaction)
        ! finished
        C: QUIT",
    );
}

#[test]
fn smtp_b88_recipient_domains_are_counted_per_session() {
    Case::new()
        .recipients(&["<a@one.example>", "<b@TWO.example>", "<c@two.example>", "<d@one.example>"])
        .play(
            "S: 220 mx
        C: EHLO client.example
        S: 250-mx
        S: 250 LIMITS RCPTDOMAINMAX=1
        ! ready
        C: MAIL FROM:<a@client.example>
        S: 250 ok
        C: RCPT TO:<a@one.example>
        S: 250 ok
        C: RCPT TO:<d@one.example>
        S: 250 ok
        C: DATA
        S: 354 go
        C= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n
        S: 250 queued
        ! 0 dot 250
        ! 3 dot 250
        ! 1 recipient NotSent(NextTransaction)
        ! 2 recipient NotSent(NextTransaction)
        ! finished",
        );
}

#[test]
fn smtp_b88_malformed_limits_are_no_limits() {
    Case::new().recipients(&THREE).play(
        "S: 220 mx
        C: EHLO client.example
        S: 250-mx
        S: 250-PIPELINING
        S: 250 LIMITS RCPTMAX=0 RCPTMAX=x MAILMAX=-1 RCPTDOMAINMAX=1000000 FOO=1 =
        ! ready
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@mx.example>
        C: RCPT TO:<c@mx.example>
        C: RCPT TO:<d@mx.example>
        C: DATA",
    );
}
