//! Greylisting: keys, the life of a triplet, clients that proved themselves, records.

#![expect(clippy::unwrap_used, reason = "a test")]

use mailwright_address::{ForwardPathRef, Grammar, ReversePathRef};
use mailwright_policy::greylist::{self, Client, Entry, Key, Params, Skip};
use mailwright_policy::{Flag, Note, Origin};

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

fn key(peer: &str, from: &str, rcpt: &str) -> greylist::Digest {
    Key::new(peer.parse().unwrap(), path(from), to(rcpt)).digest(&[7; 16])
}

#[test]
fn what_changes_from_mail_to_mail_is_no_part_of_the_key() {
    let same = |one: &str, other: &str| {
        assert_eq!(
            key("192.0.2.1", one, "<a@example.org>"),
            key("192.0.2.1", other, "<a@example.org>"),
            "{one} {other}"
        );
    };
    same("<bounce-12345@example.net>", "<bounce-12346@example.net>");
    same("<list-bounce+ann=example.org@example.net>", "<list-bounce+bob=example.org@example.net>");
    same("<prvs=37872c908e=test@example.net>", "<test@example.net>");
    same("<PRVS=37872c908e=test@example.net>", "<prvs=38881dead1=test@example.net>");
    same("<SRS0=f18a=jm=example.com=alice@example.net>", "<SRS0=xWc9=jN=example.com=alice@example.net>");
    same("<SRS0+f18a=jm=example.com=alice@example.net>", "<SRS0-xWc9=jN=example.com=alice@example.net>");
    same(
        "<SRS1=aaaa=fwd.example==f18a=jm=example.com=alice@example.net>",
        "<SRS1=bbbb=fwd.example==f18b=jn=example.com=alice@example.net>",
    );
    same("<0100018d1f2c3b4a-7f6e5d4c@example.net>", "<0200018d1f2c3b4b-7f6e5d4d@example.net>");
    same("<Ann@Example.NET>", "<ann@example.net>");
    let differ = |one: greylist::Digest, other| assert_ne!(one, other);
    let base = key("192.0.2.1", "<ann@example.net>", "<a@example.org>");
    assert_eq!(base, key("192.0.2.200", "<ann@example.net>", "<A@EXAMPLE.org>"));
    assert_eq!(base, key("::ffff:192.0.2.3", "<ann@example.net>", "<a@example.org>"));
    differ(base, key("192.0.3.1", "<ann@example.net>", "<a@example.org>"));
    differ(base, key("192.0.2.1", "<bob@example.net>", "<a@example.org>"));
    differ(base, key("192.0.2.1", "<ann@example.com>", "<a@example.org>"));
    differ(base, key("192.0.2.1", "<ann@example.net>", "<b@example.org>"));
    differ(base, key("192.0.2.1", "<>", "<a@example.org>"));
    assert_eq!(key("2001:db8::1", "<>", "<a@example.org>"), key("2001:db8::ffff:9", "<>", "<a@example.org>"));
    let passed = |peer: &str| {
        Key::new(peer.parse().unwrap(), path("<ann@example.net>"), to("<a@example.org>"))
            .with_spf_pass("example.net")
            .digest(&[7; 16])
    };
    assert_eq!(passed("192.0.2.1"), passed("203.0.113.7"));
}

/// The reply of a greylist says "mailbox full", its key leaves the address out, and nobody has to wait.
#[test]
fn fault_f08_greylisting_says_451_4_7_1_and_asks_for_patience() {
    let params = Params::default();
    let first = greylist::decide(None, None, 10_000, &params);
    assert_eq!(first.note.why().unwrap().to_string(), "451 4.7.1 Greylisted, retry in 180 seconds");
    let hasty = greylist::decide(Some(first.entry), None, 10_001, &params);
    check(hasty.note, "451 4.7.1");
    assert_ne!(
        key("192.0.2.1", "<a@b.example>", "<c@example.org>"),
        key("198.51.100.1", "<a@b.example>", "<c@example.org>")
    );
}

#[test]
fn the_life_of_a_triplet() {
    let params = Params::default().with_auto_allow(0);
    let at = |entry: Option<Entry>, now| greylist::decide(entry, None, now, &params);
    let first = at(None, 100_000);
    let early = at(Some(first.entry), 100_179);
    assert_eq!(
        (early.note.why().unwrap().wait(), early.entry.first_seen(), early.entry.tries()),
        (1, 100_000, 2)
    );
    let back = at(Some(early.entry), 50);
    assert_eq!(back.note.why().unwrap().wait(), 180, "a clock that steps back counts as no time passed");
    let passes = at(Some(early.entry), 100_180);
    check(passes.note, "");
    assert!(passes.note.flags.has(Flag::GreyKnown) && passes.entry.has_passed());
    check(at(Some(first.entry), 100_000 + 86_400).note, "");
    let late = at(Some(first.entry), 100_000 + 86_401);
    assert_eq!((said(late.note).as_str(), late.entry.first_seen()), ("451 4.7.1", 186_401));
    let month = at(Some(passes.entry), 100_180 + 35 * 86_400);
    check(month.note, "");
    assert_eq!(month.entry.last(), 100_180 + 35 * 86_400);
    check(at(Some(passes.entry), 100_181 + 35 * 86_400).note, "451 4.7.1");
    check(at(Some(passes.entry), 0).note, "");
    for now in [0, u64::from(u32::MAX), u64::MAX] {
        for entry in [None, Some(first.entry), Some(passes.entry), Some(late.entry)] {
            let outcome = at(entry, now);
            assert!(!outcome.note.decide().verdict.is_reject());
        }
    }
}

#[test]
fn a_client_that_proved_itself_is_not_deferred() {
    let params = Params::default().with_auto_allow(3);
    let mut client: Option<Client> = None;
    for triplet in 0..3 {
        let first = greylist::decide(None, client, 1_000 * triplet, &params);
        check(first.note, "451 4.7.1");
        let second = greylist::decide(Some(first.entry), client, 1_000 * triplet + 200, &params);
        check(second.note, "");
        client = second.client;
    }
    check(greylist::decide(None, client, 4_000, &params).note, "");
    check(greylist::decide(None, client, 4_000 + 36 * 86_400, &params).note, "451 4.7.1");
}

#[test]
fn what_is_not_greylisted() {
    let facts = greylist::Facts::default();
    assert_eq!(greylist::skip(Origin::Internet, false, facts), None);
    assert_eq!(greylist::skip(Origin::Authenticated, false, facts), Some(Skip::Ours));
    assert_eq!(greylist::skip(Origin::TrustedNet, false, facts), Some(Skip::Ours));
    assert_eq!(greylist::skip(Origin::Internet, true, facts), Some(Skip::Role));
    let allowed = greylist::Facts { allowed: true, ..facts };
    assert_eq!(greylist::skip(Origin::Internet, false, allowed), Some(Skip::Allowed));
    let bounce = greylist::Facts { tagged_bounce: true, ..facts };
    assert_eq!(greylist::skip(Origin::Internet, false, bounce), Some(Skip::TaggedBounce));
    let good = greylist::Facts { reverse_confirmed: true, spf_pass: true, domain_known: true, ..facts };
    assert_eq!(greylist::skip(Origin::Internet, false, good), Some(Skip::KnownGood));
    let stranger = greylist::Facts { domain_known: false, ..good };
    assert_eq!(greylist::skip(Origin::Internet, false, stranger), None);
}

#[test]
fn ten_million_triplets_take_the_room_that_the_docs_promise() {
    assert_eq!(size_of::<Entry>(), 12);
    assert_eq!(size_of::<Client>(), 8);
    assert_eq!(size_of::<(greylist::Digest, Entry)>(), 28);
    assert_eq!(10_000_000 * size_of::<(greylist::Digest, Entry)>(), 280_000_000);
}

#[test]
fn records_are_read_as_they_were_written() {
    let params = Params::default();
    let first = greylist::decide(None, None, 1_795_608_000, &params);
    let second = greylist::decide(Some(first.entry), None, 1_795_608_200, &params);
    for entry in [first.entry, second.entry] {
        assert_eq!(Entry::from_octets(entry.to_octets()), Ok(entry));
    }
    let client = second.client.unwrap();
    assert_eq!(Client::from_octets(client.to_octets()), Ok(client));
    assert_eq!(second.entry.to_octets(), [1, 1, 0, 1, 0x6b, 6, 0xcd, 0xc0, 0x6b, 6, 0xce, 0x88]);
    assert!(Entry::from_octets([2; 12]).is_err() && Client::from_octets([0; 8]).is_err());
}
