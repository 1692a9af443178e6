//! Holds one mailbox of an address list, and reads names and quoted strings.
//!
//! in:  where name, local part and domain lie in a value      out: each as text, comments and quotes taken off
//! law: encoded-words are decoded in names only, never in quotes nor in an address (RFC 2047 §5)

use crate::grammar::lexer::{ATEXT, BLANK, Cursor, is, offset_in, trim, trim_end};
use crate::grammar::{marks, word};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// One mailbox of an address list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox<'a> {
    pub(crate) value: &'a [u8],
    /// Where the name ends, which begins with the mailbox.
    pub(crate) name: usize,
    pub(crate) local: Range<usize>,
    pub(crate) domain: Range<usize>,
    pub(crate) span: Range<usize>,
}

impl<'a> Mailbox<'a> {
    /// The only mailbox of a list in the form that nearly all have: `name <left@right>`, the name of atoms or in quotes
    /// without escapes, or `left@right`. Of any other list it says nothing.
    ///
    /// `value`: of US-ASCII, without folds, controls, comments and groups.
    pub(crate) fn only(value: &'a [u8]) -> Option<Self> {
        let inside = trim(value);
        let start = offset_in(value, inside);
        let end = start.saturating_add(inside.len());
        let Some(named) = inside.strip_suffix(b">") else {
            return Self::plain(value, start, start..end, start..end);
        };
        let length = memchr::memrchr(b'<', named)?;
        let open = start.saturating_add(length);
        let name = trim_end(named.get(..length)?);
        let good = match name {
            [b'"', quoted @ .., b'"'] => !quoted.iter().any(|b| matches!(b, b'"' | b'\\')),
            _ => name.iter().all(|b| is(*b, ATEXT | BLANK)),
        };
        let address = open.saturating_add(1)..end.saturating_sub(1);
        if good { Self::plain(value, open, address, start..end) } else { None }
    }

    fn plain(value: &'a [u8], name: usize, addr: Range<usize>, span: Range<usize>) -> Option<Self> {
        // A longer one is ordinary no more, and may be a whole list.
        let at = value.get(addr.clone()).filter(|raw| raw.len() <= 320).and_then(plain_spec)?;
        let at = addr.start.saturating_add(at);
        let (local, domain) = (addr.start..at, at.saturating_add(1)..addr.end);
        Some(Self { value, name, local, domain, span })
    }

    /// The display name as it was written, quotes and encoded-words included; empty where there is none.
    pub fn raw_name(&self) -> &'a [u8] {
        let name = self.span.start..self.name;
        if name.is_empty() { &[] } else { trim(self.value.get(name).unwrap_or_default()) }
    }

    /// The display name as text: quotes taken off, encoded-words outside of quotes decoded (RFC 2047 §5).
    pub fn name(&self) -> String {
        phrase_text(self.raw_name())
    }

    /// The local part, comments and blanks around it taken out, quotes kept.
    pub fn local(&self) -> Vec<u8> {
        without_gaps(self.value.get(self.local.clone()).unwrap_or_default())
    }

    /// The domain or address literal, comments and blanks around it taken out.
    pub fn domain(&self) -> Vec<u8> {
        without_gaps(self.value.get(self.domain.clone()).unwrap_or_default())
    }

    /// `local@domain` as text; octets that are no UTF-8 are replaced.
    pub fn address(&self) -> String {
        String::from_utf8(self.spec().0.into_owned()).unwrap_or_default()
    }

    /// The same as octets of UTF-8, and where in it the domain begins.
    pub(crate) fn spec(&self) -> (Cow<'a, [u8]>, usize) {
        let Range { start, end } = self.address_span();
        // Atoms and dots with an `@` between them, as nearly all addresses are.
        let odd = marks::until(self.value, start, |lanes| !(lanes.atext() | lanes.any(*b".@")));
        if odd >= end
            && self.domain.start == self.local.end.saturating_add(1)
            && let Some(spec) = self.value.get(start..end)
        {
            return (Cow::Borrowed(spec), self.local.len().saturating_add(1));
        }
        let mut text = String::from_utf8_lossy(&self.local()).into_owned();
        text.push('@');
        let domain = text.len();
        text.push_str(&String::from_utf8_lossy(&self.domain()));
        (Cow::Owned(text.into_bytes()), domain)
    }

    /// Where the mailbox lies in the value: octets from its start.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Where the addr-spec lies in the value, without brackets.
    pub fn address_span(&self) -> Range<usize> {
        self.local.start..self.domain.end
    }
}

/// Passes over `[...]`, or as far as it goes.
pub(crate) fn literal(cursor: &mut Cursor<'_>) {
    while let Some(b) = cursor.peek() {
        match b {
            b'\\' => cursor.bump(),
            b']' => {
                cursor.bump();
                return;
            }
            b'>' | b',' | b'<' => return,
            _ => {}
        }
        cursor.bump();
    }
}

fn without_gaps(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut cursor = Cursor::new(raw);
    loop {
        cursor.skip();
        let start = cursor.at;
        match cursor.peek() {
            None => return out,
            Some(b'"') => {
                cursor.quoted();
            }
            Some(b'[') => literal(&mut cursor),
            Some(b) if is(b, ATEXT) => {
                cursor.take(ATEXT);
            }
            Some(_) => cursor.bump(),
        }
        out.extend_from_slice(cursor.since(start));
    }
}

/// A phrase as text: quotes and comments taken off, encoded-words outside of quotes decoded.
pub(crate) fn phrase_text(raw: &[u8]) -> String {
    let mut text = String::new();
    let mut cursor = Cursor::new(raw);
    let push = |text: &mut String, more: &str| {
        if !text.is_empty() && !more.is_empty() {
            text.push(' ');
        }
        text.push_str(more);
    };
    loop {
        // Atoms stand up to the next quote or comment.
        let rest = cursor.rest();
        let length = memchr::memchr2(b'"', b'(', rest).unwrap_or(rest.len());
        let atoms = trim(rest.get(..length).unwrap_or_default());
        if memchr::memchr(b'\n', atoms).is_some() {
            push(&mut text, &word::decode_text(&crate::field::unfold(atoms)));
        } else {
            push(&mut text, &word::decode_text(atoms));
        }
        cursor.at = cursor.at.saturating_add(length);
        match cursor.peek() {
            None => return text,
            Some(b'"') => {
                let (content, _) = cursor.quoted();
                push(&mut text, &unquote(content));
            }
            Some(_) => {
                cursor.comment();
            }
        }
    }
}

/// The content of a quoted string as text, escapes and folds taken out, controls made blanks.
pub(crate) fn unquote(content: &[u8]) -> String {
    let mut octets = Vec::with_capacity(content.len());
    let mut rest = content.iter();
    while let Some(&b) = rest.next() {
        match b {
            b'\\' => octets.extend(rest.next()),
            b'\r' | b'\n' => {}
            _ => octets.push(b),
        }
    }
    String::from_utf8_lossy(&octets).chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Where the `@` stands in `left@right`, both of them words that need no quotes, with single dots between.
#[expect(clippy::cast_possible_truncation, reason = "so many octets as bits are told")]
pub(crate) fn plain_spec(octets: &[u8]) -> Option<usize> {
    let bits =
        marks::whole(octets, |lanes| [lanes.atext() | lanes.high(), lanes.any(*b".@"), lanes.is(b'@')]);
    if let Some([atext, marks, signs]) = bits {
        // Marks stand one by one, and neither first nor last.
        let last = 1_u64.wrapping_shl((octets.len() as u32).wrapping_sub(1));
        let inside = last.wrapping_shl(1).wrapping_sub(1);
        let single = marks & (marks.wrapping_shl(1) | 1 | last) == 0;
        let good = single && atext | marks == inside && signs.is_power_of_two();
        return good.then_some(signs.trailing_zeros() as usize);
    }
    let (mut good, mut behind_mark, mut signs, mut sign) = (1, 1, 0_usize, 0_usize);
    for (at, &b) in octets.iter().enumerate() {
        let mark = u8::from(b == b'.') | u8::from(b == b'@');
        good &= u8::from(is(b, ATEXT)) | mark & !behind_mark;
        let here = usize::from(b == b'@');
        signs = signs.wrapping_add(here);
        sign = sign.wrapping_add(here.wrapping_mul(at));
        behind_mark = mark;
    }
    (good & !behind_mark == 1 && signs == 1).then_some(sign)
}

/// Is every octet of `word` one that needs no quotes, with single dots between?
pub(crate) fn is_dot_atom(word: &[u8]) -> bool {
    // A dot may stand neither first, nor last, nor behind another.
    let (good, last) = word.iter().fold((1, b'.'), |(good, before), &b| {
        let single = u8::from(b == b'.') & u8::from(before != b'.');
        (good & (u8::from(is(b, ATEXT)) | single), b)
    });
    good == 1 && last != b'.'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::addresses::{Address, Addresses};

    #[test]
    fn a_plain_address_is_told_by_its_bits_as_by_its_octets() {
        let pieces = [&b"a"[..], b"bcdefghijk", b".", b"@", b" ", b"\xC3\xA9", b"x-y_z+0123456789"];
        for number in 0..7_usize.pow(5) {
            let spec: Vec<u8> = (0..5).flat_map(|at| pieces[number / 7_usize.pow(at) % 7]).copied().collect();
            let atoms: Vec<_> = spec.split(|b| *b == b'.' || *b == b'@').collect();
            let plain = atoms.iter().all(|atom| !atom.is_empty() && atom.iter().all(|b| is(*b, ATEXT)));
            let signs = spec.iter().filter(|b| **b == b'@').count();
            let sign = spec.iter().position(|b| *b == b'@').filter(|_| plain && signs == 1);
            assert_eq!(plain_spec(&spec), sign, "{spec:?}");
        }
    }

    #[test]
    fn the_usual_form_is_read_as_all_others_are() {
        for value in [
            "a@b.c",
            " <a@b.c>",
            " Alice <a@b.c> ",
            "\"B, A\" <a@b.c>",
            "\"\" <a@b.c>",
            " A =?utf-8?q?x?= <a.b@c>",
            "a b@c",
            "<a@b>>",
            "<<a@b>",
            "\"a\" b <c@d>",
            "a\" <c@d>",
            "\" <c@d>",
            "\"a\"b\" <c@d>",
            "a.b <c@d>",
            "a@b, c@d",
            "<@>",
            "a, <b@c>",
            "a; <b@c>",
            "<a@b>;",
            "[a] <b@c>",
            "",
            "<",
            ">",
            "<>",
            "a@b>",
            "\"<\" <a@b>",
            "a@@b",
            "a <b@c> <d@e>",
        ] {
            let Some(only) = Mailbox::only(value.as_bytes()) else { continue };
            let mut told = Vec::new();
            let mut list = Addresses::new(value.as_bytes());
            let first = list.next_telling(&mut |fault, span| told.push((fault, span)));
            assert_eq!(first, Some(Address::Mailbox(only)), "{value}");
            assert_eq!(list.next_telling(&mut |fault, span| told.push((fault, span))), None, "{value}");
            assert_eq!(told, [], "{value}");
        }
        let found = |value: &str| Mailbox::only(value.as_bytes()).is_some();
        assert!(found(" Alice B <a@b.c>") && found("\"B, A\" <a@b.c>") && found("a@b.c"));
    }
}
