//! What fuzzing and looking found once, each input as a test that stays.

use mailwright_message::{Context, Date, Profile, Reader, Report, validate};

/// Each part lies inside its parent, and spans stand in order.
fn nested(octets: &[u8]) {
    let reader = Reader::new(octets);
    let mut last = 0;
    for part in reader.parts() {
        let (header, body) = (part.header_span(), part.body_span());
        assert!(header.start >= last && header.end <= body.start && body.start <= body.end);
        last = header.start;
        if let Some(parent) = part.parent().map(|parent| parent.body_span()) {
            assert!(
                parent.start <= header.start && body.end <= parent.end,
                "{} in {parent:?}: {body:?}",
                part.path()
            );
        }
    }
}

#[test]
fn threat_m04_a_delimiter_right_behind_the_empty_line_leaves_parts_inside_each_other() {
    nested(b"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nA: b\r\n\r\n--o--\r\n");
    nested(b"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n--o--\r\n");
    nested(
        b"Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\n--b\r\n\r\nSubject: x\r\n--b--\r\n",
    );
    nested(b"Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: x\r\n\rContent-Type: y\r\n--b\r\n\r\nz\r\n--b--\r\n");
}

#[test]
fn threat_m12_minutes_of_a_zone_end_at_59() {
    assert!(Date::parse(b"Mon, 4 Aug 2025 10:00:00 +9999").is_err());
    assert!(Date::parse(b"Mon, 4 Aug 2025 10:00:00 -0060").is_err());
    let far = Date::parse(b"Mon, 4 Aug 2025 10:00:00 +9959").map(|date| date.to_string());
    assert_eq!(far.as_deref(), Ok("Mon, 4 Aug 2025 10:00:00 +9959"));
}

#[test]
fn threat_m12_hyphens_are_no_date_of_mail() {
    assert!(Date::parse(b"Mon, 04-Aug-2025 10:00:00 +0000").is_err());
}

/// An alternative of these parts, judged as inbound mail.
fn alternative(parts: &[&str]) -> (String, Report) {
    let head = "Date: Mon, 04 Aug 2025 10:00:00 +0000\r\nFrom: jane@doe.example\r\nMIME-Version: 1.0\r\n";
    let parts: String = parts.iter().flat_map(|part| ["--b\r\n", part, "\r\n"]).collect();
    let octets = format!("{head}Content-Type: multipart/alternative; boundary=b\r\n\r\n{parts}--b--\r\n");
    let report = validate(octets.as_bytes(), &Profile::inbound(), &Context::new());
    (octets, report)
}

#[test]
fn what_an_alternative_lacks_is_said_where_it_could_stand() {
    let (octets, report) =
        alternative(&["Content-Type: text/html\r\n\r\n<p>Hello Bob, we meet on Monday.</p>"]);
    let body = octets.find("--b").expect("a delimiter");
    for rule in ["alternative-plain-missing", "multipart-one-part", "html-only"] {
        let found = report.findings().iter().find(|finding| finding.rule().id() == rule);
        let span = found.unwrap_or_else(|| panic!("{rule} is not found")).span();
        assert!(span.start <= body as u64 && span.end + 2 >= octets.len() as u64, "{rule}: {span:?}");
    }
}

#[test]
fn below_a_limit_nothing_is_said_to_be_missing() {
    let level = |n: usize| format!("Content-Type: multipart/mixed; boundary=n{n}\r\n\r\n--n{n}\r\n");
    let deep: String = (0..30).map(level).collect();
    let deep = format!("{deep}Content-Type: text/plain\r\n\r\nHello Bob, we meet on Monday.");
    let (_, report) =
        alternative(&[&deep, "Content-Type: text/html\r\n\r\n<p>Hello Bob, we meet on Monday.</p>"]);
    let has = |rule: &str| report.findings().iter().any(|finding| finding.rule().id() == rule);
    assert!(has("multipart-too-deep"), "the limit is told");
    assert!(!has("alternative-plain-missing") && !has("html-only") && !has("text-part-missing"));
}
