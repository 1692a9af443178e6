//! The chart as a picture that fits a page in light and in dark.

use std::fmt::Write;

use crate::chart::{TICKS, place};
use crate::servers::Row;

const LEFT: f64 = 170.0;
const WIDTH: f64 = 780.0;
const TOP: f64 = 64.0;
const STEP: f64 = 26.0;

const STYLE: &str = "\
svg { background: #fff; color: #1c2330; font: 13px system-ui, sans-serif }
text { fill: currentColor } .axis { fill: #6b7484; font-size: 11px } .grid { stroke: #e4e7ec }
.life { stroke: #c3c9d3; stroke-width: 2 } .try { fill: #2b7de1; fill-opacity: .75 } .ours .try { fill: #1a9c5b }
.told { fill: #d98a00; font-weight: 700 } .end { stroke: #d13c3c; stroke-width: 2 } .ours text { font-weight: 600 }
@media (prefers-color-scheme: dark) {
svg { background: #12161d; color: #e6e9ef } .grid { stroke: #232a35 } .life { stroke: #3d4656 } }";

fn x(age: u64) -> f64 {
    LEFT + place(age) * WIDTH
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

pub fn draw(rows: &[Row]) -> String {
    let mut out = String::new();
    // A string takes all that is written to it.
    let _written = write_all(rows, &mut out);
    out
}

fn write_all(rows: &[Row], out: &mut String) -> std::fmt::Result {
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let bottom = TOP + STEP * f64::from(count);
    let (width, height) = (LEFT + WIDTH + 30.0, bottom + 34.0);
    writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" role="img">"#
    )?;
    writeln!(out, "<title>When a message for a dead host is tried again, by its age</title>")?;
    writeln!(out, "<style>\n{STYLE}\n</style>")?;
    writeln!(
        out,
        r#"<text x="16" y="24" font-size="16" font-weight="700">When a message for a dead host is tried again, by its age</text>"#
    )?;
    for (age, label) in TICKS {
        let x = x(age);
        writeln!(
            out,
            r#"<line class="grid" x1="{x:.1}" y1="{:.0}" x2="{x:.1}" y2="{bottom:.0}"/>"#,
            TOP - 14.0
        )?;
        writeln!(
            out,
            r#"<text class="axis" x="{x:.1}" y="{:.0}" text-anchor="middle">{label}</text>"#,
            TOP - 20.0
        )?;
    }
    let mut y = TOP + 4.0;
    for row in rows {
        self::row(row, y, out)?;
        y += STEP;
    }
    writeln!(
        out,
        r#"<text class="axis" x="{LEFT:.0}" y="{:.0}">● a retry   ! the sender is told   × returned to the sender</text>"#,
        bottom + 20.0
    )?;
    writeln!(out, "</svg>")
}

fn row(row: &Row, y: f64, out: &mut String) -> std::fmt::Result {
    let name: String = row.name.chars().take(26).collect();
    let (begin, end, text) = (x(0), x(row.end), y + 4.0);
    writeln!(out, r#"<g class="{}">"#, if row.ours { "ours" } else { "other" })?;
    writeln!(out, r#"<text x="16" y="{text:.1}">{}</text>"#, escaped(&name))?;
    writeln!(out, r#"<line class="life" x1="{begin:.1}" y1="{y:.1}" x2="{end:.1}" y2="{y:.1}"/>"#)?;
    for age in &row.tries {
        writeln!(out, r#"<circle class="try" cx="{:.1}" cy="{y:.1}" r="3.2"/>"#, x(*age))?;
    }
    for age in row.notices.iter().filter(|age| **age < row.end) {
        writeln!(
            out,
            r#"<text class="told" x="{:.1}" y="{:.1}" text-anchor="middle">!</text>"#,
            x(*age),
            y - 5.0
        )?;
    }
    let (left, right, up, down) = (end - 4.0, end + 4.0, y - 4.0, y + 4.0);
    writeln!(
        out,
        r#"<path class="end" d="M{left:.1} {up:.1}L{right:.1} {down:.1}M{left:.1} {down:.1}L{right:.1} {up:.1}"/>"#
    )?;
    writeln!(out, "</g>")
}
