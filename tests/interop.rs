//! Real clients talk to our server, and our client talks to real servers, over loopback.
//!
//! `.ci/peers` fetches the peers; one that is missing is said aloud and passed over. Each cell of the matrix is a line of
//! output, and a message that crosses it must arrive octet for octet.

#[path = "interop/exchange.rs"]
mod exchange;
#[path = "interop/load.rs"]
mod load;
#[path = "interop/messages.rs"]
mod messages;
#[path = "interop/ours.rs"]
mod ours;
#[path = "interop/peers.rs"]
mod peers;

use std::fs;
use std::process::{Command, Output};
use std::time::Duration;

use ours::{Receive, feed, send};
use peers::{Peer, has, passed_over};

/// Prints each cell as it is decided and remembers those that failed.
#[derive(Default)]
struct Matrix {
    held: usize,
    failed: Vec<String>,
}

impl Matrix {
    fn cell(&mut self, peer: &str, case: &str, result: Result<(), String>) {
        match result {
            Ok(()) => {
                self.held += 1;
                println!("held    {peer:<22} {case}");
            }
            Err(why) => {
                println!("FAILED  {peer:<22} {case}: {why}");
                self.failed.push(format!("{peer}, {case}: {why}"));
            }
        }
    }

    fn finish(self) {
        println!("{} cells held, {} failed", self.held, self.failed.len());
        assert!(self.failed.is_empty(), "{}", self.failed.join("\n"));
    }
}

fn ended(output: &Output, code: i32) -> Result<(), String> {
    if output.status.code() == Some(code) {
        return Ok(());
    }
    let printed =
        [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)].join(" ");
    let tail: String = printed.chars().rev().take(600).collect::<Vec<_>>().into_iter().rev().collect();
    Err(format!("exit {:?} instead of {code}: {tail}", output.status.code()))
}

const OCTETS: &[usize] = &[1, 2_000, 1_000_000, 50_000_000];
const FROM_TO: &[&str] = &["--from", "a@client.test", "--to", "b@ok.test"];

fn hundred() -> Vec<String> {
    (0..100).map(|n| format!("user{n}@ok.test")).collect()
}

/// A message file for clients that want one.
fn file(folder: &tempfile::TempDir, message: &[u8]) -> String {
    let path = folder.path().join("message");
    fs::write(&path, message).expect("own folder");
    path.to_str().expect("a UTF-8 path").to_owned()
}

#[test]
fn swaks_into_receive() {
    if !has("swaks") {
        return passed_over("swaks", "it is not installed");
    }
    let server = Receive::start(&["--tls", "self-signed", "--auth", "user:secret"]);
    let lmtp = Receive::start(&["--lmtp"]);
    let (mut matrix, folder, many) =
        (Matrix::default(), tempfile::TempDir::new().expect("a folder"), hundred().join(","));
    let auth = ["--auth-user", "user", "--auth-password", "secret", "--tls"];
    let cases: &[(&str, Vec<&str>, Vec<u8>)] = &[
        ("plain", vec![], messages::ordinary()),
        ("pipelined", vec!["--pipeline"], messages::ordinary()),
        ("STARTTLS", vec!["--tls"], messages::ordinary()),
        ("STARTTLS, pipelined", vec!["--tls", "--pipeline"], messages::ordinary()),
        ("AUTH PLAIN", [&["--auth", "PLAIN"], &auth[..]].concat(), messages::ordinary()),
        ("AUTH LOGIN", [&["--auth", "LOGIN"], &auth[..]].concat(), messages::ordinary()),
        ("AUTH CRAM-MD5", [&["--auth", "CRAM-MD5"], &auth[..]].concat(), messages::ordinary()),
        ("eight bits", vec![], messages::eight_bit()),
        ("100 recipients", vec!["--to", &many], messages::ordinary()),
        ("LMTP", vec!["--protocol", "LMTP"], messages::ordinary()),
    ];
    for (case, arguments, message) in cases {
        let server = if *case == "LMTP" { &lmtp } else { &server };
        let mut command = Command::new("swaks");
        command.args(["--server", "127.0.0.1", "--port", &server.port.to_string(), "--ehlo", "client.test"]);
        // Without its own mending, this client sends the octets of the file and nothing else.
        let raw = file(&folder, &messages::stuffed(message));
        command.args([
            "--from",
            "a@client.test",
            "--to",
            "b@ok.test",
            "--no-data-fixup",
            "--data",
            &format!("@{raw}"),
        ]);
        let output = command.args(arguments).output().expect("swaks runs");
        let got = server.taken();
        matrix.cell("swaks -> receive", case, ended(&output, 0).and_then(|()| messages::same(message, &got)));
    }
    let wrong = Command::new("swaks")
        .args(["--server", "127.0.0.1", "--port", &server.port.to_string(), "--to", "b@ok.test", "--tls"])
        .args(["--auth", "PLAIN", "--auth-user", "user", "--auth-password", "wrong"])
        .output()
        .expect("swaks runs");
    matrix.cell("swaks -> receive", "a wrong password", ended(&wrong, 28));
    matrix.finish();
}

#[test]
fn msmtp_into_receive() {
    if !has("msmtp") {
        return passed_over("msmtp", "it is not installed");
    }
    let server = Receive::start(&["--tls", "self-signed", "--auth", "user:secret"]);
    let implicit = Receive::start(&["--tls", "self-signed", "--implicit-tls"]);
    let lmtp = Receive::start(&["--lmtp"]);
    let mut matrix = Matrix::default();
    let tls = ["--tls=on", "--tls-certcheck=off"];
    let cases: &[(&str, &Receive, Vec<&str>, Vec<u8>)] = &[
        ("plain", &server, vec![], messages::ordinary()),
        ("eight bits", &server, vec![], messages::eight_bit()),
        ("STARTTLS", &server, tls.to_vec(), messages::ordinary()),
        ("implicit TLS", &implicit, [&tls[..], &["--tls-starttls=off"]].concat(), messages::ordinary()),
        (
            "AUTH",
            &server,
            [&tls[..], &["--auth=on", "--user=user", "--passwordeval=echo secret"]].concat(),
            messages::ordinary(),
        ),
        (
            "AUTH SCRAM",
            &server,
            [&tls[..], &["--auth=scram-sha-256", "--user=user", "--passwordeval=echo secret"]].concat(),
            messages::ordinary(),
        ),
        ("LMTP", &lmtp, vec!["--protocol=lmtp"], messages::ordinary()),
        ("a megabyte", &server, vec![], messages::of_size(1_000_000)),
    ];
    for (case, server, arguments, message) in cases {
        let mut command = Command::new("msmtp");
        command
            .args(["--host=127.0.0.1", &format!("--port={}", server.port), "--from=a@client.test"])
            .args(arguments);
        let output = feed(command.arg("b@ok.test"), message);
        let got = server.taken();
        matrix.cell("msmtp -> receive", case, ended(&output, 0).and_then(|()| messages::same(message, &got)));
    }
    matrix.finish();
}

/// Arguments: port, mode, `yes` for UTF-8, number of recipients; the message on standard input.
const SMTPLIB: &str = r#"
import smtplib, ssl, sys
port, mode, utf8, many = int(sys.argv[1]), sys.argv[2], sys.argv[3] == "yes", int(sys.argv[4])
message = sys.stdin.buffer.read()
context = ssl._create_unverified_context()
kind = {"lmtp": smtplib.LMTP, "implicit": smtplib.SMTP_SSL}.get(mode, smtplib.SMTP)
extra = {"context": context} if mode == "implicit" else {}
with kind("127.0.0.1", port, local_hostname="client.test", **extra) as s:
    if mode in ("starttls", "auth"):
        s.starttls(context=context)
    if mode == "auth":
        s.login("user", "secret")
    to = ["user%d@ok.test" % n for n in range(many)]
    if utf8:
        to[0] = "\u7528\u6237@ok.test"
    options = ["SMTPUTF8", "BODY=8BITMIME"] if utf8 else []
    refused = s.sendmail("a@client.test", to, message, mail_options=options)
    sys.exit(1 if refused else 0)
"#;

#[test]
fn python_smtplib_into_receive() {
    if !has("python3") {
        return passed_over("smtplib", "python3 is not installed");
    }
    let server = Receive::start(&["--tls", "self-signed", "--auth", "user:secret"]);
    let implicit = Receive::start(&["--tls", "self-signed", "--implicit-tls"]);
    let lmtp = Receive::start(&["--lmtp"]);
    let mut matrix = Matrix::default();
    let mut run = |case: &str, server: &Receive, mode: &str, utf8: &str, many: &str, message: &[u8]| {
        let mut command = Command::new("python3");
        let output = feed(command.args(["-c", SMTPLIB, &server.port.to_string(), mode, utf8, many]), message);
        let got = server.taken();
        matrix.cell(
            "smtplib -> receive",
            case,
            ended(&output, 0).and_then(|()| messages::same(message, &got)),
        );
    };
    run("plain", &server, "plain", "no", "1", &messages::ordinary());
    run("STARTTLS", &server, "starttls", "no", "1", &messages::ordinary());
    run("implicit TLS", &implicit, "implicit", "no", "1", &messages::ordinary());
    run("AUTH", &server, "auth", "no", "1", &messages::ordinary());
    run("eight bits", &server, "plain", "no", "1", &messages::eight_bit());
    run("SMTPUTF8", &server, "plain", "yes", "1", &messages::utf8_headers());
    run("100 recipients", &server, "plain", "no", "100", &messages::ordinary());
    run("LMTP", &lmtp, "lmtp", "no", "1", &messages::ordinary());
    // This client reads one reply after the message, so LMTP with several recipients is left to others.
    for &octets in OCTETS {
        run(&format!("{octets} octets"), &server, "plain", "no", "1", &messages::of_size(octets));
    }
    matrix.finish();
}

#[test]
fn curl_into_receive() {
    if !has("curl") {
        return passed_over("curl", "it is not installed");
    }
    let server = Receive::start(&["--tls", "self-signed", "--auth", "user:secret"]);
    let implicit = Receive::start(&["--tls", "self-signed", "--implicit-tls"]);
    let (mut matrix, folder) = (Matrix::default(), tempfile::TempDir::new().expect("a folder"));
    let mut run = |case: &str, url: &str, server: &Receive, arguments: &[&str], message: &[u8]| {
        let mut command = Command::new("curl");
        command.args(["-sS", "-k", "--url", &format!("{url}://127.0.0.1:{}/client.test", server.port)]);
        command
            .args(["--mail-from", "a@client.test", "--upload-file", &file(&folder, message)])
            .args(arguments);
        let output = command.output().expect("curl runs");
        let got = server.taken();
        matrix.cell("curl -> receive", case, ended(&output, 0).and_then(|()| messages::same(message, &got)));
    };
    let to = ["--mail-rcpt", "b@ok.test"];
    run("plain", "smtp", &server, &to, &messages::ordinary());
    run("eight bits", "smtp", &server, &to, &messages::eight_bit());
    run("STARTTLS", "smtp", &server, &[&to[..], &["--ssl-reqd"]].concat(), &messages::ordinary());
    run("implicit TLS", "smtps", &implicit, &to, &messages::ordinary());
    for mechanism in ["PLAIN", "LOGIN", "CRAM-MD5"] {
        let login = format!("AUTH={mechanism}");
        let auth = ["--ssl-reqd", "--user", "user:secret", "--login-options", &login];
        run(&format!("AUTH {mechanism}"), "smtp", &server, &[&to[..], &auth].concat(), &messages::ordinary());
    }
    let many: Vec<String> = hundred().into_iter().flat_map(|r| ["--mail-rcpt".to_owned(), r]).collect();
    run(
        "100 recipients",
        "smtp",
        &server,
        &many.iter().map(String::as_str).collect::<Vec<_>>(),
        &messages::ordinary(),
    );
    for &octets in OCTETS {
        run(&format!("{octets} octets"), "smtp", &server, &to, &messages::of_size(octets));
    }
    matrix.finish();
}

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

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    FROM_TO.iter().copied().chain(more.iter().copied()).collect()
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

/// A server that offers STARTTLS and then speaks no TLS. Gives, call by call, what it was told.
fn broken_curtain() -> (String, std::sync::mpsc::Receiver<Vec<String>>) {
    use std::io::{BufRead, BufReader, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = listener.local_addr().expect("an address").to_string();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut write = stream.try_clone().expect("a second handle");
            let (mut lines, mut reader) = (Vec::new(), BufReader::new(stream));
            let _ = write.write_all(b"220 mx.broken.test\r\n");
            loop {
                let mut line = Vec::new();
                if !matches!(reader.read_until(b'\n', &mut line), Ok(1..)) {
                    break;
                }
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                let reply: &[u8] = match line.split(' ').next() {
                    Some("EHLO") => b"250-mx.broken.test\r\n250 STARTTLS\r\n",
                    Some("STARTTLS") => b"220 go ahead\r\n",
                    Some("DATA") => b"354 go on\r\n",
                    Some("QUIT") => b"221 bye\r\n",
                    Some("MAIL" | "RCPT" | ".") => b"250 ok\r\n",
                    _ => b"",
                };
                let _ = write.write_all(reply);
                let curtain = line == "STARTTLS";
                lines.push(line);
                if curtain {
                    // Behind the hello of TLS: octets that come with the 220 would be another story.
                    let _ = reader.fill_buf();
                    let _ = write.write_all(b"500 what curtain?\r\n");
                    break;
                }
            }
            let _ = tell.send(lines);
        }
    });
    (at, told)
}

#[test]
fn send_goes_on_in_clear_where_tls_is_broken_and_only_where_it_may() {
    let most = Duration::from_secs(20);
    let (at, told) = broken_curtain();
    let output = send(&at, &with(&["--tls", "opportunistic"]), b"Subject: x\r\n\r\nhello\r\n");
    ended(&output, 0).expect("it is sent in clear");
    let first = told.recv_timeout(most).expect("a call");
    assert!(first.iter().any(|line| line == "STARTTLS"), "{first:?}");
    assert!(!first.iter().any(|line| line.starts_with("MAIL")), "{first:?}");
    let second = told.recv_timeout(most).expect("a second call");
    assert!(!second.iter().any(|line| line == "STARTTLS"), "{second:?}");
    assert!(second.iter().any(|line| line == "hello"), "{second:?}");
    let output = send(&at, &with(&["--tls", "required"]), b"Subject: x\r\n\r\nhello\r\n");
    ended(&output, 75).expect("it waits for TLS");
    let only = told.recv_timeout(most).expect("a call");
    assert!(!only.iter().any(|line| line.starts_with("MAIL")), "{only:?}");
    assert!(told.recv_timeout(Duration::from_millis(300)).is_err(), "no second call");
}
