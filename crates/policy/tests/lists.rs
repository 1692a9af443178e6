//! Block lists of the DNS: what is asked, what answers mean, what lists weigh together, which are dead.

#![expect(clippy::unwrap_used, reason = "a test")]

use core::net::{IpAddr, Ipv4Addr};

use mailwright_dns::{About, Answer, Data, Failure, Need, Question, Zone as Dns, run};
use mailwright_policy::Flag;
use mailwright_policy::dnsbl::{Codes, Health, ListError, Listing, Lists, Severity, ZONES, Zone, descriptor};
use mailwright_reply::Stage;
use proptest::prelude::*;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn answers(codes: &[[u8; 4]]) -> Answer {
    let codes: Vec<Ipv4Addr> = codes.iter().map(|code| Ipv4Addr::from(*code)).collect();
    Answer::Found(Data::A(codes.into()), About::new(60))
}

#[test]
fn advice_s003_what_a_list_is_asked() {
    let zen = Zone::known("zen.spamhaus.org").unwrap();
    assert_eq!(zen.question(ip("203.0.113.7")).unwrap().to_string(), "A 7.113.0.203.zen.spamhaus.org");
    assert_eq!(zen.question(ip("::ffff:203.0.113.7")), zen.question(ip("203.0.113.7")));
    let six = zen.question(ip("2001:db8::7")).unwrap();
    assert_eq!(six.name.labels().count(), 32 + 3);
    assert!(six.to_string().starts_with("A 7.0.0.0.") && six.need == Need::Needed);
    assert!(zen.question_of_domain(&"example.net".parse().unwrap()).is_none());
    let dbl = Zone::known("dbl.spamhaus.org").unwrap();
    assert_eq!(
        dbl.question_of_domain(&"example.net".parse().unwrap()).unwrap().to_string(),
        "A example.net.dbl.spamhaus.org"
    );
    assert!(dbl.question(ip("203.0.113.7")).is_none());
    assert!(Zone::known("psbl.surriel.com").unwrap().question(ip("2001:db8::7")).is_none());
}

#[test]
fn advice_s003_what_the_answers_of_a_list_mean() {
    let zen = Zone::known("ZEN.spamhaus.org.").unwrap();
    for (last, word) in [
        (2, "SBL"),
        (3, "CSS"),
        (4, "XBL"),
        (9, "DROP"),
        (10, "PBL"),
        (11, "PBL"),
        (20, "AuthBL"),
        (30, "BCL"),
    ] {
        let Listing::Listed(codes) = zen.read(&answers(&[[127, 0, 0, last]])) else { panic!("{last}") };
        assert!(codes[0].meaning.text.contains(word), "{last}: {}", codes[0].meaning.text);
    }
    let Listing::Listed(codes) = zen.read(&answers(&[[127, 0, 0, 2], [127, 0, 0, 9], [127, 0, 0, 99]]))
    else {
        panic!()
    };
    assert_eq!(codes.len(), 2, "a code without a meaning says nothing");
    assert_eq!(zen.read(&answers(&[[127, 0, 0, 99]])), Listing::Unknown);
    assert_eq!(zen.read(&Answer::NxDomain(About::new(0))), Listing::NotListed);
    assert_eq!(zen.read(&Answer::NoData(About::new(0))), Listing::NotListed);
    let surbl = Zone::known("multi.surbl.org").unwrap();
    let Listing::Listed(codes) = surbl.read(&answers(&[[127, 0, 0, 80]])) else { panic!() };
    assert_eq!(codes.len(), 2);
    let allow = Zone::known("list.dnswl.org").unwrap();
    assert!(matches!(allow.read(&answers(&[[127, 0, 9, 2]])), Listing::Listed(_)));
    assert_eq!(allow.read(&answers(&[[127, 0, 0, 255]])), Listing::Error(ListError::Refused));
}

/// An answer by which a list refuses to answer is read as a listing, or as a clean record.
#[test]
fn fault_f01_an_error_code_of_a_list_is_no_verdict() {
    let zen = Zone::known("zen.spamhaus.org").unwrap();
    let read = |code| zen.read(&answers(&[code]));
    assert_eq!(read([127, 255, 255, 252]), Listing::Error(ListError::Misspelt));
    assert_eq!(read([127, 255, 255, 254]), Listing::Error(ListError::PublicResolver));
    assert_eq!(read([127, 255, 255, 255]), Listing::Error(ListError::TooMany));
    assert_eq!(read([127, 255, 255, 250]), Listing::Error(ListError::Refused));
    assert_eq!(read([192, 0, 2, 1]), Listing::Error(ListError::Broken));
    assert_eq!(
        zen.read(&answers(&[[127, 0, 0, 2], [127, 255, 255, 254]])),
        Listing::Error(ListError::PublicResolver)
    );
    assert_eq!(
        Zone::known("multi.uribl.com").unwrap().read(&answers(&[[127, 0, 0, 1]])),
        Listing::Error(ListError::Refused)
    );
    let mut source = |_: &Question| answers(&[[127, 255, 255, 254]]);
    let report = run(&mut Lists::of_address(ip("203.0.113.7"), [zen]), &mut source);
    let note = report.note(1);
    assert!(note.why().is_none() && note.flags.has(Flag::ListUnknown) && !note.flags.has(Flag::Listed));
}

/// A failed look-up is recorded as a pass.
#[test]
fn fault_f02_a_failed_look_up_of_a_list_is_neither_clean_nor_listed() {
    for failure in [Failure::Timeout, Failure::ServFail, Failure::Refused, Failure::Bogus] {
        let zone = Zone::new("bl.example.org").unwrap();
        assert_eq!(zone.read(&Answer::Failed(failure)), Listing::Unknown);
        let mut source = |_: &Question| Answer::Failed(failure);
        let report = run(&mut Lists::of_address(ip("203.0.113.7"), [zone]), &mut source);
        assert!(report.note(1).flags.has(Flag::ListUnknown) && report.note(1).why().is_none());
    }
}

/// A list that was switched off years ago is still asked, and lists the whole world.
#[test]
fn fault_f26_a_dead_list_is_never_asked() {
    for suffix in
        ["dnsbl.sorbs.net", "cbl.abuseat.org", "dnsbl.njabl.org", "dnsbl.ahbl.org", "relays.ordb.org"]
    {
        let zone = Zone::known(suffix).unwrap();
        assert!(zone.question(ip("203.0.113.7")).is_none(), "{suffix}");
        assert_eq!(zone.read(&answers(&[[127, 0, 0, 2]])), Listing::Error(ListError::Gone));
        let mut source = |_: &Question| -> Answer { panic!("a dead list is asked") };
        let report = run(&mut Lists::of_address(ip("203.0.113.7"), [zone]), &mut source);
        assert_eq!(report.score(), 0);
    }
}

#[test]
fn lists_weigh_together() {
    let dns = Dns::parse(
        b"7.113.0.203.bl.spamcop.net. A 127.0.0.2
7.113.0.203.psbl.surriel.com. A 127.0.0.2
7.113.0.203.dnsbl-3.uceprotect.net. A 127.0.0.2
7.113.0.203.list.dnswl.org. A 127.0.5.1",
    )
    .unwrap();
    let score = |names: &[&str]| {
        let zones: Vec<Zone> = names.iter().map(|name| Zone::known(name).unwrap()).collect();
        run(&mut Lists::of_address(ip("203.0.113.7"), zones), &mut &dns)
    };
    assert_eq!(score(&["bl.spamcop.net"]).score(), 6);
    let two = score(&["bl.spamcop.net", "psbl.surriel.com", "zen.spamhaus.org"]);
    assert_eq!(two.score(), 10);
    let note = two.note(10);
    let told = note
        .why()
        .unwrap()
        .reply_with(Stage::Recipient, two.detail(ip("203.0.113.7")).as_bytes())
        .to_string();
    assert_eq!(
        told,
        "550 5.7.1 Client host is on a block list: bl.spamcop.net (reported by its recipients), see https://www.spamcop.net/bl.shtml?203.0.113.7"
    );
    assert_eq!(score(&["dnsbl-3.uceprotect.net"]).score(), 0);
    let liked = score(&["bl.spamcop.net", "list.dnswl.org"]);
    assert_eq!(liked.score(), 1);
    assert!(liked.note(10).flags.has(Flag::ListedLightly));
    assert!(score(&["list.dnswl.org"]).note(10).flags.has(Flag::Welcome));
}

/// A list that would have spoken for the peer can't be asked, and the others refuse it for good.
#[test]
fn fault_f31_an_allow_list_that_is_down_refuses_nobody_for_good() {
    let zones =
        || ["bl.spamcop.net", "psbl.surriel.com", "list.dnswl.org"].map(|name| Zone::known(name).unwrap());
    let with = |allow: Answer| {
        let mut source = move |question: &Question| {
            if question.name.to_string().ends_with("dnswl.org") {
                allow.clone()
            } else {
                answers(&[[127, 0, 0, 2]])
            }
        };
        run(&mut Lists::of_address(ip("203.0.113.7"), zones()), &mut source).note(10)
    };
    assert!(with(answers(&[[127, 0, 5, 1]])).why().is_none());
    assert!(with(Answer::NxDomain(About::new(0))).decide().verdict.is_reject());
    assert_eq!(with(Answer::Failed(Failure::Timeout)).why().unwrap().number(), 450);
    let refused = with(answers(&[[127, 0, 0, 255]]));
    assert!(refused.decide().verdict.is_reject(), "a list that refuses to answer has no say");
}

#[test]
fn whether_a_list_works_shows_at_its_test_addresses() {
    let zone = Zone::new("bl.example.org").unwrap();
    let (listed, not) = (answers(&[[127, 0, 0, 2]]), Answer::NxDomain(About::new(0)));
    assert_eq!(zone.health(&listed, &not), Health::Works);
    assert_eq!(zone.health(&listed, &listed), Health::ListsAll);
    assert_eq!(zone.health(&not, &not), Health::ListsNothing);
    assert_eq!(zone.health(&Answer::Failed(Failure::Timeout), &not), Health::Unknown);
    let refused = answers(&[[127, 255, 255, 254]]);
    assert_eq!(zone.health(&refused, &refused), Health::Error(ListError::PublicResolver));
}

#[test]
fn every_row_of_the_list_table_can_be_used() {
    for (at, row) in ZONES.iter().enumerate() {
        assert!(Zone::known(row.suffix).is_some() && descriptor(row.suffix) == Some(row), "{}", row.suffix);
        assert!(ZONES.iter().take(at).all(|other| other.suffix != row.suffix), "{}", row.suffix);
        assert!(row.dead.is_some() || !row.terms.is_empty(), "{}", row.suffix);
        assert!(matches!(row.read.len(), 0 | 7), "{}: a date is a year and a month, or none", row.suffix);
    }
}

/// Which lists there are, by name: kinds of question, whether one is dead, whether it weighs, what it keeps for errors.
#[test]
fn the_table_of_lists() {
    // (name, IPv4, IPv6, domains, weight)
    let living = [
        ("zen.spamhaus.org", true, true, false, 10),
        ("sbl.spamhaus.org", true, true, false, 10),
        ("dbl.spamhaus.org", false, false, true, 10),
        ("zrd.dq.spamhaus.net", false, false, true, 10),
        ("authbl.dq.spamhaus.net", true, true, false, 10),
        ("bl.spamcop.net", true, false, false, 6),
        ("b.barracudacentral.org", true, false, false, 6),
        ("psbl.surriel.com", true, false, false, 4),
        ("dnsbl-1.uceprotect.net", true, false, false, 3),
        ("dnsbl-2.uceprotect.net", true, false, false, 0),
        ("dnsbl-3.uceprotect.net", true, false, false, 0),
        ("bl.mailspike.net", true, false, false, 4),
        ("dnsbl.dronebl.org", true, true, false, 4),
        ("multi.surbl.org", false, false, true, 10),
        ("multi.uribl.com", false, false, true, 10),
        ("list.dnswl.org", true, true, false, -5),
    ];
    for (name, v4, v6, domains, weight) in living {
        let row = descriptor(name).unwrap();
        assert_eq!((row.kinds.v4, row.kinds.v6, row.kinds.domains), (v4, v6, domains), "{name}");
        assert_eq!((row.weight, row.dead), (weight, None), "{name}");
        let zone = Zone::known(name).unwrap();
        assert_eq!(zone.question(ip("203.0.113.7")).is_some(), v4, "{name}");
        assert_eq!(zone.question(ip("2001:db8::7")).is_some(), v6, "{name}");
        assert_eq!(zone.question_of_domain(&"a.example".parse().unwrap()).is_some(), domains, "{name}");
    }
    for name in ["multi.surbl.org", "multi.uribl.com"] {
        assert!(matches!(descriptor(name).unwrap().codes, Codes::Bits(_)), "{name}");
    }
    assert!(descriptor("multi.uribl.com").unwrap().errors.contains(&Ipv4Addr::LOCALHOST));
    let sbl = Zone::known("sbl.spamhaus.org").unwrap();
    assert_eq!(sbl.read(&answers(&[[127, 0, 0, 4]])), Listing::Unknown, "no code of this list");
    let trust = Zone::known("list.dnswl.org").unwrap();
    let Listing::Listed(codes) = trust.read(&answers(&[[127, 0, 2, 3]])) else { panic!("a trusted sender") };
    assert_eq!(codes[0].meaning.severity, Severity::Welcome);
    for name in ["dnsbl.sorbs.net", "cbl.abuseat.org", "dnsbl.njabl.org", "dnsbl.ahbl.org", "relays.ordb.org"]
    {
        assert!(descriptor(name).unwrap().dead.is_some_and(|dead| !dead.since.is_empty()), "{name}");
    }
}

proptest! {
    /// Whatever a list answers: only addresses of 127.0.0.0/8 outside 127.255.255.0/24 list anybody, and an error weighs nothing.
    #[test]
    fn fault_f01_no_answer_outside_the_codes_of_a_list_lists_anybody(
        codes in proptest::collection::vec(prop_oneof![any::<[u8; 4]>(), (0..=2_u8, any::<u8>()).prop_map(|(c, d)| [127, 0, c, d])], 0..40),
        row in 0..ZONES.len(), dead: bool,
    ) {
        let zone = if dead { Zone::known(ZONES[row].suffix).unwrap() } else { Zone::new("bl.example.org").unwrap() };
        let said = zone.read(&answers(&codes));
        if let Listing::Listed(listed) = &said {
            prop_assert!(!listed.is_empty() && listed.len() <= 16 * 8);
            let read = &codes[..codes.len().min(16)];
            prop_assert!(read.iter().all(|code| code[0] == 127 && code[..3] != [127, 255, 255]));
            prop_assert!(listed.iter().all(|code| read.contains(&code.code.octets())));
        }
        if zone.question(ip("203.0.113.7")).is_some() {
            let report = run(&mut Lists::of_address(ip("203.0.113.7"), [zone]), &mut |_: &Question| answers(&codes));
            let note = report.note(1);
            let lists = matches!(report.results[0].1, Listing::Listed(_));
            prop_assert!(note.why().is_none() || lists);
            let detail = report.detail(ip("203.0.113.7"));
            prop_assert!(detail.is_ascii() && !detail.contains(|c: char| c.is_control()));
        }
    }
}
