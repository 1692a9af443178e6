//! Knows the fields: how their names are written, what they hold, how often they may stand.
//!
//! in:  the name of a field      out: its row, or `None` where nobody registered it
//! law: looked up without allocation; names compare without case (RFC 5322 §1.2.2)

mod lookalike;
mod registered;

pub(crate) use lookalike::lookalike;
pub(crate) use registered::is_registered;

use crate::validate::kinds::Kind;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Text in which encoded-words are decoded.
    Text,
    /// A list of addresses.
    Addresses,
    /// One path in angle brackets.
    Path,
    Date,
    MessageId,
    Ids,
    ContentType,
    Disposition,
    Encoding,
    Version,
    ContentId,
    Received,
    /// URIs in angle brackets.
    Uris,
    /// Tokens and comments that no check here reads.
    Other,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// As the standard writes it.
    pub(crate) text: &'static str,
    pub(crate) shape: Shape,
    /// May stand once (RFC 5322 §3.6).
    pub(crate) once: bool,
    pub(crate) family: Family,
    /// The kinds that its fields are of by their name alone, one bit for each.
    pub(crate) kinds: u8,
    /// Its place in the table, below [`ROWS`].
    pub(crate) number: u8,
}

/// What a name begins with, where rules are about all fields that begin so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// `Content-`, but not Content-Length, which is no field of MIME.
    Content,
    /// `List-`.
    List,
    /// `Resent-`.
    Resent,
    None,
}

/// How many rows the table has.
pub(crate) const ROWS: usize = KNOWN.len();

const fn name(text: &'static str, shape: Shape, once: bool) -> Name {
    Name {
        text,
        shape,
        once,
        family: family(text.as_bytes()),
        kinds: kinds(text.as_bytes(), shape),
        number: 0,
    }
}

const fn kinds(text: &[u8], shape: Shape) -> u8 {
    let local = match text {
        b"Return-Path" | b"Bcc" | b"Content-Length" | b"Lines" | b"Delivered-To" | b"Status" => {
            Kind::Local.bit()
        }
        _ => 0,
    };
    local
        | match shape {
            Shape::Addresses | Shape::Path => Kind::Addressed.bit(),
            Shape::Date => Kind::Dated.bit(),
            Shape::Text
            | Shape::MessageId
            | Shape::Ids
            | Shape::ContentType
            | Shape::Disposition
            | Shape::Encoding
            | Shape::Version
            | Shape::ContentId
            | Shape::Received
            | Shape::Uris
            | Shape::Other => 0,
        }
}

const fn family(text: &[u8]) -> Family {
    match text {
        b"Content-Length" => Family::None,
        [b'C', b'o', b'n', b't', b'e', b'n', b't', b'-', ..] => Family::Content,
        [b'L', b'i', b's', b't', b'-', ..] => Family::List,
        [b'R', b'e', b's', b'e', b'n', b't', b'-', ..] => Family::Resent,
        _ => Family::None,
    }
}

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "worked out when it is compiled: the loop stops at the end, and there are fewer than 256 rows"
)]
const fn numbered<const N: usize>(mut rows: [Name; N]) -> [Name; N] {
    let mut at = 0;
    while at < N {
        rows[at].number = at as u8;
        at += 1;
    }
    rows
}

/// Fields that rules look at, sorted by lower-case name.
static KNOWN: [Name; 61] = numbered([
    name("Apparently-To", Shape::Addresses, false),
    name("ARC-Authentication-Results", Shape::Other, false),
    name("ARC-Message-Signature", Shape::Other, false),
    name("ARC-Seal", Shape::Other, false),
    name("Authentication-Results", Shape::Other, false),
    name("Auto-Submitted", Shape::Other, true),
    name("Bcc", Shape::Addresses, true),
    name("Cc", Shape::Addresses, true),
    name("Comments", Shape::Text, false),
    name("Content-Description", Shape::Text, false),
    name("Content-Disposition", Shape::Disposition, false),
    name("Content-ID", Shape::ContentId, false),
    name("Content-Language", Shape::Other, false),
    name("Content-Length", Shape::Other, false),
    name("Content-MD5", Shape::Other, false),
    name("Content-Transfer-Encoding", Shape::Encoding, false),
    name("Content-Type", Shape::ContentType, false),
    name("Date", Shape::Date, true),
    name("Delivered-To", Shape::Other, false),
    name("Disposition-Notification-To", Shape::Addresses, true),
    name("DKIM-Signature", Shape::Other, false),
    name("Errors-To", Shape::Addresses, false),
    name("Feedback-ID", Shape::Other, true),
    name("From", Shape::Addresses, true),
    name("Importance", Shape::Other, true),
    name("In-Reply-To", Shape::Ids, true),
    name("Keywords", Shape::Text, false),
    name("Lines", Shape::Other, false),
    name("List-Archive", Shape::Uris, true),
    name("List-Help", Shape::Uris, true),
    name("List-Id", Shape::Other, true),
    name("List-Owner", Shape::Uris, true),
    name("List-Post", Shape::Uris, true),
    name("List-Subscribe", Shape::Uris, true),
    name("List-Unsubscribe", Shape::Uris, true),
    name("List-Unsubscribe-Post", Shape::Other, true),
    name("Message-ID", Shape::MessageId, true),
    name("MIME-Version", Shape::Version, false),
    name("Precedence", Shape::Other, false),
    name("Priority", Shape::Other, true),
    name("Received", Shape::Received, false),
    name("References", Shape::Ids, true),
    name("Reply-To", Shape::Addresses, true),
    name("Resent-Bcc", Shape::Addresses, false),
    name("Resent-Cc", Shape::Addresses, false),
    name("Resent-Date", Shape::Date, false),
    name("Resent-From", Shape::Addresses, false),
    name("Resent-Message-ID", Shape::MessageId, false),
    name("Resent-Reply-To", Shape::Addresses, false),
    name("Resent-Sender", Shape::Addresses, false),
    name("Resent-To", Shape::Addresses, false),
    name("Return-Path", Shape::Path, false),
    name("Return-Receipt-To", Shape::Addresses, true),
    name("Sender", Shape::Addresses, true),
    name("Status", Shape::Other, false),
    name("Subject", Shape::Text, true),
    name("Thread-Topic", Shape::Text, false),
    name("To", Shape::Addresses, true),
    name("User-Agent", Shape::Other, false),
    name("X-Mailer", Shape::Other, false),
    name("X-Priority", Shape::Other, true),
]);

/// Places of [`BY_NAME`]; a power of two, several times as many as there are rows.
const PLACES: usize = 512;

/// For what [`place`] makes of a name: the number of its row, from 1. A place that is taken is followed by the next.
static BY_NAME: [u8; PLACES] = by_name();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "worked out when it is compiled: the loop stops at the last row"
)]
const fn by_name() -> [u8; PLACES] {
    let mut table = [0_u8; PLACES];
    let mut row = 0;
    while row < ROWS {
        table = with(table, KNOWN[row].text, KNOWN[row].number);
        row += 1;
    }
    table
}

/// The table with the name of one more row.
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "worked out when it is compiled: a free place is found, since there are more places than rows"
)]
const fn with(mut table: [u8; PLACES], text: &str, row: u8) -> [u8; PLACES] {
    let text = text.as_bytes();
    let mut at = place(text.len(), text[0], text[text.len() - 1]);
    while table[at] != 0 {
        at = (at + 1) % PLACES;
    }
    table[at] = row + 1;
    table
}

const fn place(length: usize, first: u8, last: u8) -> usize {
    let (first, last) = ((first & 31) as usize, (last & 31) as usize);
    (length.wrapping_mul(37) ^ first.wrapping_mul(11) ^ last.wrapping_shl(4)) % PLACES
}

/// The number of the row whose name the table writes so.
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "worked out when it is compiled, which ends at a name without a row"
)]
pub(crate) const fn number(text: &str) -> u8 {
    let text = text.as_bytes();
    let mut row = 0;
    loop {
        let known = KNOWN[row].text.as_bytes();
        let mut at = 0;
        while at < known.len() && at < text.len() && known[at] == text[at] {
            at += 1;
        }
        if at == known.len() && at == text.len() {
            return KNOWN[row].number;
        }
        row += 1;
    }
}

/// The row of a field that rules look at.
pub(crate) fn known(field: &[u8]) -> Option<&'static Name> {
    find(field).map(|(row, _)| row)
}

/// The same, and whether the name is written as in the table.
pub(crate) fn find(field: &[u8]) -> Option<(&'static Name, bool)> {
    let (first, last) = (field.first()?, field.last()?);
    let mut at = place(field.len(), *first, *last);
    loop {
        let number = BY_NAME.get(at).and_then(|row| usize::from(*row).checked_sub(1))?;
        let row = KNOWN.get(number)?;
        if row.text.as_bytes() == field {
            return Some((row, true));
        }
        if row.text.as_bytes().eq_ignore_ascii_case(field) {
            return Some((row, false));
        }
        at = at.wrapping_add(1) % PLACES;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(KNOWN.is_sorted_by_key(|row| row.text.to_ascii_lowercase()));
        for row in &KNOWN {
            assert_eq!(known(row.text.to_ascii_uppercase().as_bytes()), Some(row));
        }
        assert_eq!(known(b"no-such-field"), None);
    }
}
