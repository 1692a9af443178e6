//! The resolver of the `tokio` room against name servers on loopback ports: scripted ones always, nsd where it is there.
//!
//! law: what can't be had is a failure of its own kind; `check_spf` says the same over the network and over a zone file

#[path = "resolving/live.rs"]
mod live;
#[path = "resolving/nameserver.rs"]
mod nameserver;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::rdata::CNAME;
use hickory_proto::rr::{Name as TheirName, RData, Record};
use mailwright::dns::{About, Answer, Data, Failure, Kind, Question, Text, Zone, hickory};
use mailwright::spf::{Cause, Check, Identity, Settings, Verdict};
use mailwright::tokio::Resolver;
use nameserver::{NameServer, Says, Tcp, Via};

/// A TXT set far too long for UDP.
fn long() -> Zone {
    let mut text = String::from("$ORIGIN example.org.\n@ 300 TXT \"v=spf1 ip4:192.0.2.1 -all\"\n");
    for number in 0..49 {
        let _ = writeln!(text, "@ 300 TXT \"{number:x<80}\"");
    }
    Zone::parse(text.as_bytes()).expect("a zone")
}

fn of(zone: Zone) -> impl Fn(&Question, Via) -> Says + Send + Sync + 'static {
    move |question, _| Says::Answer(zone.answer(question))
}

fn resolver(server: &NameServer) -> Resolver {
    Resolver::at(&[server.at]).expect("a resolver")
}

fn ask(name: &str, kind: Kind) -> Question {
    Question::new(name.parse().expect("a name"), kind)
}

fn check() -> Check {
    let identity = Identity::mail_from(b"ann@example.org", b"");
    Check::new(identity, "192.0.2.1".parse().expect("an address"), Settings::new(b"r.example"))
}

#[tokio::test]
async fn spf_o01_cut_off_and_tcp_refused_is_truncated() {
    let server = NameServer::start(Tcp::Refuses, of(long()));
    let resolver = resolver(&server);
    let truncated = Answer::Failed(Failure::Truncated);
    assert_eq!(
        resolver.answer(&ask("example.org", Kind::Txt)).await,
        truncated,
        "never a part, never a timeout"
    );
    assert_eq!(resolver.answer(&ask("example.org", Kind::Txt)).await, truncated, "nor the second time");
    let outcome = resolver.run(&mut check(), Duration::from_secs(20)).await;
    assert_eq!(outcome.verdict, Verdict::TempError);
    assert_eq!(outcome.cause, Cause::Dns(Kind::Txt, Failure::Truncated));
}

#[tokio::test]
async fn spf_o01_cut_off_and_tcp_silent_is_truncated() {
    let server = NameServer::start(Tcp::IsSilent, of(long()));
    let answer = resolver(&server).answer(&ask("example.org", Kind::Txt)).await;
    assert_eq!(answer, Answer::Failed(Failure::Truncated), "a firewall drops, it does not refuse");
}

#[tokio::test]
async fn a_long_answer_comes_whole_by_tcp_and_is_kept() {
    let server = NameServer::start(Tcp::Serves, of(long()));
    let resolver = resolver(&server);
    let Answer::Found(Data::Txt(texts), about) = resolver.answer(&ask("example.org", Kind::Txt)).await else {
        panic!("an answer")
    };
    assert_eq!((texts.len(), about.ttl), (50, 300));
    let asked = server.asked();
    assert_eq!(asked.iter().map(|(.., via)| *via).collect::<Vec<_>>(), [Via::Udp, Via::Tcp]);
    assert_eq!(resolver.run(&mut check(), Duration::from_secs(20)).await.verdict, Verdict::Pass);
    assert_eq!(server.asked(), asked, "the second time from the cache");
}

#[tokio::test]
async fn the_cache_is_shared_by_clones_and_keeps_negative_answers() {
    let zone = b"$ORIGIN example.org.\n@ 3600 SOA ns. host. 1 2 3 4 77\n@ 3600 A 192.0.2.1\n@ 3600 TXT here";
    let server = NameServer::start(Tcp::Refuses, of(Zone::parse(zone).expect("a zone")));
    let first = resolver(&server);
    let second = first.clone();
    let about = About::new(77);
    for resolver in [&first, &second, &first] {
        assert_eq!(resolver.answer(&ask("gone.example.org", Kind::A)).await, Answer::NxDomain(about));
        assert_eq!(resolver.answer(&ask("example.org", Kind::Mx)).await, Answer::NoData(about));
        let found = resolver.answer(&ask("example.org", Kind::A)).await;
        assert_eq!(found.about(), Some(About::new(3600)));
    }
    assert_eq!(server.asked().len(), 3, "{:?}", server.asked());
}

#[tokio::test]
async fn a_negative_answer_without_soa_is_not_kept_for_sure() {
    let server = NameServer::start(Tcp::Refuses, |question, _| {
        let mut message = hickory::response(0, question, &Answer::NxDomain(About::new(60)));
        message.authorities.clear();
        Says::Message(Box::new(message))
    });
    let answer = resolver(&server).answer(&ask("gone.example.org", Kind::A)).await;
    assert_eq!(answer, Answer::NxDomain(About::new(0)));
}

#[tokio::test]
async fn spf_o02_failures_are_kept_apart_on_the_way() {
    let codes = [
        ("servfail", ResponseCode::ServFail, Failure::ServFail),
        ("refused", ResponseCode::Refused, Failure::Refused),
        ("formerr", ResponseCode::FormErr, Failure::Other(1)),
        ("notimp", ResponseCode::NotImp, Failure::Other(4)),
    ];
    let server = NameServer::start(Tcp::Refuses, move |question, _| {
        let name = question.name.to_string();
        let code = codes.iter().find(|(label, ..)| name.starts_with(label)).expect("a known name").1;
        let mut message = Message::response(0, OpCode::Query);
        message.metadata.response_code = code;
        Says::Message(Box::new(message))
    });
    let resolver = resolver(&server);
    for (label, _, failure) in codes {
        let answer = resolver.answer(&ask(&format!("{label}.example.org"), Kind::Txt)).await;
        assert_eq!(answer, Answer::Failed(failure), "{label}");
    }
}

#[tokio::test]
async fn a_silent_server_is_a_timeout() {
    let server = NameServer::start(Tcp::IsSilent, |_, _| Says::Nothing);
    let answer = resolver(&server).answer(&ask("example.org", Kind::Txt)).await;
    assert_eq!(answer, Answer::Failed(Failure::Timeout));
}

#[tokio::test]
async fn spf_o12_one_deadline_ends_the_whole_check() {
    let zone = long();
    let server = NameServer::start(Tcp::Refuses, move |question, _| {
        Says::After(Duration::from_secs(3), zone.answer(question))
    });
    let begun = Instant::now();
    let outcome = resolver(&server).run(&mut check(), Duration::from_millis(300)).await;
    assert_eq!((outcome.verdict, outcome.cause), (Verdict::TempError, Cause::OutOfTime));
    assert!(begun.elapsed() < Duration::from_secs(2), "what was out is dropped: {:?}", begun.elapsed());
}

#[tokio::test]
async fn all_questions_of_a_round_are_out_at_once() {
    let zone = b"$ORIGIN example.org.\n@ TXT \"v=spf1 include:a.example.org include:b.example.org a mx:m.example.org include:c.example.org -all\"
a TXT \"v=spf1 -all\"\nb TXT \"v=spf1 -all\"\nc TXT \"v=spf1 ip4:192.0.2.1 -all\"\n@ A 192.0.2.9\nm MX 1 @";
    let zone = Zone::parse(zone).expect("a zone");
    let server = NameServer::start(Tcp::Refuses, move |question, _| {
        Says::After(Duration::from_millis(300), zone.answer(question))
    });
    let outcome = resolver(&server).run(&mut check(), Duration::from_secs(20)).await;
    assert_eq!(outcome.verdict, Verdict::Pass, "{outcome}");
    assert_eq!(server.most_at_once(), 5, "two rounds: {:?}", server.asked());
}

#[tokio::test]
async fn spf_o03_names_are_asked_as_they_are() {
    let server = NameServer::start(Tcp::Refuses, |_, _| Says::Answer(Answer::NxDomain(About::new(60))));
    let resolver = resolver(&server);
    for name in ["host", "_spf.Example.org", "a\\.b.example"] {
        assert_eq!(resolver.answer(&ask(name, Kind::Txt)).await, Answer::NxDomain(About::new(60)));
    }
    let asked: Vec<String> = server.asked().into_iter().map(|(name, ..)| name).collect();
    assert_eq!(asked, ["host.", "_spf.example.org.", "a\\.b.example."], "no search list, nothing appended");
}

#[tokio::test]
async fn octets_of_txt_come_as_they_are() {
    let all: Vec<u8> = (0..=255).collect();
    let text = Text::from_strings([&all[..200], &all[200..], b"", b"v=spf1"]).expect("short");
    let data = Data::Txt(vec![text].into());
    let answer = Answer::Found(data.clone(), About::new(60));
    let server = NameServer::start(Tcp::Refuses, move |_, _| Says::Answer(answer.clone()));
    let got = resolver(&server).answer(&ask("example.org", Kind::Txt)).await;
    assert_eq!(got.data(), Some(&data));
}

#[tokio::test]
async fn spf_o09_an_answer_behind_aliases_is_found() {
    let server = NameServer::start(Tcp::Refuses, |question, _| {
        let own = |text: &str| TheirName::from_ascii(text).expect("a name");
        let mut message = hickory::response(0, question, &Answer::NoData(About::new(60)));
        message.authorities.clear();
        let alias = RData::CNAME(CNAME(own("Target.Example.NET.")));
        message.add_answer(Record::from_rdata(own("ALIAS.example.org."), 30, alias));
        let text = Text::from_text("v=spf1 -all").expect("short");
        let rdata = hickory::to_rdata(&mailwright::dns::Rdata::Txt(text));
        message.add_answer(Record::from_rdata(own("target.example.net."), 90, rdata));
        Says::Message(Box::new(message))
    });
    let answer = resolver(&server).answer(&ask("alias.example.org", Kind::Txt)).await;
    assert_eq!(answer.about(), Some(About::new(30)), "{answer:?}");
    assert!(matches!(answer, Answer::Found(Data::Txt(texts), _) if texts.len() == 1));
}
