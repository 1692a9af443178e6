//! Stores: what they must do, and events that are counted through them.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use mailwright_hygiene::store::{CountError, Failure, MemoryStore, Revision, Store, Written, check, count};
use mailwright_hygiene::{DomainCounts, Event, Happened, Key, Record, Rules, Stream};

#[path = "support/events.rs"]
mod events;
use events::{NOW, UNKNOWN, ann, said};

const NEWS: Stream<'_> = Stream::bulk("news");
#[test]
fn fault_f14_one_recipient_of_a_message_is_one_event() {
    // One refused recipient suppresses everybody the message went to.
    let mut store = MemoryStore::default();
    let (bob, rules) = ("bob@example.net".parse().unwrap(), Rules::default());
    count(&mut store, &ann(), Some(&NEWS), &said(UNKNOWN, NOW), &rules, DomainCounts::default()).unwrap();
    count(
        &mut store,
        &bob,
        Some(&NEWS),
        &Event::new(Happened::Delivered, NOW),
        &rules,
        DomainCounts::default(),
    )
    .unwrap();
    let keys: Vec<String> = store.iter().map(|(key, _)| key.to_string()).collect();
    assert_eq!(keys, ["mailbox ann@example.net all"]);
}

/// A store that writes whatever it is told, as a plain `UPDATE` does.
#[derive(Default)]
struct Careless(MemoryStore);

impl Store for Careless {
    type Error = core::convert::Infallible;

    fn load(&mut self, key: &Key) -> Result<Option<(Record, Revision)>, Self::Error> {
        self.0.load(key)
    }

    fn replace(
        &mut self,
        key: &Key,
        _: Option<Revision>,
        record: Option<&Record>,
    ) -> Result<Written, Self::Error> {
        let seen = self.0.load(key)?.map(|(_, revision)| revision);
        self.0.replace(key, seen, record)
    }
}

/// A store in which somebody else is always faster.
struct Contended(MemoryStore);

impl Store for Contended {
    type Error = core::convert::Infallible;

    fn load(&mut self, key: &Key) -> Result<Option<(Record, Revision)>, Self::Error> {
        self.0.load(key)
    }

    fn replace(&mut self, _: &Key, _: Option<Revision>, _: Option<&Record>) -> Result<Written, Self::Error> {
        Ok(Written::Conflict)
    }
}

#[test]
fn a_store_that_forgets_to_compare_is_found() {
    assert_eq!(check(MemoryStore::default), Ok(()));
    let found = check(Careless::default);
    assert_eq!(found, Err(Failure::Broken("a writer who read before another wrote is told so")));
}

#[test]
fn a_writer_who_always_loses_gives_up() {
    let mut store = Contended(MemoryStore::default());
    let event = said(UNKNOWN, NOW);
    let lost = count(&mut store, &ann(), None, &event, &Rules::default(), DomainCounts::default());
    assert_eq!(lost, Err(CountError::Busy));
}
