//! Draws when a message is tried again, here and at other servers, and what outages and greylists cost with each.
//!
//! in:  schedules of your own, if any      out: a chart, the figures and the simulations; exit 0, 64 wrong usage, 74 unwritable

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use mailwright::retry::Schedule;

#[path = "retry_timeline/chart.rs"]
mod chart;
#[path = "retry_timeline/servers.rs"]
mod servers;
#[path = "retry_timeline/simulate.rs"]
mod simulate;
#[path = "retry_timeline/svg.rs"]
mod svg;

use servers::Row;

/// Draws when a message is tried again, here and at other servers.
#[derive(Parser)]
#[command(name = "retry_timeline", after_help = AFTER_HELP)]
struct Arguments {
    /// A schedule of your own, as Exim writes it; may be given several times
    #[arg(long, value_name = "TEXT")]
    schedule: Vec<Schedule>,
    /// Only the presets and your own schedules, no other servers
    #[arg(long)]
    ours: bool,
    /// Also write the chart to this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Everything as one JSON array
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
The first attempt is at 0; each mark is a retry. Outages and greylists begin at 0, too: what is shown is how much later
than possible the message arrives, and how many retries that took. The schedules of other servers are those they ship;
what they say of themselves is beside our table in crates/retry/README.md.

Exit status: 0 drawn, 64 wrong usage, 74 the file can't be written.

Examples:
  retry_timeline
  retry_timeline --ours --schedule 'F,2h,15m; G,16h,1h,1.5; F,4d,6h'
  retry_timeline --svg retries.svg
  retry_timeline --json";

fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    let mut rows = servers::ours();
    rows.extend(arguments.schedule.iter().map(|schedule| Row::of_schedule(&schedule.to_string(), schedule)));
    if !arguments.ours {
        rows.extend(servers::others());
    }
    if let Some(file) = &arguments.svg
        && let Err(error) = fs::write(file, svg::draw(&rows))
    {
        eprintln!("retry_timeline: can't write {}: {error}", file.display());
        return ExitCode::from(74);
    }
    let mut out = anstream::stdout().lock();
    let printed = if arguments.json { as_json(&rows, &mut out) } else { as_text(&rows, &mut out) };
    mailwright_examples::written("retry_timeline", printed.map(|()| ExitCode::SUCCESS))
}

fn as_json(rows: &[Row], out: &mut impl Write) -> io::Result<()> {
    let all: Vec<_> = rows.iter().map(simulate::as_json).collect();
    serde_json::to_writer_pretty(&mut *out, &all)?;
    writeln!(out)?;
    out.flush()
}

fn as_text(rows: &[Row], out: &mut impl Write) -> io::Result<()> {
    chart::draw(rows, out)?;
    writeln!(out)?;
    simulate::figures(rows, out)?;
    writeln!(out)?;
    simulate::outages(rows, out)?;
    out.flush()
}
