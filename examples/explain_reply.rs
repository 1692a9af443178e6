//! Says what a refusal means: why, whom it is about, how long it holds, what to do, and on which words that rests.
//!
//! in:  replies as arguments, or one a line on standard input: as text, or as JSON objects (code, enhanced, text, command, host)
//! out: a verdict for each with its evidence marked; exit 0, 64 wrong usage, 66 unreadable input

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::Parser;
use mailwright::reply::{
    Blame, Change, Escaped, Heard, Host, Lasting, Next, Refusal, ReplyCode, Rules, Stage, Strength, Sure,
    Verdict, Whom, classify,
};
use serde_json::{Value, json};

/// Explains what SMTP servers say when they refuse a message.
#[derive(Parser)]
#[command(name = "explain_reply", after_help = AFTER_HELP)]
struct Arguments {
    /// Replies, as "550 5.1.1 User unknown"; without any, they are read from standard input, one a line
    reply: Vec<String>,
    /// The mail host that said it: picks the rules of its provider
    #[arg(long, value_name = "MX")]
    host: Option<String>,
    /// When it was said: connect, greeting, ehlo, starttls, auth, mail, rcpt, data, dot, quit
    #[arg(long)]
    stage: Option<Stage>,
    /// All verdicts as one JSON array
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
    /// One JSON object a line
    #[arg(long)]
    jsonl: bool,
    /// Rules of your own, one a line, asked before the built-in ones
    #[arg(long, value_name = "FILE")]
    rules: Option<std::path::PathBuf>,
}

const AFTER_HELP: &str = "\
Exit status: 0 explained, 64 wrong usage, 66 unreadable input.

Without arguments, at a terminal, some replies that are not what they seem are explained.

Examples:
  explain_reply '451 User unknown'
  explain_reply --host aspmx.l.google.com --stage rcpt '550-5.2.1 receiving mail too quickly'
  grep -o 'said: .*' /var/log/mail.log | cut -c7- | explain_reply --jsonl
  explain_reply --jsonl < replies.jsonl
  explain_reply --rules ours.rules '554 We told you so'

A rule: spam=permanent | 5xx host=mx.example | told you so & !sorry | our log | 2026-01 | 554 We told you so";

/// Who runs a server, as labelled replies name it, and a mail host of theirs.
const HOSTS: &str = include_str!("../tests/replies_hosts.txt");

/// What is shown without arguments: host, stage, reply.
const CASES: &[(&str, &str, &str)] = &[
    ("", "rcpt", "451 User unknown"),
    ("mx3.qq.com", "mail", "550 Connection frequency limited"),
    ("", "rcpt", "450 4.7.1 Greylisting in action, please come back in 00:04:59"),
    ("", "rcpt", "552 5.5.3 Too many recipients"),
    ("x.mail.protection.outlook.com", "rcpt", "550 5.4.1 Recipient address rejected: Access denied"),
    ("", "connect", "554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org"),
    ("", "mail", "530 5.7.0 Must issue a STARTTLS command first"),
    ("", "rcpt", "552 5.2.2 Speicherplatz des Kontos überschritten"),
];

/// One refusal to explain, as its fields were given.
#[derive(Default)]
struct Asked {
    id: Option<String>,
    code: Option<ReplyCode>,
    enhanced: Option<mailwright::reply::EnhancedStatusCode>,
    text: String,
    stage: Option<Stage>,
    host: Option<String>,
    local: bool,
    /// Whether code and text came apart.
    parts: bool,
    /// The class that somebody gave it.
    labelled: Option<String>,
}

impl Asked {
    fn verdict(&self, rules: &Rules) -> Verdict {
        let text = self.text.as_bytes();
        let mut refusal = if self.parts {
            Refusal::from_parts(self.code, self.enhanced, text)
        } else {
            Refusal::from_text(text)
        };
        if let Some(stage) = self.stage {
            refusal = refusal.with_stage(stage);
        }
        if let Some(host) = &self.host {
            refusal = refusal.with_host(host);
        }
        if self.local {
            refusal = refusal.with_heard(Heard::Local);
        }
        classify(&refusal, rules)
    }
}

fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    let read = own_rules(&arguments).and_then(|own| Ok((own, questions(&arguments)?)));
    let (own, asked) = match read {
        Ok(read) => read,
        Err(error) => {
            eprintln!("explain_reply: {error}");
            return ExitCode::from(66);
        }
    };
    let rules = own.as_ref().unwrap_or_else(|| Rules::built_in());
    let output = print(&arguments, &asked, rules, &mut anstream::stdout().lock());
    mailwright_examples::written("explain_reply", output.map(|()| ExitCode::SUCCESS))
}

/// The caller's rules in front of the built-in ones.
fn own_rules(arguments: &Arguments) -> io::Result<Option<Rules>> {
    let Some(path) = &arguments.rules else { return Ok(None) };
    let named = |error: &dyn std::fmt::Display| io::Error::other(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| named(&error))?;
    Rules::with(&text).map(Some).map_err(|error| named(&error))
}

fn questions(arguments: &Arguments) -> io::Result<Vec<Asked>> {
    let plain = |text: &str| Asked {
        text: text.replace("\\n", "\n"),
        stage: arguments.stage,
        host: arguments.host.clone(),
        ..Asked::default()
    };
    if !arguments.reply.is_empty() {
        return Ok(arguments.reply.iter().map(|text| plain(text)).collect());
    }
    let mut asked = Vec::new();
    if !io::stdin().is_terminal() {
        for (number, line) in (1_u64..).zip(io::stdin().lock().split(b'\n')) {
            let line =
                line.map_err(|error| io::Error::other(format!("can't read standard input: {error}")))?;
            let line = String::from_utf8_lossy(&line);
            let line = line.trim();
            if line.starts_with('{') {
                let record = serde_json::from_str(line).map_err(|error| {
                    io::Error::other(format!("standard input, line {number}: no JSON object: {error}"))
                })?;
                let asking = from_record(arguments, &record);
                if asking.text.is_empty() && asking.code.is_none() {
                    return Err(io::Error::other(format!(
                        "standard input, line {number}: neither `reply` nor `text` nor `code` in it"
                    )));
                }
                asked.push(asking);
            } else if !line.is_empty() {
                asked.push(plain(line));
            }
        }
    }
    if asked.is_empty() {
        asked.extend(CASES.iter().map(|(host, stage, text)| Asked {
            text: (*text).to_owned(),
            stage: stage.parse().ok(),
            host: (!host.is_empty()).then(|| (*host).to_owned()),
            ..Asked::default()
        }));
    }
    Ok(asked)
}

fn from_record(arguments: &Arguments, record: &Value) -> Asked {
    let field = |name: &str| record.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let parts = field("text").is_some() || field("code").is_some();
    Asked {
        id: field("id").map(str::to_owned),
        code: field("code").and_then(|code| code.parse().ok()).and_then(ReplyCode::observed),
        enhanced: field("enhanced").and_then(|code| code.parse().ok()),
        text: field(if parts { "text" } else { "reply" }).unwrap_or_default().to_owned(),
        stage: field("stage")
            .or_else(|| field("command"))
            .and_then(|stage| stage.parse().ok())
            .or(arguments.stage),
        host: field("host")
            .or_else(|| field("mx"))
            .or_else(|| host_of(field("provider")?))
            .map(str::to_owned)
            .or_else(|| arguments.host.clone()),
        local: field("kind") == Some("local-text"),
        parts,
        labelled: field("class").map(str::to_owned),
    }
}

fn host_of(provider: &str) -> Option<&'static str> {
    let mut pairs = HOSTS.lines().filter_map(|line| line.split_once(' '));
    pairs.find(|(name, _)| *name == provider).map(|(_, host)| host)
}

fn print(arguments: &Arguments, asked: &[Asked], rules: &Rules, out: &mut impl Write) -> io::Result<()> {
    if arguments.json {
        let all: Vec<Value> = asked.iter().map(|one| as_json(one, rules)).collect();
        serde_json::to_writer_pretty(&mut *out, &all)?;
        writeln!(out)?;
    }
    for (number, one) in asked.iter().enumerate() {
        if arguments.jsonl {
            writeln!(out, "{}", as_json(one, rules))?;
        } else if !arguments.json {
            if number > 0 {
                writeln!(out)?;
            }
            as_text(one, rules, out)?;
        }
    }
    out.flush()
}

fn as_json(asked: &Asked, rules: &Rules) -> Value {
    let verdict = asked.verdict(rules);
    let rule = verdict.why.rule.and_then(|number| rules.rule(number));
    json!({
        "id": asked.id,
        "text": asked.text,
        "labelled": asked.labelled,
        "cause": verdict.cause.name(),
        "blame": verdict.blame.name(),
        "lasting": verdict.lasting,
        "temporary": verdict.is_temporary(),
        "wire": verdict.wire,
        "lies": verdict.lies(),
        "sure": verdict.sure,
        "next": verdict.next,
        "advice": advice(&verdict),
        "alert": verdict.alert,
        "wait_seconds": verdict.wait.map(|wait| json!({ "said": wait.said.as_secs(), "used": wait.used.as_secs() })),
        "suppression": verdict.suppression(),
        "evidence": {
            "range": verdict.why.range,
            "rule": rule.map(|rule| json!({
                "number": verdict.why.rule,
                "phrases": rule.phrases,
                "conditions": rule.conditions,
                "source": rule.source,
                "date": rule.date,
            })),
        },
    })
}

fn as_text(asked: &Asked, rules: &Rules, out: &mut impl Write) -> io::Result<()> {
    let verdict = asked.verdict(rules);
    let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
    let mark = AnsiColor::Yellow.on_default().bold().underline();
    let (front, middle, back) = parted(asked.text.as_bytes(), verdict.why.range);
    if asked.parts {
        let code = asked.code.map(|code| format!("{code} ")).unwrap_or_default();
        let enhanced = asked.enhanced.map(|code| format!("{code} ")).unwrap_or_default();
        write!(out, "{dim}{code}{enhanced}{dim:#}")?;
    }
    writeln!(out, "{}{mark}{}{mark:#}{}", Escaped::new(front), Escaped::new(middle), Escaped::new(back))?;
    let colour = match verdict.lasting {
        Lasting::Temporary => AnsiColor::Yellow,
        Lasting::UntilFixed => AnsiColor::Magenta,
        Lasting::Permanent => AnsiColor::Red,
    };
    let colour = colour.on_default().bold();
    let lasting = match verdict.lasting {
        Lasting::Temporary => "it passes",
        Lasting::UntilFixed => "until somebody mends it",
        Lasting::Permanent => "for good",
    };
    write!(out, "  {bold}{}{bold:#}", words(verdict.cause.name()))?;
    if verdict.blame != Blame::Unclear {
        write!(out, ", about the {}", words(verdict.blame.name()))?;
    }
    writeln!(out, "; {colour}{lasting}{colour:#}")?;
    if let Some(labelled) = asked.labelled.as_deref().filter(|labelled| *labelled != verdict.cause.name()) {
        writeln!(out, "  {dim}labelled: {}{dim:#}", Escaped::new(words(labelled).as_bytes()))?;
    }
    if verdict.lies() {
        let said = if verdict.wire == Some(Lasting::Temporary) { "later" } else { "never" };
        writeln!(out, "  {colour}The code lies: its first digit says {said}.{colour:#}")?;
    }
    writeln!(out, "  {}", advice(&verdict))?;
    let sure = match verdict.sure {
        Sure::Stated => "the reply says so",
        Sure::Documented => "documented",
        Sure::Usual => "the code usually means so",
        _ if verdict.wire.is_none() => "a guess: no rule met, and no code",
        _ => "a guess from the first digit",
    };
    match verdict.why.rule.and_then(|number| rules.rule(number)) {
        Some(rule) => writeln!(
            out,
            "  {dim}{sure}: {} [{}] ({}, {}){dim:#}",
            rule.phrases, rule.conditions, rule.source, rule.date
        ),
        None => writeln!(out, "  {dim}{sure}{dim:#}"),
    }
}

/// The text before the evidence, the evidence, and the text behind it.
fn parted(text: &[u8], range: Option<(u32, u32)>) -> (&[u8], &[u8], &[u8]) {
    let whole = (text, &[][..], &[][..]);
    let Some((from, to)) = range else { return whole };
    let (Ok(from), Ok(to)) = (usize::try_from(from), usize::try_from(to)) else { return whole };
    match (text.get(..from), text.get(from..to), text.get(to..)) {
        (Some(front), Some(middle), Some(back)) => (front, middle, back),
        _ => whole,
    }
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// What to do, as a sentence or two.
fn advice(verdict: &Verdict) -> String {
    let mut advice = match verdict.next {
        Next::Retry { host, slower, change } => retry(host, slower, change),
        Next::Bounce => "Tell the sender; don't try again.".to_owned(),
        Next::CheckDelivered => "It may have been delivered: a retry may make a second copy.".to_owned(),
        _ => "Nothing to do: it was taken.".to_owned(),
    };
    if let Some(wait) = verdict.wait {
        let (used, said) = (minutes(wait.used.as_secs()), wait.said.as_secs());
        advice = format!("{advice} Wait {used} (asked for: {said} s).");
    }
    match verdict.alert {
        Some(Whom::Operator) => advice.push_str(" Tell whoever runs the sending server."),
        Some(_) => advice.push_str(" Tell whoever holds the sender's domain."),
        None => {}
    }
    if let Some(found) = verdict.suppression() {
        advice.push_str(match found.strength() {
            Strength::Hard => " Don't mail this recipient again.",
            Strength::Second => " Seen again a day later: don't mail this recipient again.",
            _ => " Seen on several days: pause this recipient.",
        });
    }
    advice
}

fn retry(host: Host, slower: bool, change: Option<Change>) -> String {
    let host = match host {
        Host::Same => " at the same host, from the same address",
        Host::Other => " at the next host",
        _ => "",
    };
    let slower = if slower { ", slower" } else { "" };
    let change = match change {
        None => "",
        Some(Change::WithTls) => ", with TLS",
        Some(Change::WithoutTls) => ", without TLS",
        Some(Change::WithoutParameter) => ", without the option that was refused",
        Some(Change::NextTransaction) => ", the rest in another transaction",
        Some(Change::Reconnect) => ", on a new connection",
        Some(Change::Downgrade) => ", in another form",
        Some(_) => ", after a fresh look-up of the mail hosts",
    };
    format!("Try again{host}{slower}{change}.")
}

fn minutes(seconds: u64) -> String {
    match (seconds / 3600, seconds / 60 % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
