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
    fn event(&mut self, depth: u8, event: Event<'_>) {
        if self.lines.capacity() == 0 {
            self.lines.reserve(32);
            self.octets.reserve(512);
        }
        let before = self.octets.len();
        let what = match event {
            Event::Start { domain, client } => {
                self.octets.extend_from_slice(domain.as_wire());
                What::Start(client)
            }
            Event::Record { domain, text } => {
                self.octets.extend_from_slice(domain.as_wire());
                self.octets.extend_from_slice(text);
                What::Record(u8::try_from(domain.as_wire().len()).unwrap_or(u8::MAX))
            }
            Event::Term { text, at, terms, voids } => {
                self.octets.extend_from_slice(text);
                What::Term { at, terms, voids }
            }
            Event::Answer { name, kind, reply } => {
                self.octets.extend_from_slice(name.as_wire());
                What::Answer(kind, reply)
            }
            Event::Explanation { name, found } => {
                self.octets.extend_from_slice(name.as_wire());
                What::Explanation(found)
            }
            Event::Skipped(why) => What::Skipped(why),
            Event::NamesIgnored(count) => What::NamesIgnored(count),
            Event::Matched(qualifier) => What::Matched(qualifier),
            Event::NotMatched => What::NotMatched,
            Event::Left(verdict) => What::Left(verdict),
            Event::End(verdict) => What::End(verdict),
            Event::SecondOpinion => What::SecondOpinion,
        };
        let length = u32::try_from(self.octets.len().saturating_sub(before)).unwrap_or(u32::MAX);
        self.lines.push(Line { depth, length, what });
    }
}
