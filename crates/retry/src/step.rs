//! One step of a schedule: the gap between two tries, for a part of a message's life.
//!
//! in:  the time since the step began      out: the gap until the next try
//! law: a gap depends on age, not on a count of tries, so nothing is raised to a power and nothing is lost with a count

use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use crate::error::{ScheduleError, StepFault};
use crate::span::{DAY, LONGEST, MINUTE};
use crate::spread;

/// The gap between two tries, until a message has a certain age.
///
/// These are the three kinds of Exim's retry rules: `F`, `G` and `H`. `until` is the age at which the step ends and the
/// next one takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed: the letters F, G and H of Exim's retry rules")]
pub enum Step {
    /// `F`: the same gap each time.
    Every {
        /// The age at which it ends.
        until: Duration,
        /// The gap.
        gap: Duration,
    },
    /// `G`: each gap is the one before it times the factor.
    Grow {
        /// The age at which it ends.
        until: Duration,
        /// The first gap.
        first: Duration,
        /// How fast it grows.
        factor: Factor,
    },
    /// `H`: like `G`, but drawn from the upper half between the first gap and the grown one.
    Random {
        /// The age at which it ends.
        until: Duration,
        /// The first gap.
        first: Duration,
        /// How fast it grows.
        factor: Factor,
    },
}

/// How fast gaps grow: 1 to 100, in thousandths.
///
/// # Examples
///
/// ```
/// use mailwright_retry::Factor;
///
/// let factor: Factor = "1.5".parse()?;
/// assert_eq!(factor.thousandths(), 1500);
/// assert_eq!(Factor::new(900), None); // gaps never shrink
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Factor(u32);

impl Factor {
    pub(crate) const EXPECTED: &'static str = "a factor between 1 and 100 with up to three decimals";
    pub(crate) const ONE_AND_A_HALF: Self = Self(1500);
    pub(crate) const TWO: Self = Self(2000);

    /// A factor in thousandths, 1000 to 100 000.
    pub const fn new(thousandths: u32) -> Option<Self> {
        if thousandths >= 1000 && thousandths <= 100_000 { Some(Self(thousandths)) } else { None }
    }

    /// In thousandths.
    pub const fn thousandths(self) -> u32 {
        self.0
    }

    /// What a gap has grown by when it has run for so long: `elapsed` times (factor - 1), in seconds.
    ///
    /// The gaps of a geometric row grow by just that: after gaps of f, f·q, f·q², ... the next is f + (q - 1) · their sum.
    const fn growth(self, elapsed: u64) -> u64 {
        elapsed.saturating_mul(self.0.saturating_sub(1000) as u64) / 1000
    }
}

impl FromStr for Factor {
    type Err = ScheduleError;

    /// factor = 1*DIGIT [ "." 1*3DIGIT ]
    ///
    /// # Errors
    ///
    /// [`ScheduleError::Text`] where it is no number, has more than three decimals, or is not between 1 and 100.
    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let bad = ScheduleError::Text { at: 0, expected: Self::EXPECTED };
        let (whole, part) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
        let digits =
            |text: &str| !text.is_empty() && text.len() <= 3 && text.bytes().all(|o| o.is_ascii_digit());
        if !digits(whole) || part.is_some_and(|part| !digits(part)) {
            return Err(bad);
        }
        let mut thousandths = whole.parse::<u32>().map_err(|_| bad)?.saturating_mul(1000);
        let mut place = 100;
        for octet in part.unwrap_or("").bytes() {
            thousandths =
                thousandths.saturating_add(u32::from(octet.wrapping_sub(b'0')).saturating_mul(place));
            place /= 10;
        }
        Self::new(thousandths).ok_or(bad)
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 1000, self.0 % 1000);
        match (part, part % 10, part % 100) {
            (0, _, _) => write!(f, "{whole}"),
            (_, _, 0) => write!(f, "{whole}.{}", part / 100),
            (_, 0, _) => write!(f, "{whole}.{:02}", part / 10),
            _ => write!(f, "{whole}.{part:03}"),
        }
    }
}

impl Step {
    /// No step may be quicker: five minutes.
    pub const FLOOR: Duration = Duration::from_secs(5 * MINUTE);

    /// The age at which it ends.
    pub const fn until(&self) -> Duration {
        match self {
            Self::Every { until, .. } | Self::Grow { until, .. } | Self::Random { until, .. } => *until,
        }
    }

    /// Its first, and shortest, gap.
    pub const fn first_gap(&self) -> Duration {
        match self {
            Self::Every { gap, .. } => *gap,
            Self::Grow { first, .. } | Self::Random { first, .. } => *first,
        }
    }

    /// What is wrong with it behind a step that ends at `before`.
    pub(crate) fn fault(&self, before: Duration) -> Option<StepFault> {
        let (until, first) = (self.until(), self.first_gap());
        if until.subsec_nanos() != 0 || first.subsec_nanos() != 0 {
            Some(StepFault::SubSecond)
        } else if first < Self::FLOOR {
            Some(StepFault::BelowFloor)
        } else if first.as_secs() > DAY {
            Some(StepFault::OverCap)
        } else if until.as_secs() > LONGEST {
            Some(StepFault::TooLong)
        } else if until <= before {
            Some(StepFault::Order)
        } else {
            None
        }
    }

    /// The gap behind a try that failed `elapsed` seconds after the step began; `draw` serves `H` alone.
    pub(crate) fn gap(&self, elapsed: u64, draw: Option<u64>) -> u64 {
        match self {
            Self::Every { gap, .. } => gap.as_secs(),
            Self::Grow { first, factor, .. } => first.as_secs().saturating_add(factor.growth(elapsed)),
            Self::Random { first, factor, .. } => {
                let half = factor.growth(elapsed) / 2;
                let drawn = draw.map_or(half / 2, |draw| spread::below(half.saturating_add(1), draw));
                first.as_secs().saturating_add(half).saturating_add(drawn)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn a_factor_is_read_and_written() {
        for (text, thousandths) in
            [("1", 1000), ("1.5", 1500), ("2", 2000), ("1.25", 1250), ("1.125", 1125), ("10.05", 10_050)]
        {
            assert_eq!(text.parse(), Ok(Factor(thousandths)));
            assert_eq!(Factor(thousandths).to_string(), text);
        }
        assert_eq!("1.50".parse(), Ok(Factor::ONE_AND_A_HALF));
    }

    #[test]
    fn outcome_e086_a_factor_below_one_is_refused() {
        for text in [
            "0", "0.5", "0.999", "-1", "NaN", "inf", "1e3", "101", "", ".", "1.", ".5", "1.2345", "1.5.1",
            "1,5",
        ] {
            assert!(text.parse::<Factor>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_gap_by_age_is_the_gap_of_the_row() {
        let first = Duration::from_secs(300);
        let step = Step::Grow { until: Duration::from_secs(DAY), first, factor: Factor::TWO };
        let (mut age, mut expected) = (0, 300);
        for _ in 0..8 {
            assert_eq!(step.gap(age, None), expected);
            age += expected;
            expected *= 2;
        }
    }
}
