//! Reads the local part.
//!
//! in:  a cursor at its first octet      out: the cursor at what ends it, an `@` in a good address
//! law: what stands in quotes is never looked into (RFC 5321 §2.3.11, RFC 5322 §3.4.1)

use super::blank::{blanks, folding, pair};
use super::octet::{ATEXT, CONTROL, Cursor, QTEXT, is};
use super::{Judge, character, fatal, unexpected};
use crate::fault::{AddressError, Fault};
use crate::grammar;

/// What was read of a local part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Local {
    /// Its first octet, behind comments and blanks.
    pub(crate) start: usize,
    /// Its length without comments and blanks between its words.
    pub(crate) octets: usize,
}

/// What stands in front of the cursor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Dot,
    Atom,
    Quotes,
    Blank,
}

/// local-part = dot-atom / quoted-string / obs-local-part; obs-local-part = word *("." word)
/// Local-part = Dot-string / Quoted-string
#[inline]
pub(crate) fn local_part<J: Judge>(cursor: &mut Cursor<'_>, judge: &mut J) -> Result<Local, AddressError> {
    if matches!(cursor.peek(), Some(b' ' | b'\t' | b'\r' | b'(')) {
        blanks(cursor, judge)?;
    }
    let mut local = Local { start: cursor.at(), octets: 0 };
    if let Some(octets) = plain(cursor.rest()) {
        cursor.advance(octets);
        return Ok(Local { octets, ..local });
    }
    let mut before = Before::Nothing;
    let mut any_quoted = false;
    loop {
        let at = cursor.at();
        let Some(octet) = cursor.peek() else { break };
        match octet {
            b'@' => break,
            b'.' => {
                dot(before, at, judge)?;
                if any_quoted {
                    judge.note(Fault::ObsoleteLocalPart, at)?;
                }
                cursor.bump();
                before = Before::Dot;
                local.octets = local.octets.saturating_add(1);
            }
            b' ' | b'\t' | b'\r' | b'(' => {
                blanks(cursor, judge)?;
                if before == Before::Dot {
                    judge.note(Fault::BetweenWords, at)?;
                } else {
                    before = Before::Blank;
                }
            }
            _ => {
                let quotes = octet == b'"';
                word_may_begin(before, octet, at, judge)?;
                if quotes {
                    quoted_string(cursor, judge)?;
                } else {
                    atom(cursor, judge)?;
                }
                any_quoted |= quotes;
                if quotes && local.octets > 0 {
                    judge.note(Fault::ObsoleteLocalPart, at)?;
                }
                before = if quotes { Before::Quotes } else { Before::Atom };
                local.octets = local.octets.saturating_add(cursor.distance(at));
            }
        }
    }
    ends(before, local, cursor, judge)?;
    Ok(local)
}

/// The length of a local part that nothing can be said against: one atom in front of the `@`. Every other one is read
/// with care.
#[inline]
pub(super) fn plain(octets: &[u8]) -> Option<usize> {
    let atom = octets.iter().position(|octet| !is(*octet, ATEXT))?;
    (octets.get(atom) == Some(&b'@') && (1..=LOCAL_PART).contains(&atom)).then_some(atom)
}

/// Judges what stands in front of the `@`.
#[inline]
fn ends<J: Judge>(
    before: Before,
    local: Local,
    cursor: &Cursor<'_>,
    judge: &mut J,
) -> Result<(), AddressError> {
    match before {
        Before::Nothing if cursor.peek().is_some() => {
            return Err(fatal(judge, Fault::NoLocalPart, local.start));
        }
        Before::Nothing | Before::Atom | Before::Quotes => {}
        Before::Dot if judge.grammar().allows(grammar::LOOSE_DOTS) => {}
        Before::Dot => judge.note(Fault::TrailingDot, cursor.at().saturating_sub(1))?,
        Before::Blank => judge.note(Fault::BesideAt, cursor.at())?,
    }
    if local.octets > LOCAL_PART && !judge.grammar().allows(grammar::LONG_LOCAL_PART) {
        judge.note(Fault::LocalPartTooLong, local.start.saturating_add(LOCAL_PART))?;
    }
    Ok(())
}

/// Judges a dot by what stands in front of it.
fn dot<J: Judge>(before: Before, at: usize, judge: &mut J) -> Result<(), AddressError> {
    let loose = judge.grammar().allows(grammar::LOOSE_DOTS);
    match before {
        Before::Nothing if !loose => judge.note(Fault::LeadingDot, at),
        Before::Dot if !loose => judge.note(Fault::DoubleDot, at),
        Before::Blank => judge.note(Fault::BetweenWords, at),
        Before::Nothing | Before::Dot | Before::Atom | Before::Quotes => Ok(()),
    }
}

/// Judges the first octet of a word by what stands in front of it.
#[inline]
fn word_may_begin<J: Judge>(before: Before, octet: u8, at: usize, judge: &mut J) -> Result<(), AddressError> {
    let fault = match before {
        Before::Nothing | Before::Dot => return Ok(()),
        Before::Atom => unexpected(octet, judge.grammar()),
        Before::Quotes => Fault::TextAfterQuotes,
        Before::Blank => Fault::TextAfterBlank,
    };
    Err(fatal(judge, fault, at))
}

/// atom = 1*atext, with the characters of RFC 6531 §3.3
#[inline]
fn atom<J: Judge>(cursor: &mut Cursor<'_>, judge: &mut J) -> Result<(), AddressError> {
    let start = cursor.at();
    loop {
        cursor.skip(ATEXT);
        match cursor.peek() {
            Some(128..) => character(cursor, judge)?,
            Some(octet) if cursor.at() == start => {
                return Err(fatal(judge, unexpected(octet, judge.grammar()), start));
            }
            _ => return Ok(()),
        }
    }
}

/// quoted-string = DQUOTE *([FWS] qcontent) [FWS] DQUOTE; Quoted-string = DQUOTE `*QcontentSMTP` DQUOTE
fn quoted_string<J: Judge>(cursor: &mut Cursor<'_>, judge: &mut J) -> Result<(), AddressError> {
    let start = cursor.at();
    judge.note(Fault::QuotedLocalPart, start)?;
    cursor.bump();
    loop {
        cursor.skip(QTEXT);
        let at = cursor.at();
        match cursor.peek() {
            None => return Err(fatal(judge, Fault::UnclosedQuotes, start)),
            Some(b'"') => {
                cursor.bump();
                return Ok(());
            }
            Some(b'\\') => pair(cursor, judge)?,
            Some(b'\t' | b'\r') => folding(cursor, judge)?,
            Some(octet) if is(octet, CONTROL) => {
                judge.note(Fault::ControlInQuotes, at)?;
                cursor.bump();
            }
            Some(0..=127) => {
                judge.note(Fault::UnexpectedInQuotes, at)?;
                cursor.bump();
            }
            Some(_) => character(cursor, judge)?,
        }
    }
}

/// The longest local part, in octets as written (RFC 5321 §4.5.3.1.1).
const LOCAL_PART: usize = 64;
