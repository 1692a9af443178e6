//! Checks how parts stand together.
//!
//! in:  a multipart that ended, or the sums of a message      out: notes on boundaries, order, stray text, references
//! law: what was kept of each part is bounded (RFC 2046 §5.1)

use crate::finding::Detail;
use crate::rules::{Id, Severity};
use crate::validate::open::{Multi, Stray, Totals, charset_of};
use crate::validate::sink::{Note, Sink};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// A multipart ended; its body lay at this place and line. `cut`: parts were left out.
pub(crate) fn multipart(
    multi: &Multi,
    (body, line): (Range<u64>, u64),
    last: bool,
    cut: bool,
    sink: &mut Sink,
) {
    if multi.used {
        if multi.count == 0 {
            sink.put(Note::new(Id::MultipartEmpty, body.clone(), line));
        }
        if !multi.closed {
            sink.put(Note::new(Id::BoundaryUnclosed, body.clone(), line).severity(severity(last)));
        }
        stray(&multi.preamble, Id::MultipartPreambleText, sink);
        stray(&multi.epilogue, Id::MultipartEpilogueText, sink);
    } else {
        sink.put(multi.about(Id::BoundaryNeverUsed));
        return;
    }
    match multi.subtype.as_ref() {
        "alternative" => {
            alternative(multi, sink);
            let plain = multi.children.iter().any(|child| child.media == "text/plain" || child.plain_inside);
            if !plain && multi.count > 0 && !cut {
                sink.put(Note::new(Id::AlternativePlainMissing, body.clone(), line));
            }
        }
        "related" => related(multi, sink),
        "signed" => signed(multi, sink),
        "report" => report(multi, sink),
        _ => {}
    }
    if matches!(multi.subtype.as_ref(), "alternative" | "related") && multi.count == 1 {
        sink.put(Note::new(Id::MultipartOnePart, body, line));
    }
}

/// Cut off at the end of the message is what mail programs still show; swallowed by an outer part is worse.
const fn severity(last: bool) -> Severity {
    if last { Severity::Warning } else { Severity::Error }
}

fn stray(stray: &Stray, id: Id, sink: &mut Sink) {
    let Some((span, line)) = &stray.span else { return };
    if id != Id::MultipartPreambleText || !is_notice(&stray.text) {
        sink.put(Note::new(id, span.clone(), *line).found(&stray.text));
    }
}

/// Is it the notice for old mail programs, or what signing programs write there? Both are usual.
fn is_notice(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text).to_ascii_lowercase();
    let usual = ["mime", "multi-part", "multipart", "multi part", "mehrteilige", "openpgp", "signed message"]
        .iter()
        .any(|word| text.contains(word));
    let markup = || text.contains('<') && text.contains('>') && text.contains("</");
    usual && !markup()
}

fn alternative(multi: &Multi, sink: &mut Sink) {
    let plain = multi.children.iter().position(|child| child.media == "text/plain");
    let html = multi.children.iter().position(|child| child.media == "text/html" || child.html_inside);
    if let (Some(plain), Some(html)) = (plain, html) {
        if let Some(child) = multi.children.get(html).filter(|_| html < plain) {
            sink.put(Note::new(Id::AlternativeOrder, child.span.clone(), child.line));
        }
        if let (Some(one), Some(two)) = (multi.children.get(plain), multi.children.get(html)) {
            if crate::checks::text::likeness::differ(&one.outcome.words, &two.outcome.words) {
                sink.put(multi.about(Id::AlternativeDiffers));
            }
            if one.outcome.placeholder && two.outcome.visible > 0 {
                sink.put(Note::new(Id::PlainPartPlaceholder, one.span.clone(), one.line));
            }
        }
    }
    let mut sets = multi.children.iter().filter_map(charset_of);
    if let Some(first) = sets.next()
        && let Some(other) = sets.find(|set| *set != first)
    {
        let found = [first.name(), other.name()].join(" and ");
        sink.put(multi.about(Id::CharsetSeveral).found(found.as_bytes()));
    }
}

fn related(multi: &Multi, sink: &mut Sink) {
    let wanted = multi.start.as_deref().map(|start| start.trim_matches(['<', '>', ' ']));
    let root = match wanted {
        None => multi.children.first(),
        Some(start) => multi
            .children
            .iter()
            .find(|child| child.content_id.as_deref().is_some_and(|id| id == start.as_bytes())),
    };
    match (root, &multi.kind) {
        (None, _) if wanted.is_some() => {
            sink.put(
                multi.about(Id::RelatedRootWrong).expected("a part with the Content-ID that `start` names"),
            );
        }
        (Some(root), Some(kind)) if !kind.eq_ignore_ascii_case(&root.media) => {
            let detail = Detail::Instead { found: kind.as_str().into(), expected: root.media.clone() };
            sink.put(multi.about(Id::RelatedRootWrong).detail(detail));
        }
        (Some(_), None) => {
            sink.put(multi.about(Id::RelatedRootWrong).expected("`type`"));
        }
        _ => {}
    }
}

fn signed(multi: &Multi, sink: &mut Sink) {
    if multi.count != 2 {
        sink.put(multi.about(Id::SignedStructure).length(u64::from(multi.count), 2));
    } else if let (Some(protocol), Some(second)) = (&multi.protocol, multi.children.get(1))
        && !protocol.eq_ignore_ascii_case(&second.media)
    {
        let found = second.media.as_ref().into();
        let detail = Detail::Instead { found, expected: protocol.clone().into() };
        sink.put(multi.about(Id::SignedStructure).detail(detail));
    }
}

fn report(multi: &Multi, sink: &mut Sink) {
    let (Some(kind), Some(second)) = (&multi.report, multi.children.get(1)) else {
        if multi.count < 2 {
            sink.put(multi.about(Id::ReportStructure).expected("a second part for programs"));
        }
        return;
    };
    let expected = [String::from("message"), kind.clone()].join("/");
    let global = [String::from("message/global"), kind.clone()].join("-");
    if second.media != expected && second.media != global {
        let detail = Detail::Instead { found: second.media.as_ref().into(), expected: expected.into() };
        sink.put(multi.about(Id::ReportStructure).detail(detail));
    }
}

/// What all parts together show.
pub(crate) fn message(totals: &Totals, octets: u64, sink: &mut Sink) {
    shown(totals, octets, sink);
    references(totals, sink);
}

fn shown(totals: &Totals, octets: u64, sink: &mut Sink) {
    if totals.parts_cut || (totals.signed_or_encrypted && totals.plain == 0 && totals.html == 0) {
        return;
    }
    let any_text = totals.plain > 0 || totals.html > 0 || totals.other_text > 0;
    if let (0, Some(html)) = (totals.plain, &totals.html_at) {
        let (span, line) = if totals.multipart { (0..octets, 1) } else { html.clone() };
        sink.put(Note::new(Id::HtmlOnly, span, line));
    }
    if !any_text && totals.files > 0 {
        sink.put(Note::new(Id::TextPartMissing, 0..octets, 1));
    }
    let visible = totals.plain_visible.saturating_add(totals.html_visible);
    let bare = totals.files == 0 && totals.html_images == 0 && totals.other_text == 0;
    if bare && visible == 0 {
        let (span, line) =
            totals.text_at.clone().or_else(|| totals.html_at.clone()).unwrap_or((0..octets, 1));
        sink.put(Note::new(Id::BodyEmpty, span, line));
    }
    if let Some((span, line)) =
        totals.html_at.as_ref().filter(|_| totals.html_images > 0 && totals.html_visible < 50)
        && totals.plain_visible < 50
    {
        sink.put(
            Note::new(Id::HtmlImageOnly, span.clone(), *line).length(u64::from(totals.html_visible), 50),
        );
    }
}

fn references(totals: &Totals, sink: &mut Sink) {
    if totals.cids_cut {
        return;
    }
    for (cid, span, line, part) in &totals.cids {
        let plain = unescape(cid);
        let known = totals.content_ids.iter().any(|(id, ..)| *id == plain || id == cid);
        if !known {
            sink.put(Note::new(Id::CidUnresolved, span.clone(), *line).part(*part).found(cid));
        }
    }
    for (id, image, span, line, part) in &totals.content_ids {
        let used = totals.cids.iter().any(|(cid, ..)| cid == id || unescape(cid) == *id);
        if *image && !used && totals.html > 0 {
            sink.put(Note::new(Id::InlinePartUnused, span.clone(), *line).part(*part).found(id));
        }
    }
}

/// `%41` in a `cid:` address (RFC 2392 §2).
fn unescape(cid: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(cid.len());
    let mut rest = cid;
    while let [b, tail @ ..] = rest {
        if let (b'%', [high, low, after @ ..]) = (*b, tail)
            && let (Some(high), Some(low)) =
                (crate::grammar::word::hex(*high), crate::grammar::word::hex(*low))
        {
            out.push(high.wrapping_shl(4) | low);
            rest = after;
            continue;
        }
        out.push(*b);
        rest = tail;
    }
    out
}
