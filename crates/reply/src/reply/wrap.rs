//! Breaks text so that no line of a reply is longer than 512 octets.
//!
//! in:  a line of text      out: pieces of it, in order
//! law: broken at a blank where there is one, which is dropped; never inside of a UTF-8 character (RFC 5321 §4.5.3.1.5)

use memchr::memrchr;

use crate::{EnhancedStatusCode, ReplyCode};

/// Octets of a line without CR LF, code and its separator.
const LINE: usize = 512 - 2 - 4;

/// How many octets of text fit a line.
pub(super) const fn room(enhanced: Option<EnhancedStatusCode>) -> usize {
    match enhanced {
        Some(code) => LINE.saturating_sub(code.len()).saturating_sub(1),
        None => LINE,
    }
}

/// The pieces of a line; a line that fits, the empty one too, is one piece.
pub(super) fn pieces(
    code: ReplyCode,
    enhanced: Option<EnhancedStatusCode>,
    line: &[u8],
) -> impl Iterator<Item = &[u8]> {
    let room = room(enhanced);
    let mut rest = Some(line);
    core::iter::from_fn(move || {
        let line = rest?;
        let (piece, behind) = split(code, enhanced, line, room);
        rest = behind;
        Some(piece)
    })
}

fn split(
    code: ReplyCode,
    enhanced: Option<EnhancedStatusCode>,
    line: &[u8],
    room: usize,
) -> (&[u8], Option<&[u8]>) {
    // A piece that opens with an enhanced code would be read as one.
    let misread =
        |piece: &[u8]| enhanced.is_none() && EnhancedStatusCode::split_agreeing(code, piece).is_some();
    // One octet more: a blank just behind the room is a good place too.
    let Some(window) = line.get(..=room) else { return (line, None) };
    if let Some(at) = memrchr(b' ', window).filter(|at| *at > 0) {
        let (piece, behind) = line.split_at(at);
        let dropped = behind.get(1..).unwrap_or_default();
        return (piece, Some(if misread(dropped) { behind } else { dropped }));
    }
    // No blank: before the character that doesn't fit, or hard where there is no character.
    let fits = (0..8).map(|back| line.split_at(room.saturating_sub(back))).find(|(_, behind)| {
        let begins = behind.first().is_some_and(|octet| octet & 0xc0 != 0x80);
        begins && !misread(behind)
    });
    let (piece, behind) = fits.unwrap_or_else(|| line.split_at(room));
    (piece, Some(behind))
}
