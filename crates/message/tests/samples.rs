//! Messages that a rule must see besides its example, and messages near them that it must let through.

use mailwright_message::{Context, Profile, Report, validate};

const HEAD: &str = "From: Alice <alice@example.com>\r\nTo: Bob <bob@example.net>\r\nDate: Mon, 4 Aug 2025 10:00:00 +0000\r\nMessage-ID: <1@example.com>\r\nSubject: Minutes\r\n";

fn judge(octets: &str) -> Report {
    validate(octets.as_bytes(), &Profile::inbound(), &Context::new().with_now(1_754_301_605))
}

/// The plain message with fields replaced by name, added where there is none, and a body.
fn message(fields: &str, body: &str) -> Report {
    let name = |line: &str| line.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
    let named: Vec<String> = fields.split("\r\n").filter(|line| !line.starts_with(' ')).map(name).collect();
    let kept: Vec<&str> = HEAD.split_inclusive("\r\n").filter(|line| !named.contains(&name(line))).collect();
    judge(&format!("{}{fields}\r\n\r\n{body}", kept.concat()))
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of messages")]
fn fields_that_should_fire_do_and_their_neighbours_don_t() {
    let many = (0..101).map(|n| format!("a{n}@example.com")).collect::<Vec<_>>().join(",\r\n ");
    let hundred = (0..100).map(|n| format!("a{n}@example.com")).collect::<Vec<_>>().join(",\r\n ");
    let ids = |n: usize| (0..n).map(|n| format!("<{n}@e.com>")).collect::<Vec<_>>().join("\r\n ");
    let deep = |n: usize| format!("To: {}{} bob@example.net", "(".repeat(n), ")".repeat(n));
    for (id, bad, good) in [
        ("field-trailing-blank", "Subject: x ".to_owned(), "Subject: x".to_owned()),
        ("comment-nesting-deep", deep(17), deep(16)),
        ("group-unterminated", "To: Team: a@example.com".to_owned(), "To: Team: a@example.com;".to_owned()),
        ("group-name-empty", "To: : a@example.com;".to_owned(), "To: T: a@example.com;".to_owned()),
        (
            "local-part-quoted-needlessly",
            "To: \"bob\"@example.net".to_owned(),
            "To: \"bob b\"@example.net".to_owned(),
        ),
        ("domain-trailing-dot", "To: bob@example.net.".to_owned(), "To: bob@example.net".to_owned()),
        ("domain-syntax", "To: bob@a_b.example.net".to_owned(), "To: bob@a-b.example.net".to_owned()),
        ("address-literal-invalid", "To: bob@[300.1.1.1]".to_owned(), "To: bob@[192.0.2.1]".to_owned()),
        (
            "address-list-null-element",
            "To: bob@example.net, ".to_owned(),
            "To: \"a,,b\" <bob@example.net>".to_owned(),
        ),
        (
            "display-name-unquoted",
            "To: Smith, Bob <bob@example.net>".to_owned(),
            "To: \"Smith, Bob\" <bob@example.net>".to_owned(),
        ),
        (
            "display-name-unquoted-dot",
            "To: B. Smith <bob@example.net>".to_owned(),
            "To: \"B. Smith\" <bob@example.net>".to_owned(),
        ),
        ("recipients-too-many", format!("To: {many}"), format!("To: {hundred}")),
        (
            "recipient-repeated",
            "To: a@example.com, A@example.com".to_owned(),
            "To: a@example.com, b@example.com".to_owned(),
        ),
        (
            "date-weekday-wrong",
            "Date: Sun, 4 Aug 2025 10:00:00 +0000".to_owned(),
            "Date: 4 Aug 2025 10:00:00 +0000".to_owned(),
        ),
        (
            "date-out-of-range",
            "Date: Sat, 29 Feb 2025 10:00:00 +0000".to_owned(),
            "Date: Thu, 29 Feb 2024 10:00:00 +0000".to_owned(),
        ),
        (
            "date-zone-invalid",
            "Date: Mon, 4 Aug 2025 10:00:00 +0060".to_owned(),
            "Date: Mon, 4 Aug 2025 10:00:00 +0059".to_owned(),
        ),
        ("references-too-many", format!("References: {}", ids(101)), format!("References: {}", ids(30))),
        (
            "references-without-parent",
            "In-Reply-To: <x@e.com>\r\nReferences: <y@e.com>".to_owned(),
            "In-Reply-To: <x@e.com>\r\nReferences: <y@e.com> <x@e.com>".to_owned(),
        ),
        (
            "message-id-right-side",
            "Message-ID: <1@server>".to_owned(),
            "Message-ID: <1@server.example.com>".to_owned(),
        ),
        (
            "subject-fake-reply",
            "Subject: Re: Minutes".to_owned(),
            "Subject: Re: Minutes\r\nIn-Reply-To: <x@e.com>".to_owned(),
        ),
        ("subject-punctuation", "Subject: Now!!!".to_owned(), "Subject: Now!".to_owned()),
        (
            "encoded-word-too-long",
            format!("Subject: =?utf-8?q?{}?=", "=C3=BC".repeat(11)),
            format!("Subject: =?utf-8?q?{}?=", "=C3=BC".repeat(10)),
        ),
        ("mime-version-invalid", "MIME-Version: 1.1".to_owned(), "MIME-Version: 1.0 (x)".to_owned()),
        (
            "sender-missing",
            "From: a@example.com, b@example.com".to_owned(),
            "From: a@example.com, b@example.com\r\nSender: a@example.com".to_owned(),
        ),
        ("sender-redundant", "Sender: alice@example.com".to_owned(), "Sender: carol@example.com".to_owned()),
        (
            "list-unsubscribe-syntax",
            "List-Unsubscribe: https://example.com/u".to_owned(),
            "List-Unsubscribe: <https://example.com/u>, <mailto:u@example.com>".to_owned(),
        ),
        (
            "content-type-trailing-semicolon",
            "MIME-Version: 1.0\r\nContent-Type: text/plain;".to_owned(),
            "MIME-Version: 1.0\r\nContent-Type: text/plain".to_owned(),
        ),
        (
            "transfer-encoding-unknown",
            "MIME-Version: 1.0\r\nContent-Transfer-Encoding: 8-bit".to_owned(),
            "MIME-Version: 1.0\r\nContent-Transfer-Encoding: 8BIT".to_owned(),
        ),
        (
            "boundary-on-leaf",
            "MIME-Version: 1.0\r\nContent-Type: text/plain; boundary=b".to_owned(),
            "MIME-Version: 1.0\r\nContent-Type: text/plain; format=flowed".to_owned(),
        ),
        ("arc-chain-broken", "ARC-Seal: i=2; cv=pass".to_owned(), "X-ARC: i=2".to_owned()),
    ] {
        let (bad, good) = (message(&bad, "Hello Bob\r\n"), message(&good, "Hello Bob\r\n"));
        assert!(bad.has(id), "{id} is silent: {:?}", bad.findings());
        assert!(!good.has(id), "{id} is too loud: {:?}", good.findings());
    }
}

#[test]
fn bodies_that_should_fire_do_and_their_neighbours_don_t() {
    let html = "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8";
    let mixed = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b";
    let quoted = "MIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable";
    for (id, fields, bad, good) in [
        ("html-script-or-form", html, "<form action=\"/x\"></form>\r\n", "<p>a form</p>\r\n"),
        (
            "html-image-no-alt",
            html,
            "<img src=\"https://e.com/a.png\">\r\n",
            "<img alt=\"a\" src=\"https://e.com/a.png\">\r\n",
        ),
        (
            "html-link-text-differs",
            html,
            "<a href=\"https://evil.example/\">https://bank.example/</a>\r\n",
            "<a href=\"https://click.bank.example/\">https://bank.example/</a>\r\n",
        ),
        (
            "html-low-contrast",
            html,
            "<p style=\"color:white;background:#fff\">x</p>\r\n",
            "<p style=\"color:#fff\">x</p>\r\n",
        ),
        (
            "multipart-preamble-text",
            mixed,
            "buy pills here\r\n--b\r\n\r\nHi\r\n--b--\r\n",
            "This is a multi-part message in MIME format.\r\n--b\r\n\r\nHi\r\n--b--\r\n",
        ),
        (
            "multipart-epilogue-text",
            mixed,
            "--b\r\n\r\nHi\r\n--b--\r\nmore\r\n",
            "--b\r\n\r\nHi\r\n--b--\r\n\r\n",
        ),
        ("qp-lower-case-hex", quoted, "gr=c3\r\n", "gr=3D\r\n"),
        ("qp-trailing-blank", quoted, "a \r\n", "a=20\r\n"),
        ("qp-escape-invalid", quoted, "a=b\r\n", "a=3Db=\r\n\r\n"),
        (
            "filename-missing",
            mixed,
            "--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--\r\n",
            "--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\nx\r\n--b--\r\n",
        ),
        (
            "filename-double-extension",
            mixed,
            "--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf.exe\r\n\r\nx\r\n--b--\r\n",
            "--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.v1.2.pdf\r\n\r\nx\r\n--b--\r\n",
        ),
        ("line-smuggled-end", "X-A: b", "Hi\n.\r\nMAIL FROM:<x@y.example>\r\n", "Hi\r\n..\r\nbye\r\n"),
        ("last-line-unterminated", "X-A: b", "Hi", "Hi\r\n"),
    ] {
        let (bad, good) = (message(fields, bad), message(fields, good));
        assert!(bad.has(id), "{id} is silent: {:?}", bad.findings());
        assert!(!good.has(id), "{id} is too loud: {:?}", good.findings());
    }
}
