//! Holds and writes the date of a message.
//!
//! in:  the value of Date, Resent-Date, or what follows the `;` of Received      out: a date with its zone, and what is old or odd in it
//! law: comments are passed over by counting; no number is taken on trust (RFC 5322 §3.3, §4.3)

mod read;

pub(crate) use read::parse_noting;

use crate::grammar::calendar::{civil, days_from_civil};
use core::fmt;
use core::ops::Range;

/// A date as a message says it: wall clock and zone.
///
/// # Examples
///
/// ```
/// use mailwright_message::Date;
/// let date = Date::parse(b"Mon, 4 Aug 2025 10:00:00 +0200")?;
/// assert_eq!(date.unix(), 1_754_294_400);
/// assert_eq!(date.to_string(), "Mon, 4 Aug 2025 10:00:00 +0200");
/// # Ok::<(), mailwright_message::DateError>(())
/// ```
///
/// # RFC
///
/// RFC 5322 §3.3 and §4.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    zone: Zone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Zone {
    /// Minutes east of Greenwich.
    East(i16),
    /// `-0000`, or a letter zone: UTC, but where the writer was is not said.
    Unknown,
}

/// Why a date could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no date at octet {at}: expected {expected}")]
#[non_exhaustive]
pub struct DateError {
    /// Where reading stopped: octets from the start of the value.
    pub at: usize,
    /// What should have stood there.
    pub expected: &'static str,
}

/// What is old, odd or wrong in a date that could still be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Notes {
    pub(crate) weekday: Option<(Range<usize>, u8)>,
    pub(crate) day_span: Range<usize>,
    pub(crate) out_of_range: Option<(Range<usize>, &'static str)>,
    pub(crate) zone: ZoneNote,
    pub(crate) zone_span: Range<usize>,
    pub(crate) year_short: Option<Range<usize>>,
    pub(crate) comment: Option<Range<usize>>,
    pub(crate) blanks_odd: Option<usize>,
    pub(crate) iso: bool,
}

impl Notes {
    /// Whether the date says one moment, so that it can be written anew.
    pub(crate) const fn is_read_whole(&self) -> bool {
        self.out_of_range.is_none() && !matches!(self.zone, ZoneNote::Minutes | ZoneNote::Nonsense)
    }
}

/// How the zone was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ZoneNote {
    #[default]
    Numeric,
    Missing,
    Unknown,
    Obsolete,
    Nonsense,
    /// Four digits, but minutes above 59.
    Minutes,
    /// Four digits, but beyond fourteen hours.
    Far,
}

static MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
static DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Date {
    /// Reads a date, obsolete forms included.
    ///
    /// A wrong weekday is passed over; a zone that is missing or unknown counts as UTC, as the standard says.
    ///
    /// # Errors
    ///
    /// [`DateError`] where it is no date, or no such day, time or zone exists.
    pub fn parse(value: &[u8]) -> Result<Self, DateError> {
        let mut notes = Notes::default();
        let date = parse_noting(value, &mut notes)?;
        match notes.out_of_range {
            Some((span, expected)) => Err(DateError { at: span.start, expected }),
            None if notes.zone == ZoneNote::Minutes => {
                Err(DateError { at: notes.zone_span.start, expected: "minutes of the zone from 00 to 59" })
            }
            None => Ok(date),
        }
    }

    /// The date of `unix` seconds since 1970 in UTC; years beyond 9999 are clamped.
    pub fn from_unix(unix: u64) -> Self {
        let unix = unix.min(253_402_300_799);
        let (year, month, day) = civil(i64::try_from(unix.wrapping_div(86_400)).unwrap_or(0));
        let rest = unix % 86_400;
        let small = |n: u64| u8::try_from(n).unwrap_or(0);
        Self {
            year,
            month,
            day,
            hour: small(rest.wrapping_div(3600)),
            minute: small((rest % 3600).wrapping_div(60)),
            second: small(rest % 60),
            zone: Zone::East(0),
        }
    }

    /// Seconds since 1970-01-01 00:00:00 UTC; negative before.
    pub fn unix(self) -> i64 {
        let days = days_from_civil(self.year, self.month, self.day);
        let clock = i64::from(self.hour)
            .saturating_mul(3600)
            .saturating_add(i64::from(self.minute).saturating_mul(60))
            .saturating_add(i64::from(self.second));
        let east = match self.zone {
            Zone::East(minutes) => i64::from(minutes).saturating_mul(60),
            Zone::Unknown => 0,
        };
        days.saturating_mul(86_400).saturating_add(clock).saturating_sub(east)
    }

    /// Minutes east of Greenwich, or `None` where the writer did not say.
    pub const fn zone(self) -> Option<i16> {
        match self.zone {
            Zone::East(minutes) => Some(minutes),
            Zone::Unknown => None,
        }
    }

    /// The day of the week, 0 for Monday.
    pub fn weekday(self) -> u8 {
        let days = days_from_civil(self.year, self.month, self.day);
        u8::try_from(days.saturating_add(3).rem_euclid(7)).unwrap_or(0)
    }

    /// Is its second the sixtieth?
    pub const fn is_leap_second(self) -> bool {
        self.second == 60
    }

    /// The name of a weekday, 0 for Monday.
    pub(crate) fn weekday_name(day: u8) -> &'static str {
        DAYS.get(usize::from(day)).copied().unwrap_or("?")
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let month = MONTHS.get(usize::from(self.month.wrapping_sub(1))).copied().unwrap_or("Jan");
        let day = Self::weekday_name(self.weekday());
        write!(
            f,
            "{day}, {} {month} {:04} {:02}:{:02}:{:02} ",
            self.day, self.year, self.hour, self.minute, self.second
        )?;
        match self.zone {
            Zone::Unknown => f.write_str("-0000"),
            Zone::East(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                let minutes = minutes.unsigned_abs();
                write!(f, "{sign}{:02}{:02}", minutes.wrapping_div(60), minutes % 60)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn notes(value: &str) -> (Result<Date, DateError>, Notes) {
        let mut notes = Notes::default();
        (parse_noting(value.as_bytes(), &mut notes), notes)
    }

    #[test]
    fn dates_are_read_and_printed_back() {
        for (value, unix, printed) in [
            ("Mon, 04 Aug 2025 10:00:00 +0000", 1_754_301_600, "Mon, 4 Aug 2025 10:00:00 +0000"),
            ("4 Aug 25 10:00 EST", 1_754_319_600, "Mon, 4 Aug 2025 10:00:00 -0500"),
            (" Thu,\r\n 1 Jan 1970 00:00:00 -0000 (none)", 0, "Thu, 1 Jan 1970 00:00:00 -0000"),
            ("2025-08-04T10:00:00Z", 1_754_301_600, "Mon, 4 Aug 2025 10:00:00 +0000"),
            ("29 Feb 2024 23:59:60 +0530", 1_709_231_400, "Thu, 29 Feb 2024 23:59:60 +0530"),
        ] {
            let date = Date::parse(value.as_bytes()).unwrap();
            assert_eq!((date.unix(), date.to_string().as_str()), (unix, printed), "{value}");
            assert_eq!(Date::parse(printed.as_bytes()).map(Date::unix), Ok(unix));
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for value in [
            "yesterday",
            "",
            "30 Feb 2025 10:00:00 +0000",
            "4 Aug 2025 25:00:00 +0000",
            "4 Aug 2025 24:60:61 +0000",
            "31 Apr 2025 10:00:00 +0000",
            "4 Aug 0 10:00 +0000 x",
            "4 Aug 99999 10:00:00 +0000",
            "4 Aug 0001 10:00:00 +0000",
            "٤ Aug 2025 10:00:00 +0000",
            "4 Aug 2025",
        ] {
            assert!(Date::parse(value.as_bytes()).is_err(), "{value}");
        }
    }

    #[test]
    fn threat_m12_odd_zones_are_told_apart() {
        assert_eq!(notes("4 Aug 2025 10:00:00").1.zone, ZoneNote::Missing);
        assert_eq!(notes("4 Aug 2025 10:00:00 +0175").1.zone, ZoneNote::Minutes);
        assert_eq!(notes("4 Aug 2025 10:00:00 +9959").1.zone, ZoneNote::Far);
        assert_eq!(notes("4 Aug 2025 10:00:00 +-100").1.zone, ZoneNote::Nonsense);
        assert_eq!(notes("4 Aug 2025 10:00:00 CEST").1.zone, ZoneNote::Nonsense);
        assert_eq!(notes("4 Aug 2025 10:00:00 Z").1.zone, ZoneNote::Obsolete);
        assert!(notes(&format!("4 Aug 2025 {} 10:00 +0000", "(".repeat(500_000))).0.is_err());
        assert_eq!(notes("Mon, 31 Feb 2025 10:00 +0000").1.out_of_range.unwrap().0, 5..7);
    }

    #[test]
    fn every_day_survives_the_calendar() {
        for day in 0..60_000_u64 {
            let date = Date::from_unix(day * 86_400);
            assert_eq!(date.unix(), i64::try_from(day * 86_400).unwrap());
        }
    }
}
