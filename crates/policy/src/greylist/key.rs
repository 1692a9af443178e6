//! Makes the keys of a greylist: who sends from where to whom, hashed with a secret.
//!
//! in:  a peer, a sender, a recipient, a secret      out: 16 octets for the triplet, 16 for the client alone
//! law: what changes from mail to mail is no part of the key; everything else is, however long it is

use core::hash::Hasher as _;
use core::net::IpAddr;

use mailwright_address::{ForwardPathRef, LocalPartRef, ReversePathRef};
use siphasher::sip128::{Hasher128 as _, SipHasher13};

use crate::Network;

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
        let mut text = Text::new(secret);
        self.put_client(&mut text);
        text.push(0);
        if let Some(mailbox) = self.sender.mailbox() {
            stem(mailbox.local_part(), &mut text);
            text.push(b'@');
            text.fold(mailbox.host().as_bytes());
        }
        text.push(0);
        text.fold(self.recipient.as_bytes());
        text.digest()
    }

    /// What the client alone is stored under.
    pub fn client_digest(&self, secret: &[u8; 16]) -> Digest {
        let mut text = Text::new(secret);
        self.put_client(&mut text);
        text.digest()
    }

    fn put_client(&self, text: &mut Text) {
        match (self.passed, self.network.address()) {
            (Some(domain), _) => text.fold(domain.as_bytes()),
            (None, IpAddr::V4(v4)) => v4.octets().iter().for_each(|octet| text.push(*octet)),
            (None, IpAddr::V6(v6)) => v6.octets().iter().for_each(|octet| text.push(*octet)),
        }
    }
}

/// What a triplet is made of, on its way into the hash: gathered on the stack, since many short writes cost more than one.
struct Text {
    hasher: SipHasher13,
    octets: [u8; 256],
    length: usize,
}

impl Text {
    fn new(secret: &[u8; 16]) -> Self {
        Self { hasher: SipHasher13::new_with_key(secret), octets: [0; 256], length: 0 }
    }

    fn flush(&mut self) {
        self.hasher.write(self.octets.get(..self.length).unwrap_or_default());
        self.length = 0;
    }

    fn push(&mut self, octet: u8) {
        if self.length >= self.octets.len() {
            self.flush();
        }
        if let Some(room) = self.octets.get_mut(self.length) {
            *room = octet;
            self.length = self.length.saturating_add(1);
        }
    }

    /// In lower case.
    fn fold(&mut self, octets: &[u8]) {
        for part in octets.chunks(self.octets.len()) {
            if part.len() > self.octets.len().saturating_sub(self.length) {
                self.flush();
            }
            let end = self.length.saturating_add(part.len());
            if let Some(room) = self.octets.get_mut(self.length..end) {
                for (to, from) in room.iter_mut().zip(part) {
                    *to = from.to_ascii_lowercase();
                }
                self.length = end;
            }
        }
    }

    fn digest(mut self) -> Digest {
        self.flush();
        Digest(self.hasher.finish128().as_bytes())
    }
}

/// A local part without what changes from mail to mail: tags (BATV, SRS), what stands behind `+`, numbers and tokens.
fn stem(local: LocalPartRef<'_>, text: &mut Text) {
    let local = untagged(local.as_bytes());
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
