//! Our questions, answers and records as hickory's, and back: every kind, odd octets, and messages that mean harm.
//!
//! law: what a message does not say about the question is left out; a part, a failure or a mix-up is never an answer

use std::net::{Ipv4Addr, Ipv6Addr};

use hickory_proto::op::{Edns, Message, ResponseCode};
use hickory_proto::rr::rdata::opt::EdnsOption;
use hickory_proto::rr::rdata::{A, CNAME, SOA, TXT};
use hickory_proto::rr::{DNSClass, Name as TheirName, RData, Record};
use mailwright::dns::{
    About, Answer, Caa, Data, Dnssec, Failure, Kind, Mx, Name, Question, Rdata, Soa, Srv, Text, Tlsa, hickory,
};
use proptest::prelude::*;

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

fn question(text: &str, kind: Kind) -> Question {
    Question::new(name(text), kind)
}

/// A record of each kind, with names and octets that are not easy.
fn samples() -> Vec<Rdata> {
    let odd = Name::from_labels([&b"a.b"[..], b"\x00\xff ", b"Example"]).expect("a name");
    let text = Text::from_strings([&b"v=spf1 "[..], b"\xff\x00\"\\", b""]).expect("short");
    vec![
        Rdata::A(Ipv4Addr::new(192, 0, 2, 1)),
        Rdata::Aaaa(Ipv6Addr::LOCALHOST),
        Rdata::Mx(Mx { preference: 65_535, exchange: odd.clone() }),
        Rdata::Mx(Mx { preference: 0, exchange: Name::root() }),
        Rdata::Txt(text.clone()),
        Rdata::Ptr(odd.clone()),
        Rdata::Cname(odd.clone()),
        Rdata::Ns(odd.clone()),
        Rdata::Soa(Soa {
            primary: odd.clone(),
            mailbox: name("host\\.master.example.org"),
            serial: u32::MAX,
            refresh: 1,
            retry: 2,
            expire: 3,
            minimum: u32::MAX,
        }),
        Rdata::Tlsa(Tlsa { usage: 3, selector: 1, matching: 255, association: vec![0, 255, 1].into() }),
        Rdata::Caa(Caa {
            flags: 128,
            tag: b"issue".to_vec().into(),
            value: b"ca.example; \xff".to_vec().into(),
        }),
        Rdata::Srv(Srv { priority: 1, weight: 2, port: 3, target: odd }),
        Rdata::Spf(text),
    ]
}

#[test]
fn every_kind_goes_there_and_back() {
    let mut kinds: Vec<Kind> = samples().iter().map(Rdata::kind).collect();
    kinds.dedup();
    assert_eq!(kinds, Kind::ALL);
    for rdata in samples() {
        let theirs = hickory::to_rdata(&rdata);
        assert_eq!(hickory::rdata(rdata.kind(), &theirs).as_ref(), Some(&rdata), "{rdata}");
        assert_eq!(Rdata::from_wire(rdata.kind(), &rdata.to_wire()).as_ref(), Ok(&rdata), "{rdata}");
    }
}

#[test]
fn every_answer_goes_through_octets_and_back() {
    for rdata in samples() {
        let question = Question::new(name("_odd label.example.org"), rdata.kind());
        let data = Data::collect(rdata.kind(), [rdata.clone(), rdata]).expect("records");
        let about = About::new(300);
        for answer in [Answer::Found(data, about), Answer::NoData(about), Answer::NxDomain(about)] {
            assert_eq!(sent(&question, &answer), answer);
        }
    }
    let question = question("example.org", Kind::Txt);
    let failures =
        [Failure::ServFail, Failure::Refused, Failure::Truncated, Failure::Other(1), Failure::Other(4)];
    for failure in failures {
        assert_eq!(sent(&question, &Answer::Failed(failure)), Answer::Failed(failure));
    }
}

/// An answer, written into octets, read, and understood.
fn sent(question: &Question, answer: &Answer) -> Answer {
    let octets = hickory::response(7, question, answer).to_vec().expect("a message");
    hickory::answer(question, &Message::from_vec(&octets).expect("a message"))
}

#[test]
fn a_question_is_asked_as_it_is() {
    for kind in Kind::ALL {
        let query = hickory::query(&question("_Spf.Example.ORG", kind));
        assert_eq!(u16::from(query.query_type()), kind.number());
        assert_eq!(query.query_class(), DNSClass::IN);
        assert!(query.name().is_fqdn(), "no search list applies");
        assert_eq!(query.name().to_ascii(), "_spf.example.org.");
    }
}

/// A message that answers this question, with these records.
fn message(question: &Question, records: Vec<Record>) -> Message {
    let mut message = hickory::response(1, question, &Answer::NoData(About::new(60)));
    message.authorities.clear();
    message.add_answers(records);
    message
}

fn record(owner: &str, ttl: u32, data: RData) -> Record {
    Record::from_rdata(TheirName::from_ascii(owner).expect("a name"), ttl, data)
}

fn address(last: u8) -> RData {
    RData::A(A::new(192, 0, 2, last))
}

fn alias(to: &str) -> RData {
    RData::CNAME(CNAME(TheirName::from_ascii(to).expect("a name")))
}

fn soa(ttl: u32, minimum: u32) -> Record {
    let root = TheirName::root();
    record("example.org.", ttl, RData::SOA(SOA::new(root.clone(), root, 1, -1, 2, 3, minimum)))
}

#[test]
fn spf_o09_aliases_are_stripped_and_case_does_not_matter() {
    let question = question("a.example.org", Kind::A);
    let records = vec![
        record("C.example.net.", 30, address(1)),
        record("A.EXAMPLE.org.", 900, alias("b.Example.NET.")),
        record("B.example.net.", 20, alias("c.example.net.")),
        record("c.EXAMPLE.net.", 40, address(2)),
    ];
    let expected = Data::A(vec![Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(192, 0, 2, 2)].into());
    assert_eq!(
        hickory::answer(&question, &message(&question, records)),
        Answer::Found(expected, About::new(20))
    );
}

#[test]
fn records_beside_the_chain_are_no_answer() {
    let question = question("a.example.org", Kind::A);
    let mut foreign = record("a.example.org.", 60, address(3));
    foreign.dns_class = DNSClass::CH;
    let records =
        vec![record("evil.example.", 60, address(1)), record("example.org.", 60, address(2)), foreign];
    assert_eq!(hickory::answer(&question, &message(&question, records)), Answer::NoData(About::new(0)));
}

#[test]
fn a_loop_of_aliases_is_a_failure() {
    let question = question("a.example.org", Kind::A);
    let records = vec![
        record("a.example.org.", 60, alias("b.example.org.")),
        record("b.example.org.", 60, alias("a.example.org.")),
    ];
    assert_eq!(hickory::answer(&question, &message(&question, records)), Answer::Failed(Failure::ServFail));
}

#[test]
fn an_answer_to_another_question_is_a_mix_up() {
    let ours = question("a.example.org", Kind::A);
    for other in [question("b.example.org", Kind::A), question("a.example.org", Kind::Txt)] {
        let message = message(&other, vec![record("a.example.org.", 60, address(1))]);
        assert_eq!(hickory::answer(&ours, &message), Answer::Failed(Failure::Mismatch));
    }
}

#[test]
fn a_negative_answer_lives_as_long_as_its_soa_says() {
    let question = question("gone.example.org", Kind::Mx);
    for (ttl, minimum, expected) in [(600, 60, 60), (30, 60, 30), (600, u32::MAX, 600), (u32::MAX, 7, 7)] {
        for (code, wrap) in [
            (ResponseCode::NoError, Answer::NoData as fn(About) -> Answer),
            (ResponseCode::NXDomain, Answer::NxDomain as fn(About) -> Answer),
        ] {
            let mut message = message(&question, vec![]);
            message.metadata.response_code = code;
            assert_eq!(hickory::answer(&question, &message), wrap(About::new(0)), "without SOA");
            message.add_authority(soa(ttl, minimum));
            assert_eq!(hickory::answer(&question, &message), wrap(About::new(expected)));
        }
    }
}

#[test]
fn a_ttl_with_its_top_bit_counts_as_none() {
    let question = question("example.org", Kind::A);
    let answer =
        hickory::answer(&question, &message(&question, vec![record("example.org.", 1 << 31, address(1))]));
    assert_eq!(answer.about().map(|about| about.ttl), Some(0));
}

#[test]
fn what_a_message_says_about_dnssec_is_not_believed() {
    let question = question("example.org", Kind::A);
    let mut message = message(&question, vec![record("example.org.", 60, address(1))]);
    message.metadata.authentic_data = true;
    let answer = hickory::answer(&question, &message);
    assert_eq!(answer.about().map(|about| about.dnssec), Some(Dnssec::Unchecked));
}

#[test]
fn spf_o02_failures_are_kept_apart() {
    let question = question("example.org", Kind::Txt);
    let mut message =
        message(&question, vec![record("example.org.", 60, RData::TXT(TXT::new(vec!["x".into()])))]);
    for (code, failure) in [
        (ResponseCode::ServFail, Failure::ServFail),
        (ResponseCode::Refused, Failure::Refused),
        (ResponseCode::FormErr, Failure::Other(1)),
        (ResponseCode::NotImp, Failure::Other(4)),
        (ResponseCode::BADVERS, Failure::Other(16)),
    ] {
        message.metadata.response_code = code;
        assert_eq!(
            hickory::answer(&question, &message),
            Answer::Failed(failure),
            "records beside it don't count"
        );
    }
    message.metadata.response_code = ResponseCode::ServFail;
    for (code, failure) in
        [(6_u8, Failure::Bogus), (7, Failure::Bogus), (22, Failure::ServFail), (0, Failure::ServFail)]
    {
        let mut edns = Edns::new();
        edns.options_mut().insert(EdnsOption::Unknown(15, vec![0, code, b'x']));
        message.edns = Some(edns);
        assert_eq!(hickory::answer(&question, &message), Answer::Failed(failure), "extended error {code}");
    }
    message.metadata.truncation = true;
    assert_eq!(hickory::answer(&question, &message), Answer::Failed(Failure::Truncated));
}

#[test]
fn a_cut_off_message_is_no_answer() {
    let question = question("example.org", Kind::A);
    let mut message = message(&question, vec![record("example.org.", 60, address(1))]);
    message.metadata.truncation = true;
    assert_eq!(hickory::answer(&question, &message), Answer::Failed(Failure::Truncated));
}

proptest! {
    /// Whatever octets the labels hold, a name comes back as it went, but for the case of its letters.
    #[test]
    fn names_go_there_and_back(labels in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..=63), 0..5)) {
        let Ok(ours) = Name::from_labels(&labels) else { return Ok(()) };
        let theirs = hickory::to_name(&ours);
        prop_assert!(theirs.is_fqdn());
        prop_assert_eq!(theirs.iter().count(), labels.len());
        prop_assert_eq!(hickory::from_name(&theirs), Some(ours));
    }

    /// Octets flipped anywhere: there may be no message, but never a panic, nor records of another kind.
    #[test]
    fn broken_messages_do_no_harm(
        at in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        pick in any::<prop::sample::Index>(),
    ) {
        let samples = samples();
        let rdata = &samples[pick.index(samples.len())];
        let question = Question::new(name("a.example.org"), rdata.kind());
        let data = Data::collect(rdata.kind(), [rdata.clone()]).expect("a record");
        let message = hickory::response(1, &question, &Answer::Found(data, About::new(60)));
        let mut octets = message.to_vec().expect("a message");
        for (index, octet) in at {
            let at = index.index(octets.len());
            octets[at] = octet;
        }
        if let Ok(message) = Message::from_vec(&octets)
            && let Answer::Found(data, _) = hickory::answer(&question, &message)
        {
            prop_assert_eq!(data.kind(), question.kind);
            prop_assert!(!data.is_empty());
        }
    }
}
