//! What a report says of its recipients, on one line each.

use mailwright_bounce::{Action, Diagnostic, Entry, Kind, Report};

/// A bounce that is only text.
pub(super) fn text(body: &str) -> Report {
    Report::read(
        format!("Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: ann@example.org\r\nSubject: failure notice\r\n\r\n{body}").as_bytes(),
    )
}

fn short(entry: &Entry) -> String {
    let code = entry.diagnostic().and_then(Diagnostic::code);
    format!(
        "{} {} {} {}",
        entry.address().unwrap_or("?"),
        entry.action().map_or("?", Action::as_str),
        entry.best_status().map_or_else(|| "?".to_owned(), |status| status.to_string()),
        code.map_or_else(|| "?".to_owned(), |code| code.to_string()),
    )
}

#[track_caller]
pub(super) fn check(report: &Report, expected: &[&str]) {
    let found: Vec<String> = report.entries().iter().map(short).collect();
    assert_eq!(found, expected, "{report:#?}");
    assert_eq!(report.kind(), Kind::Delivery);
}
