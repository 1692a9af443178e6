//! A secret and its number.
//!
//! law: the secret is wiped when it is dropped, and never printed

use alloc::boxed::Box;
use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::TagError;

/// A secret that tags are made with, and its number.
///
/// Change keys now and then: sign with the new one, open with both until the old tags have expired. BATV and tickets
/// carry the number, so the right key is found at once; SRS tries all.
///
/// # Examples
///
/// ```
/// use mailwright_bounce::tags::Key;
///
/// let key = Key::new(3, b"correct horse battery staple")?;
/// assert_eq!(format!("{key:?}"), "Key(3)");
/// assert!(Key::new(10, b"secret").is_err() && Key::new(3, b"").is_err());
/// # Ok::<(), mailwright_bounce::tags::TagError>(())
/// ```
#[derive(Clone)]
pub struct Key {
    number: u8,
    secret: Box<[u8]>,
}

impl Key {
    /// The key of that number, 0 to 9.
    ///
    /// # Errors
    ///
    /// [`TagError::Key`] where the number is above 9 or the secret is empty.
    pub fn new(number: u8, secret: &[u8]) -> Result<Self, TagError> {
        if number > 9 || secret.is_empty() {
            return Err(TagError::Key);
        }
        Ok(Self { number, secret: secret.into() })
    }

    /// Its number.
    pub const fn number(&self) -> u8 {
        self.number
    }

    pub(super) fn sha1(&self, pieces: &[&[u8]]) -> [u8; 20] {
        mac::<Hmac<Sha1>, 20>(&self.secret, pieces)
    }

    pub(super) fn sha256(&self, pieces: &[&[u8]]) -> [u8; 32] {
        mac::<Hmac<Sha256>, 32>(&self.secret, pieces)
    }

    pub(super) fn md5(&self, pieces: &[&[u8]]) -> [u8; 16] {
        mac::<Hmac<md5::Md5>, 16>(&self.secret, pieces)
    }
}

/// The keyed hash over the pieces, one behind the other.
fn mac<M: Mac + KeyInit, const N: usize>(secret: &[u8], pieces: &[&[u8]]) -> [u8; N] {
    let mut out = [0; N];
    // HMAC takes a key of any length.
    if let Ok(mut mac) = <M as KeyInit>::new_from_slice(secret) {
        for piece in pieces {
            mac.update(piece);
        }
        for (to, from) in out.iter_mut().zip(mac.finalize().into_bytes()) {
            *to = from;
        }
    }
    out
}

/// Are both the same, in a time that does not tell where they differ?
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

impl Drop for Key {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.number)
    }
}
