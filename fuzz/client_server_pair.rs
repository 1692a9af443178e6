//! Both machines in memory with any fault: both finish, and their ledgers agree.
#![no_main]
#![allow(dead_code, reason = "the tests use the rest of the pair")]

#[path = "../tests/pair/world.rs"]
mod world;
use world::{Cuts, World, judge, scenario};

libfuzzer_sys::fuzz_target!(|input: (u8, [u8; 3], u32, u8, u64)| {
    let (which, kind, at, most, seed) = input;
    let scenarios = scenario::Scenario::all();
    let scenario = &scenarios[usize::from(which) % scenarios.len()];
    let fault = scenario::Fault::of(kind, at);
    let cuts = Cuts { seed, most: usize::from(most), room: 1 + usize::from(which) * 7 };
    judge::judge(scenario, fault, cuts, fault.oracle(), &World::new(scenario, fault, cuts).run());
});
