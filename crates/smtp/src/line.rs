//! Finds the lines of a conversation in whatever pieces the network delivers.
//!
//! in:  the octets not yet consumed, from their first      out: one line, or how many octets may be forgotten
//! law: each octet is searched once; a line over its limit is consumed to its end and told once (RFC 5321 §4.5.3.1.4)

use core::fmt;

/// What ends a line.
///
/// # RFC
///
/// RFC 5321 §2.3.8: a line ends with CR LF and with nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a line feed alone either ends a line or does not")]
pub enum LineEnd {
    /// Only CR LF. A line feed alone makes the line faulty: it is given at once with [`Line::ended_by_bare_lf`], and what
    /// follows up to the next CR LF belongs to it and is swallowed, so that no second command hides behind it.
    #[default]
    CrLf,
    /// Also a line feed alone: for printers, scanners and scripts that never send a carriage return.
    CrLfOrLf,
}

/// Cuts a stream into lines without looking at any octet twice.
///
/// Give it the octets that are not consumed yet, always from the first one; drop as many as the answer says. It keeps
/// no octets, only how far it has searched.
///
/// # Examples
///
/// ```
/// use mailwright_smtp::{Framed, LineEnd, LineFramer};
///
/// let mut framer = LineFramer::new(LineEnd::CrLf);
/// assert!(matches!(framer.frame(b"NOO", 512), Framed::Incomplete { consumed: 0 }));
/// let Framed::Line(line) = framer.frame(b"NOOP\r\nQUIT\r\n", 512) else { panic!() };
/// assert_eq!(line.octets(), b"NOOP");
/// assert_eq!(line.consumed(), 6);
/// ```
///
/// # RFC
///
/// RFC 5321 §2.3.8, §4.5.3.1.4 to §4.5.3.1.6
#[derive(Clone, Debug, Default)]
pub struct LineFramer {
    ends: LineEnd,
    /// How many octets at the front of the input hold no line feed.
    searched: usize,
    /// Octets of the line in hand that were consumed without being given.
    skipped: u64,
    skipping: Skipping,
    /// The last octet that was skipped, since CR and LF may come apart.
    last: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Skipping {
    #[default]
    No,
    /// The line is over its limit and is told at its end.
    Long,
    /// The line was told at its bare line feed.
    Told,
}

/// What the framer found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Framed<'a> {
    /// No line is complete: forget `consumed` octets of the input and come again with more.
    Incomplete {
        /// Octets at the front of the input that may be forgotten: those of a line that is swallowed.
        consumed: usize,
    },
    /// A line.
    Line(Line<'a>),
    /// The end of a line that was over the limit. It is told once, and the next line starts behind `consumed`.
    TooLong {
        /// Octets at the front of the input that may be forgotten.
        consumed: usize,
        /// The whole length of that line, its end included.
        octets: u64,
    },
}

/// One line, borrowed from the input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    octets: &'a [u8],
    consumed: usize,
    /// Octets of its end: 2 for CR LF, 1 for a line feed alone.
    end: usize,
}

impl LineFramer {
    /// A framer at the start of a line.
    pub const fn new(ends: LineEnd) -> Self {
        Self { ends, searched: 0, skipped: 0, skipping: Skipping::No, last: 0 }
    }

    /// Looks for the end of the first line of `input`.
    ///
    /// `input`: everything that is not consumed, from the first octet; `limit`: the longest line in octets, its end
    /// included. The limit may differ from line to line, and it holds alike for a line that arrives whole and for one
    /// that trickles.
    #[inline]
    pub fn frame<'a>(&mut self, input: &'a [u8], limit: usize) -> Framed<'a> {
        if self.skipping == Skipping::No { self.line(input, limit) } else { self.frame_on(input, limit) }
    }

    /// Goes on with a line that is swallowed.
    #[cold]
    fn frame_on<'a>(&mut self, input: &'a [u8], limit: usize) -> Framed<'a> {
        let from = self.pass_rest(input);
        if self.skipping == Skipping::Told {
            return Framed::Incomplete { consumed: from };
        }
        if self.skipping == Skipping::Long {
            return match self.skip(input) {
                Some(end) => Framed::TooLong { consumed: end, octets: self.restart() },
                None => Framed::Incomplete { consumed: input.len() },
            };
        }
        match self.line(input.get(from..).unwrap_or_default(), limit) {
            Framed::Incomplete { consumed } => Framed::Incomplete { consumed: from.saturating_add(consumed) },
            Framed::Line(line) => Framed::Line(Line { consumed: from.saturating_add(line.consumed), ..line }),
            Framed::TooLong { consumed, octets } => {
                Framed::TooLong { consumed: from.saturating_add(consumed), octets }
            }
        }
    }

    /// Swallows what is left of a line that was told at its bare line feed, and nothing of another; gives how many octets
    /// that were. For whoever looks at the start of each line before it is framed.
    #[cold]
    pub(crate) fn pass_rest(&mut self, input: &[u8]) -> usize {
        if self.skipping != Skipping::Told {
            return 0;
        }
        match self.skip(input) {
            Some(end) => {
                self.restart();
                end
            }
            None => input.len(),
        }
    }

    /// Octets of the present line that were consumed without being given, because it is over its limit or faulty.
    /// A caller that bounds this closes on a peer that never ends its line.
    pub const fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Whether the next octet of the input starts a line, and is not of one that is swallowed.
    pub const fn starts_line(&self) -> bool {
        matches!(self.skipping, Skipping::No)
    }

    /// Forgets the line in hand: the next input starts a line. For the moment after a TLS handshake or a message body.
    pub const fn reset(&mut self) {
        *self = Self::new(self.ends);
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the whole of the ordinary way; its other caller is rare")]
    fn line<'a>(&mut self, input: &'a [u8], limit: usize) -> Framed<'a> {
        let unsearched = input.get(self.searched..).unwrap_or_default();
        let Some(found) = line_feed(unsearched) else {
            if input.len() < limit {
                self.searched = input.len();
                return Framed::Incomplete { consumed: 0 };
            }
            return self.overlong(input, input.len());
        };
        let feed = self.searched.wrapping_add(found);
        let consumed = feed.wrapping_add(1);
        self.searched = 0;
        let before = input.get(..feed).unwrap_or_default();
        let bare_lf = !before.ends_with(b"\r");
        if bare_lf && self.ends == LineEnd::CrLf {
            if consumed > limit {
                return self.overlong(input, consumed);
            }
            self.skipping = Skipping::Told;
            self.last = b'\n';
        } else if consumed > limit {
            return Framed::TooLong { consumed, octets: consumed as u64 };
        }
        let octets = before.strip_suffix(b"\r").unwrap_or(before);
        Framed::Line(Line { octets, consumed, end: if bare_lf { 1 } else { 2 } })
    }

    /// Turns to swallowing, of which the first `known` octets hold no end.
    fn overlong<'a>(&mut self, input: &[u8], known: usize) -> Framed<'a> {
        self.searched = 0;
        self.skipping = Skipping::Long;
        let (head, tail) = input.split_at_checked(known).unwrap_or((input, &[]));
        self.swallow(head);
        match self.skip(tail) {
            Some(end) => Framed::TooLong { consumed: known.saturating_add(end), octets: self.restart() },
            None => Framed::Incomplete { consumed: input.len() },
        }
    }

    /// Swallows up to the end of the line and gives the octet behind it.
    fn skip(&mut self, input: &[u8]) -> Option<usize> {
        let mut from = 0_usize;
        loop {
            let rest = input.get(from..).unwrap_or_default();
            let Some(found) = memchr::memchr(b'\n', rest) else {
                self.swallow(rest);
                return None;
            };
            let (head, _) = rest.split_at_checked(found.saturating_add(1)).unwrap_or((rest, &[]));
            let before = match head {
                [.., before, _] => *before,
                _ => self.last,
            };
            self.swallow(head);
            from = from.saturating_add(head.len());
            if before == b'\r' || self.ends == LineEnd::CrLfOrLf {
                return Some(from);
            }
        }
    }

    fn swallow(&mut self, octets: &[u8]) {
        self.skipped = self.skipped.saturating_add(octets.len() as u64);
        self.last = octets.last().copied().unwrap_or(self.last);
    }

    /// Back to the start of a line; gives how much was swallowed.
    const fn restart(&mut self) -> u64 {
        let skipped = self.skipped;
        self.reset();
        skipped
    }
}

impl<'a> Line<'a> {
    /// The line without its end.
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// Octets at the front of the input that the line and its end take.
    pub const fn consumed(&self) -> usize {
        self.consumed
    }

    /// Whether a line feed without its carriage return ended it. With [`LineEnd::CrLf`] such a line is to be refused.
    pub const fn ended_by_bare_lf(&self) -> bool {
        self.end == 1
    }

    /// Whether a carriage return stands inside of it.
    pub fn has_bare_cr(&self) -> bool {
        memchr::memchr(b'\r', self.octets).is_some()
    }

    /// Whether a zero octet stands inside of it.
    pub fn has_nul(&self) -> bool {
        memchr::memchr(0, self.octets).is_some()
    }
}

impl fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line")
            .field("octets", &self.octets.len())
            .field("consumed", &self.consumed)
            .field("bare_lf", &self.ended_by_bare_lf())
            .finish()
    }
}

/// The place of the first line feed. Most lines are short, and there a loop over words is quicker than a search that
/// starts wide. Sums of places within the octets are never past their end, so nothing wraps.
#[inline]
fn line_feed(octets: &[u8]) -> Option<usize> {
    let Some(last) = octets.last_chunk::<8>() else { return octets.iter().position(|octet| *octet == b'\n') };
    let (words, _) = octets.as_chunks::<8>();
    let mut at = 0_usize;
    for word in words.get(..NEAR).unwrap_or(words) {
        if let Some(found) = feed_in(*word) {
            return Some(at.wrapping_add(found));
        }
        at = at.wrapping_add(8);
    }
    if words.len() <= NEAR {
        // What is left of a word: the last one reaches back into the one before.
        return feed_in(*last).map(|found| octets.len().wrapping_sub(8).wrapping_add(found));
    }
    memchr::memchr(b'\n', octets.get(at..)?).map(|found| at.wrapping_add(found))
}

/// The place of the first line feed in a word.
#[inline]
fn feed_in(word: [u8; 8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let odd = u64::from_le_bytes(word) ^ ONES.wrapping_mul(0x0a);
    // A borrow can mark only octets behind a true one, so the lowest mark is exact.
    let marks = odd.wrapping_sub(ONES) & !odd & ONES.wrapping_mul(0x80);
    if marks == 0 { None } else { usize::try_from(marks.trailing_zeros() >> 3).ok() }
}

/// So many words are looked at one by one.
const NEAR: usize = 8;

/// Whether all of it is printable ASCII, blanks included.
pub(crate) fn is_text(octets: &[u8]) -> bool {
    octets.iter().all(|octet| matches!(octet, b'\t' | b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn the_first_line_feed_is_found_at_every_place() {
        for length in 0..100 {
            for filler in [0, 0x09, 0x0b, 0x8a, 0xff] {
                let mut octets = vec![filler; length];
                assert_eq!(line_feed(&octets), None);
                for at in (0..length).rev() {
                    octets[at] = b'\n';
                    assert_eq!(line_feed(&octets), Some(at), "of {length}, others {filler}");
                }
            }
        }
    }
}
