//! What fuzzing found once, each input as a test that stays.

use mailwright_message::{Date, Reader};

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
