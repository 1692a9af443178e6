//! A reply: one code, perhaps an enhanced code, and lines of text.
//!
//! in:  a code and text      out: a value that can't be wrong, and its octets
//! law: no control leaves in the text; no line is longer than 512 octets with CR LF; every line carries both codes

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use bytes::{BufMut as _, Bytes, BytesMut};
use memchr::memchr;

use crate::line::{has_control, is_control};
use crate::{EnhancedStatusCode, Escaped, ReplyCode, ReplyError};

mod text;
mod wrap;

use text::Text;

/// What a server says to a command: a code, perhaps an enhanced code, and text of one or more lines.
///
/// Cheap to clone: the text is shared. From static text and the codes it is made without allocation, so the replies
/// of [`standard`](crate::standard) cost a server nothing but the copy to its buffer.
///
/// # Examples
///
/// ```
/// use bytes::BytesMut;
/// use mailwright_reply::{EnhancedStatusCode, Reply, ReplyCode};
///
/// let reply = Reply::new(ReplyCode::MAILBOX_UNAVAILABLE, EnhancedStatusCode::new(5, 1, 1), "User unknown")?;
/// let mut out = BytesMut::new();
/// reply.write(&mut out);
/// assert_eq!(&out[..], b"550 5.1.1 User unknown\r\n");
/// assert!(Reply::new(ReplyCode::OK, None, "two\r\n250 replies").is_err());
/// # Ok::<(), mailwright_reply::ReplyError>(())
/// ```
///
/// # RFC
///
/// RFC 5321 §4.2; RFC 2034 §4 (enhanced codes); RFC 6531 §3.7.4.1 lets the text be UTF-8.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Reply {
    code: ReplyCode,
    enhanced: Option<EnhancedStatusCode>,
    /// Lines joined by LF.
    text: Text,
}

impl Reply {
    /// The most octets of text that a reply of ours may hold.
    pub const MAX_TEXT: usize = 64 * 1024;
    /// The most lines that a reply of ours may have.
    pub const MAX_LINES: usize = 4096;

    /// A reply of one line; text that doesn't fit a line of 512 octets is broken at blanks.
    ///
    /// Static text and an owned `String` are taken as they are. Text that opens with an enhanced code of the right
    /// class gives `enhanced` where that is `None`, since every reader would see it so.
    ///
    /// # Errors
    ///
    /// [`ReplyError`] where the text holds CR, LF, NUL or another control (a tab apart), where the class of the
    /// enhanced code is not that of the code, or where the text is beyond [`MAX_TEXT`](Self::MAX_TEXT).
    pub fn new(
        code: ReplyCode,
        enhanced: Option<EnhancedStatusCode>,
        text: impl Into<Bytes>,
    ) -> Result<Self, ReplyError> {
        let text = text.into();
        check(code, enhanced)?;
        check_line(&text, 0)?;
        let lifted = enhanced.is_none() && EnhancedStatusCode::split_agreeing(code, &text).is_some();
        if !lifted && text.len() <= wrap::room(enhanced) {
            return Ok(Self { code, enhanced, text: Text::Shared(text) });
        }
        Self::gather(code, enhanced, core::iter::once(&*text))
    }

    /// A reply of these lines; none at all is one empty line. Long lines are broken at blanks.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and where there are more than [`MAX_LINES`](Self::MAX_LINES).
    pub fn from_lines<L: AsRef<[u8]>>(
        code: ReplyCode,
        enhanced: Option<EnhancedStatusCode>,
        lines: impl IntoIterator<Item = L>,
    ) -> Result<Self, ReplyError> {
        check(code, enhanced)?;
        let mut joined = Vec::new();
        for (number, line) in lines.into_iter().enumerate() {
            if number > 0 {
                joined.push(b'\n');
            }
            check_line(line.as_ref(), joined.len())?;
            joined.extend_from_slice(line.as_ref());
        }
        Self::gather(code, enhanced, joined.split(|octet| *octet == b'\n'))
    }

    /// `250 2.0.0`, saying under which id the message was queued; [`remote_id`](crate::remote_id) reads it back.
    ///
    /// # Errors
    ///
    /// [`ReplyError`] where the id is empty, longer than 128 octets, or holds anything but visible ASCII.
    pub fn queued(id: &str) -> Result<Self, ReplyError> {
        if id.is_empty() || id.len() > 128 || !id.bytes().all(|octet| octet.is_ascii_graphic()) {
            return Err(ReplyError::ID);
        }
        let mut text = String::with_capacity(id.len().saturating_add(14));
        text.push_str("Ok: queued as ");
        text.push_str(id);
        Self::new(ReplyCode::OK, EnhancedStatusCode::new(2, 0, 0), text)
    }

    /// Static parts, checked by the tests of `standard`.
    pub(crate) const fn fixed(
        code: ReplyCode,
        enhanced: Option<EnhancedStatusCode>,
        text: &'static str,
    ) -> Self {
        Self { code, enhanced, text: Text::Shared(Bytes::from_static(text.as_bytes())) }
    }

    /// What a parser has read: lines joined by LF.
    pub(crate) fn from_octets(code: ReplyCode, enhanced: Option<EnhancedStatusCode>, text: &[u8]) -> Self {
        let mut reply = Self::blank(code, enhanced);
        reply.set_text(text);
        reply
    }

    /// What a parser is about to read.
    #[inline]
    pub(crate) const fn blank(code: ReplyCode, enhanced: Option<EnhancedStatusCode>) -> Self {
        Self { code, enhanced, text: Text::EMPTY }
    }

    /// The text that a parser has read.
    #[inline]
    pub(crate) fn set_text(&mut self, text: &[u8]) {
        self.text.set(text);
    }

    /// What a parser has read: these lines, `length` octets with the LFs between them.
    pub(crate) fn from_texts(
        code: ReplyCode,
        enhanced: Option<EnhancedStatusCode>,
        texts: &[&[u8]],
        length: usize,
    ) -> Self {
        let mut joined = Vec::with_capacity(length);
        for (number, text) in texts.iter().enumerate() {
            if number > 0 {
                joined.push(b'\n');
            }
            joined.extend_from_slice(text);
        }
        Self { code, enhanced, text: Text::Shared(joined.into()) }
    }

    /// Breaks long lines, and gives `enhanced` where a line opens with it, so that what is written is read back equal.
    fn gather<'l>(
        code: ReplyCode,
        given: Option<EnhancedStatusCode>,
        lines: impl Iterator<Item = &'l [u8]> + Clone,
    ) -> Result<Self, ReplyError> {
        let opening = |line| EnhancedStatusCode::split_agreeing(code, line);
        let enhanced = given.or_else(|| lines.clone().find_map(opening).map(|(found, _)| found));
        let mut text = Vec::new();
        let mut count = 0_usize;
        for line in lines {
            let rest = match opening(line) {
                Some((found, rest)) if given.is_none() && enhanced == Some(found) => rest,
                Some(_) | None => line,
            };
            for piece in wrap::pieces(code, enhanced, rest) {
                if count > 0 {
                    text.push(b'\n');
                }
                text.extend_from_slice(piece);
                count = count.saturating_add(1);
            }
        }
        if text.len() > Self::MAX_TEXT || count > Self::MAX_LINES {
            return Err(ReplyError::new(
                Self::MAX_TEXT.min(text.len()),
                "at most 64 KiB of text and 4096 lines",
            ));
        }
        Ok(Self { code, enhanced, text: Text::Shared(text.into()) })
    }

    /// The code.
    pub const fn code(&self) -> ReplyCode {
        self.code
    }

    /// The enhanced code; its class is always that of the code.
    pub const fn enhanced(&self) -> Option<EnhancedStatusCode> {
        self.enhanced
    }

    /// An enhanced code that a line states though it is not that of the reply: of another class, or a second one.
    ///
    /// It stands in the text of that line as it was received.
    pub fn other_enhanced(&self) -> Option<EnhancedStatusCode> {
        self.lines().find_map(|line| EnhancedStatusCode::split_from(line).map(|(code, _)| code))
    }

    /// The text, lines joined by LF, octets as received; codes and line ends are not part of it.
    pub fn text(&self) -> &[u8] {
        self.text.as_slice()
    }

    /// The text as a string, with the replacement character for octets that are not UTF-8.
    pub fn text_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.text())
    }

    /// The lines of the text, at least one.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.text().split(|octet| *octet == b'\n')
    }

    /// Writes the reply: both codes on every line, none longer than 512 octets with CR LF.
    ///
    /// A reply that was read leniently may hold controls; each is written as `?`.
    pub fn write(&self, out: &mut BytesMut) {
        let text = self.text();
        let fits = text.len() <= wrap::room(self.enhanced);
        if fits && memchr(b'\n', text).is_none() {
            out.reserve(text.len().saturating_add(20));
            self.write_line(text, b' ', out);
            return;
        }
        let mut pieces =
            self.lines().flat_map(|line| wrap::pieces(self.code, self.enhanced, line)).peekable();
        while let Some(piece) = pieces.next() {
            let mark = if pieces.peek().is_some() { b'-' } else { b' ' };
            self.write_line(piece, mark, out);
        }
    }

    fn write_line(&self, piece: &[u8], mark: u8, out: &mut BytesMut) {
        let [a, b, c] = self.code.digits();
        out.put_slice(&[a, b, c, mark]);
        if let Some(enhanced) = self.enhanced {
            enhanced.write(out);
        }
        if has_control(piece) {
            out.extend(piece.iter().map(|octet| if is_control(*octet) { b'?' } else { *octet }));
        } else {
            out.put_slice(piece);
        }
        out.put_slice(b"\r\n");
    }

    /// 2yz.
    pub const fn is_completion(&self) -> bool {
        self.code.is_completion()
    }

    /// 3yz.
    pub const fn is_intermediate(&self) -> bool {
        self.code.is_intermediate()
    }

    /// 4yz.
    pub const fn is_transient(&self) -> bool {
        self.code.is_transient()
    }

    /// 5yz.
    pub const fn is_permanent(&self) -> bool {
        self.code.is_permanent()
    }
}

fn check(code: ReplyCode, enhanced: Option<EnhancedStatusCode>) -> Result<(), ReplyError> {
    match enhanced {
        Some(enhanced) if !enhanced.agrees_with(code) => Err(ReplyError::ENHANCED_CLASS),
        Some(_) | None => Ok(()),
    }
}

fn check_line(line: &[u8], offset: usize) -> Result<(), ReplyError> {
    if line.len().saturating_add(offset) > Reply::MAX_TEXT {
        return Err(ReplyError::new(Reply::MAX_TEXT, "at most 64 KiB of text"));
    }
    if has_control(line) {
        let before = line.iter().take_while(|octet| !is_control(**octet)).count();
        return Err(ReplyError::new(
            offset.saturating_add(before),
            "text without CR, LF, NUL and other controls",
        ));
    }
    Ok(())
}

impl fmt::Display for Reply {
    /// One printable line, controls escaped, lines joined by `\n` in letters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.code, f)?;
        if let Some(enhanced) = self.enhanced {
            write!(f, " {enhanced}")?;
        }
        if self.text().is_empty() {
            return Ok(());
        }
        write!(f, " {}", Escaped::new(self.text()))
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({self})")
    }
}
