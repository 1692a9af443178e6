//! Reads address literals.
//!
//! in:  `[...]`      out: the address that it is, or why it is none
//! law: the grammar of RFC 5321 §4.1.3 alone: no octal, no zone, no missing tag, no omitted part

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::blank::{folding, pair};
use super::host::Host;
use super::octet::{CONTROL, Cursor, DTEXT, LDH, LETDIG, is};
use super::{Judge, character, fatal};
use crate::fault::{AddressError, Fault};

/// What stands between the brackets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Literal {
    /// An address, and whether its `::` elides a single group.
    Ip(IpAddr, bool),
    /// `tag:content`; where the colon stands.
    General(usize),
}

/// How much of a literal is more than the octets that an address has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    Plain,
    Folded,
    Other,
}

/// domain-literal = "[" *([FWS] dtext) [FWS] "]"
pub(crate) fn literal<J: Judge>(cursor: &mut Cursor<'_>, judge: &mut J) -> Result<Host, AddressError> {
    let start = cursor.at();
    cursor.bump();
    let inside = cursor.at();
    let mut shape = Shape::Plain;
    loop {
        cursor.skip(DTEXT);
        let at = cursor.at();
        match cursor.peek() {
            Some(b']') => break,
            None => return Err(fatal(judge, Fault::UnclosedLiteral, start)),
            Some(b' ' | b'\t' | b'\r') => {
                folding(cursor, judge)?;
                shape = shape.max(Shape::Folded);
                continue;
            }
            Some(b'\\') => {
                judge.note(Fault::EscapeInLiteral, at)?;
                pair(cursor, judge)?;
            }
            Some(octet) if is(octet, CONTROL) => {
                judge.note(Fault::ControlInLiteral, at)?;
                cursor.bump();
            }
            Some(0..=127) => return Err(fatal(judge, Fault::UnexpectedInLiteral, at)),
            Some(_) => character(cursor, judge)?,
        }
        shape = Shape::Other;
    }
    let content = cursor.since(inside);
    cursor.bump();
    let end = cursor.at();
    let judged = match shape {
        Shape::Plain => self::judge(content),
        // Only a header field folds, and only for it this is collected.
        Shape::Folded => unfolded(cursor.since(start)),
        Shape::Other => Err((Fault::LiteralNoAddress, 0)),
    };
    match judged {
        Ok(Literal::Ip(_, elided)) => {
            judge.note(Fault::AddressLiteral, start)?;
            if elided {
                judge.note(Fault::OneGroupElided, start)?;
            }
        }
        Ok(Literal::General(_)) => judge.note(Fault::GeneralLiteral, start)?,
        Err((fault, at)) => judge.note(fault, inside.saturating_add(at))?,
    }
    if matches!(cursor.peek(), Some(b' ' | b'\t' | b'\r' | b'(')) {
        super::blank::blanks(cursor, judge)?;
    }
    Ok(Host { start, end, octets: end.saturating_sub(start) })
}

/// Judges a literal, brackets included, without the folding inside it.
fn unfolded(literal: &[u8]) -> Result<Literal, (Fault, usize)> {
    let plain = super::without_blanks(literal);
    let content = plain.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]")).unwrap_or_default();
    judge(content).map_err(|(fault, _)| (fault, 0))
}

/// `address-literal = "[" ( IPv4-address-literal / IPv6-address-literal / General-address-literal ) "]"`
///
/// The octet of an error counts from the start of the content.
pub(crate) fn judge(content: &[u8]) -> Result<Literal, (Fault, usize)> {
    let tag = content.iter().position(|octet| *octet == b':');
    match tag {
        None => ipv4(content).map(|ip| Literal::Ip(ip.into(), false)).ok_or((Fault::LiteralNoAddress, 0)),
        Some(colon) => {
            let (tag, rest) = content.split_at_checked(colon).unwrap_or_default();
            let rest = rest.get(1..).unwrap_or_default();
            if tag.eq_ignore_ascii_case(b"IPv6") {
                return match ipv6(rest) {
                    Ok((ip, elided)) => Ok(Literal::Ip(ip.into(), elided)),
                    Err((fault, at)) => Err((fault, colon.saturating_add(at).saturating_add(1))),
                };
            }
            // No tag is all hex digits: this is the first group of an IPv6 address whose tag was forgotten.
            if !tag.is_empty() && tag.iter().all(u8::is_ascii_hexdigit) {
                return Err((Fault::LiteralTagMissing, 0));
            }
            let ldh = tag.iter().all(|octet| is(*octet, LDH)) && tag.last().is_some_and(|o| is(*o, LETDIG));
            if ldh && !rest.is_empty() && rest.iter().all(|octet| is_content(*octet)) {
                Ok(Literal::General(colon))
            } else {
                Err((Fault::LiteralNoAddress, 0))
            }
        }
    }
}

/// dcontent, but for the octets that have a meaning around a mailbox: a literal must not look like two addresses or
/// like the end of its path. No tag is registered that needs them.
fn is_content(octet: u8) -> bool {
    is(octet, DTEXT) && !matches!(octet, b'@' | b'<' | b'>' | b'"' | b'(' | b')' | b',' | b';')
}

/// IPv4-address-literal = Snum 3("." Snum)
fn ipv4(text: &[u8]) -> Option<Ipv4Addr> {
    let mut address = [0_u8; 4];
    let mut parts = text.split(|octet| *octet == b'.');
    for slot in &mut address {
        *slot = snum(parts.next()?)?;
    }
    parts.next().is_none().then(|| Ipv4Addr::from(address))
}

/// Snum = 1*3DIGIT, a decimal number from 0 to 255
fn snum(text: &[u8]) -> Option<u8> {
    if text.is_empty() || text.len() > 3 {
        return None;
    }
    text.iter().try_fold(0_u8, |number, octet| {
        let digit = octet.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// IPv6-addr = IPv6-full / IPv6-comp / IPv6v4-full / IPv6v4-comp
fn ipv6(text: &[u8]) -> Result<(Ipv6Addr, bool), (Fault, usize)> {
    let mut groups = Groups::default();
    let mut cursor = Cursor::new(text, 0);
    if cursor.peek() == Some(b':') {
        if cursor.peek_ahead(1) != Some(b':') {
            return Err((Fault::Ipv6ColonStart, 0));
        }
        cursor.bump();
        colon(&mut cursor, &mut groups)?;
    }
    while let Some(octet) = cursor.peek() {
        let at = cursor.at();
        let mut value = 0_u16;
        let mut digits = 0_u8;
        while let Some(digit) = cursor.peek().and_then(|octet| char::from(octet).to_digit(16)) {
            value = value.wrapping_shl(4) | u16::try_from(digit).unwrap_or_default();
            digits = digits.saturating_add(1);
            cursor.bump();
            if digits > 4 {
                return Err((Fault::Ipv6BadGroup, at));
            }
        }
        if cursor.peek() == Some(b'.') && octet.is_ascii_digit() {
            let tail = ipv4(text.get(at..).unwrap_or_default()).ok_or((Fault::Ipv6BadGroup, at))?;
            let [a, b, c, d] = tail.octets();
            groups.push(u16::from_be_bytes([a, b]), at)?;
            groups.push(u16::from_be_bytes([c, d]), at)?;
            break;
        }
        if digits == 0 {
            return Err((Fault::Ipv6BadGroup, at));
        }
        groups.push(value, at)?;
        match cursor.peek() {
            None => break,
            Some(b':') => {
                cursor.bump();
                colon(&mut cursor, &mut groups)?;
            }
            Some(_) => return Err((Fault::Ipv6BadGroup, cursor.at())),
        }
    }
    groups.finish(text.len())
}

/// What stands behind a colon: a second one, a group, never the end.
fn colon(cursor: &mut Cursor<'_>, groups: &mut Groups) -> Result<(), (Fault, usize)> {
    let at = cursor.at();
    match cursor.peek() {
        Some(b':') if groups.gap.is_some() || cursor.peek_ahead(1) == Some(b':') => {
            Err((Fault::Ipv6TwoGaps, at))
        }
        Some(b':') => {
            groups.gap = Some(groups.count);
            cursor.bump();
            Ok(())
        }
        Some(_) => Ok(()),
        None => Err((Fault::Ipv6ColonEnd, at.saturating_sub(1))),
    }
}

/// The groups of an IPv6 address as they come.
#[derive(Default)]
struct Groups {
    values: [u16; 8],
    count: usize,
    gap: Option<usize>,
}

impl Groups {
    fn push(&mut self, value: u16, at: usize) -> Result<(), (Fault, usize)> {
        let slot = self.values.get_mut(self.count).ok_or((Fault::Ipv6GroupCount, at))?;
        *slot = value;
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    fn finish(mut self, end: usize) -> Result<(Ipv6Addr, bool), (Fault, usize)> {
        let missing = self.values.len().saturating_sub(self.count);
        match (self.gap, missing) {
            (None, 0) => {}
            (None, _) => return Err((Fault::Ipv6GroupCount, end)),
            (Some(_), 0) => return Err((Fault::Ipv6GroupsBesideGap, end)),
            (Some(gap), _) => {
                if let Some(behind) = self.values.get_mut(gap..) {
                    behind.rotate_right(missing);
                }
            }
        }
        Ok((Ipv6Addr::from(self.values), self.gap.is_some() && missing == 1))
    }
}
