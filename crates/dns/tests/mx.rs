//! MX selection: one test per row of the table of answers, and what hostile answers can't do.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use core::fmt::Write as _;

use mailwright_dns::{
    Answer, Failure, Inquiry, Kind, MxLimits, MxSelection, Name, Question, Selected, Selection, Skipped,
    Step, Zone, run,
};

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn select_with(
    zone: &str,
    fails: &[(&str, Failure)],
    change: impl FnOnce(MxSelection) -> MxSelection,
) -> Selection {
    let mut zone = Zone::parse(format!("$ORIGIN example.org.\n{zone}").as_bytes()).unwrap();
    for (at, failure) in fails {
        zone.fail(name(at), *failure);
    }
    run(&mut change(MxSelection::new(name("example.org"))), &mut zone)
}

fn select(zone: &str, fails: &[(&str, Failure)]) -> Selection {
    select_with(zone, fails, |s| s)
}

/// Groups as text, `a,b c` for two equals and a third.
fn groups(selection: &Selection) -> String {
    let Selected::Hosts(groups) = &selection.selected else { panic!("{selection:?}") };
    let group = |g: &Vec<_>| {
        g.iter().map(|h: &mailwright_dns::Host| h.name.to_string()).collect::<Vec<_>>().join(",")
    };
    groups.iter().map(group).collect::<Vec<_>>().join(" ").replace(".example.org", "")
}

/// A worse host that is not known now would be cut off anyway: waiting for it would only delay the bounce.
#[test]
fn threat_n02_a_loop_is_one_whatever_worse_hosts_would_answer() {
    let zone = "@ MX 10 a\n@ MX 20 b\na A 192.0.2.1";
    let ours = |s: MxSelection| s.with_own_addresses(["192.0.2.1".parse().unwrap()]);
    let failing = |host: &'static str| [(host, Failure::ServFail)];
    assert_eq!(select_with(zone, &failing("b.example.org"), ours).selected, Selected::Loop);
    let equal = zone.replace("20 b", "10 b");
    assert_eq!(select_with(&equal, &failing("b.example.org"), ours).selected, Selected::Loop);
    // A better one could take the mail, once it is known.
    let better = zone.replace("20 b", "5 b");
    let now = select_with(&better, &failing("b.example.org"), ours).selected;
    assert_eq!(now, Selected::NotNow(Failure::ServFail));
}

/// A domain has no address only where none of its hosts has one, however many they are.
#[test]
fn threat_n03_dead_hosts_in_front_do_not_hide_the_live_one() {
    let zone = |dead: u16| {
        let mut zone = String::new();
        for number in 0..dead {
            writeln!(zone, "@ MX {number} dead{number}").unwrap();
        }
        zone + "@ MX 60000 live\nlive A 192.0.2.1"
    };
    for dead in [9, 10, 11, 25, 99] {
        assert_eq!(groups(&select(&zone(dead), &[])), "live", "{dead}");
    }
    // Bounded: a hundred are asked for.
    let mut asked = 0;
    let of = zone(5000);
    let records = Zone::parse(format!("$ORIGIN example.org.\n{of}").as_bytes()).unwrap();
    let selection = run(&mut MxSelection::new(name("example.org")), &mut |question: &Question| {
        asked += 1;
        records.answer(question)
    });
    assert_eq!((selection.selected, asked), (Selected::NoAddress, 201));
    assert!(selection.skipped.len() <= 110, "{}", selection.skipped.len());
    // A host that is not known now may be the one: later, and nothing more is asked.
    let later = select(&zone(25), &[("dead3.example.org", Failure::ServFail)]);
    assert_eq!(later.selected, Selected::NotNow(Failure::ServFail));
}

const THREE: &str = "@ MX 10 a\n@ MX 20 c\n@ MX 10 b\na A 192.0.2.1\nb A 192.0.2.2\nc AAAA 2001:db8::3\n";

/// Of hosts of equal preference only one is ever tried.
#[test]
fn fault_f06_hosts_of_equal_preference_form_a_group() {
    let selection = select(THREE, &[]);
    assert!(["a,b c", "b,a c"].contains(&groups(&selection).as_str()));
    let mut orders: Vec<String> = Vec::new();
    for seed in 0..20 {
        orders.push(groups(&select_with(THREE, &[], |s| s.with_seed(seed))));
    }
    orders.sort();
    orders.dedup();
    assert_eq!(orders, ["a,b c", "b,a c"], "equals are shuffled by the seed");
    assert_eq!(select_with(THREE, &[], |s| s.with_seed(9)), select_with(THREE, &[], |s| s.with_seed(9)));
}

#[test]
fn threat_n02_a_null_mx_alone_refuses_mail_and_beside_others_says_nothing() {
    assert_eq!(select("@ MX 0 .", &[]).selected, Selected::NullMx);
    let beside = select("@ MX 0 .\n@ MX 10 a\na A 192.0.2.1", &[]);
    assert_eq!(groups(&beside), "a");
    assert_eq!(beside.skipped, [Skipped::NullMxBesideOthers]);
}

#[test]
fn without_mx_the_domain_itself_is_the_host() {
    let selection = select("@ A 192.0.2.1", &[]);
    assert_eq!(groups(&selection), "example.org");
    assert!(selection.implicit);
    assert_eq!(select("@ TXT x", &[]).selected, Selected::NoAddress);
}

#[test]
fn no_such_domain_asks_for_no_address() {
    let mut asked = Vec::new();
    let outcome = run(&mut MxSelection::new(name("gone.example")), &mut |q: &Question| {
        asked.push(q.to_string());
        Zone::new().answer(q)
    });
    assert_eq!(outcome.selected, Selected::NoSuchDomain);
    assert_eq!(asked, ["MX gone.example"]);
}

#[test]
fn a_failed_mx_look_up_is_not_now_and_asks_for_no_address() {
    for failure in [Failure::ServFail, Failure::Timeout, Failure::Bogus, Failure::Refused, Failure::Truncated]
    {
        let mut asked = 0;
        let outcome = run(&mut MxSelection::new(name("example.org")), &mut |_: &Question| {
            asked += 1;
            Answer::Failed(failure)
        });
        assert_eq!((outcome.selected, asked), (Selected::NotNow(failure), 1));
    }
}

#[test]
fn no_address_is_permanent_only_where_nothing_failed() {
    assert_eq!(select("@ MX 10 a\n@ MX 20 b\nb TXT x", &[]).selected, Selected::NoAddress);
    let failing = select("@ MX 10 a\n@ MX 20 b", &[("b.example.org", Failure::ServFail)]);
    assert_eq!(failing.selected, Selected::NotNow(Failure::ServFail));
    let partly = select("@ MX 10 a\n@ MX 20 b\nb A 192.0.2.2", &[("a.example.org", Failure::Timeout)]);
    assert_eq!(groups(&partly), "b");
    assert_eq!(partly.skipped, [Skipped::NotNow(name("a.example.org"), Failure::Timeout)]);
}

#[test]
fn our_own_host_cuts_off_itself_its_equals_and_the_worse() {
    let own = |names: &[&str]| {
        let names: Vec<Name> = names.iter().map(|n| name(n)).collect();
        select_with(THREE, &[], |s| s.with_own_names(names))
    };
    assert!(
        groups(&own(&["c.example.org"])).contains("a,") || groups(&own(&["c.example.org"])).contains(",a")
    );
    assert_eq!(own(&["A.example.org"]).selected, Selected::Loop);
    let by_address = select_with(THREE, &[], |s| s.with_own_addresses(["2001:db8::3".parse().unwrap()]));
    assert!(!groups(&by_address).contains('c'));
    let all = ["192.0.2.1".parse().unwrap()];
    assert_eq!(select_with(THREE, &[], |s| s.with_own_addresses(all)).selected, Selected::Loop);
}

#[test]
fn threat_n02_localhost_and_loopback_are_loops_not_hosts() {
    assert_eq!(select("@ MX 10 localhost.", &[]).selected, Selected::Loop);
    let loopback = select("@ MX 10 a\na A 127.0.0.1\na AAAA ::1", &[]);
    assert_eq!(loopback.selected, Selected::Loop);
    assert_eq!(loopback.skipped, [Skipped::Loopback(name("a.example.org"))]);
    assert_eq!(groups(&select("@ MX 5 a\n@ MX 10 b\na A 192.0.2.1\nb A 0.0.0.0", &[])), "a");
}

#[test]
fn threat_n02_an_address_as_exchange_is_skipped() {
    let selection = select("@ MX 10 192.0.2.1.\n@ MX 20 a\na A 192.0.2.2", &[]);
    assert_eq!(groups(&selection), "a");
    assert_eq!(selection.skipped, [Skipped::AddressAsName(name("192.0.2.1"))]);
    assert_eq!(select("@ MX 10 192.0.2.1.", &[]).selected, Selected::NoAddress);
}

#[test]
fn threat_n03_a_thousand_hosts_are_cut_and_shuffled() {
    let mut text = String::new();
    for i in 0..1000 {
        writeln!(text, "@ MX 10 m{i}\nm{i} A 192.0.2.{}", i % 250 + 1).unwrap();
    }
    let first = select_with(&text, &[], |s| s.with_seed(1));
    let Selected::Hosts(groups) = &first.selected else { panic!() };
    assert_eq!(groups[0].len(), 10);
    assert_eq!(first.skipped, [Skipped::TooMany(990)]);
    assert_ne!(first, select_with(&text, &[], |s| s.with_seed(2)));
    let five = select_with(&text, &[], |s| s.with_limits(MxLimits::default().with_hosts(5)));
    assert!(matches!(&five.selected, Selected::Hosts(g) if g[0].len() == 5));
}

#[test]
fn addresses_come_in_turns_and_are_bounded() {
    let mut text = String::from("@ MX 10 a\n");
    for i in 1..=200 {
        writeln!(text, "a A 192.0.2.{i}\na AAAA 2001:db8::{i}").unwrap();
    }
    let selection = select(&text, &[]);
    let Selected::Hosts(groups) = &selection.selected else { panic!() };
    let addresses = &groups[0][0].addresses;
    assert_eq!(addresses.len(), 20);
    assert!(addresses[0].is_ipv6() && addresses[1].is_ipv4());
}

#[test]
fn time_running_out_keeps_what_is_known() {
    let zone = Zone::parse(b"example.org. MX 10 a.\nexample.org. MX 20 b.\na. A 192.0.2.1").unwrap();
    let mut inquiry = MxSelection::new(name("example.org"));
    let outcome = loop {
        match inquiry.poll() {
            Step::Ask(q) if q.name == name("b") => {}
            Step::Ask(q) => inquiry.handle_answer(&q, zone.answer(&q)),
            Step::Wait => inquiry.handle_timeout(),
            Step::Done(outcome) => break outcome,
        }
    };
    assert!(matches!(&outcome.selected, Selected::Hosts(g) if g[0][0].name == name("a")));
    assert_eq!(outcome.skipped, [Skipped::NotNow(name("b"), Failure::Timeout)]);
    let mut late = MxSelection::new(name("example.org"));
    late.handle_timeout();
    assert!(matches!(late.poll(), Step::Done(s) if s.selected == Selected::NotNow(Failure::Timeout)));
}

#[test]
fn answers_may_come_in_any_order_twice_and_unasked() {
    let zone = Zone::parse(format!("$ORIGIN example.org.\n{THREE}").as_bytes()).unwrap();
    let mut inquiry = MxSelection::new(name("example.org"));
    let mut asked = Vec::new();
    inquiry.handle_answer(&Question::new(name("else.example"), Kind::A), Answer::Failed(Failure::Bogus));
    let outcome = loop {
        match inquiry.poll() {
            Step::Ask(q) => asked.push(q),
            Step::Wait => {
                let q = asked.pop().unwrap();
                inquiry.handle_answer(&q, zone.answer(&q));
                inquiry.handle_answer(&q, Answer::Failed(Failure::Timeout));
            }
            Step::Done(outcome) => break outcome,
        }
    };
    assert!(matches!(outcome.selected, Selected::Hosts(_)), "{outcome:?}");
}
