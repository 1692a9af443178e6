//! The common case: a well-formed reply lies whole in the caller's buffer.
//!
//! in:  octets that begin with a reply      out: the reply, or none for whatever the careful path must judge
//! law: gives nothing that the careful path would not give; one pass finds line ends and proves the text clean

use crate::line::{first_control, has_control};
use crate::{EnhancedStatusCode, Limits, Reply, ReplyCode};

/// More lines than this are left to the careful path.
const LINES: usize = 16;

/// Puts the reply that `input` begins with into `place` and gives its length; 0 where the careful path must judge.
#[inline]
pub(super) fn whole(input: &[u8], limits: Limits, place: &mut Option<Reply>) -> usize {
    let Some((line, rest)) = first_line(input, limits) else { return 0 };
    let [a @ b'2'..=b'5', b @ b'0'..=b'5', c @ b'0'..=b'9', tail @ ..] = line else { return 0 };
    let code = ReplyCode::from_digits([*a, *b, *c]);
    let Some((last, stated)) = separate(tail) else { return 0 };
    let (enhanced, text) = match EnhancedStatusCode::split_agreeing(code, stated) {
        Some((enhanced, text)) => (Some(enhanced), text),
        None => (None, stated),
    };
    let used = input.len().saturating_sub(rest.len());
    if !last {
        return several(rest, limits, code, (enhanced, text), place)
            .map_or(0, |more| used.saturating_add(more));
    }
    if used > limits.total {
        return 0;
    }
    place.insert(Reply::blank(code, enhanced)).set_text(text);
    used
}

/// The other lines of a reply whose first is read: gives their length.
fn several(
    input: &[u8],
    limits: Limits,
    code: ReplyCode,
    (mut enhanced, first): (Option<EnhancedStatusCode>, &[u8]),
    place: &mut Option<Reply>,
) -> Option<usize> {
    let mut texts: [&[u8]; LINES] = [&[]; LINES];
    *texts.first_mut()? = first;
    let mut length = first.len();
    let mut count = 1_usize;
    let mut rest = input;
    loop {
        let (line, next) = first_line(rest, limits)?;
        let [a, b, c, tail @ ..] = line else { return None };
        if [*a, *b, *c] != code.digits() {
            return None;
        }
        let (last, stated) = separate(tail)?;
        let text = match EnhancedStatusCode::split_agreeing(code, stated) {
            Some((found, text)) if *enhanced.get_or_insert(found) == found => text,
            Some(_) | None => stated,
        };
        *texts.get_mut(count)? = text;
        count = count.saturating_add(1);
        length = length.saturating_add(text.len()).saturating_add(1);
        rest = next;
        if last {
            break;
        }
    }
    let used = input.len().saturating_sub(rest.len());
    // The first line counts too: its text, and at most 13 octets of codes and line end.
    let total = used.saturating_add(first.len()).saturating_add(20);
    if total > limits.total || count > limits.lines {
        return None;
    }
    *place = Some(Reply::from_texts(code, enhanced, texts.get(..count)?, length));
    Some(used)
}

/// The octets before the first CR LF and those behind it, where no control stands before.
#[inline]
fn first_line(input: &[u8], limits: Limits) -> Option<(&[u8], &[u8])> {
    let (line, rest) = input.split_at_checked(first_control(input)?)?;
    let [b'\r', b'\n', rest @ ..] = rest else { return None };
    debug_assert!(!has_control(line), "the scan stops at the first control");
    (line.len().saturating_add(2) <= limits.line).then_some((line, rest))
}

#[inline]
const fn separate(tail: &[u8]) -> Option<(bool, &[u8])> {
    match tail {
        [b' ', text @ ..] => Some((true, text)),
        [b'-', text @ ..] => Some((false, text)),
        [] => Some((true, tail)),
        _ => None,
    }
}
