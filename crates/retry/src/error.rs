//! What can be wrong with a schedule, a rule, a policy, a stored record: the caller's faults.
//!
//! law: every fault names its place and what would have been right

use thiserror::Error;

/// A schedule that can't be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// The text can't be read; `at`: octets from its start, 0-based.
    #[error("octet {at}: expected {expected}")]
    Text {
        /// Where, 0-based.
        at: u32,
        /// What would have been right there.
        expected: &'static str,
    },
    /// A step is wrong; `step`: counted from 0.
    #[error("step {step}: expected {}", .fault.expected())]
    Step {
        /// Which, 0-based.
        step: u8,
        /// What is wrong.
        fault: StepFault,
    },
    /// There is no step.
    #[error("expected at least one step")]
    Empty,
    /// There are more steps than [`Schedule::MAX_STEPS`](crate::Schedule::MAX_STEPS).
    #[error("expected at most 16 steps")]
    TooManySteps,
    /// The cap is not between the largest first gap and a day.
    #[error("expected a cap in whole seconds, no shorter than any step's first gap and at most a day")]
    Cap,
    /// A number of tries of 0.
    #[error("expected at least one try")]
    NoTries,
}

/// What is wrong with a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StepFault {
    /// A gap below the floor of five minutes.
    BelowFloor,
    /// A gap above a day.
    OverCap,
    /// It ends no later than the step before it.
    Order,
    /// It ends later than a year after the start.
    TooLong,
    /// It ends before its first gap is over, and no other step leads there.
    EndsBeforeFirstTry,
    /// A length that is not in whole seconds.
    SubSecond,
}

impl StepFault {
    /// What would have been right.
    pub const fn expected(self) -> &'static str {
        match self {
            Self::BelowFloor => "a gap of at least 5 minutes",
            Self::OverCap => "a gap of at most a day",
            Self::Order => "an end later than that of the step before",
            Self::TooLong => "an end at most 366 days after the start",
            Self::EndsBeforeFirstTry => "an end no earlier than the first try",
            Self::SubSecond => "lengths in whole seconds",
        }
    }
}

/// A rule that can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum RuleError {
    /// The text can't be read; `at`: octets from the start of the rule, 0-based.
    #[error("octet {at}: expected {expected}")]
    Text {
        /// Where, 0-based.
        at: u32,
        /// What would have been right there.
        expected: &'static str,
    },
    /// A rule for every failure ends before three days and does not say why.
    #[error("expected three days or more, or a reason behind `#`")]
    ShortWithoutReason,
    /// A reason with a line break or longer than 200 octets.
    #[error("expected a reason of one line, at most 200 octets")]
    Reason,
}

/// A policy that can't be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The schedule for everything ends before three days.
    #[error("expected a schedule of three days or more")]
    ShortHorizon,
    /// A notice would come when the message is given up, or after it.
    #[error("expected notices before the schedule ends")]
    NoticeAfterEnd,
    /// More than three notices for one message.
    #[error("expected at most three notices")]
    TooManyNotices,
    /// Less than twelve hours between two notices.
    #[error("expected at least 12 hours between two notices")]
    NoticesTooClose,
    /// Bounces live shorter than the floor or longer than a year.
    #[error("expected a life of bounces between 5 minutes and 366 days")]
    Life,
    /// More rules than [`Policy::MAX_RULES`](crate::Policy::MAX_RULES).
    #[error("expected at most 1024 rules")]
    TooManyRules,
    /// A line of rules can't be read; `line`: counted from 0, `at`: octets from the start of the line, 0-based.
    #[error("line {line}, octet {at}: expected {expected}")]
    Rule {
        /// Which line, 0-based.
        line: u16,
        /// Where in it, 0-based.
        at: u16,
        /// What would have been right there.
        expected: &'static str,
    },
}

/// A stored record that can't be read; `at()`: octets from its start, 0-based.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[error("octet {at}: expected {expected}")]
pub struct RecordError {
    at: usize,
    expected: &'static str,
}

impl RecordError {
    pub(crate) const fn new(at: usize, expected: &'static str) -> Self {
        Self { at, expected }
    }

    /// Where, 0-based.
    pub const fn at(self) -> usize {
        self.at
    }

    /// What would have been right there.
    pub const fn expected(self) -> &'static str {
        self.expected
    }
}
