//! Every row of the HELO table in its three modes, and what is never refused.

#![expect(clippy::unwrap_used, reason = "a test")]

use mailwright_dns::{Failure, Zone, run};
use mailwright_policy::helo::{
    Candidates, Evidence, Fault, Forward, Look, Mode, Peer, TABLE, assess, own_name,
};
use mailwright_policy::{Domains, Flag, Flags, Origin, Own, Verdict, reverse};
use mailwright_spf::Verdict as Spf;

fn own() -> Own {
    Own::new().with_name("mx.example.org").unwrap().with_address("198.51.100.1".parse().unwrap())
}

fn domains() -> Domains {
    Domains::new().with_local("example.org").unwrap()
}

fn peer() -> Peer {
    Peer::new("203.0.113.7".parse().unwrap())
}

fn said(name: &[u8], evidence: &Evidence<'_>) -> (Flags, [Verdict; 3]) {
    let report = assess(name, peer(), &own(), &domains(), evidence);
    let verdict = |mode| report.note(mode).decide().verdict;
    (report.flags, [verdict(Mode::Observe), verdict(Mode::Usual), verdict(Mode::Strict)])
}

/// One row: the name, a flag, what the usual and the strict mode say ("" for accept).
#[track_caller]
fn check(name: &str, flag: Flag, usual: &str, strict: &str) {
    with(name, &Evidence::none(), flag, usual, strict);
}

#[track_caller]
fn with(name: &str, evidence: &Evidence<'_>, flag: Flag, usual: &str, strict: &str) {
    let (flags, [observe, said_usual, said_strict]) = said(name.as_bytes(), evidence);
    assert!(flags.has(flag), "{name:?}: {flag} is not in {flags}");
    assert_eq!(observe, Verdict::Accept, "{name:?}: observing refuses nothing");
    for (verdict, expected) in [(said_usual, usual), (said_strict, strict)] {
        let text = verdict.why().map(|why| why.to_string()).unwrap_or_default();
        let (code, rest) = text.split_at(text.find(char::is_alphabetic).unwrap_or(0));
        assert_eq!(code.trim(), expected, "{name:?}: {text} {rest} {flags}");
    }
}

#[test]
fn a_missing_name_is_refused() {
    check("", Flag::HeloMissing, "501 5.5.4", "501 5.5.4");
    check("  ", Flag::HeloMissing, "501 5.5.4", "501 5.5.4");
}

#[test]
fn controls_and_too_many_octets_are_refused() {
    check("mx\u{7}.example.net", Flag::HeloHostile, "501 5.5.4", "501 5.5.4");
    check("mx\0.example.net", Flag::HeloHostile, "501 5.5.4", "501 5.5.4");
    check(&"a".repeat(256), Flag::HeloHostile, "501 5.5.4", "501 5.5.4");
    check(&"[".repeat(256), Flag::HeloHostile, "501 5.5.4", "501 5.5.4");
}

#[test]
fn bad_syntax_is_flagged_and_refused_only_by_the_strict() {
    for name in [
        "foo_bar baz",
        "ex ample",
        "-a.example",
        "a-.example",
        "[1.2.3",
        "[1.2.3.4",
        "[1.2.3.400]",
        "[2001:db8::1]",
        "a..b",
        ".a",
        "mx.example.123",
        "m\u{e4}x.example",
        "[IPv6:1.2.3.4]",
        "[]",
        ".",
        "foo_bar.example.net",
        &"a.".repeat(127),
    ] {
        let strict = said(name.as_bytes(), &Evidence::none());
        assert!(strict.0.has(Flag::HeloSyntax) || name.len() > 250, "{name:?}: {}", strict.0);
        assert_eq!(strict.1[1], Verdict::Accept, "{name:?}");
    }
    check("foo_bar.example.net", Flag::HeloSyntax, "", "501 5.5.4");
    check("[2001:db8::1]", Flag::HeloSyntax, "", "501 5.5.4");
}

#[test]
fn advice_s039_an_unqualified_name() {
    for name in ["doe", "doe.", "WIN-7F", "DESKTOP-1A2B3C"] {
        check(name, Flag::HeloUnqualified, "", "504 5.5.4");
    }
    check("localhost", Flag::HeloUnqualified, "", "504 5.5.4");
}

#[test]
fn advice_s041_addresses_with_and_without_brackets() {
    check("203.0.113.7", Flag::HeloBareIp, "", "501 5.5.4");
    check("2001:db8::7", Flag::HeloBareIp, "", "501 5.5.4");
    check("[203.0.113.7]", Flag::HeloLiteral, "", "");
    check("[IPv6:::ffff:203.0.113.7]", Flag::HeloLiteral, "", "");
    check("[ipv6:::FFFF:cb00:7107]", Flag::HeloLiteral, "", "");
    check("[192.0.2.9]", Flag::HeloLiteralMismatch, "", "550 5.7.1");
    let v6 = Peer::new("2001:db8::7".parse().unwrap());
    let report = assess(b"[IPv6:2001:DB8:0:0::7]", v6, &own(), &domains(), &Evidence::none());
    assert_eq!(report.flags, Flags::NONE.with(Flag::HeloLiteral));
}

#[test]
fn advice_s040_whoever_says_that_it_is_us() {
    for name in ["MX.EXAMPLE.ORG.", "mx.example.org"] {
        check(name, Flag::HeloOurName, "550 5.7.1", "550 5.7.1");
    }
    check("example.org", Flag::HeloOurDomain, "", "550 5.7.1");
    check("EXAMPLE.ORG.", Flag::HeloOurDomain, "", "550 5.7.1");
    for name in ["198.51.100.1", "[198.51.100.1]", "[IPv6:::ffff:198.51.100.1]"] {
        check(name, Flag::HeloOurAddress, "550 5.7.1", "550 5.7.1");
    }
    let failed = Evidence::none().with_spf(Spf::Fail);
    with("example.org", &failed, Flag::HeloOurDomain, "550 5.7.1", "550 5.7.1");
    let (flags, _) = said(b"sub.mx.example.org", &Evidence::none());
    assert!(!flags.has(Flag::HeloOurName), "names below ours are ours only where it is said so");
    let below = own().with_names_below();
    let report = assess(b"sub.mx.example.org", peer(), &below, &domains(), &Evidence::none());
    assert!(report.flags.has(Flag::HeloOurName));
}

/// Our name in another script is ours in both spellings; a look-alike is not.
#[test]
fn advice_s040_our_name_is_compared_by_its_a_labels() {
    let own = Own::new().with_name("mx.xn--bcher-kva.example").unwrap();
    let domains = Domains::new().with_local("b\u{fc}cher.example").unwrap();
    let flags = |name: &str| assess(name.as_bytes(), peer(), &own, &domains, &Evidence::none()).flags;
    for name in ["mx.xn--bcher-kva.example", "MX.XN--BCHER-KVA.EXAMPLE.", "mx.b\u{fc}cher.example"] {
        assert!(flags(name).has(Flag::HeloOurName), "{name}: {}", flags(name));
    }
    for name in ["xn--bcher-kva.example", "b\u{fc}cher.example"] {
        assert!(flags(name).has(Flag::HeloOurDomain), "{name}: {}", flags(name));
    }
    assert!(!flags("mx.bucher.example").has(Flag::HeloOurName));
    assert!(!flags("mx.b\u{443}cher.example").has(Flag::HeloOurName));
}

#[test]
fn localhost_and_names_that_are_not_on_the_internet() {
    check("localhost.localdomain", Flag::HeloLocalhost, "", "550 5.7.1");
    check("127.0.0.1", Flag::HeloLocalhost, "", "550 5.7.1");
    check("[127.0.0.1]", Flag::HeloLocalhost, "", "550 5.7.1");
    check("[IPv6:::1]", Flag::HeloLocalhost, "", "550 5.7.1");
    for name in ["box.lan", "pc.local", "x.invalid", "r.home.arpa"] {
        check(name, Flag::HeloSpecialUse, "", "550 5.7.1");
    }
}

#[test]
fn advice_s042_where_the_name_leads() {
    let nowhere = Evidence::none().with_forward(Forward::Nowhere);
    with("mx.example.net", &nowhere, Flag::HeloNoForward, "", "450 4.7.1");
    let other = Evidence::none().with_forward(Forward::Other);
    with("mx.example.net", &other, Flag::HeloForwardMismatch, "", "");
    let good = Evidence::none().with_forward(Forward::Match);
    with("mx.example.net", &good, Flag::HeloForwardMatch, "", "");
}

#[test]
fn fault_f31_a_name_that_can_t_be_looked_up_now_is_never_refused_for_good() {
    for failure in [Failure::Timeout, Failure::ServFail, Failure::Refused, Failure::Bogus, Failure::Truncated]
    {
        let unknown = Evidence::none().with_forward(Forward::Unknown(failure)).with_spf(Spf::TempError);
        with("mx.example.net", &unknown, Flag::HeloUnknown, "", "451 4.7.1");
    }
}

fn reverse_of(zone: &str) -> reverse::Report {
    let zone = Zone::parse(zone.as_bytes()).unwrap();
    run(&mut reverse::Reverse::new(peer().address()), &mut &zone)
}

#[test]
fn the_name_beside_the_reverse_name() {
    let report = reverse_of("7.113.0.203.in-addr.arpa. PTR out.example.net.\nout.example.net. A 203.0.113.7");
    let evidence = Evidence::none().with_reverse(&report);
    with("mx.example.net", &evidence, Flag::HeloRelated, "", "");
    with("mx.example.com", &evidence, Flag::HeloRdnsMismatch, "", "");
    let (flags, _) = said(b"out.example.net", &evidence);
    assert!(!flags.has(Flag::HeloRdnsMismatch) && !flags.has(Flag::HeloRelated));
}

/// A name that anybody may write into a reverse zone counts as the peer's.
#[test]
fn fault_f03_a_big_provider_s_name_in_a_stranger_s_reverse_zone_confirms_nothing() {
    let forged = reverse_of("7.113.0.203.in-addr.arpa. PTR mail.google.com.\nmail.google.com. A 192.0.2.1");
    assert_eq!(forged.confirmed, reverse::Confirmed::No);
    let evidence = Evidence::none().with_reverse(&forged);
    with("mail.google.com", &evidence, Flag::HeloProvider, "", "550 5.7.1");
    let real =
        reverse_of("7.113.0.203.in-addr.arpa. PTR mail-1.google.com.\nmail-1.google.com. A 203.0.113.7");
    let (flags, _) = said(b"mail-1.google.com", &Evidence::none().with_reverse(&real));
    assert!(!flags.has(Flag::HeloProvider));
    let (flags, _) = said(b"mail.notgoogle.com", &evidence);
    assert!(!flags.has(Flag::HeloProvider), "labels are compared, not text");
}

/// One of two reverse names can't be looked up now: it may be the one that makes the HELO name true.
#[test]
fn fault_f31_a_provider_s_name_is_no_lie_while_a_reverse_name_is_not_known() {
    use mailwright_dns::{Answer, Question};
    let zone = Zone::parse(
        b"7.113.0.203.in-addr.arpa. PTR mail-1.google.com.
7.113.0.203.in-addr.arpa. PTR x.example.net.
x.example.net. A 203.0.113.7",
    )
    .unwrap();
    let mut half = |question: &Question| {
        let lost = question.name.to_string() == "mail-1.google.com";
        if lost { Answer::Failed(Failure::Timeout) } else { zone.answer(question) }
    };
    let report = run(&mut reverse::Reverse::new(peer().address()), &mut half);
    assert_eq!((report.confirmed, report.undecided), (reverse::Confirmed::Yes, Some(Failure::Timeout)));
    let (flags, [_, _, strict]) = said(b"mail-1.google.com", &Evidence::none().with_reverse(&report));
    assert!(!flags.has(Flag::HeloProvider) && strict.is_accept(), "{flags}");
}

#[test]
fn a_name_that_looks_like_a_line() {
    check("dsl-203-0-113-7.isp.example", Flag::HeloDynamic, "", "550 5.7.1");
    let (flags, _) = said(b"smtp-out-7.example.net", &Evidence::none());
    assert!(!flags.has(Flag::HeloDynamic));
}

#[test]
fn spf_of_the_helo_name_and_a_name_that_changes() {
    with("mx.example.net", &Evidence::none().with_spf(Spf::Fail), Flag::HeloSpfFail, "", "550 5.7.23");
    with("mx.example.net", &Evidence::none().with_spf(Spf::Pass), Flag::HeloSpfPass, "", "");
    with("mx.example.net", &Evidence::none().with_earlier(b"mx.example.com"), Flag::HeloChanged, "", "");
    let (flags, _) = said(b"MX.example.net", &Evidence::none().with_earlier(b"mx.example.net"));
    assert!(!flags.has(Flag::HeloChanged));
}

#[test]
fn peers_of_ours_and_mail_programs_may_say_anything() {
    let exempt = [
        peer().with_origin(Origin::Local),
        peer().with_origin(Origin::TrustedNet),
        peer().with_origin(Origin::Authenticated),
        peer().on_submission(),
    ];
    for peer in exempt {
        for name in ["", "mx.example.org", "198.51.100.1", "localhost", "a b"] {
            let report = assess(name.as_bytes(), peer, &own(), &domains(), &Evidence::none());
            assert!(report.exempt && report.flags.is_empty());
            assert!(report.note(Mode::Strict).decide().verdict.is_accept());
        }
    }
}

#[test]
fn every_flag_of_the_table_was_seen_in_a_row_above_and_stands_once() {
    for (at, row) in TABLE.iter().enumerate() {
        assert!(TABLE.iter().take(at).all(|other| other.flag != row.flag), "{}", row.flag);
        assert!(row.usual.is_none() || row.usual == row.strict, "the usual mode is no stricter");
    }
}

#[test]
fn look_asks_for_both_families_and_knows_nothing_after_a_timeout() {
    let zone = Zone::parse(b"a.example.net. AAAA 2001:db8::7\na.example.net. A TIMEOUT")
        .unwrap_or_else(|_| Zone::parse(b"a.example.net. AAAA 2001:db8::7").unwrap());
    let found =
        |ip: &str| run(&mut Look::new("a.example.net".parse().unwrap(), ip.parse().unwrap()), &mut &zone);
    assert_eq!(found("2001:db8::7"), Forward::Match);
    assert_eq!(found("2001:db8::8"), Forward::Other);
    let mut gone = Look::new("b.example.net".parse().unwrap(), "192.0.2.1".parse().unwrap());
    assert_eq!(run(&mut gone, &mut &zone), Forward::Nowhere);
    let mut late = Look::new("a.example.net".parse().unwrap(), "192.0.2.1".parse().unwrap());
    mailwright_dns::Inquiry::handle_timeout(&mut late);
    assert_eq!(
        mailwright_dns::Inquiry::poll(&mut late),
        mailwright_dns::Step::Done(Forward::Unknown(Failure::Timeout))
    );
}

#[test]
fn advice_s038_a_server_knows_its_own_name_and_makes_none_up() {
    let fault = |name: &str| own_name(&Candidates::new().with_configured(name)).unwrap_err().problem;
    assert_eq!(fault("doe"), Fault::Unqualified);
    assert_eq!(fault("localhost"), Fault::Unqualified);
    assert_eq!(fault("localhost.localdomain"), Fault::SpecialUse);
    assert_eq!(fault("box.lan"), Fault::SpecialUse);
    assert_eq!(fault("[192.0.2.1]"), Fault::Address);
    assert_eq!(fault("192.0.2.1"), Fault::Address);
    assert_eq!(fault("10.20.30"), Fault::Address);
    assert_eq!(fault("a b.example.net"), Fault::Syntax);
    assert_eq!(own_name(&Candidates::new()).unwrap_err().problem, Fault::Missing);
    let report = reverse_of("7.113.0.203.in-addr.arpa. PTR out.example.net.\nout.example.net. A 203.0.113.7");
    let problem = own_name(&Candidates::new().with_system("localhost").with_reverse(&report)).unwrap_err();
    assert_eq!(problem.suggestion.unwrap().to_string(), "out.example.net");
    let good = own_name(&Candidates::new().with_system("doe").with_configured("mx.example.net.")).unwrap();
    assert_eq!(good.to_string(), "mx.example.net");
}
