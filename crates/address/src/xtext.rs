//! Writes any text so that a parameter can carry it.
//!
//! in:  text, or its encoded form      out: the encoded form, or the text
//! law: `decode(encode(x)) == x`; what is cut short or not printable is an error, never dropped (RFC 3461 §4)

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use crate::grammar::Utf8;
use crate::scan::Cursor;

/// Why the value of a parameter was refused, and where.
///
/// It holds no octet of the peer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} at octet {at}")]
pub struct ParameterError {
    at: usize,
    expected: &'static str,
}

impl ParameterError {
    pub(crate) const fn new(expected: &'static str, at: usize) -> Self {
        Self { at, expected }
    }

    /// Octets from the start of the value, 0-based.
    pub const fn at(self) -> usize {
        self.at
    }

    /// What should have stood there.
    pub const fn expected(self) -> &'static str {
        self.expected
    }
}

/// Decodes xtext to octets.
///
/// # Errors
///
/// A `+` without two upper-case hex digits; an octet that must not stand bare.
///
/// # Examples
///
/// ```
/// use mailwright_address::xtext;
///
/// assert_eq!(xtext::decode(b"a+2Bb@c.example").unwrap().as_ref(), b"a+b@c.example");
/// assert_eq!(xtext::decode(b"a+3").unwrap_err().at(), 1);
/// ```
///
/// # RFC
///
/// RFC 3461 §4
pub fn decode(octets: &[u8]) -> Result<Cow<'_, [u8]>, ParameterError> {
    if octets.iter().all(|octet| is_xchar(*octet)) {
        return Ok(Cow::Borrowed(octets));
    }
    let mut plain = Vec::with_capacity(octets.len());
    let mut cursor = Cursor::new(octets, 0);
    while let Some(octet) = cursor.peek() {
        let at = cursor.at();
        if is_xchar(octet) {
            plain.push(octet);
            cursor.bump();
        } else if octet == b'+' {
            let digits = (cursor.peek_ahead(1).and_then(hex), cursor.peek_ahead(2).and_then(hex));
            let (Some(high), Some(low)) = digits else {
                return Err(ParameterError::new("two upper-case hex digits behind `+`", at));
            };
            plain.push(high.wrapping_shl(4) | low);
            cursor.advance(3);
        } else {
            return Err(ParameterError::new("a printable octet but `+` and `=`", at));
        }
    }
    Ok(Cow::Owned(plain))
}

/// Decodes xtext to printable ASCII, which is what ENVID, ORCPT and AUTH carry.
///
/// # Errors
///
/// As [`decode`]; also an octet that is encoded but not printable, control octets and UTF-8 among them.
///
/// # RFC
///
/// RFC 3461 §4.2, §4.4; RFC 4954 §5
pub fn decode_text(octets: &[u8]) -> Result<Cow<'_, str>, ParameterError> {
    let not_printable = ParameterError::new("printable ASCII once decoded", 0);
    match decode(octets)? {
        Cow::Borrowed(plain) => core::str::from_utf8(plain).map(Cow::Borrowed).map_err(|_| not_printable),
        Cow::Owned(plain) => match String::from_utf8(plain) {
            Ok(text) if text.bytes().all(is_printable) => Ok(Cow::Owned(text)),
            _ => Err(not_printable),
        },
    }
}

/// Encodes octets as xtext.
///
/// # RFC
///
/// RFC 3461 §4
pub fn encode(octets: &[u8]) -> String {
    let mut encoded = String::with_capacity(octets.len());
    for octet in octets {
        if is_xchar(*octet) {
            encoded.push(char::from(*octet));
        } else {
            // Writing to a String can't fail.
            let _written = write!(encoded, "+{octet:02X}");
        }
    }
    encoded
}

/// Decodes the forms that carry addresses outside ASCII: `\x{HEX}` and, with SMTPUTF8, the characters themselves.
///
/// # Errors
///
/// A broken `\x{...}`, one that stands for a character that needs none, a control character; a character outside
/// ASCII where they are refused.
///
/// # Examples
///
/// ```
/// use mailwright_address::{Utf8, xtext};
///
/// assert_eq!(xtext::decode_unitext(b"\\x{5C}\\x{20AC}@c", Utf8::Refused).unwrap(), "\\\u{20ac}@c");
/// ```
///
/// # RFC
///
/// RFC 6533 §3 (`utf-8-addr-xtext`, `utf-8-addr-unitext`)
pub fn decode_unitext(octets: &[u8], utf8: Utf8) -> Result<Cow<'_, str>, ParameterError> {
    let text =
        core::str::from_utf8(octets).map_err(|error| ParameterError::new("UTF-8", error.valid_up_to()))?;
    if let Some(at) = text.bytes().position(|octet| octet > 127 && utf8 == Utf8::Refused) {
        return Err(ParameterError::new("ASCII without SMTPUTF8", at));
    }
    let bare = |octet: u8| octet > 127 || (is_xchar(octet) && octet != b'\\');
    if text.bytes().all(bare) {
        return if text.chars().any(char::is_control) {
            Err(ParameterError::new("no control character", 0))
        } else {
            Ok(Cow::Borrowed(text))
        };
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let at = text.len().saturating_sub(rest.len());
        if character == '\\' {
            let point = rest.strip_prefix("\\x{").and_then(|point| point.split_once('}'));
            let (point, behind) = point.ok_or_else(|| ParameterError::new("`\\x{HEX}`", at))?;
            plain.push(
                hexpoint(point).ok_or_else(|| ParameterError::new("a code point that needs escaping", at))?,
            );
            rest = behind;
        } else if (character.is_ascii() && !is_xchar(character as u8)) || character.is_control() {
            return Err(ParameterError::new("a printable character but `+` and `=`", at));
        } else {
            plain.push(character);
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
    }
    Ok(Cow::Owned(plain))
}

/// Encodes text outside ASCII: every special character as `\x{HEX}`, and without SMTPUTF8 all others too.
///
/// # RFC
///
/// RFC 6533 §3 (`utf-8-addr-xtext`, `utf-8-addr-unitext`)
pub fn encode_unitext(text: &str, utf8: Utf8) -> String {
    let mut encoded = String::with_capacity(text.len());
    for character in text.chars() {
        let bare = if character.is_ascii() {
            is_xchar(character as u8) && character != '\\'
        } else {
            utf8 == Utf8::Allowed && !character.is_control()
        };
        if bare {
            encoded.push(character);
        } else {
            // Writing to a String can't fail.
            let _written = write!(encoded, "\\x{{{:02X}}}", u32::from(character));
        }
    }
    encoded
}

/// HEXPOINT: a space, `+`, `=`, `\` or a character outside ASCII. The control characters that the grammar also has
/// are refused: no address holds one, and a report would carry it into a header field.
fn hexpoint(digits: &str) -> Option<char> {
    let well_formed =
        (2..=6).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let character = char::from_u32(u32::from_str_radix(digits, 16).ok().filter(|_| well_formed)?)?;
    let needed = matches!(character, ' ' | '+' | '=' | '\\') || !character.is_ascii();
    (needed && !character.is_control()).then_some(character)
}

/// xchar = any ASCII character from 33 to 126 but "+" and "="
pub(crate) const fn is_xchar(octet: u8) -> bool {
    matches!(octet, b'!'..=b'~') && !matches!(octet, b'+' | b'=')
}

/// Graphic characters and the space.
pub(crate) fn is_printable(octet: u8) -> bool {
    matches!(octet, b' '..=b'~')
}

/// hexchar = "+" two upper-case hexadecimal digits
fn hex(octet: u8) -> Option<u8> {
    match octet {
        b'0'..=b'9' => octet.checked_sub(b'0'),
        b'A'..=b'F' => octet.checked_sub(b'A').and_then(|digit| digit.checked_add(10)),
        _ => None,
    }
}
