//! Counts what the decisions of one ordinary message cost: `cargo run --profile bench -p mailwright-benches --bin policy_cost`.
//!
//! in:  the whole path at two run lengths under valgrind's callgrind      out: instructions and allocations, and their bounds
//! law: counts are exact and repeatable; the difference of two run lengths leaves out what starting costs

use std::env;
use std::hint::black_box;
use std::process::{Command, ExitCode};

#[path = "policy/path.rs"]
mod path;

/// Instructions that the whole path may take.
const BOUND: u64 = 6000;

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
    if each <= BOUND && allocations == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
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
