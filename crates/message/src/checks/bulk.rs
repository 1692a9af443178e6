//! Checks what receivers ask of bulk mail, and whether signatures fit the author.
//!
//! in:  the header section of a message, the sums at its end      out: notes on List- fields, DKIM, envelope and marks
//! law: signatures are read, never verified (RFC 8058, RFC 6376 §3.5, RFC 7489 §3.1)

use crate::checks::Facts;
use crate::checks::addresses::Kept;
use crate::checks::html::same_organisation;
use crate::grammar::addresses::{Address, Addresses};
use crate::grammar::lexer::{BLANK, is, trim};
use crate::grammar::names::{Family, Shape};
use crate::grammar::row;
use crate::profile::Context;
use crate::rules::{Id, Severity};
use crate::validate::open::Totals;
use crate::validate::section::{Entry, Section};
use crate::validate::sink::{Note, Sink};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

pub(crate) fn check(section: &Section<'_>, context: &Context, facts: &mut Facts, sink: &mut Sink) {
    let signatures = dkim(section, facts, sink);
    unsubscribe(section, context, &signatures, facts, sink);
    list_fields(section, sink);
    envelope(section, context, facts, signatures.is_empty(), sink);
    marks(section, context, facts, sink);
}

pub(crate) fn finish(facts: &Facts, totals: &Totals, context: &Context, sink: &mut Sink) {
    if context.bulk == Some(true) && !totals.unsubscribe && (totals.plain > 0 || totals.html > 0) {
        sink.put(Note::new(
            Id::UnsubscribeLinkMissing,
            facts.section.0.end..facts.section.0.end,
            facts.section.1,
        ));
    }
}

/// The tags of a DKIM-Signature that are looked at.
static TAGS: [&[u8]; 8] = [b"v", b"a", b"b", b"bh", b"d", b"h", b"s", b"l"];

/// One DKIM-Signature, as far as it is compared: the first value of each of [`TAGS`].
struct Signature<'a> {
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

    fn covers(&self, name: &str) -> bool {
        self.fields().any(|field| field.eq_ignore_ascii_case(name.as_bytes()))
    }

    /// Is one of the tags missing that must be there?
    fn lacks_any(&self) -> bool {
        self.tags.iter().take(7).any(Option::is_none)
    }
}

/// Signatures of one message that are compared.
const SIGNATURES: usize = 16;

fn dkim<'a>(section: &Section<'a>, facts: &Facts, sink: &mut Sink) -> Vec<Signature<'a>> {
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
        aligned |= facts.authors.iter().any(|author| same_organisation(author.domain().as_bytes(), domain));
        signatures.push(signature);
    }
    match first {
        None if !section.entries.is_empty() => sink.put(section.whole(Id::DkimMissing)),
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

/// The URIs of a List- field, or where it stops making sense.
fn uris(value: &[u8]) -> (Vec<Range<usize>>, Option<usize>) {
    let mut found = Vec::new();
    let mut cursor = crate::grammar::lexer::Cursor::new(value);
    loop {
        cursor.skip();
        let at = cursor.at;
        match cursor.peek() {
            None => return (found, None),
            Some(b',') => cursor.bump(),
            Some(b'<') => {
                cursor.bump();
                let start = cursor.at;
                let rest = cursor.rest();
                let Some(length) = memchr::memchr(b'>', rest) else { return (found, Some(at)) };
                let inside = rest.get(..length).unwrap_or_default();
                // A fold inside is taken out (RFC 2369 §2); a blank is an error.
                let blank = inside.iter().any(|b| matches!(b, b' ' | b'\t')) && !inside.contains(&b'\n');
                let scheme = memchr::memchr(b':', inside).is_some_and(|colon| colon > 0);
                if blank || !scheme {
                    return (found, Some(start));
                }
                cursor.at = start.saturating_add(length).saturating_add(1);
                if found.len() < 64 {
                    found.push(start..start.saturating_add(length));
                }
            }
            Some(_) => return (found, Some(at)),
        }
    }
}

fn unsubscribe(
    section: &Section<'_>,
    context: &Context,
    signatures: &[Signature<'_>],
    facts: &mut Facts,
    sink: &mut Sink,
) {
    let post = section.find(row::LIST_UNSUBSCRIBE_POST);
    if let Some(entry) = post {
        let plain: Vec<u8> = entry.value().iter().copied().filter(|b| !is(*b, BLANK)).collect();
        if !plain.eq_ignore_ascii_case(b"List-Unsubscribe=One-Click") {
            sink.put(section.field(Id::ListUnsubscribePostValue, entry).found(entry.value()));
        }
    }
    let Some(entry) = section.find(row::LIST_UNSUBSCRIBE) else {
        if context.bulk == Some(true) {
            sink.put(section.whole(Id::ListUnsubscribeMissing));
        }
        return;
    };
    facts.list_unsubscribe = true;
    let value = entry.value();
    let (list, bad) = uris(value);
    if bad.is_some() || list.is_empty() {
        let at = bad.unwrap_or(0);
        sink.put(
            section
                .value(Id::ListUnsubscribeSyntax, entry, at..value.len())
                .expected("URIs in angle brackets"),
        );
        return;
    }
    let count = |scheme: &[u8]| {
        let starts = |span: &Range<usize>| {
            value
                .get(span.clone())
                .and_then(|uri| uri.get(..scheme.len()))
                .is_some_and(|s| s.eq_ignore_ascii_case(scheme))
        };
        list.iter().filter(|span| starts(span)).count()
    };
    let (https, mailto) = (count(b"https:"), count(b"mailto:"));
    if https > 1 {
        sink.put(section.field(Id::ListUnsubscribeSeveralHttps, entry).length(https as u64, 1));
    }
    if mailto == 0 {
        sink.put(section.field(Id::ListUnsubscribeNoMailto, entry));
    }
    if https == 0 && (post.is_some() || context.bulk == Some(true)) {
        sink.put(section.field(Id::ListUnsubscribeNoHttps, entry));
    }
    if https > 0 && post.is_none() {
        sink.put(section.field(Id::ListUnsubscribePostMissing, entry));
    }
    let signed = signatures.iter().any(|s| s.covers("list-unsubscribe") && s.covers("list-unsubscribe-post"));
    if post.is_some() && !signatures.is_empty() && !signed {
        sink.put(section.field(Id::ListUnsubscribeUnsigned, entry));
    }
}

fn list_fields(section: &Section<'_>, sink: &mut Sink) {
    if !section.has(Family::List) {
        return;
    }
    let mut list = None;
    for entry in &section.entries {
        let Some(row) = entry.row.filter(|row| row.family == Family::List) else { continue };
        if matches!(row.number, row::LIST_UNSUBSCRIBE | row::LIST_UNSUBSCRIBE_POST)
            || trim(entry.value()).is_empty()
        {
            continue;
        }
        if matches!(row.number, row::LIST_POST | row::LIST_SUBSCRIBE | row::LIST_ARCHIVE) {
            list = list.or(Some(entry));
        }
        let good = match (row.number, row.shape) {
            (row::LIST_POST, _)
                if trim(entry.value()).get(..2).is_some_and(|v| v.eq_ignore_ascii_case(b"NO")) =>
            {
                true
            }
            (row::LIST_ID, _) => {
                let value = trim(entry.value());
                let open = memchr::memrchr(b'<', value);
                open.is_some_and(|open| {
                    value.get(open..).is_some_and(|rest| rest.ends_with(b">") && rest.len() > 2)
                })
            }
            (_, Shape::Uris) => uris(entry.value()).1.is_none(),
            _ => true,
        };
        if !good {
            sink.put(section.field(Id::ListHeaderSyntax, entry).found(entry.value()));
        }
    }
    if let Some(entry) = list.filter(|_| section.find(row::LIST_ID).is_none()) {
        sink.put(section.field(Id::ListIdMissing, entry));
    }
}

fn envelope(section: &Section<'_>, context: &Context, facts: &Facts, unsigned: bool, sink: &mut Sink) {
    if let (Some(sender), Some(from)) = (&context.mail_from, section.find(row::FROM)) {
        let domain = sender.rsplit('@').next().unwrap_or_default();
        let same = |author: &Kept| same_organisation(author.domain().as_bytes(), domain.as_bytes());
        let related = sender.is_empty() || facts.authors.iter().any(same);
        if !related && !facts.authors.is_empty() {
            let severity = if unsigned { Severity::Warning } else { Severity::Hint };
            sink.put(
                section.field(Id::EnvelopeFromNotAligned, from).severity(severity).found(domain.as_bytes()),
            );
        }
    }
    let to = section.find(row::TO).or_else(|| section.find(row::CC));
    if let Some(entry) = to.filter(|_| !context.recipients.is_empty()) {
        let absent = context
            .recipients
            .iter()
            .find(|to| !facts.recipients.iter().any(|listed| listed.eq_ignore_ascii_case(to)));
        if let Some(absent) = absent {
            sink.put(section.field(Id::EnvelopeRecipientNotInHeader, entry).found(absent.as_bytes()));
        }
    }
}

fn marks(section: &Section<'_>, context: &Context, facts: &Facts, sink: &mut Sink) {
    if let Some(entry) = section.find(row::PRECEDENCE) {
        sink.put(section.field(Id::PrecedenceUsed, entry));
    }
    let robot = facts.authors.first().filter(|_| facts.authors_first).is_some_and(|author| {
        ["mailer-daemon", "postmaster-daemon", "autoreply", "auto-reply", "vacation"]
            .contains(&author.local())
    });
    let report = robot
        && section
            .find(row::CONTENT_TYPE)
            .is_some_and(|entry| crate::ContentType::parse(entry.value()).is("multipart", "report"));
    if let Some(entry) =
        section.find(row::FROM).filter(|_| robot && !report && section.find(row::AUTO_SUBMITTED).is_none())
    {
        sink.put(section.field(Id::AutoSubmittedMissing, entry));
    }
    if context.bulk == Some(true) {
        if section.find(row::FEEDBACK_ID).is_none() {
            sink.put(section.whole(Id::FeedbackIdMissing));
        }
        let urgent = |entry: &&Entry<'_>| {
            let value = trim(entry.value()).to_ascii_lowercase();
            value.starts_with(b"1") || value.starts_with(b"2") || value == b"high" || value == b"urgent"
        };
        let all = section
            .all(row::X_PRIORITY)
            .chain(section.all(row::IMPORTANCE))
            .chain(section.all(row::PRIORITY));
        for entry in all.filter(urgent) {
            sink.put(section.field(Id::PriorityAbused, entry));
        }
    }
    receipt(section, sink);
}

fn receipt(section: &Section<'_>, sink: &mut Sink) {
    let (Some(entry), Some(path)) =
        (section.find(row::DISPOSITION_NOTIFICATION_TO), section.find(row::RETURN_PATH))
    else {
        return;
    };
    let path = String::from_utf8_lossy(trim(path.value()).trim_ascii())
        .trim_matches(['<', '>'])
        .to_ascii_lowercase();
    for item in Addresses::new(entry.value()) {
        if let Address::Mailbox(mailbox) = item
            && mailbox.address().to_ascii_lowercase() != path
        {
            sink.put(section.field(Id::ReceiptRequestElsewhere, entry));
        }
    }
}
