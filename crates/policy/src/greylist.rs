//! Defers what is seen for the first time, since those who send in earnest come again.
//!
//! in:  what is stored for a triplet and for a client, now      out: go on or `451 4.7.1`, and what to store
//! law: the first sight is never moved; a clock that steps back counts as no time passed

use core::fmt;
use core::hash::Hasher as _;
use core::net::IpAddr;

use mailwright_address::{ForwardPathRef, LocalPartRef, ReversePathRef};
use siphasher::sip128::{Hasher128 as _, SipHasher13};

mod record;
pub use record::{Client, Entry, RecordError};

use crate::{Flag, Network, Note, Origin, Reason, Source, Why};

/// How long a first sight waits, how long it is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    min_delay: u32,
    window: u32,
    keep: u32,
    auto_allow: u16,
}

impl Default for Params {
    /// 180 seconds, within 24 hours, kept for 35 days; a client is let through after 5 triplets of its passed.
    fn default() -> Self {
        Self { min_delay: 180, window: 86_400, keep: 35 * 86_400, auto_allow: 5 }
    }
}

impl Params {
    /// Seconds for which a first sight is deferred: 60 to 300 are usual.
    #[must_use]
    pub const fn with_min_delay(self, seconds: u32) -> Self {
        Self { min_delay: seconds, ..self }
    }

    /// Seconds within which the sender must come again; later counts as a first sight.
    #[must_use]
    pub const fn with_window(self, seconds: u32) -> Self {
        Self { window: seconds, ..self }
    }

    /// Seconds for which a triplet that passed is remembered after its last use.
    #[must_use]
    pub const fn with_keep(self, seconds: u32) -> Self {
        Self { keep: seconds, ..self }
    }

    /// After so many of its triplets have passed a client is not deferred at all; 0 for never.
    #[must_use]
    pub const fn with_auto_allow(self, triplets: u16) -> Self {
        Self { auto_allow: triplets, ..self }
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, days) = (self.window / 3600, self.keep / 86_400);
        write!(f, "first sight waits {} s, comes again within {hours} h, is kept {days} d", self.min_delay)
    }
}

/// What a triplet is stored under: 16 octets, hashed with a secret, so that nobody can aim at another's entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[expect(clippy::exhaustive_structs, reason = "sixteen octets, whatever they mean")]
pub struct Digest(pub [u8; 16]);

/// Who sends from where to whom: the network of the peer (or, where SPF passed, the domain it passed for), the sender
/// without what changes from mail to mail, the recipient.
///
/// # Examples
///
/// ```
/// use mailwright_address::{ForwardPathRef, Grammar, ReversePathRef};
/// use mailwright_policy::greylist::Key;
///
/// let to = ForwardPathRef::parse(b"<Ann@example.org>", Grammar::strict())?;
/// let key = |peer: &str, from: &[u8]| {
///     let from = ReversePathRef::parse(from, Grammar::strict()).unwrap();
///     Key::new(peer.parse().unwrap(), from, to).digest(&[7; 16])
/// };
/// assert_eq!(key("192.0.2.1", b"<list-17@example.net>"), key("192.0.2.9", b"<list-18@example.net>"));
/// assert_ne!(key("192.0.2.1", b"<list@example.net>"), key("192.0.3.1", b"<list@example.net>"));
/// # Ok::<(), mailwright_address::AddressError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    network: Network,
    passed: Option<&'a str>,
    sender: ReversePathRef<'a>,
    recipient: ForwardPathRef<'a>,
}

impl<'a> Key<'a> {
    /// The triplet of a peer, a sender and a recipient.
    pub fn new(peer: IpAddr, sender: ReversePathRef<'a>, recipient: ForwardPathRef<'a>) -> Self {
        Self { network: Network::of_peer(peer), passed: None, sender, recipient }
    }

    /// SPF passed for this domain: it takes the place of the network, so that big senders may come again from anywhere.
    #[must_use]
    pub const fn with_spf_pass(self, domain: &'a str) -> Self {
        Self { passed: Some(domain), ..self }
    }

    /// What the triplet is stored under. `secret`: the same for as long as the entries are.
    pub fn digest(&self, secret: &[u8; 16]) -> Digest {
        let mut text = Text::new();
        self.put_client(&mut text);
        text.push(0);
        if let Some(mailbox) = self.sender.mailbox() {
            stem(mailbox.local_part(), &mut text);
            text.push(b'@');
            text.fold(mailbox.host().as_str().as_bytes());
        }
        text.push(0);
        text.fold(self.recipient.as_bytes());
        text.digest(secret)
    }

    /// What the client alone is stored under.
    pub fn client_digest(&self, secret: &[u8; 16]) -> Digest {
        let mut text = Text::new();
        self.put_client(&mut text);
        text.digest(secret)
    }

    fn put_client(&self, text: &mut Text) {
        match (self.passed, self.network.address()) {
            (Some(domain), _) => text.fold(domain.as_bytes()),
            (None, IpAddr::V4(v4)) => v4.octets().iter().for_each(|octet| text.push(*octet)),
            (None, IpAddr::V6(v6)) => v6.octets().iter().for_each(|octet| text.push(*octet)),
        }
    }
}

/// What a triplet is made of, written on the stack; what is beyond 640 octets is left out.
struct Text {
    octets: [u8; 640],
    length: usize,
}

impl Text {
    const fn new() -> Self {
        Self { octets: [0; 640], length: 0 }
    }

    fn push(&mut self, octet: u8) {
        if let Some(room) = self.octets.get_mut(self.length) {
            *room = octet;
            self.length = self.length.saturating_add(1);
        }
    }

    /// In lower case.
    fn fold(&mut self, octets: &[u8]) {
        let end = self.length.saturating_add(octets.len());
        if let Some(room) = self.octets.get_mut(self.length..end) {
            for (to, from) in room.iter_mut().zip(octets) {
                *to = from.to_ascii_lowercase();
            }
            self.length = end;
        }
    }

    fn digest(&self, secret: &[u8; 16]) -> Digest {
        let mut hasher = SipHasher13::new_with_key(secret);
        hasher.write(self.octets.get(..self.length).unwrap_or_default());
        Digest(hasher.finish128().as_bytes())
    }
}

/// A local part without what changes from mail to mail: tags (BATV, SRS), what stands behind `+`, numbers and tokens.
fn stem(local: LocalPartRef<'_>, text: &mut Text) {
    let local = untagged(local.as_str().as_bytes());
    let plus = local.iter().skip(1).position(|octet| *octet == b'+').map(|at| at.saturating_add(1));
    let local = plus.and_then(|at| local.get(..at)).unwrap_or(local);
    let mut rest = local;
    while !rest.is_empty() {
        let word = rest.iter().position(|octet| !octet.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (word, behind) = rest.split_at_checked(word).unwrap_or_default();
        let digits = word.iter().filter(|octet| octet.is_ascii_digit()).count();
        let hex = word.iter().all(u8::is_ascii_hexdigit);
        let changes = digits > 0 && (digits == word.len() || word.len() >= 8 || (hex && word.len() >= 6));
        if changes || word.len() >= 24 {
            text.push(b'#');
        } else {
            text.fold(word);
        }
        let Some((mark, behind)) = behind.split_first() else { break };
        text.push(*mark);
        rest = behind;
    }
}

/// What stands behind a BATV or SRS tag; an SRS address keeps its domain and local part.
fn untagged(local: &[u8]) -> &[u8] {
    let starts = |tag: &[u8]| local.get(..tag.len()).is_some_and(|head| head.eq_ignore_ascii_case(tag));
    let behind = |rest: &'_ [u8], fields: usize| -> Option<usize> {
        rest.iter()
            .enumerate()
            .filter(|(_, octet)| **octet == b'=')
            .nth(fields)
            .map(|(at, _)| at.saturating_add(1))
    };
    let cut = if starts(b"prvs=") && local.get(15) == Some(&b'=') {
        Some(16)
    } else if starts(b"SRS0") {
        // SRS0=hash=day=domain=local, with = + or - behind SRS0.
        local.get(5..).and_then(|rest| behind(rest, 1)).map(|at| at.saturating_add(5))
    } else if starts(b"SRS1") {
        // SRS1=hash=forwarder==hash=day=domain=local
        let double = local.windows(2).position(|pair| pair == b"==");
        double.and_then(|at| {
            local
                .get(at.saturating_add(2)..)
                .and_then(|rest| behind(rest, 1))
                .map(|more| at.saturating_add(2).saturating_add(more))
        })
    } else {
        None
    };
    cut.and_then(|at| local.get(at..)).unwrap_or(local)
}

/// Why a delivery is not greylisted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Skip {
    /// The peer is ours.
    Ours,
    /// The reverse name leads back and SPF passes for a domain that is known here.
    KnownGood,
    /// An allow-list names the peer.
    Allowed,
    /// A bounce with a valid tag.
    TaggedBounce,
    /// The recipient is a role.
    Role,
}

/// What speaks for a delivery before the greylist is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    clippy::struct_excessive_bools,
    reason = "five facts that the caller has at hand"
)]
pub struct Facts {
    /// A reverse name leads back.
    pub reverse_confirmed: bool,
    /// SPF passes.
    pub spf_pass: bool,
    /// The domain has written before, or is written to.
    pub domain_known: bool,
    /// An allow-list names the peer.
    pub allowed: bool,
    /// The null sender, and the recipient's tag is valid.
    pub tagged_bounce: bool,
}

/// Whether the greylist is passed over.
pub fn skip(origin: Origin, is_role: bool, facts: Facts) -> Option<Skip> {
    if origin.is_ours() {
        Some(Skip::Ours)
    } else if is_role {
        Some(Skip::Role)
    } else if facts.allowed {
        Some(Skip::Allowed)
    } else if facts.tagged_bounce {
        Some(Skip::TaggedBounce)
    } else if facts.reverse_confirmed && facts.spf_pass && facts.domain_known {
        Some(Skip::KnownGood)
    } else {
        None
    }
}

/// What is decided, and what the caller stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// Go on, or `451 4.7.1` with the seconds to wait.
    pub note: Note,
    /// To be stored under the digest of the triplet.
    pub entry: Entry,
    /// To be stored under the digest of the client; `None` where it stays as it is.
    pub client: Option<Client>,
}

/// Decides about a triplet.
///
/// `entry`, `client`: what is stored, `None` where nothing is. `now`: Unix seconds. A store that can't be asked is no
/// reason to defer: leave the greylist out then.
///
/// # Examples
///
/// ```
/// use mailwright_policy::greylist::{Params, decide};
///
/// let params = Params::default();
/// let first = decide(None, None, 1_000, &params);
/// assert_eq!(first.note.why().unwrap().to_string(), "451 4.7.1 Greylisted, retry in 180 seconds");
/// let early = decide(Some(first.entry), None, 1_060, &params);
/// assert_eq!(early.note.why().unwrap().wait(), 120);
/// let later = decide(Some(early.entry), None, 1_200, &params);
/// assert!(later.note.why().is_none());
/// ```
pub fn decide(entry: Option<Entry>, client: Option<Client>, now: u64, params: &Params) -> Outcome {
    let now = u32::try_from(now).unwrap_or(u32::MAX);
    let entry = entry.filter(Entry::is_current);
    let client =
        client.filter(|client| client.is_current() && now.saturating_sub(client.last()) <= params.keep);
    let passed = Note::ok(Source::Greylist).with_flag(Flag::GreyKnown);
    let deferred = |entry: Entry, wait: u32| Outcome {
        note: Note::from(Why::from(Reason::Greylisted).with_wait(wait)),
        entry,
        client: None,
    };
    if let Some(known) = client.filter(|client| params.auto_allow > 0 && client.passed() >= params.auto_allow)
    {
        let entry = entry.unwrap_or_else(|| Entry::first(now)).passes_at(now);
        return Outcome { note: passed, entry, client: Some(known.seen_at(now)) };
    }
    let Some(entry) = entry else { return deferred(Entry::first(now), params.min_delay) };
    if entry.has_passed() {
        if now.saturating_sub(entry.last()) > params.keep {
            return deferred(Entry::first(now), params.min_delay);
        }
        return Outcome {
            note: passed,
            entry: entry.passes_at(now),
            client: client.map(|client| client.seen_at(now)),
        };
    }
    let age = now.saturating_sub(entry.first_seen());
    if age > params.window {
        deferred(Entry::first(now), params.min_delay)
    } else if age < params.min_delay {
        deferred(entry.tried_at(now), params.min_delay.saturating_sub(age))
    } else {
        let client = client.map_or_else(|| Client::first(now), |client| client.passes_at(now));
        Outcome { note: passed, entry: entry.passes_at(now), client: Some(client) }
    }
}
