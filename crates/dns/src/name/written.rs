//! Names in presentation form.
//!
//! in:  text with escapes      out: labels, and from them the same text in printable ASCII
//! law: what is written is read back as the same name (RFC 1035 §5.1)

use core::fmt::{self, Write as _};
use core::str::FromStr;

use super::{Name, NameError, NameRef};

impl Name {
    /// Reads presentation form with its escapes: `\.` is a dot inside a label, `\DDD` an octet by its decimal value.
    ///
    /// A single `.` is the root. Empty text is refused.
    ///
    /// # Errors
    ///
    /// [`NameError`] where a label is empty or over 63 octets, the name over 255 octets on the wire, or an escape broken.
    ///
    /// # RFC
    ///
    /// RFC 1035 §5.1
    pub fn parse(text: &[u8]) -> Result<Self, NameError> {
        if text == b"." {
            return Ok(Self::root());
        }
        let mut name = Self::root();
        let mut label = Label::default();
        let mut rest = text;
        while let Some((&octet, after)) = rest.split_first() {
            let at = text.len().saturating_sub(rest.len());
            rest = after;
            match octet {
                b'.' => {
                    name.push_label(label.take(at)?, at)?;
                    if rest.is_empty() {
                        return Ok(name);
                    }
                }
                b'\\' => {
                    let (value, after) = unescape(rest, at)?;
                    label.push(value, at)?;
                    rest = after;
                }
                _ => label.push(octet, at)?,
            }
        }
        name.push_label(label.take(text.len())?, text.len())?;
        Ok(name)
    }
}

/// Presentation form with escapes and without the last dot: printable ASCII whatever the labels hold.
impl fmt::Display for NameRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.as_wire().is_empty() {
            return f.write_char('.');
        }
        for (i, label) in self.labels().enumerate() {
            if i > 0 {
                f.write_char('.')?;
            }
            for &octet in label {
                match octet {
                    b'.' | b'\\' | b'"' | b';' | b'(' | b')' | b'@' | b'$' => {
                        write!(f, "\\{}", char::from(octet))?;
                    }
                    0x21..=0x7e => f.write_char(char::from(octet))?,
                    _ => write!(f, "\\{octet:03}")?,
                }
            }
        }
        Ok(())
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::parse(text.as_bytes())
    }
}

/// A label being read.
struct Label {
    length: u8,
    octets: [u8; 63],
}

impl Default for Label {
    fn default() -> Self {
        Self { length: 0, octets: [0; 63] }
    }
}

impl Label {
    fn push(&mut self, octet: u8, at: usize) -> Result<(), NameError> {
        let room = self.octets.get_mut(usize::from(self.length));
        *room.ok_or(NameError { at, expected: "a label of at most 63 octets" })? = octet;
        self.length = self.length.saturating_add(1);
        Ok(())
    }

    fn take(&mut self, at: usize) -> Result<&[u8], NameError> {
        let length = core::mem::take(&mut self.length);
        match self.octets.get(..usize::from(length)) {
            Some(label) if !label.is_empty() => Ok(label),
            _ => Err(NameError { at, expected: "a label" }),
        }
    }
}

/// Reads what follows a backslash; gives the octet and the rest.
pub(crate) fn unescape(rest: &[u8], at: usize) -> Result<(u8, &[u8]), NameError> {
    let broken = NameError { at, expected: "three decimal digits up to 255, or one character" };
    match rest {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', after @ ..] => {
            let digit = |d: u8| u16::from(d.wrapping_sub(b'0'));
            let value =
                digit(*a).wrapping_mul(100).wrapping_add(digit(*b).wrapping_mul(10)).wrapping_add(digit(*c));
            Ok((u8::try_from(value).map_err(|_| broken)?, after))
        }
        [octet, after @ ..] if !octet.is_ascii_digit() => Ok((*octet, after)),
        _ => Err(broken),
    }
}
