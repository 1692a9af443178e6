//! Checks what a signature says of itself, and whether it fits the author.
//!
//! in:  the DKIM-Signature fields of a section      out: notes; the signatures, for the checks behind
//! law: signatures are read, never verified (RFC 6376 §3.5)

use crate::checks::Facts;
use crate::checks::addresses::{Kept, SpecialUse, special_use};
use crate::checks::html::same_organisation;
use crate::grammar::lexer::trim;
use crate::grammar::row;
use crate::rules::{Id, Severity};
use crate::validate::section::{Entry, Section};
use crate::validate::sink::Sink;
use alloc::vec::Vec;

/// The tags of a DKIM-Signature that are looked at.
static TAGS: [&[u8]; 8] = [b"v", b"a", b"b", b"bh", b"d", b"h", b"s", b"l"];

/// One DKIM-Signature, as far as it is compared: the first value of each of [`TAGS`].
pub(super) struct Signature<'a> {
    tags: [Option<&'a [u8]>; 8],
}

impl<'a> Signature<'a> {
    fn parse(value: &'a [u8]) -> Self {
        let mut tags = [None; 8];
        let mut rest = value;
        loop {
            let length = memchr::memchr(b';', rest).unwrap_or(rest.len());
            let (tag, behind) = rest.split_at(length);
            if let Some(at) = memchr::memchr(b'=', tag) {
                let (name, text) = tag.split_at(at);
                let name = trim(name);
                if let Some(slot) = TAGS.iter().position(|t| *t == name).and_then(|n| tags.get_mut(n)) {
                    *slot = slot.or(text.get(1..).map(trim));
                }
            }
            let Some(behind) = behind.get(1..) else { return Self { tags } };
            rest = behind;
        }
    }

    fn tag(&self, name: &[u8]) -> Option<&'a [u8]> {
        TAGS.iter().zip(self.tags).find_map(|(tag, text)| text.filter(|_| *tag == name))
    }

    /// The names of `h=`.
    fn fields(&self) -> impl Iterator<Item = &'a [u8]> {
        self.tag(b"h").unwrap_or_default().split(|b| *b == b':').map(trim)
    }

    /// How often `h=` names each of [`WATCHED`].
    fn signed(&self) -> Signed {
        let mut signed = Signed::default();
        for field in self.fields() {
            for (count, (_, name)) in signed.iter_mut().zip(&WATCHED) {
                let same = name.len() == field.len() && field.eq_ignore_ascii_case(name.as_bytes());
                *count = count.saturating_add(usize::from(same));
            }
        }
        signed
    }

    pub(super) fn covers(&self, name: &str) -> bool {
        self.fields().any(|field| field.eq_ignore_ascii_case(name.as_bytes()))
    }

    /// Is one of the tags missing that must be there?
    fn lacks_any(&self) -> bool {
        self.tags.iter().take(7).any(Option::is_none)
    }
}

/// Signatures of one message that are compared.
const SIGNATURES: usize = 16;

pub(super) fn check<'a>(section: &Section<'a>, facts: &Facts, sink: &mut Sink) -> Vec<Signature<'a>> {
    let mut signatures = Vec::new();
    let mut aligned = false;
    let mut told = false;
    let mut first: Option<&Entry<'_>> = None;
    for entry in section.all(row::DKIM_SIGNATURE).take(SIGNATURES) {
        first = first.or(Some(entry));
        let signature = Signature::parse(entry.value());
        let signed = signature.signed();
        if signature.lacks_any() {
            sink.put(section.field(Id::DkimMalformed, entry).expected("the tags v, a, b, bh, d, h and s"));
        } else if signed.first() == Some(&0) {
            sink.put(section.field(Id::DkimMalformed, entry).expected("`from` in h="));
        } else if signature.tag(b"v") != Some(b"1") {
            sink.put(section.field(Id::DkimMalformed, entry).expected("v=1"));
        } else {
            coverage(section, entry, &signature, &signed, sink);
            if let Some(added) = added_after(section, &signed).filter(|_| !told) {
                told = true;
                sink.put(section.field(Id::DkimFieldAddedAfter, added));
            }
        }
        let domain = signature.tag(b"d").unwrap_or_default();
        aligned |= facts.authors.iter().any(|author| same_organisation(author.domain(), domain));
        signatures.push(signature);
    }
    match first {
        None if !section.entries.is_empty() => {
            // Nobody can publish a key for a domain of examples.
            let examples = |author: &Kept| special_use(author.domain()) == Some(SpecialUse::Examples);
            let harmless = !facts.authors.is_empty() && facts.authors.iter().all(examples);
            let severity = if harmless { Severity::Hint } else { Severity::Warning };
            sink.put(section.whole(Id::DkimMissing).severity(severity));
        }
        Some(entry) if !aligned && !facts.authors.is_empty() => {
            sink.put(section.field(Id::DkimNotAligned, entry));
        }
        _ => {}
    }
    signatures
}

/// The fields that a signature should cover, and their names.
static WATCHED: [(u8, &str); 10] = [
    (row::FROM, "From"),
    (row::SENDER, "Sender"),
    (row::REPLY_TO, "Reply-To"),
    (row::SUBJECT, "Subject"),
    (row::DATE, "Date"),
    (row::MESSAGE_ID, "Message-ID"),
    (row::TO, "To"),
    (row::CC, "Cc"),
    (row::CONTENT_TYPE, "Content-Type"),
    (row::MIME_VERSION, "MIME-Version"),
];

/// How often a signature names each of [`WATCHED`].
type Signed = [usize; WATCHED.len()];

fn coverage(
    section: &Section<'_>,
    entry: &Entry<'_>,
    signature: &Signature<'_>,
    signed: &Signed,
    sink: &mut Sink,
) {
    let wanted = [row::SUBJECT, row::DATE, row::TO, row::MESSAGE_ID, row::MIME_VERSION, row::CONTENT_TYPE];
    let bare = |row: u8| {
        let (at, (_, name)) = WATCHED.iter().enumerate().find(|(_, (watched, _))| *watched == row)?;
        (section.find(row).is_some() && signed.get(at) == Some(&0)).then_some(*name)
    };
    if let Some(name) = wanted.into_iter().find_map(bare) {
        sink.put(section.field(Id::DkimCoverageWeak, entry).found(name.as_bytes()));
    } else if signature.tag(b"l").is_some() {
        sink.put(section.field(Id::DkimCoverageWeak, entry).expected("no l= tag"));
    }
}

/// The first of the fields that a signature covers fewer times than they stand. Signers take them from the bottom.
fn added_after<'s, 'a>(section: &'s Section<'a>, signed: &Signed) -> Option<&'s Entry<'a>> {
    WATCHED
        .iter()
        .zip(signed)
        .filter(|((row, _), signed)| **signed > 0 && *row != row::MIME_VERSION)
        .find_map(|((row, _), signed)| (section.all(*row).count() > *signed).then(|| section.find(*row))?)
}
