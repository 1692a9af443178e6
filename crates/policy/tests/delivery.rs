//! MAIL, RCPT, greylisting, DATA and the final dot: each row of their tables.

#![expect(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "a test")]

use core::time::Duration;

use mailwright_address::{Domain, ForwardPathRef, Grammar, Mailbox as Address, ReversePathRef, Utf8};
use mailwright_bounce::tags::{Key as TagKey, batv};
use mailwright_dns::{Answer, Failure, MxSelection, Question, Selected, Selection, Zone, run};
use mailwright_policy::content::{self, Dkim, Dmarc, Passes, Scan, Stored};
use mailwright_policy::recipient::{self, Counts, Facts, Limits, Mailbox, Roster, Store};
use mailwright_policy::relay::Destination;
use mailwright_policy::sender::{self, Demand};
use mailwright_policy::{Domains, Flag, Lookup, Note, Origin, Rate, Reason, Verdict};
use mailwright_spf::Verdict as Spf;

/// Code and enhanced code, or "" for an accept.
fn said(note: Note) -> String {
    note.decide().verdict.why().map_or_else(String::new, |why| {
        let (class, subject, detail) = why.enhanced();
        format!("{} {class}.{subject}.{detail}", why.number())
    })
}

#[track_caller]
fn check(note: Note, expected: &str) {
    assert_eq!(said(note), expected, "{note:?}");
}

fn path(text: &str) -> ReversePathRef<'_> {
    ReversePathRef::parse(text.as_bytes(), Grammar::strict()).unwrap()
}

fn to(text: &str) -> ForwardPathRef<'_> {
    ForwardPathRef::parse(text.as_bytes(), Grammar::strict()).unwrap()
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

fn local(mailbox: Lookup<Mailbox>) -> Facts {
    Facts::new(Origin::Internet, Destination::Local).with_mailbox(mailbox)
}

#[test]
fn advice_s063_what_the_directory_says_of_a_mailbox() {
    let rows = [
        (Lookup::Is(Mailbox::Known), ""),
        (Lookup::Is(Mailbox::Unknown), "550 5.1.1"),
        (Lookup::Is(Mailbox::Disabled), "550 5.2.1"),
        (Lookup::Is(Mailbox::Moved), "550 5.1.1"),
        (Lookup::Is(Mailbox::Full), "452 4.2.2"),
        (Lookup::Is(Mailbox::LongFull), "552 5.2.2"),
        (Lookup::Is(Mailbox::CatchAll), ""),
        (Lookup::Is(Mailbox::Members(Lookup::Is(true))), ""),
        (Lookup::Is(Mailbox::Members(Lookup::Is(false))), "550 5.7.2"),
        (Lookup::Is(Mailbox::Members(Lookup::Unavailable)), "451 4.3.0"),
        (Lookup::Unavailable, "451 4.3.0"),
    ];
    for (mailbox, expected) in rows {
        check(recipient::decide(&local(mailbox)), expected);
    }
    check(recipient::decide(&local(Lookup::Is(Mailbox::Moved)).with_moves_told()), "551 5.1.6");
    assert!(recipient::decide(&local(Lookup::Is(Mailbox::CatchAll))).flags.has(Flag::CatchAll));
}

/// An unknown user is told as a bad domain or as a temporary failure.
#[test]
fn fault_f07_fault_f34_advice_s030_an_unknown_user_is_550_5_1_1() {
    let note = recipient::decide(&local(Lookup::Is(Mailbox::Unknown)));
    assert_eq!(note.why().unwrap().to_string(), "550 5.1.1 User unknown");
}

#[test]
fn advice_s065_a_store_that_can_t_take_it_defers_strangers_and_lets_ours_wait() {
    let known = Lookup::Is(Mailbox::Known);
    check(recipient::decide(&local(known).with_store(Store::Down)), "451 4.3.1");
    check(recipient::decide(&local(known).with_store(Store::Full)), "452 4.3.1");
    for origin in [Origin::Local, Origin::TrustedNet, Origin::Authenticated] {
        let facts = Facts::new(origin, Destination::Local).with_mailbox(known).with_store(Store::Down);
        assert!(recipient::decide(&facts).flags.has(Flag::Waits), "{origin}");
    }
    check(content::stored(Stored::Full), "452 4.3.1");
    check(content::stored(Stored::Failed), "451 4.3.0");
    check(content::stored(Stored::Done), "");
    check(content::scan(Lookup::Unavailable), "451 4.3.0");
}

#[test]
fn advice_s064_an_unknown_local_user_is_refused_to_ours_too() {
    for origin in Origin::ALL {
        let facts = Facts::new(origin, Destination::Local).with_mailbox(Lookup::Is(Mailbox::Unknown));
        check(recipient::decide(&facts), "550 5.1.1");
    }
}

#[test]
fn advice_s066_a_backup_takes_mail_for_known_users_only() {
    let backup =
        |roster| recipient::decide(&Facts::new(Origin::Internet, Destination::BackupMx).with_roster(roster));
    check(backup(Roster::Known), "");
    assert!(backup(Roster::Known).flags.has(Flag::Waits));
    check(backup(Roster::Unknown), "550 5.1.1");
    check(backup(Roster::Missing), "451 4.4.1");
    check(backup(Roster::Stale(86_400)), "451 4.4.1");
    check(backup(Roster::Stale(86_401)), "450 4.4.1");
}

/// Over every input there is: nobody unknown is accepted from the Internet, nothing unavailable is refused for good.
#[test]
fn advice_s061_advice_s062_no_unknown_recipient_is_ever_accepted_from_the_internet() {
    let answers = [Lookup::Is(true), Lookup::Is(false), Lookup::Unavailable];
    let mut mailboxes: Vec<Lookup<Mailbox>> = vec![Lookup::Unavailable];
    let plain = [
        Mailbox::Known,
        Mailbox::Unknown,
        Mailbox::Disabled,
        Mailbox::Moved,
        Mailbox::Full,
        Mailbox::LongFull,
        Mailbox::CatchAll,
    ];
    mailboxes.extend(plain.map(Lookup::Is));
    mailboxes.extend(answers.map(|answer| Lookup::Is(Mailbox::Members(answer))));
    let rosters =
        [Roster::Known, Roster::Unknown, Roster::Missing, Roster::Stale(1), Roster::Stale(u32::MAX)];
    let places = [Destination::Local, Destination::BackupMx, Destination::Elsewhere, Destination::Unknown];
    let mut seen = 0;
    for destination in places {
        for mailbox in &mailboxes {
            for roster in rosters {
                for store in [Store::Writable, Store::Full, Store::Down] {
                    for twist in 0..8_u8 {
                        let facts = Facts::new(Origin::Internet, destination)
                            .with_mailbox(*mailbox)
                            .with_roster(roster)
                            .with_store(store);
                        let facts = if twist & 1 != 0 { facts.with_null_sender() } else { facts };
                        let facts = if twist & 2 != 0 { facts.with_never_sends() } else { facts };
                        let facts = if twist & 4 != 0 { facts.with_moves_told() } else { facts };
                        let verdict = recipient::decide(&facts).decide().verdict;
                        let lives = match destination {
                            Destination::Local => matches!(
                                mailbox,
                                Lookup::Is(
                                    Mailbox::Known | Mailbox::CatchAll | Mailbox::Members(Lookup::Is(true))
                                )
                            ),
                            Destination::BackupMx => roster == Roster::Known,
                            Destination::Elsewhere | Destination::Unknown => false,
                        };
                        assert!(lives || !verdict.is_accept(), "{facts:?}: {verdict}");
                        let asked = destination == Destination::Local && twist & 3 != 3;
                        if asked && *mailbox == Lookup::Unavailable {
                            assert!(matches!(verdict, Verdict::Tempfail(_)), "{facts:?}: {verdict}");
                        }
                        seen += 1;
                    }
                }
            }
        }
    }
    assert_eq!(seen, 4 * 11 * 5 * 3 * 8);
}

#[test]
fn advice_s095_a_recipient_elsewhere_is_answered_at_once_where_its_domain_can_t_take_mail() {
    let remote = |zone: &str| {
        let facts = Facts::new(Origin::Authenticated, Destination::Elsewhere);
        recipient::decide(&facts.with_remote(&selection(zone).selected))
    };
    check(remote("example.net. MX 0 ."), "556 5.1.10");
    check(remote("x.example. A 192.0.2.1"), "550 5.1.2");
    check(remote("example.net. A 192.0.2.1"), "");
    let facts = Facts::new(Origin::Authenticated, Destination::Elsewhere);
    check(recipient::decide(&facts.with_remote(&Selected::NotNow(Failure::Timeout))), "");
    check(recipient::decide(&facts), "");
    check(recipient::decide(&Facts::new(Origin::Internet, Destination::Elsewhere)), "550 5.7.1");
}

#[test]
fn notices_go_to_those_who_send() {
    let known = local(Lookup::Is(Mailbox::Known));
    check(recipient::decide(&known.with_null_sender().with_never_sends()), "550 5.7.1");
    check(recipient::decide(&known.with_never_sends()), "");
    let key = TagKey::new(3, b"secret").unwrap();
    let (ann, now): (Address, _) = ("ann@example.org".parse().unwrap(), Duration::from_secs(20_780 * 86_400));
    let tagged = batv::sign(&ann, &key, now).unwrap();
    let keys = [key];
    let since = now.saturating_sub(Duration::from_secs(30 * 86_400));
    let ask = |address: &Address, now, null: bool| {
        let opened = batv::open(address, &keys, now);
        let facts = known.with_tag(opened.as_ref().map_err(|error| *error), since, now);
        recipient::decide(&if null { facts.with_null_sender() } else { facts })
    };
    check(ask(&tagged, now, true), "");
    check(ask(&ann, now, true), "550 5.7.1");
    assert!(ask(&ann, now, true).flags.has(Flag::BadTag));
    check(ask(&ann, now, false), "");
    check(ask(&tagged, now + Duration::from_secs(9 * 86_400), true), "550 5.7.1");
    check(ask(&ann, since + Duration::from_secs(86_400), true), "");
}

/// The hash is compared with regard to case, and a tag is good again after the counter of days wraps.
#[test]
fn fault_f23_a_bounce_in_lower_case_is_taken_and_a_tag_of_years_ago_is_not() {
    let known = local(Lookup::Is(Mailbox::Known)).with_null_sender();
    let keys = [TagKey::new(3, b"secret").unwrap()];
    let now = Duration::from_secs(20_780 * 86_400);
    let tagged = batv::sign(&"Ann@example.org".parse().unwrap(), &keys[0], now).unwrap();
    let lower: Address = tagged.as_str().to_lowercase().parse().unwrap();
    let old: Address = "prvs=390047f17d=test@example.com".parse().unwrap();
    let ask = |address: &Address| {
        let opened = batv::open(address, &keys, now);
        recipient::decide(&known.with_tag(opened.as_ref().map_err(|error| *error), Duration::ZERO, now))
    };
    check(ask(&lower), "");
    check(ask(&old), "550 5.7.1");
}

#[test]
fn how_many_recipients_and_how_many_guesses() {
    let limits = Limits::default();
    let count = |accepted, known, unknown, null, limits| {
        recipient::count(Counts { accepted, known, unknown }, null, limits)
    };
    check(count(99, 99, 0, false, limits), "");
    check(count(100, 100, 0, false, limits), "452 4.5.3");
    check(count(50, 50, 0, false, Limits::default().with_recipients(10)), "");
    check(count(0, 0, 10, false, limits), "");
    check(count(0, 0, 11, false, limits), "421 4.7.0");
    check(count(0, 20, 11, false, limits), "");
    check(count(1, 1, 0, true, limits), "");
    assert!(count(1, 1, 0, true, limits).flags.has(Flag::NullSenderMany));
    check(count(1, 1, 0, true, limits.with_single_notice()), "452 4.5.3");
    check(count(0, 0, 0, true, limits.with_single_notice()), "");
    assert_eq!(recipient::unknown_delay(3), Duration::ZERO);
    assert_eq!(recipient::unknown_delay(5), Duration::from_secs(1));
    assert_eq!(recipient::unknown_delay(u32::MAX), Duration::from_secs(10));
    check(Note::from(Reason::BlockedByUser), "550 5.7.1");
    check(recipient::decide(&local(Lookup::Is(Mailbox::Known)).with_block_by_user()), "550 5.7.1");
}

#[test]
fn data_lines_sizes_and_loops() {
    check(content::data(0), "554 5.5.1");
    check(content::data(1), "");
    check(content::lines(Origin::Internet, true, 10, false), "550 5.6.0");
    check(content::lines(Origin::TrustedNet, true, 10, true), "");
    assert!(content::lines(Origin::TrustedNet, true, 10, false).flags.has(Flag::BareNewline));
    check(content::lines(Origin::Internet, false, 998, true), "");
    check(content::lines(Origin::Internet, false, 999, false), "");
    assert!(content::lines(Origin::Internet, false, 999, false).flags.has(Flag::LongLine));
    check(content::lines(Origin::Internet, false, 999, true), "554 5.6.0");
    check(content::size(11, Some(10)), "552 5.3.4");
    check(content::size(10, Some(10)), "");
    let passes = |received, by_us, delivered_to| content::looping(Passes { received, by_us, delivered_to });
    check(passes(100, 5, false), "");
    check(passes(101, 0, false), "554 5.4.6");
    check(passes(6, 6, false), "554 5.4.6");
    check(passes(1, 0, true), "554 5.4.6");
}

#[test]
fn the_header_section() {
    let whole = |message: &str| {
        use mailwright_message::{Context, Profile, validate};
        validate(message.as_bytes(), &Profile::inbound(), &Context::default())
    };
    let good = whole(
        "From: ann@example.net\r\nDate: Wed, 25 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.net>\r\n\r\nHi\r\n",
    );
    check(content::header(&good, true), "");
    for bad in [
        "Date: Wed, 25 Nov 2026 12:00:00 +0000\r\nSubject: no author\r\n\r\nHi\r\n",
        "From: a@example.net\r\nFrom: b@example.net\r\nDate: Wed, 25 Nov 2026 12:00:00 +0000\r\n\r\nHi\r\n",
        "From: a@example.net\r\nSubject: no date\r\n\r\nHi\r\n",
    ] {
        let report = whole(bad);
        check(content::header(&report, false), "");
        assert!(content::header(&report, false).flags.has(Flag::BadHeader), "{bad}");
        check(content::header(&report, true), "554 5.6.0");
    }
}

#[test]
fn dmarc_dkim_and_scanners() {
    check(content::dmarc(Dmarc::Fine, true), "");
    check(content::dmarc(Dmarc::FailNone, true), "");
    check(content::dmarc(Dmarc::FailQuarantine, true), "");
    assert!(content::dmarc(Dmarc::FailQuarantine, false).flags.has(Flag::Quarantine));
    check(content::dmarc(Dmarc::FailReject { unauthenticated: false }, false), "550 5.7.1");
    check(content::dmarc(Dmarc::FailReject { unauthenticated: true }, false), "550 5.7.26");
    check(content::dmarc(Dmarc::Overridden, true), "");
    check(content::dmarc(Dmarc::Unknown, false), "");
    check(content::dmarc(Dmarc::Unknown, true), "451 4.7.26");
    check(content::dkim(Dkim::NonePasses), "550 5.7.20");
    check(content::dkim(Dkim::NoneAcceptable), "550 5.7.21");
    check(content::dkim(Dkim::NotAuthor), "550 5.7.22");
    check(content::dkim(Dkim::Unknown), "451 4.7.26");
    check(content::dkim(Dkim::Fine), "");
    check(content::scan(Lookup::Is(Scan::Clean)), "");
    check(content::scan(Lookup::Is(Scan::Suspicious)), "");
    check(content::scan(Lookup::Is(Scan::Spam)), "550 5.7.1");
    check(content::scan(Lookup::Is(Scan::Virus)), "554 5.7.1");
}

/// A temporary error upstream is handed on as a refusal for good.
#[test]
fn fault_f21_what_is_unavailable_is_never_refused_for_good() {
    let down: Domain = "example.org".parse().unwrap();
    let table = |_: mailwright_address::DomainRef<'_>| Lookup::Unavailable;
    let notes = [
        recipient::decide(&local(Lookup::Unavailable)),
        recipient::decide(&local(Lookup::Is(Mailbox::Members(Lookup::Unavailable)))),
        recipient::decide(&Facts::new(Origin::Internet, Destination::Unknown)),
        recipient::decide(&Facts::new(Origin::Internet, Destination::BackupMx)),
        content::scan(Lookup::Unavailable),
        content::dkim(Dkim::Unknown),
        content::dmarc(Dmarc::Unknown, true),
        sender::size(Some(1), None, Lookup::Unavailable),
        sender::spf(Spf::TempError, true),
        sender::require_tls(true, true, Lookup::Unavailable),
        mailwright_policy::submission::sender(Lookup::Unavailable),
        mailwright_policy::relay::decide(
            Origin::Internet,
            &to("<a@example.org>"),
            &mailwright_policy::Own::new(),
            &table,
        )
        .note,
    ];
    for note in notes {
        assert!(!note.decide().verdict.is_reject(), "{note:?} {down}");
    }
}
