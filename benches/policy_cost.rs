//! Counts what the decisions of one ordinary message cost, and what a greylist of ten million triplets takes:
//! `cargo run --profile bench -p mailwright-benches --bin policy_cost`.
//!
//! in:  the whole path at two run lengths under valgrind's callgrind      out: instructions, allocations, octets, and their bounds
//! law: counts are exact and repeatable; the difference of two run lengths leaves out what starting costs

use std::env;
use std::hint::black_box;
use std::process::{Command, ExitCode};

use mailwright::policy::greylist::{Digest, MemoryStore, Params, Record, Store as _, Written, decide};

#[path = "policy/path.rs"]
mod path;

/// Instructions that the whole path may take.
const BOUND: u64 = 6000;
/// Triplets of a big greylist, and the octets that they may take in memory.
const TRIPLETS: u64 = 10_000_000;
const ROOM: u64 = 480_000_000;

fn main() -> ExitCode {
    if let Some(times) = env::args().nth(1) {
        let Ok(times) = times.parse::<u32>() else { return ExitCode::from(64) };
        let world = path::World::new();
        for _ in 0..times {
            black_box(black_box(&world).decide());
        }
        return ExitCode::SUCCESS;
    }
    let (Some(few), Some(many)) = (count(100), count(1100)) else {
        eprintln!("policy_cost: valgrind is needed to count");
        return ExitCode::FAILURE;
    };
    let world = path::World::new();
    let allocations = allocation_counter::measure(|| {
        black_box(world.decide());
    });
    let allocations = allocations.count_total;
    let each = many.saturating_sub(few) / 1000;
    println!(
        "decisions of one message: {each} instructions (bound {BOUND}), {allocations} allocations (bound 0)"
    );
    let held = greylist();
    println!("greylist of {TRIPLETS} triplets in memory: {held} octets (bound {ROOM})");
    let good = each <= BOUND && allocations == 0 && held <= ROOM;
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Octets that a store in memory holds once ten million triplets were seen.
fn greylist() -> u64 {
    let mut store = MemoryStore::new(usize::MAX);
    let counted = allocation_counter::measure(|| {
        for number in 0..TRIPLETS {
            // Digests are as good as random: so are these.
            let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut octets = [0; 16];
            octets[..8]
                .copy_from_slice(&(mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9).to_be_bytes());
            octets[8..].copy_from_slice(&number.to_be_bytes());
            let entry = decide(None, None, 1_795_608_000, &Params::default()).entry;
            let written = store.replace(&Digest(octets), None, Some(Record::Triplet(entry)));
            assert_eq!(written, Ok(Written::Stored));
        }
    });
    assert_eq!(store.len() as u64, TRIPLETS);
    u64::try_from(counted.bytes_current).unwrap_or(u64::MAX)
}

fn count(times: u32) -> Option<u64> {
    let valgrind = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe().ok()?)
        .arg(times.to_string())
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&valgrind.stderr).into_owned();
    said.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
}
