//! Walks the value of a structured field, octet by octet, without recursion.
//!
//! in:  the raw value of one field, folds included      out: atoms, quoted strings, comments, by range
//! law: each step moves forward; nesting is a counter, so a megabyte of `(` costs a megabyte of steps (RFC 5322 §3.2)

use crate::grammar::marks;

/// Letters, digits and the marks that may stand in an atom, and every octet above 127 (RFC 6532 §3.2).
pub(crate) const ATEXT: u16 = 1;
/// Blank, tab, and the CR and LF that a fold leaves in a value.
pub(crate) const BLANK: u16 = 2;
/// What a MIME token may hold (RFC 2045 §5.1).
pub(crate) const TOKEN: u16 = 4;
/// What a field name may hold (RFC 5322 §2.2).
pub(crate) const FTEXT: u16 = 8;
/// Controls, DEL and NUL, but not tab, CR or LF.
pub(crate) const CONTROL: u16 = 16;
/// The alphabet of base64, without the padding.
pub(crate) const BASE64: u16 = 32;
/// Letters and digits of US-ASCII.
pub(crate) const ALNUM: u16 = 64;
/// What an addr-spec without quotes, comments and blanks holds: atoms, dots, `@`.
pub(crate) const SPEC: u16 = 256;
/// What a gap between tokens begins with: a blank, a fold, a comment.
const GAP: u16 = 512;
/// What a boundary may hold (RFC 2046 §5.1.1).
pub(crate) const BOUNDARY: u16 = 1024;

static CLASS: [u16; 256] = classes();

const fn classes() -> [u16; 256] {
    let mut table = [0_u16; 256];
    let mut at = 0_usize;
    while at < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "the loop stops below 256")]
        let b = at as u8;
        let mut class = 0;
        if b.is_ascii_alphanumeric() {
            class |= ATEXT | TOKEN | BASE64 | ALNUM;
        }
        if matches!(
            b,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
        ) {
            class |= ATEXT | TOKEN;
        }
        if matches!(b, b'/' | b'=' | b'?') || b >= 0x80 {
            class |= ATEXT;
        }
        if b == b'.' {
            class |= TOKEN;
        }
        if class & ATEXT != 0 || matches!(b, b'.' | b'@') {
            class |= SPEC;
        }
        if matches!(b, b'+' | b'/') {
            class |= BASE64;
        }
        if matches!(b, b' ' | b'\t' | b'\r' | b'\n') {
            class |= BLANK;
        }
        if class & BLANK != 0 || b == b'(' {
            class |= GAP;
        }
        // The marks, the first two runs being `'()` and `+,-./`.
        if class & ALNUM != 0 || matches!(b, b'\''..=b')' | b'+'..=b'/' | b'_' | b':' | b'=' | b'?' | b' ') {
            class |= BOUNDARY;
        }
        if b >= 33 && b <= 126 && b != b':' {
            class |= FTEXT;
        }
        if (b < 32 && !matches!(b, b'\t' | b'\r' | b'\n')) || b == 127 {
            class |= CONTROL;
        }
        #[expect(clippy::indexing_slicing, reason = "the loop stops below 256")]
        {
            table[at] = class;
        }
        #[expect(clippy::arithmetic_side_effects, reason = "the loop stops below 256")]
        {
            at += 1;
        }
    }
    table
}

/// Is `octet` in any of the classes `class`?
#[inline]
pub(crate) fn is(octet: u8, class: u16) -> bool {
    CLASS.get(usize::from(octet)).is_some_and(|c| c & class != 0)
}

/// Are all octets in any of the classes `class`? Without a branch for each.
#[inline]
pub(crate) fn all(octets: &[u8], class: u16) -> bool {
    octets.iter().fold(true, |all, octet| all & is(*octet, class))
}

/// Are all octets letters, digits, marks or blanks of US-ASCII? Without a branch for each.
#[inline]
pub(crate) fn is_visible(octets: &[u8]) -> bool {
    octets.iter().fold(true, |all, octet| all & matches!(octet, b' '..=b'~'))
}

/// How many octets stand before the first one that `stops`.
///
/// Words have any length, and a loop that ends at any octet is mostly guessed wrong: eight are looked at at once.
#[inline]
pub(crate) fn before(octets: &[u8], stops: impl Fn(u8) -> bool) -> usize {
    // Where all words are as short as they can be, as in hostile values, one octet is enough.
    match octets {
        [first, ..] if stops(*first) => return 0,
        [_, second, ..] if stops(*second) => return 1,
        _ => {}
    }
    let (eights, rest) = octets.as_chunks::<8>();
    let mut length = 0_usize;
    for eight in eights {
        let bits = eight.iter().rev().fold(0_u32, |bits, b| bits.wrapping_shl(1) | u32::from(stops(*b)));
        if bits != 0 {
            return length.wrapping_add(bits.trailing_zeros() as usize);
        }
        length = length.wrapping_add(8);
    }
    length.wrapping_add(rest.iter().position(|b| stops(*b)).unwrap_or(rest.len()))
}

/// `octets` without the blanks at its ends.
pub(crate) fn trim(octets: &[u8]) -> &[u8] {
    let mut rest = octets;
    while let [first, tail @ ..] = rest {
        if !is(*first, BLANK) {
            break;
        }
        rest = tail;
    }
    trim_end(rest)
}

/// `octets` without the blanks at its end.
pub(crate) fn trim_end(octets: &[u8]) -> &[u8] {
    let mut rest = octets;
    while let [head @ .., last] = rest {
        if !is(*last, BLANK) {
            break;
        }
        rest = head;
    }
    rest
}

/// Are the words the same, in whatever case? Most are written as the standard does.
#[inline]
pub(crate) fn same(one: &[u8], two: &[u8]) -> bool {
    one == two || one.eq_ignore_ascii_case(two)
}

/// Does `=?` stand in `octets`, as at the start of an encoded-word? Question marks are rare.
pub(crate) fn has_word_start(octets: &[u8]) -> bool {
    memchr::memchr_iter(b'?', octets)
        .any(|at| at.checked_sub(1).and_then(|before| octets.get(before)) == Some(&b'='))
}

/// Where `part` lies inside `whole`; both must be slices of the same octets.
pub(crate) fn offset_in(whole: &[u8], part: &[u8]) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

/// What was passed over between two tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gap {
    /// Anything at all: a blank, a fold or a comment.
    pub(crate) any: bool,
    /// A comment was among it.
    pub(crate) comment: bool,
}

/// A place in a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    pub(crate) octets: &'a [u8],
    pub(crate) at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) const fn new(octets: &'a [u8]) -> Self {
        Self { octets, at: 0 }
    }

    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.octets.get(self.at).copied()
    }

    #[inline]
    pub(crate) fn bump(&mut self) {
        self.at = self.at.saturating_add(1).min(self.octets.len());
    }

    /// Passes over the octet that was seen here.
    #[inline]
    pub(crate) fn step(&mut self) {
        debug_assert!(self.at < self.octets.len(), "there is an octet");
        self.at = self.at.wrapping_add(1);
    }

    pub(crate) fn eat(&mut self, octet: u8) -> bool {
        let found = self.peek() == Some(octet);
        if found {
            self.bump();
        }
        found
    }

    pub(crate) fn done(&self) -> bool {
        self.at >= self.octets.len()
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.octets.get(self.at..).unwrap_or_default()
    }

    pub(crate) fn since(&self, start: usize) -> &'a [u8] {
        self.octets.get(start..self.at).unwrap_or_default()
    }

    pub(crate) fn finish(&mut self) {
        self.at = self.octets.len();
    }

    /// Passes over octets of the classes `class` and gives them.
    #[inline]
    pub(crate) fn take(&mut self, class: u16) -> &'a [u8] {
        self.pass(before(self.rest(), |b| !is(b, class)))
    }

    /// Passes over the octets of a token and gives them.
    #[inline(never)]
    pub(crate) fn token(&mut self) -> &'a [u8] {
        let end = marks::until(self.octets, self.at, |lanes| !lanes.token());
        self.pass(end.saturating_sub(self.at))
    }

    /// Passes over `length` octets and gives them.
    #[inline]
    fn pass(&mut self, length: usize) -> &'a [u8] {
        let rest = self.rest();
        let (taken, _) = rest.split_at(length.min(rest.len()));
        self.at = self.at.saturating_add(taken.len());
        taken
    }

    /// Passes over blanks and folds only. Most are a single blank.
    pub(crate) fn skip_blanks(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.iter().position(|&b| !is(b, BLANK)).unwrap_or(rest.len());
        !self.pass(length).is_empty()
    }

    /// Passes over blanks, folds and comments: `CFWS`.
    #[inline]
    pub(crate) fn skip(&mut self) -> Gap {
        match self.peek() {
            // One blank between two words, as nearly all gaps are.
            Some(b' ') if self.octets.get(self.at.wrapping_add(1)).is_some_and(|next| !is(*next, GAP)) => {
                self.at = self.at.wrapping_add(1);
                Gap { any: true, comment: false }
            }
            Some(b) if is(b, GAP) => self.skip_all(),
            _ => Gap::default(),
        }
    }

    #[inline(never)]
    fn skip_all(&mut self) -> Gap {
        let mut gap = Gap::default();
        while let Some(b) = self.peek() {
            if is(b, BLANK) {
                gap.any = true;
                self.at = self.at.wrapping_add(1);
            } else if b == b'(' {
                gap = Gap { any: true, comment: true };
                self.comment();
            } else {
                break;
            }
        }
        gap
    }

    /// Passes over the comment that starts here; one that never ends takes the rest of the value.
    ///
    /// Gives its content, without the outer parentheses, and whether it was closed.
    pub(crate) fn comment(&mut self) -> (&'a [u8], bool) {
        let start = self.at.saturating_add(1);
        // Most hold neither another nor an escape.
        let first = marks::until(self.octets, start, |lanes| lanes.any(*b"()\\"));
        if self.octets.get(first) == Some(&b')') {
            self.at = first;
            let content = self.since(start);
            self.step();
            return (content, true);
        }
        let (mut depth, mut from) = (0_usize, self.at);
        for at in marks::places(self.octets, self.at, |lanes| lanes.any(*b"()\\")) {
            match self.octets.get(at) {
                // What follows a backslash is no mark.
                _ if at < from => {}
                Some(b'\\') => from = at.saturating_add(2),
                Some(b'(') => depth = depth.saturating_add(1),
                _ => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        self.at = at;
                        let content = self.since(start);
                        self.bump();
                        return (content, true);
                    }
                }
            }
        }
        self.finish();
        (self.since(start), false)
    }

    /// Passes over the quoted string that starts here; one that never ends takes the rest of the value.
    ///
    /// Gives its content, still escaped and without the quotes, and whether it was closed.
    pub(crate) fn quoted(&mut self) -> (&'a [u8], bool) {
        self.bump();
        let start = self.at;
        loop {
            self.at = marks::until(self.octets, self.at, |lanes| lanes.any(*b"\"\\"));
            let content = self.since(start);
            match self.peek() {
                None => return (content, false),
                Some(b'"') => {
                    self.step();
                    return (content, true);
                }
                Some(_) => {
                    self.bump();
                    self.bump();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_comment_takes_the_rest_without_recursion() {
        let value = alloc::vec![b'('; 100_000];
        let mut cursor = Cursor::new(&value);
        let gap = cursor.skip();
        assert!(gap.comment && cursor.done());
    }

    #[test]
    fn a_token_is_what_its_class_holds() {
        for octet in 0..=255_u8 {
            let mut value = [b'x'; 40];
            value[30] = octet;
            let (mut token, mut class) = (Cursor::new(&value), Cursor::new(&value));
            assert_eq!(token.token(), class.take(TOKEN), "{octet}");
            assert_eq!(Cursor::new(&[octet]).token().len(), usize::from(is(octet, TOKEN)), "{octet}");
        }
    }

    #[test]
    fn an_escaped_parenthesis_does_not_close() {
        let mut cursor = Cursor::new(br"(a\)b) c");
        cursor.skip();
        assert_eq!(cursor.rest(), b"c");
    }
}
