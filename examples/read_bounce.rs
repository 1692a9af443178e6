//! Reads bounces, complaints, receipts and answers of machines: who, what became of it, with which codes, about which message.
//!
//! in:  files, or one message on standard input; nothing: built-in cases      out: one JSON object a line, or text
//! exit 0 read, 64 wrong usage, 66 unreadable input

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use mailwright::bounce::{Diagnostic, Kind, Report};
use mailwright::reply::Escaped;
use serde_json::{Value, json};

/// Reads bounces, complaints, receipts and automatic answers.
#[derive(Parser)]
#[command(name = "read_bounce", after_help = AFTER_HELP)]
struct Arguments {
    /// Messages; `-` is standard input
    file: Vec<PathBuf>,
    /// One JSON object a line (the default but for the built-in cases)
    #[arg(long, conflicts_with = "text")]
    json: bool,
    /// Text for people
    #[arg(long)]
    text: bool,
}

const AFTER_HELP: &str = "\
Exit status: 0 read, 64 wrong usage, 66 unreadable input.

Without files a message is read from standard input; at a terminal, built-in cases are shown.

Examples:
  read_bounce bounce.eml
  read_bounce --text Maildir/new/*
  read_bounce < bounce.eml | jq .recipients";

/// What is shown without arguments.
const CASES: &[(&str, &str)] = &[
    (
        "a report as the standard wants it",
        "From: mailer-daemon@mx.example.net\r\nTo: ann@example.org\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\nArrival-Date: Wed, 18 Nov 2026 11:06:40 +0000\r\n\r\nFinal-Recipient: rfc822; bob@example.net\r\nAction: failed\r\nStatus: 5.0.0 (permanent failure)\r\nDiagnostic-Code: smtp; 550-5.1.1 The account does not exist.\r\n 550 5.1.1 Check the spelling.\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <m1@example.org>\r\nFeedback-ID: c7:shop\r\n\r\n--b--\r\n",
    ),
    (
        "a bounce of the qmail kind",
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.net\r\nTo: ann@example.org\r\nSubject: failure notice\r\n\r\nHi. This is the qmail-send program at mx.example.net.\r\n\r\n<bob@example.net>:\r\n192.0.2.1 does not like recipient.\r\nRemote host said: 552 5.2.2 mailbox full\r\n\r\n--- Below this line is a copy of the message.\r\n\r\nMessage-ID: <m1@example.org>\r\n",
    ),
    (
        "a complaint",
        "From: fbl@provider.example\r\nTo: abuse@example.org\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nOriginal-Rcpt-To: <bob@provider.example>\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <m2@example.org>\r\n\r\n--b--\r\n",
    ),
    (
        "somebody is away",
        "From: bob@example.net\r\nTo: ann@example.org\r\nSubject: Out of office\r\nAuto-Submitted: auto-replied\r\n\r\nI no longer work here; user unknown is what they call me.\r\n",
    ),
];

fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    let mut out = io::stdout().lock();
    if arguments.file.is_empty() {
        // Nothing on standard input is no report either.
        let octets = if io::stdin().is_terminal() { Ok(Vec::new()) } else { read(&PathBuf::from("-")) };
        match octets {
            Ok(octets) if octets.is_empty() => {
                for (title, message) in CASES {
                    let report = Report::read(message.as_bytes());
                    let shown =
                        if arguments.json { json(None, &report).to_string() } else { text(title, &report) };
                    if writeln!(out, "{shown}").is_err() {
                        break;
                    }
                }
            }
            Ok(octets) => {
                let report = Report::read(&octets);
                let shown =
                    if arguments.text { text("-", &report) } else { json(Some("-"), &report).to_string() };
                let _ = writeln!(out, "{shown}");
            }
            Err(error) => {
                eprintln!("read_bounce: can't read standard input: {error}");
                return ExitCode::from(66);
            }
        }
        return ExitCode::SUCCESS;
    }
    let mut status = ExitCode::SUCCESS;
    for file in &arguments.file {
        let octets = match read(file) {
            Ok(octets) => octets,
            Err(error) => {
                eprintln!("read_bounce: {}: {error}", file.display());
                status = ExitCode::from(66);
                continue;
            }
        };
        let name = file.display().to_string();
        let report = Report::read(&octets);
        let shown =
            if arguments.text { text(&name, &report) } else { json(Some(&name), &report).to_string() };
        if writeln!(out, "{shown}").is_err() {
            break;
        }
    }
    status
}

fn read(file: &PathBuf) -> io::Result<Vec<u8>> {
    if file.as_os_str() == "-" {
        let mut octets = Vec::new();
        io::stdin().read_to_end(&mut octets)?;
        return Ok(octets);
    }
    std::fs::read(file)
}

fn json(file: Option<&str>, report: &Report) -> Value {
    let recipients: Vec<Value> = report
        .entries()
        .iter()
        .map(|entry| {
            let said = entry.diagnostic();
            json!({
                "address": entry.address(),
                "final": entry.final_recipient().map(mailwright::bounce::Told::address),
                "original": entry.original_recipient().map(mailwright::bounce::Told::address),
                "action": entry.action().map(mailwright::bounce::Action::as_str),
                "status": entry.status().map(|status| status.to_string()),
                "best_status": entry.best_status().map(|status| status.to_string()),
                "code": said.and_then(Diagnostic::code).map(mailwright::reply::ReplyCode::number),
                "diagnostic": said.map(Diagnostic::text),
                "remote_mta": entry.remote_mta(),
                "last_attempt": entry.last_attempt(),
                "retry_until": entry.retry_until(),
                "faults": entry.faults().iter().map(ToString::to_string).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "file": file,
        "kind": report.kind(),
        "foreign": report.is_foreign(),
        "envelope_id": report.envelope_id(),
        "reporting_mta": report.reporting_mta(),
        "arrival": report.arrival(),
        "came_to": report.came_to().collect::<Vec<_>>(),
        "message_id": report.returned().message_id(),
        "feedback_id": report.returned().feedback_id(),
        "recipients": recipients,
        "complaint": report.complaint(),
        "receipt": report.receipt(),
        "faults": report.faults().iter().map(ToString::to_string).collect::<Vec<_>>(),
        "cut": report.is_cut(),
    })
}

fn text(title: &str, report: &Report) -> String {
    let kind = match report.kind() {
        Kind::Delivery if report.is_foreign() => "a report about delivery, told in text",
        Kind::Delivery => "a report about delivery",
        Kind::Complaint => "a complaint",
        Kind::Receipt => "a receipt",
        Kind::AutoReply => "an automatic answer, no bounce",
        _ => "nothing that came back",
    };
    let mut out = format!("{}: {kind}\n", Escaped::new(title.as_bytes()));
    for entry in report.entries() {
        let action = entry.action().map_or("unknown", mailwright::bounce::Action::as_str);
        let status = entry.best_status().map(|status| format!(" {status}")).unwrap_or_default();
        let address = entry.address().unwrap_or("somebody");
        let _ = writeln!(out, "  {}: {action}{status}", Escaped::new(address.as_bytes()));
        if let Some(said) = entry.diagnostic() {
            let _ = writeln!(out, "      {}", Escaped::new(said.text().as_bytes()));
        }
        for fault in entry.faults() {
            let _ = writeln!(out, "      note: {fault}");
        }
    }
    if let Some(complaint) = report.complaint() {
        let who: Vec<&str> = complaint.recipients().collect();
        let kind = complaint.feedback_type().unwrap_or("complaint");
        let _ = writeln!(out, "  {kind} from {}", Escaped::new(who.join(", ").as_bytes()));
    }
    if let Some(what) = report.receipt().and_then(|receipt| receipt.what()) {
        let _ = writeln!(out, "  {}", Escaped::new(what.as_bytes()));
    }
    if let Some(id) = report.returned().message_id() {
        let _ = writeln!(out, "  about <{}>", Escaped::new(id.as_bytes()));
    }
    out
}
