//! swaks talks to `mail_exchange`: each verdict of the policy is seen on the wire, with its code and enhanced code.
//!
//! law: swaks speaks for a host of the built-in zone by XCLIENT, so nothing is asked and nobody is contacted

use std::process::Command;

use super::Matrix;
use super::ours::MailExchange;
use super::peers::{has, passed_over};

const GOOD: &str = "203.0.113.7";
const GOOD_NAME: &str = "out.friend.example";
const GOOD_SENDER: &str = "ann@friend.example";

/// Peer, HELO name, sender, recipient, and the reply that must be seen.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);

/// What the usual receiver says.
const USUAL: &[Row] = &[
    (GOOD, GOOD_NAME, GOOD_SENDER, "ann@example.org", "<-  250 2.0.0 Ok"),
    (GOOD, GOOD_NAME, GOOD_SENDER, "postmaster", "<-  250 2.1.5"),
    (GOOD, GOOD_NAME, "<>", "ann@example.org", "<-  250 2.1.5"),
    (GOOD, GOOD_NAME, GOOD_SENDER, "nobody@example.org", "<** 550 5.1.1"),
    (GOOD, GOOD_NAME, GOOD_SENDER, "zoe@example.org", "<** 452 4.2.2"),
    (GOOD, GOOD_NAME, GOOD_SENDER, "ann@victim.example", "<** 550 5.7.1 Relaying denied"),
    (GOOD, GOOD_NAME, GOOD_SENDER, "ann%victim.example@example.org", "<** 550 5.1.1"),
    (GOOD, GOOD_NAME, GOOD_SENDER, "ann@backup.example", "<** 451 4.4.1"),
    (GOOD, GOOD_NAME, "ann@mute.example", "ann@example.org", "<** 550 5.7.27"),
    (GOOD, GOOD_NAME, "ann@nowhere.example", "ann@example.org", "<** 550 5.1.8"),
    (GOOD, GOOD_NAME, "ann@silent.example", "ann@example.org", "<** 451 4.1.8"),
    (GOOD, "mx.example.org", GOOD_SENDER, "ann@example.org", "<** 550 5.7.1 HELO name is our name"),
    (GOOD, "mx.example.org", GOOD_SENDER, "postmaster@example.org", "<-  250 2.1.5"),
    (GOOD, "doe", GOOD_SENDER, "ann@example.org", "<-  250 2.0.0 Ok"),
    (
        "203.0.113.99",
        "dsl-203-0-113-99.isp.example",
        GOOD_SENDER,
        "ann@example.org",
        "<** 550 5.7.1 Client host",
    ),
    ("203.0.113.99", "dsl-203-0-113-99.isp.example", GOOD_SENDER, "abuse@example.org", "<-  250 2.1.5"),
    ("203.0.113.66", GOOD_NAME, GOOD_SENDER, "ann@example.org", "<** 550 5.7.1 Refused by local policy"),
    ("203.0.113.50", "relay.inside.example", GOOD_SENDER, "ann@victim.example", "<-  250 2.1.5"),
];

/// What the strict receiver says where the usual one only takes note.
const STRICT: &[Row] = &[
    (GOOD, GOOD_NAME, GOOD_SENDER, "ann@example.org", "<-  250 2.0.0 Ok"),
    (GOOD, "doe", GOOD_SENDER, "ann@example.org", "<** 504 5.5.4"),
    (GOOD, "203.0.113.7", GOOD_SENDER, "ann@example.org", "<** 501 5.5.4"),
    (GOOD, "localhost.localdomain", GOOD_SENDER, "ann@example.org", "<** 550 5.7.1"),
    (GOOD, GOOD_NAME, "ann@forger.example", "ann@example.org", "<** 550 5.7.23"),
    (GOOD, GOOD_NAME, "ann@example.org", "ann@example.org", "<** 550 5.7"),
];

#[test]
fn advice_s047_fault_f07_each_verdict_is_seen_on_the_wire() {
    if !has("swaks") {
        return passed_over("swaks", "it is not installed");
    }
    let known = ["--user", "ann", "--user", "ben", "--user", "abuse", "--full", "zoe"];
    let usual =
        ["--block", "203.0.113.66", "--trust", "203.0.113.50", "--list", "list.example", "--greylist", "0"];
    let mut matrix = Matrix::default();
    let server = MailExchange::start(&[&known[..], &usual].concat());
    for row in USUAL {
        check(&mut matrix, &server, "usual", *row, &[]);
    }
    let looping = "Received: by hop.example; Wed, 25 Nov 2026 10:00:00 +0000\n".repeat(101);
    let looping =
        format!("{looping}From: ann@friend.example\nDate: Wed, 25 Nov 2026 10:00:00 +0000\n\nHello\n");
    let round = (GOOD, GOOD_NAME, GOOD_SENDER, "ann@example.org", "<** 554 5.4.6");
    check(&mut matrix, &server, "usual, a loop", round, &["--data", &looping]);

    let server = MailExchange::start(&[&known[..], &["--pipeline", "strict", "--greylist", "0"]].concat());
    for row in STRICT {
        check(&mut matrix, &server, "strict", *row, &[]);
    }

    let server = MailExchange::start(&[&known[..], &["--greylist", "2"]].concat());
    let first = (GOOD, GOOD_NAME, GOOD_SENDER, "ann@example.org", "<** 451 4.7.1 Greylisted, retry in");
    check(&mut matrix, &server, "greylist, a first sight", first, &[]);
    check(&mut matrix, &server, "greylist, too soon", first, &[]);
    std::thread::sleep(std::time::Duration::from_millis(3_100));
    let again = (GOOD, GOOD_NAME, GOOD_SENDER, "ann@example.org", "<-  250 2.0.0 Ok");
    check(&mut matrix, &server, "greylist, again in earnest", again, &[]);
    matrix.finish();
}

/// What goes into the maildir has our trace on top, and no result that only claims to be ours.
#[test]
fn the_trace_is_ours_and_forged_results_are_gone() {
    if !has("swaks") {
        return passed_over("swaks", "it is not installed");
    }
    let mut matrix = Matrix::default();
    let server = MailExchange::start(&["--greylist", "0"]);
    let forged = "Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=bank.example\nFrom: ann@friend.example\n\
                  Date: Wed, 25 Nov 2026 10:00:00 +0000\nMessage-ID: <1@friend.example>\nSubject: x\n\nHello\n";
    let row = (GOOD, GOOD_NAME, GOOD_SENDER, "ann@example.org", "<-  250 2.0.0 Ok");
    check(&mut matrix, &server, "trace", row, &["--data", forged]);
    let stored = server.taken();
    let text = String::from_utf8(stored.concat()).expect("ASCII");
    let top = "Return-Path: <ann@friend.example>\r\nReceived: from out.friend.example (out.friend.example [203.0.113.7])\r\n";
    matrix.cell("swaks -> mail_exchange", "the trace on top", held_in(text.starts_with(top), &text));
    let results = "Authentication-Results: mx.example.org;\r\n spf=pass smtp.mailfrom=ann@friend.example";
    matrix.cell("swaks -> mail_exchange", "our results", held_in(text.contains(results), &text));
    matrix.cell("swaks -> mail_exchange", "no forged ones", held_in(!text.contains("bank.example"), &text));
    check(&mut matrix, &server, "trace over no header", row, &["--data", " ; dkim=pass\n\nHello\n"]);
    let text = String::from_utf8(server.taken().concat()).expect("ASCII");
    let apart = text.contains("\r\n\r\n ; dkim=pass\r\n");
    matrix.cell("swaks -> mail_exchange", "a line that continues nothing", held_in(apart, &text));
    // Forged results could hide behind more fields than are held.
    let long =
        format!("{}{forged}", "X-Fill: more and more and more and more and more and more\n".repeat(5_000));
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), long).expect("a temporary file");
    let data = format!("@{}", file.path().display());
    let row = (GOOD, GOOD_NAME, GOOD_SENDER, "ann@example.org", "<** 552 5.3.4");
    check(&mut matrix, &server, "a header without end", row, &["--data", &data]);
    matrix.cell(
        "swaks -> mail_exchange",
        "nothing of it is stored",
        held_in(server.taken().is_empty(), &text),
    );
    matrix.finish();
}

fn held_in(holds: bool, text: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(text.to_owned()) }
}

fn check(matrix: &mut Matrix, server: &MailExchange, receiver: &str, row: Row, more: &[&str]) {
    let (peer, helo, from, to, expected) = row;
    let output = Command::new("swaks")
        .args(["--server", &server.at(), "--xclient-addr", peer, "--helo", helo, "--from", from, "--to", to])
        .args(more)
        .output()
        .expect("swaks runs");
    let printed = String::from_utf8_lossy(&output.stdout);
    let seen = printed.lines().any(|line| line.starts_with(expected));
    let result = if seen { Ok(()) } else { Err(format!("no line begins with {expected:?} in\n{printed}")) };
    matrix.cell(
        "swaks -> mail_exchange",
        &format!("{receiver}: {helo}, {from} to {to}: {}", &expected[4..]),
        result,
    );
}
