//! What is asked of a mail program that hands in mail: TLS, a login, a sender that is its own, a header that is whole.
//!
//! in:  the listener, the login and its grants, the header      out: notes, mechanisms to offer, mends
//! law: no password is asked for in clear; what is signed is never changed

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use mailwright_address::{Mailbox, MailboxRef, ReversePathRef};
use mailwright_dns::Name;

mod header;
pub use header::{Mend, mends};
mod instructions;
pub use instructions::{Instructions, Setup, instructions};

use crate::sender::Demand;
use crate::{Flag, Lookup, Note, Reason, Source};

/// A port for mail programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listener {
    /// The port.
    pub port: u16,
    /// How TLS begins.
    pub tls: Tls,
}

/// How TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 8314 §3.3")]
pub enum Tls {
    /// With the first octet.
    Implicit,
    /// Behind STARTTLS.
    StartTls,
}

impl Listener {
    /// Port 465: TLS from the first octet, preferred (RFC 8314 §3.3).
    pub const fn implicit_465() -> Self {
        Self { port: 465, tls: Tls::Implicit }
    }

    /// Port 587: STARTTLS (RFC 6409 §3.1).
    pub const fn starttls_587() -> Self {
        Self { port: 587, tls: Tls::StartTls }
    }

    /// What it asks for before MAIL: TLS and a login, even for mail to local users.
    pub const fn demand(self) -> Demand {
        Demand::Login
    }
}

/// A mechanism of AUTH.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Mechanism {
    /// The client certificate of TLS.
    External,
    /// A challenge; the password is not shown.
    ScramSha256,
    /// A challenge; the server keeps the password.
    CramMd5,
    /// A token.
    OAuthBearer,
    /// A token, before the standard.
    XOAuth2,
    /// The password.
    Plain,
    /// The password, before the standard.
    Login,
}

impl Mechanism {
    /// Every mechanism, the strongest first.
    pub const ALL: [Self; 7] = [
        Self::External,
        Self::ScramSha256,
        Self::CramMd5,
        Self::OAuthBearer,
        Self::XOAuth2,
        Self::Plain,
        Self::Login,
    ];

    /// Whether whoever listens learns the password or token.
    pub const fn shows_secret(self) -> bool {
        matches!(self, Self::Plain | Self::Login | Self::OAuthBearer | Self::XOAuth2)
    }

    /// The name in EHLO.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::External => "EXTERNAL",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::CramMd5 => "CRAM-MD5",
            Self::OAuthBearer => "OAUTHBEARER",
            Self::XOAuth2 => "XOAUTH2",
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
        }
    }
}

/// Which logins are taken.
///
/// By default none before TLS, not even those that show no password; a loopback peer is no exception unless it is said so.
#[derive(Clone, Debug)]
pub struct Policy {
    mechanisms: Vec<Mechanism>,
    clear: Clear,
    most_failures: u32,
}

/// What is taken without TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "nothing, challenges, or a peer of this host")]
pub enum Clear {
    /// No login at all.
    #[default]
    Nothing,
    /// Mechanisms that show no password.
    Challenges,
    /// Anything from this very host.
    Loopback,
}

/// The state of a connection, as far as AUTH is concerned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, clippy::struct_excessive_bools, reason = "four facts of a connection")]
pub struct State {
    /// TLS is on.
    pub tls: bool,
    /// The peer is this host.
    pub loopback: bool,
    /// Somebody logged in.
    pub logged_in: bool,
    /// MAIL was accepted.
    pub in_transaction: bool,
}

impl Policy {
    /// These mechanisms, strongest first in EHLO; four failures end the connection.
    pub fn new(mechanisms: impl IntoIterator<Item = Mechanism>) -> Self {
        let mut mechanisms: Vec<Mechanism> = mechanisms.into_iter().collect();
        mechanisms.sort();
        mechanisms.dedup();
        Self { mechanisms, clear: Clear::Nothing, most_failures: 4 }
    }

    /// What is taken without TLS.
    #[must_use]
    pub fn with_clear(self, clear: Clear) -> Self {
        Self { clear, ..self }
    }

    /// How many failures end the connection.
    #[must_use]
    pub fn with_most_failures(self, failures: u32) -> Self {
        Self { most_failures: failures, ..self }
    }

    /// The mechanisms that EHLO offers in this state.
    pub fn offered(&self, state: State) -> impl Iterator<Item = Mechanism> {
        self.mechanisms
            .iter()
            .copied()
            .filter(move |mechanism| !state.logged_in && self.allows(*mechanism, state))
    }

    fn allows(&self, mechanism: Mechanism, state: State) -> bool {
        state.tls
            || match self.clear {
                Clear::Nothing => false,
                Clear::Challenges => !mechanism.shows_secret() && mechanism != Mechanism::External,
                Clear::Loopback => state.loopback,
            }
    }

    /// Whether AUTH with this mechanism may begin: `503 5.5.1` out of turn, `538 5.7.11` in clear, `534 5.7.9` for one that
    /// is not taken. An initial response is dropped unread then, and never logged.
    ///
    /// # RFC
    ///
    /// RFC 4954 §4, §6
    pub fn begin(&self, mechanism: Mechanism, state: State) -> Note {
        if state.logged_in || state.in_transaction {
            Reason::AuthOutOfTurn.into()
        } else if !self.allows(mechanism, state) {
            Reason::AuthInClear.into()
        } else if !self.mechanisms.contains(&mechanism) {
            Reason::AuthTooWeak.into()
        } else {
            Note::ok(Source::Submission)
        }
    }

    /// What is said to a login. `failures`: of this connection, this one included.
    ///
    /// Wrong: `535 5.7.8`; not known now: `454 4.7.0`; wrong too often: `421 4.7.0`.
    pub fn login(&self, good: Lookup<bool>, failures: u32) -> Note {
        match good {
            Lookup::Is(true) => Note::ok(Source::Submission),
            Lookup::Is(false) if failures >= self.most_failures => Reason::AuthFailures.into(),
            Lookup::Is(false) => Reason::BadCredentials.into(),
            Lookup::Unavailable => Reason::AuthNotNow.into(),
        }
    }
}

/// How long the reply to a failed login waits: one second, doubled each time, at most 16.
pub const fn failure_delay(failures: u32) -> Duration {
    let doubled = if failures > 5 { 5 } else { failures };
    Duration::from_secs(if doubled == 0 { 0 } else { 1_u64.wrapping_shl(doubled.saturating_sub(1)) })
}

/// A sender that a login may use.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Grant {
    /// This mailbox.
    Address(Mailbox),
    /// Every mailbox of this domain.
    Domain(Name),
    /// Every mailbox of this domain and of those below it.
    DomainAndBelow(Name),
    /// Any sender.
    Any,
}

/// What one login may do.
///
/// # Examples
///
/// ```
/// use mailwright_address::{Grammar, Mailbox, ReversePathRef};
/// use mailwright_policy::submission::{Grant, Grants, Sender};
///
/// let ann: Mailbox = "ann@example.org".parse()?;
/// let grants = Grants::new([Grant::Address(ann.clone())]);
/// let from = ReversePathRef::parse(b"<bob@example.org>", Grammar::strict())?;
/// assert_eq!(grants.sender(&from, [ann.view()], false), Sender::Denied);
/// # Ok::<(), mailwright_address::AddressError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Grants {
    grants: Vec<Grant>,
    rewrite: Option<Box<Mailbox>>,
}

/// Whether a login may use a sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed: yes, under another name, no")]
pub enum Sender<'g> {
    /// Yes.
    Allowed,
    /// With this address in its place.
    Rewrite(&'g Mailbox),
    /// No.
    Denied,
}

impl Grants {
    /// These senders.
    pub fn new(grants: impl IntoIterator<Item = Grant>) -> Self {
        Self { grants: grants.into_iter().collect(), rewrite: None }
    }

    /// A sender that is not allowed is replaced by this one instead of refused.
    #[must_use]
    pub fn with_rewrite(self, to: Mailbox) -> Self {
        Self { rewrite: Some(Box::new(to)), ..self }
    }

    /// Whether this address is one of the login's.
    pub fn covers(&self, mailbox: MailboxRef<'_>) -> bool {
        let name = || {
            let domain = mailbox.host().domain()?;
            Name::from_dotted(domain.to_ascii().as_bytes()).ok()
        };
        self.grants.iter().any(|grant| match grant {
            Grant::Any => true,
            Grant::Address(own) => same(own.view(), mailbox),
            Grant::Domain(domain) => name().is_some_and(|name| name == *domain),
            Grant::DomainAndBelow(domain) => name().is_some_and(|name| name.is_within(domain)),
        })
    }

    /// Whether the login may send with this return path and these authors (From and Sender of the header).
    ///
    /// `notice`: the login is one that sends notices; only then may the return path be null.
    pub fn sender<'m>(
        &self,
        path: &ReversePathRef<'_>,
        authors: impl IntoIterator<Item = MailboxRef<'m>>,
        notice: bool,
    ) -> Sender<'_> {
        let path_fits = path.mailbox().map_or(notice, |mailbox| self.covers(mailbox));
        if path_fits && authors.into_iter().all(|author| self.covers(author)) {
            return Sender::Allowed;
        }
        match &self.rewrite {
            Some(to) if path.mailbox().is_some() => Sender::Rewrite(to),
            Some(_) | None => Sender::Denied,
        }
    }
}

/// The same mailbox, without regard to the case of the local part: a login's own addresses are this server's.
fn same(one: MailboxRef<'_>, other: MailboxRef<'_>) -> bool {
    one.host() == other.host()
        && one.local_part().meaning().eq_ignore_ascii_case(&other.local_part().meaning())
}

/// What is said to the sender of a login: `550 5.7.1`, or `451 4.3.0` where its grants can't be looked up now.
pub fn sender(result: Lookup<Sender<'_>>) -> Note {
    match result {
        Lookup::Is(Sender::Allowed | Sender::Rewrite(_)) => Note::ok(Source::Submission),
        Lookup::Is(Sender::Denied) => Reason::SenderNotYours.into(),
        Lookup::Unavailable => Reason::GrantsUnavailable.into(),
    }
}

/// Recipients of one login within a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "two counts that the caller keeps")]
pub struct Today {
    /// Recipients named.
    pub recipients: u32,
    /// Of them, refused as unknown, here or elsewhere.
    pub unknown: u32,
}

/// Whether a login writes to more than `most` recipients a day, or to too many that don't exist: `450 4.7.1`.
///
/// From twenty recipients on, more than three in ten unknown: a stolen account shows first there.
pub fn today(today: Today, most: u32) -> Note {
    if today.recipients > most {
        return Reason::UserTooFast.into();
    }
    let guesses = u64::from(today.unknown).saturating_mul(10) > u64::from(today.recipients).saturating_mul(3);
    if today.recipients >= 20 && guesses { Reason::UserGuesses.into() } else { Note::ok(Source::Rate) }
}

/// Whether a login is used from more than `most` networks a day: a flag, since it is shared or stolen, and its owner should
/// hear of it. Networks as [`Network::of_peer`](crate::Network::of_peer) counts them.
pub fn shared(networks_today: u32, most: u32) -> Note {
    let note = Note::ok(Source::Submission);
    if networks_today > most { note.with_flag(Flag::LoginShared) } else { note }
}
