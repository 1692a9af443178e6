//! Turns what happened to mail into a suppression list, and shows what does not belong on it.
//!
//! in:  events as JSON objects, one a line, from a file or standard input; without them, a built-in month
//! out: what each event changed, then the list; exit 0, 64 wrong usage, 65 a line that is no event, 66 unreadable input

use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::Parser;
use mailwright::hygiene::store::{MemoryStore, count};
use mailwright::hygiene::{
    AddressKey, Change, DomainCounts, Event, Happened, HeardBy, Key, Rules, Stream, write_line,
};
use mailwright::reply::{self, Escaped, Refusal, Stage, classify};
use serde_json::{Value, json};

/// Turns bounces, deliveries, complaints and unsubscriptions into a suppression list.
#[derive(Parser)]
#[command(name = "bounce_to_suppression", after_help = AFTER_HELP)]
struct Arguments {
    /// Events, one JSON object a line; `-` for standard input
    file: Option<PathBuf>,
    /// One JSON object for each event, and one for the list at the end
    #[arg(long, conflicts_with = "list")]
    json: bool,
    /// Only the list, as lines that another system can read
    #[arg(long)]
    list: bool,
}

const AFTER_HELP: &str = "\
An event: {\"at\": 1790000000, \"to\": \"ann@example.net\", \"event\": \"bounce\", \"reply\": \"550 5.1.1 User unknown\"}
  at      Unix seconds
  to      the recipient
  event   bounce, delivered, complaint, unsubscribe, subscribe
  reply   of a bounce: what the server said; also host and stage, where they are known
  stream  the bulk stream it belongs to, for unsubscribe; `news` without it
  proof   of a bounce that was reported by mail: whether the report carries a tag or id of ours; true without it
  id      a number; events with the same count once

Exit status: 0, 64 wrong usage, 65 a line that is no event, 66 unreadable input.";

const DAY: u64 = 86_400;
const BEGIN: u64 = 1_790_000_000;

/// A month of a small sender: day, recipient, event, reply.
const MONTH: &[(u64, &str, &str, &str)] = &[
    (0, "ann@example.net", "bounce", "550 5.1.1 <ann@example.net>: Recipient address rejected: User unknown"),
    (
        0,
        "ben@example.net",
        "bounce",
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
    ),
    (0, "eve@example.org", "bounce", "451 4.1.1 User unknown"),
    (0, "fay@example.org", "bounce", "452 4.2.2 Mailbox full"),
    (1, "ben@example.net", "bounce", "550 5.7.1 Message rejected as spam by content filtering"),
    (1, "eve@example.org", "bounce", "451 4.1.1 User unknown"),
    (2, "gus@example.com", "delivered", ""),
    (3, "fay@example.org", "bounce", "452 4.2.2 Mailbox full"),
    (3, "ben@example.net", "bounce", "550 5.7.26 This mail is unauthenticated: SPF and DKIM did not pass"),
    (4, "gus@example.com", "complaint", ""),
    (5, "hal@example.com", "bounce", "450 4.7.1 Greylisted, please try again in 5 minutes"),
    (6, "ivy@nowhere.example", "bounce", "556 5.1.10 Recipient domain has null MX"),
    (7, "fay@example.org", "bounce", "552 5.2.2 Mailbox over quota"),
    (8, "joe@example.com", "unsubscribe", ""),
    (9, "ben@example.net", "delivered", ""),
    (12, "kim@example.com", "bounce", "452 4.2.2 Mailbox full"),
    (15, "kim@example.com", "delivered", ""),
    (20, "kim@example.com", "bounce", "452 4.2.2 Mailbox full"),
    (24, "kim@example.com", "bounce", "452 4.2.2 Mailbox full"),
    (30, "ann@example.net", "delivered", ""),
];

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const STOP: Style = AnsiColor::Red.on_default().bold();
const FREE: Style = AnsiColor::Green.on_default();
const SEEN: Style = AnsiColor::Yellow.on_default();

/// One event as it was read.
struct Told {
    to: AddressKey,
    stream: String,
    event: Event,
    said: String,
}

fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    let lines = match lines(&arguments) {
        Ok(lines) => lines,
        Err(error) => {
            let path =
                arguments.file.as_ref().map_or_else(String::new, |path| format!(" of {}", path.display()));
            eprintln!("bounce_to_suppression: can't read the events{path}: {error}");
            return ExitCode::from(66);
        }
    };
    let mut told = Vec::new();
    for (number, line) in (1..).zip(&lines) {
        match read(line) {
            Ok(event) => told.push(event),
            Err(problem) => {
                eprintln!("bounce_to_suppression: line {number}: {problem}");
                return ExitCode::from(65);
            }
        }
    }
    let output = run(&arguments, &told, &mut anstream::stdout().lock());
    mailwright_examples::written("bounce_to_suppression", output.map(|()| ExitCode::SUCCESS))
}

/// The lines of events: of the file, of standard input, or the built-in month.
fn lines(arguments: &Arguments) -> io::Result<Vec<String>> {
    let text = match &arguments.file {
        Some(path) if path.as_os_str() != "-" => std::fs::read_to_string(path)?,
        None if io::stdin().is_terminal() => String::new(),
        Some(_) | None => {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text)?;
            text
        }
    };
    if text.trim().is_empty() && arguments.file.is_none() {
        let line = |(day, to, event, reply): &(u64, &str, &str, &str)| {
            json!({"at": BEGIN + day * DAY, "to": to, "event": event, "reply": reply}).to_string()
        };
        return Ok(MONTH.iter().map(line).collect());
    }
    Ok(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect())
}

/// Reads one event, or says what is wrong with it.
fn read(line: &str) -> Result<Told, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| format!("no JSON object: {error}"))?;
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let to = text("to").ok_or("`to` names no recipient")?;
    let to = to.parse().map_err(|error| format!("`to` is no mailbox: {error}"))?;
    let at = value.get("at").and_then(Value::as_u64).ok_or("`at` is no number of Unix seconds")?;
    let said = text("reply").unwrap_or_default();
    let mut event = match text("event") {
        Some("bounce") if said.is_empty() => return Err("a bounce needs its `reply`".to_owned()),
        Some("bounce") => {
            let mut refusal = Refusal::from_text(said.as_bytes());
            if let Some(stage) = text("stage") {
                refusal = refusal.with_stage(stage.parse::<Stage>().map_err(|error| error.to_string())?);
            }
            if let Some(host) = text("host") {
                refusal = refusal.with_host(host);
            }
            let heard = match value.get("proof").and_then(Value::as_bool) {
                Some(true) => HeardBy::ProvenReport,
                Some(false) => HeardBy::UnprovenReport,
                None => HeardBy::Conversation,
            };
            Event::bounced(&classify(&refusal, reply::Rules::built_in()), heard, at)
        }
        Some("delivered") => Event::new(Happened::Delivered, at),
        Some("complaint") => Event::new(Happened::Complained, at),
        Some("unsubscribe") => Event::new(Happened::Unsubscribed, at),
        Some("subscribe") => Event::new(Happened::Subscribed, at),
        Some(other) => return Err(format!("no event is called {}", Escaped::new(other.as_bytes()))),
        None => return Err("`event` says nothing".to_owned()),
    };
    if let Some(id) = value.get("id").and_then(Value::as_u64) {
        event = event.with_id(id);
    }
    let stream = text("stream").unwrap_or("news").to_owned();
    Ok(Told { to, stream, event, said: said.to_owned() })
}

fn run(arguments: &Arguments, told: &[Told], out: &mut impl Write) -> io::Result<()> {
    let mut store = MemoryStore::default();
    let (rules, begin) = (Rules::default(), told.iter().map(|told| told.event.at()).min().unwrap_or(0));
    for told in told {
        let stream = Stream::bulk(&told.stream);
        let counts = DomainCounts::default();
        // A store in memory has no errors and no other writers.
        let changes = count(&mut store, &told.to, Some(&stream), &told.event, &rules, counts)
            .map_err(|error| io::Error::other(error.to_string()))?;
        if arguments.json {
            writeln!(out, "{}", as_json(told, &changes))?;
        } else if !arguments.list {
            show(out, told, &changes, (told.event.at() - begin) / DAY)?;
        }
    }
    let lines: Vec<String> =
        store.iter().flat_map(|(key, record)| record.blocks().map(|b| write_line(key, &b))).collect();
    if arguments.json {
        return writeln!(out, "{}", json!({ "suppressed": lines }));
    }
    if !arguments.list {
        writeln!(out, "\n{BOLD}The list{BOLD:#} {DIM}key, reason, cause, since, until{DIM:#}")?;
    }
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// What an event is called.
fn name(told: &Told) -> &'static str {
    match told.event.happened() {
        Happened::Bounced { .. } => "bounce",
        Happened::Delivered => "delivered",
        Happened::Complained => "complaint",
        Happened::Unsubscribed => "unsubscribe",
        Happened::Subscribed => "subscribe",
        _ => "by hand",
    }
}

/// What the changes come down to, and its colour.
fn verdict(told: &Told, changes: &[(Key, Change)]) -> (Style, String) {
    let mut seen = (DIM, "nothing was known".to_owned());
    if let Happened::Bounced { cause, suppression: None, .. } = told.event.happened() {
        return (DIM, format!("not the recipient's fault ({cause})"));
    }
    for (_, change) in changes {
        match change {
            Change::Suppressed(block) => return (STOP, format!("suppressed: {}", block.reason)),
            Change::Released => return (FREE, "free again".to_owned()),
            Change::Forgotten => seen = (FREE, "what was counted is forgotten".to_owned()),
            Change::Counted => seen = (SEEN, "counted, not decided yet".to_owned()),
            Change::Ignored(why) if seen.0 == DIM && name(told) == "bounce" => seen = (DIM, why.to_string()),
            _ => {}
        }
    }
    seen
}

fn show(out: &mut impl Write, told: &Told, changes: &[(Key, Change)], day: u64) -> io::Result<()> {
    let (style, text) = verdict(told, changes);
    let (to, event) = (told.to.as_str(), name(told));
    writeln!(out, "{DIM}day {day:>2}{DIM:#}  {to:<22} {event:<11} {style}{text}{style:#}")?;
    if told.said.is_empty() {
        return Ok(());
    }
    writeln!(out, "        {DIM}{}{DIM:#}", Escaped::new(told.said.as_bytes()))
}

fn as_json(told: &Told, changes: &[(Key, Change)]) -> Value {
    let lines: Vec<Value> = changes
        .iter()
        .map(|(key, change)| match change {
            Change::Suppressed(block) => json!({"key": key.to_string(), "suppressed": block}),
            Change::Released => json!({"key": key.to_string(), "released": true}),
            Change::Forgotten => json!({"key": key.to_string(), "forgotten": true}),
            Change::Counted => json!({"key": key.to_string(), "counted": true}),
            Change::Ignored(why) => json!({"key": key.to_string(), "ignored": why.to_string()}),
            _ => json!({"key": key.to_string()}),
        })
        .collect();
    let (_, says) = verdict(told, changes);
    json!({"at": told.event.at(), "to": told.to, "event": name(told), "says": says, "changes": lines})
}
