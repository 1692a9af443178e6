//! Reads what MAIL and RCPT hold between their angle brackets.
//!
//! in:  octets that begin with a path      out: its mailbox, and where the path ended
//! law: a source route is read and dropped, never kept (RFC 5321 §3.6.1, Appendix C)

mod forward;
mod reverse;

pub use forward::{ForwardPath, ForwardPathRef};
pub use reverse::{ReversePath, ReversePathRef};

use crate::fault::{AddressError, Fault};
use crate::grammar::{self, Grammar};
use crate::mailbox::MailboxRef;
use crate::scan::{self, Cursor};

/// The ordinary path at the start of the octets, in front of whose `>` nothing is left to judge; and where it ended.
#[inline]
fn plain(octets: &[u8]) -> Option<(MailboxRef<'_>, usize)> {
    let (b'<', rest) = octets.split_first()? else { return None };
    let mailbox = MailboxRef::plain_prefix(rest)?;
    Some((mailbox, mailbox.as_bytes().len().saturating_add(2)))
}

/// Path = "<" [ A-d-l ":" ] Mailbox ">"
fn path(octets: &[u8], grammar: Grammar) -> Result<(MailboxRef<'_>, usize), AddressError> {
    if octets.first() != Some(&b'<') {
        if grammar.allows(grammar::BARE_PATH) && !octets.is_empty() {
            let end = bare(octets);
            let word = octets.get(..end).unwrap_or_default();
            return MailboxRef::parse(word, grammar).map(|mailbox| (mailbox, end));
        }
        return Err(AddressError::new(Fault::NoOpeningBracket, 0));
    }
    let start = if octets.get(1) == Some(&b'@') { route(octets, grammar)? } else { 1 };
    let (mailbox, next) = MailboxRef::parse_prefix(octets, start, grammar)?;
    match octets.get(next) {
        Some(b'>') => {}
        None => return Err(AddressError::new(Fault::NoClosingBracket, next)),
        Some(octet) => return Err(AddressError::new(scan::unexpected(*octet, grammar), next)),
    }
    let read = next.saturating_add(1);
    if read > PATH && !grammar.allows(grammar::LONG_PATH) {
        return Err(AddressError::new(Fault::PathTooLong, PATH));
    }
    Ok((mailbox, read))
}

/// A-d-l = At-domain *( "," At-domain ); gives where the mailbox begins
fn route(octets: &[u8], grammar: Grammar) -> Result<usize, AddressError> {
    let mut judge = scan::Envelope(grammar);
    let mut cursor = Cursor::new(octets, 1);
    loop {
        if cursor.at() > PATH && !grammar.allows(grammar::LONG_PATH) {
            return Err(AddressError::new(Fault::PathTooLong, PATH));
        }
        if cursor.peek() != Some(b'@') {
            return Err(AddressError::new(Fault::BadRoute, cursor.at()));
        }
        cursor.bump();
        if cursor.peek() == Some(b'[') {
            return Err(AddressError::new(Fault::BadRoute, cursor.at()));
        }
        scan::host(&mut cursor, &mut judge)?;
        let next = cursor.peek();
        match next {
            Some(b',' | b':') => cursor.bump(),
            // `<@b.example>` is a mailbox without its local part.
            Some(b'>') => return Err(AddressError::new(Fault::NoLocalPart, 1)),
            _ => return Err(AddressError::new(Fault::BadRoute, cursor.at())),
        }
        if next == Some(b':') {
            return Ok(cursor.at());
        }
    }
}

/// Reads all of the octets; brackets may be missing.
fn whole<'a, P>(
    octets: &'a [u8],
    grammar: Grammar,
    prefix: impl FnOnce(&'a [u8], Grammar) -> Result<(P, usize), AddressError>,
) -> Result<P, AddressError> {
    let (path, read) = prefix(octets, grammar.with_bare_path())?;
    match octets.get(read) {
        None => Ok(path),
        Some(octet) => Err(AddressError::new(scan::unexpected(*octet, grammar), read)),
    }
}

/// Where a path without brackets ends: at the first space outside quotes.
fn bare(octets: &[u8]) -> usize {
    let mut quoted = false;
    let mut escaped = false;
    let end = octets.iter().position(|octet| {
        match octet {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            _ => {}
        }
        *octet == b' ' && !quoted
    });
    end.unwrap_or(octets.len())
}

/// The longest path, in octets, brackets and source route included (RFC 5321 §4.5.3.1.3).
const PATH: usize = 256;
