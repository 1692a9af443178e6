//! Reads how long a reply asks to wait.
//!
//! in:  the text of a temporary refusal      out: the longest wait it names, and the same between five minutes and a day
//! law: a number counts only with its unit; nothing overflows, nothing is obeyed without bound

use core::time::Duration;

use crate::{ReplyCode, Wait};

/// The wait that the text names; the larger of several. `code` at the start of a line is no number.
pub(super) fn read(text: &[u8], code: Option<ReplyCode>) -> Option<Wait> {
    let text = text.get(..1024).unwrap_or(text);
    let mut longest: Option<u64> = None;
    let skipped = super::scan::codes(text, code);
    let mut words = Words { rest: text.get(skipped..).unwrap_or_default(), code };
    let mut before: Option<Word<'_>> = None;
    let mut previous: &[u8] = &[];
    while let Some(word) = words.next_word() {
        let said = match (before, word) {
            (_, Word::Clock(seconds)) => Some(seconds),
            (Some(Word::Number(count)), Word::Letters(unit)) => {
                factor(unit).map(|each| count.saturating_mul(each))
            }
            // `five minutes`; a unit of one letter is none here.
            (Some(Word::Letters(count)), Word::Letters(unit)) if unit.len() > 2 => {
                numeral(count).and_then(|count| factor(unit).map(|each| count.saturating_mul(each)))
            }
            // `minutes: 15`
            (Some(Word::Letters(_)), Word::Number(count)) if previous.len() > 3 => {
                factor(previous).map(|each| count.saturating_mul(each))
            }
            _ => None,
        };
        longest = longest.max(said);
        if let Word::Letters(letters) = word {
            previous = letters;
        }
        before = Some(word);
    }
    let said = Duration::from_secs(longest.filter(|seconds| *seconds > 0)?);
    Some(Wait::new(said))
}

#[derive(Clone, Copy)]
enum Word<'a> {
    Number(u64),
    /// `hh:mm:ss`, in seconds.
    Clock(u64),
    Letters(&'a [u8]),
}

struct Words<'a> {
    rest: &'a [u8],
    code: Option<ReplyCode>,
}

impl<'a> Words<'a> {
    fn next_word(&mut self) -> Option<Word<'a>> {
        let mut start = self.rest.iter().position(|octet| octet.is_ascii_alphanumeric() || *octet >= 0x80)?;
        // The codes that open a line are none of its words.
        while let Some(line) = self.rest.get(..start).and_then(|gap| memchr::memrchr(b'\n', gap)) {
            self.rest = self.rest.get(line.saturating_add(1)..)?;
            self.rest = self.rest.get(super::scan::codes(self.rest, self.code)..)?;
            start = self.rest.iter().position(|octet| octet.is_ascii_alphanumeric() || *octet >= 0x80)?;
        }
        let rest = self.rest.get(start..)?;
        // A number inside of an address, a version or an id is none.
        let inner = start
            .checked_sub(1)
            .and_then(|at| self.rest.get(at))
            .is_some_and(|octet| matches!(octet, b'.' | b'-' | b'_' | b'@' | b'#' | b'='));
        if rest.first().is_some_and(u8::is_ascii_digit) {
            if let Some((seconds, behind)) = clock(rest) {
                self.rest = behind;
                return Some(Word::Clock(seconds));
            }
            let length = rest.iter().take_while(|octet| octet.is_ascii_digit()).count();
            let (digits, behind) = rest.split_at_checked(length)?;
            self.rest = behind;
            let joined = inner || matches!(behind, [b'.' | b'-', b'0'..=b'9', ..]);
            let value = digits
                .iter()
                .try_fold(0_u64, |value, digit| value.checked_mul(10)?.checked_add(u64::from(digit & 0x0f)));
            return Some(if joined { Word::Letters(b"") } else { Word::Number(value.unwrap_or(u64::MAX)) });
        }
        let length = rest.iter().take_while(|octet| octet.is_ascii_alphabetic() || **octet >= 0x80).count();
        let (letters, behind) = rest.split_at_checked(length)?;
        self.rest = behind;
        Some(Word::Letters(letters))
    }
}

/// `00:04:59` that opens the text.
fn clock(text: &[u8]) -> Option<(u64, &[u8])> {
    let (hours, rest) = two(text)?;
    let (minutes, rest) = two(rest.strip_prefix(b":")?)?;
    let (seconds, rest) = two(rest.strip_prefix(b":")?)?;
    let all = hours.saturating_mul(60).saturating_add(minutes).saturating_mul(60).saturating_add(seconds);
    (minutes < 60 && seconds < 60).then_some((all, rest))
}

fn two(text: &[u8]) -> Option<(u64, &[u8])> {
    let [tens @ b'0'..=b'9', ones @ b'0'..=b'9', rest @ ..] = text else { return None };
    Some((u64::from(tens & 15).saturating_mul(10).saturating_add(u64::from(ones & 15)), rest))
}

/// A number in words, as servers write one.
fn numeral(word: &[u8]) -> Option<u64> {
    const NUMERALS: &[(&str, u64)] = &[
        ("an", 1),
        ("one", 1),
        ("two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("six", 6),
        ("eight", 8),
        ("ten", 10),
        ("twelve", 12),
        ("fifteen", 15),
        ("twenty", 20),
        ("thirty", 30),
        ("sixty", 60),
    ];
    NUMERALS.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(word)).map(|(_, count)| *count)
}

/// Seconds of a unit, in the languages where servers name one.
fn factor(unit: &[u8]) -> Option<u64> {
    const UNITS: &[(&str, u64)] = &[
        ("s", 1),
        ("sec", 1),
        ("secs", 1),
        ("second", 1),
        ("seconds", 1),
        ("sekunden", 1),
        ("secondes", 1),
        ("segundos", 1),
        ("secondi", 1),
        ("секунд", 1),
        ("秒", 1),
        ("m", 60),
        ("min", 60),
        ("mins", 60),
        ("minute", 60),
        ("minutes", 60),
        ("minuten", 60),
        ("minutos", 60),
        ("minuti", 60),
        ("минут", 60),
        ("分", 60),
        ("分钟", 60),
        ("h", 3600),
        ("hr", 3600),
        ("hrs", 3600),
        ("hour", 3600),
        ("hours", 3600),
        ("stunden", 3600),
        ("stunde", 3600),
        ("heures", 3600),
        ("heure", 3600),
        ("horas", 3600),
        ("ore", 3600),
        ("часов", 3600),
        ("時間", 3600),
        ("小时", 3600),
        ("day", 86_400),
        ("days", 86_400),
        ("tage", 86_400),
        ("jours", 86_400),
        ("dias", 86_400),
    ];
    UNITS.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(unit)).map(|(_, seconds)| *seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, said: Option<u64>) {
        assert_eq!(read(text.as_bytes(), None).map(|wait| wait.said.as_secs()), said, "{text}");
    }

    #[test]
    fn outcome_e075_waits_are_read_in_many_forms() {
        check("Greylisting in action, please come back in 00:04:59", Some(299));
        check("try again in 300 seconds", Some(300));
        check("Greylisted for 5 minutes", Some(300));
        check("retry (minutes: 15)", Some(900));
        check("greylisted, 5min please", Some(300));
        check("too busy (wait 1h)", Some(3600));
        check("Bitte in 10 Minuten erneut versuchen", Some(600));
        check("réessayez dans 2 heures", Some(7200));
        check("Please retry in five minutes", Some(300));
        check("blocked, wait an hour", Some(3600));
        check("try again in thirty seconds", Some(30));
        check("one m, an s", None);
        check("please try again later", None);
        check("client 10.0.0.5 min version 1.2", None);
        let wrapped = b"450 4.7.1 again in 5\n450 4.7.1 minutes";
        assert_eq!(read(wrapped, ReplyCode::new(450)).map(|wait| wait.said.as_secs()), Some(300));
    }

    #[test]
    fn outcome_e076_absurd_waits_are_bounded() {
        check("retry in 0 seconds", None);
        check("wait 30 - 60 minutes", Some(3600));
        check("wait 10 minutes or 2 hours", Some(7200));
        let wait = read(b"retry in 999999999999999999999999 minutes", None).unwrap();
        assert_eq!((wait.said.as_secs(), wait.used), (u64::MAX, Wait::CAP));
        assert_eq!(read(b"retry in 1 second", None).unwrap().used, Wait::FLOOR);
        assert_eq!(read(b"retry in 3650 days", None).unwrap().used, Wait::CAP);
    }
}
