//! Says what happened to mail for one recipient.
//!
//! in:  a verdict, a delivery, a complaint, a click      out: an event and the records that it is about
//! law: a bounce event can be made only from a classified verdict, never from the first digit of a code

use alloc::borrow::ToOwned;
use alloc::vec::Vec;

use mailwright_reply::{About, Cause, Suppression, Verdict};

use crate::key::{AddressKey, Key, Scope};
use crate::stream::Stream;

/// How we know of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "closed: we heard it, somebody reported it, and that can be proved or not"
)]
pub enum HeardBy {
    /// The server said so in our own conversation with it.
    Conversation,
    /// A report came by mail, and carries proof that we sent what it is about: a tag, an envelope id, a Message-ID.
    ProvenReport,
    /// A report came by mail without such proof. Anybody could have written it, so it counts for nothing.
    UnprovenReport,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Happened {
    /// A recipient was refused.
    Bounced {
        /// Why.
        cause: Cause,
        /// What follows for the recipient; nothing where it is not the recipient's fault.
        suppression: Option<Suppression>,
        /// How we know.
        heard: HeardBy,
    },
    /// A message was taken.
    Delivered,
    /// The reader called a message spam.
    Complained,
    /// The reader left the stream.
    Unsubscribed,
    /// The reader asked to be mailed, and confirmed it.
    Subscribed,
    /// Somebody wants the recipient left alone, until then or for good.
    Blocked {
        /// Unix seconds.
        until: Option<u64>,
    },
    /// Somebody wants the recipient mailed again: every reason but the reader's own wish is dropped.
    Lifted,
}

/// Something that happened to mail for one recipient.
///
/// # Examples
///
/// ```
/// use mailwright_hygiene::{Event, HeardBy};
/// use mailwright_reply::{Refusal, Rules, classify};
///
/// let listed = Refusal::from_text(b"554 5.7.1 Service unavailable; client host blocked using zen.spamhaus.org");
/// let event = Event::bounced(&classify(&listed, Rules::built_in()), HeardBy::Conversation, 1_790_000_000);
/// assert!(event.keys(&"ann@example.net".parse()?, None).is_empty());
/// # Ok::<(), mailwright_hygiene::KeyError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Event {
    happened: Happened,
    at: u64,
    id: Option<u64>,
}

impl Event {
    /// A recipient was refused; `verdict` says why. `at`: Unix seconds.
    pub fn bounced(verdict: &Verdict, heard: HeardBy, at: u64) -> Self {
        let happened = Happened::Bounced { cause: verdict.cause, suppression: verdict.suppression(), heard };
        Self::new(happened, at)
    }

    /// Anything else that happened. `at`: Unix seconds.
    pub const fn new(happened: Happened, at: u64) -> Self {
        Self { happened, at, id: None }
    }

    /// The same event may be reported twice; with the same id it counts once.
    ///
    /// `id`: any number that is the same for the same event, such as a hash of queue id and recipient.
    #[must_use]
    pub const fn with_id(self, id: u64) -> Self {
        Self { id: Some(id), ..self }
    }

    /// What happened.
    pub const fn happened(&self) -> Happened {
        self.happened
    }

    /// When, in Unix seconds.
    pub const fn at(&self) -> u64 {
        self.at
    }

    /// Its id.
    pub const fn id(&self) -> Option<u64> {
        self.id
    }

    /// The keys of the records that this event is about, for a recipient that got mail in `stream`.
    ///
    /// Empty where it is nobody's fault on that side: a bounce for our reputation has no record to change.
    pub fn keys(&self, recipient: &AddressKey, stream: Option<&Stream<'_>>) -> Vec<Key> {
        let everywhere = || Key::mailbox(recipient.clone(), Scope::All);
        let within =
            || stream.map(|stream| Key::mailbox(recipient.clone(), Scope::Stream(stream.name().to_owned())));
        match self.happened {
            Happened::Bounced { suppression, .. } => match suppression.map(Suppression::about) {
                Some(About::Mailbox) => Vec::from([everywhere()]),
                Some(About::Domain) => Vec::from([Key::domain_of(recipient)]),
                Some(_) | None => Vec::new(),
            },
            Happened::Complained => Vec::from([everywhere()]),
            Happened::Unsubscribed | Happened::Blocked { .. } => {
                Vec::from([within().unwrap_or_else(everywhere)])
            }
            Happened::Subscribed => within().into_iter().chain([everywhere()]).collect(),
            Happened::Delivered | Happened::Lifted => {
                within().into_iter().chain([everywhere(), Key::domain_of(recipient)]).collect()
            }
        }
    }
}
