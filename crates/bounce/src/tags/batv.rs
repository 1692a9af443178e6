//! Bounce address tag validation: `prvs=KDDDSSSSSS=local@domain`.
//!
//! in:  our sender on the way out, the recipient of a bounce on the way in      out: the tagged, or the opened mailbox
//! law: K is the number of the key, DDD the day it expires modulo 1000, SSSSSS three octets of HMAC-SHA1 over `KDDD` and
//!      the address in lower case; valid while (DDD - today) modulo 1000 is 0 to 7
//!
//! The layout is that of draft-levine-smtp-batv, as Exim and others run it.

use alloc::format;
use alloc::string::String;
use core::time::Duration;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use mailwright_address::Mailbox;

use super::key::same;
use super::{Key, TagError, day, mailbox, meaning, strip_prefix};

/// A mailbox whose tag is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    mailbox: Mailbox,
    key: u8,
    days: u8,
}

impl Opened {
    /// The mailbox without its tag.
    pub const fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// The number of the key that it was tagged with.
    pub const fn key(&self) -> u8 {
        self.key
    }

    /// For how many more days the tag is good: 0 to 7.
    pub const fn days_left(&self) -> u8 {
        self.days
    }
}

/// Tags a sender with `key`. `now`: since 1970.
///
/// Not for mail to lists that know their members by the envelope's sender: send that without a tag.
///
/// # Errors
///
/// [`TagError::Tagged`] where it has a tag, [`TagError::TooLong`] where the local part would pass 64 octets,
/// [`TagError::Unfit`] for an empty local part (`""@example.org`): a tag around nothing is not opened.
///
/// # Examples
///
/// ```
/// use core::time::Duration;
/// use mailwright_bounce::tags::{Key, TagError, batv};
///
/// let key = Key::new(3, b"secret")?;
/// let today = Duration::from_secs(20_780 * 86_400);
/// let tagged = batv::sign(&"test@example.com".parse().unwrap(), &key, today)?;
/// assert_eq!(tagged.to_string(), "prvs=37872c908e=test@example.com");
/// assert_eq!(batv::open(&tagged, &[key], today)?.mailbox().to_string(), "test@example.com");
/// # Ok::<(), TagError>(())
/// ```
pub fn sign(sender: &Mailbox, key: &Key, now: Duration) -> Result<Mailbox, TagError> {
    let (local, host) = meaning(sender);
    if find(&local).is_some() {
        return Err(TagError::Tagged);
    }
    if local.is_empty() {
        return Err(TagError::Unfit);
    }
    let until = day(now).wrapping_add(LIFE) % 1000;
    let stamp = format!("{}{until:03}", key.number());
    let hash = HEXLOWER.encode(&hash(key, &stamp, &folded(sender)));
    mailbox(&format!("prvs={stamp}{hash}={local}"), &host)
}

/// Opens the tag of a bounce's recipient with the key of its number. `now`: since 1970.
///
/// Also reads `local=prvs=KDDDSSSSSS`, and tags that were made over an address with capitals.
///
/// # Errors
///
/// [`TagError::Missing`], [`TagError::Malformed`], [`TagError::Forged`], [`TagError::Expired`].
pub fn open(recipient: &Mailbox, keys: &[Key], now: Duration) -> Result<Opened, TagError> {
    let (local, host) = meaning(recipient);
    let (tag, inner) = find(&local).ok_or(TagError::Missing)?;
    let (stamp, hex) = split(tag).ok_or(TagError::Malformed)?;
    let mut said = [0; 3];
    HEXLOWER_PERMISSIVE.decode_mut(hex.as_bytes(), &mut said).map_err(|_| TagError::Malformed)?;
    let number = stamp.as_bytes().first().map_or(0, |digit| digit & 0x0f);
    let until: u64 = stamp.get(1..).and_then(|days| days.parse().ok()).ok_or(TagError::Malformed)?;
    if inner.is_empty() {
        return Err(TagError::Malformed);
    }
    let original = mailbox(inner, &host).map_err(|_| TagError::Malformed)?;
    let (lower, written) = (folded(&original), String::from(original.as_str()));
    let good = |key: &&Key| same(&said, &hash(key, stamp, &lower)) | same(&said, &hash(key, stamp, &written));
    keys.iter().filter(|key| key.number() == number).find(good).ok_or(TagError::Forged)?;
    let left = until.wrapping_add(1000).wrapping_sub(day(now) % 1000) % 1000;
    match u8::try_from(left) {
        Ok(days) if left <= LIFE => Ok(Opened { mailbox: original, key: number, days }),
        Ok(_) | Err(_) => Err(TagError::Expired),
    }
}

/// The mailbox without its tag, unchecked: for greylisting keys, sender allow-lists and SPF reports, not for proof.
///
/// Gives `None` where there is no tag.
pub fn strip(mailbox: &Mailbox) -> Option<Mailbox> {
    let (local, host) = meaning(mailbox);
    let (tag, inner) = find(&local)?;
    split(tag)?;
    super::mailbox(inner, &host).ok()
}

/// Is a bounce (mail from the null sender) to this recipient taken? If not: 550 5.7.1.
///
/// `since`: when its owner began to sign, since 1970; untagged bounces are let in for [`ROLL_IN`] from then on, since
/// they may be for mail of before. Never ask for mailboxes that send without tags, nor for those of roles as `postmaster`,
/// and ask at RCPT: checks that end before DATA then get the same answer.
pub fn admits(opened: Result<&Opened, TagError>, since: Duration, now: Duration) -> bool {
    match opened {
        Ok(_) => true,
        Err(TagError::Missing) => now < since.saturating_add(ROLL_IN),
        Err(_) => false,
    }
}

/// For how long untagged bounces are taken once a sender has begun to tag: 14 days.
pub const ROLL_IN: Duration = Duration::from_secs(14 * 86_400);

/// Days for which a tag is good.
const LIFE: u64 = 7;

/// The tag and what it is around, in either order; `None` where there is no `prvs=`.
fn find(local: &str) -> Option<(&str, &str)> {
    if let Some(rest) = strip_prefix(local, "prvs=") {
        return Some(rest.split_once('=').unwrap_or((rest, "")));
    }
    let at = local.len().checked_sub(16)?;
    let (inner, rest) = local.split_at_checked(at)?;
    strip_prefix(rest, "=prvs=").map(|tag| (tag, inner))
}

/// `KDDD` and `SSSSSS`.
fn split(tag: &str) -> Option<(&str, &str)> {
    let (stamp, hex) = tag.split_at_checked(4)?;
    let good = stamp.bytes().all(|b| b.is_ascii_digit()) && hex.bytes().all(|b| b.is_ascii_hexdigit());
    (good && hex.len() == 6).then_some((stamp, hex))
}

fn folded(mailbox: &Mailbox) -> String {
    let mut text = String::from(mailbox.to_canonical().as_str());
    text.make_ascii_lowercase();
    text
}

fn hash(key: &Key, stamp: &str, address: &str) -> [u8; 3] {
    let [a, b, c, ..] = key.sha1(&[stamp.as_bytes(), address.as_bytes()]);
    [a, b, c]
}
