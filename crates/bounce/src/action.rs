//! What became of a message for one recipient, as a report says it.
//!
//! law: the five words of RFC 3464 §2.3.3 and no other

use core::fmt;

/// What became of a message for one recipient.
///
/// # Examples
///
/// ```
/// use mailwright_bounce::Action;
///
/// assert_eq!(Action::find(b"Failed (bad destination)"), Some(Action::Failed));
/// assert_eq!(Action::Delayed.to_string(), "delayed");
/// ```
///
/// # RFC
///
/// RFC 3464 §2.3.3
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 3464 §2.3.3")]
pub enum Action {
    /// It could not be delivered and is not tried again.
    Failed,
    /// It is not delivered yet and is tried again.
    Delayed,
    /// It lies in the mailbox.
    Delivered,
    /// It went to a host that sends no reports; nothing more will be heard.
    Relayed,
    /// It went to more than one address behind an alias.
    Expanded,
}

impl Action {
    /// The word as it stands in a report.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Delayed => "delayed",
            Self::Delivered => "delivered",
            Self::Relayed => "relayed",
            Self::Expanded => "expanded",
        }
    }

    /// The action that opens `value`, in any case; what stands behind the word is passed over.
    pub fn find(value: &[u8]) -> Option<Self> {
        let value = value.trim_ascii_start();
        let end = value.iter().position(|octet| !octet.is_ascii_alphabetic()).unwrap_or(value.len());
        let word = value.get(..end)?;
        ALL.into_iter().find(|action| word.eq_ignore_ascii_case(action.as_str().as_bytes()))
    }

    /// Whether this says that the message arrived or went on: the kinds that are only sent when asked for.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Delivered | Self::Relayed | Self::Expanded)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

pub(crate) const ALL: [Action; 5] =
    [Action::Failed, Action::Delayed, Action::Delivered, Action::Relayed, Action::Expanded];
