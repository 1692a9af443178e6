//! Checks the parameters of Content-Type and Content-Disposition.
//!
//! in:  a list of parameters      out: the same, read once; notes on its form, on copies, on pieces of RFC 2231
//! law: each parameter is judged when it is read, with those before it (RFC 2045 §5.1, RFC 2231)

use crate::grammar::lexer::Cursor;
use crate::grammar::parameter::{Fault, Listed, Parameter, Parameters, coded_is_good, cut_name};
use crate::rules::Id;
use crate::validate::section::{Entry, Section};
use crate::validate::sink::Sink;
use core::cell::RefCell;

/// Reads the parameters of a field, and tells what is wrong with them.
pub(super) fn parameters<'a>(
    section: &Section<'_>,
    entry: &Entry<'_>,
    list: Parameters<'a>,
    sink: &mut Sink,
) -> Listed<'a> {
    let told = RefCell::new(sink);
    let listed = Listed::new(
        list,
        |fault, span| {
            let id = match fault {
                Fault::Invalid => Id::ParameterInvalid,
                Fault::TrailingSemicolon => Id::ContentTypeTrailingSemicolon,
            };
            let start = span.start;
            section
                .tell(id, entry, span, &mut told.borrow_mut(), |note| note.mended(is_mended(entry, start)));
        },
        |before, parameter| parameter_rules(section, entry, before, parameter, &mut told.borrow_mut()),
    );
    if listed.passed_over() > 0 {
        told.borrow_mut().limit("octets of parameters", listed.passed_over() as u64);
    }
    if listed.is_special() {
        pieces(section, entry, &listed, told.into_inner());
    }
    listed
}

/// Can a fault at `start` be mended? Of several such fields only one is judged: mended, it would differ from the others.
/// A list of parameters before which nothing stands leaves nothing.
#[cold]
#[inline(never)]
fn is_mended(entry: &Entry<'_>, start: usize) -> bool {
    let mut cursor = Cursor::new(entry.value().get(..start).unwrap_or_default());
    cursor.skip();
    entry.is_last() && !cursor.done()
}

fn parameter_rules(
    section: &Section<'_>,
    entry: &Entry<'_>,
    before: &Listed<'_>,
    parameter: &Parameter<'_>,
    sink: &mut Sink,
) {
    let (_, number, coded) =
        if parameter.starred { cut_name(parameter.name) } else { (parameter.name, None, false) };
    if let Some(earlier) = before.first().find(|p| p.name.eq_ignore_ascii_case(parameter.name)) {
        let id = if number.is_some() { Id::Parameter2231Invalid } else { Id::ParameterDuplicate };
        let start = section.base.saturating_add(entry.field.value_span().start as u64);
        let at = |offset: usize| start.saturating_add(offset as u64);
        section.tell(id, entry, parameter.span.clone(), sink, |note| {
            note.also(at(earlier.span.start)..at(earlier.span.end)).found(parameter.name)
        });
    }
    if coded && !coded_is_good(parameter.raw, number.is_none_or(|n| n == 0)) {
        sink.put(section.value(Id::Parameter2231Invalid, entry, parameter.value_at..parameter.span.end));
    }
}

/// Pieces of RFC 2231 are numbered from 0 without a gap, and stand beside no plain form.
fn pieces(section: &Section<'_>, entry: &Entry<'_>, seen: &Listed<'_>, sink: &mut Sink) {
    let numbered = seen.first().filter(|p| p.starred).filter_map(|p| {
        let (base, number, _) = cut_name(p.name);
        number.map(|n| (base, n, p))
    });
    for (base, number, parameter) in numbered {
        let before = number == 0
            || seen.first().any(|p| {
                let (other, n, _) = cut_name(p.name);
                n == number.checked_sub(1) && other.eq_ignore_ascii_case(base)
            });
        let mixed = number == 0 && seen.first().any(|p| p.name.eq_ignore_ascii_case(base));
        if !before || mixed {
            sink.put(
                section.value(Id::Parameter2231Invalid, entry, parameter.span.clone()).found(parameter.name),
            );
        }
    }
    let malformed = seen.first().find(|p| {
        let (base, number, coded) = cut_name(p.name);
        p.starred && (base.len() == p.name.len() || number.is_none() && !coded)
    });
    if let Some(parameter) = malformed {
        sink.put(
            section.value(Id::Parameter2231Invalid, entry, parameter.span.clone()).found(parameter.name),
        );
    }
}
