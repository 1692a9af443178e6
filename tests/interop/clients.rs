//! Real clients talk to our server.

use std::process::Command;

use super::ours::{Receive, feed};
use super::peers::{has, passed_over};
use super::{Matrix, OCTETS, ended, file, hundred, messages};

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
