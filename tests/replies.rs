//! Scores the classifier on labelled replies: every `*.jsonl` below `$MAILWRIGHT_SUITES/corpus/replies`.
//!
//! in:  records with a reply, who said it, at which stage, and the class a reader gave it
//! out: rates and a table per class; fails below the bars
//! law: a record without a label is not counted; a record in doubt is counted apart

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use mailwright::reply::{
    Cause, EnhancedStatusCode, Heard, Lasting, Refusal, ReplyCode, Rules, Stage, Strength, Verdict, classify,
};
use serde_json::Value;

/// The least that any folder must reach, in percent.
const BARS: [(&str, f64); 5] = [
    ("right class", 85.0),
    ("temporary/permanent", 97.0),
    ("the same over lying replies", 85.0),
    ("suppression precision", 98.0),
    ("suppression recall", 85.0),
];

/// Files whose text we know: the least right class and temporary/permanent they must keep, in percent.
const FLOORS: &[(&str, f64, f64)] =
    &[("ed52b14dbafb75adf5adc3ef585b113ee1d5b35cf6ce3dc0fa08e1d619e24681", 99.0, 99.5)];

/// Who runs the server, as the records name it, and a mail host of theirs: one pair a line.
const HOSTS: &str = include_str!("replies_hosts.txt");

fn host_of(provider: &str) -> Option<&'static str> {
    HOSTS
        .lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(name, _)| *name == provider)
        .map(|(_, host)| host)
}

/// Records of the open part whose label we read otherwise, and why; they are scored as labelled.
const DISPUTED: &[(&str, &str)] = &[
    (
        "smc-9492a418e0",
        "nothing in the words says why, so it is in doubt by the rules of the labels themselves",
    ),
    ("soe-6412a011ef", "no word says that a time ran out: the last connection failed, and the code is 4.4.1"),
    ("soe-64ee47f2d0", "222 took the message; only the report around it says that it failed"),
];

struct Record {
    id: String,
    class: Cause,
    temporary: Option<bool>,
    lies: bool,
    doubtful: bool,
    shown: String,
    verdict: Verdict,
}

fn text<'v>(record: &'v Value, field: &str) -> &'v str {
    record.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn stage(command: &str) -> Option<Stage> {
    match command {
        "" => None,
        known => Some(known.parse().unwrap_or_else(|_| panic!("{known} is no stage"))),
    }
}

fn read(line: &str) -> Option<Record> {
    let record: Value = serde_json::from_str(line).expect("a line of JSON");
    let code = text(&record, "code").parse().ok().and_then(ReplyCode::observed);
    let enhanced: Option<EnhancedStatusCode> = text(&record, "enhanced").parse().ok();
    let mut refusal = Refusal::from_parts(code, enhanced, text(&record, "text").as_bytes());
    if let Some(stage) = stage(text(&record, "command")) {
        refusal = refusal.with_stage(stage);
    }
    if let Some(host) = host_of(text(&record, "provider")) {
        refusal = refusal.with_host(host);
    }
    if text(&record, "kind") == "local-text" {
        refusal = refusal.with_heard(Heard::Local);
    }
    let verdict = classify(&refusal, Rules::built_in());
    Some(Record {
        id: text(&record, "id").to_owned(),
        class: text(&record, "class").parse().ok()?,
        temporary: record.get("temporary").and_then(Value::as_bool),
        lies: record.get("lies").is_some_and(Value::is_string),
        doubtful: record.get("doubtful").and_then(Value::as_bool).unwrap_or_default(),
        shown: format!("{} {}", text(&record, "provider"), text(&record, "reply")),
        verdict,
    })
}

/// Whether the address or its domain is to be left alone: none where the class doesn't say.
fn should_suppress(class: Cause) -> Option<bool> {
    match class {
        Cause::MailboxUnknown | Cause::MailboxMoved | Cause::DomainUnknown | Cause::DomainNoMail => {
            Some(true)
        }
        Cause::MailboxDisabled | Cause::Unknown => None,
        _ => Some(false),
    }
}

fn suppresses(verdict: &Verdict) -> bool {
    verdict.suppression().is_some_and(|it| matches!(it.strength(), Strength::Hard | Strength::Second))
}

fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        100.0
    } else {
        f64::from(u32::try_from(part).unwrap()) * 100.0 / f64::from(u32::try_from(whole).unwrap())
    }
}

/// The five rates of the bars, and how many records each stands on.
fn rates(records: &[&Record]) -> [(usize, usize); 5] {
    let right = records.iter().filter(|r| r.verdict.cause == r.class).count();
    let dated: Vec<_> = records
        .iter()
        .filter_map(|r| r.temporary.map(|said| (r, said == r.verdict.is_temporary())))
        .collect();
    let lying: Vec<_> = dated.iter().filter(|(r, _)| r.lies).collect();
    let judged: Vec<_> = records
        .iter()
        .filter_map(|r| should_suppress(r.class).map(|said| (said, suppresses(&r.verdict))))
        .collect();
    let hit = judged.iter().filter(|(said, did)| *said && *did).count();
    [
        (right, records.len()),
        (dated.iter().filter(|(_, same)| *same).count(), dated.len()),
        (lying.iter().filter(|(_, same)| *same).count(), lying.len()),
        (hit, judged.iter().filter(|(_, did)| *did).count()),
        (hit, judged.iter().filter(|(said, _)| *said).count()),
    ]
}

/// A line per class: clear records, and those in doubt with them.
fn print_classes(records: &[Record]) {
    let mut classes: BTreeMap<Cause, [usize; 4]> = BTreeMap::new();
    for record in records {
        let right = usize::from(record.verdict.cause == record.class);
        let clear = usize::from(!record.doubtful);
        let [clear_right, clear_all, all_right, all] = classes.entry(record.class).or_default();
        *clear_right += right * clear;
        *clear_all += clear;
        *all_right += right;
        *all += 1;
    }
    for (class, [clear_right, clear_all, all_right, all]) in classes {
        println!(
            "  {class:<20} {clear_right:>4} of {clear_all:<4} {:>5.1} %; with those in doubt {all_right:>4} of {all:<4} {:>5.1} %",
            percent(clear_right, clear_all),
            percent(all_right, all)
        );
    }
}

fn show(records: &[Record]) {
    for r in records {
        let wrong = r.verdict.cause != r.class;
        let time = r.temporary.is_some_and(|said| said != r.verdict.is_temporary());
        let left = should_suppress(r.class).is_some_and(|said| said != suppresses(&r.verdict));
        if wrong || time || left {
            let rule =
                r.verdict.why.rule.and_then(|n| Rules::built_in().rule(n)).map_or("-", |rule| rule.phrases);
            let marks = [
                if wrong { 'C' } else { ' ' },
                if time { 'T' } else { ' ' },
                if left { 'S' } else { ' ' },
                if r.doubtful { '?' } else { ' ' },
            ];
            let lasting = match r.verdict.lasting {
                Lasting::Temporary => 'T',
                Lasting::UntilFixed => 'U',
                Lasting::Permanent => 'P',
            };
            let shown: String = r.shown.chars().take(170).collect();
            println!(
                "{}|{}|{}->{}{lasting}|{rule}|{shown}",
                marks.iter().collect::<String>(),
                r.id,
                r.class,
                r.verdict.cause
            );
        }
    }
}

fn score(path: &Path) -> Vec<String> {
    let octets = fs::read_to_string(path).expect("a readable corpus");
    let records: Vec<Record> =
        octets.lines().filter(|line| !line.trim().is_empty()).filter_map(read).collect();
    if std::env::var_os("MAILWRIGHT_SHOW").is_some() {
        show(&records);
    }
    let clear: Vec<&Record> = records.iter().filter(|r| !r.doubtful).collect();
    let all: Vec<&Record> = records.iter().collect();
    println!("{}: {} records, {} of them clear", path.display(), all.len(), clear.len());
    let mut missed = Vec::new();
    for (((name, bar), (part, whole)), (part_all, whole_all)) in
        BARS.iter().zip(rates(&clear)).zip(rates(&all))
    {
        let reached = percent(part, whole);
        println!(
            "  {name:<28} {reached:>5.1} % ({part} of {whole}); with those in doubt {:>5.1} %",
            percent(part_all, whole_all)
        );
        if reached < *bar {
            missed.push(format!("{}: {name} {reached:.1} %, the bar is {bar} %", path.display()));
        }
    }
    print_classes(&records);
    for record in &all {
        if let Some((id, why)) = DISPUTED.iter().find(|(id, _)| *id == record.id) {
            println!("  disputed: {id}, labelled {}, read as {}: {why}", record.class, record.verdict.cause);
        }
    }
    let (class, time) = (rates(&clear)[0], rates(&clear)[1]);
    let sum = sha256(octets.as_bytes());
    for (_, least_class, least_time) in FLOORS.iter().filter(|(known, ..)| *known == sum) {
        if percent(class.0, class.1) < *least_class || percent(time.0, time.1) < *least_time {
            missed.push(format!("{}: below its floor", path.display()));
        }
    }
    missed
}

fn sha256(octets: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(octets).iter().flat_map(|octet| [octet >> 4, octet & 15]).map(hex).collect()
}

fn hex(digit: u8) -> char {
    char::from_digit(u32::from(digit), 16).expect("four bits")
}

#[test]
fn the_classifier_keeps_its_bars_on_every_corpus() {
    let Some(files) = mailwright_tests::files("corpus/replies", "jsonl") else { return };
    let missed: Vec<String> = files.iter().flat_map(|path| score(path)).collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// What of a verdict must not hang on how a reply is written down.
fn essence(text: &str) -> (Cause, Lasting, Option<u16>, Option<u64>) {
    let found = classify(&Refusal::from_text(text.as_bytes()), Rules::built_in());
    (found.cause, found.lasting, found.why.rule, found.wait.map(|wait| wait.said.as_secs()))
}

/// The text with its code, and its enhanced code, at the start of every line; or at none but the first.
fn wrapped(text: &str, at: usize, repeated: bool) -> Option<String> {
    let (code, rest) = text.split_once(' ')?;
    code.parse::<u16>().ok()?;
    let first = rest.split(' ').next()?;
    let enhanced = first.parse::<EnhancedStatusCode>().map(|_| format!("{first} ")).unwrap_or_default();
    let (front, back) = (text.get(..at)?, text.get(at..)?.trim_start());
    if at <= code.len() + enhanced.len() {
        return None;
    }
    let again = if repeated { format!("{code} {enhanced}") } else { String::new() };
    Some(format!("{front}\r\n{again}{back}"))
}

#[test]
fn neither_case_nor_wrapping_nor_an_address_changes_what_a_real_reply_means() {
    let Some(files) = mailwright_tests::files("corpus/replies", "jsonl") else { return };
    let octets: String = files.iter().map(|path| fs::read_to_string(path).expect("a corpus")).collect();
    let mut checked = 0_usize;
    for line in octets.lines().filter(|line| !line.trim().is_empty()) {
        let record: Value = serde_json::from_str(line).expect("a line of JSON");
        let reply = text(&record, "reply");
        let plain = essence(reply);
        assert_eq!(essence(&reply.to_ascii_uppercase()), plain, "in capitals: {reply}");
        let blanked: Vec<&str> = reply.split(' ').filter(|word| !word.contains('@')).collect();
        let more = format!("{reply} (quota-full@spam.example)");
        assert_eq!(essence(&more).0, plain.0, "with an address: {reply}");
        if !reply.split(' ').any(|word| word.contains('@') && word.contains(['<', '(', ':', ',', ';'])) {
            assert_eq!(essence(&blanked.join(" ")).0, plain.0, "without addresses: {reply}");
        }
        for (at, _) in reply.match_indices(' ').filter(|(at, _)| *at < 900) {
            for text in [wrapped(reply, at, true), wrapped(reply, at, false)].into_iter().flatten() {
                assert_eq!(essence(&text), plain, "{text}");
                checked += 1;
            }
        }
    }
    assert!(checked > 1000);
}

#[test]
fn neither_a_verdict_nor_a_short_reply_allocates() {
    use mailwright::reply::{ReplyParser, standard};
    let rules = Rules::built_in();
    let long = "550 5.1.1 <a@example.com>: no ".to_owned() + &"words ".repeat(2000) + "user unknown";
    let judged = allocation_counter::measure(|| {
        for text in ["450 4.7.1 Greylisted, back in 5 minutes", "554 5.7.1 listed at zen.spamhaus.org", &long]
        {
            assert!(classify(&Refusal::from_text(text.as_bytes()), rules).why.rule.is_some());
        }
    });
    assert_eq!(judged.count_total, 0);
    let mut out = bytes::BytesMut::with_capacity(256);
    let mut parser = ReplyParser::new();
    let said = allocation_counter::measure(|| {
        standard::unknown_user().write(&mut out);
        standard::recipient_ok().clone().write(&mut out);
        while let Some(reply) = parser.parse(&mut out).expect("our own replies") {
            assert!(reply.enhanced().is_some());
        }
    });
    assert_eq!(said.count_total, 0);
}
