//! Decides whether a recipient may be mailed in a stream.
//!
//! in:  what is known of the recipient, and the time      out: yes, once more as a probe, or no, and who says so
//! law: every no names the record that decided

use core::fmt;

use crate::consent::{Consent, Provenance};
use crate::key::AddressKey;
use crate::record::{Block, Reason, Record};
use crate::rules::Rules;
use crate::stream::{Stream, StreamKind};
use crate::typo::{is_role_account, suggest_domain};

/// What the embedder's store has of a recipient. Leave out what there is nothing of.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "filled in by name, `..Known::default()` for the rest")]
pub struct Known<'a> {
    /// The record of the mailbox for all mail.
    pub mailbox: Option<&'a Record>,
    /// The record of the mailbox in this stream.
    pub in_stream: Option<&'a Record>,
    /// The record of its domain.
    pub domain: Option<&'a Record>,
    /// Where the address came from.
    pub consent: Option<&'a Consent>,
    /// When the reader last opened, clicked, answered or bought; Unix seconds.
    pub engaged: Option<u64>,
    /// How many messages of this stream it got within the last 24 hours.
    pub sent_last_day: u32,
}

/// Who decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Decider {
    /// The record of the mailbox for all mail.
    MailboxRecord,
    /// The record of the mailbox in this stream.
    StreamRecord,
    /// The record of its domain.
    DomainRecord,
    /// The consent, or that there is none.
    Consent,
    /// The address itself.
    Address,
    /// The time since the reader last engaged.
    Engagement,
    /// The number of messages within a day.
    Rate,
}

impl fmt::Display for Decider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MailboxRecord => "the record of the mailbox",
            Self::StreamRecord => "the record of the mailbox in this stream",
            Self::DomainRecord => "the record of the domain",
            Self::Consent => "the consent",
            Self::Address => "the address itself",
            Self::Engagement => "the last engagement",
            Self::Rate => "the number of messages within a day",
        })
    }
}

/// Why a recipient may not be mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Unsendable {
    /// It is suppressed.
    Suppressed(Block),
    /// Bulk mail needs consent and there is none.
    NoConsent,
    /// The address came from where permission never comes from.
    Provenance(Provenance),
    /// An office, not a reader: nobody subscribed it.
    RoleAccount,
    /// The reader has been silent for too long: the mailbox may have become a trap.
    Sunset {
        /// Since when, in Unix seconds.
        since: u64,
    },
    /// The stream has sent enough for today.
    Rate {
        /// The most messages in 24 hours.
        daily: u32,
    },
}

/// What a person should look at, though mail may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Warning {
    /// The domain is one slip away from this big one; ask the reader before the first message.
    ProbablyMeant(&'static str),
}

/// Whether a recipient may be mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendDecision {
    /// Yes.
    Send {
        /// What a person should look at.
        warning: Option<Warning>,
    },
    /// Yes, one message, to see whether it lives again: then store [`Record::with_probe`] of that record.
    Probe {
        /// Whose suppression has run out.
        decider: Decider,
        /// That suppression.
        block: Block,
    },
    /// No.
    No {
        /// Why.
        why: Unsendable,
        /// Who says so.
        decider: Decider,
        /// When to ask again, in Unix seconds; none: never, unless something changes.
        until: Option<u64>,
    },
}

impl SendDecision {
    /// Whether one message may go.
    pub const fn may_send(&self) -> bool {
        match self {
            Self::Send { .. } | Self::Probe { .. } => true,
            Self::No { .. } => false,
        }
    }
}

impl fmt::Display for SendDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send { warning: None } => f.write_str("yes"),
            Self::Send { warning: Some(Warning::ProbablyMeant(domain)) } => {
                write!(f, "yes, but {domain} was probably meant")
            }
            Self::Probe { decider, block } => {
                write!(f, "yes, one message: {decider} says {}, but that has run out", block.reason)
            }
            Self::No { why, decider, .. } => {
                f.write_str("no: ")?;
                match why {
                    Unsendable::Suppressed(block) => match block.cause {
                        Some(cause) => write!(f, "{decider} says {} ({cause})", block.reason),
                        None => write!(f, "{decider} says {}", block.reason),
                    },
                    Unsendable::NoConsent => f.write_str("bulk mail needs consent, and there is none"),
                    Unsendable::Provenance(from) => {
                        write!(f, "an address of provenance {from:?} gives no permission")
                    }
                    Unsendable::RoleAccount => {
                        f.write_str("the address belongs to an office, not to a reader")
                    }
                    Unsendable::Sunset { .. } => f.write_str("the reader has been silent for too long"),
                    Unsendable::Rate { daily } => write!(f, "{daily} messages a day are enough"),
                }
            }
        }
    }
}

/// Decides whether a recipient may be mailed in a stream at `now` (Unix seconds).
///
/// In this order: suppressed? consent? an office or a trap? silent for too long? enough for today? The first no is the
/// answer. A complaint ends bulk mail and leaves receipts alone; who unsubscribed is out of that stream only.
///
/// # Examples
///
/// ```
/// use mailwright_hygiene::{Consent, Known, Provenance, Rules, Stream, may_send};
///
/// let consent = Consent::new(Provenance::DoubleOptIn, 1_790_000_000);
/// let known = Known { consent: Some(&consent), ..Known::default() };
/// let (ann, rules, now) = ("ann@example.net".parse()?, Rules::default(), 1_790_100_000);
/// assert!(may_send(&ann, Stream::bulk("news"), &known, now, &rules).may_send());
/// assert!(!may_send(&ann, Stream::bulk("news"), &Known::default(), now, &rules).may_send());
/// # Ok::<(), mailwright_hygiene::KeyError>(())
/// ```
pub fn may_send(
    recipient: &AddressKey,
    stream: Stream<'_>,
    known: &Known<'_>,
    now: u64,
    rules: &Rules,
) -> SendDecision {
    let suppressed = suppressed(stream, known, now, rules);
    if let Some(no @ SendDecision::No { .. }) = suppressed {
        return no;
    }
    let bulk = stream.kind() == StreamKind::Bulk;
    let no = |why, decider, until| SendDecision::No { why, decider, until };
    match known.consent {
        Some(consent) if !consent.provenance().is_permission() => {
            return no(Unsendable::Provenance(consent.provenance()), Decider::Consent, None);
        }
        None if bulk => return no(Unsendable::NoConsent, Decider::Consent, None),
        Some(_) | None => {}
    }
    if bulk && is_role_account(recipient.local_part()) {
        return no(Unsendable::RoleAccount, Decider::Address, None);
    }
    let alive = known.engaged.into_iter().chain(known.consent.map(Consent::at)).max();
    if let (true, Some(since), Some(silence)) = (bulk, alive, rules.sunset())
        && now.saturating_sub(since) > silence.as_secs()
    {
        return no(Unsendable::Sunset { since }, Decider::Engagement, None);
    }
    if let Some(daily) = stream.daily().filter(|daily| known.sent_last_day >= *daily) {
        return no(Unsendable::Rate { daily }, Decider::Rate, Some(now.saturating_add(24 * 60 * 60)));
    }
    suppressed.unwrap_or_else(|| SendDecision::Send {
        warning: suggest_domain(recipient.domain()).map(Warning::ProbablyMeant),
    })
}

/// No where a suppression holds, a probe where one has run out, nothing where there is none.
fn suppressed(stream: Stream<'_>, known: &Known<'_>, now: u64, rules: &Rules) -> Option<SendDecision> {
    let records = [
        (known.mailbox, Decider::MailboxRecord),
        (known.in_stream, Decider::StreamRecord),
        (known.domain, Decider::DomainRecord),
    ];
    let mut probe = None;
    for (record, decider) in records {
        for mut block in record.into_iter().flat_map(Record::blocks) {
            if block.reason == Reason::Complained {
                if stream.kind() == StreamKind::Transactional {
                    continue;
                }
                block.until = rules.complaint_for().map(|gap| block.since.saturating_add(gap.as_secs()));
            }
            if block.holds(now) {
                let why = Unsendable::Suppressed(block);
                return Some(SendDecision::No { why, decider, until: block.until });
            }
            if matches!(block.reason, Reason::Gone | Reason::Unreachable) && probe.is_none() {
                probe = Some(SendDecision::Probe { decider, block });
            }
        }
    }
    probe
}
