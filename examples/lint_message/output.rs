//! Shows findings: to people, to programs, to code scanners.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use mailwright::message::{Finding, Report, Rule, Severity, render};
use serde_json::{Value, json};

/// How many messages had what.
#[derive(Default)]
pub struct Summary {
    messages: usize,
    errors: usize,
    warnings: usize,
    hints: usize,
}

impl Summary {
    pub fn count(&mut self, report: &Report) {
        self.messages += 1;
        for finding in report.findings() {
            match finding.severity() {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
                Severity::Hint => self.hints += 1,
            }
        }
    }

    pub fn exit(&self) -> u8 {
        match (self.errors, self.warnings) {
            (0, 0) => 0,
            (0, _) => 1,
            _ => 2,
        }
    }

    pub fn print(&self) {
        let colour = match self.exit() {
            0 => AnsiColor::Green,
            1 => AnsiColor::Yellow,
            _ => AnsiColor::Red,
        };
        let style = Style::new().fg_color(Some(colour.into())).bold();
        anstream::eprintln!(
            "{style}{} {}: {} errors, {} warnings, {} hints{style:#}",
            self.messages,
            if self.messages == 1 { "message" } else { "messages" },
            self.errors,
            self.warnings,
            self.hints
        );
    }
}

/// Each finding over its lines, the worst that can be said first.
pub fn people(name: &str, octets: &[u8], report: &Report, aside: bool) {
    let text = render(report, octets, name, true);
    let mut skipped = String::new();
    for line in report.skipped() {
        let _ = writeln!(skipped, "  {line}");
    }
    let style = AnsiColor::BrightBlack.on_default();
    let tail =
        if skipped.is_empty() { String::new() } else { format!("{style}not judged:\n{skipped}{style:#}") };
    if aside {
        anstream::eprint!("{text}{tail}");
    } else {
        let mut out = anstream::stdout();
        // A reader that went away, such as `head`, is no fault of the message.
        let _gone = write!(out, "{text}{tail}");
    }
}

/// One object a message.
pub fn json(name: &str, report: &Report) {
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
    let _gone = writeln!(io::stdout().lock(), "{value}");
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
    pub fn add(&mut self, name: &str, octets: &[u8], report: &Report) {
        for finding in report.findings() {
            self.rules.insert(finding.rule().id());
            self.results.push(result(name, octets, finding));
        }
    }

    pub fn print(&self) {
        let rules: Vec<Value> = self.rules.iter().filter_map(|id| Rule::find(id)).map(rule).collect();
        let document = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": { "name": "lint_message", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
                "results": self.results,
            }],
        });
        let _gone = writeln!(io::stdout().lock(), "{document:#}");
    }
}

fn rule(rule: &'static Rule) -> Value {
    json!({
        "id": rule.id(),
        "shortDescription": { "text": rule.what() },
        "fullDescription": { "text": rule.why() },
        "help": { "text": format!("{} ({})", rule.why(), rule.source()) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}

fn result(name: &str, octets: &[u8], finding: &Finding) -> Value {
    let span = finding.span();
    let start = usize::try_from(span.start).unwrap_or(0).min(octets.len());
    let line_start = octets[..start].iter().rposition(|b| *b == b'\n').map_or(0, |lf| lf + 1);
    json!({
        "ruleId": finding.rule().id(),
        "level": level(finding.severity()),
        "message": { "text": finding.message() },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": name },
                "region": {
                    "startLine": finding.line(),
                    "startColumn": start - line_start + 1,
                    "byteOffset": span.start,
                    "byteLength": span.end - span.start,
                },
            },
        }],
    })
}
