//! What outages and greylists cost with each schedule.
//!
//! law: an outage begins with the first attempt; the message is taken by the first retry at its end or later

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use crate::servers::{DAY, HOUR, MINUTE, Row};

const OUTAGES: [(u64, &str); 4] = [(HOUR, "1h"), (6 * HOUR, "6h"), (DAY, "24h"), (2 * DAY, "48h")];
const GREYLISTS: [(u64, &str); 3] = [(5 * MINUTE, "5m"), (15 * MINUTE, "15m"), (HOUR, "60m")];
const NAMES: usize = 18;

/// How late the message is taken, in seconds, and by which retry; none where it was returned.
fn taken(tries: &[u64], back: u64) -> Option<(u64, usize)> {
    let number = tries.iter().position(|age| *age >= back)?;
    Some((tries[number] - back, number + 1))
}

/// Retries in 1 h, 4 h, 24 h, all; the longest gap.
fn counted(row: &Row) -> ([usize; 4], u64) {
    let within = |limit| row.tries.iter().filter(|age| **age <= limit).count();
    let begins = std::iter::once(&0).chain(&row.tries);
    let longest = begins.zip(&row.tries).map(|(a, b)| b - a).max().unwrap_or(0);
    ([within(HOUR), within(4 * HOUR), within(DAY), row.tries.len()], longest)
}

/// A time in one unit, or two.
fn short(seconds: u64) -> String {
    match seconds {
        0 => "0".to_owned(),
        1..MINUTE => format!("{seconds}s"),
        MINUTE..HOUR => format!("{}m", seconds / MINUTE),
        HOUR..DAY => format!("{}h{:02}", seconds / HOUR, seconds % HOUR / MINUTE),
        _ => format!("{}d{:02}h", seconds / DAY, seconds % DAY / HOUR),
    }
}

fn name(row: &Row) -> String {
    row.name.chars().take(NAMES).collect()
}

pub fn figures(rows: &[Row], out: &mut impl Write) -> io::Result<()> {
    let bold = Style::new().bold();
    writeln!(
        out,
        "{bold}Retries{bold:#} in the first hours, in all; the longest gap; when the message is returned\n"
    )?;
    let dim = Style::new().dimmed();
    let heads = format!("{:>6}{:>6}{:>6}{:>6}{:>9}{:>9}", "1h", "4h", "24h", "all", "gap", "end");
    writeln!(out, "{dim}{:NAMES$} {heads}{dim:#}", "")?;
    for row in rows {
        let ([a, b, c, all], longest) = counted(row);
        let (gap, end) = (short(longest), short(row.end));
        writeln!(out, "{:NAMES$} {a:>6}{b:>6}{c:>6}{all:>6}{gap:>9}{end:>9}", name(row))?;
    }
    Ok(())
}

pub fn outages(rows: &[Row], out: &mut impl Write) -> io::Result<()> {
    let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
    writeln!(
        out,
        "{bold}How late{bold:#} a message is taken when its host is down, or greylists, for so long; by which retry\n"
    )?;
    write!(out, "{dim}{:NAMES$} ", "")?;
    for (_, label) in OUTAGES {
        write!(out, "{:>12}", format!("down {label}"))?;
    }
    for (_, label) in GREYLISTS {
        write!(out, "{:>12}", format!("grey {label}"))?;
    }
    writeln!(out, "{dim:#}")?;
    for row in rows {
        write!(out, "{:NAMES$} ", name(row))?;
        for (back, _) in OUTAGES {
            cell(taken(&row.tries, back), back, out)?;
        }
        for (back, _) in GREYLISTS {
            cell(taken(&row.greylisted, back), back, out)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn cell(taken: Option<(u64, usize)>, back: u64, out: &mut impl Write) -> io::Result<()> {
    let style = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
    let (text, style) = match taken {
        None => ("returned".to_owned(), style(AnsiColor::Red)),
        Some((late, number)) => {
            let color = if late * 4 <= back.max(HOUR) {
                AnsiColor::Green
            } else if late > 4 * HOUR {
                AnsiColor::Red
            } else {
                AnsiColor::Yellow
            };
            (format!("{} #{number}", short(late)), style(color))
        }
    };
    write!(out, "{style}{text:>12}{style:#}")
}

pub fn as_json(row: &Row) -> Value {
    let ([hour, four, day, all], longest) = counted(row);
    let of = |tries: &[u64], cases: &[(u64, &str)]| -> Vec<Value> {
        let each = cases.iter().map(|(back, _)| match taken(tries, *back) {
            Some((late, number)) => json!({ "seconds": back, "late": late, "retries": number }),
            None => json!({ "seconds": back, "returned": true }),
        });
        each.collect()
    };
    json!({
        "name": row.name,
        "ours": row.ours,
        "retries": row.tries,
        "notices": row.notices,
        "end": row.end,
        "within": { "1h": hour, "4h": four, "24h": day, "all": all },
        "longest_gap": longest,
        "outages": of(&row.tries, &OUTAGES),
        "greylists": of(&row.greylisted, &GREYLISTS),
    })
}
