//! Reads `type/subtype; name=value` and its kin.
//!
//! in:  the raw value of Content-Type or Content-Disposition      out: the words, each parameter by range, decoded values
//! law: an unquoted value ends at `;`, a quoted one at its quote or the end; pieces of RFC 2231 are put together in their order

use crate::Charset;
use crate::grammar::lexer::{BLANK, Cursor, TOKEN, is, same, trim};
use crate::grammar::mailbox::unquote;
use crate::grammar::word::hex;
use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// A Content-Type field: what a part is.
///
/// # Examples
///
/// ```
/// use mailwright_message::ContentType;
/// let content = ContentType::parse(b"text/plain; charset=utf-8; name*0=a; name*1=b");
/// assert!(content.is("text", "plain"));
/// assert_eq!(content.parameter("name").as_deref(), Some("ab"));
/// ```
///
/// # RFC
///
/// RFC 2045 §5.1, RFC 2231.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentType<'a> {
    value: &'a [u8],
    kind: &'a [u8],
    subtype: &'a [u8],
    rest_at: usize,
}

impl<'a> ContentType<'a> {
    /// Reads the raw value of the field; what is no `type/subtype` gives empty words.
    pub fn parse(value: &'a [u8]) -> Self {
        let mut cursor = Cursor::new(value);
        cursor.skip();
        let kind = cursor.take(TOKEN);
        cursor.skip();
        if !cursor.eat(b'/') {
            let rest_at = memchr::memchr(b';', value).unwrap_or(value.len());
            return Self { value, kind: &[], subtype: &[], rest_at };
        }
        cursor.skip();
        let subtype = cursor.take(TOKEN);
        Self { value, kind, subtype, rest_at: cursor.at }
    }

    /// `text`, `multipart`, as it was written.
    pub const fn kind(&self) -> &'a [u8] {
        self.kind
    }

    /// `plain`, `mixed`, as it was written.
    pub const fn subtype(&self) -> &'a [u8] {
        self.subtype
    }

    /// Is it `kind/subtype`, in whatever case?
    pub fn is(&self, kind: &str, subtype: &str) -> bool {
        self.is_kind(kind) && same(self.subtype, subtype.as_bytes())
    }

    /// Is it `kind/`, in whatever case?
    pub fn is_kind(&self, kind: &str) -> bool {
        same(self.kind, kind.as_bytes())
    }

    /// The value of the parameter `name`, decoded; the first wins where there are several.
    pub fn parameter(&self, name: &str) -> Option<Cow<'a, str>> {
        find(self.parameters(), name.as_bytes())
    }

    /// The raw value of the parameter `name`, without quotes.
    pub fn raw_parameter(&self, name: &str) -> Option<&'a [u8]> {
        self.parameters().find(|p| p.name.eq_ignore_ascii_case(name.as_bytes())).map(|p| p.raw)
    }

    pub(crate) const fn parameters(&self) -> Parameters<'a> {
        Parameters { cursor: Cursor { octets: self.value, at: self.rest_at } }
    }
}

/// One parameter as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameter<'a> {
    pub(crate) name: &'a [u8],
    /// The value without its quotes, escapes left in.
    pub(crate) raw: &'a [u8],
    pub(crate) quoted: bool,
    pub(crate) span: Range<usize>,
    pub(crate) value_span: Range<usize>,
}

/// What is wrong in a list of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No name, no `=`, no value, or a special outside of quotes.
    Invalid,
    /// `;` and nothing behind it.
    TrailingSemicolon,
}

/// Walks `; name=value` pairs.
#[derive(Clone, Debug)]
pub(crate) struct Parameters<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Parameters<'a> {
    /// The parameters in `value`, which begins with a word and `;`, such as that of Content-Disposition.
    pub(crate) fn after_word(value: &'a [u8]) -> (&'a [u8], Self) {
        let mut cursor = Cursor::new(value);
        cursor.skip();
        let word = cursor.take(TOKEN);
        (word, Self { cursor })
    }

    pub(crate) fn next_telling(
        &mut self,
        tell: &mut dyn FnMut(Fault, Range<usize>),
    ) -> Option<Parameter<'a>> {
        loop {
            self.cursor.skip();
            let start = self.cursor.at;
            if self.cursor.peek()? == b';' {
                self.cursor.bump();
                let mut ahead = self.cursor;
                let mut last = start;
                ahead.skip();
                while ahead.peek() == Some(b';') {
                    last = ahead.at;
                    ahead.bump();
                    ahead.skip();
                }
                let run = start..last.saturating_add(1);
                if ahead.done() {
                    self.cursor.finish();
                    tell(Fault::TrailingSemicolon, run);
                    return None;
                }
                if last != start {
                    tell(Fault::Invalid, run);
                }
                self.cursor = ahead;
                if let Some(found) = self.pair(tell) {
                    return Some(found);
                }
            } else {
                // Something stands where `;` should.
                let rest = self.cursor.rest();
                let length = memchr::memchr(b';', rest).unwrap_or(rest.len());
                self.cursor.at = start.saturating_add(length).min(self.cursor.octets.len());
                tell(Fault::Invalid, start..self.cursor.at);
            }
        }
    }

    fn pair(&mut self, tell: &mut dyn FnMut(Fault, Range<usize>)) -> Option<Parameter<'a>> {
        let start = self.cursor.at;
        let name = self.cursor.take(TOKEN);
        self.cursor.skip();
        if name.is_empty() || !self.cursor.eat(b'=') {
            let rest = self.cursor.rest();
            let length = memchr::memchr(b';', rest).unwrap_or(rest.len());
            self.cursor.at = self.cursor.at.saturating_add(length).min(self.cursor.octets.len());
            tell(Fault::Invalid, start..self.cursor.at);
            return None;
        }
        self.cursor.skip();
        let value_at = self.cursor.at;
        let quoted = self.cursor.peek() == Some(b'"');
        let raw = if quoted { self.cursor.quoted().0 } else { self.unquoted(tell) };
        let end = self.cursor.at;
        Some(Parameter { name, raw, quoted, span: start..end, value_span: value_at..end })
    }

    fn unquoted(&mut self, tell: &mut dyn FnMut(Fault, Range<usize>)) -> &'a [u8] {
        let start = self.cursor.at;
        let token = self.cursor.take(TOKEN);
        let mut ahead = self.cursor;
        ahead.skip();
        if !token.is_empty() && matches!(ahead.peek(), None | Some(b';')) {
            return token;
        }
        // Readers take all up to the `;`.
        let rest = self.cursor.octets.get(start..).unwrap_or_default();
        let length = memchr::memchr3(b';', b'\r', b'\n', rest).unwrap_or(rest.len());
        let raw = trim(rest.get(..length).unwrap_or_default());
        self.cursor.at = start.saturating_add(length).min(self.cursor.octets.len());
        let bad = start.saturating_add(token.len());
        tell(Fault::Invalid, bad.min(self.cursor.at)..self.cursor.at.max(bad));
        raw
    }
}

impl<'a> Iterator for Parameters<'a> {
    type Item = Parameter<'a>;

    fn next(&mut self) -> Option<Parameter<'a>> {
        self.next_telling(&mut |_, _| {})
    }
}

/// Parameters of one field that are remembered one by one.
const LISTED: usize = 64;

/// The parameters of one field, read once.
#[derive(Clone, Debug)]
pub(crate) struct Listed<'a> {
    all: Parameters<'a>,
    first: Vec<Parameter<'a>>,
    /// Some name holds the asterisk of RFC 2231, or there are more than are remembered.
    special: bool,
    /// What [`bit`] makes of the base of each name.
    bases: u64,
}

impl<'a> Listed<'a> {
    /// Reads `list` and tells each parameter, with those before it, and each fault.
    pub(crate) fn new(
        list: Parameters<'a>,
        tell: &mut dyn FnMut(Fault, Range<usize>),
        each: &mut dyn FnMut(&[Parameter<'a>], &Parameter<'a>),
    ) -> Self {
        let mut listed = Self { all: list.clone(), first: Vec::new(), special: false, bases: 0 };
        let mut list = list;
        while let Some(parameter) = list.next_telling(tell) {
            each(&listed.first, &parameter);
            let starred = memchr::memchr(b'*', parameter.name);
            listed.special |= starred.is_some();
            let base = starred.and_then(|at| parameter.name.get(..at)).unwrap_or(parameter.name);
            // A name with too many asterisks is a base as a whole.
            listed.bases |= bit(base) | bit(parameter.name);
            if listed.first.is_empty() {
                listed.first.reserve_exact(2);
            }
            if listed.first.len() < LISTED {
                listed.first.push(parameter);
            } else {
                listed.special = true;
            }
        }
        listed
    }

    /// The first of them.
    pub(crate) fn first(&self) -> &[Parameter<'a>] {
        &self.first
    }

    /// Is any of the names one that RFC 2231 made?
    pub(crate) const fn is_special(&self) -> bool {
        self.special
    }

    /// The raw value of the first parameter `name`, without quotes.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a [u8]> {
        if self.bases & bit(name.as_bytes()) == 0 {
            return None;
        }
        let named = |p: &&Parameter<'a>| same(p.name, name.as_bytes());
        let found = self.first.iter().find(named).map(|p| p.raw);
        if found.is_none() && self.special {
            return self.all.clone().find(|p| named(&p)).map(|p| p.raw);
        }
        found
    }

    /// The decoded value of the parameter `name`.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        if self.bases & bit(name.as_bytes()) == 0 {
            return None;
        }
        if self.special { find(self.all.clone(), name.as_bytes()) } else { self.raw(name).map(plain_text) }
    }
}

/// One bit for a name, the same for all that have its length, first and last letter.
fn bit(name: &[u8]) -> u64 {
    let letter = |octet: Option<&u8>| u32::from(octet.copied().unwrap_or(0) & 31);
    let length = u32::try_from(name.len()).unwrap_or(u32::MAX);
    let mixed = length.wrapping_mul(7) ^ letter(name.first()) ^ letter(name.last()).wrapping_shl(2);
    1_u64.wrapping_shl(mixed & 63)
}

/// A parameter's name cut as RFC 2231 §3 does: base, number of the piece, coded or not.
pub(crate) fn cut_name(name: &[u8]) -> (&[u8], Option<u32>, bool) {
    // Names are too short to prepare a search.
    let Some(star) = name.iter().position(|b| *b == b'*') else { return (name, None, false) };
    let (base, behind) = name.split_at(star);
    match behind {
        [_] => (base, None, true),
        [_, digits @ .., b'*'] if !digits.contains(&b'*') => (base, read_number(digits), true),
        [_, digits @ ..] if !digits.contains(&b'*') => (base, read_number(digits), false),
        _ => (name, None, false),
    }
}

fn read_number(digits: &[u8]) -> Option<u32> {
    if let [digit @ b'0'..=b'9'] = digits {
        return Some(u32::from(digit.wrapping_sub(b'0')));
    }
    let plain = digits.len() <= 4 && digits.iter().all(u8::is_ascii_digit) && !digits.starts_with(b"0");
    core::str::from_utf8(digits).ok().filter(|_| plain)?.parse().ok()
}

/// The decoded value of the parameter `name` among `parameters`.
pub(crate) fn find<'a>(parameters: Parameters<'a>, name: &[u8]) -> Option<Cow<'a, str>> {
    let mut plain: Option<Parameter<'a>> = None;
    let mut whole: Option<&'a [u8]> = None;
    let mut pieces: BTreeMap<u32, (&'a [u8], bool)> = BTreeMap::new();
    for parameter in parameters {
        let (base, number, coded) = cut_name(parameter.name);
        if !base.eq_ignore_ascii_case(name) {
            continue;
        }
        match (number, coded) {
            (Some(number), _) => {
                pieces.entry(number).or_insert((parameter.raw, coded));
            }
            (None, true) => whole = whole.or(Some(parameter.raw)),
            (None, false) => plain = plain.or(Some(parameter)),
        }
    }
    if let Some(raw) = whole {
        let (charset, octets) = split_charset(raw);
        return Some(Cow::Owned(decode_coded(charset, &percent(octets))));
    }
    if pieces.contains_key(&0) {
        return Some(Cow::Owned(join(&pieces)));
    }
    plain.map(|p| plain_text(p.raw))
}

fn plain_text(raw: &[u8]) -> Cow<'_, str> {
    let simple = memchr::memchr3(b'\\', b'\r', b'\n', raw).is_none();
    match core::str::from_utf8(raw) {
        Ok(text) if simple && !text.chars().any(char::is_control) => Cow::Borrowed(text),
        _ => Cow::Owned(unquote(raw)),
    }
}

fn join(pieces: &BTreeMap<u32, (&[u8], bool)>) -> String {
    let mut octets = Vec::new();
    let mut charset: &[u8] = b"utf-8";
    for (expected, (number, (raw, coded))) in (0_u32..).zip(pieces) {
        if *number != expected {
            break;
        }
        if *coded {
            let rest = if expected == 0 {
                let (label, rest) = split_charset(raw);
                charset = label;
                rest
            } else {
                raw
            };
            octets.extend_from_slice(&percent(rest));
        } else {
            octets.extend_from_slice(unquote(raw).as_bytes());
        }
    }
    decode_coded(charset, &octets)
}

fn split_charset(raw: &[u8]) -> (&[u8], &[u8]) {
    let mut pieces = raw.splitn(3, |b| *b == b'\'');
    match (pieces.next(), pieces.next(), pieces.next()) {
        (Some(charset), Some(_), Some(rest)) => (charset, rest),
        _ => (b"utf-8", raw),
    }
}

fn decode_coded(charset: &[u8], octets: &[u8]) -> String {
    let (text, _) = Charset::find(charset).unwrap_or(Charset::UTF_8).decode(octets);
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Takes `%41` apart; what is no escape stays.
fn percent(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let [b, tail @ ..] = rest {
        if let (b'%', [high, low, after @ ..]) = (*b, tail)
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            out.push(high.wrapping_shl(4) | low);
            rest = after;
            continue;
        }
        if !is(*b, BLANK) || *b == b' ' {
            out.push(*b);
        }
        rest = tail;
    }
    out
}

/// Is each `%` of a coded value followed by two hex digits, and is its charset known?
pub(crate) fn coded_is_good(raw: &[u8], first: bool) -> bool {
    let rest = if first {
        let quotes = memchr::memchr_iter(b'\'', raw).count();
        if quotes < 2 {
            return false;
        }
        let (charset, rest) = split_charset(raw);
        if !charset.is_empty() && Charset::find(charset).is_none() {
            return false;
        }
        rest
    } else {
        raw
    };
    let mut at = 0_usize;
    while let Some(step) = rest.get(at..).and_then(|tail| memchr::memchr(b'%', tail)) {
        at = at.saturating_add(step).saturating_add(1);
        let pair = rest.get(at..at.saturating_add(2)).unwrap_or_default();
        if pair.len() < 2 || !pair.iter().all(u8::is_ascii_hexdigit) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(value: &str) -> Vec<Fault> {
        let mut told = Vec::new();
        let mut list = ContentType::parse(value.as_bytes()).parameters();
        while list.next_telling(&mut |fault, _| told.push(fault)).is_some() {}
        told
    }

    #[track_caller]
    fn value(field: &str, name: &str, expect: &str) {
        assert_eq!(ContentType::parse(field.as_bytes()).parameter(name).as_deref(), Some(expect), "{field}");
    }

    #[test]
    fn values_are_decoded() {
        value("text/plain; charset=us-ascii (plain)", "charset", "us-ascii");
        value("a/b; name=\"x\\\"y\"", "name", "x\"y");
        value("a/b; name*=utf-8'en'%C3%BC.txt", "name", "ü.txt");
        value("a/b; name*0*=iso-8859-1''%FC; name*1=\"-b\"", "name", "ü-b");
        value("a/b; name*1=b; name*0=a", "name", "ab");
        value("a/b; boundary==_x=y", "boundary", "=_x=y");
        value("a/b; name=a b?.txt; c=d", "name", "a b?.txt");
        value("a/b; n=1; N=2", "n", "1");
        value("a/b; name*=utf-8''a%0D%0Ab", "name", "a  b");
    }

    #[test]
    fn faults_are_told() {
        assert_eq!(faults("text/plain; charset=us-ascii"), []);
        assert_eq!(faults("text/plain; charset=us-ascii;"), [Fault::TrailingSemicolon]);
        assert_eq!(faults("text/plain; charset=us-ascii; ;;"), [Fault::TrailingSemicolon]);
        assert_eq!(faults("text/plain; ;; charset=us-ascii"), [Fault::Invalid]);
        assert_eq!(faults("text/plain; name=a b?.txt"), [Fault::Invalid]);
        assert_eq!(faults("text/plain; name"), [Fault::Invalid]);
        assert_eq!(faults("text/plain; name="), [Fault::Invalid]);
        assert_eq!(faults("text/plain charset=x"), [Fault::Invalid]);
    }

    #[test]
    fn fifty_thousand_parameters_take_linear_time() {
        let many = [b"a/b".as_slice(), &b"; name*7=x".repeat(50_000)].concat();
        assert_eq!(ContentType::parse(&many).parameters().count(), 50_000);
        assert_eq!(ContentType::parse(&many).parameter("name"), None);
    }

    #[test]
    fn the_number_of_a_piece_is_digits_alone() {
        assert_eq!(cut_name(b"name*07"), (&b"name"[..], None, false));
        assert_eq!(cut_name(b"name*+7*"), (&b"name"[..], None, true));
        assert_eq!(cut_name(b"name*17*"), (&b"name"[..], Some(17), true));
        assert_eq!(cut_name(b"name*0"), (&b"name"[..], Some(0), false));
    }
}
