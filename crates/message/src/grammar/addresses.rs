//! Reads address lists: mailboxes, groups and display names, obsolete forms included.
//!
//! in:  the raw value of From, To, Reply-To and their like      out: mailboxes and group borders in order, and each fault with its octets
//! law: one walk, look-ahead never crosses the next `<`, `@` or `,`; groups don't nest (RFC 5322 §3.4, §4.4; RFC 7103 §7.1)

mod angle;
mod spec;

use crate::grammar::addresses::spec::{Run, split_spec};
use crate::grammar::lexer::{ATEXT, CONTROL, Cursor, is, trim};
use crate::grammar::mailbox::{Mailbox, literal};
use core::ops::Range;

/// What stands next in an address list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5322 §3.4: a list holds mailboxes and groups")]
pub enum Address<'a> {
    /// A mailbox, inside or outside of a group.
    Mailbox(Mailbox<'a>),
    /// A group begins; its name as it was written.
    GroupStart(&'a [u8]),
    /// The group ended.
    GroupEnd,
}

impl Address<'_> {
    /// Is it a group, or a mailbox with nothing but US-ASCII?
    pub(crate) fn is_ascii(&self) -> bool {
        match self {
            Self::Mailbox(mailbox) => mailbox.value.get(mailbox.span()).is_none_or(<[u8]>::is_ascii),
            Self::GroupStart(_) | Self::GroupEnd => true,
        }
    }
}

/// What is wrong or obsolete in an address list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Invalid,
    AngleUnclosed,
    AngleRepeated,
    SeparatorMissing,
    CommaInsideAngle,
    NullElement,
    NameUnquoted,
    NameDot,
    GroupUnterminated,
    GroupNameEmpty,
    Route,
    DomainMissing,
}

/// Walks an address list; see [`Address`].
#[derive(Clone, Debug)]
pub struct Addresses<'a> {
    cursor: Cursor<'a>,
    in_group: bool,
    group_at: usize,
    /// An element stood since the last comma.
    filled: bool,
    /// A comma stood, or the list began, and nothing since.
    any: bool,
    /// The last comma behind an element.
    comma: Option<usize>,
    pending: Option<Pending>,
    /// The next `<` or `>`, where it was looked for; it counts until it is passed.
    bracket: usize,
    /// A `<` that ends what follows an address without brackets; it counts until it is passed.
    named: usize,
}

/// What an element of the list turned out to be.
enum Element<'a> {
    Is(Address<'a>),
    /// A `<` follows.
    Named,
    /// Nothing yet: they may belong to what follows.
    Words,
}

#[derive(Clone, Debug)]
struct Pending {
    span: Range<usize>,
    words: usize,
}

impl<'a> Addresses<'a> {
    /// The list in the raw value of a field.
    ///
    /// # Examples
    ///
    /// ```
    /// use mailwright_message::{Address, Addresses};
    /// let list = Addresses::new(b"Friends: \"B, A\" <a@example.com>, c@example.com;");
    /// let mailboxes: Vec<String> = list
    ///     .filter_map(|item| if let Address::Mailbox(m) = item { Some(m.address()) } else { None })
    ///     .collect();
    /// assert_eq!(mailboxes, ["a@example.com", "c@example.com"]);
    /// ```
    pub const fn new(value: &'a [u8]) -> Self {
        Self {
            cursor: Cursor::new(value),
            in_group: false,
            group_at: 0,
            filled: false,
            any: false,
            comma: None,
            pending: None,
            bracket: 0,
            named: 0,
        }
    }

    /// Octets that are still to be read.
    pub(crate) fn rest(&self) -> usize {
        self.cursor.rest().len()
    }

    /// The next item, with its faults told to `tell`.
    pub(crate) fn next_telling(&mut self, tell: &mut dyn FnMut(Fault, Range<usize>)) -> Option<Address<'a>> {
        loop {
            self.cursor.skip();
            let at = self.cursor.at;
            match self.cursor.peek() {
                None => return self.end(tell),
                Some(b',') => {
                    if self.filled {
                        self.comma = Some(at);
                    } else {
                        tell(Fault::NullElement, at..at.saturating_add(1));
                    }
                    self.filled = false;
                    self.any = true;
                    self.cursor.step();
                }
                Some(b';') if self.in_group => {
                    self.flush(tell);
                    self.cursor.bump();
                    self.in_group = false;
                    self.filled = true;
                    return Some(Address::GroupEnd);
                }
                Some(b';') => {
                    self.flush(tell);
                    tell(Fault::Invalid, at..at.saturating_add(1));
                    self.cursor.bump();
                    self.filled = false;
                    self.any = false;
                }
                Some(b) => {
                    if b != b'<' {
                        match self.element(tell) {
                            Element::Is(address) => return Some(address),
                            Element::Words => continue,
                            Element::Named => {}
                        }
                    }
                    return Some(Address::Mailbox(self.angle(at, tell)));
                }
            }
        }
    }

    fn end(&mut self, tell: &mut dyn FnMut(Fault, Range<usize>)) -> Option<Address<'a>> {
        self.flush(tell);
        let length = self.cursor.octets.len();
        if self.any && !self.filled && !self.in_group {
            // Commas that stand behind it were told when they came.
            if let Some(comma) = self.comma {
                tell(Fault::NullElement, comma..comma.saturating_add(1));
            }
            self.any = false;
        }
        if self.in_group {
            self.in_group = false;
            tell(Fault::GroupUnterminated, self.group_at..length);
            return Some(Address::GroupEnd);
        }
        None
    }

    /// Words without an address that nothing followed.
    fn flush(&mut self, tell: &mut dyn FnMut(Fault, Range<usize>)) {
        if let Some(Pending { span, words }) = self.pending.take() {
            tell(if words == 1 { Fault::DomainMissing } else { Fault::Invalid }, span);
        }
    }

    fn element(&mut self, tell: &mut dyn FnMut(Fault, Range<usize>)) -> Element<'a> {
        let start = self.cursor.at;
        let run = Run::of(self.cursor.rest());
        let end = start.saturating_add(run.length);
        let alone = matches!(self.cursor.octets.get(end), None | Some(b',' | b';'));
        if !alone || run.at.is_none() && !self.is_atom(start..end) {
            return self.mixed(start, tell);
        }
        self.cursor.at = end;
        if run.at.is_none() {
            self.filled = true;
            self.words(start..end, 1);
            return Element::Words;
        }
        self.ends_name(tell);
        Element::Is(Address::Mailbox(self.simple(start, start, run, start..end)))
    }

    fn is_atom(&self, place: Range<usize>) -> bool {
        !place.is_empty() && self.cursor.octets.get(place).is_some_and(|run| !run.contains(&b'.'))
    }

    /// Words that may belong to the name of what follows.
    fn words(&mut self, place: Range<usize>, words: usize) {
        let before = self.pending.take();
        let words = words.saturating_add(usize::from(before.is_some()));
        let from = before.map_or(place.start, |before| before.span.start);
        self.pending = Some(Pending { span: from..place.end, words });
    }

    /// An element that is more than an addr-spec of atoms: a name before angle brackets, a group, words.
    fn mixed(&mut self, start: usize, tell: &mut dyn FnMut(Fault, Range<usize>)) -> Element<'a> {
        let mut scan = Scan { last_end: start, ..Scan::default() };
        loop {
            let gap_at = self.cursor.at;
            let gap = self.cursor.skip();
            let at = self.cursor.at;
            match self.cursor.peek() {
                None | Some(b',' | b';') => break,
                Some(b'<') => {
                    self.name_faults(start, &scan, tell);
                    return Element::Named;
                }
                Some(b':') if scan.at_sign.is_none() => {
                    self.cursor.step();
                    return self.group(start, &scan, tell);
                }
                Some(b'@') => {
                    scan.at_sign = scan.at_sign.or(Some(at));
                    scan.joined = true;
                    self.cursor.step();
                }
                Some(b'.') => {
                    scan.dot = scan.dot.or(Some(at));
                    scan.joined = true;
                    self.cursor.step();
                }
                Some(b) => {
                    if scan.at_sign.is_some() && gap.any && !scan.joined && self.splits() {
                        tell(Fault::SeparatorMissing, gap_at..at);
                        break;
                    }
                    scan.joined = false;
                    self.word(b, &mut scan);
                }
            }
            scan.last_end = self.cursor.at;
        }
        self.bare(start, &scan, tell)
    }

    /// After an address without brackets: does another address, or the end, come before a `<`?
    fn splits(&mut self) -> bool {
        if self.cursor.at <= self.named {
            return false;
        }
        let mut ahead = self.cursor;
        loop {
            ahead.skip();
            match ahead.peek() {
                Some(b'<') => {
                    self.named = ahead.at;
                    return false;
                }
                None | Some(b',' | b';' | b'@') => return true,
                Some(b'"') => {
                    ahead.quoted();
                }
                Some(b'[') => literal(&mut ahead),
                Some(b) if is(b, ATEXT) => {
                    ahead.take(ATEXT);
                }
                Some(_) => ahead.bump(),
            }
        }
    }

    fn word(&mut self, b: u8, scan: &mut Scan) {
        match b {
            b'"' => {
                let (_, closed) = self.cursor.quoted();
                scan.open_quote |= !closed;
            }
            b'[' => literal(&mut self.cursor),
            _ if is(b, ATEXT) => {
                self.cursor.step();
                self.cursor.take(ATEXT);
            }
            _ => {
                if !is(b, CONTROL) {
                    scan.stray = scan.stray.or(Some(self.cursor.at));
                }
                self.cursor.bump();
            }
        }
        scan.words = scan.words.saturating_add(1);
    }

    fn group(&mut self, start: usize, scan: &Scan, tell: &mut dyn FnMut(Fault, Range<usize>)) -> Element<'a> {
        let name = self.cursor.octets.get(start..scan.last_end).unwrap_or_default();
        let place = start..self.cursor.at;
        if self.in_group {
            tell(Fault::Invalid, place);
            return Element::Words;
        }
        self.flush(tell);
        if trim(name).is_empty() {
            tell(Fault::GroupNameEmpty, place);
        }
        self.in_group = true;
        self.group_at = start;
        self.filled = true;
        Element::Is(Address::GroupStart(trim(name)))
    }

    /// An element without brackets: an addr-spec, or words.
    fn bare(&mut self, start: usize, scan: &Scan, tell: &mut dyn FnMut(Fault, Range<usize>)) -> Element<'a> {
        let place = start..scan.last_end;
        self.filled = true;
        if scan.open_quote {
            // The quote is told by the rule on pairs; what it swallowed is unknown.
            self.flush(tell);
            return Element::Words;
        }
        if scan.at_sign.is_none() {
            self.words(place, scan.words);
            return Element::Words;
        }
        self.ends_name(tell);
        Element::Is(Address::Mailbox(self.mailbox(place.start, place.clone(), place)))
    }

    /// An address came: words before it are no part of its name.
    fn ends_name(&mut self, tell: &mut dyn FnMut(Fault, Range<usize>)) {
        self.flush(tell);
        self.filled = true;
        self.any = false;
    }

    /// A mailbox whose addr-spec is nothing but the run at `start`.
    const fn simple(&self, name: usize, start: usize, run: Run, span: Range<usize>) -> Mailbox<'a> {
        // All lie in the value, which begins before them.
        let end = start.wrapping_add(run.length);
        let (local, domain) = match run.at {
            Some(at) => (start.wrapping_add(at), start.wrapping_add(at).wrapping_add(1)),
            None => (end, end),
        };
        let value = self.cursor.octets;
        Mailbox { value, name, local: start..local, domain: domain..end, span }
    }

    fn mailbox(&self, name: usize, addr: Range<usize>, span: Range<usize>) -> Mailbox<'a> {
        let value = self.cursor.octets;
        let (local, domain) = split_spec(value, &addr);
        Mailbox { value, name, local, domain, span }
    }
}

impl<'a> Iterator for Addresses<'a> {
    type Item = Address<'a>;

    fn next(&mut self) -> Option<Address<'a>> {
        self.next_telling(&mut |_, _| {})
    }
}

#[derive(Clone, Debug, Default)]
struct Scan {
    at_sign: Option<usize>,
    dot: Option<usize>,
    stray: Option<usize>,
    words: usize,
    open_quote: bool,
    joined: bool,
    last_end: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use alloc::vec;
    use alloc::vec::Vec;

    fn read(value: &str) -> (Vec<String>, Vec<(Fault, Range<usize>)>) {
        let mut faults = Vec::new();
        let mut found = Vec::new();
        let mut list = Addresses::new(value.as_bytes());
        while let Some(item) = list.next_telling(&mut |fault, span| faults.push((fault, span))) {
            found.push(match item {
                Address::Mailbox(m) if m.name().is_empty() => m.address(),
                Address::Mailbox(m) => [m.name(), m.address()].join("|"),
                Address::GroupStart(name) => String::from_utf8_lossy(name).into_owned() + ":",
                Address::GroupEnd => ";".to_string(),
            });
        }
        (found, faults)
    }

    #[track_caller]
    fn check(value: &str, mailboxes: &[&str], faults: &[Fault]) {
        let (found, told) = read(value);
        assert_eq!(found, mailboxes, "{value}");
        assert_eq!(told.into_iter().map(|(f, _)| f).collect::<Vec<_>>(), faults, "{value}");
    }

    #[test]
    fn good_lists_have_no_fault() {
        check("Alice <a@b.c>", &["Alice|a@b.c"], &[]);
        check("\"B, A\" <a@b.c>, c@d.e (Carol)", &["B, A|a@b.c", "c@d.e"], &[]);
        check("G: a@b, <c@d>;", &["G:", "a@b", "c@d", ";"], &[]);
        check("undisclosed-recipients:;", &["undisclosed-recipients:", ";"], &[]);
        check("=?utf-8?q?J=C3=BCrgen?= M <j@x.de>", &["Jürgen M|j@x.de"], &[]);
        check("\"a@evil.example x\"@internal.example", &["\"a@evil.example x\"@internal.example"], &[]);
        check("a@[192.0.2.1]", &["a@[192.0.2.1]"], &[]);
    }

    #[test]
    fn each_fault_has_its_name() {
        use Fault::{
            AngleRepeated, AngleUnclosed, CommaInsideAngle, DomainMissing, GroupNameEmpty, GroupUnterminated,
            Invalid, NameDot, NameUnquoted, NullElement, Route, SeparatorMissing,
        };
        check("Alice <a@b", &["Alice|a@b"], &[AngleUnclosed]);
        check("<<a@b>>", &["a@b"], &[AngleRepeated]);
        check("a@b c@d", &["a@b", "c@d"], &[SeparatorMissing]);
        check("<a@b> <c@d>", &["a@b", "c@d"], &[SeparatorMissing]);
        check("<a@b, c@d>", &["a@b"], &[CommaInsideAngle]);
        check("a@b,,c@d", &["a@b", "c@d"], &[NullElement]);
        check("a@b,", &["a@b"], &[NullElement]);
        check("B, A <a@b>", &["A|a@b"], &[NameUnquoted]);
        check("x@y <a@b>", &["x@y|a@b"], &[NameUnquoted]);
        check("a@b [x@y] <c@d>", &["a@b [x@y]|c@d"], &[NameUnquoted]);
        check("A. B <a@b>", &["A. B|a@b"], &[NameDot]);
        check("G: a@b", &["G:", "a@b", ";"], &[GroupUnterminated]);
        check(": a@b;", &[":", "a@b", ";"], &[GroupNameEmpty]);
        check("<@x,@y:a@b>", &["a@b"], &[Route]);
        check("bob", &[], &[DomainMissing]);
        check("<bob>", &["bob@"], &[]);
        check("not an address", &[], &[Invalid]);
        check("a @ b", &["a@b"], &[]);
        check("a.\"b\"@c", &["a.\"b\"@c"], &[]);
        check("a@b@c", &["a@b@c"], &[]);
        check("a:b:c@d;;", &["a:", "c@d", ";"], &[Invalid, Invalid]);
    }

    #[test]
    fn threat_a05_hostile_lists_take_linear_time() {
        for (piece, count) in [
            ("(", 100_000),
            ("a:", 100_000),
            ("a ", 100_000),
            ("\"a\"", 100_000),
            ("<", 100_000),
            ("a@b ", 100_000),
            ("<a,", 100_000),
        ] {
            let value = piece.repeat(count);
            let mut told = 0;
            let mut list = Addresses::new(value.as_bytes());
            while list.next_telling(&mut |_, _| told += 1).is_some() {}
            assert!(told <= count * 2, "{piece}: {told}");
        }
        for (start, piece, end) in [("a@b ", "c ", "<x@y>"), ("<", ",", ">"), ("a@b ", "[\"] ", "<x@y>")] {
            let value = [start, &piece.repeat(100_000), end].concat();
            assert_eq!(Addresses::new(value.as_bytes()).count(), 1, "{piece}");
        }
        let nested = vec![b'['; 100_000];
        assert!(Addresses::new(&nested).next().is_none());
    }
}
