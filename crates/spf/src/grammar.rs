//! The grammar of RFC 7208 §12, one function per rule, shared by the strict parser, the linter and the evaluator.
//!
//! in:  octets of a record      out: terms, or where a term stops being one
//! law: one pass, no allocation, nothing accepted that the grammar does not have

mod address;
mod class;
mod name;

use crate::record::{DomainSpec, Mechanism, ParseError, Prefix, Qualifier, Term, TermKind};
use address::{dual_cidr_length, ip4, ip6};
use class::{NAME, is};
use name::{domain_spec, domain_spec_before, macro_string};

pub(crate) use name::{In, Macro, macro_expand};

/// What a fault does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Faults {
    /// It ends the parsing.
    End,
    /// The faulty term is left out: the second opinion.
    LeaveOut,
}

/// Octets of a record beyond which it can't be a TXT record.
const LONGEST: usize = u16::MAX as usize;

/// `version = "v=spf1"`, ended by SP or the end of the record.
pub(crate) fn version(text: &[u8]) -> bool {
    /// Of the letters, the bit that makes them lower; no other octet becomes one of them.
    const CASE: u64 = u64::from_be_bytes([0x20, 0, 0x20, 0x20, 0x20, 0, 0, 0]);
    const WORD: u64 = u64::from_be_bytes(*b"v=spf1 \0");
    match text.first_chunk::<8>() {
        Some(head) => (u64::from_be_bytes(*head) | CASE) & !0xff == WORD,
        None => text.get(..6).is_some_and(|word| word.eq_ignore_ascii_case(b"v=spf1")) && ends(text, 6),
    }
}

/// How many terms there may be, to allocate once: one for each blank, 1024 at most.
pub(crate) fn terms_at_most(text: &[u8]) -> usize {
    let in_few = |few: &[u8]| few.iter().fold(0_u8, |n, octet| n.wrapping_add(u8::from(*octet == b' ')));
    let blanks: usize = text.chunks(128).map(|few| usize::from(in_few(few))).sum();
    blanks.min(1024)
}

/// `record = version terms *SP`
pub(crate) fn record(text: &[u8], faults: Faults, sink: &mut impl FnMut(Term)) -> Result<(), ParseError> {
    if version(text) { terms(text, faults, sink) } else { Err(error(0, "`v=spf1`, then a blank or the end")) }
}

/// `terms *SP`, behind a version that was looked at
pub(crate) fn terms(text: &[u8], faults: Faults, sink: &mut impl FnMut(Term)) -> Result<(), ParseError> {
    if text.len() > LONGEST {
        return Err(error(LONGEST, "the end: a TXT record holds at most 65535 octets"));
    }
    let (mut redirects, mut explanations) = (false, false);
    let mut at = 6_usize;
    loop {
        match text.get(at) {
            None => return Ok(()),
            Some(b' ') => at = at.wrapping_add(1),
            Some(_) => {
                let error = match term(text, at) {
                    Ok(term) => {
                        let seen = match term.kind {
                            TermKind::Directive(..) | TermKind::Unknown => &mut false,
                            TermKind::Redirect(_) => &mut redirects,
                            TermKind::Explanation(_) => &mut explanations,
                        };
                        if !core::mem::replace(seen, true) {
                            at = usize::from(term.end);
                            sink(term);
                            continue;
                        }
                        twice(at)
                    }
                    Err(error) => error,
                };
                if faults == Faults::End {
                    return Err(error);
                }
                at = word_end(text, at);
            }
        }
    }
}

/// The second `redirect=` or `exp=` of a record (RFC 7208 §6).
pub(crate) const fn twice(at: usize) -> ParseError {
    ParseError { at, expected: "`redirect=` and `exp=` at most once each" }
}

/// Where the word ends that holds this octet: at a blank or at the end.
fn word_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at.wrapping_add(rest.iter().position(|octet| *octet == b' ').unwrap_or(rest.len()))
}

/// The words behind the version, as ranges.
pub(crate) struct Words<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Words<'t> {
    pub(crate) const fn new(text: &'t [u8]) -> Self {
        Self { text, at: 6 }
    }
}

impl Iterator for Words<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        let rest = self.text.get(self.at..)?;
        let blanks = rest.iter().position(|octet| *octet != b' ')?;
        let start = self.at.wrapping_add(blanks);
        self.at = word_end(self.text, start);
        Some((start, self.at))
    }
}

const fn error(at: usize, expected: &'static str) -> ParseError {
    ParseError { at, expected }
}

/// What an octet that is no visible ASCII character deserves; otherwise what was expected.
fn unless_visible(text: &[u8], at: usize, expected: &'static str) -> ParseError {
    match text.get(at) {
        // A blank is the end of the term.
        Some(0x20..=0x7e) | None => error(at, expected),
        Some(_) => error(at, VISIBLE),
    }
}

/// Whether a term ends here.
fn ends(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), None | Some(b' '))
}

/// An octet's number in a record, which has at most 65 535, as `record` checked.
fn short(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

pub(crate) const VISIBLE: &str = "a visible ASCII character";
pub(crate) const MECHANISM: &str = "all, a, mx, ptr, ip4, ip6, include or exists";

/// A whole text that must be one term.
pub(crate) fn only_term(text: &[u8]) -> Result<Term, ParseError> {
    let term = term(text, 0)?;
    let end = usize::from(term.end);
    if end == text.len() { Ok(term) } else { Err(error(end, VISIBLE)) }
}

/// `directive / modifier`, up to a blank or the end
pub(crate) fn term(text: &[u8], start: usize) -> Result<Term, ParseError> {
    let (qualifier, name_at) = match text.get(start) {
        Some(b'+') => (Qualifier::Pass, start.wrapping_add(1)),
        Some(b'-') => (Qualifier::Fail, start.wrapping_add(1)),
        Some(b'~') => (Qualifier::SoftFail, start.wrapping_add(1)),
        Some(b'?') => (Qualifier::Neutral, start.wrapping_add(1)),
        _ => (Qualifier::Pass, start),
    };
    let mut at = name_at;
    // The last eight octets of the name, in lower case.
    let mut word = 0_u64;
    while let Some(octet) = text.get(at)
        && is(*octet, NAME)
    {
        word = word << 8 | lower(*octet);
        at = at.wrapping_add(1);
    }
    let length = at.wrapping_sub(name_at);
    let (kind, end) = match text.get(at) {
        None | Some(b' ' | b':' | b'/') => {
            if length > 7 {
                return Err(error(name_at, MECHANISM));
            }
            let (mechanism, end) = mechanism(text, word, name_at, at)?;
            (TermKind::Directive(qualifier, mechanism), end)
        }
        Some(b'=') if name_at > start => return Err(error(start, "a modifier without a qualifier")),
        Some(b'=') => modifier(text, if length > 8 { 0 } else { word }, name_at, at.wrapping_add(1))?,
        Some(_) => return Err(unless_visible(text, at, MECHANISM)),
    };
    Ok(Term { start: short(start), end: short(end), kind })
}

/// Of an octet that a name may have: digits, `-` and `.` stay, and `_` becomes what no other one becomes.
const fn lower(octet: u8) -> u64 {
    (octet | 0x20) as u64
}

/// A word as the number that `term` reads.
const fn number(word: &[u8]) -> u64 {
    let mut number = 0;
    let mut rest = word;
    while let [octet, after @ ..] = rest {
        number = number << 8 | lower(*octet);
        rest = after;
    }
    number
}

/// `modifier = redirect / explanation / unknown-modifier`
fn modifier(text: &[u8], word: u64, name_at: usize, at: usize) -> Result<(TermKind, usize), ParseError> {
    const REDIRECT: u64 = number(b"redirect");
    const EXP: u64 = number(b"exp");
    match word {
        REDIRECT => domain_spec(text, at).map(|(spec, end)| (TermKind::Redirect(spec), end)),
        EXP => domain_spec(text, at).map(|(spec, end)| (TermKind::Explanation(spec), end)),
        _ if text.get(name_at).is_some_and(u8::is_ascii_alphabetic) => {
            macro_string(text, at, In::Record).map(|found| (TermKind::Unknown, found.end))
        }
        _ => Err(error(name_at, "a name that starts with a letter")),
    }
}

/// `mechanism = all / include / a / mx / ptr / ip4 / ip6 / exists`
fn mechanism(text: &[u8], word: u64, name_at: usize, at: usize) -> Result<(Mechanism, usize), ParseError> {
    const A: u64 = number(b"a");
    const MX: u64 = number(b"mx");
    const ALL: u64 = number(b"all");
    const PTR: u64 = number(b"ptr");
    const IP4: u64 = number(b"ip4");
    const IP6: u64 = number(b"ip6");
    const EXISTS: u64 = number(b"exists");
    const INCLUDE: u64 = number(b"include");
    let colon = text.get(at) == Some(&b':');
    let behind = at.wrapping_add(1);
    match word {
        IP4 if colon => ip4(text, behind),
        IP6 if colon => ip6(text, behind),
        INCLUDE if colon => domain_spec(text, behind).map(|(spec, end)| (Mechanism::Include(spec), end)),
        EXISTS if colon => domain_spec(text, behind).map(|(spec, end)| (Mechanism::Exists(spec), end)),
        IP4 | IP6 => Err(error(at, "`:` and an address")),
        INCLUDE | EXISTS => Err(error(at, "`:` and a domain")),
        A => target(text, at).map(|(target, prefix, end)| (Mechanism::A { target, prefix }, end)),
        MX => target(text, at).map(|(target, prefix, end)| (Mechanism::Mx { target, prefix }, end)),
        PTR if colon => {
            domain_spec(text, behind).map(|(spec, end)| (Mechanism::Ptr { target: Some(spec) }, end))
        }
        PTR if ends(text, at) => Ok((Mechanism::Ptr { target: None }, at)),
        PTR => Err(error(at, "`:` and a domain, or the end of the term")),
        ALL if ends(text, at) => Ok((Mechanism::All, at)),
        ALL => Err(error(at, "the end of the term")),
        _ => Err(error(name_at, MECHANISM)),
    }
}

/// `[ ":" domain-spec ] [ dual-cidr-length ]`
fn target(text: &[u8], at: usize) -> Result<(Option<DomainSpec>, Prefix, usize), ParseError> {
    if ends(text, at) {
        return Ok((None, Prefix::FULL, at));
    }
    if text.get(at) == Some(&b':') {
        let behind = at.wrapping_add(1);
        let found = macro_string(text, behind, In::Record)?;
        let (stop, prefix) = dual_cidr_length(text, behind, found.end)?;
        let spec = domain_spec_before(text, behind, stop, &found)?;
        return Ok((Some(spec), prefix, found.end));
    }
    let end = word_end(text, at);
    match dual_cidr_length(text, at, end)? {
        (stop, prefix) if stop == at => Ok((None, prefix, end)),
        _ => Err(error(at, "`:` and a domain, a prefix length, or the end of the term")),
    }
}
