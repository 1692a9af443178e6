//! Signs what a link says, so that only whom we mailed can send it back.
//!
//! in:  an address, a list, the time, a nonce, and secrets      out: text for a link, and the claim in it
//! law: nothing in a token is believed before its signature holds, compared in constant time; 128 bits

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::key::AddressKey;

/// The version of the layout.
const VERSION: u8 = 1;
/// The octets of the signature: 128 bits of HMAC-SHA256 (RFC 2104 §5).
const SIGNATURE: usize = 16;
/// Longer texts are no token of ours: an address and a list name never fill it.
const LONGEST: usize = 1024;

/// What a token is good for. One made for the one purpose is refused for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// To confirm a subscription.
    Confirm,
    /// To leave a list.
    Unsubscribe,
}

impl Purpose {
    const fn octet(self) -> u8 {
        match self {
            Self::Confirm => b'c',
            Self::Unsubscribe => b'u',
        }
    }
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// Who was mailed.
    pub address: AddressKey,
    /// About which list.
    pub list: String,
    /// When it was made, in Unix seconds.
    pub issued_at: u64,
    /// Which request it belongs to.
    pub nonce: u64,
}

impl Claim {
    /// A claim about a list. `issued_at`: Unix seconds; `nonce`: random bits where each request must differ.
    ///
    /// # Errors
    ///
    /// [`ListNameError`].
    pub fn new(address: &AddressKey, list: &str, issued_at: u64, nonce: u64) -> Result<Self, ListNameError> {
        if list.is_empty() || list.len() > 64 || list.chars().any(char::is_control) {
            return Err(ListNameError);
        }
        Ok(Self { address: address.clone(), list: list.to_owned(), issued_at, nonce })
    }
}

/// A list's name has 1 to 64 octets without control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a list's name has 1 to 64 octets without control characters")]
#[non_exhaustive]
pub struct ListNameError;

/// The secrets that sign and open tokens. The first signs, each opens what it has signed: so they are changed.
///
/// # Examples
///
/// ```
/// use mailwright_hygiene::Secrets;
///
/// let secrets = Secrets::new(2, b"the secret of this year, 32 octs")?.with_older(1, b"the secret of last year, 32 octs")?;
/// assert_eq!(format!("{secrets:?}"), "Secrets([2, 1])");
/// # Ok::<(), mailwright_hygiene::SecretError>(())
/// ```
#[derive(Clone)]
pub struct Secrets(Vec<(u8, Zeroizing<Vec<u8>>)>);

/// A secret can't be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// It could be guessed.
    #[error("a secret has at least 16 random octets, this one has {0}")]
    Short(usize),
    /// Which of them opens a token would be unclear.
    #[error("there is a secret with the number {0} already")]
    SameNumber(u8),
}

impl Secrets {
    /// One secret under a number, which stands in the tokens it signs.
    ///
    /// # Errors
    ///
    /// [`SecretError::Short`]: take 32 octets from a random source.
    pub fn new(number: u8, secret: &[u8]) -> Result<Self, SecretError> {
        Self(Vec::new()).with_older(number, secret)
    }

    /// One more that only opens.
    ///
    /// # Errors
    ///
    /// [`SecretError::Short`], or [`SecretError::SameNumber`].
    pub fn with_older(mut self, number: u8, secret: &[u8]) -> Result<Self, SecretError> {
        if secret.len() < SIGNATURE {
            return Err(SecretError::Short(secret.len()));
        }
        if self.0.iter().any(|(taken, _)| *taken == number) {
            return Err(SecretError::SameNumber(number));
        }
        self.0.push((number, Zeroizing::new(secret.to_owned())));
        Ok(self)
    }

    /// The token for a claim.
    pub fn sign(&self, purpose: Purpose, claim: &Claim) -> String {
        let Some((number, secret)) = self.0.first() else { return String::new() };
        let mut octets = Vec::from([VERSION, purpose.octet(), *number]);
        octets.extend(claim.issued_at.to_be_bytes());
        octets.extend(claim.nonce.to_be_bytes());
        let address = claim.address.as_str().as_bytes();
        octets.extend(u16::try_from(address.len()).unwrap_or(u16::MAX).to_be_bytes());
        octets.extend(address);
        octets.extend(claim.list.as_bytes());
        let signature = signature(secret, &octets);
        octets.extend(signature);
        URL_SAFE_NO_PAD.encode(octets)
    }

    /// Opens a token that was made for `purpose`.
    ///
    /// # Errors
    ///
    /// Any text that is no token, was signed by somebody else, or for another purpose. Tell the reader that the link is
    /// not valid, and nothing more.
    pub fn open(&self, purpose: Purpose, token: &str) -> Result<Claim, TokenError> {
        if token.len() > LONGEST {
            return Err(TokenError::Malformed);
        }
        let octets = URL_SAFE_NO_PAD.decode(token).map_err(|_| TokenError::Malformed)?;
        let (said, found) =
            octets.split_at_checked(octets.len().saturating_sub(SIGNATURE)).ok_or(TokenError::Malformed)?;
        let (&[version, made_for, number], rest) =
            said.split_first_chunk::<3>().ok_or(TokenError::Malformed)?;
        if version != VERSION {
            return Err(TokenError::Malformed);
        }
        let (_, secret) = self.0.iter().find(|(held, _)| *held == number).ok_or(TokenError::UnknownSecret)?;
        if !bool::from(signature(secret, said).as_slice().ct_eq(found)) {
            return Err(TokenError::Forged);
        }
        if made_for != purpose.octet() {
            return Err(TokenError::OtherPurpose);
        }
        claim(rest).ok_or(TokenError::Malformed)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(")?;
        f.debug_list().entries(self.0.iter().map(|(number, _)| number)).finish()?;
        f.write_str(")")
    }
}

/// What stands behind the head of a token.
fn claim(octets: &[u8]) -> Option<Claim> {
    let (issued_at, rest) = octets.split_first_chunk()?;
    let (nonce, rest) = rest.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (address, list) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let list = core::str::from_utf8(list).ok()?;
    Some(Claim {
        address: core::str::from_utf8(address).ok()?.parse().ok()?,
        list: list.to_owned(),
        issued_at: u64::from_be_bytes(*issued_at),
        nonce: u64::from_be_bytes(*nonce),
    })
}

fn signature(secret: &[u8], said: &[u8]) -> [u8; SIGNATURE] {
    // HMAC takes a key of any length, so there is always one to compute with.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return [0; SIGNATURE] };
    mac.update(b"mailwright hygiene token");
    mac.update(said);
    let full = mac.finalize().into_bytes();
    full.first_chunk().copied().unwrap_or([0; SIGNATURE])
}

/// A token can't be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// It is no token, or was cut on its way.
    #[error("this is no token, or a part of one")]
    Malformed,
    /// It names a secret that is not held any more.
    #[error("the secret that signed it is not held any more")]
    UnknownSecret,
    /// The signature does not fit.
    #[error("the signature does not fit what it says")]
    Forged,
    /// It is genuine, and for something else.
    #[error("the token is for another purpose")]
    OtherPurpose,
}
