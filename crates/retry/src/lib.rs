#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod decision;
pub use decision::{Decision, Due, Notice, Reason, Why};

mod error;
pub use error::{PolicyError, RecordError, RuleError, ScheduleError, StepFault};

mod host;
pub use host::HostState;

mod notice;
pub use notice::NoticePlan;

mod policy;
pub use policy::{Planned, Policy, Preview};

mod record;

mod round;
pub use round::Round;

mod rule;
pub use rule::{On, Pattern, Rule};

mod schedule;
pub use schedule::{Schedule, Tries};

mod span;

mod spread;

mod state;
pub use state::State;

mod step;
pub use step::{Factor, Step};

#[cfg(feature = "serde")]
mod stored;

mod target;
pub use target::{ByMode, DeliverBy, Left, Notify, Target};
