//! Removes the dots that protect lines of the message body, and finds its end.
//!
//! in:  octets after `354`, cut anywhere      out: body octets, same order, as slices of the input
//! law: only CR LF . CR LF ends the body, or . CR LF where it starts (RFC 5321 §4.1.1.4, §4.5.2)

use bytes::Bytes;

use super::findings::{BareNewline, BodyFindings, OctetFacts};
use super::pieces::BodyPieces;
use super::scan::{Seen, Stop, stuffed_line, vet};

/// Reads a message body behind DATA.
///
/// It keeps no octets of the message and gives slices of the input. Behind the end it takes nothing, so the next command
/// stays in the input.
///
/// # Examples
///
/// ```
/// use mailwright_smtp::{BareNewline, BodyDecoder};
///
/// let mut decoder = BodyDecoder::new(BareNewline::Reject);
/// let mut body = Vec::new();
/// let mut pieces = decoder.decode(b"..hidden\r\nbye\r\n.\r\nQUIT\r\n");
/// pieces.by_ref().for_each(|piece| body.extend_from_slice(piece));
/// assert_eq!(pieces.rest(), b"QUIT\r\n");
/// assert!(decoder.is_finished());
/// assert_eq!(body, b".hidden\r\nbye\r\n");
/// ```
///
/// # RFC
///
/// RFC 5321 §4.1.1.4, §4.5.2, §4.5.3.1.6 (lines are counted without the stuffed dot)
#[derive(Clone, Debug)]
pub struct BodyDecoder {
    newlines: BareNewline,
    pub(super) line_limit: u64,
    pub(super) state: State,
    /// Octets of the message line in hand.
    pub(super) column: u64,
    pub(super) wire: u64,
    pub(super) findings: BodyFindings,
    /// A large piece that waits behind the small ones before it.
    pub(super) held: Option<Bytes>,
}

/// What the octets before say of the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Behind CR LF, or at the very start.
    LineStart,
    /// Behind a dot at the start of a line; the dot is withheld.
    Dot,
    /// Behind a dot and CR at the start of a line; both are withheld.
    DotReturn,
    Text,
    /// Behind a CR that was given.
    Return,
    Finished,
}

/// What is known of the octets that come next.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ahead {
    /// So many of them end their lines well, but a line starts with a dot.
    pub(super) paired: usize,
    /// So many of them are to be looked at one by one.
    pub(super) doubtful: usize,
    /// The facts of the paired ones were not yet noted, since the end may be among them.
    pub(super) unseen: bool,
}

/// What ends a walk before its aim.
#[derive(Clone, Copy)]
enum Border {
    /// A dot that starts a line.
    Dot,
    /// A CR that stands alone and is to be mended; its successor is not yet consumed.
    Return,
    /// An LF that stands alone and is to be mended.
    Feed,
}

pub(super) struct Step {
    pub(super) consumed: usize,
    pub(super) gives: Gives,
}

pub(super) enum Gives {
    /// The octets `from..consumed` of the input.
    Piece {
        from: usize,
    },
    Inserted(&'static [u8]),
    Nothing,
}

/// Octets of a text line with its CR LF (RFC 5321 §4.5.3.1.6).
const TEXT_LINE: u64 = 1000;

impl BodyDecoder {
    /// A decoder for the octets behind the 354 reply, with text lines of at most 1000 octets.
    pub const fn new(newlines: BareNewline) -> Self {
        let findings = BodyFindings { octets: 0, bare_cr: None, bare_lf: None, long_line: None, facts: None };
        Self {
            newlines,
            line_limit: TEXT_LINE,
            state: State::LineStart,
            column: 0,
            wire: 0,
            findings,
            held: None,
        }
    }

    /// Sets from how many octets on, CR LF included, a line is told in [`BodyFindings::long_line`].
    #[must_use]
    pub const fn with_line_limit(mut self, octets: u64) -> Self {
        self.line_limit = octets;
        self
    }

    /// Notes in [`BodyFindings::facts`] which octets there are, which takes a quarter more time.
    #[must_use]
    pub const fn with_octet_facts(mut self) -> Self {
        self.findings.facts = Some(OctetFacts { nul: false, eight_bit: false });
        self
    }

    /// Reads the next octets; the body among them comes from the iterator, without a copy.
    pub const fn decode<'d, 'a>(&'d mut self, input: &'a [u8]) -> BodyPieces<'d, 'a> {
        BodyPieces { decoder: self, rest: input, ahead: Ahead { paired: 0, doubtful: 0, unseen: false } }
    }

    /// Whether the end of the body was read, and all of the body given.
    pub fn is_finished(&self) -> bool {
        self.state == State::Finished && self.held.is_none()
    }

    /// Whether nothing comes out without more input.
    #[inline]
    pub(crate) fn is_between(&self) -> bool {
        self.state != State::Finished && self.held.is_none()
    }

    /// What was seen so far.
    pub const fn findings(&self) -> &BodyFindings {
        &self.findings
    }

    /// Octets consumed, with the stuffed dots and the end.
    pub const fn wire(&self) -> u64 {
        self.wire
    }

    /// Consumes up to the next border: of the input, of a stuffed dot, of an inserted octet, or of the body.
    #[inline]
    pub(super) fn step(&mut self, rest: &[u8], ahead: &mut Ahead) -> Step {
        let step = self.edge(rest, ahead);
        self.wire = self.wire.saturating_add(step.consumed as u64);
        ahead.paired = ahead.paired.saturating_sub(step.consumed);
        ahead.doubtful = ahead.doubtful.saturating_sub(step.consumed);
        step
    }

    /// Consumes a dot at the start of a line and what decides about it, then text.
    #[inline]
    fn edge(&mut self, rest: &[u8], ahead: &mut Ahead) -> Step {
        // The usual cases by a short way: a stuffed dot with text behind it, or with a CR that ends nothing.
        match (self.state, rest) {
            (State::LineStart, [b'.', b'\r', b'\n', ..]) => {}
            (State::LineStart, [b'.', b'\r', _, ..]) => {
                self.state = State::Return;
                return self.text(rest, 1, 2, ahead);
            }
            (State::LineStart, [b'.', next, ..]) if *next != b'\r' => {
                self.state = State::Text;
                return self.text(rest, 1, 1, ahead);
            }
            _ => {}
        }
        let mut at = 0_usize;
        loop {
            match (self.state, rest.get(at)) {
                (State::Finished, _) | (_, None) => return Step { consumed: at, gives: Gives::Nothing },
                (State::LineStart, Some(b'.')) => self.state = State::Dot,
                (State::Dot, Some(b'\r')) => self.state = State::DotReturn,
                (State::DotReturn, Some(b'\n')) => self.state = State::Finished,
                (State::DotReturn, Some(_)) => {
                    self.state = State::Return;
                    if let Some(from) = at.checked_sub(1) {
                        return self.text(rest, from, at, ahead);
                    }
                    self.count(b"\r");
                    return Step { consumed: at, gives: Gives::Inserted(b"\r") };
                }
                (State::Dot, Some(_)) => {
                    self.state = State::Text;
                    return self.text(rest, at, at, ahead);
                }
                (State::LineStart | State::Text | State::Return, Some(_)) => {
                    return self.text(rest, at, at, ahead);
                }
            }
            at = at.saturating_add(1);
        }
    }

    /// Consumes text from `from` on, of which what stands before `at` was looked at. There is an octet at `at`, and it is no
    /// dot that starts a line.
    fn text(&mut self, rest: &[u8], from: usize, at: usize, ahead: &mut Ahead) -> Step {
        let mut at = at;
        loop {
            if at < ahead.paired {
                let area = rest.get(at..=ahead.paired).unwrap_or_default();
                if let Some(feed) = stuffed_line(area) {
                    self.state = State::LineStart;
                    return self.piece(rest, from, at.saturating_add(feed).saturating_add(1), ahead);
                }
                at = ahead.paired;
                self.state = behind(rest, at);
            }
            // At least one octet is looked at alone, so that the pair across the border is judged.
            let until = ahead.doubtful.max(at.saturating_add(1)).min(rest.len());
            let (reached, border) = self.walk(rest, at, until);
            at = reached;
            match border {
                Some(Border::Return) if self.newlines == BareNewline::Normalise => {
                    return self.insert(rest, (from, at), 0, b"\n", ahead);
                }
                Some(Border::Feed) => return self.insert(rest, (from, at), 1, b"\r\n", ahead),
                Some(Border::Dot | Border::Return) => return self.piece(rest, from, at, ahead),
                None if at >= rest.len() => return self.piece(rest, from, at, ahead),
                None if self.state == State::LineStart && rest.get(at) == Some(&b'.') => {}
                None => at = self.leap(rest, at, ahead),
            }
        }
    }

    /// Looks at octets one by one, from `at` up to `until` or to a border.
    #[inline]
    fn walk(&mut self, rest: &[u8], at: usize, until: usize) -> (usize, Option<Border>) {
        let mends = self.newlines == BareNewline::Normalise;
        let (mut state, mut seen, mut at) = (self.state, Seen::default(), at);
        let mut border = None;
        for &octet in rest.get(at..until).unwrap_or_default() {
            state = match (state, octet) {
                (State::Return, b'\n') => State::LineStart,
                (State::Return, _) => {
                    if mends {
                        border = Some(Border::Return);
                        break;
                    }
                    self.note_bare_cr(at);
                    if octet == b'\r' { State::Return } else { State::Text }
                }
                (_, b'\r') => State::Return,
                (_, b'\n') => {
                    if mends {
                        border = Some(Border::Feed);
                        break;
                    }
                    self.note_bare_lf(at);
                    State::Text
                }
                (State::LineStart, b'.') => {
                    border = Some(Border::Dot);
                    break;
                }
                _ => State::Text,
            };
            seen = seen.join(Seen::of(octet));
            at = at.saturating_add(1);
        }
        self.state = state;
        self.see(seen);
        (at, border)
    }

    /// Leaps over ordinary text; the octet before `at` was looked at.
    #[inline]
    fn leap(&mut self, rest: &[u8], at: usize, ahead: &mut Ahead) -> usize {
        let octets = rest.get(at.saturating_sub(1)..).unwrap_or_default();
        let wants_facts = self.findings.facts.is_some();
        let vetted = if wants_facts { vet::<true>(octets) } else { vet::<false>(octets) };
        let reached = at.saturating_add(vetted.clean);
        if vetted.clean > 0 {
            self.state = behind(rest, reached);
            let last = rest.get(reached.saturating_sub(1)).copied().unwrap_or(b' ');
            self.see(vetted.seen.join(Seen::of(last)));
        }
        match vetted.stop {
            Stop::Dot => {
                ahead.paired = reached.saturating_add(vetted.block);
                // The last of them is the second octet of a pair only, so the block did not see it.
                let last = rest.get(ahead.paired.saturating_sub(1)).copied().unwrap_or(b' ');
                let seen = vetted.block_seen.join(Seen::of(last));
                ahead.unseen |= wants_facts && (seen.or > 127 || seen.nul != 0);
            }
            Stop::Bare => ahead.doubtful = reached.saturating_add(vetted.block),
            Stop::End => ahead.doubtful = rest.len(),
        }
        reached
    }

    fn piece(&mut self, rest: &[u8], from: usize, to: usize, ahead: &mut Ahead) -> Step {
        let octets = rest.get(from..to).unwrap_or_default();
        if ahead.unseen {
            let nul = u8::from(memchr::memchr(0, octets).is_some());
            self.see(Seen { or: if octets.is_ascii() { 0 } else { 0x80 }, nul });
            ahead.unseen = to < ahead.paired;
        }
        self.count(octets);
        let gives = if octets.is_empty() { Gives::Nothing } else { Gives::Piece { from } };
        Step { consumed: to, gives }
    }

    /// Mends a bare CR or LF at `at`, in place of `takes` octets; first gives what stands before it.
    fn insert(
        &mut self,
        rest: &[u8],
        (from, at): (usize, usize),
        takes: usize,
        octets: &'static [u8],
        ahead: &mut Ahead,
    ) -> Step {
        if from < at {
            return self.piece(rest, from, at, ahead);
        }
        if takes == 0 {
            self.note_bare_cr(at);
        } else {
            self.note_bare_lf(at);
        }
        self.state = State::Text;
        self.count(octets);
        Step { consumed: at.saturating_add(takes), gives: Gives::Inserted(octets) }
    }
}

/// The state behind the octet before `at`, where it is known that its line ends are well paired and no dot follows one.
#[inline]
fn behind(octets: &[u8], at: usize) -> State {
    match octets.get(at.saturating_sub(1)) {
        Some(b'\r') => State::Return,
        Some(b'\n') => State::LineStart,
        _ => State::Text,
    }
}
