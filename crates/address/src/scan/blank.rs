//! Reads comments and folding white space.
//!
//! in:  a cursor at a blank, line end or `(`      out: the cursor behind the run
//! law: no recursion: a comment's depth is a number (RFC 5322 §3.2.2, §4.2)

use super::octet::{CONTROL, CTEXT, Cursor, is};
use super::{Judge, character, fatal};
use crate::fault::{AddressError, Fault};

/// CFWS = 1*([FWS] comment) [FWS] / FWS; says whether anything was there.
pub(crate) fn blanks<J: Judge>(cursor: &mut Cursor<'_>, judge: &mut J) -> Result<bool, AddressError> {
    let start = cursor.at();
    loop {
        match cursor.peek() {
            Some(b' ' | b'\t' | b'\r') => folding(cursor, judge)?,
            Some(b'(') => comment(cursor, judge)?,
            _ => return Ok(cursor.at() != start),
        }
    }
}

/// FWS = ([*WSP CRLF] 1*WSP) / obs-FWS; obs-FWS = 1*WSP *(CRLF 1*WSP)
pub(crate) fn folding<J: Judge>(cursor: &mut Cursor<'_>, judge: &mut J) -> Result<(), AddressError> {
    judge.note(Fault::Folding, cursor.at())?;
    let mut folded = false;
    loop {
        let at = cursor.at();
        match cursor.peek() {
            Some(b' ' | b'\t') => cursor.bump(),
            Some(b'\r') => {
                if cursor.peek_ahead(1) != Some(b'\n') {
                    return Err(fatal(judge, Fault::BareCr, at));
                }
                match (cursor.peek_ahead(2), cursor.peek_ahead(3)) {
                    (Some(b' ' | b'\t'), _) => cursor.advance(3),
                    (Some(b'\r'), Some(b'\n')) => return Err(fatal(judge, Fault::DoubleFold, at)),
                    _ => return Err(fatal(judge, Fault::FoldWithoutBlank, at)),
                }
                if folded {
                    judge.note(Fault::ObsoleteFolding, at)?;
                }
                folded = true;
            }
            _ => return Ok(()),
        }
    }
}

/// comment = "(" *([FWS] ccontent) [FWS] ")"; ccontent = ctext / quoted-pair / comment
fn comment<J: Judge>(cursor: &mut Cursor<'_>, judge: &mut J) -> Result<(), AddressError> {
    let start = cursor.at();
    judge.note(Fault::Comment, start)?;
    let mut depth = 0_usize;
    loop {
        cursor.skip(CTEXT);
        let at = cursor.at();
        match cursor.peek() {
            None => return Err(fatal(judge, Fault::UnclosedComment, start)),
            Some(b'(') => {
                depth = depth.saturating_add(1);
                cursor.bump();
            }
            Some(b')') => {
                depth = depth.saturating_sub(1);
                cursor.bump();
                if depth == 0 {
                    return Ok(());
                }
            }
            Some(b'\\') => pair(cursor, judge)?,
            Some(b'\t') => cursor.bump(),
            Some(b'\r') => folding(cursor, judge)?,
            Some(octet) if is(octet, CONTROL) => {
                judge.note(Fault::ControlInComment, at)?;
                cursor.bump();
            }
            Some(0..=127) => {
                judge.note(Fault::UnexpectedInComment, at)?;
                cursor.bump();
            }
            Some(_) => character(cursor, judge)?,
        }
    }
}

/// quoted-pair = ("\" (VCHAR / WSP)) / obs-qp; quoted-pairSMTP = %d92 %d32-126
pub(crate) fn pair<J: Judge>(cursor: &mut Cursor<'_>, judge: &mut J) -> Result<(), AddressError> {
    let at = cursor.at();
    cursor.bump();
    match cursor.peek() {
        None => return Err(fatal(judge, Fault::BackslashAtEnd, at)),
        Some(b' '..=b'~') => {}
        Some(b'\t') => judge.note(Fault::Folding, cursor.at())?,
        Some(0..=127) => judge.note(Fault::ControlEscaped, at)?,
        Some(_) => {
            judge.note(Fault::NonAsciiEscaped, at)?;
            return character(cursor, judge);
        }
    }
    cursor.bump();
    Ok(())
}
