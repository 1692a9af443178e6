//! Our own list of those that we don't hear: addresses, networks, domains, senders, HELO names, each until when and why.
//!
//! in:  entries, a question, now      out: the entry that answers it
//! law: a domain's entry holds for what lies below it; a name or network that merely looks alike is never meant

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::net::IpAddr;

use mailwright_address::{Mailbox, MailboxRef};
use mailwright_dns::Name;

use crate::Network;

/// Whom an entry is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Target {
    /// An address, or all addresses of a network.
    Network(Network),
    /// Senders of this domain and of those below it.
    Domain(Name),
    /// One sender, without regard to case, quotes and the script of its domain.
    Sender(Box<str>),
    /// A HELO name and those below it.
    HeloName(Name),
}

/// Why somebody is on the list, until when, by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Entry {
    /// Why, for those who read the list.
    pub reason: Box<str>,
    /// Who put it there.
    pub by: Box<str>,
    /// Unix seconds at which it ends; `None` for never.
    pub expires: Option<u64>,
}

/// The list, in memory.
///
/// # Examples
///
/// ```
/// use mailwright_policy::connection::{Blocklist, Entry, Target, blocked};
///
/// let mut list = Blocklist::new();
/// let week = Entry::new("talks nonsense", "postmaster").with_expiry(700_000);
/// list.insert(Target::Network("192.0.2.0/24".parse()?), week);
/// assert!(blocked(&list, "192.0.2.9".parse().unwrap(), 600_000).decide().verdict.is_reject());
/// assert!(blocked(&list, "192.0.2.9".parse().unwrap(), 700_000).decide().verdict.is_accept());
/// # Ok::<(), mailwright_policy::NetworkError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Blocklist {
    networks: BTreeMap<Network, Entry>,
    /// Which prefix lengths are in use, for IPv4 and IPv6.
    lengths4: u64,
    lengths6: [u64; 3],
    domains: BTreeMap<Name, Entry>,
    senders: BTreeMap<Box<str>, Entry>,
    helo_names: BTreeMap<Name, Entry>,
}

impl Entry {
    /// An entry without end.
    pub fn new(reason: &str, by: &str) -> Self {
        Self { reason: reason.into(), by: by.into(), expires: None }
    }

    /// The same until this Unix second.
    #[must_use]
    pub fn with_expiry(self, expires: u64) -> Self {
        Self { expires: Some(expires), ..self }
    }

    fn holds(&self, now: u64) -> bool {
        self.expires.is_none_or(|end| now < end)
    }
}

impl Blocklist {
    /// An empty list.
    pub const fn new() -> Self {
        Self {
            networks: BTreeMap::new(),
            lengths4: 0,
            lengths6: [0; 3],
            domains: BTreeMap::new(),
            senders: BTreeMap::new(),
            helo_names: BTreeMap::new(),
        }
    }

    /// Adds an entry, or puts it in place of the one that was there.
    pub fn insert(&mut self, target: Target, entry: Entry) {
        match target {
            Target::Network(network) => {
                let (word, bit) = place(network.length());
                match network.address() {
                    IpAddr::V4(_) => self.lengths4 |= bit,
                    IpAddr::V6(_) => {
                        if let Some(lengths) = self.lengths6.get_mut(word) {
                            *lengths |= bit;
                        }
                    }
                }
                self.networks.insert(network, entry);
            }
            Target::Domain(name) => drop(self.domains.insert(name, entry)),
            Target::Sender(sender) => drop(self.senders.insert(key_of(&sender), entry)),
            Target::HeloName(name) => drop(self.helo_names.insert(name, entry)),
        }
    }

    /// Takes an entry away.
    pub fn remove(&mut self, target: &Target) -> Option<Entry> {
        match target {
            Target::Network(network) => self.networks.remove(network),
            Target::Domain(name) => self.domains.remove(name),
            Target::Sender(sender) => self.senders.remove(&key_of(sender)),
            Target::HeloName(name) => self.helo_names.remove(name),
        }
    }

    /// Takes away what has ended.
    pub fn expire(&mut self, now: u64) {
        self.networks.retain(|_, entry| entry.holds(now));
        self.domains.retain(|_, entry| entry.holds(now));
        self.senders.retain(|_, entry| entry.holds(now));
        self.helo_names.retain(|_, entry| entry.holds(now));
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        let addresses = self.networks.len().saturating_add(self.senders.len());
        addresses.saturating_add(self.domains.len()).saturating_add(self.helo_names.len())
    }

    /// Whether the list is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entry for an address, the narrowest network first.
    pub fn address(&self, address: IpAddr, now: u64) -> Option<&Entry> {
        let address = address.to_canonical();
        let longest: u8 = if address.is_ipv4() { 32 } else { 128 };
        let used = |length: u8| {
            let (word, bit) = place(length);
            let lengths = if address.is_ipv4() { Some(&self.lengths4) } else { self.lengths6.get(word) };
            lengths.is_some_and(|lengths| lengths & bit != 0)
        };
        (0..=longest)
            .rev()
            .filter(|length| used(*length))
            .filter_map(|length| self.networks.get(&Network::around(address, length, length)))
            .find(|entry| entry.holds(now))
    }

    /// The entry for a sender: the address itself, or its domain.
    pub fn sender(&self, sender: MailboxRef<'_>, now: u64) -> Option<&Entry> {
        let exact = if self.senders.is_empty() { None } else { self.senders.get(&key(sender)) };
        exact.filter(|entry| entry.holds(now)).or_else(|| {
            let domain = sender.host().domain()?;
            let name = Name::from_dotted(domain.to_ascii().as_bytes()).ok()?;
            within(&self.domains, &name, now)
        })
    }

    /// The entry for a HELO name.
    pub fn helo(&self, name: &Name, now: u64) -> Option<&Entry> {
        within(&self.helo_names, name, now)
    }
}

/// What a reader's complaint (RFC 5965 §3.2) suggests for the list, the narrowest first: its `Original-Mail-From`, then its
/// `Source-IP`. What is no address there suggests nothing; somebody decides.
///
/// # Examples
///
/// ```
/// use mailwright_policy::connection::{Target, suggested};
///
/// let both = suggested(Some("203.0.113.7"), Some("<Spam@example.net>"), "ann@example.org");
/// assert!(matches!(&both[0].0, Target::Sender(sender) if &**sender == "Spam@example.net"));
/// assert!(matches!(&both[1].0, Target::Network(_)));
/// assert!(suggested(Some("of course"), Some("<>"), "ann@example.org").is_empty());
/// ```
pub fn suggested(source_ip: Option<&str>, mail_from: Option<&str>, by: &str) -> Vec<(Target, Entry)> {
    let entry = || Entry::new("a reader complained", by);
    let mut entries = Vec::new();
    let sender = mail_from.map(|text| text.trim().trim_start_matches('<').trim_end_matches('>'));
    if let Some(Ok(mailbox)) = sender.map(str::parse::<Mailbox>) {
        entries.push((Target::Sender(mailbox.as_str().into()), entry()));
    }
    if let Some(Ok(address)) = source_ip.map(|text| text.trim().parse::<IpAddr>()) {
        entries.push((Target::Network(Network::around(address.to_canonical(), 32, 128)), entry()));
    }
    entries
}

/// What a sender is stored under, by its meaning: quotes and another spelling of the domain make no other sender.
fn key(sender: MailboxRef<'_>) -> Box<str> {
    let (local, host) =
        (sender.local_part().meaning().to_lowercase(), sender.host().to_ascii().to_lowercase());
    [&local, "@", &host].concat().into()
}

fn key_of(sender: &str) -> Box<str> {
    sender.parse::<Mailbox>().map_or_else(|_| sender.to_lowercase().into(), |mailbox| key(mailbox.view()))
}

/// The entry of the name or of the nearest name above it.
fn within<'a>(map: &'a BTreeMap<Name, Entry>, name: &Name, now: u64) -> Option<&'a Entry> {
    if map.is_empty() {
        return None;
    }
    let mut name = name.clone();
    loop {
        if let Some(entry) = map.get(&name).filter(|entry| entry.holds(now)) {
            return Some(entry);
        }
        name = name.parent()?;
    }
}

/// Which word and bit stand for a prefix length.
const fn place(length: u8) -> (usize, u64) {
    ((length / 64) as usize, 1_u64.wrapping_shl((length % 64) as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(list: &Blocklist, address: &str) -> bool {
        let mailbox: Mailbox = address.parse().unwrap();
        list.sender(mailbox.view(), 0).is_some()
    }

    #[test]
    fn advice_s070_an_entry_is_about_an_address_a_network_a_domain_a_sender_or_a_helo_name() {
        let mut list = Blocklist::new();
        let entry = || Entry::new("spam", "reader");
        list.insert(Target::Network("2001:db8:7::/48".parse().unwrap()), entry());
        list.insert(Target::Network("203.0.113.7".parse().unwrap()), entry());
        list.insert(Target::Domain("bad.example".parse().unwrap()), entry());
        list.insert(Target::Sender("Ann@ok.example".into()), entry());
        list.insert(Target::HeloName("liar.example".parse().unwrap()), entry());
        assert_eq!(list.len(), 5);
        let at = |ip: &str| list.address(ip.parse().unwrap(), 0).is_some();
        assert!(at("2001:db8:7:1::9") && at("203.0.113.7") && at("::ffff:203.0.113.7"));
        assert!(!at("2001:db8:8::9") && !at("203.0.113.70") && !at("20.3.0.113"));
        assert!(sender(&list, "x@bad.example") && sender(&list, "x@sub.BAD.example"));
        assert!(!sender(&list, "x@notbad.example"));
        assert!(sender(&list, "ann@OK.example") && !sender(&list, "bob@ok.example"));
        assert!(sender(&list, "\"Ann\"@ok.example"), "quotes make no other sender");
        list.insert(Target::Sender("x@b\u{fc}cher.example".into()), entry());
        assert!(sender(&list, "x@xn--bcher-kva.example") && sender(&list, "x@b\u{fc}cher.example"));
        assert!(list.remove(&Target::Sender("\"x\"@XN--BCHER-KVA.example".into())).is_some());
        assert!(list.helo(&"mx.liar.example".parse().unwrap(), 0).is_some());
        assert!(list.helo(&"truthful-liar.example".parse().unwrap(), 0).is_none());
        assert!(list.remove(&Target::Network("203.0.113.7".parse().unwrap())).is_some());
        assert!(list.address("203.0.113.7".parse().unwrap(), 0).is_none());
    }

    #[test]
    fn advice_s070_an_entry_ends() {
        let mut list = Blocklist::new();
        list.insert(Target::Network("192.0.2.0/24".parse().unwrap()), Entry::new("a", "b").with_expiry(10));
        list.insert(Target::Network("192.0.2.0/25".parse().unwrap()), Entry::new("a", "b").with_expiry(5));
        let held = |list: &Blocklist, now| list.address("192.0.2.1".parse().unwrap(), now).is_some();
        assert!(held(&list, 9) && !held(&list, 10));
        list.expire(7);
        assert_eq!(list.len(), 1);
    }
}
