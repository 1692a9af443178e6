//! How many messages a second the example `receive` takes beside Postfix's test server, fed by Postfix's test client.
//!
//! Both servers are measured in turn in one run, and the median ratio counts; bare times mean nothing on a shared machine.
//! `cargo test -p mailwright-tests --test interop load -- --nocapture` prints the table.

use std::time::Duration;

use crate::{ours, peers};

const ROUNDS: usize = 5;

#[test]
fn receive_takes_as_many_messages_a_second_as_smtp_sink() {
    let Some(sink) = peers::smtp_sink() else { return };
    let receive = ours::Receive::discarding();
    println!("{:>8} {:>8} {:>14} {:>14} {:>7}", "sessions", "octets", "smtp-sink", "receive", "ratio");
    let mut ratios = Vec::new();
    for (octets, count) in [(1_024, 4_000), (102_400, 1_000)] {
        for sessions in [1, 10, 100] {
            let mut rounds = Vec::new();
            for _ in 0..ROUNDS {
                let theirs = peers::smtp_source(sink.port, sessions, octets, count)
                    .expect("smtp-source into smtp-sink");
                let ours = peers::smtp_source(receive.port, sessions, octets, count)
                    .expect("smtp-source into receive");
                rounds.push((theirs.as_secs_f64() / ours.as_secs_f64(), theirs, ours));
            }
            rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
            let (ratio, theirs, ours) = rounds[ROUNDS / 2];
            let rate = |took: Duration| f64::from(count) / took.as_secs_f64();
            println!(
                "{sessions:>8} {octets:>8} {:>12.0}/s {:>12.0}/s {ratio:>7.2}",
                rate(theirs),
                rate(ours)
            );
            ratios.push(ratio);
        }
    }
    // Equal is equal within what a shared machine can tell; together they must not fall behind.
    let together = ratios.iter().map(|r| r.ln()).sum::<f64>() / 6.0;
    assert!(together >= 0.0, "fewer messages a second than smtp-sink: {ratios:.2?}");
    assert!(ratios.iter().all(|&r| r > 0.8), "far fewer messages a second than smtp-sink: {ratios:.2?}");
}
