//! Prints what became of each recipient.
//!
//! in:  recipients and their attempts      out: one line each, or one JSON object; an exit status
//! law: what the server said is printed escaped

use std::io::{self, Write as _};

use anstyle::{AnsiColor, Style};
use mailwright::reply::{Attempt, Reply};
use serde_json::{Value, json};

use crate::meaning::{self, Outcome};

/// One line per recipient: who, stage, reply, meaning.
pub fn print(told: &[(&str, &Attempt)]) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    for (recipient, attempt) in told {
        let outcome = Outcome::of(attempt);
        let style = style(outcome);
        writeln!(
            out,
            "<{recipient}> {style}{}: {}{style:#} ({})",
            attempt.stage(),
            attempt.ending(),
            outcome.sentence(attempt)
        )?;
    }
    Ok(())
}

/// The same as one JSON object.
pub fn print_json(told: &[(&str, &Attempt)]) -> io::Result<()> {
    let recipients: Vec<Value> = told
        .iter()
        .map(|(recipient, attempt)| {
            let outcome = Outcome::of(attempt);
            let reply = attempt.ending().reply();
            json!({
                "recipient": recipient,
                "stage": attempt.stage().name(),
                "ending": attempt.ending().to_string(),
                "code": reply.map(|reply| reply.code().to_string()),
                "enhanced": reply.and_then(Reply::enhanced).map(|code| code.to_string()),
                "outcome": outcome.word(),
                "meaning": outcome.sentence(attempt),
            })
        })
        .collect();
    let whole = json!({ "recipients": recipients, "exit": exit_status(told) });
    writeln!(io::stdout().lock(), "{whole}")
}

/// The exit status for all of them together.
pub fn exit_status(told: &[(&str, &Attempt)]) -> u8 {
    let outcomes: Vec<Outcome> = told.iter().map(|(_, attempt)| Outcome::of(attempt)).collect();
    meaning::exit_status(&outcomes)
}

fn style(outcome: Outcome) -> Style {
    let colour = match outcome {
        Outcome::Delivered => AnsiColor::Green,
        Outcome::Temporary | Outcome::Unknown => AnsiColor::Yellow,
        Outcome::Permanent | Outcome::Protocol => AnsiColor::Red,
    };
    Style::new().fg_color(Some(colour.into()))
}
