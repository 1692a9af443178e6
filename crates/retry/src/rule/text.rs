//! The text form of a rule: a line of Exim's retry rules.
//!
//! in:  `*.example.org rcpt_45x senders=: F,3d,30m # why`      out: a checked rule
//! law: what is written is read back; a fault names its octet; what Exim knows and we can't is refused

use core::fmt;
use core::str::FromStr;

use mailwright_reply::{Cause, Stage};

use super::{On, Pattern, Rule};
use crate::Schedule;
use crate::error::{RuleError, ScheduleError};
use crate::span::{self, Span};

/// No line is longer.
const LONGEST: usize = 1024;

const BLANKS: [char; 2] = [' ', '\t'];

const PATTERN: &str = "`*`, a domain, or `*` and the end of one";

/// Words of Exim's that need no number.
const WORDS: &[(&str, On)] = &[
    ("*", On::Any),
    ("refused", On::Refused),
    ("timeout", On::Timeout),
    ("timeout_connect", On::TimeoutConnect),
    ("lost_connection", On::LostConnection),
    ("lookup", On::Lookup),
    ("tls_required", On::TlsRequired),
    ("auth_failed", On::AuthFailed),
    ("quota", On::Quota { unread: None }),
];

/// The stages of replies, by Exim's words.
const STAGES: &[(&str, Stage)] = &[("mail", Stage::Mail), ("rcpt", Stage::Recipient), ("data", Stage::Data)];

fn error(at: usize, expected: &'static str) -> RuleError {
    RuleError::Text { at: u32::try_from(at).unwrap_or(u32::MAX), expected }
}

/// The text behind its leading blanks, and the place of that in the line.
fn skip(at: usize, text: &str) -> (usize, &str) {
    let rest = text.trim_start_matches(BLANKS);
    (at.saturating_add(text.len().saturating_sub(rest.len())), rest)
}

/// One word, and the place and text behind it.
fn word(at: usize, text: &str) -> ((usize, &str), (usize, &str)) {
    let (at, text) = skip(at, text);
    let (word, rest) = text.split_once(BLANKS).unwrap_or((text, ""));
    let behind = at.saturating_add(text.len().saturating_sub(rest.len()));
    ((at, word), (behind, rest))
}

impl FromStr for Rule {
    type Err = RuleError;

    /// `rule = pattern error [ "senders=:" ] [ schedule ] [ ";" "alert" ] [ "#" reason ]`
    ///
    /// # Errors
    ///
    /// [`RuleError::Text`] with the octet and what was expected there.
    fn from_str(text: &str) -> Result<Self, RuleError> {
        if text.len() > LONGEST {
            return Err(error(LONGEST, "at most 1024 octets"));
        }
        if let Some(at) = text.find(|letter: char| letter.is_control() && letter != '\t') {
            return Err(error(at, "one line without control characters"));
        }
        let (body, reason) = text.split_once('#').unwrap_or((text, ""));
        let ((first_at, first), (at, rest)) = word(0, body);
        let ((second_at, second), (at, rest)) = word(at, rest);
        // `greylisted * ...` reads as well as `* greylisted ...`.
        let swapped = first.parse::<Cause>().is_ok();
        let (pattern, on) = if swapped {
            ((second_at, second), (first_at, first))
        } else {
            ((first_at, first), (second_at, second))
        };
        let pattern = pattern.1.parse().map_err(|_: RuleError| error(pattern.0, PATTERN))?;
        let on = on.1.parse().map_err(|_: RuleError| error(on.0, "the name of an error or a cause"))?;
        let (at, rest) = skip(at, rest);
        let (null_sender, (at, rest)) = match rest.strip_prefix("senders=") {
            None => (false, (at, rest)),
            Some(list) => match list
                .strip_prefix(':')
                .filter(|list| list.is_empty() || list.starts_with(BLANKS))
            {
                Some(list) => (true, skip(at.saturating_add("senders=:".len()), list)),
                None => return Err(error(at, "`senders=:`, the null sender; no other list is known here")),
            },
        };
        let (alert, rest) = alert(rest);
        let schedule = if rest.is_empty() { None } else { Some(schedule(at, rest)?) };
        let reason = reason.trim_matches(BLANKS);
        if reason.len() > 200 {
            return Err(RuleError::Reason);
        }
        Self { pattern, on, null_sender, schedule, alert, reason: reason.into() }.checked()
    }
}

/// Whether `alert` stands at the end, and the text before it.
fn alert(text: &str) -> (bool, &str) {
    let text = text.trim_end_matches(BLANKS);
    let Some(before) = text.strip_suffix("alert") else { return (false, text) };
    let before = before.trim_end_matches(BLANKS);
    match before.strip_suffix(';') {
        Some(before) => (true, before.trim_end_matches(BLANKS)),
        None if before.is_empty() => (true, ""),
        None => (false, text),
    }
}

fn schedule(from: usize, text: &str) -> Result<Schedule, RuleError> {
    text.parse().map_err(|fault| match fault {
        ScheduleError::Text { at, expected } => {
            error(from.saturating_add(usize::try_from(at).unwrap_or(usize::MAX)), expected)
        }
        ScheduleError::Step { .. }
        | ScheduleError::Empty
        | ScheduleError::TooManySteps
        | ScheduleError::Cap
        | ScheduleError::NoTries => error(from, "a schedule, as `F,2h,15m; G,4d,1h,1.5`, or nothing"),
    })
}

impl FromStr for Pattern {
    type Err = RuleError;

    /// # Errors
    ///
    /// [`RuleError::Text`] where it is no domain, or `*` stands elsewhere than in front.
    fn from_str(text: &str) -> Result<Self, RuleError> {
        let text = text.to_ascii_lowercase();
        let end = text.strip_prefix('*').unwrap_or(&text);
        let letters = |octet: u8| octet.is_ascii_alphanumeric() || b"-._[]:".contains(&octet);
        let right = !text.is_empty() && text.len() <= 255 && end.bytes().all(letters);
        // A word that is read as a cause can't stand for a domain.
        if !right || text.parse::<Cause>().is_ok() {
            return Err(error(0, PATTERN));
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The digit, where it is one and no `x`.
fn digit(octet: u8) -> Result<Option<u8>, RuleError> {
    match octet {
        b'x' => Ok(None),
        b'0'..=b'9' => Ok(Some(octet.wrapping_sub(b'0'))),
        _ => Err(error(0, "a digit or `x`")),
    }
}

impl FromStr for On {
    type Err = RuleError;

    /// # Errors
    ///
    /// [`RuleError::Text`] where it is none of Exim's errors that can be told here, and no cause.
    fn from_str(text: &str) -> Result<Self, RuleError> {
        let known = WORDS.iter().find(|(word, _)| *word == text).map(|(_, on)| *on);
        if let Some(on) = known.or_else(|| text.parse().ok().map(Self::Cause)) {
            return Ok(on);
        }
        let bad = error(0, "the name of an error or a cause");
        if let Some(time) = text.strip_prefix("quota_") {
            return span::parse(time).map(|unread| Self::Quota { unread: Some(unread) }).ok_or(bad);
        }
        let (stage, digits) = text.split_once('_').ok_or(bad)?;
        let stage = STAGES.iter().find(|(word, _)| *word == stage).map(|(_, at)| *at).ok_or(bad)?;
        let [b'4', second, third] = *digits.as_bytes() else { return Err(bad) };
        let (second, third) = (digit(second)?, digit(third)?);
        Ok(Self::Reply { stage, second, third })
    }
}

impl fmt::Display for On {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cause(cause) => write!(f, "{cause}"),
            Self::Quota { unread: Some(unread) } => write!(f, "quota_{}", Span::of(*unread)),
            Self::Reply { stage, second, third } => {
                let stage = STAGES.iter().find(|(_, at)| at == stage).map_or("data", |(word, _)| word);
                write!(f, "{stage}_4")?;
                for digit in [second, third] {
                    match digit {
                        Some(digit) => write!(f, "{digit}")?,
                        None => f.write_str("x")?,
                    }
                }
                Ok(())
            }
            plain @ (Self::Any
            | Self::Refused
            | Self::Timeout
            | Self::TimeoutConnect
            | Self::LostConnection
            | Self::Lookup
            | Self::TlsRequired
            | Self::AuthFailed
            | Self::Quota { unread: None }) => {
                let found = WORDS.iter().find(|(_, on)| on == plain);
                f.write_str(found.map_or("*", |(word, _)| word))
            }
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.pattern, self.on)?;
        if self.null_sender {
            f.write_str(" senders=:")?;
        }
        if let Some(schedule) = &self.schedule {
            write!(f, " {schedule}")?;
        }
        match (self.alert, self.schedule.is_some()) {
            (true, true) => f.write_str("; alert")?,
            (true, false) => f.write_str(" alert")?,
            (false, _) => {}
        }
        if self.reason.is_empty() { Ok(()) } else { write!(f, " # {}", self.reason) }
    }
}
