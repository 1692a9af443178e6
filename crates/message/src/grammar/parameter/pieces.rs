//! Decodes the value of a parameter: one, a coded one, or the pieces that RFC 2231 cuts it into.
//!
//! in:  a list of parameters and a name      out: the value as text
//! law: pieces are put together in their order, up to the first that is missing; no control character is left

use super::{Parameter, Parameters};
use crate::Charset;
use crate::grammar::lexer::{BLANK, is};
use crate::grammar::mailbox::unquote;
use crate::grammar::word::hex;
use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

/// A parameter's name cut as RFC 2231 §3 does: base, number of the piece, coded or not.
pub(crate) fn cut_name(name: &[u8]) -> (&[u8], Option<u32>, bool) {
    // Names are too short to prepare a search.
    let Some(star) = name.iter().position(|b| *b == b'*') else { return (name, None, false) };
    let (base, behind) = name.split_at(star);
    match behind {
        [_] => (base, None, true),
        [_, digits @ .., b'*'] if !digits.contains(&b'*') => (base, read_number(digits), true),
        [_, digits @ ..] if !digits.contains(&b'*') => (base, read_number(digits), false),
        _ => (name, None, false),
    }
}

fn read_number(digits: &[u8]) -> Option<u32> {
    if let [digit @ b'0'..=b'9'] = digits {
        return Some(u32::from(digit.wrapping_sub(b'0')));
    }
    let plain = digits.len() <= 4 && digits.iter().all(u8::is_ascii_digit) && !digits.starts_with(b"0");
    core::str::from_utf8(digits).ok().filter(|_| plain)?.parse().ok()
}

/// The decoded value of the parameter `name` among `parameters`.
pub(crate) fn find<'a>(parameters: Parameters<'a>, name: &[u8]) -> Option<Cow<'a, str>> {
    let mut plain: Option<Parameter<'a>> = None;
    let mut whole: Option<&'a [u8]> = None;
    let mut pieces: BTreeMap<u32, (&'a [u8], bool)> = BTreeMap::new();
    for parameter in parameters {
        let (base, number, coded) = cut_name(parameter.name);
        if !base.eq_ignore_ascii_case(name) {
            continue;
        }
        match (number, coded) {
            (Some(number), _) => {
                pieces.entry(number).or_insert((parameter.raw, coded));
            }
            (None, true) => whole = whole.or(Some(parameter.raw)),
            (None, false) => plain = plain.or(Some(parameter)),
        }
    }
    if let Some(raw) = whole {
        let (charset, octets) = split_charset(raw);
        return Some(Cow::Owned(decode_coded(charset, &percent(octets))));
    }
    if pieces.contains_key(&0) {
        return Some(Cow::Owned(join(&pieces)));
    }
    plain.map(|p| plain_text(p.raw))
}

pub(super) fn plain_text(raw: &[u8]) -> Cow<'_, str> {
    let plain = raw.iter().fold(true, |plain, b| plain & matches!(b, b' '..=b'[' | b']'..=b'~'));
    if plain {
        return Cow::Borrowed(core::str::from_utf8(raw).unwrap_or_default());
    }
    let simple = memchr::memchr3(b'\\', b'\r', b'\n', raw).is_none();
    match core::str::from_utf8(raw) {
        Ok(text) if simple && !text.chars().any(char::is_control) => Cow::Borrowed(text),
        _ => Cow::Owned(unquote(raw)),
    }
}

fn join(pieces: &BTreeMap<u32, (&[u8], bool)>) -> String {
    let mut octets = Vec::new();
    let mut charset: &[u8] = b"utf-8";
    for (expected, (number, (raw, coded))) in (0_u32..).zip(pieces) {
        if *number != expected {
            break;
        }
        if *coded {
            let rest = if expected == 0 {
                let (label, rest) = split_charset(raw);
                charset = label;
                rest
            } else {
                raw
            };
            octets.extend_from_slice(&percent(rest));
        } else {
            octets.extend_from_slice(unquote(raw).as_bytes());
        }
    }
    decode_coded(charset, &octets)
}

fn split_charset(raw: &[u8]) -> (&[u8], &[u8]) {
    let mut pieces = raw.splitn(3, |b| *b == b'\'');
    match (pieces.next(), pieces.next(), pieces.next()) {
        (Some(charset), Some(_), Some(rest)) => (charset, rest),
        _ => (b"utf-8", raw),
    }
}

fn decode_coded(charset: &[u8], octets: &[u8]) -> String {
    let (text, _) = Charset::find(charset).unwrap_or(Charset::UTF_8).decode(octets);
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Takes `%41` apart; what is no escape stays.
fn percent(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let [b, tail @ ..] = rest {
        if let (b'%', [high, low, after @ ..]) = (*b, tail)
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            out.push(high.wrapping_shl(4) | low);
            rest = after;
            continue;
        }
        if !is(*b, BLANK) || *b == b' ' {
            out.push(*b);
        }
        rest = tail;
    }
    out
}

/// Is each `%` of a coded value followed by two hex digits, and is its charset known?
pub(crate) fn coded_is_good(raw: &[u8], first: bool) -> bool {
    let rest = if first {
        let quotes = memchr::memchr_iter(b'\'', raw).count();
        if quotes < 2 {
            return false;
        }
        let (charset, rest) = split_charset(raw);
        if !charset.is_empty() && Charset::find(charset).is_none() {
            return false;
        }
        rest
    } else {
        raw
    };
    let mut at = 0_usize;
    while let Some(step) = rest.get(at..).and_then(|tail| memchr::memchr(b'%', tail)) {
        at = at.saturating_add(step).saturating_add(1);
        let pair = rest.get(at..at.saturating_add(2)).unwrap_or_default();
        if pair.len() < 2 || !pair.iter().all(u8::is_ascii_hexdigit) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_piece_is_digits_alone() {
        assert_eq!(cut_name(b"name*07"), (&b"name"[..], None, false));
        assert_eq!(cut_name(b"name*+7*"), (&b"name"[..], None, true));
        assert_eq!(cut_name(b"name*17*"), (&b"name"[..], Some(17), true));
        assert_eq!(cut_name(b"name*0"), (&b"name"[..], Some(0), false));
    }
}
