//! What a server knew of one conversation: a plain record, filled as things become known.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use mailwright_dns::Selection;
use mailwright_spf::Verdict as Spf;

use super::{World, path_of};
use crate::content::{Dmarc, Passes, Scan, Stored};
use crate::helo::Forward;
use crate::recipient::{Mailbox, Roster, Store, Tag};
use crate::submission::Today;
use crate::{Lookup, Origin, OverRate, connection, dnsbl, greylist, relay, reverse};

/// What was known of a conversation. A field that stays `None` was not looked up, and its check says nothing.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, set by name")]
#[non_exhaustive]
pub struct Transcript {
    /// The peer.
    pub peer: IpAddr,
    /// Where it comes from.
    pub origin: Origin,
    /// On a submission port.
    pub submission: bool,
    /// TLS is on.
    pub tls: bool,
    /// Unix seconds.
    pub now: u64,
    /// Open connections.
    pub connections: Option<connection::Counts>,
    /// What the rates of the peer say: [`check_all`](crate::check_all) of its address, its network and all.
    pub rate: Option<Result<(), OverRate>>,
    /// Octets before the greeting.
    pub before_greeting: Vec<u8>,
    /// Our own list names the peer, its HELO name or the sender.
    pub blocked: bool,
    /// Whether our own list of friends names the peer.
    pub friend: Option<Lookup<bool>>,
    /// What block lists say.
    pub lists: Option<dnsbl::Report>,
    /// What the reverse names say.
    pub reverse: Option<reverse::Report>,
    /// The argument of HELO.
    pub helo: Vec<u8>,
    /// Where it leads.
    pub helo_forward: Option<Forward>,
    /// SPF of it.
    pub helo_spf: Option<Spf>,
    /// The path of MAIL, in angle brackets.
    pub sender: Vec<u8>,
    /// The announced size, in octets.
    pub size: Option<u64>,
    /// Where the sender's domain takes mail.
    pub sender_domain: Option<Selection>,
    /// SPF of the sender.
    pub spf: Option<Spf>,
    /// The domain of the sender has written before and was let in, or is written to from here.
    pub sender_known: bool,
    /// Whether the login may use the sender.
    pub sender_is_login_s: Option<Lookup<bool>>,
    /// What the login sent today.
    pub today: Option<Today>,
    /// The recipients, in order.
    pub recipients: Vec<Rcpt>,
    /// The message, once it is whole.
    pub message: Option<Message>,
}

/// What was known of one recipient.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rcpt {
    /// The path of RCPT, in angle brackets.
    pub path: Vec<u8>,
    /// What the directory said.
    pub mailbox: Lookup<Mailbox>,
    /// What the roster said, for a backup.
    pub roster: Roster,
    /// Whether the store took messages.
    pub store: Store,
    /// Where mail for its domain goes, for one elsewhere.
    pub remote: Option<Box<Selection>>,
    /// What its tag says, for one that signs its return path (BATV).
    pub tag: Option<Tag>,
    /// It never sends, so no notice can be for it.
    pub never_sends: bool,
    /// It does not want this sender.
    pub blocked_by_user: bool,
    /// Whether the greylist was asked: what it held for the triplet.
    pub grey: Option<Option<greylist::Entry>>,
    /// What the greylist held for the client.
    pub grey_client: Option<greylist::Client>,
    /// Recipients before it.
    pub counts: crate::recipient::Counts,
}

/// What was known of the message.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Message {
    /// Its size.
    pub octets: u64,
    /// Its longest line, in octets without CR LF.
    pub longest_line: u64,
    /// A CR or LF stands alone in it.
    pub bare_newline: bool,
    /// How often it was here.
    pub passes: Passes,
    /// What the validator found.
    pub report: Option<mailwright_message::Report>,
    /// What DMARC asks for.
    pub dmarc: Option<Dmarc>,
    /// What a scanner says.
    pub scan: Option<Lookup<Scan>>,
    /// What became of storing it.
    pub stored: Option<Stored>,
}

impl Transcript {
    /// A conversation with this peer, of which nothing else is known.
    pub const fn new(peer: IpAddr, origin: Origin) -> Self {
        Self {
            peer,
            origin,
            submission: false,
            tls: false,
            now: 0,
            connections: None,
            rate: None,
            before_greeting: Vec::new(),
            blocked: false,
            friend: None,
            lists: None,
            reverse: None,
            helo: Vec::new(),
            helo_forward: None,
            helo_spf: None,
            sender: Vec::new(),
            size: None,
            sender_domain: None,
            spf: None,
            sender_known: false,
            sender_is_login_s: None,
            today: None,
            recipients: Vec::new(),
            message: None,
        }
    }

    /// Whether this recipient is a role.
    pub(super) fn is_role(&self, at: usize, world: World<'_>) -> bool {
        let path = self.recipients.get(at).and_then(|recipient| path_of(&recipient.path));
        path.is_some_and(|path| {
            let relay = relay::decide(self.origin, &path, world.own, world.domains);
            relay::is_role(&path, relay.destination)
        })
    }

    /// Whether our own list of friends names the peer.
    pub(super) fn is_friend(&self) -> bool {
        self.friend == Some(Lookup::Is(true))
    }

    /// Whether the sender is null.
    pub(super) fn is_null(&self) -> bool {
        self.sender == b"<>"
    }
}

impl Rcpt {
    /// A recipient and what the directory says about it.
    pub fn new(path: &[u8], mailbox: Lookup<Mailbox>) -> Self {
        Self {
            path: path.to_vec(),
            mailbox,
            roster: Roster::Missing,
            store: Store::Writable,
            remote: None,
            tag: None,
            never_sends: false,
            blocked_by_user: false,
            grey: None,
            grey_client: None,
            counts: crate::recipient::Counts::default(),
        }
    }
}
