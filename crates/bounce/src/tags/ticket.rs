//! Signed return paths: `bounce.<token>@domain`, which message and which recipient.
//!
//! in:  a key, the day, an id of at most 16 octets, the index of the recipient      out: a return path of at most 64 octets in front of the `@`
//! law: the token survives any case; it holds no address; eight octets of HMAC-SHA256 cover it and the address that it stands in

use alloc::format;
use alloc::vec::Vec;
use core::time::Duration;

use data_encoding::{BASE32_NOPAD, BASE32_NOPAD_NOCASE};
use mailwright_address::Mailbox;

use super::key::same;
use super::{Key, TagError, day, mailbox, meaning, strip_prefix};

/// What a good ticket says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Ticket {
    message: Vec<u8>,
    index: u32,
    key: u8,
}

impl Ticket {
    /// The id of the message.
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// Which of its recipients, counted by the sender.
    pub const fn index(&self) -> u32 {
        self.index
    }

    /// The number of the key that it was made with.
    pub const fn key(&self) -> u8 {
        self.key
    }
}

/// The return path for one recipient of one message. `now`: since 1970.
///
/// # Errors
///
/// [`TagError::Unfit`] for an id beyond 16 octets, [`TagError::TooLong`] where the name of `bounces` leaves no room: up to
/// 13 octets always do.
///
/// # Examples
///
/// ```
/// use core::time::Duration;
/// use mailwright_bounce::tags::{Key, TagError, ticket};
///
/// let bounces = "bounce@example.org".parse().unwrap();
/// let (key, now) = (Key::new(1, b"secret")?, Duration::from_secs(20_780 * 86_400));
/// let path = ticket::sign(&bounces, &key, now, b"campaign-7", 12_345)?;
/// let upper = path.to_string().to_uppercase().parse().unwrap();
/// let ticket = ticket::open(&bounces, &upper, &[key], now, 30)?;
/// assert_eq!((ticket.message(), ticket.index()), (&b"campaign-7"[..], 12_345));
/// # Ok::<(), TagError>(())
/// ```
pub fn sign(
    bounces: &Mailbox,
    key: &Key,
    now: Duration,
    message: &[u8],
    index: u32,
) -> Result<Mailbox, TagError> {
    if message.len() > MESSAGE {
        return Err(TagError::Unfit);
    }
    let (base, host) = meaning(bounces);
    let [.., high, low] = day(now).to_be_bytes();
    let mut token = alloc::vec![key.number(), high, low];
    token.extend_from_slice(&index.to_be_bytes());
    token.extend_from_slice(message);
    let hash = hash(key, bounces, &token);
    token.extend_from_slice(&hash);
    let token = BASE32_NOPAD.encode(&token).to_ascii_lowercase();
    mailbox(&format!("{base}.{token}"), &host)
}

/// Opens the return path that a bounce came to. `days`: for how long tickets are good. `now`: since 1970.
///
/// # Errors
///
/// [`TagError::Missing`] where it is not below `bounces`, [`TagError::Malformed`], [`TagError::Forged`],
/// [`TagError::Expired`].
pub fn open(
    bounces: &Mailbox,
    path: &Mailbox,
    keys: &[Key],
    now: Duration,
    days: u16,
) -> Result<Ticket, TagError> {
    let (base, host) = meaning(bounces);
    let (local, at) = meaning(path);
    let token = strip_prefix(&local, &base).and_then(|rest| rest.strip_prefix('.'));
    let token = token.filter(|_| host.eq_ignore_ascii_case(&at)).ok_or(TagError::Missing)?;
    let token = BASE32_NOPAD_NOCASE.decode(token.as_bytes()).map_err(|_| TagError::Malformed)?;
    let (body, said) =
        token.len().checked_sub(HASH).and_then(|at| token.split_at_checked(at)).ok_or(TagError::Malformed)?;
    let [number, high, low, a, b, c, d, message @ ..] = body else { return Err(TagError::Malformed) };
    if message.len() > MESSAGE {
        return Err(TagError::Malformed);
    }
    let good = |key: &&Key| same(said, &hash(key, bounces, body));
    keys.iter().filter(|key| key.number() == *number).find(good).ok_or(TagError::Forged)?;
    let [.., now_high, now_low] = day(now).to_be_bytes();
    let age = u16::from_be_bytes([now_high, now_low]).wrapping_sub(u16::from_be_bytes([*high, *low]));
    if age > days {
        return Err(TagError::Expired);
    }
    Ok(Ticket { message: message.into(), index: u32::from_be_bytes([*a, *b, *c, *d]), key: *number })
}

fn hash(key: &Key, bounces: &Mailbox, body: &[u8]) -> [u8; HASH] {
    let place = bounces.to_canonical().as_str().to_ascii_lowercase();
    let [a, b, c, d, e, f, g, h, ..] = key.sha256(&[b"ticket\0", place.as_bytes(), b"\0", body]);
    [a, b, c, d, e, f, g, h]
}

/// The longest id of a message, in octets.
const MESSAGE: usize = 16;
/// Octets of the hash.
const HASH: usize = 8;
