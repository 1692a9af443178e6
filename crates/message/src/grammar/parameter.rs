//! Reads `type/subtype; name=value` and its kin.
//!
//! in:  the raw value of Content-Type or Content-Disposition      out: the words, each parameter by range, decoded values
//! law: an unquoted value ends at `;`, a quoted one at its quote or the end

mod listed;
mod pieces;

pub(crate) use listed::Listed;
pub(crate) use pieces::{coded_is_good, cut_name, find};

use crate::grammar::lexer::{Cursor, same, trim};
use crate::grammar::marks;
use alloc::borrow::Cow;
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
        let kind = cursor.token();
        cursor.skip();
        if !cursor.eat(b'/') {
            let rest_at = memchr::memchr(b';', value).unwrap_or(value.len());
            return Self { value, kind: &[], subtype: &[], rest_at };
        }
        cursor.skip();
        let subtype = cursor.token();
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
    /// The name holds the asterisk of RFC 2231.
    pub(crate) starred: bool,
    /// The value without its quotes, escapes left in.
    pub(crate) raw: &'a [u8],
    pub(crate) span: Range<usize>,
    /// Where the value begins, which ends with the parameter.
    pub(crate) value_at: usize,
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
        let word = cursor.token();
        (word, Self { cursor })
    }

    /// Octets that are still to be read.
    pub(super) fn rest(&self) -> usize {
        self.cursor.rest().len()
    }

    pub(crate) fn next_telling(
        &mut self,
        tell: &mut impl FnMut(Fault, Range<usize>),
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

    fn pair(&mut self, tell: &mut impl FnMut(Fault, Range<usize>)) -> Option<Parameter<'a>> {
        let start = self.cursor.at;
        let name = self.cursor.token();
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
        let name_end = start.saturating_add(name.len());
        let head = self.cursor.octets.get(..name_end).unwrap_or_default();
        let starred = marks::until(head, start, |lanes| lanes.is(b'*')) < name_end;
        Some(Parameter { name, starred, raw, span: start..end, value_at })
    }

    fn unquoted(&mut self, tell: &mut impl FnMut(Fault, Range<usize>)) -> &'a [u8] {
        let start = self.cursor.at;
        if self.cursor.peek() == Some(b';') {
            tell(Fault::Invalid, start..start);
            return &[];
        }
        let token = self.cursor.token();
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

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
}
