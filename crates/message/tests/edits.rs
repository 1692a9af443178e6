//! Edits and mends over any octets: what is written is read back, all else stays, and a mended fault is gone.

#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    reason = "a test may fail loudly"
)]

use mailwright_message::edit::{Place, add, remove, replace};
use mailwright_message::{
    Context, Edit, Edits, Fields, Finding, Kind, Profile, Reader, Report, Safety, Severity, downgrade,
    validate,
};
use proptest::prelude::*;

/// Pieces of which hostile messages are made.
const PIECES: &[&[u8]] = &[
    b"From: Alice <alice@example.com>",
    b"To: bob@example.net,, <<c@d.example>>",
    b"Subject: x",
    b"subject : y",
    b"Date: Tue, 4 Aug 25 10:00:00 EST",
    b"Message-ID: 1@example.com",
    b"X-Old: a",
    b"x-old:b ",
    b"Bcc: eve@example.org",
    b"Content-Type: multipart/mixed; boundary=b;",
    b"Content-Type: text/plain; charset=utf-8",
    b"--b",
    b"--b--",
    b"Content-Type: message/rfc822",
    b"Content-Transfer-Encoding: quoted-printable",
    b"Content-Transfer-Encoding: base64",
    b"Content-Transfer-Encoding: 8bit",
    b"DKIM-Signature: v=1; d=example.com; h=from:x-old",
    b"From alice Mon Aug  4",
    b">From x",
    b"no colon",
    b":",
    b": x",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n ",
    b"\n\t",
    b" ",
    b"\t",
    b"\0",
    b"=?utf-8?q?a?=",
    b"Gr\xc3\xbc\xc3\x9fe =c3=bc",
    b"\xff",
    b"a line of text ",
    b"=",
    b"QUJD",
    b".",
    b"\r\n\r\n",
    b"\r\n\r\n",
    b"\r\n",
    b"\r\n",
];

/// Octets that are shown as text.
#[derive(Clone, PartialEq, Eq)]
struct Octets(Vec<u8>);

impl core::fmt::Debug for Octets {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

impl core::ops::Deref for Octets {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

fn hostile() -> impl Strategy<Value = Octets> {
    prop::collection::vec(prop::sample::select(PIECES), 0..24).prop_map(|pieces| Octets(pieces.concat()))
}

fn value() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["seen", "", "a\r\n b", "a\r\n\tb\r\n c", "Grüße", "x: y"])
        .prop_map(str::to_owned)
}

fn place() -> impl Strategy<Value = Place> {
    prop::sample::select(vec![Place::Top, Place::Bottom])
}

fn unfolded(value: &str) -> Vec<u8> {
    value.replace("\r\n", "").trim_matches([' ', '\t']).as_bytes().to_vec()
}

/// The octets without the fields of that name.
fn others(octets: &[u8], name: &str) -> Vec<u8> {
    let reader = Reader::new(octets);
    let section = reader.root().header_span();
    let mut out = octets[..section.start].to_vec();
    for field in reader.fields().filter(|field| !field.is_named(name)) {
        out.extend_from_slice(field.octets());
    }
    out.extend_from_slice(&octets[section.end..]);
    out
}

fn judge(octets: &[u8]) -> Report {
    validate(octets, &Profile::submission(), &Context::new())
}

fn places(report: &Report, rule: &str) -> u32 {
    report.findings().iter().filter(|f| f.rule().id() == rule).map(Finding::count).sum()
}

/// How many findings of that rule no edit is about: those in other fields, or in other parts.
fn unmended(report: &Report, edits: &Edits, rule: &str, octets: &[u8]) -> u32 {
    let reader = Reader::new(octets);
    let of_rule = report.findings().iter().filter(|f| f.rule().id() == rule);
    let untouched = of_rule.filter(|finding| {
        let start = usize::try_from(finding.span().start).expect("it fits");
        let end = usize::try_from(finding.span().end).expect("it fits");
        let field = reader.fields().map(|f| f.span()).find(|span| span.contains(&start));
        let place = field.filter(|_| finding.field().is_some()).unwrap_or(start..end);
        let mut mine = edits.edits().iter().filter(|edit| edit.rule() == rule);
        !mine.any(|edit| edit.span().start <= place.end && place.start <= edit.span().end)
    });
    untouched.map(Finding::count).sum()
}

#[test]
fn threat_m09_a_field_on_top_of_odd_lines_is_read_back() {
    for octets in [
        &b""[..],
        b" ",
        b"\t\r\n",
        b" a\r\nB: c",
        b" \n\r",
        b"\r",
        b"\n",
        b"\r\n",
        b"\r\nbody\r\n",
        b"A: 1\n\r",
        b"A: 1\r",
        b"\rA: 1\r\n",
        b"From alice@example.com Mon Aug  4 10:00:00 2025\r\nA: 1\r\n\r\n",
        b">From alice\nA: 1\n\n",
        b"From a\r\n\tb\r\nA: 1\r\n",
        b"no colon",
        b":",
        b"\xef\xbb\xbfA: 1\r\n",
        b"\0\r\n",
        b"--b\r\n",
        b"A: 1",
    ] {
        for place in [Place::Top, Place::Bottom] {
            let edited = add(octets, "X-Added", "seen", place).expect("a good field").octets;
            let read = Reader::new(&edited);
            assert_eq!(
                read.text("X-Added").as_deref(),
                Some("seen"),
                "{place:?} of {:?}",
                octets.escape_ascii().to_string()
            );
        }
    }
}

#[test]
fn a_mailbox_line_stays_first() {
    let edited = add(b"From a Mon\nA: 1\n\n", "X-B", "c\r\n d", Place::Top).expect("a good field").octets;
    assert_eq!(edited, b"From a Mon\nX-B: c\n d\nA: 1\n\n");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_added_field_is_read_back_and_all_else_stays(octets in hostile(), value in value(), place in place()) {
        let edited = add(&octets, "X-Added", &value, place).expect("a good field").octets;
        let reader = Reader::new(&edited);
        let found: Vec<_> = reader.fields().filter(|field| field.is_named("X-Added")).collect();
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!(found[0].value().into_owned(), unfolded(&value));
        let span = found[0].span();
        let rest = [&edited[..span.start], &edited[span.end..]].concat();
        // A line that had no end gets one before the field below it.
        let ended = [&*octets, b"\r\n"].concat();
        let bare = [&*octets, b"\n"].concat();
        prop_assert!(rest == *octets || span.end == edited.len() && (rest == ended || rest == bare)
            || place == Place::Top && rest.len() <= octets.len() + 2 && span.start > 0 && !octets.ends_with(b"\n"));
    }

    #[test]
    fn a_removed_field_is_gone_and_all_else_stays(octets in hostile(), name in prop::sample::select(vec!["X-Old", "Subject", "Bcc", "No-Such"])) {
        let edited = remove(&octets, name);
        prop_assert!(Reader::new(&edited.octets).field(name).is_none());
        prop_assert_eq!(&edited.octets, &others(&octets, name));
    }

    #[test]
    fn a_replaced_field_stands_once_and_all_else_stays(octets in hostile(), value in value()) {
        let edited = replace(&octets, "X-Old", &value).expect("a good field").octets;
        let reader = Reader::new(&edited);
        let found: Vec<_> = reader.fields().filter(|field| field.is_named("X-Old")).collect();
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!(found[0].value().into_owned(), unfolded(&value));
        if Reader::new(&octets).field("X-Old").is_some() {
            prop_assert_eq!(others(&edited, "X-Old"), others(&octets, "X-Old"));
        }
    }

    #[test]
    fn what_a_safe_edit_mends_is_not_found_again(octets in hostile()) {
        let report = judge(&octets);
        for safety in [Safety::Safe, Safety::Guess] {
            let edits = report.edits(&octets, safety);
            prop_assert!(edits.edits().windows(2).all(|pair| pair[0].span().end <= pair[1].span().start));
            let mended = edits.apply(&octets);
            let again = judge(&mended);
            // Behind a mark there may be a field that nobody has judged.
            let hid = edits.edits().iter().any(|edit| edit.rule() == "byte-order-mark");
            for rule in edits.edits().iter().map(Edit::rule).filter(|rule| !hid || *rule == "byte-order-mark")
.filter(|rule| !edits.left().contains(rule))
                // Where the fields in front of a second mailbox line are taken out, it stands first.
                .filter(|rule| *rule != "mbox-from-line" || !edits.edits().iter().any(|edit| edit.rule() == "bcc-present")) {
                let kept = unmended(&report, &edits, rule, &octets);
                prop_assert!(
                    safety == Safety::Guess || places(&again, rule) <= kept,
                    "{rule} stays: {} became {}", octets.escape_ascii(), mended.escape_ascii()
                );
            }
        }
    }

    #[test]
    fn a_downgraded_message_is_7bit_and_says_the_same(octets in hostile()) {
        let Ok(done) = downgrade(&octets) else { return Ok(()) };
        prop_assert!(done.octets.is_ascii());
        let (before, after) = (Reader::new(&octets), Reader::new(&done.octets));
        prop_assert_eq!(before.parts().count(), after.parts().count());
        for (one, two) in before.parts().zip(after.parts()) {
            prop_assert_eq!(one.kind(), two.kind());
            if one.kind() == Kind::Leaf {
                let plain = |octets: &[u8]| octets.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect::<Vec<_>>();
                prop_assert_eq!(plain(&one.body_octets()), plain(&two.body_octets()));
            }
        }
        let names = |octets: &[u8]| Fields::new(octets, 0).filter(|f| !f.is_named("Content-Transfer-Encoding")).count();
        prop_assert_eq!(names(&octets[before.root().header_span()]), names(&done.octets[after.root().header_span()]));
        let again = judge(&done.octets);
        for rule in ["transfer-encoding-eight-bit", "field-eight-bit", "line-over-998"] {
            let body = |f: &&Finding| f.rule().id() == rule && f.severity() == Severity::Error && f.field().is_none();
            prop_assert_eq!(again.findings().iter().filter(body).count(), 0, "{} in {}", rule, done.octets.escape_ascii());
        }
        prop_assert_eq!(downgrade(&done.octets).map(|d| d.octets), Ok(done.octets.clone()));
    }
}
