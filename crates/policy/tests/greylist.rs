//! Greylisting: keys, the life of a triplet, clients that proved themselves, records.

#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a test")]

use mailwright_address::{ForwardPathRef, Grammar, ReversePathRef};
use mailwright_policy::greylist::{
    self, AskError, Client, Digest, Entry, Failure, Full, Key, MemoryStore, Params, Record, RecordError,
    Skip, Store, Written,
};
use mailwright_policy::{Flag, Origin, Why};
use proptest::prelude::*;

#[path = "support/said.rs"]
mod said;
use said::{check, said};

fn path(text: &str) -> ReversePathRef<'_> {
    ReversePathRef::parse(text.as_bytes(), Grammar::strict()).unwrap()
}

fn to(text: &str) -> ForwardPathRef<'_> {
    ForwardPathRef::parse(text.as_bytes(), Grammar::strict()).unwrap()
}

fn key(peer: &str, from: &str, rcpt: &str) -> Digest {
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
    let differ = |one: Digest, other| assert_ne!(one, other);
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
    let back = at(Some(early.entry), 99_000);
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
    assert_eq!(size_of::<(Digest, Entry)>(), 28);
    assert_eq!(10_000_000 * size_of::<(Digest, Entry)>(), 280_000_000);
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

/// A key that leaves out what no longer fits: who passes once with a long sender is known for every recipient.
#[test]
fn a_key_has_no_end_behind_which_recipients_are_the_same() {
    let domain = |letter: &str| {
        let label = letter.repeat(61);
        format!("{label}.{label}.{label}.example")
    };
    let (from, passed) = (format!("<{}@{}>", "x-y".repeat(19), domain("a")), domain("b"));
    let recipient = |local: &str| format!("<{local}@{}>", domain("c"));
    let digest = |rcpt: &str| {
        let key = Key::new("192.0.2.1".parse().unwrap(), path(&from), to(rcpt));
        (key.digest(&[7; 16]), key.with_spf_pass(&passed).digest(&[7; 16]))
    };
    let (one, other) = (digest(&recipient(&"y".repeat(57))), digest(&recipient("ann")));
    assert_ne!(one.0, other.0);
    assert_ne!(one.1, other.1);
}

/// The clock was ahead for a moment, and whoever wrote then is deferred until that time has come.
#[test]
fn a_clock_that_ran_ahead_locks_no_triplet_out() {
    let params = Params::default();
    let ahead = greylist::decide(None, None, 4_000_000_000, &params);
    let back = greylist::decide(Some(ahead.entry), None, 1_795_608_000, &params);
    assert_eq!(back.note.why().unwrap().wait(), 180);
    check(greylist::decide(Some(back.entry), None, 1_795_608_180, &params).note, "");
    // Nor does it make anybody older than it is.
    let small = greylist::decide(None, None, 10_000, &params);
    let stepped = greylist::decide(Some(small.entry), None, 9_990, &params);
    assert_eq!(stepped.entry.first_seen(), 9_990);
    check(greylist::decide(Some(stepped.entry), None, 10_169, &params).note, "451 4.7.1");
}

/// A store that writes whatever it is told, as a plain `UPDATE` does.
#[derive(Default)]
struct Careless(MemoryStore);

impl Store for Careless {
    type Error = Full;

    fn load(&mut self, digest: &Digest) -> Result<Option<Record>, Full> {
        self.0.load(digest)
    }

    fn replace(
        &mut self,
        digest: &Digest,
        _: Option<Record>,
        record: Option<Record>,
    ) -> Result<Written, Full> {
        let seen = self.0.load(digest)?;
        self.0.replace(digest, seen, record)
    }
}

/// A store that keeps the binary form, and looks at 15 octets of a digest only where it is told to.
#[derive(Default)]
struct Octets {
    rows: Vec<(Vec<u8>, Vec<u8>)>,
    short: bool,
}

impl Octets {
    fn key(&self, digest: &Digest) -> Vec<u8> {
        digest.0.get(..if self.short { 15 } else { 16 }).unwrap().to_vec()
    }
}

impl Store for Octets {
    type Error = RecordError;

    fn load(&mut self, digest: &Digest) -> Result<Option<Record>, RecordError> {
        let key = self.key(digest);
        let row = self.rows.iter().find(|(held, _)| *held == key);
        row.map(|(_, octets)| Record::from_octets(octets)).transpose()
    }

    fn replace(
        &mut self,
        digest: &Digest,
        seen: Option<Record>,
        record: Option<Record>,
    ) -> Result<Written, RecordError> {
        if self.load(digest)? != seen {
            return Ok(Written::Conflict);
        }
        let key = self.key(digest);
        self.rows.retain(|(held, _)| *held != key);
        self.rows.extend(record.map(|record| (key, record.with_octets(<[u8]>::to_vec))));
        Ok(Written::Stored)
    }
}

#[test]
fn any_store_can_be_held_to_the_law() {
    assert_eq!(greylist::check(MemoryStore::default), Ok(()));
    assert_eq!(greylist::check(Octets::default), Ok(()));
    let found = greylist::check(Careless::default);
    assert_eq!(found, Err(Failure::Broken("a writer who read before another wrote is told so")));
    let short = greylist::check(|| Octets { short: true, ..Octets::default() });
    assert_eq!(short, Err(Failure::Broken("a first record is stored")));
    assert!(matches!(greylist::check(|| MemoryStore::new(0)), Err(Failure::Store(_))));
}

/// A store in which others write between a read and a write, `busy` times.
struct Contended {
    inner: MemoryStore,
    busy: usize,
    params: Params,
}

impl Store for Contended {
    type Error = Full;

    fn load(&mut self, digest: &Digest) -> Result<Option<Record>, Full> {
        self.inner.load(digest)
    }

    fn replace(
        &mut self,
        digest: &Digest,
        seen: Option<Record>,
        record: Option<Record>,
    ) -> Result<Written, Full> {
        if self.busy > 0 {
            self.busy -= 1;
            let now = 1_000 + self.busy as u64;
            let other = match self.inner.load(digest)? {
                Some(Record::Client(client)) => {
                    let first = greylist::decide(None, None, 0, &self.params).entry;
                    greylist::decide(Some(first), Some(client), now, &self.params).client.map(Record::Client)
                }
                held => Some(Record::Triplet(
                    greylist::decide(held.and_then(Record::triplet), None, now, &self.params).entry,
                )),
            };
            let held = self.inner.load(digest)?;
            self.inner.replace(digest, held, other)?;
        }
        self.inner.replace(digest, seen, record)
    }
}

fn triplet() -> Key<'static> {
    Key::new("192.0.2.1".parse().unwrap(), path("<ann@example.net>"), to("<a@example.org>"))
}

#[test]
fn the_greylist_is_asked_through_its_store() {
    let (mut store, params, key) = (MemoryStore::default(), Params::default(), triplet());
    let mut ask = |now| greylist::ask(&mut store, &key, &[7; 16], now, &params).unwrap();
    assert_eq!(ask(1_000).why().unwrap().wait(), 180);
    assert_eq!(ask(1_100).why().unwrap().wait(), 80);
    check(ask(1_180), "");
    check(ask(1_181), "");
    let held = store.load(&key.digest(&[7; 16])).unwrap().and_then(Record::triplet).unwrap();
    assert_eq!((held.first_seen(), held.last(), held.tries(), held.passes()), (1_000, 1_181, 2, 2));
    let client = store.load(&key.client_digest(&[7; 16])).unwrap().and_then(Record::client).unwrap();
    assert_eq!(client.passed(), 1, "a triplet counts once for its client");
    store.forget(1_181 + 35 * 86_400, &params);
    assert_eq!(store.len(), 2);
    store.forget(1_182 + 35 * 86_400, &params);
    assert!(store.is_empty());
}

/// Two receivers share a store, and the one who wrote first is forgotten.
#[test]
fn a_try_that_comes_between_is_not_lost() {
    let params = Params::default();
    let mut store = Contended { inner: MemoryStore::default(), busy: 3, params };
    let note = greylist::ask(&mut store, &triplet(), &[7; 16], 1_100, &params).unwrap();
    assert_eq!(note.why().unwrap().wait(), 80, "the earliest of the others was the first sight");
    let held = store.load(&triplet().digest(&[7; 16])).unwrap().and_then(Record::triplet).unwrap();
    assert_eq!((held.first_seen(), held.tries()), (1_000, 4));
    let mut always = Contended { inner: MemoryStore::default(), busy: 1000, params };
    assert_eq!(greylist::ask(&mut always, &triplet(), &[7; 16], 1_100, &params), Err(AskError::Busy));
}

/// A greylist whose store is full or down defers everybody for ever.
#[test]
fn a_store_that_fails_is_told_and_defers_nobody() {
    let params = Params::default();
    let mut full = MemoryStore::new(0);
    let asked = greylist::ask(&mut full, &triplet(), &[7; 16], 1_000, &params);
    assert!(matches!(asked, Err(AskError::Store(_))));
    assert_eq!(asked.unwrap_err().to_string(), "the store of the greylist failed");
    let mut damaged = Octets::default();
    damaged.rows.push((triplet().digest(&[7; 16]).0.to_vec(), vec![9; 12]));
    assert!(greylist::ask(&mut damaged, &triplet(), &[7; 16], 1_000, &params).is_err());
}

fn record() -> impl Strategy<Value = Record> {
    prop_oneof![
        any::<[u8; 11]>().prop_map(|rest| {
            let mut octets = [1; 12];
            octets[1..].copy_from_slice(&rest);
            Record::from_octets(&octets).unwrap()
        }),
        any::<[u8; 6]>().prop_map(|rest| {
            let mut octets = [0, 1, 0, 0, 0, 0, 0, 0];
            octets[2..].copy_from_slice(&rest);
            Record::from_octets(&octets).unwrap()
        }),
    ]
}

proptest! {
    #[test]
    fn any_octets_are_a_record_or_an_error(octets in proptest::collection::vec(any::<u8>(), 0..20)) {
        if let Ok(record) = Record::from_octets(&octets) {
            prop_assert_eq!(record.with_octets(<[u8]>::to_vec), octets);
        }
    }

    #[test]
    fn a_record_is_read_back_and_no_cut_or_newer_version_of_it_is(record in record(), cut in 0..12_usize) {
        let octets = record.with_octets(<[u8]>::to_vec);
        prop_assert_eq!(Record::from_octets(&octets), Ok(record));
        let short = octets.get(..cut).unwrap_or_default();
        prop_assert!(short.len() == octets.len() || Record::from_octets(short).is_err() || octets.len() == 12 && cut == 8);
        let mut newer = octets;
        let version = usize::from(newer.len() == 8);
        newer[version] = 2;
        prop_assert!(Record::from_octets(&newer).is_err());
    }

    /// Whatever is stored and whatever the clock says: a deferral that ends, never a refusal.
    #[test]
    fn nobody_is_deferred_for_ever(held in record(), of_client in record(), now in 0..u64::from(u32::MAX) - 400) {
        let params = Params::default();
        let (entry, client) = (held.triplet(), of_client.client());
        let first = greylist::decide(entry, client, now, &params);
        prop_assert!(!first.note.decide().verdict.is_reject());
        let wait = first.note.why().map_or(0, Why::wait);
        prop_assert!(wait <= 180);
        let then = greylist::decide(Some(first.entry), first.client.or(client), now + u64::from(wait), &params);
        prop_assert!(then.note.why().is_none(), "{:?} then {:?}", first, then);
    }
}
