//! A line of a message, or a piece of a long one, and where it lies.
//!
//! in:  octets of whole lines      out: the lines one by one; the text of a line, its end, and what stands in it
//! law: a piece knows whether its line begins and ends with it

use crate::validate::feeds::Feeds;

/// What one piece of a line holds besides plain text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Content {
    /// Octets above 127.
    pub(crate) high: bool,
    /// Controls other than tab and the line end, a bare CR among them.
    pub(crate) control: bool,
}

/// The place of a piece.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    pub(crate) octets: &'a [u8],
    pub(crate) at: u64,
    pub(crate) line: u64,
    /// It begins its line.
    pub(crate) starts: bool,
    /// It ends its line, with a line end or the message.
    pub(crate) ends: bool,
}

impl<'a> Piece<'a> {
    /// The lines of several, one by one.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Self> + use<'a> {
        let Self { octets, at, line, .. } = *self;
        let mut feeds = Feeds::new(octets);
        let (mut from, mut number) = (0_usize, line);
        core::iter::from_fn(move || {
            let end = feeds.next()?.saturating_add(1);
            let piece = Self {
                octets: octets.get(from..end).unwrap_or_default(),
                at: at.saturating_add(from as u64),
                line: number,
                starts: true,
                ends: true,
            };
            (from, number) = (end, number.saturating_add(1));
            Some(piece)
        })
    }
}

/// A line without its end, and how many octets the end has.
#[inline]
pub(crate) fn cut_end(octets: &[u8]) -> (&[u8], u64) {
    match octets {
        [text @ .., b'\r', b'\n'] => (text, 2),
        [text @ .., b'\n'] => (text, 1),
        _ => (octets, 0),
    }
}

/// What stands in the text of a line, without its end.
#[inline]
pub(crate) fn look(text: &[u8]) -> Content {
    let mut high = 0_u8;
    let mut control = 0_u8;
    for &b in text {
        high |= b;
        control |= u8::from(b < 32) & u8::from(b != b'\t') | u8::from(b == 127);
    }
    Content { high: high >= 128, control: control != 0 }
}
