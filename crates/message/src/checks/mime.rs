//! Checks the fields that say what a part is.
//!
//! in:  a header section      out: notes on type, parameters, encoding, disposition; what the part is
//! law: the first of two copies counts, as most readers have it (RFC 2045 §5, §6; RFC 2183)

mod files;
mod parameters;

use self::files::{deprecated_name, disposition, file_name_rules};
use self::parameters::parameters;
use crate::checks::{Described, presence};
use crate::grammar::identifier::{Form, Identifiers};
use crate::grammar::lexer::{BOUNDARY, Cursor, all, offset_in, trim};
use crate::grammar::parameter::{ContentType, Listed, Parameters};
use crate::grammar::row;
use crate::grammar::word::readable;
use crate::rules::Id;
use crate::transfer::TransferEncoding;
use crate::validate::leaf::{Declared, Report};
use crate::validate::look;
use crate::validate::open::{Entity, Multi};
use crate::validate::section::{Entry, Section};
use crate::validate::sink::Sink;
use crate::walk::{boundary_of, content_of};
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

pub(crate) fn check(section: &Section<'_>, digest: bool, sink: &mut Sink) -> Described {
    if section.entries.is_empty() {
        return plain(digest);
    }
    if !section.root {
        presence::part(section, sink);
    }
    let kind = section.find(row::CONTENT_TYPE);
    let encoding = section.find(row::CONTENT_TRANSFER_ENCODING);
    let parsed = kind.map(|entry| {
        let parsed = ContentType::parse(entry.value());
        Kind {
            entry,
            parsed,
            media: media(&parsed),
            list: parameters(section, entry, parsed.parameters(), sink),
        }
    });
    let kind_of = parsed.as_ref();
    let coding = encoding.map(|entry| TransferEncoding::parse(entry.value())).unwrap_or_default();
    let boundary = kind_of.filter(|kind| kind.is_multipart()).and_then(Kind::boundary);
    if let Some(kind) = kind_of {
        content_type(section, kind, boundary.as_deref(), sink);
    }
    if let Some(entry) = encoding {
        transfer_encoding(section, entry, coding, kind_of, sink);
    }
    let disposed = section.find(row::CONTENT_DISPOSITION).map(|entry| {
        let (word, list) = Parameters::after_word(entry.value());
        (entry, word, parameters(section, entry, list, sink))
    });
    let given = disposed.as_ref().and_then(|(_, _, list)| list.text("filename"));
    let name = given.or_else(|| deprecated_name(section, kind_of, sink)).map(readable);
    let disposition = disposed
        .as_ref()
        .and_then(|(entry, word, _)| disposition(section, entry, word, name.is_some(), sink));
    if let (Some(name), Some(entry)) = (&name, disposed.as_ref().map(|(entry, ..)| *entry).or(kind)) {
        file_name_rules(section, entry, name, sink);
    }
    ids(section, sink);
    let entity = entity(section, kind_of, disposition, sink);
    let leaf = declared(section, kind_of, encoding, coding, disposition);
    let what = content_of(kind_of.map(|kind| &kind.parsed), || boundary, coding, digest);
    Described { content: what, entity, leaf: Some(leaf) }
}

/// What a part without any field is.
fn plain(digest: bool) -> Described {
    let entity = Entity { media: Cow::Borrowed("text/plain"), ..Entity::default() };
    let content = content_of(None, || None, TransferEncoding::default(), digest);
    Described { content, entity, leaf: Some(Declared::bare()) }
}

/// The Content-Type of a part, read once.
struct Kind<'s, 'a> {
    entry: &'s Entry<'a>,
    parsed: ContentType<'a>,
    /// `type/subtype` in lower case.
    media: Cow<'static, str>,
    list: Listed<'a>,
}

impl Kind<'_, '_> {
    fn is_multipart(&self) -> bool {
        self.media.starts_with("multipart/")
    }

    fn boundary(&self) -> Option<Vec<u8>> {
        boundary_of(self.list.raw("boundary"), || self.list.text("boundary"))
    }
}

fn place(section: &Section<'_>, entry: &Entry<'_>) -> (Range<u64>, u64) {
    let span = entry.field.span();
    let at = |offset: usize| section.base.saturating_add(offset as u64);
    let end = span.end.saturating_sub(crate::walk::line_end_length(entry.field.octets()));
    (at(span.start)..at(end), section.line_of(entry))
}

fn content_type(section: &Section<'_>, kind: &Kind<'_, '_>, boundary: Option<&[u8]>, sink: &mut Sink) {
    if !kind.entry.holds(look::FILLED) {
        return;
    }
    // Of types that most parts have nothing is to be said.
    if matches!(kind.media, Cow::Owned(_)) {
        unusual_type(section, kind, sink);
    }
    if kind.is_multipart() {
        boundary_rules(section, kind, boundary, sink);
    } else if kind.list.raw("boundary").is_some() {
        sink.put(section.field(Id::BoundaryOnLeaf, kind.entry));
    }
}

fn unusual_type(section: &Section<'_>, kind: &Kind<'_, '_>, sink: &mut Sink) {
    let Kind { entry, parsed, .. } = kind;
    if parsed.kind().is_empty() || parsed.subtype().is_empty() {
        sink.put(section.field(Id::ContentTypeInvalid, entry).found(entry.value()));
    } else {
        let subtype_x = matches!(parsed.subtype(), [b'x' | b'X', b'-', ..]) && !parsed.is_kind("application");
        if !is_known_kind(parsed.kind()) || subtype_x {
            sink.put(section.field(Id::ContentTypeUnknownTree, entry).found(parsed.kind()));
        }
    }
    if parsed.is("message", "partial") {
        sink.put(section.field(Id::MessagePartial, entry));
    } else if parsed.is("message", "external-body") {
        sink.put(section.field(Id::MessageExternalBody, entry));
    } else if parsed.is("application", "ms-tnef") || parsed.is("application", "vnd.ms-tnef") {
        sink.put(section.field(Id::AttachmentTnef, entry));
    }
}

/// Is it one of the registered kinds of media?
fn is_known_kind(kind: &[u8]) -> bool {
    let mut lower = [0_u8; 11];
    let Some(lower) = lower.get_mut(..kind.len()) else { return false };
    lower.copy_from_slice(kind);
    lower.make_ascii_lowercase();
    matches!(
        &*lower,
        b"text"
            | b"image"
            | b"audio"
            | b"video"
            | b"application"
            | b"multipart"
            | b"message"
            | b"font"
            | b"model"
            | b"haptics"
    )
}

fn boundary_rules(section: &Section<'_>, kind: &Kind<'_, '_>, boundary: Option<&[u8]>, sink: &mut Sink) {
    let entry = kind.entry;
    let Some(text) = boundary.filter(|text| !text.is_empty()) else {
        sink.put(section.field(Id::BoundaryParameterMissing, entry));
        return;
    };
    let raw = kind.list.raw("boundary").unwrap_or_default();
    if text.len() > 70 {
        sink.put(section.field(Id::BoundaryParameterInvalid, entry).length(text.len() as u64, 70));
    } else if !all(text, BOUNDARY) || raw.ends_with(b" ") || raw.ends_with(b"\t") {
        sink.put(section.field(Id::BoundaryParameterInvalid, entry).found(text));
    }
}

fn transfer_encoding(
    section: &Section<'_>,
    entry: &Entry<'_>,
    coding: TransferEncoding,
    kind: Option<&Kind<'_, '_>>,
    sink: &mut Sink,
) {
    if !entry.holds(look::FILLED) {
        return;
    }
    let is_word = || {
        let mut cursor = Cursor::new(entry.value());
        cursor.skip();
        cursor.token();
        cursor.skip();
        cursor.done()
    };
    if TransferEncoding::usual(entry.value()).is_none() && (coding == TransferEncoding::Unknown || !is_word())
    {
        sink.put(section.field(Id::TransferEncodingUnknown, entry).found(entry.value()));
    }
    if !coding.is_identity() && kind.is_some_and(is_composite) {
        sink.put(section.field(Id::TransferEncodingComposite, entry).expected("7bit, 8bit or binary"));
    }
}

/// Are there parts or a message inside? Reports about messages are lists of fields, which may be encoded (RFC 6533 §3).
fn is_composite(kind: &Kind<'_, '_>) -> bool {
    kind.is_multipart()
        || kind.media.strip_prefix("message/").is_some_and(|subtype| {
            !matches!(
                subtype,
                "global"
                    | "delivery-status"
                    | "disposition-notification"
                    | "feedback-report"
                    | "global-headers"
                    | "global-delivery-status"
            )
        })
}

fn ids(section: &Section<'_>, sink: &mut Sink) {
    if let Some(entry) = section.find(row::CONTENT_ID).filter(|entry| !trim(entry.value()).is_empty()) {
        let mut list = Identifiers::new(entry.value());
        let form = list.next_form().map(|id| id.form);
        if !matches!(form, Some(Form::Good | Form::Obsolete)) || list.next_form().is_some() {
            sink.put(section.field(Id::ContentIdInvalid, entry).found(entry.value()));
        }
    }
    if let Some(entry) = section.find(row::CONTENT_LANGUAGE) {
        let mut bad = None;
        for tag in entry.value().split(|b| *b == b',') {
            let tag = trim(tag);
            let tag = tag.split(|b| *b == b'(').next().map(trim).unwrap_or_default();
            if !is_language(tag) {
                bad = bad.or(Some(tag));
            }
        }
        if let Some(tag) = bad.filter(|_| !trim(entry.value()).is_empty()) {
            let start = offset_in(entry.value(), tag);
            sink.put(
                section
                    .value(Id::LanguageTagInvalid, entry, start..start.saturating_add(tag.len()))
                    .found(tag),
            );
        }
    }
}

/// `langtag` of RFC 5646 §2.1, by shape only.
fn is_language(tag: &[u8]) -> bool {
    let mut pieces = tag.split(|b| *b == b'-');
    let first = pieces.next().unwrap_or_default();
    let first_good = matches!(first.len(), 2..=8) && first.iter().all(u8::is_ascii_alphabetic)
        || matches!(first, b"i" | b"x");
    first_good
        && pieces.all(|piece| matches!(piece.len(), 1..=8) && piece.iter().all(u8::is_ascii_alphanumeric))
}

fn entity(
    section: &Section<'_>,
    kind: Option<&Kind<'_, '_>>,
    disposition: Option<bool>,
    sink: &mut Sink,
) -> Entity {
    let lower = |octets: &[u8]| {
        String::from_utf8_lossy(octets.get(..octets.len().min(60)).unwrap_or_default()).to_ascii_lowercase()
    };
    let mut entity = Entity { disposition, ..Entity::default() };
    entity.content_id = section
        .find(row::CONTENT_ID)
        .and_then(|entry| Identifiers::new(entry.value()).next())
        .map(|id| trim(id.get(..id.len().min(250)).unwrap_or_default()).to_vec());
    let Some(kind) = kind else {
        entity.media = Cow::Borrowed("text/plain");
        return entity;
    };
    entity.media.clone_from(&kind.media);
    if !kind.is_multipart() {
        return entity;
    }
    let Kind { entry, parsed, list, .. } = kind;
    let text = |name: &str| list.text(name).map(|value| head(&value, 250));
    let mut multi = Multi {
        subtype: match &entity.media {
            Cow::Borrowed(media) => Cow::Borrowed(media.get("multipart/".len()..).unwrap_or_default()),
            Cow::Owned(_) => Cow::Owned(lower(parsed.subtype())),
        },
        field: place(section, entry),
        start: text("start"),
        kind: text("type"),
        protocol: text("protocol"),
        micalg: list.raw("micalg").is_some(),
        report: text("report-type").map(|kind| kind.to_ascii_lowercase()),
        ..Multi::default()
    };
    if multi.subtype == "signed" && (multi.protocol.is_none() || !multi.micalg) {
        sink.put(section.field(Id::SignedStructure, entry).expected("`protocol` and `micalg`"));
        multi.micalg = true;
    }
    if multi.subtype == "report" && multi.report.is_none() {
        sink.put(section.field(Id::ReportStructure, entry).expected("`report-type`"));
    }
    entity.multi = Some(Box::new(multi));
    entity
}

/// A type that most parts have, as it is written in lower case.
const fn usual(kind: &[u8], subtype: &[u8]) -> Option<&'static str> {
    Some(match (kind, subtype) {
        (b"text", b"plain") => "text/plain",
        (b"text", b"html") => "text/html",
        (b"multipart", b"mixed") => "multipart/mixed",
        (b"multipart", b"alternative") => "multipart/alternative",
        (b"multipart", b"report") => "multipart/report",
        (b"multipart", b"related") => "multipart/related",
        (b"multipart", b"signed") => "multipart/signed",
        (b"message", b"rfc822") => "message/rfc822",
        (b"message", b"delivery-status") => "message/delivery-status",
        (b"application", b"octet-stream") => "application/octet-stream",
        (b"application", b"pdf") => "application/pdf",
        (b"image", b"gif") => "image/gif",
        (b"image", b"jpeg") => "image/jpeg",
        (b"image", b"png") => "image/png",
        _ => return None,
    })
}

/// Octets of a type, and of a subtype, that are kept.
const LONGEST_WORD: usize = 60;

/// `type/subtype` in lower case.
fn media(parsed: &ContentType<'_>) -> Cow<'static, str> {
    if let Some(usual) = usual(parsed.kind(), parsed.subtype()) {
        return Cow::Borrowed(usual);
    }
    let mut media = String::with_capacity(LONGEST_WORD.saturating_mul(2).saturating_add(1));
    // Tokens are US-ASCII.
    for word in [parsed.kind(), b"/", parsed.subtype()] {
        media.push_str(core::str::from_utf8(word.get(..LONGEST_WORD).unwrap_or(word)).unwrap_or_default());
    }
    media.make_ascii_lowercase();
    Cow::Owned(media)
}

/// The first `most` characters.
fn head(text: &str, most: usize) -> String {
    if text.len() <= most { text.into() } else { text.chars().take(most).collect() }
}

fn declared(
    section: &Section<'_>,
    kind: Option<&Kind<'_, '_>>,
    encoding: Option<&Entry<'_>>,
    coding: TransferEncoding,
    disposition: Option<bool>,
) -> Declared {
    // A part without a type, or with one that makes no sense, is plain text.
    let media = match kind {
        Some(kind) if !kind.parsed.kind().is_empty() => kind.media.as_ref(),
        _ => "text/plain",
    };
    let label = kind
        .and_then(|kind| kind.list.text("charset"))
        .map(|label| head(&label, 60))
        .filter(|label| !label.trim().is_empty());
    let md5 = section.find(row::CONTENT_MD5).and_then(|entry| {
        let mut out = Vec::new();
        let mut decoder = crate::Decoder::new(TransferEncoding::Base64);
        decoder.push(entry.value(), &mut out);
        decoder.finish(&mut out);
        (out.len() == 16).then_some(out)
    });
    let report = match media {
        "message/delivery-status" => Some(Report::Delivery),
        "message/disposition-notification" => Some(Report::Disposition),
        _ => None,
    };
    Declared {
        text: media.starts_with("text/"),
        html: media == "text/html",
        plain: media == "text/plain",
        attachment: disposition == Some(true),
        flowed: kind
            .is_some_and(|kind| kind.list.text("format").is_some_and(|f| f.eq_ignore_ascii_case("flowed"))),
        encoding: coding,
        label,
        md5,
        label_at: kind.map(|kind| place(section, kind.entry)),
        encoding_at: encoding.map(|entry| place(section, entry)),
        report,
        language: section
            .find(row::CONTENT_LANGUAGE)
            .map(|entry| String::from_utf8_lossy(trim(entry.value())).chars().take(20).collect()),
    }
}
