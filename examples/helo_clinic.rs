//! Looks at HELO names as a receiver does: what each says about the peer, and what three kinds of receiver make of it.
//!
//! in:  names as arguments, or the built-in thirty; a zone for the look-ups
//! out: a diagnosis for each; exit 0, 1 if the usual receiver refuses one, 64 wrong usage, 65 a zone that is none, 66 unreadable

use std::io::{self, Write};
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::Parser;
use mailwright::dns::{Zone, run};
use mailwright::policy::helo::{Evidence, Look, Mode, Peer, Report, assess};
use mailwright::policy::{Domains, Flags, Own, reverse};
use mailwright::reply::Escaped;
use serde_json::json;

/// Says what a receiver sees in a HELO name.
#[derive(Parser)]
#[command(
    name = "helo_clinic",
    after_help = "Exit status: 0 the usual receiver refuses none, 1 it refuses one of the names given, 64 wrong usage,\n\
                  65 a zone that can't be read, 66 an unreadable file."
)]
struct Arguments {
    /// Names to look at; without any, thirty from real life
    name: Vec<String>,
    /// The address that the peer connects from
    #[arg(long, default_value = "203.0.113.7")]
    ip: IpAddr,
    /// Our own name
    #[arg(long, default_value = "mx.example.org")]
    own: String,
    /// A zone file for forward and reverse look-ups, in place of the built-in one
    #[arg(long, value_name = "FILE")]
    zone: Option<PathBuf>,
    /// One JSON object a name
    #[arg(long)]
    json: bool,
}

/// What the names are looked up in.
const ZONE: &str = "\
7.113.0.203.in-addr.arpa. PTR out.example.net.
out.example.net.              A 203.0.113.7
mx.example.net.               A 192.0.2.25
dsl-203-0-113-7.isp.example.  A 203.0.113.7
mail.google.com.              A 192.0.2.99
static-203-0-113-7.isp.example. A 203.0.113.7
";

const THIRTY: &[&str] = &[
    "out.example.net",
    "OUT.example.net.",
    "mx.example.net",
    "smtp-out-7.example.net",
    "static-203-0-113-7.isp.example",
    "[203.0.113.7]",
    "[192.0.2.9]",
    "[IPv6:2001:db8::7]",
    "203.0.113.7",
    "",
    "doe",
    "localhost",
    "WIN-7F",
    "localhost.localdomain",
    "[127.0.0.1]",
    "box.lan",
    "pc.local",
    "x.invalid",
    "foo_bar.example.net",
    "foo bar",
    "-a.example",
    "a..b",
    "[1.2.3",
    "[2001:db8::1]",
    "mx\u{7}.example.net",
    "mx.example.org",
    "example.org",
    "198.51.100.1",
    "dsl-203-0-113-7.isp.example",
    "mail.google.com",
];

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const LATER: Style = AnsiColor::Yellow.on_default();

fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    let text = match arguments.zone.as_ref().map(std::fs::read_to_string).transpose() {
        Ok(text) => text.unwrap_or_else(|| ZONE.to_owned()),
        Err(error) => {
            let path = arguments.zone.unwrap_or_default();
            eprintln!("helo_clinic: can't read the zone {}: {error}", path.display());
            return ExitCode::from(66);
        }
    };
    let zone = match Zone::parse(text.as_bytes()) {
        Ok(zone) => zone,
        Err(error) => {
            eprintln!("helo_clinic: the zone is none: {error}");
            return ExitCode::from(65);
        }
    };
    let (own, domains) = match ours(&arguments.own) {
        Ok(ours) => ours,
        Err(problem) => {
            eprintln!("helo_clinic: --own {}: {problem}", Escaped::new(arguments.own.as_bytes()));
            return ExitCode::from(64);
        }
    };
    let output = print(&arguments, &zone, &own, &domains, &mut anstream::stdout().lock());
    let status = |refused| ExitCode::from(u8::from(refused && !arguments.name.is_empty()));
    mailwright_examples::written("helo_clinic", output.map(status))
}

/// Who we are: our name, its address, and the domain it stands in.
fn ours(name: &str) -> Result<(Own, Domains), String> {
    let own = Own::new().with_name(name).map_err(|error| error.to_string())?;
    let own = own.with_address([198, 51, 100, 1].into());
    let domain = name.split_once('.').map_or(name, |(_, domain)| domain);
    let domains = Domains::new().with_local(domain).map_err(|error| error.to_string())?;
    Ok((own, domains))
}

/// Looks a name up and looks at it.
fn examine(name: &str, ip: IpAddr, zone: &Zone, own: &Own, domains: &Domains) -> Report {
    let reverse = run(&mut reverse::Reverse::new(ip), &mut &*zone);
    let mut evidence = Evidence::none().with_reverse(&reverse);
    // Only a name with a dot is worth a question.
    if let Ok(asked) = name.parse()
        && name.trim_end_matches('.').contains('.')
        && name.parse::<IpAddr>().is_err()
    {
        evidence = evidence.with_forward(run(&mut Look::new(asked, ip), &mut &*zone));
    }
    assess(name.as_bytes(), Peer::new(ip), own, domains, &evidence)
}

/// What a receiver of this mode says, and its colour.
fn verdict(report: &Report, mode: Mode) -> (Style, String) {
    match report.note(mode).decide().verdict.why() {
        None => (GOOD, "taken".to_owned()),
        Some(why) => {
            let (class, subject, detail) = why.enhanced();
            let style = if why.number() < 500 { LATER } else { BAD };
            (style, format!("{} {class}.{subject}.{detail}", why.number()))
        }
    }
}

/// The flags without the word that all of them begin with, in lines that end before column eighty.
fn columns(flags: Flags) -> String {
    let (mut text, mut column) = (String::new(), 0);
    for flag in flags {
        let word = flag.as_str().trim_start_matches("helo-");
        if column > 0 && column + 1 + word.len() > 29 {
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', 51));
            column = 0;
        } else if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += word.len();
    }
    text
}

/// Prints the diagnoses; whether the usual receiver refuses one.
fn print(
    arguments: &Arguments,
    zone: &Zone,
    own: &Own,
    domains: &Domains,
    out: &mut impl Write,
) -> io::Result<bool> {
    let names: Vec<&str> = if arguments.name.is_empty() {
        THIRTY.to_vec()
    } else {
        arguments.name.iter().map(String::as_str).collect()
    };
    let mut refused = false;
    if !arguments.json {
        let own = Escaped::new(arguments.own.as_bytes());
        writeln!(out, "{DIM}A peer at {} says EHLO to {own}.{DIM:#}\n", arguments.ip)?;
        writeln!(out, "{BOLD}{:<30} {:<9} {:<9} what the name shows{BOLD:#}", "EHLO", "usual", "strict")?;
    }
    for name in names {
        let report = examine(name, arguments.ip, zone, own, domains);
        let (usual, strict) = (verdict(&report, Mode::Usual), verdict(&report, Mode::Strict));
        refused |= report.note(Mode::Usual).decide().verdict.is_reject();
        if arguments.json {
            let flags: Vec<&str> = report.flags.iter().map(mailwright::policy::Flag::as_str).collect();
            writeln!(out, "{}", json!({"name": name, "flags": flags, "usual": usual.1, "strict": strict.1}))?;
            continue;
        }
        let shown =
            if name.is_empty() { "(none)".to_owned() } else { Escaped::new(name.as_bytes()).to_string() };
        let ((a, usual), (b, strict)) = (usual, strict);
        if shown.chars().count() > 30 {
            write!(out, "{shown}\n{:30}", "")?;
        } else {
            write!(out, "{shown:<30}")?;
        }
        let flags = columns(report.flags);
        writeln!(out, " {a}{usual:<9}{a:#} {b}{strict:<9}{b:#} {DIM}{flags}{DIM:#}")?;
    }
    if !arguments.json {
        let text = "A receiver that only observes refuses none of them.\n\
                    No name is refused only because it does not lead to the peer.";
        writeln!(out, "\n{DIM}{text}{DIM:#}")?;
    }
    Ok(refused)
}
