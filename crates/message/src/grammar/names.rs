//! Knows the fields: how their names are written, what they hold, how often they may stand.
//!
//! in:  the name of a field      out: its row, or `None` where nobody registered it
//! law: looked up without allocation; names compare without case (RFC 5322 §1.2.2)

mod lookalike;

pub(crate) use lookalike::lookalike;

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

/// Further names of the register of message header fields, in lower case and sorted (RFC 4021, RFC 3864).
static REGISTERED: &[&str] = &[
    "accept-language",
    "alternate-recipient",
    "archived-at",
    "author",
    "autoforwarded",
    "autosubmitted",
    "cancel-key",
    "cancel-lock",
    "content-alternative",
    "content-base",
    "content-duration",
    "content-features",
    "content-identifier",
    "content-location",
    "content-return",
    "content-translation-type",
    "control",
    "conversion",
    "conversion-with-loss",
    "deferred-delivery",
    "delivery-date",
    "discarded-x400-ipms-extensions",
    "discarded-x400-mts-extensions",
    "disclose-recipients",
    "disposition-notification-options",
    "distribution",
    "dl-expansion-history",
    "downgraded-final-recipient",
    "downgraded-in-reply-to",
    "downgraded-message-id",
    "downgraded-original-recipient",
    "downgraded-references",
    "ediint-features",
    "eesst-version",
    "encoding",
    "encrypted",
    "envelope-to",
    "expires",
    "expiry-date",
    "followup-to",
    "form-sub",
    "generate-delivery-report",
    "hp-outer",
    "incomplete-copy",
    "injection-date",
    "injection-info",
    "jabber-id",
    "language",
    "latest-delivery-time",
    "message-context",
    "message-type",
    "mmhs-acp127-message-identifier",
    "mt-priority",
    "newsgroups",
    "obsoletes",
    "organization",
    "original-encoded-information-types",
    "original-from",
    "original-message-id",
    "original-recipient",
    "original-sender",
    "original-subject",
    "originator-return-address",
    "path",
    "pics-label",
    "posting-version",
    "prevent-nondelivery-report",
    "received-spf",
    "reply-by",
    "require-recipient-valid-since",
    "see-also",
    "sensitivity",
    "solicitation",
    "summary",
    "supersedes",
    "thread-index",
    "tls-report-domain",
    "tls-report-submitter",
    "tls-required",
    "vbr-info",
    "wrap-up",
    "x400-content-identifier",
    "x400-content-return",
    "x400-content-type",
    "x400-mts-identifier",
    "x400-originator",
    "x400-received",
    "x400-recipients",
    "x400-trace",
    "xref",
];

/// Places of [`BY_NAME`]; a power of two, several times as many as there are rows.
const PLACES: usize = 512;

/// For what [`place`] makes of a name: the number of its row, from 1. A place that is taken is followed by the next.
static BY_NAME: [u8; PLACES] = by_name();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "worked out when it is compiled: a free place is found, since there are more places than rows"
)]
const fn by_name() -> [u8; PLACES] {
    let mut table = [0_u8; PLACES];
    let mut row = 0;
    while row < ROWS {
        let text = KNOWN[row].text.as_bytes();
        let mut at = place(text.len(), text[0], text[text.len() - 1]);
        while table[at] != 0 {
            at = (at + 1) % PLACES;
        }
        table[at] = KNOWN[row].number + 1;
        row += 1;
    }
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

/// Is the name, which has no row, registered all the same?
pub(crate) fn is_registered(field: &[u8]) -> bool {
    let mut lower = [0_u8; 48];
    let Some(lower) = lower.get_mut(..field.len()) else { return false };
    lower.copy_from_slice(field);
    lower.make_ascii_lowercase();
    REGISTERED.binary_search_by(|name| name.as_bytes().cmp(lower)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        assert!(KNOWN.is_sorted_by_key(|row| row.text.to_ascii_lowercase()));
        for row in &KNOWN {
            assert_eq!(known(row.text.to_ascii_uppercase().as_bytes()), Some(row));
        }
        assert_eq!(known(b"no-such-field"), None);
        assert!(REGISTERED.is_sorted());
        for name in REGISTERED {
            assert!(is_registered(name.to_ascii_uppercase().as_bytes()), "{name}");
        }
        assert!(!is_registered(b"no-such-field") && !is_registered(&[b'a'; 100]) && !is_registered(b""));
    }
}
