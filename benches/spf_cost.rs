//! Counts what SPF costs, beside our peer: `cargo run --profile bench -p mailwright-benches --bin spf_cost`.
//!
//! in:  each case at two run lengths under valgrind's callgrind      out: instructions, allocations, rounds, and their bounds
//! law: counts are exact and repeatable; the difference of two run lengths leaves out what starting costs

use std::env;
use std::process::{Command, ExitCode};

use mailwright::spf::{Ahead, Check, Private, Settings};

#[path = "spf/cases.rs"]
mod cases;
#[path = "spf/peer.rs"]
mod peer;

use cases::{CASES, Case, RECORDS, World, job};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => table(),
        [name, times] => {
            let (Some(mut job), Ok(times)) = (job(name), times.parse::<u32>()) else {
                return ExitCode::from(64);
            };
            (0..times).for_each(|_| job());
            ExitCode::SUCCESS
        }
        _ => ExitCode::from(64),
    }
}

fn table() -> ExitCode {
    let mut held = true;
    println!(
        "instructions      ours   bound     aim    mail-auth  traced   reused  allocations (fresh, reused)"
    );
    for case in &CASES {
        let name = case.name;
        // The peer takes any answer for `exists`, also an empty one, so it ends case d at its first term.
        let whom = if name.starts_with('d') { "ours" } else { "peer" };
        let counts = ["ours", whom, "traced", "reused"].map(|who| count(&format!("{name}/{who}")));
        let [Some(ours), Some(peer), Some(traced), Some(reused)] = counts else {
            eprintln!("spf_cost: valgrind is needed to count");
            return ExitCode::FAILURE;
        };
        let allocations = allocations(&format!("{name}/ours"));
        let warm = allocations_warm(&format!("{name}/reused"));
        let good = ours < case.bound && (ours < peer || whom == "ours") && traced * 4 <= ours * 5;
        let good = good && allocations <= case.allocations && warm == 0;
        held &= good;
        println!(
            "check {name:<8} {ours:>8} {:>7} {:>7} {peer:>12} {traced:>7} {reused:>8}  {allocations}, {warm}{}",
            case.bound,
            case.aim,
            if good { "" } else { "  MISSED" }
        );
    }
    for (name, _, bound) in RECORDS {
        let (Some(ours), Some(peer)) = (count(&format!("{name}/ours")), count(&format!("{name}/peer")))
        else {
            return ExitCode::FAILURE;
        };
        let allocations = allocations(&format!("{name}/ours"));
        let good = ours <= bound && ours <= peer && allocations <= 1;
        held &= good;
        let missed = if good { "" } else { "  MISSED" };
        println!(
            "parse {name:<9} {ours:>7} {bound:>7} {:>7} {peer:>12} {:>17} {allocations}{missed}",
            "", ""
        );
    }
    for (case, settings, wanted) in rounds() {
        let world = World::new(case.zone);
        let (_, rounds) = world.run(&mut Check::new(case.identity(), case.client(), settings));
        held &= rounds == wanted;
        println!(
            "rounds {:<5} {rounds} of {wanted}{}",
            case.name,
            if rounds == wanted { "" } else { "  MISSED" }
        );
    }
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Three providers of the size of the big ones, one level of nesting each.
const PROVIDERS: Case = Case {
    name: "three",
    zone: "example.org. TXT \"v=spf1 include:p.example include:q.example include:r.example -all\"
p.example. TXT \"v=spf1 include:a.p.example include:b.p.example ~all\"
q.example. TXT \"v=spf1 include:a.q.example ip4:192.0.2.0/28 ~all\"
r.example. TXT \"v=spf1 redirect=a.r.example\"
a.p.example. TXT \"v=spf1 ip4:192.0.2.1 ~all\"
b.p.example. TXT \"v=spf1 ip4:192.0.2.2 ~all\"
a.q.example. TXT \"v=spf1 ip4:192.0.2.3 ~all\"
a.r.example. TXT \"v=spf1 ip4:198.51.100.0/24 ~all\"",
    helo: "mail.example.org",
    sender: "user@example.org",
    client: "198.51.100.7",
    verdict: mailwright::spf::Verdict::Pass,
    bound: 0,
    allocations: 0,
    aim: 0,
};

fn rounds() -> Vec<(&'static Case, Settings, usize)> {
    let settings = || Settings::new(b"mx.receiver.example");
    let mut all: Vec<_> =
        CASES.iter().zip([1, 3, 11, 4, 4]).map(|(case, rounds)| (case, settings(), rounds)).collect();
    all.push((&CASES[3], settings().with_private(Private::Ahead), 2));
    all.push((&PROVIDERS, settings().with_ahead(Ahead::Nested), 3));
    all
}

/// Instructions of one run.
fn count(job: &str) -> Option<u64> {
    Some(instructions(job, 600)?.saturating_sub(instructions(job, 100)?) / 500)
}

fn instructions(job: &str, times: u32) -> Option<u64> {
    let valgrind = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe().ok()?)
        .args([job, &times.to_string()])
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&valgrind.stderr).into_owned();
    said.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
}

fn allocations(name: &str) -> u64 {
    let mut job = job(name).expect("a job");
    job();
    allocation_counter::measure(&mut job).count_total
}

/// After two runs, so that all memory is there.
fn allocations_warm(name: &str) -> u64 {
    let mut job = job(name).expect("a job");
    job();
    job();
    allocation_counter::measure(&mut job).count_total
}
