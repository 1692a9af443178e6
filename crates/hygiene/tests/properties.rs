//! Any events, any octets: records stay small, are read back, and no order makes a recipient's record depend on us.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use core::time::Duration;

use mailwright_hygiene::{
    Block, DomainCounts, Event, Happened, HeardBy, Key, Reason, Record, Rules, Scope, apply, read_line,
    write_line,
};
use mailwright_reply::{Refusal, Stage, classify};
use proptest::prelude::*;

const TEXTS: &[&str] = &[
    "550 5.1.1 User unknown",
    "451 4.1.1 User unknown",
    "452 4.2.2 Mailbox full",
    "550 5.2.1 Mailbox disabled",
    "550 5.1.2 Host or domain name not found",
    "554 5.7.1 blocked using zen.spamhaus.org",
];

fn event() -> impl Strategy<Value = Event> {
    let happened = prop_oneof![
        8 => (0..TEXTS.len()).prop_map(|text| {
            let refusal = Refusal::from_text(TEXTS[text].as_bytes()).with_stage(Stage::Recipient);
            let verdict = classify(&refusal, mailwright_reply::Rules::built_in());
            Event::bounced(&verdict, HeardBy::Conversation, 0).happened()
        }),
        1 => Just(Happened::Delivered),
        1 => Just(Happened::Complained),
        1 => Just(Happened::Unsubscribed),
        1 => Just(Happened::Subscribed),
        1 => any::<Option<u64>>().prop_map(|until| Happened::Blocked { until }),
        1 => Just(Happened::Blocked { until: Some(u64::MAX) }),
        1 => Just(Happened::Lifted),
    ];
    let at = prop_oneof![9 => 1_790_000_000..1_820_000_000_u64, 1 => any::<u64>()];
    (happened, at, any::<Option<u8>>()).prop_map(|(happened, at, id)| {
        let event = Event::new(happened, at);
        id.map_or(event, |id| event.with_id(id.into()))
    })
}

fn key() -> Key {
    Key::mailbox("ann@example.net".parse().unwrap(), Scope::All)
}

fn domain() -> Key {
    Key::domain_of(&"ann@example.net".parse().unwrap())
}

proptest! {
    #[test]
    fn a_record_stays_small_and_is_read_back(events in prop::collection::vec(event(), 0..60)) {
        for key in [key(), domain()] {
            let mut record: Option<Record> = None;
            for event in &events {
                record = apply(&key, record.as_ref(), event, &Rules::default(), DomainCounts::default()).record;
                let Some(record) = &record else { continue };
                let octets = record.to_bytes();
                prop_assert!(octets.len() <= Record::LONGEST);
                prop_assert_eq!(&Record::from_bytes(&octets).unwrap(), record);
                for line in record.to_lines(&key).lines() {
                    let (read, block) = read_line(line).unwrap();
                    prop_assert_eq!(&read, &key);
                    prop_assert!(record.blocks().any(|known| known == block));
                }
            }
        }
    }

    #[test]
    fn the_same_event_again_changes_nothing(events in prop::collection::vec(event(), 1..20)) {
        let mut record: Option<Record> = None;
        for event in &events {
            let event = event.with_id(7_000);
            let once = apply(&key(), record.as_ref(), &event, &Rules::default(), DomainCounts::default());
            let twice = apply(&key(), once.record.as_ref(), &event, &Rules::default(), DomainCounts::default());
            prop_assert_eq!(&once.record, &twice.record);
            record = once.record;
        }
    }

    #[test]
    fn any_octets_are_a_record_or_an_error(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(record) = Record::from_bytes(&octets) {
            prop_assert_eq!(record.to_bytes(), octets);
        }
    }

    #[test]
    fn any_text_is_a_line_or_an_error(text in "\\PC{0,80}") {
        let _ = read_line(&text);
        let _ = text.parse::<Key>();
    }

    #[test]
    fn keys_are_read_back(stream in "(all|[a-z ]{1,20}|.{0,20})( all| stream all|\\PC{0,20})?[\t\r\n\u{85}\\\\]?", tag in "[a-z.+-]{1,10}") {
        let Ok(address) = format!("x{tag}x@example.net").parse() else { return Ok(()) };
        let key = Key::mailbox(address, Scope::Stream(stream));
        prop_assert!(!key.to_string().contains(char::is_control));
        prop_assert_eq!(key.to_string().parse::<Key>().map_err(|e| e.to_string()), Ok(key));
    }
}

#[test]
fn every_cut_of_a_record_is_refused() {
    let record = Record::default()
        .with_block(Block::new(Reason::Gone, 1, Some(2)))
        .with_block(Block::new(Reason::Blocked, 3, None))
        .with_block(Block::new(Reason::Complained, 4, None));
    let octets = record.to_bytes();
    for cut in 0..octets.len() {
        assert!(Record::from_bytes(octets.get(..cut).unwrap()).is_err(), "{cut}");
    }
    let mut newer = octets;
    newer[0] = 2;
    assert_eq!(Record::from_bytes(&newer).unwrap_err().to_string(), "expected version 1 at octet 0");
}

#[test]
fn a_stream_may_have_any_name_and_an_address_any_blank() {
    for stream in ["all", "news all", "a stream b", "", " ", "a\tb", "x\n", "\\", "\\u{9}", "\u{0}"] {
        for address in ["ann@example.net", "\"a stream b\"@example.net", "\"a\\\" all\"@example.net"] {
            let key = Key::mailbox(address.parse().unwrap(), Scope::Stream(stream.to_owned()));
            assert_eq!(key.to_string().parse::<Key>(), Ok(key.clone()), "{key}");
            let block = Block::new(Reason::Unsubscribed, 1, None);
            let line = write_line(&key, &block);
            assert_eq!(line.lines().count(), 1, "{line}");
            assert_eq!(read_line(&line), Ok((key, block)), "{line}");
        }
    }
    for text in [
        "domain a b all",
        "domain  all",
        "domain a\tb all",
        "mailbox a@b.example stream \\u{61}",
        "mailbox a@b.example stream \\",
    ] {
        assert!(text.parse::<Key>().is_err(), "{text}");
    }
}

#[test]
fn an_end_at_the_last_second_is_none() {
    // A gap without end would pass the range of seconds; the binary form knows no such time.
    let rules = Rules::default().with_expiry(Some(Duration::MAX), None, None).with_probe_every(Duration::MAX);
    let refusal = Refusal::from_text(TEXTS[0].as_bytes()).with_stage(Stage::Recipient);
    let verdict = classify(&refusal, mailwright_reply::Rules::built_in());
    let event = Event::bounced(&verdict, HeardBy::Conversation, 1_790_000_000);
    let gone = apply(&key(), None, &event, &rules, DomainCounts::default()).record.unwrap();
    let probed = Record::default().with_block(Block::new(Reason::Gone, 1, Some(2))).with_probe(3, &rules);
    let set = Record::default().with_block(Block::new(Reason::Blocked, 1, Some(u64::MAX)));
    for record in [gone, probed, set] {
        assert_eq!(Record::from_bytes(&record.to_bytes()), Ok(record));
    }
}
