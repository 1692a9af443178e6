//! Checks how a part is to be shown, and the name of its file.
//!
//! in:  Content-Disposition and the names it gives      out: notes; attachment or inline
//! law: a name is judged as programs show it (RFC 2183 §2)

use super::Kind;
use crate::checks::words::bidi_open;
use crate::rules::Id;
use crate::validate::look;
use crate::validate::section::{Entry, Section};
use crate::validate::sink::Sink;
use alloc::borrow::Cow;

/// The name of a file in Content-Type, where Content-Disposition has none.
pub(super) fn deprecated_name<'a>(
    section: &Section<'_>,
    kind: Option<&Kind<'_, 'a>>,
    sink: &mut Sink,
) -> Option<Cow<'a, str>> {
    let kind = kind?;
    let name = kind.list.text("name")?;
    sink.put(section.field(Id::ContentTypeNameDeprecated, kind.entry));
    Some(name)
}

/// `Some(true)` for an attachment, `Some(false)` for inline.
pub(super) fn disposition(
    section: &Section<'_>,
    entry: &Entry<'_>,
    word: &[u8],
    named: bool,
    sink: &mut Sink,
) -> Option<bool> {
    if !entry.holds(look::FILLED) {
        return None;
    }
    let attachment = word.eq_ignore_ascii_case(b"attachment");
    let known = attachment
        || [
            &b"inline"[..],
            b"form-data",
            b"signal",
            b"alert",
            b"icon",
            b"render",
            b"session",
            b"notification",
        ]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known));
    if !known {
        sink.put(section.field(Id::ContentDispositionInvalid, entry).found(entry.value()));
    }
    if attachment && !named {
        sink.put(section.field(Id::FilenameMissing, entry));
    }
    known.then_some(attachment)
}

/// Kinds of files that large receivers refuse; Gmail's list of blocked types, 2025.
static EXECUTABLE: [&str; 42] = [
    "ade", "adp", "apk", "appx", "bat", "cab", "chm", "cmd", "com", "cpl", "dll", "dmg", "ex", "exe", "hta",
    "img", "ins", "isp", "iso", "jar", "js", "jse", "lib", "lnk", "mde", "msc", "msi", "msix", "msp", "mst",
    "nsh", "pif", "ps1", "scr", "sct", "shb", "sys", "vb", "vbe", "vbs", "wsc", "wsf",
];

pub(super) fn file_name_rules(section: &Section<'_>, entry: &Entry<'_>, name: &str, sink: &mut Sink) {
    let trimmed = name.trim_end_matches([' ', '.']);
    let control = entry.holds(look::CONTROL);
    let turned = !name.is_ascii() && bidi_open(name);
    let unsafe_name = name.contains(['/', '\\', '\0'])
        || name.starts_with('.')
        || trimmed.len() != name.len()
        || name.chars().any(char::is_control)
        || control
        || turned;
    if unsafe_name {
        sink.put(section.field(Id::FilenameUnsafe, entry).found(name.as_bytes()));
    }
    if turned {
        sink.put(section.field(Id::FieldBidiControl, entry));
    }
    let mut pieces = trimmed.rsplit('.');
    let last = pieces.next().unwrap_or_default();
    let executable = matches!(last.len(), 2..=4)
        && last.len() < trimmed.len()
        && EXECUTABLE.iter().any(|kind| last.eq_ignore_ascii_case(kind));
    if !executable {
        return;
    }
    sink.put(section.field(Id::AttachmentExecutable, entry).found(name.as_bytes()));
    let before = pieces.next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let more = pieces.next().is_some();
    let document = [
        "pdf", "doc", "docx", "xls", "xlsx", "txt", "jpg", "jpeg", "png", "gif", "zip", "htm", "html", "ppt",
        "pptx", "rtf", "csv",
    ];
    if more && document.contains(&before.as_str()) {
        sink.put(section.field(Id::FilenameDoubleExtension, entry).found(name.as_bytes()));
    }
}
