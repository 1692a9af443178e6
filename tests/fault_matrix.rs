//! Six conversations, and everything that can go wrong on the way, one fault at a time.
//!
//! About 200 000 cases. `cargo test` runs a tenth of them; all of them, with `MAILWRIGHT_FAULTS=all`, are for a release build.
//! In each: nothing panics, both ends finish, every recipient has one ending, and the ledger holds: what the client says is
//! delivered the server has taken over, and what the server has taken over the client says is delivered or may be.
#![allow(dead_code, reason = "the pair's own test uses the rest of it")]

#[path = "pair/world.rs"]
mod world;

use world::judge::judge;
use world::scenario::{Decision, Fault, Lie, Scenario, Way};
use world::{Cuts, Ledger, World};

#[test]
fn each_fault_leaves_both_ends_finished_and_the_ledger_right() {
    let all = std::env::var("MAILWRIGHT_FAULTS").is_ok_and(|value| value == "all");
    let mut cases = 0_usize;
    for mut scenario in Scenario::all() {
        // The second message shows whether the connection was really fit to be used again.
        scenario.messages = 2;
        let clean = World::new(&scenario, Fault::None, Cuts::WHOLE).run();
        assert!(clean.is_complete() && clean.delivered() == 2 * scenario.envelope.recipients().len());
        for (number, (fault, cuts)) in faults(&clean).into_iter().enumerate() {
            // A tenth, spread evenly and differently in each conversation.
            let draw = mixed(number as u64 ^ (scenario.name.len() as u64) << 40);
            if !all && !draw.is_multiple_of(10) {
                continue;
            }
            cases += 1;
            let ledger = World::new(&scenario, fault, cuts).run();
            judge(&scenario, fault, cuts, fault.oracle(), &ledger);
        }
    }
    println!("{cases} cases");
    assert!(cases >= if all { 150_000 } else { 15_000 }, "{cases}");
}

fn faults(clean: &Ledger) -> Vec<(Fault, Cuts)> {
    let mut all = Vec::new();
    for (way, octets) in [(Way::ToServer, clean.octets.0), (Way::ToClient, clean.octets.1)] {
        for at in 0..=octets {
            let cut = Cuts::of(at as u64, 17);
            all.extend(breaks(way, at).map(|fault| (fault, Cuts::WHOLE)));
            all.extend(breaks(way, at).map(|fault| (fault, cut)));
        }
        for at in 0..octets {
            all.extend(changes(way, at).map(|fault| (fault, Cuts::WHOLE)));
        }
    }
    for number in 0..clean.replies {
        let lies = [
            Lie::Temporary,
            Lie::Permanent,
            Lie::Closing,
            Lie::Garbage,
            Lie::ManyLines,
            Lie::Nothing,
            Lie::Twice,
        ];
        all.extend(lies.map(|lie| (Fault::Reply(number, lie), Cuts::WHOLE)));
    }
    for most in [1, 2, 3, 7, 1460, 16_384] {
        all.push((Fault::None, Cuts::of(1, most)));
    }
    for step in 0..clean.steps {
        for seconds in [1, 3600, 315_360_000] {
            all.push((Fault::Clock(step, seconds), Cuts::WHOLE));
            all.push((Fault::Clock(step, -seconds), Cuts::WHOLE));
        }
    }
    for number in 0..clean.decisions {
        for decision in [Decision::Defer, Decision::Refuse, Decision::Slow, Decision::Silence] {
            all.push((Fault::Host(number, decision), Cuts::WHOLE));
        }
    }
    all
}

fn breaks(way: Way, at: usize) -> impl Iterator<Item = Fault> {
    [Fault::Close(way, at), Fault::Reset(way, at), Fault::Stall(way, at)].into_iter()
}

fn changes(way: Way, at: usize) -> impl Iterator<Item = Fault> {
    let flips = [b'\r', b'\n', 0, b'.', b'-', b' ', 0xff].map(move |octet| Fault::Flip(way, at, octet));
    flips.into_iter().chain([Fault::Drop(way, at), Fault::Double(way, at), Fault::Swap(way, at)])
}

/// splitmix64
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
