//! Ready-made receivers: plain lists of checks that a person can read, and what each would have said to a conversation.
//!
//! in:  what was known of a conversation      out: the decision of each stage, with every note on the way
//! law: a fact that was not looked up says nothing; what is not urgent waits for RCPT, so that postmaster stays reachable

use alloc::vec::Vec;
use core::fmt;

use mailwright_reply::Stage;

mod explain;
pub use explain::{Explanation, Line};
mod step;
pub use step::{Rigor, Step};
mod transcript;
mod words;
pub use transcript::{Message, Rcpt, Transcript};

use crate::greylist::Params;
use crate::recipient::Limits;
use crate::sender::Demand;
use crate::{Decision, DomainTable, Note, Own, Source, Tally, connection, content, helo, relay};

/// Who we are, for every check that asks.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the two tables that a receiver has")]
pub struct World<'a> {
    /// Our names and addresses.
    pub own: &'a Own,
    /// Our domains.
    pub domains: &'a dyn DomainTable,
}

impl fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("own", self.own).finish_non_exhaustive()
    }
}

/// A receiver: a list of checks with their parameters.
///
/// # Examples
///
/// ```
/// use mailwright_policy::pipeline::{Pipeline, Rcpt, Transcript, World};
/// use mailwright_policy::recipient::Mailbox;
/// use mailwright_policy::{Domains, Lookup, Origin, Own};
/// use mailwright_reply::Stage;
///
/// let (own, domains) = (Own::new().with_name("mx.example.org")?, Domains::new().with_local("example.org")?);
/// let world = World { own: &own, domains: &domains };
/// let mut seen = Transcript::new("203.0.113.7".parse()?, Origin::Internet);
/// seen.helo = b"mx.example.org".to_vec();
/// seen.sender = b"<bob@example.net>".to_vec();
/// seen.recipients.push(Rcpt::new(b"<ann@example.org>", Lookup::Is(Mailbox::Known)));
///
/// let decision = Pipeline::small_server().decide(Stage::Recipient, &seen, Some(0), world);
/// assert_eq!(decision.verdict.to_string(), "550 5.7.1 HELO name is our name, and you are not us");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    name: &'static str,
    steps: Vec<Step>,
    eager: bool,
}

impl Pipeline {
    /// A receiver of your own.
    pub fn new(name: &'static str, steps: impl IntoIterator<Item = Step>) -> Self {
        Self { name, steps: steps.into_iter().collect(), eager: false }
    }

    /// For a server of a family or a small firm: refuses what is surely wrong, greylists the rest, notes everything.
    pub fn small_server() -> Self {
        let usual = Rigor::Usual;
        Self::new(
            "small_server",
            [
                Step::Connections(connection::Limits::default()),
                Step::Rate,
                Step::EarlyTalk(usual),
                Step::Blocklist,
                Step::Friends,
                Step::Lists { threshold: 10 },
                Step::Reverse(usual),
                Step::Helo(helo::Mode::Usual),
                Step::Size(Some(50 << 20)),
                Step::SenderDomain(usual),
                Step::OwnSender(usual),
                Step::Spf(usual),
                Step::Relay,
                Step::Recipient,
                Step::Recipients(Limits::default()),
                Step::Greylist(Params::default()),
                Step::Lines(usual),
                Step::Loops,
                Step::Header(usual),
                Step::Dmarc(usual),
                Step::Scan,
                Step::Store,
            ],
        )
    }

    /// For those who would rather lose real mail than take doubtful mail.
    pub fn strict() -> Self {
        let strict = Rigor::Strict;
        Self::new(
            "strict",
            [
                Step::Connections(connection::Limits::default().with_address(5).with_network(10)),
                Step::Rate,
                Step::EarlyTalk(strict),
                Step::Blocklist,
                Step::Friends,
                Step::Lists { threshold: 6 },
                Step::Reverse(strict),
                Step::Helo(helo::Mode::Strict),
                Step::Size(Some(25 << 20)),
                Step::SenderDomain(strict),
                Step::OwnSender(strict),
                Step::Spf(strict),
                Step::Relay,
                Step::Recipient,
                Step::Recipients(Limits::default().with_unknown(5).with_single_notice()),
                Step::Greylist(Params::default()),
                Step::Lines(strict),
                Step::Loops,
                Step::Header(strict),
                Step::Dmarc(strict),
                Step::Scan,
                Step::Store,
            ],
        )
    }

    /// For mail programs: TLS and a login, a sender that is the login's, limits by the day.
    pub fn submission() -> Self {
        Self::new(
            "submission",
            [
                Step::Connections(connection::Limits::default()),
                Step::Rate,
                Step::EarlyTalk(Rigor::Usual),
                Step::Helo(helo::Mode::Observe),
                Step::Demand(Demand::Login),
                Step::Size(Some(50 << 20)),
                Step::LoginSender,
                Step::LoginToday { most: 500 },
                Step::Relay,
                Step::Recipient,
                Step::Recipients(Limits::default()),
                Step::Lines(Rigor::Usual),
                Step::Loops,
                Step::Scan,
                Step::Store,
            ],
        )
    }

    /// For a host that keeps another's mail while it is away: nobody unknown there is taken.
    pub fn backup_mx() -> Self {
        let usual = Rigor::Usual;
        Self::new(
            "backup_mx",
            [
                Step::Connections(connection::Limits::default()),
                Step::Rate,
                Step::EarlyTalk(usual),
                Step::Blocklist,
                Step::Friends,
                Step::Lists { threshold: 10 },
                Step::Helo(helo::Mode::Usual),
                Step::Size(Some(50 << 20)),
                Step::SenderDomain(usual),
                Step::Spf(usual),
                Step::Relay,
                Step::Recipient,
                Step::Recipients(Limits::default()),
                Step::Greylist(Params::default()),
                Step::Lines(usual),
                Step::Loops,
                Step::Store,
            ],
        )
    }

    /// For a program that is called with each message: takes what is for it, notes the rest, delays nobody.
    pub fn webhook_inbound() -> Self {
        let usual = Rigor::Usual;
        Self::new(
            "webhook_inbound",
            [
                Step::Connections(connection::Limits::default().with_address(50).with_network(200)),
                Step::Rate,
                Step::EarlyTalk(usual),
                Step::Helo(helo::Mode::Observe),
                Step::Size(Some(25 << 20)),
                Step::OwnSender(usual),
                Step::Spf(usual),
                Step::Relay,
                Step::Recipient,
                Step::Recipients(Limits::default()),
                Step::Lines(usual),
                Step::Loops,
                Step::Header(usual),
                Step::Dmarc(usual),
                Step::Store,
            ],
        )
    }

    /// For tests: takes everything and sends nothing on. Never for the Internet.
    pub fn test_sink() -> Self {
        Self::new(
            "test_sink",
            [Step::Size(Some(100 << 20)), Step::Recipients(Limits::default()), Step::Store],
        )
    }

    /// Everything at the stage where it is known, instead of at RCPT: less work, and postmaster may be out of reach.
    #[must_use]
    pub fn eager(self) -> Self {
        Self { eager: true, ..self }
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Its checks, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What is decided at a stage: [`Stage::Greeting`], [`Stage::Hello`], [`Stage::Mail`], [`Stage::Recipient`] (with the
    /// number of the recipient, 0-based), [`Stage::Dot`].
    ///
    /// What came before counts too: a peer on a list is refused at RCPT, whose reply names it.
    pub fn decide(
        &self,
        stage: Stage,
        seen: &Transcript,
        recipient: Option<usize>,
        world: World<'_>,
    ) -> Decision {
        let is_role = match recipient {
            Some(at) => seen.is_role(at, world),
            None => stage == Stage::Dot && self.is_for_roles(seen, world),
        };
        let tally = Tally::new(seen.origin, is_role);
        let friend = self.steps.contains(&Step::Friends) && seen.is_friend();
        let mut tally = if friend { tally.with_exempt(step::NOT_OF_FRIENDS) } else { tally };
        for step in self.steps.iter().filter(|step| step.stage() <= stage) {
            // The whole message is judged apart from what was said about its recipients.
            let note = match (step, &seen.message) {
                (Step::Size(limit), Some(message)) if stage == Stage::Dot => {
                    Some(content::size(message.octets, *limit))
                }
                _ if stage == Stage::Dot && step.stage() != Stage::Dot => None,
                _ => step.note(seen, recipient, world),
            };
            if let Some(note) = note {
                tally.note(if self.is_due(note, stage) {
                    note
                } else {
                    Note { check: crate::Check::Ok, ..note }
                });
            }
        }
        tally.finish()
    }

    /// Whether the message goes to roles alone: what is sent to abuse holds samples that a scanner refuses.
    fn is_for_roles(&self, seen: &Transcript, world: World<'_>) -> bool {
        let taken = |at| self.decide(Stage::Recipient, seen, Some(at), world).verdict.is_accept();
        let (mut role, mut other) = (false, false);
        for at in 0..seen.recipients.len() {
            if seen.is_role(at, world) {
                role = true;
            } else {
                other = other || taken(at);
            }
        }
        role && !other
    }

    /// What this receiver would have said to a conversation, stage by stage.
    pub fn explain(&self, seen: &Transcript, world: World<'_>) -> Explanation {
        explain::explain(self, seen, world)
    }

    /// Whether a note is told at this stage or kept for RCPT.
    const fn is_due(&self, note: Note, stage: Stage) -> bool {
        self.eager || matches!(stage, Stage::Recipient | Stage::Dot) || is_urgent(note.source)
    }
}

/// What is told at once: protocol, rates, what the listener demands, room.
const fn is_urgent(source: Source) -> bool {
    matches!(source, Source::Protocol | Source::Rate | Source::Submission | Source::Store)
}

/// The checks as a list to read.
impl fmt::Display for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:", self.name)?;
        for (number, step) in self.steps.iter().enumerate() {
            writeln!(f, "{:>3}. {:<9} {step}", number.saturating_add(1), step.stage().name())?;
        }
        f.write_str(if self.eager {
            "each is told at its stage"
        } else {
            "what is not urgent is told at RCPT"
        })
    }
}

/// The path of a recipient, where it can be read.
fn path_of(octets: &[u8]) -> Option<mailwright_address::ForwardPathRef<'_>> {
    relay::read(octets, mailwright_address::Utf8::Allowed).ok()
}
