//! Does a name look like one that a network hands out by number?
//!
//! in:  a host name, the address it belongs to      out: static, dynamic, generic, or nothing of the kind
//! law: only labels left of the registered domain count; words count whole; a name that says it sends mail is neither

use core::net::{IpAddr, Ipv6Addr};

use mailwright_dns::Name;

use crate::{Flag, Note, Source};

/// What the name of a host says about its line. A guess: a flag at most, unless a receiver asks for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NameClass {
    /// Nothing of the kind.
    Neutral,
    /// It says that the address is static. With a shape, it is still made by number.
    Static(Option<Shape>),
    /// It is made from the address.
    Generic(Shape),
    /// It says that the line is a subscriber's; the word that says so.
    Dynamic(&'static str),
}

/// How the address stands in the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// `203-0-113-7`
    Forward,
    /// `7-113-0-203`
    Reversed,
    /// `203000113007`
    Padded,
    /// `cb007107`
    Hex,
    /// `113-7`: the last two octets only, weak.
    Partial,
    /// `2001-db8--7`, or 32 hexadecimal digits.
    V6,
    /// Four numbers that are another address.
    OtherAddress,
}

/// Words that a static line is called by.
const STATIC: &[&str] = &["static", "fixed", "sta", "fixip", "staticip"];
/// Words that a subscriber's line is called by; they count beside a digit.
const DYNAMIC: &[&str] = &[
    "dhcp",
    "dyn",
    "dynamic",
    "dynip",
    "pool",
    "ppp",
    "pppoe",
    "dsl",
    "adsl",
    "vdsl",
    "xdsl",
    "hsd",
    "cpe",
    "cable",
    "cablemodem",
    "catv",
    "dial",
    "dialup",
    "dialin",
    "modem",
    "broadband",
    "wireless",
    "wifi",
    "fttx",
    "ftth",
    "gprs",
    "umts",
    "lte",
    "docsis",
    "resnet",
    "residential",
];
/// Words that a host is called by which sends mail for many.
const SENDING: &[&str] = &[
    "smtp",
    "mail",
    "email",
    "mx",
    "mta",
    "out",
    "outbound",
    "relay",
    "mailout",
    "mxout",
    "sender",
    "newsletter",
];

/// What the name of a host says about its line.
///
/// The registered domain is taken to be the last two labels; see [`classify_below`] for a better cut.
///
/// # Examples
///
/// ```
/// use mailwright_policy::names::{NameClass, Shape, classify};
///
/// let address = Some("203.0.113.7".parse().unwrap());
/// let class = |name: &str| classify(&name.parse().unwrap(), address);
/// assert_eq!(class("203-0-113-7.isp.example"), NameClass::Generic(Shape::Forward));
/// assert_eq!(class("dyn7.pool.isp.example"), NameClass::Dynamic("dyn"));
/// assert_eq!(class("smtp-out-7.example.org"), NameClass::Neutral);
/// assert_eq!(class("mail.dynamic123.example"), NameClass::Neutral);
/// ```
pub fn classify(name: &Name, address: Option<IpAddr>) -> NameClass {
    classify_below(name, 2, address)
}

/// The same where the registered domain has this many labels, as a list of public suffixes tells.
pub fn classify_below(name: &Name, registered: usize, address: Option<IpAddr>) -> NameClass {
    let mut text = Text { octets: [0; 256], length: 0 };
    let left = name.labels().count().saturating_sub(registered);
    for (number, label) in name.labels().take(left).enumerate() {
        if number > 0 {
            text.push(b'.');
        }
        for octet in label {
            text.push(*octet);
        }
    }
    let text = text.octets.get(..text.length).unwrap_or_default();
    let address = address.map(|address| address.to_canonical());
    let digits = text.iter().any(u8::is_ascii_digit);
    let shape = if digits || address.is_some_and(|a| a.is_ipv6()) { shape(text, address) } else { None };
    if word(text, STATIC).is_some() {
        return NameClass::Static(shape);
    }
    // A word alone may be a company's; beside a digit it is a line's.
    match (if digits { word(text, DYNAMIC) } else { None }, shape) {
        (Some(word), _) => NameClass::Dynamic(word),
        (_, None) => NameClass::Neutral,
        (_, Some(_)) if word(text, SENDING).is_some() => NameClass::Neutral,
        (_, Some(shape)) => NameClass::Generic(shape),
    }
}

impl NameClass {
    /// The flags that it sets.
    pub fn note(self) -> Note {
        let note = Note::ok(Source::Rdns);
        match self {
            Self::Neutral | Self::Generic(Shape::Partial) => note,
            Self::Static(_) => note.with_flag(Flag::NameStatic),
            Self::Generic(_) => note.with_flag(Flag::NameGeneric),
            Self::Dynamic(_) => note.with_flag(Flag::NameDynamic),
        }
    }

    /// Whether a strict receiver takes it for a subscriber's line.
    pub const fn looks_dynamic(self) -> bool {
        match self {
            Self::Dynamic(_) => true,
            Self::Generic(shape) => !matches!(shape, Shape::Partial),
            Self::Neutral | Self::Static(_) => false,
        }
    }
}

/// The labels left of the registered domain.
struct Text {
    octets: [u8; 256],
    length: usize,
}

impl Text {
    fn push(&mut self, octet: u8) {
        if let Some(room) = self.octets.get_mut(self.length) {
            *room = octet;
            self.length = self.length.saturating_add(1);
        }
    }
}

/// The first of the words that stands in the text, bounded by anything that is no letter.
fn word(text: &[u8], words: &'static [&'static str]) -> Option<&'static str> {
    text.split(|octet| !octet.is_ascii_alphabetic())
        .filter(|run| !run.is_empty())
        .find_map(|run| words.iter().find(|word| word.as_bytes() == run).copied())
}

/// How the address stands in the text.
fn shape(text: &[u8], address: Option<IpAddr>) -> Option<Shape> {
    match address {
        Some(IpAddr::V4(v4)) => {
            let octets = v4.octets();
            numbers(text, octets).or_else(|| glued(text, octets)).or_else(|| pair(text, octets))
        }
        Some(IpAddr::V6(v6)) => sixes(text, v6).or_else(|| numbers(text, [0; 4])),
        None => numbers(text, [0; 4]),
    }
}

/// Runs of digits that are at most 255, each with whether exactly one octet parts it from the one before.
fn runs(text: &[u8]) -> impl Iterator<Item = (Option<u8>, bool)> + '_ {
    let mut rest = text;
    let mut gap = usize::MAX;
    core::iter::from_fn(move || {
        let start = rest.iter().position(u8::is_ascii_digit)?;
        gap = gap.saturating_add(start);
        let from = rest.get(start..).unwrap_or_default();
        let length = from.iter().position(|octet| !octet.is_ascii_digit()).unwrap_or(from.len());
        let (run, behind) = from.split_at_checked(length).unwrap_or_default();
        let linked = gap == 1;
        (rest, gap) = (behind, 0);
        Some((value(run), linked))
    })
}

/// At most three digits, at most 255.
fn value(run: &[u8]) -> Option<u8> {
    if run.len() > 3 {
        return None;
    }
    let add = |sum: u16, digit: &u8| sum.wrapping_mul(10).wrapping_add(u16::from(digit & 0x0f));
    u8::try_from(run.iter().fold(0, add)).ok()
}

/// Four numbers in a row: the address, the address backwards, or another.
fn numbers(text: &[u8], octets: [u8; 4]) -> Option<Shape> {
    let mut last = [0_u8; 4];
    let mut held = 0_u8;
    let mut other = None;
    for (number, linked) in runs(text) {
        let Some(number) = number else {
            held = 0;
            continue;
        };
        held = if linked { held.saturating_add(1) } else { 1 };
        let [_, b, c, d] = last;
        last = [b, c, d, number];
        if held >= 4 {
            let [a, b, c, d] = last;
            if last == octets {
                return Some(Shape::Forward);
            } else if [d, c, b, a] == octets {
                return Some(Shape::Reversed);
            }
            other = Some(Shape::OtherAddress);
        }
    }
    other
}

/// Runs of letters and digits that are the address without separators.
fn glued(text: &[u8], octets: [u8; 4]) -> Option<Shape> {
    let reversed = {
        let [a, b, c, d] = octets;
        [d, c, b, a]
    };
    text.split(|octet| !octet.is_ascii_alphanumeric()).find_map(|run| match run.len() {
        8 if hex_is(run, octets) || hex_is(run, reversed) => Some(Shape::Hex),
        12.. => {
            let digits = run.split(|octet| !octet.is_ascii_digit()).find(|part| part.len() == 12)?;
            (padded_is(digits, octets) || padded_is(digits, reversed)).then_some(Shape::Padded)
        }
        _ => None,
    })
}

fn hex_is(run: &[u8], octets: [u8; 4]) -> bool {
    let (pairs, rest) = run.as_chunks::<2>();
    let read = |[high, low]: &[u8; 2]| Some(nibble(*high)?.wrapping_shl(4) | nibble(*low)?);
    rest.is_empty() && pairs.iter().map(read).eq(octets.into_iter().map(Some))
}

fn padded_is(digits: &[u8], octets: [u8; 4]) -> bool {
    digits.as_chunks::<3>().0.iter().map(|run| value(run)).eq(octets.into_iter().map(Some))
}

fn nibble(octet: u8) -> Option<u8> {
    char::from(octet).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// The last two octets side by side.
fn pair(text: &[u8], [_, _, c, d]: [u8; 4]) -> Option<Shape> {
    let mut before = None;
    for (number, linked) in runs(text) {
        if linked && before == Some(c) && number == Some(d) {
            return Some(Shape::Partial);
        }
        before = number;
    }
    None
}

/// An IPv6 address with dashes for colons, in one run of 32 digits, or nibble by nibble.
fn sixes(text: &[u8], address: Ipv6Addr) -> Option<Shape> {
    let dashed = text.split(|octet| *octet == b'.').any(|label| {
        let starts = label.iter().enumerate().filter(|(at, _)| {
            at.checked_sub(1).and_then(|before| label.get(before)).is_none_or(|octet| *octet == b'-')
        });
        starts.take(4).any(|(at, _)| label.get(at..).and_then(dashes) == Some(address))
    });
    let hexadecimal = |octet: &u8| octet.is_ascii_hexdigit();
    let run = |run: &[u8]| run.len() == 32 && run.iter().all(hexadecimal);
    let joined = text.split(|octet| !octet.is_ascii_alphanumeric()).any(run);
    let nibbles = text.split(|octet| matches!(octet, b'.' | b'-')).filter(|run| run.len() == 1).count();
    (dashed || joined || nibbles >= 16).then_some(Shape::V6)
}

/// Reads `2001-db8--7` as an address.
fn dashes(label: &[u8]) -> Option<Ipv6Addr> {
    let mut text = [0_u8; 39];
    let room = text.get_mut(..label.len())?;
    for (to, from) in room.iter_mut().zip(label) {
        *to = if *from == b'-' { b':' } else { *from };
    }
    core::str::from_utf8(room).ok()?.parse().ok()
}
