//! What a receiver decides: the whole path of one ordinary message, and the check of a rate beside a peer.
//!
//! The peer is a rate limiter with a sharded map of its own, here with a clock that stands still; ours is a check of
//! one number, with the standard map around it.

use std::collections::HashMap;
use std::hint::black_box;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use governor::clock::FakeRelativeClock;
use governor::{Quota, RateLimiter};
use mailwright::policy::Rate;

#[path = "policy/path.rs"]
mod path;

const HOT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7));

fn rate_hot_key(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("policy/rate_hot_key");
    let often = 1_000_000_000;
    let rate = Rate::per_second(often).expect("a rate");
    let mut paid: HashMap<IpAddr, u64> = HashMap::new();
    let now = Duration::from_secs(1);
    group.bench_function("ours", |b| {
        b.iter(|| {
            let paid = paid.entry(black_box(HOT)).or_insert(0);
            match rate.check(Some(*paid), black_box(now), 1) {
                Ok(next) => {
                    *paid = next;
                    true
                }
                Err(_) => false,
            }
        });
    });
    let quota = Quota::per_second(NonZeroU32::new(often).expect("not zero"));
    let peer: RateLimiter<IpAddr, _, _, _> =
        RateLimiter::dashmap_with_clock(quota, FakeRelativeClock::default());
    group.bench_function("governor-0.10.4", |b| b.iter(|| peer.check_key(black_box(&HOT)).is_ok()));
    group.finish();
}

fn decision_path(criterion: &mut Criterion) {
    let world = path::World::new();
    criterion.bench_function("policy/decision_path/ours", |b| b.iter(|| black_box(&world).decide()));
}

criterion_group!(benches, rate_hot_key, decision_path);
criterion_main!(benches);
