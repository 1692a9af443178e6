//! Reads replies from octets that are cut anywhere.
//!
//! in:  octets of a server, cut anywhere      out: whole replies, one at a time
//! law: all lines carry one code (RFC 5321 §4.2.1); any cut gives the same replies and the same error

use alloc::vec::Vec;

use bytes::{Buf as _, BytesMut};
use memchr::memchr;

use crate::error::Wanted;
use crate::{EnhancedStatusCode, Leniency, Lenient, Reply, ReplyCode, ReplyLine, ReplyParseError};

mod whole;

/// How long a reply may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of a line with its CR LF. RFC 5321 §4.5.3.1.5 says 512; servers go beyond it, so the default is 2048.
    pub line: usize,
    /// Octets of a whole reply with its line ends; default 128 KiB.
    pub total: usize,
    /// Lines of a reply; default 4096.
    pub lines: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { line: 2048, total: 128 * 1024, lines: 4096 }
    }
}

impl Limits {
    /// With another limit of a line, in octets with CR LF.
    #[must_use]
    pub const fn with_line(self, octets: usize) -> Self {
        Self { line: octets, ..self }
    }

    /// With another limit of a reply, in octets with line ends.
    #[must_use]
    pub const fn with_total(self, octets: usize) -> Self {
        Self { total: octets, ..self }
    }

    /// With another limit of lines.
    #[must_use]
    pub const fn with_lines(self, lines: usize) -> Self {
        Self { lines, ..self }
    }
}

/// Reads replies from a stream, however it is cut.
///
/// It keeps what it has of an unfinished reply, at most [`Limits::total`] octets, and looks at each octet once. An
/// error stays: a conversation that lost its step can't find it again.
///
/// # Examples
///
/// ```
/// use bytes::BytesMut;
/// use mailwright_reply::{ReplyCode, ReplyParser};
///
/// let mut parser = ReplyParser::new();
/// let mut input = BytesMut::from("250-mx.example\r\n25");
/// assert_eq!(parser.parse(&mut input)?, None);
/// input.extend_from_slice(b"0 SIZE 1000\r\n220");
/// let reply = parser.parse(&mut input)?.ok_or("incomplete")?;
/// assert_eq!(reply.code(), ReplyCode::OK);
/// assert_eq!(reply.lines().collect::<Vec<_>>(), [&b"mx.example"[..], b"SIZE 1000"]);
/// assert_eq!(&input[..], b"220");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # RFC
///
/// RFC 5321 §4.2, §4.5.3.1.5; RFC 2034 §4.
#[derive(Clone, Default)]
pub struct ReplyParser {
    limits: Limits,
    leniency: Leniency,
    /// The octets of a line whose end has not come.
    partial: Vec<u8>,
    /// The lines so far, joined by LF.
    text: Vec<u8>,
    /// The code of the first line; none before it.
    code: Option<ReplyCode>,
    enhanced: Option<EnhancedStatusCode>,
    lines: usize,
    /// Octets of this reply before the line at hand.
    offset: usize,
    failed: Option<ReplyParseError>,
}

impl ReplyParser {
    /// A strict parser with the default limits.
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    /// With other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// With leniencies.
    #[must_use]
    pub fn with_leniency(self, leniency: Leniency) -> Self {
        Self { leniency, ..self }
    }

    /// Takes from the front of `input` what belongs to the next reply; gives it once it is whole.
    ///
    /// `None`: all of `input` was taken and more is needed. Call again after a reply, since more may stand behind it.
    ///
    /// # Errors
    ///
    /// [`ReplyParseError`], and the same at every later call.
    pub fn parse(&mut self, input: &mut BytesMut) -> Result<Option<Reply>, ReplyParseError> {
        let (used, reply) = self.parse_slice(input)?;
        input.advance(used.min(input.len()));
        Ok(reply)
    }

    /// As [`parse`](Self::parse), for a slice: gives how many octets were taken, and the reply once it is whole.
    ///
    /// # Errors
    ///
    /// [`ReplyParseError`], and the same at every later call.
    pub fn parse_slice(&mut self, input: &[u8]) -> Result<(usize, Option<Reply>), ReplyParseError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let mut told = Ok((0, None));
        if !self.is_within()
            && let Ok((used, place)) = &mut told
        {
            *used = whole::whole(input, self.limits, place);
        }
        match told {
            Ok((0, _)) => self.careful(input),
            _ => told,
        }
    }

    /// Line by line, keeping what is unfinished.
    #[cold]
    #[inline(never)]
    fn careful(&mut self, input: &[u8]) -> Result<(usize, Option<Reply>), ReplyParseError> {
        let mut used = 0_usize;
        loop {
            let rest = input.get(used..).unwrap_or_default();
            let (room, wanted) = self.room();
            let Some(end) = memchr(b'\n', rest.get(..room).unwrap_or(rest)) else {
                if rest.len() >= room && !rest.is_empty() {
                    let at = self.offset.saturating_add(self.partial.len()).saturating_add(room);
                    return Err(self.fail(ReplyParseError::new(at, wanted)));
                }
                self.partial.extend_from_slice(rest);
                return Ok((input.len(), None));
            };
            let (line, behind) = rest.split_at(end);
            used = used.saturating_add(end).saturating_add(1);
            match self.line(line, behind.len()) {
                Ok(Some(reply)) => return Ok((used, Some(reply))),
                Ok(None) => {}
                Err(error) => return Err(self.fail(error)),
            }
        }
    }

    /// Whether a reply has begun and not ended.
    pub fn is_within(&self) -> bool {
        self.offset != 0 || !self.partial.is_empty()
    }

    /// The peer closed: nothing more will come.
    ///
    /// # Errors
    ///
    /// [`ReplyParseError`] where a reply has begun and not ended, or the parser failed before.
    pub fn finish(&mut self) -> Result<(), ReplyParseError> {
        match self.failed {
            Some(error) => Err(error),
            None if self.is_within() => {
                let at = self.offset.saturating_add(self.partial.len());
                Err(self.fail(ReplyParseError::new(at, Wanted::LastLine)))
            }
            None => Ok(()),
        }
    }

    /// How many octets the line at hand may still take, and which limit says so.
    fn room(&self) -> (usize, Wanted) {
        let held = self.partial.len();
        let line = self.limits.line.saturating_sub(held);
        let total = self.limits.total.saturating_sub(self.offset).saturating_sub(held);
        if total < line { (total, Wanted::ShorterReply) } else { (line, Wanted::ShorterLine) }
    }

    fn fail(&mut self, error: ReplyParseError) -> ReplyParseError {
        self.partial = Vec::new();
        self.text = Vec::new();
        self.failed = Some(error);
        error
    }

    /// A line has ended: `tail` is what of it stood in the input, without LF.
    #[inline]
    fn line(&mut self, tail: &[u8], ahead: usize) -> Result<Option<Reply>, ReplyParseError> {
        if self.partial.is_empty() {
            return self.whole_line(tail, ahead);
        }
        let mut line = core::mem::take(&mut self.partial);
        line.extend_from_slice(tail);
        let result = self.whole_line(&line, ahead);
        line.clear();
        self.partial = line;
        result
    }

    #[inline]
    fn whole_line(&mut self, before_lf: &[u8], ahead: usize) -> Result<Option<Reply>, ReplyParseError> {
        let length = before_lf.len().saturating_add(1);
        if self.code.is_none()
            && matches!(before_lf, [] | [b'\r'])
            && self.leniency.allows(Lenient::BlankLineBefore)
        {
            self.offset = self.offset.saturating_add(length);
            return Ok(None);
        }
        let line =
            ReplyLine::parse_ended(before_lf, self.leniency).map_err(|error| error.behind(self.offset))?;
        match self.code {
            None if line.is_last() => {
                self.offset = 0;
                return Ok(Some(Reply::from_octets(line.code(), line.enhanced(), line.text())));
            }
            None => {
                self.code = Some(line.code());
                self.text.reserve(ahead.min(1024).max(line.text().len()));
            }
            Some(code) if code != line.code() => {
                return Err(ReplyParseError::new(self.offset, Wanted::SameCode));
            }
            Some(_) => self.text.push(b'\n'),
        }
        self.push_text(&line);
        self.lines = self.lines.saturating_add(1);
        if line.is_last() {
            return Ok(Some(self.take_reply(line.code())));
        }
        if self.lines >= self.limits.lines {
            return Err(ReplyParseError::new(self.offset.saturating_add(3), Wanted::FewerLines));
        }
        self.offset = self.offset.saturating_add(length);
        Ok(None)
    }

    /// The first agreeing enhanced code is that of the reply; a line that repeats it loses it, another stays in its text.
    fn push_text(&mut self, line: &ReplyLine<'_>) {
        let text = match (self.enhanced, line.enhanced()) {
            (Some(first), Some(found)) if first != found => line.stated(),
            (Some(_), _) => line.text(),
            (None, found) => {
                self.enhanced = found;
                line.text()
            }
        };
        self.text.extend_from_slice(text);
    }

    fn take_reply(&mut self, code: ReplyCode) -> Reply {
        let reply = Reply::from_octets(code, self.enhanced, &self.text);
        self.text = Vec::new();
        self.code = None;
        self.enhanced = None;
        self.lines = 0;
        self.offset = 0;
        reply
    }
}

impl core::fmt::Debug for ReplyParser {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ReplyParser")
            .field("limits", &self.limits)
            .field("leniency", &self.leniency)
            .field("code", &self.code)
            .field("lines", &self.lines)
            .field("held", &self.partial.len().saturating_add(self.text.len()))
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}
