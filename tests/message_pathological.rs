//! Each shape of message that has broken parsers: bounded findings, bounded memory, in one piece and in many.
//!
//! in:  generators of one shape, 1 MiB each
//! out: findings within their cap; a validator under 256 KiB, a reader under eight times the message
//! law: the instructions of the same shapes are counted by `cost`; here nothing may panic or grow

use mailwright::message::{Context, Limits, Profile, Reader, Report, Validator, downgrade};

/// The memory a validator may hold by default, however long the message is (octets).
const VALIDATOR: u64 = 256 * 1024;

/// How large each shape is made (octets).
const SIZE: usize = 1024 * 1024;

fn validator() -> Validator {
    Validator::new(Profile::inbound(), Context::new().with_now(1_754_301_605), Limits::default())
}

/// A head, a piece that is said again and again, a tail.
struct Shape {
    name: &'static str,
    head: &'static str,
    piece: &'static [u8],
    tail: &'static str,
}

const fn field(name: &'static str, head: &'static str, piece: &'static [u8]) -> Shape {
    Shape { name, head, piece, tail: "\r\n\r\nHi\r\n" }
}

const fn body(name: &'static str, head: &'static str, piece: &'static [u8]) -> Shape {
    Shape { name, head, piece, tail: "" }
}

const MIXED: &str = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
const BASE64: &str = "MIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n\r\n";
const QUOTED: &str = "MIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
const HTML: &str = "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n";

const SHAPES: &[Shape] = &[
    body("threat_m10 long line", "From: a@example.com\r\n\r\n", b"word "),
    field("threat_m09 folds", "Subject: a", b"\r\n b"),
    field("threat_m09 blank folds", "Subject: a", b"\r\n "),
    field("threat_m09 folds in every token", "Message-ID: <", b"a.\r\n "),
    body("threat_m10 tiny fields", "", b"X: y\r\n"),
    field("threat_m10 one large field", "Subject: ", b"x"),
    body("threat_m10 only CR", "", b"\r"),
    body("threat_m10 leading line ends", "", b"\r\n"),
    body("threat_m10 no separator", "", b"no colon here\r\n"),
    field("threat_a04 addresses", "To: ", b"bob@example.net, "),
    field("threat_a03 group starts", "To: ", b"g:"),
    field("threat_a04 comments", "To: ", b"("),
    field("threat_a04 closed comments", "To: ", b"(a)"),
    field("threat_a05 words of a phrase", "To: ", b"word "),
    field("threat_a05 quoted pieces", "To: ", b"\"a\" "),
    field("threat_a12 routes", "To: <", b"@hop,"),
    field("angles", "To: ", b"<a,"),
    field("at signs", "To: ", b"a@"),
    field("threat_m06 good encoded-words", "Subject: ", b"=?utf-8?q?=C3=BC?= "),
    field("threat_m06 broken encoded-words", "Subject: ", b"=?utf-8?q?"),
    field("threat_m07 words that split characters", "Subject: ", b"=?utf-8?q?=C3?= "),
    field("threat_m04 parameters", "Content-Type: text/plain; charset=utf-8", b"; a=b"),
    field("RFC 2231 pieces", "Content-Type: a/b", b"; name*1*=%41"),
    field("threat_m13 identifiers", "References: ", b"<a@b.example> "),
    field("threat_m13 open identifiers", "References: ", b"<a@b"),
    field("threat_m12 comments of a date", "Date: ", b"("),
    body("received", "", b"Received: from a by b; Mon, 4 Aug 2025 10:00:00 +0000\r\n"),
    body(
        "signatures",
        "",
        b"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=x; h=from:to; bh=QQ==; b=QQ==\r\n",
    ),
    body("ARC sets", "", b"ARC-Seal: i=1; cv=none\r\n"),
    body("threat_m03 tiny parts", MIXED, b"--b\r\n"),
    body("threat_m03 tiny closed parts", MIXED, b"--b\r\n\r\nx\r\n--b--\r\n"),
    body(
        "threat_m02 the same boundary at all levels",
        "",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
    ),
    body("threat_m02 messages inside", "", b"Content-Type: message/rfc822\r\n\r\n"),
    body("threat_m17 dashes", MIXED, b"--"),
    body("threat_m17 nearly delimiters", MIXED, b"--c\r\n"),
    body("threat_m14 padding", BASE64, b"===="),
    body("threat_m14 strays", BASE64, b"QU*J\r\n"),
    body("threat_m14 broken escapes", QUOTED, b"=XY="),
    body("threat_m14 soft breaks", QUOTED, b"a=\r\n"),
    body("threat_m16 NUL", "From: a@example.com\r\n\r\n", b"\0"),
    body("threat_m16 octets above 127", "From: a@example.com\r\n\r\n", b"\xff"),
    body(
        "threat_m15 escapes of ISO-2022-JP",
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n",
        b"\x1b$B\x1b(B",
    ),
    body("tags", HTML, b"<a href=\"http://192.0.2.1/\">"),
    body("open tags", HTML, b"<"),
    body("styles", HTML, b"<p style=\"color:#fff;background:#fff;display:none\">"),
    body("comments of HTML", HTML, b"<!--"),
    body("references by cid", HTML, b"<img src=\"cid:a@b\">"),
    body("marks of templates", "From: a@example.com\r\n\r\n", b"{{"),
    body("single capitals", "From: a@example.com\r\n\r\n", b"F R E E "),
    body("dots", "From: a@example.com\r\n\r\n", b"..\r\n"),
    field(
        "threat_m18 name of a file",
        "MIME-Version: 1.0\r\nContent-Disposition: attachment; filename=\"",
        b"../",
    ),
];

fn octets(shape: &Shape) -> Vec<u8> {
    let room = SIZE.saturating_sub(shape.head.len() + shape.tail.len());
    let pieces = shape.piece.repeat(room / shape.piece.len() + 1);
    [shape.head.as_bytes(), &pieces[..room], shape.tail.as_bytes()].concat()
}

fn nested() -> Vec<u8> {
    let level =
        |n: usize| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n").into_bytes();
    let mut out: Vec<u8> = (0..SIZE / 120).flat_map(level).collect();
    (0..SIZE / 120).rev().for_each(|n| out.extend_from_slice(format!("--b{n}--\r\n").as_bytes()));
    out
}

#[track_caller]
fn check(name: &str, octets: &[u8]) {
    let mut whole = Report::default();
    let used = allocation_counter::measure(|| {
        let mut validator = validator();
        octets.chunks(4096).for_each(|chunk| validator.push(chunk));
        whole = validator.finish();
    });
    assert!(whole.findings().len() <= 256 && whole.octets() == octets.len() as u64, "{name}");
    assert!(used.bytes_max <= VALIDATOR, "{name}: the validator held {} octets", used.bytes_max);
    let used = allocation_counter::measure(|| {
        let reader = Reader::new(octets);
        let fields: usize = reader.parts().map(|part| part.fields().count()).sum();
        assert!(fields <= octets.len() + 1 && reader.parts().count() <= 1000, "{name}");
    });
    assert!(used.bytes_max <= 8 * octets.len() as u64 + 4096, "{name}: the reader held {}", used.bytes_max);
    let mut cut = validator();
    let (head, tail) = octets.split_at(octets.len() / 3);
    cut.push(head);
    cut.push(tail);
    assert!(cut.finish() == whole, "{name}: another cut, another report");
}

#[test]
fn each_shape_is_judged_and_read_within_its_bounds() {
    for shape in SHAPES {
        check(shape.name, &octets(shape));
    }
    check("threat_m02 nested multiparts", &nested());
    println!("pathological: {} shapes of {} octets", SHAPES.len() + 1, SIZE);
}

#[test]
fn each_shape_is_mended_and_downgraded_without_a_panic() {
    use mailwright::message::Safety;
    for shape in SHAPES {
        let octets = octets(shape);
        let mut validator = validator();
        validator.push(&octets);
        let mended = validator.finish().apply(&octets, Safety::Guess);
        assert!(mended.len() <= 4 * octets.len() + 4096, "{}", shape.name);
        if let Ok(done) = downgrade(&octets) {
            assert!(done.octets.is_ascii() && done.octets.len() <= 8 * octets.len() + 4096, "{}", shape.name);
        }
    }
}
