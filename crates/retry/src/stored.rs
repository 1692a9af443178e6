//! The stored forms: text for schedules, rules and records; a policy with its parts named.
//!
//! law: what is read passes the checks of what is built

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{HostState, NoticePlan, Pattern, Policy, Rule, Schedule, State};

macro_rules! as_text {
    ($($type:ty),*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    )*};
}

as_text!(HostState, Pattern, Rule, Schedule, State);

/// Ages in seconds.
#[derive(Serialize, Deserialize)]
struct Notices {
    ages: Vec<u64>,
    #[serde(default)]
    cleared: bool,
}

impl Serialize for NoticePlan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ages = self.ages().iter().map(Duration::as_secs).collect();
        Notices { ages, cleared: self.tells_cleared() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for NoticePlan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Notices::deserialize(deserializer)?;
        let (mut plan, mut before) = (Self::none(), 0);
        for age in stored.ages {
            let apart = age.checked_sub(before).ok_or_else(|| D::Error::custom("ages in their order"))?;
            plan = plan.and_again(Duration::from_secs(apart)).map_err(D::Error::custom)?;
            before = age;
        }
        Ok(if stored.cleared { plan.with_cleared() } else { plan })
    }
}

#[derive(Serialize, Deserialize)]
struct Parts {
    schedule: Schedule,
    #[serde(default)]
    rules: Vec<Rule>,
    #[serde(default)]
    table: Vec<Rule>,
    notices: NoticePlan,
    /// Seconds.
    bounce_life: u64,
    down_after: u8,
    /// Seconds.
    silence: u64,
}

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (rules, table) = self.parts();
        let parts = Parts {
            schedule: self.schedule().clone(),
            rules: rules.to_vec(),
            table: table.to_vec(),
            notices: *self.notices(),
            bounce_life: self.bounce_life().as_secs(),
            down_after: self.down_after(),
            silence: self.longest_silence().as_secs(),
        };
        parts.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parts = Parts::deserialize(deserializer)?;
        if parts.table.len() > Self::MAX_RULES {
            return Err(D::Error::custom("at most 1024 rules"));
        }
        let base = if parts.schedule == Schedule::time_sensitive() {
            Self::time_sensitive()
        } else {
            Self::new(parts.schedule.clone()).map_err(D::Error::custom)?
        };
        let mut policy = base.with_parts(parts.table, parts.schedule).with_down_after(parts.down_after);
        policy = policy.with_longest_silence(Duration::from_secs(parts.silence));
        for rule in parts.rules {
            policy = policy.with_rule(rule).map_err(D::Error::custom)?;
        }
        policy
            .with_notices(parts.notices)
            .and_then(|policy| policy.with_bounce_life(Duration::from_secs(parts.bounce_life)))
            .map_err(D::Error::custom)
    }
}
