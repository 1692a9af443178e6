//! Knows tags by name.
//!
//! in:  what stands between `<` and `>`      out: the name, as one number too, and what follows it
//! law: a name ends with its letters and digits; one of more than eight has no number

/// A tag, taken apart.
pub(super) struct Tag<'t> {
    /// It begins with `/`.
    pub(super) closing: bool,
    pub(super) key: u64,
    /// In whatever case.
    pub(super) name: &'t [u8],
    pub(super) rest: &'t [u8],
}

impl<'t> Tag<'t> {
    #[inline]
    pub(super) fn read(tag: &'t [u8]) -> Self {
        let (closing, body) = match tag {
            [b'/', body @ ..] => (true, body),
            body => (false, body),
        };
        let (mut key, mut length) = (0_u64, 0_usize);
        for octet in body.iter().take_while(|b| b.is_ascii_alphanumeric()) {
            key = with(key, octet.to_ascii_lowercase());
            length = length.wrapping_add(1);
        }
        let (name, rest) = body.split_at(length.min(body.len()));
        Self { closing, key: if length > 8 { 0 } else { key }, name, rest }
    }
}

/// The name of a tag as one number, its last octet lowest; 0 for one of more than eight octets.
pub(crate) const fn key(name: &[u8]) -> u64 {
    let (mut key, mut left) = (0_u64, name);
    while let [first, tail @ ..] = left {
        (key, left) = (with(key, *first), tail);
    }
    if name.len() > 8 { 0 } else { key }
}

/// The number of a name with one octet more.
const fn with(key: u64, octet: u8) -> u64 {
    key.wrapping_shl(8) | octet as u64
}

pub(super) const A: u64 = key(b"a");
pub(super) const APPLET: u64 = key(b"applet");
pub(super) const BR: u64 = key(b"br");
pub(super) const EMBED: u64 = key(b"embed");
pub(super) const FORM: u64 = key(b"form");
pub(super) const IFRAME: u64 = key(b"iframe");
pub(super) const IMG: u64 = key(b"img");
pub(super) const LINK: u64 = key(b"link");
pub(super) const META: u64 = key(b"meta");
pub(super) const OBJECT: u64 = key(b"object");
pub(super) const SCRIPT: u64 = key(b"script");
pub(super) const STYLE: u64 = key(b"style");
pub(super) const TITLE: u64 = key(b"title");

/// The tags behind whose ends a line ends.
pub(super) const BLOCKS: [u64; 8] =
    [key(b"p"), key(b"div"), key(b"tr"), key(b"h1"), key(b"h2"), key(b"h3"), key(b"li"), key(b"td")];

/// The tags that nothing stands in.
pub(super) const VOID: [u64; 9] =
    [BR, IMG, key(b"hr"), META, key(b"input"), LINK, key(b"area"), key(b"col"), key(b"base")];
