//! What is counted of messages: each shape that has broken parsers, read and judged.

use mailwright::message::{Context, Profile, Reader, validate};

use crate::jobs::Job;

/// The most instructions per octet of a message.
const MESSAGE: f64 = 150.0;

fn judge(octets: &[u8]) {
    let report = validate(octets, &Profile::inbound(), &Context::new().with_now(1_754_301_605));
    std::hint::black_box(report);
}

fn read(octets: &[u8]) {
    let reader = Reader::new(octets);
    let fields: usize = reader.parts().map(|part| part.fields().count()).sum();
    std::hint::black_box(fields);
}

const fn job(name: &'static str, make: fn(usize) -> Vec<u8>, run: fn(&[u8])) -> Job {
    Job { name, bound: MESSAGE, make, run }
}

fn field(name: &str, piece: &str, n: usize) -> Vec<u8> {
    format!("From: a@example.com\r\n{name}: {}\r\n\r\nHi\r\n", piece.repeat(n)).into()
}

fn body(piece: &str, n: usize) -> Vec<u8> {
    format!("From: a@example.com\r\n\r\n{}", piece.repeat(n)).into()
}

fn coded(encoding: &str, piece: &str, n: usize) -> Vec<u8> {
    format!("From: a@example.com\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{}", piece.repeat(n)).into()
}

fn typed(kind: &str, piece: &str, n: usize) -> Vec<u8> {
    format!("From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n{}", piece.repeat(n))
        .into()
}

fn nested(n: usize) -> Vec<u8> {
    let part = |n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n").into_bytes();
    (0..n).flat_map(part).collect()
}

pub const MESSAGES: &[Job] = &[
    job("message/validate/long-line", |n| body("word ", n * 8), judge),
    job("message/validate/folds", |n| field("Subject", "\r\n word", n), judge),
    job("message/validate/blank-folds", |n| field("Subject", "\r\n ", n), judge),
    job("message/validate/tiny-fields", |n| [b"X: y\r\n".repeat(n), b"\r\n".to_vec()].concat(), judge),
    job("message/validate/addresses", |n| field("To", "bob@example.net, ", n), judge),
    job("message/validate/group-starts", |n| field("To", "g:", n), judge),
    job("message/validate/comments", |n| field("To", "(", n), judge),
    job(
        "message/validate/late-angle",
        |n| field("To", &["a@b ", &"c ".repeat(n), "<x@y>"].concat(), 1),
        judge,
    ),
    job("message/validate/commas-in-angle", |n| field("To", &["<", &",".repeat(n), ">"].concat(), 1), judge),
    job("message/validate/angles", |n| field("To", "<a,", n), judge),
    job("message/validate/quotes-in-angles", |n| field("To", "<\"a\",", n), judge),
    job("message/validate/open-quotes-in-angles", |n| field("To", "<\"", n * 4), judge),
    job("message/validate/empty-angles", |n| field("To", "<>", n * 4), judge),
    job("message/validate/blanks-for-commas", |n| field("To", "a@b ", n), judge),
    job("message/validate/colons-for-commas", |n| field("To", "a@b:", n), judge),
    job("message/validate/addresses-as-names", |n| field("To", "a@b <c@d>", n), judge),
    job("message/validate/quoted-local-parts", |n| field("To", "\"a\"@b ", n), judge),
    job("message/validate/u-labels", |n| field("To", "a@\u{fc},", n), judge),
    job("message/validate/coded-names", |n| field("To", "=?utf-8?q?a?= <a@b>,", n), judge),
    job("message/validate/semicolons", |n| field("To", "a;", n * 4), judge),
    job("message/validate/word-starts", |n| field("To", "=?", n * 4), judge),
    job("message/validate/reply-by-blanks", |n| field("Reply-To", "a@b ", n), judge),
    job("message/validate/empty-references", |n| field("References", "<>", n * 4), judge),
    job("message/validate/empty-parameters", |n| field("Content-Type", "; a=", n), judge),
    job("message/validate/coded-parameters", |n| field("Content-Type", "; name=\"=?utf-8?q?a?=\"", n), judge),
    job("message/validate/letters-without-case", |n| field("Subject", "\u{1100}\u{1161}", n), judge),
    job("message/validate/good-words", |n| field("Subject", "=?utf-8?q?Gr=C3=BC=C3=9Fe?= ", n), judge),
    job("message/validate/broken-words", |n| field("Subject", "=?utf-8?q?", n), judge),
    job("message/validate/2231-pieces", |n| field("Content-Type", "a/b; name*7=x", n), judge),
    job("message/validate/tiny-parts", |n| typed("multipart/mixed; boundary=b", "--b\r\n", n), judge),
    job("message/validate/nested-multiparts", nested, judge),
    job(
        "message/validate/received",
        |n| b"Received: from a by b; Mon, 4 Aug 2025 10:00:00 +0000\r\n".repeat(n),
        judge,
    ),
    job("message/validate/identifiers", |n| field("References", "<a@b.example> ", n), judge),
    job("message/validate/date-comments", |n| field("Date", "(", n), judge),
    job("message/validate/padding", |n| coded("base64", "====", n), judge),
    job("message/validate/escapes", |n| coded("quoted-printable", "=XY=", n), judge),
    job("message/validate/dashes", |n| typed("multipart/mixed; boundary=b", "--c\r\n", n), judge),
    job("message/validate/bare-cr", |n| body("\r", n * 4), judge),
    job("message/validate/nul", |n| body("\0", n * 4), judge),
    job("message/validate/empty-lines", |n| b"\r\n".repeat(n), judge),
    job("message/validate/tags", |n| typed("text/html", "<a href=\"http://192.0.2.1/\">", n), judge),
    job("message/validate/open-tags", |n| typed("text/html", "<", n * 8), judge),
    job("message/validate/templates", |n| body("{{", n * 4), judge),
    job("message/validate/percent-templates", |n| body("%NAME% ", n * 8), judge),
    job("message/read/tiny-fields", |n| [b"X: y\r\n".repeat(n), b"\r\n".to_vec()].concat(), read),
    job("message/read/tiny-parts", |n| typed("multipart/mixed; boundary=b", "--b\r\n", n), read),
    job("message/read/nested-multiparts", nested, read),
    job("message/read/dashes", |n| typed("multipart/mixed; boundary=b", "--c\r\n", n), read),
];
