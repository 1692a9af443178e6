//! The sender rewriting scheme: a forwarder sends in its own name and still returns bounces.
//!
//! in:  the sender of mail that is forwarded, the recipient of a bounce      out: a sender at our domain, the address that the bounce goes on to
//! law: SRS0 wraps an author, SRS1 wraps another forwarder's SRS0 and stays one hop long; hash and stamp as libsrs2,
//!      `Mail::SRS` and postsrsd compute them: HMAC-SHA1 over stamp, domain and local part in lower case

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use data_encoding::{BASE64_NOPAD, HEXLOWER};
use mailwright_address::{Domain, HostRef, Mailbox, ReversePath};

use super::key::same;
use super::{Key, TagError, day, mailbox, meaning, strip_prefix};

/// What stands behind `SRS0` and `SRS1`; all other separators are `=`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed: the three that all implementations read")]
pub enum Separator {
    /// `SRS0=`
    #[default]
    Equals,
    /// `SRS0+`, where `srs0` is a user with extensions.
    Plus,
    /// `SRS0-`, the same for other servers.
    Minus,
}

impl Separator {
    const fn as_char(self) -> char {
        match self {
            Self::Equals => '=',
            Self::Plus => '+',
            Self::Minus => '-',
        }
    }
}

/// Rewrites senders for a forwarder, and back.
///
/// # Examples
///
/// ```
/// use core::time::Duration;
/// use mailwright_bounce::tags::{Key, TagError, srs::Srs};
///
/// let srs = Srs::new("fwd.example.org".parse().unwrap(), Key::new(0, b"secret")?);
/// let now = Duration::from_secs(20_780 * 86_400);
/// let path = srs.forward(&"<alice@example.com>".parse().unwrap(), now)?;
/// assert_eq!(path.to_string(), "<SRS0=xwLcB9=JM=example.com=alice@fwd.example.org>");
/// let back = srs.reverse(path.mailbox().unwrap(), now)?;
/// assert_eq!(back.to_string(), "alice@example.com");
/// # Ok::<(), TagError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Srs {
    domain: Domain,
    keys: Vec<Key>,
    separator: Separator,
    hash: usize,
    least: usize,
    days: u16,
    exim: bool,
}

impl Srs {
    /// Senders at `domain`, signed with `key`: six characters of hash, four accepted, 21 days.
    pub fn new(domain: Domain, key: Key) -> Self {
        let keys = alloc::vec![key];
        Self { domain, keys, separator: Separator::Equals, hash: 6, least: 4, days: 21, exim: false }
    }

    /// A key whose addresses are still taken back, and which signs nothing.
    #[must_use]
    pub fn with_old_key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }

    /// Another separator behind `SRS0` and `SRS1`; all are read.
    #[must_use]
    pub const fn with_separator(mut self, separator: Separator) -> Self {
        self.separator = separator;
        self
    }

    /// Characters of the hash that are written, and the least that is accepted: 4 to 27 each.
    #[must_use]
    pub const fn with_hash(mut self, written: u8, accepted: u8) -> Self {
        self.hash = clamp(written);
        self.least = clamp(accepted);
        self
    }

    /// Days for which an address is taken back, at most 1000.
    #[must_use]
    pub const fn with_days(mut self, days: u16) -> Self {
        self.days = if days > 1000 { 1000 } else { days };
        self
    }

    /// Addresses as Exim 4.96 writes and reads them: four hexadecimal digits of HMAC-MD5 over the address alone.
    ///
    /// Sixteen bits and no stamp under the hash: only for a host that shares its secret with an Exim.
    #[must_use]
    pub const fn with_exim_hash(mut self) -> Self {
        self.exim = true;
        self
    }

    /// The sender that mail goes on with. The null sender stays null, and a sender at our own domain stays as it is.
    ///
    /// # Errors
    ///
    /// [`TagError::TooLong`] where the local part would pass 64 octets: keep the sender in a table of yours under a
    /// [`ticket`](super::ticket), or forward in the name of a mailbox. [`TagError::Unfit`] for an empty local part, which no
    /// bounce could be brought back to.
    pub fn forward(&self, sender: &ReversePath, now: Duration) -> Result<ReversePath, TagError> {
        let ReversePath::Mailbox(sender) = sender else { return Ok(ReversePath::Null) };
        if matches!(sender.host(), HostRef::Domain(domain) if domain == self.domain.view()) {
            return Ok(ReversePath::Mailbox(sender.clone()));
        }
        let Some(key) = self.keys.first() else { return Err(TagError::Key) };
        let (local, host) = meaning(sender);
        if local.is_empty() {
            return Err(TagError::Unfit);
        }
        let mark = self.separator.as_char();
        let ours = self.domain.to_ascii();
        if self.exim {
            let hash = exim_hash(key, sender);
            let stamp = stamp(now).to_ascii_lowercase();
            let local = format!("SRS0={hash}={stamp}={host}={local}");
            return mailbox(&local, &ours).map(ReversePath::Mailbox);
        }
        // What only looks like another forwarder's address, and could not go back there, is wrapped as any other.
        let another = hop(&local).filter(|(first, user)| mailbox(&format!("SRS0{user}"), first).is_ok());
        let local = if let Some((first, user)) = another {
            format!("SRS1{mark}{}={first}={user}", self.hash(key, &[first, user]))
        } else if let Some(user) = tagged(&local, "SRS0") {
            format!("SRS1{mark}{}={host}={user}", self.hash(key, &[&host, user]))
        } else {
            let stamp = stamp(now);
            format!("SRS0{mark}{}={stamp}={host}={local}", self.hash(key, &[&stamp, &host, &local]))
        };
        mailbox(&local, &ours).map(ReversePath::Mailbox)
    }

    /// The address that a bounce to one of our rewritten addresses goes on to: the author, or the first forwarder.
    ///
    /// # Errors
    ///
    /// [`TagError::Missing`], [`TagError::Malformed`], [`TagError::Forged`], [`TagError::Expired`]. Refuse the bounce then.
    pub fn reverse(&self, recipient: &Mailbox, now: Duration) -> Result<Mailbox, TagError> {
        let (local, _) = meaning(recipient);
        if let Some(rest) = tagged(&local, "SRS0") {
            return self.author(rest.get(1..).unwrap_or_default(), now);
        }
        if tagged(&local, "SRS1").is_none() || self.exim {
            return Err(TagError::Missing);
        }
        let (host, user) = hop(&local).ok_or(TagError::Malformed)?;
        let said =
            tagged(&local, "SRS1").and_then(|rest| rest.get(1..)).and_then(|rest| rest.split_once('='));
        let (said, _) = said.ok_or(TagError::Malformed)?;
        self.check(said, |key| digest(key, &[host, user]))?;
        mailbox(&format!("SRS0{user}"), host).map_err(|_| TagError::Malformed)
    }

    /// `hash=stamp=domain=local`
    fn author(&self, rest: &str, now: Duration) -> Result<Mailbox, TagError> {
        let mut pieces = rest.splitn(4, '=');
        let mut piece = || pieces.next().filter(|piece| !piece.is_empty()).ok_or(TagError::Malformed);
        let (said, stamp, host, user) = (piece()?, piece()?, piece()?, piece()?);
        let then = age(stamp, now).ok_or(TagError::Malformed)?;
        let author = mailbox(user, host).map_err(|_| TagError::Malformed)?;
        if self.exim {
            self.check(said, |key| exim_hash(key, &author))?;
        } else {
            self.check(said, |key| digest(key, &[stamp, host, user]))?;
        }
        if then > u64::from(self.days) { Err(TagError::Expired) } else { Ok(author) }
    }

    /// Is `said` the beginning of the hash of one of the keys? Relays change the case of local parts.
    fn check(&self, said: &str, hash: impl Fn(&Key) -> String) -> Result<(), TagError> {
        let said = said.to_ascii_lowercase();
        let least = if self.exim { 4 } else { self.least };
        let mut good = false;
        for key in &self.keys {
            let whole = hash(key).to_ascii_lowercase();
            let begin = whole.as_bytes().get(..said.len()).unwrap_or_default();
            good |= said.len() >= least && same(said.as_bytes(), begin);
        }
        if good { Ok(()) } else { Err(TagError::Forged) }
    }

    fn hash(&self, key: &Key, pieces: &[&str]) -> String {
        let mut text = digest(key, pieces);
        text.truncate(self.hash);
        text
    }
}

/// Base64 of the keyed hash over the pieces in lower case.
fn digest(key: &Key, pieces: &[&str]) -> String {
    let lower: Vec<String> = pieces.iter().map(|piece| piece.to_ascii_lowercase()).collect();
    let octets: Vec<&[u8]> = lower.iter().map(String::as_bytes).collect();
    BASE64_NOPAD.encode(&key.sha1(&octets))
}

fn exim_hash(key: &Key, author: &Mailbox) -> String {
    let mut text = HEXLOWER.encode(&key.md5(&[author.as_str().to_ascii_lowercase().as_bytes()]));
    text.truncate(4);
    text
}

/// Whether a local part is one of SRS, of whatever forwarder.
pub fn is_rewritten(mailbox: &Mailbox) -> bool {
    let (local, _) = meaning(mailbox);
    tagged(&local, "SRS0").or_else(|| tagged(&local, "SRS1")).is_some()
}

const fn clamp(characters: u8) -> usize {
    match characters {
        0..=4 => 4,
        5..=27 => characters as usize,
        _ => 27,
    }
}

/// What stands behind the tag, its separator included.
fn tagged<'t>(local: &'t str, tag: &str) -> Option<&'t str> {
    strip_prefix(local, tag).filter(|rest| rest.starts_with(['=', '+', '-']))
}

/// The first forwarder and what its SRS0 holds, of an address `SRS1=hash=forwarder=rest`.
fn hop(local: &str) -> Option<(&str, &str)> {
    let rest = tagged(local, "SRS1")?.get(1..)?;
    let (_, rest) = rest.split_once('=')?;
    let (host, user) = rest.split_once('=')?;
    (!host.is_empty() && user.starts_with(['=', '+', '-'])).then_some((host, user))
}

/// The day modulo 1024 as two digits of base 32.
fn stamp(now: Duration) -> String {
    let day = day(now);
    let digit = |number: u64| {
        usize::try_from(number & 31).ok().and_then(|at| DIGITS.get(at)).copied().unwrap_or(b'A')
    };
    [day >> 5, day].into_iter().map(|number| char::from(digit(number))).collect()
}

/// Days since the stamp, modulo 1024.
fn age(stamp: &str, now: Duration) -> Option<u64> {
    let value = |octet: &u8| DIGITS.iter().position(|digit| digit.eq_ignore_ascii_case(octet));
    let [high, low] = stamp.as_bytes() else { return None };
    let then = value(high)?.wrapping_mul(32).wrapping_add(value(low)?);
    let then = u64::try_from(then).ok()?;
    Some(day(now).wrapping_sub(then) & 1023)
}

const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
