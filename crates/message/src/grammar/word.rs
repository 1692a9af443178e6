//! Finds and decodes encoded-words.
//!
//! in:  a field value, folds included or not      out: each `=?charset?encoding?payload?=` by range; text
//! law: linear in the value, whatever is opened and never closed; decoded controls become blanks (RFC 2047)

use crate::Charset;
use crate::grammar::lexer::{BLANK, TOKEN, has_word_start, is, is_visible};
use crate::transfer::{Decoder, TransferEncoding};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// Longest payload that is looked at; the standard allows 75 octets for the whole word.
const PAYLOAD: usize = 4096;

/// One encoded-word in a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EncodedWord<'a> {
    /// Where it lies in the value: octets from its start.
    pub(crate) span: Range<usize>,
    pub(crate) charset: &'a [u8],
    /// `b` or `q`, in lower case.
    pub(crate) encoding: u8,
    pub(crate) payload: &'a [u8],
}

/// Why something that looks like an encoded-word is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// The encoding is neither `B` nor `Q`.
    Encoding,
    /// There is no `?=`.
    Unclosed,
    /// A blank stands inside.
    Blank,
    /// A `?` stands inside.
    Question,
}

/// What was found at one `=?`.
#[derive(Clone, Debug)]
pub(crate) struct Attempt<'a> {
    pub(crate) span: Range<usize>,
    /// Why the standard says it is no encoded-word; where readers would decode it all the same, `word` is there too.
    pub(crate) fault: Option<Malformed>,
    pub(crate) word: Option<EncodedWord<'a>>,
}

/// Walks everything in a value that looks like an encoded-word.
#[derive(Clone, Debug)]
pub(crate) struct Attempts<'a> {
    value: &'a [u8],
    at: usize,
    /// The first `?=` at or after the place that was last asked for.
    close: Option<usize>,
    close_known_from: usize,
}

impl<'a> Attempts<'a> {
    pub(crate) const fn new(value: &'a [u8]) -> Self {
        Self { value, at: 0, close: Some(0), close_known_from: usize::MAX }
    }

    fn next_close(&mut self, from: usize) -> Option<usize> {
        let known = self.close_known_from <= from && self.close.is_none_or(|close| close >= from);
        if !known {
            self.close = find(self.value, from, *b"?=");
            self.close_known_from = from;
        }
        self.close
    }

    fn attempt(&mut self, start: usize) -> Option<Attempt<'a>> {
        let charset_at = start.saturating_add(2);
        let tail = self.value.get(charset_at..)?;
        let length = tail.iter().take(76).position(|&b| !is(b, TOKEN))?;
        if length == 0 || tail.get(length) != Some(&b'?') {
            return None;
        }
        let charset = tail.get(..length)?;
        let letter = tail.get(length.saturating_add(1)).copied();
        let mark = tail.get(length.saturating_add(2)).copied();
        let payload_at = charset_at.saturating_add(length).saturating_add(3);
        let (Some(letter), Some(b'?')) = (letter, mark) else {
            let end = payload_at.min(self.value.len());
            return Some(Attempt { span: start..end, fault: Some(Malformed::Encoding), word: None });
        };
        let head = Attempt { span: start..payload_at, fault: Some(Malformed::Unclosed), word: None };
        let Some(close) = self.next_close(payload_at) else { return Some(head) };
        let payload = self.value.get(payload_at..close)?;
        if payload.len() > PAYLOAD {
            return Some(head);
        }
        if let Some(again) = find(payload, 0, *b"=?") {
            let _ = again;
            return Some(head);
        }
        let span = start..close.saturating_add(2);
        let encoding = letter.to_ascii_lowercase();
        let fault = if !matches!(encoding, b'b' | b'q') {
            Some(Malformed::Encoding)
        } else if payload.iter().any(|&b| is(b, BLANK)) {
            Some(Malformed::Blank)
        } else if payload.contains(&b'?') {
            Some(Malformed::Question)
        } else {
            None
        };
        let word = (fault != Some(Malformed::Encoding)).then(|| EncodedWord {
            span: span.clone(),
            charset,
            encoding,
            payload,
        });
        Some(Attempt { span, fault, word })
    }
}

impl<'a> Iterator for Attempts<'a> {
    type Item = Attempt<'a>;

    fn next(&mut self) -> Option<Attempt<'a>> {
        loop {
            let start = find(self.value, self.at, *b"=?")?;
            match self.attempt(start) {
                Some(attempt) => {
                    self.at = attempt.span.end.max(start.saturating_add(2));
                    return Some(attempt);
                }
                None => self.at = start.saturating_add(2),
            }
        }
    }
}

/// Where from `from` on the mark stands, `=?` or `?=`.
fn find(value: &[u8], from: usize, mark: [u8; 2]) -> Option<usize> {
    // In hostile values one stands behind the other.
    if value.get(from..)?.starts_with(&mark) {
        return Some(from);
    }
    // Of the two octets `?` is the rarer one.
    let before = usize::from(mark[0] != b'?');
    let mut at = from.saturating_add(before);
    loop {
        let step = memchr::memchr(b'?', value.get(at..)?)?;
        at = at.saturating_add(step);
        let start = at.saturating_sub(before);
        if value.get(start..)?.starts_with(&mark) {
            return Some(start);
        }
        at = at.saturating_add(1);
    }
}

/// What a payload decodes to, and what was wrong in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Payload {
    pub(crate) octets: Vec<u8>,
    /// An octet that the encoding does not allow, or a wrong length.
    pub(crate) broken: bool,
}

impl EncodedWord<'_> {
    pub(crate) fn label(&self) -> &[u8] {
        self.charset.split(|&b| b == b'*').next().unwrap_or_default()
    }

    /// Appends the octets of the payload; gives whether anything was wrong in it.
    pub(crate) fn decode_octets(&self, out: &mut Vec<u8>) -> bool {
        out.reserve(self.payload.len());
        if self.encoding == b'q' { decode_q(self.payload, out) } else { decode_b(self.payload, out) }
    }

    pub(crate) fn decoded(&self) -> Payload {
        let mut octets = Vec::new();
        let broken = self.decode_octets(&mut octets);
        Payload { octets, broken }
    }
}

fn decode_b(payload: &[u8], out: &mut Vec<u8>) -> bool {
    let mut decoder = Decoder::new(TransferEncoding::Base64);
    decoder.push(payload, out);
    decoder.finish(out);
    let faults = decoder.faults();
    faults.bad_octet.count > 0 || faults.bad_length.count > 0 || faults.after_padding.count > 0
}

fn decode_q(payload: &[u8], out: &mut Vec<u8>) -> bool {
    let mut broken = false;
    let mut rest = payload.iter();
    while let Some(&b) = rest.next() {
        match b {
            b'_' => out.push(b' '),
            b'=' => {
                let ahead = rest.as_slice();
                let pair = match ahead {
                    [high, low, ..] => hex(*high).zip(hex(*low)),
                    _ => None,
                };
                if let Some((high, low)) = pair {
                    out.push(high.wrapping_shl(4) | low);
                    rest = ahead.get(2..).unwrap_or_default().iter();
                } else {
                    broken = true;
                    out.push(b);
                }
            }
            _ => {
                broken |= b <= 32 || b > 126;
                out.push(b);
            }
        }
    }
    broken
}

/// The value of each hexadecimal digit; 16 for other octets.
#[expect(clippy::indexing_slicing, reason = "worked out when it is compiled: the loop stops below 16")]
static HEX: [u8; 256] = {
    let mut table = [16_u8; 256];
    let mut digit = 0_u8;
    while digit < 16 {
        let upper = b"0123456789ABCDEF"[digit as usize];
        table[upper as usize] = digit;
        table[upper.to_ascii_lowercase() as usize] = digit;
        digit = digit.wrapping_add(1);
    }
    table
};

#[inline]
pub(crate) fn hex(octet: u8) -> Option<u8> {
    HEX.get(usize::from(octet)).copied().filter(|digit| *digit < 16)
}

/// The name of a file as programs show it: encoded-words have no place in it, and are decoded all the same.
pub(crate) fn readable(name: Cow<'_, str>) -> Cow<'_, str> {
    if has_word_start(name.as_bytes()) { Cow::Owned(decode_text(name.as_bytes())) } else { name }
}

/// A value as text: encoded-words decoded and joined, the rest read as UTF-8, controls made blanks.
pub(crate) fn decode_text(value: &[u8]) -> String {
    // Most values hold no word and nothing that has to be replaced.
    if is_visible(value) && find(value, 0, *b"=?").is_none() {
        return String::from_utf8(value.to_vec()).unwrap_or_default();
    }
    let mut text = String::with_capacity(value.len());
    let mut held: Vec<u8> = Vec::new();
    let mut held_label: &[u8] = &[];
    let mut last = 0_usize;
    let mut after_word = false;
    for attempt in Attempts::new(value) {
        let Some(word) = attempt.word else { continue };
        let between = value.get(last..word.span.start).unwrap_or_default();
        let joined = after_word && between.iter().all(|&b| is(b, BLANK));
        let same = joined && word.label().eq_ignore_ascii_case(held_label);
        if !same {
            flush(&mut held, held_label, &mut text);
        }
        if !joined {
            push_text(&String::from_utf8_lossy(between), &mut text);
        }
        held_label = word.charset.split(|&b| b == b'*').next().unwrap_or_default();
        word.decode_octets(&mut held);
        last = word.span.end;
        after_word = true;
    }
    flush(&mut held, held_label, &mut text);
    push_text(&String::from_utf8_lossy(value.get(last..).unwrap_or_default()), &mut text);
    text
}

fn flush(held: &mut Vec<u8>, label: &[u8], text: &mut String) {
    if held.is_empty() {
        return;
    }
    let charset = Charset::find(label).unwrap_or(Charset::UTF_8);
    push_text(&charset.decode(held).0, text);
    held.clear();
}

fn push_text(from: &str, text: &mut String) {
    // Most texts hold no control, which is seen without a branch; those above 127 begin with C2.
    let odd = from.bytes().fold(false, |odd, b| odd | matches!(b, 0..=31 | 127 | 0xC2));
    if !odd {
        text.push_str(from);
        return;
    }
    text.extend(from.chars().map(|c| if c.is_control() { ' ' } else { c }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expect: &str) {
        assert_eq!(decode_text(value.as_bytes()), expect);
    }

    #[test]
    fn words_decode_and_join() {
        check("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße");
        check("a =?utf-8?b?w7w=?= =?UTF-8?q?_b?= c", "a ü b c");
        check("=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "ü");
        check("=?utf-8*de?Q?=C3=BC?=", "ü");
        check("plain =? text ?= here", "plain =? text ?= here");
        check("=?utf-8?q?a=0D=0ABcc:_x?=", "a  Bcc: x");
        check("=?utf-8?x?abc?=", "=?utf-8?x?abc?=");
        check("=?utf-8?q??=", "");
    }

    #[test]
    fn words_that_never_close_cost_linear_time() {
        let value = b"=?utf-8?q?".repeat(20_000);
        assert_eq!(Attempts::new(&value).count(), 20_000);
        let value = b"=?utf-8?b?w7w=?= ".repeat(20_000);
        assert_eq!(decode_text(&value).chars().filter(|c| *c == 'ü').count(), 20_000);
    }

    #[test]
    fn faults_are_told() {
        let fault = |v: &str| Attempts::new(v.as_bytes()).next().unwrap().fault;
        assert_eq!(fault("=?utf-8?q?a b?="), Some(Malformed::Blank));
        assert_eq!(fault("=?utf-8?q?a"), Some(Malformed::Unclosed));
        assert_eq!(fault("=?utf-8?x?a?="), Some(Malformed::Encoding));
        assert_eq!(fault("=?utf-8?q?a?b?="), Some(Malformed::Question));
        assert!(EncodedWord { span: 0..0, charset: b"", encoding: b'b', payload: b"a" }.decoded().broken);
    }
}
