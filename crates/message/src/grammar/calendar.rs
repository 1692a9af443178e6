//! Counts days in the Gregorian calendar.
//!
//! in:  a day as year, month, day, or as days since 1970      out: the other
//! law: the same algorithm both ways, exact for every year of a message

/// Days since 1970-01-01 of a day in the Gregorian calendar.
pub(crate) fn days_from_civil(year: u16, month: u8, day: u8) -> i64 {
    let early = month <= 2;
    let year = i64::from(year).saturating_sub(i64::from(early));
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let month = (i64::from(month).saturating_add(9)) % 12;
    let of_year = month
        .saturating_mul(153)
        .saturating_add(2)
        .wrapping_div(5)
        .saturating_add(i64::from(day))
        .saturating_sub(1);
    let of_era_days = of_era
        .saturating_mul(365)
        .saturating_add(of_era.wrapping_div(4))
        .saturating_sub(of_era.wrapping_div(100))
        .saturating_add(of_year);
    era.saturating_mul(146_097).saturating_add(of_era_days).saturating_sub(719_468)
}

/// The year, month and day of a day since 1970-01-01.
pub(crate) fn civil(days: i64) -> (u16, u8, u8) {
    let days = days.saturating_add(719_468);
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = of_era
        .saturating_sub(of_era.wrapping_div(1460))
        .saturating_add(of_era.wrapping_div(36_524))
        .saturating_sub(of_era.wrapping_div(146_096))
        .wrapping_div(365);
    let of_year = of_era.saturating_sub(
        year_of_era
            .saturating_mul(365)
            .saturating_add(year_of_era.wrapping_div(4))
            .saturating_sub(year_of_era.wrapping_div(100)),
    );
    let shifted = of_year.saturating_mul(5).saturating_add(2).wrapping_div(153);
    let day = of_year
        .saturating_sub(shifted.saturating_mul(153).saturating_add(2).wrapping_div(5))
        .saturating_add(1);
    let month = if shifted < 10 { shifted.saturating_add(3) } else { shifted.saturating_sub(9) };
    let year = era.saturating_mul(400).saturating_add(year_of_era).saturating_add(i64::from(month <= 2));
    (
        u16::try_from(year).unwrap_or(u16::MAX),
        u8::try_from(month).unwrap_or(1),
        u8::try_from(day).unwrap_or(1),
    )
}

/// How many days a month has.
pub(crate) const fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
