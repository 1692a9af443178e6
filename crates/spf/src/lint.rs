//! The linter: every fault of a record and every frowned-on habit, with the mended text.
//!
//! in:  the text of one record, or all TXT records of a name      out: findings, in the order of the text
//! law: it has an error exactly where the strict parser has one; a mended term is one that parses

mod diagnose;
mod judge;
mod rule;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use mailwright_dns::Text;

use crate::grammar::{self, Words};
use crate::record::{ParseError, Term, TermKind};

pub use rule::{Rule, Severity};

/// One thing to say about a record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Which rule.
    pub rule: Rule,
    /// How bad it is.
    pub severity: Severity,
    /// The octets it is about, 0-based, in the joined text.
    pub range: Range<usize>,
    /// What is the matter here, one sentence.
    pub message: String,
    /// What the octets of `range` should be instead, where that can be told.
    pub mended: Option<String>,
}

/// What the linter found.
///
/// # Examples
///
/// ```
/// use mailwright_spf::{Rule, lint};
///
/// let report = lint(b"v=spf1 ipv4:192.0.2.1 include=_spf.example.net -all");
/// assert!(report.has_errors());
/// assert_eq!(report.findings()[0].rule, Rule::UnknownMechanism);
/// assert_eq!(report.mended().unwrap(), "v=spf1 ip4:192.0.2.1 include:_spf.example.net -all");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    text: Vec<u8>,
    findings: Vec<Finding>,
    /// Findings that were left out.
    left_out: usize,
}

/// Findings of one report.
const MOST: usize = 100;

/// Looks at the joined text of one record and goes on behind faults.
pub fn lint(text: &[u8]) -> Report {
    let mut report = Report { text: text.to_vec(), findings: Vec::new(), left_out: 0 };
    if !grammar::version(text) {
        diagnose::version(text, &mut report);
        return report;
    }
    if text.len() > usize::from(u16::MAX) {
        let range = usize::from(u16::MAX)..text.len();
        report.add(Rule::TooLong, range, "a TXT record holds at most 65535 octets".into(), None);
        return report;
    }
    let mut terms = Vec::new();
    let mut seen = (false, false);
    let mut done = 0_usize;
    for (start, end) in Words::new(text) {
        if end <= done {
            continue;
        }
        match grammar::term(text, start) {
            Ok(term) => {
                let seen = match term.kind {
                    TermKind::Redirect(_) => &mut seen.0,
                    TermKind::Explanation(_) => &mut seen.1,
                    TermKind::Directive(..) | TermKind::Unknown => &mut false,
                };
                if core::mem::replace(seen, true)
                    && !matches!(term.kind, TermKind::Directive(..) | TermKind::Unknown)
                {
                    let message =
                        "this modifier stands here a second time, which spoils the whole record".into();
                    report.add(Rule::ModifierTwice, start..end, message, Some(String::new()));
                }
                terms.push(term);
            }
            Err(error) => {
                if let Some((end, kind)) = diagnose::word(text, start..end, error, &mut report) {
                    done = end;
                    // Both at most 65535, as was looked at above.
                    let short = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
                    terms.push(Term { start: short(start), end: short(end), kind });
                }
            }
        }
    }
    judge::terms(text, &terms, &mut report);
    judge::record(text, &terms, &mut report);
    report.findings.sort_by_key(|finding| (finding.range.start, finding.range.end));
    report
}

/// Looks at all TXT records of a name: there must be exactly one SPF record among them.
///
/// The ranges of the findings are those of the first SPF record, or of the text that was meant to be one.
///
/// # Examples
///
/// ```
/// use mailwright_dns::Text;
/// use mailwright_spf::{Rule, lint_all};
///
/// let texts = [Text::from_text("v=spf1 -all")?, Text::from_text("v=spf1 mx -all")?];
/// let report = lint_all(&texts);
/// assert!(report.findings().iter().any(|finding| finding.rule == Rule::TwoRecords));
/// # Ok::<(), mailwright_dns::TextError>(())
/// ```
pub fn lint_all(texts: &[Text]) -> Report {
    let records: Vec<&Text> = texts.iter().filter(|text| grammar::version(text.joined())).collect();
    let meant = texts.iter().find(|text| diagnose::is_meant(text.joined()));
    let Some(record) = records.first().copied().or(meant) else {
        let mut report = lint(b"");
        report.findings.clear();
        report.add(Rule::NoRecord, 0..0, "there is no SPF record at this name".into(), None);
        return report;
    };
    let mut report = lint(record.joined());
    judge::set(texts, record, &records, &mut report);
    report.findings.sort_by_key(|finding| (finding.range.start, finding.range.end));
    report
}

impl Report {
    /// The findings, in the order of the text.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The text that was looked at.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Whether there is an error: then receivers end in permerror, or don't see a record at all.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// How many findings were left out, since there were more than 100.
    pub const fn left_out(&self) -> usize {
        self.left_out
    }

    /// The record with all mends made; `None` where there is nothing to mend. Of mends that overlap the first is made.
    pub fn mended(&self) -> Option<String> {
        let mut out: Vec<u8> = Vec::with_capacity(self.text.len());
        let mut at = 0_usize;
        for finding in &self.findings {
            let (Some(mended), true) = (&finding.mended, finding.range.start >= at) else { continue };
            out.extend_from_slice(self.text.get(at..finding.range.start)?);
            if mended.is_empty() {
                while out.last() == Some(&b' ') {
                    out.pop();
                }
            }
            out.extend_from_slice(mended.as_bytes());
            at = finding.range.end;
        }
        if at == 0 && out.is_empty() {
            return None;
        }
        out.extend_from_slice(self.text.get(at..)?);
        let text = String::from_utf8(out).ok()?;
        if text.as_bytes() == self.text { None } else { Some(text) }
    }

    /// Adds a finding; where there are too many, notes and warnings give way.
    fn add(&mut self, rule: Rule, range: Range<usize>, message: String, mended: Option<String>) {
        let severity = rule.severity();
        if self.findings.len() >= MOST && (severity != Severity::Error || self.has_errors()) {
            self.left_out = self.left_out.saturating_add(1);
            return;
        }
        self.findings.push(Finding { rule, severity, range, message, mended });
    }
}

/// One line per finding.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.findings.iter().try_for_each(|finding| writeln!(f, "{finding}"))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}] octets {}..{}: ", self.severity, self.rule, self.range.start, self.range.end)?;
        f.write_str(&self.message)?;
        match &self.mended {
            Some(mended) if mended.is_empty() => f.write_str(" (delete it)"),
            Some(mended) => write!(f, " (write `{mended}`)"),
            None => Ok(()),
        }
    }
}

/// What the strict parser says of a text, as the linter's first error has it.
fn says(error: ParseError) -> String {
    alloc::format!("expected {} at octet {}", error.expected, error.at)
}
