//! Looks at what a message says about the program that wrote it.
//!
//! in:  X-Mailer or User-Agent, and Content-Type      out: hints on programs of old, and on shapes that are not theirs
//! law: a program is told by the start of its mark; tables dated 2025-08; lists that wrap messages anew are left alone

use crate::ContentType;
use crate::grammar::lexer::trim;
use crate::grammar::row;
use crate::rules::Id;
use crate::validate::section::Section;
use crate::validate::sink::Sink;

/// Programs that have not been made for ten years or more; sending scripts still claim to be them.
static OLD: [&str; 10] = [
    "microsoft outlook express",
    "outlook express",
    "microsoft windows live mail",
    "microsoft windows mail",
    "microsoft internet mail",
    "incredimail",
    "qualcomm windows eudora",
    "eudora",
    "msn explorer",
    "calypso",
];

/// A program, and how the boundaries begin that it makes.
static SHAPES: [(&str, &[&str]); 4] = [
    ("apple mail", &["Apple-Mail"]),
    ("iphone mail", &["Apple-Mail"]),
    ("microsoft outlook ", &["----=_NextPart_", "_0"]),
    ("mozilla thunderbird", &["------------"]),
];

pub(crate) fn check(section: &Section<'_>, sink: &mut Sink) {
    let Some(entry) = section.find(row::X_MAILER).or_else(|| section.find(row::USER_AGENT)) else { return };
    let mark = trim(entry.value()).to_ascii_lowercase();
    let begins = |name: &&str| mark.starts_with(name.as_bytes());
    let old = OLD.iter().any(begins);
    if old || mark.is_empty() {
        sink.put(section.field(Id::MailerMarkSuspicious, entry).found(entry.value()));
    }
    let Some(field) =
        section.find(row::CONTENT_TYPE).filter(|_| !old && section.find(row::LIST_ID).is_none())
    else {
        return;
    };
    let Some((_, shapes)) = SHAPES.iter().find(|(name, _)| begins(name)) else { return };
    let kind = ContentType::parse(field.value());
    let Some(boundary) = kind.raw_parameter("boundary").filter(|_| kind.is_kind("multipart")) else { return };
    if !shapes.iter().any(|shape| boundary.starts_with(shape.as_bytes())) {
        sink.put(section.field(Id::MailerShapeMismatch, field).found(boundary));
    }
}
