//! Gives what a local part or host means, without quotes, comments and folding.
//!
//! in:  octets that a parser has accepted      out: the octets that they stand for, one by one
//! law: two spellings of one mailbox give the same octets (RFC 5321 §4.1.2)

use alloc::vec::Vec;

/// The octets that a local part or host stands for.
#[derive(Clone, Debug)]
pub(crate) struct Meaning<'a> {
    rest: core::slice::Iter<'a, u8>,
    inside: Inside,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Words,
    Quotes,
    Literal,
    Comment(usize),
}

impl<'a> Meaning<'a> {
    /// Of a local part as written.
    pub(crate) fn of_local_part(octets: &'a [u8]) -> Self {
        Self { rest: octets.iter(), inside: Inside::Words }
    }

    /// Of a domain or literal as written.
    fn of_host(octets: &'a [u8]) -> Self {
        let literal = octets.first() == Some(&b'[');
        Self { rest: octets.iter(), inside: if literal { Inside::Literal } else { Inside::Words } }
    }
}

impl Iterator for Meaning<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        loop {
            let octet = *self.rest.next()?;
            match (self.inside, octet) {
                (Inside::Words, b'"') => self.inside = Inside::Quotes,
                (Inside::Words, b'(') => self.inside = Inside::Comment(1),
                (Inside::Comment(depth), b'(') => self.inside = Inside::Comment(depth.saturating_add(1)),
                (Inside::Quotes, b'"') | (Inside::Comment(1), b')') => self.inside = Inside::Words,
                (Inside::Comment(depth), b')') => self.inside = Inside::Comment(depth.saturating_sub(1)),
                (Inside::Comment(_), b'\\') => drop(self.rest.next()),
                (Inside::Quotes | Inside::Literal, b'\\') => return self.rest.next().copied(),
                (Inside::Comment(_), _)
                | (Inside::Words | Inside::Literal, b' ' | b'\t')
                | (_, b'\r' | b'\n') => {}
                _ => return Some(octet),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.rest.len()))
    }
}

/// A host without the comments and blanks inside it.
pub(crate) fn without_blanks(octets: &[u8]) -> Vec<u8> {
    Meaning::of_host(octets).collect()
}
