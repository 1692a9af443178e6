//! What is known of public lists: their names, what their answers mean, which of them are gone. Nothing is asked by default.
//!
//! law: each row says when its facts were read; an old row is a row to read again, not to believe

use core::net::Ipv4Addr;

/// What is known of one list.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Descriptor {
    /// The name in the DNS. With a key of the list's owner in front of it where the terms say so.
    pub suffix: &'static str,
    /// What can be asked about.
    pub kinds: Kinds,
    /// What the answers mean.
    pub codes: Codes,
    /// Answers that are no listing but a refusal, besides 127.255.255.0/24.
    pub errors: &'static [Ipv4Addr],
    /// What a listing weighs by default; 10 refuses by itself.
    pub weight: i16,
    /// Since when the list is gone; a dead list is never asked.
    pub dead: Option<Dead>,
    /// Who may ask, how much.
    pub terms: &'static str,
    /// The page for somebody who is listed; `{ip}` stands for the address.
    pub page: &'static str,
    /// When these facts were read at the owner's page: year and month. Empty: they are common knowledge of the field, so read
    /// the owner's page before you ask the list.
    pub read: &'static str,
}

/// What a list can be asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the three kinds of RFC 5782 §2.1, §2.4, §3")]
pub struct Kinds {
    /// IPv4 addresses.
    pub v4: bool,
    /// IPv6 addresses.
    pub v6: bool,
    /// Domains.
    pub domains: bool,
}

/// A list that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dead {
    /// Since when: a year, perhaps with month and day.
    pub since: &'static str,
    /// What became of it.
    pub note: &'static str,
}

/// How bad a code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "how a code weighs: whole, half, not, for the peer")]
pub enum Severity {
    /// The list speaks for the peer.
    Welcome,
    /// Worth knowing only.
    Inform,
    /// Half the weight of the list.
    Weak,
    /// The whole weight of the list.
    Block,
}

/// What a code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Meaning {
    /// In words.
    pub text: &'static str,
    /// How bad it is.
    pub severity: Severity,
}

/// One code, or a range of last octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Code {
    /// The third octet of 127.0.x.y.
    pub third: u8,
    /// The last octet, from.
    pub from: u8,
    /// The last octet, to.
    pub to: u8,
    /// What it means.
    pub meaning: Meaning,
}

/// How the answers of a list are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Codes {
    /// Any answer but 127.0.0.1 lists.
    Any(Meaning),
    /// Each answer is one of these.
    Values(&'static [Code]),
    /// Each bit of the last octet is a list of its own: the bit, what it means.
    Bits(&'static [(u8, Meaning)]),
    /// 127.0.category.trust (trust 0 to 3).
    Trust,
}

impl Codes {
    /// Gives each meaning that an answer in 127.0.0.0/8 has.
    pub(super) fn read(self, code: Ipv4Addr, mut found: impl FnMut(Meaning)) {
        let [_, second, third, last] = code.octets();
        match self {
            Self::Any(meaning) if code != Ipv4Addr::LOCALHOST => found(meaning),
            Self::Values(codes) if second == 0 => codes
                .iter()
                .filter(|row| row.third == third && (row.from..=row.to).contains(&last))
                .for_each(|row| found(row.meaning)),
            Self::Bits(bits) if second == 0 && third == 0 => {
                bits.iter().filter(|(bit, _)| last & bit != 0).for_each(|(_, meaning)| found(*meaning));
            }
            Self::Trust if second == 0 && last <= 3 => found(TRUST),
            Self::Any(_) | Self::Values(_) | Self::Bits(_) | Self::Trust => {}
        }
    }
}

/// The row of a list, by its name in the DNS.
pub fn descriptor(suffix: &str) -> Option<&'static Descriptor> {
    let suffix = suffix.strip_suffix('.').unwrap_or(suffix);
    ZONES.iter().find(|row| row.suffix.eq_ignore_ascii_case(suffix))
}

const fn block(text: &'static str) -> Meaning {
    Meaning { text, severity: Severity::Block }
}

const fn weak(text: &'static str) -> Meaning {
    Meaning { text, severity: Severity::Weak }
}

const fn one(third: u8, last: u8, meaning: Meaning) -> Code {
    Code { third, from: last, to: last, meaning }
}

const TRUST: Meaning = Meaning { text: "known sender", severity: Severity::Welcome };
const V4: Kinds = Kinds { v4: true, v6: false, domains: false };
const BOTH: Kinds = Kinds { v4: true, v6: true, domains: false };
const DOMAINS: Kinds = Kinds { v4: false, v6: false, domains: true };

const SBL: Code = one(0, 2, block("spam source (SBL)"));
const CSS: Code = one(0, 3, block("low-reputation sender (CSS)"));
const XBL: Code = Code { third: 0, from: 4, to: 7, meaning: block("compromised host (XBL)") };
const DROP: Code = one(0, 9, block("hijacked network (DROP)"));
const PBL: Code = Code { third: 0, from: 10, to: 11, meaning: block("should not send mail directly (PBL)") };
const AUTHBL: Code = one(0, 20, block("guesses passwords (AuthBL)"));
const BCL: Code = one(0, 30, block("botnet controller (BCL)"));

/// A list of which nothing is known but its name.
pub(super) static PLAIN: Descriptor = Descriptor {
    suffix: "",
    kinds: BOTH,
    codes: Codes::Any(block("listed")),
    errors: &[],
    weight: 10,
    dead: None,
    terms: "",
    page: "",
    read: "",
};

const LIVE: Descriptor = Descriptor {
    suffix: "",
    kinds: V4,
    codes: Codes::Any(block("listed")),
    errors: &[],
    weight: 10,
    dead: None,
    terms: "free for small use, through a resolver of one's own",
    page: "",
    read: "",
};

const fn dead(suffix: &'static str, since: &'static str, note: &'static str) -> Descriptor {
    Descriptor { suffix, weight: 0, dead: Some(Dead { since, note }), terms: "", ..LIVE }
}

const SPAMHAUS: &str = "https://check.spamhaus.org/query/ip/{ip}";

/// Public lists, living and dead. Nothing here is asked unless a receiver names it.
pub static ZONES: &[Descriptor] = &[
    Descriptor {
        suffix: "zen.spamhaus.org",
        kinds: BOTH,
        codes: Codes::Values(&[SBL, CSS, XBL, DROP, PBL, AUTHBL, BCL]),
        page: SPAMHAUS,
        read: "2026-11",
        ..LIVE
    },
    Descriptor {
        suffix: "sbl.spamhaus.org",
        kinds: BOTH,
        codes: Codes::Values(&[SBL, CSS, DROP, BCL]),
        page: SPAMHAUS,
        read: "2026-11",
        ..LIVE
    },
    Descriptor {
        suffix: "xbl.spamhaus.org",
        kinds: BOTH,
        codes: Codes::Values(&[XBL]),
        page: SPAMHAUS,
        read: "2026-11",
        ..LIVE
    },
    Descriptor {
        suffix: "pbl.spamhaus.org",
        kinds: BOTH,
        codes: Codes::Values(&[PBL]),
        page: SPAMHAUS,
        read: "2026-11",
        ..LIVE
    },
    Descriptor {
        suffix: "authbl.dq.spamhaus.net",
        kinds: BOTH,
        codes: Codes::Values(&[AUTHBL]),
        terms: "needs a key in front of the name",
        page: SPAMHAUS,
        read: "2026-11",
        ..LIVE
    },
    Descriptor {
        suffix: "dbl.spamhaus.org",
        kinds: DOMAINS,
        codes: Codes::Values(&[
            one(1, 2, block("low-reputation domain")),
            one(1, 4, block("phishing domain")),
            one(1, 5, block("malware domain")),
            one(1, 6, block("botnet controller domain")),
            Code { third: 1, from: 102, to: 106, meaning: weak("abused domain of somebody else") },
        ]),
        errors: &[Ipv4Addr::new(127, 0, 1, 255)],
        page: "https://check.spamhaus.org/",
        read: "2026-11",
        ..LIVE
    },
    Descriptor {
        suffix: "zrd.dq.spamhaus.net",
        kinds: DOMAINS,
        codes: Codes::Values(&[Code {
            third: 2,
            from: 2,
            to: 24,
            meaning: weak("domain first seen within a day"),
        }]),
        errors: &[Ipv4Addr::new(127, 0, 2, 255)],
        terms: "needs a key in front of the name",
        ..LIVE
    },
    Descriptor {
        suffix: "bl.spamcop.net",
        codes: Codes::Values(&[one(0, 2, block("reported by its recipients"))]),
        weight: 6,
        page: "https://www.spamcop.net/bl.shtml?{ip}",
        ..LIVE
    },
    Descriptor {
        suffix: "b.barracudacentral.org",
        codes: Codes::Values(&[one(0, 2, block("poor reputation"))]),
        weight: 6,
        terms: "free, after registration of the resolver",
        page: "https://www.barracudacentral.org/lookups",
        ..LIVE
    },
    Descriptor {
        suffix: "psbl.surriel.com",
        codes: Codes::Values(&[one(0, 2, block("wrote to a spam trap"))]),
        weight: 4,
        terms: "free",
        page: "https://psbl.org/listing?ip={ip}",
        ..LIVE
    },
    Descriptor {
        suffix: "dnsbl-1.uceprotect.net",
        codes: Codes::Values(&[one(0, 2, block("sent to spam traps"))]),
        weight: 3,
        ..LIVE
    },
    Descriptor {
        suffix: "dnsbl-2.uceprotect.net",
        codes: Codes::Values(&[one(0, 2, weak("a neighbour sent spam"))]),
        weight: 0,
        ..LIVE
    },
    Descriptor {
        suffix: "dnsbl-3.uceprotect.net",
        codes: Codes::Values(&[one(0, 2, weak("the provider hosts spammers"))]),
        weight: 0,
        ..LIVE
    },
    Descriptor {
        suffix: "bl.mailspike.net",
        codes: Codes::Values(&[
            one(0, 2, block("part of a spam wave")),
            Code { third: 0, from: 10, to: 12, meaning: block("bad reputation") },
        ]),
        weight: 4,
        ..LIVE
    },
    Descriptor {
        suffix: "dnsbl.dronebl.org",
        kinds: BOTH,
        codes: Codes::Values(&[
            Code { third: 0, from: 3, to: 19, meaning: block("compromised or open host") },
            one(0, 255, weak("of unknown kind")),
        ]),
        weight: 4,
        terms: "free",
        page: "https://dronebl.org/lookup?ip={ip}",
        ..LIVE
    },
    Descriptor {
        suffix: "multi.surbl.org",
        kinds: DOMAINS,
        codes: Codes::Bits(&[
            (8, block("phishing site")),
            (16, block("malware site")),
            (64, block("spam site")),
            (128, block("cracked site")),
        ]),
        errors: &[Ipv4Addr::LOCALHOST],
        page: "https://surbl.org/surbl-analysis",
        ..LIVE
    },
    Descriptor {
        suffix: "multi.uribl.com",
        kinds: DOMAINS,
        codes: Codes::Bits(&[
            (2, block("spam site (black)")),
            (4, weak("bulk mail (grey)")),
            (8, weak("newly seen (red)")),
        ]),
        errors: &[Ipv4Addr::LOCALHOST],
        page: "https://admin.uribl.com/",
        ..LIVE
    },
    Descriptor {
        suffix: "list.dnswl.org",
        kinds: BOTH,
        codes: Codes::Trust,
        errors: &[Ipv4Addr::new(127, 0, 0, 255)],
        weight: -5,
        page: "https://www.dnswl.org/s/?s={ip}",
        ..LIVE
    },
    dead("dnsbl.sorbs.net", "2024-06-05", "switched off; its zones are empty"),
    dead("cbl.abuseat.org", "2021", "became part of xbl.spamhaus.org"),
    dead("dnsbl.njabl.org", "2013-03", "switched off"),
    dead("dnsbl.ahbl.org", "2015-01-01", "lists everybody since"),
    dead("relays.ordb.org", "2006-12", "listed everybody later"),
];
