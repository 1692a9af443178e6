//! Keeps the events of a check, compactly: small lines, and one run of octets for all names and texts.

use alloc::vec::Vec;
use core::net::IpAddr;

use mailwright_dns::{Kind, NameRef};

use super::{Event, Reply, Trace, Why};
use crate::outcome::Verdict;
use crate::record::Qualifier;

/// Collects events.
///
/// # Examples
///
/// ```
/// use mailwright_dns::{Zone, run};
/// use mailwright_spf::{Check, Identity, Log, Settings};
///
/// let zone = Zone::parse(b"example.org. TXT \"v=spf1 ip4:192.0.2.0/24 -all\"")?;
/// let identity = Identity::mail_from(b"ann@example.org", b"mx.example.org");
/// let mut log = Log::new();
/// let mut check = Check::with_trace(identity, "192.0.2.7".parse()?, Settings::new(b""), &mut log);
/// run(&mut check, &mut &zone);
/// drop(check);
/// assert!(log.to_string().contains("ip4:192.0.2.0/24"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    octets: Vec<u8>,
    lines: Vec<Line>,
}

/// An event without what it borrows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    depth: u8,
    /// Octets of the name or text, the end of `octets` before it.
    length: u32,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Start(IpAddr),
    /// The first octets are the name, the rest is the text.
    Record(u8),
    Term {
        at: u16,
        terms: u8,
        voids: u8,
    },
    Answer(Kind, Reply),
    Skipped(Why),
    NamesIgnored(u16),
    Matched(Qualifier),
    NotMatched,
    Left(Verdict),
    Explanation(bool),
    End(Verdict),
    SecondOpinion,
}

impl Log {
    /// An empty log.
    pub const fn new() -> Self {
        Self { octets: Vec::new(), lines: Vec::new() }
    }

    /// Forgets all events, keeps the memory.
    pub fn clear(&mut self) {
        self.octets.clear();
        self.lines.clear();
    }

    /// The events with their depths, in order.
    pub fn events(&self) -> impl Iterator<Item = (u8, Event<'_>)> {
        let mut at = 0_usize;
        self.lines.iter().map(move |line| {
            let end = at.saturating_add(usize::try_from(line.length).unwrap_or(usize::MAX));
            let octets = self.octets.get(at..end).unwrap_or_default();
            at = end;
            (line.depth, line.what.event(octets))
        })
    }
}

fn name(octets: &[u8]) -> NameRef<'_> {
    // Names went in from a name, so they come out as one.
    NameRef::from_trusted(octets)
}

impl What {
    fn event(self, octets: &[u8]) -> Event<'_> {
        match self {
            Self::Start(client) => Event::Start { domain: name(octets), client },
            Self::Record(length) => {
                let (domain, text) = octets.split_at_checked(usize::from(length)).unwrap_or_default();
                Event::Record { domain: name(domain), text }
            }
            Self::Term { at, terms, voids } => Event::Term { text: octets, at, terms, voids },
            Self::Answer(kind, reply) => Event::Answer { name: name(octets), kind, reply },
            Self::Skipped(why) => Event::Skipped(why),
            Self::NamesIgnored(count) => Event::NamesIgnored(count),
            Self::Matched(qualifier) => Event::Matched(qualifier),
            Self::NotMatched => Event::NotMatched,
            Self::Left(verdict) => Event::Left(verdict),
            Self::Explanation(found) => Event::Explanation { name: name(octets), found },
            Self::End(verdict) => Event::End(verdict),
            Self::SecondOpinion => Event::SecondOpinion,
        }
    }
}

impl Trace for Log {
    // Inlined, each place in the walk writes but its own kind of line.
    #[inline]
    fn event(&mut self, depth: u8, event: Event<'_>) {
        match event {
            Event::Start { domain, client } => {
                if self.lines.capacity() == 0 {
                    self.lines = Vec::with_capacity(32);
                    self.octets = Vec::with_capacity(512);
                }
                self.add(depth, domain.as_wire(), What::Start(client));
            }
            Event::Record { domain, text } => {
                let wire = domain.as_wire();
                self.octets.extend_from_slice(wire);
                let length = u8::try_from(wire.len()).unwrap_or(u8::MAX);
                self.add_longer(depth, wire.len(), text, What::Record(length));
            }
            Event::Term { text, at, terms, voids } => self.add(depth, text, What::Term { at, terms, voids }),
            Event::Answer { name, kind, reply } => {
                self.add(depth, name.as_wire(), What::Answer(kind, reply));
            }
            Event::Explanation { name, found } => {
                self.add(depth, name.as_wire(), What::Explanation(found));
            }
            Event::Skipped(why) => self.add_line(depth, 0, What::Skipped(why)),
            Event::NamesIgnored(count) => self.add_line(depth, 0, What::NamesIgnored(count)),
            Event::Matched(qualifier) => self.add_line(depth, 0, What::Matched(qualifier)),
            Event::NotMatched => self.add_line(depth, 0, What::NotMatched),
            Event::Left(verdict) => self.add_line(depth, 0, What::Left(verdict)),
            Event::End(verdict) => self.add_line(depth, 0, What::End(verdict)),
            Event::SecondOpinion => self.add_line(depth, 0, What::SecondOpinion),
        }
    }
}

impl Log {
    fn add(&mut self, depth: u8, octets: &[u8], what: What) {
        self.add_longer(depth, 0, octets, what);
    }

    /// Adds a line of which so many octets are there.
    fn add_longer(&mut self, depth: u8, before: usize, octets: &[u8], what: What) {
        self.octets.extend_from_slice(octets);
        self.add_line(depth, before.saturating_add(octets.len()), what);
    }

    fn add_line(&mut self, depth: u8, length: usize, what: What) {
        self.lines.push(Line { depth, length: u32::try_from(length).unwrap_or(u32::MAX), what });
    }
}
