//! Says what happens, for people or for programs.
//!
//! in:  what happened      out: one line on standard output, text or JSON
//! law: addresses are printed as the address room wrote them, so no control gets out; a closed pipe stops nothing

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

/// Where it is written down.
#[derive(Debug)]
pub struct Journal {
    json: bool,
    each: bool,
    messages: AtomicU64,
    octets: AtomicU64,
}

/// A message that was accepted.
#[derive(Debug)]
pub struct Accepted<'a> {
    /// The name in the maildir, or nothing.
    pub name: Option<&'a str>,
    /// The envelope.
    pub from: &'a str,
    /// The envelope.
    pub to: &'a [String],
    /// Its length.
    pub octets: u64,
    /// How it came: `ESMTP`, `ESMTPSA`, `LMTP`...
    pub with: &'static str,
}

impl Journal {
    /// `each`: whether people want a line per message.
    pub fn new(json: bool, each: bool) -> Self {
        Self { json, each, messages: AtomicU64::new(0), octets: AtomicU64::new(0) }
    }

    pub fn listening(&self, at: SocketAddr) {
        if self.json {
            say(
                &json!({ "event": "listening", "text": format!("listening on {at}"), "address": at.to_string() }),
            );
        } else {
            line(&format!("listening on {at}"));
        }
    }

    pub fn accepted(&self, message: &Accepted<'_>) {
        self.messages.fetch_add(1, Ordering::Relaxed);
        self.octets.fetch_add(message.octets, Ordering::Relaxed);
        let Accepted { name, from, to, octets, with } = *message;
        if self.json {
            say(&json!({
                "event": "accepted", "name": name, "from": from, "to": to, "octets": octets, "with": with,
            }));
        } else if self.each {
            let to: Vec<String> = to.iter().map(|one| format!("<{one}>")).collect();
            line(&format!("{} <{from}> -> {}, {octets} octets, {with}", name.unwrap_or("-"), to.join(" ")));
        }
    }

    /// A message was taken out again: its sender does not know that we had it.
    pub fn withdrawn(&self, name: &str) {
        if self.json {
            say(&json!({ "event": "withdrawn", "name": name }));
        } else if self.each {
            line(&format!("{name} withdrawn: its sender was not told in time and will send it again"));
        }
    }

    pub fn farewell(&self) {
        let (messages, octets) = (self.messages.load(Ordering::Relaxed), self.octets.load(Ordering::Relaxed));
        if self.json {
            say(&json!({ "event": "stopped", "messages": messages, "octets": octets }));
        } else {
            line(&format!("stopped: {messages} messages, {octets} octets"));
        }
    }
}

fn say(value: &Value) {
    line(&value.to_string());
}

fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
