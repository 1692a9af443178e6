//! One recipient of a report.
//!
//! law: what was said stays beside what was understood (RFC 3464 §2.3)

use alloc::string::String;
use alloc::vec::Vec;

use mailwright_address::{Grammar, Mailbox, Utf8, xtext};
use mailwright_reply::{EnhancedClass, EnhancedStatusCode, ReplyCode};

use super::field::{enhanced, typed};
use crate::Action;

/// What a report says about one recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Entry {
    pub(super) original: Option<Told>,
    pub(super) last: Option<Told>,
    pub(super) action: Option<Action>,
    pub(super) action_text: Option<String>,
    pub(super) status: Option<EnhancedStatusCode>,
    pub(super) status_text: Option<String>,
    pub(super) diagnostic: Option<Diagnostic>,
    pub(super) remote: Option<String>,
    pub(super) tried: Option<i64>,
    pub(super) until: Option<i64>,
    pub(super) log: Option<String>,
    pub(super) fields: Vec<(String, String)>,
    pub(super) faults: Vec<Fault>,
}

impl Entry {
    /// The address that the sender wrote to, as far as it is known: the original one, else the last one.
    pub fn address(&self) -> Option<&str> {
        let good = |told: &&Told| told.mailbox().is_some();
        let told = self.original.as_ref().filter(good).or(self.last.as_ref()).or(self.original.as_ref());
        told.map(Told::address)
    }

    /// The same as a mailbox; a pipe, a file or a user of another network is none.
    pub fn mailbox(&self) -> Option<Mailbox> {
        let mailboxes = [&self.original, &self.last].into_iter().flatten();
        mailboxes.into_iter().find_map(Told::mailbox)
    }

    /// `Original-Recipient`: as the sender wrote it.
    pub const fn original_recipient(&self) -> Option<&Told> {
        self.original.as_ref()
    }

    /// `Final-Recipient`: as the reporting host knew it.
    pub const fn final_recipient(&self) -> Option<&Told> {
        self.last.as_ref()
    }

    /// What became of it; where the report does not say, what its status means, and [`Fault::ActionMissing`].
    pub const fn action(&self) -> Option<Action> {
        self.action
    }

    /// `Action` as it was written.
    pub fn action_text(&self) -> Option<&str> {
        self.action_text.as_deref()
    }

    /// `Status`; the diagnostic may hold a better one, see [`best_status`](Self::best_status).
    pub const fn status(&self) -> Option<EnhancedStatusCode> {
        self.status
    }

    /// `Status` as it was written, with its comment.
    pub fn status_text(&self) -> Option<&str> {
        self.status_text.as_deref()
    }

    /// The most telling enhanced code: that of the diagnostic where `Status` is missing or says no more than its class.
    pub fn best_status(&self) -> Option<EnhancedStatusCode> {
        let vague = |status: &EnhancedStatusCode| status.subject() == 0;
        let said = self.diagnostic.as_ref().and_then(Diagnostic::enhanced);
        self.status.filter(|status| !vague(status)).or(said).or(self.status)
    }

    /// What the last server said.
    pub const fn diagnostic(&self) -> Option<&Diagnostic> {
        self.diagnostic.as_ref()
    }

    /// `Remote-MTA`, without its type.
    pub fn remote_mta(&self) -> Option<&str> {
        self.remote.as_deref()
    }

    /// `Last-Attempt-Date`: Unix seconds.
    pub const fn last_attempt(&self) -> Option<i64> {
        self.tried
    }

    /// `Will-Retry-Until`: Unix seconds.
    pub const fn retry_until(&self) -> Option<i64> {
        self.until
    }

    /// `Final-Log-ID`.
    pub fn log_id(&self) -> Option<&str> {
        self.log.as_deref()
    }

    /// Fields that have no name here, in order.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What is wrong with the entry.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Whether it says that the message failed for good: the only thing that is a bounce.
    pub fn is_failure(&self) -> bool {
        self.action == Some(Action::Failed)
    }

    /// Draws what is not said from what is, and notes it.
    pub(super) fn finish(&mut self) {
        if self.last.is_none() {
            self.faults.push(Fault::RecipientMissing);
        }
        if self.status.is_none() && self.status_text.is_none() {
            self.faults.push(Fault::StatusMissing);
        }
        let class = self.best_status().map(EnhancedStatusCode::class);
        if self.action.is_none() {
            self.faults.push(if self.action_text.is_none() {
                Fault::ActionMissing
            } else {
                Fault::ActionUnknown
            });
            self.action = match class {
                Some(EnhancedClass::PermanentFailure) => Some(Action::Failed),
                Some(EnhancedClass::PersistentTransientFailure) => Some(Action::Delayed),
                Some(EnhancedClass::Success) => Some(Action::Delivered),
                None => {
                    let said = self.diagnostic.as_ref().and_then(Diagnostic::code);
                    // Some write the reply code where the enhanced one belongs.
                    let status = self.status_text.as_deref().and_then(reply_code).map(|(code, _)| code);
                    said.or(status).and_then(of_code)
                }
            };
        } else if let (Some(action), Some(class)) = (self.action, self.status.map(EnhancedStatusCode::class))
        {
            let agrees = match class {
                EnhancedClass::Success => action.is_success(),
                EnhancedClass::PersistentTransientFailure => !action.is_success(),
                EnhancedClass::PermanentFailure => action == Action::Failed,
            };
            if !agrees {
                self.faults.push(Fault::Contradiction);
            }
        }
    }
}

fn of_code(code: ReplyCode) -> Option<Action> {
    if code.is_permanent() { Some(Action::Failed) } else { code.is_transient().then_some(Action::Delayed) }
}

/// An address as a report tells it: of a type, which need not be mail's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Told {
    kind: String,
    address: String,
}

impl Told {
    /// Reads `type; address`: brackets, comments and blanks around it are dropped, `\x{FC}` is decoded.
    pub(super) fn read(value: &str) -> Option<Self> {
        let (kind, address) = typed(value);
        let mut kind = kind.to_ascii_lowercase();
        let address = bare(address);
        if address.is_empty() {
            return None;
        }
        if kind.is_empty() && address.contains('@') {
            kind.push_str("rfc822");
        }
        let address = if kind == "utf-8" {
            let decoded = xtext::decode_unitext(address.as_bytes(), Utf8::Allowed);
            decoded.map_or_else(
                |_| String::from(address),
                |text| text.chars().filter(|c| !c.is_control()).collect(),
            )
        } else {
            String::from(address)
        };
        Some(Self { kind, address })
    }

    /// The same of `Original-Recipient`, where some hosts leave what xtext must encode as it came in ORCPT.
    pub(super) fn read_original(value: &str) -> Option<Self> {
        let told = Self::read(value)?;
        let address = told.address.replace("+2B", "+").replace("+3D", "=");
        Some(Self { address, ..told })
    }

    /// An address that stood in text.
    pub(super) fn of(address: &str) -> Self {
        Self { kind: String::from("rfc822"), address: String::from(address) }
    }

    /// The type in lower case: `rfc822`, `utf-8`, `x-local`; empty where none was given.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The address as a mailbox.
    pub fn mailbox(&self) -> Option<Mailbox> {
        mailbox(&self.address)
    }
}

pub(super) fn mailbox(text: &str) -> Option<Mailbox> {
    let grammar = Grammar::lenient();
    Mailbox::parse(text.as_bytes(), grammar).ok()
}

/// An address without brackets, and without what stands around it.
fn bare(text: &str) -> &str {
    let text = text.trim();
    if mailbox(text).is_some() {
        return text;
    }
    if let Some(inner) = text.strip_prefix('<') {
        return inner.split('>').next().unwrap_or(inner).trim();
    }
    let first = text.split([' ', '\t']).next().unwrap_or(text);
    if first.contains('@') && !text.starts_with('"') {
        return first;
    }
    match text.split_once('<').and_then(|(_, rest)| rest.split_once('>')) {
        Some((inner, _)) if inner.contains('@') => inner.trim(),
        Some(_) | None => text,
    }
}

/// What a server said, as a report quotes it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Diagnostic {
    kind: String,
    text: String,
    code: Option<ReplyCode>,
    enhanced: Option<EnhancedStatusCode>,
}

impl Diagnostic {
    /// Reads `type; text`; the code is the first one in it that opens a reply.
    pub(super) fn read(value: &str) -> Option<Self> {
        let (kind, text) = typed(value);
        Self::of(&kind.to_ascii_lowercase(), text)
    }

    /// Text of that type; `None` where there is none.
    pub(super) fn of(kind: &str, text: &str) -> Option<Self> {
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let quotes_mail = matches!(kind, "" | "smtp" | "text" | "lmtp") || kind.starts_with("x-");
        let found = if quotes_mail && kind != "x-unix" { reply_code(text) } else { None };
        let enhanced =
            found.map_or_else(|| enhanced(text), |(_, at)| enhanced(text.get(at..).unwrap_or_default()));
        Some(Self {
            kind: String::from(kind),
            text: String::from(text),
            code: found.map(|(code, _)| code),
            enhanced,
        })
    }

    /// The type in lower case: `smtp`, `x-unix`; `text` where it was found in the text for people; empty where none was given.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The text, code and all, in one line.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The reply code in it.
    pub const fn code(&self) -> Option<ReplyCode> {
        self.code
    }

    /// The enhanced code in it.
    pub const fn enhanced(&self) -> Option<EnhancedStatusCode> {
        self.enhanced
    }
}

/// The first reply code of class 4 or 5 (2 at the very start), and where it stands.
pub(super) fn reply_code(text: &str) -> Option<(ReplyCode, usize)> {
    let octets = text.as_bytes();
    let digits =
        |at: usize| octets.get(at..at.saturating_add(3)).and_then(|three| <&[u8; 3]>::try_from(three).ok());
    for at in 0..octets.len() {
        let Some([a @ b'2'..=b'5', b, c]) = digits(at) else { continue };
        if !b.is_ascii_digit() || !c.is_ascii_digit() || at > 0 && matches!(a, b'2' | b'3') {
            continue;
        }
        let before = at.checked_sub(1).and_then(|before| octets.get(before));
        let after = octets.get(at.saturating_add(3));
        let opens = matches!(
            before,
            None | Some(b' ' | b'\t' | b':' | b'[' | b'(' | b'\'' | b'"' | b'#' | b'<' | b'>' | b'-')
        );
        let closes = matches!(
            after,
            None | Some(b' ' | b'-' | b',' | b':' | b';' | b']' | b')' | b'#' | b'\'' | b'"')
        ) || at == 0 && after.is_some_and(u8::is_ascii_alphabetic);
        let number = [*a, *b, *c]
            .iter()
            .fold(0_u16, |sum, digit| sum.wrapping_mul(10).wrapping_add(u16::from(digit & 15)));
        if opens && closes {
            return ReplyCode::observed(number).map(|code| (code, at));
        }
    }
    None
}

/// What is wrong in a report that could still be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Fault {
    /// `Reporting-MTA` is missing.
    #[error("Reporting-MTA is missing")]
    ReporterMissing,
    /// No recipient is named.
    #[error("no recipient is named")]
    NoRecipients,
    /// An entry without `Final-Recipient`.
    #[error("Final-Recipient is missing")]
    RecipientMissing,
    /// A recipient without an address.
    #[error("a recipient has no address")]
    RecipientUnreadable,
    /// `Action` is missing; it was drawn from the status.
    #[error("Action is missing")]
    ActionMissing,
    /// `Action` is none of the five words.
    #[error("Action is none of the five words")]
    ActionUnknown,
    /// `Status` is missing.
    #[error("Status is missing")]
    StatusMissing,
    /// `Status` is no enhanced code.
    #[error("Status is no enhanced code")]
    StatusUnreadable,
    /// `Action` and `Status` contradict each other.
    #[error("Action and Status contradict each other")]
    Contradiction,
    /// A date can't be read.
    #[error("a date can't be read")]
    DateUnreadable,
    /// A field stands twice; the first was kept.
    #[error("a field stands twice")]
    FieldTwice,
    /// The report has no part for machines; everything was drawn from text.
    #[error("the report has no part for machines")]
    NoStatusPart,
    /// The recipient was drawn from the original message, since the report names none.
    #[error("the recipient was drawn from the original message")]
    RecipientGuessed,
}
