//! Walks the lines of a message through its MIME tree, without recursion.
//!
//! in:  one line at a time, and what each part is      out: header, end of header, body, or a delimiter of an open multipart
//! law: a delimiter is `--boundary`, or `--boundary--`, and nothing but blanks behind it; the innermost open boundary
//!      wins; at most `depth` parts are open at once (RFC 2046 §5.1.1)

use crate::field::{Fields, is_empty_line, strip_line_end};
use crate::grammar::lexer::trim_end;
use crate::grammar::mailbox::unquote;
use crate::grammar::marks;
use crate::grammar::parameter::ContentType;
use crate::transfer::TransferEncoding;
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// Longest boundary that is looked for, octets; the standard allows 70.
const BOUNDARY: usize = 998;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Header,
    HeaderEnd,
    Body,
    /// A delimiter of the open part at this level of the stack.
    Delimiter {
        level: usize,
        close: bool,
    },
}

/// What a part turned out to be when its header section ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Leaf,
    Multipart {
        boundary: Vec<u8>,
        digest: bool,
    },
    /// A message inside; its header section follows.
    Message,
}

/// One open part.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    /// The owner's number for it.
    pub(crate) id: u32,
    /// Empty where no delimiter is awaited.
    pub(crate) boundary: Vec<u8>,
    pub(crate) digest: bool,
    /// The parts inside it so far.
    pub(crate) children: u16,
}

/// The open parts, outermost first.
#[derive(Clone, Debug)]
pub(crate) struct Walker {
    pub(crate) stack: Vec<Open>,
    pub(crate) in_header: bool,
    depth: usize,
}

impl Walker {
    /// A walk whose root part has the number 0.
    pub(crate) fn new(depth: usize) -> Self {
        let root = Open { id: 0, boundary: Vec::new(), digest: false, children: 0 };
        let mut stack = Vec::with_capacity(4);
        stack.push(root);
        Self { stack, in_header: true, depth: depth.max(1) }
    }

    /// A walk over a message whose parts don't matter.
    pub(crate) const fn flat() -> Self {
        Self { stack: Vec::new(), in_header: true, depth: 1 }
    }

    /// Goes back to the start of a message.
    pub(crate) fn clear(&mut self) {
        self.stack.truncate(1);
        if let Some(root) = self.stack.first_mut() {
            root.boundary.clear();
            (root.digest, root.children) = (false, 0);
        }
        self.in_header = true;
    }

    /// What is this line? A piece of a line that is not its start is never a delimiter.
    pub(crate) fn line(&self, line: &[u8], starts: bool) -> Step {
        if starts {
            if let [b'-', b'-', rest @ ..] = line
                && let Some(step) = self.delimiter(rest)
            {
                return step;
            }
            if self.in_header && is_empty_line(line) {
                return Step::HeaderEnd;
            }
        }
        if self.in_header { Step::Header } else { Step::Body }
    }

    fn delimiter(&self, rest: &[u8]) -> Option<Step> {
        let first = rest.first()?;
        for (level, open) in self.stack.iter().enumerate().rev() {
            if open.boundary.first() != Some(first) {
                continue;
            }
            let Some(after) = rest.strip_prefix(open.boundary.as_slice()) else { continue };
            let after = trim_end(after);
            if after.is_empty() {
                return Some(Step::Delimiter { level, close: false });
            }
            if after == b"--" {
                return Some(Step::Delimiter { level, close: true });
            }
        }
        None
    }

    /// Would another level pass the limit?
    pub(crate) fn is_full(&self) -> bool {
        self.stack.len() >= self.depth
    }

    /// The header section of the innermost part ended, and this is what it is. Gives false where it was too deep.
    pub(crate) fn enter(&mut self, content: Content, child: u32) -> bool {
        self.in_header = false;
        if content != Content::Leaf && self.is_full() {
            return false;
        }
        match content {
            Content::Leaf => {}
            Content::Multipart { boundary, digest } => {
                if let Some(open) = self.stack.last_mut() {
                    open.boundary = boundary;
                    open.digest = digest;
                }
            }
            Content::Message => self.open(child),
        }
        true
    }

    /// A part begins inside the innermost open one.
    pub(crate) fn open(&mut self, id: u32) {
        if let Some(parent) = self.stack.last_mut() {
            parent.children = parent.children.saturating_add(1);
        }
        self.stack.push(Open { id, boundary: Vec::new(), digest: false, children: 0 });
        self.in_header = true;
    }

    /// A part follows one that awaits no delimiter and stands right inside the part at `level`. Gives false where more
    /// is open.
    pub(crate) fn again(&mut self, level: usize, id: u32) -> bool {
        let [above @ .., parent, open] = self.stack.as_mut_slice() else { return false };
        let right = above.len() == level && open.boundary.is_empty();
        if right {
            parent.children = parent.children.saturating_add(1);
            (open.id, open.digest, open.children) = (id, false, 0);
            self.in_header = true;
        }
        right
    }

    /// A delimiter of the part at `level` came: what stands above it has ended.
    pub(crate) fn cut(&mut self, level: usize, close: bool) {
        self.stack.truncate(level.saturating_add(1));
        self.in_header = false;
        if close && let Some(open) = self.stack.last_mut() {
            open.boundary.clear();
        }
    }

    /// Is the innermost open part inside a digest, whose parts are messages by default?
    pub(crate) fn in_digest(&self) -> bool {
        let parent = self.stack.len().checked_sub(2).and_then(|at| self.stack.get(at));
        parent.is_some_and(|open| open.digest)
    }
}

/// The fields of a header section that decide what a part is: type and encoding, the first of each.
pub(crate) fn describe(section: &[u8]) -> (Option<&[u8]>, TransferEncoding) {
    let mut kind = None;
    let mut encoding = None;
    for field in Fields::new(section, 0) {
        let name = field.name();
        if name.len() == 12 && kind.is_none() && name.eq_ignore_ascii_case(b"content-type") {
            kind = Some(field.raw_value());
        } else if name.len() == 25
            && encoding.is_none()
            && name.eq_ignore_ascii_case(b"content-transfer-encoding")
        {
            encoding = Some(TransferEncoding::parse(field.raw_value()));
        }
    }
    (kind, encoding.unwrap_or_default())
}

/// What a part with that type and encoding is.
pub(crate) fn content(kind: Option<&[u8]>, encoding: TransferEncoding, in_digest: bool) -> Content {
    let parsed = kind.map(ContentType::parse);
    content_of(parsed.as_ref(), || parsed.as_ref().and_then(boundary), encoding, in_digest)
}

/// What a part with that type and encoding is; the boundary is asked for where it is a multipart.
pub(crate) fn content_of(
    kind: Option<&ContentType<'_>>,
    boundary: impl FnOnce() -> Option<Vec<u8>>,
    encoding: TransferEncoding,
    in_digest: bool,
) -> Content {
    let Some(parsed) = kind else {
        return if in_digest && encoding.is_identity() { Content::Message } else { Content::Leaf };
    };
    if parsed.is_kind("multipart") {
        return match boundary() {
            Some(boundary) if !boundary.is_empty() && boundary.len() <= BOUNDARY => {
                Content::Multipart { boundary, digest: parsed.is("multipart", "digest") }
            }
            _ => Content::Leaf,
        };
    }
    let message =
        parsed.is("message", "rfc822") || parsed.is("message", "global") || parsed.is("message", "news");
    if message && encoding.is_identity() { Content::Message } else { Content::Leaf }
}

/// The boundary a multipart names, without blanks at its end.
pub(crate) fn boundary(kind: &ContentType<'_>) -> Option<Vec<u8>> {
    boundary_of(kind.raw_parameter("boundary"), || kind.parameter("boundary"))
}

/// The boundary by its raw value, or where there is none, by its decoded one.
pub(crate) fn boundary_of<'v>(
    raw: Option<&[u8]>,
    decoded: impl FnOnce() -> Option<Cow<'v, str>>,
) -> Option<Vec<u8>> {
    match raw {
        Some(raw) if marks::until(raw, 0, |lanes| lanes.any(*b"\\\r\n")) == raw.len() => {
            Some(trim_end(raw).to_vec())
        }
        Some(raw) => Some(trim_end(unquote(raw).as_bytes()).to_vec()),
        None => decoded().map(|b| trim_end(b.as_bytes()).to_vec()),
    }
}

/// How many octets the line end of `line` has.
pub(crate) fn line_end_length(line: &[u8]) -> usize {
    line.len().saturating_sub(strip_line_end(line).len())
}
