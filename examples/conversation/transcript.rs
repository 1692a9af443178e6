//! Prints a conversation in two columns: the caller on the left, the called server on the right.
//!
//! in:  turns, in the order they crossed the wire      out: coloured text (or plain, where no terminal wants colour)
//! law: what a peer said is printed escaped, so no octet of it can steer the terminal

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

/// One thing that was said, or our word about it.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Who speaks.
    pub voice: Voice,
    /// One line, escaped, without its line end.
    pub line: String,
}

/// Who speaks in a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// The client, who calls.
    Caller,
    /// The server, who was called.
    Called,
    /// We, about what just happened.
    Aside,
    /// We, about something that was done wrong.
    Slip,
}

/// A part of the play, with its turns.
#[derive(Debug)]
pub struct Act {
    /// What the act shows.
    pub title: &'static str,
    /// What to look for in it.
    pub prose: &'static str,
    /// What was said.
    pub turns: Vec<Turn>,
    /// What came of it, one line each.
    pub outcome: Vec<String>,
}

impl Turn {
    /// A turn whose text came from outside: everything but printable ASCII is escaped.
    pub fn new(voice: Voice, octets: &[u8]) -> Self {
        Self { voice, line: octets.escape_ascii().to_string().replace("\\\"", "\"").replace("\\'", "'") }
    }

    /// A word of our own.
    pub fn aside(text: impl Into<String>) -> Self {
        Self { voice: Voice::Aside, line: text.into() }
    }

    /// A word of our own about a mistake.
    pub fn slip(text: impl Into<String>) -> Self {
        Self { voice: Voice::Slip, line: text.into() }
    }

    fn style(&self) -> Style {
        let colour = match (self.voice, self.line.as_bytes().first()) {
            (Voice::Caller, _) => AnsiColor::Cyan,
            (Voice::Called, Some(b'5')) | (Voice::Slip, _) => AnsiColor::Red,
            (Voice::Called, Some(b'4')) => AnsiColor::Yellow,
            (Voice::Called, _) => AnsiColor::Green,
            (Voice::Aside, _) => return Style::new().dimmed(),
        };
        Style::new().fg_color(Some(colour.into()))
    }
}

impl Act {
    /// Prints the act, `width` columns wide.
    pub fn print(&self, out: &mut dyn Write, width: usize) -> io::Result<()> {
        let bold = Style::new().bold();
        writeln!(out, "\n{bold}{}{bold:#}", self.title)?;
        for line in wrap(self.prose, width) {
            writeln!(out, "{line}")?;
        }
        let half = (width.saturating_sub(3) / 2).max(20);
        let head = Style::new().underline();
        writeln!(out, "\n{head}{:half$}{head:#}   {head}{:half$}{head:#}", "the caller", "the called")?;
        for turn in &self.turns {
            print_turn(out, turn, half)?;
        }
        for outcome in &self.outcome {
            for (count, line) in wrap(outcome, width.saturating_sub(2)).enumerate() {
                writeln!(out, "{bold}{}{bold:#} {line}", if count == 0 { "=" } else { " " })?;
            }
        }
        Ok(())
    }
}

fn print_turn(out: &mut dyn Write, turn: &Turn, half: usize) -> io::Result<()> {
    let style = turn.style();
    match turn.voice {
        Voice::Caller => {
            for line in wrap(&turn.line, half) {
                writeln!(out, "{style}{line}{style:#}")?;
            }
        }
        Voice::Called => {
            for line in wrap(&turn.line, half) {
                writeln!(out, "{:half$} | {style}{line}{style:#}", "")?;
            }
        }
        Voice::Aside | Voice::Slip => {
            let mark = if turn.voice == Voice::Slip { "!" } else { "-" };
            for (count, line) in wrap(&turn.line, half.saturating_mul(2).saturating_sub(3)).enumerate() {
                writeln!(out, "  {style}{} {line}{style:#}", if count == 0 { mark } else { " " })?;
            }
        }
    }
    Ok(())
}

/// Breaks at blanks where it can, elsewhere where it must; a line is never wider than `width` characters.
fn wrap(text: &str, width: usize) -> impl Iterator<Item = String> {
    let mut lines = vec![String::new()];
    let mut used = 0_usize;
    for word in text.split(' ') {
        for (count, piece) in pieces(word, width).into_iter().enumerate() {
            let long = piece.chars().count();
            let line =
                lines.last_mut().filter(|line| count == 0 && (line.is_empty() || used + 1 + long <= width));
            if let Some(line) = line {
                if !line.is_empty() {
                    line.push(' ');
                    used += 1;
                }
                line.push_str(&piece);
                used += long;
            } else {
                lines.push(piece);
                used = long;
            }
        }
    }
    lines.into_iter()
}

/// The word itself, or pieces of it that fit.
fn pieces(word: &str, width: usize) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    if letters.is_empty() {
        return vec![String::new()];
    }
    letters.chunks(width.max(1)).map(|piece| piece.iter().collect()).collect()
}
