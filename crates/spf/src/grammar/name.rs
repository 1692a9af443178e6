//! Names with macros: `domain-spec` and `macro-string`, RFC 7208 §7.1.

use super::class::{DELIMITER, LABEL, LITERAL, NO_DIGIT, is, of};
use super::{VISIBLE, ends, error, short};
use crate::record::{DomainSpec, Letters, ParseError};

/// Where a macro stands: `c`, `r` and `t` are for explanations only (RFC 7208 §7.2).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum In {
    Record,
    Explanation,
}

/// A macro-string, found.
pub(super) struct Found {
    letters: Letters,
    /// Where its last macro ends.
    macro_end: usize,
    /// Where it ends.
    pub(super) end: usize,
}

/// `domain-spec = macro-string domain-end`, up to the end of the term; gives that, too.
pub(super) fn domain_spec(text: &[u8], start: usize) -> Result<(DomainSpec, usize), ParseError> {
    let found = macro_string(text, start, In::Record)?;
    Ok((domain_spec_before(text, start, found.end, &found)?, found.end))
}

/// The same, where the name ends before the macro-string does.
pub(super) fn domain_spec_before(
    text: &[u8],
    start: usize,
    end: usize,
    found: &Found,
) -> Result<DomainSpec, ParseError> {
    if found.macro_end != end || start == end {
        domain_end(text, found.macro_end, end)?;
    }
    Ok(DomainSpec { start: short(start), end: short(end), letters: found.letters })
}

/// `domain-end = ( "." toplabel [ "." ] ) / macro-expand`, the part behind the last macro
fn domain_end(text: &[u8], start: usize, end: usize) -> Result<(), ParseError> {
    let tail = text.get(start..end).unwrap_or_default();
    let tail = tail.strip_suffix(b".").unwrap_or(tail);
    let (mut all, mut any, mut at) = (LABEL, 0, tail.len());
    while let Some(octet) = at.checked_sub(1).and_then(|before| tail.get(before))
        && *octet != b'.'
    {
        all &= of(*octet);
        any |= of(*octet);
        at = at.wrapping_sub(1);
    }
    let label = tail.get(at..).unwrap_or_default();
    let hyphens = label.first() == Some(&b'-') || label.last() == Some(&b'-');
    if at > 0 && all != 0 && any & NO_DIGIT != 0 && !hyphens { Ok(()) } else { Err(not_an_end(tail, start)) }
}

/// What is wrong with the end of a domain.
#[cold]
fn not_an_end(tail: &[u8], start: usize) -> ParseError {
    let Some(dot) = tail.iter().rposition(|octet| *octet == b'.') else {
        let expected = if tail.is_empty() { "a domain" } else { "a domain of at least two labels" };
        return error(start, expected);
    };
    let label_at = start.wrapping_add(dot).wrapping_add(1);
    let label = tail.get(dot.wrapping_add(1)..).unwrap_or_default();
    if label.is_empty() {
        return error(label_at, "a top label");
    }
    if let Some(bad) = label.iter().position(|octet| !is(*octet, LABEL)) {
        return error(label_at.wrapping_add(bad), "a top label of letters, digits and hyphens");
    }
    if label.starts_with(b"-") || label.ends_with(b"-") {
        return error(label_at, "a top label without a hyphen at its ends");
    }
    error(label_at, "a top label that is no number (addresses go into ip4: or ip6:)")
}

/// `macro-string = *( macro-expand / macro-literal )`, up to the end of the term.
pub(super) fn macro_string(text: &[u8], start: usize, place: In) -> Result<Found, ParseError> {
    let mut letters = 0_u16;
    let mut macro_end = start;
    let mut at = start;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        at = at.wrapping_add(rest.iter().position(|octet| !is(*octet, LITERAL)).unwrap_or(rest.len()));
        if ends(text, at) {
            return Ok(Found { letters: Letters(letters), macro_end, end: at });
        }
        if text.get(at) != Some(&b'%') {
            return Err(error(at, VISIBLE));
        }
        let found = macro_expand(text, at, place)?;
        letters |= Letters::PERCENT | Letters::bit(found.letter);
        at = found.end;
        macro_end = at;
    }
}

/// One macro, found.
#[derive(Clone, Copy)]
pub(crate) struct Macro<'t> {
    /// In lower case; `%`, `_` or `-` for the three without braces.
    pub(crate) letter: u8,
    /// Whether the letter is in upper case: the value is URL-escaped.
    pub(crate) escape: bool,
    /// How many right-hand parts are kept; 0 for all.
    pub(crate) keep: usize,
    pub(crate) reverse: bool,
    pub(crate) delimiters: &'t [u8],
    /// Where it ends.
    pub(crate) end: usize,
}

/// `macro-expand = ( "%{" macro-letter transformers *delimiter "}" ) / "%%" / "%_" / "%-"`
pub(crate) fn macro_expand(text: &[u8], start: usize, place: In) -> Result<Macro<'_>, ParseError> {
    let mut at = start.wrapping_add(1);
    match text.get(at) {
        Some(b'{') => {}
        Some(&letter @ (b'%' | b'_' | b'-')) => {
            let end = at.wrapping_add(1);
            return Ok(Macro { letter, escape: false, keep: 0, reverse: false, delimiters: &[], end });
        }
        _ => return Err(error(start, "`%{`, `%%`, `%_` or `%-`")),
    }
    at = at.wrapping_add(1);
    let written = text.get(at).copied().unwrap_or(0);
    let letter = written.to_ascii_lowercase();
    let allowed = match Letters::bit(letter) {
        0 => false,
        bit => place == In::Explanation || bit & Letters::EXPLANATION == 0,
    };
    if !allowed {
        let expected = if place == In::Record { "a macro letter: s l o d i p v h" } else { "a macro letter" };
        return Err(error(at, expected));
    }
    at = at.wrapping_add(1);
    let escape = written != letter;
    if text.get(at) == Some(&b'}') {
        let end = at.wrapping_add(1);
        return Ok(Macro { letter, escape, keep: 0, reverse: false, delimiters: &[], end });
    }
    let digits_at = at;
    let mut keep = 0_usize;
    while let Some(digit @ b'0'..=b'9') = text.get(at) {
        keep = keep.saturating_mul(10).saturating_add(usize::from(digit.wrapping_sub(b'0')));
        at = at.wrapping_add(1);
    }
    if keep == 0 && at != digits_at {
        return Err(error(digits_at, "a number above zero"));
    }
    let reverse = matches!(text.get(at), Some(b'r' | b'R'));
    at = at.wrapping_add(usize::from(reverse));
    let delimiters_at = at;
    while let Some(octet) = text.get(at)
        && is(*octet, DELIMITER)
    {
        at = at.wrapping_add(1);
    }
    let delimiters = text.get(delimiters_at..at).unwrap_or_default();
    match text.get(at) {
        Some(b'}') => Ok(Macro { letter, escape, keep, reverse, delimiters, end: at.wrapping_add(1) }),
        _ => Err(error(at, "`}`")),
    }
}
