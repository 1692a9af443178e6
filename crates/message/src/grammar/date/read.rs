//! Reads a date, from the usual form down to what only could have been meant as one.
//!
//! in:  the value of a date      out: the date, and what is old or odd in it
//! law: comments are passed over by counting; no number is taken on trust (RFC 5322 §3.3, §4.3)

use super::{DAYS, Date, DateError, MONTHS, Notes, Zone, ZoneNote};
use crate::grammar::calendar::days_in_month;
use crate::grammar::lexer::{ALNUM, Cursor, is};
use core::ops::Range;

/// Reads a date and notes all that is odd; see [`Date::parse`].
pub(crate) fn parse_noting(value: &[u8], notes: &mut Notes) -> Result<Date, DateError> {
    let mut cursor = Cursor::new(value);
    gap(&mut cursor, notes, false);
    if let Some(date) = iso(cursor, notes) {
        return Ok(date);
    }
    if let Some(date) = usual(&mut cursor, notes) {
        return ended(cursor, date, notes);
    }
    weekday(&mut cursor, notes)?;
    let day_at = cursor.at;
    let day = number(&mut cursor, 2, "the day of the month")?;
    notes.day_span = day_at..cursor.at;
    gap(&mut cursor, notes, false);
    let month = month(&mut cursor)?;
    gap(&mut cursor, notes, false);
    let year = year(&mut cursor, notes)?;
    gap(&mut cursor, notes, false);
    let clock_at = cursor.at;
    let hour = number(&mut cursor, 2, "the hour")?;
    colon(&mut cursor, notes)?;
    let minute = number(&mut cursor, 2, "the minute")?;
    let second = if ahead_is_colon(cursor) {
        colon(&mut cursor, notes)?;
        number(&mut cursor, 2, "the second")?
    } else {
        0
    };
    let clock = clock_at..cursor.at;
    gap(&mut cursor, notes, false);
    let zone = zone(&mut cursor, notes);
    let small = |n: u32| u8::try_from(n).unwrap_or(u8::MAX);
    let date = Date {
        year,
        month,
        day: small(day),
        hour: small(hour),
        minute: small(minute),
        second: small(second),
        zone,
    };
    ended(cursor, (date, clock), notes)
}

/// Behind the zone stands nothing but comments.
fn ended(
    mut cursor: Cursor<'_>,
    (date, clock): (Date, Range<usize>),
    notes: &mut Notes,
) -> Result<Date, DateError> {
    gap(&mut cursor, notes, true);
    if !cursor.done() {
        return Err(DateError { at: cursor.at, expected: "the end of the date" });
    }
    note_ranges(&date, clock, notes);
    Ok(date)
}

/// The form that nearly all dates have, up to their zone: `Mon, 4 Aug 2025 10:00:00 +0200` with single blanks. Gives
/// where its clock stands, too; what has another form is left alone.
fn usual(cursor: &mut Cursor<'_>, notes: &mut Notes) -> Option<(Date, Range<usize>)> {
    let start = cursor.at;
    let (named, day_at, rest) = match cursor.rest() {
        word if word.first().is_some_and(u8::is_ascii_digit) => (None, start, word),
        [a, b, c, b',', b' ', rest @ ..] => {
            (Some(name_of(&DAYS, &[*a, *b, *c])?), start.saturating_add(5), rest)
        }
        _ => return None,
    };
    let digit = |b: &u8| b.is_ascii_digit().then(|| b.wrapping_sub(b'0'));
    let two = |high: &u8, low: &u8| Some(digit(high)?.wrapping_mul(10).wrapping_add(digit(low)?));
    let (day, day_end, rest) = match rest {
        [one, b' ', rest @ ..] => (digit(one)?, day_at.saturating_add(1), rest),
        [ten, one, b' ', rest @ ..] => (two(ten, one)?, day_at.saturating_add(2), rest),
        _ => return None,
    };
    let ([m0, m1, m2, b' ', y0, y1, y2, y3, b' ', h0, h1, b':', n0, n1, b':', s0, s1, b' '], [zone_at, ..]) =
        rest.split_first_chunk()?
    else {
        return None;
    };
    if !matches!(zone_at, b'+' | b'-' | b'A'..=b'Z') {
        return None;
    }
    let year = u16::from(two(y0, y1)?).wrapping_mul(100).wrapping_add(u16::from(two(y2, y3)?));
    let (hour, minute, second) = (two(h0, h1)?, two(n0, n1)?, two(s0, s1)?);
    let month = name_of(&MONTHS, &[*m0, *m1, *m2]).and_then(|at| u8::try_from(at.wrapping_add(1)).ok())?;
    if year < 1900 {
        return None;
    }
    notes.weekday = named.map(|day| (start..start.saturating_add(3), u8::try_from(day).unwrap_or(0)));
    notes.day_span = day_at..day_end;
    let clock_at = day_end.saturating_add(10);
    cursor.at = clock_at.saturating_add(9);
    let zone = zone(cursor, notes);
    let date = Date { year, month, day, hour, minute, second, zone };
    Some((date, clock_at..clock_at.saturating_add(8)))
}

fn note_ranges(date: &Date, clock: Range<usize>, notes: &mut Notes) {
    if date.day == 0 || date.day > days_in_month(date.year, date.month) {
        notes.out_of_range = Some((notes.day_span.clone(), "a day that the month has"));
    } else if date.hour > 23 {
        notes.out_of_range = Some((clock, "an hour from 00 to 23"));
    } else if date.minute > 59 {
        notes.out_of_range = Some((clock, "a minute from 00 to 59"));
    } else if date.second > 60 {
        notes.out_of_range = Some((clock, "a second from 00 to 60"));
    }
}

fn gap(cursor: &mut Cursor<'_>, notes: &mut Notes, last: bool) {
    let start = cursor.at;
    let passed = cursor.skip();
    if passed.comment {
        let content = crate::grammar::lexer::trim(cursor.since(start));
        let name = content.len() <= 42 && last;
        if !name && notes.comment.is_none() {
            notes.comment = Some(start..cursor.at);
        }
    }
}

/// Which of the names, of three letters each, `word` begins with, in whatever case.
fn name_of(names: &[&str], word: &[u8]) -> Option<usize> {
    let short: &[u8; 3] = word.first_chunk()?;
    let lower = short.map(|b| b | 32);
    let is = |name: &str| {
        name.as_bytes().first_chunk().is_some_and(|name: &[u8; 3]| name.map(|b| b | 32) == lower)
    };
    // All are looked at, as which of them it is can't be guessed; no two are the same.
    let found = (1..).zip(names).fold(0_usize, |found, (number, name)| if is(name) { number } else { found });
    found.checked_sub(1).filter(|_| short.iter().all(u8::is_ascii_alphabetic))
}

fn weekday(cursor: &mut Cursor<'_>, notes: &mut Notes) -> Result<(), DateError> {
    let at = cursor.at;
    if !cursor.peek().is_some_and(|b| b.is_ascii_alphabetic()) {
        return Ok(());
    }
    let word = cursor.take(ALNUM);
    let Some(day) = name_of(&DAYS, word) else {
        return Err(DateError { at, expected: "a weekday or a day of the month" });
    };
    notes.weekday = Some((at..cursor.at, u8::try_from(day).unwrap_or(0)));
    if word.len() != 3 {
        notes.blanks_odd = notes.blanks_odd.or(Some(at));
    }
    if cursor.skip().any {
        notes.blanks_odd = notes.blanks_odd.or(Some(at));
    }
    if !cursor.eat(b',') {
        return Err(DateError { at: cursor.at, expected: "`,` after the weekday" });
    }
    gap(cursor, notes, false);
    Ok(())
}

fn number(cursor: &mut Cursor<'_>, most: usize, expected: &'static str) -> Result<u32, DateError> {
    let at = cursor.at;
    let mut value = 0_u32;
    while let Some(b @ b'0'..=b'9') = cursor.peek() {
        value = value.saturating_mul(10).saturating_add(u32::from(b.wrapping_sub(b'0')));
        cursor.bump();
    }
    let length = cursor.at.saturating_sub(at);
    if length == 0 || length > most { Err(DateError { at, expected }) } else { Ok(value) }
}

fn month(cursor: &mut Cursor<'_>) -> Result<u8, DateError> {
    let at = cursor.at;
    let word = cursor.take(ALNUM);
    name_of(&MONTHS, word)
        .and_then(|at| u8::try_from(at.saturating_add(1)).ok())
        .ok_or(DateError { at, expected: "a month such as `Aug`" })
}

fn year(cursor: &mut Cursor<'_>, notes: &mut Notes) -> Result<u16, DateError> {
    let at = cursor.at;
    let value = number(cursor, 4, "a year of four digits")?;
    let value = u16::try_from(value).unwrap_or(u16::MAX);
    match cursor.at.saturating_sub(at) {
        length @ (1..=3) => {
            notes.year_short = Some(at..cursor.at);
            Ok(match (length, value) {
                (3, _) => value.saturating_add(1900),
                (_, 0..=49) => value.saturating_add(2000),
                _ => value.saturating_add(1900),
            })
        }
        _ if value < 1900 => Err(DateError { at, expected: "a year from 1900 on" }),
        _ => Ok(value),
    }
}

fn ahead_is_colon(mut cursor: Cursor<'_>) -> bool {
    cursor.skip();
    cursor.peek() == Some(b':')
}

fn colon(cursor: &mut Cursor<'_>, notes: &mut Notes) -> Result<(), DateError> {
    if cursor.skip().any {
        notes.blanks_odd = notes.blanks_odd.or(Some(cursor.at));
    }
    if !cursor.eat(b':') {
        return Err(DateError { at: cursor.at, expected: "`:`" });
    }
    if cursor.skip().any {
        notes.blanks_odd = notes.blanks_odd.or(Some(cursor.at));
    }
    Ok(())
}

fn zone(cursor: &mut Cursor<'_>, notes: &mut Notes) -> Zone {
    let at = cursor.at;
    let sign = cursor.peek();
    let zone = match sign {
        Some(b'+' | b'-') => {
            cursor.bump();
            numeric_zone(cursor, sign == Some(b'-'), notes)
        }
        Some(b) if is(b, ALNUM) => {
            let word = cursor.take(ALNUM);
            named_zone(word, notes)
        }
        _ => {
            notes.zone = ZoneNote::Missing;
            Zone::Unknown
        }
    };
    notes.zone_span = at..cursor.at;
    zone
}

fn numeric_zone(cursor: &mut Cursor<'_>, west: bool, notes: &mut Notes) -> Zone {
    let digits = cursor.take(ALNUM);
    let [a, b, c, d] = digits else {
        notes.zone = ZoneNote::Nonsense;
        return Zone::Unknown;
    };
    if ![a, b, c, d].iter().all(|b| b.is_ascii_digit()) {
        notes.zone = ZoneNote::Nonsense;
        return Zone::Unknown;
    }
    let two = |high: &u8, low: &u8| {
        i16::from(high.wrapping_sub(b'0')).wrapping_mul(10).wrapping_add(i16::from(low.wrapping_sub(b'0')))
    };
    let (hours, minutes) = (two(a, b), two(c, d));
    if minutes > 59 {
        notes.zone = ZoneNote::Minutes;
    } else if hours.wrapping_mul(60).wrapping_add(minutes) > 14 * 60 {
        notes.zone = ZoneNote::Far;
    } else if west && hours == 0 && minutes == 0 {
        notes.zone = ZoneNote::Unknown;
        return Zone::Unknown;
    }
    let east = hours.wrapping_mul(60).wrapping_add(minutes);
    Zone::East(if west { east.wrapping_neg() } else { east })
}

fn named_zone(word: &[u8], notes: &mut Notes) -> Zone {
    notes.zone = ZoneNote::Obsolete;
    let hours = [
        (&b"UT"[..], 0),
        (b"GMT", 0),
        (b"EST", -5),
        (b"EDT", -4),
        (b"CST", -6),
        (b"CDT", -5),
        (b"MST", -7),
        (b"MDT", -6),
        (b"PST", -8),
        (b"PDT", -7),
    ]
    .iter()
    .find(|(name, _)| word.eq_ignore_ascii_case(name))
    .map(|(_, hours)| *hours);
    match (hours, word) {
        (Some(hours), _) => Zone::East(i16::wrapping_mul(hours, 60)),
        (None, [b]) if b.is_ascii_alphabetic() => Zone::Unknown,
        (None, _) => {
            notes.zone = ZoneNote::Nonsense;
            Zone::Unknown
        }
    }
}

/// `2025-08-04T10:00:00Z`, which is no mail date but can be rewritten as one (RFC 3339).
fn iso(mut cursor: Cursor<'_>, notes: &mut Notes) -> Option<Date> {
    let rest = cursor.rest();
    if rest.get(4) != Some(&b'-') || rest.get(7) != Some(&b'-') {
        return None;
    }
    let year = number(&mut cursor, 4, "").ok()?;
    cursor.bump();
    let month = number(&mut cursor, 2, "").ok()?;
    cursor.bump();
    let day_at = cursor.at;
    let day = number(&mut cursor, 2, "").ok()?;
    notes.day_span = day_at..cursor.at;
    if !matches!(cursor.peek(), Some(b'T' | b't' | b' ')) {
        return None;
    }
    cursor.bump();
    let clock_at = cursor.at;
    let hour = number(&mut cursor, 2, "").ok()?;
    let mut minute_second = [0_u32; 2];
    for slot in &mut minute_second {
        if cursor.eat(b':') {
            *slot = number(&mut cursor, 2, "").ok()?;
        }
    }
    let clock = clock_at..cursor.at;
    if cursor.eat(b'.') {
        number(&mut cursor, 9, "").ok()?;
    }
    cursor.skip_blanks();
    let zone = iso_zone(&mut cursor)?;
    cursor.skip();
    if !cursor.done() {
        return None;
    }
    notes.iso = true;
    let small = |n: u32| u8::try_from(n).unwrap_or(u8::MAX);
    let [minute, second] = minute_second;
    let date = Date {
        year: u16::try_from(year).ok().filter(|y| *y >= 1900)?,
        month: u8::try_from(month).ok().filter(|m| (1..=12).contains(m))?,
        day: small(day),
        hour: small(hour),
        minute: small(minute),
        second: small(second),
        zone,
    };
    note_ranges(&date, clock, notes);
    Some(date)
}

fn iso_zone(cursor: &mut Cursor<'_>) -> Option<Zone> {
    match cursor.peek() {
        Some(b'Z' | b'z') => {
            cursor.bump();
            Some(Zone::East(0))
        }
        Some(sign @ (b'+' | b'-')) => {
            cursor.bump();
            let first = number(cursor, 4, "").ok()?;
            let minutes = if cursor.eat(b':') {
                first.saturating_mul(60).saturating_add(number(cursor, 2, "").ok()?)
            } else {
                first.wrapping_div(100).saturating_mul(60).saturating_add(first % 100)
            };
            let east = i16::try_from(minutes).ok().filter(|m| *m <= 14 * 60)?;
            Some(Zone::East(if sign == b'-' { east.wrapping_neg() } else { east }))
        }
        None => Some(Zone::Unknown),
        Some(_) => None,
    }
}
