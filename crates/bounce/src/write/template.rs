//! Fills sentences with facts.
//!
//! in:  lines with `{names}`, and a value for each      out: lines of at most 72 columns
//! law: a line whose name has no value is left out; a value never makes a line of its own

use alloc::string::String;

/// A template that can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("no template at octet {at}: expected {expected}")]
#[non_exhaustive]
pub struct TemplateError {
    /// Octets from the start of the template.
    pub at: usize,
    /// What should have stood there.
    pub expected: &'static str,
}

/// A piece of a template.
enum Piece<'t> {
    Text(&'t str),
    Name(&'t str),
}

/// The pieces of a line, or where it is broken. `{{` and `}}` are braces.
fn pieces(line: &str) -> impl Iterator<Item = Result<Piece<'_>, (usize, &'static str)>> {
    let mut at = 0_usize;
    core::iter::from_fn(move || {
        let rest = line.get(at..).filter(|rest| !rest.is_empty())?;
        let start = at;
        if let Some(double) = ["{{", "}}"].into_iter().find(|double| rest.starts_with(double)) {
            at = at.saturating_add(2);
            return double.get(..1).map(|brace| Ok(Piece::Text(brace)));
        }
        if let Some(inner) = rest.strip_prefix('{') {
            let Some(end) = inner.find('}') else {
                at = line.len();
                return Some(Err((start, "`}` behind the name")));
            };
            at = at.saturating_add(end).saturating_add(2);
            return inner.get(..end).map(|name| Ok(Piece::Name(name)));
        }
        if rest.starts_with('}') {
            at = line.len();
            return Some(Err((start, "`{` in front, or `}}` for a brace")));
        }
        let end = rest.find(['{', '}']).unwrap_or(rest.len());
        at = at.saturating_add(end);
        rest.get(..end).map(|text| Ok(Piece::Text(text)))
    })
}

/// Checks that every name of the template is one of `names`, and that no control character stands in it but LF.
pub(super) fn check(
    template: &str,
    names: &'static [&'static str],
    one_line: bool,
) -> Result<(), TemplateError> {
    if let Some((at, _)) = template.char_indices().find(|(_, c)| c.is_control() && (*c != '\n' || one_line)) {
        return Err(TemplateError { at, expected: "text without control characters" });
    }
    let mut start = 0_usize;
    for line in template.split('\n') {
        let mut at = start;
        for piece in pieces(line) {
            match piece {
                Ok(Piece::Name(name)) if !names.contains(&name) => {
                    return Err(TemplateError { at, expected: "a name that this place knows" });
                }
                Ok(Piece::Name(name)) => at = at.saturating_add(name.len()).saturating_add(2),
                Ok(Piece::Text(text)) => {
                    let doubled = usize::from(matches!(text, "{" | "}"));
                    at = at.saturating_add(text.len()).saturating_add(doubled);
                }
                Err((offset, expected)) => {
                    return Err(TemplateError { at: start.saturating_add(offset), expected });
                }
            }
        }
        start = start.saturating_add(line.len()).saturating_add(1);
    }
    Ok(())
}

/// Fills the template; every line is wrapped under its own indent and ends with CR LF.
pub(super) fn fill(template: &str, value: impl Fn(&str) -> Option<String>, out: &mut String) {
    for line in template.split('\n') {
        if let Some(filled) = filled(line, &value) {
            wrap(&filled, out);
        }
    }
}

/// One line, filled; `None` where a name in it has no value.
pub(super) fn filled(line: &str, value: &impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut out = String::new();
    for piece in pieces(line) {
        match piece.ok()? {
            Piece::Text(text) => out.push_str(text),
            Piece::Name(name) => out.push_str(&value(name)?),
        }
    }
    Some(out)
}

fn wrap(line: &str, out: &mut String) {
    let text = line.trim_start_matches(' ');
    let indent = line.len().saturating_sub(text.len()).min(20);
    let mut column = 0_usize;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let width = word.chars().count();
        if column > 0 && column.saturating_add(width).saturating_add(1) > COLUMNS {
            out.push_str("\r\n");
            column = 0;
        }
        if column == 0 {
            out.extend(core::iter::repeat_n(' ', indent));
            column = indent;
        } else {
            out.push(' ');
            column = column.saturating_add(1);
        }
        out.push_str(word);
        column = column.saturating_add(width);
    }
    out.push_str("\r\n");
}

/// Columns of the text: short enough that ASCII text needs no coding.
const COLUMNS: usize = 72;
