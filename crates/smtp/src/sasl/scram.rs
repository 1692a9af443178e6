//! Computes the keys and proofs of SCRAM-SHA-256.
//!
//! in:  password, salt, iterations, the messages      out: keys, proof, signature
//! law: what a server stores does not let anyone log in (RFC 5802 §3, RFC 7677)

use alloc::vec::Vec;
use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// What a server keeps of a password for SCRAM-SHA-256.
///
/// The embedder stores these four values and answers [`Question::Scram`](super::Question::Scram) with them; the machine checks the proof.
///
/// # Examples
/// ```
/// use mailwright_smtp::sasl::ScramKeys;
/// let keys = ScramKeys::derive(b"pencil", b"an unpredictable salt", 4096);
/// assert_eq!(keys.iterations(), 4096);
/// ```
///
/// # RFC
/// RFC 5802 §3, RFC 7677 §3
#[derive(Clone)]
pub struct ScramKeys {
    salt: Vec<u8>,
    iterations: u32,
    stored_key: [u8; 32],
    server_key: [u8; 32],
}

impl ScramKeys {
    /// Takes the four stored values.
    pub const fn new(salt: Vec<u8>, iterations: u32, stored_key: [u8; 32], server_key: [u8; 32]) -> Self {
        Self { salt, iterations, stored_key, server_key }
    }

    /// Computes the values from a password; slow by purpose, in proportion to `iterations` (at least 1 is done).
    ///
    /// The password is taken as it is: prepare it with `SASLprep` (RFC 4013) first if it holds more than ASCII.
    pub fn derive(password: &[u8], salt: &[u8], iterations: u32) -> Self {
        let mut salted = salted_password(password, salt, iterations);
        let mut client_key = hmac_sha256(&salted, &[b"Client Key"]);
        let server_key = hmac_sha256(&salted, &[b"Server Key"]);
        let stored_key = sha256(&client_key);
        salted.zeroize();
        client_key.zeroize();
        Self::new(salt.to_vec(), iterations, stored_key, server_key)
    }

    /// Makes values for a user that does not exist, the same each time, which no proof fits.
    ///
    /// Answering with these keeps a stranger from finding out which names exist. `secret`: 32 octets of the server's own.
    pub fn decoy(secret: &[u8; 32], user: &[u8], iterations: u32) -> Self {
        let salt = hmac_sha256(secret, &[b"decoy salt", user]);
        let stored_key = hmac_sha256(secret, &[b"decoy stored key", user]);
        let server_key = hmac_sha256(secret, &[b"decoy server key", user]);
        let salt = salt.first_chunk::<16>().map_or_else(Vec::new, |head| head.to_vec());
        Self::new(salt, iterations, stored_key, server_key)
    }

    /// The salt.
    pub fn salt(&self) -> &[u8] {
        &self.salt
    }

    /// How many rounds the password was hashed for.
    pub const fn iterations(&self) -> u32 {
        self.iterations
    }

    /// The key that proofs are checked with.
    pub const fn stored_key(&self) -> &[u8; 32] {
        &self.stored_key
    }

    /// The key that the server proves itself with.
    pub const fn server_key(&self) -> &[u8; 32] {
        &self.server_key
    }

    /// Whether `proof` is right for `auth_message`.
    pub(super) fn verify(&self, auth_message: &[u8], proof: &[u8]) -> bool {
        let Ok(proof) = <[u8; 32]>::try_from(proof) else { return false };
        let signature = hmac_sha256(&self.stored_key, &[auth_message]);
        let client_key = xor(&proof, &signature);
        sha256(&client_key).ct_eq(&self.stored_key).into()
    }

    pub(super) fn signature(&self, auth_message: &[u8]) -> [u8; 32] {
        hmac_sha256(&self.server_key, &[auth_message])
    }
}

impl fmt::Debug for ScramKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScramKeys").field("iterations", &self.iterations).finish_non_exhaustive()
    }
}

impl Drop for ScramKeys {
    fn drop(&mut self) {
        self.stored_key.zeroize();
        self.server_key.zeroize();
    }
}

/// The client's proof and the signature that it expects of the server.
pub(super) fn prove(
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    auth_message: &[u8],
) -> ([u8; 32], [u8; 32]) {
    let mut salted = salted_password(password, salt, iterations);
    let mut client_key = hmac_sha256(&salted, &[b"Client Key"]);
    let server_key = hmac_sha256(&salted, &[b"Server Key"]);
    let signature = hmac_sha256(&sha256(&client_key), &[auth_message]);
    let proof = xor(&client_key, &signature);
    salted.zeroize();
    client_key.zeroize();
    (proof, hmac_sha256(&server_key, &[auth_message]))
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104 §2)")]
pub(super) fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104 §2)")]
pub(super) fn hmac_md5(key: &[u8], message: &[u8]) -> [u8; 16] {
    let mut mac = Hmac::<md5::Md5>::new_from_slice(key).expect("a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

fn salted_password(password: &[u8], salt: &[u8], iterations: u32) -> [u8; 32] {
    let mut salted = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, iterations.max(1), &mut salted);
    salted
}

fn sha256(octets: &[u8]) -> [u8; 32] {
    Sha256::digest(octets).into()
}

fn xor(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    let mut out = *left;
    for (octet, other) in out.iter_mut().zip(right) {
        *octet ^= other;
    }
    out
}
