//! What is decided at MAIL: the return path, its domain, its size, SPF, and what the listener asks for first.
//!
//! in:  the path, its parameters, what was looked up      out: a note each
//! law: the null sender is always taken; what can't be looked up now is never refused for good

use core::net::IpAddr;

use mailwright_address::{AddressError, Fault, Grammar, ReversePathRef, Utf8};
use mailwright_dns::{Selected, Selection, Skipped};
use mailwright_spf::Verdict as Spf;

use crate::connection::Blocklist;
use crate::{Check, DomainKind, DomainTable, Flag, Lookup, Network, Note, Origin, OverRate, Reason, Source};

/// Reads the path of MAIL: angle brackets and nothing behind them.
///
/// # Errors
///
/// `550 5.6.7` for what needs SMTPUTF8 where that is not in force, `553 5.1.7` for a form that is none of a mailbox of the
/// Internet (an address without a domain), else `501 5.1.7`.
///
/// # Examples
///
/// ```
/// use mailwright_address::{ReversePathRef, Utf8};
/// use mailwright_policy::{Reason, sender};
///
/// assert_eq!(sender::read(b"<>", Utf8::Refused), Ok(ReversePathRef::Null));
/// assert_eq!(sender::read(b"<ann>", Utf8::Refused), Err(Reason::SenderForm));
/// ```
pub fn read(path: &[u8], utf8: Utf8) -> Result<ReversePathRef<'_>, Reason> {
    if path.first() != Some(&b'<') {
        return Err(Reason::SenderSyntax);
    }
    let refused = |error: AddressError| {
        let inside = path.get(1..).and_then(|rest| rest.strip_suffix(b">")).unwrap_or_default();
        let word = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'-' | b'_' | b'+');
        if error.fault() == Fault::NonAscii {
            Reason::SenderNotAscii
        } else if !inside.is_empty() && inside.iter().all(word) {
            Reason::SenderForm
        } else {
            Reason::SenderSyntax
        }
    };
    ReversePathRef::parse(path, Grammar::strict().with_trailing_dot().with_utf8(utf8)).map_err(refused)
}

/// What a listener asks of a client before MAIL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "nothing, TLS, or TLS and a login")]
pub enum Demand {
    /// Nothing.
    #[default]
    Nothing,
    /// TLS.
    Tls,
    /// TLS, then a login: the submission port.
    Login,
}

/// Whether the listener's demand is met: `530 5.7.0`, TLS first.
///
/// # RFC
///
/// RFC 3207 §4, RFC 4954 §4, RFC 8314 §3
pub fn demand(demand: Demand, tls: bool, logged_in: bool) -> Note {
    match demand {
        Demand::Tls | Demand::Login if !tls => Reason::TlsRequired.into(),
        Demand::Login if !logged_in => Reason::AuthRequired.into(),
        Demand::Nothing | Demand::Tls | Demand::Login => Note::ok(Source::Submission),
    }
}

/// Whether a message of the announced size fits: `552 5.3.4` beyond the limit, `452 4.3.1` beyond the room.
///
/// # RFC
///
/// RFC 1870 §6.1
pub fn size(announced: Option<u64>, limit: Option<u64>, room: Lookup<u64>) -> Note {
    let size = announced.unwrap_or(0);
    if limit.is_some_and(|limit| size > limit) {
        return Reason::TooBig.into();
    }
    match room {
        Lookup::Is(room) if size > room => Reason::NoRoom.into(),
        Lookup::Is(_) => Note::ok(Source::Store),
        Lookup::Unavailable => Note::new(Source::Store, Check::TempIfAccept(Reason::StoreDown.into())),
    }
}

/// Whether `BODY=BINARYMIME` is served: `555 5.5.4`.
pub fn body(binary: bool, offered: bool) -> Note {
    if binary && !offered { Reason::BodyNotOffered.into() } else { Note::ok(Source::Protocol) }
}

/// Whether REQUIRETLS can be kept: `530 5.7.0` without TLS here, `550 5.7.30` where no way onward keeps it.
///
/// # RFC
///
/// RFC 8689 §4.1
pub fn require_tls(asked: bool, tls: bool, onward: Lookup<bool>) -> Note {
    match (asked, tls, onward) {
        (true, false, _) => Reason::RequireTlsInClear.into(),
        (true, true, Lookup::Is(false)) => Reason::RequireTlsOnward.into(),
        // Not known now: the queue finds out.
        _ => Note::ok(Source::Relay),
    }
}

/// Whether the domain of the sender can be written to, by what [`MxSelection`](mailwright_dns::MxSelection) found.
///
/// No such domain or no host: `550 5.1.8`. Null MX: `550 5.7.27`. Private addresses only: a flag; strict: `550 5.1.8`.
/// Not known now: `451 4.1.8`, unless another check refuses.
///
/// # RFC
///
/// RFC 5321 §3.3, §5.1; RFC 7505 §4.2
#[expect(clippy::wildcard_enum_match_arm, reason = "what is no refusal goes on")]
pub fn reachable(selection: &Selection, strict: bool) -> Note {
    let unreachable = |reason: Reason| Note::from(reason).with_flag(Flag::SenderUnreachable);
    match &selection.selected {
        Selected::NoSuchDomain | Selected::NoAddress => unreachable(Reason::SenderUnreachable),
        Selected::NullMx => unreachable(Reason::SenderNullMx),
        Selected::Hosts(groups) => {
            let mut addresses = groups.iter().flatten().flat_map(|host| &host.addresses);
            if addresses.all(|address| !is_public(*address)) {
                // A host or a family that can't be looked up now may be public.
                let undecided = groups.iter().flatten().any(|host| host.failed.is_some())
                    || selection.skipped.iter().any(|skipped| matches!(skipped, Skipped::NotNow(..)));
                let check = match (strict, undecided) {
                    (false, _) => Check::Ok,
                    (true, true) => Check::TempIfAccept(Reason::SenderUnknown.into()),
                    (true, false) => Check::from(Reason::SenderPrivate),
                };
                return Note::new(Source::Sender, check).with_flag(Flag::SenderUnreachable);
            }
            Note::ok(Source::Sender)
        }
        Selected::NotNow(_) => Note::new(Source::Sender, Check::TempIfAccept(Reason::SenderUnknown.into()))
            .with_flag(Flag::SenderUnknown),
        // It leads to us: it can be written to. So does what a later version may add.
        _ => Note::ok(Source::Sender),
    }
}

/// Whether a host on the Internet can have this address.
pub fn is_public(address: IpAddr) -> bool {
    const NOWHERE: [&str; 14] = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "224.0.0.0/3",
        "::/127",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    ];
    !NOWHERE.iter().filter_map(|text| text.parse::<Network>().ok()).any(|network| network.contains(address))
}

/// Whether a stranger writes as one of us: a flag, since lists and forwarders do; strict: `550 5.7.1`.
pub fn own_from_outside(
    origin: Origin,
    path: &ReversePathRef<'_>,
    domains: &(impl DomainTable + ?Sized),
    strict: bool,
) -> Note {
    let domain = path.mailbox().and_then(|mailbox| mailbox.host().domain());
    let ours = domain.is_some_and(|domain| domains.kind(domain) == Lookup::Is(DomainKind::Local));
    match (ours && !origin.is_ours(), strict) {
        (true, true) => Note::from(Reason::OwnSender).with_flag(Flag::OwnSender),
        (true, false) => Note::ok(Source::Sender).with_flag(Flag::OwnSender),
        (false, _) => Note::ok(Source::Sender),
    }
}

/// What SPF of the return path means: flags, since DMARC decides; strict: `550 5.7.23`, `451 4.7.24`, `550 5.7.24`.
///
/// # RFC
///
/// RFC 7208 §8, RFC 7372 §3.2
pub fn spf(result: Spf, strict: bool) -> Note {
    let (flag, reason) = match result {
        Spf::Pass => (Flag::SpfPass, None),
        Spf::Fail => (Flag::SpfFail, Some(Reason::SpfFail)),
        Spf::SoftFail => (Flag::SpfSoftFail, None),
        Spf::TempError => (Flag::SpfError, Some(Reason::SpfTemporary)),
        Spf::PermError => (Flag::SpfError, Some(Reason::SpfBroken)),
        Spf::None | Spf::Neutral => return Note::ok(Source::Spf),
    };
    let check = match (result, reason.filter(|_| strict)) {
        (_, None) => Check::Ok,
        (Spf::TempError, Some(reason)) => Check::TempIfAccept(reason.into()),
        (_, Some(reason)) => Check::from(reason),
    };
    Note::new(Source::Spf, check).with_flag(flag)
}

/// Whether our own list names the sender: `550 5.7.1`. `now`: Unix seconds.
pub fn blocked(list: &Blocklist, path: &ReversePathRef<'_>, now: u64) -> Note {
    match path.mailbox().and_then(|mailbox| list.sender(mailbox, now)) {
        Some(_) => Reason::SenderBlocked.into(),
        None => Note::ok(Source::Blocklist),
    }
}

/// Whether the sender's rate is used up: `450 4.7.1` with the seconds to wait.
pub fn rate<T>(checked: &Result<T, OverRate>) -> Note {
    match checked {
        Ok(_) => Note::ok(Source::Rate),
        Err(over) => over.why(Reason::SenderTooFast).into(),
    }
}

/// The null sender is noted; it is never refused here.
pub const fn null(path: &ReversePathRef<'_>) -> Note {
    let note = Note::ok(Source::Sender);
    match path {
        ReversePathRef::Null => note.with_flag(Flag::NullSender),
        ReversePathRef::Mailbox(_) => note,
    }
}
