//! Reads the host: a domain or a literal.
//!
//! in:  a cursor behind the `@`      out: the cursor behind the host and the blanks that follow it
//! law: a label outside ASCII is a U-label, unchanged by any mapping (RFC 6531 §3.3, RFC 5890 §2.3.2.1)

use super::blank::blanks;
use super::literal::literal;
use super::octet::{ATEXT, Cursor, LDH, LETDIG, is};
use super::{Judge, character, fatal};
use crate::fault::{AddressError, Fault};
use crate::{grammar, label};

/// What was read of a host.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Host {
    /// Its first octet, behind comments and blanks.
    pub(crate) start: usize,
    /// Behind its last octet, without a trailing dot.
    pub(crate) end: usize,
    /// Its length without comments and blanks inside.
    pub(crate) octets: usize,
}

/// domain = dot-atom / domain-literal / obs-domain; Domain / address-literal
#[inline]
pub(crate) fn host<J: Judge>(cursor: &mut Cursor<'_>, judge: &mut J) -> Result<Host, AddressError> {
    let at = cursor.at();
    if matches!(cursor.peek(), Some(b' ' | b'\t' | b'\r' | b'(')) {
        blanks(cursor, judge)?;
        judge.note(Fault::BesideAt, at)?;
    }
    let host = if cursor.peek() == Some(b'[') { literal(cursor, judge)? } else { domain(cursor, judge)? };
    if host.octets > DOMAIN {
        judge.note(Fault::DomainTooLong, host.start.saturating_add(DOMAIN))?;
    }
    Ok(host)
}

/// What stands in front of the cursor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Dot,
    Label,
    Blank,
}

/// What is known of the labels so far.
struct Labels {
    host: Host,
    count: usize,
    last: usize,
    international: bool,
    blanks: bool,
}

/// Domain = sub-domain *("." sub-domain); obs-domain = atom *("." atom)
#[inline]
pub(crate) fn domain<J: Judge>(cursor: &mut Cursor<'_>, judge: &mut J) -> Result<Host, AddressError> {
    let start = cursor.at();
    if let Some(octets) = plain(cursor.rest()) {
        cursor.advance(octets);
        return Ok(Host { start, end: cursor.at(), octets });
    }
    let mut labels = Labels {
        host: Host { start, end: start, octets: 0 },
        count: 0,
        last: start,
        international: false,
        blanks: false,
    };
    let mut before = Before::Nothing;
    loop {
        let at = cursor.at();
        match cursor.peek() {
            Some(b'.') => {
                match before {
                    Before::Label => {}
                    Before::Nothing => judge.note(Fault::LeadingDot, at)?,
                    Before::Dot => judge.note(Fault::DoubleDot, at)?,
                    Before::Blank => judge.note(Fault::BetweenWords, at)?,
                }
                before = Before::Dot;
                labels.host.octets = labels.host.octets.saturating_add(1);
                cursor.bump();
            }
            Some(octet) if is(octet, ATEXT) || octet > 127 => {
                if before == Before::Blank {
                    return Err(fatal(judge, Fault::TextAfterBlank, at));
                }
                read_label(cursor, judge, &mut labels)?;
                before = Before::Label;
            }
            Some(b' ' | b'\t' | b'\r' | b'(') if before != Before::Nothing => {
                blanks(cursor, judge)?;
                labels.blanks = true;
                if before == Before::Dot {
                    judge.note(Fault::BetweenWords, at)?;
                } else {
                    before = Before::Blank;
                }
            }
            _ => break,
        }
    }
    ends(before, cursor, judge, &labels)
}

/// The length of a domain that nothing can be said against: labels of letters and digits, at least two of them, up to
/// the `>` or the end. Every other one is read with care.
#[inline]
pub(super) fn plain(octets: &[u8]) -> Option<usize> {
    let (mut start, mut end) = (0_usize, octets.len());
    for (at, &octet) in octets.iter().enumerate() {
        if is(octet, LETDIG) {
            continue;
        }
        if octet != b'.' {
            end = if octet == b'>' { at } else { return None };
            break;
        }
        if !is_label(at.wrapping_sub(start)) {
            return None;
        }
        start = at.wrapping_add(1);
    }
    let numeric = octets.get(start).is_some_and(u8::is_ascii_digit);
    (start > 0 && is_label(end.wrapping_sub(start)) && !numeric).then_some(end)
}

/// Whether a label may have so many octets.
#[inline]
const fn is_label(octets: usize) -> bool {
    octets.wrapping_sub(1) < LABEL
}

/// Judges the domain as a whole.
#[inline]
fn ends<J: Judge>(
    before: Before,
    cursor: &Cursor<'_>,
    judge: &mut J,
    labels: &Labels,
) -> Result<Host, AddressError> {
    let Labels { mut host, count, last, international, blanks } = *labels;
    match before {
        Before::Label | Before::Blank => {}
        Before::Nothing => return Err(fatal(judge, Fault::NoDomain, host.start)),
        Before::Dot if judge.grammar().allows(grammar::TRAILING_DOT) => {
            host.octets = host.octets.saturating_sub(1);
        }
        Before::Dot => judge.note(Fault::TrailingDot, cursor.at().saturating_sub(1))?,
    }
    if international {
        let octets = Cursor::since(cursor, host.start);
        let octets = octets.get(..host.end.saturating_sub(host.start)).unwrap_or_default();
        if let Err(fault) = label::check(octets, labels_blank(blanks)) {
            judge.note(fault, host.start)?;
        }
    }
    if count == 1 {
        judge.note(Fault::SingleLabel, host.start)?;
    } else if Cursor::since(cursor, last).first().is_some_and(u8::is_ascii_digit) {
        judge.note(Fault::NumericTopLabel, last)?;
    }
    Ok(host)
}

const fn labels_blank(blanks: bool) -> label::Blanks {
    if blanks { label::Blanks::Inside } else { label::Blanks::None }
}

/// sub-domain = Let-dig [Ldh-str] / U-label
#[inline]
fn read_label<J: Judge>(
    cursor: &mut Cursor<'_>,
    judge: &mut J,
    labels: &mut Labels,
) -> Result<(), AddressError> {
    let start = cursor.at();
    let mut ascii = true;
    loop {
        cursor.skip(LDH);
        match cursor.peek() {
            Some(b'_') if judge.grammar().allows(grammar::UNDERSCORE) => cursor.bump(),
            Some(octet) if is(octet, ATEXT) => {
                judge.note(Fault::DomainCharacter, cursor.at())?;
                cursor.bump();
            }
            Some(128..) => {
                character(cursor, judge)?;
                ascii = false;
            }
            _ => break,
        }
    }
    let label = cursor.since(start);
    if label.first() == Some(&b'-') {
        judge.note(Fault::LeadingHyphen, start)?;
    }
    if label.last() == Some(&b'-') {
        judge.note(Fault::TrailingHyphen, cursor.at().saturating_sub(1))?;
    }
    if ascii && label.len() > LABEL {
        judge.note(Fault::LabelTooLong, start.saturating_add(LABEL))?;
    }
    labels.international |= !ascii || label::is_ace(label);
    labels.count = labels.count.saturating_add(1);
    labels.last = start;
    labels.host.octets = labels.host.octets.saturating_add(label.len());
    labels.host.end = cursor.at();
    Ok(())
}

/// The longest domain, in octets as written (RFC 5321 §4.5.3.1.2).
const DOMAIN: usize = 255;
/// The longest label, in octets (RFC 1035 §2.3.4).
const LABEL: usize = 63;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_takes_only_what_nothing_can_be_said_against() {
        for (octets, expect) in [
            (&b"example.org"[..], Some(11)),
            (b"a.b.C9>x", Some(6)),
            (b"1.a", Some(3)),
            (b"", None),
            (b"single", None),
            (b"example.", None),
            (b".example", None),
            (b"a..b", None),
            (b"a.1b", None),
            (b"a.b c", None),
            (b"a-b.c", None),
            (b"xn--a.b", None),
            (b"a_b.c", None),
            (b"a.\xC3\xBC", None),
            (&[b"a.".as_slice(), &[b'b'; 63]].concat(), Some(65)),
            (&[b"a.".as_slice(), &[b'b'; 64]].concat(), None),
        ] {
            assert_eq!(plain(octets), expect, "{octets:?}");
        }
    }
}
