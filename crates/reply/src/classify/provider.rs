//! Who runs a mail host, by the end of its name.
//!
//! in:  the name of a mail host      out: the short name that rules use
//! law: whole labels at the end of the name, without case

/// Short name, and the domains that the mail hosts of it end with.
const PROVIDERS: &[(&str, &[&str])] = &[
    ("google", &["google.com", "googlemail.com", "gmail.com", "psmtp.com"]),
    ("microsoft", &["outlook.com", "hotmail.com", "office365.us", "partner.outlook.cn", "mx.microsoft"]),
    ("yahoo", &["yahoodns.net", "yahoo.com", "aol.com", "ymail.com"]),
    ("apple", &["icloud.com", "apple.com", "me.com"]),
    (
        "unitedinternet",
        &["gmx.net", "gmx.com", "web.de", "kundenserver.de", "1and1.com", "ionos.com", "perfora.net"],
    ),
    ("mailru", &["mail.ru"]),
    ("yandex", &["yandex.net", "yandex.ru"]),
    ("tencent", &["qq.com", "exmail.qq.com"]),
    ("netease", &["netease.com", "163.com", "126.com", "mxhichina.com"]),
    ("godaddy", &["secureserver.net"]),
    ("orange", &["orange.fr", "wanadoo.fr", "laposte.net", "orange.net"]),
    ("free", &["free.fr"]),
    ("mimecast", &["mimecast.com", "mimecast.co.za", "mimecast-offshore.com"]),
    ("proofpoint", &["pphosted.com", "ppe-hosted.com", "proofpoint.com"]),
    ("symantec", &["messagelabs.com"]),
    ("barracuda", &["barracudanetworks.com", "cudamail.com"]),
    ("trendmicro", &["trendmicro.com", "trendmicro.eu", "tmes.trendmicro.com"]),
    ("cisco", &["iphmx.com"]),
    ("rackspace", &["emailsrvr.com"]),
    ("comcast", &["comcast.net"]),
    ("charter", &["charter.net", "spectrum.net", "rr.com", "twc.com"]),
    ("cox", &["cox.net"]),
    ("att", &["prodigy.net", "att.net", "sbcglobal.net", "bellsouth.net"]),
    ("zoho", &["zoho.com", "zoho.eu", "zohomail.com"]),
    ("proton", &["protonmail.ch", "proton.me"]),
    ("tonline", &["t-online.de"]),
    ("titan", &["titan.email"]),
    ("amazonses", &["amazonaws.com", "amazonses.com"]),
    ("docomo", &["docomo.ne.jp"]),
    ("kddi", &["ezweb.ne.jp", "au.com"]),
    ("softbank", &["softbank.jp", "softbank.ne.jp"]),
    ("improvmx", &["improvmx.com"]),
    ("facebook", &["facebook.com", "fb.com"]),
    ("mxroute", &["mxroute.com", "mxlogin.com"]),
    ("fastmail", &["messagingengine.com"]),
];

/// The place of a provider in the table, as rules keep it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Provider(u8);

impl Provider {
    /// The provider of this short name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let at = PROVIDERS.iter().position(|(known, _)| *known == name)?;
        u8::try_from(at).ok().map(Self)
    }

    /// Who runs this host.
    pub(super) fn of(host: &str) -> Option<Self> {
        let host = host.strip_suffix('.').unwrap_or(host);
        let at = PROVIDERS.iter().position(|(_, ends)| ends.iter().any(|end| is_below(host, end)))?;
        u8::try_from(at).ok().map(Self)
    }

    /// A host of this provider, for the examples of its rules.
    pub(super) fn sample(self) -> &'static str {
        PROVIDERS.get(usize::from(self.0)).and_then(|(_, ends)| ends.first()).copied().unwrap_or_default()
    }
}

/// Whether `host` is `end` or a name below it.
pub(super) fn is_below(host: &str, end: &str) -> bool {
    let Some(at) = host.len().checked_sub(end.len()) else { return false };
    let (Some(front), Some(tail)) = (host.as_bytes().get(..at), host.as_bytes().get(at..)) else {
        return false;
    };
    tail.eq_ignore_ascii_case(end.as_bytes()) && (front.is_empty() || front.ends_with(b"."))
}
