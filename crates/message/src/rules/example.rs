//! Turns the sketch of an example into a whole message.
//!
//! in:  the fields and the body that matter      out: a complete message, and the profile and facts to judge it with
//! law: what the sketch doesn't name is that of a plain, good message

use crate::Limits;
use crate::profile::{Context, Profile};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// An example of a rule: a sketch that names only what matters.
///
/// Lines are fields that replace those of a plain message, `-Name` takes one out, `+Name: value` adds one beside; text
/// behind an empty line is the body. A first line of `%` and words says profile and facts; `!!` starts a message that
/// is whole as it stands. `␊`, `␍` and `␀` are a bare LF, a bare CR and NUL; `⟦E4⟧` is an octet, `⟦text*9⟧` nine times
/// that text, and `␄` ends the message without a line end.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    sketch: &'static str,
}

static BASE: &str = "Received: from mail.example.com (mail.example.com [192.0.2.10])\n\tby mx.example.net (Postfix) with ESMTPS id 4XyZ1234Ab;\n\tMon, 4 Aug 2025 10:00:02 +0000\nReceived: from laptop.example.com (dsl.example.com [192.0.2.77])\n\tby mail.example.com (Postfix) with ESMTPSA id 4XyZ1233Ab;\n\tMon, 4 Aug 2025 10:00:01 +0000\nDate: Mon, 4 Aug 2025 10:00:00 +0000\nFrom: Alice Example <alice@example.com>\nTo: Bob Example <bob@example.net>\nSubject: Minutes of the Monday meeting\nMessage-ID: <20250804100000.1234@mail.example.com>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: 7bit\n";
static BODY: &str = "Hello Bob,\n\nplease find the minutes of our meeting below.\n\nRegards,\nAlice\n";

impl Example {
    pub(super) const fn new(sketch: &'static str) -> Self {
        Self { sketch }
    }

    /// The sketch as it is written in the manual.
    pub const fn sketch(&self) -> &'static str {
        self.sketch
    }

    fn cut(&self) -> (&'static str, &'static str) {
        match self.sketch.strip_prefix('%') {
            Some(rest) => rest.split_once('\n').unwrap_or((rest, "")),
            None => ("", self.sketch),
        }
    }

    /// The whole message.
    pub fn octets(&self) -> Vec<u8> {
        let (_, sketch) = self.cut();
        let text = match sketch.strip_prefix("!!") {
            Some(whole) => whole.into(),
            None => fill(&repeat(sketch)),
        };
        to_octets(&repeat(&text))
    }

    /// The profile and the facts to judge it with.
    pub fn settings(&self) -> (Profile, Context, Limits) {
        let (words, _) = self.cut();
        let mut profile = Profile::inbound();
        let mut context = Context::new().with_now(1_754_301_605);
        let mut limits = Limits::default();
        let number = |text: &str| text.parse().unwrap_or(1_usize);
        for word in words.split_whitespace() {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            match key {
                "submission" => profile = Profile::submission(),
                "bulk" => {
                    profile = profile.with_bulk();
                    context = context.with_bulk(true);
                }
                "gmail" => profile = profile.with_gmail(),
                "8bitmime" => context = context.with_eight_bit_mime(true),
                "no-8bitmime" => context = context.with_eight_bit_mime(false),
                "binarymime" => context = context.with_binary_mime(true),
                "no-binarymime" => context = context.with_binary_mime(false),
                "smtputf8" => context = context.with_smtputf8(true),
                "no-smtputf8" => context = context.with_smtputf8(false),
                "null-mx" => context = context.with_from_null_mx(true),
                "size" => context = context.with_size_limit(value.parse().unwrap_or(0)),
                "own" => context = context.with_own_domain(value),
                "known" => context = context.with_known_id(value),
                "authserv" => context = context.with_authserv_id(value),
                "from" => context = context.with_mail_from(value),
                "to" => context = context.with_recipient(value),
                "on" => profile = profile.with_rule(value, Some(super::Severity::Hint)).unwrap_or_else(|p| p),
                "depth" => limits = limits.with_depth(number(value)),
                "parts" => limits = limits.with_parts(number(value)),
                _ => {}
            }
        }
        (profile, context, limits)
    }
}

impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sketch)
    }
}

/// Puts the fields of a sketch into the plain message.
fn fill(sketch: &str) -> String {
    let (head, body) = match sketch.strip_prefix('\n') {
        Some(_) => ("", sketch.strip_prefix("\n\n").or_else(|| sketch.strip_prefix('\n'))),
        None => match sketch.split_once("\n\n") {
            Some((head, body)) => (head, Some(body)),
            None => (sketch, None),
        },
    };
    let mut fields = String::new();
    let mut gone: Vec<&str> = Vec::new();
    for line in head.split('\n') {
        let continues = line.starts_with([' ', '\t']);
        if let Some(name) = line.strip_prefix('-') {
            gone.push(name);
        } else if let Some(more) = line.strip_prefix('+') {
            fields.push_str(more);
            fields.push('\n');
        } else if !line.is_empty() {
            if let Some((name, _)) = line.split_once(':').filter(|_| !continues) {
                gone.push(name.trim_end());
            }
            fields.push_str(line);
            fields.push('\n');
        }
    }
    let mut out = String::new();
    let mut keep = true;
    let mut placed = false;
    for line in BASE.split_inclusive('\n') {
        if !line.starts_with(['\t', ' ']) {
            let name = line.split(':').next().unwrap_or_default();
            keep = !gone.iter().any(|g| g.eq_ignore_ascii_case(name));
        }
        // Trace fields stand on top, all others in the middle.
        if !placed && line.starts_with("Date:") && head.split('\n').all(|l| is_trace(l) || l.is_empty()) {
            placed = true;
            out.insert_str(0, &fields);
        }
        if keep {
            out.push_str(line);
        }
    }
    if !placed {
        out.push_str(&fields);
    }
    out.push('\n');
    out.push_str(body.unwrap_or(BODY));
    if !out.ends_with('\n') && !out.ends_with('␄') {
        out.push('\n');
    }
    out
}

fn is_trace(line: &str) -> bool {
    let line = line.trim_start_matches('+');
    ["Received", "Return-Path", "Delivered-To", "ARC-", "Authentication-Results", "DKIM-"]
        .iter()
        .any(|name| line.starts_with(name))
}

/// `⟦text*9⟧` becomes nine times `text`; single octets stay for [`to_octets`].
fn repeat(sketch: &str) -> String {
    let mut out = String::new();
    let mut rest = sketch;
    while let Some((before, after)) = rest.split_once('⟦') {
        let Some((inside, tail)) = after.split_once('⟧') else { break };
        out.push_str(before);
        if let Some((text, times)) =
            inside.rsplit_once('*').and_then(|(text, times)| Some((text, times.parse::<usize>().ok()?)))
        {
            out.push_str(&text.repeat(times.min(100_000)));
        } else {
            out.push('⟦');
            out.push_str(inside);
            out.push('⟧');
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn to_octets(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\n' => out.extend_from_slice(b"\r\n"),
            '␊' => out.push(b'\n'),
            '␍' => out.push(b'\r'),
            '␀' => out.push(0),
            '␄' => return out,
            '⟦' => {
                let hex: String = chars.by_ref().take_while(|c| *c != '⟧').collect();
                out.extend(u8::from_str_radix(&hex, 16));
            }
            _ => {
                let mut buffer = [0; 4];
                out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sketch_becomes_a_message() {
        let text = String::from_utf8(Example::new("Subject: x\n-Date\n\nBody").octets()).unwrap();
        assert!(text.contains("\r\nSubject: x\r\n") && !text.contains("Date: "));
        assert!(text.ends_with("\r\n\r\nBody\r\n"));
        assert_eq!(Example::new("!!a␊⟦FF⟧␄").octets(), b"a\n\xff");
    }
}
