//! Codes what AUTH carries on its lines.
//!
//! in:  octets, or one line of base64      out: the other
//! law: one text per value: padding exact, no unused bits, no blanks (RFC 4954 §4, RFC 4648 §3.5)

use alloc::{string::String, vec::Vec};

use ::base64::{DecodeError, Engine as _, engine::general_purpose::STANDARD};

/// Writes octets as base64 with padding.
pub fn encode(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}

/// Reads base64 in its one canonical form.
///
/// # Errors
/// [`Base64Error`] for any other octet, missing or surplus padding, or unused bits that are not zero: answer 501 5.5.2.
///
/// # Examples
/// ```
/// use mailwright_smtp::sasl;
/// assert_eq!(sasl::decode(b"QQ==").as_deref(), Ok(&b"A"[..]));
/// assert_eq!(sasl::decode(b"QR==").map_err(|error| error.at), Err(1));
/// ```
pub fn decode(text: &[u8]) -> Result<Vec<u8>, Base64Error> {
    STANDARD.decode(text).map_err(|error| match error {
        DecodeError::InvalidByte(at, _) => Base64Error { at, expected: "an octet of the base64 alphabet" },
        DecodeError::InvalidLength(at) => Base64Error { at, expected: "a multiple of four octets" },
        DecodeError::InvalidLastSymbol { offset, .. } => {
            Base64Error { at: offset, expected: "unused bits of zero" }
        }
        DecodeError::InvalidPadding => Base64Error { at: text.len(), expected: "exact padding" },
    })
}

/// The text is not the canonical base64 of anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} at octet {at}")]
#[non_exhaustive]
pub struct Base64Error {
    /// Octets from the start of the text, 0-based.
    pub at: usize,
    /// What would have been right there.
    pub expected: &'static str,
}
