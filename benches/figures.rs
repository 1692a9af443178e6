//! Prints how we stand beside our peers: `cargo run --release -p mailwright-benches --bin figures`.
//!
//! in:  what criterion measured below `target/criterion`, after running every bench (not with `--reprint`)
//! out: a table of median ratios time(ours)/time(peer) of one run, each beside its bound where there is one
//! law: ratios of one run only; a job that was not measured is said, never guessed

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

/// The most that ours may take of a peer's time: job, peer, bound, and what the number means.
const BOUNDS: &[(&str, &str, f64)] = &[
    ("address/parse", "lettre", 1.1),
    ("reply/one_line", "smtp-proto", 0.7),
    ("reply/ten_lines", "smtp-proto", 0.7),
    ("retry/row_of_38", "backon", 1.0),
    ("retry/row_of_38", "retry-policies", 0.25),
    ("smtp/command_basic", "smtp-proto", 1.0),
    ("smtp/command_parameters", "smtp-proto", 1.0),
    ("smtp/session", "mailin", 0.45),
    ("smtp/session", "mailrs", 0.45),
    // The peer checks nothing; ours runs with the strict CR/LF check. At least 0.8 of its speed is at most 1.25 of its time.
    ("smtp/decode_ordinary", "smtp-proto", 1.25),
    ("smtp/decode_dotted", "smtp-proto", 0.25),
    ("smtp/ingest_ordinary", "smtp-proto", 2.0),
    ("smtp/ingest_dotted", "smtp-proto", 0.5),
    ("smtp/stuff_ordinary", "lettre", 0.1),
    // The peer checks nothing: at least 0.6 of its speed is at most 1.67 of its time.
    ("message/validate", "mail-parser", 1.67),
    ("message/read", "mail-parser", 0.5),
    // A bare walk over CR and LF.
    ("message/framing", "memchr", 2.0),
];

fn main() -> ExitCode {
    let reprint = env::args().skip(1).any(|argument| argument == "--reprint");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("benches/ lies in the workspace");
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    if !reprint {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let run = Command::new(cargo)
            .current_dir(root)
            .args(["bench", "-p", "mailwright-benches", "--benches", "--"])
            .args(["--warm-up-time", "0.5", "--measurement-time", "2", "--sample-size", "50"])
            .status();
        if !run.is_ok_and(|status| status.success()) {
            eprintln!("figures: the benches did not run to their end");
            return ExitCode::FAILURE;
        }
    }
    let measured = medians(&target.join("criterion"));
    let missed = print(&measured);
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Job, then who did it, then nanoseconds.
type Measured = BTreeMap<String, BTreeMap<String, f64>>;

fn medians(folder: &Path) -> Measured {
    let mut measured = Measured::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
            if path.ends_with("new") {
                if let Some((job, who, nanoseconds)) = median(&path) {
                    measured.entry(job).or_default().insert(who, nanoseconds);
                }
            } else {
                folders.push(path);
            }
        }
    }
    measured
}

fn median(new: &Path) -> Option<(String, String, f64)> {
    let benchmark: serde_json::Value =
        serde_json::from_slice(&fs::read(new.join("benchmark.json")).ok()?).ok()?;
    let estimates: serde_json::Value =
        serde_json::from_slice(&fs::read(new.join("estimates.json")).ok()?).ok()?;
    let job = benchmark.get("group_id")?.as_str()?.to_owned();
    let who = benchmark.get("function_id")?.as_str()?.to_owned();
    Some((job, who, estimates.get("median")?.get("point_estimate")?.as_f64()?))
}

/// Gives how many bounds were missed.
fn print(measured: &Measured) -> usize {
    let mut missed = 0;
    println!("{:<30} {:>12}  {:<28} {:>7} {:>7}", "job", "ours", "peer", "ratio", "bound");
    for (job, who) in measured {
        let Some(&ours) = who.get("ours") else { continue };
        for (peer, &theirs) in who.iter().filter(|(peer, _)| *peer != "ours") {
            let ratio = ours / theirs;
            let bound =
                BOUNDS.iter().find(|(j, p, _)| j == job && peer.starts_with(p)).map(|(_, _, bound)| *bound);
            let verdict = match bound {
                Some(bound) if ratio > bound => {
                    missed += 1;
                    format!("{bound:>7.2}  MISSED")
                }
                Some(bound) => format!("{bound:>7.2}"),
                None => String::new(),
            };
            println!("{job:<30} {:>12}  {peer:<28} {ratio:>7.2} {verdict}", time(ours));
        }
        if who.len() == 1 {
            println!("{job:<30} {:>12}", time(ours));
        }
    }
    for (job, peer, _) in BOUNDS {
        let done = measured
            .get(*job)
            .is_some_and(|who| who.contains_key("ours") && who.keys().any(|p| p.starts_with(peer)));
        if !done {
            missed += 1;
            println!("{job:<30} was not measured beside {peer}");
        }
    }
    missed
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 1e3 => format!("{n:.1} ns"),
        n if n < 1e6 => format!("{:.2} us", n / 1e3),
        n => format!("{:.2} ms", n / 1e6),
    }
}
