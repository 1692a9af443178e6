//! mail-auth, with its cache trait over the same zone. It parses a record each time it is looked up, as we do.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::hickory_resolver::config::{CLOUDFLARE, ResolverConfig, ResolverOpts};
use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::spf::Spf;
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{
    DnsError, DnssecStatus, Error, MX, MessageAuthenticator, Parameters, RecordSet, ResolverCache, SpfResult,
    Txt,
};
use mailwright::dns::{Answer, Data, Kind, Question, Zone};

use super::cases::Case;

/// The peer and its zone.
pub struct Peer {
    authenticator: MessageAuthenticator,
    zone: Caches,
}

struct Caches {
    txt: Texts,
    mx: Map<Box<str>, RecordSet<MX>>,
    v4: Map<Box<str>, RecordSet<Ipv4Addr>>,
    v6: Map<Box<str>, RecordSet<Ipv6Addr>>,
    ptr: Map<IpAddr, RecordSet<Box<str>>>,
}

/// The octets of TXT records: parsed at each look-up.
struct Texts(HashMap<Box<str>, Vec<u8>>);

/// What is not there does not exist: no look-up leaves the process.
struct Map<K, V> {
    map: HashMap<K, V>,
    absent: V,
}

impl<K: Hash + Eq, V: Clone> ResolverCache<K, V> for Map<K, V> {
    fn get<Q: Hash + Eq + ?Sized>(&self, name: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        Some(self.map.get(name).unwrap_or(&self.absent).clone())
    }

    fn remove<Q: Hash + Eq + ?Sized>(&self, _: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        None
    }

    fn insert(&self, _: K, _: V, _: Instant) {}
}

impl ResolverCache<Box<str>, Txt> for Texts {
    fn get<Q: Hash + Eq + ?Sized>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
    {
        Some(match self.0.get(name).map(|text| Spf::parse(text)) {
            Some(Ok(record)) => Txt::Spf(Arc::new(record)),
            Some(Err(error)) => Txt::Error(error),
            None => Txt::Error(Error::Dns(DnsError::RecordNotFound(ResponseCode::NXDomain))),
        })
    }

    fn remove<Q: Hash + Eq + ?Sized>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

impl Peer {
    pub fn new(text: &str) -> Self {
        let zone = Zone::parse(text.as_bytes()).expect("a zone");
        let mut caches =
            Caches { txt: Texts(HashMap::new()), mx: absent(), v4: absent(), v6: absent(), ptr: absent() };
        for name in zone.names() {
            let key = || format!("{name}.").into_boxed_str();
            let ask = |kind| zone.answer(&Question::new(name.clone(), kind));
            if let Answer::Found(Data::Txt(texts), _) = ask(Kind::Txt) {
                caches.txt.0.insert(key(), texts[0].joined().to_vec());
            }
            if let Answer::Found(Data::A(records), _) = ask(Kind::A) {
                caches.v4.map.insert(key(), set(records.to_vec()));
            }
            if let Answer::Found(Data::Aaaa(records), _) = ask(Kind::Aaaa) {
                caches.v6.map.insert(key(), set(records.to_vec()));
            }
            if let Answer::Found(Data::Mx(records), _) = ask(Kind::Mx) {
                let mx = |mx: &mailwright::dns::Mx| MX {
                    exchanges: vec![format!("{}.", mx.exchange).into_boxed_str()].into(),
                    preference: mx.preference,
                };
                caches.mx.map.insert(key(), set(records.iter().map(mx).collect()));
            }
        }
        let config = ResolverConfig::udp_and_tcp(&CLOUDFLARE);
        let authenticator =
            MessageAuthenticator::new(config, ResolverOpts::default()).expect("an authenticator");
        Self { authenticator, zone: caches }
    }

    /// One evaluation; every answer is in memory, so one poll ends it.
    pub fn check(&self, case: &Case, client: IpAddr) -> SpfResult {
        let parameters = Parameters {
            params: SpfParameters::verify_mail_from(client, case.helo, "mx.receiver.example", case.sender),
            cache_txt: Some(&self.zone.txt),
            cache_mx: Some(&self.zone.mx),
            cache_ptr: Some(&self.zone.ptr),
            cache_ipv4: Some(&self.zone.v4),
            cache_ipv6: Some(&self.zone.v6),
        };
        let future = self.authenticator.check_host(parameters);
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => output.result(),
            Poll::Pending => unreachable!("everything is in memory"),
        }
    }
}

pub fn parse(text: &[u8]) {
    drop(std::hint::black_box(Spf::parse(text)));
}

fn absent<K, T>() -> Map<K, RecordSet<T>> {
    Map { map: HashMap::new(), absent: set(Vec::new()) }
}

fn set<T>(records: Vec<T>) -> RecordSet<T> {
    RecordSet { rrset: records.into(), dnssec_status: DnssecStatus::Insecure }
}
