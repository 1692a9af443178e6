//! Tries every form of a recipient from every origin, and shows what would be taken, refused or passed on.
//!
//! in:  our domains and recipients, or the built-in ones
//! out: a table; exit 0, 1 if anything from the Internet would be passed on, 64 wrong usage

use std::io::{self, Write};
use std::net::IpAddr;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::Parser;
use mailwright::address::Utf8;
use mailwright::policy::relay::{self, Destination};
use mailwright::policy::{Domains, Flag, Flags, Origin, Own};
use mailwright::reply::Escaped;
use serde_json::json;

/// Shows what a server would do with every form of a recipient, from every origin.
#[derive(Parser)]
#[command(
    name = "relay_matrix",
    after_help = "A recipient is written as in RCPT TO: <ann@example.org>.\n\n\
                  Exit status: 0 nothing is relayed for strangers, 1 something is, 64 wrong usage."
)]
struct Arguments {
    /// Recipients to try instead of the built-in ones
    recipient: Vec<String>,
    /// A domain of ours; example.org without one
    #[arg(long, value_name = "DOMAIN")]
    local: Vec<String>,
    /// A domain that we keep mail for; backup.example without one
    #[arg(long, value_name = "DOMAIN")]
    backup: Vec<String>,
    /// An address of ours, which may stand in brackets in place of a domain
    #[arg(long, value_name = "IP")]
    address: Vec<IpAddr>,
    /// As on a path with SMTPUTF8
    #[arg(long)]
    utf8: bool,
    /// One JSON object a recipient and origin
    #[arg(long)]
    json: bool,
}

/// Every form that has opened a relay somewhere, and ordinary ones beside.
const FORMS: &[&str] = &[
    "<ann@example.org>",
    "<ann@EXAMPLE.org>",
    "<ann@example.org.>",
    "<\"ann\"@example.org>",
    "<postmaster>",
    "<Postmaster@example.org>",
    "<ann@backup.example>",
    "<ann>",
    "<ann@sub.example.org>",
    "<ann@victim.example>",
    "<postmaster@victim.example>",
    "<ann%victim.example@example.org>",
    "<\"ann@victim.example\"@example.org>",
    "<victim.example!ann@example.org>",
    "<ann%example.org@victim.example>",
    "<@example.org:ann@victim.example>",
    "<@victim.example,@example.org:ann@example.org>",
    "<ann@victim.example@example.org>",
    "<ann@[198.51.100.1]>",
    "<ann@[192.0.2.77]>",
    "<ann@[IPv6:2001:db8::1]>",
    "<ann@example.org%00>",
    "<ann@example.org SIZE=1>",
    "<ann@example.org>,<ann@victim.example>",
    "<ann@exаmple.org>",
    "<ann@xn--exmple-cua.org>",
    "<ann@localhost>",
    "<..ann@example.org>",
    "</etc/passwd@example.org>",
    "<|cmd@example.org>",
    "<@example.org>",
    "<>",
];

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const OURS: Style = AnsiColor::Green.on_default();
const PASSED: Style = AnsiColor::Yellow.on_default();
const OPEN: Style = AnsiColor::Red.on_default().bold();
const REFUSED: Style = AnsiColor::Cyan.on_default();

/// What is done with one recipient from one origin.
struct Cell {
    text: String,
    style: Style,
    flags: Flags,
    /// Passed on for a stranger.
    open: bool,
}

fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    let domains = match domains(&arguments) {
        Ok(domains) => domains,
        Err(problem) => {
            eprintln!("relay_matrix: {problem}");
            return ExitCode::from(64);
        }
    };
    let output = print(&arguments, &domains, &mut anstream::stdout().lock());
    mailwright_examples::written("relay_matrix", output.map(|open| ExitCode::from(u8::from(open > 0))))
}

fn domains(arguments: &Arguments) -> Result<Domains, String> {
    let named = !arguments.local.is_empty() || !arguments.backup.is_empty();
    let (local, backup) = if named {
        (arguments.local.clone(), arguments.backup.clone())
    } else {
        (vec!["example.org".to_owned()], vec!["backup.example".to_owned()])
    };
    let mut domains = Domains::new();
    for name in &local {
        domains = domains.with_local(name).map_err(|error| format!("--local {}: {error}", escaped(name)))?;
    }
    for name in &backup {
        domains =
            domains.with_backup(name).map_err(|error| format!("--backup {}: {error}", escaped(name)))?;
    }
    Ok(domains)
}

fn escaped(text: &str) -> String {
    Escaped::new(text.as_bytes()).to_string()
}

/// One recipient from one origin.
fn cell(path: &str, origin: Origin, utf8: Utf8, own: &Own, domains: &Domains) -> Cell {
    let refused = |(class, subject, detail): (u16, u16, u16), number: u16, flags| Cell {
        text: format!("{number} {class}.{subject}.{detail}"),
        style: REFUSED,
        flags,
        open: false,
    };
    let read = match relay::read(path.as_bytes(), utf8) {
        Ok(read) => read,
        Err(reason) => return refused(wide(reason.enhanced()), reason.number(), Flags::NONE),
    };
    let relay = relay::decide(origin, &read, own, domains);
    if let Some(why) = relay.note.why() {
        return refused(wide(why.enhanced()), why.number(), relay.note.flags);
    }
    let open = origin == Origin::Internet && relay.destination == Destination::Elsewhere;
    let (text, style) = match relay.destination {
        Destination::Local => ("ours", OURS),
        Destination::BackupMx => ("kept", OURS),
        Destination::Elsewhere if open => ("RELAYED", OPEN),
        Destination::Elsewhere => ("passed on", PASSED),
        Destination::Unknown => ("not known", REFUSED),
    };
    Cell { text: text.to_owned(), style, flags: relay.note.flags, open }
}

fn wide((class, subject, detail): (u8, u16, u16)) -> (u16, u16, u16) {
    (class.into(), subject, detail)
}

/// Columns of a recipient; four cells of nine beside it fill a screen of eighty.
const WIDTH: usize = 40;

const fn heading(origin: Origin) -> &'static str {
    match origin {
        Origin::Local => "local",
        Origin::TrustedNet => "trusted",
        Origin::Authenticated => "login",
        Origin::Internet => "Internet",
    }
}

/// One recipient, from every origin; one that is too long for its column stands on a line of its own.
fn print_row(shown: &str, cells: &[Cell; 4], out: &mut impl Write) -> io::Result<()> {
    if shown.chars().count() > WIDTH {
        write!(out, "{shown}\n{:WIDTH$}", "")?;
    } else {
        write!(out, "{shown:WIDTH$}")?;
    }
    for cell in cells {
        let style = cell.style;
        write!(out, " {style}{:<9}{style:#}", cell.text)?;
    }
    writeln!(out)?;
    let flags = cells[0].flags;
    if flags.is_empty() { Ok(()) } else { writeln!(out, "  {DIM}noted: {flags}{DIM:#}") }
}

/// Prints the table; how many cells are open.
fn print(arguments: &Arguments, domains: &Domains, out: &mut impl Write) -> io::Result<usize> {
    let mut own = Own::new();
    for address in &arguments.address {
        own = own.with_address(*address).with_literals();
    }
    let utf8 = if arguments.utf8 { Utf8::Allowed } else { Utf8::Refused };
    let forms: Vec<&str> = if arguments.recipient.is_empty() {
        FORMS.to_vec()
    } else {
        arguments.recipient.iter().map(String::as_str).collect()
    };
    let mut open = 0;
    if !arguments.json {
        write!(out, "{BOLD}{:WIDTH$}{BOLD:#}", "RCPT TO:")?;
        for origin in Origin::ALL {
            write!(out, " {BOLD}{:<9}{BOLD:#}", heading(origin))?;
        }
        writeln!(out)?;
    }
    for form in &forms {
        let cells = Origin::ALL.map(|origin| cell(form, origin, utf8, &own, domains));
        open += cells.iter().filter(|cell| cell.open).count();
        if arguments.json {
            for (origin, cell) in Origin::ALL.iter().zip(&cells) {
                let line = json!({"recipient": form, "origin": origin.as_str(), "result": cell.text, "open": cell.open,
                    "flags": cell.flags.iter().map(Flag::as_str).collect::<Vec<_>>()});
                writeln!(out, "{line}")?;
            }
            continue;
        }
        print_row(&escaped(form), &cells, out)?;
    }
    if !arguments.json {
        let (style, text) = match open {
            0 => (OURS, "Nothing is relayed for strangers.".to_owned()),
            1 => (OPEN, "One recipient is relayed for strangers.".to_owned()),
            more => (OPEN, format!("{more} recipients are relayed for strangers.")),
        };
        writeln!(out, "\n{style}{text}{style:#}")?;
    }
    Ok(open)
}
