//! Who claims to send: the return path or the HELO name, in the form that evaluation needs.
//!
//! in:  octets as the SMTP session gave them      out: local part, domain as A-labels, HELO name
//! law: the domain stands behind the last `@`; nothing here fails, a domain that is none ends the check with `none`

use core::fmt;

use mailwright_address::{Octets, ReversePath};
use mailwright_dns::Name;

/// Which identity is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 7208 §2.3 and §2.4")]
pub enum Which {
    /// The return path.
    MailFrom,
    /// The HELO name.
    Helo,
}

/// The identity that a check is about.
///
/// # Examples
///
/// ```
/// use mailwright_spf::{Identity, Which};
///
/// let identity = Identity::mail_from(b"ann@example.org", b"mx.example.net");
/// assert_eq!((identity.which(), identity.domain()), (Which::MailFrom, &b"example.org"[..]));
///
/// // A null sender leaves only the HELO name to check.
/// let bounce = Identity::mail_from(b"", b"mx.example.net");
/// assert_eq!((bounce.which(), bounce.local()), (Which::Helo, &b"postmaster"[..]));
/// ```
///
/// # RFC
///
/// RFC 7208 §2.3, §2.4, §4.3; RFC 8616 §4 (U-labels become A-labels)
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    which: Which,
    /// Local part, domain, HELO name, one behind the other.
    octets: Octets<IN_PLACE>,
    local: u16,
    domain: u16,
}

/// Octets of a sender or a HELO name beyond which nobody means it.
const LONGEST: usize = 1024;

/// Of octets that lie in the identity itself: with it a check allocates none for who is checked, as names are.
const IN_PLACE: usize = 94;

impl Identity {
    /// The return path, without its angle brackets, and the HELO name for `%{h}`.
    ///
    /// An empty sender is the null path: then the HELO name is checked as `postmaster@helo` (RFC 7208 §2.4). A sender
    /// without local part counts as `postmaster@`. Sender and HELO name over 1024 octets count as not given: the check
    /// ends with `none`, `%{h}` is `unknown`.
    pub fn mail_from(sender: &[u8], helo: &[u8]) -> Self {
        if sender.is_empty() {
            return Self::helo(helo);
        }
        let sender = if sender.len() > LONGEST { b"@" } else { sender };
        let (local, domain) = match sender.iter().rposition(|octet| *octet == b'@') {
            Some(at) => {
                (sender.get(..at).unwrap_or_default(), sender.get(at.saturating_add(1)..).unwrap_or_default())
            }
            None => (&[][..], sender),
        };
        let local = if local.is_empty() { b"postmaster" } else { local };
        Self::new(Which::MailFrom, local, domain, helo)
    }

    /// The return path as an address value, and the HELO name.
    ///
    /// ```
    /// use mailwright_address::{ReversePath, Grammar};
    /// use mailwright_spf::Identity;
    ///
    /// let path = ReversePath::parse(b"<ann@example.org>", Grammar::default())?;
    /// assert_eq!(Identity::from_path(&path, b"mx.example.net"), Identity::mail_from(b"ann@example.org", b"mx.example.net"));
    /// # Ok::<(), mailwright_address::AddressError>(())
    /// ```
    pub fn from_path(path: &ReversePath, helo: &[u8]) -> Self {
        match path {
            ReversePath::Null => Self::helo(helo),
            ReversePath::Mailbox(mailbox) => Self::mail_from(mailbox.as_bytes(), helo),
        }
    }

    /// The HELO name alone.
    pub fn helo(helo: &[u8]) -> Self {
        Self::new(Which::Helo, b"postmaster", helo, helo)
    }

    fn new(which: Which, local: &[u8], domain: &[u8], helo: &[u8]) -> Self {
        let domain = if domain.len() > LONGEST { &[] } else { domain };
        let domain = domain.strip_suffix(b".").filter(|rest| !rest.ends_with(b".")).unwrap_or(domain);
        let helo = if helo.len() > LONGEST { &[] } else { helo };
        if domain.is_ascii() {
            return Self::store(which, local, domain, helo);
        }
        let text = core::str::from_utf8(domain).ok();
        let ascii = text.and_then(|text| idna::domain_to_ascii(text).ok());
        Self::store(which, local, ascii.as_deref().unwrap_or_default().as_bytes(), helo)
    }

    fn store(which: Which, local: &[u8], domain: &[u8], helo: &[u8]) -> Self {
        // Each at most 1024 octets, as the callers checked.
        let short = |length: usize| u16::try_from(length).unwrap_or(u16::MAX);
        let octets = Octets::concat(&[local, domain, helo]);
        Self { which, octets, local: short(local.len()), domain: short(domain.len()) }
    }

    /// Which identity is checked.
    pub const fn which(&self) -> Which {
        self.which
    }

    /// The local part; `postmaster` where there was none.
    pub fn local(&self) -> &[u8] {
        self.part(0, usize::from(self.local))
    }

    /// The domain, U-labels turned into A-labels; empty where that failed.
    pub fn domain(&self) -> &[u8] {
        let start = usize::from(self.local);
        self.part(start, start.saturating_add(usize::from(self.domain)))
    }

    /// The HELO name; empty where none is known.
    pub fn helo_name(&self) -> &[u8] {
        let start = usize::from(self.local).saturating_add(usize::from(self.domain));
        self.part(start, usize::MAX)
    }

    /// Whether the local part can't stand in a domain name (RFC 8616 §4).
    pub(crate) fn is_international(&self) -> bool {
        !self.local().is_ascii()
    }

    /// The domain as a name to ask for: several labels, visible, no address (RFC 7208 §4.3).
    pub(crate) fn name(&self, name: &mut Name) -> Option<()> {
        let domain = self.domain();
        let visible = domain.iter().fold(true, |fine, octet| fine & matches!(octet, 0x21..=0x7e));
        if !visible || domain.starts_with(b"[") {
            return None;
        }
        name.set_dotted(domain).ok()?;
        let mut labels = name.labels();
        let (_, last) = (labels.next()?, labels.last()?);
        if last.iter().all(u8::is_ascii_digit) { None } else { Some(()) }
    }

    fn part(&self, start: usize, end: usize) -> &[u8] {
        let octets = self.octets.as_bytes();
        octets.get(start..end.min(octets.len())).unwrap_or_default()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("which", &self.which)
            .field("local", &self.local().escape_ascii())
            .field("domain", &self.domain().escape_ascii())
            .field("helo", &self.helo_name().escape_ascii())
            .finish_non_exhaustive()
    }
}
