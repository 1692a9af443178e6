//! Conversions from and to hickory-proto: for embedders that carry DNS messages themselves.
//!
//! in:  a question, a message      out: a query, an answer
//! law: only records whose owners lie on the chain of aliases from the question count; a cut-off message is no answer

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "foreign enums grow; what is not named here is not asked for"
)]

use alloc::vec::Vec;

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{Name as TheirName, RData, Record, RecordType};

use crate::{About, Answer, Caa, Failure, Kind, Mx, Name, Question, Rdata, Soa, Srv, Text, Tlsa};

/// Aliases that are followed within one message.
const ALIASES: usize = 16;

/// The query for a question, absolute.
///
/// # Examples
///
/// ```
/// use mailwright_dns::{Kind, Question, hickory};
///
/// let query = hickory::query(&Question::new("example.org".parse()?, Kind::Txt));
/// assert_eq!(query.name().to_ascii(), "example.org.");
/// # Ok::<(), mailwright_dns::NameError>(())
/// ```
pub fn query(question: &Question) -> Query {
    Query::query(to_name(&question.name), RecordType::from(question.kind.number()))
}

/// The answer that a message is to a question.
///
/// What the message says about DNSSEC is not believed: whether a resolver may be trusted is the caller's to know.
pub fn answer(question: &Question, message: &Message) -> Answer {
    if message.metadata.truncation {
        return Answer::Failed(Failure::Truncated);
    }
    if let Some(failure) = failure(message.metadata.response_code) {
        return Answer::Failed(failure);
    }
    let mut owner = question.name.clone();
    let mut ttl = u32::MAX;
    for _ in 0..ALIASES {
        let records: Vec<&Record> = message
            .answers
            .iter()
            .filter(|record| from_name(&record.name).as_ref() == Some(&owner))
            .collect();
        let found: Vec<(u32, Rdata)> = records
            .iter()
            .filter_map(|record| Some((record.ttl, rdata(question.kind, &record.data)?)))
            .filter(|(_, rdata)| rdata.kind() == question.kind)
            .collect();
        if !found.is_empty() {
            let ttl = found.iter().map(|(ttl, _)| *ttl).fold(ttl, u32::min);
            let about = About::new(ttl);
            return Answer::from_rdata(question.kind, found.into_iter().map(|(_, rdata)| rdata), about);
        }
        let alias = records.iter().find_map(|record| match &record.data {
            RData::CNAME(target) => Some((record.ttl, from_name(&target.0)?)),
            _ => None,
        });
        let Some((alias_ttl, target)) = alias else { return negative(message, ttl) };
        ttl = ttl.min(alias_ttl);
        owner = target;
    }
    Answer::Failed(Failure::ServFail)
}

/// "No data" or "no such name", with the TTL that the SOA gives.
fn negative(message: &Message, ttl: u32) -> Answer {
    let soa = message.authorities.iter().find_map(|record| match &record.data {
        RData::SOA(soa) => Some(soa.minimum.min(record.ttl)),
        _ => None,
    });
    let about = About::new(soa.map_or(0, |soa| soa.min(ttl)));
    if message.metadata.response_code == ResponseCode::NXDomain {
        Answer::NxDomain(about)
    } else {
        Answer::NoData(about)
    }
}

/// The failure that a response code stands for; `None` for an answer.
pub fn failure(code: ResponseCode) -> Option<Failure> {
    match code {
        ResponseCode::NoError | ResponseCode::NXDomain => None,
        ResponseCode::ServFail => Some(Failure::ServFail),
        ResponseCode::Refused => Some(Failure::Refused),
        other => Some(Failure::Other(u16::from(other))),
    }
}

/// A name of ours as theirs, absolute.
pub fn to_name(name: &Name) -> TheirName {
    // Labels of 1 to 63 octets, 255 together: what theirs takes, too.
    let mut theirs = TheirName::from_labels(name.labels()).unwrap_or_else(|_| TheirName::root());
    theirs.set_fqdn(true);
    theirs
}

/// A name of theirs as ours; `None` where it is longer than a name can be.
pub fn from_name(name: &TheirName) -> Option<Name> {
    Name::from_labels(name.iter()).ok()
}

/// One record's data; `None` for a type that no check here asks for.
pub fn rdata(wanted: Kind, data: &RData) -> Option<Rdata> {
    Some(match data {
        RData::A(address) => Rdata::A(address.0),
        RData::AAAA(address) => Rdata::Aaaa(address.0),
        RData::MX(mx) => Rdata::Mx(Mx { preference: mx.preference, exchange: from_name(&mx.exchange)? }),
        RData::TXT(text) => Rdata::Txt(Text::from_strings(text.txt_data.iter()).ok()?),
        RData::PTR(name) => Rdata::Ptr(from_name(&name.0)?),
        RData::CNAME(name) => Rdata::Cname(from_name(&name.0)?),
        RData::NS(name) => Rdata::Ns(from_name(&name.0)?),
        RData::SOA(soa) => Rdata::Soa(Soa {
            primary: from_name(&soa.mname)?,
            mailbox: from_name(&soa.rname)?,
            serial: soa.serial,
            refresh: soa.refresh.unsigned_abs(),
            retry: soa.retry.unsigned_abs(),
            expire: soa.expire.unsigned_abs(),
            minimum: soa.minimum,
        }),
        RData::TLSA(tlsa) => Rdata::Tlsa(Tlsa {
            usage: tlsa.cert_usage.into(),
            selector: tlsa.selector.into(),
            matching: tlsa.matching.into(),
            association: tlsa.cert_data.clone().into(),
        }),
        RData::CAA(caa) => Rdata::Caa(Caa {
            flags: u8::from(caa.issuer_critical) << 7 | caa.reserved_flags & 0x7f,
            tag: caa.tag.clone().into_bytes().into(),
            value: caa.value.clone().into(),
        }),
        RData::SRV(srv) => Rdata::Srv(Srv {
            priority: srv.priority,
            weight: srv.weight,
            port: srv.port,
            target: from_name(&srv.target)?,
        }),
        RData::Unknown { code, rdata } if wanted == Kind::Spf && u16::from(*code) == Kind::Spf.number() => {
            Rdata::from_wire(Kind::Spf, &rdata.anything).ok()?
        }
        _ => return None,
    })
}
