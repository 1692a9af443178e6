//! Says of each address whether it is one, what it is good for, and where it goes wrong.
//!
//! in:  addresses as arguments, or one a line on standard input
//! out: verdict, category, column and reason of each; exit 0 all valid, 1 some not, 64 usage, 66 unreadable input

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::{Parser, ValueEnum};
use mailwright::address::{AddressError, Class, Grammar, MailboxRef, Reading, Utf8};
use serde_json::json;

/// Checks mail addresses by RFC 5321 and RFC 5322.
///
/// The category says what an address is good for: "envelope", "envelope but unusual", "header only", "deprecated",
/// "over a limit" or "invalid". The column counts octets from 1.
#[derive(Parser)]
#[command(name = "check_address", after_help = AFTER_HELP)]
struct Arguments {
    /// Addresses; without any, they are read from standard input, one a line
    address: Vec<String>,
    /// Which reading decides the verdict
    #[arg(long, value_enum, default_value_t = Wanted::Envelope)]
    reading: Wanted,
    /// Refuse characters outside ASCII, as a server without SMTPUTF8 does
    #[arg(long)]
    ascii: bool,
    /// Show every fault, not only the worst
    #[arg(long)]
    all: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// The grammar that an address must follow to be valid.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Wanted {
    /// MAIL FROM and RCPT TO (RFC 5321)
    Envelope,
    /// From, To and the other header fields, the obsolete grammar included (RFC 5322)
    Header,
}

const AFTER_HELP: &str = "\
Exit status: 0 all valid, 1 some not, 64 wrong usage, 66 unreadable input.

Examples:
  check_address alice@example.org '\"a b\"@example.org' a..b@example.org
  check_address --reading header --all < addresses.txt
  check_address --json < addresses.txt";

fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    match run(&arguments, &mut anstream::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        // Whoever reads our output has read enough.
        Err(Stopped::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Stopped::Output(error)) => {
            eprintln!("check_address: can't write: {error}");
            ExitCode::from(74)
        }
        Err(Stopped::Input(error)) => {
            eprintln!("check_address: can't read standard input: {error}");
            ExitCode::from(66)
        }
    }
}

/// Why the run ended early.
enum Stopped {
    Input(io::Error),
    Output(io::Error),
}

/// Says whether every address was valid.
fn run(arguments: &Arguments, out: &mut impl Write) -> Result<bool, Stopped> {
    let mut all_valid = true;
    let mut seen = false;
    for address in &arguments.address {
        all_valid &= check(arguments, address.as_bytes(), out).map_err(Stopped::Output)?;
        seen = true;
    }
    if !seen {
        let input = io::stdin();
        if input.is_terminal() {
            eprintln!("One address a line; end with Ctrl-D. --help says more.");
        }
        for line in input.lock().split(b'\n') {
            let line = line.map_err(Stopped::Input)?;
            let address = line.strip_suffix(b"\r").unwrap_or(&line);
            if !address.is_empty() {
                all_valid &= check(arguments, address, out).map_err(Stopped::Output)?;
                seen = true;
            }
        }
    }
    if !seen {
        eprintln!("check_address: no address on standard input; --help says how to give some");
    }
    out.flush().map_err(Stopped::Output)?;
    Ok(all_valid)
}

/// Prints what is to be said of one address, and says whether it is valid.
fn check(arguments: &Arguments, address: &[u8], out: &mut impl Write) -> io::Result<bool> {
    let utf8 = if arguments.ascii { Utf8::Refused } else { Utf8::Allowed };
    let reading = Reading::of(address, Grammar::strict().with_utf8(utf8));
    let valid = match arguments.reading {
        Wanted::Envelope => reading.class().is_envelope(),
        Wanted::Header => reading.class().is_header(),
    };
    if arguments.json {
        writeln!(out, "{}", as_json(address, &reading, valid))?;
    } else {
        as_text(arguments.all, address, &reading, valid, out)?;
    }
    Ok(valid)
}

fn as_text(
    all: bool,
    address: &[u8],
    reading: &Reading<'_>,
    valid: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let style = colour(reading.class());
    let verdict = if valid { "valid" } else { "INVALID" };
    let category = reading.class().as_str();
    let worst = reading.worst();
    let column = worst.map_or_else(|| "-".to_owned(), |found| column_of(found).to_string());
    write!(out, "{style}{verdict:<8}{category:<21}{style:#}{column:>4}  {}", shown(address))?;
    let dim = Style::new().dimmed();
    if let Some(found) = worst {
        write!(out, "  {dim}{}{dim:#}", found.fault())?;
    } else if reading.envelope().is_some_and(MailboxRef::needs_utf8) {
        write!(out, "  {dim}needs SMTPUTF8{dim:#}")?;
    }
    writeln!(out)?;
    let others = reading.faults().into_iter().filter(|found| all && Some(*found) != worst);
    for found in others {
        let category = found.fault().class().as_str();
        writeln!(out, "{dim}{:8}{category:<21}{:>4}  {}{dim:#}", "", column_of(found), found.fault())?;
    }
    Ok(())
}

fn as_json(address: &[u8], reading: &Reading<'_>, valid: bool) -> serde_json::Value {
    let fault = |found: &AddressError| {
        json!({
            "category": found.fault().class().as_str(),
            "column": column_of(*found),
            "fault": found.fault().id(),
            "reason": found.fault().as_str(),
        })
    };
    let header = reading.header();
    json!({
        "address": String::from_utf8_lossy(address),
        "verdict": if valid { "valid" } else { "invalid" },
        "category": reading.class().as_str(),
        "column": reading.worst().map(column_of),
        "fault": reading.worst().map(|found| found.fault().id()),
        "reason": reading.worst().map(|found| found.fault().as_str()),
        "faults": reading.faults().iter().map(fault).collect::<Vec<_>>(),
        "local_part": header.map(|spec| spec.local_part()),
        "host": header.map(|spec| spec.host()),
        "smtputf8": reading.envelope().is_some_and(MailboxRef::needs_utf8),
    })
}

/// Octets from the start of the address, counted from 1 as editors do.
fn column_of(found: AddressError) -> usize {
    found.at() + 1
}

fn colour(class: Class) -> Style {
    let colour = match class {
        Class::Envelope => AnsiColor::Green,
        Class::EnvelopeUnusual => AnsiColor::Yellow,
        Class::HeaderOnly | Class::Deprecated => AnsiColor::Magenta,
        Class::OverLimit | Class::Invalid => AnsiColor::Red,
    };
    Style::new().fg_color(Some(colour.into()))
}

/// The address as a terminal may show it: no control octet, no broken UTF-8.
fn shown(address: &[u8]) -> String {
    match std::str::from_utf8(address) {
        Ok(text) if !text.chars().any(char::is_control) => text.to_owned(),
        Ok(text) => text.escape_debug().to_string(),
        Err(_) => address.escape_ascii().to_string(),
    }
}
