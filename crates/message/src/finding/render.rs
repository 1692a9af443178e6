//! Draws findings over the lines they are about, as compilers do.
//!
//! in:  a report and the message      out: text for a terminal, coloured or plain
//! law: octets that are no UTF-8, and controls, are shown as signs, so nothing of the message reaches the terminal raw

use crate::finding::{Finding, Report};
use crate::rules::Severity;
use alloc::string::String;
use alloc::vec::Vec;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use core::ops::Range;

/// Lines of the message shown around a place.
const LINES: usize = 12;
/// Longest line that is shown whole, octets.
const WIDTH: usize = 200;

/// Draws each finding of `report` over the lines of `octets`; `name` is shown as the file.
///
/// Errors come first, then warnings, then hints, each in the order of their places.
///
/// # Examples
///
/// ```
/// use mailwright_message::{Context, Profile, render, validate};
/// let octets = b"From: a@example.com\r\nDate: yesterday\r\n\r\nHi\r\n";
/// let report = validate(octets, &Profile::inbound(), &Context::new());
/// let text = render(&report, octets, "bad.eml", false);
/// assert!(text.contains("error[date-invalid]") && text.contains("Date: yesterday"));
/// ```
pub fn render(report: &Report, octets: &[u8], name: &str, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    let mut findings: Vec<&Finding> = report.findings().iter().collect();
    findings.sort_by_key(|finding| core::cmp::Reverse(finding.severity()));
    for finding in findings {
        out.push_str(&one(finding, octets, name, &renderer));
        out.push_str("\n\n");
    }
    out
}

fn one(finding: &Finding, octets: &[u8], name: &str, renderer: &Renderer) -> String {
    let level = match finding.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Hint => Level::INFO.with_name("hint"),
    };
    let message = finding.message();
    let window = Window::around(octets, finding);
    let label = finding.rule().why();
    let path = if finding.part().is_root() {
        String::from(name)
    } else {
        alloc::format!("{name} part {}", finding.part())
    };
    let snippet = Snippet::source(window.text.as_str())
        .line_start(window.line)
        .path(path)
        .annotation(AnnotationKind::Primary.span(window.span.clone()).label(label));
    let title = level.primary_title(message).id(finding.rule().id());
    let mut group = Group::with_title(title).element(snippet);
    if let Some(fix) = finding.fix() {
        group = group.element(Level::HELP.message(fix.what()));
    }
    let source = match finding.receiver() {
        Some((receiver, reply)) => alloc::format!("{} ({receiver}: {reply})", finding.rule().source()),
        None => String::from(finding.rule().source()),
    };
    group = group.element(Level::NOTE.message(source));
    renderer.render(&[group])
}

/// The lines that are shown, and where in them the place is.
struct Window {
    text: String,
    span: Range<usize>,
    line: usize,
}

impl Window {
    fn around(octets: &[u8], finding: &Finding) -> Self {
        let most = octets.len();
        let start = usize::try_from(finding.span().start).unwrap_or(most).min(most);
        let end = usize::try_from(finding.span().end).unwrap_or(most).clamp(start, most);
        let head = octets.get(..start).unwrap_or_default();
        let begin = memchr::memrchr(b'\n', head).map_or(0, |lf| lf.saturating_add(1));
        let mut text = String::new();
        let mut span = 0..0;
        let mut at = begin;
        let mut shown = 0_usize;
        let mut started = false;
        for line in octets.get(begin..).unwrap_or_default().split_inclusive(|b| *b == b'\n') {
            if shown >= LINES || at > end && shown > 0 || at >= end && started {
                break;
            }
            shown = shown.saturating_add(1);
            let marks = draw(crate::field::strip_line_end(line), at, start, end, &mut text);
            if let Some(from) = marks.0.filter(|_| !started) {
                span.start = from;
                started = true;
            }
            span.end = marks.1.unwrap_or(text.len());
            text.push('\n');
            at = at.saturating_add(line.len());
        }
        if !started {
            span.start = text.len().saturating_sub(1);
        }
        span.end = span.end.max(span.start.saturating_add(1)).min(text.len().max(1));
        if text.is_empty() {
            text.push(' ');
        }
        Self { text, span, line: usize::try_from(finding.line()).unwrap_or(1) }
    }
}

/// Writes one line; gives where in the text the place begins and ends, if it does so in this line.
fn draw(
    line: &[u8],
    at: usize,
    start: usize,
    end: usize,
    text: &mut String,
) -> (Option<usize>, Option<usize>) {
    let (mut from, mut to) = (None, None);
    let mut offset = at;
    let cut = line.len() > WIDTH && start < at.saturating_add(WIDTH);
    let shown = if cut { line.get(..WIDTH).unwrap_or_default() } else { line };
    let skip = if line.len() > WIDTH && !cut {
        start.saturating_sub(at).saturating_sub(40).min(line.len())
    } else {
        0
    };
    let shown = shown.get(skip..).unwrap_or_default();
    let shown = shown.get(..shown.len().min(WIDTH)).unwrap_or_default();
    offset = offset.saturating_add(skip);
    for piece in pieces(shown) {
        if offset >= start && from.is_none() {
            from = Some(text.len());
        }
        if offset >= end && to.is_none() {
            to = Some(text.len());
        }
        text.push_str(&piece.1);
        offset = offset.saturating_add(piece.0);
    }
    if from.is_none() && offset >= start && at <= start {
        from = Some(text.len());
    }
    if shown.len().saturating_add(skip) < line.len() {
        text.push('…');
    }
    (from, to)
}

/// The characters of a line as they may be shown, each with how many octets it stands for.
fn pieces(line: &[u8]) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    for chunk in line.utf8_chunks() {
        for c in chunk.valid().chars() {
            let shown = match c {
                '\t' => String::from("\t"),
                '\0'..='\x1f' => {
                    String::from(char::from_u32(u32::from(c).saturating_add(0x2400)).unwrap_or('?'))
                }
                '\x7f' => String::from('␡'),
                c if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
                    String::from('�')
                }
                c => String::from(c),
            };
            out.push((c.len_utf8(), shown));
        }
        for _ in chunk.invalid() {
            out.push((1, String::from('�')));
        }
    }
    out
}
