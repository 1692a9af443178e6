//! What the targets over messages share.

use mailwright::address::{Host, LocalPart, Mailbox};
use mailwright::message::{Edits, Finding, Group, Part, Reader, Report, Severity};

/// The fields of a plain message with a text in UTF-8.
pub const PLAIN_FIELDS: [(&str, &str); 8] = [
    ("From", "Alice <alice@example.org>"),
    ("To", "bob@example.net"),
    ("Date", "Mon, 4 Aug 2025 10:00:00 +0000"),
    ("Message-ID", "<1@example.org>"),
    ("Subject", "Minutes"),
    ("MIME-Version", "1.0"),
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Transfer-Encoding", "8bit"),
];

/// No exact rule finds an error. Hostile text may well trip the others.
pub fn no_error(report: &Report, octets: &[u8]) {
    for finding in report.findings().iter().filter(|finding| finding.severity() == Severity::Error) {
        let exact =
            matches!(finding.rule().group(), Group::Framing | Group::Header | Group::Words | Group::Mime);
        assert!(!exact, "{finding} in {}", octets.escape_ascii());
    }
}

/// A mailbox as it is written, its name, its address; `None` where no mailbox has that local part.
pub fn mailbox(name: &str, local: &str) -> Option<(String, String, String)> {
    let host: Host = "example.com".parse().ok()?;
    let mailbox = Mailbox::new(&LocalPart::from_meaning(local).ok()?, &host).ok()?;
    let plain: String = name.chars().filter(|c| !c.is_control()).collect();
    let quoted = plain.replace('\\', "\\\\").replace('"', "\\\"");
    let written = if plain.is_empty() { format!("<{mailbox}>") } else { format!("\"{quoted}\" <{mailbox}>") };
    Some((written, plain, mailbox.to_string()))
}

/// Each finding for which there is an edit is gone; behind a byte order mark there may be a field that nobody judged.
pub fn mended_is_gone(report: &Report, edits: &Edits, octets: &[u8], again: &Report) {
    if edits.edits().iter().any(|edit| edit.rule() == "byte-order-mark") || !edits.left().is_empty() {
        return;
    }
    let reader = Reader::new(octets);
    for rule in edits.edits().iter().filter(|_| report.findings().len() < 200).map(|edit| edit.rule()) {
        let of_rule = |report: &Report| -> Vec<Finding> {
            report.findings().iter().filter(|f| f.rule().id() == rule).cloned().collect()
        };
        let untouched = of_rule(report).into_iter().filter(|finding| {
            let (start, end) = (finding.span().start as usize, finding.span().end as usize);
            let field = reader.fields().map(|f| f.span()).find(|span| span.contains(&start));
            let place = field.filter(|_| finding.field().is_some()).unwrap_or(start..end);
            let mut mine = edits.edits().iter().filter(|edit| edit.rule() == rule);
            !mine.any(|edit| edit.span().start <= place.end && place.start <= edit.span().end)
        });
        let (kept, found) = (untouched.map(|f| f.count()).sum::<u32>(), of_rule(again));
        let guess = report.findings().iter().any(|f| {
            f.rule().id() == rule
                && f.fix().and_then(|fix| fix.safety()) != Some(mailwright::message::Safety::Safe)
        });
        assert!(
            guess || found.iter().map(Finding::count).sum::<u32>() <= kept,
            "{rule} stays in {}",
            octets.escape_ascii()
        );
    }
}

/// A part that is read alone has the same parts inside. Limits, and an outer type that says what is meant, apart.
pub fn same_subtree(reader: &Reader<'_>, part: &Part<'_, '_>, octets: &[u8]) {
    let (header, body) = (part.header_span(), part.body_span());
    let digest = part.parent().is_some_and(|parent| parent.content_type().is("multipart", "digest"));
    if reader.is_cut() || digest || reader.parts().count() > 100 || body.start == header.end {
        return;
    }
    let inside = reader.parts().filter(|p| p.path().numbers().starts_with(part.path().numbers())).count();
    let alone = Reader::new(&octets[header.start..body.end]);
    assert_eq!(alone.parts().count(), inside, "part {} of {}", part.path(), octets.escape_ascii());
}
