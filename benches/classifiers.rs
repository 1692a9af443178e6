//! The table of reply classifiers: ours beside those of others, over the labelled replies of the suites.
//!
//! in:  `$MAILWRIGHT_SUITES/corpus/replies/*.jsonl`; `$MAILWRIGHT_PEERS`, where `classifiers/fetch` has unpacked the peers
//! out: a table; a peer that isn't there, or can't be had as a package, stands with the figures published for it

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use mailwright::reply::{Cause, EnhancedStatusCode, Heard, Refusal, ReplyCode, Rules, Strength, classify};
use serde_json::{Value, json};

const HOSTS: &str = include_str!("../tests/replies_hosts.txt");

/// Peers that run here: name with version, the program, its script.
const RUN: &[(&str, &str, &str)] = &[
    ("sisimai 4.25.15 (Perl), in a report", "perl", "benches/classifiers/sisimai.pl"),
    ("zone-mta 3.10.3", "node", "benches/classifiers/zone-mta.js"),
];

/// Figures published for peers as measured in 2025/26 over 1068 clear replies, of which the open ones are a part.
const PUBLISHED: &[(&str, &str)] = &[
    ("sisimai 5.1.0p3 (Ruby), in a report", "72.3 % | 95.6 % | 92.6 % | 82.9 % | 2.5 k"),
    ("go-sisimai, 2025-02", "70.0 % | 95.6 % | 92.5 % | 81.2 % | 0.5 to 1.8 k"),
    ("@postalsys/bounce-classifier", "54.3 % | 74.4 % | 53.0 % | 82.3 % | 6 to 13 k"),
    ("zone-mta 3.10", "35.6 % | 77.9 % | 65.6 % | 46.4 % | 8 to 19 k"),
    ("enhanced code, then code", "30.1 % | 95.6 % | 36.8 % | 60.8 % | -"),
    ("kumomta, community and IANA rules", "22.5 % | 95.6 % | 80.6 % | 48.1 % | 11 to 23 k"),
    ("kumomta, shipped rules", "16.2 % | 95.6 % | 81.4 % | 38.7 % | 4.5 to 18 M"),
];

/// What a classifier says of one reply.
struct Said {
    causes: Vec<String>,
    temporary: Option<bool>,
    suppress: bool,
}

fn field<'v>(record: &'v Value, name: &str) -> &'v str {
    record.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The clear records of all corpora, each with the host that stands for its provider.
fn records() -> Vec<Value> {
    let root =
        std::env::var_os("MAILWRIGHT_SUITES").expect("MAILWRIGHT_SUITES names the folder of the suites");
    let folder = Path::new(&root).join("corpus/replies");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("a folder of labelled replies")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    paths.sort();
    let mut records = Vec::new();
    for path in paths {
        let octets = std::fs::read_to_string(path).expect("a readable corpus");
        for line in octets.lines().filter(|line| !line.trim().is_empty()) {
            let mut record: Value = serde_json::from_str(line).expect("a line of JSON");
            let clear = record.get("doubtful").and_then(Value::as_bool) == Some(false);
            if !clear || field(&record, "class").parse::<Cause>().is_err() {
                continue;
            }
            let mut known = HOSTS.lines().filter_map(|line| line.split_once(' '));
            if let Some((_, host)) = known.find(|(name, _)| *name == field(&record, "provider")) {
                record["host"] = json!(host);
            }
            records.push(record);
        }
    }
    records
}

fn refusal(record: &Value) -> Refusal<'_> {
    let code = field(record, "code").parse().ok().and_then(ReplyCode::observed);
    let enhanced: Option<EnhancedStatusCode> = field(record, "enhanced").parse().ok();
    let mut refusal = Refusal::from_parts(code, enhanced, field(record, "text").as_bytes());
    if let Ok(stage) = field(record, "command").parse() {
        refusal = refusal.with_stage(stage);
    }
    if !field(record, "host").is_empty() {
        refusal = refusal.with_host(field(record, "host"));
    }
    if field(record, "kind") == "local-text" { refusal.with_heard(Heard::Local) } else { refusal }
}

/// Ours, and how many a second: the best of nine rounds.
fn ours(records: &[Value]) -> (Vec<Said>, f64) {
    let rules = Rules::built_in();
    let refusals: Vec<Refusal<'_>> = records.iter().map(refusal).collect();
    let mut best = f64::MAX;
    for _ in 0..9 {
        let start = Instant::now();
        for _ in 0..20 {
            std::hint::black_box(refusals.iter().filter(|one| classify(one, rules).lies()).count());
        }
        best = best.min(start.elapsed().as_secs_f64() / 20.0);
    }
    let said = refusals.iter().map(|refusal| {
        let verdict = classify(refusal, rules);
        let strength = verdict.suppression().map(mailwright::reply::Suppression::strength);
        Said {
            causes: vec![verdict.cause.name().to_owned()],
            temporary: Some(verdict.is_temporary()),
            suppress: matches!(strength, Some(Strength::Hard | Strength::Second)),
        }
    });
    (said.collect(), f64::from(u32::try_from(records.len()).expect("few")) / best)
}

/// A peer's answers, and how many a second; none where it isn't there.
fn peer(program: &str, script: &str, records: &[Value]) -> Option<(Vec<Said>, f64)> {
    let folder = Path::new(&std::env::var_os("MAILWRIGHT_PEERS")?).join("classifiers");
    if !folder.join("complete").exists() {
        return None;
    }
    let mut child = Command::new(program)
        .arg(script)
        .arg(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let lines = records.iter().map(Value::to_string).collect::<Vec<_>>().join("\n") + "\n";
    let mut into = child.stdin.take()?;
    let feeder = std::thread::spawn(move || into.write_all(lines.as_bytes()));
    let output = child.wait_with_output().ok()?;
    feeder.join().ok()?.ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut answers: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let seconds = answers.pop()?.get("seconds")?.as_f64()?;
    let said: Vec<Said> = answers
        .iter()
        .map(|answer| Said {
            causes: serde_json::from_value(answer["causes"].clone()).unwrap_or_default(),
            temporary: answer["temporary"].as_bool(),
            suppress: answer["suppress"].as_bool().unwrap_or_default(),
        })
        .collect();
    (said.len() == records.len())
        .then(|| (said, f64::from(u32::try_from(records.len()).expect("few")) / seconds))
}

fn percent(part: usize, whole: usize) -> String {
    let value = |n: usize| f64::from(u32::try_from(n).expect("few"));
    if whole == 0 { "-".to_owned() } else { format!("{:.1} %", value(part) * 100.0 / value(whole)) }
}

/// Right class, temporary or permanent, suppression's precision and recall, as a row.
fn row(records: &[Value], said: &[Said]) -> String {
    let both = || records.iter().zip(said);
    let right = both()
        .filter(|(record, said)| said.causes.iter().any(|cause| cause == field(record, "class")))
        .count();
    let timed: Vec<bool> = both()
        .filter_map(|(record, said)| {
            let truth = record.get("temporary")?.as_bool()?;
            // Without a word of its own: what the sender's report would say of it.
            Some(said.temporary.unwrap_or_default() == truth)
        })
        .collect();
    let judged: Vec<(bool, bool)> = both()
        .filter_map(|(record, said)| match field(record, "class") {
            "mailbox_unknown" | "mailbox_moved" | "domain_unknown" | "domain_no_mail" => {
                Some((true, said.suppress))
            }
            "mailbox_disabled" | "unknown" => None,
            _ => Some((false, said.suppress)),
        })
        .collect();
    let hit = judged.iter().filter(|(truth, did)| *truth && *did).count();
    let agreed = timed.iter().filter(|same| **same).count();
    let did = judged.iter().filter(|(_, did)| *did).count();
    let should = judged.iter().filter(|(truth, _)| *truth).count();
    [percent(right, records.len()), percent(agreed, timed.len()), percent(hit, did), percent(hit, should)]
        .join(" | ")
}

fn main() {
    let records = records();
    println!("{} clear replies\n", records.len());
    println!(
        "| classifier | right class | temporary or permanent | suppression: precision | recall | replies a second | |"
    );
    println!("|---|---|---|---|---|---|---|");
    let (said, speed) = ours(&records);
    println!("| ours | {} | {:.0} k | run now |", row(&records, &said), speed / 1000.0);
    for (name, program, script) in RUN {
        match peer(program, script, &records) {
            Some((said, speed)) => {
                println!("| {name} | {} | {:.1} k | run now |", row(&records, &said), speed / 1000.0);
            }
            None => println!("| {name} | | | | | | not here: see benches/classifiers/fetch |"),
        }
    }
    for (name, figures) in PUBLISHED {
        println!("| {name} | {figures} | published, 2025/26, over 1068 |");
    }
}
