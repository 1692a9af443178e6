//! Says what the body of a part turned out to hold, when it has ended.
//!
//! in:  the walk over one leaf      out: notes on its encoding, character set and text; what its parent compares
//! law: each note is about the first place of its kind, with a count

use crate::charset::Charset;
use crate::checks::script;
use crate::checks::text::{self, Place, likeness};
use crate::finding::Detail;
use crate::rules::{Id, Severity};
use crate::transfer::TransferEncoding;
use crate::validate::leaf::{Buffers, Leaf, Outcome};
use crate::validate::piece::Piece;
use crate::validate::sink::{Note, Sink};
use alloc::borrow::Cow;
use alloc::string::String;
use core::ops::Range;
use md5::Digest;

impl Leaf {
    /// The part ended at `end`; `compared` where its text will be compared with that of its neighbours. Gives what it
    /// held, and its text buffer to use again.
    pub(crate) fn finish(&mut self, end: u64, compared: bool, sink: &mut Sink) -> (Outcome, Buffers) {
        let end = end.max(self.body);
        if !self.declared.encoding.is_identity() {
            let mut out = core::mem::take(&mut self.buffers.out);
            out.clear();
            self.decoder.finish(&mut out);
            let last = self.last_line;
            self.mark_faults(|_| last);
            let piece = Piece { octets: &[], at: end, line: self.body_line, starts: false, ends: true };
            let high = !out.is_ascii();
            self.decoded(&out, &piece, high, false, sink);
            self.buffers.out = out;
        }
        if let Some(checker) = &mut self.checker {
            checker.finish();
            if checker.bad().is_some() && self.charset_at.is_none() {
                self.charset_at = Some((end.saturating_sub(1).max(self.body)..end, self.last_line));
            }
        }
        self.encoding_notes(sink);
        self.charset_notes(end, sink);
        if let (Some(md5), Some(expected)) = (self.md5.take(), &self.declared.md5)
            && md5.finalize().as_slice() != expected.as_slice()
        {
            sink.put(Note::new(Id::ContentMd5Mismatch, self.body..end, self.body_line));
        }
        if let Some(note) = self.flowed.note(Id::FlowedLineInvalid) {
            sink.put(note.length(self.flowed.longest, 79));
        }
        if let Some(report) = self.declared.report {
            crate::checks::report::check(&self.fields, report, self.body, self.body_line, end, sink);
        }
        self.outcome(end, compared, sink)
    }

    fn encoding_notes(&self, sink: &mut Sink) {
        if !self.declared.encoding.is_identity() {
            self.decoder_notes(sink);
        }
        let encoding = self.declared.encoding;
        if let Some((at, line)) = self.first_high {
            let allowed = matches!(
                encoding,
                TransferEncoding::EightBit | TransferEncoding::Binary | TransferEncoding::Unknown
            );
            if !allowed {
                let note = Note::new(Id::TransferEncodingEightBit, at..at.saturating_add(1), line);
                sink.put(note.expected("octets below 128"));
            }
        }
        let short = matches!(encoding, TransferEncoding::SevenBit | TransferEncoding::EightBit);
        if short {
            if let Some(note) = self.over.note(Id::TransferEncodingUnderstated) {
                sink.put(note.length(self.over.longest, 998));
            } else if let Some((at, line)) = self.nul {
                let note = Note::new(Id::TransferEncodingUnderstated, at..at.saturating_add(1), line);
                sink.put(note.expected("no NUL"));
            }
        }
        let coded = !encoding.is_identity() && self.declared.text && self.octets > 0;
        if coded
            && !self.high
            && self.longest <= 78
            && !self.declared.attachment
            && self.charset.is_none_or(Charset::is_ascii_compatible)
        {
            let (span, line) =
                self.declared.encoding_at.clone().unwrap_or((self.body..self.body, self.body_line));
            sink.put(Note::new(Id::TransferEncodingNeedless, span, line));
        }
    }

    /// What is wrong with the coding of a coded body.
    fn decoder_notes(&self, sink: &mut Sink) {
        let faults = self.decoder.faults();
        let spots = [
            (faults.bad_octet, Id::Base64CharacterInvalid),
            (faults.bad_length, Id::Base64Length),
            (faults.after_padding, Id::Base64AfterPadding),
            (faults.bad_escape, Id::QpEscapeInvalid),
            (faults.lower_hex, Id::QpLowerCaseHex),
            (faults.trailing_blank, Id::QpTrailingBlank),
            (faults.coded_break, Id::QpEncodedLineBreak),
        ];
        for ((spot, id), line) in spots.into_iter().zip(self.spots) {
            let text_only = id == Id::QpEncodedLineBreak;
            if spot.count > 0 && (!text_only || self.declared.text) {
                let at = self.body.saturating_add(spot.first);
                let note =
                    Note::new(id, at..at.saturating_add(1), line.unwrap_or(self.body_line)).count(spot.count);
                // Where the rest makes no whole octets the one that is none stands in the place of another.
                let changed = id == Id::Base64CharacterInvalid && faults.bad_length.count > 0;
                sink.put(if changed { note.severity(Severity::Error) } else { note });
            }
        }
        let long = if self.declared.encoding == TransferEncoding::Base64 {
            Id::Base64LineTooLong
        } else {
            Id::QpLineTooLong
        };
        if let Some(note) = self.long.note(long) {
            sink.put(note.length(self.long.longest, 76));
        }
    }

    fn charset_notes(&self, end: u64, sink: &mut Sink) {
        if !self.declared.text {
            return;
        }
        let (label_span, label_line) =
            self.declared.label_at.clone().unwrap_or((self.body..end, self.body_line));
        let about_label = |id| Note::new(id, label_span.clone(), label_line);
        let first_high = self
            .first_high
            .map_or((self.body..end, self.body_line), |(at, line)| (at..at.saturating_add(1), line));
        match (&self.declared.label, self.charset) {
            (None, _) if self.high => sink.put(Note::new(Id::CharsetMissing, first_high.0, first_high.1)),
            (Some(label), None) => {
                let severity = if self.high { Severity::Error } else { Severity::Warning };
                let note = about_label(Id::CharsetUnknown).found(label.as_bytes());
                sink.put(note.severity(severity));
            }
            (Some(_), Some(charset)) => {
                self.known_charset(charset, &about_label, first_high, sink);
            }
            (None, _) => {}
        }
        if let Some((meta, span, line)) = self.html.as_ref().and_then(|html| html.meta_charset.as_ref()) {
            let says = Charset::find(meta);
            let same = says == self.charset || says.is_some_and(Charset::is_utf8) && !self.high;
            let ascii = !self.high && self.charset.is_some_and(Charset::is_ascii);
            if self.declared.label.is_some() && !same && !ascii {
                sink.put(Note::new(Id::CharsetHtmlMetaConflict, span.clone(), *line).found(meta));
            }
        }
    }

    fn known_charset(
        &self,
        charset: Charset,
        about_label: &dyn Fn(Id) -> Note<'static>,
        first_high: (Range<u64>, u64),
        sink: &mut Sink,
    ) {
        if charset.is_wide() {
            sink.put(about_label(Id::CharsetUtf16Text).found(charset.name().as_bytes()));
        } else if charset.is_closed() {
            sink.put(about_label(Id::CharsetDeprecated).found(charset.name().as_bytes()));
        }
        if charset.is_ascii() && self.high {
            sink.put(Note::new(Id::CharsetAsciiWithEightBit, first_high.0, first_high.1));
        }
        if let Some((span, line)) = &self.charset_at {
            if self.c1 {
                sink.put(
                    Note::new(Id::CharsetLatin1C1, span.clone(), *line).expected("windows-1252 or utf-8"),
                );
            } else {
                let detail = Detail::Expected(charset.name());
                sink.put(Note::new(Id::CharsetInvalidOctets, span.clone(), *line).detail(detail));
            }
        }
        let usual = charset.is_ascii()
            || charset.is_utf8()
            || charset.is_latin1()
            || charset.name() == "windows-1252";
        if !usual && !self.high && charset.is_ascii_compatible() && self.octets > 0 {
            sink.put(about_label(Id::CharsetNeedless).found(charset.name().as_bytes()));
        }
    }

    fn outcome(&mut self, end: u64, compared: bool, sink: &mut Sink) -> (Outcome, Buffers) {
        let mut buffers = core::mem::take(&mut self.buffers);
        let text = buffers.text.as_slice();
        let mut outcome = Outcome {
            span: self.body..end,
            line: self.body_line,
            charset: self.charset,
            high: self.high,
            ..Outcome::default()
        };
        if let Some(html) = &mut self.html {
            html.finish(sink);
            outcome.images = html.images;
            outcome.unsubscribe = html.unsubscribe;
            outcome.cids = core::mem::take(&mut html.cids);
        }
        if self.declared.text && !self.declared.attachment {
            let shown: Cow<'_, str> = match (self.charset, core::str::from_utf8(text)) {
                (Some(charset), _)
                    if !charset.is_ascii() && !charset.is_utf8() && !charset.is_closed() && self.high =>
                {
                    Cow::Owned(charset.decode(text).0)
                }
                (_, Ok(text)) => Cow::Borrowed(text),
                _ => String::from_utf8_lossy(text),
            };
            let place = Place {
                span: self.body..end,
                line: self.body_line,
                text,
                marks: &buffers.marks,
                html: self.declared.html,
            };
            let visible = if sink.profile.any_text {
                text::check(&shown, &place, sink)
            } else {
                shown.bytes().filter(|b| !b.is_ascii_whitespace()).count()
            };
            outcome.visible = u32::try_from(visible).unwrap_or(u32::MAX);
            if sink.profile.any_text && compared {
                outcome.placeholder = likeness::is_placeholder(&shown);
                outcome.words = likeness::fingerprint(&shown);
            }
            if sink.profile.any_text && sink.bulk && !outcome.unsubscribe {
                outcome.unsubscribe = text::has_unsubscribe(&shown);
            }
            self.script(&shown, sink);
        }
        if self.declared.html && self.octets > 102 * 1024 {
            let note = Note::new(Id::HtmlTooLarge, self.body..end, self.body_line);
            sink.put(note.length(self.octets, 102 * 1024));
        }
        buffers.clear();
        buffers.html = self.html.take().or(buffers.html);
        (outcome, buffers)
    }

    fn script(&self, shown: &str, sink: &mut Sink) {
        let Some(language) = &self.declared.language else { return };
        if !sink.is_on(Id::ScriptUnexpected) {
            return;
        }
        let tag = language.get(..2).unwrap_or_default().to_ascii_lowercase();
        let expected = match tag.as_str() {
            "en" | "de" | "fr" | "es" | "it" | "pt" | "nl" | "pl" | "sv" | "tr" | "fi" | "da" | "cs" => {
                "Latin"
            }
            "ru" | "uk" | "bg" | "be" | "mk" => "Cyrillic",
            "el" => "Greek",
            "zh" | "ja" => "Han",
            "ko" => "Hangul",
            "ar" | "fa" | "ur" => "Arabic",
            "he" => "Hebrew",
            "th" => "Thai",
            _ => return,
        };
        if let Some(script) = script::main_script(shown).filter(|script| *script != expected) {
            let note = Note::new(
                Id::ScriptUnexpected,
                self.body..self.body.saturating_add(self.octets),
                self.body_line,
            );
            sink.put(
                note.detail(Detail::Instead { found: script.into(), expected: Cow::Borrowed(expected) }),
            );
        }
    }
}
