//! Walks HTML for what people would see and where links go.
//!
//! in:  decoded octets of an HTML part, piece by piece      out: visible text, and notes on tags
//! law: one pass, a bounded buffer for one tag; nothing is built, nothing is fetched

use crate::checks::style;
use crate::grammar::marks::until;
use crate::rules::Id;
use crate::validate::sink::{Note, Sink};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

mod attributes;
mod judge;
pub(crate) mod names;
mod seen;

use attributes::Attributes;
use names::{
    A, APPLET, BLOCKS, BR, EMBED, FORM, IFRAME, IMG, LINK, META, OBJECT, SCRIPT, STYLE, TITLE, Tag, VOID,
};
use seen::Marks;
pub(crate) use seen::Seen;

/// Octets of one tag that are kept.
const TAG: usize = 4096;
/// Octets of the text of one link that are kept.
const LINK_TEXT: usize = 200;
/// Content-IDs that are remembered.
pub(crate) const CIDS: usize = 64;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    Tag,
    Comment,
    /// Inside of `script`, `style` or `title`, until its end tag.
    Raw,
}

/// Where decoded octets came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    /// The place of the piece in the message.
    pub(crate) at: u64,
    pub(crate) end: u64,
    pub(crate) line: u64,
    /// Decoded octets are the octets of the message.
    pub(crate) exact: bool,
}

impl Origin {
    pub(crate) fn span(&self, start: usize, end: usize) -> Range<u64> {
        if self.exact {
            let place = |at: usize| self.at.saturating_add(at as u64).min(self.end);
            place(start)..place(end)
        } else {
            self.at..self.end
        }
    }
}

#[derive(Debug)]
struct Link {
    host: Vec<u8>,
    secure: bool,
    text: Vec<u8>,
    span: Range<u64>,
    line: u64,
}

/// The walk.
#[derive(Debug, Default)]
pub(crate) struct Html {
    state: State,
    tag: Vec<u8>,
    quote: u8,
    /// The last octet of a tag that goes on.
    last: u8,
    tag_at: Option<(u64, u64)>,
    raw_end: &'static str,
    hidden: Option<(Vec<u8>, u32)>,
    pub(crate) hidden_text: u32,
    hidden_at: Option<(Range<u64>, u64)>,
    link: Option<Link>,
    pub(crate) images: u32,
    pub(crate) meta_charset: Option<(Vec<u8>, Range<u64>, u64)>,
    pub(crate) cids: Vec<(Vec<u8>, Range<u64>, u64)>,
    pub(crate) unsubscribe: bool,
    balance: style::Balance,
    first_at: Option<(Range<u64>, u64)>,
    key: u64,
}

/// May a tag begin with this octet behind its `<`?
const fn begins_tag(octet: u8) -> bool {
    // Asked without a branch: letters and slashes come in no order.
    octet.is_ascii_alphabetic() | matches!(octet, b'/' | b'!' | b'?')
}

impl Html {
    /// A walk in the place of another; notes have that key.
    pub(crate) fn restart(&mut self, key: u64) {
        let mut tag = core::mem::take(&mut self.tag);
        tag.clear();
        *self = Self { tag, key, ..Self::default() };
    }

    pub(crate) const fn set_key(&mut self, key: u64) {
        self.key = key;
    }

    /// Takes decoded octets: whole lines of the message, as many as there are, or what was decoded from one.
    pub(crate) fn push(&mut self, octets: &[u8], origin: Origin, seen: &mut Seen<'_>, sink: &mut Sink) {
        seen.mark(0, origin.at, origin.line);
        let mut marks = Marks::new(octets, origin);
        let mut at = 0_usize;
        while let Some(rest) = octets.get(at..).filter(|rest| !rest.is_empty()) {
            match self.state {
                State::Text => at = self.in_text(at, &mut marks, seen),
                State::Tag => at = self.in_tag(at, &mut marks, seen, sink),
                State::Comment | State::Raw => at = at.saturating_add(self.passed_over(rest)),
            }
        }
        marks.pass(seen);
    }

    /// Text, up to a `<` that begins a tag, or that may do so with what follows.
    fn in_text(&mut self, from: usize, marks: &mut Marks<'_>, seen: &mut Seen<'_>) -> usize {
        let shown = self.hidden.is_none().then_some(from);
        let tag = loop {
            match marks.next(shown, seen) {
                Some((at, b'<'))
                    if at >= from && marks.octet(at.saturating_add(1)).is_none_or(begins_tag) =>
                {
                    break Some(at);
                }
                Some(_) => {}
                None => break None,
            }
        };
        let end = tag.unwrap_or(marks.octets.len());
        self.text(marks.octets.get(from..end).unwrap_or_default(), seen);
        if tag.is_none() {
            return end;
        }
        self.state = State::Tag;
        self.tag.clear();
        (self.quote, self.last) = (0, 0);
        self.tag_at = Some((marks.origin.span(end, end).start, marks.line));
        end.saturating_add(1)
    }

    /// How much of `rest` belongs to a comment or to what is no text, or may do so with what follows.
    #[cold]
    fn passed_over(&mut self, rest: &[u8]) -> usize {
        let length = memchr::memchr(b'>', rest).map_or(rest.len(), |end| end.saturating_add(1));
        let (inside, _) = rest.split_at(length);
        self.keep_tail(inside);
        let end = if self.state == State::Comment { "-->" } else { self.raw_end };
        if inside.ends_with(b">") && self.tag.to_ascii_lowercase().ends_with(end.as_bytes()) {
            self.state = State::Text;
        }
        length
    }

    /// Remembers the last octets, in which an end mark may have been cut.
    fn keep_tail(&mut self, inside: &[u8]) {
        let tail = inside.get(inside.len().saturating_sub(16)..).unwrap_or_default();
        self.tag.extend_from_slice(tail);
        let over = self.tag.len().saturating_sub(16);
        self.tag.drain(..over);
    }

    fn text(&mut self, text: &[u8], seen: &mut Seen<'_>) {
        if self.hidden.is_some() {
            let letters = text.iter().filter(|b| !b.is_ascii_whitespace()).count();
            self.hidden_text = self.hidden_text.saturating_add(u32::try_from(letters).unwrap_or(u32::MAX));
            return;
        }
        seen.show(text);
        if let Some(link) = &mut self.link {
            let room = LINK_TEXT.saturating_sub(link.text.len());
            link.text.extend_from_slice(text.get(..text.len().min(room)).unwrap_or_default());
        }
    }

    fn in_tag(&mut self, from: usize, marks: &mut Marks<'_>, seen: &mut Seen<'_>, sink: &mut Sink) -> usize {
        let rest = marks.octets.get(from..).unwrap_or_default();
        // Of a tag that begins here as well it is known.
        if from == 0 && self.tag.is_empty() && !rest.first().is_some_and(|b| begins_tag(*b)) {
            self.state = State::Text;
            self.text(b"<", seen);
            return from;
        }
        if let Some(left) = b"!--".strip_prefix(self.tag.as_slice()).filter(|left| rest.starts_with(left)) {
            self.state = State::Comment;
            self.keep(left);
            return from.saturating_add(left.len());
        }
        let Some(end) = self.tag_end(from, marks, seen) else {
            self.keep(rest);
            self.last = rest.last().copied().unwrap_or_default();
            return marks.octets.len();
        };
        self.state = State::Text;
        let behind = end.saturating_add(1);
        let (start, line) = self.tag_at.unwrap_or((marks.origin.at, marks.line));
        let span = start..marks.origin.span(behind, behind).end.max(start);
        let tag = marks.octets.get(from..end).unwrap_or_default();
        if self.tag.is_empty() {
            self.tag_done(tag.get(..TAG).unwrap_or(tag), span, line, seen, sink);
        } else {
            self.keep(tag);
            let tag = core::mem::take(&mut self.tag);
            self.tag_done(&tag, span, line, seen, sink);
            self.tag = tag;
            self.tag.clear();
        }
        behind
    }

    /// Where the `>` stands that ends the tag, which goes on at `from`.
    fn tag_end(&mut self, from: usize, marks: &mut Marks<'_>, seen: &mut Seen<'_>) -> Option<usize> {
        loop {
            let (at, mark) = marks.next(None, seen)?;
            match (self.quote, mark) {
                (0, b'>') => return Some(at),
                (0, b'"' | b'\'') => {
                    let before = at.checked_sub(1).filter(|before| *before >= from);
                    let before = before.and_then(|before| marks.octet(before)).unwrap_or(self.last);
                    if matches!(before, b'=' | b' ') {
                        self.quote = mark;
                    }
                }
                (quote, _) if quote == mark => self.quote = 0,
                _ => {}
            }
        }
    }

    /// Keeps octets of a tag, as far as there is room.
    fn keep(&mut self, octets: &[u8]) {
        let room = TAG.saturating_sub(self.tag.len());
        self.tag.extend_from_slice(octets.get(..octets.len().min(room)).unwrap_or_default());
    }

    fn tag_done(&mut self, tag: &[u8], span: Range<u64>, line: u64, seen: &mut Seen<'_>, sink: &mut Sink) {
        let Tag { closing, key, name, rest } = Tag::read(tag);
        self.balance.tag(key, closing);
        if self.first_at.is_none() {
            self.first_at = Some((span.clone(), line));
        }
        if closing {
            self.close(name, sink);
            if BLOCKS.contains(&key) {
                seen.show(b"\n");
            }
            return;
        }
        if let Some((hidden, depth)) = &mut self.hidden
            && hidden.eq_ignore_ascii_case(name)
        {
            *depth = depth.saturating_add(1);
        }
        let attributes = Attributes { rest };
        let put =
            |sink: &mut Sink, id: Id| sink.put(Note::new(id, span.clone(), line).key(self.key).found(tag));
        match key {
            SCRIPT => {
                put(sink, Id::HtmlScriptOrForm);
                self.raw("</script>");
            }
            STYLE => self.raw("</style>"),
            TITLE => self.raw("</title>"),
            IFRAME | OBJECT | EMBED | FORM | APPLET => put(sink, Id::HtmlScriptOrForm),
            META => self.meta(&attributes, span.clone(), line, sink),
            LINK if attributes.get("rel").is_some_and(|rel| rel.eq_ignore_ascii_case(b"stylesheet")) => {
                put(sink, Id::HtmlExternalStyle);
            }
            IMG => self.image(&attributes, span.clone(), line, sink),
            A => self.anchor(&attributes, span.clone(), line, sink),
            BR => seen.show(b"\n"),
            _ => {}
        }
        // Few attributes have a `y` in them.
        let may_be_styled = rest.len() > 6 && until(rest, 0, |lanes| lanes.any(*b"yY")) < rest.len();
        if may_be_styled
            && !VOID.contains(&key)
            && let Some(style) = attributes.get("style")
        {
            self.style(name, style, span, line, sink);
        }
    }

    fn raw(&mut self, end: &'static str) {
        self.state = State::Raw;
        self.raw_end = end;
    }

    /// The part ended.
    pub(crate) fn finish(&mut self, sink: &mut Sink) {
        // A preheader of a line or two is what everybody hides.
        if self.hidden_text > 250
            && let Some((span, line)) = self.hidden_at.take()
        {
            sink.put(Note::new(Id::HtmlHiddenText, span, line).length(u64::from(self.hidden_text), 250));
        }
        if let (Some((name, opened, closed)), Some((span, line))) = (self.balance.far(), self.first_at.take())
        {
            let found = alloc::format!("{opened} <{0}> and {closed} </{0}>", String::from_utf8_lossy(name));
            sink.put(Note::new(Id::HtmlUnbalanced, span, line).found(found.as_bytes()));
        }
    }
}

/// Are two hosts of one organisation, as far as their names say? Good enough for a hint.
pub(crate) fn same_organisation(one: &[u8], two: &[u8]) -> bool {
    organisation(one).eq_ignore_ascii_case(organisation(two))
}

/// The last two labels of a host, three under a short second-level domain.
fn organisation(host: &[u8]) -> &[u8] {
    let mut host = host;
    while let [head @ .., b'.'] = host {
        host = head;
    }
    let cut = |before: usize| host.get(..before).and_then(|head| memchr::memrchr(b'.', head));
    let Some(last) = cut(host.len()) else { return host };
    let Some(second) = cut(last) else { return host };
    let from = |dot: usize| host.get(dot.saturating_add(1)..).unwrap_or_default();
    let short = last.saturating_sub(second) <= 4 && from(last).len() == 2;
    if !short {
        return from(second);
    }
    cut(second).map_or(host, from)
}
