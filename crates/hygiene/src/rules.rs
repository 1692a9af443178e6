//! Holds how many sightings leave a recipient alone, and for how long.
//!
//! in:  numbers of the embedder, or the defaults      out: what `apply` and `may_send` go by

use core::time::Duration;

const DAY: u64 = 24 * 60 * 60;

/// How many sightings leave a recipient alone, and for how long.
///
/// # Examples
///
/// ```
/// use core::time::Duration;
/// use mailwright_hygiene::Rules;
///
/// let careful = Rules::default().with_hard_sightings(2).with_soft(5, Duration::from_secs(14 * 86_400));
/// assert_eq!(careful.hard_sightings(), 2);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    hard_sightings: u8,
    apart: Duration,
    memory: Duration,
    soft_days: u8,
    soft_spread: Duration,
    hard_for: Option<Duration>,
    soft_for: Option<Duration>,
    domain_for: Option<Duration>,
    complaint_for: Option<Duration>,
    probe_every: Duration,
    sunset: Option<Duration>,
    outage: u32,
}

impl Default for Rules {
    /// One unmistakable refusal is enough; a doubtful one needs a second, a day later; a full mailbox three days
    /// that lie a week apart. A full mailbox is probed after 30 days, a dead domain too; nobody who did not engage for
    /// a year gets bulk mail.
    fn default() -> Self {
        Self {
            hard_sightings: 1,
            apart: Duration::from_secs(DAY),
            memory: Duration::from_secs(90 * DAY),
            soft_days: 3,
            soft_spread: Duration::from_secs(7 * DAY),
            hard_for: None,
            soft_for: Some(Duration::from_secs(30 * DAY)),
            domain_for: Some(Duration::from_secs(30 * DAY)),
            complaint_for: None,
            probe_every: Duration::from_secs(7 * DAY),
            sunset: Some(Duration::from_secs(365 * DAY)),
            outage: 20,
        }
    }
}

impl Rules {
    /// How many unmistakable refusals suppress: 1 (default), or 2 for addresses that nobody ever verified.
    #[must_use]
    pub const fn with_hard_sightings(self, sightings: u8) -> Self {
        Self { hard_sightings: if sightings < 2 { 1 } else { 2 }, ..self }
    }

    /// On how many days a soft refusal must be seen, 1 to 8, and how far the first and the last lie apart.
    #[must_use]
    pub const fn with_soft(self, days: u8, spread: Duration) -> Self {
        let soft_days = if days == 0 {
            1
        } else if days > 8 {
            8
        } else {
            days
        };
        Self { soft_days, soft_spread: spread, ..self }
    }

    /// How long a hard, a soft and a domain's suppression holds before one probe is let through; none: for good.
    #[must_use]
    pub const fn with_expiry(
        self,
        hard: Option<Duration>,
        soft: Option<Duration>,
        domain: Option<Duration>,
    ) -> Self {
        Self { hard_for: hard, soft_for: soft, domain_for: domain, ..self }
    }

    /// How long a complaint keeps bulk mail away; none: for good.
    #[must_use]
    pub const fn with_complaint_expiry(self, complaint: Option<Duration>) -> Self {
        Self { complaint_for: complaint, ..self }
    }

    /// How long after one probe the next may go.
    #[must_use]
    pub const fn with_probe_every(self, gap: Duration) -> Self {
        Self { probe_every: gap, ..self }
    }

    /// How long a reader may be silent before bulk mail ends; none: for ever.
    #[must_use]
    pub const fn with_sunset(self, silence: Option<Duration>) -> Self {
        Self { sunset: silence, ..self }
    }

    /// From how many unknown recipients of one domain within an hour on its word is not believed, if they are at
    /// least half of what was tried: then its directory is down.
    #[must_use]
    pub const fn with_outage(self, unknown: u32) -> Self {
        Self { outage: unknown, ..self }
    }

    /// How many unmistakable refusals suppress.
    pub const fn hard_sightings(&self) -> u8 {
        self.hard_sightings
    }

    /// How long after the first doubtful refusal the second counts.
    pub const fn apart(&self) -> Duration {
        self.apart
    }

    /// How long a sighting is remembered.
    pub const fn memory(&self) -> Duration {
        self.memory
    }

    /// On how many days a soft refusal must be seen.
    pub const fn soft_days(&self) -> u8 {
        self.soft_days
    }

    /// How far the first and the last of them lie apart.
    pub const fn soft_spread(&self) -> Duration {
        self.soft_spread
    }

    /// How long a hard suppression holds.
    pub const fn hard_for(&self) -> Option<Duration> {
        self.hard_for
    }

    /// How long a soft one holds.
    pub const fn soft_for(&self) -> Option<Duration> {
        self.soft_for
    }

    /// How long a domain's holds.
    pub const fn domain_for(&self) -> Option<Duration> {
        self.domain_for
    }

    /// How long a complaint keeps bulk mail away.
    pub const fn complaint_for(&self) -> Option<Duration> {
        self.complaint_for
    }

    /// How long after one probe the next may go.
    pub const fn probe_every(&self) -> Duration {
        self.probe_every
    }

    /// How long a reader may be silent before bulk mail ends.
    pub const fn sunset(&self) -> Option<Duration> {
        self.sunset
    }

    /// Whether so many unknown recipients of one domain look like an outage of its directory.
    pub const fn looks_like_outage(&self, counts: DomainCounts) -> bool {
        counts.unknown >= self.outage && counts.unknown.saturating_mul(2) >= counts.tried
    }
}

/// What one domain said within the last hour, for the outage guard; the embedder counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "two counts; a third would be another guard")]
pub struct DomainCounts {
    /// Recipients that were tried.
    pub tried: u32,
    /// Of these, how many it called unknown.
    pub unknown: u32,
}
