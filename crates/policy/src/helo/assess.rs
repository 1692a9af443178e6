//! Looks at a HELO name from every side.

use core::net::{IpAddr, Ipv6Addr};
use core::str;

use mailwright_address::{DomainRef, Grammar, Utf8};
use mailwright_dns::{Name, NameRef};
use mailwright_spf::Verdict as Spf;

use super::{Evidence, Forward, Peer, Report};
use crate::{DomainKind, DomainTable, Flag, Flags, Lookup, Own, names, reverse};

/// Looks at the argument of HELO or EHLO.
///
/// # Examples
///
/// ```
/// use mailwright_policy::helo::{Evidence, Mode, Peer, assess};
/// use mailwright_policy::{Domains, Flag, Own};
///
/// let own = Own::new().with_name("mx.example.org")?;
/// let peer = Peer::new("203.0.113.7".parse().unwrap());
/// let report = assess(b"MX.EXAMPLE.ORG.", peer, &own, &Domains::new(), &Evidence::none());
/// assert!(report.flags.has(Flag::HeloOurName));
/// let verdict = report.note(Mode::Usual).decide().verdict;
/// assert_eq!(verdict.to_string(), "550 5.7.1 HELO name is our name, and you are not us");
/// # Ok::<(), mailwright_dns::NameError>(())
/// ```
///
/// # RFC
///
/// RFC 5321 §4.1.1.1, §4.1.3, §4.1.4; RFC 7208 §2.3
pub fn assess(
    argument: &[u8],
    peer: Peer,
    own: &Own,
    domains: &(impl DomainTable + ?Sized),
    evidence: &Evidence<'_>,
) -> Report {
    let mut report = Report { flags: Flags::NONE, exempt: peer.is_exempt(), forged: false };
    if report.exempt {
        return report;
    }
    let name = argument.trim_ascii();
    report.flags = match shape(name) {
        Shape::Missing => Flags::NONE.with(Flag::HeloMissing),
        Shape::Hostile => Flags::NONE.with(Flag::HeloHostile),
        Shape::Other => Flags::NONE.with(Flag::HeloSyntax),
        Shape::Literal(address) => literal(address, peer, own),
        Shape::BareAddress(address) => {
            let flags = Flags::NONE.with(Flag::HeloBareIp);
            let flags = flags.with_if(own.is_address(address), Flag::HeloOurAddress);
            flags.with_if(address.is_loopback(), Flag::HeloLocalhost)
        }
        Shape::Name(domain) => named(domain, peer, own, domains, evidence),
    };
    report.forged = report.flags.has(Flag::HeloOurDomain) && evidence.spf == Some(Spf::Fail);
    if let Some(before) = evidence.before {
        let same = before.trim_ascii().eq_ignore_ascii_case(name);
        report.flags = report.flags.with_if(!same, Flag::HeloChanged);
    }
    report
}

/// What the argument is, as text.
enum Shape<'a> {
    Missing,
    Hostile,
    Other,
    Literal(IpAddr),
    BareAddress(IpAddr),
    /// Labels parted by dots, without one at the end.
    Name(&'a [u8]),
}

fn shape(name: &[u8]) -> Shape<'_> {
    if name.is_empty() {
        return Shape::Missing;
    }
    if name.len() > 255 || name.iter().any(u8::is_ascii_control) {
        return Shape::Hostile;
    }
    if let [b'[', inside @ ..] = name {
        let address = inside.strip_suffix(b"]").and_then(|inside| match inside {
            [tag @ .., _] if tag.get(..5).is_some_and(|tag| tag.eq_ignore_ascii_case(b"IPv6:")) => {
                let text = str::from_utf8(inside.get(5..)?).ok()?;
                text.parse::<Ipv6Addr>().ok().map(|v6| IpAddr::V6(v6).to_canonical())
            }
            _ => str::from_utf8(inside).ok()?.parse().ok().map(IpAddr::V4),
        });
        return address.map_or(Shape::Other, Shape::Literal);
    }
    let bare = name.strip_suffix(b".").unwrap_or(name);
    // Only digits, dots, colons and hexadecimal letters can be an address.
    let may_be = bare.iter().all(|octet| octet.is_ascii_hexdigit() || matches!(octet, b'.' | b':'));
    let text = if may_be { str::from_utf8(bare).ok() } else { None };
    let address = text.and_then(|text| text.parse::<IpAddr>().ok());
    if let Some(address) = address {
        return Shape::BareAddress(address.to_canonical());
    }
    if bare.is_empty() || bare.split(|octet| *octet == b'.').any(<[u8]>::is_empty) {
        return Shape::Other;
    }
    Shape::Name(bare)
}

fn literal(address: IpAddr, peer: Peer, own: &Own) -> Flags {
    if own.is_address(address) {
        return Flags::NONE.with(Flag::HeloOurAddress);
    }
    if address.is_loopback() {
        return Flags::NONE.with(Flag::HeloLocalhost);
    }
    let same = address == peer.address.to_canonical();
    Flags::NONE.with(if same { Flag::HeloLiteral } else { Flag::HeloLiteralMismatch })
}

fn named(
    domain: &[u8],
    peer: Peer,
    own: &Own,
    domains: &(impl DomainTable + ?Sized),
    evidence: &Evidence<'_>,
) -> Flags {
    let mut flags = Flags::NONE.with_if(!is_host_name(domain), Flag::HeloSyntax);
    let parsed = DomainRef::parse(domain, Grammar::strict().with_utf8(Utf8::Allowed)).ok();
    // A name in another script is compared by its A-labels.
    let ascii = parsed.as_ref().filter(|_| !domain.is_ascii()).map(|domain| domain.to_ascii());
    let dotted = ascii.as_ref().map_or(domain, |ascii| ascii.as_bytes());
    let Ok(name) = Name::from_dotted(dotted) else { return flags.with(Flag::HeloSyntax) };
    if let Some(domain) = parsed {
        let kind = domains.kind(domain);
        let ours = matches!(kind, Lookup::Is(DomainKind::Local | DomainKind::BackupMx));
        flags = flags.with_if(ours, Flag::HeloOurDomain);
    }
    let top = name.labels().last().unwrap_or_default();
    let single = name.labels().nth(1).is_none();
    flags = flags
        .with_if(own.is_name(&name), Flag::HeloOurName)
        .with_if(single, Flag::HeloUnqualified)
        .with_if(is_localhost(&name), Flag::HeloLocalhost)
        .with_if(!single && is_special(top, name.borrow()) && !is_localhost(&name), Flag::HeloSpecialUse)
        .with_if(names::classify(&name, Some(peer.address)).looks_dynamic(), Flag::HeloDynamic);
    flags = match evidence.forward {
        None => flags,
        Some(Forward::Match) => flags.with(Flag::HeloForwardMatch),
        Some(Forward::Other) => flags.with(Flag::HeloForwardMismatch),
        Some(Forward::Nowhere) => flags.with(Flag::HeloNoForward),
        Some(Forward::Unknown(_)) => flags.with(Flag::HeloUnknown),
    };
    flags = match evidence.spf {
        Some(Spf::Pass) => flags.with(Flag::HeloSpfPass),
        Some(Spf::Fail) => flags.with(Flag::HeloSpfFail),
        Some(Spf::None | Spf::Neutral | Spf::SoftFail | Spf::TempError | Spf::PermError) | None => flags,
    };
    evidence.reverse.map_or(flags, |reverse| flags.and(beside_reverse(&name, reverse)))
}

/// The name beside the reverse names of the peer.
fn beside_reverse(name: &Name, reverse: &reverse::Report) -> Flags {
    let mut flags = Flags::NONE;
    if reverse.all_names().next().is_some() && !reverse.all_names().any(|other| other == name) {
        flags = flags.with(Flag::HeloRdnsMismatch);
        let related = reverse.all_names().any(|other| registered(other) == registered(name));
        flags = flags.with_if(related, Flag::HeloRelated);
    }
    let known = reverse.undecided.is_none() && !matches!(reverse.confirmed, reverse::Confirmed::Unknown(_));
    let provider = PROVIDERS.iter().find(|provider| registered(name) == **provider);
    if let (Some(provider), true) = (provider, known) {
        let theirs = reverse.names.iter().any(|other| registered(other) == *provider);
        flags = flags.with_if(!theirs, Flag::HeloProvider);
    }
    flags
}

/// Letters, digits and dashes, no dash at an edge of a label, at most 253 octets, and a top level that is no number.
fn is_host_name(domain: &[u8]) -> bool {
    let label = |label: &[u8]| {
        label.len() <= 63
            && label.iter().all(|octet| octet.is_ascii_alphanumeric() || *octet == b'-')
            && !label.starts_with(b"-")
            && !label.ends_with(b"-")
    };
    let top = domain.rsplit(|octet| *octet == b'.').next().unwrap_or_default();
    domain.len() <= 253
        && domain.split(|octet| *octet == b'.').all(label)
        && !top.iter().all(u8::is_ascii_digit)
}

fn is_localhost(name: &Name) -> bool {
    let mut labels = name.labels();
    match (labels.next(), labels.next(), labels.next()) {
        (Some(b"localhost"), None, _) => true,
        (Some(b"localhost"), Some(next), None) => next.starts_with(b"localdomain"),
        _ => name.labels().last() == Some(b"localhost"),
    }
}

/// Top levels that no host on the Internet has (RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476). `example` is left
/// out: RFC 6761 §6.5 asks software not to treat it as special.
pub(super) fn is_special(top: &[u8], name: NameRef<'_>) -> bool {
    const TOPS: [&[u8]; 15] = [
        b"local",
        b"localdomain",
        b"localhost",
        b"lan",
        b"internal",
        b"intranet",
        b"private",
        b"corp",
        b"home",
        b"invalid",
        b"test",
        b"onion",
        b"alt",
        b"workgroup",
        b"domain",
    ];
    TOPS.contains(&top) || NameRef::from_wire(b"\x04home\x04arpa").is_ok_and(|suffix| name.is_within(suffix))
}

/// The last two labels.
fn registered(name: &Name) -> [&[u8]; 2] {
    name.labels().fold([&[]; 2], |[_, last], label| [last, label])
}

/// Big providers, whose hosts have confirmed reverse names of their own.
const PROVIDERS: [[&[u8]; 2]; 14] = [
    [b"google", b"com"],
    [b"gmail", b"com"],
    [b"googlemail", b"com"],
    [b"outlook", b"com"],
    [b"hotmail", b"com"],
    [b"yahoo", b"com"],
    [b"yahoodns", b"net"],
    [b"aol", b"com"],
    [b"icloud", b"com"],
    [b"amazonses", b"com"],
    [b"sendgrid", b"net"],
    [b"mailgun", b"org"],
    [b"gmx", b"net"],
    [b"mail", b"ru"],
];
