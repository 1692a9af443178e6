//! Shows findings: to people, to programs, to code scanners.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use mailwright::message::{Finding, Report, Rule, Safety, Severity, Skipped, render};
use serde_json::{Value, json};

use crate::input::Source;

/// How many messages had what.
#[derive(Default)]
pub struct Summary {
    messages: usize,
    errors: usize,
    warnings: usize,
    hints: usize,
    mendable: usize,
}

impl Summary {
    pub fn count(&mut self, report: &Report) {
        self.messages += 1;
        for finding in report.findings() {
            let safe = finding.fix().and_then(|fix| fix.safety()) == Some(Safety::Safe);
            self.mendable += usize::from(safe);
            match finding.severity() {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
                Severity::Hint => self.hints += 1,
            }
        }
    }

    pub const fn is_empty(&self) -> bool {
        self.messages == 0
    }

    pub fn exit(&self) -> u8 {
        match (self.errors, self.warnings) {
            (0, 0) => 0,
            (0, _) => 1,
            _ => 2,
        }
    }

    /// `fixed`: the mends were made already.
    pub fn print(&self, fixed: bool) {
        if self.messages == 0 {
            return;
        }
        let colour = match self.exit() {
            0 => AnsiColor::Green,
            1 => AnsiColor::Yellow,
            _ => AnsiColor::Red,
        };
        let style = Style::new().fg_color(Some(colour.into())).bold();
        let many = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        anstream::eprintln!(
            "{style}{}: {}, {}, {}{style:#}",
            many(self.messages, "message"),
            many(self.errors, "error"),
            many(self.warnings, "warning"),
            many(self.hints, "hint")
        );
        if self.mendable > 0 && !fixed {
            anstream::eprintln!(
                "{} of these can be mended by `--fix`; start with the errors.",
                self.mendable
            );
        }
    }
}

/// Most messages whose lines all end with LF were so written by the program that saved them.
const SAVED: &str = "every line ends with LF alone: mail programs save files like that, and send other line ends; \
`--rule line-bare-lf=off` leaves it out\n";

/// Each finding over its lines, the worst that can be said first.
pub fn people(name: &str, octets: &[u8], report: &Report, aside: bool) {
    let text = render(report, octets, name, true);
    let mut wanting: Vec<&str> = Vec::new();
    let mut tail = String::new();
    for skipped in report.skipped() {
        match skipped {
            Skipped::Fact { fact, .. } if wanting.contains(fact) => {}
            Skipped::Fact { fact, .. } => wanting.push(fact),
            limit => {
                let _ = writeln!(tail, "not judged: {limit}");
            }
        }
    }
    if report.has("line-bare-lf") && !report.has("line-endings-mixed") && !octets.contains(&b'\r') {
        tail.push_str(SAVED);
    }
    if !wanting.is_empty() {
        let _ = writeln!(tail, "not judged, since a message doesn't say it: {}", wanting.join(", "));
    }
    let style = AnsiColor::BrightBlack.on_default();
    let tail = if tail.is_empty() { tail } else { format!("{style}{tail}{style:#}") };
    if aside {
        anstream::eprint!("{text}{tail}");
    } else {
        let mut out = anstream::stdout();
        // A reader that went away, such as `head`, is no fault of the message.
        let _gone = write!(out, "{text}{tail}");
    }
}

/// One object a message.
pub fn json(name: &str, report: &Report, aside: bool) {
    let mut value = serde_json::to_value(report).unwrap_or_default();
    if let (Value::Object(map), Some(findings)) = (&mut value, Some(report.findings())) {
        map.insert("file".into(), json!(name));
        if let Some(Value::Array(rows)) = map.get_mut("findings") {
            for (row, finding) in rows.iter_mut().zip(findings) {
                row["message"] = json!(finding.message());
                row["why"] = json!(finding.rule().why());
                row["source"] = json!(finding.rule().source());
                row["display"] = json!(finding.to_string());
            }
        }
        if let Some((code, [a, b, c], text)) = report.refusal() {
            map.insert("refusal".into(), json!(format!("{code} {a}.{b}.{c} {text}")));
        }
    }
    write(&format!("{value}\n"), aside);
}

/// To standard output, or, where the mended message goes there, to standard error. A reader that went away is no fault.
fn write(text: &str, aside: bool) {
    let _gone = if aside {
        io::stderr().lock().write_all(text.as_bytes())
    } else {
        io::stdout().lock().write_all(text.as_bytes())
    };
}

/// The octets of a mended message, as they are.
pub fn octets(message: &[u8]) {
    let _gone = io::stdout().lock().write_all(message);
}

/// One document for all messages.
#[derive(Default)]
pub struct Sarif {
    results: Vec<Value>,
    rules: BTreeSet<&'static str>,
}

impl Sarif {
    pub fn add(&mut self, source: &Source<'_>, octets: &[u8], report: &Report) {
        for finding in report.findings() {
            self.rules.insert(finding.rule().id());
            self.results.push(result(source, octets, finding));
        }
    }

    pub fn print(&self, aside: bool) {
        let rules: Vec<Value> = self.rules.iter().filter_map(|id| Rule::find(id)).map(rule).collect();
        let document = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": { "name": "lint_message", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
                "columnKind": "unicodeCodePoints",
                "results": self.results,
            }],
        });
        write(&format!("{document:#}\n"), aside);
    }
}

fn rule(rule: &'static Rule) -> Value {
    json!({
        "id": rule.id(),
        "shortDescription": { "text": rule.what() },
        "fullDescription": { "text": rule.why() },
        "help": { "text": format!("{} To do: {}. ({})", rule.why(), rule.fix().what(), rule.source()) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}

fn result(source: &Source<'_>, octets: &[u8], finding: &Finding) -> Value {
    let span = finding.span();
    let start = usize::try_from(span.start).unwrap_or(0).min(octets.len());
    let line_start = octets[..start].iter().rposition(|b| *b == b'\n').map_or(0, |lf| lf + 1);
    json!({
        "ruleId": finding.rule().id(),
        "level": level(finding.severity()),
        "message": { "text": finding.message() },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(source) },
                "region": {
                    "startLine": finding.line(),
                    "startColumn": String::from_utf8_lossy(&octets[line_start..start]).chars().count() + 1,
                    "byteOffset": span.start,
                    "byteLength": span.end - span.start,
                },
            },
        }],
    })
}

/// A path as a reference by RFC 3986 §4.2; the number of a message in a mailbox is its fragment.
fn uri(source: &Source<'_>) -> String {
    let mut out = String::new();
    for b in source.path.to_string_lossy().bytes() {
        if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(char::from(b));
        } else {
            let _ = write!(out, "%{b:02X}");
        }
    }
    if let Some(number) = source.number {
        let _ = write!(out, "#{number}");
    }
    out
}

#[cfg(test)]
mod tests {
    use mailwright::message::{Context, Profile, validate};

    use super::*;

    fn source(path: &str, number: Option<usize>) -> Source<'_> {
        Source { path: std::path::Path::new(path), number }
    }

    #[test]
    fn a_path_is_a_reference_whatever_is_in_it() {
        for (name, number, expect) in [
            ("mail/in box.eml", None, "mail/in%20box.eml"),
            ("a:b%?.eml", None, "a%3Ab%25%3F.eml"),
            ("b\u{fc}cher", None, "b%C3%BCcher"),
            ("box", Some(12), "box#12"),
            ("box#12", None, "box%2312"),
            ("box#12", Some(3), "box%2312#3"),
        ] {
            assert_eq!(uri(&source(name, number)), expect);
        }
    }

    #[test]
    fn a_column_counts_characters() {
        let octets = "From: a@example.com\r\nTo: \u{fc}\u{fc} <b@example.com>,,c@example.com\r\n\r\n";
        let report = validate(octets.as_bytes(), &Profile::inbound(), &Context::new());
        let finding = report
            .findings()
            .iter()
            .find(|found| found.rule().id() == "address-list-null-element")
            .expect("found");
        let told = result(&source("m", None), octets.as_bytes(), finding);
        // `To: üü <b@example.com>,` are 23 characters and 25 octets.
        assert_eq!(told["locations"][0]["physicalLocation"]["region"]["startColumn"], 24);
    }
}
