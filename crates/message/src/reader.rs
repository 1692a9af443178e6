//! Reads a message that lies in memory: fields, MIME tree, decoded bodies. It never fails.
//!
//! in:  the octets of one message      out: fields and parts that borrow from them, decoded views on demand
//! law: one pass, no recursion; spans lie in order and inside the input; past a limit parts stay undivided

mod build;

use crate::field::{Field, Fields};
use crate::grammar::parameter::{self, ContentType, Parameters};
use crate::grammar::word::readable;
use crate::limits::Limits;
use crate::transfer::{Decoder, TransferEncoding};
use crate::{Charset, PartPath};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use build::Build;
use core::ops::Range;

/// A message, read.
///
/// # Examples
///
/// ```
/// use mailwright_message::Reader;
/// let message = Reader::new(b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nHello\r\n");
/// assert_eq!(message.text("Subject").as_deref(), Some("Grüße"));
/// assert_eq!(message.root().body_text().as_deref(), Some("Hello\r\n"));
/// ```
///
/// # RFC
///
/// RFC 5322 §2, RFC 2045 to 2047, RFC 2231.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    octets: &'a [u8],
    parts: Vec<Entry>,
    cut: bool,
}

#[derive(Clone, Debug)]
struct Entry {
    header: Range<usize>,
    body: Range<usize>,
    parent: Option<u32>,
    number: u16,
    encoding: TransferEncoding,
    kind: Kind,
}

/// What a part holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "closed by RFC 2046 §3: a part is a leaf or one of two composites"
)]
pub enum Kind {
    /// Text or data.
    Leaf,
    /// Parts between delimiters.
    Multipart,
    /// A message.
    Message,
}

impl<'a> Reader<'a> {
    /// Reads `octets`, within the limits of [`Limits::default`].
    pub fn new(octets: &'a [u8]) -> Self {
        Self::with_limits(octets, &Limits::default())
    }

    /// Reads `octets` within `limits`.
    pub fn with_limits(octets: &'a [u8], limits: &Limits) -> Self {
        let mut build = Build::new(octets, limits);
        build.run();
        Self { octets, parts: build.parts, cut: build.cut }
    }

    /// The octets that were read.
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// Did a limit leave parts undivided?
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    /// The fields of the message itself, in order, lines that are no field included.
    pub fn fields(&self) -> Fields<'a> {
        self.root().fields()
    }

    /// The first field of that name.
    pub fn field(&self, name: &str) -> Option<Field<'a>> {
        self.fields().find(|field| field.is_named(name))
    }

    /// The first field of that name as text.
    pub fn text(&self, name: &str) -> Option<String> {
        self.field(name).map(|field| field.text())
    }

    /// The message as a part.
    pub const fn root(&self) -> Part<'_, 'a> {
        Part { reader: self, index: 0 }
    }

    /// All parts in the order in which they begin, the message itself first.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_, 'a>> {
        (0..self.parts.len()).map(|index| Part { reader: self, index })
    }
}

/// One part of a message.
#[derive(Clone, Copy, Debug)]
pub struct Part<'r, 'a> {
    reader: &'r Reader<'a>,
    index: usize,
}

impl<'r, 'a> Part<'r, 'a> {
    fn entry(&self) -> Option<&'r Entry> {
        self.reader.parts.get(self.index)
    }

    fn slice(&self, range: Option<Range<usize>>) -> &'a [u8] {
        range.and_then(|range| self.reader.octets.get(range)).unwrap_or_default()
    }

    /// Where the part stands in the tree.
    pub fn path(&self) -> PartPath {
        let mut numbers = Vec::new();
        let mut at = self.entry();
        while let Some(entry) = at {
            let Some(parent) = entry.parent else { break };
            numbers.push(entry.number);
            at = usize::try_from(parent).ok().and_then(|parent| self.reader.parts.get(parent));
        }
        numbers.reverse();
        PartPath::new(numbers.into_iter())
    }

    /// What it holds.
    pub fn kind(&self) -> Kind {
        self.entry().map_or(Kind::Leaf, |entry| entry.kind)
    }

    /// The part around it.
    pub fn parent(&self) -> Option<Self> {
        let index = usize::try_from(self.entry()?.parent?).ok()?;
        Some(Self { reader: self.reader, index })
    }

    /// The parts directly inside it, in order.
    pub fn children(&self) -> impl Iterator<Item = Self> {
        let this = *self;
        let parent = u32::try_from(self.index).ok();
        let following = this.reader.parts.iter().enumerate().skip(this.index.saturating_add(1));
        following
            .filter(move |(_, entry)| entry.parent == parent)
            .map(move |(index, _)| Self { reader: this.reader, index })
    }

    /// Where its header section lies, without the empty line.
    pub fn header_span(&self) -> Range<usize> {
        self.entry().map_or(0..0, |entry| entry.header.clone())
    }

    /// Where its body lies, coded as it came.
    pub fn body_span(&self) -> Range<usize> {
        self.entry().map_or(0..0, |entry| entry.body.clone())
    }

    /// Its fields, in order.
    pub fn fields(&self) -> Fields<'a> {
        let span = self.header_span();
        Fields::new(self.slice(Some(span.clone())), span.start)
    }

    /// Its first field of that name.
    pub fn field(&self, name: &str) -> Option<Field<'a>> {
        self.fields().find(|field| field.is_named(name))
    }

    /// Its Content-Type; `text/plain` where it has none.
    pub fn content_type(&self) -> ContentType<'a> {
        let value = self.field("content-type").map_or(&b"text/plain"[..], |field| field.raw_value());
        ContentType::parse(value)
    }

    /// How its body is coded; 7bit where nothing is said.
    pub fn encoding(&self) -> TransferEncoding {
        self.entry().map_or(TransferEncoding::SevenBit, |entry| entry.encoding)
    }

    /// The file name of an attachment, decoded: never a path to use as it stands.
    ///
    /// Encoded-words have no place in a parameter (RFC 2047 §5); in a file name they are decoded all the same, since many
    /// programs write them there.
    pub fn file_name(&self) -> Option<Cow<'a, str>> {
        let name = self
            .field("content-disposition")
            .and_then(|field| parameter::find(Parameters::after_word(field.raw_value()).1, b"filename"))
            .or_else(|| self.content_type().parameter("name"))?;
        Some(readable(name))
    }

    /// Its body as it came.
    pub fn raw_body(&self) -> &'a [u8] {
        self.slice(Some(self.body_span()))
    }

    /// Its body decoded, as a stream of pieces.
    pub fn body(&self) -> Body<'a> {
        Body {
            rest: self.raw_body(),
            decoder: Decoder::new(self.encoding()),
            identity: self.encoding().is_identity(),
            done: false,
        }
    }

    /// Its body decoded, as one piece.
    pub fn body_octets(&self) -> Cow<'a, [u8]> {
        if self.encoding().is_identity() {
            return Cow::Borrowed(self.raw_body());
        }
        Cow::Owned(self.body().fold(Vec::new(), |mut all, piece| {
            all.extend_from_slice(&piece);
            all
        }))
    }

    /// Its body as text, or `None` where it is no text part.
    ///
    /// A character set that nobody knows is read as UTF-8; what is wrong in it is replaced.
    pub fn body_text(&self) -> Option<String> {
        let kind = self.content_type();
        if self.kind() != Kind::Leaf || !kind.is_kind("text") && !kind.kind().is_empty() {
            return None;
        }
        let label = kind.parameter("charset");
        let charset = label.and_then(|label| Charset::find(label.as_bytes())).unwrap_or(Charset::UTF_8);
        Some(charset.decode(&self.body_octets()).0)
    }
}

/// The decoded body of a part, piece by piece; see [`Part::body`].
#[derive(Clone, Debug)]
pub struct Body<'a> {
    rest: &'a [u8],
    decoder: Decoder,
    identity: bool,
    done: bool,
}

/// Octets that one step of a [`Body`] decodes.
const PIECE: usize = 4096;

impl<'a> Iterator for Body<'a> {
    type Item = Cow<'a, [u8]>;

    fn next(&mut self) -> Option<Cow<'a, [u8]>> {
        if self.identity {
            let piece = core::mem::take(&mut self.rest);
            return (!piece.is_empty()).then_some(Cow::Borrowed(piece));
        }
        let mut out = Vec::new();
        while out.is_empty() && !self.done {
            let (piece, rest) = self.rest.split_at(self.rest.len().min(PIECE));
            self.rest = rest;
            self.decoder.push(piece, &mut out);
            if rest.is_empty() {
                self.decoder.finish(&mut out);
                self.done = true;
            }
        }
        (!out.is_empty()).then_some(Cow::Owned(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;

    const NESTED: &[u8] = b"Content-Type: multipart/mixed; boundary=a\r\n\r\npre\r\n--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nplain\r\n--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+\r\n--b--\r\n--a\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nbody\r\n--a--\r\nepilogue\r\n";

    #[test]
    fn the_tree_is_found() {
        let reader = Reader::new(NESTED);
        let tree: Vec<_> = reader.parts().map(|p| format!("{}{:?}", p.path(), p.kind())).collect();
        assert_eq!(tree, ["Multipart", "1Multipart", "1.1Leaf", "1.2Leaf", "2Message", "2.1Leaf"]);
        let parts: Vec<_> = reader.parts().collect();
        assert_eq!(parts[2].raw_body(), b"plain");
        assert_eq!(parts[3].body_octets().as_ref(), b"<b>");
        assert_eq!(parts[5].field("subject").map(|f| f.text()).as_deref(), Some("inner"));
        assert_eq!(parts[5].raw_body(), b"body");
        assert_eq!(parts[0].children().map(|p| p.path().to_string()).collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn threat_m02_m03_depth_and_parts_are_bounded() {
        let mut deep = Vec::new();
        for n in 0..20_000 {
            deep.extend_from_slice(
                format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n").as_bytes(),
            );
        }
        let reader = Reader::new(&deep);
        assert!(reader.is_cut() && reader.parts().count() <= 21);
        let mut many = b"Content-Type: multipart/mixed; boundary=b\n\n".to_vec();
        many.extend_from_slice(&b"--b\n".repeat(500_000));
        assert!(Reader::new(&many).parts().count() <= 1000);
    }

    #[test]
    fn nothing_is_a_message_too() {
        for octets in [&b""[..], b"\n", b"\r\n\r\nx", b"x", b":", b"--a\n--a--"] {
            let reader = Reader::new(octets);
            assert_eq!(reader.parts().count(), 1);
        }
    }
}
