//! Reads address lists: mailboxes, groups and display names, obsolete forms included.
//!
//! in:  the raw value of From, To, Reply-To and their like      out: mailboxes and group borders in order, and each fault with its octets
//! law: one walk, look-ahead never crosses the next `<`, `@` or `,`; groups don't nest (RFC 5322 §3.4, §4.4; RFC 7103 §7.1)

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
        }
    }

    /// The next item, with its faults told to `tell`.
    pub(crate) fn next_telling(&mut self, tell: &mut dyn FnMut(Fault, Range<usize>)) -> Option<Address<'a>> {
        loop {
            self.cursor.skip();
            let at = self.cursor.at;
            let here = at..at.saturating_add(1);
            match self.cursor.peek() {
                None => return self.end(tell),
                Some(b',') => {
                    if self.filled {
                        self.comma = Some(at);
                    } else {
                        tell(Fault::NullElement, here);
                    }
                    self.filled = false;
                    self.any = true;
                    self.cursor.bump();
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
                    tell(Fault::Invalid, here);
                    self.cursor.bump();
                    self.filled = false;
                    self.any = false;
                }
                Some(_) => {
                    if let Some(address) = self.element(tell) {
                        return Some(address);
                    }
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

    fn element(&mut self, tell: &mut dyn FnMut(Fault, Range<usize>)) -> Option<Address<'a>> {
        let start = self.cursor.at;
        let mut scan = Scan { last_end: start, ..Scan::default() };
        loop {
            let gap_at = self.cursor.at;
            let gap = self.cursor.skip();
            let at = self.cursor.at;
            match self.cursor.peek() {
                None | Some(b',' | b';') => break,
                Some(b'<') => return Some(self.angle(start, &scan, tell)),
                Some(b':') if scan.at_sign.is_none() => {
                    self.cursor.bump();
                    return self.group(start, &scan, tell);
                }
                Some(b'@') => {
                    scan.at_sign = scan.at_sign.or(Some(at));
                    scan.joined = true;
                    self.cursor.bump();
                }
                Some(b'.') => {
                    scan.dot = scan.dot.or(Some(at));
                    scan.joined = true;
                    self.cursor.bump();
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
    fn splits(&self) -> bool {
        let mut ahead = self.cursor;
        loop {
            ahead.skip();
            match ahead.peek() {
                Some(b'<') => return false,
                None | Some(b',' | b';' | b'@') => return true,
                Some(b'"') => {
                    ahead.quoted();
                }
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
                scan.quoted = true;
            }
            b'[' => literal(&mut self.cursor),
            _ if is(b, ATEXT) => {
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

    fn group(
        &mut self,
        start: usize,
        scan: &Scan,
        tell: &mut dyn FnMut(Fault, Range<usize>),
    ) -> Option<Address<'a>> {
        let name = self.cursor.octets.get(start..scan.last_end).unwrap_or_default();
        let place = start..self.cursor.at;
        if self.in_group {
            tell(Fault::Invalid, place);
            return None;
        }
        self.flush(tell);
        if trim(name).is_empty() {
            tell(Fault::GroupNameEmpty, place);
        }
        self.in_group = true;
        self.group_at = start;
        self.filled = true;
        Some(Address::GroupStart(trim(name)))
    }

    /// An element without brackets: an addr-spec, or words.
    fn bare(
        &mut self,
        start: usize,
        scan: &Scan,
        tell: &mut dyn FnMut(Fault, Range<usize>),
    ) -> Option<Address<'a>> {
        let place = start..scan.last_end;
        self.filled = true;
        if scan.open_quote {
            // The quote is told by the rule on pairs; what it swallowed is unknown.
            self.flush(tell);
            return None;
        }
        if scan.at_sign.is_none() {
            let words = scan.words.saturating_add(self.pending.as_ref().map_or(0, |_| 1));
            let from = self.pending.take().map_or(place.start, |p| p.span.start);
            self.pending = Some(Pending { span: from..place.end, words });
            return None;
        }
        self.flush(tell);
        self.any = false;
        Some(Address::Mailbox(self.mailbox(place.start..place.start, place.clone(), place)))
    }

    fn angle(&mut self, start: usize, scan: &Scan, tell: &mut dyn FnMut(Fault, Range<usize>)) -> Address<'a> {
        let open = self.cursor.at;
        self.name_faults(start, open, scan, tell);
        self.cursor.bump();
        let mut repeated = false;
        while matches!(self.cursor.peek(), Some(b'<')) {
            repeated = true;
            self.cursor.bump();
        }
        self.route(tell);
        let inner_at = self.cursor.at;
        let inner_end = self.inner(open, tell);
        self.cursor.eat(b'>');
        while matches!(self.cursor.peek(), Some(b'>')) {
            repeated = true;
            self.cursor.bump();
        }
        if repeated {
            tell(Fault::AngleRepeated, open..self.cursor.at);
        }
        let end = self.cursor.at;
        self.filled = true;
        self.any = false;
        self.cursor.skip();
        if !matches!(self.cursor.peek(), None | Some(b',' | b';')) {
            tell(Fault::SeparatorMissing, end.saturating_sub(1)..self.cursor.at.max(end));
        }
        let mailbox = self.mailbox(start..open, inner_at..inner_end, start..end);
        Address::Mailbox(mailbox)
    }

    fn name_faults(
        &mut self,
        start: usize,
        open: usize,
        scan: &Scan,
        tell: &mut dyn FnMut(Fault, Range<usize>),
    ) {
        if let Some(pending) = self.pending.take() {
            tell(Fault::NameUnquoted, pending.span.start..open);
        }
        if let Some(at) = scan.at_sign.or(scan.stray) {
            tell(Fault::NameUnquoted, at..at.saturating_add(1));
        } else if let Some(at) = scan.dot {
            tell(Fault::NameDot, start..open.max(at));
        }
    }

    /// `@a,@b:` before the address.
    fn route(&mut self, tell: &mut dyn FnMut(Fault, Range<usize>)) {
        let start = self.cursor.at;
        if self.cursor.peek().is_some_and(|b| is(b, ATEXT)) {
            return;
        }
        let mut ahead = self.cursor;
        ahead.skip();
        if ahead.peek() != Some(b'@') {
            return;
        }
        while let Some(b) = ahead.peek() {
            match b {
                b':' => {
                    ahead.bump();
                    self.cursor = ahead;
                    tell(Fault::Route, start..ahead.at);
                    return;
                }
                b'<' | b'>' => return,
                b'[' => literal(&mut ahead),
                b'(' => {
                    ahead.comment();
                }
                _ => ahead.bump(),
            }
        }
    }

    /// Walks to the end of what stands in brackets, and gives where that is.
    fn inner(&mut self, open: usize, tell: &mut dyn FnMut(Fault, Range<usize>)) -> usize {
        let mut end = None;
        loop {
            let before = self.cursor.at;
            let gap = self.cursor.skip();
            let at = self.cursor.at;
            match self.cursor.peek() {
                Some(b'>') => return end.unwrap_or(if gap.any { before } else { at }),
                None | Some(b'<') => {
                    tell(Fault::AngleUnclosed, open..at);
                    return end.unwrap_or(at);
                }
                Some(b',' | b';') if !self.closes() => {
                    tell(Fault::AngleUnclosed, open..at);
                    return end.unwrap_or(at);
                }
                Some(b',' | b';') => {
                    if end.is_none() {
                        tell(Fault::CommaInsideAngle, at..at.saturating_add(1));
                    }
                    end = end.or(Some(at));
                    self.cursor.bump();
                }
                Some(b'"') => {
                    self.cursor.quoted();
                }
                Some(b'[') => literal(&mut self.cursor),
                Some(b) if is(b, ATEXT) => {
                    self.cursor.take(ATEXT);
                }
                Some(_) => self.cursor.bump(),
            }
        }
    }

    /// Does a `>` come before the next `<`?
    fn closes(&self) -> bool {
        let rest = self.cursor.rest();
        memchr::memchr2(b'<', b'>', rest).and_then(|at| rest.get(at)) == Some(&b'>')
    }

    fn mailbox(&self, name: Range<usize>, addr: Range<usize>, span: Range<usize>) -> Mailbox<'a> {
        let value = self.cursor.octets;
        let (local, domain) = split_spec(value, &addr);
        Mailbox { value, name, addr: local.start..domain.end, local, domain, span }
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
    quoted: bool,
    open_quote: bool,
    joined: bool,
    last_end: usize,
}

/// Where the local part and the domain of an addr-spec lie; what is wrong in them is for the `address` room to say.
fn split_spec(value: &[u8], addr: &Range<usize>) -> (Range<usize>, Range<usize>) {
    let base = addr.start;
    let place = |at: usize| base.saturating_add(at).min(addr.end);
    let raw = value.get(addr.clone()).unwrap_or_default();
    // Nearly all are atoms with dots between, and one `@`.
    let (plain, at) = raw.iter().enumerate().rev().fold((1, raw.len()), |(plain, at), (here, &b)| {
        let good = u8::from(is(b, ATEXT)) | u8::from(matches!(b, b'.' | b'@'));
        (plain & good, if b == b'@' { here } else { at })
    });
    if plain == 1 {
        return (base..place(at), place(at.saturating_add(1))..addr.end);
    }
    let mut cursor = Cursor::new(raw);
    cursor.skip();
    let start = cursor.at;
    let mut last_end = start;
    let mut split: Option<(usize, usize)> = None;
    loop {
        cursor.skip();
        let at = cursor.at;
        let Some(b) = cursor.peek() else { break };
        match (b, &mut split) {
            (b'@', None) => {
                cursor.bump();
                split = Some((last_end, cursor.at));
            }
            (_, Some((_, domain))) if *domain == last_end => *domain = at,
            _ => {}
        }
        match b {
            b'@' if cursor.at > at => {}
            b'"' => {
                cursor.quoted();
            }
            b'[' => literal(&mut cursor),
            _ if is(b, ATEXT) => {
                cursor.take(ATEXT);
            }
            _ => cursor.bump(),
        }
        last_end = cursor.at;
    }
    match split {
        Some((local_end, domain)) => {
            (place(start)..place(local_end.max(start)), place(domain)..place(last_end.max(domain)))
        }
        None => (place(start)..place(last_end), place(last_end)..place(last_end)),
    }
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
        let nested = vec![b'['; 100_000];
        assert!(Addresses::new(&nested).next().is_none());
    }
}
