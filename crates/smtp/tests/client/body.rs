//! The message on its way: dots, line ends, chunks, contradictions, interruptions.

use mailwright_smtp::client::{Chunking, Limits, Pipelining, Protocol, Unfit};
use mailwright_smtp::{BodyFacts, OutgoingNewlines};

use crate::script::Case;

/// Up to 354, without extensions.
const GO: &str = "
    S: 220 mx
    C: EHLO client.example
    S: 250 mx
    ! ready
    C: MAIL FROM:<a@client.example>
    S: 250 ok
    C: RCPT TO:<b@mx.example>
    S: 250 ok
    C: DATA
    S: 354 go
";

/// Up to the first chunk.
const CHUNK: &str = "
    S: 220 mx
    C: EHLO client.example
    S: 250-mx
    S: 250-PIPELINING
    S: 250-8BITMIME
    S: 250-CHUNKING
    S: 250 BINARYMIME
    ! ready
    C: MAIL FROM:<a@client.example>
    C: RCPT TO:<b@mx.example>
    S: 250 ok
    S: 250 ok
";

const DONE: &str = "
    S: 250 ok
    ! 0 dot 250
    ! finished
";

#[test]
fn smtp_b13_threat_c22_dots_are_stuffed_from_the_first_line_on() {
    let cases: [(&'static [u8], &str); 8] = [
        (b".\r\n", "..\\r\\n.\\r\\n"),
        (b".a\r\n", "..a\\r\\n.\\r\\n"),
        (b"x\r\n.\r\ny\r\n", "x\\r\\n..\\r\\ny\\r\\n.\\r\\n"),
        (b"x\r\n\r\n.", "x\\r\\n\\r\\n..\\r\\n.\\r\\n"),
        (b"a.b\r\n", "a.b\\r\\n.\\r\\n"),
        (b"...\r\n..\r\n", "....\\r\\n...\\r\\n.\\r\\n"),
        (b"", ".\\r\\n"),
        (b"\r\n", "\\r\\n.\\r\\n"),
    ];
    for (message, sent) in cases {
        Case::new().message(message).play(&format!("{GO}C= {sent}\n{DONE}"));
    }
}

#[test]
fn smtp_b14_a_last_line_without_its_end_gets_one() {
    Case::new().message(b"x").play(&format!("{GO}C= x\\r\\n.\\r\\n\n{DONE}"));
    Case::new().message(b"x\r\n").play(&format!("{GO}C= x\\r\\n.\\r\\n\n{DONE}"));
    let repair = Case::new().settings(|settings| settings.with_newlines(OutgoingNewlines::Repair));
    repair.clone().message(b"x\n").play(&format!("{GO}C= x\\r\\n.\\r\\n\n{DONE}"));
    repair.clone().message(b"x\r").play(&format!("{GO}C= x\\r\\n.\\r\\n\n{DONE}"));
    repair
        .message(b"a\n.\nb\r.\r\nc")
        .play(&format!("{GO}C= a\\r\\n..\\r\\nb\\r\\n..\\r\\nc\\r\\n.\\r\\n\n{DONE}"));
}

#[test]
fn smtp_b13_threat_c23_a_bare_newline_is_told_before_mail() {
    // threat C23: the facts say it.
    for message in [&b"a\nb\r\n"[..], b"a\rb\r\n", b"\n", b"\r"] {
        Case::new().message(message).play(
            "S: 220 mx
            C: EHLO client.example
            S: 250 mx
            ! ready
            ! 0 mail NeedsDowngrade(Binary)
            ! finished",
        );
    }
}

#[test]
fn threat_c23_a_bare_newline_that_the_facts_hid_never_leaves() {
    let facts = BodyFacts::of(b"honest and long enough\r\n");
    for text in ["a\\nb", "a\\rb", "a\\r\\r\\n"] {
        Case::new().facts(facts).by_hand().play(&format!(
            "{GO}
            ! want
            > body {text}
            ! 0 body NotSent(Contradicted)
            ! finished
            ! ended body NotSent(Contradicted)
            ! close"
        ));
    }
}

#[test]
fn what_contradicts_the_facts_is_not_sent() {
    let contradictions = [
        ("12345678901\\r\\n", "more octets than told"),
        ("caf\\xc3\\xa9\\r\\n", "an octet above 127 in the header"),
        ("\\r\\n\\xe9\\r\\n", "an octet above 127 in the body"),
        ("a\\0b\\r\\n", "a zero octet"),
    ];
    for (text, _) in contradictions {
        Case::new().message(b"123456\r\n").by_hand().play(&format!(
            "{GO}
            ! want
            > body {text}
            ! 0 body NotSent(Contradicted)
            ! finished
            ! ended body NotSent(Contradicted)
            ! close"
        ));
    }
}

#[test]
fn given_up_behind_data_the_connection_closes_without_the_dot() {
    Case::new().by_hand().play(&format!(
        "{GO}
        ! want
        > body Subject:
        C= Subject:
        ! want
        > abort
        ! 0 body NotSent(Aborted)
        ! finished
        ! ended body NotSent(Aborted)
        ! close"
    ));
}

#[test]
fn given_up_before_the_message_is_wanted() {
    Case::new().by_hand().play(
        "S: 220 mx
        C: EHLO client.example
        S: 250 mx
        ! ready
        C: MAIL FROM:<a@client.example>
        > abort
        S: 250 ok
        ! 0 recipient NotSent(Aborted)
        ! finished
        > send
        C: RSET",
    );
    Case::new()
        .by_hand()
        .play("> abort\n! 0 greeting NotSent(Aborted)\n! finished\nS: 220 mx\nC: EHLO client.example");
}

#[test]
fn smtp_b15_chunks_are_not_stuffed() {
    Case::new().message(b".\r\n..\r\n").play(&format!("{CHUNK}C= BDAT 7 LAST\\r\\n.\\r\\n..\\r\\n\n{DONE}"));
    Case::new().message(b"x").play(&format!("{CHUNK}C= BDAT 3 LAST\\r\\nx\\r\\n\n{DONE}"));
    Case::new().message(b"").play(&format!("{CHUNK}C= BDAT 0 LAST\\r\\n\n{DONE}"));
}

#[test]
fn the_first_chunk_waits_for_all_replies() {
    Case::new().recipients(&["<b@mx.example>", "<c@mx.example>"]).play(
        "S: 220 mx
        C: EHLO client.example
        S: 250-mx
        S: 250-PIPELINING
        S: 250 CHUNKING
        ! ready
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@mx.example>
        C: RCPT TO:<c@mx.example>
        S: 250 ok
        S: 250 ok
        S: 550 no
        ! 1 recipient 550
        C= BDAT 22 LAST\\r\\nSubject: hi\\r\\n\\r\\nhello\\r\\n
        S: 250 ok
        ! 0 dot 250
        ! finished",
    );
}

#[test]
fn nobody_accepted_means_no_chunk() {
    Case::new().play(
        "S: 220 mx
        C: EHLO client.example
        S: 250-mx
        S: 250 CHUNKING
        ! ready
        C: MAIL FROM:<a@client.example>
        S: 250 ok
        C: RCPT TO:<b@mx.example>
        S: 550 no
        ! 0 recipient 550
        ! finished
        > send
        C: RSET",
    );
}

#[test]
fn a_binary_message_travels_as_it_is() {
    Case::new().message(b"a\nb\0c\rd").play(
        "S: 220 mx
        C: EHLO client.example
        S: 250-mx
        S: 250-CHUNKING
        S: 250 BINARYMIME
        ! ready
        C: MAIL FROM:<a@client.example> BODY=BINARYMIME
        S: 250 ok
        C: RCPT TO:<b@mx.example>
        S: 250 ok
        C= BDAT 7 LAST\\r\\na\\nb\\0c\\rd
        S: 250 ok
        ! 0 dot 250
        ! finished",
    );
}

#[test]
fn chunks_are_pipelined_as_far_as_the_limit_says() {
    let limits = Limits::new().with_chunks(2).with_body(4);
    Case::new()
        .settings(|settings| settings.with_limits(limits))
        .message(b"1234567890123456\r\n")
        .by_hand()
        .play(&format!(
            "{CHUNK}
        ! want
        > body 1234
        ! want
        > body 5678
        C= BDAT 4\\r\\n1234
        ! want
        > body 9012
        C= BDAT 4\\r\\n5678
        S: 250 ok
        ! want
        > body 3456
        C= BDAT 4\\r\\n9012
        S: 250 ok
        ! want
        > body \\r\\n
        C= BDAT 4\\r\\n3456
        S: 250 ok
        ! want
        > finish
        C= BDAT 2 LAST\\r\\n\\r\\n
        S: 250 ok
        {DONE}"
        ));
}

#[test]
fn threat_c16_a_chunk_refused_midway_ends_the_message_and_is_reset() {
    let limits = Limits::new().with_chunks(3).with_body(4);
    Case::new()
        .settings(|settings| settings.with_limits(limits))
        .message(b"1234567890123456\r\n")
        .by_hand()
        .play(&format!(
            "{CHUNK}
        ! want
        > body 1234
        ! want
        > body 5678
        C= BDAT 4\\r\\n1234
        ! want
        > body 9012
        C= BDAT 4\\r\\n5678
        ! want
        S: 552 5.3.4 too big
        ! 0 body 552
        S: 503 5.5.1 dead
        ! finished
        > send
        C: RSET
        S: 250 ok
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@mx.example>"
        ));
}

#[test]
fn threat_c16_the_last_chunk_was_on_its_way_when_one_before_was_refused() {
    let limits = Limits::new().with_chunks(3).with_body(4);
    Case::new().settings(|settings| settings.with_limits(limits)).message(b"123456\r\n").by_hand().play(
        &format!(
            "{CHUNK}
        ! want
        > body 1234
        ! want
        > body 56\\r\\n
        C= BDAT 4\\r\\n1234
        ! want
        > finish
        C= BDAT 4 LAST\\r\\n56\\r\\n
        S: 451 4.3.0 disk
        ! 0 body 451
        S: 250 and yet
        ! finished
        > send
        C: RSET"
        ),
    );
}

#[test]
fn smtp_b87_lmtp_sends_the_last_chunk_after_the_replies_to_those_before() {
    let limits = Limits::new().with_body(4);
    let settings = |settings: mailwright_smtp::client::Settings| {
        settings.with_limits(limits).with_protocol(Protocol::Lmtp)
    };
    Case::new().settings(settings).message(b"123456\r\n").by_hand().play(&format!(
        "{}
        ! want
        > body 1234
        ! want
        > body 56\\r\\n
        C= BDAT 4\\r\\n1234
        ! want
        > finish
        S: 250 ok
        C= BDAT 4 LAST\\r\\n56\\r\\n
        {DONE}",
        CHUNK.replace("EHLO", "LHLO")
    ));
}

#[test]
fn given_up_between_chunks_the_transaction_is_reset() {
    let limits = Limits::new().with_body(4);
    let case =
        Case::new().settings(|settings| settings.with_limits(limits).with_pipelining(Pipelining::Never));
    case.message(b"1234567890123456\r\n").by_hand().play(
        "S: 220 mx
        C: EHLO client.example
        S: 250-mx
        S: 250 CHUNKING
        ! ready
        C: MAIL FROM:<a@client.example>
        S: 250 ok
        C: RCPT TO:<b@mx.example>
        S: 250 ok
        ! want
        > body 1234
        ! want
        > body 5678
        C= BDAT 4\\r\\n1234
        > abort
        ! 0 body NotSent(Aborted)
        S: 250 ok
        ! finished
        > send
        C: RSET",
    );
}

#[test]
fn smtp_b85_without_pipelining_the_last_chunk_waits_too() {
    let limits = Limits::new().with_body(4);
    let case =
        Case::new().settings(|settings| settings.with_limits(limits).with_pipelining(Pipelining::Never));
    case.message(b"123456\r\n").by_hand().play(
        "S: 220 mx
        C: EHLO client.example
        S: 250-mx
        S: 250-PIPELINING
        S: 250 CHUNKING
        ! ready
        C: MAIL FROM:<a@client.example>
        S: 250 ok
        C: RCPT TO:<b@mx.example>
        S: 250 ok
        ! want
        > body 1234
        ! want
        > body 56\\r\\n
        C= BDAT 4\\r\\n1234
        > finish
        S: 250 ok
        C= BDAT 4 LAST\\r\\n56\\r\\n
        S: 250 ok
        ! 0 dot 250
        ! finished",
    );
}

#[test]
fn chunks_only_where_they_are_wanted() {
    let ehlo = "S: 220 mx\nC: EHLO client.example\nS: 250-mx\nS: 250-CHUNKING\nS: 250 BINARYMIME\n! ready\n";
    let named = "S: 250 ok\nC: RCPT TO:<b@mx.example>\nS: 250 ok\n";
    for chunking in [Chunking::Never, Chunking::WhenNeeded] {
        Case::new().settings(|settings| settings.with_chunking(chunking)).play(&format!(
            "{ehlo}C: MAIL FROM:<a@client.example>\n{named}C: DATA\nS: 354 go\nC= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n\n{DONE}"
        ));
    }
    let needed =
        Case::new().settings(|settings| settings.with_chunking(Chunking::WhenNeeded)).message(b"a\n");
    needed.play(&format!(
        "{ehlo}C: MAIL FROM:<a@client.example> BODY=BINARYMIME\n{named}C= BDAT 2 LAST\\r\\na\\n\n{DONE}"
    ));
    let never = Case::new().settings(|settings| settings.with_chunking(Chunking::Never)).message(b"a\n");
    never.play(&format!("{ehlo}! 0 mail NeedsDowngrade(Binary)\n! finished"));
}

#[test]
fn a_line_beyond_1000_octets_needs_another_form_or_a_switch() {
    let mut long = vec![b'x'; 999];
    long.extend_from_slice(b"\r\n");
    let long: &'static [u8] = Vec::leak(long);
    let ehlo = "S: 220 mx\nC: EHLO client.example\nS: 250 mx\n! ready\n";
    Case::new().message(long).play(&format!("{ehlo}! 0 mail NeedsDowngrade(Binary)\n! finished"));
    Case::new().message(&long[1..]).play(&format!("{ehlo}C: MAIL FROM:<a@client.example>"));
    let anyway = Case::new().settings(|settings| settings.with_long_lines(Unfit::Send));
    anyway.message(long).play(&format!("{ehlo}C: MAIL FROM:<a@client.example>"));
}

#[test]
fn smtp_b80_a_server_that_refuses_and_closes_has_refused() {
    Case::new().by_hand().play(&format!(
        "{GO}
        ! want
        > body Subject:
        C= Subject:
        ! want
        S: 552 5.3.4 too big for me
        ! 0 body 552
        ! finished
        ! ended body 552
        ! close
        > broken"
    ));
    Case::new().play(&format!(
        "{GO}
        C= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n
        S: 550 5.7.1 no
        ! 0 dot 550
        ! finished
        > broken
        ! ended idle Reset
        ! close"
    ));
}

#[test]
fn threat_c07_a_reply_too_early_is_never_a_delivery() {
    Case::new().by_hand().play(&format!(
        "{GO}
        ! want
        S: 250 queued
        ! 0 body Protocol(Surplus)
        ! finished
        ! ended body Protocol(Surplus)
        ! close"
    ));
}

#[test]
fn threat_c08_advice_s023_closed_behind_the_dot_is_not_known() {
    Case::new().play(&format!(
        "{GO}
        C= Subject: hi\\r\\n\\r\\nhello\\r\\n.\\r\\n
        > eof
        ! 0 dot Closed
        ! finished
        ! ended dot Closed
        ! close"
    ));
    // Before the dot the server has nothing.
    Case::new().by_hand().play(&format!(
        "{GO}
        ! want
        > body Subject:
        C= Subject:
        ! want
        > eof
        ! 0 body Closed
        ! finished
        ! ended body Closed
        ! close"
    ));
}
