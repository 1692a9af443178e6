//! Makes a message that any way can carry: octets below 128, short lines.
//!
//! in:  a message with 8-bit or long lines, or UTF-8 in its fields      out: the same message in 7bit
//! law: only what must change is changed; an address that has no ASCII form is told, never bent (RFC 6152 §3, RFC 2045 §6)

use crate::edit::is_signed;
use crate::field::strip_line_end;
use crate::transfer::TransferEncoding;
use crate::{Kind, Limits, Part, Reader};
use alloc::vec::Vec;
use core::ops::Range;

mod fields;
pub(crate) use fields::{addresses, fold, words};
use fields::{field_change, folded};

/// A message in 7bit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Downgraded {
    /// Its octets.
    pub octets: Vec<u8>,
    /// Parts that were encoded anew.
    pub parts: usize,
    /// Fields that were written with encoded-words.
    pub fields: usize,
    /// A signature of the message no longer verifies.
    pub breaks_signature: bool,
}

/// Why a message has no 7bit form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DowngradeError {
    /// An address has a local part outside of US-ASCII: it can go only where SMTPUTF8 is (RFC 6531 §3.2).
    #[error("an address at octet {at} needs SMTPUTF8")]
    Address {
        /// Octets from the start of the message.
        at: usize,
    },
    /// A field that holds no text holds octets above 127, or some that are no UTF-8.
    #[error("a field at octet {at} can't be written in US-ASCII")]
    Field {
        /// Octets from the start of the message.
        at: usize,
    },
    /// A limit of the reader left parts undivided.
    #[error("the message has too many parts, or too deep ones")]
    Limit,
}

pub(crate) type Change = (Range<usize>, Vec<u8>);

/// Makes `octets` 7bit: bodies become quoted-printable or base64, UTF-8 in fields becomes encoded-words.
///
/// What stands outside of all parts, before the first delimiter or behind the last, is no content: an octet above 127
/// becomes `?` there.
///
/// # Errors
///
/// [`DowngradeError`] where an address or a field has no form in US-ASCII.
///
/// # Examples
///
/// ```
/// let message = "Subject: Grüße\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n";
/// let plain = mailwright_message::downgrade(message.as_bytes())?;
/// assert!(plain.octets.is_ascii());
/// assert!(plain.octets.ends_with(b"Gr=C3=BC=C3=9Fe\r\n"));
/// # Ok::<(), mailwright_message::DowngradeError>(())
/// ```
pub fn downgrade(octets: &[u8]) -> Result<Downgraded, DowngradeError> {
    let reader = Reader::with_limits(octets, &Limits::default().with_depth(64).with_parts(10_000));
    if reader.is_cut() {
        return Err(DowngradeError::Limit);
    }
    let mut changes: Vec<Change> = Vec::new();
    let (mut parts, mut fields) = (0_usize, 0_usize);
    for part in reader.parts() {
        for field in part.fields() {
            if !field.octets().is_ascii() {
                changes.push(field_change(&field)?);
                fields = fields.saturating_add(1);
            } else if let Some(change) = folded(&field) {
                changes.push(change);
            }
        }
        if let Some((change, encoding)) = body_change(&part) {
            parts = parts.saturating_add(1);
            changes.push(change);
            if encoding != part.encoding() {
                encoding_change(&part, Some(encoding), &mut changes);
            }
        } else if part.kind() != Kind::Leaf && !matches!(part.encoding(), TransferEncoding::SevenBit) {
            encoding_change(&part, None, &mut changes);
        }
    }
    changes.sort_by_key(|(span, _)| span.start);
    let mut out = Vec::with_capacity(octets.len().saturating_add(octets.len() / 2));
    let mut at = 0_usize;
    for (span, with) in changes.iter().filter(|(span, _)| span.start <= span.end) {
        if span.start < at {
            continue;
        }
        keep(octets.get(at..span.start).unwrap_or_default(), &mut out);
        out.extend_from_slice(with);
        at = span.end;
    }
    keep(octets.get(at..).unwrap_or_default(), &mut out);
    let breaks_signature = out != octets && is_signed(octets);
    Ok(Downgraded { octets: out, parts, fields, breaks_signature })
}

/// What no change is about: in 7bit already, or no content.
fn keep(octets: &[u8], out: &mut Vec<u8>) {
    if octets.is_ascii() {
        out.extend_from_slice(octets);
    } else {
        out.extend(octets.iter().map(|b| if b.is_ascii() { *b } else { b'?' }));
    }
}

fn needs(body: &[u8]) -> bool {
    !body.is_ascii()
        || body.contains(&0)
        || body.split(|b| *b == b'\n').any(|line| line.len() > 999)
        || memchr::memchr(b'\r', body).is_some_and(|_| has_bare_cr(body))
}

fn has_bare_cr(body: &[u8]) -> bool {
    memchr::memchr_iter(b'\r', body).any(|at| body.get(at.saturating_add(1)) != Some(&b'\n'))
}

/// The body of a part in 7bit, and how it is coded.
fn body_change(part: &Part<'_, '_>) -> Option<(Change, TransferEncoding)> {
    let body = part.raw_body();
    if part.kind() != Kind::Leaf || !needs(body) {
        return None;
    }
    let declared = part.encoding();
    if !declared.is_identity() && body.is_ascii() && !body.contains(&0) {
        return None;
    }
    let encoding = if declared.is_identity() { encoding_for(part) } else { declared };
    let content = part.body_octets();
    let coded =
        if encoding == TransferEncoding::Base64 { base64(&content) } else { quoted_printable(&content) };
    Some(((part.body_span(), coded), encoding))
}

/// Text stays readable; all else is base64.
fn encoding_for(part: &Part<'_, '_>) -> TransferEncoding {
    let kind = part.content_type();
    let text = (kind.is_kind("text") || kind.kind().is_empty()) && !part.raw_body().contains(&0);
    if text && !has_bare_cr(part.raw_body()) {
        TransferEncoding::QuotedPrintable
    } else {
        TransferEncoding::Base64
    }
}

/// Writes the encoding into the part's header section; `None` makes it 7bit.
fn encoding_change(part: &Part<'_, '_>, encoding: Option<TransferEncoding>, changes: &mut Vec<Change>) {
    let word = encoding.unwrap_or(TransferEncoding::SevenBit).name();
    let line = |end: &[u8]| [b"Content-Transfer-Encoding: ", word.as_bytes(), end].concat();
    if let Some(field) = part.field("content-transfer-encoding") {
        let end = field.octets().get(strip_line_end(field.octets()).len()..).unwrap_or_default();
        changes.retain(|(span, _)| *span != field.span());
        changes.push((field.span(), line(end)));
    } else {
        let at = part.header_span().end;
        changes.push((at..at, line(b"\r\n")));
    }
}

fn hex(out: &mut Vec<u8>, b: u8) {
    let digit = |n: u8| b"0123456789ABCDEF".get(usize::from(n)).copied().unwrap_or(b'0');
    out.extend_from_slice(&[b'=', digit(b.wrapping_shr(4)), digit(b & 15)]);
}

/// Lines of at most 76, blanks at their ends encoded; line ends become CR LF.
pub(crate) fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len().saturating_add(body.len() / 4));
    for line in body.split_inclusive(|b| *b == b'\n') {
        let text = strip_line_end(line);
        let mut column = 0_usize;
        for (at, &b) in text.iter().enumerate() {
            let last = at.saturating_add(1) == text.len();
            let plain = (33..=126).contains(&b) && b != b'=' || matches!(b, b' ' | b'\t') && !last;
            let width = if plain { 1 } else { 3 };
            if column.saturating_add(width) > if last { 76 } else { 75 } {
                out.extend_from_slice(b"=\r\n");
                column = 0;
            }
            // A dot or `From ` in front of a line is bent by careless programs.
            let risky =
                column == 0 && (b == b'.' || text.get(at..).is_some_and(|rest| rest.starts_with(b"From ")));
            if plain && !risky {
                out.push(b);
                column = column.saturating_add(1);
            } else {
                hex(&mut out, b);
                column = column.saturating_add(3);
            }
        }
        if line.len() > text.len() {
            out.extend_from_slice(b"\r\n");
        }
    }
    out
}

/// Lines of 76.
pub(crate) fn base64(body: &[u8]) -> Vec<u8> {
    static ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |bits: u32| ALPHABET.get((bits & 63) as usize).copied().unwrap_or(b'A');
    let mut out = Vec::with_capacity(body.len().saturating_add(body.len() / 2));
    for line in body.chunks(57) {
        for three in line.chunks(3) {
            let mut bits = 0_u32;
            for at in 0..3 {
                bits = bits.wrapping_shl(8) | u32::from(three.get(at).copied().unwrap_or(0));
            }
            let letters = [
                letter(bits.wrapping_shr(18)),
                letter(bits.wrapping_shr(12)),
                letter(bits.wrapping_shr(6)),
                letter(bits),
            ];
            for (at, b) in letters.into_iter().enumerate() {
                out.push(if at > three.len() { b'=' } else { b });
            }
        }
        out.extend_from_slice(b"\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_and_names_become_ascii() {
        let message = "From: Jürgen Müller <j@müller.example>\r\nSubject: Grüße aus Köln today\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße =\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n\u{fe}\0\r\n--b--\r\n";
        let done = downgrade(message.as_bytes()).unwrap();
        assert!(done.octets.is_ascii());
        assert_eq!((done.parts, done.fields), (2, 2));
        let (before, after) = (Reader::new(message.as_bytes()), Reader::new(&done.octets));
        for (one, two) in before.parts().zip(after.parts()) {
            if one.kind() == Kind::Leaf {
                assert_eq!(one.body_octets(), two.body_octets());
            }
        }
        assert_eq!(before.text("Subject"), after.text("Subject"));
        assert_eq!(after.text("From").as_deref(), Some("Jürgen Müller <j@xn--mller-kva.example>"));
        assert_eq!(after.root().encoding(), TransferEncoding::SevenBit);
        assert_eq!(downgrade(&done.octets).unwrap().octets, done.octets);
    }

    #[test]
    fn long_lines_of_fields_are_folded() {
        let long =
            ["X-Note: ", &"word ".repeat(300), "end \r\nX-Two: ", &"a".repeat(1100), "\r\n\r\n"].concat();
        let done = downgrade(long.as_bytes()).unwrap().octets;
        let line = |line: &[u8]| line.len() <= 80 || line.starts_with(b"X-Two");
        assert!(done.split(|b| *b == b'\n').all(line));
        let text = |octets: &[u8]| Reader::new(octets).text("X-Note");
        assert_eq!(text(&done), text(long.as_bytes()));
        assert_eq!(downgrade(&done).unwrap().octets, done);
    }

    #[test]
    fn an_address_without_an_ascii_form_is_told() {
        let message = "From: jürgen@example.com\r\n\r\n";
        assert_eq!(downgrade(message.as_bytes()), Err(DowngradeError::Address { at: 6 }));
    }

    #[test]
    fn quoted_printable_lines_stay_short() {
        let coded = quoted_printable("ü".repeat(100).as_bytes());
        assert!(coded.split(|b| *b == b'\n').all(|line| line.len() <= 77));
    }
}
