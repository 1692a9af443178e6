//! Shows a peer's octets to a person or a log without letting them act.
//!
//! in:  any octets      out: one line of printable text
//! law: no control character, no direction mark and no line break leaves (RFC 5321 §4.2 lets text hold anything)

use core::fmt::{self, Write as _};

/// Octets of a peer, printed so that they can't forge a log line nor steer a terminal.
///
/// Printable text stays as it is; a backslash becomes `\\`, a line break `\n`, other controls and direction marks
/// `\u{..}`, octets that are not UTF-8 `\x..`.
///
/// # Examples
///
/// ```
/// use mailwright_reply::Escaped;
///
/// assert_eq!(Escaped::new(b"a\nb\x1b[31m\xff").to_string(), r"a\nb\u{1b}[31m\xff");
/// ```
#[derive(Clone, Copy)]
pub struct Escaped<'a>(&'a [u8]);

impl<'a> Escaped<'a> {
    /// These octets, to be printed.
    pub const fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for shown in chunk.valid().chars() {
                match shown {
                    '\\' => f.write_str("\\\\")?,
                    '\n' => f.write_str("\\n")?,
                    '\r' => f.write_str("\\r")?,
                    '\t' => f.write_str("\\t")?,
                    _ if steers(shown) => write!(f, "\\u{{{:x}}}", u32::from(shown))?,
                    _ => f.write_char(shown)?,
                }
            }
            for octet in chunk.invalid() {
                write!(f, "\\x{octet:02x}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// Whether a character moves more than the cursor by one.
fn steers(shown: char) -> bool {
    shown.is_control()
        || matches!(
            shown,
            '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{200b}'
        )
}
