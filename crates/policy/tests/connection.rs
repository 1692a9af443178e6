//! Connections: counts, rates, names, reverse names, early talk.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::format_push_string,
    clippy::wildcard_enum_match_arm,
    reason = "a test"
)]

use core::net::IpAddr;
use core::time::Duration;

use mailwright_dns::{About, Answer, Data, Failure, Inquiry, Kind, Question, Step, Zone as Dns, run};
use mailwright_policy::connection::{self, Counts, Limits};
use mailwright_policy::names::{NameClass, Shape, classify, classify_below};
use mailwright_policy::reverse::{Confirmed, Reverse};
use mailwright_policy::{Charge, Flag, Flags, Rate, Reason, check_all};
use mailwright_reply::Stage;
use proptest::prelude::*;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn too_many_at_once() {
    let limits = Limits::default().with_address(2).with_network(4).with_total(8);
    let said =
        |address, network, total| connection::concurrency(Counts { address, network, total }, limits).why();
    assert_eq!(said(2, 4, 8), None);
    for over in [said(3, 3, 3), said(1, 5, 5), said(1, 1, 9)] {
        assert_eq!(
            over.unwrap().reply(Stage::Greeting).to_string(),
            "421 Too many connections, try again later"
        );
        assert!(over.unwrap().closes());
    }
}

#[test]
fn a_refused_greeting_answers_quit_only() {
    let greeting = mailwright_policy::Why::from(Reason::Blocked).reply(Stage::Greeting);
    assert_eq!(greeting.to_string(), "554 Refused by local policy");
    assert_eq!(connection::after_refused_greeting(b"quit").code().number(), 221);
    for verb in [&b"EHLO"[..], b"MAIL", b"NOOP", b""] {
        assert_eq!(connection::after_refused_greeting(verb).code().number(), 503);
    }
}

#[test]
fn talking_before_the_greeting() {
    let said = |octets: &[u8], strict| connection::early_talk(octets, strict);
    assert!(said(b"", true).why().is_none() && said(b"", true).flags.is_empty());
    assert!(said(b"EHLO x\r\n", false).why().is_none());
    assert_eq!(
        said(b"EHLO x\r\n", true).why().unwrap().to_string(),
        "554 5.5.1 Protocol error: talked before its turn"
    );
    for foreign in [&b"GET / HTTP/1.1\r\n"[..], b"POST /", b"\x16\x03\x01\x02\x00\x01"] {
        assert!(said(foreign, false).why().unwrap().closes());
    }
    assert_eq!(connection::greeting_delay(Flags::NONE), Duration::ZERO);
    assert_eq!(connection::greeting_delay(Flags::NONE.with(Flag::RdnsPass)), Duration::ZERO);
    let worst: Flags = Flag::ALL.iter().copied().collect();
    assert_eq!(connection::greeting_delay(worst), Duration::from_secs(6));
}

#[test]
fn a_rate_tells_when_to_come_back() {
    let rate = Rate::per_minute(6).unwrap().with_burst(2).unwrap();
    let now = Duration::from_secs(1_700_000_000);
    let one = rate.check(None, now, 1).unwrap();
    let two = rate.check(Some(one), now, 1).unwrap();
    let over = rate.check(Some(two), now, 1).unwrap_err();
    assert_eq!(
        over.why(Reason::TooFast).to_string(),
        "421 4.7.0 Too many connections in a short time, retry in 10 seconds"
    );
    assert!(rate.check(Some(two), now + Duration::from_secs(10), 1).is_ok());
    assert_eq!(rate.check(None, now, 3).unwrap_err().wait(), None, "three never fit into two");
    assert!(Rate::new(0, Duration::from_secs(1)).is_none() && Rate::new(1, Duration::ZERO).is_none());
    assert!(Rate::new(1, Duration::MAX).is_none() && rate.with_burst(0).is_none());
}

#[test]
fn a_clock_that_steps_back_locks_nobody_out() {
    let rate = Rate::per_hour(60).unwrap();
    let paid = rate.check(None, Duration::from_secs(1_000_000), 60).unwrap();
    // By eleven days: whoever waited as told would be refused again, since a refusal stores nothing.
    assert!(rate.check(Some(paid), Duration::from_secs(10), 1).is_ok());
    assert!(rate.check(Some(u64::MAX), Duration::ZERO, 1).is_ok());
    // By what clocks of hosts beside each other may differ: nothing is given away.
    for behind in [1, 30, 3600] {
        let now = Duration::from_secs(1_000_000 - behind);
        let over = rate.check(Some(paid), now, 1).unwrap_err();
        assert_eq!(over.wait(), Some(Duration::from_secs(60 + behind)));
        assert!(rate.check(Some(paid), now + Duration::from_secs(60 + behind), 1).is_ok());
    }
    let quick = Rate::per_second(10).unwrap();
    let paid = quick.check(None, Duration::from_secs(100), 10).unwrap();
    assert!(quick.check(Some(paid), Duration::from_secs(41), 1).is_err());
    assert!(quick.check(Some(paid), Duration::from_secs(39), 1).is_ok());
}

#[test]
fn several_rates_are_charged_together_or_not_at_all() {
    let (per_address, per_user) = (Rate::per_minute(1).unwrap(), Rate::per_hour(1).unwrap());
    let now = Duration::from_secs(500);
    let charge = |rate, paid| Charge { paid, rate, cost: 1 };
    let [address, user] = check_all(now, [charge(per_address, None), charge(per_user, None)]).unwrap();
    let over =
        check_all(now, [charge(per_address, Some(address)), charge(per_user, Some(user))]).unwrap_err();
    assert_eq!((over.at, over.wait()), (1, Some(Duration::from_secs(3600))));
}

proptest! {
    /// However calls are spread, no window holds more than the burst and what the window itself earns.
    #[test]
    fn a_rate_never_lets_more_through_than_it_says(
        count in 1..20_u32, burst in 1..20_u32, steps in proptest::collection::vec(0..3_000_u64, 1..200),
    ) {
        let rate = Rate::per_second(count).unwrap().with_burst(burst).unwrap();
        let (mut now, mut paid, mut passed) = (1_000_000_u64, None, Vec::new());
        for step in steps {
            now += step;
            if let Ok(next) = rate.check(paid, Duration::from_millis(now), 1) {
                paid = Some(next);
                passed.push(now);
            }
        }
        for (first, from) in passed.iter().enumerate() {
            for (last, to) in passed.iter().enumerate().skip(first) {
                let most = u64::from(burst) + (to - from) * u64::from(count) / 1000;
                prop_assert!(((last - first) as u64) < most, "{} in {} ms", last - first + 1, to - from);
            }
        }
    }

    /// Clocks that step both ways by anything: whoever is refused and waits as told is let in.
    #[test]
    fn no_step_of_the_clock_locks_a_key_out(steps in proptest::collection::vec(any::<u64>(), 1..50), burst in 1..9_u32) {
        let rate = Rate::per_hour(60).unwrap().with_burst(burst).unwrap();
        let mut paid = None;
        for now in steps {
            let now = Duration::from_nanos(now);
            match rate.check(paid, now, 1) {
                Ok(next) => paid = Some(next),
                Err(over) => {
                    let wait = over.wait().unwrap();
                    prop_assert!(wait <= Duration::from_secs(60 * u64::from(burst) + 60), "{:?}", wait);
                    // But at the end of time.
                    let then = now.saturating_add(wait);
                    prop_assert!(now > Duration::from_nanos(u64::MAX / 2) || rate.check(paid, then, 1).is_ok());
                }
            }
        }
    }

    #[test]
    fn no_number_makes_a_rate_panic(count: u32, period: u64, paid: Option<u64>, now: u64, cost: u32) {
        if let Some(rate) = Rate::new(count, Duration::from_nanos(period)) {
            if let Ok(next) = rate.check(paid, Duration::from_nanos(now), cost) {
                prop_assert!(next >= now.min(u64::MAX / 2));
            }
            let _ = rate.check(paid, Duration::MAX, cost);
        }
    }
}

#[track_caller]
fn name(name: &str, expected: NameClass) {
    let address = if expected == NameClass::Generic(Shape::V6) { "2001:db8::7" } else { "203.0.113.7" };
    assert_eq!(classify(&name.parse().unwrap(), Some(ip(address))), expected, "{name}");
}

#[test]
fn advice_s002_names_that_look_handed_out() {
    use NameClass::{Dynamic, Generic, Neutral, Static};
    name("203-0-113-7.isp.example", Generic(Shape::Forward));
    name("203.0.113.7.isp.example", Generic(Shape::Forward));
    name("7-113-0-203.isp.example", Generic(Shape::Reversed));
    name("203000113007.isp.example", Generic(Shape::Padded));
    name("203-000-113-007.isp.example", Generic(Shape::Forward));
    name("cb007107.isp.example", Generic(Shape::Hex));
    name("host-113-7.isp.example", Generic(Shape::Partial));
    name("ec2-203-0-113-7.compute.cloud.example", Generic(Shape::Forward));
    name("vps-cb007107.host.example", Generic(Shape::Hex));
    name("198-51-100-9.isp.example", Generic(Shape::OtherAddress));
    name("2001-db8--7.isp.example", Generic(Shape::V6));
    name("ip6-2001-db8--7.isp.example", Generic(Shape::V6));
    name("20010db8000000000000000000000007.isp.example", Generic(Shape::V6));
    name("7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.isp.example", Generic(Shape::V6));
    for (host, word) in [
        ("dhcp-113-7.isp.example", "dhcp"),
        ("dyn7.pool.isp.example", "dyn"),
        ("ppp203.isp.example", "ppp"),
        ("adsl-7.isp.example", "adsl"),
        ("cpe-203-0-113-7.isp.example", "cpe"),
        ("c-203-0-113-7.hsd1.cable.example", "hsd"),
    ] {
        name(host, Dynamic(word));
    }
    name("static-203-0-113-7.isp.example", Static(Some(Shape::Forward)));
    name("static.203-0-113-7.isp.example", Static(Some(Shape::Forward)));
    name("203-0-113-7.business.static.isp.example", Static(Some(Shape::Forward)));
    for host in [
        "cable.example.org",
        "wireless.example.org",
        "mail-lf1-f7.google.example",
        "o7.ptr123.mail.example",
        "smtp-out-7.example.org",
        "mta7.example.org",
        "outbound-mail-7.example.org",
        "dynamite7.example.org",
        "dsland.example.org",
        "cpeople.example.org",
        "mx-1-2-3.example.org",
        "mail-mail.example.org",
        "o1.email.example.org",
        "smtp-out-203-0-113-7.example.org",
        "example",
        "a.b",
    ] {
        name(host, Neutral);
    }
}

/// A pattern of subscribers' names is searched in the domain that somebody registered.
#[test]
fn fault_f27_only_labels_left_of_the_registered_domain_count() {
    name("mail.dynamic123.example", NameClass::Neutral);
    name("mail.dsl7.example", NameClass::Neutral);
    let below = |host: &str, labels| classify_below(&host.parse().unwrap(), labels, None);
    assert_eq!(below("mail.dyn7.co.example", 3), NameClass::Neutral);
    assert_eq!(below("mail.dyn7.co.example", 2), NameClass::Dynamic("dyn"));
}

fn reverse(zone: &str) -> mailwright_policy::reverse::Report {
    let dns = Dns::parse(zone.as_bytes()).unwrap();
    run(&mut Reverse::new(ip("203.0.113.7")), &mut &dns)
}

/// An address of the same network counts as confirmation.
#[test]
fn fault_f04_a_neighbour_s_address_confirms_nothing() {
    let report = reverse("7.113.0.203.in-addr.arpa. PTR a.example.net.\na.example.net. A 203.0.113.8");
    assert_eq!((report.confirmed, report.near), (Confirmed::No, true));
    assert!(report.note(false).flags.has(Flag::RdnsFail) && report.note(false).flags.has(Flag::RdnsNear));
    assert_eq!(
        report.note(true).why().unwrap().to_string(),
        "550 5.7.25 Client host has no reverse name that leads back to it"
    );
}

/// A reverse name is believed without asking where it leads.
#[test]
fn fault_f03_a_reverse_name_is_asked_where_it_leads() {
    let report = reverse("7.113.0.203.in-addr.arpa. PTR mail.google.com.");
    assert_eq!(report.confirmed, Confirmed::No);
    assert!(report.names.is_empty() && report.unconfirmed.len() == 1);
}

#[test]
fn all_reverse_names_up_to_ten_are_asked_side_by_side() {
    let mut zone = String::new();
    for number in 0..12 {
        zone.push_str(&format!("7.113.0.203.in-addr.arpa. PTR h{number}.example.net.\n"));
    }
    zone.push_str("h9.example.net. A 203.0.113.7\nh11.example.net. A 203.0.113.7\n");
    let dns = Dns::parse(zone.as_bytes()).unwrap();
    let mut inquiry = Reverse::new(ip("203.0.113.7"));
    let Step::Ask(ptr) = inquiry.poll() else { panic!("the reverse name is asked first") };
    assert_eq!(inquiry.poll(), Step::Wait);
    inquiry.handle_answer(&ptr, dns.answer(&ptr));
    let mut asked = Vec::new();
    while let Step::Ask(question) = inquiry.poll() {
        asked.push(question);
    }
    assert_eq!(asked.len(), 10);
    for question in asked.iter().rev() {
        inquiry.handle_answer(question, dns.answer(question));
        inquiry.handle_answer(question, Answer::Failed(Failure::Timeout));
    }
    let Step::Done(report) = inquiry.poll() else { panic!("all is answered") };
    assert_eq!((report.confirmed, report.left_out), (Confirmed::Yes, 2));
    assert_eq!(report.result(), "pass");
}

/// A failed look-up is taken for a missing name.
#[test]
fn fault_f31_a_failed_look_up_is_no_missing_reverse_name() {
    let fail = |kind: Kind| {
        let mut source = move |question: &Question| match question.kind {
            _ if question.kind == kind => Answer::Failed(Failure::ServFail),
            Kind::Ptr => {
                Answer::Found(Data::Ptr(vec!["a.example.net".parse().unwrap()].into()), About::new(60))
            }
            _ => Answer::NxDomain(About::new(60)),
        };
        run(&mut Reverse::new(ip("203.0.113.7")), &mut source)
    };
    for kind in [Kind::Ptr, Kind::A] {
        let report = fail(kind);
        assert_eq!(report.confirmed, Confirmed::Unknown(Failure::ServFail));
        assert!(report.note(false).decide().verdict.is_accept());
        assert_eq!(report.note(true).decide().verdict.why().unwrap().number(), 451);
    }
    assert_eq!(fail(Kind::Mx).confirmed, Confirmed::No);
    let mut late = Reverse::new(ip("2001:db8::7"));
    late.handle_timeout();
    let Step::Done(report) = late.poll() else { panic!("time is up") };
    assert_eq!(report.confirmed, Confirmed::Unknown(Failure::Timeout));
    assert_eq!(reverse("x.example. A 192.0.2.1").confirmed, Confirmed::NoName);
}

proptest! {
    /// Answers in any order, also unasked and doubled, give the same.
    #[test]
    fn the_order_of_answers_changes_nothing(seed in 0..64_usize, names in 1..6_usize) {
        let mut zone = String::new();
        for number in 0..names {
            zone.push_str(&format!("7.113.0.203.in-addr.arpa. PTR h{number}.example.net.\n"));
        }
        zone.push_str("h0.example.net. A 203.0.113.7\n");
        let dns = Dns::parse(zone.as_bytes()).unwrap();
        let expected = run(&mut Reverse::new(ip("203.0.113.7")), &mut &dns);
        let mut inquiry = Reverse::new(ip("203.0.113.7"));
        let mut open = Vec::new();
        let report = loop {
            match inquiry.poll() {
                Step::Ask(question) => open.push(question),
                Step::Wait => {
                    let question = open.remove(seed % open.len());
                    inquiry.handle_answer(&question, dns.answer(&question));
                }
                Step::Done(report) => break report,
            }
        };
        prop_assert_eq!(report, expected);
    }

    #[test]
    fn no_name_makes_the_classifier_panic(octets in proptest::collection::vec(any::<u8>(), 1..200), v6: bool) {
        if let Ok(name) = mailwright_dns::Name::from_dotted(&octets) {
            let address = if v6 { ip("2001:db8::7") } else { ip("203.0.113.7") };
            let _ = classify(&name, Some(address));
            let _ = classify(&name, None);
        }
    }
}
