//! Every class of hostile message: what is read, what is told, and what never happens.
//!
//! in:  messages that other software choked on or read in two ways      out: our one reading, and its findings
//! law: bounded, linear, no panic; where two readers may disagree a finding says so

use mailwright_message::{
    Charset, ContentType, Context, Date, Decoder, Finding, Identifiers, Kind, Limits, Profile, Reader,
    Report, TransferEncoding, Validator, downgrade, validate,
};

const HEAD: &str = "From: Alice <alice@example.com>\r\nTo: bob@example.net\r\nDate: Mon, 4 Aug 2025 10:00:00 +0000\r\nMessage-ID: <1@example.com>\r\nSubject: Minutes\r\nMIME-Version: 1.0\r\n";

fn judge(octets: &[u8]) -> Report {
    validate(octets, &Profile::inbound(), &Context::new().with_now(1_754_301_605))
}

/// The plain message with more fields, and a body.
fn with(fields: &str, body: &str) -> Report {
    judge(format!("{HEAD}{fields}\r\n\r\n{body}").as_bytes())
}

fn is_ambiguous(report: &Report) -> bool {
    report.findings().iter().any(Finding::is_ambiguous)
}

/// The leaves of a multipart with that Content-Type and body.
fn leaves(kind: &str, body: &str) -> Vec<String> {
    let octets = format!("{HEAD}Content-Type: {kind}\r\n\r\n{body}");
    let reader = Reader::new(octets.as_bytes());
    let leaf = reader.parts().filter(|part| part.kind() == Kind::Leaf && part.parent().is_some());
    leaf.map(|part| String::from_utf8_lossy(part.raw_body()).into_owned()).collect()
}

fn decode(encoding: TransferEncoding, body: &[u8]) -> Vec<u8> {
    let (mut decoder, mut out) = (Decoder::new(encoding), Vec::new());
    decoder.push(body, &mut out);
    decoder.finish(&mut out);
    out
}

#[test]
fn threat_m02_depth_and_equal_boundaries_stop_at_a_limit_that_is_told() {
    let level = |n: usize| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n");
    let close = |n: usize| format!("--b{n}--\r\n");
    let open = (0..20_000).map(level).collect::<Vec<_>>().concat();
    let closed = [open.clone(), (0..20_000).rev().map(close).collect::<Vec<_>>().concat()].concat();
    let same = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n".repeat(20_000);
    for octets in [open, closed] {
        let report = judge(octets.as_bytes());
        assert!(report.has("multipart-too-deep") && is_ambiguous(&report));
        assert!(report.skipped().iter().any(|skipped| skipped.to_string().contains("parts")));
        let reader = Reader::new(octets.as_bytes());
        assert!(reader.is_cut() && reader.parts().all(|part| part.path().numbers().len() <= 20));
    }
    let report = judge(same.as_bytes());
    assert!(report.has("boundary-collides") || report.has("multipart-too-many-parts"));
    assert!(Reader::new(same.as_bytes()).parts().count() <= 1000);
}

#[test]
fn threat_m03_many_empty_parts_spend_a_budget() {
    let octets =
        format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}", "--b\r\n".repeat(500_000));
    let report = judge(octets.as_bytes());
    assert!(report.has("multipart-too-many-parts") && report.findings().len() <= 256);
    let reader = Reader::new(octets.as_bytes());
    assert!(reader.is_cut() && reader.parts().count() <= 1000);
}

#[test]
fn threat_m04_boundary_tricks_have_one_reading() {
    let mixed = |boundary: &str, body: &str| leaves(&format!("multipart/mixed; boundary={boundary}"), body);
    // A longer line is no delimiter; blanks behind one are passed over.
    assert_eq!(mixed("b", "--b\r\n\r\none\r\n--bc\r\ntwo\r\n--b--\r\n"), ["one\r\n--bc\r\ntwo"]);
    assert_eq!(mixed("b", "--b \t\r\n\r\none\r\n--b-- \r\nend\r\n"), ["one"]);
    // Quotes, the form in pieces, and a comment all give the same boundary.
    for boundary in ["\"b\"", "b (comment)", "\"b \"", "\"\\b\""] {
        assert_eq!(mixed(boundary, "--b\r\n\r\none\r\n--b--\r\n"), ["one"], "{boundary}");
    }
    assert_eq!(
        leaves("multipart/mixed; boundary*0=b; boundary*1=c", "--bc\r\n\r\none\r\n--bc--\r\n"),
        ["one"]
    );
    // The first of two counts, and readers may disagree.
    assert_eq!(
        leaves("multipart/mixed; boundary=b; boundary=c", "--b\r\n\r\none\r\n--c\r\n\r\n--b--\r\n").len(),
        1
    );
    let twice = with("Content-Type: multipart/mixed; boundary=b; boundary=c", "--b\r\n\r\none\r\n--b--\r\n");
    assert!(twice.has("parameter-duplicate") && is_ambiguous(&twice));
    // No line end before the first delimiter, and bare LF.
    assert_eq!(mixed("b", "--b\r\n\r\none\r\n--b--"), ["one"]);
    assert_eq!(mixed("b", "--b\n\none\n--b--\n"), ["one"]);
}

#[test]
fn threat_m04_boundaries_that_no_reader_may_rely_on_are_told() {
    let long = "b".repeat(71);
    for (kind, body, id) in [
        ("boundary=\"\"", "--\r\n\r\none\r\n----\r\n", "boundary-parameter-missing"),
        ("charset=x", "--b\r\n\r\none\r\n--b--\r\n", "boundary-parameter-missing"),
        ("boundary=\"b\u{e9}\"", "--b\u{e9}\r\n\r\none\r\n--b\u{e9}--\r\n", "boundary-parameter-invalid"),
        (
            &format!("boundary={long}"),
            &format!("--{long}\r\n\r\none\r\n--{long}--\r\n"),
            "boundary-parameter-invalid",
        ),
        ("boundary=b", "one\r\n", "boundary-never-used"),
        ("boundary=b", "--b\r\n\r\none\r\n", "boundary-unclosed"),
    ] {
        let report = with(&format!("Content-Type: multipart/mixed; {kind}"), body);
        assert!(report.has(id), "{kind}: {:?}", report.findings());
        let known = report.findings().iter().find(|finding| finding.rule().id() == id);
        assert!(known.is_some_and(Finding::is_ambiguous) || id == "boundary-never-used", "{id}");
    }
    let seventy = "b".repeat(70);
    let report = with(
        &format!("Content-Type: multipart/mixed; boundary={seventy}"),
        &format!("--{seventy}\r\n\r\none\r\n--{seventy}--\r\n"),
    );
    assert!(!report.has("boundary-parameter-invalid"));
    let inner =
        "--b\r\nContent-Type: multipart/mixed; boundary=bc\r\n\r\n--bc\r\n\r\none\r\n--bc--\r\n--b--\r\n";
    assert!(with("Content-Type: multipart/mixed; boundary=b", inner).has("boundary-collides"));
}

#[test]
fn threat_m05_encodings_that_are_not_known_or_stand_twice() {
    let part = |fields: &str| format!("{HEAD}{fields}\r\n\r\nQUJD\r\n");
    let read = |fields: &str| {
        let octets = part(fields);
        Reader::new(octets.as_bytes()).root().body_octets().into_owned()
    };
    assert_eq!(read("Content-Transfer-Encoding: base64 (x)"), b"ABC");
    assert_eq!(read("Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: 7bit"), b"ABC");
    assert_eq!(read("Content-Transfer-Encoding: b64"), b"QUJD\r\n");
    let twice =
        judge(part("Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: 7bit").as_bytes());
    assert!(twice.has("mime-field-duplicate") && is_ambiguous(&twice));
    let unknown = judge(part("Content-Transfer-Encoding: b64").as_bytes());
    assert!(unknown.has("transfer-encoding-unknown") && is_ambiguous(&unknown));
}

#[test]
fn threat_m06_many_encoded_words_are_all_read_and_bounded() {
    for count in [5_000, 20_000] {
        let octets = format!("Subject: {}\r\n\r\n", "=?utf-8?q?=C3=BC?= ".repeat(count));
        let limits = Limits::default().with_header(1 << 20);
        let text = Reader::with_limits(octets.as_bytes(), &limits).text("Subject").expect("there is one");
        assert_eq!(text.chars().filter(|c| *c == 'ü').count(), count);
        let report = judge(octets.as_bytes());
        assert!(report.findings().len() <= 256);
    }
    let octets = format!("Subject: {}\r\n\r\n", "=?utf-8?q?".repeat(10_000));
    let report = judge(octets.as_bytes());
    let broken = report.findings().iter().find(|finding| finding.rule().id() == "encoded-word-malformed");
    assert!(broken.is_some_and(|finding| finding.count() == 10_000), "{:?}", report.findings());
}

#[test]
fn threat_m07_each_fault_of_an_encoded_word_is_named() {
    let long = format!("=?utf-8?q?{}?=", "=C3=BC".repeat(12));
    for (word, id) in [
        (long.as_str(), "encoded-word-too-long"),
        ("=?no-such-set?q?=FC?=", "encoded-word-charset-unknown"),
        ("=?utf-8?q?a?b?=", "encoded-word-malformed"),
        ("=?utf-8?q?a b?=", "encoded-word-malformed"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "encoded-word-splits-character"),
        ("=?utf-8?q?a=0D=0ABcc:_x?=", "encoded-word-control"),
        ("=?utf-8?q?a=00b=C3=BC?=", "encoded-word-control"),
        ("=?utf-8?q?=FF?=", "encoded-word-undecodable"),
        ("=?utf-8?b?w7w?=", "encoded-word-base64-invalid"),
    ] {
        let octets = HEAD.replace("Minutes", word) + "\r\n";
        let report = judge(octets.as_bytes());
        assert!(report.has(id), "{word}: {:?}", report.findings());
        let text = Reader::new(octets.as_bytes()).text("Subject").expect("there is one");
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
    // A language behind the character set is read over, and what an address decodes to never becomes one.
    assert_eq!(Reader::new(b"Subject: =?utf-8*de?q?=C3=BC?=\r\n\r\n").text("Subject").as_deref(), Some("ü"));
    let forged = HEAD.replace("Alice <", "=?utf-8?q?=3Ceve=40evil.example=3E?= <") + "\r\n";
    let list: Vec<_> =
        Reader::new(forged.as_bytes()).field("From").map(|f| f.raw_value().to_vec()).into_iter().collect();
    let mailboxes: Vec<_> = mailwright_message::Addresses::new(&list[0])
        .filter_map(
            |item| if let mailwright_message::Address::Mailbox(m) = item { Some(m.address()) } else { None },
        )
        .collect();
    assert_eq!(mailboxes, ["alice@example.com"]);
    assert!(
        judge(HEAD.replace("alice@example.com", "=?utf-8?q?a=40b?=@example.com").as_bytes())
            .has("address-encoded-word")
    );
}

#[test]
fn threat_m09_folds_and_names_are_each_classified() {
    for (octets, id) in [
        ("Subject: a\r\n \r\n b\r\n\r\n", "fold-blank-line"),
        ("Subject: a\rb\r\n\r\n", "line-bare-cr"),
        (" a\r\nSubject: b\r\n\r\n", "field-leading-continuation"),
        ("Subject a\r\nTo: x@example.com\r\n\r\n", "field-no-colon"),
        ("Subject : a\r\n\r\n", "field-space-before-colon"),
        (": a\r\nTo: x@example.com\r\n\r\n", "field-name-invalid"),
        ("Message-ID: <a@\r\n example.com>\r\n\r\n", "fold-inside-token"),
        (&format!("{}: a\r\n\r\n", "N".repeat(10_000)), "field-name-too-long"),
    ] {
        let report = judge(octets.as_bytes());
        assert!(report.has(id), "{id}: {:?}", report.findings());
    }
    let folds = format!("Subject: a{}\r\nTo: bob@example.net\r\n\r\n", "\r\n b".repeat(25_000));
    let reader = Reader::new(folds.as_bytes());
    assert_eq!(reader.fields().count(), 2);
    assert_eq!(reader.text("Subject").map(|text| text.len()), Some(1 + 2 * 25_000));
}

#[test]
fn threat_m10_large_header_sections_are_cut_and_the_cut_is_told() {
    let huge = format!("Subject: {}\r\n\r\nHi\r\n", "x".repeat(10_000_000));
    let unended = "X: y\r\n".repeat(200_000);
    let leading = "\r\n".repeat(100_000) + HEAD;
    for octets in [huge, unended, "\r".repeat(1_000_000), leading.clone()] {
        let mut validator = Validator::new(Profile::inbound(), Context::new(), Limits::default());
        octets.as_bytes().chunks(65_536).for_each(|chunk| validator.push(chunk));
        let report = validator.finish();
        assert!(report.findings().len() <= 256 && report.octets() == octets.len() as u64);
    }
    assert!(judge(leading.as_bytes()).has("header-section-empty"));
    assert!(
        judge("X: y\r\n".repeat(30_000).as_bytes())
            .skipped()
            .iter()
            .any(|s| s.to_string().contains("header octets"))
    );
}

#[test]
fn threat_m11_two_senders_no_author_and_odd_spellings() {
    for (octets, id) in [
        (
            HEAD.replace("To:", "Sender: a@example.com\r\nSender: b@example.com\r\nTo:"),
            "field-duplicate-conflict",
        ),
        (HEAD.replace("From: Alice <alice@example.com>\r\n", ""), "from-missing"),
        (HEAD.replace("From: ", "FrОm: "), "from-missing"),
        (HEAD.replace("From: ", "from: "), "field-case-unusual"),
    ] {
        let report = judge((octets + "\r\nHi\r\n").as_bytes());
        assert!(report.has(id), "{id}: {:?}", report.findings());
    }
    let octets = b"From: a@example.com\r\nfrom: b@example.com\r\nFrom : c@example.com\r\n\r\n";
    let all: Vec<_> = Reader::new(octets).fields().filter(|f| f.is_named("From")).map(|f| f.text()).collect();
    assert_eq!(all, ["a@example.com", "b@example.com", "c@example.com"]);
}

#[test]
fn threat_m12_dates_are_values_or_errors() {
    let comments = format!("{}4 Aug 2025 10:00:00 +0000", "(".repeat(500_000));
    for date in [
        comments.as_str(),
        "4 Aug 0 10:00:00 +0000 x",
        "4 Aug 99999 10:00:00 +0000",
        "4 Aug 2025 10:00:00 +-100",
        "31 Feb 2025 10:00:00 +0000",
        "4 Aug 2025 24:60:61 +0000",
        "\u{664} Aug 2025 10:00:00 +0000",
        "",
        "(",
        ",",
        "4 Aug 2025",
        "4 Aug 18446744073709551616 10:00:00 +0000",
        "00 Aug 2025 10:00:00 +0000",
    ] {
        assert!(Date::parse(date.as_bytes()).is_err() || date.contains("+-100"), "{date:.60}");
    }
    for (date, unix) in [
        ("4 Aug 25 10:00 EST", 1_754_319_600),
        ("4 Aug 2025 10:00:00", 1_754_301_600),
        ("Mon, 4 Aug 2025 10:00:00 Z", 1_754_301_600),
        ("4 Aug 2025 10:00:00 -9959", 1_754_661_540),
    ] {
        assert_eq!(Date::parse(date.as_bytes()).map(Date::unix), Ok(unix), "{date}");
    }
}

#[test]
fn threat_m13_identifiers_many_open_and_long() {
    let many = "<a@b.example> ".repeat(100_000);
    assert_eq!(Identifiers::new(many.as_bytes()).count(), 100_000);
    for value in [
        "<a@b".repeat(50_000),
        format!("<{}@b>", "a".repeat(1_000_000)),
        "<".repeat(100_000),
        "<a@\r\n b>".to_owned(),
    ] {
        let _counted = Identifiers::new(value.as_bytes()).count();
        let report = judge(format!("{HEAD}References: {value}\r\n\r\n").as_bytes());
        assert!(report.findings().len() <= 256);
    }
}

#[test]
fn threat_m14_base64_and_quoted_printable_are_read_tolerantly_and_told_exactly() {
    use TransferEncoding::{Base64, QuotedPrintable};
    for (body, expect, id) in [
        ("QU JD\r\nRE\tVG\r\n", "ABCDEF", ""),
        ("QU*JD\r\n", "ABC", "base64-character-invalid"),
        ("QUI=QUI=\r\n", "AB", "base64-after-padding"),
        ("QUJDR\r\n", "ABC", "base64-length"),
        ("QUJ\r\n", "AB", "base64-length"),
    ] {
        let out = decode(Base64, body.as_bytes());
        assert!(out.starts_with(expect.as_bytes()), "{body:?}: {out:?}");
        let octets = format!(
            "{HEAD}Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}"
        );
        let report = judge(octets.as_bytes());
        let found = report.findings().iter().find(|finding| finding.rule().id() == id);
        assert!(
            id.is_empty() || found.is_some_and(|f| f.span().start >= (octets.len() - body.len()) as u64),
            "{body:?}: {:?}",
            report.findings()
        );
    }
    assert_eq!(decode(Base64, &b"=".repeat(1_000_000)).len(), 0);
    for (body, expect) in
        [("a=", "a"), ("a=\n", "a"), ("=XY", "=XY"), ("==", "="), ("a=\r\n", "a"), ("a =\r\nb", "a b")]
    {
        let out = decode(QuotedPrintable, body.as_bytes());
        assert!(out.starts_with(expect.as_bytes()) && out.len() <= body.len(), "{body:?}: {out:?}");
    }
    let long = format!(
        "{HEAD}Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}=ZZ\r\n",
        "a".repeat(2_000_000)
    );
    let report = judge(long.as_bytes());
    for id in ["qp-escape-invalid", "qp-line-too-long"] {
        let found = report.findings().iter().find(|finding| finding.rule().id() == id);
        assert!(found.is_some_and(|finding| finding.span().end <= long.len() as u64), "{id}");
    }
}

#[test]
fn threat_m15_character_sets_that_run_or_shift_are_named_and_never_decoded_in_secret() {
    for label in [
        "utf-7",
        "hz-gb-2312",
        "iso-2022-kr",
        "iso-2022-cn",
        "ebcdic-us",
        "cp037",
        "no-such-set",
        "utf-16",
        "utf-32",
        "",
    ] {
        let kind = format!("Content-Type: text/plain; charset={label}\r\nContent-Transfer-Encoding: base64");
        let octets = format!("{HEAD}{kind}\r\n\r\nK0FEdy1zY3JpcHQrQUQ0LQ==\r\n");
        let text = Reader::new(octets.as_bytes()).root().body_text().unwrap_or_default();
        assert!(!text.contains('<'), "{label} was decoded: {text:?}");
        let report = judge(octets.as_bytes());
        let told = [
            "charset-unknown",
            "charset-deprecated",
            "charset-utf16-text",
            "parameter-invalid",
            "charset-invalid-octets",
        ];
        assert!(told.iter().any(|id| report.has(id)), "{label}: {:?}", report.findings());
    }
    let japanese = Charset::find(b"iso-2022-jp").expect("it is known");
    for octets in [&b"\x1b$B"[..], b"\x1b$B\x1b$B\x1b", b"\x1b", b"\xff\x1b(J", b""] {
        let _text = japanese.decode(octets);
    }
}

#[test]
fn threat_m16_raw_octets_in_fields_are_told_and_make_no_field() {
    let umlaut = HEAD.replace("Minutes", "Grüße") + "\r\n";
    assert!(judge(umlaut.as_bytes()).has("field-eight-bit"));
    let allowed = validate(umlaut.as_bytes(), &Profile::inbound(), &Context::new().with_smtputf8(true));
    assert!(!allowed.has("field-eight-bit"));
    let latin = [HEAD.as_bytes(), b"X-A: \xfc\r\n\r\n"].concat();
    let report = validate(&latin, &Profile::inbound(), &Context::new().with_smtputf8(true));
    assert!(report.has("field-utf8-invalid"));
    let nul = HEAD.replace("Minutes", "a\0b") + "\r\n";
    assert!(judge(nul.as_bytes()).has("nul-octet"));
    let forged = HEAD.replace("Minutes", "a\rBcc: eve@example.org\r\rX: y") + "\r\n";
    let reader = Reader::new(forged.as_bytes());
    assert!(reader.field("Bcc").is_none() && reader.field("X").is_none());
    assert!(judge(forged.as_bytes()).has("line-bare-cr"));
}

#[test]
fn threat_m17_lines_that_are_nearly_delimiters_are_text() {
    let boundary = "boundary_of_forty_octets_that_is_long_";
    let near = format!("--{}\r\n", boundary.trim_end_matches('_')).repeat(20_000) + &"--\r\n".repeat(20_000);
    let body = format!("--{boundary}\r\n\r\n{near}--{boundary}--\r\n");
    assert_eq!(leaves(&format!("multipart/mixed; boundary={boundary}"), &body).len(), 1);
    let dashes = "-".repeat(1_000_000);
    assert_eq!(leaves("multipart/mixed; boundary=-", &format!("---\r\n\r\n{dashes}\r\n-----\r\n")).len(), 1);
}

#[test]
fn threat_m15_octets_that_change_the_alphabet_are_no_controls() {
    let part = |charset: &str| {
        let field = format!("Content-Type: text/plain; charset={charset}");
        with(&field, "\x1b$BF|K\\8l\x1b(B\r\n").has("control-octet-body")
    };
    assert_eq!(["iso-2022-jp", "ISO-2022-KR", "us-ascii", "utf-8"].map(part), [false, false, true, true]);
}

#[test]
fn threat_m18_names_of_files_are_shown_decoded_and_raw_and_told() {
    let long = "a".repeat(100_000);
    for (parameter, shown) in [
        ("filename=\"../../etc/x\"", "../../etc/x"),
        ("filename=\"a\r\n b.txt\"", "a b.txt"),
        ("filename=\"=?utf-8?q?=2E=2E=2Fx?=\"", "../x"),
        ("filename*=utf-8''..%2Fx%0d%0aY", "../x  Y"),
        (&format!("filename=\"{long}\""), &long),
    ] {
        let octets = format!(
            "{HEAD}Content-Type: application/pdf\r\nContent-Disposition: attachment; {parameter}\r\n\r\n"
        );
        let reader = Reader::new(octets.as_bytes());
        let name = reader.root().file_name().expect("it has one").into_owned();
        assert_eq!(name, shown, "{parameter:.60}");
        assert!(!name.chars().any(char::is_control));
    }
    for name in
        ["a\0b.txt", "a\u{202e}gpj.exe", "../x", "=?utf-8?q?=2E=2E=2Fx?=", "C:\\\\x", "x.exe ", ".bashrc"]
    {
        let field =
            format!("Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"{name}\"");
        assert!(with(&field, "").has("filename-unsafe"), "{name:?}");
    }
    let program = "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"=?utf-8?q?a.exe?=\"";
    assert!(with(program, "").has("attachment-executable"));
    let word = with(
        "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"=?utf-8?q?a?=\"",
        "",
    );
    assert!(word.has("encoded-word-in-parameter"));
    assert_eq!(ContentType::parse(b"a/b; name=\"x\"").raw_parameter("name"), Some(&b"x"[..]));
}

#[test]
fn threat_m19_reports_inside_reports_share_one_depth() {
    let kinds = ["feedback-report", "delivery-status", "disposition-notification"];
    let level = |n: usize| {
        let kind = kinds[n % 3];
        format!(
            "Content-Type: multipart/report; report-type={kind}; boundary=r{n}\r\n\r\n--r{n}\r\n\r\nnotice\r\n--r{n}\r\nContent-Type: message/{kind}\r\n\r\nVersion: 1\r\n\r\n--r{n}\r\nContent-Type: message/rfc822\r\n\r\n"
        )
    };
    let octets = [HEAD.to_owned(), (0..1000).map(level).collect::<Vec<_>>().concat()].concat();
    let report = judge(octets.as_bytes());
    assert!(report.has("multipart-too-deep") && report.findings().len() <= 256);
    let reader = Reader::new(octets.as_bytes());
    assert!(reader.is_cut() && reader.parts().all(|part| part.path().numbers().len() <= 20));
    assert!(downgrade(octets.as_bytes()).is_err(), "it is too deep to be written anew");
}

#[test]
fn threat_m20_any_cut_gives_the_same_report_and_the_same_tree() {
    let octets = format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\nQU*JD=\r\n--b\r\n\r\n=?utf-8?q?\r\n--b--\r\nend\r\r\n.\n"
    );
    let octets = octets.as_bytes();
    let expected = judge(octets);
    for first in 0..octets.len() {
        let mut validator =
            Validator::new(Profile::inbound(), Context::new().with_now(1_754_301_605), Limits::default());
        validator.push(&octets[..first]);
        validator.push(&octets[first..]);
        assert_eq!(validator.finish(), expected, "cut at {first}");
    }
}
