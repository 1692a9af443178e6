//! Finds codes in text that is not a clean reply.
//!
//! in:  any octets      out: the reply code and the enhanced code that they seem to carry
//! law: an address, a version or a fourth number is no code (`192.0.2.1`, `Exim 4.96.2`, `TLS 1.2.1`)

use memchr::memchr_iter;

use crate::{EnhancedStatusCode, ReplyCode};

/// How far into the text codes are looked for.
const REACH: usize = 1024;

/// The reply code that opens the text, or the first that is quoted in it (`said: 550 ...`, `smtp; 550 ...`).
pub(super) fn reply_code(text: &[u8]) -> Option<ReplyCode> {
    opening(text).or_else(|| {
        let text = text.get(..REACH).unwrap_or(text);
        let marks = text.windows(2).enumerate().filter(|(_, pair)| {
            matches!(
                pair,
                [b':' | b';' | b'<' | b'[' | b'>', b' '] | [b'[' | b'"' | b'\'' | b'(', b'4' | b'5']
            )
        });
        marks.map(|(at, pair)| at.saturating_add(if pair.ends_with(b" ") { 2 } else { 1 })).find_map(|at| {
            let rest = text.get(at..)?;
            matches!(rest, [_, _, _] | [_, _, _, b' ' | b'-', ..])
                .then(|| opening(rest))
                .flatten()
                .filter(|code| !code.is_completion())
        })
    })
}

/// A refusal's code that stands as a word in the text of a good reply: behind 220, or before its enhanced code.
///
/// A number alone is none: `250 Ok 512 bytes`.
pub(super) fn negative(code: ReplyCode, text: &[u8]) -> Option<ReplyCode> {
    let text = text.get(..REACH).unwrap_or(text);
    let mut words = text.split(u8::is_ascii_whitespace).peekable();
    while let Some(word) = words.next() {
        if !matches!(word, [b'4' | b'5', b'0'..=b'5', b'0'..=b'9']) {
            continue;
        }
        let behind = words.peek().and_then(|next| one(next)).is_some();
        if behind || code == ReplyCode::READY {
            return opening(word);
        }
    }
    None
}

fn opening(text: &[u8]) -> Option<ReplyCode> {
    match text {
        [a @ b'2'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..]
            if !matches!(rest, [b'0'..=b'9' | b'.', ..]) =>
        {
            Some(ReplyCode::from_digits([*a, *b, *c]))
        }
        _ => None,
    }
}

/// The first enhanced code in the text, leniently: `#5.1.1`, `(5.7.1)`, `5.01.001`, `5.1.1:`, `5.7.1smtp`.
pub(super) fn enhanced(text: &[u8]) -> Option<EnhancedStatusCode> {
    let text = text.get(..REACH).unwrap_or(text);
    memchr_iter(b'.', text).find_map(|dot| {
        let at = dot.checked_sub(1)?;
        let (before, rest) = text.split_at_checked(at)?;
        if !matches!(rest, [b'2' | b'4' | b'5', b'.', b'0'..=b'9', ..]) {
            return None;
        }
        let joined = matches!(before, [.., b'0'..=b'9' | b'.' | b'-' | b'a'..=b'z' | b'A'..=b'Z']);
        if (joined && !follows_a_code(before)) || follows_a_product(before) {
            return None;
        }
        one(rest)
    })
}

/// Whether a reply code that opens a line and its hyphen stand before.
fn follows_a_code(before: &[u8]) -> bool {
    matches!(
        before,
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-']
            | [.., b'\n', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-']
    )
}

/// Whether the word before is one that versions stand behind.
fn follows_a_product(before: &[u8]) -> bool {
    let before = before.trim_ascii_end();
    [&b"tls"[..], b"exim", b"version", b"postfix", b"sendmail", b"esmtp", b"v"].iter().any(|word| {
        before
            .len()
            .checked_sub(word.len())
            .and_then(|at| before.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(word))
    })
}

fn one(text: &[u8]) -> Option<EnhancedStatusCode> {
    let [class, b'.', rest @ ..] = text else { return None };
    let (subject, rest) = number(rest)?;
    let [b'.', rest @ ..] = rest else { return None };
    let (detail, rest) = number(rest)?;
    if matches!(rest, [b'0'..=b'9', ..] | [b'.', b'0'..=b'9', ..]) {
        return None;
    }
    EnhancedStatusCode::new(class & 0x0f, subject, detail)
}

/// One to three digits, leading zeros allowed.
fn number(text: &[u8]) -> Option<(u16, &[u8])> {
    let digits = text.iter().take(3).take_while(|octet| octet.is_ascii_digit()).count();
    let (digits, rest) = text.split_at_checked(digits).filter(|(digits, _)| !digits.is_empty())?;
    let value = digits
        .iter()
        .fold(0_u16, |value, digit| value.wrapping_mul(10).wrapping_add(u16::from(digit & 0x0f)));
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(
            enhanced(text.as_bytes()).map(|code| code.to_string()).unwrap_or_default(),
            expected,
            "{text}"
        );
    }

    #[test]
    fn outcome_e049_a_code_is_found_where_servers_put_it() {
        check("'5.1.1 no such user'", "5.1.1");
        check("#5.1.0 Address rejected", "5.1.0");
        check("sorry, no mailbox here by that name. (#5.1.1)", "5.1.1");
        check("\"Unknown User\"", "");
    }

    #[test]
    fn outcome_e050_a_code_is_read_leniently() {
        check("5.1.1. gone", "5.1.1");
        check("5.01.001 gone", "5.1.1");
        check("5.1.1: gone", "5.1.1");
        check("5.7.1smtp", "5.7.1");
    }

    #[test]
    fn outcome_e051_what_only_looks_like_a_code_is_none() {
        check("client 5.9.27.81 listed", "");
        check("Exim 4.96.2 refuses", "");
        check("TLS 2.1.1 needed", "");
        check("mx-5.1.1 says", "");
        check("192.0.2.25.1.1", "");
    }

    #[test]
    fn outcome_e052_a_class_that_is_none_is_ignored() {
        check("7.7.1 no", "");
        check("9.1.1 no", "");
    }

    #[test]
    fn a_refusal_glued_behind_a_good_reply_is_found() {
        let code = |text: &str| negative(ReplyCode::OK, text.as_bytes()).map(ReplyCode::number);
        assert_eq!(code("2.0.0 Ok 512 bytes"), None);
        assert_eq!(code("Ok 451 4.7.1 later"), Some(451));
        assert_eq!(negative(ReplyCode::READY, b"mx.example 421 too busy").map(ReplyCode::number), Some(421));
    }

    #[test]
    fn a_quoted_reply_code_is_found() {
        let code = |text: &str| reply_code(text.as_bytes()).map(ReplyCode::number);
        assert_eq!(code("550 no"), Some(550));
        assert_eq!(code("550Requested"), Some(550));
        assert_eq!(code("2500 ok"), None);
        assert_eq!(code("host mx.example said: 550 5.1.1 no"), Some(550));
        assert_eq!(code("smtp; 450-4.2.1 busy"), Some(450));
        assert_eq!(code("no code here, 550 things"), None);
    }
}
