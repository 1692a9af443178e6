//! Reads a complaint: a reader said "spam", and the provider passes it on.
//!
//! law: fields that may stand several times are all kept, the rest once (RFC 5965 §3)

use alloc::string::String;
use alloc::vec::Vec;

use super::ReadLimits;
use super::field::{date, keep, lines, text};

/// A complaint (ARF).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Complaint {
    feedback_type: Option<String>,
    mail_from: Option<String>,
    recipients: Vec<String>,
    arrival: Option<i64>,
    source_ip: Option<String>,
    fields: Vec<(String, String)>,
}

impl Complaint {
    pub(super) fn read(section: &[u8], limits: &ReadLimits) -> Self {
        let mut found = Self::default();
        for field in lines(section).flatten() {
            let value = || bare(&text(&field, limits.value));
            if field.is_named("Feedback-Type") && found.feedback_type.is_none() {
                found.feedback_type = Some(value().to_ascii_lowercase());
            } else if field.is_named("Original-Mail-From") && found.mail_from.is_none() {
                found.mail_from = Some(value());
            } else if field.is_named("Original-Rcpt-To") || field.is_named("Removal-Recipient") {
                let address = value();
                if found.recipients.len() < limits.fields && !found.recipients.contains(&address) {
                    found.recipients.push(address);
                }
            } else if (field.is_named("Arrival-Date") || field.is_named("Received-Date"))
                && found.arrival.is_none()
            {
                found.arrival = date(&text(&field, limits.value));
            } else if field.is_named("Source-IP") && found.source_ip.is_none() {
                found.source_ip = Some(value());
            } else {
                let _kept = keep(&mut found.fields, &field, limits.fields, limits.value);
            }
        }
        found
    }

    /// `abuse`, `fraud`, `virus`, `not-spam`, `auth-failure`, `other`; in lower case.
    pub fn feedback_type(&self) -> Option<&str> {
        self.feedback_type.as_deref()
    }

    /// Whether a reader complained. `not-spam` says the contrary, `auth-failure` (RFC 6591) speaks of a forger or of a set-up.
    pub fn is_abuse(&self) -> bool {
        !matches!(self.feedback_type(), Some("not-spam" | "auth-failure"))
    }

    /// The sender of the original's envelope.
    pub fn mail_from(&self) -> Option<&str> {
        self.mail_from.as_deref()
    }

    /// Who complained, where the provider says it.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.recipients.iter().map(String::as_str)
    }

    /// When the original came in there: Unix seconds.
    pub const fn arrival(&self) -> Option<i64> {
        self.arrival
    }

    /// The address that the original came from.
    pub fn source_ip(&self) -> Option<&str> {
        self.source_ip.as_deref()
    }

    /// The other fields, in order.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// An address without brackets.
fn bare(text: &str) -> String {
    let text = text.trim();
    let inner = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text);
    String::from(inner.trim())
}
