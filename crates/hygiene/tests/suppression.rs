//! Who is left alone, for how long, and by whose word.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use core::time::Duration;

use mailwright_hygiene::store::{MemoryStore, Store, count};
use mailwright_hygiene::{
    AddressKey, Applied, Block, Change, Consent, Decider, DomainCounts, Event, Fold, Folding, Happened,
    HeardBy, Ignored, Key, Known, Provenance, Reason, Record, Rules, Scope, SendDecision, Stream, apply,
    may_send, read_line,
};

#[path = "support/events.rs"]
mod events;
use events::{NOW, UNKNOWN, ann, said, verdict};

const DAY: u64 = 86_400;
const NEWS: Stream<'_> = Stream::bulk("news");
const RECEIPTS: Stream<'_> = Stream::transactional("receipts");

fn ann_all() -> Key {
    Key::mailbox(ann(), Scope::All)
}

/// Applies events to Ann's record one after another.
fn after(events: &[Event]) -> Applied {
    let mut applied = step(None, events.first().unwrap());
    for event in events.iter().skip(1) {
        applied = step(applied.record.as_ref(), event);
    }
    applied
}

fn step(record: Option<&Record>, event: &Event) -> Applied {
    apply(&ann_all(), record, event, &Rules::default(), DomainCounts::default())
}

fn decide(record: Option<&Record>, stream: Stream<'_>, now: u64) -> SendDecision {
    let consent = Consent::new(Provenance::DoubleOptIn, NOW);
    let known = Known { mailbox: record, consent: Some(&consent), ..Known::default() };
    may_send(&ann(), stream, &known, now, &Rules::default())
}

const UNKNOWN_FOR_NOW: &str = "451 4.1.1 User unknown";
const FULL: &str = "452 4.2.2 Mailbox full";

/// What is about us, our mail, the way or the server: none of it may ever leave a reader alone.
const NOT_THE_RECIPIENT: &[&str] = &[
    "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
    "550 5.7.1 Message rejected as spam",
    "550 5.7.26 This mail is unauthenticated",
    "550 5.7.1 Relaying denied",
    "550 5.7.25 The IP address sending this message does not have a PTR record",
    "421 4.7.0 Too many connections from your host",
    "450 4.7.1 Greylisted, please try again in 5 minutes",
    "451 4.4.3 Temporary lookup failure",
    "552 5.3.4 Message too big",
    "554 5.6.0 Message content not accepted",
    "530 5.7.0 Must issue a STARTTLS command first",
    "550 5.1.8 Sender address rejected: Domain not found",
    "421 4.3.2 System shutting down",
];

#[test]
fn advice_s092_fault_f11_outcome_e114_a_spam_block_never_suppresses_anybody() {
    // A refusal of any cause leaves a reader alone: one listing of our own address ends a whole correspondence.
    for text in NOT_THE_RECIPIENT {
        let event = said(text, NOW);
        assert!(event.keys(&ann(), Some(&NEWS)).is_empty(), "{text}");
        let applied = step(None, &event);
        let ignored = matches!(applied.change, Change::Ignored(Ignored::NotTheRecipient(_)));
        assert!(ignored && applied.record.is_none(), "{text}: {applied:?}");
    }
}

#[test]
fn fault_f13_refusals_in_a_row_for_any_reason_suppress_nobody() {
    // Consecutive failures are counted whatever they mean, so a week of listing empties the list.
    let events: Vec<Event> = (0..50).map(|n| said(NOT_THE_RECIPIENT[n % 13], NOW + n as u64 * DAY)).collect();
    assert_eq!(after(&events).record, None);
}

#[test]
fn advice_s092_an_unknown_mailbox_is_left_alone_at_once() {
    let applied = after(&[said(UNKNOWN, NOW)]);
    let Change::Suppressed(block) = applied.change else { panic!("{applied:?}") };
    assert_eq!((block.reason, block.since, block.until), (Reason::Gone, NOW, None));
    let no = decide(applied.record.as_ref(), RECEIPTS, NOW + 1000 * DAY);
    assert!(matches!(no, SendDecision::No { decider: Decider::MailboxRecord, until: None, .. }), "{no:?}");
}

#[test]
fn advice_s092_addresses_that_nobody_verified_may_need_two() {
    let rules = Rules::default().with_hard_sightings(2);
    let once = apply(&ann_all(), None, &said(UNKNOWN, NOW), &rules, DomainCounts::default());
    assert_eq!(once.change, Change::Counted);
    let again =
        |at| apply(&ann_all(), once.record.as_ref(), &said(UNKNOWN, at), &rules, DomainCounts::default());
    assert_eq!(again(NOW + DAY - 1).change, Change::Counted);
    assert!(matches!(again(NOW + DAY).change, Change::Suppressed(_)));
}

#[test]
fn outcome_e001_advice_s103_unknown_for_now_suppresses_at_the_second_sighting_a_day_later() {
    assert_eq!(after(&[said(UNKNOWN_FOR_NOW, NOW)]).change, Change::Counted);
    // Ten retries within an hour are one sighting.
    let many: Vec<Event> = (0..10).map(|n| said(UNKNOWN_FOR_NOW, NOW + n * 360)).collect();
    assert_eq!(after(&many).change, Change::Counted);
    let twice = after(&[said(UNKNOWN_FOR_NOW, NOW), said(UNKNOWN_FOR_NOW, NOW + DAY)]);
    assert!(matches!(twice.change, Change::Suppressed(Block { reason: Reason::Gone, .. })));
    // Half a year later it is a first sighting again.
    let late = after(&[said(UNKNOWN_FOR_NOW, NOW), said(UNKNOWN_FOR_NOW, NOW + 180 * DAY)]);
    assert_eq!(late.change, Change::Counted);
}

#[test]
fn advice_s092_a_full_mailbox_counts_by_distinct_days() {
    let on = |days: &[u64]| after(&days.iter().map(|d| said(FULL, NOW + d * DAY)).collect::<Vec<_>>()).change;
    assert_eq!(on(&[0, 0, 0, 0]), Change::Counted, "one day");
    assert_eq!(on(&[0, 1, 2]), Change::Counted, "three days, too close");
    assert_eq!(on(&[0, 7]), Change::Counted, "two days");
    let Change::Suppressed(block) = on(&[0, 3, 7]) else { panic!("three days, a week apart") };
    assert_eq!(block.reason, Reason::Unreachable);
    assert_eq!(block.until, Some(NOW + 37 * DAY));
    assert!(matches!(on(&[7, 0, 3]), Change::Suppressed(_)), "in any order");
    assert!(matches!(on(&[0, 1, 2, 3, 4, 5, 6, 7]), Change::Suppressed(_)));
}

/// Days are those of UTC: a second before and after midnight are two, a whole day from midnight on is one.
#[test]
fn days_change_at_midnight_and_the_spread_is_counted_in_days() {
    let midnight = NOW / DAY * DAY;
    let change = |at: &[u64]| {
        let events: Vec<Event> = at.iter().map(|at| said(FULL, midnight.saturating_add(*at))).collect();
        after(&events).change
    };
    assert!(matches!(change(&[DAY - 1, DAY, 7 * DAY]), Change::Suppressed(_)), "days 0, 1 and 7");
    assert_eq!(change(&[0, DAY - 1, 7 * DAY]), Change::Counted, "days 0 and 7");
    assert_eq!(change(&[DAY - 1, DAY, 7 * DAY - 1]), Change::Counted, "days 0, 1 and 6");
    assert_eq!(
        change(&[0, 3 * DAY, u64::MAX]),
        Change::Counted,
        "a time that can't be is far from all others"
    );
    // The second sighting is a whole day later, to the second, whatever the calendar says.
    let twice = |later| {
        after(&[said(UNKNOWN_FOR_NOW, midnight + DAY - 1), said(UNKNOWN_FOR_NOW, midnight + later)]).change
    };
    assert_eq!(twice(2 * DAY - 2), Change::Counted);
    assert!(matches!(twice(2 * DAY - 1), Change::Suppressed(_)));
}

#[test]
fn days_that_do_not_fit_do_not_shorten_the_spread() {
    let rules = Rules::default().with_soft(3, Duration::from_secs(20 * DAY));
    let mut record = None;
    for day in 0..20 {
        let applied =
            apply(&ann_all(), record.as_ref(), &said(FULL, NOW + day * DAY), &rules, DomainCounts::default());
        assert_eq!(applied.change, Change::Counted, "day {day}");
        record = applied.record;
    }
    let last =
        apply(&ann_all(), record.as_ref(), &said(FULL, NOW + 20 * DAY), &rules, DomainCounts::default());
    assert!(matches!(last.change, Change::Suppressed(_)));
}

#[test]
fn fault_f28_outcome_e116_a_delivery_resets_the_count() {
    // Soft refusals are counted over a lifetime and never forgotten after a success.
    let delivered = |day| Event::new(Happened::Delivered, NOW + day * DAY);
    let full = |day| said(FULL, NOW + day * DAY);
    assert_eq!(after(&[full(0), full(3), delivered(4), full(7), full(11)]).change, Change::Counted);
    let gone = after(&[said(UNKNOWN, NOW), delivered(1)]);
    assert_eq!((gone.change, gone.record), (Change::Released, None));
    // A delivery before the refusal, reported late, releases nothing.
    let late = after(&[said(UNKNOWN, NOW + DAY), delivered(0)]);
    assert!(matches!(late.change, Change::Ignored(Ignored::NothingKnown)));
    assert!(late.record.unwrap().bounced().is_some());
}

#[test]
fn outcome_e116_a_suppression_runs_out_into_one_probe() {
    let applied = after(&[said(FULL, NOW), said(FULL, NOW + 3 * DAY), said(FULL, NOW + 7 * DAY)]);
    let record = applied.record.unwrap();
    assert!(!decide(Some(&record), NEWS, NOW + 36 * DAY).may_send());
    let probe = decide(Some(&record), NEWS, NOW + 37 * DAY);
    assert!(matches!(probe, SendDecision::Probe { decider: Decider::MailboxRecord, .. }), "{probe:?}");
    // The probe is under way: nobody else goes.
    let waiting = record.with_probe(NOW + 37 * DAY, &Rules::default());
    assert!(!decide(Some(&waiting), NEWS, NOW + 38 * DAY).may_send());
    // It was taken: free. It was refused: left alone anew.
    let taken = step(Some(&waiting), &Event::new(Happened::Delivered, NOW + 38 * DAY));
    assert_eq!((taken.change, taken.record), (Change::Released, None));
    let refused = step(Some(&waiting), &said(UNKNOWN, NOW + 38 * DAY));
    assert!(matches!(refused.change, Change::Suppressed(Block { reason: Reason::Gone, until: None, .. })));
}

#[test]
fn who_is_gone_stays_gone_whatever_comes_later() {
    let full = |day| said(FULL, NOW + day * DAY);
    let applied = after(&[said(UNKNOWN, NOW), full(1), full(5), full(9)]);
    assert_eq!(applied.change, Change::Counted);
    assert_eq!(applied.record.unwrap().bounced().unwrap().reason, Reason::Gone);
}

#[test]
fn advice_s092_one_event_counts_once() {
    let first = said(UNKNOWN_FOR_NOW, NOW).with_id(7);
    let again = said(UNKNOWN_FOR_NOW, NOW + 2 * DAY).with_id(7);
    let applied = after(&[first, again]);
    assert_eq!(applied.change, Change::Ignored(Ignored::Duplicate));
    let other = step(applied.record.as_ref(), &said(UNKNOWN_FOR_NOW, NOW + 2 * DAY).with_id(8));
    assert!(matches!(other.change, Change::Suppressed(_)));
}

#[test]
fn outcome_e111_a_report_without_proof_counts_for_nothing() {
    let forged = Event::bounced(&verdict(UNKNOWN), HeardBy::UnprovenReport, NOW);
    let applied = step(None, &forged);
    assert_eq!((applied.change, applied.record), (Change::Ignored(Ignored::Unproven), None));
    let proven = Event::bounced(&verdict(UNKNOWN), HeardBy::ProvenReport, NOW);
    assert!(matches!(step(None, &proven).change, Change::Suppressed(_)));
}

#[test]
fn outcome_e115_a_directory_that_is_down_is_not_believed() {
    let rules = Rules::default();
    let counts = |tried, unknown| DomainCounts { tried, unknown };
    let change = |counts| apply(&ann_all(), None, &said(UNKNOWN, NOW), &rules, counts).change;
    assert_eq!(change(counts(25, 20)), Change::Ignored(Ignored::Outage));
    assert!(matches!(change(counts(19, 19)), Change::Suppressed(_)), "few");
    assert!(matches!(change(counts(1000, 20)), Change::Suppressed(_)), "a bad list, not an outage");
}

#[test]
fn outcome_e117_fault_f12_a_key_is_exactly_one_mailbox() {
    // Tags, hyphens, dots and case are stripped everywhere, so one reader's refusal silences another.
    let key = |text: &str| text.parse::<AddressKey>().unwrap();
    assert_ne!(key("mary-ann@a.example"), key("mary-lou@a.example"));
    assert_ne!(key("a.b@a.example"), key("ab@a.example"));
    assert_ne!(key("ann+x@a.example"), key("ann@a.example"));
    assert_ne!(key("Ann@a.example"), key("ann@a.example"));
    assert_eq!(key("ann@A.EXAMPLE"), key("ann@a.example"));
    assert_eq!(key("\"ann\"@a.example"), key("ann@a.example"));
    assert_eq!(key("ann@bücher.example"), key("ann@xn--bcher-kva.example"));
    let folding = Folding::none().with("a.example", Fold::default().without_tag('+'));
    assert_eq!(folding.key(&"ann+x@a.example".parse().unwrap()), key("ann@a.example"));
    assert_eq!(folding.key(&"+x@a.example".parse().unwrap()), key("+x@a.example"), "nothing would be left");
    assert_eq!(folding.key(&"\"ann+x y\"@a.example".parse().unwrap()), key("\"ann+x y\"@a.example"));
    assert_eq!(folding.key(&"ann+x@b.example".parse().unwrap()), key("ann+x@b.example"));
}

#[test]
fn fault_f15_a_text_that_begins_with_5_is_no_refusal() {
    // The first character of a text decides, so "5 retries left" is a hard refusal.
    for text in ["5 retries left", "5", "55 bottles", "5.1"] {
        assert_eq!(step(None, &said(text, NOW)).record, None, "{text}");
    }
}

#[test]
fn a_dead_domain_has_a_record_of_its_own() {
    let null_mx = said("556 5.1.10 Domain does not accept mail (nullMX)", NOW);
    let keys = null_mx.keys(&ann(), Some(&NEWS));
    assert_eq!(keys, [Key::domain_of(&ann())]);
    let applied = apply(&keys[0], None, &null_mx, &Rules::default(), DomainCounts::default());
    let Change::Suppressed(block) = applied.change else { panic!("{applied:?}") };
    assert_eq!(block.until, Some(NOW + 30 * DAY));
    let bob = "bob@example.net".parse().unwrap();
    let known = Known { domain: applied.record.as_ref(), ..Known::default() };
    let no = may_send(&bob, RECEIPTS, &known, NOW + DAY, &Rules::default());
    assert!(matches!(no, SendDecision::No { decider: Decider::DomainRecord, .. }), "{no:?}");
    // The mailbox's record does not take it, nor the domain's a mailbox's.
    assert_eq!(step(None, &null_mx).change, Change::Ignored(Ignored::OtherSubject));
    let crossed = apply(&keys[0], None, &said(UNKNOWN, NOW), &Rules::default(), DomainCounts::default());
    assert_eq!(crossed.change, Change::Ignored(Ignored::OtherSubject));
}

#[test]
fn advice_s092_a_complaint_ends_bulk_mail_and_leaves_receipts_alone() {
    let record = after(&[Event::new(Happened::Complained, NOW)]).record.unwrap();
    assert!(!decide(Some(&record), NEWS, NOW).may_send());
    assert!(decide(Some(&record), RECEIPTS, NOW).may_send());
    // Neither a delivery nor a hand takes the reader's wish back; the reader does.
    for event in [Happened::Delivered, Happened::Lifted] {
        let kept = step(Some(&record), &Event::new(event, NOW + DAY)).record;
        assert_eq!(kept.as_ref(), Some(&record), "{event:?}");
    }
    let back = step(Some(&record), &Event::new(Happened::Subscribed, NOW + DAY));
    assert_eq!((back.change, back.record), (Change::Released, None));
}

#[test]
fn advice_s092_who_unsubscribed_is_out_of_that_stream_only() {
    let mut store = MemoryStore::default();
    let gone = Event::new(Happened::Unsubscribed, NOW);
    count(&mut store, &ann(), Some(&NEWS), &gone, &Rules::default(), DomainCounts::default()).unwrap();
    let key = Key::mailbox(ann(), Scope::Stream("news".into()));
    let (record, _) = store.load(&key).unwrap().unwrap();
    let consent = Consent::new(Provenance::DoubleOptIn, NOW);
    let known = Known { in_stream: Some(&record), consent: Some(&consent), ..Known::default() };
    let no = may_send(&ann(), NEWS, &known, NOW, &Rules::default());
    assert!(matches!(no, SendDecision::No { decider: Decider::StreamRecord, .. }), "{no:?}");
    assert!(store.load(&ann_all()).unwrap().is_none());
    let offers = Known { in_stream: None, ..known };
    assert!(may_send(&ann(), Stream::bulk("offers"), &offers, NOW, &Rules::default()).may_send());
}

#[test]
fn a_block_by_hand_holds_until_it_ends_or_is_lifted() {
    let record = after(&[Event::new(Happened::Blocked { until: Some(NOW + DAY) }, NOW)]).record.unwrap();
    assert!(!decide(Some(&record), RECEIPTS, NOW + DAY - 1).may_send());
    assert_eq!(decide(Some(&record), RECEIPTS, NOW + DAY), SendDecision::Send { warning: None });
    let lifted = step(Some(&record), &Event::new(Happened::Lifted, NOW + 1));
    assert_eq!((lifted.change, lifted.record), (Change::Released, None));
}

#[test]
fn lines_from_elsewhere_are_read_or_named_by_their_octet() {
    let (key, block) =
        read_line("domain example.net all\tgone\tdomain_unknown\t1790000000\t1792592000\r\n").unwrap();
    assert_eq!(key, Key::domain_of(&ann()));
    assert_eq!(Record::default().with_block(block).bounced(), Some(block));
    for (line, at) in [
        ("", 0),
        ("ann@example.net\tgone\t-\t1\t-", 15),
        ("mailbox ann all\tgone\t-\t1\t-", 11),
        ("mailbox ann@example.net all\tspam\t-\t1\t-", 28),
        ("mailbox ann@example.net all\tgone\tno_such_cause\t1\t-", 33),
        ("mailbox ann@example.net all\tgone\t-\tyesterday\t-", 35),
        ("mailbox ann@example.net all\tgone\t-\t1", 36),
        ("mailbox ann@example.net all\tgone\t-\t1\tnever", 37),
        ("mailbox ann@example.net all\tgone\t-\t1\t-\tmore", 39),
    ] {
        assert_eq!(read_line(line).unwrap_err().at, at, "{line}");
    }
}

/// A complaint that ran out and is made again ends bulk mail anew, and the change says so.
#[test]
fn advice_s092_a_second_complaint_counts_from_then_on() {
    let rules = Rules::default().with_complaint_expiry(Some(Duration::from_secs(30 * DAY)));
    let complain = |record: Option<&Record>, at| {
        let event = Event::new(Happened::Complained, at);
        apply(&ann_all(), record, &event, &rules, DomainCounts::default())
    };
    let first = complain(None, NOW);
    assert!(matches!(first.change, Change::Suppressed(block) if block.until == Some(NOW + 30 * DAY)));
    let soon = complain(first.record.as_ref(), NOW + DAY);
    assert_eq!(soon.change, Change::Counted);
    let later = complain(first.record.as_ref(), NOW + 40 * DAY);
    assert!(matches!(later.change, Change::Suppressed(block) if block.until == Some(NOW + 70 * DAY)));
    assert_eq!(later.record.unwrap().complained(), Some(NOW + 40 * DAY));
}
