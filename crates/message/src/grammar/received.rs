//! Reads Received fields.
//!
//! in:  the raw value of one Received field      out: its clauses and its date, by range
//! law: the date stands behind the last `;` outside of comments (RFC 5321 §4.4)

use crate::grammar::lexer::Cursor;
use crate::grammar::marks;
use core::ops::Range;

/// One hop, as the host that took the message wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) from: Option<Range<usize>>,
    pub(crate) by: Option<Range<usize>>,
    pub(crate) id: Option<Range<usize>>,
    pub(crate) date: Option<Range<usize>>,
    /// Where the clauses stop making sense, and why.
    pub(crate) fault: Option<(Range<usize>, &'static str)>,
}

/// Which clause a word begins, in the order that clauses have.
fn clause(word: &[u8]) -> Option<usize> {
    // In lower case, as far as letters go; no other octet becomes one of these letters.
    let small = |letter: &u8| letter | 32;
    match word {
        [a, b] => match [small(a), small(b)] {
            [b'b', b'y'] => Some(1),
            [b'i', b'd'] => Some(4),
            _ => None,
        },
        [a, b, c] => match [small(a), small(b), small(c)] {
            [b'v', b'i', b'a'] => Some(2),
            [b'f', b'o', b'r'] => Some(5),
            _ => None,
        },
        [a, b, c, d] => match [small(a), small(b), small(c), small(d)] {
            [b'f', b'r', b'o', b'm'] => Some(0),
            [b'w', b'i', b't', b'h'] => Some(3),
            _ => None,
        },
        _ => None,
    }
}

impl Received {
    pub(crate) fn parse(value: &[u8]) -> Self {
        let mut found = Self::default();
        let mut cursor = Cursor::new(value);
        let mut current: Option<(usize, usize)> = None;
        let mut reached = 0_usize;
        loop {
            cursor.skip();
            let at = cursor.at;
            match cursor.peek() {
                None => break,
                Some(b';') => {
                    cursor.bump();
                    found.date = Some(cursor.at..value.len());
                    break;
                }
                Some(_) => {}
            }
            let word = word(&mut cursor);
            match (current, clause(word)) {
                (Some((which, 0)), _) => {
                    found.take(which, at..cursor.at);
                    current = Some((which, 1));
                }
                (_, Some(which)) => {
                    if which < reached && found.fault.is_none() {
                        found.fault =
                            Some((at..cursor.at, "clauses in the order from, by, via, with, id, for"));
                    }
                    reached = reached.max(which);
                    current = Some((which, 0));
                }
                (None, None) if found.fault.is_none() => {
                    found.fault = Some((at..cursor.at, "`from` or `by`"));
                }
                // Further words of a clause (`with ESMTPS tls ...`, `for a@b, c@d`) are let through.
                _ => {}
            }
        }
        found
    }

    fn take(&mut self, clause: usize, span: Range<usize>) {
        match clause {
            0 => self.from = self.from.take().or(Some(span)),
            1 => self.by = self.by.take().or(Some(span)),
            4 => self.id = self.id.take().or(Some(span)),
            _ => {}
        }
    }
}

fn word<'a>(cursor: &mut Cursor<'a>) -> &'a [u8] {
    let start = cursor.at;
    loop {
        cursor.at = marks::until(cursor.octets, cursor.at, |lanes| lanes.any(*b" \t\r\n(\";"));
        if cursor.peek() != Some(b'"') {
            break;
        }
        cursor.quoted();
    }
    if cursor.at == start {
        cursor.bump();
    }
    cursor.since(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_and_date_are_found() {
        let value = b" from a.example (b [192.0.2.1])\r\n\tby c.example (X) with ESMTPS id 4Xy\r\n\tfor <d@e>; Mon, 4 Aug";
        let found = Received::parse(value);
        assert_eq!(value.get(found.by.unwrap()), Some(&b"c.example"[..]));
        assert_eq!(value.get(found.id.unwrap()), Some(&b"4Xy"[..]));
        assert_eq!(value.get(found.date.unwrap()), Some(&b" Mon, 4 Aug"[..]));
        assert_eq!(found.fault, None);
    }

    #[test]
    fn nonsense_is_told() {
        let found = Received::parse(b"blah blah");
        assert!(found.fault.is_some() && found.date.is_none());
        assert!(Received::parse(b"by a from b; x").fault.is_some());
    }
}
