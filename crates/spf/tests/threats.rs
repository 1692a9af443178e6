//! Hostile records, names and answers: bounded, defined, and never a panic.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

use core::fmt::Write as _;

use mailwright_dns::{About, Answer, Data, Failure, Kind, Name, Question, Text, Zone, run};
use mailwright_spf::{Cause, Check, Identity, Outcome, Qualifier, Record, Settings, Verdict};

fn zone(text: &str) -> Zone {
    Zone::parse(format!("$ORIGIN example.com.\n{text}").as_bytes()).unwrap()
}

fn check(zone: &Zone, from: &[u8], client: &str) -> (Outcome, usize) {
    let mut asked = 0;
    let settings = Settings::new(b"mx.receiver.example");
    let mut check =
        Check::new(Identity::mail_from(from, b"mail.example.net"), client.parse().unwrap(), settings);
    let outcome = run(&mut check, &mut |question: &Question| {
        asked += 1;
        zone.answer(question)
    });
    (outcome, asked)
}

fn gives(text: &str) -> Outcome {
    check(&zone(text), b"user@example.com", "192.0.2.1").0
}

/// The SPF record type is obsolete: it is never asked for, not even where it alone exists.
#[test]
fn advice_s020_the_type_of_its_own_is_never_asked_for() {
    let zone = zone(
        "@ TXT \"v=spf1 a mx ptr exists:%{i}.x include:b.example.com -all\"\nb TXT \"v=spf1 ip4:192.0.2.9\"",
    );
    let settings = Settings::new(b"mx.receiver.example");
    let identity = Identity::mail_from(b"user@example.com", b"mail.example.net");
    let mut kinds = Vec::new();
    let mut check = Check::new(identity, "192.0.2.1".parse().unwrap(), settings);
    run(&mut check, &mut |question: &Question| {
        kinds.push(question.kind);
        zone.answer(question)
    });
    assert!(kinds.contains(&Kind::Txt) && !kinds.contains(&Kind::Spf), "{kinds:?}");
}

#[test]
fn threat_f01_loops_end_after_ten_terms() {
    for text in [
        "@ TXT \"v=spf1 include:example.com -all\"",
        "@ TXT \"v=spf1 include:b.example.com -all\"\nb TXT \"v=spf1 include:eXample.Com -all\"",
        "@ TXT \"v=spf1 redirect=example.com\"",
        "@ TXT \"v=spf1 redirect=B.Example.com\"\nb TXT \"v=spf1 redirect=example.COM\"",
        "@ TXT \"v=spf1 include:b.example.com\"\nb TXT \"v=spf1 redirect=example.com\"",
    ] {
        let (outcome, asked) = check(&zone(text), b"user@example.com", "192.0.2.1");
        assert_eq!((outcome.verdict, outcome.cause), (Verdict::PermError, Cause::TooManyTerms), "{text}");
        assert_eq!(outcome.counts.terms, 11);
        assert!(asked <= 2, "{asked} questions: each name once");
    }
}

#[test]
fn threat_f03_hosts_and_host_names_are_bounded() {
    for (count, verdict) in [(10, Verdict::Fail), (11, Verdict::PermError), (1000, Verdict::PermError)] {
        let mut text = "@ TXT \"v=spf1 mx -all\"\n".to_owned();
        (0..count).for_each(|i| writeln!(text, "@ MX 5 m{i}\nm{i} A 203.0.113.1").unwrap());
        let (outcome, asked) = check(&zone(&text), b"user@example.com", "192.0.2.1");
        assert_eq!(outcome.verdict, verdict);
        assert!(asked <= 12, "{asked}");
    }
    for count in [10, 11, 1000] {
        let mut text = "@ TXT \"v=spf1 ptr -all\"\n".to_owned();
        (0..count)
            .for_each(|i| writeln!(text, "1.2.0.192.in-addr.arpa. PTR m{i}\nm{i} A 203.0.113.1").unwrap());
        let (outcome, asked) = check(&zone(&text), b"user@example.com", "192.0.2.1");
        assert_eq!(outcome.verdict, Verdict::Fail);
        assert!(asked <= 12, "{asked}");
    }
}

#[test]
fn threat_n08_ten_thousand_host_names() {
    let names: Vec<Name> = (0..10_000).map(|i| format!("h{i}.example.com").parse().unwrap()).collect();
    let zone = zone("@ TXT \"v=spf1 ptr -all\"");
    let mut asked = 0;
    let mut check = Check::new(
        Identity::mail_from(b"u@example.com", b"h"),
        "192.0.2.1".parse().unwrap(),
        Settings::new(b""),
    );
    let outcome = run(&mut check, &mut |question: &Question| {
        asked += 1;
        match question.kind {
            Kind::Ptr => Answer::Found(Data::Ptr(names.clone().into()), About::new(60)),
            _ => zone.answer(question),
        }
    });
    assert_eq!((outcome.verdict, asked), (Verdict::Fail, 12));
}

#[test]
fn threat_f04_voids_are_counted_over_all_records() {
    assert_eq!(gives("@ TXT \"v=spf1 a:a.x a:b.x ip4:192.0.2.1 -all\"").verdict, Verdict::Pass);
    let third = gives("@ TXT \"v=spf1 a:a.x a:b.x exists:c.x ip4:192.0.2.1 -all\"");
    assert_eq!((third.cause, third.counts.voids), (Cause::TooManyVoids, 3));
    assert_eq!(third.term.unwrap().text(), b"exists:c.x");
    let inside =
        "@ TXT \"v=spf1 a:a.x include:i.example.com mx ip4:192.0.2.1 -all\"\ni TXT \"v=spf1 a:b.x ?all\"";
    assert_eq!(gives(inside).cause, Cause::TooManyVoids);
}

#[test]
fn threat_f05_a_check_needs_at_most_112_questions() {
    let mut text = "@ TXT \"v=spf1".to_owned();
    (0..10).for_each(|i| write!(text, " mx:d{i}.example.com").unwrap());
    text.push_str(" exists:%{p}.never.example -all exp=%{p}.e.example.com\"\n");
    for i in 0..10 {
        (0..10).for_each(|j| writeln!(text, "d{i} MX {j} h{i}-{j}\nh{i}-{j} A 203.0.113.1").unwrap());
        writeln!(text, "1.2.0.192.in-addr.arpa. PTR p{i}").unwrap();
    }
    let (outcome, asked) = check(&zone(&text), b"user@example.com", "192.0.2.1");
    assert_eq!(outcome.cause, Cause::TooManyTerms);
    assert_eq!(asked, 111);
    let text = text.replace(" exists:%{p}.never.example", "");
    let (outcome, asked) = check(&zone(&text), b"user@example.com", "192.0.2.1");
    assert_eq!(outcome.verdict, Verdict::Fail);
    assert_eq!(asked, 123, "and the explanation's with its host name");
}

#[test]
fn threat_f06_macros_are_checked_and_bounded() {
    let with = |spec: &str, from: &[u8]| {
        let text = format!("@ TXT \"v=spf1 exists:{spec}.x.example.com ~all\"");
        check(&zone(&text), from, "192.0.2.1").0.verdict
    };
    for broken in
        ["%{d0}", "%", "%z", "%{", "%{c}", "%{x}", "%{}", "%{d", "%{d1r1}", "%{d-r}", "%(d)", "%{d00}"]
    {
        assert_eq!(with(broken, b"user@example.com"), Verdict::PermError, "{broken}");
    }
    for fine in ["%{l1r+/-_=.}", "%{d999999999999}", "%{p}", "%{i}", "%%%_%-", "%{S}", "%{H2r-}"] {
        assert_eq!(with(fine, b"user@example.com"), Verdict::SoftFail, "{fine}");
    }
    let percents = [b"%".repeat(64), b"@example.com".to_vec()].concat();
    assert_eq!(with("%{l}", &percents), Verdict::SoftFail);
    assert_eq!(with("%{L}", &percents), Verdict::SoftFail);
    let many = "%{l}%{s}%{o}".repeat(400);
    let record = format!("v=spf1 exists:{many}.x.example.com ~all");
    let mut zone = Zone::new();
    let text = mailwright_dns::Rdata::Txt(Text::from_text(record).unwrap());
    zone.insert_one(&"example.com".parse().unwrap(), 60, text);
    assert_eq!(check(&zone, &percents, "2001:db8::1").0.verdict, Verdict::SoftFail);
}

#[test]
fn threat_f08_odd_local_parts_never_reach_the_resolver() {
    let text = "@ TXT \"v=spf1 exists:%{l}.x.example.com exists:%{lr-}.y.example.com ~all\"";
    for local in
        [&b"a..b"[..], b"a b", b"\"a@b\"", b"a\r\nb", b"\xc3\xa9", b"\xff", b"\0", b".", b"a.", &[b'a'; 64]]
    {
        let mut asked = Vec::new();
        let from = [local, b"@example.com"].concat();
        let zone = zone(text);
        let mut check =
            Check::new(Identity::mail_from(&from, b"h"), "192.0.2.1".parse().unwrap(), Settings::new(b""));
        let outcome = run(&mut check, &mut |question: &Question| {
            asked.push(question.name.clone());
            zone.answer(question)
        });
        assert_eq!(outcome.verdict, Verdict::SoftFail, "{}", local.escape_ascii());
        for name in asked {
            assert!(
                name.labels().all(|l| l.iter().all(|o| matches!(o, 0x20..=0x7e)) && l.len() <= 63),
                "{name}"
            );
        }
    }
}

#[test]
fn threat_f10_the_grammar_decides() {
    for bad in [
        "ip4:192.0.2.1/33",
        "ip4:192.0.2.1/00",
        "ip4:192.0.2.1/032",
        "ip6:::/129",
        "a/24//",
        "a:",
        "include:",
        "mx/",
        "foo",
        "all:x",
        "all/8",
        "redirect=a.example redirect=b.example",
        "exp=a.example exp=a.example",
        "ip4:192.0.2",
        "ip4",
        "ip4:192.0.2.1:25",
        "a//129",
        "a/24/64",
        "ptr/0",
        "include:x.example/24",
        "exists",
        "=x",
        "1up=x",
        "a:museum",
        "a:x.123",
        "a:x.-com",
        "redirect=",
        "+",
        "-",
        "a:b..",
        "ip6::CAFE::BABE",
    ] {
        assert!(Record::parse(format!("v=spf1 {bad}").as_bytes()).is_err(), "{bad}");
    }
    for good in [
        "a//64",
        "foo=bar",
        "foo.bar-baz_q=",
        "ip4:192.0.2.1/0",
        "ip6:::1.2.3.4/0",
        "a:x..example",
        "mx/0//0",
    ] {
        assert!(Record::parse(format!("v=spf1 {good}").as_bytes()).is_ok(), "{good}");
    }
}

#[test]
fn threat_f11_clients_and_names_in_odd_forms() {
    assert!("fe80::1%eth0".parse::<core::net::IpAddr>().is_err(), "a zone never enters");
    let zone = zone("@ TXT \"v=spf1 ip4:192.0.2.1 -all\"");
    assert_eq!(check(&zone, b"u@example.com", "::ffff:192.0.2.1").0.verdict, Verdict::Pass);
    let helo = |helo: &[u8]| {
        let mut check =
            Check::new(Identity::mail_from(b"", helo), "192.0.2.1".parse().unwrap(), Settings::new(b""));
        run(&mut check, &mut &zone).verdict
    };
    for none in [
        &b"[192.0.2.1]"[..],
        b"localhost",
        b"12345",
        b"192.0.2.1",
        b"",
        b"a b.example",
        b".",
        b"a..b",
        b"\xff.x",
    ] {
        assert_eq!(helo(none), Verdict::None, "{}", none.escape_ascii());
    }
    assert_eq!(helo(b"example.com"), Verdict::Pass);
    assert_eq!(helo(&[b'a'; 5000]), Verdict::None);
}

#[test]
fn threat_f13_a_resolver_may_do_anything() {
    let zone = zone(
        "@ TXT \"v=spf1 a mx ptr exists:x.example.com include:i.example.com -all exp=e.example.com\"\n\
                     i TXT \"v=spf1 -all\"\n@ MX 1 m\nx TXT x\ne TXT e",
    );
    let wrong = [
        Answer::Failed(Failure::Timeout),
        Answer::Failed(Failure::ServFail),
        Answer::NxDomain(About::new(0)),
        Answer::NoData(About::new(0)),
        Answer::Found(Data::A([].into()), About::new(0)),
        Answer::Found(Data::Ptr([Name::root()].into()), About::new(u32::MAX)),
        Answer::Found(Data::A(vec![[203, 0, 113, 1].into(); 10_000].into()), About::new(1)),
        Answer::Found(
            Data::Txt([Text::from_text("v=spf1 redirect=example.com").unwrap()].into()),
            About::new(1),
        ),
    ];
    for (number, wrong) in wrong.iter().enumerate() {
        for at in 0..8 {
            let mut count = 0;
            let mut check = Check::new(
                Identity::mail_from(b"u@example.com", b"h"),
                "192.0.2.1".parse().unwrap(),
                Settings::new(b""),
            );
            let outcome = run(&mut check, &mut |question: &Question| {
                count += 1;
                if count == at + 1 { wrong.clone() } else { zone.answer(question) }
            });
            // A failure is never a verdict about the sender.
            if number < 2 && at == 0 {
                assert_eq!(outcome.verdict, Verdict::TempError);
            }
            assert!(count <= 20, "{count}");
        }
    }
}

#[test]
fn advice_s019_a_record_is_built_parsed_and_explained() {
    let build = |count: usize| {
        let mut builder =
            Record::builder().ip4([192, 0, 2, 77].into(), 24).ip6("2001:db8::1".parse().unwrap(), 128).mx();
        for i in 1..count {
            builder = builder.include(&format!("i{i}.example.net"));
        }
        builder.all(Qualifier::Fail)
    };
    let text = build(10).explanation("e.example.com").build().unwrap();
    assert!(text.starts_with("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::1 mx include:i1.example.net "), "{text}");
    let record = Record::parse(text.as_bytes()).unwrap();
    assert_eq!((record.lookups(), record.to_string()), (10, text.clone()));
    assert_eq!(mailwright_spf::explain(&record).len(), record.terms().len());
    assert!(build(11).build().is_err());
    assert!(build(11).with_lookups(11).build().is_ok());
    assert!(build(1).include("no domain").build().is_err());
    assert!(build(1).directive(Qualifier::Neutral, "ipv4:192.0.2.1").build().is_err());
    assert!(build(1).directive(Qualifier::Neutral, "all").build().is_err());
}

#[test]
fn advice_s017_a_record_that_is_there_is_not_yet_a_pass() {
    let verdict = |record: &str| {
        let zone =
            Zone::parse(format!("example.com. TXT \"{record}\"\nmx.example.com. A 192.0.2.7").as_bytes())
                .unwrap();
        let identity = Identity::mail_from(b"x@example.com", b"mx.example.com");
        run(&mut Check::new(identity, "192.0.2.7".parse().unwrap(), Settings::new(b"r.example")), &mut &zone)
            .verdict
    };
    assert_eq!(verdict("v=spf1 a:mx.example.com -all"), Verdict::Pass);
    assert_eq!(verdict("v=spf1 ip4:192.0.2.6 -all"), Verdict::Fail);
    assert_eq!(verdict("v=spf1 a:mx.example.com. ~all"), Verdict::Pass);
    assert_eq!(verdict("v=spf1 a:mx.example.net ~all"), Verdict::SoftFail);
    assert_eq!(verdict("v=spf1 include:mx.example.com -all"), Verdict::PermError);
}

#[test]
fn advice_s018_a_name_below_a_domain_needs_a_record_of_its_own() {
    let zone = Zone::parse(
        b"example.com. TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\nshop.example.com. A 192.0.2.7\n\
          www.example.com. TXT \"v=spf1 -all\"\nmx.example.com. TXT \"v=spf1 ip4:192.0.2.7 -all\"",
    )
    .unwrap();
    let check = |identity: Identity| {
        run(&mut Check::new(identity, "192.0.2.7".parse().unwrap(), Settings::new(b"r.example")), &mut &zone)
            .verdict
    };
    let from = |sender: &str| check(Identity::mail_from(sender.as_bytes(), b"mx.example.com"));
    assert_eq!(from("x@example.com"), Verdict::Pass);
    assert_eq!(from("x@shop.example.com"), Verdict::None);
    assert_eq!(from("x@gone.example.com"), Verdict::None);
    // A name that never sends says so, and is then refused even from a host of the domain.
    assert_eq!(from("x@www.example.com"), Verdict::Fail);
    // The HELO name is an identity of its own.
    assert_eq!(check(Identity::helo(b"mx.example.com")), Verdict::Pass);
    assert_eq!(check(Identity::helo(b"shop.example.com")), Verdict::None);
}
