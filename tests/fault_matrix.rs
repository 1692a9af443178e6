//! Six conversations, and everything that can go wrong on the way, one fault at a time.
//!
//! About 200 000 cases. `cargo test` runs a tenth of them; all of them, with `MAILWRIGHT_FAULTS=all`, are for a release build.
//! In each: nothing panics, both ends finish, every recipient has one ending, and the ledger holds: what the client says is
//! delivered the server has taken over, and what the server has taken over the client says is delivered or may be.
#![allow(dead_code, reason = "the pair's own test uses the rest of it")]

#[path = "pair/world.rs"]
mod world;

use world::scenario::{Decision, Fault, Lie, Scenario, Way};
use world::{Cuts, Ledger, World};

/// Nobody waits longer than this, whatever happens: greeting to QUIT with every deadline met.
const LONGEST: u64 = 3 * 3600;

/// How strictly the ledger is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Oracle {
    /// Both ways, and the message arrived octet for octet.
    Exact,
    /// Octets on the way to the server were others: what was delivered was taken over, but nobody can say as what.
    Altered,
    /// The server was made to lie about what it did.
    Lied,
}

#[test]
fn each_fault_leaves_both_ends_finished_and_the_ledger_right() {
    let all = std::env::var("MAILWRIGHT_FAULTS").is_ok_and(|value| value == "all");
    let mut cases = 0_usize;
    for mut scenario in Scenario::all() {
        // The second message shows whether the connection was really fit to be used again.
        scenario.messages = 2;
        let clean = World::new(&scenario, Fault::None, Cuts::WHOLE).run();
        assert!(clean.is_complete() && clean.delivered() == 2 * scenario.envelope.recipients().len());
        for (number, (fault, cuts, oracle)) in faults(&clean).into_iter().enumerate() {
            // A tenth, spread evenly and differently in each conversation.
            let draw = mixed(number as u64 ^ (scenario.name.len() as u64) << 40);
            if !all && !draw.is_multiple_of(10) {
                continue;
            }
            cases += 1;
            let ledger = World::new(&scenario, fault, cuts).run();
            judge(&scenario, fault, cuts, oracle, &ledger);
        }
    }
    println!("{cases} cases");
    assert!(cases >= if all { 150_000 } else { 15_000 }, "{cases}");
}

fn judge(scenario: &Scenario, fault: Fault, cuts: Cuts, oracle: Oracle, ledger: &Ledger) {
    let told = || {
        let taken: Vec<_> = ledger.taken.iter().map(|one| (&one.recipients, one.message.len())).collect();
        let (attempts, finished) = (&ledger.attempts, ledger.finished);
        format!("{} {fault:?} {cuts:?}: taken {taken:?}, finished {finished}, {attempts:?}", scenario.name)
    };
    assert!(ledger.is_complete(), "{}", told());
    assert!(ledger.now.as_secs() - 1_000_000_000 <= LONGEST, "{}", told());
    let (delivered, taken) = (ledger.delivered(), ledger.taken_over());
    assert!(delivered <= taken, "{}", told());
    // Where a changed octet joined two replies, the 421 of the server's own deadline is taken for the one that is missing.
    let changed = matches!(fault, Fault::Flip(..) | Fault::Drop(..) | Fault::Double(..));
    let deferred = if changed { ledger.closing_at_the_end() } else { 0 };
    if oracle == Oracle::Exact {
        assert!(taken <= delivered + ledger.unknown() + deferred, "{}", told());
    }
    if oracle != Oracle::Altered {
        for one in &ledger.taken {
            assert!(one.message == scenario.message, "{}", told());
        }
    }
}

fn faults(clean: &Ledger) -> Vec<(Fault, Cuts, Oracle)> {
    let mut all = Vec::new();
    for (way, octets) in [(Way::ToServer, clean.octets.0), (Way::ToClient, clean.octets.1)] {
        for at in 0..=octets {
            let cut = Cuts::of(at as u64, 17);
            all.extend(breaks(way, at).map(|fault| (fault, Cuts::WHOLE, Oracle::Exact)));
            all.extend(breaks(way, at).map(|fault| (fault, cut, Oracle::Exact)));
        }
        for at in 0..octets {
            all.extend(changes(way, at).map(|fault| {
                let oracle = match (way, fault) {
                    (Way::ToServer, _) => Oracle::Altered,
                    // 250 becomes 520: no client could know.
                    (Way::ToClient, Fault::Swap(..)) => Oracle::Lied,
                    (Way::ToClient, _) => Oracle::Exact,
                };
                (fault, Cuts::WHOLE, oracle)
            }));
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
        all.extend(lies.map(|lie| (Fault::Reply(number, lie), Cuts::WHOLE, Oracle::Lied)));
    }
    for most in [1, 2, 3, 7, 1460, 16_384] {
        all.push((Fault::None, Cuts::of(1, most), Oracle::Exact));
    }
    for step in 0..clean.steps {
        for seconds in [1, 3600, 315_360_000] {
            all.push((Fault::Clock(step, seconds), Cuts::WHOLE, Oracle::Exact));
            all.push((Fault::Clock(step, -seconds), Cuts::WHOLE, Oracle::Exact));
        }
    }
    for number in 0..clean.decisions {
        for decision in [Decision::Defer, Decision::Refuse, Decision::Slow, Decision::Silence] {
            all.push((Fault::Host(number, decision), Cuts::WHOLE, Oracle::Exact));
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
