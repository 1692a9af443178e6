//! The decisions of one message allocate nothing but the text of a reply.

use mailwright::policy::greylist::{Digest, MemoryStore, Params, Record, Store as _, Written, decide};
use mailwright::policy::{Reason, Why};
use mailwright::reply::Stage;

#[path = "../benches/policy/path.rs"]
mod path;

#[test]
fn the_decisions_of_an_ordinary_message_allocate_nothing() {
    let world = path::World::new();
    let decision = world.decide();
    assert!(decision.verdict.is_accept(), "{decision}");
    let counted = allocation_counter::measure(|| {
        std::hint::black_box(world.decide());
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn a_reply_of_the_table_allocates_nothing_and_one_with_a_time_its_text_alone() {
    let fixed = allocation_counter::measure(|| drop(Why::from(Reason::UserUnknown).reply(Stage::Recipient)));
    assert_eq!(fixed.count_total, 0);
    let timed = allocation_counter::measure(|| {
        drop(Why::from(Reason::Greylisted).with_wait(180).reply(Stage::Recipient));
    });
    assert!(timed.count_total <= 8, "{}", timed.count_total);
}

/// What the docs promise for ten million, measured with a hundredth of them; the bench counts all.
#[test]
fn a_greylist_in_memory_takes_at_most_48_octets_a_triplet() {
    let mut store = MemoryStore::default();
    let entry = decide(None, None, 1_795_608_000, &Params::default()).entry;
    let held = allocation_counter::measure(|| {
        for number in 0..100_000_u64 {
            let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut octets = [0; 16];
            octets[..8]
                .copy_from_slice(&(mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9).to_be_bytes());
            octets[8..].copy_from_slice(&number.to_be_bytes());
            let written = store.replace(&Digest(octets), None, Some(Record::Triplet(entry)));
            assert_eq!(written, Ok(Written::Stored));
        }
    });
    assert_eq!(store.len(), 100_000);
    assert!(held.bytes_current <= 4_800_000, "{} octets", held.bytes_current);
}
