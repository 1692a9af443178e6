//! Reads a receipt: what a reader's program did with a message.
//!
//! law: a receipt is no bounce, whatever it says (RFC 8098 §3.2)

use alloc::string::String;

use super::ReadLimits;
use super::entry::Told;
use super::field::{lines, text};

/// A receipt (MDN).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Receipt {
    recipient: Option<Told>,
    original: Option<Told>,
    message_id: Option<String>,
    disposition: Option<String>,
}

impl Receipt {
    pub(super) fn read(section: &[u8], limits: &ReadLimits) -> Self {
        let mut found = Self::default();
        for field in lines(section).flatten() {
            let value = text(&field, limits.value);
            if field.is_named("Final-Recipient") && found.recipient.is_none() {
                found.recipient = Told::read(&value);
            } else if field.is_named("Original-Recipient") && found.original.is_none() {
                found.original = Told::read(&value);
            } else if field.is_named("Original-Message-ID") && found.message_id.is_none() {
                found.message_id = Some(value.trim_matches(['<', '>', ' ']).into());
            } else if field.is_named("Disposition") && found.disposition.is_none() {
                found.disposition = Some(value.to_ascii_lowercase());
            }
        }
        found
    }

    /// Whose program it was.
    pub const fn recipient(&self) -> Option<&Told> {
        self.recipient.as_ref()
    }

    /// The recipient as the sender wrote it.
    pub const fn original_recipient(&self) -> Option<&Told> {
        self.original.as_ref()
    }

    /// The Message-ID of the original, without brackets.
    pub fn message_id(&self) -> Option<&str> {
        self.message_id.as_deref()
    }

    /// `Disposition`, in lower case: `manual-action/mdn-sent-manually; displayed`.
    pub fn disposition(&self) -> Option<&str> {
        self.disposition.as_deref()
    }

    /// What was done, as `displayed` or `deleted`: the word behind the `;`.
    pub fn what(&self) -> Option<&str> {
        let (_, what) = self.disposition()?.split_once(';')?;
        what.split('/').next().map(str::trim)
    }
}
