//! Says what is wrong with an SPF record, what it means, and what it costs.
//!
//! in:  a record as arguments or on standard input, or a domain
//! out: findings drawn under the record, the mended record, plain sentences, the cost tree; exit 0 no error, 1 errors,
//!      64 usage, 66 unreadable input, 75 the DNS failed

use std::fmt::Write as _;
use std::io::{IsTerminal, Read, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use annotate_snippets::{AnnotationKind, Level, Patch, Renderer, Snippet};
use clap::Parser;
use mailwright::dns::{About, Answer, Data, Inquiry, Kind, Name, Question, Text, Zone, run};
use mailwright::spf::{CostWalk, Finding, Record, Report, Severity, explain, lint, lint_all};
use mailwright::tokio::Resolver;

/// Looks at an SPF record (RFC 7208) as a careful friend would.
#[derive(Parser)]
#[command(name = "lint_spf", after_help = AFTER_HELP)]
struct Arguments {
    /// The record; its words may be given as one argument or as several
    record: Vec<String>,
    /// The domain whose record is looked at
    #[arg(long, value_name = "D")]
    domain: Option<String>,
    /// Ask the DNS
    #[arg(long, requires = "domain")]
    live: bool,
    /// Answer questions from this zone file
    #[arg(long, value_name = "FILE", conflicts_with = "live", requires = "domain")]
    zone: Option<PathBuf>,
    /// The name server to ask, instead of the system's
    #[arg(long, value_name = "IP:PORT", requires = "live")]
    server: Option<SocketAddr>,
}

const AFTER_HELP: &str = "\
A record given together with --domain is looked at as if the domain had it: the cost of a change before it is made.

Exit status: 0 no error, 1 errors, 64 wrong usage, 66 unreadable input, 75 the DNS failed.

Examples:
  lint_spf 'v=spf1 ipv4:192.0.2.1 include=_spf.example.net -all'
  lint_spf --domain example.org --live
  dig +short TXT example.org | grep spf1 | lint_spf";

const PATIENCE: Duration = Duration::from_secs(60);

type Failed = (u8, String);

fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    match look(&arguments) {
        Ok((told, right)) => {
            let output = std::io::stdout().lock().write_all(told.as_bytes());
            mailwright_examples::written("lint_spf", output.map(|()| ExitCode::from(u8::from(!right))))
        }
        Err((status, message)) => {
            eprintln!("lint_spf: {message}");
            ExitCode::from(status)
        }
    }
}

/// What to tell, and whether there was no error.
fn look(arguments: &Arguments) -> Result<(String, bool), Failed> {
    let world = World::new(arguments)?;
    let domain = match &arguments.domain {
        Some(domain) => {
            Some(Name::from_dotted(domain.as_bytes()).map_err(|error| (64, format!("{domain}: {error}")))?)
        }
        None => None,
    };
    let texts: Vec<Text> = match (&domain, given(arguments)?) {
        (_, Some(record)) => vec![Text::from_text(record).map_err(|error| (66, error.to_string()))?],
        (Some(_), None) if matches!(world, World::Nothing) => {
            return Err((
                64,
                "say where the domain's record is: --live asks the DNS, --zone reads a file".into(),
            ));
        }
        (Some(domain), None) => match world.ask(&Question::new(domain.clone(), Kind::Txt)) {
            Answer::Found(Data::Txt(texts), _) => texts.to_vec(),
            Answer::Failed(failure) => return Err((75, format!("the TXT records of {domain}: {failure}"))),
            _ => Vec::new(),
        },
        (None, None) => return Err((64, "give a record, or a domain with --live or --zone".into())),
    };
    let report = if let ([one], true) = (&texts[..], domain.is_none()) {
        lint(one.joined())
    } else {
        lint_all(&texts)
    };
    let mut told = shown(&report, domain.as_ref());
    if let Ok(record) = Record::parse(report.mended().as_deref().map_or(report.text(), str::as_bytes)) {
        let once = if report.mended().is_some() { ", once mended" } else { "" };
        let _ = writeln!(told, "What it means{once}:");
        for sentence in explain(&record) {
            let _ = writeln!(told, "  {}", sentence.text);
        }
        let _ = writeln!(told, "\nLook-ups in this record alone: {} of 10.", record.lookups());
    }
    match (domain, &world) {
        (None, _) => {}
        (Some(_), World::Nothing) => {
            told.push_str("What it leads to costs more; --live or --zone shows it.\n");
        }
        (Some(domain), _) => {
            let _ = writeln!(told, "\nWhat it costs:\n{}", cost(&world, &domain, texts));
        }
    }
    Ok((told, !report.has_errors()))
}

/// The record of the arguments or of standard input.
fn given(arguments: &Arguments) -> Result<Option<Vec<u8>>, Failed> {
    if !arguments.record.is_empty() {
        return Ok(Some(arguments.record.join(" ").into_bytes()));
    }
    if arguments.domain.is_some() {
        return Ok(None);
    }
    if std::io::stdin().is_terminal() {
        eprintln!("One record; end with Ctrl-D. --help says more.");
    }
    let mut octets = Vec::new();
    std::io::stdin().lock().take(70_000).read_to_end(&mut octets).map_err(|error| (66, error.to_string()))?;
    while octets.last().is_some_and(|octet| matches!(octet, b'\n' | b'\r')) {
        octets.pop();
    }
    // As `dig` prints it: quoted strings.
    if octets.starts_with(b"\"") && octets.ends_with(b"\"") && octets.len() > 1 {
        let zone = Zone::parse(&[b"x. TXT ", &octets[..]].concat());
        let question = Question::new(Name::from_dotted(b"x").expect("a name"), Kind::Txt);
        if let Some(Data::Txt(texts)) = zone.ok().and_then(|zone| zone.answer(&question).data().cloned()) {
            return Ok(texts.first().map(|text| text.joined().to_vec()));
        }
    }
    if octets.is_empty() {
        Err((64, "no record on standard input; --help says how to give one".into()))
    } else {
        Ok(Some(octets))
    }
}

/// The findings, drawn under the record.
fn shown(report: &Report, domain: Option<&Name>) -> String {
    // Octets that are no ASCII take several columns as text, so the picture is drawn over one character per octet.
    let picture: String = report
        .text()
        .iter()
        .map(|octet| if matches!(octet, 0x20..=0x7e) { char::from(*octet) } else { '?' })
        .collect();
    let origin = domain.map_or_else(|| "record".to_owned(), |domain| format!("TXT {domain}"));
    let renderer = if std::io::stdout().is_terminal() { Renderer::styled() } else { Renderer::plain() };
    let mut told = String::new();
    for finding in report.findings() {
        let _ = writeln!(told, "{}\n", draw(&renderer, finding, &picture, &origin));
    }
    let _ = match (report.findings().len(), report.mended()) {
        (0, _) => writeln!(told, "{picture}\n\nNothing to say against this record.\n"),
        (_, Some(mended)) if lint(mended.as_bytes()).has_errors() => {
            writeln!(told, "Mended, but for the errors that only you can mend:\n  {mended}\n")
        }
        (_, Some(mended)) => writeln!(told, "Mended:\n  {mended}\n"),
        (_, None) => Ok(()),
    };
    if report.left_out() > 0 {
        let _ = writeln!(told, "{} more findings were left out.\n", report.left_out());
    }
    told
}

fn draw(renderer: &Renderer, finding: &Finding, picture: &str, origin: &str) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    // A finding about no octets points at the end.
    let range = finding.range.start.min(picture.len())..finding.range.end.min(picture.len());
    let snippet =
        Snippet::source(picture).path(origin).annotation(AnnotationKind::Primary.span(range.clone()));
    let mut group = level.primary_title(&finding.message).id(finding.rule.id()).element(snippet);
    group = group.element(Level::NOTE.message(format!("see {}", finding.rule.source())));
    let mut groups = vec![group];
    if let Some(mended) = &finding.mended {
        let title = if mended.is_empty() { "delete it" } else { "write instead" };
        let patch = Snippet::source(picture).path(origin).patch(Patch::new(range, mended.as_str()));
        groups.push(Level::HELP.secondary_title(title).element(patch));
    }
    renderer.render(&groups)
}

/// Follows the record everywhere, with these texts as those of the domain.
fn cost(world: &World, domain: &Name, texts: Vec<Text>) -> String {
    let mut walk = CostWalk::new(domain.clone());
    let answer = Answer::Found(Data::Txt(texts.into()), About::new(0));
    walk.handle_answer(&Question::new(domain.clone(), Kind::Txt), answer);
    world.run(&mut walk).to_string()
}

/// Where answers come from.
enum World {
    Nothing,
    Zone(Zone),
    Live(Box<(tokio::runtime::Runtime, Resolver)>),
}

impl World {
    fn new(arguments: &Arguments) -> Result<Self, Failed> {
        if let Some(path) = &arguments.zone {
            let text = std::fs::read(path).map_err(|error| (66, format!("{}: {error}", path.display())))?;
            return Zone::parse(&text)
                .map(Self::Zone)
                .map_err(|error| (66, format!("{}: {error}", path.display())));
        }
        if !arguments.live {
            return Ok(Self::Nothing);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| (75, error.to_string()))?;
        let resolver = runtime.block_on(async {
            match arguments.server {
                Some(server) => Resolver::at(&[server]),
                None => Resolver::system(),
            }
        });
        Ok(Self::Live(Box::new((runtime, resolver.map_err(|error| (75, error.to_string()))?))))
    }

    fn ask(&self, question: &Question) -> Answer {
        match self {
            Self::Nothing => Answer::Failed(mailwright::dns::Failure::Timeout),
            Self::Zone(zone) => zone.answer(question),
            Self::Live(live) => live.0.block_on(live.1.answer(question)),
        }
    }

    fn run<I: Inquiry>(&self, inquiry: &mut I) -> I::Outcome {
        match self {
            Self::Nothing | Self::Zone(_) => run(inquiry, &mut |question: &Question| self.ask(question)),
            Self::Live(live) => live.0.block_on(live.1.run(inquiry, PATIENCE)),
        }
    }
}
