//! SPF beside mail-auth: whole checks, with the record parsed each time, and the parser alone.

use criterion::{Criterion, criterion_group, criterion_main};

#[path = "spf/cases.rs"]
#[expect(dead_code, reason = "the bounds and rounds are for spf_cost")]
mod cases;
#[path = "spf/peer.rs"]
mod peer;

use cases::{CASES, RECORDS, job};

fn checks(criterion: &mut Criterion) {
    let names = CASES.iter().map(|case| case.name).chain(RECORDS.iter().map(|(name, ..)| *name));
    for name in names {
        let mut group = criterion.benchmark_group(format!("spf/{name}"));
        for (who, label) in [("ours", "ours"), ("peer", "mail-auth-0.13.3")] {
            // The peer takes any answer for `exists`, also an empty one, so it ends case d at its first term.
            if who == "peer" && name.starts_with('d') {
                continue;
            }
            let mut job = job(&format!("{name}/{who}")).expect("a job");
            group.bench_function(label, |bencher| bencher.iter(&mut job));
        }
        group.finish();
    }
}

criterion_group!(benches, checks);
criterion_main!(benches);
