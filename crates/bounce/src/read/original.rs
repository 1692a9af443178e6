//! Finds what the report returns of the original message, and where the report itself came to.
//!
//! law: only header fields are drawn, never the body; a field of the report is never taken for one of the original (RFC 6522 §3)

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use mailwright_message::{Address, Addresses, Field, Fields, Identifiers, Kind as PartKind, Part, Reader};

use super::field::text;
use super::{FIELDS, ReadLimits, header, is_a};

/// What a report returns of the original message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Returned {
    message_id: Option<String>,
    feedback_id: Option<String>,
    subject: Option<String>,
    from: Option<String>,
    to: Vec<String>,
    return_path: Option<String>,
}

impl Returned {
    pub(super) const fn none() -> Self {
        Self {
            message_id: None,
            feedback_id: None,
            subject: None,
            from: None,
            to: Vec::new(),
            return_path: None,
        }
    }

    /// Looks behind the part for machines, or for the first returned message where there is none.
    pub(super) fn find(reader: &Reader<'_>, machine: Option<Part<'_, '_>>, limits: &ReadLimits) -> Self {
        let from = machine.map_or(0, |part| part.body_span().end);
        for part in reader.parts().filter(|part| part.header_span().start >= from) {
            let inside = part.parent().is_some_and(|parent| parent.kind() == PartKind::Message);
            if inside && part.fields().next().is_some() {
                return Self::of(part.fields(), limits);
            }
            if inside {
                // An empty line stands in front of the header.
                return Self::of_text(&String::from_utf8_lossy(part.raw_body()), limits);
            }
            if is_a(&part, HEADERS) {
                return Self::of(Fields::new(&part.body_octets(), 0), limits);
            }
        }
        Self::none()
    }

    /// The header section that stands at the start of `text`.
    pub(super) fn of_text(text: &str, limits: &ReadLimits) -> Self {
        Self::of(
            Fields::new(text.trim_start().as_bytes(), 0)
                .take_while(|field| !field.octets().trim_ascii().is_empty()),
            limits,
        )
    }

    fn of<'f>(fields: impl Iterator<Item = Field<'f>>, limits: &ReadLimits) -> Self {
        let mut found = Self::none();
        for field in fields.take(FIELDS) {
            let value = || Some(text(&field, limits.value)).filter(|value| !value.is_empty());
            if field.is_named("Message-ID") && found.message_id.is_none() {
                let id = Identifiers::new(field.raw_value()).next().map(String::from_utf8_lossy);
                let id = id
                    .map(|id| id.chars().filter(|c| !c.is_control()).take(limits.value).collect::<String>());
                found.message_id = id.or_else(value);
            } else if field.is_named("Feedback-ID") && found.feedback_id.is_none() {
                found.feedback_id = value();
            } else if field.is_named("Subject") && found.subject.is_none() {
                found.subject = value();
            } else if field.is_named("From") && found.from.is_none() {
                found.from = mailboxes(&field).next();
            } else if field.is_named("Return-Path") && found.return_path.is_none() {
                found.return_path = mailboxes(&field).next();
            } else if field.is_named("To") && found.to.is_empty() {
                found.to = mailboxes(&field).take(MAILBOXES).collect();
            }
        }
        found
    }

    pub(super) fn is_none(&self) -> bool {
        *self == Self::none()
    }

    /// Its Message-ID, without brackets.
    pub fn message_id(&self) -> Option<&str> {
        self.message_id.as_deref()
    }

    /// Its Feedback-ID: campaign and sender, as bulk senders write it.
    pub fn feedback_id(&self) -> Option<&str> {
        self.feedback_id.as_deref()
    }

    /// Its subject.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// The address of its author.
    pub fn from(&self) -> Option<&str> {
        self.from.as_deref()
    }

    /// The addresses in To.
    pub fn to(&self) -> impl Iterator<Item = &str> {
        self.to.iter().map(String::as_str)
    }

    /// The sender of its envelope, where a host wrote that down: with its tag, as a rule.
    pub fn return_path(&self) -> Option<&str> {
        self.return_path.as_deref()
    }
}

/// The addresses that the report came to, each once.
pub(super) fn came_to(reader: &Reader<'_>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let names = ["Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To"];
    let fields = header(reader).filter(|field| names.iter().any(|name| field.is_named(name)));
    let all = fields.flat_map(|field| mailboxes(&field).take(MAILBOXES).collect::<Vec<_>>());
    all.filter(|address| seen.insert(address.to_ascii_lowercase())).take(MAILBOXES).collect()
}

/// The first address in a field.
pub(super) fn first(field: &Field<'_>) -> Option<String> {
    mailboxes(field).next()
}

fn mailboxes<'f>(field: &Field<'f>) -> impl Iterator<Item = String> + use<'f> {
    Addresses::new(field.raw_value()).filter_map(|item| match item {
        Address::Mailbox(mailbox) => Some(mailbox.address()).filter(|address| address.contains('@')),
        Address::GroupStart(_) | Address::GroupEnd => None,
    })
}

const HEADERS: &[(&str, &str)] =
    &[("text", "rfc822-headers"), ("text", "rfc822-header"), ("message", "global-headers")];
/// Mailboxes that are kept.
const MAILBOXES: usize = 20;
