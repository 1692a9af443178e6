//! The text form of a schedule: Exim's, with a cap and a count.
//!
//! in:  `F,2h,15m; G,16h,1h,1.5; F,4d,6h; cap=12h; tries=30`      out: a checked schedule
//! law: what is written is read back; a fault names its octet

use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use crate::error::ScheduleError;
use crate::span::{self, Span};
use crate::{Factor, Schedule, Step};

/// No text of a schedule is longer.
const LONGEST: usize = 1024;

/// A piece of the text and where it stands.
#[derive(Clone, Copy)]
struct Piece<'a> {
    at: usize,
    text: &'a str,
}

impl Piece<'_> {
    /// The pieces between separators, blanks around them left out.
    fn split(self, separator: char) -> impl Iterator<Item = Self> {
        let mut at = self.at;
        self.text.split(separator).map(move |text| {
            let piece = Self { at, text }.trimmed();
            at = at.saturating_add(text.len()).saturating_add(1);
            piece
        })
    }

    fn trimmed(self) -> Self {
        let text = self.text.trim_start_matches([' ', '\t']);
        let left_out = self.text.len().saturating_sub(text.len());
        Self { at: self.at.saturating_add(left_out), text: text.trim_end_matches([' ', '\t']) }
    }

    fn error(self, expected: &'static str) -> ScheduleError {
        error_at(self.at, expected)
    }

    fn span(self) -> Result<Duration, ScheduleError> {
        span::parse(self.text).ok_or_else(|| self.error("a length of time, as `15m` or `1h30m`"))
    }

    fn option(self, name: &str) -> Option<Self> {
        let rest = self.text.strip_prefix(name)?.trim_start_matches([' ', '\t']).strip_prefix('=')?;
        let left_out = self.text.len().saturating_sub(rest.len());
        Some(Piece { at: self.at.saturating_add(left_out), text: rest }.trimmed())
    }
}

fn error_at(at: usize, expected: &'static str) -> ScheduleError {
    ScheduleError::Text { at: u32::try_from(at).unwrap_or(u32::MAX), expected }
}

/// step = ( "F" "," span "," span ) / ( ( "G" / "H" ) "," span "," span "," factor )
fn step(piece: Piece<'_>) -> Result<Step, ScheduleError> {
    let mut parts = piece.split(',');
    let letter = parts.next().unwrap_or(piece);
    if !matches!(letter.text, "F" | "G" | "H") {
        return Err(letter.error("a step `F`, `G` or `H`, or `cap=`, `tries=`"));
    }
    let end = error_at(piece.at.saturating_add(piece.text.len()), "`,` and the next length");
    let until = parts.next().ok_or(end)?.span()?;
    let first = parts.next().ok_or(end)?.span()?;
    let factor = match (letter.text, parts.next()) {
        ("F", None) => None,
        ("F", Some(more)) => return Err(more.error("no third argument of `F`")),
        (_, None) => {
            return Err(error_at(piece.at.saturating_add(piece.text.len()), "`,` and a factor, as `1.5`"));
        }
        (_, Some(factor)) => Some(factor),
    };
    if let Some(more) = parts.next() {
        return Err(more.error("no fourth argument"));
    }
    let factor = match factor {
        None => return Ok(Step::Every { until, gap: first }),
        Some(factor) => factor.text.parse::<Factor>().map_err(|_| factor.error(Factor::EXPECTED))?,
    };
    Ok(match letter.text {
        "G" => Step::Grow { until, first, factor },
        _ => Step::Random { until, first, factor },
    })
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    /// `schedule = step *( ";" ( step / "cap=" span / "tries=" 1*DIGIT ) ) [ ";" ]`
    ///
    /// # Errors
    ///
    /// [`ScheduleError::Text`] with the octet and what was expected there; [`ScheduleError::Empty`] where no step stands.
    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        if text.len() > LONGEST {
            return Err(error_at(LONGEST, "at most 1024 octets"));
        }
        let (mut steps, mut places): (Vec<Step>, Vec<usize>) = (Vec::new(), Vec::new());
        let (mut cap, mut tries) = (None, None);
        let mut pieces = Piece { at: 0, text }.split(';').peekable();
        while let Some(piece) = pieces.next() {
            if piece.text.is_empty() && pieces.peek().is_none() {
                break;
            }
            if let Some(value) = piece.option("cap") {
                if cap.replace((piece, value.span()?)).is_some() {
                    return Err(piece.error("one `cap=`"));
                }
            } else if let Some(value) = piece.option("tries") {
                let number = value.text.bytes().all(|octet| octet.is_ascii_digit());
                let count = value.text.parse::<u16>().ok().filter(|count| number && *count > 0);
                let count = count.ok_or_else(|| value.error("a number between 1 and 65535"))?;
                if tries.replace(count).is_some() {
                    return Err(piece.error("one `tries=`"));
                }
            } else if steps.len() >= Self::MAX_STEPS {
                return Err(piece.error("at most 16 steps"));
            } else {
                steps.push(step(piece)?);
                places.push(piece.at);
            }
        }
        let mut schedule = Self::new(steps).map_err(|fault| match fault {
            ScheduleError::Step { step, fault } => {
                error_at(places.get(usize::from(step)).copied().unwrap_or(0), fault.expected())
            }
            other @ (ScheduleError::Text { .. }
            | ScheduleError::Empty
            | ScheduleError::TooManySteps
            | ScheduleError::Cap
            | ScheduleError::NoTries) => other,
        })?;
        if let Some((piece, cap)) = cap {
            let expected = "a cap no shorter than any step's first gap and at most a day";
            schedule = schedule.with_cap(cap).map_err(|_| piece.error(expected))?;
        }
        Ok(Self { tries, ..schedule })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (until, first) = (Span::of(self.until()), Span::of(self.first_gap()));
        match self {
            Self::Every { .. } => write!(f, "F,{until},{first}"),
            Self::Grow { factor, .. } => write!(f, "G,{until},{first},{factor}"),
            Self::Random { factor, .. } => write!(f, "H,{until},{first},{factor}"),
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.steps.iter().enumerate() {
            if number > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{step}")?;
        }
        if self.cap != Self::LONGEST_GAP {
            write!(f, "; cap={}", Span::of(self.cap))?;
        }
        if let Some(tries) = self.tries {
            write!(f, "; tries={tries}")?;
        }
        Ok(())
    }
}
