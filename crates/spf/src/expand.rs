//! Macro expansion: text with `%{...}` becomes a name or an explanation.
//!
//! in:  octets of a record, the facts of the check      out: a target name, or text for people
//! law: a name keeps its last 253 octets, cut at a label (RFC 7208 §7.3); a text its first, and says that it was cut

use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::IpAddr;

use mailwright_dns::{Name, NameRef};

use crate::grammar::{In, Macro, macro_expand};
use crate::identity::Identity;
use crate::settings::Settings;

/// What macros stand for.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'f> {
    pub(crate) identity: &'f Identity,
    pub(crate) settings: &'f Settings,
    pub(crate) client: IpAddr,
    /// The domain of the record (`d`).
    pub(crate) domain: NameRef<'f>,
    /// The validated host name of the client (`p`), `None` for `unknown`.
    pub(crate) validated: Option<NameRef<'f>>,
}

/// Takes octets in order.
pub(crate) trait Sink {
    fn put(&mut self, octets: &[u8]);

    fn put_one(&mut self, octet: u8) {
        self.put(&[octet]);
    }
}

/// Keeps the end of what is written: a name needs no more.
pub(crate) struct Tail {
    octets: [u8; 512],
    length: usize,
    /// Whether octets were dropped in front.
    cut: bool,
}

/// Octets of a name in text form.
const NAME: usize = 253;

impl Tail {
    pub(crate) const fn new() -> Self {
        Self { octets: [0; 512], length: 0, cut: false }
    }

    /// Reads the name; `None` where it can't be asked for.
    pub(crate) fn name(&self, name: &mut Name) -> Option<()> {
        let mut text = self.octets.get(..self.length).unwrap_or_default();
        // One trailing dot is ignored, before the length is looked at.
        text = text.strip_suffix(b".").unwrap_or(text);
        let mut cut = self.cut;
        while text.len() > NAME || cut {
            let dot = text.iter().position(|octet| *octet == b'.')?;
            text = text.get(dot.saturating_add(1)..)?;
            cut = false;
        }
        let visible = text.iter().fold(true, |fine, octet| fine & matches!(octet, 0x20..=0x7e));
        if visible { name.set_dotted(text).ok() } else { None }
    }

    /// Drops the front where there is no room for so many octets.
    #[cold]
    fn shift(&mut self) {
        let from = self.length.saturating_sub(KEPT);
        self.octets.copy_within(from..self.length, 0);
        self.length = self.length.saturating_sub(from);
        self.cut = true;
    }
}

/// The last 254 octets are enough, 253 and the dot before them, and a trailing dot.
const KEPT: usize = NAME + 2;

impl Sink for Tail {
    fn put(&mut self, octets: &[u8]) {
        let octets = if octets.len() > KEPT {
            self.cut = true;
            self.length = 0;
            octets.get(octets.len().saturating_sub(KEPT)..).unwrap_or_default()
        } else {
            octets
        };
        if self.length.saturating_add(octets.len()) > self.octets.len() {
            self.shift();
        }
        let end = self.length.saturating_add(octets.len());
        if let Some(room) = self.octets.get_mut(self.length..end) {
            room.copy_from_slice(octets);
            self.length = end;
        }
    }

    fn put_one(&mut self, octet: u8) {
        if self.length >= self.octets.len() {
            self.shift();
        }
        if let Some(room) = self.octets.get_mut(self.length) {
            *room = octet;
            self.length = self.length.saturating_add(1);
        }
    }
}

/// Keeps the start of what is written.
pub(crate) struct Head {
    pub(crate) octets: Vec<u8>,
    pub(crate) most: usize,
    pub(crate) cut: bool,
}

impl Sink for Head {
    fn put(&mut self, octets: &[u8]) {
        let room = self.most.saturating_sub(self.octets.len());
        let fits = octets.get(..room).unwrap_or(octets);
        self.cut |= fits.len() < octets.len();
        self.octets.extend_from_slice(fits);
    }
}

/// Expands a text that the grammar has accepted; gives false at a fault, which only an explanation can have here.
pub(crate) fn expand(text: &[u8], place: In, facts: &Facts<'_>, out: &mut impl Sink) -> bool {
    let mut at = 0_usize;
    while let Some(rest) = text.get(at..) {
        let literal = rest.iter().position(|octet| *octet == b'%').unwrap_or(rest.len());
        out.put(rest.get(..literal).unwrap_or_default());
        at = at.saturating_add(literal);
        if at >= text.len() {
            return true;
        }
        let Ok(found) = macro_expand(text, at, place) else { return false };
        value(&found, facts, out);
        at = found.end;
    }
    true
}

/// Writes what one macro stands for.
fn value(found: &Macro<'_>, facts: &Facts<'_>, out: &mut impl Sink) {
    let mut buffer = [0_u8; 254];
    let identity = facts.identity;
    let unknown = &b"unknown"[..];
    match found.letter {
        b'%' => out.put(b"%"),
        b'_' => out.put(b" "),
        b'-' => out.put(b"%20"),
        b's' if found.is_plain() && !found.escape => {
            out.put(identity.local());
            out.put(b"@");
            out.put(identity.domain());
        }
        b's' => transform(&[identity.local(), b"@", identity.domain()].concat(), found, out),
        b'l' => transform(identity.local(), found, out),
        b'o' => transform(identity.domain(), found, out),
        b'd' => transform(dotted(facts.domain, &mut buffer), found, out),
        b'i' => client(facts.client, found, out),
        b'p' => transform(facts.validated.map_or(unknown, |name| dotted(name, &mut buffer)), found, out),
        b'v' => transform(if facts.client.is_ipv4() { b"in-addr" } else { b"ip6" }, found, out),
        b'h' => {
            let helo = identity.helo_name();
            transform(if helo.is_empty() { unknown } else { helo }, found, out);
        }
        b'c' => transform(facts.client.to_string().as_bytes(), found, out),
        b'r' => transform(facts.settings.receiver.as_bytes(), found, out),
        b't' => transform(facts.settings.unix_time.to_string().as_bytes(), found, out),
        _ => {}
    }
}

impl Macro<'_> {
    const fn is_plain(&self) -> bool {
        self.keep == 0 && !self.reverse && self.delimiters.is_empty()
    }
}

/// The address as `%{i}` has it: four numbers, or 32 nibbles, parted by dots.
fn client(client: IpAddr, found: &Macro<'_>, out: &mut impl Sink) {
    // Where parts are parted by dots anyway, they need not be looked for.
    let by_dots = found.keep == 0 && matches!(found.delimiters, b"" | b".");
    let mut text = Tail::new();
    let reverse = by_dots && found.reverse;
    match client {
        IpAddr::V4(v4) => {
            let mut octets = v4.octets();
            if reverse {
                octets.reverse();
            }
            let [first, rest @ ..] = octets;
            decimal(first, &mut text);
            for octet in rest {
                text.put_one(b'.');
                decimal(octet, &mut text);
            }
        }
        IpAddr::V6(v6) => {
            let mut bits = v6.to_bits();
            for at in 0..32 {
                if at > 0 {
                    text.put_one(b'.');
                }
                let nibble = if reverse { bits } else { bits >> 124 } & 0xf;
                bits = if reverse { bits >> 4 } else { bits << 4 };
                text.put_one(HEX.get(usize::try_from(nibble).unwrap_or(0)).copied().unwrap_or(b'0'));
            }
        }
    }
    let text = text.octets.get(..text.length).unwrap_or_default();
    if by_dots { out.put(text) } else { transform(text, found, out) }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

fn decimal(octet: u8, out: &mut impl Sink) {
    if octet > 99 {
        out.put_one((octet / 100) | b'0');
    }
    if octet > 9 {
        out.put_one((octet / 10 % 10) | b'0');
    }
    out.put_one((octet % 10) | b'0');
}

/// Splits, reverses, keeps the right-hand parts, joins with dots, escapes.
fn transform(value: &[u8], found: &Macro<'_>, out: &mut impl Sink) {
    if found.is_plain() {
        return if found.escape { escape(value, out) } else { out.put(value) };
    }
    let (first, more) = found.delimiters.split_first().unwrap_or((&b'.', &[]));
    let splits = |octet: u8| octet == *first || (!more.is_empty() && more.contains(&octet));
    let before = |end: usize| value.get(..end).unwrap_or_default().iter().rposition(|octet| splits(*octet));
    let behind = |start: usize| {
        let rest = value.get(start..).unwrap_or_default();
        start.saturating_add(rest.iter().position(|octet| splits(*octet)).unwrap_or(rest.len()))
    };
    let mut put = |start: usize, end: usize, last: bool| {
        let part = value.get(start..end).unwrap_or_default();
        if found.escape {
            escape(part, out);
        } else {
            out.put(part);
        }
        if !last {
            out.put_one(b'.');
        }
    };
    let mut keep = if found.keep == 0 { usize::MAX } else { found.keep };
    if found.reverse {
        // The right-hand parts of the reversed list are the left-hand ones, from the last of them to the first.
        let mut end = behind(0);
        while keep > 1 && end < value.len() {
            end = behind(end.saturating_add(1));
            keep = keep.saturating_sub(1);
        }
        loop {
            let start = before(end).map(|at| at.saturating_add(1));
            put(start.unwrap_or(0), end, start.is_none());
            match start {
                Some(start) => end = start.saturating_sub(1),
                None => return,
            }
        }
    }
    let mut start = before(value.len()).map_or(0, |at| at.saturating_add(1));
    while keep > 1 && start > 0 {
        start = before(start.saturating_sub(1)).map_or(0, |at| at.saturating_add(1));
        keep = keep.saturating_sub(1);
    }
    loop {
        let end = behind(start);
        put(start, end, end >= value.len());
        if end >= value.len() {
            return;
        }
        start = end.saturating_add(1);
    }
}

/// URL-escapes all but the unreserved characters (RFC 3986 §2.3).
fn escape(octets: &[u8], out: &mut impl Sink) {
    const UPPER: &[u8; 16] = b"0123456789ABCDEF";
    for octet in octets {
        if octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~') {
            out.put_one(*octet);
        } else {
            let digit = |value: u8| UPPER.get(usize::from(value)).copied().unwrap_or(b'0');
            out.put(&[b'%', digit(octet >> 4), digit(octet & 0xf)]);
        }
    }
}

/// The labels of a name parted by dots.
pub(crate) fn dotted<'b>(name: NameRef<'_>, buffer: &'b mut [u8; 254]) -> &'b [u8] {
    let wire = name.as_wire();
    let Some((_, rest)) = wire.split_first() else { return &[] };
    if let Some(room) = buffer.get_mut(..rest.len()) {
        room.copy_from_slice(rest);
    }
    let mut at = 0_usize;
    for label in name.labels() {
        at = at.saturating_add(label.len());
        if at < rest.len()
            && let Some(dot) = buffer.get_mut(at)
        {
            *dot = b'.';
        }
        at = at.saturating_add(1);
    }
    buffer.get(..rest.len()).unwrap_or_default()
}
