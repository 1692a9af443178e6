//! When a message is tried again, by its age.
//!
//! in:  the age at which a try failed, the seed of the message      out: the age of the next try, or none
//! law: no gap below the floor or above the cap; gaps never shrink within a step; the last try is at the expiry

use alloc::vec::Vec;
use core::time::Duration;

use crate::error::{ScheduleError, StepFault};
use crate::span::{DAY, HOUR, MINUTE};
use crate::{Factor, Step, spread};

mod text;

/// When a message is tried again, as steps by its age.
///
/// It is checked when it is built and when it is read, from text or by serde; what exists can be followed without a further
/// look. Its text form is Exim's, with two words more: `cap=4h` bounds the gaps, `tries=20` ends it by count.
///
/// # Examples
///
/// ```
/// use core::time::Duration;
/// use mailwright_retry::Schedule;
///
/// let schedule: Schedule = "F,2h,15m; G,16h,1h,1.5; F,4d,6h".parse()?;
/// assert_eq!(schedule.to_string(), "F,2h,15m; G,16h,1h,1.5; F,4d,6h");
/// let minutes: Vec<u64> = schedule.tries(None).take(10).map(|age| age.as_secs() / 60).collect();
/// assert_eq!(minutes, [15, 30, 45, 60, 75, 90, 105, 120, 180, 270]);
/// assert_eq!(schedule.tries(None).last(), Some(Duration::from_secs(4 * 86_400)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # RFC
///
/// RFC 5321 §4.5.4.1: the preset of that name is the letter of it; [`Schedule::default`] is quicker in the first hours.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Schedule {
    steps: Vec<Step>,
    cap: Duration,
    tries: Option<u16>,
}

impl Schedule {
    /// No gap may be shorter: five minutes.
    pub const FLOOR: Duration = Step::FLOOR;
    /// No gap may be longer: a day.
    pub const LONGEST_GAP: Duration = Duration::from_secs(DAY);
    /// A schedule for everything lasts at least so long: three days.
    pub const HORIZON: Duration = Duration::from_secs(3 * DAY);
    /// Steps that a schedule may have.
    pub const MAX_STEPS: usize = 16;

    /// A schedule of these steps, in order of their ends; the last end is the expiry.
    ///
    /// # Errors
    ///
    /// [`ScheduleError::Step`] with the step and its fault, [`ScheduleError::Empty`], [`ScheduleError::TooManySteps`].
    ///
    /// # Examples
    ///
    /// ```
    /// use core::time::Duration;
    /// use mailwright_retry::{Schedule, Step};
    ///
    /// let hour = Duration::from_secs(3600);
    /// let hourly = Schedule::new([Step::Every { until: 24 * hour, gap: hour }])?;
    /// assert_eq!(hourly.tries(None).count(), 24);
    /// assert!(Schedule::new([Step::Every { until: hour, gap: Duration::from_secs(60) }]).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Result<Self, ScheduleError> {
        // One more is enough to see that there are too many.
        let steps: Vec<Step> = steps.into_iter().take(Self::MAX_STEPS.saturating_add(1)).collect();
        if steps.len() > Self::MAX_STEPS {
            return Err(ScheduleError::TooManySteps);
        }
        let mut before = Duration::ZERO;
        for (number, step) in (0_u8..).zip(&steps) {
            if let Some(fault) = step.fault(before) {
                return Err(ScheduleError::Step { step: number, fault });
            }
            before = step.until();
        }
        let first = steps.first().ok_or(ScheduleError::Empty)?;
        if first.first_gap() > before {
            return Err(ScheduleError::Step { step: 0, fault: StepFault::EndsBeforeFirstTry });
        }
        Ok(Self { steps, cap: Self::LONGEST_GAP, tries: None })
    }

    /// With no gap longer than this.
    ///
    /// # Errors
    ///
    /// [`ScheduleError::Cap`] where it is shorter than the first gap of a step, longer than a day, or not in whole seconds.
    pub fn with_cap(self, cap: Duration) -> Result<Self, ScheduleError> {
        let largest = self.steps.iter().map(Step::first_gap).max().unwrap_or_default();
        if cap < largest || cap > Self::LONGEST_GAP || cap.subsec_nanos() != 0 {
            return Err(ScheduleError::Cap);
        }
        Ok(Self { cap, ..self })
    }

    /// With an end after so many tries, where it comes before the expiry; the first attempt of all counts as one.
    ///
    /// # Errors
    ///
    /// [`ScheduleError::NoTries`] where it is 0.
    pub fn with_tries(self, tries: u16) -> Result<Self, ScheduleError> {
        if tries == 0 { Err(ScheduleError::NoTries) } else { Ok(Self { tries: Some(tries), ..self }) }
    }

    /// Thirty minutes first, then growing to three hours, for five days: the letter of RFC 5321 §4.5.4.1.
    pub fn rfc5321() -> Self {
        Self::growing(5 * DAY, 30 * MINUTE, Factor::ONE_AND_A_HALF, 3 * HOUR)
    }

    /// Five minutes first, then doubling to eight hours, for five days.
    pub fn doubling() -> Self {
        Self::growing(5 * DAY, 5 * MINUTE, Factor::TWO, 8 * HOUR)
    }

    /// Five minutes first, then growing to one hour, for twelve hours: for what is worthless tomorrow, as a code to log in with.
    ///
    /// The one schedule that is shorter than three days; [`Policy::time_sensitive`](crate::Policy::time_sensitive) takes it.
    pub fn time_sensitive() -> Self {
        Self::growing(12 * HOUR, 5 * MINUTE, Factor::ONE_AND_A_HALF, HOUR)
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// No gap is longer, but for the last one, which may be so by the floor.
    pub const fn cap(&self) -> Duration {
        self.cap
    }

    /// After how many attempts it ends, where that comes first.
    pub const fn max_tries(&self) -> Option<u16> {
        self.tries
    }

    /// The age at which the last try is made.
    pub fn expiry(&self) -> Duration {
        self.steps.last().map(Step::until).unwrap_or_default()
    }

    /// The ages of all tries behind a first attempt at 0 that failed; without a seed, nothing is spread.
    pub fn tries(&self, seed: Option<u64>) -> Tries<'_> {
        let place =
            Place { steps: &self.steps, begun: 0, cap: self.cap.as_secs(), seed, fraction: fraction(seed) };
        let most = self.tries.map_or(u32::MAX, u32::from);
        Tries { place, age: 0, left: most.saturating_sub(1), end: self.expiry().as_secs() }
    }

    /// The gap behind a try that failed at this age, in seconds: at least the floor, at most the cap.
    pub(crate) fn gap(&self, age: u64, seed: Option<u64>) -> u64 {
        let cap = self.cap.as_secs();
        Place { steps: &self.steps, begun: 0, cap, seed, fraction: fraction(seed) }.gap(age)
    }

    /// Steps that are known to be right.
    fn known<const N: usize>(steps: [Step; N], cap: u64) -> Self {
        Self { steps: Vec::from(steps), cap: Duration::from_secs(cap), tries: None }
    }

    fn growing(until: u64, first: u64, factor: Factor, cap: u64) -> Self {
        Self::known([grow(until, first, factor)], cap)
    }
}

/// Five minutes first, then growing by half to four hours, for five days.
impl Default for Schedule {
    fn default() -> Self {
        Self::growing(5 * DAY, 5 * MINUTE, Factor::ONE_AND_A_HALF, 4 * HOUR)
    }
}

const fn every(until: u64, gap: u64) -> Step {
    Step::Every { until: Duration::from_secs(until), gap: Duration::from_secs(gap) }
}

const fn grow(until: u64, first: u64, factor: Factor) -> Step {
    Step::Grow { until: Duration::from_secs(until), first: Duration::from_secs(first), factor }
}

/// The schedules of the table of causes.
impl Schedule {
    /// Four tries in the first hour, then growing to four hours, for five days.
    pub(crate) fn of_host() -> Self {
        Self::known([every(HOUR, 15 * MINUTE), grow(5 * DAY, 30 * MINUTE, Factor::ONE_AND_A_HALF)], 4 * HOUR)
    }

    /// 5, 15, 30 and 60 minutes, then growing to four hours, for two days.
    pub(crate) fn of_greylist() -> Self {
        let steps = [
            every(5 * MINUTE, 5 * MINUTE),
            every(20 * MINUTE, 15 * MINUTE),
            every(50 * MINUTE, 30 * MINUTE),
            every(110 * MINUTE, HOUR),
            grow(2 * DAY, 90 * MINUTE, Factor::ONE_AND_A_HALF),
        ];
        Self::known(steps, 4 * HOUR)
    }

    /// A quarter of an hour, then growing to four hours, for five days.
    pub(crate) fn of_rate() -> Self {
        Self::growing(5 * DAY, 15 * MINUTE, Factor::ONE_AND_A_HALF, 4 * HOUR)
    }

    /// An hour, then growing to twelve, for five days.
    pub(crate) fn of_full_mailbox() -> Self {
        Self::growing(5 * DAY, HOUR, Factor::ONE_AND_A_HALF, 12 * HOUR)
    }

    /// Half an hour, then doubling to six hours, for two days.
    pub(crate) fn of_reputation() -> Self {
        Self::growing(2 * DAY, 30 * MINUTE, Factor::TWO, 6 * HOUR)
    }

    /// Every hour for a day.
    pub(crate) fn of_set_up() -> Self {
        Self::known([every(DAY, HOUR)], HOUR)
    }
}

/// The ages of the tries of a schedule; ends with the expiry.
#[derive(Debug, Clone)]
pub struct Tries<'a> {
    place: Place<'a>,
    age: u64,
    /// How many tries may still be made.
    left: u32,
    end: u64,
}

/// Where in a schedule an age lies; it only goes on.
#[derive(Debug, Clone)]
struct Place<'a> {
    /// The step in force, and those behind it.
    steps: &'a [Step],
    /// The age at which it began.
    begun: u64,
    cap: u64,
    seed: Option<u64>,
    fraction: u64,
}

impl Place<'_> {
    /// The gap behind a try that failed at this age, which is not before the one asked for last.
    fn gap(&mut self, age: u64) -> u64 {
        // Behind the last step its gaps go on.
        while let [over, rest @ ..] = self.steps
            && over.until().as_secs() <= age
        {
            self.begun = over.until().as_secs();
            if rest.is_empty() {
                break;
            }
            self.steps = rest;
        }
        let draw = self.seed.map(|seed| seed.wrapping_add(age));
        let elapsed = age.saturating_sub(self.begun);
        // No step has a gap below the floor.
        let plain = self.steps.first().map_or(Schedule::FLOOR.as_secs(), |step| step.gap(elapsed, draw));
        let plain = plain.min(self.cap);
        plain.saturating_add(spread::share(plain, self.fraction)).min(self.cap)
    }
}

/// Without a seed nothing is spread.
fn fraction(seed: Option<u64>) -> u64 {
    seed.map_or(0, spread::fraction)
}

impl Iterator for Tries<'_> {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        self.age = next_age(self.age, self.place.gap(self.age), self.end)?;
        Some(Duration::from_secs(self.age))
    }
}

/// The time of the next try, `gap` behind a failure at `now`; none where less than the floor is left until `end`.
///
/// Where less than the floor would be left behind the next try, that try moves to the end. All in seconds.
pub(crate) const fn next_age(now: u64, gap: u64, end: u64) -> Option<u64> {
    let floor = Schedule::FLOOR.as_secs();
    if end.saturating_sub(now) < floor {
        return None;
    }
    let next = now.saturating_add(gap);
    Some(if next > end.saturating_sub(floor) { end } else { next })
}
