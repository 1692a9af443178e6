//! Judges the elements of HTML: links, images, styles, declarations.
//!
//! in:  a tag and its attributes      out: notes; what the walk must know of hidden text and open links
//! law: only what the tag itself says is judged; nothing is fetched

use super::attributes::{Attributes, address};
use super::{CIDS, Html, LINK_TEXT, Link, same_organisation};
use crate::checks::style;
use crate::rules::Id;
use crate::validate::sink::{Note, Sink};
use alloc::vec::Vec;
use core::ops::Range;

impl Html {
    pub(super) fn close(&mut self, name: &[u8], sink: &mut Sink) {
        if let Some((hidden, depth)) = &mut self.hidden
            && hidden.eq_ignore_ascii_case(name)
        {
            *depth = depth.saturating_sub(1);
            if *depth == 0 {
                self.hidden = None;
            }
        }
        if name.eq_ignore_ascii_case(b"a")
            && let Some(link) = self.link.take()
        {
            self.judge_link(&link, sink);
        }
    }

    fn judge_link(&mut self, link: &Link, sink: &mut Sink) {
        let text = link.text.trim_ascii();
        if contains(text, b"unsubscribe") || contains(text, b"abmelden") || contains(text, b"opt out") {
            self.unsubscribe = true;
        }
        let shown = strip(text, b"https://").or_else(|| strip(text, b"http://"));
        let bare = shown.unwrap_or(text);
        let length = bare
            .iter()
            .position(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'-' | b'.'))
            .unwrap_or(bare.len());
        let (host, after) = bare.split_at(length);
        let is_host = host.contains(&b'.')
            && (shown.is_some() || starts_with(host, b"www.") && after.first().is_none_or(|b| *b == b'/'));
        if !is_host || link.host.is_empty() {
            return;
        }
        let note = |id| Note::new(id, link.span.clone(), link.line).key(self.key).found(&link.text);
        if !same_organisation(host, &link.host) {
            sink.put(note(Id::HtmlLinkTextDiffers));
        } else if starts_with(text, b"https://") && !link.secure {
            sink.put(note(Id::HtmlLinkSchemeDiffers));
        }
    }

    pub(super) fn meta(&mut self, attributes: &Attributes<'_>, span: Range<u64>, line: u64, sink: &mut Sink) {
        let equiv = attributes.get("http-equiv").unwrap_or_default();
        if equiv.eq_ignore_ascii_case(b"refresh") {
            sink.put(Note::new(Id::HtmlScriptOrForm, span, line).key(self.key));
            return;
        }
        let label = attributes.get("charset").or_else(|| {
            let content = attributes.get("content")?;
            let at = content.to_ascii_lowercase().windows(8).position(|w| w == b"charset=")?;
            content.get(at.saturating_add(8)..)
        });
        if let Some(label) = label.filter(|label| !label.is_empty() && self.meta_charset.is_none()) {
            let label = label.get(..label.len().min(40)).unwrap_or_default();
            self.meta_charset = Some((label.trim_ascii().to_vec(), span, line));
        }
    }

    pub(super) fn image(
        &mut self,
        attributes: &Attributes<'_>,
        span: Range<u64>,
        line: u64,
        sink: &mut Sink,
    ) {
        self.images = self.images.saturating_add(1);
        let put = |sink: &mut Sink, id: Id| sink.put(Note::new(id, span.clone(), line).key(self.key));
        let [source, alt, width, height] = attributes.all(["src", "alt", "width", "height"]);
        let source = source.unwrap_or_default();
        let one = |side: Option<&[u8]>| matches!(side, Some(b"1" | b"1px" | b"0"));
        if one(width) && one(height) && starts_with(source, b"http") {
            put(sink, Id::RemoteImageTiny);
        } else if alt.is_none() {
            put(sink, Id::HtmlImageNoAlt);
        }
        if starts_with(source, b"data:") && source.len() > 500 {
            sink.put(Note::new(Id::HtmlDataUri, span.clone(), line).key(self.key));
        }
        if let Some(cid) = strip(source, b"cid:")
            && self.cids.len() < CIDS
        {
            self.cids.push((cid.get(..cid.len().min(250)).unwrap_or_default().to_vec(), span, line));
        }
    }

    pub(super) fn anchor(
        &mut self,
        attributes: &Attributes<'_>,
        span: Range<u64>,
        line: u64,
        sink: &mut Sink,
    ) {
        let Some(written) = attributes.get("href").map(<[u8]>::trim_ascii) else { return };
        let href = &*address(written);
        let put = |sink: &mut Sink, id: Id| {
            sink.put(Note::new(id, span.clone(), line).key(self.key).found(written));
        };
        let scheme = href.iter().position(|b| *b == b':').and_then(|at| href.get(..at)).unwrap_or_default();
        if [&b"javascript"[..], b"data", b"file", b"vbscript"].iter().any(|s| scheme.eq_ignore_ascii_case(s))
        {
            put(sink, Id::HtmlLinkSchemeUnsafe);
        }
        if contains(href, b"unsubscribe") {
            self.unsubscribe = true;
        }
        let rest = strip(href, b"https://").or_else(|| strip(href, b"http://")).unwrap_or_default();
        let length = rest.iter().position(|b| matches!(b, b'/' | b'?' | b'#')).unwrap_or(rest.len());
        let authority = rest.get(..length).unwrap_or_default();
        if authority.contains(&b'@') {
            put(sink, Id::UrlUserInfo);
        }
        if style::is_obfuscated(authority) {
            put(sink, Id::UrlObfuscated);
        }
        let host = authority.rsplit(|b| *b == b'@').next().unwrap_or_default();
        let host = host.split(|b| *b == b':').next().unwrap_or_default().to_ascii_lowercase();
        if !host.is_empty() && host.iter().all(|b| b.is_ascii_digit() || *b == b'.') {
            put(sink, Id::HtmlLinkToAddress);
        }
        if style::mixes_scripts(&host) {
            put(sink, Id::UrlMixedScript);
        }
        if SHORTENERS.iter().any(|s| host == s.as_bytes()) {
            put(sink, Id::HtmlLinkShortener);
        }
        let secure = starts_with(href, b"https:");
        self.link = Some(Link { host, secure, text: Vec::with_capacity(LINK_TEXT), span, line });
    }

    pub(super) fn style(&mut self, name: &[u8], style: &[u8], span: Range<u64>, line: u64, sink: &mut Sink) {
        let mut plain = Vec::with_capacity(style.len());
        plain.extend(style.iter().filter(|b| !b.is_ascii_whitespace()).map(u8::to_ascii_lowercase));
        let size = find(&plain, b"font-size:").and_then(|at| {
            let value = plain.get(at.saturating_add(10)..)?;
            let digits = value.iter().take(4).take_while(|b| b.is_ascii_digit()).count();
            let (digits, unit) = value.split_at(digits);
            let pixels =
                unit.starts_with(b"px") || unit.starts_with(b"pt") || unit.first().is_none_or(|b| *b == b';');
            pixels.then(|| core::str::from_utf8(digits).ok()?.parse::<u32>().ok()).flatten()
        });
        let hides =
            contains(&plain, b"display:none") || contains(&plain, b"visibility:hidden") || size == Some(0);
        if hides && self.hidden.is_none() {
            self.hidden = Some((name.to_vec(), 1));
            if self.hidden_at.is_none() {
                self.hidden_at = Some((span, line));
            }
        } else if size.is_some_and(|size| (1..6).contains(&size)) {
            sink.put(Note::new(Id::HtmlTinyFont, span, line).key(self.key));
        } else if !hides && style::is_low_contrast(&plain) {
            sink.put(Note::new(Id::HtmlLowContrast, span, line).key(self.key));
        }
    }
}

/// Does `wanted`, in small letters, stand in `text`, in whatever case?
fn contains(text: &[u8], wanted: &[u8]) -> bool {
    find(text, wanted).is_some()
}

/// Where it stands first. Both are too short to prepare a search.
fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = wanted.first()?;
    memchr::memchr2_iter(*first, first.to_ascii_uppercase(), text).find(|at| {
        text.get(*at..)
            .and_then(|rest| rest.get(..wanted.len()))
            .is_some_and(|w| w.eq_ignore_ascii_case(wanted))
    })
}

fn starts_with(text: &[u8], start: &[u8]) -> bool {
    strip(text, start).is_some()
}

fn strip<'t>(text: &'t [u8], start: &[u8]) -> Option<&'t [u8]> {
    let (head, rest) = text.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start).then_some(rest)
}

static SHORTENERS: [&str; 10] = [
    "bit.ly",
    "tinyurl.com",
    "t.co",
    "goo.gl",
    "ow.ly",
    "is.gd",
    "buff.ly",
    "rebrand.ly",
    "cutt.ly",
    "tiny.cc",
];
