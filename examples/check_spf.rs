//! Says whether a host may send mail for a domain, and why.
//!
//! in:  the client's address, the HELO name, the return path; a zone file, a live resolver, or the built-in zone
//! out: both verdicts with the deciding term; exit 0 pass, 1 fail or softfail, 2 neutral or none, 64 usage,
//!      65 permerror, 66 unreadable zone, 75 temperror

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Parser;
use mailwright::dns::{Inquiry, Zone, run};
use mailwright::spf::{
    Check, Identity, Log, Outcome, Session, Settings, Verdict, Which, authentication_results,
};
use mailwright::tokio::Resolver;
use serde_json::{Value, json};

/// Checks SPF (RFC 7208): may the host at this address send mail for this domain?
#[derive(Parser)]
#[command(name = "check_spf", after_help = AFTER_HELP)]
struct Arguments {
    /// The address of the sending host
    #[arg(long, value_name = "ADDR")]
    ip: Option<IpAddr>,
    /// The name that it gave with HELO or EHLO
    #[arg(long, value_name = "NAME", requires = "ip")]
    helo: Option<String>,
    /// The return path (MAIL FROM); empty for a bounce
    #[arg(long, value_name = "ADDR", requires = "ip")]
    mail_from: Option<String>,
    /// Answer questions from this zone file
    #[arg(long, value_name = "FILE", conflicts_with = "live", requires = "ip")]
    zone: Option<PathBuf>,
    /// Ask the DNS
    #[arg(long, requires = "ip")]
    live: bool,
    /// The name server to ask, instead of the system's
    #[arg(long, value_name = "IP:PORT", requires = "live")]
    server: Option<SocketAddr>,
    /// Show every step
    #[arg(long)]
    trace: bool,
    /// One JSON object; without an address one for each of the three verdicts
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
With --helo and --mail-from both identities are checked; the exit status is that of MAIL FROM, or of HELO where the
return path is empty. Without --zone and --live a small built-in zone answers; without any argument it shows three verdicts.

Exit status: 0 pass, 1 fail or softfail, 2 neutral or none, 64 wrong usage, 65 permerror, 66 unreadable zone,
75 temperror.

Examples:
  check_spf
  check_spf --ip 192.0.2.7 --mail-from ann@example.org --trace
  check_spf --ip 192.0.2.7 --helo mx.example.org --mail-from ann@example.org --live --server 127.0.0.1:5353";

/// What answers where nothing else is named.
const BUILT_IN: &str = r#"$ORIGIN example.org.
@          3600 TXT "v=spf1 mx include:_spf.sender.example -all exp=why.example.org"
@          3600 MX  10 mx
mx         3600 A   192.0.2.25
mx         3600 AAAA 2001:db8::25
mx         3600 TXT "v=spf1 a -all"
why        3600 TXT "%{i} is not one of our mail hosts"
broken     3600 TXT "v=spf1 ipv4:192.0.2.1 -all"
_spf.sender.example. 3600 TXT "v=spf1 ip4:198.51.100.0/24 ~all"
"#;

/// How long a live check may take (RFC 7208 §4.6.4 wants 20 seconds at least).
const PATIENCE: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    let told = match arguments.ip {
        None => Ok((tour(arguments.json), 0)),
        Some(client) => check(&arguments, client).map(|(told, verdict)| (told, status(verdict))),
    };
    match told {
        Ok((told, status)) => {
            let output = std::io::stdout().lock().write_all(told.as_bytes());
            mailwright_examples::written("check_spf", output.map(|()| ExitCode::from(status)))
        }
        Err((status, message)) => {
            eprintln!("check_spf: {message}");
            ExitCode::from(status)
        }
    }
}

const fn status(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Pass => 0,
        Verdict::Fail | Verdict::SoftFail => 1,
        Verdict::Neutral | Verdict::None => 2,
        Verdict::PermError => 65,
        Verdict::TempError => 75,
    }
}

fn settings() -> Settings {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Settings::new(b"check.example").with_unix_time(now).with_lenient(20)
}

/// Three verdicts over the built-in zone, explained; with `as_lines` one JSON object a line.
fn tour(as_lines: bool) -> String {
    let zone = Zone::parse(BUILT_IN.as_bytes()).expect("the built-in zone can be read");
    let mut told = if as_lines { String::new() } else { format!("The built-in zone says:\n\n{BUILT_IN}\n") };
    let stories = [
        ("198.51.100.7", "ann@example.org", "a host of the sending service that example.org includes"),
        ("203.0.113.9", "ann@example.org", "a stranger that claims to be example.org"),
        ("192.0.2.1", "bob@broken.example.org", "a domain whose record has a misspelt word"),
    ];
    for (client, sender, story) in stories {
        let mut log = Log::new();
        let identity = Identity::mail_from(sender.as_bytes(), b"mx.example.org");
        let client = client.parse().expect("an address");
        let outcome = run(&mut Check::with_trace(identity, client, settings(), &mut log), &mut &zone);
        let _ = if as_lines {
            writeln!(told, "{}", as_json(&[outcome], Some(&log)))
        } else {
            writeln!(told, "--- {story}: {client} sends as {sender}\n\n{log}\n{}", text(&outcome))
        };
    }
    told
}

/// What to tell, and the verdict that the status is about.
fn check(arguments: &Arguments, client: IpAddr) -> Result<(String, Verdict), (u8, String)> {
    let helo = arguments.helo.as_deref().unwrap_or_default();
    let sender = arguments.mail_from.as_deref().unwrap_or_default();
    if helo.is_empty() && sender.is_empty() {
        return Err((64, "give --helo, --mail-from, or both; an empty return path needs --helo".into()));
    }
    let identity = Identity::mail_from(sender.as_bytes(), helo.as_bytes());
    let mut log = Log::new();
    let outcomes: Vec<Outcome> = if helo.is_empty() {
        vec![answer(arguments, &mut Check::with_trace(identity, client, settings(), &mut log))?]
    } else {
        let both = answer(arguments, &mut Session::with_trace(identity, client, settings(), &mut log))?;
        both.outcomes().cloned().collect()
    };
    // MAIL FROM stands first where it was checked.
    let verdict = outcomes.first().map_or(Verdict::None, |outcome| outcome.verdict);
    let shown = arguments.trace.then_some(&log);
    if arguments.json {
        return Ok((format!("{}\n", as_json(&outcomes, shown)), verdict));
    }
    let mut told = shown.map_or_else(String::new, |log| format!("{log}\n"));
    for outcome in &outcomes {
        told.push_str(&text(outcome));
        told.push('\n');
    }
    if let Some(first) = outcomes.first() {
        told.push_str(&first.received_spf("check.example"));
    }
    let results = authentication_results(&outcomes);
    let _ = writeln!(told, "Authentication-Results: check.example; {results}");
    Ok((told, verdict))
}

/// Runs an inquiry over whatever the arguments name.
fn answer<I: Inquiry>(arguments: &Arguments, inquiry: &mut I) -> Result<I::Outcome, (u8, String)> {
    if !arguments.live {
        let zone = match &arguments.zone {
            None => BUILT_IN.as_bytes().to_vec(),
            Some(path) => {
                std::fs::read(path).map_err(|error| (66, format!("{}: {error}", path.display())))?
            }
        };
        let zone = Zone::parse(&zone).map_err(|error| (66, format!("the zone can't be read: {error}")))?;
        return Ok(run(inquiry, &mut &zone));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| (75, error.to_string()))?;
    runtime.block_on(async {
        let resolver = match arguments.server {
            Some(server) => Resolver::at(&[server]),
            None => Resolver::system(),
        };
        let resolver = resolver.map_err(|error| (75, error.to_string()))?;
        Ok(resolver.run(inquiry, PATIENCE).await)
    })
}

/// An outcome in a few lines.
fn text(outcome: &Outcome) -> String {
    let mut text = String::new();
    let which = if outcome.which() == Which::MailFrom { "MAIL FROM" } else { "HELO" };
    let domain = outcome.identity.domain().escape_ascii();
    let _ = writeln!(text, "{which} {domain}: {}", outcome.verdict);
    let _ = writeln!(text, "  because {}", outcome.cause);
    for (place, how) in [(&outcome.term, "term"), (&outcome.inner, "inside it")] {
        if let Some(place) = place {
            let range = place.range();
            let shown = place.text().escape_ascii();
            let _ = writeln!(
                text,
                "  {how}: `{shown}` at octets {}..{} of {}",
                range.start, range.end, place.domain
            );
        }
    }
    let counts = outcome.counts;
    let _ = writeln!(
        text,
        "  spent: {} of 10 look-up terms, {} of 2 void look-ups; answers used: {}",
        counts.terms, counts.voids, counts.answers
    );
    if let Some(explanation) = &outcome.explanation {
        let _ = writeln!(text, "  the domain explains: {:?}", explanation.foreign_text());
    }
    if let Some(lenient) = outcome.lenient {
        let _ = writeln!(text, "  with the fault ignored it would be: {lenient}");
    }
    if let Some(seconds) = outcome.cacheable_for() {
        let _ = writeln!(text, "  holds for {seconds} seconds, for this domain and address");
    }
    if !outcome.is_meaningful() {
        let _ = writeln!(
            text,
            "  note: nobody comes from this address over the Internet; a proxy may hide the true client"
        );
    }
    text
}

fn as_json(outcomes: &[Outcome], log: Option<&Log>) -> Value {
    let place = |place: &Option<mailwright::spf::Place>| {
        place.as_ref().map(|place| {
            json!({
                "domain": place.domain.to_string(),
                "record": place.record.joined().escape_ascii().to_string(),
                "start": place.range().start,
                "end": place.range().end,
                "text": place.text().escape_ascii().to_string(),
            })
        })
    };
    let outcome = |outcome: &Outcome| {
        json!({
            "identity": if outcome.which() == Which::MailFrom { "mailfrom" } else { "helo" },
            "domain": outcome.identity.domain().escape_ascii().to_string(),
            "client": outcome.client.to_string(),
            "verdict": outcome.verdict.as_str(),
            "cause": outcome.cause.to_string(),
            "term": place(&outcome.term),
            "inner": place(&outcome.inner),
            "terms": outcome.counts.terms,
            "voids": outcome.counts.voids,
            "answers": outcome.counts.answers,
            "min_ttl": outcome.min_ttl,
            "depends_on_sender": outcome.depends_on_sender,
            "explanation": outcome.explanation.as_ref().map(mailwright::spf::Explanation::foreign_text),
            "lenient": outcome.lenient.map(Verdict::as_str),
            "received_spf": outcome.received_spf("check.example"),
        })
    };
    let trace = log.map(|log| {
        let mut text = String::new();
        let _ = log.write_json(&mut text);
        serde_json::from_str::<Value>(&text).expect("a log writes JSON")
    });
    json!({
        "outcomes": outcomes.iter().map(outcome).collect::<Vec<_>>(),
        "authentication_results": authentication_results(outcomes),
        "trace": trace,
    })
}
