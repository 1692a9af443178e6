//! A date and time in UTC, as HOLDUNTIL writes it.
//!
//! in:  `2027-01-31T23:59:59Z`, or seconds      out: the other of the two
//! law: a date that no calendar has is none (RFC 3339 §5.6, §5.7)

use core::fmt;

use crate::command::number;

/// A moment in UTC, from 1970 to 9999, as seconds of Unix time.
///
/// # RFC
///
/// RFC 3339 §5.6, with `Z` only (RFC 4865 §4)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(u64);

impl Moment {
    /// The moment at so many seconds of Unix time, up to the end of the year 9999.
    pub const fn new(unix_seconds: u64) -> Option<Self> {
        if unix_seconds <= LAST { Some(Self(unix_seconds)) } else { None }
    }

    /// Seconds of Unix time.
    pub const fn unix_seconds(self) -> u64 {
        self.0
    }

    /// Reads `YYYY-MM-DDThh:mm:ss[.fraction]Z`; a fraction is dropped, a leap second counts as the second before.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let (digits, rest) = text.split_first_chunk::<19>()?;
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T' | b't', h1, h2, b':', n1, n2, b':', s1, s2] =
            *digits
        else {
            return None;
        };
        let fraction = rest
            .strip_prefix(b".")
            .map(|fraction| fraction.strip_suffix(b"Z").or_else(|| fraction.strip_suffix(b"z")));
        match fraction {
            Some(digits) => drop(number::saturating(digits?)?),
            None if matches!(rest, b"Z" | b"z") => {}
            None => return None,
        }
        let year = number::exact(&[y1, y2, y3, y4])?;
        let [month, day, hour, minute, second] =
            [[m1, m2], [d1, d2], [h1, h2], [n1, n2], [s1, s2]].map(|pair| number::exact(&pair));
        let (month, day, hour, minute, second) = (month?, day?, hour?, minute?, second?);
        let leap = second == 60 && minute == 59;
        if year < 1970 || !(1..=12).contains(&month) || hour > 23 || minute > 59 || (second > 59 && !leap) {
            return None;
        }
        if day == 0 || day > days_of(year, month) {
            return None;
        }
        let before: u64 = (1..month).map(|month| days_of(year, month)).sum();
        let days = days_before(year).saturating_add(before).saturating_add(day).saturating_sub(1);
        let clock = hour
            .saturating_mul(3600)
            .saturating_add(minute.saturating_mul(60))
            .saturating_add(second.min(59));
        Self::new(days.saturating_mul(DAY).saturating_add(clock))
    }
}

/// As it goes on the wire.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut days, clock) = (self.0 / DAY, self.0 % DAY);
        // A year is at least 365 days, so this is the year or one that is over it by few.
        let mut year = (days / 365).saturating_add(1970);
        while days_before(year) > days {
            year = year.saturating_sub(1);
        }
        days = days.saturating_sub(days_before(year));
        let mut month = 1;
        while days >= days_of(year, month) {
            days = days.saturating_sub(days_of(year, month));
            month = month.saturating_add(1);
        }
        let day = days.saturating_add(1);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
            clock / 3600,
            clock / 60 % 60,
            clock % 60
        )
    }
}

/// Days from 1970 to the start of a year.
const fn days_before(year: u64) -> u64 {
    let passed = year.saturating_sub(1);
    let leaps = (passed / 4).saturating_sub(passed / 100).saturating_add(passed / 400).saturating_sub(477);
    year.saturating_sub(1970).saturating_mul(365).saturating_add(leaps)
}

const fn days_of(year: u64, month: u64) -> u64 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

const DAY: u64 = 86_400;
/// 9999-12-31T23:59:59Z
const LAST: u64 = 253_402_300_799;
