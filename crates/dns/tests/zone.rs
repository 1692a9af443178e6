//! The offline zone: what its text may hold, and what it answers.
#![expect(clippy::unwrap_used, reason = "tests")]

use core::fmt::Write as _;

use mailwright_dns::{Answer, Data, Dnssec, Failure, Kind, Name, Question, Rdata, Zone, ZoneLimits};
use proptest::prelude::*;

const TEXT: &str = r#"
$ORIGIN example.org.   ; everything below
$TTL 1h30m
@       IN SOA ns hostmaster ( 2026010100 ; serial
                4h 1h 2w
                300 )
        NS ns
        MX 10 mx
        MX 20 mx.backup.example.
        TXT "v=spf1 ip4:192.0." "2.0/24 -all"
        CAA 0 issue "ca.example"
        SPF "v=spf1 -all"
ns   60 IN A 192.0.2.53
mx      A 192.0.2.25
mx      IN 120 AAAA 2001:db8::25
_25._tcp.mx TLSA 3 1 1 ( 0123456789ABCDEF
                         00ff )
_submission._tcp SRV 0 1 587 mx
www     CNAME mx
far     CNAME host.elsewhere.example.
loop1   CNAME LOOP2
loop2   CNAME Loop1
*       TXT "wild"
*.deep  A 192.0.2.7
sub.deep A 192.0.2.8
a.b.c   A 192.0.2.9
esc\.aped TXT un"quoted \" \195\164"
1.2.0.192.in-addr.arpa. PTR mx
signed  DNSKEY 256 3 13 abcd
"#;

fn zone() -> Zone {
    Zone::parse(TEXT.as_bytes()).unwrap()
}

fn ask(zone: &Zone, name: &str, kind: Kind) -> Answer {
    zone.answer(&Question::new(name.parse().unwrap(), kind))
}

#[track_caller]
fn check(name: &str, kind: Kind, expected: &str) {
    assert_eq!(ask(&zone(), name, kind).to_string(), expected);
}

#[test]
fn every_kind_is_read_and_answered() {
    check("example.org", Kind::Txt, r#""v=spf1 ip4:192.0." "2.0/24 -all""#);
    check("EXAMPLE.org", Kind::Mx, "10 mx.example.org., 20 mx.backup.example.");
    check(
        "example.org",
        Kind::Soa,
        "ns.example.org. hostmaster.example.org. 2026010100 14400 3600 1209600 300",
    );
    check("example.org", Kind::Ns, "ns.example.org.");
    check("example.org", Kind::Caa, r#"0 issue "ca.example""#);
    check("example.org", Kind::Spf, r#""v=spf1 -all""#);
    check("_25._tcp.mx.example.org", Kind::Tlsa, "3 1 1 0123456789abcdef00ff");
    check("_submission._tcp.example.org", Kind::Srv, "0 1 587 mx.example.org.");
    check("1.2.0.192.in-addr.arpa", Kind::Ptr, "mx.example.org.");
    check("mx.example.org", Kind::Aaaa, "2001:db8::25");
    check(r"esc\.aped.example.org", Kind::Txt, r#""un" "quoted \" \195\164""#);
    assert_eq!(zone().skipped(), 1);
}

#[test]
fn ttls_come_from_the_record_the_directive_or_the_soa() {
    let ttl = |name, kind| ask(&zone(), name, kind).about().unwrap().ttl;
    assert_eq!(ttl("ns.example.org", Kind::A), 60);
    assert_eq!(ttl("mx.example.org", Kind::Aaaa), 120);
    assert_eq!(ttl("example.org", Kind::Txt), 5400);
    assert_eq!(ttl("mx.example.org", Kind::Txt), 300);
    assert_eq!(ttl("gone.elsewhere.example", Kind::Txt), 0);
    let signed = zone().with_dnssec(Dnssec::Secure);
    assert_eq!(ask(&signed, "example.org", Kind::Txt).about().unwrap().dnssec, Dnssec::Secure);
}

#[test]
fn wildcards_answer_below_the_closest_name_that_exists() {
    check("nobody.example.org", Kind::Txt, r#""wild""#);
    check("two.levels.example.org", Kind::Txt, r#""wild""#);
    check("nobody.example.org", Kind::A, "no such record");
    check("x.deep.example.org", Kind::A, "192.0.2.7");
    check("y.sub.deep.example.org", Kind::A, "no such name");
    check("deep.example.org", Kind::A, "no such record");
    check("x.ns.example.org", Kind::Txt, "no such name");
    check("*.example.org", Kind::Txt, r#""wild""#);
}

#[test]
fn a_name_between_names_exists_without_records() {
    check("b.c.example.org", Kind::A, "no such record");
    check("c.example.org", Kind::Txt, "no such record");
    check("x.c.example.org", Kind::Txt, "no such name");
    check("signed.example.org", Kind::A, "no such record");
    check("example.net", Kind::A, "no such name");
}

#[test]
fn threat_n01_aliases_are_followed_and_bounded() {
    check("www.example.org", Kind::A, "192.0.2.25");
    check("www.example.org", Kind::Cname, "mx.example.org.");
    check("far.example.org", Kind::A, "no such name");
    check("LOOP1.example.org", Kind::A, "server failure");
    let chain = |length: usize| {
        let mut text = String::new();
        for i in 0..length {
            writeln!(text, "C{i}.example. CNAME c{}.EXAMPLE.", i + 1).unwrap();
        }
        writeln!(text, "c{length}.example. A 192.0.2.1").unwrap();
        ask(&Zone::parse(text.as_bytes()).unwrap(), "c0.example", Kind::A)
    };
    assert_eq!(chain(10).to_string(), "192.0.2.1");
    assert_eq!(chain(11), Answer::Failed(Failure::ServFail));
}

#[test]
fn threat_n01_a_second_alias_at_a_name_is_refused_where_it_stands() {
    let second = "$ORIGIN example.org.\nwww CNAME mx\n  MX 10 mx\nWWW CNAME mx2\n";
    let error = Zone::parse(second.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 4, column 1: expected one alias at a name; it has another target already"
    );
    let again = "$ORIGIN example.org.\nwww CNAME mx\nwww 60 CNAME MX.example.org.\nmx A 192.0.2.1\n";
    assert_eq!(
        ask(&Zone::parse(again.as_bytes()).unwrap(), "www.example.org", Kind::A).to_string(),
        "192.0.2.1"
    );
    let flattened = "example.org. CNAME host.example.net.\nexample.org. MX 10 mx.example.org.\n";
    let zone = Zone::parse(flattened.as_bytes()).unwrap();
    assert_eq!(ask(&zone, "example.org", Kind::Mx).to_string(), "10 mx.example.org.");
}

#[test]
fn a_zone_fails_by_name_as_told() {
    let mut zone = zone();
    let name: Name = "mx.example.org".parse().unwrap();
    zone.fail(name, Failure::Refused);
    assert_eq!(ask(&zone, "mx.example.org", Kind::A).to_string(), "192.0.2.25");
    assert_eq!(ask(&zone, "mx.example.org", Kind::Txt), Answer::Failed(Failure::Refused));
    assert_eq!(ask(&zone, "www.example.org", Kind::Txt), Answer::Failed(Failure::Refused));
}

#[test]
fn records_are_added_one_by_one() {
    let mut zone = Zone::new();
    let name: Name = "example.org".parse().unwrap();
    zone.insert_one(&name, 60, Rdata::A([192, 0, 2, 1].into()));
    zone.insert_one(&name, 30, Rdata::A([192, 0, 2, 2].into()));
    let Answer::Found(Data::A(set), about) = ask(&zone, "example.org", Kind::A) else { panic!() };
    assert_eq!((set.len(), about.ttl), (2, 30));
    assert_eq!(zone.names().collect::<Vec<_>>(), [name]);
}

#[test]
fn what_cannot_be_read_is_named_with_line_and_column() {
    let fails = |text: &str| Zone::parse(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(fails("a.example. A 192.0.2"), "line 1, column 14: expected an IPv4 address");
    assert_eq!(fails("\na.example. A"), "line 2, column 12: expected an IPv4 address");
    assert_eq!(fails("a.example. CH A 192.0.2.1"), "line 1, column 12: expected a TTL, IN, or a known type");
    assert_eq!(fails("  A 192.0.2.1"), "line 1, column 3: expected an owner");
    assert_eq!(fails("$INCLUDE x"), "line 1, column 1: expected $ORIGIN or $TTL");
    assert_eq!(
        fails("a. TXT \"open"),
        "line 1, column 8: expected a closing quotation mark in the same line"
    );
    assert_eq!(fails("a. TXT ( x"), "line 1, column 11: expected a closing parenthesis");
    assert_eq!(fails("a. TXT )"), "line 1, column 8: expected an opening parenthesis before");
    assert_eq!(fails("a. A 192.0.2.1 x"), "line 1, column 16: expected the end of the record");
    assert_eq!(fails("a..b. A 192.0.2.1"), "line 1, column 1: expected a label");
    assert_eq!(fails("a. TLSA 3 1 1 0"), "line 1, column 15: expected association data in hexadecimal");
    let limits = ZoneLimits::default().with_records(1);
    let two = b"a. A 192.0.2.1\nb. A 192.0.2.1";
    assert_eq!(Zone::parse_within(two, &limits).unwrap_err().expected, "fewer records");
    let short = ZoneLimits::default().with_octets(3);
    assert_eq!(Zone::parse_within(two, &short).unwrap_err().expected, "a shorter text");
}

proptest! {
    #[test]
    fn no_text_makes_a_zone_panic(text in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Zone::parse(&text);
    }

    #[test]
    fn text_that_looks_like_a_zone_never_panics(
        words in prop::collection::vec(
            prop_oneof![
                Just("a.example. ".to_owned()), Just("\n".to_owned()), Just("A ".to_owned()), Just("TXT ".to_owned()),
                Just("( ".to_owned()), Just(") ".to_owned()), Just("* ".to_owned()), Just("192.0.2.1 ".to_owned()),
                Just("$TTL ".to_owned()), Just("$ORIGIN ".to_owned()), Just("MX 10 ".to_owned()), Just("\\".to_owned()),
                Just("TLSA 3 1 1 ".to_owned()), Just("CNAME ".to_owned()), Just("IN ".to_owned()), "[ -~]{0,6}",
            ],
            0..30,
        )
    ) {
        if let Ok(zone) = Zone::parse(words.concat().as_bytes()) {
            for name in zone.names() {
                for kind in Kind::ALL {
                    let _ = zone.answer(&Question::new(name.clone(), kind)).to_string();
                }
            }
        }
    }

    /// A written set reads back: text in quotes with escapes is its own inverse.
    #[test]
    fn texts_go_out_and_in_again(strings in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..4)) {
        let text = mailwright_dns::Text::from_strings(&strings).unwrap();
        let zone = Zone::parse(format!("a. TXT {text}").as_bytes()).unwrap();
        prop_assert_eq!(ask(&zone, "a", Kind::Txt).data().unwrap().rdata(), [Rdata::Txt(text)]);
    }
}
