//! Counts an event in the record of a recipient.
//!
//! in:  a record and an event      out: the next record, and what changed
//! law: only faults of the recipient or its domain count, and only those that we heard or can prove

use core::time::Duration;

use mailwright_reply::{About, Cause, Strength, Suppression};

use crate::event::{Event, Happened, HeardBy};
use crate::key::{Key, Subject};
use crate::record::{Block, Reason, Record};
use crate::rules::{DomainCounts, Rules};

const DAY: u64 = 24 * 60 * 60;

/// What an event did to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// The recipient is left alone from here on.
    Suppressed(Block),
    /// It counts, but does not decide yet.
    Counted,
    /// The recipient may be mailed again.
    Released,
    /// What was counted so far counts no more.
    Forgotten,
    /// Nothing, and why.
    Ignored(Ignored),
}

/// Why an event changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Ignored {
    /// The refusal is about us, our mail, the way or the server.
    #[error("the refusal ({0}) is not the recipient's fault")]
    NotTheRecipient(Cause),
    /// A report without proof that we sent what it is about.
    #[error("nothing proves that the report is about mail of ours")]
    Unproven,
    /// An event of this id was counted already.
    #[error("the event was counted before")]
    Duplicate,
    /// So many recipients of the domain are unknown at once that its directory is not to be believed.
    #[error("the domain calls too many recipients unknown at once")]
    Outage,
    /// The key is of a mailbox and the event about its domain, or the other way round.
    #[error("the event is about another subject than the record")]
    OtherSubject,
    /// Nothing was known that it could change.
    #[error("nothing was known that it could change")]
    NothingKnown,
}

/// What is to be stored, and what changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// The next record; none: nothing is left worth storing, so remove it.
    pub record: Option<Record>,
    /// What changed.
    pub change: Change,
}

/// Counts an event in the record stored under `key`.
///
/// The keys of an event are those of [`Event::keys`]; `record` is what the store has there. `counts`: what the
/// recipient's domain said within the last hour, [`DomainCounts::default`] where nobody counts. Events may come late and
/// in any order: a delivery releases only what was seen before it.
///
/// # Examples
///
/// ```
/// use mailwright_hygiene::{Change, DomainCounts, Event, HeardBy, Key, Rules, Scope, apply};
/// use mailwright_reply::{Refusal, Stage, classify, standard};
///
/// let unknown = standard::unknown_user();
/// let verdict = classify(&Refusal::new(&unknown).with_stage(Stage::Recipient), mailwright_reply::Rules::built_in());
/// let event = Event::bounced(&verdict, HeardBy::Conversation, 1_790_000_000);
/// let key = Key::mailbox("ann@example.net".parse()?, Scope::All);
/// let applied = apply(&key, None, &event, &Rules::default(), DomainCounts::default());
/// assert!(matches!(applied.change, Change::Suppressed(_)));
/// # Ok::<(), mailwright_hygiene::KeyError>(())
/// ```
pub fn apply(
    key: &Key,
    record: Option<&Record>,
    event: &Event,
    rules: &Rules,
    counts: DomainCounts,
) -> Applied {
    let mut next = record.cloned().unwrap_or_default();
    let change = match event.id() {
        Some(id) if next.knows(id) => Change::Ignored(Ignored::Duplicate),
        Some(_) | None => step(key, &mut next, event, rules, counts),
    };
    if matches!(change, Change::Suppressed(_) | Change::Counted)
        && let Some(id) = event.id()
    {
        next.remember(id);
    }
    Applied { record: Some(next).filter(|record| !record.is_empty()), change }
}

fn step(key: &Key, next: &mut Record, event: &Event, rules: &Rules, counts: DomainCounts) -> Change {
    let at = event.at();
    match event.happened() {
        Happened::Bounced { cause, suppression, heard } => {
            let Some(suppression) = suppression else {
                return Change::Ignored(Ignored::NotTheRecipient(cause));
            };
            match believed(key, suppression, heard, rules, counts) {
                Ok(()) => bounced(next, cause, suppression, at, rules),
                Err(ignored) => Change::Ignored(ignored),
            }
        }
        Happened::Complained => wished(&mut next.complained, Reason::Complained, at, rules.complaint_for()),
        Happened::Unsubscribed => wished(&mut next.unsubscribed, Reason::Unsubscribed, at, None),
        Happened::Subscribed => {
            let left = [next.complained, next.unsubscribed].into_iter().flatten().any(|since| since <= at);
            next.complained = next.complained.filter(|since| *since > at);
            next.unsubscribed = next.unsubscribed.filter(|since| *since > at);
            if left { Change::Released } else { Change::Ignored(Ignored::NothingKnown) }
        }
        Happened::Blocked { until } => {
            let block = Block::new(Reason::Blocked, at, until).settled();
            next.blocked = Some(block);
            Change::Suppressed(block)
        }
        Happened::Delivered => released(next, at, false),
        Happened::Lifted => released(next, at, true),
    }
}

/// Whether a refusal counts at all.
fn believed(
    key: &Key,
    suppression: Suppression,
    heard: HeardBy,
    rules: &Rules,
    counts: DomainCounts,
) -> Result<(), Ignored> {
    let of_mailbox = suppression.about() == About::Mailbox;
    if heard == HeardBy::UnprovenReport {
        return Err(Ignored::Unproven);
    }
    if of_mailbox != matches!(key.subject, Subject::Mailbox(_)) {
        return Err(Ignored::OtherSubject);
    }
    if of_mailbox && suppression.strength() != Strength::Soft && rules.looks_like_outage(counts) {
        return Err(Ignored::Outage);
    }
    Ok(())
}

/// A refusal that is the recipient's fault.
fn bounced(next: &mut Record, cause: Cause, suppression: Suppression, at: u64, rules: &Rules) -> Change {
    let soft = suppression.strength() == Strength::Soft;
    let hard = suppression.strength() == Strength::Hard;
    let decided = if soft {
        seen_softly(next, at, rules)
    } else if hard && rules.hard_sightings() < 2 {
        true
    } else {
        seen_twice(next, at, rules)
    };
    if !decided {
        return Change::Counted;
    }
    let holds_for = match (suppression.about(), soft) {
        (About::Domain, _) => rules.domain_for(),
        (_, true) => rules.soft_for(),
        (_, false) => rules.hard_for(),
    };
    let reason = if soft { Reason::Unreachable } else { Reason::Gone };
    let until = holds_for.map(|gap| at.saturating_add(gap.as_secs()));
    let block = Block { reason, cause: Some(cause), since: at, until }.settled();
    let new = match next.bounced {
        // Who is gone stays gone, whatever a later refusal adds.
        Some(old) if old.holds(at) && (old.reason <= reason || old.since > at) => false,
        Some(_) | None => true,
    };
    if new {
        next.bounced = Some(block);
        Change::Suppressed(block)
    } else {
        Change::Counted
    }
}

/// Notes a doubtful refusal; whether it is the second, long enough after the first.
fn seen_twice(next: &mut Record, at: u64, rules: &Rules) -> bool {
    let memory = rules.memory().as_secs();
    let (first, last) = match next.sighted {
        Some((first, last)) if at.saturating_sub(last) <= memory && first.saturating_sub(at) <= memory => {
            (first.min(at), last.max(at))
        }
        Some((first, last)) if at < first => (first, last),
        Some(_) | None => (at, at),
    };
    next.sighted = Some((first, last));
    Duration::from_secs(last.saturating_sub(first)) >= rules.apart()
}

/// Notes a soft refusal; whether it was seen on enough days.
fn seen_softly(next: &mut Record, at: u64, rules: &Rules) -> bool {
    let day = u32::try_from(at / DAY).unwrap_or(u32::MAX);
    if let Err(place) = next.days.binary_search(&day) {
        next.days.insert(place, day);
    }
    let memory = u32::try_from(rules.memory().as_secs() / DAY).unwrap_or(u32::MAX);
    let newest = next.days.last().copied().unwrap_or(day);
    next.days.retain(|day| newest.saturating_sub(*day) <= memory);
    if next.days.len() > Record::KEPT {
        // The first and the last tell how far apart they lie; one between them is the least loss.
        next.days.remove(1);
    }
    let first = next.days.first().copied().unwrap_or(day);
    let spread = Duration::from_secs(u64::from(newest.saturating_sub(first)).saturating_mul(DAY));
    next.days.len() >= usize::from(rules.soft_days()) && spread >= rules.soft_spread()
}

/// A wish of the reader. One that ran out and is made again decides anew.
fn wished(field: &mut Option<u64>, reason: Reason, at: u64, holds_for: Option<Duration>) -> Change {
    let until = |since: u64| holds_for.map(|gap| since.saturating_add(gap.as_secs()));
    let held = field.is_some_and(|since| Block::new(reason, since, until(since)).holds(at));
    *field = Some(field.unwrap_or(at).max(at));
    if held { Change::Counted } else { Change::Suppressed(Block::new(reason, at, until(at)).settled()) }
}

/// A delivery forgets the refusals before it; a person also what a person set.
fn released(next: &mut Record, at: u64, by_hand: bool) -> Change {
    let before = next.clone();
    let day = u32::try_from(at / DAY).unwrap_or(u32::MAX);
    next.bounced = next.bounced.filter(|block| block.since > at);
    next.sighted = next.sighted.filter(|(_, last)| *last > at).map(|(first, last)| (first.max(at), last));
    next.days.retain(|seen| *seen > day);
    if by_hand {
        next.blocked = next.blocked.filter(|block| block.since > at);
    }
    if before.bounced != next.bounced || before.blocked != next.blocked {
        Change::Released
    } else if before == *next {
        Change::Ignored(Ignored::NothingKnown)
    } else {
        Change::Forgotten
    }
}
