//! The words of a report, which the embedder can replace.
//!
//! in:  templates by action and place      out: the subject and the text that a person reads
//! law: a subject holds nothing that a peer or a sender wrote; each template is checked when it is set

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;

use mailwright_reply::EnhancedStatusCode;

use super::template::{self, TemplateError};
use crate::Action;

/// Where in a report a template stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed: a report has these five places")]
pub enum Place {
    /// The subject; of several actions in one report, the first in the order of [`Action`] gives it.
    Subject,
    /// The first lines of the text; given by the same action as the subject.
    Greeting,
    /// In front of the recipients.
    Opening,
    /// For each recipient.
    Entry,
    /// Behind the recipients.
    Closing,
}

/// The words of a report: English, until others are set.
///
/// A template names facts in braces; a line that names a fact that is not known is left out. In a subject only
/// `{reporter}` may stand. Everywhere else: `{reporter}`, `{sender}`, `{subject}`, `{arrival}`; in an entry also
/// `{recipient}`, `{host}`, `{reply}` (what the host said), `{fault}` (how it ended without a reply), `{status}`,
/// `{meaning}`, `{tried}`, `{next}`, `{until}`.
///
/// # Examples
///
/// ```
/// use mailwright_bounce::{Action, Place, Words};
///
/// let words = Words::english()
///     .with_language("de")
///     .with(Action::Failed, Place::Subject, "Nicht zustellbar")?
///     .with(Action::Failed, Place::Opening, "Hier ist {reporter}. Diese Empfänger haben Ihre Nachricht nicht bekommen:\n")?;
/// assert_eq!(words.with(Action::Failed, Place::Subject, "{subject}").unwrap_err().at, 0);
/// # Ok::<(), mailwright_bounce::TemplateError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Words {
    language: Cow<'static, str>,
    texts: BTreeMap<(Action, Place), String>,
    meaning: fn(EnhancedStatusCode) -> &'static str,
}

impl Words {
    /// The words that are built in.
    pub const fn english() -> Self {
        Self { language: Cow::Borrowed("en"), texts: BTreeMap::new(), meaning: super::meaning }
    }

    /// The language of the words, as `de` or `pt-BR`; anything but letters, digits and `-` is left out.
    #[must_use]
    pub fn with_language(mut self, tag: &str) -> Self {
        let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
        self.language = Cow::Owned(tag.chars().filter(plain).take(35).collect());
        self
    }

    /// The sentence for `{meaning}`; [`meaning`](super::meaning) is built in.
    #[must_use]
    pub fn with_meaning(mut self, meaning: fn(EnhancedStatusCode) -> &'static str) -> Self {
        self.meaning = meaning;
        self
    }

    /// Another template for that action and place; its lines are parted by LF.
    ///
    /// # Errors
    ///
    /// [`TemplateError`] where a brace has no partner, a name is not known there, or a control character stands in it.
    pub fn with(mut self, action: Action, place: Place, text: &str) -> Result<Self, TemplateError> {
        let names = match place {
            Place::Subject => IN_SUBJECT,
            Place::Greeting | Place::Opening | Place::Closing => IN_TEXT,
            Place::Entry => IN_ENTRY,
        };
        template::check(text, names, place == Place::Subject)?;
        self.texts.insert((action, place), String::from(text));
        Ok(self)
    }

    pub(super) fn language(&self) -> &str {
        &self.language
    }

    pub(super) fn meaning(&self, status: EnhancedStatusCode) -> &'static str {
        (self.meaning)(status)
    }

    pub(super) fn text(&self, action: Action, place: Place) -> &str {
        self.texts.get(&(action, place)).map_or_else(|| english(action, place), String::as_str)
    }
}

impl Default for Words {
    fn default() -> Self {
        Self::english()
    }
}

const IN_SUBJECT: &[&str] = &["reporter"];
const IN_TEXT: &[&str] = &["reporter", "sender", "subject", "arrival"];
const IN_ENTRY: &[&str] = &[
    "reporter",
    "sender",
    "subject",
    "arrival",
    "recipient",
    "host",
    "reply",
    "fault",
    "status",
    "meaning",
    "tried",
    "next",
    "until",
];

const fn english(action: Action, place: Place) -> &'static str {
    match (action, place) {
        (Action::Failed, Place::Subject) => "Your message was not delivered",
        (Action::Delayed, Place::Subject) => "Your message is delayed, no need to send it again",
        (Action::Delivered, Place::Subject) => "Your message was delivered",
        (Action::Relayed, Place::Subject) => "Your message was handed on",
        (Action::Expanded, Place::Subject) => "Your message was handed on to several addresses",
        (_, Place::Greeting) => "This is the mail system at {reporter}.\n",
        (Action::Failed, Place::Opening) => {
            "Your message could not be delivered to the recipients below. They have not received it, and it will not be tried again.\n"
        }
        (Action::Delayed, Place::Opening) => {
            "Your message has not reached the recipients below yet. There is no need to send again: this system keeps trying, and tells you if it has to give up.\n"
        }
        (Action::Delivered, Place::Opening) => {
            "As you asked: your message was delivered to the recipients below.\n"
        }
        (Action::Relayed, Place::Opening) => {
            "As you asked: your message was handed on to the mail systems of the recipients below. They send no such reports, so you will hear nothing more unless something goes wrong.\n"
        }
        (Action::Expanded, Place::Opening) => {
            "As you asked: your message was handed on to all addresses that stand behind the recipients below. You will hear nothing more unless something goes wrong.\n"
        }
        (Action::Failed, Place::Entry) => {
            "    {recipient}\n        {meaning}\n        {host} said: {reply}\n        {host}: {fault}\n"
        }
        (Action::Delayed, Place::Entry) => {
            "    {recipient}\n        {meaning}\n        {host} said: {reply}\n        {host}: {fault}\n        Next try: {next}\n        Given up: {until}\n"
        }
        (Action::Delivered | Action::Relayed | Action::Expanded, Place::Entry) => "    {recipient}\n",
        (Action::Failed, Place::Closing) => {
            "The details for your mail administrator, and what is left of your message, are attached."
        }
        (Action::Delayed | Action::Delivered | Action::Relayed | Action::Expanded, Place::Closing) => {
            "The details for your mail administrator are attached."
        }
    }
}
