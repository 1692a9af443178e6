//! Makes one verdict of what all checks said about one recipient.
//!
//! in:  notes in any order, any number of times      out: accept, defer or refuse
//! law: commutative and idempotent; a look-up that failed never turns anything into a refusal

use core::fmt;

use mailwright_reply::{Reply, Stage};

use super::{Flag, Flags, Reason, Source, Sources, Why};
use crate::Origin;

/// What one check says.
///
/// # Examples
///
/// ```
/// use mailwright_policy::{Check, Origin, Reason, Sources, Source, Tally, Verdict};
///
/// // A block list names the peer, but the allow-list that could have lifted it can't be asked.
/// let mut tally = Tally::new(Origin::Internet, false);
/// tally.note(Check::from(Reason::Listed));
/// tally.note(Check::TempIfReject { why: Reason::UserLookupDown.into(), lifts: Sources::of(&[Source::Dnsbl]) });
/// let Verdict::Tempfail(why) = tally.finish().verdict else { unreachable!() };
/// assert_eq!((why.number(), why.reason()), (450, Reason::Listed));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed: the six kinds of note are the algebra")]
pub enum Check {
    /// Nothing to say.
    Ok,
    /// Something worth noting.
    Flag(Flag),
    /// Refuse.
    Reject(Why),
    /// Defer, unless somebody refuses.
    Temp(Why),
    /// A look-up that could have refused is down: defer, unless somebody refuses.
    TempIfAccept(Why),
    /// A look-up that could have allowed is down: refusals of these sources become deferrals.
    TempIfReject {
        /// What is down.
        why: Why,
        /// Whose refusals it could have lifted.
        lifts: Sources,
    },
}

/// A check with its source, and what else it saw: what every decision of this room gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Note {
    /// Who says it.
    pub source: Source,
    /// What it says.
    pub check: Check,
    /// What it saw on the way.
    pub flags: Flags,
}

/// What becomes of a recipient, or of the whole transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[expect(clippy::exhaustive_enums, reason = "closed: the classes of replies, RFC 5321 §4.2.1")]
pub enum Verdict {
    /// Go on.
    Accept,
    /// Not now.
    Tempfail(Why),
    /// No.
    Reject(Why),
}

/// A verdict and everything noted on the way to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Decision {
    /// What is decided.
    pub verdict: Verdict,
    /// What was noted.
    pub flags: Flags,
}

/// Collects notes about one recipient; it holds no heap.
///
/// A refusal only because HELO does not lead to the peer becomes a flag (RFC 5321 §4.1.4). For a role recipient
/// (postmaster, abuse) lists, reverse names, HELO, greylist and content refuse nothing; syntax, rate and relay do. From
/// an origin of ours HELO, reverse names, lists, greylist and SPF are not heard. A refusal that was not heard leaves
/// [`Flag::Exempted`].
#[derive(Clone, Copy, Debug)]
pub struct Tally {
    exempt: Sources,
    flags: Flags,
    /// The foremost refusal of each source.
    rejects: [Option<Reason>; Source::ALL.len()],
    refused: Sources,
    lifts: Sources,
    later: Option<Why>,
}

/// Not heard where the recipient is a role.
const ROLE: Sources = Sources::of(&[
    Source::Blocklist,
    Source::Dnsbl,
    Source::Helo,
    Source::Rdns,
    Source::Greylist,
    Source::Content,
]);

/// Not heard where the peer is ours. SPF among them: who has logged in writes from any address.
const OURS: Sources = Sources::of(&[
    Source::Blocklist,
    Source::Dnsbl,
    Source::Helo,
    Source::Rdns,
    Source::Spf,
    Source::Greylist,
]);

impl Tally {
    /// An empty tally. `is_role`: the recipient is postmaster or another role that must be reachable.
    pub const fn new(origin: Origin, is_role: bool) -> Self {
        let exempt = if is_role { ROLE } else { Sources::NONE };
        let exempt = if origin.is_ours() { exempt.and(OURS) } else { exempt };
        Self {
            exempt,
            flags: Flags::NONE,
            rejects: [None; Source::ALL.len()],
            refused: Sources::NONE,
            lifts: Sources::NONE,
            later: None,
        }
    }

    /// These sources are not heard either: an allow-list says so.
    #[must_use]
    pub const fn with_exempt(self, sources: Sources) -> Self {
        Self { exempt: self.exempt.and(sources), ..self }
    }

    /// Takes a note.
    pub fn note(&mut self, note: impl Into<Note>) {
        let Note { source, check, flags } = note.into();
        self.flags = self.flags.and(flags);
        if let Check::Flag(flag) = check {
            self.flags = self.flags.with(flag);
        }
        if matches!(check, Check::Ok | Check::Flag(_)) {
            return;
        }
        if self.exempt.has(source) {
            self.flags = self.flags.with_if(matches!(check, Check::Reject(_)), Flag::Exempted);
            return;
        }
        match check {
            Check::Ok | Check::Flag(_) => {}
            Check::Reject(_) if source == Source::HeloAddress => {
                self.flags = self.flags.with(Flag::HeloForwardMismatch);
            }
            Check::Reject(why) if why.is_temporary() => self.defer(why),
            Check::Reject(why) => {
                self.refused = self.refused.with(source);
                if let Some(kept) = self.rejects.get_mut(source as usize) {
                    let first = kept.is_none_or(|kept| Why::from(kept).rank(why).is_gt());
                    if first {
                        *kept = Some(why.reason());
                    }
                }
            }
            // A deferral that a check words as a refusal stays a deferral.
            Check::Temp(why) | Check::TempIfAccept(why) => {
                if source != Source::HeloAddress {
                    self.defer(if why.is_temporary() { why } else { why.softened() });
                }
            }
            Check::TempIfReject { lifts, .. } => self.lifts = self.lifts.and(lifts),
        }
    }

    /// Takes the notes of another tally of the same recipient, as when checks ran side by side.
    pub fn merge(&mut self, other: &Self) {
        self.flags = self.flags.and(other.flags);
        self.lifts = self.lifts.and(other.lifts);
        for source in other.refused.iter() {
            let reason = other.rejects.get(source as usize).copied().flatten();
            if let Some(reason) = reason {
                self.note(Note::new(source, Check::Reject(reason.into())));
            }
        }
        if let Some(why) = other.later {
            self.defer(why);
        }
    }

    /// The verdict: a refusal that nothing could have lifted, else a deferral if there is any, else accept.
    pub fn finish(self) -> Decision {
        let mut later = self.later;
        for source in self.refused.iter() {
            let Some(reason) = self.rejects.get(source as usize).copied().flatten() else { continue };
            let why = Why::from(reason);
            if !self.lifts.has(source) {
                return Decision { verdict: Verdict::Reject(why), flags: self.flags };
            }
            later = Some(foremost(later, why.softened()));
        }
        Decision { verdict: later.map_or(Verdict::Accept, Verdict::Tempfail), flags: self.flags }
    }

    fn defer(&mut self, why: Why) {
        self.later = Some(foremost(self.later, why));
    }
}

fn foremost(one: Option<Why>, other: Why) -> Why {
    one.map_or(other, |one| if one.rank(other).is_le() { one } else { other })
}

impl Note {
    /// A note without flags.
    pub const fn new(source: Source, check: Check) -> Self {
        Self { source, check, flags: Flags::NONE }
    }

    /// A note that has nothing to say.
    pub const fn ok(source: Source) -> Self {
        Self::new(source, Check::Ok)
    }

    /// The same with what was seen.
    #[must_use]
    pub const fn with_flags(self, flags: Flags) -> Self {
        Self { flags: self.flags.and(flags), ..self }
    }

    /// The same with one more flag.
    #[must_use]
    pub const fn with_flag(self, flag: Flag) -> Self {
        Self { flags: self.flags.with(flag), ..self }
    }

    /// The verdict of this note alone, with an origin from the Internet and an ordinary recipient.
    pub fn decide(self) -> Decision {
        let mut tally = Tally::new(Origin::Internet, false);
        tally.note(self);
        tally.finish()
    }

    /// The reason, where it refuses or defers.
    pub const fn why(self) -> Option<Why> {
        match self.check {
            Check::Reject(why) | Check::Temp(why) | Check::TempIfAccept(why) => Some(why),
            Check::Ok | Check::Flag(_) | Check::TempIfReject { .. } => None,
        }
    }
}

/// Refuses or defers, as the code of the reason says.
impl From<Why> for Check {
    fn from(why: Why) -> Self {
        if why.is_temporary() { Self::Temp(why) } else { Self::Reject(why) }
    }
}

/// Refuses or defers, as the code of the reason says.
impl From<Reason> for Check {
    fn from(reason: Reason) -> Self {
        Why::from(reason).into()
    }
}

impl From<Check> for Note {
    fn from(check: Check) -> Self {
        let source = match check {
            Check::Reject(why)
            | Check::Temp(why)
            | Check::TempIfAccept(why)
            | Check::TempIfReject { why, .. } => why.reason().source(),
            Check::Ok | Check::Flag(_) => Source::Protocol,
        };
        Self::new(source, check)
    }
}

impl From<Reason> for Note {
    fn from(reason: Reason) -> Self {
        Check::from(reason).into()
    }
}

impl From<Why> for Note {
    fn from(why: Why) -> Self {
        Check::from(why).into()
    }
}

impl Verdict {
    /// The reason, but for an accept.
    pub const fn why(self) -> Option<Why> {
        match self {
            Self::Accept => None,
            Self::Tempfail(why) | Self::Reject(why) => Some(why),
        }
    }

    /// The reply of a refusal or deferral at this stage; `None` for an accept, whose words are the server's.
    pub fn reply(self, stage: Stage) -> Option<Reply> {
        self.why().map(|why| why.reply(stage))
    }

    /// Whether it is an accept.
    pub const fn is_accept(self) -> bool {
        matches!(self, Self::Accept)
    }

    /// Whether it is a refusal for good.
    pub const fn is_reject(self) -> bool {
        matches!(self, Self::Reject(_))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.why() {
            None => f.write_str("accept"),
            Some(why) => fmt::Display::fmt(&why, f),
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.verdict, f)?;
        if self.flags.is_empty() { Ok(()) } else { write!(f, " [{}]", self.flags) }
    }
}
