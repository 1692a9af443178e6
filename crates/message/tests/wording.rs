//! What the article says about content: character sets, capitals, raw octets, HTML alone, no text, spam-like text.
//!
//! in:  a plain message with one thing changed      out: the rule that speaks, how loudly, and when it is silent
//! law: nothing about wording is an error; ordinary mail is left alone

use mailwright_message::{Context, Finding, Profile, Report, Safety, Severity, downgrade, validate};

const HEAD: &str = "From: Alice <alice@example.com>\r\nTo: Bob <bob@example.net>\r\nDate: Mon, 4 Aug 2025 10:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n";

fn judge(octets: &[u8]) -> Report {
    validate(octets, &Profile::inbound(), &Context::new().with_now(1_754_301_605))
}

/// A message with that subject, those fields of MIME, and that body.
fn message(subject: &str, kind: &str, body: &[u8]) -> Report {
    let kind = if kind.is_empty() { String::new() } else { format!("MIME-Version: 1.0\r\n{kind}\r\n") };
    judge(&[format!("{HEAD}Subject: {subject}\r\n{kind}\r\n").as_bytes(), body].concat())
}

fn text(charset: &str, body: &[u8]) -> Report {
    message("Minutes", &format!("Content-Type: text/plain{charset}\r\nContent-Transfer-Encoding: 8bit"), body)
}

fn html(body: &str) -> Report {
    message(
        "Minutes",
        "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit",
        body.as_bytes(),
    )
}

fn subject(subject: &str) -> Report {
    message(subject, "", b"Hello Bob\r\n")
}

fn find<'r>(report: &'r Report, id: &str) -> Option<&'r Finding> {
    report.findings().iter().find(|finding| finding.rule().id() == id)
}

#[track_caller]
fn warned(report: &Report, id: &str) {
    let severity = find(report, id).map(Finding::severity);
    assert!(severity.is_some(), "{id} is silent: {:?}", report.findings());
}

#[test]
fn advice_s032_a_text_without_fields_lacks_them_all() {
    let octets = b"There is a church meeting after services this week. Could you please attend.\r\n";
    let report = judge(octets);
    for (id, severity) in [
        ("from-missing", Severity::Error),
        ("date-missing", Severity::Error),
        ("subject-missing", Severity::Warning),
        ("message-id-missing", Severity::Warning),
        ("recipient-field-missing", Severity::Warning),
    ] {
        assert_eq!(find(&report, id).map(Finding::severity), Some(severity), "{id}");
    }
}

#[test]
fn advice_s072_s073_the_same_in_any_profile_that_asks_for_form() {
    let broken = format!("{HEAD}Subject : x\r\n \r\n y\r\nno colon\r\n\r\nHi\n");
    for profile in [Profile::strict(), Profile::inbound(), Profile::submission()] {
        let report = validate(broken.as_bytes(), &profile, &Context::new());
        for id in ["field-space-before-colon", "fold-blank-line", "field-no-colon", "line-bare-lf"] {
            warned(&report, id);
        }
    }
}

#[test]
fn advice_s074_an_empty_subject_is_told_too() {
    warned(&subject(""), "subject-empty");
    warned(&subject("=?utf-8?q?_?="), "subject-empty");
    assert!(find(&subject("x"), "subject-empty").is_none());
}

#[test]
fn advice_s075_how_far_dates_may_lie_is_a_setting() {
    let octets = format!("{HEAD}Subject: x\r\n\r\nHi\r\n");
    let day = 86_400;
    let at =
        |now: u64, profile: &Profile| validate(octets.as_bytes(), profile, &Context::new().with_now(now));
    let inbound = Profile::inbound();
    assert!(at(1_754_301_600 + 29 * day, &inbound).worst() < Some(Severity::Error));
    warned(&at(1_754_301_600 + 31 * day, &inbound), "date-past");
    warned(&at(1_754_301_600 - day - 60, &inbound), "date-future");
    assert_eq!(
        find(&at(1_754_301_600 - 3 * day, &inbound), "date-future").map(Finding::severity),
        Some(Severity::Error)
    );
    let wide = Profile::inbound().with_dates(400 * 86_400, 86_400);
    assert!(find(&at(1_754_301_600 + 31 * day, &wide), "date-past").is_none());
    let twice = format!("{HEAD}Date: Mon, 4 Aug 2025 10:00:00 +0000\r\n\r\n");
    warned(&judge(twice.as_bytes()), "field-duplicate");
}

#[test]
fn advice_s076_an_identifier_seen_before_is_told() {
    let octets = format!("{HEAD}Subject: x\r\n\r\nHi\r\n");
    let known = Context::new().with_known_id("1@example.com");
    warned(&validate(octets.as_bytes(), &Profile::inbound(), &known), "message-id-reused");
}

#[test]
fn advice_s077_blind_copies_don_t_leave() {
    let octets = format!("{HEAD}Bcc: eve@example.org\r\nSubject: x\r\n\r\nHi\r\n");
    let report = validate(octets.as_bytes(), &Profile::submission(), &Context::new());
    assert_eq!(find(&report, "bcc-present").map(Finding::severity), Some(Severity::Error));
    let mended = report.apply(octets.as_bytes(), Safety::Safe);
    assert!(!String::from_utf8_lossy(&mended).contains("eve@example.org"));
}

#[test]
fn advice_s078_a_multipart_is_never_encoded_as_a_whole() {
    let kind = "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64";
    warned(&message("x", kind, b"--b\r\n\r\nHi\r\n--b--\r\n"), "transfer-encoding-composite");
    let line = "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64";
    warned(&message("x", line, &[&b"QUJD".repeat(20)[..], b"\r\n"].concat()), "base64-line-too-long");
}

#[test]
fn advice_s079_the_domain_of_the_author_takes_mail() {
    let octets = format!("{HEAD}Subject: x\r\n\r\nHi\r\n");
    let context = Context::new().with_from_null_mx(true);
    warned(&validate(octets.as_bytes(), &Profile::inbound(), &context), "from-null-mx");
    let list = octets.replace("To:", "Sender: a@example.com, b@example.com\r\nTo:");
    warned(&judge(list.as_bytes()), "sender-several");
    let bulk = octets.replace(
        "To:",
        "DKIM-Signature: v=1; a=rsa-sha256; d=other.example; s=x; h=from; bh=QUJD; b=QUJD\r\nTo:",
    );
    let report = validate(bulk.as_bytes(), &Profile::inbound().with_bulk(), &Context::new().with_bulk(true));
    assert_eq!(find(&report, "dkim-not-aligned").map(Finding::severity), Some(Severity::Error));
}

#[test]
fn advice_s080_the_character_set_is_that_of_the_text() {
    for (charset, body, id) in [
        ("; charset=no-such-set", &b"gr\xfc\xdfe\r\n"[..], "charset-unknown"),
        ("; charset=utf-8", b"gr\xc3\xbc\xdfe\r\n", "charset-invalid-octets"),
        ("; charset=us-ascii", b"gr\xfc\xdfe\r\n", "charset-ascii-with-eight-bit"),
        ("", b"gr\xfc\xdfe\r\n", "charset-missing"),
        ("; charset=iso-8859-1", b"a \x96 b \x80 5\r\n", "charset-latin1-c1"),
        ("; charset=utf-16", b"H\0i\0\r\0\n\0", "charset-utf16-text"),
        ("; charset=utf-7", b"Hi +AGE-\r\n", "charset-deprecated"),
    ] {
        warned(&text(charset, body), id);
    }
    // The place is that of the octets, not of the field.
    let report = text("; charset=utf-8", b"gr\xc3\xbc\xdfe\r\n");
    let finding = find(&report, "charset-invalid-octets").map(Finding::span);
    let start = report.octets() - 8 + 4;
    assert!(finding.is_some_and(|span| span.contains(&start)));
    for (charset, body) in [
        ("; charset=utf-8", &b"gr\xc3\xbc\xc3\x9fe\r\n"[..]),
        ("; charset=iso-8859-1", b"gr\xfc\xdfe\r\n"),
        ("; charset=windows-1252", b"a \x96 b\r\n"),
    ] {
        assert!(
            text(charset, body).worst() < Some(Severity::Warning),
            "{charset}: {:?}",
            text(charset, body).findings()
        );
    }
    // No language is guessed, and none is asked for.
    let russian = "\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}, \u{411}\u{43e}\u{431}\r\n".as_bytes();
    assert!(text("; charset=utf-8", russian).worst() < Some(Severity::Warning));
}

#[test]
fn advice_s081_capitals_are_a_hint_and_a_careful_one() {
    assert_eq!(
        find(&subject("MINUTES OF THE MEETING"), "subject-all-caps").map(Finding::severity),
        Some(Severity::Hint)
    );
    warned(&subject("Re: [LIST] MINUTES OF THE MEETING"), "subject-all-caps");
    for quiet in [
        "MINUTES",
        "NASA TV",
        "RE: Minutes of the meeting",
        "[URGENT LIST NAME] minutes today",
        "2025-08-04 10:00:00 12345",
        "\u{4f1a}\u{8b70} \u{8b70}\u{4e8b}\u{9332}\u{6703}\u{8b70}\u{8b70}\u{4e8b}\u{9332}\u{6703}",
    ] {
        assert!(find(&subject(quiet), "subject-all-caps").is_none(), "{quiet}");
    }
    warned(
        &text("; charset=us-ascii", "THIS IS A TEXT IN CAPITALS AND NOTHING ELSE\r\n".repeat(10).as_bytes()),
        "text-all-caps",
    );
}

#[test]
fn advice_s082_raw_octets_stand_only_where_8bit_is_said() {
    warned(&subject("Grüße"), "field-eight-bit");
    let seven = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit";
    let report = message("x", seven, "Grüße\r\n".as_bytes());
    assert_eq!(find(&report, "transfer-encoding-eight-bit").map(Finding::severity), Some(Severity::Error));
    assert_eq!(message("x", "", "Grüße\r\n".as_bytes()).worst(), Some(Severity::Error), "no MIME-Version");
    let octets = format!(
        "{HEAD}Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n"
    );
    let way = Context::new().with_eight_bit_mime(false);
    warned(&validate(octets.as_bytes(), &Profile::inbound(), &way), "eight-bit-without-8bitmime");
    let done = downgrade(octets.as_bytes());
    let done = done.map(|done| validate(&done.octets, &Profile::inbound(), &way));
    assert!(done.is_ok_and(|report| find(&report, "eight-bit-without-8bitmime").is_none()));
}

#[test]
fn advice_s083_long_tokens_of_fields_are_no_error() {
    let signature = format!(
        "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=x; h=from:to:subject:date; bh=QUJD;\r\n b={}\r\n",
        "A".repeat(600)
    );
    let octets = format!("{signature}{HEAD}Subject: x\r\n\r\nHi\r\n");
    assert!(judge(octets.as_bytes()).worst() < Some(Severity::Error));
    let quoted = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable";
    let soft = format!("{}=\r\n{}\r\n", "a".repeat(75), "b".repeat(76));
    assert!(find(&message("x", quoted, soft.as_bytes()), "qp-line-too-long").is_none());
    let long = format!("{}\r\n", "a".repeat(77));
    warned(&message("x", quoted, long.as_bytes()), "qp-line-too-long");
}

#[test]
fn advice_s084_html_alone_is_told() {
    warned(&html("<p>Hello Bob, here are the minutes of Monday.</p>\r\n"), "html-only");
    let both = |plain: &str| {
        let body = format!(
            "--b\r\nContent-Type: text/plain\r\n\r\n{plain}\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Hello Bob, here are the minutes of Monday.</p>\r\n--b--\r\n"
        );
        message("Minutes", "Content-Type: multipart/alternative; boundary=b", body.as_bytes())
    };
    let good = both("Hello Bob, here are the minutes of Monday.");
    assert!(good.worst() < Some(Severity::Warning), "{:?}", good.findings());
    for empty in ["", "  ", "Please view this email in your browser", "This email requires an HTML viewer"] {
        warned(&both(empty), "plain-part-placeholder");
    }
    let lone = "--b\r\nContent-Type: text/html\r\n\r\n<p>Hello Bob</p>\r\n--b--\r\n";
    warned(
        &message("x", "Content-Type: multipart/alternative; boundary=b", lone.as_bytes()),
        "alternative-plain-missing",
    );
}

#[test]
fn advice_s085_something_can_be_read() {
    warned(&message("x", "", b""), "body-empty");
    warned(&message("x", "", b" \r\n\r\n"), "body-empty");
    warned(
        &message("x", "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64", b"QUJD\r\n"),
        "text-part-missing",
    );
    warned(
        &html("<a href=\"https://example.com/\"><img alt=\"\" src=\"https://example.com/a.png\"></a>\r\n"),
        "html-image-only",
    );
    let readable = html(
        "<p>Hello Bob, the minutes of our meeting on Monday are below, with a picture of the whiteboard.</p><img alt=\"board\" src=\"https://example.com/a.png\">\r\n",
    );
    assert!(find(&readable, "html-image-only").is_none() && find(&readable, "text-part-missing").is_none());
}

#[test]
fn advice_s086_what_looks_like_spam_is_named_and_never_an_error() {
    for mark in [
        "Dear {{name}},",
        "Dear %%FNAME%%,",
        "Dear [First Name],",
        "Dear ${first},",
        "Hello %FIRSTNAME%,",
        "Dear undefined,",
        "Hi null,",
    ] {
        warned(&text("; charset=us-ascii", format!("{mark} hello\r\n").as_bytes()), "template-unresolved");
    }
    for (body, id) in [
        ("Buy via\u{200b}gra and cia\u{200b}lis now\r\n", "text-invisible-characters"),
        ("Your p\u{430}ypal acc\u{43e}unt\r\n", "text-mixed-script-words"),
        ("Cheap V1agra and F R E E money\r\n", "spam-obfuscation"),
    ] {
        warned(&text("; charset=utf-8", body.as_bytes()), id);
    }
    for (body, id) in [
        (format!("<p>Hello</p><div style=\"font-size:0\">{}</div>", "words ".repeat(60)), "html-hidden-text"),
        (
            "<a href=\"https://evil.example.org/\">https://bank.example/</a>".to_owned(),
            "html-link-text-differs",
        ),
        ("<a href=\"https://bit.ly/x\">Hello</a>".to_owned(), "html-link-shortener"),
        ("<a href=\"http://192.0.2.1/\">Hello</a>".to_owned(), "html-link-to-address"),
        ("<a href=\"https://p\u{430}ypal.example/\">Hello</a>".to_owned(), "url-mixed-script"),
    ] {
        let report = html(&format!("{body}<p>and a line of text</p>\r\n"));
        warned(&report, id);
        let loud =
            report.findings().iter().any(|f| !f.rule().group().is_exact() && f.severity() == Severity::Error);
        assert!(!loud, "wording is no error");
    }
    let file = "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"invoice.pdf.exe\"\r\nContent-Transfer-Encoding: base64";
    warned(&message("x", file, b"QUJD\r\n"), "attachment-executable");
    let plain = text(
        "; charset=us-ascii",
        b"Hello Bob, the invoice [1] for 100% of the order is attached. Regards {Alice}\r\n",
    );
    assert!(plain.worst() < Some(Severity::Warning), "{:?}", plain.findings());
}

#[test]
fn advice_s086_character_references_hide_no_address() {
    for (address, id) in [
        ("&#106;avascript:x()", "html-link-scheme-unsafe"),
        ("java&#9;script&colon;x()", "html-link-scheme-unsafe"),
        ("https://bank.example&commat;evil.example/", "url-user-info"),
        ("http://192&#46;0.2.1/", "html-link-to-address"),
        ("https&#58;//evil.example/", "html-link-text-differs"),
    ] {
        let report =
            html(&format!("<p>Hello Bob, <a href=\"{address}\">www.bank.example</a> is here.</p>\r\n"));
        warned(&report, id);
    }
    let usual = html(
        "<p>Hello Bob, <a href=\"https://www.bank.example/?a=b&amp;c=d\">www.bank.example</a> is here.</p>\r\n",
    );
    assert!(find(&usual, "html-link-text-differs").is_none());
}
