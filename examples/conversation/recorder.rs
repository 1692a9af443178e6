//! Writes down who said what, from what crosses a tap.
//!
//! in:  octets of both directions, cut anywhere      out: one turn per line, with our asides
//! law: the order is the one in which the caller said and heard it

use std::sync::{Mutex, PoisonError};

use mailwright::tokio::{Direction, Tap};

use crate::transcript::{Turn, Voice};

/// A tap that keeps a transcript.
#[derive(Debug, Default)]
pub struct Recorder {
    heard: Mutex<Heard>,
}

#[derive(Debug, Default)]
struct Heard {
    turns: Vec<Turn>,
    out: Vec<u8>,
    back: Vec<u8>,
    asides: bool,
    slips: bool,
}

impl Recorder {
    /// A transcript without comments.
    pub fn plain() -> Self {
        Self::default()
    }

    /// A transcript that says what each command would be on the telephone.
    pub fn with_asides() -> Self {
        Self { heard: Mutex::new(Heard { asides: true, ..Heard::default() }) }
    }

    /// A transcript that points at the slips of the printed conversation.
    pub fn with_slips() -> Self {
        Self { heard: Mutex::new(Heard { slips: true, ..Heard::default() }) }
    }

    /// What was said so far; the rest of a line that is not complete counts as one.
    pub fn turns(&self) -> Vec<Turn> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).turns.clone()
    }
}

impl Tap for Recorder {
    fn octets(&self, direction: Direction, octets: &[u8]) {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).add(direction, octets);
    }
}

impl Heard {
    fn add(&mut self, direction: Direction, octets: &[u8]) {
        let (rest, voice) = match direction {
            Direction::Out => (&mut self.out, Voice::Caller),
            Direction::In => (&mut self.back, Voice::Called),
        };
        rest.extend_from_slice(octets);
        let Some(end) = rest.iter().rposition(|octet| *octet == b'\n') else { return };
        let lines: Vec<u8> = rest.drain(..=end).collect();
        for line in lines.strip_suffix(b"\n").unwrap_or(&lines).split(|octet| *octet == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if self.asides && voice == Voice::Caller {
                self.turns.extend(on_the_telephone(line).map(Turn::aside));
            }
            if self.asides && voice == Voice::Called && line.starts_with(b"220 ") {
                self.turns.push(Turn::aside("the receiver is lifted"));
            }
            self.turns.push(Turn::new(voice, line));
            if self.slips && voice == Voice::Called {
                self.turns.extend(slip(line).map(Turn::slip));
            }
            if voice == Voice::Called && line.starts_with(b"220 2.0.0") {
                self.turns.push(Turn::aside("the handshake; from here on the wire carries nothing readable"));
            }
        }
    }
}

fn on_the_telephone(line: &[u8]) -> Option<&'static str> {
    let says = |verb: &[u8]| line.get(..verb.len()).is_some_and(|start| start.eq_ignore_ascii_case(verb));
    match () {
        () if says(b"EHLO") => Some("the caller says who she is"),
        () if says(b"MAIL") => Some("for whom she calls"),
        () if says(b"RCPT TO:<brenda") => Some("whom she wants to reach: nobody here by that name"),
        () if says(b"RCPT TO:<eva") => Some("then somebody who is known"),
        () if says(b"RCPT TO:<precious") => Some("and her daughter"),
        () if says(b"DATA") => Some("would you take a message?"),
        () if line == b"." => Some("that is all"),
        () if says(b"QUIT") => Some("goodbye"),
        () => None,
    }
}

fn slip(line: &[u8]) -> Option<&'static str> {
    match () {
        () if line.starts_with(b"250 SMTP") => {
            Some("first slip: a greeting is 220; 250 answers commands, and none was given")
        }
        () if line.starts_with(b"451") => Some(
            "second slip: 451 says \"try again later\", yet nobody of that name will move in; it should be 550 5.1.1",
        ),
        () => None,
    }
}
