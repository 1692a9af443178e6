//! Shows what a peer said so that it can't act: not on lines, not on fields, not on a terminal.
//!
//! in:  any octets      out: one line of text
//! law: no control character, no direction mark, no line break leaves; length is bounded

use alloc::string::{String, ToString};

use mailwright_reply::Escaped;

/// One line for a person: printable text stays, at most `most` characters of it.
pub(crate) fn line(octets: &[u8], most: usize) -> String {
    let octets = octets.get(..most.saturating_mul(4)).unwrap_or(octets);
    let mut text = Escaped::new(octets).to_string();
    if let Some((at, _)) = text.char_indices().nth(most) {
        text.truncate(at);
        text.push_str("...");
    }
    text
}

/// One line for a field: blanks are single spaces, what may not stand in it is `?`.
///
/// `utf8`: characters outside ASCII stay, where they are printable.
pub(crate) fn value(octets: &[u8], most: usize, utf8: bool) -> String {
    let mut out = String::new();
    let mut blank = false;
    let octets = octets.get(..most).unwrap_or(octets);
    for chunk in octets.utf8_chunks() {
        for shown in chunk.valid().chars().chain((!chunk.invalid().is_empty()).then_some('\u{fffd}')) {
            if matches!(shown, ' ' | '\t' | '\r' | '\n') {
                blank = !out.is_empty();
                continue;
            }
            if core::mem::take(&mut blank) {
                out.push(' ');
            }
            let plain = shown.is_ascii_graphic() || utf8 && !shown.is_ascii() && is_harmless(shown);
            out.push(if plain { shown } else { '?' });
        }
    }
    out
}

/// Whether a character outside ASCII is shown as it is by [`Escaped`] too.
fn is_harmless(shown: char) -> bool {
    let mut buffer = [0; 4];
    let text: &str = shown.encode_utf8(&mut buffer);
    shown != '\u{fffd}' && !shown.is_whitespace() && Escaped::new(text.as_bytes()).to_string() == text
}
