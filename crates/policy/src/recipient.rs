//! What is decided at RCPT once relaying is allowed: does the mailbox exist, can it take mail, is this sender welcome?
//!
//! in:  what the directory, the store and the roster say, and who else was named before      out: a note
//! law: nobody unknown is accepted, so that no bounce goes to a forged sender; a look-up that is down refuses nobody

use core::fmt;
use core::time::Duration;

use mailwright_bounce::tags::{TagError, batv};
use mailwright_dns::Selected;

use crate::relay::Destination;
use crate::{Check, Flag, Lookup, Note, Origin, Reason, Source};

/// What the directory says about a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed: the rows of the recipient table")]
pub enum Mailbox {
    /// It is there.
    Known,
    /// It is not.
    Unknown,
    /// It is switched off.
    Disabled,
    /// It is elsewhere.
    Moved,
    /// It is full.
    Full,
    /// It has been full for so long that its sender should hear it.
    LongFull,
    /// Everything at the domain is taken.
    CatchAll,
    /// A list for its members; is the sender one?
    Members(Lookup<bool>),
}

/// What a backup knows about who lives at the primary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed: the rows of the backup table")]
pub enum Roster {
    /// The list, or the primary itself, knows the mailbox.
    Known,
    /// The list is fresh, or the primary answered: there is no such mailbox.
    Unknown,
    /// There is no list, and the primary is away.
    Missing,
    /// The list does not name the mailbox, and is older than it should be; seconds.
    Stale(u32),
}

/// Whether the store takes messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed: it writes, it is full, it is down")]
pub enum Store {
    /// It does.
    #[default]
    Writable,
    /// It is full.
    Full,
    /// It is down.
    Down,
}

/// What the tag of a recipient says about a notice for it, where the recipient signs its return path (BATV).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "closed: the tag proves it, it is too early to ask for one, it does not"
)]
pub enum Tag {
    /// It is for mail that the recipient sent.
    Valid,
    /// There is none, and the recipient began to sign so lately that its mail may have gone out without.
    Early,
    /// There is none, it has run out, or it is forged.
    Bad,
}

impl Tag {
    /// What [`batv::open`] said, in view of when the recipient began to sign. `since`, `now`: since 1970.
    pub fn read(opened: Result<&batv::Opened, TagError>, since: Duration, now: Duration) -> Self {
        match (opened.is_ok(), batv::admits(opened, since, now)) {
            (true, _) => Self::Valid,
            (false, true) => Self::Early,
            (false, false) => Self::Bad,
        }
    }
}

/// Everything that is known about one recipient.
///
/// # Examples
///
/// ```
/// use mailwright_policy::recipient::{Facts, Mailbox, decide};
/// use mailwright_policy::relay::Destination;
/// use mailwright_policy::{Lookup, Origin};
///
/// let facts = Facts::new(Origin::Internet, Destination::Local);
/// let said = |mailbox| decide(&facts.with_mailbox(mailbox)).decide().verdict.to_string();
/// assert_eq!(said(Lookup::Is(Mailbox::Known)), "accept");
/// assert_eq!(said(Lookup::Is(Mailbox::Unknown)), "550 5.1.1 User unknown");
/// assert!(said(Lookup::Unavailable).starts_with("451 4.3.0 "));
/// ```
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, set by name")]
pub struct Facts {
    origin: Origin,
    destination: Destination,
    mailbox: Lookup<Mailbox>,
    store: Store,
    roster: Roster,
    oldest_roster: u32,
    remote: Option<Remote>,
    blocked_by_user: bool,
    never_sends: bool,
    tag: Option<Tag>,
    null_sender: bool,
    reveals: bool,
}

/// What the DNS says about a recipient's domain elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Remote {
    TakesNone,
    NoDomain,
    Fine,
}

impl Facts {
    /// Nothing is known but where the peer comes from and where the mail would go. Nothing known is not accepted: the
    /// mailbox is `Unavailable`, the roster `Missing`.
    pub const fn new(origin: Origin, destination: Destination) -> Self {
        Self {
            origin,
            destination,
            mailbox: Lookup::Unavailable,
            store: Store::Writable,
            roster: Roster::Missing,
            oldest_roster: 86_400,
            remote: None,
            blocked_by_user: false,
            never_sends: false,
            tag: None,
            null_sender: false,
            reveals: false,
        }
    }

    /// What the directory says.
    #[must_use]
    pub const fn with_mailbox(self, mailbox: Lookup<Mailbox>) -> Self {
        Self { mailbox, ..self }
    }

    /// Whether the store takes messages.
    #[must_use]
    pub const fn with_store(self, store: Store) -> Self {
        Self { store, ..self }
    }

    /// What a backup knows about the primary's mailboxes.
    #[must_use]
    pub const fn with_roster(self, roster: Roster) -> Self {
        Self { roster, ..self }
    }

    /// Seconds up to which a list that does not name a mailbox defers with `451`, behind them with `450`; a day.
    #[must_use]
    pub const fn with_oldest_roster(self, seconds: u32) -> Self {
        Self { oldest_roster: seconds, ..self }
    }

    /// Where mail for the recipient's domain goes, for a peer of ours that writes elsewhere.
    #[must_use]
    pub const fn with_remote(self, selected: &Selected) -> Self {
        let remote = if matches!(selected, Selected::NullMx) {
            Remote::TakesNone
        } else if matches!(selected, Selected::NoSuchDomain) {
            Remote::NoDomain
        } else {
            Remote::Fine
        };
        Self { remote: Some(remote), ..self }
    }

    /// The recipient does not want this sender.
    #[must_use]
    pub const fn with_block_by_user(self) -> Self {
        Self { blocked_by_user: true, ..self }
    }

    /// The sender is null.
    #[must_use]
    pub const fn with_null_sender(self) -> Self {
        Self { null_sender: true, ..self }
    }

    /// The recipient never sends mail, so that no notice can be for it.
    #[must_use]
    pub const fn with_never_sends(self) -> Self {
        Self { never_sends: true, ..self }
    }

    /// The recipient signs the return path of its mail: what the tag says, of which only notices make something.
    #[must_use]
    pub const fn with_tag(self, tag: Tag) -> Self {
        Self { tag: Some(tag), ..self }
    }

    /// A mailbox that moved may be told so.
    #[must_use]
    pub const fn with_moves_told(self) -> Self {
        Self { reveals: true, ..self }
    }
}

/// Decides about one recipient. Whether mail is relayed there at all is [`relay::decide`](crate::relay::decide)'s.
///
/// # RFC
///
/// RFC 5321 §3.3, §4.1.1.3, §4.5.5; RFC 7505 §4.1
pub fn decide(facts: &Facts) -> Note {
    if facts.null_sender && facts.never_sends {
        return Reason::NeverSends.into();
    }
    if facts.null_sender && facts.tag == Some(Tag::Bad) {
        return Note::from(Reason::BadTag).with_flag(Flag::BadTag);
    }
    if facts.blocked_by_user {
        return Reason::BlockedByUser.into();
    }
    match facts.destination {
        Destination::Local => local(facts),
        Destination::BackupMx => backup(facts),
        Destination::Elsewhere => elsewhere(facts),
        Destination::Unknown => Reason::DomainsUnavailable.into(),
    }
}

fn local(facts: &Facts) -> Note {
    let Lookup::Is(mailbox) = facts.mailbox else { return Reason::UserLookupDown.into() };
    match mailbox {
        Mailbox::Disabled => Reason::UserDisabled.into(),
        Mailbox::Moved if facts.reveals => Reason::UserMoved.into(),
        Mailbox::Unknown | Mailbox::Moved => Reason::UserUnknown.into(),
        Mailbox::Full => Reason::MailboxFull.into(),
        Mailbox::LongFull => Reason::MailboxLongFull.into(),
        Mailbox::Members(Lookup::Is(false)) => Reason::NotMember.into(),
        Mailbox::Members(Lookup::Unavailable) => Reason::UserLookupDown.into(),
        Mailbox::Members(Lookup::Is(true)) | Mailbox::Known => stored(facts, Note::ok(Source::Recipient)),
        Mailbox::CatchAll => stored(facts, Note::ok(Source::Recipient).with_flag(Flag::CatchAll)),
    }
}

/// A stranger's mail is not taken for later: it is the stranger's to keep until the store is back.
fn stored(facts: &Facts, note: Note) -> Note {
    match facts.store {
        Store::Writable => note,
        Store::Full if facts.origin == Origin::Internet => Reason::StoreFull.into(),
        Store::Down if facts.origin == Origin::Internet => Reason::StoreDown.into(),
        Store::Full | Store::Down => note.with_flag(Flag::Waits),
    }
}

fn backup(facts: &Facts) -> Note {
    match facts.roster {
        Roster::Known => Note::ok(Source::Recipient).with_flag(Flag::Waits),
        Roster::Unknown => Reason::UserUnknown.into(),
        Roster::Missing => Reason::RosterMissing.into(),
        Roster::Stale(age) if age <= facts.oldest_roster => Reason::RosterMissing.into(),
        Roster::Stale(_) => Reason::RosterStale.into(),
    }
}

/// Immediate answers save a bounce; what is not known now is the queue's to find out.
fn elsewhere(facts: &Facts) -> Note {
    if !facts.origin.is_ours() {
        return Reason::RelayDenied.into();
    }
    match facts.remote {
        Some(Remote::TakesNone) => Reason::RecipientNullMx.into(),
        Some(Remote::NoDomain) => Reason::RecipientNoDomain.into(),
        Some(Remote::Fine) | None => Note::ok(Source::Recipient),
    }
}

/// Recipients of this transaction and of this connection so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "three counts that the caller keeps")]
pub struct Counts {
    /// Accepted in this transaction.
    pub accepted: u32,
    /// Accepted on this connection.
    pub known: u32,
    /// Refused as unknown on this connection.
    pub unknown: u32,
}

/// How many recipients a transaction takes, how many unknown ones a connection bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    recipients: u32,
    unknown: u32,
    single_notice: bool,
}

impl Default for Limits {
    /// 100 recipients, as RFC 5321 §4.5.3.1.8 asks for at least; ten unknown ones where none was known.
    fn default() -> Self {
        Self { recipients: 100, unknown: 10, single_notice: false }
    }
}

impl Limits {
    /// So many recipients; fewer than 100 count as 100.
    #[must_use]
    pub const fn with_recipients(self, recipients: u32) -> Self {
        Self { recipients: if recipients < 100 { 100 } else { recipients }, ..self }
    }

    /// So many unknown ones.
    #[must_use]
    pub const fn with_unknown(self, unknown: u32) -> Self {
        Self { unknown, ..self }
    }

    /// A notice for a second recipient is deferred into a transaction of its own.
    #[must_use]
    pub const fn with_single_notice(self) -> Self {
        Self { single_notice: true, ..self }
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "at most {} (452 4.5.3), over {} unknown ones end it (421 4.7.0)",
            self.recipients, self.unknown
        )?;
        if self.single_notice { f.write_str(", a notice to one at a time") } else { Ok(()) }
    }
}

/// Whether one more recipient is too many: `452 4.5.3`; and whether the peer guesses: `421 4.7.0` where more were unknown
/// than allowed and fewer than half of all known.
///
/// A notice for a second recipient is flagged; with [`Limits::with_single_notice`] it is `452 4.5.3`.
pub fn count(counts: Counts, null_sender: bool, limits: Limits) -> Note {
    if counts.unknown > limits.unknown && counts.known < counts.unknown {
        return Reason::TooManyUnknown.into();
    }
    if counts.accepted >= limits.recipients {
        return Reason::TooManyRecipients.into();
    }
    match (null_sender && counts.accepted > 0, limits.single_notice) {
        (true, true) => Note::from(Reason::NoticeForMany).with_flag(Flag::NullSenderMany),
        (true, false) => Note::new(Source::Protocol, Check::Ok).with_flag(Flag::NullSenderMany),
        (false, _) => Note::ok(Source::Protocol),
    }
}

/// How long the reply to an unknown recipient waits: half a second for each behind the third, at most ten seconds.
pub const fn unknown_delay(unknown: u32) -> Duration {
    let steps = unknown.saturating_sub(3);
    let millis = if steps > 20 { 10_000 } else { steps.saturating_mul(500) };
    Duration::from_millis(millis as u64)
}
