//! The chart in the terminal: age to the right, by its logarithm.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::servers::{DAY, HOUR, MINUTE, Row};

/// Columns of the chart.
const WIDTH: usize = 84;
/// Columns of the names.
const NAMES: usize = 18;

/// Where the axis has a mark.
pub const TICKS: [(u64, &str); 10] = [
    (MINUTE, "1m"),
    (5 * MINUTE, "5m"),
    (15 * MINUTE, "15m"),
    (HOUR, "1h"),
    (4 * HOUR, "4h"),
    (12 * HOUR, "12h"),
    (DAY, "1d"),
    (2 * DAY, "2d"),
    (4 * DAY, "4d"),
    (7 * DAY, "7d"),
];

/// Where an age stands between a minute (0) and a week (1).
pub fn place(age: u64) -> f64 {
    let log = |seconds: u64| f64::from(u32::try_from(seconds.max(MINUTE)).unwrap_or(u32::MAX)).ln();
    ((log(age) - log(MINUTE)) / (log(7 * DAY) - log(MINUTE))).clamp(0.0, 1.0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a column between 0 and 84"
)]
fn column(age: u64) -> usize {
    (place(age) * (WIDTH - 1) as f64).round() as usize
}

/// One place of the chart.
#[derive(Clone, Copy, PartialEq)]
enum Cell {
    Empty,
    Line,
    Try(u8),
    Notice,
    End,
}

fn cells(row: &Row) -> [Cell; WIDTH] {
    let mut cells = [Cell::Empty; WIDTH];
    let end = column(row.end);
    cells[..end].fill(Cell::Line);
    for age in &row.tries {
        let cell = &mut cells[column(*age)];
        *cell = if let Cell::Try(count) = cell { Cell::Try(count.saturating_add(1)) } else { Cell::Try(1) };
    }
    for age in row.notices.iter().filter(|age| **age < row.end) {
        cells[column(*age)] = Cell::Notice;
    }
    cells[end] = Cell::End;
    cells
}

pub fn draw(rows: &[Row], out: &mut impl Write) -> io::Result<()> {
    let bold = Style::new().bold();
    let dim = Style::new().dimmed();
    writeln!(out, "{bold}When a message for a dead host is tried again{bold:#}, by its age\n")?;
    let (mut scale, mut marks) = (vec![' '; WIDTH + 4], vec![' '; WIDTH]);
    for (age, label) in TICKS {
        let at = column(age);
        marks[at] = '┬';
        for (place, letter) in scale[at..].iter_mut().zip(label.chars()) {
            *place = letter;
        }
    }
    let text = |letters: &[char]| letters.iter().collect::<String>();
    writeln!(out, "{dim}{:NAMES$} {}{dim:#}", "", text(&scale).trim_end())?;
    writeln!(out, "{dim}{:NAMES$} {}{dim:#}", "", text(&marks))?;
    let mut others = false;
    for row in rows {
        if !row.ours && !others {
            others = true;
            writeln!(out)?;
        }
        line(row, out)?;
    }
    writeln!(
        out,
        "\n{:NAMES$} {dim}• a retry  █ several  ! the sender is told  ✗ returned to the sender{dim:#}",
        ""
    )
}

fn line(row: &Row, out: &mut impl Write) -> io::Result<()> {
    let name: String = row.name.chars().take(NAMES).collect();
    let style = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
    let tries = style(if row.ours { AnsiColor::Green } else { AnsiColor::Cyan });
    let bold = if row.ours { Style::new().bold() } else { Style::new() };
    write!(out, "{bold}{name:NAMES$}{bold:#} ")?;
    for cell in cells(row) {
        let (style, letter) = match cell {
            Cell::Empty => (Style::new(), ' '),
            Cell::Line => (Style::new().dimmed(), '─'),
            Cell::Try(1) => (tries, '•'),
            Cell::Try(_) => (tries, '█'),
            Cell::Notice => (style(AnsiColor::Yellow).bold(), '!'),
            Cell::End => (style(AnsiColor::Red).bold(), '✗'),
        };
        write!(out, "{style}{letter}{style:#}")?;
    }
    writeln!(out)
}
