//! Reads an addr-spec: the one parser behind all readings.
//!
//! in:  octets      out: where local part and host stand, and each departure from the ordinary, told to a `Judge`
//! law: each octet is looked at once; what the judge lets pass decides the reading, never the parser

mod blank;
mod host;
mod literal;
mod local;
mod meaning;
mod octet;

use crate::fault::{AddressError, Fault};
use crate::grammar::Grammar;

pub(crate) use host::host;
pub(crate) use literal::{Literal, judge as judge_literal};
pub(crate) use local::local_part;
pub(crate) use meaning::{Meaning, without_blanks};
pub(crate) use octet::Cursor;

/// Hears of every fault and says whether to go on.
pub(crate) trait Judge {
    /// How the address is read.
    fn grammar(&self) -> Grammar;
    /// A fault at an octet; an error ends the parse.
    fn note(&mut self, fault: Fault, at: usize) -> Result<(), AddressError>;
}

/// The envelope's reading: whatever is no RFC 5321 mailbox ends it, but for the named leniencies.
#[derive(Debug)]
pub(crate) struct Envelope(pub(crate) Grammar);

impl Judge for Envelope {
    #[inline]
    fn grammar(&self) -> Grammar {
        self.0
    }

    #[inline]
    fn note(&mut self, fault: Fault, at: usize) -> Result<(), AddressError> {
        if fault.class().is_envelope() { Ok(()) } else { Err(AddressError::new(fault, at)) }
    }
}

/// The header's reading: only what no grammar has ends it.
#[derive(Debug)]
pub(crate) struct Header(pub(crate) Grammar);

impl Judge for Header {
    fn grammar(&self) -> Grammar {
        self.0
    }

    fn note(&mut self, fault: Fault, at: usize) -> Result<(), AddressError> {
        if fault.class().is_header() { Ok(()) } else { Err(AddressError::new(fault, at)) }
    }
}

/// Where the parts of an addr-spec stand: `octets[start..at]`, `octets[host..end]`, `next` behind trailing blanks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spans {
    /// The first octet of the local part, behind comments and blanks.
    pub(crate) start: usize,
    /// The `@`.
    pub(crate) at: usize,
    /// The first octet of the host, behind comments and blanks.
    pub(crate) host: usize,
    /// Behind the last octet of the host, without a trailing dot.
    pub(crate) end: usize,
    /// Behind all that was read.
    pub(crate) next: usize,
}

/// addr-spec = local-part "@" domain; Mailbox = Local-part "@" ( Domain / address-literal )
#[inline]
pub(crate) fn addr_spec<J: Judge>(octets: &[u8], from: usize, judge: &mut J) -> Result<Spans, AddressError> {
    let mut cursor = Cursor::new(octets, from);
    let local = local_part(&mut cursor, judge)?;
    let at = cursor.at();
    match cursor.peek() {
        Some(b'@') => cursor.bump(),
        None => return Err(fatal(judge, Fault::NoDomain, at)),
        Some(octet) => return Err(fatal(judge, unexpected(octet, judge.grammar()), at)),
    }
    let host = host(&mut cursor, judge)?;
    let total = local.octets.saturating_add(host.octets).saturating_add(1);
    if total > MAILBOX && !judge.grammar().allows(crate::grammar::LONG_PATH) {
        judge.note(Fault::PathTooLong, from.saturating_add(MAILBOX))?;
    }
    Ok(Spans { start: local.start, at, host: host.start, end: host.end, next: cursor.at() })
}

/// An ordinary mailbox in front of a `>`: where its `@` and its `>` stand.
#[inline]
pub(crate) fn plain(octets: &[u8]) -> Option<(usize, usize)> {
    let at = local::plain(octets)?;
    let host = at.saturating_add(1);
    let end = host.saturating_add(host::plain(octets.get(host..)?)?);
    (end <= MAILBOX && octets.get(end) == Some(&b'>')).then_some((at, end))
}

/// Tells the judge of a fault behind which the parser can't go on.
pub(crate) fn fatal<J: Judge>(judge: &mut J, fault: Fault, at: usize) -> AddressError {
    judge.note(fault, at).err().unwrap_or_else(|| AddressError::new(fault, at))
}

/// Which fault an octet is that begins no token.
pub(crate) fn unexpected(octet: u8, grammar: Grammar) -> Fault {
    match (octet, grammar.allows_utf8()) {
        (0..=127, _) => Fault::Unexpected,
        (_, false) => Fault::NonAscii,
        (_, true) => Fault::NotUtf8,
    }
}

/// Reads one character from 128 up; the fault that it is, where it may not stand here.
pub(crate) fn character<J: Judge>(cursor: &mut Cursor<'_>, judge: &mut J) -> Result<(), AddressError> {
    let at = cursor.at();
    match cursor.character() {
        Some(character) if judge.grammar().allows_utf8() => {
            cursor.advance(character.len_utf8());
            if character.is_control() { judge.note(Fault::NonAsciiControl, at) } else { Ok(()) }
        }
        _ => Err(fatal(judge, unexpected(0xFF, judge.grammar()), at)),
    }
}

/// The longest mailbox, in octets: a path of 256 without its brackets (RFC 5321 §4.5.3.1.3).
const MAILBOX: usize = 254;

/// Whether the octets are a dot-atom: atoms parted by single dots, in ASCII, as they stand in an address, an identifier or a
/// value of a trace field without quotes.
///
/// # Examples
///
/// ```
/// use mailwright_address::is_dot_atom;
///
/// assert!(is_dot_atom(b"o'hara+lists.2026"));
/// assert!(["", "a b", ".a", "a..b", "a@b", "gr\u{fc}n"].iter().all(|text| !is_dot_atom(text.as_bytes())));
/// ```
///
/// # RFC
///
/// RFC 5322 §3.2.3
pub fn is_dot_atom(octets: &[u8]) -> bool {
    octets.split(|octet| *octet == b'.').all(is_atom)
}

/// Whether the octets are an atom (RFC 5322 §3.2.3), ASCII only.
pub(crate) fn is_atom(octets: &[u8]) -> bool {
    !octets.is_empty() && octets.iter().all(|octet| octet::is(*octet, octet::ATEXT))
}
