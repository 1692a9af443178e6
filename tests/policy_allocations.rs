//! The decisions of one message allocate nothing but the text of a reply.

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
