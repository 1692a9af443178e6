//! Our client talks to real servers, and they to ours.

use std::fs;
use std::time::Duration;

use super::ours::{Receive, send};
use super::peers::Peer;
use super::{FROM_TO, Matrix, OCTETS, ended, hundred, messages, ours, peers, with};

/// `send` into a peer, and the message where the peer put it.
fn deliver(
    matrix: &mut Matrix,
    peer: &Peer,
    case: &str,
    arguments: &[&str],
    message: &[u8],
    arrived: impl FnOnce() -> Vec<Vec<u8>>,
) {
    let output = send(&peer.at(), arguments, message);
    let result = ended(&output, 0).and_then(|()| messages::same(message, &arrived()));
    matrix.cell(&format!("send -> {}", peer.name), case, result);
}

fn hundred_arguments() -> Vec<String> {
    hundred()
        .into_iter()
        .flat_map(|r| ["--to".to_owned(), r])
        .chain(["--from".to_owned(), "a@client.test".to_owned()])
        .collect()
}

const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn send_into_receive() {
    let server = Receive::start(&["--tls", "self-signed", "--auth", "user:secret"]);
    let implicit = Receive::start(&["--tls", "self-signed", "--implicit-tls"]);
    let lmtp = Receive::start(&["--lmtp"]);
    let mut matrix = Matrix::default();
    let mut run = |case: &str, server: &Receive, arguments: &[&str], message: &[u8]| {
        let output = send(&server.at(), arguments, message);
        let got = server.taken();
        matrix.cell("send -> receive", case, ended(&output, 0).and_then(|()| messages::same(message, &got)));
    };
    run("plain", &server, &with(&["--tls", "never"]), &messages::ordinary());
    run("STARTTLS", &server, &with(&["--tls", "required", "--insecure"]), &messages::ordinary());
    run("implicit TLS", &implicit, &with(&["--tls", "implicit", "--insecure"]), &messages::ordinary());
    run(
        "AUTH",
        &server,
        &with(&["--tls", "required", "--insecure", "--auth", "user:secret"]),
        &messages::ordinary(),
    );
    run("eight bits", &server, FROM_TO, &messages::eight_bit());
    run(
        "SMTPUTF8",
        &server,
        &["--from", "j\u{fc}rgen@ok.test", "--to", "\u{7528}\u{6237}@ok.test"],
        &messages::utf8_headers(),
    );
    let many = hundred_arguments();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    run("100 recipients", &server, &many, &messages::ordinary());
    run("LMTP", &lmtp, &with(&["--lmtp"]), &messages::ordinary());
    run("LMTP, 100 recipients", &lmtp, &[&many[..], &["--lmtp"]].concat(), &messages::ordinary());
    for &octets in OCTETS {
        run(&format!("{octets} octets"), &server, FROM_TO, &messages::of_size(octets));
    }
    matrix.finish();
}

#[test]
fn send_into_exim_and_exim_into_receive() {
    let relay = Receive::start(&["--tls", "self-signed"]);
    let Some(exim) = peers::exim(relay.port) else { return };
    let mut matrix = Matrix::default();
    let mbox = exim.path("mbox");
    let stored = || {
        let text = fs::read(&mbox).unwrap_or_default();
        let _ = fs::remove_file(&mbox);
        let body = text.iter().position(|&b| b == b'\n').map_or(0, |at| at + 1);
        // An mbox ends each message with an empty line that is not of the message.
        let end = text.len().saturating_sub(1);
        if text.is_empty() { Vec::new() } else { vec![text[body..end].to_vec()] }
    };
    let local = || {
        let begun = std::time::Instant::now();
        while !mbox.exists() && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(50));
        }
        std::thread::sleep(Duration::from_millis(200));
        stored()
    };
    let tls = ["--tls", "required", "--insecure"];
    deliver(&mut matrix, &exim, "plain, BDAT", &with(&["--tls", "never"]), &messages::ordinary(), local);
    deliver(&mut matrix, &exim, "STARTTLS", &with(&tls), &messages::ordinary(), local);
    deliver(
        &mut matrix,
        &exim,
        "AUTH",
        &with(&[&tls[..], &["--auth", "user:secret"]].concat()),
        &messages::ordinary(),
        local,
    );
    deliver(&mut matrix, &exim, "eight bits", FROM_TO, &messages::eight_bit(), local);
    deliver(&mut matrix, &exim, "1 octet", FROM_TO, &messages::of_size(1), local);
    deliver(&mut matrix, &exim, "a megabyte", FROM_TO, &messages::of_size(1_000_000), local);
    let relayed = || relay.taken_within(PATIENCE);
    let onward = ["--from", "a@client.test", "--to", "b@relay.test"];
    deliver(&mut matrix, &exim, "and on into receive by BDAT", &onward, &messages::ordinary(), relayed);
    deliver(
        &mut matrix,
        &exim,
        "SMTPUTF8, and on",
        &["--from", "j\u{fc}rgen@ok.test", "--to", "\u{7528}\u{6237}@relay.test"],
        &messages::utf8_headers(),
        relayed,
    );
    refusals(&mut matrix, &exim);
    matrix.finish();
}

/// Both servers are set up to refuse one domain for good and another for now.
fn refusals(matrix: &mut Matrix, peer: &Peer) {
    let name = format!("send -> {}", peer.name);
    for (case, to, code) in
        [("refused for good", "x@reject.test", 69), ("refused for now", "x@defer.test", 75)]
    {
        let output = send(&peer.at(), &["--from", "a@client.test", "--to", to], &messages::ordinary());
        matrix.cell(&name, case, ended(&output, code));
    }
    let wrong = send(&peer.at(), &with(&["--tls", "required"]), &messages::ordinary());
    matrix.cell(&name, "a certificate that nobody knows", ended(&wrong, 75));
}

#[test]
fn send_into_postfix_and_postfix_into_receive() {
    let relay = Receive::start(&["--tls", "self-signed"]);
    let Some(postfix) = peers::postfix(relay.port) else { return };
    let mut matrix = Matrix::default();
    let relayed = || relay.taken_within(PATIENCE);
    deliver(
        &mut matrix,
        &postfix,
        "plain, BDAT, pipelined",
        &with(&["--tls", "never"]),
        &messages::ordinary(),
        relayed,
    );
    deliver(
        &mut matrix,
        &postfix,
        "STARTTLS",
        &with(&["--tls", "required", "--insecure"]),
        &messages::ordinary(),
        relayed,
    );
    deliver(&mut matrix, &postfix, "eight bits", FROM_TO, &messages::eight_bit(), relayed);
    deliver(
        &mut matrix,
        &postfix,
        "SMTPUTF8",
        &["--from", "j\u{fc}rgen@ok.test", "--to", "\u{7528}\u{6237}@ok.test"],
        &messages::utf8_headers(),
        relayed,
    );
    for &octets in OCTETS {
        deliver(
            &mut matrix,
            &postfix,
            &format!("{octets} octets"),
            FROM_TO,
            &messages::of_size(octets),
            relayed,
        );
    }
    let many = hundred_arguments();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    deliver(&mut matrix, &postfix, "100 recipients", &many, &messages::ordinary(), relayed);
    refusals(&mut matrix, &postfix);
    matrix.finish();
}

#[test]
fn send_into_opensmtpd_and_opensmtpd_into_receive() {
    let relay = Receive::start(&[]);
    let Some(opensmtpd) = peers::opensmtpd(relay.port) else { return };
    let mut matrix = Matrix::default();
    let relayed = || relay.taken_within(PATIENCE);
    deliver(&mut matrix, &opensmtpd, "plain", FROM_TO, &messages::ordinary(), relayed);
    deliver(&mut matrix, &opensmtpd, "1 octet", FROM_TO, &messages::of_size(1), relayed);
    deliver(&mut matrix, &opensmtpd, "a megabyte", FROM_TO, &messages::of_size(1_000_000), relayed);
    matrix.finish();
}

#[test]
fn send_into_aiosmtpd() {
    let Some(aiosmtpd) = peers::aiosmtpd() else { return };
    let mut matrix = Matrix::default();
    let maildir = aiosmtpd.path("maildir");
    let stored = || ours::taken_within(&maildir, PATIENCE);
    deliver(&mut matrix, &aiosmtpd, "plain", FROM_TO, &messages::ordinary(), stored);
    deliver(&mut matrix, &aiosmtpd, "a megabyte", FROM_TO, &messages::of_size(1_000_000), stored);
    matrix.finish();
}

#[test]
fn send_into_smtp_sink() {
    let Some(sink) = peers::smtp_sink() else { return };
    let mut matrix = Matrix::default();
    let many = hundred_arguments();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (case, arguments, message) in [
        ("plain", FROM_TO.to_vec(), messages::ordinary()),
        ("100 recipients, pipelined", many, messages::ordinary()),
        ("10 megabytes", FROM_TO.to_vec(), messages::of_size(10_000_000)),
    ] {
        matrix.cell("send -> smtp-sink", case, ended(&send(&sink.at(), &arguments, &message), 0));
    }
    matrix.finish();
}
