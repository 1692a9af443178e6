//! What the name in HELO says about the peer, and which name we say ourselves.
//!
//! in:  the argument of HELO or EHLO, who the peer is, who we are, what was looked up      out: flags, a note by mode
//! law: never a refusal only because the name does not lead to the peer's address (RFC 5321 §4.1.4)

use core::net::IpAddr;

use mailwright_spf::Verdict as Spf;

mod assess;
pub use assess::assess;
mod forward;
pub use forward::{Forward, Look};
mod own;
pub use own::{Candidates, Fault, IdentityProblem, own_name};

use crate::{Check, Flag, Flags, Note, Origin, Reason, Source, reverse};

/// The peer, as far as its HELO name is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    address: IpAddr,
    origin: Origin,
    submission: bool,
}

/// What was looked up about the name; what was not stays as it is.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    forward: Option<Forward>,
    reverse: Option<&'a reverse::Report>,
    spf: Option<Spf>,
    before: Option<&'a [u8]>,
}

/// How much a receiver makes of HELO names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed: the three columns of the table")]
pub enum Mode {
    /// Flags only.
    Observe,
    /// Refuses what can only be a lie or an attack: no name, controls, our own name or address.
    #[default]
    Usual,
    /// Refuses what real mail servers don't say. Real mail is lost.
    Strict,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Everything that was seen.
    pub flags: Flags,
    /// The peer is ours, or sends on a submission port: its name means nothing.
    pub exempt: bool,
    /// The name is our domain, and SPF says that the peer may not use it.
    pub forged: bool,
}

/// One row: what was seen, and what each mode says to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// What was seen.
    pub flag: Flag,
    /// What [`Mode::Usual`] says; `None` for a flag alone.
    pub usual: Option<Reason>,
    /// What [`Mode::Strict`] says; `None` for a flag alone.
    pub strict: Option<Reason>,
}

const fn row(flag: Flag, usual: Option<Reason>, strict: Option<Reason>) -> Row {
    Row { flag, usual, strict }
}

/// The whole table.
pub const TABLE: &[Row] = &[
    row(Flag::HeloMissing, Some(Reason::HeloMissing), Some(Reason::HeloMissing)),
    row(Flag::HeloHostile, Some(Reason::HeloHostile), Some(Reason::HeloHostile)),
    row(Flag::HeloSyntax, None, Some(Reason::HeloSyntax)),
    row(Flag::HeloUnqualified, None, Some(Reason::HeloUnqualified)),
    row(Flag::HeloBareIp, None, Some(Reason::HeloBareIp)),
    row(Flag::HeloLiteral, None, None),
    row(Flag::HeloLiteralMismatch, None, Some(Reason::HeloLiteral)),
    row(Flag::HeloOurName, Some(Reason::HeloOurName), Some(Reason::HeloOurName)),
    row(Flag::HeloOurDomain, None, Some(Reason::HeloOurDomain)),
    row(Flag::HeloOurAddress, Some(Reason::HeloOurAddress), Some(Reason::HeloOurAddress)),
    row(Flag::HeloLocalhost, None, Some(Reason::HeloLocalhost)),
    row(Flag::HeloSpecialUse, None, Some(Reason::HeloSpecialUse)),
    row(Flag::HeloNoForward, None, Some(Reason::HeloNoForward)),
    row(Flag::HeloForwardMismatch, None, Some(Reason::HeloMismatch)),
    row(Flag::HeloUnknown, None, Some(Reason::HeloUnknown)),
    row(Flag::HeloRdnsMismatch, None, None),
    row(Flag::HeloRelated, None, None),
    row(Flag::HeloDynamic, None, Some(Reason::HeloDynamic)),
    row(Flag::HeloProvider, None, Some(Reason::HeloProvider)),
    row(Flag::HeloSpfFail, None, Some(Reason::HeloSpf)),
    row(Flag::HeloSpfPass, None, None),
    row(Flag::HeloChanged, None, None),
];

impl Report {
    /// What the mode makes of it: the foremost refusal, else the foremost deferral, else the flags alone.
    pub fn note(&self, mode: Mode) -> Note {
        let mut note = Note::new(Source::Helo, Check::Ok).with_flags(self.flags);
        if self.exempt || mode == Mode::Observe {
            return note;
        }
        // That an address stands there bare is the least that is wrong with one of ours, or one that is everybody's own.
        let whose = self.flags.has(Flag::HeloOurAddress) || self.flags.has(Flag::HeloLocalhost);
        let counts = |row: &&Row| self.flags.has(row.flag) && !(whose && row.flag == Flag::HeloBareIp);
        for row in TABLE.iter().filter(counts) {
            let forged = self.forged && row.flag == Flag::HeloOurDomain;
            let said = if mode == Mode::Strict || forged { row.strict } else { row.usual };
            let Some(reason) = said.filter(|reason| reason.source() != Source::HeloAddress) else { continue };
            let other = Note::from(reason).with_flags(self.flags);
            let other = if reason == Reason::HeloUnknown {
                Note { check: Check::TempIfAccept(reason.into()), ..other }
            } else {
                other
            };
            let stronger = match (note.check, other.check) {
                (Check::Reject(kept), Check::Reject(new)) => new.rank(kept).is_lt(),
                (Check::Reject(_), _) => false,
                (Check::Ok, _) | (_, Check::Reject(_)) => true,
                _ => false,
            };
            if stronger {
                note = other;
            }
        }
        note
    }
}

impl Peer {
    /// A peer from the Internet, on the port where servers talk.
    pub const fn new(address: IpAddr) -> Self {
        Self { address, origin: Origin::Internet, submission: false }
    }

    /// Another origin.
    #[must_use]
    pub const fn with_origin(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    /// On a submission port, where mail programs say anything.
    #[must_use]
    pub const fn on_submission(self) -> Self {
        Self { submission: true, ..self }
    }

    /// Its address.
    pub const fn address(self) -> IpAddr {
        self.address
    }

    /// Where it comes from.
    pub const fn origin(self) -> Origin {
        self.origin
    }

    const fn is_exempt(self) -> bool {
        self.origin.is_ours() || self.submission
    }
}

impl<'a> Evidence<'a> {
    /// Nothing was looked up.
    pub const fn none() -> Self {
        Self { forward: None, reverse: None, spf: None, before: None }
    }

    /// Where the name leads.
    #[must_use]
    pub const fn with_forward(self, forward: Forward) -> Self {
        Self { forward: Some(forward), ..self }
    }

    /// The reverse names of the peer.
    #[must_use]
    pub const fn with_reverse(self, reverse: &'a reverse::Report) -> Self {
        Self { reverse: Some(reverse), ..self }
    }

    /// SPF of the HELO identity (RFC 7208 §2.3).
    #[must_use]
    pub const fn with_spf(self, spf: Spf) -> Self {
        Self { spf: Some(spf), ..self }
    }

    /// The name of an earlier HELO on this connection; not across STARTTLS, behind which everything starts anew
    /// (RFC 3207 §4.2).
    #[must_use]
    pub const fn with_earlier(self, before: &'a [u8]) -> Self {
        Self { before: Some(before), ..self }
    }
}
