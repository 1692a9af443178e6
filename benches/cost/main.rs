//! Counts the instructions of each streaming type and holds their growth: `cargo run --release -p mailwright-benches --bin cost`.
//!
//! in:  jobs, each at 500, 1000, 2000 and 4000 units of input, run under valgrind's callgrind
//! out: instructions per octet and the slope log2(I(4000) / I(2000)), beside their bounds
//! law: counts are exact and repeatable whatever else the machine does; what making the input costs is taken off

#![expect(clippy::cast_precision_loss, reason = "counts of instructions are far below 2^52")]

use std::env;
use std::process::{Command, ExitCode};
use std::thread;

mod jobs;
mod messages;

use jobs::{JOBS, Job};
use messages::MESSAGES;

/// All jobs.
fn jobs() -> impl Iterator<Item = &'static Job> {
    JOBS.iter().chain(MESSAGES)
}

const SIZES: [usize; 4] = [500, 1_000, 2_000, 4_000];
const SLOPE: f64 = 1.10;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => table(jobs()),
        [name, size, phase] => run(name, size, phase),
        [name] => table(jobs().filter(|job| job.name.contains(name))),
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    eprintln!(
        "cost [JOB]             the table, of all jobs or of those whose name holds JOB\ncost JOB SIZE make|run  one run, to be counted"
    );
    ExitCode::from(64)
}

/// One run in this process: with `make` only the input is made, with `run` the job is done as well.
fn run(name: &str, size: &str, phase: &str) -> ExitCode {
    let (Some(job), Ok(size)) = (jobs().find(|job| job.name == name), size.parse()) else {
        return usage();
    };
    let input = (job.make)(size);
    if phase == "run" {
        (job.run)(std::hint::black_box(&input));
    }
    std::hint::black_box(input);
    ExitCode::SUCCESS
}

fn table<'a>(jobs: impl Iterator<Item = &'a Job>) -> ExitCode {
    println!("{:<34} {:>10} {:>12} {:>7} {:>7}", "job", "octets", "instr/octet", "bound", "slope");
    let mut held = true;
    for job in jobs {
        let Some(counts) = growth(job) else {
            eprintln!("cost: valgrind is needed to count");
            return ExitCode::FAILURE;
        };
        let octets = (job.make)(SIZES[3]).len();
        let (each, slope) = (counts[3] as f64 / octets as f64, (counts[3] as f64 / counts[2] as f64).log2());
        let good = each <= job.bound && slope <= SLOPE;
        held &= good;
        println!(
            "{:<34} {octets:>10} {each:>12.2} {:>7} {slope:>7.2}{}",
            job.name,
            job.bound,
            if good { "" } else { "  MISSED" }
        );
    }
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Instructions of a job at each size; the largest takes as long as all others, beside which it runs.
fn growth(job: &Job) -> Option<[u64; SIZES.len()]> {
    let [one, two, three, largest] = SIZES;
    thread::scope(|scope| {
        let largest = scope.spawn(move || counted(job, largest));
        let smaller = [one, two, three].map(|size| counted(job, size));
        Some([smaller[0]?, smaller[1]?, smaller[2]?, largest.join().ok()??])
    })
}

/// Instructions of a job at a size, without those of making its input.
fn counted(job: &Job, size: usize) -> Option<u64> {
    Some(instructions(job, size, "run")?.saturating_sub(instructions(job, size, "make")?))
}

fn instructions(job: &Job, size: usize, phase: &str) -> Option<u64> {
    let valgrind = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe().ok()?)
        .args([job.name, &size.to_string(), phase])
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&valgrind.stderr).into_owned();
    said.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
}
