//! Lengths of time in the words of a schedule: `15m`, `1h30m`, `4d`.
//!
//! in:  digits with units w d h m s, in any order      out: seconds, at most a year
//! law: what is written is read back; nothing overflows

use core::fmt;
use core::time::Duration;

pub(crate) const MINUTE: u64 = 60;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;

/// The longest length that a schedule may name.
pub(crate) const LONGEST: u64 = 366 * DAY;

/// span = 1*( 1*DIGIT ( "w" / "d" / "h" / "m" / "s" ) )
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let mut total = 0_u64;
    let mut count: Option<u64> = None;
    for octet in text.bytes() {
        if octet.is_ascii_digit() {
            let digit = u64::from(octet.wrapping_sub(b'0'));
            count = Some(count.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
            continue;
        }
        let unit = match octet {
            b'w' => 7 * DAY,
            b'd' => DAY,
            b'h' => HOUR,
            b'm' => MINUTE,
            b's' => 1,
            _ => return None,
        };
        total = total.checked_add(count.take()?.checked_mul(unit)?)?;
    }
    // Digits without a unit are no length.
    let whole = count.is_none() && !text.is_empty() && total <= LONGEST;
    whole.then(|| Duration::from_secs(total))
}

/// A length in its largest units; weeks are written as days.
pub(crate) struct Span(pub(crate) u64);

impl Span {
    pub(crate) const fn of(length: Duration) -> Self {
        Self(length.as_secs())
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        if rest == 0 {
            return f.write_str("0s");
        }
        for (unit, letter) in [(DAY, 'd'), (HOUR, 'h'), (MINUTE, 'm'), (1, 's')] {
            let (count, left) = (rest.checked_div(unit).unwrap_or(0), rest.checked_rem(unit).unwrap_or(0));
            if count > 0 {
                write!(f, "{count}{letter}")?;
            }
            rest = left;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[track_caller]
    fn check(text: &str, seconds: Option<u64>) {
        assert_eq!(parse(text), seconds.map(Duration::from_secs), "{text}");
    }

    #[test]
    fn outcome_e099_units_are_mixed() {
        check("15m", Some(900));
        check("1h30m", Some(5400));
        check("1w2d3h4m5s", Some(788_645));
        check("30m1h", Some(5400));
        check("0s", Some(0));
        check("", None);
        check("15", None);
        check("h", None);
        check("1h30", None);
        check("-5m", None);
        check("1y", None);
        check("1 h", None);
        check("53w", None);
        check("99999999999999999999999w", None);
    }

    #[test]
    fn a_length_is_written_in_its_largest_units() {
        for (seconds, text) in
            [(0, "0s"), (900, "15m"), (5400, "1h30m"), (604_800, "7d"), (90_061, "1d1h1m1s")]
        {
            assert_eq!(Span(seconds).to_string(), text);
            check(text, Some(seconds));
        }
    }
}
