//! Reads the keyword lines of an EHLO reply.
//!
//! in:  the lines, without code and separator, from the greeting on      out: extensions
//! law: a line that can't be read is passed over; a number that is too large is the largest (RFC 5321 §4.1.1.1)

use alloc::boxed::Box;

use super::{Extension, Extensions, is_text, is_word};
use crate::command::number::{exact, saturating};

impl Extensions {
    /// Reads the lines of a reply to EHLO or LHLO. The first one is the greeting and names no extension.
    ///
    /// Keywords are read in any case, unknown ones are kept, `AUTH=PLAIN` counts as `AUTH PLAIN`. A keyword that comes
    /// twice counts as it came first, but the mechanisms of all AUTH lines count together. Lines with octets that are no
    /// printable ASCII are passed over, as are parameters that can't be read.
    pub fn from_reply<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut extensions = Self::new();
        lines.into_iter().skip(1).for_each(|line| extensions.read(line));
        extensions
    }

    fn read(&mut self, line: &[u8]) {
        let line = line.trim_ascii();
        if line.is_empty() || !is_text(line) {
            return;
        }
        let end = line.iter().position(|octet| matches!(octet, b' ' | b'\t')).unwrap_or(line.len());
        let (keyword, parameters) = line.split_at_checked(end).unwrap_or((line, &[]));
        let mut words =
            parameters.split(|octet| matches!(octet, b' ' | b'\t')).filter(|word| !word.is_empty());
        let old_auth = keyword.split_at_checked(5).filter(|(name, _)| name.eq_ignore_ascii_case(b"AUTH="));
        if let Some((_, first)) = old_auth {
            self.read_auth([first].into_iter().chain(words));
            return;
        }
        let Some(extension) = Extension::parse(keyword) else {
            if keyword.iter().all(|octet| octet.is_ascii_alphanumeric() || *octet == b'-') {
                self.add_unknown(line);
            }
            return;
        };
        if extension == Extension::Auth {
            self.read_auth(words);
            return;
        }
        if self.has(extension) {
            return;
        }
        self.set = self.set.with(extension);
        match extension {
            Extension::Size => self.size = words.next().and_then(saturating).unwrap_or(0),
            Extension::Limits => words.for_each(|word| self.limits.read(word)),
            Extension::DeliverBy => self.min_by_time = words.next().and_then(seconds).unwrap_or(0),
            Extension::MtPriority => self.priority_profile = words.next().and_then(|word| self.keep(word)),
            Extension::FutureRelease => {
                self.max_hold = words.next().and_then(seconds).unwrap_or(0);
                let until = words.next().filter(|_| self.max_hold > 0);
                self.max_hold_until = until.and_then(|word| self.keep(word));
            }
            Extension::Xclient => words.for_each(|word| self.add_attribute(word)),
            Extension::Auth
            | Extension::EightBitMime
            | Extension::BinaryMime
            | Extension::Chunking
            | Extension::Dsn
            | Extension::EnhancedStatusCodes
            | Extension::Etrn
            | Extension::Expn
            | Extension::Help
            | Extension::Pipelining
            | Extension::RequireTls
            | Extension::SmtpUtf8
            | Extension::StartTls
            | Extension::Vrfy => {}
        }
    }

    fn read_auth<'a>(&mut self, names: impl Iterator<Item = &'a [u8]>) {
        self.set = self.set.with(Extension::Auth);
        names.for_each(|name| self.add_mechanism(name));
    }

    /// Keeps a mechanism name once: 1*20(UPPER-ALPHA / DIGIT / "-" / "_")
    pub(super) fn add_mechanism(&mut self, name: &[u8]) {
        let valid = (1..=20).contains(&name.len())
            && name.iter().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'));
        let known = self.auth.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name));
        if valid && !known {
            let kept = self.keep(name);
            self.auth.extend(kept.map(upper));
        }
    }

    pub(super) fn add_attribute(&mut self, name: &[u8]) {
        if is_word(name) {
            let kept = self.keep(name);
            self.xclient.extend(kept.map(upper));
        }
    }

    pub(super) fn add_unknown(&mut self, line: &[u8]) {
        let end = line
            .iter()
            .position(|octet| !octet.is_ascii_alphanumeric() && *octet != b'-')
            .unwrap_or(line.len());
        let (keyword, rest) = line.split_at_checked(end).unwrap_or((line, &[]));
        let starts = keyword.first().is_some_and(u8::is_ascii_alphanumeric);
        let apart = matches!(rest.first(), None | Some(b' ' | b'\t'));
        if starts && apart && is_text(line) && Extension::parse(keyword).is_none() {
            let kept = self.keep(line.trim_ascii());
            self.unknown.extend(kept);
        }
    }

    /// Copies text where there is room for it.
    fn keep(&self, text: &[u8]) -> Option<Box<str>> {
        // Each costs its place in a list too, so that none of the lists grows long.
        let kept = [&self.auth, &self.xclient, &self.unknown].into_iter().flatten();
        let kept = kept.fold(text.len(), |sum, name| sum.saturating_add(name.len()).saturating_add(16));
        if kept > Self::MAX_KEPT {
            return None;
        }
        core::str::from_utf8(text).ok().map(Into::into)
    }
}

fn upper(name: Box<str>) -> Box<str> {
    let mut name = name;
    name.make_ascii_uppercase();
    name
}

/// 1*9DIGIT
fn seconds(digits: &[u8]) -> Option<u32> {
    exact(digits).filter(|_| digits.len() <= 9).and_then(|seconds| u32::try_from(seconds).ok())
}
