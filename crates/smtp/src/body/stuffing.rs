//! Protects the lines of a message body that start with a dot, and ends the body.
//!
//! in:  octets of a message, cut anywhere      out: octets for the wire, and at the end CR LF . CR LF
//! law: no CR or LF leaves alone, so no reader finds an end that is not ours (RFC 5321 §4.5.2, §2.3.8)

use bytes::{BufMut, Bytes, BytesMut};

use super::{
    owned::PINNING,
    scan::{Seen, Stop, stuffed_line, vet},
};

/// What becomes of a CR or LF that stands alone in a message to be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "sent as it stands it would be an attack on the next server")]
pub enum OutgoingNewlines {
    /// The message is not sent: [`BareNewlineError`].
    #[default]
    Refuse,
    /// Each becomes CR LF.
    Repair,
}

/// A CR or LF stands alone in a message to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a CR or LF stands alone at octet {at} of the message")]
#[non_exhaustive]
pub struct BareNewlineError {
    /// Which octet of the message it is, counted from 0.
    pub at: u64,
}

/// Writes a message body for the wire.
///
/// # Examples
///
/// ```
/// use mailwright_smtp::{BodyEncoder, OutgoingNewlines};
///
/// let mut encoder = BodyEncoder::new(OutgoingNewlines::Repair);
/// let mut out = bytes::BytesMut::new();
/// encoder.encode(b".hidden\nbye", &mut out)?;
/// encoder.finish(&mut out)?;
/// assert_eq!(&out[..], b"..hidden\r\nbye\r\n.\r\n");
/// # Ok::<_, mailwright_smtp::BareNewlineError>(())
/// ```
///
/// # RFC
///
/// RFC 5321 §4.1.1.4, §4.5.2, §2.3.8
#[derive(Clone, Debug)]
pub struct BodyEncoder {
    newlines: OutgoingNewlines,
    framing: Framing,
    state: State,
    taken: u64,
    octets: u64,
    dots: u64,
    seen: Seen,
    failed: Option<BareNewlineError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    Dots,
    Chunks,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    LineStart,
    Text,
    /// Behind a CR that is withheld until its LF is there.
    Return,
}

enum Gives {
    /// The octets `from..to` of the input.
    Body {
        from: usize,
        to: usize,
    },
    Inserted(&'static [u8]),
}

impl BodyEncoder {
    /// An encoder for a body behind DATA.
    pub const fn new(newlines: OutgoingNewlines) -> Self {
        Self {
            newlines,
            framing: Framing::Dots,
            state: State::LineStart,
            taken: 0,
            octets: 0,
            dots: 0,
            seen: Seen { or: 0, nul: 0 },
            failed: None,
        }
    }

    /// An encoder for a body that travels in chunks: line ends are held to the same law, but no dot is stuffed and no end
    /// is written (RFC 3030 §2).
    pub const fn for_chunks(newlines: OutgoingNewlines) -> Self {
        Self { framing: Framing::Chunks, ..Self::new(newlines) }
    }

    /// Appends the next octets of the message to `out`.
    ///
    /// # Errors
    ///
    /// [`BareNewlineError`] where a CR or LF stands alone and is not to be repaired. Nothing of it was written, and the
    /// encoder stays failed: the caller closes the connection without the final dot.
    pub fn encode(&mut self, input: &[u8], out: &mut BytesMut) -> Result<(), BareNewlineError> {
        out.reserve(input.len());
        self.walk(input, |gives| match gives {
            Gives::Body { from, to } => out.put_slice(input.get(from..to).unwrap_or_default()),
            Gives::Inserted(octets) => out.put_slice(octets),
        })
    }

    /// Gives the next octets of the message as pieces for the wire: those of at least 1 KiB share the memory of `input`,
    /// shorter ones are copied together.
    ///
    /// # Errors
    ///
    /// As [`encode`](Self::encode).
    pub fn encode_bytes(
        &mut self,
        input: &Bytes,
        mut out: impl FnMut(Bytes),
    ) -> Result<(), BareNewlineError> {
        let mut small = BytesMut::new();
        let result = self.walk(input, |gives| match gives {
            Gives::Body { from, to } if to.saturating_sub(from) >= PINNING => {
                if !small.is_empty() {
                    out(small.split().freeze());
                }
                out(input.slice(from..to));
            }
            Gives::Body { from, to } => small.put_slice(input.get(from..to).unwrap_or_default()),
            Gives::Inserted(octets) => small.put_slice(octets),
        });
        if !small.is_empty() {
            out(small.freeze());
        }
        result
    }

    /// Ends the body: completes its last line, and behind DATA writes the final dot.
    ///
    /// # Errors
    ///
    /// [`BareNewlineError`] where the message ends with a lone CR that is not to be repaired, or had failed before.
    pub fn finish(&mut self, out: &mut BytesMut) -> Result<(), BareNewlineError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        match self.state {
            State::LineStart => {}
            State::Return if self.newlines == OutgoingNewlines::Refuse => return Err(self.refuse(0)),
            State::Text | State::Return => {
                out.put_slice(b"\r\n");
                self.octets = self.octets.saturating_add(2);
            }
        }
        self.state = State::LineStart;
        if self.framing == Framing::Dots {
            out.put_slice(b".\r\n");
        }
        Ok(())
    }

    /// Octets of the message so far as the receiver counts them: repaired, without stuffed dots and end.
    pub const fn octets(&self) -> u64 {
        self.octets
    }

    /// Lines so far that started with a dot.
    pub const fn dots(&self) -> u64 {
        self.dots
    }

    /// Whether an octet above 127 was among them.
    pub const fn eight_bit(&self) -> bool {
        self.seen.or > 127
    }

    /// Whether a zero octet was among them.
    pub const fn has_nul(&self) -> bool {
        self.seen.nul != 0
    }

    fn walk(&mut self, input: &[u8], mut give: impl FnMut(Gives)) -> Result<(), BareNewlineError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let Some(&first) = input.first() else { return Ok(()) };
        if self.state == State::Return {
            self.withheld(first, &mut give)?;
        }
        let mut walk = Walk { input, from: 0, at: 0, doubtful: 0, paired: 0 };
        while walk.at < input.len() {
            self.advance(&mut walk, &mut give)?;
        }
        if self.state == State::Return {
            walk.at = walk.at.saturating_sub(1);
        }
        self.give_up_to(&mut walk, &mut give);
        self.taken = self.taken.saturating_add(input.len() as u64);
        Ok(())
    }

    /// Decides about the CR at the end of the input before, now that the octet behind it is here.
    fn withheld(&mut self, first: u8, give: &mut impl FnMut(Gives)) -> Result<(), BareNewlineError> {
        if first == b'\n' {
            self.insert(b"\r", give);
        } else if self.newlines == OutgoingNewlines::Refuse {
            return Err(self.refuse(0));
        } else {
            self.insert(b"\r\n", give);
            self.state = State::LineStart;
        }
        Ok(())
    }

    /// Looks at one octet, then leaps over ordinary text.
    fn advance(&mut self, walk: &mut Walk<'_>, give: &mut impl FnMut(Gives)) -> Result<(), BareNewlineError> {
        if walk.at < walk.paired {
            let area = walk.input.get(walk.at..=walk.paired).unwrap_or_default();
            walk.at =
                stuffed_line(area).map_or(walk.paired, |feed| walk.at.saturating_add(feed).saturating_add(1));
            self.state = walk.behind();
        }
        let Some(&octet) = walk.input.get(walk.at) else { return Ok(()) };
        match (self.state, octet) {
            (State::LineStart, b'.') => {
                if self.framing == Framing::Dots {
                    self.give_up_to(walk, give);
                    give(Gives::Inserted(b"."));
                }
                self.dots = self.dots.saturating_add(1);
                self.state = State::Text;
            }
            (State::Return, b'\n') => self.state = State::LineStart,
            (State::Return, _) => {
                if self.newlines == OutgoingNewlines::Refuse {
                    let at = walk.at;
                    walk.at = at.saturating_sub(1);
                    self.give_up_to(walk, give);
                    return Err(self.refuse(at));
                }
                self.give_up_to(walk, give);
                self.insert(b"\n", give);
                // The octet is looked at again, as the first of its line.
                self.state = State::LineStart;
                return Ok(());
            }
            (_, b'\n') => {
                self.give_up_to(walk, give);
                if self.newlines == OutgoingNewlines::Refuse {
                    return Err(self.refuse(walk.at.saturating_add(1)));
                }
                self.insert(b"\r", give);
                self.state = State::LineStart;
            }
            (_, b'\r') => self.state = State::Return,
            _ => self.state = State::Text,
        }
        self.seen = self.seen.join(Seen::of(octet));
        walk.at = walk.at.saturating_add(1);
        if walk.at >= walk.doubtful.max(walk.paired)
            && !(self.state == State::LineStart && walk.next() == Some(b'.'))
        {
            self.leap(walk);
        }
        Ok(())
    }

    /// Leaps over ordinary text; the octet before `walk.at` was looked at.
    fn leap(&mut self, walk: &mut Walk<'_>) {
        let vetted = vet::<true>(walk.input.get(walk.at.saturating_sub(1)..).unwrap_or_default());
        walk.at = walk.at.saturating_add(vetted.clean);
        self.seen = self.seen.join(vetted.seen);
        if vetted.clean > 0 {
            self.seen = self.seen.join(Seen::of(walk.last(walk.at)));
            self.state = walk.behind();
        }
        match vetted.stop {
            Stop::End => walk.doubtful = walk.input.len(),
            Stop::Bare => walk.doubtful = walk.at.saturating_add(vetted.block),
            Stop::Dot => {
                walk.paired = walk.at.saturating_add(vetted.block);
                self.seen = self.seen.join(vetted.block_seen).join(Seen::of(walk.last(walk.paired)));
            }
        }
    }

    fn give_up_to(&mut self, walk: &mut Walk<'_>, give: &mut impl FnMut(Gives)) {
        if walk.from < walk.at {
            give(Gives::Body { from: walk.from, to: walk.at });
            self.octets = self.octets.saturating_add(walk.at.saturating_sub(walk.from) as u64);
            walk.from = walk.at;
        }
    }

    fn insert(&mut self, octets: &'static [u8], give: &mut impl FnMut(Gives)) {
        self.octets = self.octets.saturating_add(octets.len() as u64);
        give(Gives::Inserted(octets));
    }

    /// `behind`: of the octet behind the one that is refused, in the present input.
    fn refuse(&mut self, behind: usize) -> BareNewlineError {
        let error = BareNewlineError { at: self.taken.saturating_add(behind as u64).saturating_sub(1) };
        self.failed = Some(error);
        error
    }
}

struct Walk<'a> {
    input: &'a [u8],
    /// From here on nothing was given.
    from: usize,
    at: usize,
    /// Up to here octets are looked at one by one.
    doubtful: usize,
    /// Up to here lines end well, but one starts with a dot.
    paired: usize,
}

impl Walk<'_> {
    /// The octet before `at`.
    fn last(&self, at: usize) -> u8 {
        self.input.get(at.saturating_sub(1)).copied().unwrap_or(b' ')
    }

    /// The state behind the octet before `at`, where line ends are known to be well paired.
    fn behind(&self) -> State {
        match self.last(self.at) {
            b'\r' => State::Return,
            b'\n' => State::LineStart,
            _ => State::Text,
        }
    }

    fn next(&self) -> Option<u8> {
        self.input.get(self.at).copied()
    }
}
