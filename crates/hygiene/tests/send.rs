//! May this recipient be mailed in that stream, and which record says so?
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use mailwright_hygiene::{
    Consent, Decider, DomainCounts, Key, Known, Provenance, Record, Rules, Scope, SendDecision, Stream,
    Unsendable, Warning, apply, is_role_account, may_send, suggest_domain,
};

#[path = "support/events.rs"]
mod events;
use events::{NOW, UNKNOWN, ann, said};

const DAY: u64 = 86_400;
const NEWS: Stream<'_> = Stream::bulk("news");
const RECEIPTS: Stream<'_> = Stream::transactional("receipts");

/// What is held of Ann once her mailbox was called unknown.
fn gone() -> Option<Record> {
    let key = Key::mailbox(ann(), Scope::All);
    apply(&key, None, &said(UNKNOWN, NOW), &Rules::default(), DomainCounts::default()).record
}

fn decide(record: Option<&Record>, stream: Stream<'_>, now: u64) -> SendDecision {
    let consent = Consent::new(Provenance::DoubleOptIn, NOW);
    let known = Known { mailbox: record, consent: Some(&consent), ..Known::default() };
    may_send(&ann(), stream, &known, now, &Rules::default())
}

#[test]
fn advice_s089_advice_s093_no_mail_without_a_provenance_that_permits_it() {
    let with = |consent: Option<&Consent>, stream| {
        may_send(&ann(), stream, &Known { consent, ..Known::default() }, NOW, &Rules::default())
    };
    for provenance in [Provenance::Harvested, Provenance::Purchased, Provenance::Guessed, Provenance::Unknown]
    {
        for stream in [NEWS, RECEIPTS] {
            let no = with(Some(&Consent::new(provenance, NOW)), stream);
            let why = Unsendable::Provenance(provenance);
            assert_eq!(no, SendDecision::No { why, decider: Decider::Consent, until: None });
        }
    }
    for provenance in
        [Provenance::DoubleOptIn, Provenance::SingleOptIn, Provenance::Customer, Provenance::Migrated]
    {
        assert!(with(Some(&Consent::new(provenance, NOW)), NEWS).may_send(), "{provenance:?}");
    }
    assert!(matches!(with(None, NEWS), SendDecision::No { why: Unsendable::NoConsent, .. }));
    assert!(with(None, RECEIPTS).may_send());
}

#[test]
fn advice_s089_offices_and_slips_of_the_keyboard() {
    for role in ["abuse", "spam", "postmaster", "noreply", "root", "Abuse", "abuse+x"] {
        assert!(is_role_account(role), "{role}");
    }
    let consent = Consent::new(Provenance::SingleOptIn, NOW);
    let known = Known { consent: Some(&consent), ..Known::default() };
    let to =
        |address: &str, stream| may_send(&address.parse().unwrap(), stream, &known, NOW, &Rules::default());
    let no = to("abuse@example.net", NEWS);
    assert!(matches!(no, SendDecision::No { why: Unsendable::RoleAccount, decider: Decider::Address, .. }));
    assert!(to("abuse@example.net", RECEIPTS).may_send());
    let warned = SendDecision::Send { warning: Some(Warning::ProbablyMeant("gmail.com")) };
    assert_eq!(to("ann@gmial.com", NEWS), warned);
    for (written, meant) in [
        ("gmai.com", Some("gmail.com")),
        ("gmaill.com", Some("gmail.com")),
        ("gnail.com", Some("gmail.com")),
        ("GMIAL.com", Some("gmail.com")),
        ("hotmial.com", Some("hotmail.com")),
        ("yahooo.com", Some("yahoo.com")),
        ("gmail.com", None),
        ("ymail.com", None),
        ("mail.com", None),
        ("gmx.com", None),
        ("example.net", None),
        ("", None),
    ] {
        assert_eq!(suggest_domain(written), meant, "{written}");
    }
}

#[test]
fn advice_s089_readers_who_are_silent_for_a_year_are_let_go() {
    let consent = Consent::new(Provenance::DoubleOptIn, NOW);
    let with = |engaged, stream, now| {
        let known = Known { consent: Some(&consent), engaged, ..Known::default() };
        may_send(&ann(), stream, &known, now, &Rules::default())
    };
    let no = with(None, NEWS, NOW + 366 * DAY);
    assert!(matches!(no, SendDecision::No { why: Unsendable::Sunset { since: NOW }, .. }), "{no:?}");
    assert!(with(Some(NOW + 300 * DAY), NEWS, NOW + 366 * DAY).may_send());
    assert!(with(None, RECEIPTS, NOW + 366 * DAY).may_send());
}

#[test]
fn advice_s090_the_order_is_suppressed_consent_sunset_rate() {
    let record = gone();
    let bought = Consent::new(Provenance::Purchased, NOW);
    let stream = NEWS.with_daily(1);
    let mut known =
        Known { mailbox: record.as_ref(), consent: Some(&bought), sent_last_day: 1, ..Known::default() };
    let decider = |known: &Known<'_>, now| {
        let decision = may_send(&ann(), stream, known, now, &Rules::default());
        let SendDecision::No { decider, .. } = decision else { panic!("{decision:?}") };
        decider
    };
    let late = NOW + 400 * DAY;
    assert_eq!(decider(&known, late), Decider::MailboxRecord);
    known.mailbox = None;
    assert_eq!(decider(&known, late), Decider::Consent);
    let asked = Consent::new(Provenance::DoubleOptIn, NOW);
    known.consent = Some(&asked);
    assert_eq!(decider(&known, late), Decider::Engagement);
    assert_eq!(decider(&known, NOW), Decider::Rate);
}

#[test]
fn every_decision_reads_as_a_sentence() {
    let gone = gone();
    let text = decide(gone.as_ref(), NEWS, NOW).to_string();
    assert_eq!(text, "no: the record of the mailbox says gone (mailbox_unknown)");
    let bulk = may_send(&ann(), NEWS, &Known::default(), NOW, &Rules::default()).to_string();
    assert_eq!(bulk, "no: bulk mail needs consent, and there is none");
}
