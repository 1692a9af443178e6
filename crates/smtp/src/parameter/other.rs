//! Parameters of extensions that this crate does not know.

use bytes::{BufMut, BytesMut};

use crate::command::InjectionError;

/// Parameters that are kept as they are, for whoever knows them.
///
/// # RFC
///
/// RFC 5321 §4.1.2 (esmtp-param)
#[derive(Clone, Copy, Debug, Default)]
pub struct OtherParameters<'a> {
    /// All parameters of the command, among them those that are known.
    text: &'a [u8],
}

impl<'a> OtherParameters<'a> {
    /// How many are let through in one command.
    pub const MOST: usize = 16;

    /// None of them.
    pub const fn none() -> Self {
        Self { text: &[] }
    }

    /// Parameters of the caller's own: `KEY=value KEY`, one space between them.
    ///
    /// # Errors
    ///
    /// [`InjectionError`] at the first octet that no parameter holds, where a keyword is one that [`Mail`](crate::Mail) or
    /// [`Rcpt`](crate::Rcpt) has a place for, stands twice, or where they are more than [`MOST`](Self::MOST).
    pub fn new(text: &'a str) -> Result<Self, InjectionError> {
        let mut at = 0_usize;
        for (place, word) in text.split(' ').enumerate() {
            let (keyword, value) = split(word.as_bytes());
            let before = Self { text: text.as_bytes().get(..at).unwrap_or_default() };
            let twice = before.iter().any(|(known, _)| known.as_bytes().eq_ignore_ascii_case(keyword));
            if place >= Self::MOST || twice || is_known(keyword) || !is_well_formed(keyword, value) {
                return Err(InjectionError { at });
            }
            at = at.saturating_add(word.len()).saturating_add(1);
        }
        Ok(Self { text: text.as_bytes() })
    }

    pub(super) const fn of(text: &'a [u8]) -> Self {
        Self { text }
    }

    /// Keywords with their values, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        self.text.split(|octet| *octet == b' ').filter_map(|word| {
            let (keyword, value) = split(word);
            let text = |octets| core::str::from_utf8(octets).ok();
            if keyword.is_empty() || is_known(keyword) {
                return None;
            }
            Some((text(keyword)?, value.and_then(text)))
        })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    pub(super) fn write(&self, out: &mut BytesMut) {
        for (keyword, value) in self.iter() {
            out.put_u8(b' ');
            out.put_slice(keyword.as_bytes());
            if let Some(value) = value {
                out.put_u8(b'=');
                out.put_slice(value.as_bytes());
            }
        }
    }
}

impl PartialEq for OtherParameters<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

/// esmtp-param = esmtp-keyword ["=" esmtp-value]; esmtp-value = 1*(%d33-60 / %d62-126)
pub(super) fn is_well_formed(keyword: &[u8], value: Option<&[u8]>) -> bool {
    is_keyword(keyword)
        && value.is_none_or(|value| {
            !value.is_empty() && value.iter().all(|octet| octet.is_ascii_graphic() && *octet != b'=')
        })
}

/// esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
pub(super) fn is_keyword(keyword: &[u8]) -> bool {
    keyword.first().is_some_and(u8::is_ascii_alphanumeric)
        && keyword.iter().all(|octet| octet.is_ascii_alphanumeric() || *octet == b'-')
}

fn split(word: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(b'=', word) {
        None => (word, None),
        Some(at) => (word.get(..at).unwrap_or_default(), word.get(at.saturating_add(1)..)),
    }
}

fn is_known(keyword: &[u8]) -> bool {
    KNOWN.iter().any(|known| known.eq_ignore_ascii_case(keyword))
}

const KNOWN: [&[u8]; 13] = [
    b"SIZE",
    b"BODY",
    b"SMTPUTF8",
    b"REQUIRETLS",
    b"RET",
    b"ENVID",
    b"AUTH",
    b"MT-PRIORITY",
    b"BY",
    b"HOLDFOR",
    b"HOLDUNTIL",
    b"NOTIFY",
    b"ORCPT",
];
