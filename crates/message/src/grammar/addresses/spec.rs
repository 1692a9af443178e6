//! Finds the two halves of an addr-spec.
//!
//! in:  where an addr-spec lies in a value      out: where its local part and its domain lie, without comments around them
//! law: one pass; the first `@` outside of quotes and comments parts them (RFC 5322 §3.4.1)

use crate::grammar::lexer::{ATEXT, Cursor, SPEC, is};
use crate::grammar::mailbox::literal;
use core::ops::Range;

/// Atoms, dots and `@` one behind the other, as nearly all addr-specs are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// How many octets.
    pub(super) length: usize,
    /// Where the first `@` is among them.
    pub(super) at: Option<usize>,
}

impl Run {
    /// The run that `octets` begin with.
    #[inline]
    pub(super) fn of(octets: &[u8]) -> Self {
        let mut at = None;
        let mut length = 0_usize;
        while let Some(&b) = octets.get(length).filter(|b| is(**b, SPEC)) {
            if b == b'@' {
                at = at.or(Some(length));
            }
            length = length.wrapping_add(1);
        }
        Self { length, at }
    }
}

/// Where the local part and the domain of an addr-spec lie; what is wrong in them is for the `address` room to say.
pub(super) fn split_spec(value: &[u8], addr: &Range<usize>) -> (Range<usize>, Range<usize>) {
    let base = addr.start;
    let place = |at: usize| base.saturating_add(at).min(addr.end);
    let raw = value.get(addr.clone()).unwrap_or_default();
    let run = Run::of(raw);
    if run.length == raw.len() {
        let at = run.at.unwrap_or(raw.len());
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
