//! Makes a message that any way can carry: octets below 128, short lines.
//!
//! in:  a message with 8-bit or long lines, or UTF-8 in its fields      out: the same message in 7bit
//! law: only what must change is changed; an address that has no ASCII form is told, never bent (RFC 6152 §3, RFC 2045 §6)

use crate::edit::is_signed;
use crate::field::strip_line_end;
use crate::grammar::addresses::{Address, Addresses};
use crate::grammar::names::{Shape, known};
use crate::transfer::TransferEncoding;
use crate::{Field, Kind, Limits, Mailbox, Part, Reader};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

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

#[expect(clippy::wildcard_enum_match_arm, reason = "fields of every other shape hold no text")]
fn field_change(field: &Field<'_>) -> Result<Change, DowngradeError> {
    let at = field.span().start;
    let value = field.raw_value();
    let Ok(text) = core::str::from_utf8(value) else { return Err(DowngradeError::Field { at }) };
    if !field.has_colon() || !field.name().is_ascii() {
        return Err(DowngradeError::Field { at });
    }
    let shape = known(field.name()).map_or(Shape::Text, |row| row.shape);
    let with = match shape {
        Shape::Text => words(text, field.name().len().saturating_add(1)),
        Shape::Addresses => applied(&addresses(field)?, text),
        _ => return Err(DowngradeError::Field { at }),
    };
    Ok((field.value_span(), with.into_bytes()))
}

/// The text of a value with changes done.
fn applied(changes: &[Change], text: &str) -> String {
    let mut out = String::new();
    let mut at = 0_usize;
    for (span, with) in changes {
        out.push_str(text.get(at..span.start).unwrap_or_default());
        out.push_str(core::str::from_utf8(with).unwrap_or_default());
        at = span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Unstructured text with each run of words outside of US-ASCII as encoded-words; `column`: where it begins in its line.
pub(crate) fn words(text: &str, column: usize) -> String {
    let plain: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    let mut out = String::new();
    let pieces: Vec<&str> = plain.split(' ').collect();
    let first = pieces.iter().position(|piece| !piece.is_ascii()).unwrap_or(pieces.len());
    let last = pieces.iter().rposition(|piece| !piece.is_ascii()).unwrap_or(0);
    let join = |range: &[&str]| range.join(" ");
    let head = fold(&join(pieces.get(..first).unwrap_or_default()));
    out.push_str(&head);
    let coded = join(pieces.get(first..=last).unwrap_or_default());
    // Where nothing stands in front, a long name of the field leaves the first word less room.
    let room = if first > 0 { WORD } else { WORD.min(64_usize.saturating_sub(column)).max(12) };
    let coded = encode_in(&coded, room);
    if first > 0 {
        out.push_str(if fits(behind(column, &out), coded.lines().next().map_or(0, str::len)) {
            " "
        } else {
            "\r\n "
        });
    }
    out.push_str(&coded);
    let tail = pieces.get(last.saturating_add(1)..).unwrap_or_default();
    if !tail.is_empty() {
        out.push(' ');
        out.push_str(&fold(&join(tail)));
    }
    out
}

/// Whether `more` octets behind a blank at `column` have room in its line; one with an encoded-word has at most 76
/// characters (RFC 2047 §2).
const fn fits(column: usize, more: usize) -> bool {
    column.saturating_add(1).saturating_add(more) <= 76
}

/// Long text on lines of about 70, each fold at a blank with a word behind it.
pub(crate) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // The name of the field, or an encoded-word, stands in front.
    let mut column = 40_usize;
    for (number, word) in text.split(' ').enumerate() {
        if number > 0 {
            if column.saturating_add(word.len()) > 70 && !word.is_empty() {
                out.push_str("\r\n");
                column = 0;
            }
            out.push(' ');
        }
        out.push_str(word);
        column = column.saturating_add(word.len()).saturating_add(1);
    }
    out
}

/// Octets of text in one encoded-word.
const WORD: usize = 52;

/// Encoded-words of at most 75 characters, a fold between them.
pub(crate) fn encode(text: &str) -> String {
    encode_in(text, WORD)
}

/// The same; `room`: octets of text in the first of them.
fn encode_in(text: &str, room: usize) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars() {
        let mut buffer = [0; 4];
        let mut coded = String::new();
        for &b in c.encode_utf8(&mut buffer).as_bytes() {
            if b.is_ascii_alphanumeric() {
                coded.push(char::from(b));
            } else if b == b' ' {
                coded.push('_');
            } else {
                let digit =
                    |n: u8| char::from(b"0123456789ABCDEF".get(usize::from(n)).copied().unwrap_or(b'0'));
                coded.extend(['=', digit(b.wrapping_shr(4)), digit(b & 15)]);
            }
        }
        let room = if out.is_empty() { room } else { WORD };
        if !word.is_empty() && word.len().saturating_add(coded.len()) > room {
            push_word(&mut out, &word);
            word.clear();
        }
        word.push_str(&coded);
    }
    push_word(&mut out, &word);
    out
}

fn push_word(out: &mut String, word: &str) {
    if !out.is_empty() {
        out.push_str("\r\n ");
    }
    out.push_str("=?utf-8?q?");
    out.push_str(word);
    out.push_str("?=");
}

/// The mailboxes of a list that hold octets above 127, in US-ASCII: octets of the field's value.
pub(crate) fn addresses(field: &Field<'_>) -> Result<Vec<Change>, DowngradeError> {
    let bad = DowngradeError::Field { at: field.span().start };
    let value = field.raw_value();
    let mut changes = Vec::new();
    let mut last = 0_usize;
    let mut column = field.name().len().saturating_add(1);
    let text =
        |range: Range<usize>| core::str::from_utf8(value.get(range).unwrap_or_default()).unwrap_or_default();
    for item in Addresses::new(value) {
        let Address::Mailbox(mailbox) = item else { continue };
        let span = mailbox.span();
        let before = text(last..span.start);
        column = behind(column, before);
        last = span.end;
        if !before.is_ascii() {
            return Err(bad);
        }
        if text(span.clone()).is_ascii() {
            column = behind(column, text(span));
            continue;
        }
        let (shown, spec) = in_ascii(field, &mailbox)?;
        // A fold may stand where a blank does.
        let folds = before.ends_with(' ') && !before.ends_with("\n ");
        let first = shown.lines().next().unwrap_or(&spec).len();
        let (start, mut with) = if folds && !fits(column.saturating_sub(1), first) {
            column = 1;
            (span.start.saturating_sub(1), String::from("\r\n "))
        } else {
            (span.start, String::new())
        };
        column = behind(column, &shown);
        with.push_str(&shown);
        if !shown.is_empty() {
            let gap = if fits(column, spec.len()) { " " } else { "\r\n " };
            column = behind(column, gap);
            with.push_str(gap);
        }
        column = behind(column, &spec);
        with.push_str(&spec);
        changes.push((start..span.end, with.into_bytes()));
    }
    if text(last..value.len()).is_ascii() { Ok(changes) } else { Err(bad) }
}

/// A mailbox in US-ASCII: its name, and its address, in brackets where there is a name.
fn in_ascii(field: &Field<'_>, mailbox: &Mailbox<'_>) -> Result<(String, String), DowngradeError> {
    let bad = DowngradeError::Field { at: field.span().start };
    let local = mailbox.local();
    if !local.is_ascii() {
        let at = field.value_span().start.saturating_add(mailbox.span().start);
        return Err(DowngradeError::Address { at });
    }
    let domain = mailbox.domain();
    if local.is_empty() || domain.is_empty() {
        return Err(bad);
    }
    let grammar = mailwright_address::Grammar::lenient();
    let ascii = match mailwright_address::Domain::parse(&domain, grammar) {
        Ok(found) => found.to_ascii().into_owned(),
        Err(_) => String::from_utf8_lossy(&domain).into_owned(),
    };
    let spec = [&String::from_utf8_lossy(&local), "@", ascii.as_str()].concat();
    let name = mailbox.name();
    let raw = mailbox.raw_name();
    let (shown, spec) = match core::str::from_utf8(raw) {
        Ok(raw) if raw.is_ascii() && !raw.trim().is_empty() => {
            (raw.trim().into(), ["<", &spec, ">"].concat())
        }
        _ if name.is_empty() => (String::new(), spec),
        _ => (encode(&name), ["<", &spec, ">"].concat()),
    };
    if shown.is_ascii() && spec.is_ascii() { Ok((shown, spec)) } else { Err(bad) }
}

/// The column behind a text that begins at `column`.
fn behind(column: usize, text: &str) -> usize {
    text.rsplit_once('\n').map_or_else(|| column.saturating_add(text.len()), |(_, line)| line.len())
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
