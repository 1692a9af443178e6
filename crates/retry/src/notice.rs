//! When the sender is told that a message is late.
//!
//! law: at most three notices, twelve hours apart; each goes once, and none beside the final report

use core::time::Duration;

use crate::PolicyError;
use crate::span::{HOUR, LONGEST};

/// When the sender is told that a message is late, by the message's age.
///
/// A notice goes behind the first attempt that failed at that age or later: a host that is back takes the message instead.
///
/// # Examples
///
/// ```
/// use core::time::Duration;
/// use mailwright_retry::NoticePlan;
///
/// let hour = Duration::from_secs(3600);
/// let plan = NoticePlan::default().and_again(12 * hour)?;
/// assert_eq!(plan.ages(), [4 * hour, 16 * hour]);
/// assert!(plan.and_again(hour).is_err()); // too close
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # RFC
///
/// RFC 5321 §4.5.4.1 leaves warnings to the sender's host; RFC 3464 §2.3.3 names their action, `delayed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NoticePlan {
    ages: [Duration; Self::MOST],
    count: usize,
    cleared: bool,
}

impl NoticePlan {
    /// Notices that one message may cause.
    pub const MOST: usize = 3;
    /// The least time between two of them: twelve hours.
    pub const APART: Duration = Duration::from_secs(12 * HOUR);

    /// No notice at all.
    pub const fn none() -> Self {
        Self { ages: [Duration::ZERO; Self::MOST], count: 0, cleared: false }
    }

    /// One notice, at the first failure. Greylisting makes most of these noise.
    pub const fn first_failure() -> Self {
        Self::after(Duration::ZERO)
    }

    /// One notice, when the message is as old as this; fractions of a second and more than a year are cut off.
    pub const fn after(age: Duration) -> Self {
        let seconds = if age.as_secs() > LONGEST { LONGEST } else { age.as_secs() };
        Self {
            ages: [Duration::from_secs(seconds), Duration::ZERO, Duration::ZERO],
            count: 1,
            cleared: false,
        }
    }

    /// One more, so long after the one before.
    ///
    /// # Errors
    ///
    /// [`PolicyError::TooManyNotices`] beyond three, [`PolicyError::NoticesTooClose`] below twelve hours.
    pub fn and_again(self, later: Duration) -> Result<Self, PolicyError> {
        let before = self.ages().last().copied().unwrap_or_default();
        if self.count > 0 && later < Self::APART {
            return Err(PolicyError::NoticesTooClose);
        }
        let seconds = before.as_secs().saturating_add(later.as_secs()).min(LONGEST);
        let mut plan = self;
        let slot = plan.ages.get_mut(self.count).ok_or(PolicyError::TooManyNotices)?;
        *slot = Duration::from_secs(seconds);
        plan.count = self.count.saturating_add(1);
        Ok(plan)
    }

    /// With a notice that a late message was delivered after all.
    #[must_use]
    pub const fn with_cleared(self) -> Self {
        Self { cleared: true, ..self }
    }

    /// The ages at which notices are due.
    pub fn ages(&self) -> &[Duration] {
        self.ages.get(..self.count).unwrap_or_default()
    }

    /// Whether the sender also hears that a late message was delivered.
    pub const fn tells_cleared(&self) -> bool {
        self.cleared
    }

    /// How many are due at this age, in seconds.
    pub(crate) fn due(&self, age: u64) -> u8 {
        let due = self.ages().iter().filter(|at| at.as_secs() <= age).count();
        u8::try_from(due).unwrap_or(u8::MAX)
    }
}

/// One notice, at four hours.
impl Default for NoticePlan {
    fn default() -> Self {
        Self::after(Duration::from_secs(4 * HOUR))
    }
}
