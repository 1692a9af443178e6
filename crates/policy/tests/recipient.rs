//! RCPT: each row of its table; notices and their tags; counts.

#![expect(clippy::unwrap_used, reason = "a test")]

use core::time::Duration;

use mailwright_address::Mailbox as Address;
use mailwright_bounce::tags::{Key as TagKey, batv};
use mailwright_dns::{Failure, MxSelection, Selected, Selection, Zone, run};
use mailwright_policy::content::{self, Stored};
use mailwright_policy::recipient::{self, Counts, Facts, Limits, Mailbox, Roster, Store, Tag};
use mailwright_policy::relay::Destination;
use mailwright_policy::{Flag, Lookup, Note, Origin, Reason, Verdict};

#[path = "support/said.rs"]
mod said;
use said::check;

fn selection(zone: &str) -> Selection {
    let zone = Zone::parse(zone.as_bytes()).unwrap();
    run(&mut MxSelection::new("example.net".parse().unwrap()), &mut &zone)
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
        let facts = known.with_tag(Tag::read(opened.as_ref().map_err(|error| *error), since, now));
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
        let tag = Tag::read(opened.as_ref().map_err(|error| *error), Duration::ZERO, now);
        recipient::decide(&known.with_tag(tag))
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
