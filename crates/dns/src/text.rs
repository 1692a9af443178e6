//! The text of a TXT record: character-strings as octets, and what they read joined.
//!
//! law: joining adds nothing (RFC 7208 §3.3), and where the strings were cut is not forgotten

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::{self, Write as _};

/// One TXT record.
///
/// Cloning shares the octets.
///
/// # Examples
///
/// ```
/// use mailwright_dns::Text;
///
/// let text = Text::from_strings(["v=spf1 ip4:192.0.", "2.1 -all"])?;
/// assert_eq!(text.joined(), b"v=spf1 ip4:192.0.2.1 -all");
/// assert_eq!(text.strings().count(), 2);
/// # Ok::<(), mailwright_dns::TextError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text {
    joined: Arc<[u8]>,
    /// Where each string but the last ends; nothing for one string or none.
    cuts: Option<Arc<[u16]>>,
}

/// A string over 255 octets, or strings over 65 535 octets together: no TXT record can hold that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("string {string}: too long for a TXT record")]
#[non_exhaustive]
pub struct TextError {
    /// The number of the string, 0-based.
    pub string: usize,
}

impl Text {
    /// A record from its character-strings.
    ///
    /// # Errors
    ///
    /// [`TextError`] where a string is over 255 octets or the record over 65 535.
    pub fn from_strings<S: AsRef<[u8]>>(strings: impl IntoIterator<Item = S>) -> Result<Self, TextError> {
        let (mut joined, mut cuts, mut size) = (Vec::new(), Vec::new(), 0_usize);
        for (number, string) in strings.into_iter().enumerate() {
            let string = string.as_ref();
            size = size.saturating_add(string.len()).saturating_add(1);
            if string.len() > 255 || size > usize::from(u16::MAX) {
                return Err(TextError { string: number });
            }
            if number > 0 {
                cuts.push(u16::try_from(joined.len()).map_err(|_| TextError { string: number })?);
            }
            joined.extend_from_slice(string);
        }
        let cuts = if cuts.is_empty() { None } else { Some(cuts.into()) };
        Ok(Self { joined: joined.into(), cuts })
    }

    /// A record with this text, cut into strings of 255 octets where it is longer.
    ///
    /// # Errors
    ///
    /// [`TextError`] where no record can hold it.
    pub fn from_text(text: impl AsRef<[u8]>) -> Result<Self, TextError> {
        let text = text.as_ref();
        if text.is_empty() { Self::from_strings([text]) } else { Self::from_strings(text.chunks(255)) }
    }

    /// All strings joined, nothing between them.
    pub fn joined(&self) -> &[u8] {
        &self.joined
    }

    /// The joined octets, shared.
    pub fn share(&self) -> Arc<[u8]> {
        Arc::clone(&self.joined)
    }

    /// The strings as they were published. A record without any string gives one empty string.
    pub fn strings(&self) -> impl Iterator<Item = &[u8]> {
        let cuts = self.cuts.as_deref().unwrap_or_default();
        let starts = core::iter::once(0).chain(cuts.iter().map(|cut| usize::from(*cut)));
        let ends = cuts.iter().map(|cut| usize::from(*cut)).chain(core::iter::once(self.joined.len()));
        starts.zip(ends).map(|(start, end)| self.joined.get(start..end).unwrap_or_default())
    }

    /// Where the second and later strings begin in the joined text.
    pub fn cuts(&self) -> impl Iterator<Item = usize> {
        self.cuts.as_deref().unwrap_or_default().iter().map(|cut| usize::from(*cut))
    }

    /// Octets of the record's data on the wire: each string and its length octet.
    pub fn wire_len(&self) -> usize {
        let strings = self.cuts.as_deref().map_or(1, |cuts| cuts.len().saturating_add(1));
        self.joined.len().saturating_add(strings)
    }
}

/// As in a zone file: quoted strings, octets that are not printable ASCII escaped.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, string) in self.strings().enumerate() {
            f.write_str(if i == 0 { "\"" } else { " \"" })?;
            for &octet in string {
                match octet {
                    b'"' | b'\\' => write!(f, "\\{}", char::from(octet))?,
                    0x20..=0x7e => f.write_char(char::from(octet))?,
                    _ => write!(f, "\\{octet:03}")?,
                }
            }
            f.write_char('"')?;
        }
        Ok(())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({self})")
    }
}
