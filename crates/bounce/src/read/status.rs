//! Reads the part of a report that machines read, line by line.
//!
//! in:  the body of message/delivery-status      out: what it says about the message, and an entry for each recipient
//! law: a recipient's group begins with a recipient field behind an empty line, or where a field comes again; no field that
//!      nobody needs stops the rest (RFC 3464 §2)

use mailwright_message::Field;

use super::entry::{Diagnostic, Entry, Fault, Told};
use super::field::{date, enhanced, keep, lines, plain, text, typed};
use super::{ReadLimits, Report};
use crate::Action;

pub(super) fn read(section: &[u8], limits: &ReadLimits, report: &mut Report) {
    let mut open: Option<Entry> = None;
    let mut gap = false;
    for line in lines(section) {
        let Some(field) = line else {
            gap = true;
            continue;
        };
        let after_gap = core::mem::take(&mut gap);
        if let Some(name) = Name::of(&field) {
            let begins = open.as_ref().is_some_and(|entry| {
                name.is_taken(entry)
                    || after_gap && name.is_recipient() && (entry.last.is_some() || entry.original.is_some())
            });
            if begins || open.is_none() {
                close(open.take(), report);
                if report.entries.len() >= limits.entries {
                    report.cut = true;
                    break;
                }
                open = Some(Entry::default());
            }
            if let Some(entry) = open.as_mut() {
                let value = if name.is_recipient() {
                    plain(&field, limits.value)
                } else {
                    text(&field, limits.value)
                };
                put(entry, name, &value);
            }
        } else if !about_message(&field, limits, report) {
            let fields = open.as_mut().map_or(&mut report.fields, |entry| &mut entry.fields);
            report.cut |= !keep(fields, &field, limits.fields, limits.value);
        }
    }
    close(open, report);
    if report.reporting_mta.is_none() {
        report.faults.push(Fault::ReporterMissing);
    }
    if report.entries.is_empty() {
        report.faults.push(Fault::NoRecipients);
    }
}

fn close(open: Option<Entry>, report: &mut Report) {
    if let Some(mut entry) = open {
        entry.finish();
        report.entries.push(entry);
    }
}

/// A field about the message; false where it is none.
fn about_message(field: &Field<'_>, limits: &ReadLimits, report: &mut Report) -> bool {
    if field.is_named("Reporting-MTA") {
        let value = text(field, limits.value);
        let (_, name) = typed(&value);
        let name = name.split_whitespace().next().filter(|name| !name.is_empty());
        once(&mut report.reporting_mta, name.map(Into::into), &mut report.faults);
    } else if field.is_named("Original-Envelope-Id") {
        let value = text(field, limits.value);
        once(&mut report.envelope_id, Some(value).filter(|id| !id.is_empty()), &mut report.faults);
    } else if field.is_named("Arrival-Date") {
        let found = date(&text(field, limits.value));
        if found.is_none() {
            report.faults.push(Fault::DateUnreadable);
        } else {
            once(&mut report.arrival, found, &mut report.faults);
        }
    } else {
        return false;
    }
    true
}

fn once<T>(place: &mut Option<T>, value: Option<T>, faults: &mut alloc::vec::Vec<Fault>) {
    if place.is_none() {
        *place = value;
    } else if !faults.contains(&Fault::FieldTwice) {
        faults.push(Fault::FieldTwice);
    }
}

/// The fields of a recipient's group.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    Original,
    Final,
    Action,
    Status,
    Remote,
    Diagnostic,
    Tried,
    Log,
    Until,
}

impl Name {
    fn of(field: &Field<'_>) -> Option<Self> {
        NAMES.iter().find(|(name, _)| field.is_named(name)).map(|(_, found)| *found)
    }

    const fn is_recipient(self) -> bool {
        matches!(self, Self::Original | Self::Final)
    }

    /// Whether the entry has this field already.
    const fn is_taken(self, entry: &Entry) -> bool {
        match self {
            Self::Original => entry.original.is_some(),
            Self::Final => entry.last.is_some(),
            Self::Action => entry.action_text.is_some(),
            Self::Status => entry.status_text.is_some(),
            // These may come again within a group; the first counts.
            Self::Remote | Self::Diagnostic | Self::Tried | Self::Log | Self::Until => false,
        }
    }
}

const NAMES: &[(&str, Name)] = &[
    ("Original-Recipient", Name::Original),
    ("Final-Recipient", Name::Final),
    ("Action", Name::Action),
    ("Status", Name::Status),
    ("Remote-MTA", Name::Remote),
    ("Diagnostic-Code", Name::Diagnostic),
    ("Last-Attempt-Date", Name::Tried),
    ("Final-Log-ID", Name::Log),
    ("Will-Retry-Until", Name::Until),
];

fn put(entry: &mut Entry, name: Name, value: &str) {
    match name {
        Name::Original | Name::Final => {
            let told = if name == Name::Final { Told::read(value) } else { Told::read_original(value) };
            if told.is_none() {
                entry.faults.push(Fault::RecipientUnreadable);
            }
            if name == Name::Final { entry.last = told } else { entry.original = told }
        }
        Name::Action => {
            entry.action = Action::find(value.as_bytes());
            entry.action_text = Some(value.into());
        }
        Name::Status => {
            let word = value.split([' ', '(', '\t']).next().unwrap_or_default();
            entry.status = word.parse().ok().or_else(|| enhanced(value));
            if entry.status.is_none() {
                entry.faults.push(Fault::StatusUnreadable);
            }
            entry.status_text = Some(value.into());
        }
        Name::Remote => {
            let (_, host) = typed(value);
            once(&mut entry.remote, Some(host.into()).filter(|_| !host.is_empty()), &mut entry.faults);
        }
        Name::Diagnostic => once(&mut entry.diagnostic, Diagnostic::read(value), &mut entry.faults),
        Name::Tried | Name::Until => {
            let found = date(value);
            let place = if name == Name::Tried { &mut entry.tried } else { &mut entry.until };
            if found.is_none() {
                entry.faults.push(Fault::DateUnreadable);
            } else {
                once(place, found, &mut entry.faults);
            }
        }
        Name::Log => once(&mut entry.log, Some(value.into()), &mut entry.faults),
    }
}
