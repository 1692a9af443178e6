//! Records: one by one as they are read, and as the set that answers a question.
//!
//! law: a set holds one kind, in the order in which the records came, shared by every clone

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use crate::{Kind, Name, Text};

/// Who takes mail for a domain (RFC 1035 §3.3.9). The root as exchange is the null MX (RFC 7505).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "closed by RFC 1035 §3.3.9")]
pub struct Mx {
    /// Lower is tried first.
    pub preference: u16,
    /// The host.
    pub exchange: Name,
}

/// The start of a zone (RFC 1035 §3.3.13).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "closed by RFC 1035 §3.3.13")]
pub struct Soa {
    /// The primary server.
    pub primary: Name,
    /// The mailbox of who is responsible, as a name.
    pub mailbox: Name,
    /// The version of the zone.
    pub serial: u32,
    /// Seconds until a secondary looks again.
    pub refresh: u32,
    /// Seconds until it tries again after a failure.
    pub retry: u32,
    /// Seconds after which it stops answering.
    pub expire: u32,
    /// Seconds that a negative answer may be kept, with the record's own TTL as bound (RFC 2308 §5).
    pub minimum: u32,
}

/// A certificate by name (RFC 6698 §2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "closed by RFC 6698 §2.1")]
pub struct Tlsa {
    /// Which certificate of the chain is meant.
    pub usage: u8,
    /// The whole certificate or its key.
    pub selector: u8,
    /// The octets themselves or a hash of them.
    pub matching: u8,
    /// What is compared; never empty.
    pub association: Arc<[u8]>,
}

/// Who may issue certificates (RFC 8659 §4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "closed by RFC 8659 §4.1")]
pub struct Caa {
    /// The top bit is "critical".
    pub flags: u8,
    /// The property, such as `issue`.
    pub tag: Arc<[u8]>,
    /// Its value.
    pub value: Arc<[u8]>,
}

/// Where a service lives (RFC 2782).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "closed by RFC 2782")]
pub struct Srv {
    /// Lower is tried first.
    pub priority: u16,
    /// Share among equals.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The host; the root says that the service is not offered.
    pub target: Name,
}

/// One record's data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant is the kind of its name")]
#[expect(
    clippy::large_enum_variant,
    reason = "a single record is on its way into a set; boxes would outlive nothing"
)]
pub enum Rdata {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Mx(Mx),
    Txt(Text),
    Ptr(Name),
    Cname(Name),
    Ns(Name),
    Soa(Soa),
    Tlsa(Tlsa),
    Caa(Caa),
    Srv(Srv),
    Spf(Text),
}

/// All records of one kind at one name. Cloning shares them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant is the kind of its name")]
pub enum Data {
    A(Arc<[Ipv4Addr]>),
    Aaaa(Arc<[Ipv6Addr]>),
    Mx(Arc<[Mx]>),
    Txt(Arc<[Text]>),
    Ptr(Arc<[Name]>),
    Cname(Arc<[Name]>),
    Ns(Arc<[Name]>),
    Soa(Arc<[Soa]>),
    Tlsa(Arc<[Tlsa]>),
    Caa(Arc<[Caa]>),
    Srv(Arc<[Srv]>),
    Spf(Arc<[Text]>),
}

/// Runs the same expression on the set of every kind.
macro_rules! each {
    ($data:expr, $set:ident => $run:expr) => {
        match $data {
            Data::A($set) => $run,
            Data::Aaaa($set) => $run,
            Data::Mx($set) => $run,
            Data::Txt($set) | Data::Spf($set) => $run,
            Data::Ptr($set) | Data::Cname($set) | Data::Ns($set) => $run,
            Data::Soa($set) => $run,
            Data::Tlsa($set) => $run,
            Data::Caa($set) => $run,
            Data::Srv($set) => $run,
        }
    };
}

/// The kind of a variant is that of its name.
macro_rules! kind {
    ($data:expr) => {
        match $data {
            Self::A(_) => Kind::A,
            Self::Aaaa(_) => Kind::Aaaa,
            Self::Mx(_) => Kind::Mx,
            Self::Txt(_) => Kind::Txt,
            Self::Ptr(_) => Kind::Ptr,
            Self::Cname(_) => Kind::Cname,
            Self::Ns(_) => Kind::Ns,
            Self::Soa(_) => Kind::Soa,
            Self::Tlsa(_) => Kind::Tlsa,
            Self::Caa(_) => Kind::Caa,
            Self::Srv(_) => Kind::Srv,
            Self::Spf(_) => Kind::Spf,
        }
    };
}

/// Picks the records of one variant out of mixed ones.
macro_rules! pick {
    ($rdata:expr, $variant:ident) => {
        Data::$variant(
            $rdata
                .filter_map(|r| if let Rdata::$variant(v) = r { Some(v) } else { None })
                .collect::<Vec<_>>()
                .into(),
        )
    };
}

impl Rdata {
    /// Which kind this is.
    pub const fn kind(&self) -> Kind {
        kind!(self)
    }
}

impl Data {
    /// Gathers the records of one kind; others are left out. `None` where nothing is left.
    pub fn collect(kind: Kind, rdata: impl IntoIterator<Item = Rdata>) -> Option<Self> {
        let rdata = rdata.into_iter();
        let data = match kind {
            Kind::A => pick!(rdata, A),
            Kind::Aaaa => pick!(rdata, Aaaa),
            Kind::Mx => pick!(rdata, Mx),
            Kind::Txt => pick!(rdata, Txt),
            Kind::Ptr => pick!(rdata, Ptr),
            Kind::Cname => pick!(rdata, Cname),
            Kind::Ns => pick!(rdata, Ns),
            Kind::Soa => pick!(rdata, Soa),
            Kind::Tlsa => pick!(rdata, Tlsa),
            Kind::Caa => pick!(rdata, Caa),
            Kind::Srv => pick!(rdata, Srv),
            Kind::Spf => pick!(rdata, Spf),
        };
        if data.is_empty() { None } else { Some(data) }
    }

    /// Which kind this is.
    pub const fn kind(&self) -> Kind {
        kind!(self)
    }

    /// How many records.
    pub fn len(&self) -> usize {
        each!(self, set => set.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The records one by one.
    pub fn rdata(&self) -> Vec<Rdata> {
        fn all<T: Clone>(set: &[T], wrap: fn(T) -> Rdata) -> Vec<Rdata> {
            set.iter().cloned().map(wrap).collect()
        }
        match self {
            Self::A(set) => all(set, Rdata::A),
            Self::Aaaa(set) => all(set, Rdata::Aaaa),
            Self::Mx(set) => all(set, Rdata::Mx),
            Self::Txt(set) => all(set, Rdata::Txt),
            Self::Ptr(set) => all(set, Rdata::Ptr),
            Self::Cname(set) => all(set, Rdata::Cname),
            Self::Ns(set) => all(set, Rdata::Ns),
            Self::Soa(set) => all(set, Rdata::Soa),
            Self::Tlsa(set) => all(set, Rdata::Tlsa),
            Self::Caa(set) => all(set, Rdata::Caa),
            Self::Srv(set) => all(set, Rdata::Srv),
            Self::Spf(set) => all(set, Rdata::Spf),
        }
    }
}

/// As in a zone file, without owner, TTL and type.
impl fmt::Display for Rdata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::A(address) => fmt::Display::fmt(address, f),
            Self::Aaaa(address) => fmt::Display::fmt(address, f),
            Self::Mx(mx) => write!(f, "{} {}", mx.preference, Dotted(&mx.exchange)),
            Self::Txt(text) | Self::Spf(text) => fmt::Display::fmt(text, f),
            Self::Ptr(name) | Self::Cname(name) | Self::Ns(name) => fmt::Display::fmt(&Dotted(name), f),
            Self::Soa(soa) => {
                write!(f, "{} {} {}", Dotted(&soa.primary), Dotted(&soa.mailbox), soa.serial)?;
                write!(f, " {} {} {} {}", soa.refresh, soa.retry, soa.expire, soa.minimum)
            }
            Self::Tlsa(tlsa) => {
                write!(f, "{} {} {} ", tlsa.usage, tlsa.selector, tlsa.matching)?;
                tlsa.association.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
            }
            Self::Caa(caa) => {
                let tag = caa.tag.escape_ascii();
                write!(f, "{} {tag} ", caa.flags)?;
                match Text::from_text(&caa.value) {
                    Ok(value) => fmt::Display::fmt(&value, f),
                    Err(_) => Ok(()),
                }
            }
            Self::Srv(srv) => {
                write!(f, "{} {} {} {}", srv.priority, srv.weight, srv.port, Dotted(&srv.target))
            }
        }
    }
}

/// At most ten records parted by commas, and how many more there are.
impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, rdata) in self.rdata().iter().take(10).enumerate() {
            write!(f, "{}{rdata}", if i == 0 { "" } else { ", " })?;
        }
        match self.len().saturating_sub(10) {
            0 => Ok(()),
            more => write!(f, ", and {more} more"),
        }
    }
}

/// A name with its last dot, as zone files need it.
struct Dotted<'n>(&'n Name);

impl fmt::Display for Dotted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_root() { f.write_str(".") } else { write!(f, "{}.", self.0) }
    }
}
