//! Keeps passwords, tokens and user names.
//!
//! in:  octets      out: the same octets, to whoever asks by name
//! law: a secret is wiped when dropped, compares in constant time and prints as `Secret`

use alloc::{boxed::Box, vec::Vec};
use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// A password, a token, or a message that holds one.
///
/// # Examples
/// ```
/// use mailwright_smtp::sasl::Secret;
/// let secret = Secret::new("tanstaaf");
/// assert_eq!(format!("{secret:?}"), "Secret");
/// assert!(secret.matches(b"tanstaaf"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// Takes the octets over; the argument's own memory is kept, not copied, where it is exactly full.
    pub fn new(octets: impl Into<Vec<u8>>) -> Self {
        let mut octets = octets.into();
        if octets.capacity() == octets.len() {
            return Self(octets.into_boxed_slice());
        }
        let exact = Self(Box::from(octets.as_slice()));
        octets.zeroize();
        exact
    }

    /// The octets, for whoever has to check or send them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Whether the octets are these, in a time that depends on the lengths alone.
    pub fn matches(&self, other: &[u8]) -> bool {
        self.0.ct_eq(other).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// The name of a user, as the peer wrote it: opaque octets.
///
/// It is deliberately no `String`: nothing about it is safe to paste into a query, a path or a log line. `Debug` escapes it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserName(Box<[u8]>);

impl UserName {
    /// Takes any octets.
    pub fn new(octets: impl Into<Vec<u8>>) -> Self {
        Self(octets.into().into_boxed_slice())
    }

    /// The octets.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The name as text, if it is UTF-8.
    pub fn to_str(&self) -> Option<&str> {
        core::str::from_utf8(&self.0).ok()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserName(\"{}\")", self.0.escape_ascii())
    }
}
