//! Chooses what of the original goes back, and how it is coded.
//!
//! in:  the octets of the original, RET, whether a failure is told      out: one part of the report
//! law: bare header fields are never labelled a message; a message only goes back if it can travel as it is (RFC 6522 §4, RFC 3461 §6.2)

use alloc::borrow::Cow;
use alloc::vec::Vec;

use mail_builder::encoders::quoted_printable::QuotedPrintableEncoder;
use mailwright_address::{Ret, Utf8};

use super::Notice;

/// What of the original goes back.
pub(super) struct Returned<'a> {
    pub(super) kind: &'static str,
    pub(super) charset: Option<&'static str>,
    pub(super) encoding: &'static str,
    pub(super) octets: Cow<'a, [u8]>,
}

pub(super) fn returned<'a>(notice: &Notice<'a>, utf8: Utf8) -> Returned<'a> {
    let original = notice.original;
    let wanted = original.envelope.ret() == Some(Ret::Full);
    let failure = notice.fates.iter().any(|fate| fate.action == crate::Action::Failed);
    let most = notice.reporter.returned();
    if wanted && failure && original.octets.len() <= most {
        let header = header_section(original.octets);
        let global = !header.is_ascii();
        let texture = Texture::of(original.octets);
        let travels =
            texture.travels && (!global || utf8 == Utf8::Allowed && core::str::from_utf8(header).is_ok());
        if travels && !header.is_empty() && header.len() < original.octets.len() {
            let kind = if global { "message/global" } else { "message/rfc822" };
            let encoding = if texture.ascii { "7bit" } else { "8bit" };
            return Returned { kind, charset: None, encoding, octets: Cow::Borrowed(original.octets) };
        }
    }
    header_part(header_section(original.octets), most, utf8)
}

fn header_part(header: &[u8], most: usize, utf8: Utf8) -> Returned<'_> {
    let header = whole_lines(header, most);
    let text = core::str::from_utf8(header).is_ok();
    let kind = if !header.is_ascii() && text && utf8 == Utf8::Allowed {
        "message/global-headers"
    } else {
        "text/rfc822-headers"
    };
    let lines = with_crlf(header);
    let texture = Texture::of(&lines);
    // Where nobody knows what the octets mean, each is a character of its own, so that none is lost.
    let charset = if text { "utf-8" } else { "iso-8859-1" };
    let charset = (!texture.ascii && kind.starts_with("text/")).then_some(charset);
    if texture.ascii && texture.travels {
        return Returned { kind, charset, encoding: "7bit", octets: lines };
    }
    let mut encoded = Vec::new();
    QuotedPrintableEncoder::new().preserve_line_breaks().encode_into(&lines, &mut encoded);
    Returned { kind, charset, encoding: "quoted-printable", octets: Cow::Owned(encoded) }
}

/// The header section of a message, without the empty line that ends it.
pub(crate) fn header_section(octets: &[u8]) -> &[u8] {
    let mut at = 0_usize;
    for end in memchr::memchr_iter(b'\n', octets) {
        let line = octets.get(at..end).unwrap_or_default();
        if matches!(line, b"" | b"\r") {
            return octets.get(..at).unwrap_or_default();
        }
        at = end.saturating_add(1);
    }
    octets
}

/// At most `most` octets, cut behind a line; at least one line is cut off before a field is.
fn whole_lines(header: &[u8], most: usize) -> &[u8] {
    let Some(head) = header.get(..most).filter(|head| head.len() < header.len()) else { return header };
    let end = memchr::memrchr(b'\n', head).map_or(0, |at| at.saturating_add(1));
    head.get(..end).unwrap_or_default()
}

/// Lone LFs become CR LF, the last line ends, and control characters become `?`: no coding is needed for them then.
fn with_crlf(octets: &[u8]) -> Cow<'_, [u8]> {
    let control = |octet: &u8| matches!(octet, 0..=8 | 11 | 12 | 14..=31 | 127);
    let lines = || octets.split_inclusive(|octet| *octet == b'\n');
    let good = |line: &[u8]| {
        line.strip_suffix(b"\r\n").is_some_and(|text| !text.contains(&b'\r') && !text.iter().any(control))
    };
    if lines().all(good) {
        return Cow::Borrowed(octets);
    }
    let mut out = Vec::with_capacity(octets.len().saturating_add(64));
    for line in lines() {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        out.extend(text.iter().map(|octet| if control(octet) || *octet == b'\r' { b'?' } else { *octet }));
        out.extend_from_slice(b"\r\n");
    }
    Cow::Owned(out)
}

/// What an SMTP connection has to carry.
struct Texture {
    /// No octet above 127.
    ascii: bool,
    /// No NUL, no lone CR or LF, no line above 998 octets.
    travels: bool,
}

impl Texture {
    fn of(octets: &[u8]) -> Self {
        let mut travels = memchr::memchr(0, octets).is_none();
        for line in octets.split_inclusive(|octet| *octet == b'\n') {
            let text = line.strip_suffix(b"\r\n").unwrap_or(line);
            travels &= text.len() <= 998 && memchr::memchr2(b'\r', b'\n', text).is_none();
        }
        Self { ascii: octets.is_ascii(), travels }
    }
}
