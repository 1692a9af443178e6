//! What the classifier is given: one refusal, as far as the caller knows it.
//!
//! law: nothing is owned, nothing is looked up

use super::codes;
use crate::{Attempt, Ending, EnhancedStatusCode, Reply, ReplyCode, Stage};

/// How the caller came to know the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Heard {
    /// A server said it to us.
    #[default]
    OnWire,
    /// A report quotes it.
    Quoted,
    /// The sending side wrote it itself; no server said it.
    Local,
}

/// One refusal, as far as the caller knows it.
///
/// # Examples
///
/// ```
/// use mailwright_reply::{Cause, Refusal, Rules, Stage, classify, standard};
///
/// let reply = standard::unknown_user();
/// let verdict = classify(&Refusal::new(&reply).with_stage(Stage::Recipient), Rules::built_in());
/// assert_eq!(verdict.cause, Cause::MailboxUnknown);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Refusal<'a> {
    pub(super) code: Option<ReplyCode>,
    pub(super) enhanced: Option<EnhancedStatusCode>,
    /// Lines parted by LF.
    pub(super) text: &'a [u8],
    pub(super) stage: Option<Stage>,
    pub(super) host: Option<&'a str>,
    pub(super) heard: Heard,
    pub(super) ending: Option<&'a Ending>,
}

impl<'a> Refusal<'a> {
    /// What a server said.
    pub fn new(reply: &'a Reply) -> Self {
        Self { code: Some(reply.code()), enhanced: reply.enhanced(), text: reply.text(), ..Self::default() }
    }

    /// How an attempt ended, with a reply or without.
    pub fn from_attempt(attempt: &'a Attempt) -> Self {
        let known = match attempt.ending().reply() {
            Some(reply) => Self::new(reply),
            None => Self { ending: Some(attempt.ending()), ..Self::default() },
        };
        known.with_stage(attempt.stage())
    }

    /// Text alone: of a log, a report or a person. Its codes are read leniently; lines are parted by LF.
    ///
    /// It is taken for the end of an attempt, whatever it says: where it holds no code and no word that a rule knows, the
    /// verdict is an unknown cause, permanent, a guess, and suppresses nobody.
    pub fn from_text(text: &'a [u8]) -> Self {
        Self { code: codes::reply_code(text), text, ..Self::default() }
    }

    /// Text with the codes known apart, as the fields of a report give them.
    pub fn from_parts(code: Option<ReplyCode>, enhanced: Option<EnhancedStatusCode>, text: &'a [u8]) -> Self {
        Self { code, enhanced, text, ..Self::default() }
    }

    /// With the stage it was said at.
    #[must_use]
    pub const fn with_stage(self, stage: Stage) -> Self {
        Self { stage: Some(stage), ..self }
    }

    /// With the name of the host that said it, which picks the rules of its provider.
    #[must_use]
    pub const fn with_host(self, host: &'a str) -> Self {
        Self { host: Some(host), ..self }
    }

    /// With how the caller came to know it.
    #[must_use]
    pub const fn with_heard(self, heard: Heard) -> Self {
        Self { heard, ..self }
    }
}
