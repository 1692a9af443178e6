//! Knows addresses that nobody reads for themselves, and domains that are a slip of the keyboard away from a big one.
//!
//! in:  a local part or a domain      out: yes or no; the domain that was meant

/// Local parts that belong to an office, not to a reader: RFC 2142, and what address harvesters make up.
const ROLES: &[&str] = &[
    "abuse",
    "admin",
    "administrator",
    "billing",
    "bounce",
    "bounces",
    "compliance",
    "devnull",
    "dns",
    "ftp",
    "hostmaster",
    "info",
    "mailer-daemon",
    "maildaemon",
    "marketing",
    "news",
    "no-reply",
    "nobody",
    "noc",
    "noreply",
    "null",
    "postmaster",
    "privacy",
    "root",
    "sales",
    "security",
    "spam",
    "spamtrap",
    "support",
    "sysadmin",
    "tech",
    "trouble",
    "usenet",
    "uucp",
    "webmaster",
    "www",
];

/// Domains with very many readers; a slip away from one of them lies a trap or nothing.
const BIG: &[&str] = &[
    "aol.com",
    "comcast.net",
    "fastmail.com",
    "gmail.com",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "libero.it",
    "live.com",
    "mail.ru",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "t-online.de",
    "verizon.net",
    "wanadoo.fr",
    "web.de",
    "yahoo.com",
    "yahoo.co.uk",
    "yandex.ru",
    "zoho.com",
];

/// Domains that look like a slip and are none: providers of their own.
const REAL: &[&str] = &[
    "aim.com",
    "aol.de",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.fr",
    "hotmail.co.uk",
    "hotmail.de",
    "hotmail.fr",
    "hotmail.it",
    "live.de",
    "live.fr",
    "live.nl",
    "mail.com",
    "mail.de",
    "mail.bg",
    "mail.ee",
    "me.com",
    "outlook.de",
    "outlook.fr",
    "yahoo.ca",
    "yahoo.de",
    "yahoo.es",
    "yahoo.fr",
    "yahoo.in",
    "yahoo.it",
    "yandex.com",
    "yandex.by",
    "ymail.com",
    "zoho.eu",
    "zoho.in",
    "web.be",
    "rocketmail.com",
    "email.com",
    "gmail.de",
    "hotmail.es",
    "live.ca",
    "live.it",
    "yandex.ua",
    "yandex.kz",
    "163.com",
    "126.com",
    "naver.com",
    "q.com",
    "mac.com",
    "mail.fr",
    "gmx.us",
    "outlook.it",
    "outlook.es",
    "pm.me",
    "yahoo.se",
    "yahoo.cn",
    "orange.es",
    "live.se",
    "msn.cn",
];

/// Whether a local part belongs to an office and not to a reader: `abuse`, `postmaster`, `noreply`, ...
///
/// Such an address on a bulk stream was harvested or is a trap. Case does not matter; a tag behind `+` neither.
///
/// # Examples
///
/// ```
/// use mailwright_hygiene::is_role_account;
///
/// assert!(is_role_account("Postmaster"));
/// assert!(!is_role_account("spamela"));
/// ```
///
/// # RFC
///
/// RFC 2142
pub fn is_role_account(local_part: &str) -> bool {
    let front = local_part.split('+').next().unwrap_or_default();
    ROLES.iter().any(|role| role.eq_ignore_ascii_case(front))
}

/// The big domain that was probably meant: `gmail.com` for `gmial.com`.
///
/// One letter more, one less, one other, or two neighbours swapped; never for a domain that is a provider of its own. It is a
/// guess for a person to confirm, never a reason to change an address.
///
/// # Examples
///
/// ```
/// use mailwright_hygiene::suggest_domain;
///
/// assert_eq!(suggest_domain("gmial.com"), Some("gmail.com"));
/// assert_eq!(suggest_domain("ymail.com"), None);
/// ```
pub fn suggest_domain(domain: &str) -> Option<&'static str> {
    // Short domains have too many honest neighbours.
    if domain.len() < 7 || domain.len() > 32 {
        return None;
    }
    let known = |list: &[&'static str]| list.iter().any(|real| real.eq_ignore_ascii_case(domain));
    if known(BIG) || known(REAL) {
        return None;
    }
    BIG.iter()
        .copied()
        .filter(|big| big.len() >= 7)
        .find(|big| is_one_slip(domain.as_bytes(), big.as_bytes()))
}

/// Whether one edit makes `written` of `meant`: insertion, deletion, substitution, or a swap of neighbours.
fn is_one_slip(written: &[u8], meant: &[u8]) -> bool {
    let same = |pair: &(&u8, &u8)| pair.0.eq_ignore_ascii_case(pair.1);
    let front = written.iter().zip(meant).take_while(same).count();
    let (written, meant) = (written.get(front..).unwrap_or_default(), meant.get(front..).unwrap_or_default());
    let equal = |a: Option<&[u8]>, b: Option<&[u8]>| match (a, b) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        (Some(_) | None, _) => false,
    };
    let swapped = match (written, meant) {
        ([a, b, ..], [c, d, ..]) => a.eq_ignore_ascii_case(d) && b.eq_ignore_ascii_case(c),
        (_, _) => false,
    };
    equal(written.get(1..), meant.get(1..))
        || equal(written.get(1..), Some(meant))
        || equal(Some(written), meant.get(1..))
        || (swapped && equal(written.get(2..), meant.get(2..)))
}
