//! Knows the names of fields that are registered, and that no check reads.
//!
//! in:  the name of a field that has no row      out: whether somebody registered it
//! law: looked up without allocation, as rows are

use super::{PLACES, place, with};

/// Further names of the register of message header fields, in lower case (RFC 4021, RFC 3864).
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

/// For what [`place`] makes of a name: its number among [`REGISTERED`], from 1.
static BY_NAME: [u8; PLACES] = by_name();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "worked out when it is compiled: the loop stops at the last name, and there are fewer than 255"
)]
const fn by_name() -> [u8; PLACES] {
    let mut table = [0_u8; PLACES];
    let mut row = 0;
    while row < REGISTERED.len() {
        table = with(table, REGISTERED[row], row as u8);
        row += 1;
    }
    table
}

/// Is the name, which has no row, registered all the same?
pub(crate) fn is_registered(field: &[u8]) -> bool {
    let [first, .., last] = field else { return false };
    let mut at = place(field.len(), *first, *last);
    while let Some(row) = BY_NAME.get(at).and_then(|row| usize::from(*row).checked_sub(1)) {
        if REGISTERED.get(row).is_some_and(|name| name.as_bytes().eq_ignore_ascii_case(field)) {
            return true;
        }
        at = at.wrapping_add(1) % PLACES;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registered_names_are_known_in_any_case() {
        for name in REGISTERED {
            assert!(is_registered(name.to_ascii_uppercase().as_bytes()), "{name}");
        }
        assert!(!is_registered(b"no-such-field") && !is_registered(&[b'a'; 100]) && !is_registered(b""));
    }
}
