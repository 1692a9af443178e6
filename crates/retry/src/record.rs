//! The text form of stored records: a version, then `key=value` words.
//!
//! in:  `1 q=1764100000 n=3`      out: the pairs, each with its place
//! law: an unknown version is refused; an unknown key of a known version is passed over; a key stands once

use core::fmt;

use mailwright_reply::Cause;

use crate::RecordError;

/// The version that is written, and the only one that is read.
const VERSION: &str = "1";

/// No record is longer.
const LONGEST: usize = 1024;

/// One pair and the place of its value.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'a> {
    pub(crate) key: u8,
    at: usize,
    value: &'a str,
}

/// The pairs with keys of one letter, in order.
pub(crate) fn pairs(text: &str) -> Result<impl Iterator<Item = Result<Pair<'_>, RecordError>>, RecordError> {
    if text.len() > LONGEST {
        return Err(RecordError::new(LONGEST, "at most 1024 octets"));
    }
    let rest = text.strip_prefix(VERSION).filter(|rest| rest.is_empty() || rest.starts_with(' '));
    let rest = rest.ok_or(RecordError::new(0, "version 1"))?;
    let mut at = VERSION.len().saturating_add(1);
    let mut seen = [0_u64; 2];
    let words = rest.split(' ').skip(1);
    Ok(words.filter_map(move |word| {
        let place = at;
        at = at.saturating_add(word.len()).saturating_add(1);
        let Some((key, value)) = word.split_once('=') else {
            return Some(Err(RecordError::new(place, "a word `key=value`")));
        };
        let [letter] = *key.as_bytes() else { return None };
        let (half, bit) = (usize::from(letter >> 6), 1_u64 << (letter & 63));
        let slot = seen.get_mut(half)?;
        if *slot & bit != 0 {
            return Some(Err(RecordError::new(place, "each key once")));
        }
        *slot |= bit;
        let at = place.saturating_add(key.len()).saturating_add(1);
        Some(Ok(Pair { key: letter, at, value }))
    }))
}

impl Pair<'_> {
    pub(crate) fn error(self, expected: &'static str) -> RecordError {
        RecordError::new(self.at, expected)
    }

    /// A number in decimal digits.
    pub(crate) fn number<N: core::str::FromStr>(self) -> Result<N, RecordError> {
        let digits = self.value.bytes().all(|octet| octet.is_ascii_digit());
        self.value.parse().ok().filter(|_| digits).ok_or_else(|| self.error("a number that fits"))
    }

    pub(crate) fn cause(self) -> Result<Cause, RecordError> {
        self.value.parse().map_err(|_| self.error("the name of a cause"))
    }

    /// Marks in hexadecimal digits, parted by `,`.
    pub(crate) fn marks<const N: usize>(self) -> Result<[u32; N], RecordError> {
        let mut marks = [0; N];
        let mut slots = marks.iter_mut();
        for word in self.value.split(',') {
            let hex = word.len() == 8 && word.bytes().all(|octet| matches!(octet, b'0'..=b'9' | b'a'..=b'f'));
            let mark = u32::from_str_radix(word, 16).ok().filter(|mark| hex && *mark != 0);
            let slot = slots.next().ok_or_else(|| self.error("fewer marks"))?;
            *slot = mark.ok_or_else(|| self.error("marks of eight hexadecimal digits"))?;
        }
        Ok(marks)
    }
}

/// Writes a record; what is 0 is left out.
pub(crate) struct Writer<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl<'a, 'f> Writer<'a, 'f> {
    pub(crate) fn new(f: &'a mut fmt::Formatter<'f>) -> Result<Self, fmt::Error> {
        f.write_str(VERSION)?;
        Ok(Self(f))
    }

    pub(crate) fn number(self, key: char, value: impl Into<u64>) -> Result<Self, fmt::Error> {
        let value = value.into();
        if value != 0 {
            write!(self.0, " {key}={value}")?;
        }
        Ok(self)
    }

    /// Writes a number unless it is the usual one.
    pub(crate) fn unless(self, key: char, value: u64, usual: u64) -> Result<Self, fmt::Error> {
        if value != usual {
            write!(self.0, " {key}={value}")?;
        }
        Ok(self)
    }

    pub(crate) fn cause(self, key: char, cause: Option<Cause>) -> Result<Self, fmt::Error> {
        if let Some(cause) = cause {
            write!(self.0, " {key}={cause}")?;
        }
        Ok(self)
    }

    pub(crate) fn marks(self, key: char, marks: &[u32]) -> Result<Self, fmt::Error> {
        let mut lead = ' ';
        for mark in marks.iter().filter(|mark| **mark != 0) {
            if lead == ' ' {
                write!(self.0, " {key}={mark:08x}")?;
                lead = ',';
            } else {
                write!(self.0, ",{mark:08x}")?;
            }
        }
        Ok(self)
    }
}
