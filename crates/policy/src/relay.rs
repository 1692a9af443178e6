//! Is mail for that recipient taken from that peer?
//!
//! in:  where the peer comes from, the recipient, our domains      out: go on, refuse or defer, and where it goes
//! law: nothing from the Internet goes elsewhere; a local part is never read as a route; a table that is down refuses nobody

use mailwright_address::{
    AddressError, Fault, ForwardPathRef, Grammar, HostRef, LocalPartRef, MailboxRef, Utf8,
};

mod networks;
pub use networks::{Doubt, Listener, NetworkFinding, TrustedNetworks};

use crate::{Check, DomainKind, DomainTable, Flag, Flags, Lookup, Note, Origin, Own, Reason, Source};

/// Where a recipient's mail goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed: the columns of the relay table")]
pub enum Destination {
    /// To a mailbox here.
    Local,
    /// To the primary, for which we keep mail.
    BackupMx,
    /// To another host.
    Elsewhere,
    /// Not known now.
    Unknown,
}

/// What is decided about relaying: a note, and where it would go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Relay {
    /// Go on, refuse or defer.
    pub note: Note,
    /// Where the mail goes.
    pub destination: Destination,
}

/// Reads the path of RCPT: angle brackets and nothing behind them.
///
/// A trailing dot of the domain is dropped; a source route is dropped too, and what is behind it decides (RFC 5321
/// §C).
///
/// # Errors
///
/// The reason to refuse: `553 5.6.7` for what needs SMTPUTF8 where that is not in force, else `501 5.1.3`.
pub fn read(path: &[u8], utf8: Utf8) -> Result<ForwardPathRef<'_>, Reason> {
    let refused = |error: AddressError| {
        let not_ascii = error.fault() == Fault::NonAscii;
        if not_ascii { Reason::RecipientNotAscii } else { Reason::RecipientSyntax }
    };
    if path.first() != Some(&b'<') {
        return Err(Reason::RecipientSyntax);
    }
    ForwardPathRef::parse(path, Grammar::strict().with_trailing_dot().with_utf8(utf8)).map_err(refused)
}

/// Decides whether mail for a recipient is taken from a peer.
///
/// The bare postmaster is always ours. An address in brackets is ours where it is one of our addresses and [`Own`] takes
/// them. The local part is opaque: `%`, `!` and a quoted `@` are flagged and nothing more.
///
/// # Examples
///
/// ```
/// use mailwright_address::Utf8;
/// use mailwright_policy::{Domains, Origin, Own, relay};
///
/// let domains = Domains::new().with_local("example.org")?;
/// let own = Own::new();
/// let path = relay::read(b"<@example.org:ann@victim.example>", Utf8::Refused).unwrap();
/// let relay = relay::decide(Origin::Internet, &path, &own, &domains);
/// assert_eq!(relay.note.decide().verdict.to_string(), "550 5.7.1 Relaying denied");
/// # Ok::<(), mailwright_address::AddressError>(())
/// ```
///
/// # RFC
///
/// RFC 5321 §3.6, §4.1.1.3, §7.8
pub fn decide(
    origin: Origin,
    path: &ForwardPathRef<'_>,
    own: &Own,
    domains: &(impl DomainTable + ?Sized),
) -> Relay {
    let Some(mailbox) = path.mailbox() else {
        return Relay { note: Note::ok(Source::Relay), destination: Destination::Local };
    };
    let kind = match mailbox.host() {
        HostRef::Domain(domain) => domains.kind(domain),
        HostRef::Literal(literal) => {
            let ours = own.takes_literals() && literal.ip().is_some_and(|address| own.is_address(address));
            Lookup::Is(if ours { DomainKind::Local } else { DomainKind::NotOurs })
        }
    };
    let (check, destination) = match kind {
        Lookup::Is(DomainKind::Local) => (Check::Ok, Destination::Local),
        Lookup::Is(DomainKind::BackupMx) => (Check::Ok, Destination::BackupMx),
        Lookup::Is(DomainKind::NotOurs) if origin.is_ours() => (Check::Ok, Destination::Elsewhere),
        Lookup::Is(DomainKind::NotOurs) => (Check::from(Reason::RelayDenied), Destination::Elsewhere),
        Lookup::Unavailable => (Check::from(Reason::DomainsUnavailable), Destination::Unknown),
    };
    let note = Note::new(Source::Relay, check).with_flags(oddities(mailbox.local_part()));
    Relay { note, destination }
}

/// Whether this recipient must be reachable whoever writes: postmaster and abuse at a domain of ours, in any case.
///
/// # RFC
///
/// RFC 5321 §4.5.1, RFC 2142 §2, §5
pub fn is_role(path: &ForwardPathRef<'_>, destination: Destination) -> bool {
    let role = |mailbox: MailboxRef<'_>| {
        let local = mailbox.local_part().meaning();
        ["postmaster", "abuse"].iter().any(|role| local.eq_ignore_ascii_case(role))
    };
    let here = matches!(destination, Destination::Local | Destination::BackupMx);
    here && path.mailbox().is_none_or(role)
}

/// What is odd about a local part, for those who map it to files, commands or routes.
pub fn oddities(local: LocalPartRef<'_>) -> Flags {
    let octets = local.as_bytes();
    let unusual =
        |octet: &u8| !octet.is_ascii_alphanumeric() && !matches!(octet, b'.' | b'-' | b'_' | b'+' | b'=');
    if !octets.iter().any(unusual) && !octets.starts_with(b".") {
        return Flags::NONE;
    }
    let meaning = local.meaning();
    let acts = |octet: u8| {
        matches!(octet, b'/' | b'\\' | b'|' | b'`' | b'$' | b';' | b'<' | b'>' | b'*' | 0..=0x1f | 0x7f)
    };
    Flags::NONE
        .with_if(
            meaning.bytes().any(acts) || meaning.contains("..") || meaning.starts_with(['.', '-', '~', ':']),
            Flag::PathCharacters,
        )
        .with_if(meaning.contains(['%', '!']), Flag::RouteInside)
        .with_if(meaning.contains('@'), Flag::AtInside)
}
