//! Cuts a header section into fields, without copying.
//!
//! in:  the octets of one header section      out: every line of it in order, as fields with their spans
//! law: a field starts at a line that does not begin with a blank; folds, odd names and lines without a colon are
//!      kept as they stand (RFC 5322 §2.2)

use crate::grammar::lexer::{FTEXT, all, trim, trim_end};
use crate::grammar::word;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// One field of a header section, or a line in it that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    octets: &'a [u8],
    at: usize,
    colon: Option<usize>,
    /// Lines of the section before it.
    line: u32,
}

impl<'a> Field<'a> {
    /// The name as it was written, without blanks before the colon; empty for a line without a colon.
    pub fn name(&self) -> &'a [u8] {
        self.colon.and_then(|colon| self.octets.get(..colon)).map_or(&[], trim_end)
    }

    /// Is there no blank between name and colon?
    pub(crate) fn name_touches_colon(&self) -> bool {
        self.colon.is_some_and(|colon| colon == self.name().len())
    }

    /// Is the name `name`, in whatever case?
    pub fn is_named(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name.as_bytes())
    }

    /// False for a line without a colon, which is no field.
    pub const fn has_colon(&self) -> bool {
        self.colon.is_some()
    }

    /// All octets of the field, its folds and its line end included.
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// Where the field lies: octets from the start of what the reader was given.
    pub fn span(&self) -> Range<usize> {
        self.at..self.at.saturating_add(self.octets.len())
    }

    /// Where the field begins.
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    /// What follows the colon, raw: folds are left in, the last line end is left out.
    pub fn raw_value(&self) -> &'a [u8] {
        let start = self.colon.map_or(0, |colon| colon.saturating_add(1));
        strip_line_end(self.octets.get(start..).unwrap_or_default())
    }

    /// How many lines of its section stand before it.
    pub(crate) const fn lines_before(&self) -> u32 {
        self.line
    }

    /// Where the raw value lies: octets from the start of what the reader was given.
    pub fn value_span(&self) -> Range<usize> {
        let start = self.at.saturating_add(self.colon.map_or(0, |colon| colon.saturating_add(1)));
        start..start.saturating_add(self.raw_value().len())
    }

    /// The value without its folds and without blanks at its ends (RFC 5322 §2.2.3).
    pub fn value(&self) -> Cow<'a, [u8]> {
        let raw = trim(self.raw_value());
        if memchr::memchr2(b'\r', b'\n', raw).is_none() {
            return Cow::Borrowed(raw);
        }
        Cow::Owned(unfold(raw))
    }

    /// The value as text: unfolded, encoded-words decoded, what is no UTF-8 replaced (RFC 2047).
    ///
    /// No control character is left in it, so that a decoded line break can't forge a field.
    pub fn text(&self) -> String {
        word::decode_text(&self.value())
    }
}

/// What the rules read of one value as text, octets: what is longer shows nothing more, and would be held twice.
const SHOWN: usize = 4 * 1024;

impl Field<'_> {
    /// The start of the value as text; see [`Field::text`].
    pub(crate) fn shown(&self) -> String {
        let raw = trim(self.raw_value());
        let head = raw.get(..raw.len().min(SHOWN)).unwrap_or(raw);
        if memchr::memchr2(b'\r', b'\n', head).is_none() {
            return word::decode_text(head);
        }
        word::decode_text(&unfold(head))
    }
}

/// The start of a value, as far as the rules read it as text.
pub(crate) fn head(text: &str) -> &str {
    let mut ends = (0..4).map(|back| SHOWN.saturating_sub(back));
    ends.find_map(|end| text.get(..end)).unwrap_or(text)
}

/// Takes the line ends of folds out.
pub(crate) fn unfold(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while !rest.is_empty() {
        let (line, behind) = rest.split_at(line_length(rest));
        out.extend_from_slice(strip_line_end(line));
        rest = behind;
    }
    out
}

/// `octets` without one LF, or CR LF, at its end.
pub(crate) fn strip_line_end(octets: &[u8]) -> &[u8] {
    match octets {
        [head @ .., b'\r', b'\n'] | [head @ .., b'\n'] => head,
        _ => octets,
    }
}

/// Is this line, with its line end, the empty one that ends a header section?
pub(crate) fn is_empty_line(line: &[u8]) -> bool {
    matches!(line, b"\n" | b"\r\n")
}

/// Walks the lines of a header section; see [`Field`].
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    rest: &'a [u8],
    at: usize,
    line: u32,
}

impl<'a> Fields<'a> {
    /// The fields of `section`, whose first octet lies at `at`.
    ///
    /// The section ends with its last octet; the empty line is not looked for.
    pub const fn new(section: &'a [u8], at: usize) -> Self {
        Self { rest: section, at, line: 0 }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let mut length = line_length(self.rest);
        let line = self.line;
        self.line = self.line.saturating_add(1);
        let colon = self.rest.get(..length).and_then(colon_in);
        while let Some(tail @ [b' ' | b'\t', ..]) = self.rest.get(length..) {
            length = length.saturating_add(line_length(tail));
            self.line = self.line.saturating_add(1);
        }
        let (octets, rest) = self.rest.split_at_checked(length)?;
        let colon = colon.filter(|_| !matches!(octets, [b' ' | b'\t', ..]));
        let field = Field { octets, at: self.at, colon, line };
        self.rest = rest;
        self.at = self.at.saturating_add(length);
        Some(field)
    }
}

/// Tells the fields of a section, as [`Fields`] walks them, and whether each holds only plain text, tabs and line ends;
/// false where that is not known. `ends`: where each line ends, and the same of it.
#[inline]
pub(crate) fn each<'a>(
    section: &'a [u8],
    ends: impl Iterator<Item = (usize, bool)>,
    mut tell: impl FnMut(Field<'a>, bool),
) {
    let (mut at, mut line, mut lines, mut plain) = (0_usize, 0_u32, 0_u32, true);
    let mut first_end = 0_usize;
    for (end, line_plain) in ends {
        lines = lines.saturating_add(1);
        plain &= line_plain;
        first_end = if first_end <= at { end } else { first_end };
        if matches!(section.get(end), Some(b' ' | b'\t')) {
            continue;
        }
        let octets = section.get(at..end).unwrap_or_default();
        let named = section.get(at..first_end).filter(|line| !matches!(line, [b' ' | b'\t', ..]));
        tell(Field { octets, at, colon: named.and_then(colon_in), line }, plain);
        (at, line, plain) = (end, lines, true);
    }
}

/// Where the first colon of a line stands: nearly always among its first octets, which are looked at without a branch.
fn colon_in(line: &[u8]) -> Option<usize> {
    let (eights, _) = line.as_chunks::<8>();
    let [low, high, behind @ ..] = eights else { return line.iter().position(|b| *b == b':') };
    // The lowest zero octet, the colon, leaves the lowest top bit.
    let found = |eight: &[u8; 8]| {
        let others = u64::from_le_bytes(*eight) ^ 0x3A3A_3A3A_3A3A_3A3A;
        others.wrapping_sub(0x0101_0101_0101_0101) & !others & 0x8080_8080_8080_8080
    };
    let near = u128::from(found(low)) | u128::from(found(high)).wrapping_shl(64);
    if near != 0 {
        return Some((near.trailing_zeros() / 8) as usize);
    }
    if let [low, high, ..] = behind
        && let far @ 1.. = u128::from(found(low)) | u128::from(found(high)).wrapping_shl(64)
    {
        return Some((far.trailing_zeros() / 8).wrapping_add(16) as usize);
    }
    memchr::memchr(b':', line.get(16..).unwrap_or_default()).map(|at| at.saturating_add(16))
}

fn line_length(octets: &[u8]) -> usize {
    memchr::memchr(b'\n', octets).map_or(octets.len(), |lf| lf.saturating_add(1))
}

/// Is `name` one that a field may have (RFC 5322 §2.2)?
pub(crate) fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && all(name, FTEXT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::header_lines::HeaderLines;

    #[test]
    fn fields_are_cut_at_lines_that_do_not_begin_with_a_blank() {
        let section = b"Subject: one\r\n two\r\nno colon here\r\nTo : x\n";
        let fields: Vec<_> = Fields::new(section, 10).collect();
        assert_eq!(fields.len(), 3);
        assert_eq!(fields[0].name(), b"Subject");
        assert_eq!(fields[0].value().as_ref(), b"one two");
        assert_eq!(fields[0].span(), 10..30);
        assert!(!fields[1].has_colon());
        assert_eq!(fields[2].name(), b"To");
        assert_eq!(fields[2].raw_value(), b" x");
    }

    #[test]
    fn fields_are_told_as_they_are_walked() {
        let pieces =
            ["a: b\r\n", " c\n", "\td:\r\n", "\n", "no colon\n", "a-name-of-more-than-sixteen: x\n", "e"];
        for seed in 0..3_000_usize {
            let picked = (0..5).map(|n| pieces[seed / 7_usize.pow(n) % 7]);
            let section = picked.collect::<String>();
            let mut told = Vec::new();
            for known in 0..=section.len() {
                let mut lines = HeaderLines::default();
                let ends = memchr::memchr_iter(b'\n', section.as_bytes()).map(|lf| lf + 1);
                ends.take(known).for_each(|end| lines.add(end, true));
                told.clear();
                each(section.as_bytes(), lines.of(section.as_bytes()), |field, _| told.push(field));
                assert_eq!(told, Fields::new(section.as_bytes(), 0).collect::<Vec<_>>(), "{section:?}");
            }
        }
    }

    #[test]
    fn the_first_colon_is_found_wherever_it_stands() {
        for length in 0..80 {
            for at in 0..length {
                let mut line = alloc::vec![b'x'; length];
                line[at..].fill(b':');
                assert_eq!(colon_in(&line), Some(at), "{at} of {length}");
                line[at..].fill(b';');
                assert_eq!(colon_in(&line), None, "{at} of {length}");
            }
        }
    }

    #[test]
    fn a_bare_cr_starts_no_field() {
        let fields: Vec<_> = Fields::new(b"Subject: a\rBcc: b\r\n", 0).collect();
        assert_eq!(fields.len(), 1);
        assert_eq!(fields[0].raw_value(), b" a\rBcc: b");
    }
}
