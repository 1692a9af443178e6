//! Plays the telephone call that SMTP resembles, through both machines and over a real loopback socket.
//!
//! Run it with `cargo run --example conversation`. It needs no network, no arguments and no files; `--json` prints the same
//! as one JSON object.

#[path = "conversation/acts.rs"]
mod acts;
#[path = "conversation/hostile.rs"]
mod hostile;
#[path = "conversation/household.rs"]
mod household;
#[path = "conversation/printed.rs"]
mod printed;
#[path = "conversation/recorder.rs"]
mod recorder;
#[path = "conversation/transcript.rs"]
mod transcript;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use serde_json::{Value, json};

use transcript::{Act, Voice};

/// Plays the polite phone call of an e-mail through a client and a server, over a loopback socket.
///
/// Six acts: the call as an old article prints it, with its two slips; the call put right; everybody at once; TLS; and a
/// smuggler. Exit status: 0 when every act ended as it should, 70 otherwise, 64 usage.
#[derive(Debug, Parser)]
#[command(name = "conversation", version, max_term_width = 100)]
struct Arguments {
    /// Print the acts as one JSON object.
    #[arg(long)]
    json: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    match acts::play().await {
        Ok(acts) => {
            // A reader that closed the pipe has read enough.
            let _ = if arguments.json { print_json(&acts) } else { print(&acts) };
            ExitCode::SUCCESS
        }
        Err(error) => {
            anstream::eprintln!("conversation: {error}");
            ExitCode::from(70)
        }
    }
}

fn print(acts: &[Act]) -> io::Result<()> {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let width = columns.unwrap_or(100_usize).clamp(60, 140);
    let mut out = anstream::stdout().lock();
    for act in acts {
        act.print(&mut out, width)?;
    }
    writeln!(out)
}

fn print_json(acts: &[Act]) -> io::Result<()> {
    let acts: Vec<Value> = acts
        .iter()
        .map(|act| {
            let turns: Vec<Value> = act
                .turns
                .iter()
                .map(|turn| {
                    let voice = match turn.voice {
                        Voice::Caller => "caller",
                        Voice::Called => "called",
                        Voice::Aside => "aside",
                        Voice::Slip => "slip",
                    };
                    json!({ "voice": voice, "line": turn.line })
                })
                .collect();
            json!({ "title": act.title, "prose": act.prose, "turns": turns, "outcome": act.outcome })
        })
        .collect();
    writeln!(io::stdout().lock(), "{}", json!({ "acts": acts }))
}
