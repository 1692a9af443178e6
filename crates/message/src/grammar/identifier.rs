//! Reads message identifiers.
//!
//! in:  the raw value of Message-ID, In-Reply-To, References or Content-ID      out: each `<left@right>`, and what else stands there
//! law: one walk; an opened bracket ends at the next one or at the end (RFC 5322 §3.6.4, §4.5.4)

use crate::grammar::lexer::{BLANK, Cursor, is, trim};
use crate::grammar::mailbox::{is_dot_atom, plain_spec};
use crate::grammar::marks;
use core::ops::Range;

/// One identifier, or something else that stands where identifiers should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identifier<'a> {
    /// Where it lies in the value, with its brackets.
    pub(crate) span: Range<usize>,
    /// What stands between the brackets, or the words.
    pub(crate) content: &'a [u8],
    pub(crate) form: Form,
}

/// What form an identifier has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `<left@right>`.
    Good,
    /// Allowed long ago: blanks, comments, a quoted left side.
    Obsolete,
    /// `<<left@right>>`.
    Repeated,
    /// In brackets, but not `left@right`; says what is wrong.
    Broken(&'static str),
    /// `left@right` without brackets.
    Bare,
    /// Words, or a comma.
    Words,
}

impl<'a> Identifier<'a> {
    /// What stands right of the `@`.
    pub(crate) fn right(&self) -> Option<&'a [u8]> {
        let at = memchr::memrchr(b'@', self.content)?;
        self.content.get(at.saturating_add(1)..).map(trim)
    }
}

/// Walks the identifiers of a value.
#[derive(Clone, Debug)]
pub struct Identifiers<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Identifiers<'a> {
    /// The identifiers in the raw value of a field.
    pub const fn new(value: &'a [u8]) -> Self {
        Self { cursor: Cursor::new(value) }
    }

    pub(crate) fn next_form(&mut self) -> Option<Identifier<'a>> {
        self.cursor.skip();
        let start = self.cursor.at;
        if self.cursor.peek()? == b'<' {
            return Some(self.bracketed(start));
        }
        while let Some(b) = self.cursor.peek() {
            match b {
                b'<' => break,
                b'"' => {
                    self.cursor.quoted();
                }
                b'(' => {
                    self.cursor.comment();
                }
                _ if is(b, BLANK) => break,
                _ => self.cursor.bump(),
            }
        }
        let content = self.cursor.since(start);
        let bare = memchr::memchr_iter(b'@', content).count() == 1 && judge(content) == Form::Good;
        let form = if bare { Form::Bare } else { Form::Words };
        Some(Identifier { span: start..self.cursor.at, content, form })
    }

    fn bracketed(&mut self, start: usize) -> Identifier<'a> {
        let mut repeated = false;
        while self.cursor.eat(b'<') {
            repeated |= self.cursor.peek() == Some(b'<');
        }
        let inner = self.cursor.at;
        self.cursor.at = marks::until(self.cursor.octets, inner, |lanes| lanes.any(*b"<>"));
        let content = self.cursor.since(inner);
        if !self.cursor.eat(b'>') {
            return Identifier { span: start..self.cursor.at, content, form: Form::Broken("`>` is missing") };
        }
        while self.cursor.eat(b'>') {
            repeated = true;
        }
        let form = if repeated { Form::Repeated } else { judge(content) };
        Identifier { span: start..self.cursor.at, content, form }
    }
}

impl<'a> Iterator for Identifiers<'a> {
    /// What stands between the brackets.
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            let found = self.next_form()?;
            if !matches!(found.form, Form::Words | Form::Bare) {
                return Some(found.content);
            }
        }
    }
}

/// What form `left@right`, without its brackets, has.
pub(crate) fn judge(content: &[u8]) -> Form {
    if content.is_empty() {
        return Form::Broken("nothing stands left of the `@`");
    }
    if plain_spec(content).is_some() {
        return Form::Good;
    }
    let mut cursor = Cursor::new(content);
    let mut obsolete = cursor.skip().any;
    let left_at = cursor.at;
    if cursor.peek() == Some(b'"') {
        obsolete = true;
        cursor.quoted();
    } else {
        while let Some(b) = cursor.peek() {
            if b == b'@' || b == b'(' || is(b, BLANK) {
                break;
            }
            cursor.bump();
        }
        let left = cursor.since(left_at);
        if left.is_empty() {
            return Form::Broken("nothing stands left of the `@`");
        }
        if !is_dot_atom(left) {
            return Form::Broken("the left side holds what it may not, or dots that touch");
        }
    }
    let gap = cursor.skip();
    obsolete |= gap.any;
    if !cursor.eat(b'@') {
        let blank = gap.any && !cursor.done();
        return Form::Broken(if blank { "a blank stands inside" } else { "`@` is missing" });
    }
    obsolete |= cursor.skip().any;
    right_side(cursor, obsolete)
}

fn right_side(mut cursor: Cursor<'_>, mut obsolete: bool) -> Form {
    let right_at = cursor.at;
    let literal = cursor.peek() == Some(b'[');
    while let Some(b) = cursor.peek() {
        if (is(b, BLANK) || b == b'(') && !literal {
            break;
        }
        cursor.bump();
    }
    let right = cursor.since(right_at);
    obsolete |= cursor.skip().any;
    if right.is_empty() {
        return Form::Broken("nothing stands right of the `@`");
    }
    if !cursor.done() {
        return Form::Broken("a blank stands inside");
    }
    let good = if literal {
        right.len() > 2 && right.last() == Some(&b']') && memchr::memchr_iter(b'[', right).count() == 1
    } else {
        is_dot_atom(right)
    };
    match (good, obsolete) {
        (false, _) => Form::Broken("the right side is no domain"),
        (true, true) => Form::Obsolete,
        (true, false) => Form::Good,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn forms_are_told_apart() {
        for (value, form) in [
            ("<a.b@c.d>", Form::Good),
            ("<a@[192.0.2.1]>", Form::Good),
            ("<\"a\"@c>", Form::Obsolete),
            ("< a@c >", Form::Obsolete),
            ("<<a@c>>", Form::Repeated),
            ("a@c", Form::Bare),
            ("word", Form::Words),
        ] {
            let mut ids = Identifiers::new(value.as_bytes());
            assert_eq!(ids.next_form().map(|i| i.form), Some(form), "{value}");
            assert!(ids.next_form().is_none(), "{value}");
        }
        for value in ["<a>", "<a b@c>", "<a..b@c>", "<@c>", "<a@>", "<a@b@c>", "<a@b", "<>"] {
            let form = Identifiers::new(value.as_bytes()).next_form().map(|i| i.form);
            assert!(matches!(form, Some(Form::Broken(_))), "{value}: {form:?}");
        }
    }

    #[test]
    fn threat_m13_many_identifiers_take_linear_time() {
        let many = b"<a@b.c> ".repeat(100_000);
        assert_eq!(Identifiers::new(&many).count(), 100_000);
        let open = b"<".repeat(1_000_000);
        assert_eq!(Identifiers::new(&open).collect::<Vec<_>>().len(), 1);
        assert_eq!(Identifiers::new(&b"<a".repeat(100_000)).count(), 100_000);
    }
}
