//! Makes the values that are used once.
//!
//! in:  32 octets that nobody can guess, and a count      out: 24 printable octets
//! law: the machine owns no random source; one draw gives a different nonce for each count

use alloc::{string::String, vec::Vec};

use super::{base64::encode, scram::hmac_sha256};

/// A value used once: printable, without a comma.
///
/// # RFC
/// RFC 5802 §5.1 (attribute `r`), RFC 2195 §2 (the challenge)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonce(String);

impl Nonce {
    /// Makes the nonce number `count` of a draw of 32 unpredictable octets.
    pub fn new(draw: &[u8; 32], count: u32) -> Self {
        let hash = hmac_sha256(draw, &[b"nonce", &count.to_be_bytes()]);
        Self(encode(hash.first_chunk::<18>().map_or(&[][..], |head| &head[..])))
    }

    /// Takes a text of the caller's, if it is printable ASCII without a comma, `<`, `>` or blank, of 1 to 128 octets.
    pub fn from_text(text: &str) -> Option<Self> {
        let fits = |octet: u8| octet.is_ascii_graphic() && !matches!(octet, b',' | b'<' | b'>');
        ((1..=128).contains(&text.len()) && text.bytes().all(fits)).then(|| Self(String::from(text)))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}
