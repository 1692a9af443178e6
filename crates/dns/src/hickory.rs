//! Conversions from and to hickory-proto: for embedders that carry DNS messages themselves.
//!
//! in:  a question, a message, or an answer      out: a query, an answer, or a message
//! law: only records whose owners lie on the chain of aliases from the question count; a cut-off message is no answer

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "foreign enums grow; what is not named here is not asked for"
)]

use alloc::vec::Vec;

use hickory_proto::op::{Message, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::NULL;
use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_proto::rr::{DNSClass, Name as TheirName, RData, Record, RecordType};
use hickory_proto::serialize::binary::{BinDecoder, Restrict};

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
    let other = |asked: &Query| {
        u16::from(asked.query_type()) != question.kind.number()
            || from_name(asked.name()).as_ref() != Some(&question.name)
    };
    if message.queries.first().is_some_and(other) {
        return Answer::Failed(Failure::Mismatch);
    }
    if message.metadata.truncation {
        return Answer::Failed(Failure::Truncated);
    }
    if let Some(failure) = failure(message.metadata.response_code) {
        return Answer::Failed(if failure == Failure::ServFail && says_bogus(message) {
            Failure::Bogus
        } else {
            failure
        });
    }
    let mut owner = question.name.clone();
    let mut ttl = u32::MAX;
    for _ in 0..ALIASES {
        let records: Vec<&Record> = message
            .answers
            .iter()
            .filter(|record| record.dns_class == DNSClass::IN)
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

/// Whether a validating resolver says that it was DNSSEC that failed: an extended error from 5 to 12, or 1 or 2 (RFC 8914 §4).
fn says_bogus(message: &Message) -> bool {
    let option = message.edns.as_ref().and_then(|edns| edns.option(EdnsCode::from(15)));
    match option {
        Some(EdnsOption::Unknown(_, data)) => matches!(data.as_slice(), [0, 1 | 2 | 5..=12, ..]),
        _ => false,
    }
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

/// The message that gives an answer to a question: what a name server of one's own would send.
///
/// The records stand at the name that was asked for, without aliases; a negative answer carries an SOA with its TTL.
/// A failure is its response code; a timeout, which no message can say, is a server failure.
pub fn response(id: u16, question: &Question, answer: &Answer) -> Message {
    let mut message = Message::response(id, OpCode::Query);
    message.add_query(query(question));
    let owner = to_name(&question.name);
    let negative = |message: &mut Message, ttl: u32| {
        let soa = Soa {
            primary: Name::root(),
            mailbox: Name::root(),
            serial: 1,
            refresh: 0,
            retry: 0,
            expire: 0,
            minimum: ttl,
        };
        message.add_authority(Record::from_rdata(owner.clone(), ttl, to_rdata(&Rdata::Soa(soa))));
    };
    match answer {
        Answer::Found(data, about) => {
            for rdata in data.rdata() {
                message.add_answer(Record::from_rdata(owner.clone(), about.ttl, to_rdata(&rdata)));
            }
        }
        Answer::NoData(about) => negative(&mut message, about.ttl),
        Answer::NxDomain(about) => {
            message.metadata.response_code = ResponseCode::NXDomain;
            negative(&mut message, about.ttl);
        }
        Answer::Failed(Failure::Truncated) => message.metadata.truncation = true,
        Answer::Failed(failure) => {
            message.metadata.response_code = match failure {
                Failure::Refused => ResponseCode::Refused,
                // The upper part of a code stands in EDNS, which is the transport's.
                Failure::Other(code) => ResponseCode::from(0, u8::try_from(code & 0xf).unwrap_or(2)),
                Failure::Timeout
                | Failure::ServFail
                | Failure::Bogus
                | Failure::Mismatch
                | Failure::Truncated => ResponseCode::ServFail,
            };
        }
    }
    message
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

/// A record's data of ours as theirs. What theirs can't hold, such as a CAA tag that is no text, goes as plain octets.
pub fn to_rdata(rdata: &Rdata) -> RData {
    let (code, wire) = (RecordType::from(rdata.kind().number()), rdata.to_wire());
    let length = u16::try_from(wire.len()).unwrap_or(u16::MAX);
    let read = RData::read(&mut BinDecoder::new(&wire), code, Restrict::new(length));
    read.unwrap_or_else(|_| RData::Unknown { code, rdata: NULL::with(wire) })
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
