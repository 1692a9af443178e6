//! Names a stream of mail: what a recipient gets, stays in, and leaves on its own.
//!
//! in:  a name and its kind      out: what scopes and decisions are about

use core::fmt;

/// Whether mail was asked for one by one or goes to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[expect(clippy::exhaustive_enums, reason = "closed: a message answers what its reader did, or it does not")]
pub enum StreamKind {
    /// Newsletters, offers, anything sent to many: needs consent, and a complaint ends it at once.
    Bulk,
    /// Receipts, password resets, answers: what the reader has just asked for.
    Transactional,
}

/// A stream of mail.
///
/// # Examples
///
/// ```
/// use mailwright_hygiene::Stream;
///
/// let news = Stream::bulk("news").with_daily(2);
/// assert_eq!(news.to_string(), "news (bulk)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stream<'a> {
    name: &'a str,
    kind: StreamKind,
    daily: Option<u32>,
}

impl<'a> Stream<'a> {
    /// A stream to many.
    pub const fn bulk(name: &'a str) -> Self {
        Self { name, kind: StreamKind::Bulk, daily: None }
    }

    /// A stream of single messages that were asked for.
    pub const fn transactional(name: &'a str) -> Self {
        Self { name, kind: StreamKind::Transactional, daily: None }
    }

    /// At most so many messages to one recipient in 24 hours; without it there is no such limit.
    #[must_use]
    pub const fn with_daily(self, messages: u32) -> Self {
        Self { daily: Some(messages), ..self }
    }

    /// Its name.
    pub const fn name(self) -> &'a str {
        self.name
    }

    /// Its kind.
    pub const fn kind(self) -> StreamKind {
        self.kind
    }

    /// The most messages to one recipient in 24 hours.
    pub const fn daily(self) -> Option<u32> {
        self.daily
    }
}

impl fmt::Display for Stream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            StreamKind::Bulk => "bulk",
            StreamKind::Transactional => "transactional",
        };
        write!(f, "{} ({kind})", self.name)
    }
}
