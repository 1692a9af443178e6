//! MAIL: each row of its table.

#![expect(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "a test")]

use core::time::Duration;

use mailwright_address::{Grammar, ReversePathRef, Utf8};
use mailwright_dns::{Answer, Failure, MxSelection, Question, Selection, Zone, run};
use mailwright_policy::sender::{self, Demand};
use mailwright_policy::{Domains, Flag, Lookup, Origin, Rate, Reason, Tally};
use mailwright_spf::Verdict as Spf;

#[path = "support/said.rs"]
mod said;
use said::check;

fn path(text: &str) -> ReversePathRef<'_> {
    ReversePathRef::parse(text.as_bytes(), Grammar::strict()).unwrap()
}

#[test]
fn the_return_path_is_read_strictly() {
    let read = |text: &str, utf8| sender::read(text.as_bytes(), utf8).map(|path| path.to_string());
    assert_eq!(read("<>", Utf8::Refused).as_deref(), Ok("<>"));
    assert_eq!(read("<ann@example.net.>", Utf8::Refused).as_deref(), Ok("<ann@example.net>"));
    assert_eq!(read("<ann>", Utf8::Refused), Err(Reason::SenderForm));
    assert_eq!(Reason::SenderForm.number(), 553);
    let local = format!("<{}@example.net>", "a".repeat(65));
    for bad in [
        "",
        "ann@example.net",
        "<ann@>",
        "<ann@example.net",
        "<a b@example.net>",
        "<ann@example.net> X",
        "<a@b@c.example>",
        &local,
    ] {
        assert_eq!(read(bad, Utf8::Refused), Err(Reason::SenderSyntax), "{bad}");
    }
    assert_eq!(read("<\u{e4}@example.net>", Utf8::Refused), Err(Reason::SenderNotAscii));
    assert!(read("<\u{e4}@example.net>", Utf8::Allowed).is_ok());
}

#[test]
fn the_null_sender_is_always_taken() {
    check(sender::null(&ReversePathRef::Null), "");
    assert!(sender::null(&ReversePathRef::Null).flags.has(Flag::NullSender));
    assert!(sender::null(&path("<ann@example.net>")).flags.is_empty());
}

#[test]
fn size_body_and_requiretls() {
    check(sender::size(Some(11), Some(10), Lookup::Is(100)), "552 5.3.4");
    check(sender::size(Some(10), Some(10), Lookup::Is(9)), "452 4.3.1");
    check(sender::size(Some(10), Some(10), Lookup::Is(10)), "");
    check(sender::size(None, Some(10), Lookup::Is(0)), "");
    check(sender::size(Some(u64::MAX), None, Lookup::Unavailable), "451 4.3.1");
    check(sender::body(true, false), "555 5.5.4");
    check(sender::body(true, true), "");
    check(sender::require_tls(true, false, Lookup::Is(true)), "530 5.7.0");
    check(sender::require_tls(true, true, Lookup::Is(false)), "550 5.7.30");
    check(sender::require_tls(true, true, Lookup::Unavailable), "");
    check(sender::require_tls(false, false, Lookup::Is(false)), "");
}

#[test]
fn advice_s096_a_listener_asks_for_tls_before_a_login() {
    check(sender::demand(Demand::Login, false, false), "530 5.7.0");
    assert_eq!(sender::demand(Demand::Login, false, true).why().unwrap().reason(), Reason::TlsRequired);
    assert_eq!(sender::demand(Demand::Login, true, false).why().unwrap().reason(), Reason::AuthRequired);
    check(sender::demand(Demand::Login, true, true), "");
    check(sender::demand(Demand::Tls, false, false), "530 5.7.0");
    check(sender::demand(Demand::Tls, true, false), "");
    check(sender::demand(Demand::Nothing, false, false), "");
}

fn selection(zone: &str) -> Selection {
    let zone = Zone::parse(zone.as_bytes()).unwrap();
    run(&mut MxSelection::new("example.net".parse().unwrap()), &mut &zone)
}

#[test]
fn advice_s045_advice_s046_the_sender_s_domain_must_take_mail() {
    check(sender::reachable(&selection("x.example. A 192.0.2.1"), false), "550 5.1.8");
    check(sender::reachable(&selection("example.net. TXT x"), false), "550 5.1.8");
    check(sender::reachable(&selection("example.net. MX 0 ."), false), "550 5.7.27");
    check(sender::reachable(&selection("example.net. A 192.0.2.1"), true), "");
    check(
        sender::reachable(
            &selection("example.net. MX 1 mx.example.net.\nmx.example.net. AAAA 2001:db8::1"),
            true,
        ),
        "",
    );
    let inner = selection("example.net. MX 1 mx.example.net.\nmx.example.net. A 10.1.2.3");
    check(sender::reachable(&inner, false), "");
    assert!(sender::reachable(&inner, false).flags.has(Flag::SenderUnreachable));
    check(sender::reachable(&inner, true), "550 5.1.8");
}

/// Of two address families one can't be looked up now: the private address of the other is not all there is.
#[test]
fn fault_f31_a_private_address_beside_an_unknown_one_is_deferred() {
    let zone = Zone::parse(b"example.net. MX 1 mx.example.net.\nmx.example.net. A 10.1.2.3").unwrap();
    let mut half = |question: &Question| match question.kind {
        mailwright_dns::Kind::Aaaa => Answer::Failed(Failure::Timeout),
        _ => zone.answer(question),
    };
    let selection = run(&mut MxSelection::new("example.net".parse().unwrap()), &mut half);
    check(sender::reachable(&selection, true), "451 4.1.8");
    check(sender::reachable(&selection, false), "");
}

/// A look-up that failed refuses a sender for good.
#[test]
fn fault_f31_a_sender_s_domain_that_can_t_be_looked_up_now_is_deferred() {
    for failure in [Failure::Timeout, Failure::ServFail, Failure::Refused, Failure::Bogus, Failure::Truncated]
    {
        let mut down = |_: &Question| Answer::Failed(failure);
        let selection = run(&mut MxSelection::new("example.net".parse().unwrap()), &mut down);
        for strict in [false, true] {
            check(sender::reachable(&selection, strict), "451 4.1.8");
        }
    }
}

/// The address of the domain itself is asked for whenever its MX can't be had, and a null MX is taken for a host.
#[test]
fn fault_f06_an_mx_that_can_t_be_had_is_not_replaced_by_an_address() {
    let mut half = |question: &Question| match question.kind {
        mailwright_dns::Kind::Mx => Answer::Failed(Failure::ServFail),
        _ => panic!("nothing else is asked for"),
    };
    let selection = run(&mut MxSelection::new("example.net".parse().unwrap()), &mut half);
    check(sender::reachable(&selection, true), "451 4.1.8");
    check(
        sender::reachable(&self::selection("example.net. MX 0 .\nexample.net. A 192.0.2.1"), true),
        "550 5.7.27",
    );
}

#[test]
fn our_address_from_outside_is_a_flag() {
    let domains = Domains::new().with_local("example.org").unwrap();
    let ask = |origin, from: &str, strict| sender::own_from_outside(origin, &path(from), &domains, strict);
    let note = ask(Origin::Internet, "<ann@EXAMPLE.org>", false);
    assert!(note.flags.has(Flag::OwnSender));
    check(note, "");
    check(ask(Origin::Internet, "<ann@example.org>", true), "550 5.7.1");
    check(ask(Origin::Authenticated, "<ann@example.org>", true), "");
    check(ask(Origin::Internet, "<ann@example.net>", true), "");
    check(ask(Origin::Internet, "<>", true), "");
    let down = |_: mailwright_address::DomainRef<'_>| Lookup::Unavailable;
    check(sender::own_from_outside(Origin::Internet, &path("<ann@example.org>"), &down, true), "");
}

#[test]
fn spf_is_flags_and_for_the_strict_three_codes() {
    let rows = [
        (Spf::Pass, Some(Flag::SpfPass), ""),
        (Spf::Fail, Some(Flag::SpfFail), "550 5.7.23"),
        (Spf::SoftFail, Some(Flag::SpfSoftFail), ""),
        (Spf::TempError, Some(Flag::SpfError), "451 4.7.24"),
        (Spf::PermError, Some(Flag::SpfError), "550 5.7.24"),
        (Spf::Neutral, None, ""),
        (Spf::None, None, ""),
    ];
    for (result, flag, strict) in rows {
        check(sender::spf(result, false), "");
        check(sender::spf(result, true), strict);
        assert!(flag.is_none_or(|flag| sender::spf(result, false).flags.has(flag)));
    }
}

/// Who has logged in sends from any address, so SPF of that address says nothing; the flag is the reason why it was let be.
#[test]
fn spf_o20_spf_is_not_heard_where_the_peer_is_ours() {
    for result in [Spf::Fail, Spf::PermError, Spf::TempError] {
        for origin in [Origin::Local, Origin::TrustedNet, Origin::Authenticated] {
            let mut tally = Tally::new(origin, false);
            tally.note(sender::spf(result, true));
            let decision = tally.finish();
            assert!(decision.verdict.is_accept(), "{origin:?} {result}: {decision}");
            assert_eq!(decision.flags.has(Flag::Exempted), result != Spf::TempError, "{decision}");
        }
        let mut tally = Tally::new(Origin::Internet, false);
        tally.note(sender::spf(result, true));
        assert!(!tally.finish().verdict.is_accept(), "{result}");
    }
}

#[test]
fn advice_s070_a_sender_on_our_list_and_one_that_is_too_fast() {
    use mailwright_policy::connection::{Blocklist, Entry, Target};
    let mut list = Blocklist::new();
    list.insert(Target::Domain("bad.example".parse().unwrap()), Entry::new("spam", "postmaster"));
    check(sender::blocked(&list, &path("<x@bad.example>"), 0), "550 5.7.1");
    check(sender::blocked(&list, &path("<x@good.example>"), 0), "");
    check(sender::blocked(&list, &ReversePathRef::Null, 0), "");
    let rate = Rate::per_minute(1).unwrap();
    let paid = rate.check(None, Duration::ZERO, 1);
    check(sender::rate(&paid), "");
    let over = rate.check(paid.ok(), Duration::ZERO, 1);
    assert_eq!(
        sender::rate(&over).why().unwrap().to_string(),
        "450 4.7.1 Too much mail from this sender, retry in 60 seconds"
    );
}
