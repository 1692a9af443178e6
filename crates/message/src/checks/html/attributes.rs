//! Finds attributes in a tag.
//!
//! in:  what stands behind the name of a tag      out: the value of the first attribute of a name
//! law: one walk over a bounded tag; nothing is copied but an address with references in it

use alloc::borrow::Cow;
use alloc::vec::Vec;

/// The attributes of one tag.
pub(super) struct Attributes<'t> {
    pub(super) rest: &'t [u8],
}

impl<'t> Attributes<'t> {
    pub(super) fn get(&self, wanted: &str) -> Option<&'t [u8]> {
        let [value] = self.all([wanted]);
        value
    }

    /// The values of several in one walk, which ends when all are found.
    pub(super) fn all<const N: usize>(&self, wanted: [&str; N]) -> [Option<&'t [u8]>; N] {
        let mut found = [None; N];
        let mut rest = self.rest;
        loop {
            rest = rest.trim_ascii_start();
            while let [b'/', tail @ ..] = rest {
                rest = tail.trim_ascii_start();
            }
            if rest.is_empty() {
                return found;
            }
            let length =
                rest.iter().position(|b| b.is_ascii_whitespace() || *b == b'=').unwrap_or(rest.len());
            let (name, after) = rest.split_at(length.max(1).min(rest.len()));
            let mut after = after.trim_ascii_start();
            let mut value: &[u8] = &[];
            if let [b'=', tail @ ..] = after {
                let tail = tail.trim_ascii_start();
                (value, after) = attribute_value(tail);
            }
            for (slot, wanted) in found.iter_mut().zip(wanted) {
                if slot.is_none() && name.eq_ignore_ascii_case(wanted.as_bytes()) {
                    *slot = Some(value);
                    if found.iter().all(Option::is_some) {
                        return found;
                    }
                    break;
                }
            }
            rest = after;
        }
    }
}

/// The address in an attribute as browsers read it: character references decoded, blanks at its ends and line ends in it
/// taken out. The rest of a value is text of the writer's own and looked at as it stands.
pub(super) fn address(value: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr2(b'&', b'\t', value).is_none() && memchr::memchr2(b'\r', b'\n', value).is_none() {
        return Cow::Borrowed(value);
    }
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((&first, tail)) = rest.split_first() {
        if let Some((c, length)) = reference(rest) {
            if !matches!(c, '\t' | '\r' | '\n') {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            rest = rest.get(length..).unwrap_or_default();
        } else {
            if !matches!(first, b'\t' | b'\r' | b'\n') {
                out.push(first);
            }
            rest = tail;
        }
    }
    let blank = |b: &u8| *b <= b' ';
    let start = out.iter().position(|b| !blank(b)).unwrap_or(out.len());
    Cow::Owned(out.split_off(start))
}

/// The character that a reference at the start of `text` stands for, and its length.
fn reference(text: &[u8]) -> Option<(char, usize)> {
    let name = text.strip_prefix(b"&")?;
    if let Some(number) = name.strip_prefix(b"#") {
        let (digits, base) = match number {
            [b'x' | b'X', digits @ ..] => (digits, 16),
            digits => (digits, 10),
        };
        let length = digits.iter().take(12).take_while(|b| char::from(**b).is_digit(base)).count();
        let digits = core::str::from_utf8(digits.get(..length)?).ok()?;
        let c = char::from_u32(u32::from_str_radix(digits, base).ok()?)?;
        let read = text.len().saturating_sub(number.len()).saturating_add(length);
        let read = if base == 16 { read.saturating_add(1) } else { read };
        return Some((c, read.saturating_add(usize::from(text.get(read) == Some(&b';')))));
    }
    let (name, c) = NAMED.iter().find(|(known, _)| name.starts_with(known.as_bytes()))?;
    Some((*c, name.len().saturating_add(1)))
}

/// The references by name that can stand in an address.
static NAMED: [(&str, char); 12] = [
    ("amp;", '&'),
    ("Tab;", '\t'),
    ("NewLine;", '\n'),
    ("colon;", ':'),
    ("sol;", '/'),
    ("period;", '.'),
    ("commat;", '@'),
    ("num;", '#'),
    ("quest;", '?'),
    ("lowbar;", '_'),
    ("quot;", '"'),
    ("lt;", '<'),
];

fn attribute_value(tail: &[u8]) -> (&[u8], &[u8]) {
    if let [quote @ (b'"' | b'\''), inside @ ..] = tail {
        let length = memchr::memchr(*quote, inside).unwrap_or(inside.len());
        let (value, after) = inside.split_at(length);
        (value, after.get(1..).unwrap_or_default())
    } else {
        let length = tail.iter().position(u8::is_ascii_whitespace).unwrap_or(tail.len());
        tail.split_at(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, read: &str) {
        assert_eq!(address(written.as_bytes()), read.as_bytes());
    }

    #[test]
    fn an_address_is_read_as_browsers_read_it() {
        check("https://a.example/?b=c&d=e", "https://a.example/?b=c&d=e");
        check("https://a.example/?b=c&amp;d=e", "https://a.example/?b=c&d=e");
        check("&#106;ava&#x73;cript&colon;x()", "javascript:x()");
        check("&#1;&#32; java&#9;scr\tipt&NewLine;:x", "javascript:x");
        check("https&#58//a&period;example&#47", "https://a.example/");
        check("a&#xD800;&#99999999999;&#;&b", "a&#xD800;&#99999999999;&#;&b");
    }
}
