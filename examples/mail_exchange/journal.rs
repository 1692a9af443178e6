//! Says what was decided, for people or for programs.
//!
//! in:  decisions      out: one line each on standard output, text or JSON
//! law: what a peer said is printed escaped; a closed pipe stops nothing

use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};

use anstyle::{AnsiColor, Style};
use mailwright::policy::Decision;
use mailwright::reply::{Escaped, Stage};
use serde_json::json;

use crate::arguments::Arguments;

const DIM: Style = Style::new().dimmed();

/// Where it is written down.
#[derive(Debug)]
pub struct Journal {
    json: bool,
}

impl Journal {
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    pub fn listening(&self, at: SocketAddr, arguments: &Arguments) {
        let pipeline = arguments.pipeline();
        if self.json {
            line(
                &json!({ "event": "listening", "address": at.to_string(), "pipeline": pipeline.name() })
                    .to_string(),
            );
            return;
        }
        line(&format!("listening on {at}"));
        let source = match (&arguments.zone, arguments.live) {
            (Some(path), _) => path.display().to_string(),
            (None, true) => "the DNS".to_owned(),
            (None, false) => "the built-in zone".to_owned(),
        };
        let (host, name) = (&arguments.host, pipeline.name());
        line(&format!("{DIM}{host}, receiver {name}, asks {source}{DIM:#}"));
    }

    /// `what`: the path, name or message that it was about.
    pub fn decided(&self, peer: Option<IpAddr>, stage: Stage, what: &[u8], decision: &Decision) {
        let peer = peer.map_or_else(|| "?".to_owned(), |peer| peer.to_string());
        let (what, verdict, flags) =
            (Escaped::new(what).to_string(), decision.verdict.to_string(), decision.flags.to_string());
        if self.json {
            let said = json!({"event": "decided", "peer": peer, "stage": stage.name(), "about": what, "verdict": verdict,
                "flags": flags, "score": decision.flags.score()});
            line(&said.to_string());
            return;
        }
        let colour = if decision.verdict.is_accept() {
            AnsiColor::Green
        } else if decision.verdict.is_reject() {
            AnsiColor::Red
        } else {
            AnsiColor::Yellow
        };
        let style = colour.on_default();
        let stage = stage.name();
        let noted = if flags.is_empty() { String::new() } else { format!("  {DIM}{flags}{DIM:#}") };
        line(&format!("{peer:<15} {stage:<9} {what}  {style}{verdict}{style:#}{noted}"));
    }

    pub fn stored(&self, name: &str, octets: u64) {
        if self.json {
            line(&json!({"event": "stored", "name": name, "octets": octets}).to_string());
        } else {
            line(&format!("{DIM}stored {name}, {octets} octets{DIM:#}"));
        }
    }
}

fn line(text: &str) {
    let mut out = anstream::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
