//! What is decided at DATA and at the final dot: sizes, lines, loops, the header, DMARC, scanners, the store.
//!
//! in:  what was counted and found      out: a note each
//! law: what failed here or can't be asked is deferred, never bounced later

use mailwright_message::{Report, Severity};

use crate::{Check, Flag, Lookup, Note, Origin, Reason, Source};

/// Whether DATA may begin: `554 5.5.1` where every recipient was refused.
pub fn data(accepted_recipients: u32) -> Note {
    if accepted_recipients == 0 { Reason::NoRecipients.into() } else { Note::ok(Source::Protocol) }
}

/// What the lines of the message hold.
///
/// A CR or LF that stands alone is refused to strangers, since it may end a message elsewhere than here; peers of ours get
/// it mended. A line over 998 octets is a flag; strict: `554 5.6.0`.
///
/// # RFC
///
/// RFC 5321 §2.3.8, §4.5.3.1.6
pub fn lines(origin: Origin, bare_newline: bool, longest: u64, strict: bool) -> Note {
    let long = longest > 998;
    if bare_newline && !origin.is_ours() {
        return Note::from(Reason::BareNewline).with_flag(Flag::BareNewline);
    }
    let check = if long && strict { Check::from(Reason::LongLine) } else { Check::Ok };
    let note = Note::new(Source::Content, check);
    let note = if bare_newline { note.with_flag(Flag::BareNewline) } else { note };
    if long { note.with_flag(Flag::LongLine) } else { note }
}

/// Whether the message is bigger than the limit: `552 5.3.4`, once all of it was read.
pub fn size(octets: u64, limit: Option<u64>) -> Note {
    if limit.is_some_and(|limit| octets > limit) { Reason::TooBig.into() } else { Note::ok(Source::Store) }
}

/// How often a message has been here, by its trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "three facts of the trace")]
pub struct Passes {
    /// `Received` fields.
    pub received: u32,
    /// Of them, those that we wrote.
    pub by_us: u32,
    /// A `Delivered-To` names this very recipient.
    pub delivered_to: bool,
}

/// How many `Received` fields of ours a message may bear before it is a loop.
const MOST_BY_US: u32 = 5;
/// How many `Received` fields a message may bear (RFC 5321 §6.3 asks for at least 100).
const MOST_RECEIVED: u32 = 100;

/// Whether the message goes round: `554 5.4.6` over 100 `Received` fields, over 5 of ours, or delivered here before.
///
/// # RFC
///
/// RFC 5321 §6.3
pub fn looping(passes: Passes) -> Note {
    let loops = passes.received > MOST_RECEIVED || passes.by_us > MOST_BY_US || passes.delivered_to;
    if loops { Reason::Looping.into() } else { Note::ok(Source::Loop) }
}

/// What the validator found in the header section: a flag; strict: `554 5.6.0` where an error is about a field that must
/// stand once.
pub fn header(report: &Report, strict: bool) -> Note {
    let worst = report.worst() == Some(Severity::Error);
    let required = report.findings().iter().any(|finding| {
        let name = finding.field().unwrap_or_default();
        let required = ["from", "date", "sender"].iter().any(|field| name.eq_ignore_ascii_case(field));
        finding.severity() == Severity::Error && (required || finding.rule().id().ends_with("-missing"))
    });
    match (worst, strict && required) {
        (_, true) => Note::from(Reason::BadHeader).with_flag(Flag::BadHeader),
        (true, false) => Note::ok(Source::Content).with_flag(Flag::BadHeader),
        (false, false) => Note::ok(Source::Content),
    }
}

/// What DMARC asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 7489 §6.3, with what a receiver adds")]
pub enum Dmarc {
    /// It passes, or there is no policy.
    Fine,
    /// It fails, and the policy is none.
    FailNone,
    /// It fails, and the policy is quarantine.
    FailQuarantine,
    /// It fails, and the policy is reject; did neither SPF nor DKIM pass at all?
    FailReject {
        /// Neither passed, aligned or not.
        unauthenticated: bool,
    },
    /// It fails, but a chain or a list that is trusted vouches for it.
    Overridden,
    /// Not known now.
    Unknown,
}

/// What DMARC means: `550 5.7.1`, or `550 5.7.26` where neither SPF nor DKIM passed; flags for the rest; strict: `451
/// 4.7.26` where it is not known.
///
/// # RFC
///
/// RFC 7489 §6.6, §10.3; RFC 7372 §3.3
pub fn dmarc(result: Dmarc, strict: bool) -> Note {
    let ok = Note::ok(Source::Dmarc);
    match result {
        Dmarc::FailNone | Dmarc::Overridden => ok.with_flag(Flag::DmarcFail),
        Dmarc::FailQuarantine => ok.with_flag(Flag::DmarcFail).with_flag(Flag::Quarantine),
        Dmarc::FailReject { unauthenticated: false } => {
            Note::from(Reason::DmarcReject).with_flag(Flag::DmarcFail)
        }
        Dmarc::FailReject { unauthenticated: true } => {
            Note::from(Reason::DmarcUnauthenticated).with_flag(Flag::DmarcFail)
        }
        Dmarc::Unknown if strict => {
            Note::new(Source::Dmarc, Check::TempIfAccept(Reason::DmarcTemporary.into()))
        }
        Dmarc::Fine | Dmarc::Unknown => ok,
    }
}

/// What the signatures of a message are worth where a receiver asks for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 7372 §3.1")]
pub enum Dkim {
    /// As asked.
    Fine,
    /// None passes.
    NonePasses,
    /// None that passes is acceptable.
    NoneAcceptable,
    /// None is the author's domain's.
    NotAuthor,
    /// Not known now.
    Unknown,
}

/// What a receiver that asks for signatures says: `550 5.7.20`, `5.7.21`, `5.7.22`.
pub fn dkim(result: Dkim) -> Note {
    match result {
        Dkim::Fine => Note::ok(Source::Dmarc),
        Dkim::NonePasses => Reason::DkimNone.into(),
        Dkim::NoneAcceptable => Reason::DkimUnacceptable.into(),
        Dkim::NotAuthor => Reason::DkimNotAuthor.into(),
        Dkim::Unknown => Note::new(Source::Dmarc, Check::TempIfAccept(Reason::DmarcTemporary.into())),
    }
}

/// What a scanner says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed: what a scanner is asked")]
pub enum Scan {
    /// Nothing.
    Clean,
    /// Unwanted, to be stored apart.
    Suspicious,
    /// Unwanted.
    Spam,
    /// It harms.
    Virus,
}

/// What a scanner's word means: `550 5.7.1`, `554 5.7.1`; `451 4.3.0` where it can't be asked.
pub fn scan(result: Lookup<Scan>) -> Note {
    match result {
        Lookup::Is(Scan::Clean) => Note::ok(Source::Content),
        Lookup::Is(Scan::Suspicious) => Note::ok(Source::Content).with_flag(Flag::Quarantine),
        Lookup::Is(Scan::Spam) => Note::from(Reason::Spam).with_flag(Flag::Spam),
        Lookup::Is(Scan::Virus) => Reason::Virus.into(),
        Lookup::Unavailable => Note::new(Source::Content, Check::TempIfAccept(Reason::ScannerDown.into())),
    }
}

/// What became of storing the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed: it is stored, there is no room, it failed")]
pub enum Stored {
    /// It is stored.
    Done,
    /// There was no room.
    Full,
    /// Something failed.
    Failed,
}

/// What is said about the store: `452 4.3.1`, `451 4.3.0`. Where it is done, the reply is
/// [`Reply::queued`](mailwright_reply::Reply::queued).
pub fn stored(result: Stored) -> Note {
    match result {
        Stored::Done => Note::ok(Source::Store),
        Stored::Full => Reason::StoreFull.into(),
        Stored::Failed => Reason::StoreFailed.into(),
    }
}
