//! Real bounces: each one that has a part for machines is read, and what was read agrees with what a person read.
//!
//! The truth beside this file was made without this code: by a script over the raw lines where there is a part for machines, by
//! eye where there is only text. Each report is printed as a JSON line, so that others can be reviewed as well.

use std::collections::BTreeMap;
use std::fs;

use mailwright::bounce::{Action, Entry, Fault, Kind, Report};
use mailwright_tests::files;
use serde_json::{Value, json};

fn recipient(entry: &Entry) -> Value {
    let said = entry.diagnostic();
    json!({
        "address": entry.address(),
        "action": entry.action().map(Action::as_str),
        "status": entry.status().map(|status| status.to_string()),
        "code": said.and_then(mailwright::bounce::Diagnostic::code).map(mailwright::reply::ReplyCode::number),
    })
}

/// Every message of the corpus, read: its name, whether a part for machines is named in it, the report.
fn corpus() -> Option<Vec<(String, bool, Report)>> {
    let paths = files("corpus/messages", "eml")?;
    let reports = paths.into_iter().map(|path| {
        let octets = fs::read(&path).expect("a readable message");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let lower = octets.to_ascii_lowercase();
        let named = ["content-type: message/delivery-status", "content-type: message/global-delivery-status"];
        let has_part = named.iter().any(|kind| lower.windows(kind.len()).any(|at| at == kind.as_bytes()));
        (name, has_part, Report::read(&octets))
    });
    Some(reports.collect())
}

#[test]
fn every_report_with_a_part_for_machines_is_read() {
    let Some(corpus) = corpus() else { return };
    let mut read = 0;
    for (name, has_part, report) in &corpus {
        if report.kind() != Kind::Other {
            let recipients: Vec<Value> = report.entries().iter().map(recipient).collect();
            println!("{}", json!({ "file": name, "kind": report.kind(), "recipients": recipients }));
        }
        if *has_part {
            assert_eq!(report.kind(), Kind::Delivery, "{name}");
            assert!(!report.entries().is_empty() || report.faults().contains(&Fault::NoRecipients), "{name}");
            read += 1;
        }
    }
    println!("{read} reports with a part for machines, {} messages", corpus.len());
    assert!(read > 0, "the corpus holds no report");
}

#[test]
fn what_was_read_is_what_a_person_reads() {
    let Some(corpus) = corpus() else { return };
    let truth: BTreeMap<String, Value> = include_str!("bounces_truth.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a JSON line"))
        .map(|row| (row["file"].as_str().expect("a name").to_owned(), row))
        .collect();
    let (mut compared, mut wrong) = (0, Vec::new());
    for (name, _, report) in &corpus {
        let Some(row) = truth.get(name) else { continue };
        compared += 1;
        if json!(report.kind()) != row["kind"] {
            wrong.push(format!("{name}: {:?}, not {}", report.kind(), row["kind"]));
        }
        let found: Vec<Value> = report.entries().iter().map(recipient).collect();
        let expected = row["recipients"].as_array().expect("a list");
        let differs = |(at, expected): (usize, &Value)| found.get(at) != Some(expected);
        wrong.extend(expected.iter().enumerate().filter(|pair| differs(*pair)).map(|(at, expected)| {
            format!("{name}: {} instead of {expected}", found.get(at).unwrap_or(&Value::Null))
        }));
        wrong.extend(found.iter().skip(expected.len()).map(|surplus| format!("{name}: {surplus} too many")));
    }
    println!("{compared} messages compared, {} differences", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same of the whole: no line end, and no other message of the corpus, makes a bounce out of what is none.
#[test]
fn line_ends_change_nothing() {
    let Some(paths) = files("corpus/messages", "eml") else { return };
    for path in paths {
        let octets = fs::read(&path).expect("a readable message");
        if octets.contains(&b'\r') || !octets.contains(&b'\n') {
            continue;
        }
        let crlf = String::from_utf8_lossy(&octets).replace('\n', "\r\n");
        let lf = Report::read(crlf.replace("\r\n", "\n").as_bytes());
        let crlf = Report::read(crlf.as_bytes());
        let entries = |report: &Report| report.entries().iter().map(recipient).collect::<Vec<_>>();
        assert_eq!((lf.kind(), entries(&lf)), (crlf.kind(), entries(&crlf)), "{}", path.display());
    }
}

/// What is stored is loaded again, field by field.
#[test]
fn what_was_read_is_stored_and_loaded() {
    let Some(corpus) = corpus() else { return };
    for (name, _, report) in corpus {
        let stored = serde_json::to_string(&report).expect("a report can be stored");
        let loaded: Report = serde_json::from_str(&stored).expect("and loaded");
        assert_eq!(loaded, report, "{name}");
    }
}

/// The stored form is a promise: this is all of it.
#[test]
fn the_stored_form_of_a_report_is_this() {
    let report = Report::read(b"To: ann@example.org\r\nContent-Type: message/delivery-status\r\n\r\nOriginal-Envelope-Id: e7\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; bob@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no\r\nX-Queue: 7\r\n");
    let expected = json!({
        "kind": "delivery", "foreign": false, "envelope_id": "e7", "reporting_mta": "mx.example", "arrival": null,
        "fields": [], "faults": [], "cut": false, "came_to": ["ann@example.org"], "complaint": null, "receipt": null,
        "returned": { "message_id": null, "feedback_id": null, "subject": null, "from": null, "to": [], "return_path": null },
        "entries": [{
            "original": null, "last": { "kind": "rfc822", "address": "bob@example.net" }, "action": "failed",
            "action_text": "failed", "status": "5.1.1", "status_text": "5.1.1", "remote": null, "tried": null,
            "until": null, "log": null, "fields": [["X-Queue", "7"]], "faults": [],
            "diagnostic": { "kind": "smtp", "text": "550 5.1.1 no", "code": 550, "enhanced": "5.1.1" },
        }],
    });
    assert_eq!(serde_json::to_value(&report).expect("a report can be stored"), expected);
}

/// A small generator, so that every run makes the same changes.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % most.max(1)
    }
}

/// Real bounces with lines lost, doubled, moved and octets changed: read in bounds, and nothing of control in what is told.
#[test]
fn threat_d01_damaged_bounces_are_read() {
    let Some(paths) = files("corpus/messages", "eml") else { return };
    let rounds = std::env::var("MAILWRIGHT_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(20);
    let mut random = Random(7);
    let mut before: Vec<u8> = Vec::new();
    for path in paths {
        let octets = fs::read(&path).expect("a readable message");
        for _ in 0..rounds {
            let mut lines: Vec<&[u8]> = octets.split_inclusive(|octet| *octet == b'\n').collect();
            for _ in 0..=random.below(4) {
                let (at, to) = (random.below(lines.len()), random.below(lines.len()));
                match random.below(4) {
                    0 if !lines.is_empty() => drop(lines.remove(at)),
                    1 if !lines.is_empty() => lines.insert(to, lines[at]),
                    2 if !lines.is_empty() => lines.swap(at, to),
                    _ => lines.insert(to, &before[..random.below(before.len())]),
                }
            }
            let mut damaged = lines.concat();
            for _ in 0..random.below(6) {
                let at = random.below(damaged.len());
                if let Some(octet) = damaged.get_mut(at) {
                    *octet = [b'\r', b'\n', 0, b':', b'@', b'<', b'-', 0xff][random.below(8)];
                }
            }
            let report = Report::read(&damaged);
            assert!(report.entries().len() <= 1000);
            for entry in report.entries() {
                let said = entry.diagnostic().map(mailwright::bounce::Diagnostic::text);
                for text in
                    [entry.address(), entry.status_text(), entry.remote_mta(), said].into_iter().flatten()
                {
                    assert!(!text.chars().any(char::is_control), "{}: {text:?}", path.display());
                }
            }
        }
        before = octets;
        before.truncate(2000);
    }
}
