//! Says how strictly a message is judged, and what is known besides its octets.
//!
//! in:  a place on the way of a message, receivers, single rules      out: a severity, or off, for each rule
//! law: a profile is data; each leniency is a row of its table

mod context;
mod tables;

pub use context::Context;

use crate::rules::{COUNT, Id, Level, Rule, Severity};
use alloc::sync::Arc;
use alloc::vec::Vec;
use tables::{ARCHIVE, BULK, GMAIL, OUTLOOK, Overlay, Row, STRICT, SUBMISSION, YAHOO};

/// Which rules count, how much, and their thresholds.
///
/// # Examples
///
/// ```
/// use mailwright_message::{Profile, Severity};
/// let profile = Profile::inbound().with_gmail().with_rule("line-over-78", None).map_err(|_| "no such rule")?;
/// assert_eq!(profile.severity("message-id-missing"), Some(Severity::Error));
/// assert_eq!(profile.severity("line-over-78"), None);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    name: &'static str,
    levels: Arc<[Setting]>,
    overlays: Vec<&'static Overlay>,
    pub(crate) thresholds: Thresholds,
    /// Some rule that is on reads visible text.
    pub(crate) any_text: bool,
    /// No rule but those on framing is on.
    pub(crate) framing_only: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Setting {
    /// How bad a finding is, or `None` where the rule is off.
    severity: Option<Severity>,
    /// Set by a profile, an overlay or the caller: a check may not change it, unless the row says where.
    fixed: bool,
}

/// Numbers that rules compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Thresholds {
    pub(crate) header_octets: u64,
    pub(crate) header_fields: u64,
    pub(crate) value_octets: u64,
    pub(crate) message_id: u64,
    pub(crate) recipients: u64,
    pub(crate) received: u64,
    pub(crate) received_error: u64,
    pub(crate) future: i64,
    pub(crate) past: i64,
    pub(crate) comments: u64,
}

const DAY: i64 = 86_400;

impl Profile {
    fn new(name: &'static str, rows: &[(Id, Level)]) -> Self {
        let levels = Rule::all().map(|rule| Setting { severity: rule.severity(), fixed: false }).collect();
        let thresholds = Thresholds {
            header_octets: 100 * 1024,
            header_fields: 1000,
            value_octets: 32 * 1024,
            message_id: 250,
            recipients: 100,
            received: 50,
            received_error: 100,
            future: DAY,
            past: 30 * DAY,
            comments: 16,
        };
        let mut profile =
            Self { name, levels, overlays: Vec::new(), thresholds, any_text: true, framing_only: false };
        profile.set(rows);
        profile.refresh();
        profile
    }

    /// The same, where a check may say another severity.
    fn suggest(&mut self, id: Id, level: Level) {
        if let Some(setting) = Arc::make_mut(&mut self.levels).get_mut(id as usize) {
            *setting = Setting { severity: level.severity(), fixed: false };
        }
    }

    /// Works out which walks the rules that are on need.
    fn refresh(&mut self) {
        let text = [Id::Mojibake, Id::AlternativeDiffers, Id::UuencodeInText, Id::UnsubscribeLinkMissing];
        self.any_text = self.any_on(crate::Group::Body) || text.iter().any(|id| self.is_on(*id));
        self.framing_only =
            !Rule::all().any(|rule| self.is_on(rule.key()) && rule.group() != crate::Group::Framing);
    }

    fn set(&mut self, rows: &[(Id, Level)]) {
        let levels = Arc::make_mut(&mut self.levels);
        for (id, level) in rows {
            if let Some(setting) = levels.get_mut(*id as usize) {
                *setting = Setting { severity: level.severity(), fixed: true };
            }
        }
    }

    /// For a message that comes in from the Internet: what other people's programs write is mostly let through.
    pub fn inbound() -> Self {
        Self::new("inbound", &[])
    }

    /// For what a program of one's own may write: the obsolete forms are errors, the rules on wording are off.
    pub fn strict() -> Self {
        let mut profile = Self::new("strict", STRICT);
        for rule in Rule::all().filter(|rule| !rule.group().is_exact()) {
            profile.set(&[(rule.key(), Level::Off)]);
        }
        profile.refresh();
        profile
    }

    /// For a message that a user hands in to be sent: what must not leave is an error.
    pub fn submission() -> Self {
        let mut profile = Self::new("submission", SUBMISSION);
        // The domains of examples stay a hint.
        profile.suggest(Id::DomainSpecialUse, Level::Error);
        profile.thresholds.past = 7 * DAY;
        profile
    }

    /// For old mail that is imported: line ends and dates are let through.
    pub fn archive() -> Self {
        Self::new("archive", ARCHIVE)
    }

    /// The profile of that name: `inbound`, `strict`, `submission` or `archive`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "inbound" => Some(Self::inbound()),
            "strict" => Some(Self::strict()),
            "submission" => Some(Self::submission()),
            "archive" => Some(Self::archive()),
            _ => None,
        }
    }

    fn with_overlay(mut self, overlay: &'static Overlay) -> Self {
        for row in overlay.rows {
            match row.limit {
                None => self.set(&[(row.rule, row.level)]),
                Some(_) => self.suggest(row.rule, row.level),
            }
        }
        self.overlays.push(overlay);
        self.refresh();
        self
    }

    /// What Gmail is known to refuse or to mark.
    #[must_use]
    pub fn with_gmail(self) -> Self {
        self.with_overlay(&GMAIL)
    }

    /// What Yahoo is known to refuse or to mark.
    #[must_use]
    pub fn with_yahoo(self) -> Self {
        self.with_overlay(&YAHOO)
    }

    /// What Outlook.com is known to refuse or to mark.
    #[must_use]
    pub fn with_outlook(self) -> Self {
        self.with_overlay(&OUTLOOK)
    }

    /// What large receivers demand of bulk mail.
    #[must_use]
    pub fn with_bulk(self) -> Self {
        self.with_overlay(&BULK)
    }

    /// The overlay of that name: `gmail`, `yahoo`, `outlook` or `bulk`.
    ///
    /// # Errors
    ///
    /// The profile unchanged, where there is no such overlay.
    #[expect(
        clippy::result_large_err,
        reason = "the profile is given back, so that the caller can go on with it"
    )]
    pub fn with_named_overlay(self, name: &str) -> Result<Self, Self> {
        match name {
            "gmail" => Ok(self.with_gmail()),
            "yahoo" => Ok(self.with_yahoo()),
            "outlook" => Ok(self.with_outlook()),
            "bulk" => Ok(self.with_bulk()),
            _ => Err(self),
        }
    }

    /// Sets one rule by its id; `None` switches it off.
    ///
    /// # Errors
    ///
    /// The profile unchanged, where there is no such rule.
    #[expect(
        clippy::result_large_err,
        reason = "the profile is given back, so that the caller can go on with it"
    )]
    pub fn with_rule(mut self, id: &str, severity: Option<Severity>) -> Result<Self, Self> {
        let Some(rule) = Rule::find(id) else { return Err(self) };
        let level = match severity {
            None => Level::Off,
            Some(Severity::Hint) => Level::Hint,
            Some(Severity::Warning) => Level::Warning,
            Some(Severity::Error) => Level::Error,
        };
        self.set(&[(rule.key(), level)]);
        self.refresh();
        Ok(self)
    }

    /// Leaves on only the rules of that group; the walks that the others need are saved.
    #[must_use]
    pub fn only(mut self, group: crate::Group) -> Self {
        for rule in Rule::all().filter(|rule| rule.group() != group) {
            self.set(&[(rule.key(), Level::Off)]);
        }
        self.refresh();
        self
    }

    /// The greatest number of mailboxes in To and Cc; 100.
    #[must_use]
    pub const fn with_recipients(mut self, most: u64) -> Self {
        self.thresholds.recipients = most;
        self
    }

    /// How far, in seconds, Date may lie before and behind now; 30 days and 1 day.
    #[must_use]
    pub const fn with_dates(mut self, past: u32, future: u32) -> Self {
        self.thresholds.past = past as i64;
        self.thresholds.future = future as i64;
        self
    }

    /// Its name, without overlays.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What the rule with that id does, or `None` where it is off or unknown.
    pub fn severity(&self, id: &str) -> Option<Severity> {
        let rule = Rule::find(id)?;
        self.levels.get(rule.number())?.severity
    }

    /// The severity of a finding for which the check suggests `suggested`.
    pub(crate) fn judge(&self, id: Id, suggested: Option<Severity>) -> Option<Severity> {
        let setting = self.levels.get(id as usize)?;
        let severity = setting.severity?;
        if setting.fixed { Some(severity) } else { Some(suggested.unwrap_or(severity)) }
    }

    /// How bad it is that this number is over the limit of a rule, to which a receiver may have set another.
    pub(crate) fn over(&self, id: Id, is: u64) -> Severity {
        let rows = self.overlays.iter().flat_map(|overlay| overlay.rows);
        let refused = rows.filter(|row| row.rule == id).any(|row| row.limit.is_some_and(|limit| is > limit));
        if refused { Severity::Error } else { Severity::Warning }
    }

    /// Is the message judged as bulk mail?
    pub(crate) fn is_bulk(&self) -> bool {
        self.overlays.contains(&&BULK)
    }

    pub(crate) fn is_on(&self, id: Id) -> bool {
        self.levels.get(id as usize).is_some_and(|setting| setting.severity.is_some())
    }

    pub(crate) fn any_on(&self, group: crate::Group) -> bool {
        Rule::all().any(|rule| rule.group() == group && self.is_on(rule.key()))
    }

    /// The receivers whose overlays are on, by name, with what they are known to refuse or to mark.
    pub(crate) fn refusals(&self) -> impl Iterator<Item = (&'static str, &'static [Row])> + use<> {
        self.overlays.clone().into_iter().map(|overlay| (overlay.name, overlay.rows))
    }

    /// The receiver that refuses what this rule finds, and its reply.
    pub(crate) fn receiver(&self, id: Id, severity: Severity) -> Option<(&'static str, &'static str)> {
        let refuses = |row: &&Row| {
            let beyond = row.limit.is_none() || severity == Severity::Error;
            row.rule == id && beyond && !row.reply.is_empty()
        };
        self.overlays.iter().find_map(|overlay| {
            let row = overlay.rows.iter().find(refuses)?;
            Some((overlay.name, row.reply))
        })
    }
}

impl Default for Profile {
    /// [`Profile::inbound`].
    fn default() -> Self {
        Self::inbound()
    }
}

const _: () = assert!(COUNT > 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_s076_a_missing_message_id_is_an_error_for_gmail() {
        assert_eq!(Profile::inbound().severity("message-id-missing"), Some(Severity::Warning));
        assert_eq!(Profile::inbound().with_gmail().severity("message-id-missing"), Some(Severity::Error));
        let (receiver, reply) =
            Profile::inbound().with_gmail().receiver(Id::MessageIdMissing, Severity::Error).unwrap();
        assert!(receiver.starts_with("Gmail") && reply.starts_with("550"));
    }

    #[test]
    fn wording_is_never_an_error_without_a_receiver() {
        for profile in [Profile::inbound(), Profile::strict(), Profile::submission(), Profile::archive()] {
            for rule in Rule::all().filter(|rule| !rule.group().is_exact()) {
                assert!(profile.severity(rule.id()) < Some(Severity::Error), "{}", rule.id());
            }
        }
        assert!(!Profile::strict().any_on(crate::Group::Body));
    }

    #[test]
    fn a_rule_is_set_by_its_id() {
        let profile = Profile::inbound().with_rule("nul-octet", None).unwrap();
        assert_eq!(profile.severity("nul-octet"), None);
        assert!(Profile::inbound().with_rule("no-such-rule", None).is_err());
    }
}
