//! Adds, removes and replaces fields, and leaves all other octets as they are.
//!
//! in:  a message and the fields that change      out: the new message, and which signatures that breaks
//! law: no octet outside of the fields named is touched; what is written can't end a field early (RFC 5322 §2.2)

use crate::field::{is_empty_line, is_name};
use crate::grammar::lexer::trim;
use crate::{Field, Fields};
use alloc::string::String;
use alloc::vec::Vec;

/// Where a new field is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed: a header section has two ends")]
pub enum Place {
    /// Above all others, as trace fields are.
    Top,
    /// Below all others.
    Bottom,
}

/// A message after an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edited {
    /// The new octets.
    pub octets: Vec<u8>,
    /// The domains (`d=`) whose DKIM signatures cover what was changed, so that they no longer verify.
    pub breaks: Vec<String>,
}

/// Why a field can't be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The name is empty, or holds a blank, a colon, a control or an octet above 127.
    #[error("no name of a field at octet {at}")]
    Name {
        /// Octets from the start of the name.
        at: usize,
    },
    /// The value holds NUL, or a line end without a blank behind it: it would begin another field.
    #[error("the value would end its field at octet {at}")]
    Value {
        /// Octets from the start of the value.
        at: usize,
    },
}

fn check(name: &str, value: &str) -> Result<(), EditError> {
    if !is_name(name.as_bytes()) {
        let bad = name.bytes().position(|b| !is_name(&[b]));
        return Err(EditError::Name { at: bad.unwrap_or(0) });
    }
    let octets = value.as_bytes();
    for (at, &b) in octets.iter().enumerate() {
        let next = octets.get(at.saturating_add(1));
        let good = match b {
            0 => false,
            b'\r' => next == Some(&b'\n'),
            b'\n' => {
                let crlf = at.checked_sub(1).and_then(|before| octets.get(before)) == Some(&b'\r');
                crlf && matches!(next, Some(b' ' | b'\t'))
            }
            _ => true,
        };
        if !good {
            return Err(EditError::Value { at });
        }
    }
    Ok(())
}

/// The header section of a message, and the line end it uses.
pub(crate) fn header(octets: &[u8]) -> (&[u8], &'static [u8]) {
    let mut at = 0_usize;
    let mut end: &[u8] = b"\r\n";
    let mut first = true;
    while let Some(rest) = octets.get(at..).filter(|rest| !rest.is_empty()) {
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |lf| lf.saturating_add(1));
        let line = rest.get(..length).unwrap_or_default();
        if first && line.ends_with(b"\n") {
            end = if line.ends_with(b"\r\n") { b"\r\n" } else { b"\n" };
            first = false;
        }
        if is_empty_line(line) {
            break;
        }
        at = at.saturating_add(length);
    }
    (octets.get(..at).unwrap_or_default(), end)
}

/// Adds a field.
///
/// Folds in `value` are CR LF and a blank; they are written with the line ends of the message.
///
/// # Errors
///
/// [`EditError`] where name or value would not stay one field.
///
/// # Examples
///
/// ```
/// use mailwright_message::edit::{Place, add};
/// let edited = add(b"Subject: x\r\n\r\nHi\r\n", "X-Note", "seen", Place::Top)?;
/// assert_eq!(edited.octets, b"X-Note: seen\r\nSubject: x\r\n\r\nHi\r\n");
/// # Ok::<(), mailwright_message::edit::EditError>(())
/// ```
pub fn add(octets: &[u8], name: &str, value: &str, place: Place) -> Result<Edited, EditError> {
    check(name, value)?;
    let (section, end) = header(octets);
    let present = Fields::new(section, 0).filter(|field| field.is_named(name)).count();
    let breaks = signatures(section, |covered| {
        let signed = covered.iter().filter(|c| c.eq_ignore_ascii_case(name)).count();
        // Signers take fields from the bottom, so one more on top breaks only what was signed as absent.
        match place {
            Place::Top => signed > present,
            Place::Bottom => signed > 0,
        }
    });
    let at = match place {
        Place::Top => top(section),
        Place::Bottom => section.len(),
    };
    let mut out = Vec::with_capacity(
        octets.len().saturating_add(name.len()).saturating_add(value.len()).saturating_add(8),
    );
    out.extend_from_slice(octets.get(..at).unwrap_or_default());
    if at > 0 && !out.ends_with(b"\n") {
        // A bare CR and a LF behind it would be the empty line that ends the section.
        let end = if out.ends_with(b"\r") { b"\r\n" } else { end };
        out.extend_from_slice(end);
    }
    write(&mut out, name, value, end);
    out.extend_from_slice(octets.get(at..).unwrap_or_default());
    Ok(Edited { octets: out, breaks })
}

/// Where a field on top goes: below lines that continue nothing, which would become part of it, and below the line of
/// a mailbox file.
fn top(section: &[u8]) -> usize {
    let first = Fields::new(section, 0).next();
    let below = first.filter(|first| is_mailbox_line(first) || matches!(section, [b' ' | b'\t', ..]));
    below.map_or(0, |first| first.octets().len())
}

/// Is it the line that begins a message of a mailbox file, and no From field?
pub(crate) fn is_mailbox_line(field: &Field<'_>) -> bool {
    let octets = field.octets();
    (octets.starts_with(b"From ") || octets.starts_with(b">From ")) && !field.is_named("From")
}

fn write(out: &mut Vec<u8>, name: &str, value: &str, end: &[u8]) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    for (number, line) in value.split("\r\n").enumerate() {
        if number > 0 {
            out.extend_from_slice(end);
        }
        out.extend_from_slice(line.as_bytes());
    }
    out.extend_from_slice(end);
}

/// Removes every field of that name.
///
/// # Examples
///
/// ```
/// let edited = mailwright_message::edit::remove(b"A: 1\r\nbcc: x\r\nB: 2\r\n\r\n", "Bcc");
/// assert_eq!(edited.octets, b"A: 1\r\nB: 2\r\n\r\n");
/// ```
pub fn remove(octets: &[u8], name: &str) -> Edited {
    change(octets, name, |_, _| {})
}

/// Replaces the first field of that name and removes the others; adds it below where there is none.
///
/// # Errors
///
/// [`EditError`] where name or value would not stay one field.
pub fn replace(octets: &[u8], name: &str, value: &str) -> Result<Edited, EditError> {
    check(name, value)?;
    let (section, _) = header(octets);
    if !Fields::new(section, 0).any(|field| field.is_named(name)) {
        return add(octets, name, value, Place::Bottom);
    }
    let mut first = true;
    Ok(change(octets, name, |out, end| {
        if core::mem::take(&mut first) {
            write(out, name, value, end);
        }
    }))
}

fn change(octets: &[u8], name: &str, mut instead: impl FnMut(&mut Vec<u8>, &[u8])) -> Edited {
    let (section, end) = header(octets);
    let mut out = Vec::with_capacity(octets.len());
    let mut changed = false;
    for field in Fields::new(section, 0) {
        if field.is_named(name) {
            changed = true;
            instead(&mut out, end);
        } else {
            out.extend_from_slice(field.octets());
        }
    }
    out.extend_from_slice(octets.get(section.len()..).unwrap_or_default());
    let breaks = if changed {
        signatures(section, |covered| covered.iter().any(|c| c.eq_ignore_ascii_case(name)))
    } else {
        Vec::new()
    };
    Edited { octets: out, breaks }
}

/// The domains of the signatures in `section` for whose covered fields `broken` says yes.
pub(crate) fn signatures(section: &[u8], broken: impl Fn(&[String]) -> bool) -> Vec<String> {
    let mut domains = Vec::new();
    for field in Fields::new(section, 0).filter(|field| field.is_named("DKIM-Signature")) {
        let covered: Vec<String> = tag(&field, "h").split(':').map(|name| name.trim().into()).collect();
        if broken(&covered) {
            domains.push(tag(&field, "d"));
        }
    }
    domains
}

fn tag(field: &Field<'_>, name: &str) -> String {
    let value = field.value();
    let found = value.split(|b| *b == b';').find_map(|tag| {
        let at = memchr::memchr(b'=', tag)?;
        (trim(tag.get(..at)?) == name.as_bytes()).then(|| tag.get(at.saturating_add(1)..))?
    });
    String::from_utf8_lossy(found.map(trim).unwrap_or_default()).into_owned()
}

/// Is there a signature that edits may break?
pub(crate) fn is_signed(octets: &[u8]) -> bool {
    let (section, _) = header(octets);
    Fields::new(section, 0).any(|field| {
        field.is_named("DKIM-Signature")
            || field.is_named("ARC-Seal")
            || field.is_named("Content-Type")
                && crate::ContentType::parse(field.raw_value()).is("multipart", "signed")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: &[u8] = b"DKIM-Signature: v=1; d=example.com; h=from:subject\r\nFrom: a@b\r\nSubject: x\r\nX-A: 1\r\n\r\nbody\n";

    #[test]
    fn other_octets_stay() {
        let edited = replace(SIGNED, "x-a", "2").unwrap();
        assert!(edited.octets.ends_with(b"Subject: x\r\nx-a: 2\r\n\r\nbody\n"));
        assert!(edited.breaks.is_empty());
        assert_eq!(remove(SIGNED, "Subject").breaks, ["example.com"]);
        assert_eq!(remove(SIGNED, "No-Such").octets, SIGNED);
        assert!(add(SIGNED, "Subject", "y", Place::Top).unwrap().breaks.is_empty());
        assert_eq!(add(SIGNED, "Subject", "y", Place::Bottom).unwrap().breaks, ["example.com"]);
    }

    #[test]
    fn a_stray_continuation_does_not_join_the_new_field() {
        let edited = add(b" stray\r\nA: 1\r\n\r\n", "X-A", "b", Place::Top).unwrap();
        assert_eq!(edited.octets, b" stray\r\nX-A: b\r\nA: 1\r\n\r\n");
    }

    #[test]
    fn a_value_can_forge_no_field() {
        for value in ["a\r\nBcc: x", "a\nb", "a\0", "a\r", "a\r\n", "a\r\n\r\n b"] {
            assert!(add(b"", "X-A", value, Place::Top).is_err(), "{value:?}");
        }
        assert!(add(b"", "X A", "b", Place::Top).is_err());
        assert!(add(b"", "", "b", Place::Top).is_err());
        assert!(add(b"", "X-A", "b\r\n c", Place::Top).is_ok());
    }
}
