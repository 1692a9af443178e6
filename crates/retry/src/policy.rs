//! Which schedule serves which failure, and what goes with it.
//!
//! law: the caller's rules come first, then the table, then one schedule for everything else

use alloc::vec::Vec;
use core::time::Duration;

use mailwright_reply::{Cause, Lasting, Verdict};

use crate::span::{DAY, LONGEST};
use crate::{HostState, NoticePlan, PolicyError, Rule, RuleError, Schedule, State, Target};

mod decide;
mod preview;
pub use preview::{Planned, Preview};

/// Which schedule serves which failure, when the sender is told, and how long a bounce lives.
///
/// # Examples
///
/// ```
/// use mailwright_reply::{Cause, Lasting, Verdict};
/// use mailwright_retry::{Decision, HostState, Policy, State, Target};
///
/// let policy = Policy::default().with_rules("slow.example * F,5d,2h")?;
/// let full = Verdict::new(Cause::MailboxFull, Lasting::Temporary);
/// let (now, seed) = (1_764_100_000, 7);
///
/// let to = Target::new("example.org");
/// let (decision, state) = policy.decide(&to, &State::new(now), &HostState::up(), &full, now, seed);
/// assert!(matches!(decision, Decision::Wait { until, .. } if (3600..4050).contains(&(until - now))));
/// assert_eq!(state.attempts(), 1);
///
/// let to = Target::new("slow.example");
/// let (decision, _) = policy.decide(&to, &State::new(now), &HostState::up(), &full, now, seed);
/// assert!(matches!(decision, Decision::Wait { until, .. } if until - now >= 7200));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The caller's.
    rules: Vec<Rule>,
    /// The table of causes.
    table: Vec<Rule>,
    schedule: Schedule,
    notices: NoticePlan,
    bounce_life: Duration,
    down_after: u8,
    silence: Duration,
}

/// The schedule for a failure, and where it comes from.
#[derive(Clone, Copy)]
struct Chosen<'a> {
    rule: Option<u16>,
    /// None stands for "never again".
    schedule: Option<&'a Schedule>,
    alert: bool,
}

impl Policy {
    /// Rules of the caller that a policy takes.
    pub const MAX_RULES: usize = 1024;

    /// One schedule for every failure.
    ///
    /// # Errors
    ///
    /// [`PolicyError::ShortHorizon`] where it ends before three days.
    pub fn new(schedule: Schedule) -> Result<Self, PolicyError> {
        if schedule.expiry() < Schedule::HORIZON {
            return Err(PolicyError::ShortHorizon);
        }
        let policy = Self { table: Vec::new(), schedule, ..Self::default() };
        let notices = policy.notices;
        policy.with_notices(notices)
    }

    /// [`Schedule::time_sensitive`] for every failure: the one policy that ends before three days.
    pub fn time_sensitive() -> Self {
        Self { table: Vec::new(), schedule: Schedule::time_sensitive(), ..Self::default() }
    }

    /// With one more rule of the caller's, behind those given before and in front of the table.
    ///
    /// # Errors
    ///
    /// [`PolicyError::TooManyRules`].
    pub fn with_rule(mut self, rule: Rule) -> Result<Self, PolicyError> {
        if self.rules.len() >= Self::MAX_RULES {
            return Err(PolicyError::TooManyRules);
        }
        self.rules.push(rule);
        Ok(self)
    }

    /// With the rules of this text, one a line; empty lines and lines that begin with `#` are passed over.
    ///
    /// # Errors
    ///
    /// [`PolicyError::Rule`] with the line, the octet in it and what was expected there.
    pub fn with_rules(self, text: &str) -> Result<Self, PolicyError> {
        let mut policy = self;
        for (number, line) in text.lines().enumerate() {
            let plain = line.trim_start();
            if plain.is_empty() || plain.starts_with('#') {
                continue;
            }
            let rule = line.parse().map_err(|fault| match fault {
                RuleError::Text { at, expected } => PolicyError::Rule {
                    line: short(number),
                    at: u16::try_from(at).unwrap_or(u16::MAX),
                    expected,
                },
                RuleError::ShortWithoutReason => PolicyError::Rule {
                    line: short(number),
                    at: 0,
                    expected: "three days or more, or a reason behind `#`",
                },
                RuleError::Reason => PolicyError::Rule {
                    line: short(number),
                    at: 0,
                    expected: "a reason of at most 200 octets",
                },
            })?;
            policy = policy.with_rule(rule)?;
        }
        Ok(policy)
    }

    /// With another plan of notices.
    ///
    /// # Errors
    ///
    /// [`PolicyError::NoticeAfterEnd`] where one would come when the message is given up, or later.
    pub fn with_notices(self, notices: NoticePlan) -> Result<Self, PolicyError> {
        if notices.ages().iter().any(|age| *age >= self.schedule.expiry()) {
            return Err(PolicyError::NoticeAfterEnd);
        }
        Ok(Self { notices, ..self })
    }

    /// With another longest life of bounces.
    ///
    /// # Errors
    ///
    /// [`PolicyError::Life`] where it is shorter than the floor, longer than a year or not in whole seconds.
    pub fn with_bounce_life(self, life: Duration) -> Result<Self, PolicyError> {
        if life < Schedule::FLOOR || life.as_secs() > LONGEST || life.subsec_nanos() != 0 {
            return Err(PolicyError::Life);
        }
        Ok(Self { bounce_life: life, ..self })
    }

    /// With another number of failures in a row after which a host counts as down; 0 counts as 1.
    #[must_use]
    pub fn with_down_after(self, failures: u8) -> Self {
        Self { down_after: failures.max(1), ..self }
    }

    /// With another longest silence: when so much more time has passed than was planned, the clock jumped, or we were away,
    /// and that time is not age. [`Duration::MAX`] trusts the clock.
    #[must_use]
    pub fn with_longest_silence(self, silence: Duration) -> Self {
        Self { silence: Duration::from_secs(silence.as_secs()), ..self }
    }

    /// All rules in their order: the caller's, then the table.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().chain(&self.table)
    }

    /// The rule of this number, as [`Why::rule`](crate::Why::rule) gives it.
    pub fn rule(&self, number: u16) -> Option<&Rule> {
        self.rules().nth(usize::from(number))
    }

    /// The schedule of this recipient where it fails by this cause; none where it is never tried again.
    ///
    /// Rules on how an attempt ended need [`Target::with_attempt`].
    pub fn schedule_for(&self, to: &Target<'_>, cause: Cause) -> Option<&Schedule> {
        self.choose(to, &Verdict::new(cause, Lasting::Temporary)).schedule
    }

    /// The schedule of everything that no rule is for.
    pub const fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// When the sender is told that a message is late.
    pub const fn notices(&self) -> &NoticePlan {
        &self.notices
    }

    /// The longest life of a bounce.
    pub const fn bounce_life(&self) -> Duration {
        self.bounce_life
    }

    /// After how many failures in a row a host counts as down.
    pub const fn down_after(&self) -> u8 {
        self.down_after
    }

    /// The longest silence that is age.
    pub const fn longest_silence(&self) -> Duration {
        self.silence
    }

    /// How old a message is at this time.
    pub fn age(&self, state: &State, now: u64) -> Duration {
        Duration::from_secs(state.at(now, self.silence.as_secs()).age_of(now))
    }

    /// The record of a host after an attempt with this verdict.
    ///
    /// What is about the host, the way to it or our address counts against it; whoever answers otherwise is up.
    pub fn note_host(&self, to: &Target<'_>, host: &HostState, verdict: &Verdict, now: u64) -> HostState {
        let schedule = self.choose(to, verdict).schedule.unwrap_or(&self.schedule);
        host.noting(verdict, schedule, self.down_after, now)
    }

    fn choose(&self, to: &Target<'_>, verdict: &Verdict) -> Chosen<'_> {
        match (0_u16..).zip(self.rules()).find(|(_, rule)| rule.fits(to, verdict)) {
            Some((number, rule)) => {
                Chosen { rule: Some(number), schedule: rule.schedule(), alert: rule.alerts() }
            }
            None => Chosen { rule: None, schedule: Some(&self.schedule), alert: false },
        }
    }

    #[cfg(feature = "serde")]
    pub(crate) fn parts(&self) -> (&[Rule], &[Rule]) {
        (&self.rules, &self.table)
    }

    #[cfg(feature = "serde")]
    pub(crate) fn with_parts(self, table: Vec<Rule>, schedule: Schedule) -> Self {
        Self { table, schedule, ..self }
    }
}

/// A schedule for each cause that passes in its own time, the brisk one for the rest; one notice, at four hours.
impl Default for Policy {
    fn default() -> Self {
        let table = [
            (
                Cause::Network,
                Schedule::of_host as fn() -> Schedule,
                "a host that is down is seldom back within minutes",
            ),
            (Cause::System, Schedule::of_host, "a fault inside of a host takes somebody's time"),
            (
                Cause::Greylisted,
                Schedule::of_greylist,
                "a greylist lets in who comes back; after days it is a block",
            ),
            (Cause::RateLimited, Schedule::of_rate, "whoever wants less gets less"),
            (Cause::MailboxFull, Schedule::of_full_mailbox, "a mailbox is emptied when its owner has time"),
            (Cause::Reputation, Schedule::of_reputation, "a bad standing passes by an operator's work"),
            (Cause::AuthFailure, Schedule::of_set_up, "a record of the sender must be mended"),
            (Cause::AuthRequired, Schedule::of_set_up, "a login must be mended"),
            (Cause::Policy, Schedule::of_set_up, "a rule of the receiver seldom changes within days"),
        ];
        let alerting = [Cause::Reputation, Cause::AuthFailure, Cause::AuthRequired, Cause::Policy];
        let rules = table.into_iter().map(|(cause, schedule, reason)| {
            let rule = Rule::of_cause(cause, schedule()).because(reason);
            if alerting.contains(&cause) { rule.with_alert() } else { rule }
        });
        Self {
            rules: Vec::new(),
            table: rules.collect(),
            schedule: Schedule::default(),
            notices: NoticePlan::default(),
            bounce_life: Duration::from_secs(2 * DAY),
            down_after: 3,
            silence: Duration::from_secs(30 * DAY),
        }
    }
}

fn short(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}
