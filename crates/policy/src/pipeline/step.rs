//! One check of a pipeline: its parameters, its stage, its words, and what it says to a conversation.

use mailwright_address::Utf8;
use mailwright_reply::Stage;

use super::{Message, Rcpt, Transcript, World};
use crate::helo::{Evidence, Peer};
use crate::recipient::{Facts, Tag};
use crate::relay::Destination;
use crate::sender::Demand;
use crate::submission::{self, Sender};
use crate::{
    Check, Flag, Lookup, Note, Reason, Source, Sources, connection, content, greylist, helo, recipient,
    relay, sender,
};

/// What is not heard about a friend.
pub(super) const NOT_OF_FRIENDS: Sources = Sources::of(&[Source::Dnsbl, Source::Rdns, Source::Greylist]);

/// How much a check refuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the two columns of each table")]
pub enum Rigor {
    /// What is surely wrong; the rest is flags.
    #[default]
    Usual,
    /// What is doubtful too.
    Strict,
}

impl Rigor {
    const fn is_strict(self) -> bool {
        matches!(self, Self::Strict)
    }

    /// The first word as it is, the second where it is strict.
    pub(super) const fn pick(self, usual: &'static str, strict: &'static str) -> &'static str {
        if self.is_strict() { strict } else { usual }
    }
}

/// One check with its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// How many connections at once.
    Connections(connection::Limits),
    /// How many connections in a short time.
    Rate,
    /// Talking before the greeting.
    EarlyTalk(Rigor),
    /// Our own list.
    Blocklist,
    /// Our own list of friends: for those on it the DNS's lists, reverse names and the greylist are not heard.
    Friends,
    /// Block lists of the DNS.
    Lists {
        /// The score that refuses.
        threshold: i32,
    },
    /// The reverse name.
    Reverse(Rigor),
    /// The HELO name.
    Helo(helo::Mode),
    /// What the listener asks for first.
    Demand(Demand),
    /// The announced size.
    Size(Option<u64>),
    /// Whether the sender's domain can be written to.
    SenderDomain(Rigor),
    /// A stranger with one of our addresses.
    OwnSender(Rigor),
    /// SPF of the sender.
    Spf(Rigor),
    /// Whether the login may use the sender.
    LoginSender,
    /// What the login sends in a day.
    LoginToday {
        /// Recipients.
        most: u32,
    },
    /// Whether mail is taken for the domain.
    Relay,
    /// Whether the mailbox takes it.
    Recipient,
    /// How many recipients.
    Recipients(recipient::Limits),
    /// Triplets seen for the first time.
    Greylist(greylist::Params),
    /// The lines of the message.
    Lines(Rigor),
    /// Mail that comes round again.
    Loops,
    /// The header section.
    Header(Rigor),
    /// DMARC.
    Dmarc(Rigor),
    /// The scanner.
    Scan,
    /// The store.
    Store,
}

impl Step {
    /// Where it belongs.
    pub const fn stage(&self) -> Stage {
        match self {
            Self::Connections(_)
            | Self::Rate
            | Self::EarlyTalk(_)
            | Self::Blocklist
            | Self::Friends
            | Self::Lists { .. }
            | Self::Reverse(_) => Stage::Greeting,
            Self::Helo(_) => Stage::Hello,
            Self::Demand(_)
            | Self::Size(_)
            | Self::SenderDomain(_)
            | Self::OwnSender(_)
            | Self::Spf(_)
            | Self::LoginSender
            | Self::LoginToday { .. } => Stage::Mail,
            Self::Relay | Self::Recipient | Self::Recipients(_) | Self::Greylist(_) => Stage::Recipient,
            Self::Lines(_) | Self::Loops | Self::Header(_) | Self::Dmarc(_) | Self::Scan | Self::Store => {
                Stage::Dot
            }
        }
    }

    /// What it says; `None` where its facts were not looked up.
    pub fn note(&self, seen: &Transcript, recipient: Option<usize>, world: World<'_>) -> Option<Note> {
        match self {
            Self::Connections(limits) => {
                seen.connections.map(|counts| connection::concurrency(counts, *limits))
            }
            Self::Rate => seen.rate.map(|checked| match checked {
                Ok(()) => Note::ok(Source::Rate),
                Err(over) => over.why(Reason::TooFast).into(),
            }),
            Self::EarlyTalk(rigor) => Some(connection::early_talk(&seen.before_greeting, rigor.is_strict())),
            Self::Blocklist => {
                Some(if seen.blocked { Reason::Blocked.into() } else { Note::ok(Source::Blocklist) })
            }
            Self::Friends => seen.friend.map(friends),
            Self::Lists { threshold } => seen.lists.as_ref().map(|report| report.note(*threshold)),
            Self::Reverse(rigor) => seen.reverse.as_ref().map(|report| report.note(rigor.is_strict())),
            Self::Helo(mode) => Some(helo_note(seen, *mode, world)),
            Self::Demand(demand) => {
                Some(sender::demand(*demand, seen.tls, seen.origin == crate::Origin::Authenticated))
            }
            Self::Size(limit) => Some(sender::size(seen.size, *limit, Lookup::Is(u64::MAX))),
            Self::SenderDomain(rigor) => {
                seen.sender_domain.as_ref().map(|selection| sender::reachable(selection, rigor.is_strict()))
            }
            Self::OwnSender(rigor) => Some(match sender::read(&seen.sender, Utf8::Allowed) {
                Ok(path) => sender::own_from_outside(seen.origin, &path, world.domains, rigor.is_strict()),
                Err(_) if seen.sender.is_empty() => return None,
                Err(reason) => reason.into(),
            }),
            Self::Spf(rigor) => seen.spf.map(|result| sender::spf(result, rigor.is_strict())),
            Self::LoginSender => seen.sender_is_login_s.map(|fits| {
                let said = |fits: bool| if fits { Sender::Allowed } else { Sender::Denied };
                submission::sender(match fits {
                    Lookup::Is(fits) => Lookup::Is(said(fits)),
                    Lookup::Unavailable => Lookup::Unavailable,
                })
            }),
            Self::LoginToday { most } => seen.today.map(|today| submission::today(today, *most)),
            Self::Relay | Self::Recipient | Self::Recipients(_) | Self::Greylist(_) => {
                let recipient = recipient.and_then(|at| seen.recipients.get(at))?;
                self.recipient_note(seen, recipient, world)
            }
            Self::Lines(_) | Self::Loops | Self::Header(_) | Self::Dmarc(_) | Self::Scan | Self::Store => {
                self.message_note(seen, seen.message.as_ref()?)
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the other steps have no recipient")]
    fn recipient_note(&self, seen: &Transcript, said: &Rcpt, world: World<'_>) -> Option<Note> {
        let path = match relay::read(&said.path, Utf8::Allowed) {
            Ok(path) => path,
            Err(reason) => return Some(reason.into()),
        };
        let relay = relay::decide(seen.origin, &path, world.own, world.domains);
        match self {
            Self::Relay => Some(relay.note),
            // What may not be relayed has no mailbox here to ask about.
            Self::Recipient if relay.note.why().is_some() => None,
            Self::Recipient => {
                // The bare postmaster is whoever runs this host: there always is one.
                let mailbox =
                    if path.mailbox().is_none() && said.mailbox == Lookup::Is(recipient::Mailbox::Unknown) {
                        Lookup::Is(recipient::Mailbox::Known)
                    } else {
                        said.mailbox
                    };
                let facts = Facts::new(seen.origin, relay.destination)
                    .with_mailbox(mailbox)
                    .with_roster(said.roster)
                    .with_store(said.store);
                let facts = said.remote.as_ref().map_or(facts, |remote| facts.with_remote(&remote.selected));
                let facts = if seen.is_null() { facts.with_null_sender() } else { facts };
                let facts = if said.blocked_by_user { facts.with_block_by_user() } else { facts };
                // A role is reached whatever it signs, and by notices too.
                if relay::is_role(&path, relay.destination) {
                    return Some(recipient::decide(&facts).with_flag(Flag::Role));
                }
                let facts = if said.never_sends { facts.with_never_sends() } else { facts };
                let facts = said.tag.map_or(facts, |tag| facts.with_tag(tag));
                Some(recipient::decide(&facts))
            }
            Self::Recipients(limits) => Some(recipient::count(said.counts, seen.is_null(), *limits)),
            Self::Greylist(params) if relay.destination != Destination::Elsewhere => {
                let is_role = relay::is_role(&path, relay.destination);
                let facts = greylist::Facts {
                    reverse_confirmed: seen.reverse.as_ref().is_some_and(|report| !report.names.is_empty()),
                    spf_pass: seen.spf == Some(mailwright_spf::Verdict::Pass),
                    domain_known: seen.sender_known,
                    allowed: seen.is_friend() || seen.lists.as_ref().is_some_and(|lists| lists.score() < 0),
                    tagged_bounce: seen.is_null() && said.tag == Some(Tag::Valid),
                };
                match (greylist::skip(seen.origin, is_role, facts), said.grey) {
                    (None, Some(entry)) => {
                        Some(greylist::decide(entry, said.grey_client, seen.now, params).note)
                    }
                    (Some(_), _) | (None, None) => None,
                }
            }
            _ => None,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the other steps have no message")]
    fn message_note(&self, seen: &Transcript, message: &Message) -> Option<Note> {
        match self {
            Self::Lines(rigor) => Some(content::lines(
                seen.origin,
                message.bare_newline,
                message.longest_line,
                rigor.is_strict(),
            )),
            Self::Loops => Some(content::looping(message.passes)),
            Self::Header(rigor) => {
                message.report.as_ref().map(|report| content::header(report, rigor.is_strict()))
            }
            Self::Dmarc(rigor) => message.dmarc.map(|result| content::dmarc(result, rigor.is_strict())),
            Self::Scan => message.scan.map(content::scan),
            Self::Store => message.stored.map(content::stored),
            _ => None,
        }
    }
}

/// A friend is noted; where the list can't be asked, what it could have lifted is a deferral.
fn friends(named: Lookup<bool>) -> Note {
    match named {
        Lookup::Is(true) => Note::ok(Source::Dnsbl).with_flag(Flag::Welcome),
        Lookup::Is(false) => Note::ok(Source::Dnsbl),
        Lookup::Unavailable => {
            let check = Check::TempIfReject { why: Reason::UserLookupDown.into(), lifts: NOT_OF_FRIENDS };
            Note::new(Source::Dnsbl, check)
        }
    }
}

fn helo_note(seen: &Transcript, mode: helo::Mode, world: World<'_>) -> Note {
    let peer = Peer::new(seen.peer).with_origin(seen.origin);
    let peer = if seen.submission { peer.on_submission() } else { peer };
    let evidence = Evidence::none();
    let evidence = seen.helo_forward.map_or(evidence, |forward| evidence.with_forward(forward));
    let evidence = seen.reverse.as_ref().map_or(evidence, |reverse| evidence.with_reverse(reverse));
    let evidence = seen.helo_spf.map_or(evidence, |spf| evidence.with_spf(spf));
    helo::assess(&seen.helo, peer, world.own, world.domains, &evidence).note(mode)
}
